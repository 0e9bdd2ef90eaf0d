/**
 * Taking recorded liquidity: an order walks the levels of the other side, best first, as far as its price allows.
 *
 * In: an order and the recorded market. Out: fills, one per level. Owns: the memory of what we took (`Levels.taken`).
 * Refuses: liquidity that the recording does not show. What a market order does not find within the known levels, within
 * the price band, or within the number of levels that can be remembered, stays unfilled, and its caller lets it expire.
 *
 * Taken once: a level offers what the recording shows less what we took of it. History goes on as if we had not been there,
 * so `taken` stays until the recording shows less than it, and is then that: a level that history empties is forgotten, and
 * quantity that history adds is new. (Of a level of 10 we take 4: 6 are left. History shows 13: 9 are left; then 3: none,
 * because the other orders lost are those that we left; then 0 and 5: 5 are left.) Trades as liquidity have no quantity and
 * are not remembered.
 *
 * Own orders in the way expire before they could trade with each other (the venue's EXPIRE_MAKER): those at better prices
 * than the liquidity met, and those at its price that do not stand behind enough of it.
 */
import { SIDE } from '../../core/market/book-side.ts'
import { checkBand, FILTER, FILTER_INPUT, hasLimitPrice } from '../../core/market/filters.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { FILL_WHY, ORDER_STATUS } from '../../core/tape/kinds.ts'
import { DEAL } from './events.ts'
import type { Floor } from './floor.ts'
import { NONE } from './orders.ts'
import type { QueueModel } from './queue-model.ts'
import { CURSOR, type RecordedMarket } from './recorded-market.ts'

/** Cells of `found`: what `probe` saw. Prices are 0 when there is nothing to take. */
export const FOUND = { quantity: 0, bestPrice: 1, worstPrice: 2, length: 3 } as const

export class Taker {
  readonly found: Float64Array = new Float64Array(FOUND.length)
  /** True when the last probe met liquidity that only the price band forbade. */
  outsideBand = false
  readonly #floor: Floor
  readonly #market: RecordedMarket
  readonly #queue: QueueModel
  readonly #band: Float64Array = new Float64Array(FILTER_INPUT.length)

  constructor(floor: Floor, market: RecordedMarket, queue: QueueModel) {
    this.#floor = floor
    this.#market = market
    this.#queue = queue
  }

