/**
 * One participant's account at the simulated exchange: positions, wallets, and the funds that open orders hold.
 *
 * In: the FILL rows of the account's orders, funding, and orders that want funds. Out: positions, balances, and whether an
 * order is covered. Owns: the margin rule. Refuses: funds that are not there. Fails: with an AccountError or RangeError
 * that names the position or operation when an amount leaves 128 bits. Knows no order and no market: prices come through
 * `ReferencePrices`.
 *
 * Contracts: margin of an instrument = the largest of |position|, |position + open buys| and |position - open sells|,
 * positions at the reference price, orders at their own. Reduce-only orders are not counted, nor are the orders of a side
 * that together close no more than the position. An order is covered while the margins of all instruments of
 * its settle asset are at most leverage * (wallet - spot locks + unrealised loss); unrealised profit backs nothing. An order
 * that does not raise its instrument's margin is always covered. Spot: a purchase locks its value, a sale its quantity.
 */
import { assetTable } from '../../core/market/assets.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { instrumentKey } from '../../core/market/instrument.ts'
import { LAST_FILL, PositionTable } from '../../core/account/positions.ts'
import { FILL_AMOUNT, Settlement, feeAssetOf } from '../../core/account/settlement.ts'
import { I128Array } from '../../core/number/i128.ts'
import { ROUND_DOWN } from '../../core/number/rounding.ts'
import { FILL_FLAGS } from '../../core/tape/kinds.ts'
import { AMOUNT_DECIMALS, NO_INSTRUMENT } from '../../core/tape/layout.ts'
import { flagsOf, instrumentOf } from '../../core/tape/row-buffer.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { MarginEstimate, type Holdings, type ReferencePrices } from './margin-estimate.ts'

export interface AccountOptions {
  readonly instruments: readonly Instrument[]
  /** Whole number from 1: contracts are margined at value / leverage. */
  readonly leverage: number
  /** Amounts in 10^-18 of the asset, by index in `assetTable(instruments)`. */
  readonly balances: readonly { readonly asset: number; readonly amount: bigint }[]
  readonly prices: ReferencePrices
}

/** Cells of `terms`: what an order asks funds for, in price quanta and lots. */
export const TERMS = { price: 0, quantity: 1 } as const

/** Scratch amounts. */
const WORK = { value: 0, position: 1, orders: 2, before: 3, need: 4, have: 5, length: 6 } as const
const CELL = { reference: 0, position: 1, length: 2 } as const

export class Account implements Holdings {
  readonly settlement: Settlement
  /** Row `rowOf[instrument]` is the position; versions of one instrument share a row. */
  readonly positions: PositionTable
  readonly rowOf: Int32Array
  /** By asset, in 10^-18. */
  readonly wallet: I128Array
  /** What open spot orders hold of the wallets. */
  readonly locked: I128Array
  /** Price quanta times lots of the open orders that may raise a position, by instrument. */
  readonly openBuy: I128Array
  readonly openSell: I128Array
  /** Lots of the same orders. */
  readonly openBuyLots: Float64Array
  readonly openSellLots: Float64Array
  /** What an order asks funds for: see TERMS. */
  readonly terms: Float64Array = new Float64Array(2)
  /** 1 while the value of a contract position moves with its price. */
  readonly exposed: Uint8Array
  /** By instrument: set to 1 where the price moves by which a position is valued. */
  readonly moved: Uint8Array

  readonly #prices: ReferencePrices
  readonly #leverage: number
  readonly #markScale: Int32Array
  readonly #work: I128Array = new I128Array(WORK.length)
  readonly #cells: Float64Array = new Float64Array(CELL.length)
  readonly #estimate: MarginEstimate

