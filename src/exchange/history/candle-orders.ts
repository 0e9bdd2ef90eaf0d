/**
 * What an order can do on a candle: take a price of its path, rest, be triggered. The primitives of candle-fills.ts and
 * candle-path.ts.
 *
 * In: orders, and the candle under way in `path` and `seen`. Out: fills of whole orders; candles tell no quantities, so that
 * only a reduce-only order is ever filled in part, and what it finds nothing to reduce for expires.
 */
import { hasLimitPrice } from '../../core/market/filters.ts'
import { ORDER_STATUS, TIME_IN_FORCE } from '../../core/tape/kinds.ts'
import type { Admission } from './admission.ts'
import { DEAL } from './events.ts'
import type { Floor } from './floor.ts'
import { UNKNOWN } from './levels.ts'
import { NONE } from './orders.ts'
import type { QueueModel } from './queue-model.ts'

/** Columns of `seen`, per instrument: open time and interval of the last candle (microseconds), 1 while it is under way. */
export const SEEN_CANDLE = { openTime: 0, interval: 1, underWay: 2 } as const
export const SEEN_COLUMNS = 3
/** Cells of `path`: the price reached, where the path goes, the candle's prices, and the price of the next event. */
export const PATH = { at: 0, to: 1, open: 2, high: 3, low: 4, close: 5, event: 6, length: 7 } as const

export interface CandleOrderParts {
  readonly floor: Floor
  readonly queue: QueueModel
  readonly admission: Admission
  /** Exchange time, microseconds. */
  readonly time: Float64Array
}

export class CandleOrders {
  readonly floor: Floor
  readonly path: Float64Array = new Float64Array(PATH.length)
  readonly seen: Float64Array
  readonly #queue: QueueModel
  readonly #admission: Admission
  readonly #time: Float64Array
  readonly #unknown: Float64Array = Float64Array.of(UNKNOWN)

  constructor(parts: CandleOrderParts) {
    this.floor = parts.floor
    this.seen = new Float64Array(parts.floor.instruments.length * SEEN_COLUMNS)
    this.#queue = parts.queue
    this.#admission = parts.admission
    this.#time = parts.time
  }

  /** Whether an order stays in the book when it finds no counterparty. */
  staysOpen(slot: number): boolean {
    const { orders } = this.floor
    const timeInForce = orders.timeInForce[slot] as number
    const waits = timeInForce === TIME_IN_FORCE.goodTillCancel || timeInForce === TIME_IN_FORCE.postOnly
    return waits && hasLimitPrice(orders.type[slot] as number)
  }

  /** Whether an order's limit, if it has one, reaches the price `from[at]`. */
  reaches(slot: number, from: Float64Array, at: number): boolean {
    const { orders } = this.floor
    if (!hasLimitPrice(orders.type[slot] as number)) return true
    const limit = orders.price[slot] as number
    const price = from[at] as number
    return this.floor.isSell(slot) ? limit <= price : limit >= price
  }

  /** An order that does not rest takes the price `from[at]`, or expires. */
  takeAt(slot: number, from: Float64Array, at: number, why: number): void {
    if (this.reaches(slot, from, at)) this.fill(slot, from, at, false, why)
    else this.floor.finish(slot, ORDER_STATUS.expired, 0)
  }

  /** A triggered order takes `path[price]`, or rests if its limit does not reach that. */
  fire(slot: number, price: number, why: number): void {
    if (!this.#admission.trigger(slot)) return
    if (this.staysOpen(slot) && !this.reaches(slot, this.path, price)) this.rest(slot)
    else this.takeAt(slot, this.path, price, why)
  }

  rest(slot: number): void {
    const { floor } = this
    floor.levels.seek[0] = floor.orders.price[slot] as number
    const level = floor.levels.watch(floor.ownList(slot), NONE, 0)
    this.#queue.join(slot, level, this.#unknown)
    floor.rest(slot, level)
  }

  /** Fills all of an order at the price `from[at]`. */
  fill(slot: number, from: Float64Array, at: number, maker: boolean, why: number): void {
    const { floor } = this
    const { orders, events } = floor
    const { deal } = events
    floor.writeWanted(slot)
    const wanted = floor.wanted[0] as number
    const open = (orders.quantity[slot] as number) - (orders.cut[slot] as number) - (orders.filled[slot] as number)
    if (wanted > 0) {
      deal[DEAL.price] = from[at] as number
      deal[DEAL.quantity] = wanted
      deal[DEAL.queueAhead] = 0
      deal[DEAL.explainedBy] = this.seen[
        (orders.instrument[slot] as number) * SEEN_COLUMNS + SEEN_CANDLE.openTime
      ] as number
      floor.fill(slot, maker, why)
    }
    if (wanted < open) floor.finish(slot, ORDER_STATUS.expired, 0)
  }

  /** Stamps what follows with the end of the candle, or now if that is later. */
  stampEnd(instrument: number): void {
    const at = instrument * SEEN_COLUMNS
    const end = (this.seen[at + SEEN_CANDLE.openTime] as number) + (this.seen[at + SEEN_CANDLE.interval] as number) - 1
    this.floor.events.stamp[0] = Math.max(end, this.#time[0] as number)
  }
}
