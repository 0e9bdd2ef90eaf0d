/**
 * How far our clock is ahead of the venue's, per source, from the rows that come.
 *
 * Receive time minus venue time is the offset of the clocks plus the time on the way. The way never takes less than a stated
 * floor, so the smallest difference seen, less the floor, estimates the offset: `offset = minimum - floor`. The minimum is
 * taken over a sliding window (eight parts, the oldest dropped as a whole), so that drifting clocks are followed.
 * A row's latency is then (receive - venue) - offset, and at least the floor.
 */
import { CLOCK_OFFSET } from '../tape/kinds.ts'
import { APPEND_TIME, NO_INSTRUMENT, VENUE_TIME } from '../tape/layout.ts'
import { sourceOf, type RowBuffer } from '../tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'

export interface ClockOffsetOptions {
  readonly sources: number
  /** Length of the window in microseconds; minima older than it are forgotten. */
  readonly window: number
  /** Least time on the way, microseconds. */
  readonly floor: number
}

/** Ten minutes: a cheap clock drifts by less than 30 ms in that time. */
export const DEFAULT_OFFSET_WINDOW_US = 600_000_000

const PARTS = 8

export class ClockOffset {
  readonly floor: number
  /** Smallest receive - venue of the window by source, microseconds; Infinity where nothing was heard in it. */
  readonly minimum: Float64Array
  readonly #partLength: number
  /** Minima of the window's parts, PARTS per source, and the number of the newest part. */
  readonly #parts: Float64Array
  readonly #newest: Float64Array

  constructor(options: ClockOffsetOptions) {
    this.floor = options.floor
    this.minimum = new Float64Array(options.sources).fill(Number.POSITIVE_INFINITY)
    this.#partLength = options.window / PARTS
    this.#parts = new Float64Array(options.sources * PARTS).fill(Number.POSITIVE_INFINITY)
    this.#newest = new Float64Array(options.sources)
  }

  /** Takes a row into the estimate of its source; true when the minimum changed. Rows without venue time say nothing. */
  observe(buffer: RowBuffer, row: number): boolean {
    const venue = buffer.f64[row * 8 + VENUE_TIME] as number
    if (venue === 0) return false
    const source = sourceOf(buffer, row)
    const received = buffer.f64[row * 8 + APPEND_TIME] as number
    const part = Math.floor(received / this.#partLength)
    const before = this.minimum[source] as number
    if (part !== this.#newest[source]) this.#advance(source, part)
    const difference = received - venue
    const at = source * PARTS + (part % PARTS)
    if (difference < (this.#parts[at] as number)) this.#parts[at] = difference
    if (difference < (this.minimum[source] as number)) this.minimum[source] = difference
    return this.minimum[source] !== before
  }

  /** The estimate: our clock minus the venue's, microseconds; Infinity where nothing was heard. */
  offsetOf(source: number): number {
    return (this.minimum[source] as number) - this.floor
  }

  /** Appends the estimate of a source as a CLOCK_OFFSET row that carries the times of the row at `from`. */
  append(out: RowBuffer, source: number, buffer: RowBuffer, from: number): number {
    const row = out.append(CLOCK_OFFSET.kind, 0, source, NO_INSTRUMENT, 0)
    out.f64[row * 8 + APPEND_TIME] = buffer.f64[from * 8 + APPEND_TIME] as number
    out.f64[row * 8 + VENUE_TIME] = buffer.f64[from * 8 + VENUE_TIME] as number
    out.f64[row * 8 + CLOCK_OFFSET.offset] = this.offsetOf(source)
    out.f64[row * 8 + CLOCK_OFFSET.floor] = this.floor
    return row
  }

  save(writer: StateWriter): void {
    writer.begin('clock-offset', 1)
    writer.f64s(this.minimum)
    writer.f64s(this.#parts)
    writer.f64s(this.#newest)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('clock-offset', 1)
    reader.into(this.minimum)
    reader.into(this.#parts)
    reader.into(this.#newest)
    reader.end()
  }

  /** Empties the parts between the newest and `part` and takes the minimum anew. */
  #advance(source: number, part: number): void {
    const newest = this.#newest[source] as number
    const skipped = Math.min(PARTS, Math.abs(part - newest))
    const base = source * PARTS
    for (let i = 0; i < skipped; i++)
      this.#parts[base + ((((part - i) % PARTS) + PARTS) % PARTS)] = Number.POSITIVE_INFINITY
    this.#newest[source] = part
    let minimum = Number.POSITIVE_INFINITY
    for (let i = 0; i < PARTS; i++) minimum = Math.min(minimum, this.#parts[base + i] as number)
    this.minimum[source] = minimum
  }
}
