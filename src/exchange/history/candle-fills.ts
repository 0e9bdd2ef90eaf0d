/**
 * Fills of instruments of which only candles are known.
 *
 * In: closed CANDLE rows, first at their open, then at their end, and orders. Out: fills at the open, on the path
 * (candle-path.ts) and at the close. Owns the orders that wait for a candle. Ignores forming candles, candles that are not
 * newer than the last one, and those of a longer interval than the shortest seen. A fill is never limited by a quantity.
 *
 * At the open, with `next-open`, market and immediate orders that waited take the open price; then stops, then
 * take-profits whose trigger the open has reached or gapped over; then limit orders, all at the open price. A limit order
 * that has not met a candle yet takes if the open reaches its price; one that rested before fills only if the open is
 * better than its price.
 * While a candle is under way, an order that would take waits for the next one. Others meet this one's path if they arrive
 * in its first thousandth (in answer to a fill at the open), stops whenever they arrive, because whether the price had
 * passed a later one's trigger before it came is not known; other late orders meet the next candle.
 * With `close`, an order that would take meets the last price known (the last close, or the open of the candle under way)
 * at once; before the first candle it waits for that one's close.
 *
 * Stamps: fills at the open have the open time, or that of the last arrival if that was later; fills on the path and at the
 * close the last microsecond of the candle, or the present if that is later.
 */
import { SIDE } from '../../core/market/book-side.ts'
import { hasLimitPrice, hasTrigger } from '../../core/market/filters.ts'
import { CANDLE, CANDLE_FLAGS, FILL_WHY, ORDER_STATUS, TIME_IN_FORCE } from '../../core/tape/kinds.ts'
import { HEAD, ROW_BYTES, ROW_SLOTS } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { CandleOrders, PATH, SEEN_CANDLE, SEEN_COLUMNS, type CandleOrderParts } from './candle-orders.ts'
import { CandlePath } from './candle-path.ts'
import { rejectionCode, REJECTION } from './errors.ts'
import type { Floor } from './floor.ts'
import { NONE, WAITS_FOR } from './orders.ts'
import { FACT, FACTS, type RecordedMarket } from './recorded-market.ts'
import { isStop, type Triggers } from './triggers.ts'

export const CANDLE_FILL = ['next-open', 'close'] as const
export type CandleFill = (typeof CANDLE_FILL)[number]

/** Orders that arrive in the first part of a candle, one in this many, meet its whole path. */
const IN_TIME_PART = 1000

export interface CandleParts extends CandleOrderParts {
  readonly market: RecordedMarket
  readonly triggers: Triggers
  /** The orders of instrument i wait in the chain `firstChain + i`. */
  readonly firstChain: number
  readonly fill: CandleFill
}

export class CandleFills {
  readonly #floor: Floor
  readonly #market: RecordedMarket
  readonly #triggers: Triggers
  readonly #candle: CandleOrders
  readonly #path: CandlePath
  readonly #time: Float64Array
  readonly #firstChain: number
  readonly #atClose: boolean
  /** [time of the last arrival] */
  readonly #arrived: Float64Array = new Float64Array(1)

  constructor(parts: CandleParts) {
    if (!CANDLE_FILL.includes(parts.fill))
      throw new RangeError(`candle fill ${String(parts.fill)} is none of ${CANDLE_FILL.join(', ')}`)
    this.#floor = parts.floor
    this.#market = parts.market
    this.#triggers = parts.triggers
    this.#candle = new CandleOrders(parts)
    this.#path = new CandlePath(this.#candle, parts.market, parts.triggers)
    this.#time = parts.time
    this.#firstChain = parts.firstChain
    this.#atClose = parts.fill === 'close'
  }

  /** First order of an instrument that waits for a candle, or NONE; follow `orders.next`. */
  first(instrument: number): number {
    return this.#floor.orders.head[this.#firstChain + instrument] as number
  }

