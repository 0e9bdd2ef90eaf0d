/**
 * Candles of all instruments at one interval, in columns: the forming one and a ring of closed ones.
 *
 * In: trades, or candle rows of the same or a dividing interval; best prices correct the forming candle. Out: closed candles
 * in the ring. Owns: what belongs to which candle. When candles close is decided over all intervals together (CandleFeed):
 * by the instrument's own newer time or by the venue's closed candle, never by silence. Intervals are keyed by their
 * absolute number. What comes for a closed candle is counted, not applied; an interval without trades between two events is
 * flat at the last close. An instrument's first row decides what its candles are made of: trades, or rows of one length.
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
  /** Rows that came after their candle had closed. */
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
  /** Of candle rows: their length, and where the closed ones in the forming candle end. */
  readonly #partLength: Float64Array
  readonly #partsEnd: Float64Array
  readonly #phase: number

  constructor(name: string, interval: number, depth: number, instruments: number) {
    this.name = name
    this.interval = interval
    this.depth = depth
    this.#phase = interval % WEEK_US === 0 ? FIRST_MONDAY_US : 0
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
    this.#partLength = new Float64Array(instruments)
    this.#partsEnd = new Float64Array(instruments)
  }

  /** Takes a trade into the forming candle. Returns false when it lies behind that, so that candles have to close first. */
  onTrade(buffer: RowBuffer, row: number, instrument: number): boolean {
    if (this.origin[instrument] === SOURCE_OF_CANDLES.candles) return true
    this.origin[instrument] = SOURCE_OF_CANDLES.trades
    const at = row * ROW_SLOTS
    const { f64 } = buffer
    const stated = f64[at + VENUE_TIME] as number
    const time = stated > 0 ? stated : (f64[at + APPEND_TIME] as number)
    const price = f64[at + TRADE.price] as number
    const base = instrument * FORMING.length
    const cells = this.forming
    const openTime = cells[base] as number
    if (openTime === 0 || time >= openTime + this.interval) return false
    if (time < openTime) {
      this.late++
      return true
    }
    if (price > (cells[base + FORMING.high] as number)) cells[base + FORMING.high] = price
    if (price < (cells[base + FORMING.low] as number)) cells[base + FORMING.low] = price
    cells[base + FORMING.close] = price
    cells[base + FORMING.volume] = (cells[base + FORMING.volume] as number) + (f64[at + TRADE.quantity] as number)
    return true
  }

  /** Opens a candle with a trade, when none is forming. `time[0]` is the trade's. */
  openWith(buffer: RowBuffer, row: number, instrument: number, time: Float64Array): void {
    const base = instrument * FORMING.length
    const cells = this.forming
    if (cells[base] !== 0 || this.origin[instrument] !== SOURCE_OF_CANDLES.trades) return
    const at = row * ROW_SLOTS
    cells.fill(buffer.f64[at + TRADE.price] as number, base + FORMING.open, base + FORMING.close + 1)
    cells[base] = this.#startOf(time[0] as number)
    cells[base + FORMING.volume] = buffer.f64[at + TRADE.quantity] as number
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

  /**
   * Takes a candle row into the forming candle, behind those that had to close for it. Returns whether the forming candle is
   * complete with it.
   */
  onCandle(buffer: RowBuffer, row: number, instrument: number): boolean {
    if (!this.takes(buffer, row, instrument)) return false
    this.origin[instrument] = SOURCE_OF_CANDLES.candles
    const at = row * ROW_SLOTS
    const { f64 } = buffer
    const length = f64[at + CANDLE.interval] as number
    this.#partLength[instrument] = length
    const closed = ((buffer.u8[row * ROW_BYTES + 1] as number) & CANDLE_FLAGS.closed) !== 0
    // A forming candle of a shorter interval says too little; the closed one will say all.
    if (!closed && length !== this.interval) return false
    const start = f64[at + CANDLE.openTime] as number
    const openTime = this.#startOf(start)
    const base = instrument * FORMING.length
    const cells = this.forming
    const isNew = cells[base] === 0
    if (isNew ? openTime < this.#closedUntil(instrument) : start < (this.#partsEnd[instrument] as number)) {
      this.late++
      return false
    }
    if (isNew || length === this.interval) {
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
    this.#partsEnd[instrument] = closed ? start + length : openTime
    return closed && start + length >= openTime + this.interval
  }

  /** Whether candle rows such as this one make this instrument's candles. */
  takes(buffer: RowBuffer, row: number, instrument: number): boolean {
    const length = buffer.f64[row * ROW_SLOTS + CANDLE.interval] as number
    const held = this.#partLength[instrument] as number
    if (this.origin[instrument] === SOURCE_OF_CANDLES.trades) return false
    return held === 0 ? length <= this.interval && this.interval % length === 0 : length === held
  }

  /** Where the forming candle of an instrument ends; Infinity when none is forming. Cold path: it hands a double out. */
  endOf(instrument: number): number {
    const openTime = this.forming[instrument * FORMING.length] as number
    return openTime === 0 ? Infinity : openTime + this.interval
  }

  /** Moves the forming candle into the ring. */
  closeForming(instrument: number): void {
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
  }

  /**
   * Begins a flat candle behind the newest closed one, if that interval is over at `time[0]` as well. A hole longer than the
   * memory leaves nothing of what came before it, so that its first part is passed over.
   */
  openFlat(instrument: number, time: Float64Array): void {
    const last = instrument * this.depth + (this.newest[instrument] as number)
    const start = this.#startOf(time[0] as number)
    const next = Math.max((this.openTime[last] as number) + this.interval, start - this.depth * this.interval)
    if (next >= start) return
    const base = instrument * FORMING.length
    this.forming.fill(this.close[last] as number, base + FORMING.open, base + FORMING.close + 1)
    this.forming[base] = next
    this.forming[base + FORMING.volume] = 0
  }

  /** End of the newest closed candle; 0 when there is none. */
  #closedUntil(instrument: number): number {
    const at = instrument * this.depth + (this.newest[instrument] as number)
    return this.count[instrument] === 0 ? 0 : (this.openTime[at] as number) + this.interval
  }

  #startOf(time: number): number {
    return Math.floor((time - this.#phase) / this.interval) * this.interval + this.#phase
  }

  save(writer: StateWriter): void {
    writer.begin('candles', 2)
    writer.text(this.name)
    for (const column of this.#doubles()) writer.f64s(column)
    writer.i32s(this.newest)
    writer.i32s(this.count)
    writer.u8s(this.origin)
    writer.u32(this.late)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('candles', 2)
    reader.text()
    for (const column of this.#doubles()) reader.into(column)
    reader.into(this.newest)
    reader.into(this.count)
    reader.into(this.origin)
    this.late = reader.u32()
    reader.end()
  }

  #doubles(): readonly Float64Array[] {
    const { open, high, low, close, volume, openTime, forming } = this
    return [open, high, low, close, volume, openTime, forming, this.#partLength, this.#partsEnd]
  }
}
