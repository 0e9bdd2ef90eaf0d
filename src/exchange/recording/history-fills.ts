/**
 * Clients' resting orders against history: which recorded prints and prices fill them. The rules are the backtest's
 * (../resting.ts), for the orders of many.
 *
 * In: prints and changes of the recorded market, after that has taken them. Out: fills at the venue, of which history's
 * account is the other side. Owns the rules. Refuses to use a lot twice. What history offers in the venue's book is brought
 * up to date before, so that what reaches a client's price is there to be taken.
 */
import { SIDE } from '../../core/market/book-side.ts'
import { SELL_TAKER, TRADE } from '../../core/tape/kinds.ts'
import { HEAD, ROW_BYTES, ROW_SLOTS, VENUE_TIME } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { NONE } from '../history/orders.ts'
import { FACT, FACTS, type RecordedMarket } from '../history/recorded-market.ts'
import type { HistoryBook } from './history-book.ts'
import type { UserQueues } from './user-queues.ts'
import type { VenueFloor } from './venue-floor.ts'

/** Cells of `#print`: lots of the print, those not used yet, those that stood before clients' orders, its price. */
const PRINT = { lots: 0, left: 1, passed: 2, price: 3, length: 4 } as const

export class HistoryFills {
  readonly #floor: VenueFloor
  readonly #market: RecordedMarket
  readonly #history: HistoryBook
  readonly #users: UserQueues
  readonly #print: Float64Array = new Float64Array(PRINT.length)

  constructor(floor: VenueFloor, market: RecordedMarket, history: HistoryBook, users: UserQueues) {
    this.#floor = floor
    this.#market = market
    this.#history = history
    this.#users = users
  }

  /** A TRADE or AGGREGATE_TRADE row. Returns how many of its lots clients got. */
  onPrint(buffer: RowBuffer, row: number, instrument: number): number {
    if (this.#users.resting[instrument] === 0) return 0
    const at = row * ROW_SLOTS
    const print = this.#print
    const price = buffer.f64[at + TRADE.price] as number
    print[PRINT.price] = price
    this.#users.queue.now[0] = buffer.f64[at + VENUE_TIME] as number
    const bids = instrument * 2 + SIDE.bid
    const asks = instrument * 2 + SIDE.ask
    const soldByTaker = ((buffer.u8[row * ROW_BYTES + HEAD.flags] as number) & SELL_TAKER) !== 0
    const hit = soldByTaker ? bids : asks
    const other = soldByTaker ? asks : bids
    let got = 0
    const best = this.#users.bestOf(hit)
    if (soldByTaker ? best >= price : best <= price) {
      this.#setLots(buffer, at)
      got = this.#fillThrough(hit, true)
    }
    const behind = this.#users.bestOf(other)
    if (soldByTaker ? behind >= price : behind <= price) return got
    // Offers that had come to a client's price were hit: less what that client took of them already.
    this.#setLots(buffer, at)
    this.#leaveOutTaken(hit)
    return got + this.#fillThrough(other, false)
  }

  /** Fills the orders whose price the other side's best has reached. */
  cross(instrument: number): void {
    if (this.#users.resting[instrument] === 0) return
    this.#crossList(instrument * 2 + SIDE.bid)
    this.#crossList(instrument * 2 + SIDE.ask)
  }

  #crossList(list: number): void {
    const { levels, orders } = this.#users
    const { facts } = this.#market
    const asks = (list & 1) === SIDE.ask
    const best = facts[(list >> 1) * FACTS + (asks ? FACT.bid : FACT.ask)] as number
    for (let level = levels.best[list] as number; level !== NONE; level = levels.next[level] as number) {
      const price = levels.price[level] as number
      if (asks ? price > best : price < best) return
      for (let one = orders.head[level] as number; one !== NONE; one = orders.next[one] as number) {
        const slot = this.#users.slotOf(one)
        if (this.#floor.orders.level[slot] !== -1 && !this.#fillCrossed(slot)) return
      }
    }
  }

  /** Fills an order with all that history offers at its price or better; false where that was not enough. */
  #fillCrossed(slot: number): boolean {
    const { orders, books } = this.#floor
    const instrument = orders.instrument[slot] as number
    const side = orders.side[slot] as number
    const limit = orders.price[slot] as number
    const book = books[instrument] as (typeof books)[number]
    let level = book.best(1 - side)
    while (level !== -1 && orders.level[slot] !== -1) {
      const price = book.price[level] as number
      if (side === 0 ? price > limit : price < limit) break
      const piece = this.#history.pieceOf(book, level)
      if (piece === -1) {
        level = book.next(level)
        continue
      }
      const offered = orders.remaining[piece] as number
      const wanted = Math.min(offered, orders.remaining[slot] as number)
      const got = this.#history.fill(slot, wanted)
      // A reduce-only order may take less, or go.
      if (got === 0) break
      this.#takeAway(instrument * 2 + (1 - side), price, got)
    }
    return orders.level[slot] === -1
  }

  /** Lots of history at a price went to a client's order that had waited for them. */
  #takeAway(list: number, price: number, lots: number): void {
    const { asked } = this.#market
    asked[0] = price
    this.#market.lookUp(list >> 1, list & 1)
    this.#users.take(list, price, lots, Math.max(0, asked[0] as number))
    const left = this.#history.lotsAt(list >> 1, list & 1, price) - lots
    const level = this.#users.find(list, price)
    if (level === NONE) this.#history.set(list >> 1, list & 1, price, left)
    else this.#users.arrange(level, left)
  }

