/**
 * Candles of one market at every interval, made of its trades.
 *
 * In: trades in time order, and the time. Out: the forming candle and the newest closed ones of each interval. Owns: only the
 * shortest interval is updated with every trade; when one of its candles closes it is added to the longer ones, so that a trade
 * costs the same however many intervals there are. A candle without trades is flat at the last price; there are none before the
 * first trade. Closed candles are told to `onClosed` as they close.
 */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { nextOpenTime, openTimeOf, type KlineInterval } from './kline-intervals.ts'
import { RowRing } from './row-ring.ts'
import { addProduct, addSum } from './wide-sum.ts'

/** Cells of a candle. `quote` and `takerQuote` are wide sums of price times lots. */
export const KLINE = {
  openTime: 0,
  open: 1,
  high: 2,
  low: 3,
  close: 4,
  volume: 5,
  quote: 6,
  trades: 8,
  takerVolume: 9,
  takerQuote: 10,
  /** Id of the first trade; the last is `firstId + trades - 1`, since a market's trades are numbered one by one. */
  firstId: 12,
  width: 13,
} as const

/** As many as a request may ask for. */
export const KLINES_KEPT = 1500

export interface ClosedKlines {
  /** The candle that just closed is the newest of `closed[interval]`. */
  onClosed(interval: number): void
}

export class Klines {
  readonly intervals: readonly KlineInterval[]
  /** Closed candles by interval, oldest first, in cells of KLINE. */
  readonly closed: readonly RowRing[]
  /** Forming candles without what the forming one of the shortest interval holds. */
  readonly #gathered: Float64Array
  readonly #forming: Float64Array = new Float64Array(KLINE.width)
  readonly #scratch: Float64Array = new Float64Array(KLINE.width)
  /** When the forming candle of each interval ends; 0 before the first trade. */
  readonly #ends: Float64Array

  constructor(intervals: readonly KlineInterval[]) {
    this.intervals = intervals
    this.closed = intervals.map(() => new RowRing(KLINE.width, KLINES_KEPT))
    this.#gathered = new Float64Array(intervals.length * KLINE.width)
    this.#ends = new Float64Array(intervals.length)
  }

  /** Whether there was a trade. */
  get begun(): boolean {
    return this.#ends[0] !== 0
  }

