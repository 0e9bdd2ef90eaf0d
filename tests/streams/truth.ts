/**
 * The venue's own books as they stood at the last beat of 100 ms, for checkers: what a message of that beat must lead to.
 * It reads before the feed, so that nothing has happened yet since the beat's messages were gathered.
 */
import { scaleOf } from '../../src/core/number/decimal.ts'
import type { BoxReader } from '../../src/exchange/box/box-venue.ts'
import { nextDue } from '../../src/exchange/feeds/stream-table.ts'
import type { OrderBook } from '../../src/exchange/venue/order-book.ts'
import { BUY, SELL } from '../../src/exchange/venue/requests.ts'
import type { FuturesVenue } from '../../src/exchange/venue/futures/futures-venue.ts'

/** Microseconds. */
export const BEAT_US = 100_000
/** More than any book of the box has. */
export const LEVELS_MAX = 5000

/** Levels of one side, best first: pairs of price and quantity in quanta. */
export interface TrueSide {
  readonly cells: Float64Array
  count: number
}

export interface TrueBook {
  readonly symbol: string
  readonly bids: TrueSide
  readonly asks: TrueSide
  readonly priceScale: number
  readonly quantityScale: number
  updateId: number
  /** Whether it changed since the beat before. */
  changed: boolean
}

export class TruthReader implements BoxReader {
  readonly books: readonly TrueBook[]
  /** Beats so far. */
  beats = 0
  readonly #venue: FuturesVenue
  #due: number

  constructor(venue: FuturesVenue) {
    this.#venue = venue
    this.#due = nextDue(BEAT_US, venue.time[0] as number)
    this.books = venue.instruments.map(({ symbol, priceDecimals, quantityDecimals }) => ({
      symbol,
      bids: { cells: new Float64Array(LEVELS_MAX * 2), count: 0 },
      asks: { cells: new Float64Array(LEVELS_MAX * 2), count: 0 },
      priceScale: scaleOf(priceDecimals),
      quantityScale: scaleOf(quantityDecimals),
      updateId: 0,
      changed: false,
    }))
  }

  advance(): void {
    const now = this.#venue.time[0] as number
    if (now < this.#due) return
    this.#due = nextDue(BEAT_US, now)
    this.beats++
    for (const [instrument, book] of this.books.entries()) {
      const source = this.#venue.books[instrument]
      if (source === undefined) throw new RangeError(`${book.symbol} has no book`)
      book.changed = source.updateId !== book.updateId
      if (!book.changed) continue
      book.updateId = source.updateId
      copy(source, BUY, book.bids)
      copy(source, SELL, book.asks)
    }
  }

  read(): void {
    // Only the books at a beat count.
  }

  save(): void {
    // A checker is not kept.
  }

  load(): void {
    // The same.
  }
}

function copy(book: OrderBook, side: number, into: TrueSide): void {
  let at = 0
  for (let level = book.best(side); level !== -1; level = book.next(level)) {
    into.cells[at++] = book.price[level] as number
    into.cells[at++] = book.quantity[level] as number
  }
  into.count = at / 2
}
