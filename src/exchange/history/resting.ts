/**
 * Our resting orders against history: which recorded prints and prices would have filled them.
 *
 * In: prints, best bid and ask, depth updates, each after the recorded market has taken it. Out: maker fills at our own
 * price. Owns the rules below; the queue itself is queue-model.ts. Refuses to use a lot twice.
 *
 * 1. A print at a worse price than ours went through us: it fills us first, up to its quantity, best price and oldest
 *    order first, and nobody stands before us at that price any more.
 * 2. A print at our price whose taker is on the other side advances the queue; what is left of it behind the lots before us
 *    fills us. Market lots before an order are used up before it, our own orders at one price in time order.
 * 3. The other side's best price reaches ours: whoever offers there would have met us; filled up to the recorded quantity
 *    that we have not taken yet.
 * A print whose taker is on our own side and goes through us hit offers that had come to our price: as 1, less what rule 3
 * took of them. What our fills use up of a print is not taken from the recorded orders behind us: history goes on.
 */
import { SIDE } from '../../core/market/book-side.ts'
import { DEPTH_DIFF, DEPTH_PARTIAL, FILL_WHY, SELL_TAKER, TRADE } from '../../core/tape/kinds.ts'
import { HEAD, ROW_BYTES, ROW_SLOTS, ROW_WORDS, VENUE_TIME, VERSION } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { DEAL } from './events.ts'
import type { Floor } from './floor.ts'
import { NONE } from './orders.ts'
import type { QueueModel } from './queue-model.ts'
import { FACT, FACTS, type RecordedMarket } from './recorded-market.ts'
import type { Taker } from './taker.ts'

/** Cells of `#print`: lots of the print, those not used yet, those that market orders before ours took, price, version. */
const PRINT = { lots: 0, left: 1, passed: 2, price: 3, version: 4, length: 5 } as const
const NOTHING = Float64Array.of(0)

export class Resting {
  readonly #floor: Floor
  readonly #market: RecordedMarket
  readonly #queue: QueueModel
  readonly #taker: Taker
  readonly #print: Float64Array = new Float64Array(PRINT.length)

  constructor(parts: { floor: Floor; market: RecordedMarket; queue: QueueModel; taker: Taker }) {
    this.#floor = parts.floor
    this.#market = parts.market
    this.#queue = parts.queue
    this.#taker = parts.taker
  }

  /** A TRADE or AGGREGATE_TRADE row of an instrument on which orders are open. */
  onPrint(buffer: RowBuffer, row: number, instrument: number): void {
    const at = row * ROW_SLOTS
    const print = this.#print
    const price = buffer.f64[at + TRADE.price] as number
    print[PRINT.price] = price
    print[PRINT.version] = buffer.f64[at + VERSION] as number
    this.#queue.now[0] = buffer.f64[at + VENUE_TIME] as number
    const { ownBest } = this.#floor
    const bids = instrument * 2 + SIDE.bid
    const asks = instrument * 2 + SIDE.ask
    const soldByTaker = ((buffer.u8[row * ROW_BYTES + HEAD.flags] as number) & SELL_TAKER) !== 0
    const hit = soldByTaker ? bids : asks
    const other = soldByTaker ? asks : bids
    const reached = soldByTaker ? (ownBest[bids] as number) >= price : (ownBest[asks] as number) <= price
    if (reached) {
      this.#setLots(buffer, at)
      this.#fillThrough(hit, true)
    }
    const beyond = soldByTaker ? (ownBest[asks] as number) < price : (ownBest[bids] as number) > price
    if (!beyond) return
    this.#setLots(buffer, at)
    this.#leaveOutTaken(hit)
    this.#fillThrough(other, false)
  }

