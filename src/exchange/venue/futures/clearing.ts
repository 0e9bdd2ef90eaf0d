/**
 * The venue's side of matching: money, positions, open-order sums and reduce-only orders, pair by pair.
 *
 * In: the matcher's questions and messages (`Settlement`). Out: booked fills, renewed margin, and the facts of a request that
 * the venue looks at when it ends: which markets traded within which prices, which rows may hold more reduce-only orders than
 * position. Owns the open-order sums of the rows.
 */
import type { I128Array } from '../../../core/number/i128.ts'
import { FIELD, FIELDS } from '../events.ts'
import type { EventLog } from '../events.ts'
import { ORDER_FLAG } from '../order-store.ts'
import type { OrderStore } from '../order-store.ts'
import { BUY } from '../requests.ts'
import type { Settlement } from '../settlement.ts'
import type { FillBooking } from './fill-booking.ts'
import type { Margin } from './margin.ts'
import type { Markets } from './markets.ts'
import type { PositionRows } from './position-rows.ts'
import { MOST_AMOUNT } from './pro-rata.ts'

const CELL = { price: 0, units: 1 } as const

export class Clearing implements Settlement {
  /** By instrument: lowest and highest price traded since the venue looked; 0 for no trade. */
  readonly low: Float64Array
  readonly high: Float64Array
  /** The instruments with such a trade, `traded[0]` to `traded[tradedCount - 1]`. */
  readonly traded: Int32Array
  tradedCount = 0
  /** Rows whose reduce-only orders have to be looked at, `trims[0]` to `trims[trimCount - 1]`; a row may be there twice. */
  trims: Int32Array = new Int32Array(64)
  trimCount = 0
  readonly #orders: OrderStore
  readonly #events: EventLog
  readonly #markets: Markets
  readonly #rows: PositionRows
  readonly #booking: FillBooking
  readonly #margin: Margin
  readonly #cells: Float64Array = new Float64Array(2)

  constructor(
    orders: OrderStore,
    events: EventLog,
    markets: Markets,
    rows: PositionRows,
    booking: FillBooking,
    margin: Margin,
  ) {
    this.low = new Float64Array(markets.instruments.length)
    this.high = new Float64Array(markets.instruments.length)
    this.traded = new Int32Array(markets.instruments.length)
    this.#orders = orders
    this.#events = events
    this.#markets = markets
    this.#rows = rows
    this.#booking = booking
    this.#margin = margin
  }

