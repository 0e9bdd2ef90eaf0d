/**
 * The exchange side's cursor over a tape: rows in venue-time order, read a bounded window ahead of the strategy's cursor.
 *
 * The strategy sees rows in the order they were received; the venue acted on them in the order of its own clock. Rows of
 * one stream arrive in order, rows of different streams overtake each other by milliseconds, so a window of a few thousand
 * rows puts them right. A row that comes later than the window reaches back is taken at once and counted.
 */
import { assert } from '../../core/assert.ts'
import { CANDLE } from '../../core/tape/kinds.ts'
import { APPEND_TIME, MARKET_KINDS, ROW_SLOTS, VENUE_TIME } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { Survey } from './survey.ts'

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
  /** Venue time of the newest entry. */
  readonly #newest: Float64Array = Float64Array.of(-Infinity)
  /** Runs, behind all entries. */
  readonly #runs: Run[] = []
  /** The first run: kept apart, because reading an empty array is slow. */
  #run: Run | undefined
  #waiting = 0
  #sawCandles = false

  constructor() {
    // A candle takes two entries, and runs of whole buffers may have to be unrolled: there is room for both.
    const size = WINDOW_ROWS * 16
    this.#mask = size - 1
    this.#times = new Float64Array(size)
    this.#rows = new Int32Array(size)
    this.#buffers = Array.from({ length: size }, () => undefined)
  }

  /** Entries that wait; rows of a run are counted with their raw rows. */
  get length(): number {
    return this.#tail - this.#head + this.#waiting
  }

  /** Takes note of a buffer that was loaded: the clocks' offset is the least delay of all that is known. */
  learn(facts: Survey): void {
    if (facts.leastDelay < (this.offset[0] as number)) this.offset[0] = facts.leastDelay
    if (facts.candles) this.#sawCandles = true
  }

  /**
   * Puts market rows of a buffer into the window, from `row` on, until it holds `wanted`; returns the row it stopped at.
   * A buffer that is in order as it is, and lies behind all that waits, is taken whole, as a run that needs no sorting.
   */
  fill(buffer: RowBuffer, row: number, wanted: number, facts: Survey): number {
    if (row === 0 && facts.ordered && facts.firstVenueTime >= this.#last()) {
      this.#runs.push({ buffer, row: 0, last: facts.lastVenueTime })
      this.#run = this.#runs[0]
      this.#waiting += buffer.length
      return buffer.length
    }
    while (this.#runs.length > 0) this.#unroll()
    const { u8, u16 } = buffer
    const end = buffer.length
    while (row < end && this.#tail - this.#head < wanted) {
      if ((u8[row * 64] as number) <= MARKET_KINDS.last) this.add(buffer, row)
      row += 1 + (u16[row * 32 + 1] as number)
    }
    return row
  }

  /** Venue time of the newest row that waits or was taken. */
  #last(): number {
    return Math.max(this.#newest[0] as number, this.#runs.at(-1)?.last ?? -Infinity)
  }

  /** Turns the first run into single entries, because rows that follow have to be sorted in between. */
  #unroll(): void {
    const run = this.#runs.shift()
    this.#run = this.#runs[0]
    if (run === undefined) return
    const { buffer } = run
    this.#waiting -= buffer.length - run.row
    for (let row = run.row; row < buffer.length; row += 1 + (buffer.u16[row * 32 + 1] as number)) this.add(buffer, row)
  }

  /** Puts a row into the window. */
  add(buffer: RowBuffer, row: number): void {
    const at = row * ROW_SLOTS
    const append = buffer.f64[at + APPEND_TIME] as number
    const stated = buffer.f64[at + VENUE_TIME] as number
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
    assert(this.#tail - this.#head <= mask, 'a buffer is larger than the window has room for')
    const times = this.#times
    const time = times[this.#tail & mask] as number
    if (time < (this.#taken[0] as number)) this.overflow++
    if (time > (this.#newest[0] as number)) this.#newest[0] = time
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

  /** Whether any tape tells of candles. */
  get sawCandles(): boolean {
    return this.#sawCandles
  }

  /**
   * Lets the exchange take what is due at `until[0]` (venue time) until something happens there, or half of the window is used
   * up and it has to be filled: only then it returns false. The venue time of the last row that it took is then in `taken[0]`.
   * Rows of candles are not for this way.
   */
  run(exchange: RowTaker, until: Float64Array, taken: Float64Array): boolean {
    if (this.#head !== this.#tail) return this.#runEntries(exchange, until, taken)
    for (let run = this.#run; run !== undefined; run = this.#run) {
      const { buffer } = run
      const row = exchange.take(buffer, run.row, buffer.length, until)
      if (row > run.row) {
        taken[0] = exchange.time[0] as number
        this.#taken[0] = taken[0] as number
      }
      this.#waiting -= row - run.row
      run.row = row
      if (row === buffer.length) this.#endRun(run)
      if (row < buffer.length || exchange.events.length > 0) return true
    }
    return true
  }

  #runEntries(exchange: RowTaker, until: Float64Array, taken: Float64Array): boolean {
    const times = this.#times
    const rows = this.#rows
    const buffers = this.#buffers
    const mask = this.#mask
    const limit = until[0] as number
    const tail = this.#tail
    const fillAt = tail + this.#waiting - WINDOW_ROWS / 2
    const { time } = exchange
    let head = this.#head
    let newest = this.#taken[0] as number
    let full = true
    while (full && head !== tail) {
      const at = head & mask
      const now = times[at] as number
      if (now > limit) break
      head++
      if (now > newest) newest = now
      time[0] = now
      exchange.market(buffers[at] as RowBuffer, (rows[at] as number) >> 1)
      buffers[at] = undefined
      if (exchange.events.length > 0) break
      full = head < fillAt
    }
    if (head !== this.#head) taken[0] = time[0] as number
    this.#head = head
    this.#taken[0] = newest
    return full
  }

  /** True when the earliest entry lies at or before `until[0]` (venue time); its time is then in `out[0]`. */
  due(until: Float64Array, out: Float64Array): boolean {
    if (this.#head !== this.#tail) {
      const time = this.#times[this.#head & this.#mask] as number
      if (time > (until[0] as number)) return false
      out[0] = time
      return true
    }
    const run = this.#run
    if (run === undefined) return false
    const time = run.buffer.f64[run.row * ROW_SLOTS + VENUE_TIME] as number
    if (time > (until[0] as number)) return false
    out[0] = time
    return true
  }

  /** Buffer of the earliest entry. */
  buffer(): RowBuffer {
    return this.#head !== this.#tail ? (this.#buffers[this.#head & this.#mask] as RowBuffer) : (this.#run as Run).buffer
  }

  /** Row (times two, plus its PHASE) of the earliest entry. */
  entry(): number {
    return this.#head !== this.#tail ? (this.#rows[this.#head & this.#mask] as number) : (this.#run as Run).row * 2
  }

  /** Takes the earliest entry out. */
  take(): void {
    if (this.#head !== this.#tail) {
      const at = this.#head & this.#mask
      const time = this.#times[at] as number
      if (time > (this.#taken[0] as number)) this.#taken[0] = time
      this.#buffers[at] = undefined
      this.#head++
      return
    }
    const run = this.#run as Run
    const { buffer, row } = run
    const rows = 1 + (buffer.u16[row * 32 + 1] as number)
    this.#taken[0] = buffer.f64[row * ROW_SLOTS + VENUE_TIME] as number
    run.row = row + rows
    this.#waiting -= rows
    if (run.row === buffer.length) this.#endRun(run)
  }

  #endRun(run: Run): void {
    this.#taken[0] = run.last
    this.#newest[0] = run.last
    this.#runs.shift()
    this.#run = this.#runs[0]
  }
}

/** A buffer whose rows are in order as they are. */
interface Run {
  readonly buffer: RowBuffer
  row: number
  /** Venue time of its last row. */
  readonly last: number
}

/** Takes many rows at once, until one of them has consequences; see `SimExchange.take`. */
export interface RowTaker {
  readonly events: RowBuffer
  readonly time: Float64Array
  market(buffer: RowBuffer, row: number): void
  take(buffer: RowBuffer, row: number, end: number, until: Float64Array): number
}
