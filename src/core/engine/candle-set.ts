/**
 * Candles of all instruments at one interval, in columns: the forming one and a ring of closed ones.
 *
 * In: trades, or candle rows of the same or a dividing interval; best prices correct the forming candle. Out: how many
 * candles a row closed, each pushed into the ring before `onClosed` is called for it. Owns: when a candle closes: when the
 * instrument's own newer venue time says so, or the venue's candle is marked closed; never by silence. Intervals are keyed by
 * their absolute number. A trade for a closed candle is counted, not applied; an interval without trades between two events
 * is flat at the last close.
 */
import { BEST_BID_ASK, CANDLE, CANDLE_FLAGS, TRADE } from '../tape/kinds.ts'
import { APPEND_TIME, ROW_BYTES, ROW_SLOTS, VENUE_TIME } from '../tape/layout.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'

const DAY_US = 86_400_000_000
const WEEK_US = 7 * DAY_US
/** 1970-01-05 was a Monday: weeks are counted from there. */
const FIRST_MONDAY_US = 4 * DAY_US
/** Columns of the forming candle. */
export const FORMING = { openTime: 0, open: 1, high: 2, low: 3, close: 4, volume: 5, length: 6 } as const
/** Where an instrument's candles come from, decided by its first row. */
export const SOURCE_OF_CANDLES = { none: 0, trades: 1, candles: 2 } as const

export class CandleSet {
  readonly interval: number
  readonly name: string
  /** Closed candles kept per instrument. */
  readonly depth: number
  /** Trades that came after their candle had closed. */
  late = 0
  /** Rings: candle `i` of instrument `n` at `n * depth + i`; price quanta, lots, microseconds. */
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
  readonly openTime: Float64Array
  /** Ring position of the newest closed candle, and how many there are. */
  readonly newest: Int32Array
  readonly count: Int32Array
  /** FORMING columns per instrument; open time 0 when none is forming. */
  readonly forming: Float64Array
  /** SOURCE_OF_CANDLES per instrument. */
  readonly origin: Uint8Array
  readonly #phase: number
  readonly #onClosed: (instrument: number) => void

  constructor(
    name: string,
    interval: number,
    depth: number,
    instruments: number,
    onClosed: (instrument: number) => void,
  ) {
    this.name = name
    this.interval = interval
    this.depth = depth
    this.#phase = interval % WEEK_US === 0 ? FIRST_MONDAY_US : 0
    this.#onClosed = onClosed
    const cells = instruments * depth
    this.open = new Float64Array(cells)
    this.high = new Float64Array(cells)
    this.low = new Float64Array(cells)
    this.close = new Float64Array(cells)
    this.volume = new Float64Array(cells)
    this.openTime = new Float64Array(cells)
    this.newest = new Int32Array(instruments).fill(-1)
    this.count = new Int32Array(instruments)
    this.forming = new Float64Array(instruments * FORMING.length)
    this.origin = new Uint8Array(instruments)
  }

  onTrade(buffer: RowBuffer, row: number, instrument: number): void {
    if (this.origin[instrument] === SOURCE_OF_CANDLES.candles) return
    this.origin[instrument] = SOURCE_OF_CANDLES.trades
    const at = row * ROW_SLOTS
    const { f64 } = buffer
    const stated = f64[at + VENUE_TIME] as number
    const time = stated > 0 ? stated : (f64[at + APPEND_TIME] as number)
    const price = f64[at + TRADE.price] as number
    const base = instrument * FORMING.length
    const cells = this.forming
    const openTime = cells[base] as number
    if (openTime !== 0 && time >= openTime && time < openTime + this.interval) {
      if (price > (cells[base + FORMING.high] as number)) cells[base + FORMING.high] = price
      if (price < (cells[base + FORMING.low] as number)) cells[base + FORMING.low] = price
      cells[base + FORMING.close] = price
      cells[base + FORMING.volume] = (cells[base + FORMING.volume] as number) + (f64[at + TRADE.quantity] as number)
      return
    }
    this.#tradeOutside(buffer, row, instrument)
  }

  /** Corrects the forming candle by the best prices: what a chaser would pay. */
  onBest(buffer: RowBuffer, row: number, instrument: number): void {
    const base = instrument * FORMING.length
    const cells = this.forming
    if (cells[base] === 0 || this.origin[instrument] !== SOURCE_OF_CANDLES.trades) return
    const at = row * ROW_SLOTS
    const { f64 } = buffer
    const stated = f64[at + VENUE_TIME] as number
    const time = stated > 0 ? stated : (f64[at + APPEND_TIME] as number)
    const openTime = cells[base] as number
    if (time < openTime || time >= openTime + this.interval) return
    const bid = f64[at + BEST_BID_ASK.bid] as number
    const ask = f64[at + BEST_BID_ASK.ask] as number
    if (!(bid > 0 && ask > 0)) return
    if (ask > (cells[base + FORMING.high] as number)) cells[base + FORMING.high] = ask
    if (bid < (cells[base + FORMING.low] as number)) cells[base + FORMING.low] = bid
    const open = cells[base + FORMING.open] as number
    const close = cells[base + FORMING.close] as number
    if (close > open) cells[base + FORMING.close] = ask
    else if (close < open) cells[base + FORMING.close] = bid
  }

