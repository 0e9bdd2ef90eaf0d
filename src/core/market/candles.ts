/**
 * Candles of all instruments at one interval, in columns: the forming one, and the last closed ones.
 *
 * In: rows of one basis (trades, aggregate trades, best bid/ask, or candles of the same or a dividing interval), in tape
 * order; best bid/ask may correct the forming candle. Out: how many candles a row closes, then each of them, one by one.
 * Owns the question when a candle closes: by the instrument's own newer venue time or by the venue's closed flag, never by
 * silence. Intervals without an event between two events are flat at the last close. Candles are keyed by their absolute
 * open time; weeks begin on Monday, UTC. What comes for a closed candle is counted as late and not applied.
 *
 * Closed candles hold what the basis said. Only the forming one is corrected: high = max(high, ask), low = min(low, bid),
 * close = ask if close > open, bid if close < open, else as it is: what one would pay when chasing the move.
 */
import { idAsNumber } from '../tape/ids.ts'
import { AGGREGATE_TRADE, BEST_BID_ASK, CANDLE, CANDLE_FLAGS, SELL_TAKER, TICKER, TRADE } from '../tape/kinds.ts'
import { APPEND_TIME, HEAD, ROW_BYTES, VENUE_TIME } from '../tape/layout.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import { StateError, type StateReader, type StateWriter } from '../tape/state.ts'
import { BASIS_KINDS, type CandlesOptions } from './candle-options.ts'
import { CandleParts } from './candle-parts.ts'
import { CANDLE_MARK, ClosedCandles } from './closed-candles.ts'

// Imported names are looked up wherever they are used; constants of the module itself cost nothing per row.
const TRADE_KIND: number = TRADE.kind
const BEST_KIND: number = BEST_BID_ASK.kind
const CANDLE_KIND: number = CANDLE.kind
const LAST_TIMED_KIND: number = TICKER.kind
const INSTRUMENT_WORD: number = HEAD.instrument >> 1
const TIME_SLOT: number = VENUE_TIME

const DAY_US = 86_400_000_000
const WEEK_US = 7 * DAY_US
/** 1970-01-05 was a Monday. */
const FIRST_MONDAY_US = 4 * DAY_US
/** A longer hole is not filled with flat candles: the series begins anew behind it. */
const MOST_FLAT = 10_080
/** No time lies between this and it plus an interval. */
const NOT_BEGUN = Number.NEGATIVE_INFINITY

export class Candles {
  readonly interval: number
  readonly closed: ClosedCandles
  /** The forming candle by instrument; open time 0 when the instrument has not been heard of. */
  readonly openTime: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
  readonly takerBuyVolume: Float64Array
  readonly trades: Float64Array
  /** Close of the newest closed candle; 0 when there is none. */
  readonly previousClose: Float64Array
  /** Rows that came for a closed candle. */
  late = 0
  /** Holes too long to be filled. */
  jumps = 0

  readonly #basisKind: number
  readonly #correct: boolean
  readonly #grace: number
  readonly #phase: number
  /** Open time again, NOT_BEGUN while nothing has happened in the candle: one comparison covers both. */
  readonly #begun: Float64Array
  readonly #marks: Uint8Array
  /** What the basis says; the public columns themselves unless corrections are made there. */
  readonly #basisHigh: Float64Array
  readonly #basisLow: Float64Array
  readonly #basisClose: Float64Array
  readonly #parts: CandleParts
  /** Candles that the last row closes and that are still to be read; `#dueAfter` (by the venue's flag, 0 or 1) of them end with it. */
  #due = 0
  #dueAfter = 0
  #dueInstrument = 0
  /** Where the series begins anew behind the candle that closes; 0 when it goes on. */
  #jumpTo = 0
  /** The row that is applied behind the candles that end before it; -1 if it only told the time. */
  #dueRow = -1
  #dueBuffer: RowBuffer | undefined

  constructor(options: CandlesOptions) {
    const { instruments, interval, depth } = options
    if (!(Number.isSafeInteger(interval) && interval > 0))
      throw new RangeError(`a candle interval of ${interval} microseconds is no positive integer`)
    const column = (): Float64Array => new Float64Array(instruments)
    this.interval = interval
    this.closed = new ClosedCandles(instruments, depth)
    this.openTime = column()
    this.open = column()
    this.high = column()
    this.low = column()
    this.close = column()
    this.volume = column()
    this.takerBuyVolume = column()
    this.trades = column()
    this.previousClose = column()
    this.#basisKind = BASIS_KINDS[options.basis]
    this.#correct = options.correct && options.basis !== 'best'
    this.#grace = options.grace
    this.#phase = interval % WEEK_US === 0 ? FIRST_MONDAY_US : 0
    this.#begun = column().fill(NOT_BEGUN)
    this.#marks = new Uint8Array(instruments)
    this.#basisHigh = this.#correct ? column() : this.high
    this.#basisLow = this.#correct ? column() : this.low
    this.#basisClose = this.#correct ? column() : this.close
    this.#parts = new CandleParts(instruments)
  }

