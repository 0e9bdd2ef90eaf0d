/**
 * The recorded market as the exchange knows it: the newest prices of every instrument and the liquidity they imply.
 *
 * In: market rows of all instruments, each instrument's in venue-time order. Out: best bid and ask, last trade, reference
 * price, and a cursor over the liquidity of one side, best first. Owns the books. Says "unknown" where the recording is
 * silent; fails with RangeError for depth rows of a venue whose numbering is not known.
 *
 * Liquidity is the best that rows of the instrument tell: a live book; else best bid and ask with their quantities; else
 * the last trade's price, with no limit of quantity because trades tell none; else candles (candle-fills.ts). Where a best
 * bid and ask is newer than the book (its version is higher), the book's levels in front of it count as gone and the
 * quantity at the best is the newer one. Levels kept over a gap and not confirmed since are not liquidity.
 */
import { BOOK_OUTCOME, BOOK_STATE, Book, TOP } from '../../core/market/book.ts'
import { SIDE, type BookSide } from '../../core/market/book-side.ts'
import { chainRuleOf } from '../../core/market/chain-rule.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { scaleOf } from '../../core/number/decimal.ts'
import { BEST_BID_ASK, MARK_PRICE, TRADE } from '../../core/tape/kinds.ts'
import { ROW_SLOTS, VERSION } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { UNKNOWN } from './levels.ts'
import type { ReferencePrices } from './margin-estimate.ts'

/** Which kinds of rows an instrument has had: bits of `seen`. */
export const SEEN = { candle: 1, trade: 2, aggregate: 4, best: 8, depth: 16, mark: 32, funding: 64 } as const

/** Where an instrument's liquidity comes from now. */
export const LIQUIDITY = { none: 0, candles: 1, trades: 2, best: 3, book: 4 } as const

/** Columns of `facts`, eight per instrument. Prices in price quanta; no bid is -Infinity, no ask Infinity, no trade 0. */
export const FACT = {
  bid: 0,
  bidQuantity: 1,
  ask: 2,
  askQuantity: 3,
  version: 4,
  last: 5,
  lastVersion: 6,
  mark: 7,
} as const
export const FACTS = 8

/** Cells of `level`, where the cursor stands. */
export const CURSOR = { price: 0, quantity: 1, version: 2 } as const

const STAGE = { end: 0, best: 1, bookStart: 2, book: 3, last: 4 } as const

export class RecordedMarket implements ReferencePrices {
  readonly facts: Float64Array
  readonly seen: Uint8Array
  /** Price of the level under the cursor, its quantity (Infinity when trades are all that is known), explaining version. */
  readonly level: Float64Array = new Float64Array(3)
  /** In: a price. Out of `lookUp`: the recorded quantity there, or UNKNOWN. */
  readonly asked: Float64Array = new Float64Array(1)
  readonly #instruments: readonly Instrument[]
  readonly #books: (Book | undefined)[]
  /** 1 where best bid and ask are newer than the book. */
  readonly bestIsNewer: Uint8Array
  /** Mark quanta per price quantum; below 1 where prices are finer. */
  readonly #marksPerPrice: Float64Array
  #side: BookSide | undefined
  #instrument = 0
  #sideNumber = 0
  #stage: number = STAGE.end
  #position = -1