  constructor(options: AccountOptions) {
    const { instruments, leverage } = options
    if (!Number.isInteger(leverage) || leverage < 1 || leverage > 1000)
      throw new RangeError(`a leverage of ${leverage} is no whole number from 1 to 1000`)
    const count = instruments.length
    const assets = assetTable(instruments)
    this.settlement = new Settlement(instruments, assets)
    this.positions = new PositionTable(count, this.settlement)
    const keys = instruments.map(instrumentKey)
    this.rowOf = Int32Array.from(keys, (key) => keys.indexOf(key))
    this.wallet = new I128Array(assets.length)
    this.locked = new I128Array(assets.length)
    this.openBuy = new I128Array(count)
    this.openSell = new I128Array(count)
    this.openBuyLots = new Float64Array(count)
    this.openSellLots = new Float64Array(count)
    this.exposed = new Uint8Array(count)
    this.#prices = options.prices
    this.#leverage = leverage
    const { contractDecimals } = this.settlement
    this.#markScale = Int32Array.from(
      instruments,
      (i, at) => AMOUNT_DECIMALS - i.markDecimals - i.quantityDecimals - (contractDecimals[at] as number),
    )
    for (const { asset, amount } of options.balances) {
      if (!Number.isInteger(asset) || asset < 0 || asset >= assets.length)
        throw new RangeError(`a balance names asset ${asset}; the instruments have ${assets.length}`)
      this.wallet.set(asset, this.wallet.get(asset) + amount)
    }
    this.#estimate = new MarginEstimate(this, options.prices, leverage)
    this.moved = this.#estimate.moved
  }

  /** Signed position in lots. */
  position(instrument: number): number {
    return this.positions.quantity[this.rowOf[instrument] as number] as number
  }

  /** True when orders on the instrument can be settled exactly; others are refused. */
  supports(instrument: number): boolean {
    return (this.settlement.valueScale[instrument] as number) >= 0
  }

  /** Holds funds for an order of `terms`; false, and nothing is held, when it is not covered. */
  hold(instrument: number, sell: boolean): boolean {
    this.#change(instrument, sell, true)
    if (this.#covers(instrument, sell)) return true
    this.#change(instrument, sell, false)
    return false
  }

  /** Gives back what `hold` took for an order of `terms`, or for a part of it. */
  release(instrument: number, sell: boolean): void {
    this.#change(instrument, sell, false)
  }

  /** Books the FILL row at `row`: position, wallets, fee. */
  applyFill(buffer: RowBuffer, row: number): void {
    const instrument = instrumentOf(buffer, row)
    const index = this.rowOf[instrument] as number
    this.positions.applyFill(index, buffer, row)
    const { settlement, wallet } = this
    const { fill } = settlement
    const money = settlement.money[instrument] as number
    if (settlement.spot[instrument] === 1) {
      const base = settlement.base[instrument] as number
      if ((flagsOf(buffer, row) & FILL_FLAGS.sell) !== 0) {
        wallet.sub(base, FILL_AMOUNT.quantity, fill)
        wallet.add(money, FILL_AMOUNT.notional, fill)
      } else {
        wallet.add(base, FILL_AMOUNT.quantity, fill)
        wallet.sub(money, FILL_AMOUNT.notional, fill)
      }
    } else {
      wallet.add(money, LAST_FILL.realised, this.positions.last)
      this.exposed[instrument] = this.positions.quantity[index] === 0 ? 0 : 1
      this.#estimate.recount(instrument)
    }
    wallet.sub(feeAssetOf(buffer, row), FILL_AMOUNT.fee, fill)
  }

  /** Books `amounts[at]`, funding of a position, received or (negative) paid. */
  applyFunding(instrument: number, amounts: I128Array, at: number): void {
    this.wallet.add(this.settlement.money[instrument] as number, at, amounts)
  }

  /** Counts the position of an instrument in the lots of its version `next` from here on. */
  changeVersion(instrument: number, next: number): void {
    const row = this.rowOf[instrument] as number
    if (this.positions.instrument[row] === NO_INSTRUMENT) return
    this.positions.changeInstrument(row, next)
    this.exposed[next] = this.exposed[instrument] as number
    this.exposed[instrument] = 0
    this.#estimate.recount(instrument)
    this.#estimate.recount(next)
  }

  save(writer: StateWriter): void {
    writer.begin('account', 1)
    this.positions.save(writer)
    for (const amounts of this.#amounts()) writer.u32s(amounts.words)
    writer.f64s(this.openBuyLots)
    writer.f64s(this.openSellLots)
    writer.u8s(this.exposed)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('account', 1)
    this.positions.load(reader)
    for (const amounts of this.#amounts()) reader.into(amounts.words)
    reader.into(this.openBuyLots)
    reader.into(this.openSellLots)
    reader.into(this.exposed)
    reader.end()
    this.#estimate.resum()
  }

  #amounts(): readonly I128Array[] {
    return [this.wallet, this.locked, this.openBuy, this.openSell]
  }

  #change(instrument: number, sell: boolean, more: boolean): void {
    const { settlement, terms } = this
    if (settlement.spot[instrument] !== 1) {
      const open = sell ? this.openSell : this.openBuy
      const lots = sell ? this.openSellLots : this.openBuyLots
      const quantity = terms[TERMS.quantity] as number
      if (more) open.addProduct(instrument, terms, TERMS.price, TERMS.quantity)
      else open.subProduct(instrument, terms, TERMS.price, TERMS.quantity)
      lots[instrument] = (lots[instrument] as number) + (more ? quantity : -quantity)
      this.#estimate.recount(instrument)
      return
    }
    const work = this.#work
    if (sell) {
      work.setFrom(WORK.value, terms, TERMS.quantity)
      work.scaleUp(WORK.value, settlement.lotScale[instrument] as number)
    } else {
      work.setNumber(WORK.value, 0)
      work.addProduct(WORK.value, terms, TERMS.price, TERMS.quantity)
      settlement.scaleValue(work, WORK.value, instrument)
    }
    const asset = sell ? (settlement.base[instrument] as number) : (settlement.quote[instrument] as number)
    if (more) this.locked.add(asset, WORK.value, work)
    else this.locked.sub(asset, WORK.value, work)
  }

  #covers(instrument: number, sell: boolean): boolean {
    const { settlement } = this
    const spot = settlement.spot[instrument] === 1
    const asset = (spot && sell ? settlement.base : settlement.money)[instrument] as number
    return this.#estimate.surelyCovers(asset) || this.#exactlyCovered(instrument, asset, sell, spot)
  }

  #exactlyCovered(instrument: number, asset: number, sell: boolean, spot: boolean): boolean {
    const work = this.#work
    if (!spot && !this.#raisesMargin(instrument, sell)) return true
    work.setNumber(WORK.need, 0)
    work.setNumber(WORK.have, 0)
    const { money, spot: isSpot } = this.settlement
    for (let i = 0; i < money.length; i++) {
      if (money[i] !== asset || isSpot[i] === 1) continue
      this.#exactMargin(i)
      work.add(WORK.need, WORK.value)
      if (this.exposed[i] === 0) continue
      this.#exactValue(i)
      work.add(WORK.have, WORK.value)
      work.sub(WORK.have, this.rowOf[i] as number, this.positions.cost)
    }
    if (work.sign(WORK.have) > 0) work.setNumber(WORK.have, 0)
    work.add(WORK.have, asset, this.wallet)
    work.sub(WORK.have, asset, this.locked)
    work.mulSmall(WORK.have, this.#leverage)
    return work.compare(WORK.have, WORK.need) >= 0
  }

  /** Whether the order in `terms`, already counted, raised its instrument's margin. */
  #raisesMargin(instrument: number, sell: boolean): boolean {
    const work = this.#work
    this.#change(instrument, sell, false)
    this.#exactMargin(instrument)
    work.copy(WORK.before, WORK.value)
    this.#change(instrument, sell, true)
    this.#exactMargin(instrument)
    return work.compare(WORK.value, WORK.before) > 0
  }

  /** Writes the margin of an instrument to WORK.value. */
  #exactMargin(instrument: number): void {
    const work = this.#work
    const position = this.position(instrument)
    this.#exactValue(instrument)
    work.copy(WORK.position, WORK.value)
    if (work.sign(WORK.value) < 0) work.negate(WORK.value)
    if ((this.openBuyLots[instrument] as number) > Math.max(0, -position)) {
      work.copy(WORK.orders, instrument, this.openBuy)
      this.settlement.scaleValue(work, WORK.orders, instrument)
      work.add(WORK.orders, WORK.position)
      this.#raiseToOrders()
    }
    if ((this.openSellLots[instrument] as number) > Math.max(0, position)) {
      work.copy(WORK.orders, instrument, this.openSell)
      this.settlement.scaleValue(work, WORK.orders, instrument)
      work.sub(WORK.orders, WORK.position)
      this.#raiseToOrders()
    }
  }

  /** Raises WORK.value to |WORK.orders|. */
  #raiseToOrders(): void {
    const work = this.#work
    if (work.sign(WORK.orders) < 0) work.negate(WORK.orders)
    if (work.compare(WORK.orders, WORK.value) > 0) work.copy(WORK.value, WORK.orders)
  }

  /** Writes the signed value of a contract position at its reference price to WORK.value. */
  #exactValue(instrument: number): void {
    const work = this.#work
    work.setNumber(WORK.value, 0)
    if (this.exposed[instrument] === 0) return
    const cells = this.#cells
    cells[CELL.position] = this.position(instrument)
    this.#prices.writeReference(instrument, cells, CELL.reference)
    work.addProduct(WORK.value, cells, CELL.position, CELL.reference)
    const { contract } = this.settlement
    if (contract[instrument * 2] !== 1)
      work.mulDiv(WORK.value, contract, instrument * 2, instrument * 2 + 1, ROUND_DOWN)
    const scale = this.#markScale[instrument] as number
    if (scale >= 0) work.scaleUp(WORK.value, scale)
    else work.scaleDown(WORK.value, -scale, ROUND_DOWN)
  }
}
