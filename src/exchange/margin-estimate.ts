/**
 * Whether an account is surely covered, told in doubles at the cost of a few additions per order.
 *
 * In: an account's holdings, and which instruments' prices, orders or positions have changed. Out: yes, or "do the exact
 * sum". Owns running sums of margin and unrealised profit by asset. A yes is a proof: it is given only when the funds exceed
 * the need by far more than the sums can be wrong, so that decisions are those of the exact sum.
 */
import type { PositionTable } from '../core/account/positions.ts'
import type { Settlement } from '../core/account/settlement.ts'
import { scaleOf } from '../core/number/decimal.ts'
import type { I128Array } from '../core/number/i128.ts'

/** Where an account learns what a position is worth. */
export interface ReferencePrices {
  /** Writes the price to value by, in mark quanta, to `out[at]`; 0 when there is none yet. */
  writeReference(instrument: number, out: Float64Array, at: number): void
}

/** What an account holds; see Account. */
export interface Holdings {
  readonly settlement: Settlement
  readonly positions: PositionTable
  readonly rowOf: Int32Array
  readonly wallet: I128Array
  readonly locked: I128Array
  readonly openBuy: I128Array
  readonly openSell: I128Array
  readonly openBuyLots: Float64Array
  readonly openSellLots: Float64Array
  readonly exposed: Uint8Array
}

/**
 * The part of all sums involved by which the funds must exceed the need. The sums' own error is below 10^-9 of them: 2^-53
 * per addition, and they are made anew after `RESUM_CHECKS` checks.
 */
const MARGIN = 1e-6
const RESUM_CHECKS = 1024
const PER_AMOUNT = 1e-18

export class MarginEstimate {
  readonly #holdings: Holdings
  readonly #prices: ReferencePrices
  readonly #leverage: number
  // In whole units of the asset: by instrument, then summed by asset.
  readonly #margin: Float64Array
  readonly #unrealised: Float64Array
  readonly #gross: Float64Array
  readonly #marginSum: Float64Array
  readonly #unrealisedSum: Float64Array
  readonly #grossSum: Float64Array
  /** Value of a lot at a price of one quantum, and of one mark quantum. */
  readonly #orderUnit: Float64Array
  readonly #markUnit: Float64Array
  readonly #reference: Float64Array = new Float64Array(1)
  /** Instruments whose estimates are out of date. */
  readonly #touched: Int32Array
  readonly #isTouched: Uint8Array
  #touchedCount = 0
  #checks = 0

  constructor(holdings: Holdings, prices: ReferencePrices, leverage: number) {
    const { instruments, assets } = holdings.settlement
    this.#holdings = holdings
    this.#prices = prices
    this.#leverage = leverage
    this.#margin = new Float64Array(instruments.length)
    this.#unrealised = new Float64Array(instruments.length)
    this.#gross = new Float64Array(instruments.length)
    this.#marginSum = new Float64Array(assets.length)
    this.#unrealisedSum = new Float64Array(assets.length)
    this.#grossSum = new Float64Array(assets.length)
    const lots = instruments.map((i) => i.contractSize / scaleOf(i.quantityDecimals))
    this.#orderUnit = Float64Array.from(instruments, (i, at) => (lots[at] as number) / scaleOf(i.priceDecimals))
    this.#markUnit = Float64Array.from(instruments, (i, at) => (lots[at] as number) / scaleOf(i.markDecimals))
    this.#touched = new Int32Array(instruments.length)
    this.#isTouched = new Uint8Array(instruments.length)
  }

  /** Price, position or orders of an instrument have changed. */
  touch(instrument: number): void {
    if (this.#isTouched[instrument] !== 0) return
    this.#isTouched[instrument] = 1
    this.#touched[this.#touchedCount++] = instrument
  }

  /** True only if the asset's funds exceed what positions and orders need, by more than doubles can be wrong. */
  surelyCovers(asset: number): boolean {
    const holdings = this.#holdings
    this.#checks++
    if (this.#checks >= RESUM_CHECKS) this.resum()
    for (let i = 0; i < this.#touchedCount; i++) this.#renew(this.#touched[i] as number)
    this.#touchedCount = 0
    const wallet = holdings.wallet.toNumber(asset) * PER_AMOUNT
    const locked = holdings.locked.toNumber(asset) * PER_AMOUNT
    const need = this.#marginSum[asset] as number
    const unrealised = this.#unrealisedSum[asset] as number
    const have = (wallet - locked + Math.min(0, unrealised)) * this.#leverage
    const sums = (Math.abs(wallet) + locked + (this.#grossSum[asset] as number)) * this.#leverage + need
    return have - need > sums * MARGIN
  }

  /** Makes all sums anew, so that rounding errors do not pile up. */
  resum(): void {
    this.#checks = 0
    this.#touchedCount = 0
    for (const column of [this.#margin, this.#unrealised, this.#gross]) column.fill(0)
    for (const column of [this.#marginSum, this.#unrealisedSum, this.#grossSum]) column.fill(0)
    const { spot } = this.#holdings.settlement
    for (let i = 0; i < spot.length; i++) if (spot[i] !== 1) this.#renew(i)
  }

  /** Brings one instrument, and the sums it is part of, up to date. */
  #renew(instrument: number): void {
    const holdings = this.#holdings
    this.#isTouched[instrument] = 0
    const asset = holdings.settlement.money[instrument] as number
    const row = holdings.rowOf[instrument] as number
    const position = holdings.positions.quantity[row] as number
    let value = 0
    let unrealised = 0
    if (holdings.exposed[instrument] !== 0) {
      this.#prices.writeReference(instrument, this.#reference, 0)
      value = position * (this.#reference[0] as number) * (this.#markUnit[instrument] as number)
      unrealised = value - holdings.positions.cost.toNumber(row) * PER_AMOUNT
    }
    const unit = this.#orderUnit[instrument] as number
    const buys = holdings.openBuy.toNumber(instrument) * unit
    const sells = holdings.openSell.toNumber(instrument) * unit
    let margin = Math.abs(value)
    if ((holdings.openBuyLots[instrument] as number) > Math.max(0, -position))
      margin = Math.max(margin, Math.abs(value + buys))
    if ((holdings.openSellLots[instrument] as number) > Math.max(0, position))
      margin = Math.max(margin, Math.abs(value - sells))
    const gross = Math.abs(value) + Math.abs(unrealised) + buys + sells
    this.#marginSum[asset] = (this.#marginSum[asset] as number) + margin - (this.#margin[instrument] as number)
    this.#unrealisedSum[asset] =
      (this.#unrealisedSum[asset] as number) + unrealised - (this.#unrealised[instrument] as number)
    this.#grossSum[asset] = (this.#grossSum[asset] as number) + gross - (this.#gross[instrument] as number)
    this.#margin[instrument] = margin
    this.#unrealised[instrument] = unrealised
    this.#gross[instrument] = gross
  }
}