  /** Best bid and ask of an instrument with watched levels and no book: they tell what stands at the best prices. */
  onBest(buffer: RowBuffer, row: number, instrument: number): void {
    const { levels } = this.#floor
    this.#queue.now[0] = buffer.f64[row * ROW_SLOTS + VENUE_TIME] as number
    this.#showBest(instrument, SIDE.bid)
    this.#showBest(instrument, SIDE.ask)
    levels.update[instrument] = (levels.update[instrument] as number) + 1
  }

  /** The book of an instrument with watched levels took a DEPTH_DIFF. */
  onDiff(buffer: RowBuffer, row: number, instrument: number): void {
    const { levels } = this.#floor
    const bids = buffer.u32[row * ROW_WORDS + (DEPTH_DIFF.bidCountByte >> 2)] as number
    const asks = buffer.u32[row * ROW_WORDS + (DEPTH_DIFF.askCountByte >> 2)] as number
    const first = row * ROW_SLOTS + DEPTH_DIFF.levels
    const { f64 } = buffer
    this.#queue.now[0] = f64[row * ROW_SLOTS + VENUE_TIME] as number
    this.#showPairs(instrument * 2 + SIDE.bid, f64, first, first + bids * 2)
    this.#showPairs(instrument * 2 + SIDE.ask, f64, first + bids * 2, first + (bids + asks) * 2)
    levels.update[instrument] = (levels.update[instrument] as number) + 1
  }

  /** The book was laid anew: by a partial book, which goes on from what was known, or by a snapshot after a gap. */
  onRebuilt(buffer: RowBuffer, row: number, instrument: number): void {
    const { levels } = this.#floor
    const { asked } = this.#market
    const continues = buffer.u8[row * ROW_BYTES] === DEPTH_PARTIAL.kind
    this.#queue.now[0] = buffer.f64[row * ROW_SLOTS + VENUE_TIME] as number
    for (const side of [SIDE.bid, SIDE.ask]) {
      for (
        let level = levels.best[instrument * 2 + side] as number;
        level !== NONE;
        level = levels.next[level] as number
      ) {
        asked[0] = levels.price[level] as number
        this.#market.lookUpInBook(instrument, side)
        this.#show(level, asked, 0, continues)
      }
    }
    levels.update[instrument] = (levels.update[instrument] as number) + 1
  }

  /** Fills the orders of a side whose price the other side's best has reached. */
  cross(instrument: number): void {
    const { facts } = this.#market
    const { ownBest } = this.#floor
    const ask = facts[instrument * FACTS + FACT.ask] as number
    const bid = facts[instrument * FACTS + FACT.bid] as number
    if (ask <= (ownBest[instrument * 2 + SIDE.bid] as number)) this.#crossList(instrument * 2 + SIDE.bid)
    if (bid >= (ownBest[instrument * 2 + SIDE.ask] as number)) this.#crossList(instrument * 2 + SIDE.ask)
  }

