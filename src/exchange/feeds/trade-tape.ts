/**
 * The newest trades of one market, and the aggregates made of them.
 *
 * In: trades in time order. Out: two rings of rows, and each aggregate once it is complete. An aggregate gathers trades of one
 * price and one taker side: on futures those of 100 ms, on spot those of one taking order.
 */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { RowRing } from './row-ring.ts'

/** Cells of a trade. `buyerIsMaker` is 1 or 0. */
export const TRADE_ROW = { id: 0, price: 1, quantity: 2, time: 3, buyerIsMaker: 4, width: 5 } as const
/** Cells of an aggregate: first and last are trade ids, `time` is that of the first trade. */
export const AGGREGATE_ROW = {
  id: 0,
  price: 1,
  quantity: 2,
  first: 3,
  last: 4,
  time: 5,
  buyerIsMaker: 6,
  width: 7,
} as const

/** As many as a request may ask for. */
export const TRADES_KEPT = 1000

export class TradeTape {
  readonly trades: RowRing = new RowRing(TRADE_ROW.width, TRADES_KEPT)
  /** Complete aggregates. */
  readonly aggregates: RowRing = new RowRing(AGGREGATE_ROW.width, TRADES_KEPT)
  /** The one being gathered; nothing while its quantity is 0. */
  readonly pending: Float64Array = new Float64Array(AGGREGATE_ROW.width)
  /** Taking order of the pending aggregate. */
  #taker = -1
  #nextId = 1
  readonly #span: number

  /** `span`: microseconds that an aggregate gathers; 0 for the trades of one order. */
  constructor(span: number) {
    this.#span = span
  }

  get lastId(): number {
    const { trades } = this
    return trades.length === 0 ? 0 : (trades.cells[trades.at(trades.length - 1)] as number)
  }

  get isGathering(): boolean {
    return this.pending[AGGREGATE_ROW.quantity] !== 0
  }

  /** When the pending aggregate is complete if nothing completes it before; infinity for none. */
  get pendingUntil(): number {
    if (this.pending[AGGREGATE_ROW.quantity] === 0) return Number.POSITIVE_INFINITY
    return (this.pending[AGGREGATE_ROW.time] as number) + this.#span
  }

  /** Adds a trade to the ring alone. */
  add(id: number, price: number, quantity: number, time: number, buyerIsMaker: number): void {
    const { trades } = this
    const at = trades.append()
    trades.cells[at + TRADE_ROW.id] = id
    trades.cells[at + TRADE_ROW.price] = price
    trades.cells[at + TRADE_ROW.quantity] = quantity
    trades.cells[at + TRADE_ROW.time] = time
    trades.cells[at + TRADE_ROW.buyerIsMaker] = buyerIsMaker
  }

  /** Whether the trade belongs to the pending aggregate. If not, `complete` that first. */
  joins(price: number, time: number, buyerIsMaker: number, taker: number): boolean {
    const row = this.pending
    if (row[AGGREGATE_ROW.quantity] === 0) return true
    if (row[AGGREGATE_ROW.price] !== price || row[AGGREGATE_ROW.buyerIsMaker] !== buyerIsMaker) return false
    return this.#span === 0 ? taker === this.#taker : time < this.pendingUntil
  }

  /** Adds a trade to the pending aggregate. */
  gather(id: number, price: number, quantity: number, time: number, buyerIsMaker: number, taker: number): void {
    const row = this.pending
    if (row[AGGREGATE_ROW.quantity] === 0) {
      row[AGGREGATE_ROW.id] = this.#nextId
      row[AGGREGATE_ROW.price] = price
      row[AGGREGATE_ROW.first] = id
      row[AGGREGATE_ROW.time] = time
      row[AGGREGATE_ROW.buyerIsMaker] = buyerIsMaker
      this.#taker = taker
    }
    row[AGGREGATE_ROW.quantity] = (row[AGGREGATE_ROW.quantity] as number) + quantity
    row[AGGREGATE_ROW.last] = id
  }

  /** Moves the pending aggregate to the complete ones; returns where it begins there, -1 if there was none. */
  complete(): number {
    const row = this.pending
    if (row[AGGREGATE_ROW.quantity] === 0) return -1
    this.aggregates.push(row, 0)
    row[AGGREGATE_ROW.quantity] = 0
    this.#nextId++
    return this.aggregates.at(this.aggregates.length - 1)
  }

  save(writer: StateWriter): void {
    writer.begin('trade-tape', 1)
    this.trades.save(writer)
    this.aggregates.save(writer)
    writer.f64s(this.pending)
    writer.f64(this.#taker)
    writer.f64(this.#nextId)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('trade-tape', 1)
    this.trades.load(reader)
    this.aggregates.load(reader)
    reader.into(this.pending)
    this.#taker = reader.f64()
    this.#nextId = reader.f64()
    reader.end()
  }
}
