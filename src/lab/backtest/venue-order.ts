/**
 * The exchange side's cursor over a tape: rows in venue-time order, read a bounded window ahead of the strategy's cursor.
 *
 * The strategy sees rows in the order they were received; the venue acted on them in the order of its own clock. Rows of
 * one stream arrive in order, rows of different streams overtake each other by milliseconds, so a window of a few thousand
 * rows puts them right. A row that comes later than the window reaches back is taken at once and counted.
 */
import { CANDLE } from '../../core/tape/kinds.ts'
import { APPEND_TIME, ROW_SLOTS, VENUE_TIME } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'

/** Rows that can wait: 2 s of the busiest recorded minute. */
export const WINDOW_ROWS = 4096
/** A candle's rows stand for a span: its open is an event of its own, just after the span begins. */
const AFTER_OPEN_US = 1
const BEFORE_CLOSE_US = 1

/** What an entry of the window stands for. */
export const PHASE = { row: 0, candleOpen: 1 } as const

export class VenueOrder {
  /** Rows that came too late to be put in order. */
  overflow = 0
  /** [0] running minimum of receive time minus venue time, microseconds; Infinity before the first row. */
  readonly offset: Float64Array = Float64Array.of(Infinity)
  readonly #mask: number
  readonly #times: Float64Array
  readonly #rows: Int32Array
  readonly #buffers: (RowBuffer | undefined)[]
  #head = 0
  #tail = 0
  /** Venue time of the newest row that was taken. */
  readonly #taken: Float64Array = Float64Array.of(-Infinity)

  constructor() {
    // A candle takes two entries; twice the window always has room.
    const size = WINDOW_ROWS * 4
    this.#mask = size - 1
    this.#times = new Float64Array(size)
    this.#rows = new Int32Array(size)
    this.#buffers = Array.from({ length: size }, () => undefined)
  }

  get length(): number {
    return this.#tail - this.#head
  }

  /** Puts a row into the window. */
  add(buffer: RowBuffer, row: number): void {
    const at = row * ROW_SLOTS
    const append = buffer.f64[at + APPEND_TIME] as number
    const stated = buffer.f64[at + VENUE_TIME] as number
    if (stated > 0 && append - stated < (this.offset[0] as number)) this.offset[0] = append - stated
    const kind = buffer.u8[row * 64] as number
    const tail = this.#tail & this.#mask
    if (kind === CANDLE.kind) {
      const open = buffer.f64[at + CANDLE.openTime] as number
      this.#times[tail] = open + AFTER_OPEN_US
      this.#insert(buffer, row * 2 + PHASE.candleOpen)
      this.#times[this.#tail & this.#mask] = open + (buffer.f64[at + CANDLE.interval] as number) - BEFORE_CLOSE_US
    } else
      this.#times[tail] = stated > 0 ? stated : append - (this.offset[0] === Infinity ? 0 : (this.offset[0] as number))
    this.#insert(buffer, row * 2)
  }

  /** Sorts the entry at the tail, whose time is written already, into its place: near the tail, as rows are nearly sorted. */
  #insert(buffer: RowBuffer, row: number): void {
    const mask = this.#mask
    const times = this.#times
    const time = times[this.#tail & mask] as number
    if (time < (this.#taken[0] as number)) this.overflow++
    let place = this.#tail
    while (place > this.#head && (times[(place - 1) & mask] as number) > time) {
      times[place & mask] = times[(place - 1) & mask] as number
      this.#rows[place & mask] = this.#rows[(place - 1) & mask] as number
      this.#buffers[place & mask] = this.#buffers[(place - 1) & mask]
      place--
    }
    times[place & mask] = time
    this.#rows[place & mask] = row
    this.#buffers[place & mask] = buffer
    this.#tail++
  }

  /** True when the earliest entry lies at or before `until[0]` (venue time); its time is then in `out[0]`. */
  due(until: Float64Array, out: Float64Array): boolean {
    if (this.#head === this.#tail) return false
    const time = this.#times[this.#head & this.#mask] as number
    if (time > (until[0] as number)) return false
    out[0] = time
    return true
  }

  /** Buffer of the earliest entry. */
  buffer(): RowBuffer {
    return this.#buffers[this.#head & this.#mask] as RowBuffer
  }

  /** Row (times two, plus its PHASE) of the earliest entry. */
  entry(): number {
    return this.#rows[this.#head & this.#mask] as number
  }

  /** Takes the earliest entry out. */
  take(): void {
    const at = this.#head & this.#mask
    const time = this.#times[at] as number
    if (time > (this.#taken[0] as number)) this.#taken[0] = time
    this.#buffers[at] = undefined
    this.#head++
  }
}