  /** When the shortest candle closes. */
  get nextClose(): number {
    return this.begun ? (this.#ends[0] as number) : Number.POSITIVE_INFINITY
  }

  /** Adds a trade; `roll` to its time must have been called. */
  trade(id: number, price: number, quantity: number, takerBuys: boolean, time: number): void {
    const row = this.#forming
    if (!this.begun) this.#begin(time, price)
    if (row[KLINE.trades] === 0) {
      row[KLINE.open] = price
      row[KLINE.high] = price
      row[KLINE.low] = price
      row[KLINE.firstId] = id
    }
    if (price > (row[KLINE.high] as number)) row[KLINE.high] = price
    if (price < (row[KLINE.low] as number)) row[KLINE.low] = price
    row[KLINE.close] = price
    row[KLINE.volume] = (row[KLINE.volume] as number) + quantity
    row[KLINE.trades] = (row[KLINE.trades] as number) + 1
    addProduct(row, KLINE.quote, price, quantity)
    if (!takerBuys) return
    row[KLINE.takerVolume] = (row[KLINE.takerVolume] as number) + quantity
    addProduct(row, KLINE.takerQuote, price, quantity)
  }

  /** Closes every candle that ends at or before `time`. */
  roll(time: number, sink: ClosedKlines | undefined): void {
    if (!this.begun) return
    while ((this.#ends[0] as number) <= time) this.#closeShortest(sink)
  }

  /** Writes the forming candle of an interval into `out` (KLINE.width cells). False when there is none. */
  readForming(interval: number, out: Float64Array): boolean {
    if (!this.begun) return false
    if (interval === 0) {
      out.set(this.#forming)
      return true
    }
    out.set(this.#gathered.subarray(interval * KLINE.width, (interval + 1) * KLINE.width))
    absorb(out, 0, this.#forming)
    return true
  }

  save(writer: StateWriter): void {
    writer.begin('klines', 1)
    writer.f64s(this.#gathered)
    writer.f64s(this.#forming)
    writer.f64s(this.#ends)
    for (const ring of this.closed) ring.save(writer)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('klines', 1)
    reader.into(this.#gathered)
    reader.into(this.#forming)
    reader.into(this.#ends)
    for (const ring of this.closed) ring.load(reader)
    reader.end()
  }

  #begin(time: number, price: number): void {
    for (const [i, interval] of this.intervals.entries()) {
      const openTime = openTimeOf(interval, time)
      this.#flat(this.#gathered, i * KLINE.width, openTime, price)
      this.#ends[i] = nextOpenTime(interval, openTime)
    }
    this.#forming.set(this.#gathered.subarray(0, KLINE.width))
  }

  #closeShortest(sink: ClosedKlines | undefined): void {
    const row = this.#scratch
    row.set(this.#forming)
    const end = this.#ends[0] as number
    const price = row[KLINE.close] as number
    this.closed[0]?.push(row, 0)
    sink?.onClosed(0)
    this.#flat(this.#forming, 0, end, price)
    this.#ends[0] = nextOpenTime(this.#interval(0), end)
    for (let i = 1; i < this.intervals.length; i++) {
      const at = i * KLINE.width
      absorb(this.#gathered, at, row)
      if ((this.#ends[i] as number) > end) continue
      this.closed[i]?.push(this.#gathered, at)
      sink?.onClosed(i)
      this.#flat(this.#gathered, at, end, price)
      this.#ends[i] = nextOpenTime(this.#interval(i), end)
    }
  }

  #interval(index: number): KlineInterval {
    const interval = this.intervals[index]
    if (interval === undefined) throw new RangeError(`no candle interval ${index}`)
    return interval
  }

  #flat(cells: Float64Array, at: number, openTime: number, price: number): void {
    cells.fill(0, at, at + KLINE.width)
    cells[at + KLINE.openTime] = openTime
    cells[at + KLINE.open] = price
    cells[at + KLINE.high] = price
    cells[at + KLINE.low] = price
    cells[at + KLINE.close] = price
  }
}

/** Adds what happened in a shorter candle to the longer one at `cells[at]`. */
export function absorb(cells: Float64Array, at: number, part: Float64Array, start = 0): void {
  const trades = part[start + KLINE.trades] as number
  if (trades === 0) return
  if (cells[at + KLINE.trades] === 0) {
    cells[at + KLINE.open] = part[start + KLINE.open] as number
    cells[at + KLINE.high] = part[start + KLINE.high] as number
    cells[at + KLINE.low] = part[start + KLINE.low] as number
    cells[at + KLINE.firstId] = part[start + KLINE.firstId] as number
  }
  cells[at + KLINE.high] = Math.max(cells[at + KLINE.high] as number, part[start + KLINE.high] as number)
  cells[at + KLINE.low] = Math.min(cells[at + KLINE.low] as number, part[start + KLINE.low] as number)
  cells[at + KLINE.close] = part[start + KLINE.close] as number
  cells[at + KLINE.volume] = (cells[at + KLINE.volume] as number) + (part[start + KLINE.volume] as number)
  cells[at + KLINE.trades] = (cells[at + KLINE.trades] as number) + trades
  cells[at + KLINE.takerVolume] =
    (cells[at + KLINE.takerVolume] as number) + (part[start + KLINE.takerVolume] as number)
  addSum(cells, at + KLINE.quote, part, start + KLINE.quote)
  addSum(cells, at + KLINE.takerQuote, part, start + KLINE.takerQuote)
}
