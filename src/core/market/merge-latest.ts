/**
 * Merge of facts that replace each other (best prices, marks, forming candles, partial books): the newest wins.
 *
 * Newest is by the venue's version, or by its time where it sends none. Equal versions with other data are settled by the
 * fixed rank of the sources, so that the state reached does not depend on which came first; equal data is a repeat.
 */
import { CANDLE, CANDLE_FLAGS } from '../tape/kinds.ts'
import { HEAD, ROW_BYTES, ROW_WORDS, VENUE_TIME, VERSION } from '../tape/layout.ts'
import { sourceOf, type RowBuffer } from '../tape/row-buffer.ts'

/** Words compared: the payload of the head row and of one raw row. */
const MOST_WORDS = 24
/** First word of the payload. */
const PAYLOAD = 8

export class LatestMerge {
  /** Rows dropped because they brought nothing new, or something older. */
  repeats = 0
  outdated = 0
  readonly #ranks: Uint16Array
  readonly #words: number
  readonly #isCandle: boolean
  readonly #held: Uint8Array
  readonly #version: Float64Array
  /** Candles: open time, with a bit more once it is closed. */
  readonly #era: Float64Array
  readonly #rank: Uint16Array
  readonly #payload: Int32Array

  /** For rows of one kind; `ranks` gives each source's rank, the smaller the better. */
  constructor(kind: number, instruments: number, ranks: Uint16Array) {
    this.#ranks = ranks
    this.#isCandle = kind === CANDLE.kind
    this.#words = this.#isCandle ? MOST_WORDS : PAYLOAD
    this.#held = new Uint8Array(instruments)
    this.#version = new Float64Array(instruments)
    this.#era = new Float64Array(instruments)
    this.#rank = new Uint16Array(instruments)
    this.#payload = new Int32Array(instruments * this.#words)
  }

  /** True when the row is news for its instrument; it is then what later rows are compared with. */
  admits(buffer: RowBuffer, row: number): boolean {
    const i = buffer.u16[row * 32 + (HEAD.instrument >> 1)] as number
    const era = this.#isCandle ? eraOf(buffer, row) : 0
    const version = this.#versionOf(buffer, row)
    const rank = this.#ranks[sourceOf(buffer, row)] as number
    if (this.#held[i] !== 0) {
      const byEra = era - (this.#era[i] as number)
      const order = byEra !== 0 ? byEra : version - (this.#version[i] as number)
      if (order < 0) {
        this.outdated++
        return false
      }
      if (order === 0 && !this.#winsTie(buffer, row, i, rank)) return false
    }
    this.#held[i] = 1
    this.#era[i] = era
    this.#version[i] = version
    this.#rank[i] = rank
    const from = row * ROW_WORDS + PAYLOAD
    for (let w = 0; w < this.#words; w++) this.#payload[i * this.#words + w] = buffer.i32[from + w] as number
    return true
  }

  /** Forgets what came from the source, which turned out to be ahead of its time: others may speak again. */
  forget(source: number): void {
    const rank = this.#ranks[source] as number
    for (let i = 0; i < this.#held.length; i++) if (this.#rank[i] === rank) this.#held[i] = 0
  }

  /** A candle's volume only grows, while its last trade id is not always known. */
  #versionOf(buffer: RowBuffer, row: number): number {
    if (this.#isCandle) return buffer.f64[row * 8 + CANDLE.volume] as number
    const version = buffer.f64[row * 8 + VERSION] as number
    return version !== 0 ? version : (buffer.f64[row * 8 + VENUE_TIME] as number)
  }

  #winsTie(buffer: RowBuffer, row: number, i: number, rank: number): boolean {
    const heldRank = this.#rank[i] as number
    const from = row * ROW_WORDS + PAYLOAD
    let same = true
    for (let w = 0; w < this.#words && same; w++) same = this.#payload[i * this.#words + w] === buffer.i32[from + w]
    if (same) {
      this.repeats++
      // What the better source has said too is held in its name.
      if (rank < heldRank) this.#rank[i] = rank
      return false
    }
    if (rank <= heldRank) return true
    this.outdated++
    return false
  }
}

/** Orders candles: a later one is newer, and of one candle the closed state; open times are even numbers of microseconds. */
function eraOf(buffer: RowBuffer, row: number): number {
  const closed = ((buffer.u8[row * ROW_BYTES + HEAD.flags] as number) & CANDLE_FLAGS.closed) !== 0
  return (buffer.f64[row * 8 + CANDLE.openTime] as number) + (closed ? 0.5 : 0)
}
