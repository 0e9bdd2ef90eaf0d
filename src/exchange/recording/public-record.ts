/**
 * The public side of a recording that is published as it was: its books, its trades, its numbers; nothing of what clients do.
 *
 * In: rows that the recorded market has taken. Out: what feeds read (`FeedSource`): books with the recording's update ids,
 * and a log of its levels and trades at the venue's time. Owns that log; `clear` it when it was read.
 */
import { BOOK_STATE, type Book } from '../../core/market/book.ts'
import { SIDE, type BookSide } from '../../core/market/book-side.ts'
import { DEPTH_DIFF } from '../../core/tape/kinds.ts'
import { ROW_SLOTS, ROW_WORDS, VERSION } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { FeedBook, FeedSource, FilledOrders } from '../feeds/feed-source.ts'
import { FACT, FACTS, type RecordedMarket } from '../history/recorded-market.ts'
import { EVENT, EventLog, FIELD, FIELDS } from '../venue/events.ts'
import type { VenueFloor } from './venue-floor.ts'

export class PublicRecord implements FeedSource {
  readonly instruments: VenueFloor['instruments']
  readonly books: readonly RecordedBook[]
  readonly events: EventLog = new EventLog()
  readonly orders: FilledOrders
  readonly time: Float64Array

  constructor(floor: VenueFloor, market: RecordedMarket) {
    this.instruments = floor.instruments
    this.orders = floor.orders
    this.time = floor.time
    this.books = floor.instruments.map((_, instrument) => new RecordedBook(market, instrument))
  }

  /** The book took a DEPTH_DIFF. */
  onDiff(buffer: RowBuffer, row: number, instrument: number): void {
    const bids = buffer.u32[row * ROW_WORDS + (DEPTH_DIFF.bidCountByte >> 2)] as number
    const asks = buffer.u32[row * ROW_WORDS + (DEPTH_DIFF.askCountByte >> 2)] as number
    const first = row * ROW_SLOTS + DEPTH_DIFF.levels
    const id = buffer.f64[row * ROW_SLOTS + VERSION] as number
    const end = first + (bids + asks) * 2
    for (let at = first; at < end; at += 2) {
      const side = at < first + bids * 2 ? SIDE.bid : SIDE.ask
      this.#tell(instrument, side, buffer.f64[at] as number, buffer.f64[at + 1] as number, id)
    }
    // A message without levels counts all the same: the next one links to it.
    if (bids + asks === 0) this.#tellTop(instrument, id)
  }

  /** Prices changed otherwise: tells every level that is not what was there `before`. */
  onRebuilt(instrument: number, before: ReadonlyMap<number, number>): void {
    const after = this.levelsOf(instrument)
    const id = this.books[instrument]?.updateId ?? 0
    for (const key of before.keys()) if (!after.has(key)) this.#tell(instrument, key < 0 ? 1 : 0, Math.abs(key), 0, id)
    for (const [key, quantity] of after)
      if (before.get(key) !== quantity) this.#tell(instrument, key < 0 ? 1 : 0, Math.abs(key), quantity, id)
    if (after.size === 0 && before.size === 0) return
    this.#tellTop(instrument, id)
  }

  /** Quantities by price, prices of asks negative. */
  levelsOf(instrument: number): Map<number, number> {
    const levels = new Map<number, number>()
    const book = this.books[instrument]
    if (book === undefined) return levels
    for (const side of [SIDE.bid, SIDE.ask])
      for (let level = book.best(side); level !== -1; level = book.next(level))
        levels.set((book.price[level] as number) * (side === SIDE.bid ? 1 : -1), book.quantity[level] as number)
    return levels
  }

  /** Halts of markets are public: copies the event of the venue's log if it is one. */
  copyStatus(events: EventLog, event: number): void {
    const from = event * FIELDS
    if (events.cells[from] !== EVENT.status) return
    const at = this.events.append(EVENT.status)
    this.events.cells.set(events.cells.subarray(from, from + FIELDS), at)
  }

  clear(): void {
    this.events.clear()
  }

  /** Tells the best bid again, so that readers hear of the update. */
  #tellTop(instrument: number, id: number): void {
    const book = this.books[instrument]
    const level = book?.best(SIDE.bid) ?? -1
    if (book === undefined || level === -1) return
    this.#tell(instrument, SIDE.bid, book.price[level] as number, book.quantity[level] as number, id)
  }

  #tell(instrument: number, side: number, price: number, quantity: number, id: number): void {
    const at = this.events.append(EVENT.level)
    const { cells } = this.events
    cells[at + FIELD.time] = this.time[0] as number
    cells[at + FIELD.instrument] = instrument
    cells[at + FIELD.side] = side
    cells[at + FIELD.price] = price
    cells[at + FIELD.quantity] = quantity
    cells[at + FIELD.tradeId] = id
  }
}

/** A recorded book as feeds read one. A level index is valid until `best` of its side is called again. */
export class RecordedBook implements FeedBook {
  price: Float64Array = new Float64Array(128)
  quantity: Float64Array = new Float64Array(128)
  /** Positions in the book's side of the levels read, and how many of each side. */
  #position: Int32Array = new Int32Array(128)
  readonly #count: Int32Array = new Int32Array(2)
  readonly #market: RecordedMarket
  readonly #instrument: number

  constructor(market: RecordedMarket, instrument: number) {
    this.#market = market
    this.#instrument = instrument
  }

  get updateId(): number {
    const book = this.#market.bookOf(this.#instrument)
    if (book !== undefined) return book.lastUpdateId
    return this.#market.facts[this.#instrument * FACTS + FACT.version] as number
  }

  best(side: number): number {
    this.#count[side] = 0
    const levels = this.#side(side)
    if (levels !== undefined) return this.#read(side, levels, levels.first())
    return this.#market.bookOf(this.#instrument) === undefined ? this.#readBest(side) : -1
  }

  next(level: number): number {
    const side = level & 1
    const levels = this.#side(side)
    return levels === undefined ? -1 : this.#read(side, levels, levels.next(this.#position[level] as number))
  }

  #side(side: number): BookSide | undefined {
    const book: Book | undefined = this.#market.bookOf(this.#instrument)
    return book === undefined || book.state === BOOK_STATE.syncing ? undefined : book.side(side)
  }

  #read(side: number, levels: BookSide, position: number): number {
    if (position === -1) return -1
    const level = this.#level(side)
    this.#position[level] = position
    this.price[level] = levels.priceAt(position)
    this.quantity[level] = levels.quantityAt(position)
    return level
  }

  /** Of a recording without depth the best price is all there is. */
  #readBest(side: number): number {
    const at = this.#instrument * FACTS + (side === SIDE.bid ? FACT.bid : FACT.ask)
    const quantity = this.#market.facts[at + 1] as number
    if (!(quantity > 0)) return -1
    const level = this.#level(side)
    this.price[level] = this.#market.facts[at] as number
    this.quantity[level] = quantity
    return level
  }

  /** Index for one more level of a side. */
  #level(side: number): number {
    const level = (this.#count[side] as number) * 2 + side
    this.#count[side] = (this.#count[side] as number) + 1
    if (level >= this.price.length) this.#grow()
    return level
  }

  #grow(): void {
    const length = this.price.length * 2
    const price = new Float64Array(length)
    const quantity = new Float64Array(length)
    const position = new Int32Array(length)
    price.set(this.price)
    quantity.set(this.quantity)
    position.set(this.#position)
    this.price = price
    this.quantity = quantity
    this.#position = position
  }
}
