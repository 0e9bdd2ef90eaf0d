/**
 * Binance market data: the messages of USD-M futures and spot, from bytes to tape rows.
 *
 * In: the bytes of one message at a time (combined-stream envelope or bare, or a REST snapshot in line), with the time they
 * were received. Out: rows at the end of a RowBuffer, prices and quantities as exact counts of the instruments' quanta.
 * Owns: the table of instruments it was given, and nothing else; rows go out in the order messages come in. Refuses what
 * has no exact row: each refusal is a problem with reason, byte and field, and never takes another message with it.
 * Fails: only with FULL, when the rows do not fit, and then nothing was appended. A fast scanner reads the messages in the
 * venue's own form; every other form is read again by the slow path, which decides.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { Problem } from './problem.ts'
import { scanMessage } from './scan-message.ts'
import { FULL, LOOKAHEAD, Scanner } from './scanner.ts'
import { readMessage } from './slow-message.ts'

export type BinanceVenue = 'binance-usdm' | 'binance-spot'

export interface DecoderOptions {
  readonly venue: BinanceVenue
  /** The table that the rows' instrument numbers mean. Symbols must differ from each other. */
  readonly instruments: readonly Instrument[]
  /**
   * Told of every trade that did not happen in the book (insurance fund, auto-deleveraging). It is no row of the market: its
   * row stands at `row`, behind those in use, and is overwritten by the next.
   */
  readonly offBook?: ((rows: RowBuffer, row: number) => void) | undefined
}

/** Returned instead of a number of rows when the buffer lacks room: empty it, or use a larger one, and decode again. */
export const BUFFER_FULL: typeof FULL = FULL

const NEWLINE = 0x0a
const RETURN = 0x0d

export class BinanceDecoder {
  /** What the last message had that gave no row; empty when all went well. */
  readonly problems: Problem[] = []
  /** Position behind the last message, in the bytes given. */
  end = 0
  /** Messages that had to be read the slow way. */
  slowMessages = 0
  /** Messages, or parts of them, that are known and give no row: trades outside the book, statistics nobody reads. */
  skipped = 0
  readonly #scanner: Scanner
  readonly #offBook: ((rows: RowBuffer, row: number) => void) | undefined
  /** The bytes given last, where they lie in their memory, and how far behind them the scanner may look. */
  #bytes: Uint8Array = new Uint8Array(0)
  #base = 0
  #room = 0
  /** For messages at the very end of their memory, where the scanner must not look ahead. */
  #padded: Uint8Array = new Uint8Array(4096)

  constructor(options: DecoderOptions) {
    this.#scanner = new Scanner(options.instruments, options.venue === 'binance-spot')
    this.#offBook = options.offBook
  }

  /** Index of the instrument whose REST snapshots come in line without a symbol; -1 for none. */
  get context(): number {
    return this.#scanner.context
  }
  set context(instrument: number) {
    this.#scanner.context = instrument
  }

  /**
   * Decodes the message in bytes[start, end), received at `receive[0]` microseconds from source `source`. Returns the number
   * of rows appended to `out` (raw rows included; 0 is no failure: see `problems` and `skipped`) or BUFFER_FULL.
   */
  decode(bytes: Uint8Array, start: number, end: number, receive: Float64Array, source: number, out: RowBuffer): number {
    return this.#decode(bytes, start, end, false, receive, source, out)
  }

  /** The same for a message that ends at a line break or at `limit`, whichever comes first; `this.end` is then that place. */
  decodeLine(
    bytes: Uint8Array,
    start: number,
    limit: number,
    receive: Float64Array,
    source: number,
    out: RowBuffer,
  ): number {
    return this.#decode(bytes, start, limit, true, receive, source, out)
  }

  #decode(
    bytes: Uint8Array,
    start: number,
    limit: number,
    line: boolean,
    receive: Float64Array,
    source: number,
    out: RowBuffer,
  ): number {
    const s = this.#scanner
    if (this.problems.length > 0) this.problems.length = 0
    s.receive = receive
    s.source = source
    s.write(out)
    if (bytes !== this.#bytes) this.#take(bytes)
    if (limit > this.#room) return this.#decodeCopy(bytes, start, limit, line, out)
    const base = this.#base
    const before = out.length
    const p = scanMessage(s, base + start, out)
    if (p >= 0) {
      const end = p - base
      if (end === limit || (line && end < limit && (bytes[end] === NEWLINE || bytes[end] === RETURN))) {
        this.end = end
        if (s.skipped > 0) this.#countSkipped(out)
        return out.length - before
      }
      out.length = before
    }
    if (p === FULL) return FULL
    return this.#decodeSlowly(bytes, start, line ? lineEnd(bytes, start, limit) : limit, out)
  }

  /** Turns to other bytes. Asking an array for its memory takes a while, so it is done once per array. */
  #take(bytes: Uint8Array): void {
    this.#scanner.read(bytes)
    this.#bytes = bytes
    this.#base = bytes.byteOffset
    this.#room = bytes.buffer.byteLength - this.#base - LOOKAHEAD
  }

  #decodeSlowly(bytes: Uint8Array, start: number, end: number, out: RowBuffer): number {
    const base = this.#base
    const rows = readMessage(this.#scanner, base + start, base + end, out, this.problems)
    if (rows === FULL) return FULL
    this.end = end
    this.slowMessages++
    this.#countSkipped(out)
    if (base !== 0)
      for (const [i, problem] of this.problems.entries())
        this.problems[i] = { ...problem, offset: problem.offset - base }
    return rows
  }

  #countSkipped(out: RowBuffer): void {
    const { skipped, offBookRow } = this.#scanner
    this.skipped += skipped
    if (offBookRow >= out.length) this.#offBook?.(out, offBookRow)
  }

  /** Decodes in memory of our own, with room behind. */
  #decodeCopy(bytes: Uint8Array, start: number, limit: number, line: boolean, out: RowBuffer): number {
    const size = limit - start
    if (size + LOOKAHEAD > this.#padded.length) this.#padded = new Uint8Array(2 * (size + LOOKAHEAD))
    this.#padded.set(bytes.subarray(start, limit))
    const s = this.#scanner
    const rows = this.#decode(this.#padded, 0, size, line, s.receive, s.source, out)
    if (rows === FULL) return FULL
    this.end += start
    for (const [i, problem] of this.problems.entries())
      this.problems[i] = { ...problem, offset: problem.offset + start }
    return rows
  }
}

/** The place of the line break that ends the line, or `limit`. */
function lineEnd(bytes: Uint8Array, start: number, limit: number): number {
  const at = bytes.indexOf(NEWLINE, start)
  const end = at < 0 || at > limit ? limit : at
  return end > start && bytes[end - 1] === RETURN ? end - 1 : end
}
