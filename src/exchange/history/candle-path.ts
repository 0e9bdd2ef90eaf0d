/**
 * The way of the price from a candle's open to its close, and which orders it meets: the pessimistic one of the ways that
 * the four prices allow.
 *
 * Holding a long position the price goes to the low first, then to the high, then to the close; holding a short one to the
 * high first: a stop comes before a target. Flat, it goes where the nearest order is (down if both are equally near). After
 * each fill the way on is chosen anew from the price reached, so that an entry is followed by the bad end of the candle if
 * the path has not been there yet; a stop beyond the entry can fill in the entry's candle, one before it cannot.
 * Triggers fire when the path touches them and then take that price; of several at one price stops come first, then
 * take-profits, then limit orders. A limit order fills at its price, and only when the path goes beyond it.
 * Orders that arrived too late for this candle (candle-fills.ts) do not meet its path.
 */
import { SIDE } from '../../core/market/book-side.ts'
import { FILL_WHY } from '../../core/tape/kinds.ts'
import { PATH, type CandleOrders } from './candle-orders.ts'
import type { Floor } from './floor.ts'
import { NONE, WAITS_FOR } from './orders.ts'
import { FACT, FACTS, type RecordedMarket } from './recorded-market.ts'
import { isStop, type Triggers } from './triggers.ts'

export class CandlePath {
  readonly #candle: CandleOrders
  readonly #floor: Floor
  readonly #market: RecordedMarket
  readonly #triggers: Triggers
  #highDone = false
  #lowDone = false

  constructor(candle: CandleOrders, market: RecordedMarket, triggers: Triggers) {
    this.#candle = candle
    this.#floor = candle.floor
    this.#market = market
    this.#triggers = triggers
  }

  /** Follows `path` from where it is to the close; each turn of the loop ends an order's wait or reaches an end. */
  walk(instrument: number): void {
    const { path } = this.#candle
    this.#highDone = false
    this.#lowDone = false
    for (;;) {
      const target = this.#choose(instrument)
      if (target < 0) return
      path[PATH.to] = path[target] as number
      if (this.#seek(instrument)) continue
      path[PATH.at] = path[PATH.to] as number
      if (target === PATH.close) return
      if (target === PATH.high) this.#highDone = true
      else this.#lowDone = true
    }
  }

  /** Where the path goes next: PATH.low, PATH.high or PATH.close; -1 when no order is left to meet. */
  #choose(instrument: number): number {
    if ((this.#floor.active[instrument] as number) === 0) return -1
    if (this.#lowDone && this.#highDone) return PATH.close
    if (this.#lowDone) return PATH.high
    if (this.#highDone) return PATH.low
    const position = this.#floor.account.position(instrument)
    if (position !== 0) return position > 0 ? PATH.low : PATH.high
    const { path } = this.#candle
    const here = path[PATH.at] as number
    path[PATH.to] = path[PATH.low] as number
    const down = this.#find(instrument) === NONE ? Number.POSITIVE_INFINITY : here - (path[PATH.event] as number)
    path[PATH.to] = path[PATH.high] as number
    const up = this.#find(instrument) === NONE ? Number.POSITIVE_INFINITY : (path[PATH.event] as number) - here
    return up < down ? PATH.high : PATH.low
  }

  /** Lets the first event between here and `path[to]` happen; false if there is none. */
  #seek(instrument: number): boolean {
    const found = this.#find(instrument)
    if (found === NONE) return false
    const floor = this.#floor
    const { path } = this.#candle
    path[PATH.at] = path[PATH.event] as number
    this.#market.facts[instrument * FACTS + FACT.last] = path[PATH.at] as number
    if (floor.orders.waits[found] === WAITS_FOR.trigger) this.#candle.fire(found, PATH.at, FILL_WHY.candlePath)
    else this.#candle.fill(found, floor.orders.price, found, true, FILL_WHY.candlePath)
    floor.settle()
    return true
  }

  /** The order that the way from here to `path[to]` meets first, its price in `path[event]`; NONE if it meets none. */
  #find(instrument: number): number {
    const { orders } = this.#floor
    const { path } = this.#candle
    const here = path[PATH.at] as number
    const to = path[PATH.to] as number
    const rising = to > here
    let found = NONE
    let nearest = Number.POSITIVE_INFINITY
    let foundStop = false
    for (let slot = this.#triggers.first(instrument); slot !== NONE; slot = orders.next[slot] as number) {
      if (orders.fresh[slot] !== 0) continue
      const trigger = orders.trigger[slot] as number
      const rises = this.#triggers.rises(slot)
      if (rises ? trigger > Math.max(here, to) : trigger < Math.min(here, to)) continue
      const distance = Math.max(0, rises ? trigger - here : here - trigger)
      const stop = isStop(orders.type[slot] as number)
      if (distance > nearest || (distance === nearest && (foundStop || !stop))) continue
      found = slot
      nearest = distance
      foundStop = stop
    }
    const resting = to === here ? NONE : this.#firstResting(instrument * 2 + (rising ? SIDE.ask : SIDE.bid))
    if (resting !== NONE) {
      const price = orders.price[resting] as number
      const distance = Math.max(0, rising ? price - here : here - price)
      if (distance < nearest) {
        found = resting
        nearest = distance
      }
    }
    if (found !== NONE) path[PATH.event] = rising ? here + nearest : here - nearest
    return found
  }

  /** Best and oldest order of a side whose price the path goes beyond on its way to `path[to]`. */
  #firstResting(list: number): number {
    const { orders, levels } = this.#floor
    const to = this.#candle.path[PATH.to] as number
    const asks = (list & 1) === SIDE.ask
    for (let level = levels.best[list] as number; level !== NONE; level = levels.next[level] as number) {
      const price = levels.price[level] as number
      if (asks ? price >= to : price <= to) return NONE
      for (let slot = orders.head[level] as number; slot !== NONE; slot = orders.next[slot] as number)
        if (orders.fresh[slot] === 0) return slot
    }
    return NONE
  }
}