  /** An order arrives, be it to wait for its trigger or to trade: decides whether it meets the candle under way. */
  noteArrival(slot: number): void {
    const { orders } = this.#floor
    const { seen } = this.#candle
    const instrument = orders.instrument[slot] as number
    const at = instrument * SEEN_COLUMNS
    const now = this.#time[0] as number
    this.#arrived[0] = now
    if (seen[at + SEEN_CANDLE.underWay] === 0) return
    const type = orders.type[slot] as number
    const late = now - (seen[at + SEEN_CANDLE.openTime] as number)
    const inTime = late * IN_TIME_PART <= (seen[at + SEEN_CANDLE.interval] as number)
    const takes = !hasTrigger(type) && this.#candle.reaches(slot, this.#market.facts, instrument * FACTS + FACT.last)
    if (isStop(type) || (inTime && !takes)) orders.fresh[slot] = 0
  }

  /** An admitted order meets a market of candles: it waits, rests, or takes the last price. */
  arrive(slot: number): void {
    const floor = this.#floor
    const candle = this.#candle
    const instrument = floor.orders.instrument[slot] as number
    const { facts } = this.#market
    const last = instrument * FACTS + FACT.last
    const takes = this.#atClose && (facts[last] as number) > 0
    if (takes && candle.reaches(slot, facts, last)) candle.fill(slot, facts, last, false, FILL_WHY.candleClose)
    else if (candle.staysOpen(slot)) {
      if (takes) floor.orders.fresh[slot] = 0
      candle.rest(slot)
    } else if (takes) floor.finish(slot, ORDER_STATUS.expired, 0)
    else floor.wait(slot, WAITS_FOR.candle, this.#firstChain + instrument)
  }

  /** The candle at `row` opens. */
  open(buffer: RowBuffer, row: number, instrument: number): void {
    if (!this.#isNext(buffer, row, instrument)) return
    const { seen, path } = this.#candle
    const { f64 } = buffer
    const from = row * ROW_SLOTS
    const at = instrument * SEEN_COLUMNS
    seen[at + SEEN_CANDLE.openTime] = f64[from + CANDLE.openTime] as number
    seen[at + SEEN_CANDLE.interval] = f64[from + CANDLE.interval] as number
    seen[at + SEEN_CANDLE.underWay] = 1
    this.#market.facts[instrument * FACTS + FACT.last] = f64[from + CANDLE.open] as number
    this.#floor.account.moved[instrument] = 1
    if ((this.#floor.active[instrument] as number) === 0) return
    path[PATH.open] = f64[from + CANDLE.open] as number
    this.#floor.events.stamp[0] = Math.max(seen[at + SEEN_CANDLE.openTime] as number, this.#arrived[0] as number)
    if (!this.#atClose) this.#fillWaiting(instrument, PATH.open, FILL_WHY.candleOpen)
    this.#fireAtOpen(instrument, true)
    this.#fireAtOpen(instrument, false)
    this.#triggers.renewBounds(instrument)
    this.#openList(instrument * 2 + SIDE.bid)
    this.#openList(instrument * 2 + SIDE.ask)
    this.#floor.settle()
  }

  /** The candle at `row` is over; its open is played first if `open` has not been called for it. */
  close(buffer: RowBuffer, row: number, instrument: number): void {
    this.open(buffer, row, instrument)
    const { seen, path } = this.#candle
    const { f64 } = buffer
    const from = row * ROW_SLOTS
    const at = instrument * SEEN_COLUMNS
    const isOpen =
      seen[at + SEEN_CANDLE.underWay] === 1 &&
      f64[from + CANDLE.openTime] === seen[at + SEEN_CANDLE.openTime] &&
      f64[from + CANDLE.interval] === seen[at + SEEN_CANDLE.interval]
    if (!isOpen || !isClosed(buffer, row)) return
    seen[at + SEEN_CANDLE.underWay] = 0
    if ((this.#floor.active[instrument] as number) > 0) {
      path[PATH.at] = f64[from + CANDLE.open] as number
      path[PATH.high] = f64[from + CANDLE.high] as number
      path[PATH.low] = f64[from + CANDLE.low] as number
      path[PATH.close] = f64[from + CANDLE.close] as number
      this.#candle.stampEnd(instrument)
      this.#path.walk(instrument)
      if (this.#atClose) this.#fillWaiting(instrument, PATH.close, FILL_WHY.candleClose)
      this.#triggers.renewBounds(instrument)
    }
    this.#market.facts[instrument * FACTS + FACT.last] = f64[from + CANDLE.close] as number
    this.#floor.account.moved[instrument] = 1
  }

  save(writer: StateWriter): void {
    writer.begin('candle-fills', 1)
    writer.f64s(this.#candle.seen)
    writer.f64s(this.#arrived)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('candle-fills', 1)
    reader.into(this.#candle.seen)
    reader.into(this.#arrived)
    reader.end()
  }

  /** Whether a row is the next candle to open: closed, newer, and of the shortest interval. */
  #isNext(buffer: RowBuffer, row: number, instrument: number): boolean {
    if (!isClosed(buffer, row)) return false
    const { seen } = this.#candle
    const at = instrument * SEEN_COLUMNS
    const last = seen[at + SEEN_CANDLE.interval] as number
    if (last === 0) return true
    const from = row * ROW_SLOTS
    if ((buffer.f64[from + CANDLE.interval] as number) > last) return false
    return (buffer.f64[from + CANDLE.openTime] as number) > (seen[at + SEEN_CANDLE.openTime] as number)
  }

  /** Orders that waited for this candle take `path[price]`; immediate ones that do not reach it expire. */
  #fillWaiting(instrument: number, price: number, why: number): void {
    const { orders } = this.#floor
    let slot = this.first(instrument)
    while (slot !== NONE) {
      const next = orders.next[slot] as number
      orders.unchain(slot)
      if (this.#paysAt(slot, price)) this.#candle.takeAt(slot, this.#candle.path, price, why)
      slot = next
    }
  }

  /**
   * Spot is paid in full, so that a market order must be covered at the price it gets, and any one at the first price that
   * there is; without cover it expires. A contract's margin was judged when the order arrived.
   */
  #paysAt(slot: number, price: number): boolean {
    const floor = this.#floor
    const { orders, account } = floor
    if (hasLimitPrice(orders.type[slot] as number)) return true
    const spot = account.settlement.spot[orders.instrument[slot] as number] === 1
    if (!spot && (orders.price[slot] as number) > 0) return true
    if (floor.holdAt(slot, this.#candle.path, price)) return true
    const market = spot ? 'spot' : 'linear'
    floor.finish(slot, ORDER_STATUS.expired, rejectionCode(market, REJECTION.insufficientFunds))
    return false
  }

  /** Fires the stops, or the take-profits, that are due at the open; none of them is new to the path any more. */
  #fireAtOpen(instrument: number, stops: boolean): void {
    const { orders } = this.#floor
    let slot = this.#triggers.first(instrument)
    while (slot !== NONE) {
      const next = orders.next[slot] as number
      if (isStop(orders.type[slot] as number) === stops) {
        orders.fresh[slot] = 0
        if (this.#triggers.isDue(slot)) this.#candle.fire(slot, PATH.open, FILL_WHY.candleOpen)
      }
      slot = next
    }
  }

  /** Limit orders of one side meet the open. */
  #openList(list: number): void {
    const { orders, levels } = this.#floor
    const { path } = this.#candle
    const open = path[PATH.open] as number
    const asks = (list & 1) === SIDE.ask
    for (let level = levels.best[list] as number; level !== NONE; level = levels.next[level] as number) {
      const price = levels.price[level] as number
      const better = asks ? open > price : open < price
      let slot = orders.head[level] as number
      while (slot !== NONE) {
        const next = orders.next[slot] as number
        const takes = orders.fresh[slot] !== 0 && orders.timeInForce[slot] !== TIME_IN_FORCE.postOnly
        orders.fresh[slot] = 0
        if (better || (takes && open === price)) this.#candle.fill(slot, path, PATH.open, !takes, FILL_WHY.candleOpen)
        slot = next
      }
    }
  }
}

function isClosed(buffer: RowBuffer, row: number): boolean {
  return ((buffer.u8[row * ROW_BYTES + HEAD.flags] as number) & CANDLE_FLAGS.closed) !== 0
}
