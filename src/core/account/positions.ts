/**
 * Positions by average cost, in columns: the account's by instrument, and each strategy's own by (strategy, instrument).
 *
 * In: FILL and FUNDING_PAYMENT rows, and which row of the table they concern. Out: quantity, open cost and what was earned
 * and paid, exact to 10^-18. Owns: the averaging rule. Refuses: a row of the table that fills of two different markets
 * would share. Fails: with an `AccountError` that names the position. Knows no order, account or strategy: its caller maps
 * them to table rows.
 *
 * Cost, value and flows are signed like the quantity. Always, to the unit:
 *   cost = sum of signed fill values + realised - fees paid in the base asset
 */
import type { Instrument } from '../market/instrument.ts'
import { scaleOf } from '../number/decimal.ts'
import { I128Array } from '../number/i128.ts'
import { ROUND_DOWN } from '../number/rounding.ts'
import { FILL, FILL_FLAGS, FUNDING_PAYMENT } from '../tape/kinds.ts'
import { APPEND_TIME, NO_INSTRUMENT, ROW_SLOTS } from '../tape/layout.ts'
import { flagsOf, instrumentOf } from '../tape/row-buffer.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import { AccountError, named } from './account-error.ts'
import { loadPositions, recountLots, savePositions } from './position-state.ts'
import { FACTORS, FILL_AMOUNT, POWERS_OF_TEN, SPLIT_ROUNDING, feeAssetOf } from './settlement.ts'
import type { Settlement } from './settlement.ts'

/** Elements of `PositionTable.last`: what the fill applied last did, in the asset of profit. */
export const LAST_FILL = { realised: 0, fee: 1 } as const

/** Scratch amounts. */
const WORK = { flow: 0, part: 1, closed: 2, held: 3, whole: 4, length: 5 } as const
/** Scratch doubles, because a double that is handed to a function costs an allocation. */
const CELL = { lots: 0, held: 1, price: 2, priceUnit: 3, whole: 4, length: 5 } as const

/** Amounts are cut to as many digits as a double holds exactly before they serve as a ratio. */
const RATIO_LIMIT = 4e15

export class PositionTable {
  readonly settlement: Settlement
  /** Number of table rows. */
  readonly rows: number
  /** Instrument (version) whose lots `quantity` counts; `NO_INSTRUMENT` before its first row. */
  readonly instrument: Int32Array
  /** Signed, in lots; on spot the whole lots that are left after fees in the base asset. */
  readonly quantity: Float64Array
  /** What is held beyond whole lots, in 10^-18 of the base asset, signed like the quantity; always 0 for contracts. */
  readonly dust: I128Array
  /** Signed cost of the open part, dust included, in 10^-18 of the asset of profit, like all amounts below. */
  readonly cost: I128Array
  /** Sum of `cost` over the contract positions, by asset of profit: what a valuation would else add up each time. */
  readonly openCost: I128Array
  /** Profit of closed parts before fees and funding. */
  readonly realised: I128Array
  /** Fees in the asset of profit, and those in the base asset at the price of their fill. */
  readonly fees: I128Array
  /** Fees in the base asset, in 10^-18 of it. They are contained in `fees` by value. */
  readonly baseFees: I128Array
  /** Funding received (positive) less paid. */
  readonly funding: I128Array
  /** Sum of the fills' values. */
  readonly turnover: I128Array
  readonly fills: Float64Array
  /** Engine time in microseconds at which the position left zero or turned; 0 while flat. */
  readonly openedAt: Float64Array
  /** Largest number of lots since it was opened; kept while flat. */
  readonly maxQuantity: Float64Array
  /** What the last `applyFill` realised and cost. */
  readonly last: I128Array = new I128Array(2)
  /** Fees in assets that are neither the profit's nor the base, by asset; a column exists from its first fee on. */
  readonly otherFees: (I128Array | undefined)[]

  readonly #work: I128Array = new I128Array(WORK.length)
  readonly #cells: Float64Array = new Float64Array(CELL.length)
  readonly #factors: Float64Array = new Float64Array(FACTORS)
  #lastBuffer: RowBuffer | undefined
  #lastRow = -1

  constructor(rows: number, settlement: Settlement) {
    this.settlement = settlement
    this.rows = rows
    this.instrument = new Int32Array(rows).fill(NO_INSTRUMENT)
    this.quantity = new Float64Array(rows)
    this.dust = new I128Array(rows)
    this.cost = new I128Array(rows)
    this.openCost = new I128Array(settlement.assets.length)
    this.realised = new I128Array(rows)
    this.fees = new I128Array(rows)
    this.baseFees = new I128Array(rows)
    this.funding = new I128Array(rows)
    this.turnover = new I128Array(rows)
    this.fills = new Float64Array(rows)
    this.openedAt = new Float64Array(rows)
    this.maxQuantity = new Float64Array(rows)
    this.otherFees = settlement.assets.map(() => undefined)
  }

