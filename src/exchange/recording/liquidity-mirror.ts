/**
 * Keeps history's liquidity in a venue's books as the recording shows it, less what clients took.
 *
 * In: depth and best-price rows, after the recorded market has taken them. Out: `HistoryBook` set price by price. Owns which
 * prices the newest best bid and ask have overruled. A price stands in the venue's book with what `RecordedMarket` says of
 * it; prices of which it knows nothing are not there.
 */
import { SIDE } from '../../core/market/book-side.ts'
import { DEPTH_DIFF, DEPTH_PARTIAL } from '../../core/tape/kinds.ts'
import { ROW_BYTES, ROW_SLOTS, ROW_WORDS, VENUE_TIME } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { NONE } from '../history/orders.ts'
import { CURSOR, FACT, FACTS, type RecordedMarket } from '../history/recorded-market.ts'
import type { HistoryBook } from './history-book.ts'
import type { UserQueues } from './user-queues.ts'
import type { VenueFloor } from './venue-floor.ts'

export class LiquidityMirror {
  readonly #floor: VenueFloor
  readonly #market: RecordedMarket
  readonly #history: HistoryBook
  readonly #users: UserQueues
  /** Best price shown by `instrument * 2 + side`, and whether it overruled the book. */
  readonly #best: Float64Array
  readonly #overruled: Uint8Array
  readonly #cell: Float64Array = new Float64Array(1)

  constructor(floor: VenueFloor, market: RecordedMarket, history: HistoryBook, users: UserQueues) {
    this.#floor = floor
    this.#market = market
    this.#history = history
    this.#users = users
    const lists = floor.instruments.length * 2
    this.#best = Float64Array.from({ length: lists }, (_, list) => (list % 2 === SIDE.bid ? -Infinity : Infinity))
    this.#overruled = new Uint8Array(floor.instruments.length)
  }

  /** The book took a DEPTH_DIFF. */
  onDiff(buffer: RowBuffer, row: number, instrument: number): void {
    const bids = buffer.u32[row * ROW_WORDS + (DEPTH_DIFF.bidCountByte >> 2)] as number
    const asks = buffer.u32[row * ROW_WORDS + (DEPTH_DIFF.askCountByte >> 2)] as number
    const first = row * ROW_SLOTS + DEPTH_DIFF.levels
    this.#users.queue.now[0] = buffer.f64[row * ROW_SLOTS + VENUE_TIME] as number
    this.#showPairs(buffer, instrument * 2 + SIDE.bid, first, first + bids * 2)
    this.#showPairs(buffer, instrument * 2 + SIDE.ask, first + bids * 2, first + (bids + asks) * 2)
    this.#count(instrument)
    this.#renewTops(instrument)
  }

  /** Best bid and ask changed by themselves. */
  onBest(buffer: RowBuffer, row: number, instrument: number): void {
    if (!this.#market.hasBook(instrument)) {
      this.#users.queue.now[0] = buffer.f64[row * ROW_SLOTS + VENUE_TIME] as number
      this.#showBest(instrument, SIDE.bid)
      this.#showBest(instrument, SIDE.ask)
      this.#count(instrument)
    }
    this.#renewTops(instrument)
  }

  /** The book was laid anew by the depth row, or is broken. */
  onRebuilt(buffer: RowBuffer, row: number, instrument: number): void {
    const continues = buffer.u8[row * ROW_BYTES] === DEPTH_PARTIAL.kind
    this.#users.queue.now[0] = buffer.f64[row * ROW_SLOTS + VENUE_TIME] as number
    for (const side of [SIDE.bid, SIDE.ask]) this.#showWatched(instrument * 2 + side, continues)
    this.#count(instrument)
    this.layAnew(instrument)
  }

  /** Sets all prices to what the recorded market offers now. */
  layAnew(instrument: number): void {
    for (const side of [SIDE.bid, SIDE.ask]) {
      const offered = this.#offered(instrument, side, side === SIDE.bid ? -Infinity : Infinity)
      for (const price of this.#standing(instrument, side, side === SIDE.bid ? -Infinity : Infinity))
        if (!offered.has(price)) this.#put(instrument * 2 + side, price, 0)
      for (const price of offered) this.#set(instrument * 2 + side, price)
      this.#note(instrument, side)
    }
    this.#overruled[instrument] = this.#market.bestIsNewer[instrument] as number
  }

  #count(instrument: number): void {
    const { update } = this.#users.levels
    update[instrument] = (update[instrument] as number) + 1
  }