  onCandle(buffer: RowBuffer, row: number, instrument: number): void {
    const at = row * ROW_SLOTS
    const { f64 } = buffer
    const length = f64[at + CANDLE.interval] as number
    if (length > this.interval || this.interval % length !== 0) return
    this.origin[instrument] = SOURCE_OF_CANDLES.candles
    const start = f64[at + CANDLE.openTime] as number
    const base = instrument * FORMING.length
    const cells = this.forming
    const closed = ((buffer.u8[row * ROW_BYTES + 1] as number) & CANDLE_FLAGS.closed) !== 0
    // A forming candle of a shorter interval says too little; the closed one will say all.
    if (!closed && length !== this.interval) return
    const openTime = this.#startOf(start)
    if (cells[base] !== 0 && openTime > (cells[base] as number)) this.#closeUntil(instrument, openTime)
    if (cells[base] !== 0 && openTime < (cells[base] as number)) {
      this.late++
      return
    }
    if (length === this.interval || cells[base] === 0) {
      cells[base] = openTime
      cells[base + FORMING.open] = f64[at + CANDLE.open] as number
      cells[base + FORMING.high] = f64[at + CANDLE.high] as number
      cells[base + FORMING.low] = f64[at + CANDLE.low] as number
      cells[base + FORMING.volume] = f64[at + CANDLE.volume] as number
    } else {
      cells[base + FORMING.high] = Math.max(cells[base + FORMING.high] as number, f64[at + CANDLE.high] as number)
      cells[base + FORMING.low] = Math.min(cells[base + FORMING.low] as number, f64[at + CANDLE.low] as number)
      cells[base + FORMING.volume] = (cells[base + FORMING.volume] as number) + (f64[at + CANDLE.volume] as number)
    }
    cells[base + FORMING.close] = f64[at + CANDLE.close] as number
    if (closed && start + length >= openTime + this.interval) this.#close(instrument)
  }

  /** A trade that opens a candle, closes candles, or comes too late. */
  #tradeOutside(buffer: RowBuffer, row: number, instrument: number): void {
    const at = row * ROW_SLOTS
    const { f64 } = buffer
    const stated = f64[at + VENUE_TIME] as number
    const time = stated > 0 ? stated : (f64[at + APPEND_TIME] as number)
    const base = instrument * FORMING.length
    const cells = this.forming
    const openTime = this.#startOf(time)
    if (cells[base] !== 0) {
      if (openTime < (cells[base] as number)) {
        this.late++
        return
      }
      this.#closeUntil(instrument, openTime)
    }
    const price = f64[at + TRADE.price] as number
    cells[base] = openTime
    cells[base + FORMING.open] = price
    cells[base + FORMING.high] = price
    cells[base + FORMING.low] = price
    cells[base + FORMING.close] = price
    cells[base + FORMING.volume] = f64[at + TRADE.quantity] as number
  }

  /** Closes the forming candle, and flat ones for intervals without an event, up to the one that starts at `openTime`. */
  #closeUntil(instrument: number, openTime: number): void {
    const base = instrument * FORMING.length
    const cells = this.forming
    let next = (cells[base] as number) + this.interval
    this.#close(instrument)
    // A hole longer than the memory leaves nothing of what came before it.
    if (openTime - next > this.depth * this.interval) next = openTime - this.depth * this.interval
    const last = this.close[instrument * this.depth + (this.newest[instrument] as number)] as number
    for (; next < openTime; next += this.interval) {
      cells[base] = next
      for (const column of FLAT) cells[base + column] = last
      cells[base + FORMING.volume] = 0
      this.#close(instrument)
    }
  }

  /** Moves the forming candle into the ring and tells of it. */
  #close(instrument: number): void {
    const base = instrument * FORMING.length
    const cells = this.forming
    const place = ((this.newest[instrument] as number) + 1) % this.depth
    const at = instrument * this.depth + place
    this.newest[instrument] = place
    if ((this.count[instrument] as number) < this.depth) this.count[instrument] = (this.count[instrument] as number) + 1
    this.openTime[at] = cells[base] as number
    this.open[at] = cells[base + FORMING.open] as number
    this.high[at] = cells[base + FORMING.high] as number
    this.low[at] = cells[base + FORMING.low] as number
    this.close[at] = cells[base + FORMING.close] as number
    this.volume[at] = cells[base + FORMING.volume] as number
    cells[base] = 0
    this.#onClosed(instrument)
  }

  #startOf(time: number): number {
    return Math.floor((time - this.#phase) / this.interval) * this.interval + this.#phase
  }

  save(writer: StateWriter): void {
    writer.begin('candles', 1)
    writer.text(this.name)
    for (const column of this.#doubles()) writer.f64s(column)
    writer.i32s(this.newest)
    writer.i32s(this.count)
    writer.u8s(this.origin)
    writer.u32(this.late)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('candles', 1)
    reader.text()
    for (const column of this.#doubles()) reader.into(column)
    reader.into(this.newest)
    reader.into(this.count)
    reader.into(this.origin)
    this.late = reader.u32()
    reader.end()
  }

  #doubles(): readonly Float64Array[] {
    return [this.open, this.high, this.low, this.close, this.volume, this.openTime, this.forming]
  }
}

const FLAT: readonly number[] = [FORMING.open, FORMING.high, FORMING.low, FORMING.close]