  /** The row that an order belongs to, -1 where none was ever used. */
  rowOf(slot: number): number {
    const orders = this.#orders
    return this.#rows.find(
      orders.account[slot] as number,
      orders.instrument[slot] as number,
      orders.positionSide[slot] as number,
    )
  }

  roomOf(slot: number): number {
    const row = this.rowOf(slot)
    const quantity = this.#rows.quantity[row] as number
    return Math.max(0, this.#orders.side[slot] === BUY ? -quantity : quantity)
  }

  settle(taker: number, maker: number, at: number): void {
    const takerRow = this.#booking.book(taker, at, 0)
    const makerRow = this.#booking.book(maker, at + FIELDS, 1)
    const { cells } = this.#events
    const lots = cells[at + FIELD.quantity] as number
    const flags = this.#orders.flags[maker] as number
    if ((flags & (ORDER_FLAG.reduceOnly | ORDER_FLAG.recorded)) === 0) {
      this.#cells[CELL.units] = lots
      this.#count(maker, makerRow, -1)
    } else if ((flags & ORDER_FLAG.reduceOnly) !== 0 && this.#orders.remaining[maker] === 0)
      this.#countReduceOnly(makerRow, -1)
    this.#margin.renew(takerRow)
    if (makerRow !== takerRow) this.#margin.renew(makerRow)
    this.#look(takerRow)
    this.#look(makerRow)
    this.noteTrade(this.#rows.instrument[takerRow] as number, at)
  }

  /** Notes the price of a trade, whose event begins at `at`: what waits for prices is set off when the request ends. */
  noteTrade(instrument: number, at: number): void {
    const price = this.#events.cells[at + FIELD.price] as number
    this.#markets.last[instrument] = price
    if (this.high[instrument] === 0) this.traded[this.tradedCount++] = instrument
    if (this.high[instrument] === 0 || price < (this.low[instrument] as number)) this.low[instrument] = price
    if (price > (this.high[instrument] as number)) this.high[instrument] = price
  }

  /** Books a fill that took place beside the book: its events begin at `at`, as in `settle`. */
  settleAside(one: number, other: number, at: number): void {
    const row = this.#booking.book(one, at, 0)
    const otherRow = this.#booking.book(other, at + FIELDS, 0)
    this.#margin.renew(row)
    this.#margin.renew(otherRow)
    this.#look(row)
    this.#look(otherRow)
  }

  rested(slot: number): void {
    const row = this.rowOf(slot)
    if (((this.#orders.flags[slot] as number) & ORDER_FLAG.reduceOnly) !== 0) {
      this.#countReduceOnly(row, 1)
      this.#look(row)
      return
    }
    this.#cells[CELL.units] = this.#orders.remaining[slot] as number
    this.#count(slot, row, 1)
    this.#margin.renew(row)
  }

  left(slot: number): void {
    if (this.#orders.level[slot] === -1) return
    const row = this.rowOf(slot)
    if (((this.#orders.flags[slot] as number) & ORDER_FLAG.reduceOnly) !== 0) {
      this.#countReduceOnly(row, -1)
      return
    }
    this.#cells[CELL.units] = this.#orders.remaining[slot] as number
    this.#count(slot, row, -1)
    this.#margin.renew(row)
  }

  shrank(slot: number, lots: number): void {
    const isReduceOnly = ((this.#orders.flags[slot] as number) & ORDER_FLAG.reduceOnly) !== 0
    if (isReduceOnly || this.#orders.level[slot] === -1) return
    const row = this.rowOf(slot)
    this.#cells[CELL.units] = lots
    this.#count(slot, row, -1)
    this.#margin.renew(row)
  }

  /** Adds (1) or takes (-1) lots in `#cells[units]` of an order to or from its row's open-order sums. */
  #count(slot: number, row: number, sign: number): void {
    const orders = this.#orders
    const rows = this.#rows
    const cells = this.#cells
    const isBuy = orders.side[slot] === BUY
    const sum = isBuy ? rows.buyLots : rows.sellLots
    const lots = sign * (cells[CELL.units] as number)
    sum[row] = (sum[row] as number) + lots
    cells[CELL.price] = orders.price[slot] as number
    cells[CELL.units] = lots * (this.#markets.unit[orders.instrument[slot] as number] as number)
    const value: I128Array = isBuy ? rows.buyValue : rows.sellValue
    value.addProduct(row, cells, CELL.price, CELL.units)
    const near = isBuy ? rows.buyNear : rows.sellNear
    const change = (cells[CELL.price] as number) * (cells[CELL.units] as number)
    const sumNear = (near[row] as number) + change
    const isExact = Math.abs(change) < MOST_AMOUNT && Math.abs(near[row] as number) < MOST_AMOUNT
    near[row] = isExact ? sumNear : value.toNumber(row)
  }

  #countReduceOnly(row: number, change: number): void {
    const { reduceOnlyOrders } = this.#rows
    reduceOnlyOrders[row] = (reduceOnlyOrders[row] as number) + change
  }

  /** Notes a row for the end of the request if it has reduce-only orders. */
  #look(row: number): void {
    if (this.#rows.reduceOnlyOrders[row] === 0) return
    if (this.trimCount === this.trims.length) {
      const wider = new Int32Array(this.trims.length * 2)
      wider.set(this.trims)
      this.trims = wider
    }
    this.trims[this.trimCount++] = row
  }
}