  #setLots(buffer: RowBuffer, at: number): void {
    const lots = buffer.f64[at + TRADE.quantity] as number
    this.#print[PRINT.lots] = lots
    this.#print[PRINT.left] = lots
  }

  #leaveOutTaken(hit: number): void {
    const print = this.#print
    const level = this.#users.find(hit, print[PRINT.price] as number)
    if (level === NONE) return
    print[PRINT.left] = Math.max(0, (print[PRINT.lots] as number) - (this.#users.levels.taken[level] as number))
  }

  /** Sets the print against a side: levels better than its price, and with `atPrice` the queue at it. */
  #fillThrough(list: number, atPrice: boolean): number {
    const { levels, queue } = this.#users
    const asks = (list & 1) === SIDE.ask
    const print = this.#print
    const price = print[PRINT.price] as number
    let got = 0
    for (let level = levels.best[list] as number; level !== NONE; level = levels.next[level] as number) {
      const own = levels.price[level] as number
      const isBetter = asks ? own < price : own > price
      if (!isBetter && (own !== price || !atPrice)) break
      if (this.#users.orders.head[level] === NONE && isBetter) continue
      if (!isBetter) queue.beforePrint(level, print)
      got += this.#fillLevel(level, isBetter)
      if (!isBetter) {
        queue.advance(level, print, PRINT.passed)
        queue.afterPrint(level)
      }
      this.#users.arrange(level, this.#history.lotsAt(list >> 1, list & 1, own))
      if (!isBetter) break
    }
    return got
  }

  /** Fills the orders of one level with what is left of the print, which went through it or reached it. */
  #fillLevel(level: number, through: boolean): number {
    const { orders, queue } = this.#users
    const { ahead } = queue
    const print = this.#print
    print[PRINT.passed] = 0
    let got = 0
    for (let one = orders.head[level] as number; one !== NONE; one = orders.next[one] as number) {
      const slot = this.#users.slotOf(one)
      if (through) ahead[one] = 0
      else {
        const before = Math.max(0, (ahead[one] as number) - (print[PRINT.passed] as number))
        const used = Math.min(print[PRINT.left] as number, before)
        print[PRINT.left] = (print[PRINT.left] as number) - used
        print[PRINT.passed] = (print[PRINT.passed] as number) + used
      }
      const left = print[PRINT.left] as number
      if (left === 0 || this.#floor.orders.level[slot] === -1) continue
      const quantity = this.#history.fill(slot, Math.min(left, this.#floor.orders.remaining[slot] as number))
      print[PRINT.left] = left - quantity
      got += quantity
    }
    return got
  }
}
