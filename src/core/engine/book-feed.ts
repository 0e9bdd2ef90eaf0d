/**
 * The engine's order books: kept only where somebody looks at them.
 *
 * A book is kept for an instrument when a strategy needs it, or as long as no best-bid-ask row has come for the instrument,
 * so that tapes with depth alone still have a best price. Only a live book is told of.
 */
import { BOOK_OUTCOME, BOOK_STATE, Book } from '../market/book.ts'
import { chainRuleOf, knowsChainOf } from '../market/chain-rule.ts'
import type { ChainRule } from '../market/chain-rule.ts'
import type { Instrument } from '../market/instrument.ts'
import { NO_INSTRUMENT } from '../tape/layout.ts'
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
  /** How each venue numbers its diffs; undefined where that is not known, and no book is kept. */
  readonly #rules: readonly (ChainRule | undefined)[]
  readonly #market: MarketState
  readonly #wanted: Uint8Array
  /** 1 where best-bid-ask rows come. */
  readonly #hasBest: Uint8Array

  /** Throws RangeError when a strategy needs the book of a venue whose numbering is not known. */
  constructor(instruments: readonly Instrument[], roster: Roster, market: MarketState) {
    this.#instruments = instruments
    this.#market = market
    this.books = instruments.map(() => undefined)
    this.#wanted = Uint8Array.from(instruments, (_, i) =>
      roster.runners.some((r) => needsBook(r) && r.context.instruments.includes(i)) ? 1 : 0,
    )
    this.#hasBest = new Uint8Array(instruments.length)
    this.#rules = instruments.map(({ venue }, i) =>
      this.#wanted[i] === 1 || knowsChainOf(venue) ? chainRuleOf(venue) : undefined,
    )
  }

  /** A best-bid-ask row came: a book that nobody needs is dropped. */
  noteBest(instrument: number): void {
    if (this.#hasBest[instrument] !== 0) return
    this.#hasBest[instrument] = 1
    this.#market.isStale[instrument] = 0
    if (this.#wanted[instrument] === 0) this.books[instrument] = undefined
  }

  /** Takes a depth row; returns what there is to tell (DEPTH_NEWS bits). Only a live book is news. */
  onDepth(buffer: RowBuffer, row: number, instrument: number): number {
    const hasBest = this.#hasBest[instrument] !== 0
    if (hasBest && this.#wanted[instrument] === 0) return 0
    const book = this.books[instrument] ?? this.#open(instrument)
    if (book === undefined) return 0
    const outcome = book.apply(buffer, row)
    if (!hasBest) this.#market.isStale[instrument] = book.state === BOOK_STATE.live ? 0 : 1
    if (outcome > BOOK_OUTCOME.rebuilt || book.state !== BOOK_STATE.live) return 0
    // The book stands in for best-bid-ask rows on tapes without them.
    const isBestNews = !hasBest && this.#market.onBookTop(book.top, buffer, row, instrument)
    return isBestNews ? DEPTH_NEWS.book | DEPTH_NEWS.best : DEPTH_NEWS.book
  }

  /** A hole in a source: the books that it concerns (all of them, when it names no instrument) are not live any more. */
  onGap(buffer: RowBuffer, row: number, instrument: number): void {
    const first = instrument === NO_INSTRUMENT ? 0 : instrument
    const end = instrument === NO_INSTRUMENT ? this.books.length : instrument + 1
    for (let i = first; i < end; i++) {
      const book = this.books[i]
      if (book === undefined) continue
      book.apply(buffer, row)
      if (this.#hasBest[i] === 0 && book.state !== BOOK_STATE.live) this.#market.isStale[i] = 1
    }
  }

  #open(instrument: number): Book | undefined {
    const { tickSize } = this.#instruments[instrument] as Instrument
    const rule = this.#rules[instrument]
    const book = rule === undefined ? undefined : new Book({ tickSize, rule })
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
      if (reader.u8() === 1) this.#open(instrument)?.load(reader)
      else this.books[instrument] = undefined
    }
    reader.end()
  }
}

function needsBook(runner: Runner): boolean {
  return runner.needs.book === true || runner.definition.onBook !== undefined
}