  /** Applies the FILL row at `row` to the position `index`. Allocates nothing. Throws AccountError. */
  applyFill(index: number, buffer: RowBuffer, row: number): void {
    try {
      this.#applyFill(index, buffer, row)
    } catch (error) {
      throw named(error, this.#nameOf(index))
    }
  }

  /** True if `last` describes this row: it was the last one applied, whatever the position. */
  appliedLast(buffer: RowBuffer, row: number): boolean {
    return this.#lastBuffer === buffer && this.#lastRow === row
  }

  /** Books the FUNDING_PAYMENT row at `row` on the position `index`. Throws AccountError. */
  applyFunding(index: number, buffer: RowBuffer, row: number): void {
    this.#readFunding(index, buffer, row)
    try {
      this.funding.add(index, WORK.part, this.#work)
    } catch (error) {
      throw named(error, this.#nameOf(index))
    }
  }

  /**
   * Divides a FUNDING_PAYMENT among the first `count` positions of `indexes` in proportion to their quantities, which is
   * how strategies share one account position. Each part is rounded toward zero; the largest position (the first of equal
   * ones) takes what is left, so that the parts add up to the payment. Returns false, and books nothing, when the
   * quantities add up to nothing.
   */
  splitFunding(indexes: Int32Array, count: number, buffer: RowBuffer, row: number): boolean {
    let total = 0
    let largest = -1
    for (let i = 0; i < count; i += 1) {
      const index = indexes[i] as number
      const lots = this.quantity[index] as number
      total += lots
      if (lots === 0) continue
      if (largest < 0 || Math.abs(lots) > Math.abs(this.quantity[largest] as number)) largest = index
    }
    if (total === 0) return false
    this.#readFunding(largest, buffer, row)
    const work = this.#work
    work.copy(WORK.whole, WORK.part)
    this.#cells[CELL.held] = total
    try {
      for (let i = 0; i < count; i += 1) {
        const index = indexes[i] as number
        if (index === largest || this.quantity[index] === 0) continue
        this.#cells[CELL.lots] = this.quantity[index] as number
        work.copy(WORK.part, WORK.whole)
        work.mulDiv(WORK.part, this.#cells, CELL.lots, CELL.held, SPLIT_ROUNDING)
        this.funding.add(index, WORK.part, work)
        work.sub(WORK.closed, WORK.part)
      }
      this.funding.add(largest, WORK.closed, work)
    } catch (error) {
      throw named(error, this.#nameOf(largest))
    }
    return true
  }

  /**
   * Counts the position `index` in the lots of another version of its instrument from here on; a fill of that version does
   * it too. Throws AccountError when the two are not versions of one contract or the new lots do not hold the position.
   */
  changeInstrument(index: number, next: number): void {
    recountLots(this, index, next)
    this.instrument[index] = next
  }

  /**
   * Average entry price in price quanta of the position's instrument, a double for views and wishes, never for money; 0
   * while nothing is held. Within a millionth of a whole quantum it is that quantum, not a digit of noise below it.
   */
  averageEntry(index: number): number {
    const instrument = this.instrument[index] as number
    const { settlement } = this
    const lot = POWERS_OF_TEN[settlement.lotScale[instrument] as number] as number
    const held = (this.quantity[index] as number) * lot + this.dust.toNumber(index)
    if (instrument === NO_INSTRUMENT || held === 0) return 0
    const unit =
      (settlement.priceUnit[instrument] as number) / (settlement.instruments[instrument] as Instrument).contractSize
    const price = (this.cost.toNumber(index) / held) * unit
    const whole = Math.round(price)
    return Math.abs(price - whole) < 1e-6 ? whole : price
  }

  /** target[at] = averageEntry(index), without handing a double around. */
  storeAverageEntry(index: number, target: Float64Array, at: number): void {
    target[at] = this.averageEntry(index)
  }

  /** What is held, in 10^-18 of the base asset or of contracts: lots and dust. Cold path. */
  held(index: number): bigint {
    const instrument = this.instrument[index] as number
    if (instrument === NO_INSTRUMENT) return 0n
    const lot = BigInt(scaleOf(this.settlement.lotScale[instrument] as number))
    return BigInt(this.quantity[index] as number) * lot + this.dust.get(index)
  }

  /** Fees paid in an asset that is neither that of profit nor the base, in 10^-18 of it. Cold path. */
  feesIn(asset: number, index: number): bigint {
    return this.otherFees[asset]?.get(index) ?? 0n
  }

  /** Writes the rows of the table that were ever used. */
  save(writer: StateWriter): void {
    savePositions(this, writer)
  }

  /** Reads what a table of the same size and instruments saved; rows that it did not write become empty. */
  load(reader: StateReader): void {
    loadPositions(this, reader)
  }

  #applyFill(index: number, buffer: RowBuffer, row: number): void {
    const { settlement } = this
    const instrument = settlement.readFill(buffer, row)
    if (this.instrument[index] !== instrument) this.changeInstrument(index, instrument)
    const at = row * ROW_SLOTS
    const sell = (flagsOf(buffer, row) & FILL_FLAGS.sell) !== 0
    const before = this.quantity[index] as number
    const lots = buffer.f64[at + FILL.quantity] as number
    const after = sell ? before - lots : before + lots
    if (!Number.isSafeInteger(after)) throw new RangeError('the quantity exceeds 2^53 lots')

    const cells = this.#cells
    cells[CELL.lots] = lots
    cells[CELL.held] = Math.abs(before)
    cells[CELL.price] = buffer.f64[at + FILL.price] as number
    const work = this.#work
    work.copy(WORK.flow, FILL_AMOUNT.notional, settlement.fill)
    if (sell) work.negate(WORK.flow)
    const { last } = this
    last.setNumber(LAST_FILL.realised, 0)
    last.setNumber(LAST_FILL.fee, 0)
    const direction = before === 0 ? this.dust.sign(index) : before > 0 ? 1 : -1
    if (direction !== 0 && direction > 0 === sell) {
      if (lots > Math.abs(before)) this.#realiseAll(index, instrument, direction)
      else this.#realisePart(index, instrument)
      this.realised.add(index, LAST_FILL.realised, last)
      work.add(WORK.flow, LAST_FILL.realised, last)
    }
    this.cost.add(index, WORK.flow, work)
    if (settlement.spot[instrument] === 0) this.openCost.add(settlement.money[instrument] as number, WORK.flow, work)
    this.quantity[index] = after

    this.#payFee(index, instrument, feeAssetOf(buffer, row))
    if (!this.dust.isZero(index)) this.#settleDust(index, instrument)
    this.turnover.add(index, FILL_AMOUNT.notional, settlement.fill)
    this.fills[index] = (this.fills[index] as number) + 1
    this.#noteSize(index, before > 0, before === 0, buffer.f64, at + APPEND_TIME)
    this.#lastBuffer = buffer
    this.#lastRow = row
  }

  /** A fill that only reduces: realised = -flow - cost * closed / held. The cost's remainder stays in the open part. */
  #realisePart(index: number, instrument: number): void {
    const work = this.#work
    const { last } = this
    if (!this.dust.isZero(index)) this.#weighDust(index, instrument)
    work.copy(WORK.part, index, this.cost)
    // The whole cost is its own share: most positions are closed at once.
    if (this.#cells[CELL.lots] !== this.#cells[CELL.held])
      work.mulDiv(WORK.part, this.#cells, CELL.lots, CELL.held, SPLIT_ROUNDING)
    last.sub(LAST_FILL.realised, WORK.flow, work)
    last.sub(LAST_FILL.realised, WORK.part, work)
  }

  /** A fill that turns the position closes all of it, dust included, at its price: realised = value - cost. */
  #realiseAll(index: number, instrument: number, direction: number): void {
    const work = this.#work
    const { last, settlement } = this
    const factors = this.#factors
    factors[0] = this.#cells[CELL.price] as number
    factors[1] = this.#cells[CELL.held] as number
    settlement.setValue(work, WORK.held, instrument, factors)
    if (direction < 0) work.negate(WORK.held)
    if (!this.dust.isZero(index)) {
      work.copy(WORK.part, index, this.dust)
      this.#valueAtFill(instrument)
      work.add(WORK.held, WORK.part)
    }
    last.add(LAST_FILL.realised, WORK.held, work)
    last.sub(LAST_FILL.realised, index, this.cost)
  }

  /**
   * Puts closed and held quantity into the ratio's cells as amounts, because the lots alone leave the dust out. Amounts
   * that no double holds lose their last digits; what the ratio is then off by stays in the cost of the open part.
   */
  #weighDust(index: number, instrument: number): void {
    const work = this.#work
    const cells = this.#cells
    work.setFrom(WORK.held, cells, CELL.held)
    work.scaleUp(WORK.held, this.settlement.lotScale[instrument] as number)
    if (this.dust.sign(index) < 0) work.sub(WORK.held, index, this.dust)
    else work.add(WORK.held, index, this.dust)
    work.copy(WORK.closed, FILL_AMOUNT.quantity, this.settlement.fill)
    let size = work.toNumber(WORK.held)
    let digits = 0
    for (; size > RATIO_LIMIT; size /= 10) digits += 1
    work.scaleDown(WORK.held, digits, SPLIT_ROUNDING)
    work.scaleDown(WORK.closed, digits, SPLIT_ROUNDING)
    work.storeNumber(WORK.held, cells, CELL.held)
    work.storeNumber(WORK.closed, cells, CELL.lots)
  }

  /** Books the fee where its asset belongs. One in the base asset lowers what is held, at the price of the fill. */
  #payFee(index: number, instrument: number, asset: number): void {
    const { settlement, last } = this
    const { fill } = settlement
    if (fill.isZero(FILL_AMOUNT.fee)) return
    if (asset === settlement.money[instrument]) {
      last.copy(LAST_FILL.fee, FILL_AMOUNT.fee, fill)
      this.fees.add(index, LAST_FILL.fee, last)
    } else if (settlement.spot[instrument] === 1 && asset === settlement.base[instrument]) {
      this.#work.copy(WORK.part, FILL_AMOUNT.fee, fill)
      this.#valueAtFill(instrument)
      last.copy(LAST_FILL.fee, WORK.part, this.#work)
      this.fees.add(index, LAST_FILL.fee, last)
      this.cost.sub(index, LAST_FILL.fee, last)
      this.baseFees.add(index, FILL_AMOUNT.fee, fill)
      this.dust.sub(index, FILL_AMOUNT.fee, fill)
    } else {
      const column = this.otherFees[asset] ?? new I128Array(this.rows)
      this.otherFees[asset] = column
      column.add(index, FILL_AMOUNT.fee, fill)
    }
  }

  /** Turns `WORK.part`, an amount of the base asset, into its value at the fill's price. */
  #valueAtFill(instrument: number): void {
    this.#cells[CELL.priceUnit] = this.settlement.priceUnit[instrument] as number
    this.#work.mulDiv(WORK.part, this.#cells, CELL.price, CELL.priceUnit, SPLIT_ROUNDING)
  }

  /** Moves whole lots out of the dust, and lets it have the quantity's sign. */
  #settleDust(index: number, instrument: number): void {
    const { dust, quantity } = this
    const work = this.#work
    const scale = this.settlement.lotScale[instrument] as number
    work.copy(WORK.whole, index, dust)
    work.scaleDown(WORK.whole, scale, ROUND_DOWN)
    work.storeNumber(WORK.whole, this.#cells, CELL.whole)
    let lots = (quantity[index] as number) + (this.#cells[CELL.whole] as number)
    work.scaleUp(WORK.whole, scale)
    dust.sub(index, WORK.whole, work)
    const sign = dust.sign(index)
    work.setNumber(WORK.whole, 1)
    work.scaleUp(WORK.whole, scale)
    if (lots > 0 && sign < 0) {
      lots -= 1
      dust.add(index, WORK.whole, work)
    } else if (lots < 0 && sign > 0) {
      lots += 1
      dust.sub(index, WORK.whole, work)
    }
    quantity[index] = lots
  }

  /** Keeps `openedAt` and `maxQuantity` after a fill; `time` is the place of its engine time. */
  #noteSize(index: number, wasLong: boolean, wasFlat: boolean, slots: Float64Array, time: number): void {
    const quantity = this.quantity[index] as number
    const size = Math.abs(quantity)
    if (quantity === 0) {
      this.openedAt[index] = 0
    } else if (wasFlat || wasLong !== quantity > 0) {
      this.openedAt[index] = slots[time] as number
      this.maxQuantity[index] = size
    } else if (size > (this.maxQuantity[index] as number)) {
      this.maxQuantity[index] = size
    }
  }

  /** Reads a funding payment into `WORK.part` and `WORK.closed`. */
  #readFunding(index: number, buffer: RowBuffer, row: number): void {
    if (this.instrument[index] === NO_INSTRUMENT) this.changeInstrument(index, instrumentOf(buffer, row))
    const asset = buffer.u16[row * 32 + FUNDING_PAYMENT.assetByte / 2] as number
    const instrument = this.instrument[index] as number
    if (asset !== this.settlement.money[instrument])
      throw new AccountError(
        'mismatch',
        `${this.#nameOf(index)}: funding in asset ${asset} is not in the asset its profit is in`,
      )
    const byte = (row * ROW_SLOTS + FUNDING_PAYMENT.amount) * 8
    this.#work.loadFrom(WORK.part, buffer.u32, byte)
    this.#work.copy(WORK.closed, WORK.part)
  }

  #nameOf(index: number): string {
    const instrument = this.instrument[index] as number
    return instrument === NO_INSTRUMENT
      ? `position ${index}`
      : `position ${index} in ${this.settlement.nameOf(instrument)}`
  }
}
