/**
 * Whether an account is surely covered, told in doubles at the cost of a few additions per order.
 *
 * In: an account's holdings, and which instruments' prices, orders or positions have changed. Out: yes, or "do the exact
 * sum". Owns running sums of margin and unrealised profit by asset. A yes is a proof: it is given only when the funds exceed
 * the need by far more than the sums can be wrong, so that decisions are those of the exact sum.
 */
import type { PositionTable } from '../../core/account/positions.ts'
import type { Settlement } from '../../core/account/settlement.ts'
import { scaleOf } from '../../core/number/decimal.ts'
import type { I128Array } from '../../core/number/i128.ts'

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

/** Columns of `#rows`, eight per instrument: a line of the cache. Amounts in whole units of the asset. */
const ROW = { margin: 0, unrealised: 1, gross: 2, cost: 3, buys: 4, sells: 5, position: 6, markUnit: 7 } as const
const COLUMNS = 8
/** Columns of `#sums`, by asset. */
const SUM = { margin: 0, unrealised: 1, gross: 2 } as const
const SUMS = 3

export class MarginEstimate {
  readonly #holdings: Holdings
  readonly #prices: ReferencePrices
  readonly #leverage: number
  readonly #rows: Float64Array
  readonly #sums: Float64Array
  /** Value of a lot at a price of one quantum. */
  readonly #orderUnit: Float64Array
  readonly #reference: Float64Array = new Float64Array(1)
  /** 1 for instruments whose estimates are out of date; set it where a reference price moves. */
  readonly moved: Uint8Array
  #checks = 0

  constructor(holdings: Holdings, prices: ReferencePrices, leverage: number) {
    const { instruments, assets } = holdings.settlement
    this.#holdings = holdings
    this.#prices = prices
    this.#leverage = leverage
    this.#rows = new Float64Array(instruments.length * COLUMNS)
    this.#sums = new Float64Array(assets.length * SUMS)
    const lots = instruments.map((i) => i.contractSize / scaleOf(i.quantityDecimals))
    this.#orderUnit = Float64Array.from(instruments, (i, at) => (lots[at] as number) / scaleOf(i.priceDecimals))
    for (const [at, { markDecimals }] of instruments.entries())
      this.#rows[at * COLUMNS + ROW.markUnit] = (lots[at] as number) / scaleOf(markDecimals)
    this.moved = new Uint8Array(instruments.length)
  }

  /** The position or the open orders of an instrument have changed. */
  recount(instrument: number): void {
    const holdings = this.#holdings
    const rows = this.#rows
    const at = instrument * COLUMNS
    const row = holdings.rowOf[instrument] as number
    const unit = this.#orderUnit[instrument] as number
    const isExposed = holdings.exposed[instrument] !== 0
    const position = isExposed ? (holdings.positions.quantity[row] as number) : 0
    const takesBuys = (holdings.openBuyLots[instrument] as number) > Math.max(0, -position)
    const takesSells = (holdings.openSellLots[instrument] as number) > Math.max(0, position)
    rows[at + ROW.position] = position
    rows[at + ROW.cost] = isExposed ? holdings.positions.cost.toNumber(row) * PER_AMOUNT : 0
    rows[at + ROW.buys] = takesBuys ? holdings.openBuy.toNumber(instrument) * unit : 0
    rows[at + ROW.sells] = takesSells ? holdings.openSell.toNumber(instrument) * unit : 0
    this.moved[instrument] = 1
  }

  /** True only if the asset's funds exceed what positions and orders need, by more than doubles can be wrong. */
  surelyCovers(asset: number): boolean {
    const holdings = this.#holdings
    this.#checks++
    if (this.#checks >= RESUM_CHECKS) this.resum()
    const { moved } = this
    for (let i = 0; i < moved.length; i++) {
      if (moved[i] !== 0) this.#renew(i)
    }
    const sums = this.#sums
    const wallet = holdings.wallet.toNumber(asset) * PER_AMOUNT
    const locked = holdings.locked.toNumber(asset) * PER_AMOUNT
    const need = sums[asset * SUMS + SUM.margin] as number
    const unrealised = sums[asset * SUMS + SUM.unrealised] as number
    const have = (wallet - locked + Math.min(0, unrealised)) * this.#leverage
    const all = (Math.abs(wallet) + locked + (sums[asset * SUMS + SUM.gross] as number)) * this.#leverage + need
    return have - need > all * MARGIN
  }

  /** Makes all sums anew, so that rounding errors do not pile up. */
  resum(): void {
    this.#checks = 0
    this.#sums.fill(0)
    const { spot } = this.#holdings.settlement
    for (let i = 0; i < spot.length; i++) {
      if (spot[i] === 1) continue
      this.#rows.fill(0, i * COLUMNS, i * COLUMNS + 3)
      this.recount(i)
      this.#renew(i)
    }
  }

  /** Brings one instrument, and the sums it is part of, up to date with its price. */
  #renew(instrument: number): void {
    this.moved[instrument] = 0
    const rows = this.#rows
    const at = instrument * COLUMNS
    const position = rows[at + ROW.position] as number
    let value = 0
    if (position !== 0) {
      this.#prices.writeReference(instrument, this.#reference, 0)
      value = position * (this.#reference[0] as number) * (rows[at + ROW.markUnit] as number)
    }
    const unrealised = value - (rows[at + ROW.cost] as number)
    const buys = rows[at + ROW.buys] as number
    const sells = rows[at + ROW.sells] as number
    // Sides whose orders only close are zero here, which is what the position alone needs.
    const margin = Math.max(
      Math.abs(value),
      buys === 0 ? 0 : Math.abs(value + buys),
      sells === 0 ? 0 : Math.abs(value - sells),
    )
    const gross = Math.abs(value) + Math.abs(unrealised) + buys + sells
    const sums = this.#sums
    const sum = (this.#holdings.settlement.money[instrument] as number) * SUMS
    sums[sum + SUM.margin] = (sums[sum + SUM.margin] as number) + margin - (rows[at + ROW.margin] as number)
    sums[sum + SUM.unrealised] =
      (sums[sum + SUM.unrealised] as number) + unrealised - (rows[at + ROW.unrealised] as number)
    sums[sum + SUM.gross] = (sums[sum + SUM.gross] as number) + gross - (rows[at + ROW.gross] as number)
    rows[at + ROW.margin] = margin
    rows[at + ROW.unrealised] = unrealised
    rows[at + ROW.gross] = gross
  }
}
