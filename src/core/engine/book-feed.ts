/**
 * The engine's order books: kept only where somebody looks at them.
 *
 * A book is kept for an instrument when a strategy needs it, or as long as no best-bid-ask row has come for the instrument,
 * so that tapes with depth alone still have a best price. Only a live book is told of.
 */
import { BOOK_OUTCOME, BOOK_STATE, Book } from '../market/book.ts'
import { chainRuleOf } from '../market/chain-rule.ts'
import type { Instrument } from '../market/instrument.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import type { MarketState } from './market-state.ts'
import type { Roster, Runner } from './roster.ts'

/** What a depth row brought: new best prices where depth stands in for them, a changed live book. */
export const DEPTH_NEWS = { best: 1, book: 2 } as const

export class BookFeed {
  /** Book by instrument; undefined where none is kept. */
  readonly books: (Book | undefined)[]
  readonly #instruments: readonly Instrument[]
  readonly #market: MarketState
  readonly #wanted: Uint8Array
  /** 1 where best-bid-ask rows come. */
  readonly #hasBest: Uint8Array

  constructor(instruments: readonly Instrument[], roster: Roster, market: MarketState) {
    this.#instruments = instruments
    this.#market = market
    this.books = instruments.map(() => undefined)
    this.#wanted = Uint8Array.from(instruments, (_, i) =>
      roster.runners.some((r) => needsBook(r) && r.context.instruments.includes(i)) ? 1 : 0,
    )
    this.#hasBest = new Uint8Array(instruments.length)
  }

  /** A best-bid-ask row came: a book that nobody needs is dropped. */
  noteBest(instrument: number): void {
    if (this.#hasBest[instrument] !== 0) return
    this.#hasBest[instrument] = 1
    if (this.#wanted[instrument] === 0) this.books[instrument] = undefined
  }

  /** Takes a depth row; returns what there is to tell (DEPTH_NEWS bits). Only a live book is news. */
  onDepth(buffer: RowBuffer, row: number, instrument: number): number {
    const hasBest = this.#hasBest[instrument] !== 0
    if (hasBest && this.#wanted[instrument] === 0) return 0
    const book = this.books[instrument] ?? this.#open(instrument)
    const outcome = book.apply(buffer, row)
    if (outcome > BOOK_OUTCOME.rebuilt || book.state !== BOOK_STATE.live) return 0
    // The book stands in for best-bid-ask rows on tapes without them.
    const isBestNews = !hasBest && this.#market.onBookTop(book.top, buffer, row, instrument)
    return isBestNews ? DEPTH_NEWS.book | DEPTH_NEWS.best : DEPTH_NEWS.book
  }

  #open(instrument: number): Book {
    const rules = this.#instruments[instrument] as Instrument
    const book = new Book({ tickSize: rules.tickSize, rule: chainRuleOf(rules.venue) })
    this.books[instrument] = book
    return book
  }

  save(writer: StateWriter): void {
    writer.begin('depth', 1)
    writer.u8s(this.#hasBest)
    for (const book of this.books) {
      writer.u8(book === undefined ? 0 : 1)
      book?.save(writer)
    }
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('depth', 1)
    reader.into(this.#hasBest)
    for (let instrument = 0; instrument < this.books.length; instrument++) {
      if (reader.u8() === 1) this.#open(instrument).load(reader)
      else this.books[instrument] = undefined
    }
    reader.end()
  }
}

function needsBook(runner: Runner): boolean {
  return runner.needs.book === true || runner.definition.onBook !== undefined
}