  /**
   * Takes a market row of any kind. Returns how many candles of its instrument it closes, nearly always 0; then call
   * `closeNext` that many times: the row is applied behind the candles that end before it.
   */
  onRow(buffer: RowBuffer, row: number): number {
    while (this.#due !== 0) this.closeNext()
    const kind = buffer.u8[row * ROW_BYTES] as number
    const instrument = buffer.u16[row * 32 + INSTRUMENT_WORD] as number
    if (kind === this.#basisKind) {
      if (kind === CANDLE_KIND) return this.#takeCandle(buffer, row, instrument)
      return this.#take(buffer, row, instrument)
    }
    if (kind === BEST_KIND && this.#correct) this.#correctBy(buffer, row, instrument)
    if (kind > LAST_TIMED_KIND || kind === CANDLE_KIND || this.#basisKind === CANDLE_KIND) return 0
    return this.#passTime(buffer, row, instrument)
  }

  /** Closes the next due candle and returns its element in the columns of `closed`; -1 when none is due. */
  closeNext(): number {
    if (this.#due === 0) return -1
    const instrument = this.#dueInstrument
    const element = this.#close(instrument)
    this.#due--
    if (this.#due === this.#dueAfter && this.#dueBuffer !== undefined) {
      if (this.#jumpTo > 0) this.#beginAnew(instrument)
      if (this.#dueRow >= 0) this.#apply(this.#dueBuffer, this.#dueRow, instrument)
      this.#dueBuffer = undefined
    }
    return element
  }

  /** Throws when candles are due: a checkpoint lies between rows. */
  save(writer: StateWriter): void {
    if (this.#due !== 0) throw new Error('candles are due: call closeNext before saving')
    writer.begin('candles', 1)
    writer.f64(this.interval)
    writer.u8(this.#basisKind)
    for (const column of this.#columns()) writer.f64s(column)
    writer.u8s(this.#marks)
    writer.f64(this.late)
    writer.f64(this.jumps)
    this.#parts.save(writer)
    this.closed.save(writer)
    writer.end()
  }

  /** Becomes the saved candles, which must be of the same interval and basis. */
  load(reader: StateReader): void {
    reader.begin('candles', 1)
    const interval = reader.f64()
    const basis = reader.u8()
    if (interval !== this.interval || basis !== this.#basisKind)
      throw new StateError(
        `candles of ${interval} us from kind ${basis} were saved, not ${this.interval} us from kind ${this.#basisKind}`,
      )
    for (const column of this.#columns()) reader.into(column)
    reader.into(this.#marks)
    this.late = reader.f64()
    this.jumps = reader.f64()
    this.#parts.load(reader)
    this.closed.load(reader)
    reader.end()
  }

  #columns(): readonly Float64Array[] {
    const { openTime, open, high, low, close, volume, takerBuyVolume, trades, previousClose } = this
    const corrected = this.#correct ? [this.#basisHigh, this.#basisLow, this.#basisClose] : []
    const all = [openTime, open, high, low, close, volume, takerBuyVolume, trades, previousClose, this.#begun]
    return [...all, ...corrected]
  }

  /** A row of the basis, other than a candle. */
  #take(buffer: RowBuffer, row: number, i: number): number {
    const stated = buffer.f64[row * 8 + TIME_SLOT] as number
    const time = stated > 0 ? stated : (buffer.f64[row * 8 + APPEND_TIME] as number)
    const begun = this.#begun[i] as number
    if (!(time >= begun && time < begun + this.interval)) return this.#takeAt(buffer, row, i, this.#startOf(time))
    if (this.#basisKind === BEST_KIND) this.#applyBest(buffer, row, i)
    else this.#applyTrade(buffer, row, i)
    return 0
  }

  #startOf(time: number): number {
    return Math.floor((time - this.#phase) / this.interval) * this.interval + this.#phase
  }

  /** A row of the basis that belongs into the candle that opens at `start`. */
  #takeAt(buffer: RowBuffer, row: number, instrument: number, start: number): number {
    const openTime = this.openTime[instrument] as number
    if (openTime === 0) {
      this.openTime[instrument] = start
      if (this.#basisKind !== CANDLE_KIND || buffer.f64[row * 8 + CANDLE.openTime] !== start)
        this.#marks[instrument] = CANDLE_MARK.partial
    } else if (start < openTime) {
      this.late++
      return 0
    } else if (start > openTime) {
      return this.#fallDue(buffer, row, instrument, start)
    }
    this.#apply(buffer, row, instrument)
    return 0
  }

  /** Everything before the candle that opens at `start` falls due, then `row` is to be applied; returns how many candles. */
  #fallDue(buffer: RowBuffer, row: number, instrument: number, start: number): number {
    const count = Math.min(MOST_FLAT + 1, (start - (this.openTime[instrument] as number)) / this.interval) | 0
    this.#dueInstrument = instrument
    this.#dueBuffer = buffer
    this.#dueRow = row
    this.#jumpTo = count > MOST_FLAT ? start : 0
    this.#due = count > MOST_FLAT ? 1 : count
    this.#dueAfter = 0
    return this.#due
  }

  /** Behind a hole that is too long to be filled: the closed candles are no history of what comes. */
  #beginAnew(i: number): void {
    this.jumps++
    this.openTime[i] = this.#jumpTo
    this.closed.count[i] = 0
    this.previousClose[i] = 0
    this.#marks[i] = CANDLE_MARK.partial
  }

  /** A row outside the basis proves by its venue time that a candle is over. */
  #passTime(buffer: RowBuffer, row: number, instrument: number): number {
    const time = (buffer.f64[row * 8 + TIME_SLOT] as number) - this.#grace
    const openTime = this.openTime[instrument] as number
    if (!(time >= openTime + this.interval) || openTime === 0) return 0
    return this.#fallDue(buffer, -1, instrument, this.#startOf(time))
  }

  #apply(buffer: RowBuffer, row: number, instrument: number): void {
    if (this.#basisKind === BEST_KIND) this.#applyBest(buffer, row, instrument)
    else if (this.#basisKind === CANDLE_KIND) this.#applyCandle(buffer, row, instrument)
    else this.#applyTrade(buffer, row, instrument)
  }

  #applyTrade(buffer: RowBuffer, row: number, i: number): void {
    const at = row * 8
    const price = buffer.f64[at + TRADE.price] as number
    const quantity = buffer.f64[at + TRADE.quantity] as number
    const sells = (buffer.u8[row * ROW_BYTES + HEAD.flags] as number) & SELL_TAKER
    if (this.#begun[i] === NOT_BEGUN) this.#open(i, price)
    if (price > (this.high[i] as number)) this.high[i] = price
    else if (price < (this.low[i] as number)) this.low[i] = price
    this.close[i] = price
    this.volume[i] = (this.volume[i] as number) + quantity
    this.takerBuyVolume[i] = (this.takerBuyVolume[i] as number) + quantity * (1 - sells)
    const trades = this.#basisKind === TRADE_KIND ? 1 : tradesOf(buffer, at)
    this.trades[i] = (this.trades[i] as number) + trades
    if (!this.#correct) return
    if (price > (this.#basisHigh[i] as number)) this.#basisHigh[i] = price
    else if (price < (this.#basisLow[i] as number)) this.#basisLow[i] = price
    this.#basisClose[i] = price
  }

  #open(i: number, price: number): void {
    this.#begun[i] = this.openTime[i] as number
    this.open[i] = price
    this.high[i] = this.#basisHigh[i] = price
    this.low[i] = this.#basisLow[i] = price
  }

  /**
   * Candles of best prices alone go on from the close before. A rise is judged by the bid and a fall by the ask, so that the
   * spread by itself never moves a candle; the close is then the other side, as in a correction.
   */
  #applyBest(buffer: RowBuffer, row: number, i: number): void {
    const bid = buffer.f64[row * 8 + BEST_BID_ASK.bid] as number
    const ask = buffer.f64[row * 8 + BEST_BID_ASK.ask] as number
    if (!(bid > 0 && ask > 0)) return
    if (this.#begun[i] === NOT_BEGUN) {
      const before = this.previousClose[i] as number
      this.#open(i, before > 0 ? before : ask)
    }
    const open = this.open[i] as number
    if (ask > (this.high[i] as number)) this.high[i] = ask
    if (bid < (this.low[i] as number)) this.low[i] = bid
    this.close[i] = bid > open ? ask : ask < open ? bid : open
  }

  #correctBy(buffer: RowBuffer, row: number, i: number): void {
    const openTime = this.openTime[i] as number
    const time = buffer.f64[row * 8 + TIME_SLOT] as number
    const bid = buffer.f64[row * 8 + BEST_BID_ASK.bid] as number
    const ask = buffer.f64[row * 8 + BEST_BID_ASK.ask] as number
    const within = time === 0 || (time >= openTime && time < openTime + this.interval)
    if (!within || (this.open[i] as number) === 0 || !(bid > 0 && ask > 0)) return
    if (ask > (this.high[i] as number)) this.high[i] = ask
    if (bid < (this.low[i] as number)) this.low[i] = bid
    const open = this.open[i] as number
    const close = this.close[i] as number
    if (close > open) this.close[i] = ask
    else if (close < open) this.close[i] = bid
  }

  #takeCandle(buffer: RowBuffer, row: number, instrument: number): number {
    const time = buffer.f64[row * 8 + CANDLE.openTime] as number
    const length = buffer.f64[row * 8 + CANDLE.interval] as number
    const held = this.#parts.length[instrument] as number
    // One length per instrument, or minutes would be counted twice where a tape has minutes and hours.
    if (held === 0 ? length > this.interval || this.interval % length !== 0 : length !== held) return 0
    this.#parts.length[instrument] = length
    const start = this.#startOf(time)
    const known = this.openTime[instrument] as number
    if (start < known || (start === known && time < (this.#parts.openTime[instrument] as number))) {
      this.late++
      return 0
    }
    const before = this.#takeAt(buffer, row, instrument, start)
    const isClosed = ((buffer.u8[row * ROW_BYTES + HEAD.flags] as number) & CANDLE_FLAGS.closed) !== 0
    if (isClosed && time + length === start + this.interval) {
      this.#dueInstrument = instrument
      this.#dueAfter = 1
      this.#due = before + 1
    }
    return this.#due
  }

  #applyCandle(buffer: RowBuffer, row: number, i: number): void {
    const { f64 } = buffer
    const at = row * 8
    const time = f64[at + CANDLE.openTime] as number
    if (this.#begun[i] === NOT_BEGUN) {
      this.#begun[i] = this.openTime[i] as number
      this.open[i] = 0
      this.high[i] = this.#basisHigh[i] = Number.NEGATIVE_INFINITY
      this.low[i] = this.#basisLow[i] = Number.POSITIVE_INFINITY
      this.#parts.openTime[i] = 0
    }
    if (time !== this.#parts.openTime[i]) this.#finishPart(i, time)
    if (this.#parts.high[i] === Number.NEGATIVE_INFINITY) this.open[i] = f64[at + CANDLE.open] as number
    const high = f64[at + CANDLE.high] as number
    const low = f64[at + CANDLE.low] as number
    this.#basisHigh[i] = Math.max(this.#parts.high[i] as number, high)
    this.#basisLow[i] = Math.min(this.#parts.low[i] as number, low)
    this.high[i] = Math.max(this.high[i] as number, high)
    this.low[i] = Math.min(this.low[i] as number, low)
    this.close[i] = this.#basisClose[i] = f64[at + CANDLE.close] as number
    this.volume[i] = (this.#parts.volume[i] as number) + (f64[at + CANDLE.volume] as number)
    this.takerBuyVolume[i] = (this.#parts.takerBuyVolume[i] as number) + (f64[at + CANDLE.takerBuyVolume] as number)
    this.trades[i] = (this.#parts.trades[i] as number) + (f64[at + CANDLE.trades] as number)
  }

  /** The shorter candle that was forming is done: the one at `time` is added to what there is now. */
  #finishPart(i: number, time: number): void {
    this.#parts.openTime[i] = time
    this.#parts.high[i] = this.#basisHigh[i] as number
    this.#parts.low[i] = this.#basisLow[i] as number
    this.#parts.volume[i] = this.volume[i] as number
    this.#parts.takerBuyVolume[i] = this.takerBuyVolume[i] as number
    this.#parts.trades[i] = this.trades[i] as number
  }

  /** Moves the forming candle to the closed ones; the next one begins flat at its close. */
  #close(i: number): number {
    const { closed } = this
    const element = closed.push(i)
    const close = this.#basisClose[i] as number
    closed.openTime[element] = this.openTime[i] as number
    closed.open[element] = this.open[i] as number
    closed.high[element] = this.#basisHigh[i] as number
    closed.low[element] = this.#basisLow[i] as number
    closed.close[element] = close
    closed.volume[element] = this.volume[i] as number
    closed.takerBuyVolume[element] = this.takerBuyVolume[i] as number
    closed.trades[element] = this.trades[i] as number
    closed.marks[element] = (this.#marks[i] as number) | (this.#begun[i] === NOT_BEGUN ? CANDLE_MARK.flat : 0)
    this.#marks[i] = 0
    this.#begun[i] = NOT_BEGUN
    this.openTime[i] = (this.openTime[i] as number) + this.interval
    this.previousClose[i] = close
    this.open[i] = close
    this.high[i] = this.#basisHigh[i] = close
    this.low[i] = this.#basisLow[i] = close
    this.close[i] = this.#basisClose[i] = close
    this.volume[i] = 0
    this.takerBuyVolume[i] = 0
    this.trades[i] = 0
    return element
  }
}

function tradesOf(buffer: RowBuffer, at: number): number {
  const first = idAsNumber(buffer, at + AGGREGATE_TRADE.firstTradeId)
  return idAsNumber(buffer, at + AGGREGATE_TRADE.lastTradeId) - first + 1
}
