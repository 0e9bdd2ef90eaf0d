/**
 * Refuses sources whose venue stamps run ahead of venue time: one of them would win every comparison by version and silence
 * the others.
 *
 * Venue time is not known, only bounded: no stamp can be later than receive time minus the clocks' offset plus a bound. The
 * offset is the median of the sources' windowed minima of receive - venue; of two middle ones the nearer to zero counts,
 * because our own clock is kept near the venue's. Refused rows do not move a source's minimum, until so many come in a row
 * that a clock must have been set; whether the source is then believed is for the median to say.
 */
import { SOURCE_REFUSED } from '../tape/kinds.ts'
import { APPEND_TIME, NO_INSTRUMENT, VENUE_TIME } from '../tape/layout.ts'
import { sourceOf, type RowBuffer } from '../tape/row-buffer.ts'
import { ClockOffset, DEFAULT_OFFSET_WINDOW_US } from './clock-offset.ts'

export interface StampGuardOptions {
  readonly sources: number
  /** How far a stamp may run ahead, microseconds. */
  readonly bound: number
  /** Window of the minima, microseconds. */
  readonly window?: number
}

/** Two seconds: transport times differ by less, and a candle or a lock is not moved far by it. */
export const DEFAULT_STAMP_BOUND_US = 2_000_000

/** Refused rows in a row after which the source's clock is taken as set anew. */
const ROWS_OF_A_SET_CLOCK = 16
/** A source that goes on being refused is reported this often, microseconds. */
const REPORT_EVERY = 60_000_000

export class StampGuard {
  readonly bound: number
  /** Rows refused, by source. */
  readonly refused: Float64Array
  /** The source that the last row was the first to be refused of, -1 if it was not. */
  newlyRefused = -1
  readonly #offsets: ClockOffset
  readonly #inARow: Int32Array
  /** Append time of the last report; 0 when the source is not being refused. */
  readonly #reported: Float64Array
  /** [offset by which rows are judged] */
  readonly #reference: Float64Array = new Float64Array([Number.NEGATIVE_INFINITY])

  constructor(options: StampGuardOptions) {
    const { sources, bound, window = DEFAULT_OFFSET_WINDOW_US } = options
    this.bound = bound
    this.refused = new Float64Array(sources)
    this.#offsets = new ClockOffset({ sources, window, floor: 0 })
    this.#inARow = new Int32Array(sources)
    this.#reported = new Float64Array(sources)
  }

  /** True when the row may go on. A refused source is reported to `out` with a SOURCE_REFUSED row, once a minute. */
  admits(buffer: RowBuffer, row: number, out: RowBuffer): boolean {
    this.newlyRefused = -1
    const venue = buffer.f64[row * 8 + VENUE_TIME] as number
    if (venue === 0) return true
    const source = sourceOf(buffer, row)
    const ahead = (this.#reference[0] as number) - ((buffer.f64[row * 8 + APPEND_TIME] as number) - venue)
    if (ahead <= this.bound) {
      this.#inARow[source] = 0
      if (this.#offsets.observe(buffer, row)) this.#takeReference()
      if (this.#reported[source] !== 0) this.#reported[source] = 0
      return true
    }
    if (this.#inARow[source] === 0) this.newlyRefused = source
    this.refused[source] = (this.refused[source] as number) + 1
    this.#inARow[source] = (this.#inARow[source] as number) + 1
    if ((this.#inARow[source] as number) >= ROWS_OF_A_SET_CLOCK && this.#offsets.observe(buffer, row))
      this.#takeReference()
    this.#report(buffer, row, source, out)
    return false
  }

  #report(buffer: RowBuffer, row: number, source: number, out: RowBuffer): void {
    const now = buffer.f64[row * 8 + APPEND_TIME] as number
    const before = this.#reported[source] as number
    if (before !== 0 && now - before < REPORT_EVERY) return
    this.#reported[source] = now
    const report = out.append(SOURCE_REFUSED.kind, 0, source, NO_INSTRUMENT, 0)
    out.f64[report * 8 + APPEND_TIME] = now
    out.f64[report * 8 + VENUE_TIME] = buffer.f64[row * 8 + VENUE_TIME] as number
    const difference = now - (buffer.f64[row * 8 + VENUE_TIME] as number)
    out.f64[report * 8 + SOURCE_REFUSED.aheadBy] = (this.#reference[0] as number) - difference
    out.f64[report * 8 + SOURCE_REFUSED.bound] = this.bound
  }

  #takeReference(): void {
    const known = this.#offsets.minimum.filter((minimum) => minimum !== Number.POSITIVE_INFINITY).sort()
    const upper = known[known.length >> 1] as number
    const lower = known[(known.length - 1) >> 1] as number
    this.#reference[0] = Math.abs(lower) < Math.abs(upper) ? lower : upper
  }
}
