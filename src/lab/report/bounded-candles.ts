/**
 * A value over time in a bounded number of stretches: open, high, low and close of each. When the room is used up the
 * stretches become wider and neighbours are merged, so that extremes stay and only their exact time is lost.
 */

const SECOND_US = 1_000_000
const MINUTE_US = 60 * SECOND_US
const HOUR_US = 60 * MINUTE_US
const DAY_US = 24 * HOUR_US

/** Widths of stretches; each divides the next, so that merging keeps whole stretches together. */
const WIDTHS_US: readonly number[] = [
  SECOND_US,
  5 * SECOND_US,
  15 * SECOND_US,
  MINUTE_US,
  5 * MINUTE_US,
  15 * MINUTE_US,
  30 * MINUTE_US,
  HOUR_US,
  2 * HOUR_US,
  4 * HOUR_US,
  12 * HOUR_US,
  DAY_US,
  7 * DAY_US,
]
/** 1970-01-05 was a Monday: stretches of a week begin on Mondays, shorter ones at their usual times. */
const MONDAY_US = 4 * DAY_US

export class BoundedCandles {
  /** Stretches in use. */
  length = 0
  /** Time at which each stretch begins, microseconds. */
  readonly start: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  /** Length of a stretch in microseconds. */
  width: number = WIDTHS_US[0] as number
  readonly #capacity: number
  #rung = 0

  constructor(capacity: number) {
    this.#capacity = capacity
    this.start = new Float64Array(capacity)
    this.open = new Float64Array(capacity)
    this.high = new Float64Array(capacity)
    this.low = new Float64Array(capacity)
    this.close = new Float64Array(capacity)
  }

  /** Adds a value seen at `timeUs`. Values must come in the order of time; a late one joins the last stretch. */
  add(timeUs: number, value: number): void {
    this.addCandle(timeUs, value, value, value, value)
  }

  /** Adds a stretch that was summed up elsewhere and begins at `timeUs`. */
  addCandle(timeUs: number, open: number, high: number, low: number, close: number): void {
    const last = this.length - 1
    if (last >= 0 && this.#beginOf(timeUs) <= (this.start[last] as number)) {
      this.#join(last, high, low, close)
      return
    }
    if (this.length === this.#capacity) {
      while (this.length === this.#capacity) this.#widen()
      this.addCandle(timeUs, open, high, low, close)
      return
    }
    const at = this.length++
    this.start[at] = this.#beginOf(timeUs)
    this.open[at] = open
    this.high[at] = high
    this.low[at] = low
    this.close[at] = close
  }

  /** Time at which the stretch around `timeUs` ends, as wide as stretches are now. */
  endOf(timeUs: number): number {
    return this.#beginOf(timeUs) + this.width
  }

  /** Merges until at most `count` (at least 1) stretches are left. */
  thin(count: number): void {
    while (this.length > count) this.#widen()
  }

  /** Index of the last stretch that begins at or before `timeUs`, searched from `from` on; -1 if none does. */
  indexAt(timeUs: number, from = 0): number {
    let at = Math.max(0, from)
    while (at < this.length && (this.start[at] as number) <= timeUs) at += 1
    return at - 1
  }

  #beginOf(timeUs: number): number {
    const { width } = this
    return Math.floor((timeUs - MONDAY_US) / width) * width + MONDAY_US
  }

  #widen(): void {
    this.#rung += 1
    this.width = WIDTHS_US[this.#rung] ?? this.width * 2
    let kept = 0
    for (let at = 0; at < this.length; at += 1) {
      const start = this.#beginOf(this.start[at] as number)
      if (kept > 0 && this.start[kept - 1] === start) {
        this.#join(kept - 1, this.high[at] as number, this.low[at] as number, this.close[at] as number)
        continue
      }
      this.start[kept] = start
      this.open[kept] = this.open[at] as number
      this.high[kept] = this.high[at] as number
      this.low[kept] = this.low[at] as number
      this.close[kept] = this.close[at] as number
      kept += 1
    }
    this.length = kept
  }

  #join(at: number, high: number, low: number, close: number): void {
    if (high > (this.high[at] as number)) this.high[at] = high
    if (low < (this.low[at] as number)) this.low[at] = low
    this.close[at] = close
  }
}