  #showPairs(buffer: RowBuffer, list: number, start: number, end: number): void {
    const { levels, queue } = this.#users
    const { f64 } = buffer
    for (let at = start; at < end; at += 2) {
      const price = f64[at] as number
      if (levels.best[list] !== NONE) {
        const level = this.#users.find(list, price)
        if (level !== NONE) queue.show(level, f64, at + 1, true)
      }
      this.#set(list, price)
    }
  }

  /** Watched levels learn what a book laid anew says of them. */
  #showWatched(list: number, continues: boolean): void {
    const { levels, queue } = this.#users
    for (let level = levels.best[list] as number; level !== NONE;) {
      const next = levels.next[level] as number
      const price = levels.price[level] as number
      this.#market.asked[0] = price
      this.#market.lookUpInBook(list >> 1, list & 1)
      queue.show(level, this.#market.asked, 0, continues)
      this.#set(list, price)
      level = next
    }
  }

  /** Without a book the best price tells what stands at it, and that nothing stands before it. */
  #showBest(instrument: number, side: number): void {
    const { levels, queue } = this.#users
    const { facts } = this.#market
    const bestAt = instrument * FACTS + (side === SIDE.bid ? FACT.bid : FACT.ask)
    const best = facts[bestAt] as number
    const list = instrument * 2 + side
    for (let level = levels.best[list] as number; level !== NONE;) {
      const next = levels.next[level] as number
      const price = levels.price[level] as number
      if (side === SIDE.bid ? price < best : price > best) return
      this.#cell[0] = price === best ? (facts[bestAt + 1] as number) : 0
      queue.show(level, this.#cell, 0, true)
      this.#set(list, price)
      level = next
    }
  }

  /** Where best prices overrule the book, or did, the prices in front are looked at anew. */
  #renewTops(instrument: number): void {
    const overrules = this.#market.bestIsNewer[instrument] as number
    if (overrules === 1 || this.#overruled[instrument] === 1) {
      this.#renewTop(instrument, SIDE.bid)
      this.#renewTop(instrument, SIDE.ask)
    }
    this.#overruled[instrument] = overrules
    this.#note(instrument, SIDE.bid)
    this.#note(instrument, SIDE.ask)
  }

  #renewTop(instrument: number, side: number): void {
    const list = instrument * 2 + side
    const now = this.#market.facts[instrument * FACTS + (side === SIDE.bid ? FACT.bid : FACT.ask)] as number
    const before = this.#best[list] as number
    const worst = side === SIDE.bid ? Math.min(now, before) : Math.max(now, before)
    const hasBook = this.#market.hasBook(instrument)
    const bound = hasBook ? worst : side === SIDE.bid ? -Infinity : Infinity
    const offered = this.#offered(instrument, side, bound)
    for (const price of this.#standing(instrument, side, bound)) if (!offered.has(price)) this.#put(list, price, 0)
    for (const price of offered) this.#set(list, price)
  }

  #note(instrument: number, side: number): void {
    const at = instrument * FACTS + (side === SIDE.bid ? FACT.bid : FACT.ask)
    this.#best[instrument * 2 + side] = this.#market.facts[at] as number
  }

  /** Prices as far as `bound` at which history stands in the venue's book. */
  #standing(instrument: number, side: number, bound: number): readonly number[] {
    const book = this.#floor.books[instrument] as VenueFloor['books'][number]
    const prices: number[] = []
    for (let level = book.best(side); level !== -1; level = book.next(level)) {
      const price = book.price[level] as number
      if (side === SIDE.bid ? price < bound : price > bound) break
      if (this.#history.pieceOf(book, level) !== -1) prices.push(price)
    }
    return prices
  }

  /** Prices as far as `bound` at which the recorded market offers something. */
  #offered(instrument: number, side: number, bound: number): ReadonlySet<number> {
    const market = this.#market
    const prices = new Set<number>()
    market.startAt(instrument, side)
    while (market.advance()) {
      const price = market.level[CURSOR.price] as number
      if (side === SIDE.bid ? price < bound : price > bound) break
      // Trades alone do not say how much there is.
      if ((market.level[CURSOR.quantity] as number) < Infinity) prices.add(price)
    }
    return prices
  }

  /** Sets a price to what the recorded market says of it now. */
  #set(list: number, price: number): void {
    const { asked } = this.#market
    asked[0] = price
    this.#market.lookUp(list >> 1, list & 1)
    this.#put(list, price, Math.max(0, asked[0] as number))
  }

  #put(list: number, price: number, recorded: number): void {
    const level = this.#users.find(list, price)
    if (level === NONE) {
      this.#history.set(list >> 1, list & 1, price, recorded)
      return
    }
    const lots = Math.max(0, recorded - (this.#users.levels.taken[level] as number))
    this.#users.arrange(level, lots)
    this.#users.release(level)
  }
}
