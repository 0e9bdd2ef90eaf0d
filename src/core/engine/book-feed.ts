/**
 * The engine's order books: kept only where somebody looks at them.
 *
 * A book is kept for an instrument when a strategy needs it, or as long as no best-bid-ask row has come for the instrument,
 * so that tapes with depth alone still have a best price. Only a live book reaches a strategy.
 */
import { BOOK_OUTCOME, BOOK_STATE, Book } from '../market/book.ts'
import { chainRuleOf } from '../market/chain-rule.ts'
import type { Instrument } from '../market/instrument.ts'
import { BookPrices } from '../strategy/book-view.ts'
import { BestPrices } from '../strategy/views.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import type { MarketState } from './market-state.ts'
import type { Roster, Runner } from './roster.ts'

export class BookFeed {
  /** Book by instrument; undefined where none is kept. */
  readonly books: (Book | undefined)[]
  readonly #instruments: readonly Instrument[]
  readonly #roster: Roster
  readonly #market: MarketState
  readonly #failed: (runner: Runner, error: unknown) => void
  readonly #wanted: Uint8Array
  /** 1 where best-bid-ask rows come. */
  readonly #hasBest: Uint8Array
  readonly #view: BookPrices
  readonly #best: BestPrices

  constructor(
    instruments: readonly Instrument[],
    roster: Roster,
    market: MarketState,
    failed: (runner: Runner, error: unknown) => void,
  ) {
    this.#instruments = instruments
    this.#roster = roster
    this.#market = market
    this.#failed = failed
    this.books = instruments.map(() => undefined)
    this.#wanted = Uint8Array.from(instruments, (_, i) =>
      roster.runners.some((r) => needsBook(r) && r.context.instruments.includes(i)) ? 1 : 0,
    )
    this.#hasBest = new Uint8Array(instruments.length)
    this.#view = new BookPrices(market, instruments)
    this.#best = new BestPrices(market, instruments)
  }

  /** A best-bid-ask row came: a book that nobody needs is dropped. */
  noteBest(instrument: number): void {
    if (this.#hasBest[instrument] !== 0) return
    this.#hasBest[instrument] = 1
    if (this.#wanted[instrument] === 0) this.books[instrument] = undefined
  }

  onDepth(
    buffer: RowBuffer,
    row: number,
    instrument: number,
    ready: (runner: Runner, instrument: number) => boolean,
  ): void {
    const hasBest = this.#hasBest[instrument] !== 0
    if (hasBest && this.#wanted[instrument] === 0) return
    const book = this.books[instrument] ?? this.#open(instrument)
    const outcome = book.apply(buffer, row)
    if (outcome > BOOK_OUTCOME.rebuilt || book.state !== BOOK_STATE.live) return
    if (!hasBest) this.#tellBest(book, instrument, ready)
    const runners = this.#roster.onBook[instrument] as readonly Runner[]
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[i] as Runner
      if (!ready(runner, instrument)) continue
      this.#view.bind(book, instrument)
      try {
        runner.definition.onBook?.(this.#view, runner.context)
      } catch (error) {
        this.#failed(runner, error)
      }
    }
  }

  /** Stands in for best-bid-ask rows on tapes without them. */
  #tellBest(book: Book, instrument: number, ready: (runner: Runner, instrument: number) => boolean): void {
    const { top } = this.#market
    const at = instrument * 4
    let same = true
    for (let i = 0; i < 4; i++) {
      if (top[at + i] !== book.top[i]) same = false
      top[at + i] = book.top[i] as number
    }
    if (same) return
    const runners = this.#roster.onBest[instrument] as readonly Runner[]
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[i] as Runner
      if (!ready(runner, instrument)) continue
      this.#best.instrument = instrument
      try {
        runner.definition.onBest?.(this.#best, runner.context)
      } catch (error) {
        this.#failed(runner, error)
      }
    }
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
