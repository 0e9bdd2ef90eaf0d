/** Rebuilds the order books of a tape from its depth rows, up to a time. */
import { Book } from '../core/market/book.ts'
import { chainRuleOf } from '../core/market/chain-rule.ts'
import type { Instrument } from '../core/market/instrument.ts'
import { DEPTH_DIFF, DEPTH_PARTIAL, DEPTH_SNAPSHOT, GAP } from '../core/tape/kinds.ts'
import { APPEND_TIME, NO_INSTRUMENT, ROW_BYTES, ROW_SLOTS } from '../core/tape/layout.ts'
import type { RowBuffer } from '../core/tape/row-buffer.ts'

/** A book and the rows it was made from. */
export interface ReplayedBook {
  readonly instrument: Instrument
  readonly book: Book
  diffs: number
  snapshots: number
  partials: number
}

export class BookReplay {
  /** Append time of the last row that counted, microseconds; 0 before the first. */
  lastTime = 0
  readonly #instruments: readonly Instrument[]
  readonly #wanted: ReadonlySet<number>
  readonly #at: number
  readonly #books: (ReplayedBook | undefined)[] = []

  /** Takes the rows of the `wanted` instruments (indexes of the table) with append times up to `at`. */
  constructor(instruments: readonly Instrument[], wanted: ReadonlySet<number>, at: number) {
    this.#instruments = instruments
    this.#wanted = wanted
    this.#at = at
  }

  /** Takes a buffer; false once the time is reached. */
  take(buffer: RowBuffer): boolean {
    const { u8, u16, f64 } = buffer
    for (let row = 0; row < buffer.length; row += 1 + (u16[row * 32 + 1] as number)) {
      const time = f64[row * ROW_SLOTS + APPEND_TIME] as number
      if (time > this.#at) return false
      this.lastTime = time
      this.#takeRow(buffer, row, u8[row * ROW_BYTES] as number, u16[row * 32 + 3] as number)
    }
    return true
  }

  /** Books of the instruments that had depth rows, in the order of the table. */
  books(): readonly ReplayedBook[] {
    return this.#books.filter((one) => one !== undefined)
  }

  #takeRow(buffer: RowBuffer, row: number, kind: number, instrument: number): void {
    if (kind === GAP.kind) {
      // A gap of no instrument concerns all that the source sends.
      const concerned = instrument === NO_INSTRUMENT ? this.books() : [this.#books[instrument]]
      for (const one of concerned) one?.book.apply(buffer, row)
      return
    }
    if (kind !== DEPTH_DIFF.kind && kind !== DEPTH_SNAPSHOT.kind && kind !== DEPTH_PARTIAL.kind) return
    const one = this.#bookOf(instrument)
    if (one === undefined) return
    one.book.apply(buffer, row)
    if (kind === DEPTH_DIFF.kind) one.diffs++
    else if (kind === DEPTH_SNAPSHOT.kind) one.snapshots++
    else one.partials++
  }

  #bookOf(index: number): ReplayedBook | undefined {
    const known = this.#books[index]
    const instrument = this.#instruments[index]
    if (known !== undefined || instrument === undefined || !this.#wanted.has(index)) return known
    const options = { tickSize: Math.max(1, instrument.tickSize), rule: chainRuleOf(instrument.venue) }
    const made = { instrument, book: new Book(options), diffs: 0, snapshots: 0, partials: 0 }
    this.#books[index] = made
    return made
  }
}