  #crossList(list: number): void {
    const { orders, levels } = this.#floor
    const { facts } = this.#market
    const asks = (list & 1) === SIDE.ask
    const best = facts[(list >> 1) * FACTS + (asks ? FACT.bid : FACT.ask)] as number
    for (let level = levels.best[list] as number; level !== NONE; level = levels.next[level] as number) {
      const price = levels.price[level] as number
      if (asks ? price > best : price < best) return
      let slot = orders.head[level] as number
      while (slot !== NONE) {
        const next = orders.next[slot] as number
        this.#taker.fillCrossed(slot, this.#queue.ahead)
        // What is left of it found no more offers, nor will a worse or younger order.
        if (orders.head[level] === slot) return
        slot = next
      }
    }
  }

  #setLots(buffer: RowBuffer, at: number): void {
    const lots = buffer.f64[at + TRADE.quantity] as number
    this.#print[PRINT.lots] = lots
    this.#print[PRINT.left] = lots
  }

  /** Takes from the print's lots what we took of the level that it hit. */
  #leaveOutTaken(hit: number): void {
    const { levels } = this.#floor
    levels.seek[0] = this.#print[PRINT.price] as number
    const level = levels.find(hit)
    if (level === NONE) return
    this.#print[PRINT.left] = Math.max(0, (this.#print[PRINT.lots] as number) - (levels.taken[level] as number))
  }

  /** Sets the print against a side: levels better than its price, and with `atPrice` the queue at it. */
  #fillThrough(list: number, atPrice: boolean): void {
    const { levels } = this.#floor
    const asks = (list & 1) === SIDE.ask
    const print = this.#print
    const price = print[PRINT.price] as number
    for (let level = levels.best[list] as number; level !== NONE; level = levels.next[level] as number) {
      const own = levels.price[level] as number
      if (asks ? own < price : own > price) {
        this.#fillLevel(level, FILL_WHY.tradedThrough)
        continue
      }
      if (own !== price || !atPrice) return
      this.#queue.beforePrint(level, print)
      this.#fillLevel(level, FILL_WHY.queueReached)
      this.#queue.advance(level, print, PRINT.passed)
      this.#queue.afterPrint(level)
      return
    }
  }

  /** Fills the orders of one level with what is left of the print. */
  #fillLevel(level: number, why: number): void {
    const floor = this.#floor
    const { orders } = floor
    const { ahead } = this.#queue
    const print = this.#print
    const through = why === FILL_WHY.tradedThrough
    print[PRINT.passed] = 0
    let slot = orders.head[level] as number
    while (slot !== NONE) {
      const next = orders.next[slot] as number
      const before = ahead[slot] as number
      if (through) ahead[slot] = 0
      else {
        const used = Math.min(print[PRINT.left] as number, Math.max(0, before - (print[PRINT.passed] as number)))
        print[PRINT.left] = (print[PRINT.left] as number) - used
        print[PRINT.passed] = (print[PRINT.passed] as number) + used
      }
      const left = print[PRINT.left] as number
      if (left > 0) {
        floor.writeWanted(slot)
        const quantity = Math.min(left, floor.wanted[0] as number)
        if (quantity > 0) {
          print[PRINT.left] = left - quantity
          const { deal } = floor.events
          deal[DEAL.price] = floor.levels.price[level] as number
          deal[DEAL.quantity] = quantity
          deal[DEAL.queueAhead] = before < Number.POSITIVE_INFINITY ? before : 0
          deal[DEAL.explainedBy] = print[PRINT.version] as number
          floor.fill(slot, true, why)
        }
      }
      slot = next
    }
  }

  #showPairs(list: number, from: Float64Array, start: number, end: number): void {
    const { levels } = this.#floor
    if (levels.best[list] === NONE) return
    for (let at = levels.nextWatched(list, from, start, end); at < end;) {
      levels.seek[0] = from[at] as number
      const level = levels.find(list)
      if (level !== NONE) this.#show(level, from, at + 1, true)
      at = levels.nextWatched(list, from, at + 2, end)
    }
  }

  #show(level: number, from: Float64Array, at: number, continues: boolean): void {
    const floor = this.#floor
    this.#queue.show(level, from, at, continues)
    if (floor.levels.taken[level] === 0 && floor.orders.head[level] === NONE) floor.mayBeIdle(level)
  }

  /** Shows the watched levels of a side that has no book: nothing is left before the best, its quantity stands at it. */
  #showBest(instrument: number, side: number): void {
    const { levels } = this.#floor
    const { facts } = this.#market
    const bestAt = instrument * FACTS + (side === SIDE.bid ? FACT.bid : FACT.ask)
    const best = facts[bestAt] as number
    for (
      let level = levels.best[instrument * 2 + side] as number;
      level !== NONE;
      level = levels.next[level] as number
    ) {
      const price = levels.price[level] as number
      if (price === best) {
        this.#show(level, facts, bestAt + 1, true)
        return
      }
      if (side === SIDE.bid ? price < best : price > best) return
      this.#show(level, NOTHING, 0, true)
    }
  }
}