  constructor(instruments: readonly Instrument[]) {
    const count = instruments.length
    this.#instruments = instruments
    this.facts = new Float64Array(count * FACTS)
    this.seen = new Uint8Array(count)
    this.#books = instruments.map(() => undefined)
    this.bestIsNewer = new Uint8Array(count)
    this.#marksPerPrice = Float64Array.from(instruments, ({ markDecimals, priceDecimals }) =>
      markDecimals >= priceDecimals ? scaleOf(markDecimals - priceDecimals) : 1 / scaleOf(priceDecimals - markDecimals),
    )
    for (let i = 0; i < count; i++) {
      this.facts[i * FACTS + FACT.bid] = Number.NEGATIVE_INFINITY
      this.facts[i * FACTS + FACT.ask] = Number.POSITIVE_INFINITY
    }
  }

  /** The book of an instrument as its depth rows left it; undefined before the first. */
  bookOf(instrument: number): Book | undefined {
    return this.#books[instrument]
  }

  /** Whether the instrument has a book without a hole. */
  hasBook(instrument: number): boolean {
    return this.#books[instrument]?.state === BOOK_STATE.live
  }

  /** Where liquidity of an instrument comes from: a LIQUIDITY. */
  liquidity(instrument: number): number {
    const seen = this.seen[instrument] as number
    if (this.hasBook(instrument)) return LIQUIDITY.book
    if ((seen & SEEN.best) !== 0) return LIQUIDITY.best
    // A book that is broken is no reason to trade against the last print: what stands in the market is unknown.
    if ((seen & SEEN.depth) !== 0) return LIQUIDITY.none
    if ((seen & (SEEN.trade | SEEN.aggregate)) !== 0) return LIQUIDITY.trades
    return (seen & SEEN.candle) !== 0 ? LIQUIDITY.candles : LIQUIDITY.none
  }

  /** True until rows other than candles (marks and funding aside) have told of an instrument. */
  waitsForCandles(instrument: number): boolean {
    return ((this.seen[instrument] as number) & (SEEN.trade | SEEN.aggregate | SEEN.best | SEEN.depth)) === 0
  }

  /** Takes a TRADE or AGGREGATE_TRADE row. */
  takeTrade(buffer: RowBuffer, row: number, instrument: number): void {
    const at = instrument * FACTS
    this.facts[at + FACT.last] = buffer.f64[row * ROW_SLOTS + TRADE.price] as number
    this.facts[at + FACT.lastVersion] = buffer.f64[row * ROW_SLOTS + VERSION] as number
  }

  /** Takes a BEST_BID_ASK row; false when what is known is at least as new. */
  takeBest(buffer: RowBuffer, row: number, instrument: number): boolean {
    const { facts } = this
    const { f64 } = buffer
    const from = row * ROW_SLOTS
    const at = instrument * FACTS
    const version = f64[from + VERSION] as number
    if (version !== 0 && version <= (facts[at + FACT.version] as number)) return false
    const bidQuantity = f64[from + BEST_BID_ASK.bidQuantity] as number
    const askQuantity = f64[from + BEST_BID_ASK.askQuantity] as number
    facts[at + FACT.bid] = bidQuantity > 0 ? (f64[from + BEST_BID_ASK.bid] as number) : Number.NEGATIVE_INFINITY
    facts[at + FACT.bidQuantity] = bidQuantity
    facts[at + FACT.ask] = askQuantity > 0 ? (f64[from + BEST_BID_ASK.ask] as number) : Number.POSITIVE_INFINITY
    facts[at + FACT.askQuantity] = askQuantity
    facts[at + FACT.version] = version
    this.bestIsNewer[instrument] = 1
    return true
  }

  /** Takes a depth row into the book and returns its BOOK_OUTCOME. */
  takeDepth(buffer: RowBuffer, row: number, instrument: number): number {
    const book = this.#books[instrument] ?? this.#addBook(instrument)
    const outcome = book.apply(buffer, row)
    if (outcome > BOOK_OUTCOME.rebuilt) return outcome
    const version = book.lastUpdateId
    const { facts } = this
    const at = instrument * FACTS
    if (this.bestIsNewer[instrument] !== 0 && version < (facts[at + FACT.version] as number)) return outcome
    const { top } = book
    const bidQuantity = top[TOP.bidQuantity] as number
    const askQuantity = top[TOP.askQuantity] as number
    facts[at + FACT.bid] = bidQuantity > 0 ? (top[TOP.bid] as number) : Number.NEGATIVE_INFINITY
    facts[at + FACT.bidQuantity] = bidQuantity
    facts[at + FACT.ask] = askQuantity > 0 ? (top[TOP.ask] as number) : Number.POSITIVE_INFINITY
    facts[at + FACT.askQuantity] = askQuantity
    facts[at + FACT.version] = version
    this.bestIsNewer[instrument] = 0
    return outcome
  }

  /** Takes a MARK_PRICE row. */
  takeMark(buffer: RowBuffer, row: number, instrument: number): void {
    const mark = buffer.f64[row * ROW_SLOTS + MARK_PRICE.mark] as number
    if (mark > 0) this.facts[instrument * FACTS + FACT.mark] = mark
  }

  /** The mark price; without one the last trade or close; without that the middle of bid and ask; else 0. */
  writeReference(instrument: number, out: Float64Array, at: number): void {
    const { facts } = this
    const from = instrument * FACTS
    const mark = facts[from + FACT.mark] as number
    if (mark > 0) {
      out[at] = mark
      return
    }
    let price = facts[from + FACT.last] as number
    if (price === 0) {
      const bid = facts[from + FACT.bid] as number
      const ask = facts[from + FACT.ask] as number
      price = bid > 0 ? (ask < Number.POSITIVE_INFINITY ? Math.floor((bid + ask) / 2) : bid) : ask
      if (price === Number.POSITIVE_INFINITY) price = 0
    }
    // Rounded down where mark quanta are coarser than price quanta.
    out[at] = Math.floor(price * (this.#marksPerPrice[instrument] as number))
  }

  /** Replaces the price in `asked` by the quantity that the recording shows there on a side, or UNKNOWN. */
  lookUp(instrument: number, side: number): void {
    const price = this.asked[0] as number
    const at = instrument * FACTS + (side === SIDE.bid ? FACT.bid : FACT.ask)
    const best = this.facts[at] as number
    const source = this.liquidity(instrument)
    if (source < LIQUIDITY.best) this.asked[0] = UNKNOWN
    else if (price === best) this.asked[0] = this.facts[at + 1] as number
    else if (side === SIDE.bid ? price > best : price < best) this.asked[0] = 0
    else if (source === LIQUIDITY.best) this.asked[0] = UNKNOWN
    else {
      const levels = (this.#books[instrument] as Book).side(side)
      const quantity = levels.quantityOf(price)
      this.asked[0] = quantity > 0 || levels.knows(price) ? quantity : UNKNOWN
    }
  }

  /** Quantity in the book at the price in `asked`, which it replaces; UNKNOWN where the book does not reach. */
  lookUpInBook(instrument: number, side: number): void {
    const levels = this.#books[instrument]?.side(side)
    const price = this.asked[0] as number
    const quantity = levels?.quantityOf(price) ?? 0
    this.asked[0] = quantity > 0 || levels?.knows(price) === true ? quantity : UNKNOWN
  }

  /** Puts the cursor in front of the best liquidity of a side; `advance` moves it. One cursor at a time. */
  startAt(instrument: number, side: number): void {
    this.#instrument = instrument
    this.#sideNumber = side
    const source = this.liquidity(instrument)
    this.#side = source === LIQUIDITY.book ? this.#books[instrument]?.side(side) : undefined
    this.#stage = STAGE.end
    if (source === LIQUIDITY.trades) this.#stage = STAGE.last
    else if (source === LIQUIDITY.best) this.#stage = STAGE.best
    else if (source === LIQUIDITY.book) this.#stage = this.bestIsNewer[instrument] !== 0 ? STAGE.best : STAGE.bookStart
  }

  /** Moves the cursor to the next worse level, described in `level`; false behind the last one known. */
  advance(): boolean {
    const at = this.#instrument * FACTS
    const bestAt = at + (this.#sideNumber === SIDE.bid ? FACT.bid : FACT.ask)
    const { facts, level } = this
    switch (this.#stage) {
      case STAGE.last:
        this.#stage = STAGE.end
        level[CURSOR.price] = facts[at + FACT.last] as number
        level[CURSOR.quantity] = Number.POSITIVE_INFINITY
        level[CURSOR.version] = facts[at + FACT.lastVersion] as number
        return true
      case STAGE.best:
        this.#stage = this.#side === undefined ? STAGE.end : STAGE.bookStart
        if (!((facts[bestAt + 1] as number) > 0)) return this.#advanceInBook(bestAt)
        level[CURSOR.price] = facts[bestAt] as number
        level[CURSOR.quantity] = facts[bestAt + 1] as number
        level[CURSOR.version] = facts[at + FACT.version] as number
        return true
      default:
        return this.#advanceInBook(bestAt)
    }
  }

  save(writer: StateWriter): void {
    writer.begin('recorded-market', 1)
    writer.f64s(this.facts)
    writer.u8s(this.seen)
    writer.u8s(this.bestIsNewer)
    writer.u8s(Uint8Array.from(this.#books, (book) => (book === undefined ? 0 : 1)))
    for (const book of this.#books) book?.save(writer)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('recorded-market', 1)
    reader.into(this.facts)
    reader.into(this.seen)
    reader.into(this.bestIsNewer)
    const present = reader.u8s()
    for (let i = 0; i < this.#books.length; i++) {
      this.#books[i] = undefined
      if (present[i] === 1) this.#addBook(i).load(reader)
    }
    reader.end()
  }

  #advanceInBook(bestAt: number): boolean {
    const side = this.#side
    if (side === undefined || this.#stage < STAGE.bookStart) return false
    let position = this.#stage === STAGE.bookStart ? side.first() : side.next(this.#position)
    if (this.#stage === STAGE.bookStart && this.bestIsNewer[this.#instrument] !== 0) {
      const best = this.facts[bestAt] as number
      const bids = this.#sideNumber === SIDE.bid
      while (position !== -1 && (bids ? side.priceAt(position) >= best : side.priceAt(position) <= best))
        position = side.next(position)
    }
    this.#stage = STAGE.book
    this.#position = position
    if (position === -1 || side.isUnverifiedAt(position)) {
      this.#stage = STAGE.end
      return false
    }
    this.level[CURSOR.price] = side.priceAt(position)
    this.level[CURSOR.quantity] = side.quantityAt(position)
    this.level[CURSOR.version] = (this.#books[this.#instrument] as Book).lastUpdateId
    return true
  }

  #addBook(instrument: number): Book {
    const { venue, tickSize } = this.#instruments[instrument] as Instrument
    const book = new Book({ tickSize: Math.max(1, tickSize), rule: chainRuleOf(venue) })
    this.#books[instrument] = book
    return book
  }
}