  /** Sees what an order would take now, and leaves it there: `found`. */
  probe(slot: number): void {
    const { found } = this
    found.fill(0)
    this.outsideBand = false
    const floor = this.#floor
    floor.writeWanted(slot)
    let left = floor.wanted[0] as number
    const list = this.#start(slot)
    let watched = floor.levels.best[list] as number
    while (left > 0 && this.#market.advance()) {
      if (!this.#accepts(slot)) return
      watched = this.#skipBetter(list, watched)
      const offered = this.#offered(watched)
      if (!(offered > 0)) continue
      const price = this.#market.level[CURSOR.price] as number
      if (found[FOUND.bestPrice] === 0) found[FOUND.bestPrice] = price
      found[FOUND.worstPrice] = price
      found[FOUND.quantity] = (found[FOUND.quantity] as number) + Math.min(left, offered)
      left -= offered
    }
  }

  /** Whether the last probe, of this order, found all that it wants. */
  foundAll(slot: number): boolean {
    this.#floor.writeWanted(slot)
    return (this.found[FOUND.quantity] as number) >= (this.#floor.wanted[0] as number)
  }

  /** Takes what the order wants and can get. The order may be gone afterwards: true while it is not. */
  take(slot: number): boolean {
    const floor = this.#floor
    floor.writeWanted(slot)
    let left = floor.wanted[0] as number
    const list = this.#start(slot)
    let watched = floor.levels.best[list] as number
    let taken = NONE
    while (left > 0 && this.#market.advance()) {
      if (!this.#accepts(slot)) break
      watched = this.#expireBetter(list, watched)
      const at = this.#atCursor(watched) ? watched : NONE
      if (at !== NONE) this.#expireMet(at, left)
      const offered = this.#offered(watched)
      if (!(offered > 0)) continue
      const quantity = Math.min(left, offered)
      const { deal } = floor.events
      deal[DEAL.price] = this.#market.level[CURSOR.price] as number
      deal[DEAL.queueAhead] = 0
      taken = this.#remember(list, at, taken, quantity)
      if (taken === NONE && offered !== Number.POSITIVE_INFINITY) break
      if (taken !== NONE) this.#queue.advance(taken, deal, DEAL.quantity)
      floor.fill(slot, false, FILL_WHY.tookLevel)
      left -= quantity
    }
    if (left > 0) this.#expireWithin(slot, watched)
    return left > 0 || floor.orders.find(floor.orders.intent[slot] as number) === slot
  }

  /**
   * Fills a resting order, at its own price, from the other side's levels that reach its price: whoever stands there would
   * have met it. The order may be gone afterwards.
   */
  fillCrossed(slot: number, ahead: Float64Array): void {
    const floor = this.#floor
    const { deal } = floor.events
    floor.writeWanted(slot)
    let left = floor.wanted[0] as number
    const list = this.#start(slot)
    let watched = floor.levels.best[list] as number
    let taken = NONE
    while (left > 0 && this.#market.advance()) {
      if (!this.#accepts(slot)) return
      watched = this.#skipBetter(list, watched)
      const offered = this.#offered(watched)
      if (!(offered > 0)) continue
      const quantity = Math.min(left, offered)
      taken = this.#remember(list, this.#atCursor(watched) ? watched : NONE, taken, quantity)
      if (taken === NONE) return
      deal[DEAL.price] = floor.orders.price[slot] as number
      const before = ahead[slot] as number
      deal[DEAL.queueAhead] = before < Number.POSITIVE_INFINITY ? before : 0
      floor.fill(slot, true, FILL_WHY.crossed)
      left -= quantity
    }
  }

  /** True if an order with a limit price would trade at once: with the recorded market, or with our own orders. */
  wouldTake(slot: number): boolean {
    const floor = this.#floor
    const list = this.#start(slot)
    const price = floor.orders.price[slot] as number
    const own = floor.ownBest[list] as number
    if (floor.isSell(slot) ? own >= price : own <= price) return true
    return this.#market.advance() && this.#accepts(slot)
  }

  /** Puts the cursor in front of the side that the order takes from and returns that side's list. */
  #start(slot: number): number {
    const instrument = this.#floor.orders.instrument[slot] as number
    const side = this.#floor.isSell(slot) ? SIDE.bid : SIDE.ask
    this.#market.startAt(instrument, side)
    this.#market.writeReference(instrument, this.#band, FILTER_INPUT.reference)
    return instrument * 2 + side
  }

  /** Whether the order trades at the cursor's price: within its limit, or a market order's band. */
  #accepts(slot: number): boolean {
    const floor = this.#floor
    const { orders } = floor
    const price = this.#market.level[CURSOR.price] as number
    const sell = floor.isSell(slot)
    if (hasLimitPrice(orders.type[slot] as number)) {
      const limit = orders.price[slot] as number
      return sell ? price >= limit : price <= limit
    }
    this.#band[FILTER_INPUT.price] = price
    const rules = floor.instruments[orders.instrument[slot] as number] as Instrument
    if (checkBand(rules, sell, this.#band) === FILTER.passed) return true
    this.outsideBand = true
    return false
  }

  /** First watched level that is not better than the cursor's price. */
  #skipBetter(list: number, watched: number): number {
    const { levels } = this.#floor
    let level = watched
    while (level !== NONE && this.#isBetter(list, level)) level = levels.next[level] as number
    return level
  }

  #expireBetter(list: number, watched: number): number {
    const { levels } = this.#floor
    let level = watched
    while (level !== NONE && this.#isBetter(list, level)) {
      this.#expireMet(level, Number.POSITIVE_INFINITY)
      level = levels.next[level] as number
    }
    return level
  }

  #isBetter(list: number, level: number): boolean {
    const price = this.#floor.levels.price[level] as number
    const cursor = this.#market.level[CURSOR.price] as number
    return (list & 1) === SIDE.ask ? price < cursor : price > cursor
  }

  #atCursor(watched: number): boolean {
    return watched !== NONE && this.#floor.levels.price[watched] === this.#market.level[CURSOR.price]
  }

  /** Lots that the level under the cursor still offers us. */
  #offered(watched: number): number {
    const recorded = this.#market.level[CURSOR.quantity] as number
    return this.#atCursor(watched) ? recorded - (this.#floor.levels.taken[watched] as number) : recorded
  }

  /** Own orders at a level that a taker of `left` lots reaches expire: all in front of which fewer lots stand. */
  #expireMet(level: number, left: number): void {
    const floor = this.#floor
    const { orders } = floor
    let slot = orders.head[level] as number
    while (slot !== NONE) {
      const next = orders.next[slot] as number
      const ahead = this.#queue.ahead[slot] as number
      if (left > ahead || ahead === Number.POSITIVE_INFINITY) floor.finish(slot, ORDER_STATUS.expired, 0)
      slot = next
    }
  }

  /** Behind the last liquidity known, own orders within the order's price are next in its way. */
  #expireWithin(slot: number, watched: number): void {
    const floor = this.#floor
    const limited = hasLimitPrice(floor.orders.type[slot] as number)
    const limit = floor.orders.price[slot] as number
    const sell = floor.isSell(slot)
    for (let level = watched; level !== NONE; level = floor.levels.next[level] as number) {
      const price = floor.levels.price[level] as number
      if (limited && (sell ? price < limit : price > limit)) return
      this.#expireMet(level, Number.POSITIVE_INFINITY)
    }
  }

  /**
   * Notes what is taken at the cursor, and the deal's quantity and explanation; NONE when it cannot be remembered: the last levels
   * are kept for orders to rest at. `better` is the level taken before, if any.
   */
  #remember(list: number, at: number, better: number, quantity: number): number {
    const { levels, events, orders } = this.#floor
    const { level: cursor } = this.#market
    events.deal[DEAL.quantity] = quantity
    events.deal[DEAL.explainedBy] = cursor[CURSOR.version] as number
    const recorded = cursor[CURSOR.quantity] as number
    if (recorded === Number.POSITIVE_INFINITY) return NONE
    let level = at
    if (level === NONE) {
      levels.seek[0] = cursor[CURSOR.price] as number
      level = levels.watch(list, better, orders.capacity)
      if (level === NONE) return NONE
      levels.recorded[level] = recorded
    }
    levels.taken[level] = (levels.taken[level] as number) + quantity
    return level
  }
}
