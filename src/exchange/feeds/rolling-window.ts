/**
 * The statistics of the last hours of one market: the closed minutes inside the window and the forming one. Minutes leave whole,
 * so that the window begins on a minute.
 *
 * In: the market's candles. Out: one candle over the window, as cells of KLINE, with the open time of the window. The closed
 * minutes are summed up once a minute and window at most, when somebody asks.
 */
import { absorb, KLINE, type Klines } from './klines.ts'

const MINUTE = 60_000_000

export class RollingWindow {
  /** Cells of KLINE. `open` is the first price in the window, or the last one before it. */
  readonly cells: Float64Array = new Float64Array(KLINE.width)
  /** The last price before the window; the window's own first price where there is none. */
  before = 0
  readonly #klines: Klines
  readonly #minutes: number
  readonly #minuteInterval: number
  readonly #closed: Float64Array = new Float64Array(KLINE.width)
  #summedAt = -1

  constructor(klines: Klines, minutes: number) {
    this.#klines = klines
    this.#minutes = minutes
    this.#minuteInterval = klines.intervals.findIndex(({ name }) => name === '1m')
  }

  /** Brings `cells` up to date. False when there was no trade yet. */
  read(time: number): boolean {
    if (!this.#klines.readForming(this.#minuteInterval, this.cells)) return false
    const minute = Math.floor(time / MINUTE) * MINUTE
    if (minute !== this.#summedAt) this.#sumClosed(minute)
    const forming = Float64Array.from(this.cells)
    const openTime = minute - this.#minutes * MINUTE
    if (this.#closed[KLINE.openTime] === 0) {
      this.cells[KLINE.openTime] = openTime
      this.before = forming[KLINE.open] as number
      return true
    }
    this.cells.set(this.#closed)
    absorb(this.cells, 0, forming)
    this.cells[KLINE.openTime] = openTime
    return true
  }

  #sumClosed(minute: number): void {
    this.#summedAt = minute
    const sum = this.#closed.fill(0)
    const ring = this.#klines.closed[this.#minuteInterval]
    if (ring === undefined) return
    const from = ring.search(KLINE.openTime, minute - this.#minutes * MINUTE)
    if (from === ring.length) return
    const first = ring.at(from)
    for (let i = 0; i < KLINE.width; i++) sum[i] = ring.cells[first + i] as number
    for (let i = from + 1; i < ring.length; i++) absorb(sum, 0, ring.cells, ring.at(i))
    this.before =
      from === 0 ? (ring.cells[first + KLINE.open] as number) : (ring.cells[ring.at(from - 1) + KLINE.close] as number)
  }
}
