/**
 * Prices of every instrument for charts and for buy-and-hold: bounded candles, the first and the last price.
 *
 * In: market rows. The best source of an instrument counts: its trades, else its closed candles, else the middle of best bid
 * and ask. Called for every row of a run, so it allocates only when a new stretch of an instrument begins.
 */
import { AGGREGATE_TRADE, BEST_BID_ASK, CANDLE, CANDLE_FLAGS, TRADE } from '../../core/tape/kinds.ts'
import { APPEND_TIME, ROW_SLOTS } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { BoundedCandles } from './bounded-candles.ts'

/** Sources of prices, the better the higher. */
const SOURCE = { none: 0, best: 1, candle: 2, trade: 3 } as const
/** Stretches kept per instrument: more than a chart is wide in candles. */
const CAPACITY = 1000

export class PriceHistory {
  /** Price quanta; halves occur where there are only best prices. 0 before the first. */
  readonly first: Float64Array
  readonly last: Float64Array
  readonly #source: Uint8Array
  /** Interval of the candles taken; longer ones of the same instrument say nothing new. */
  readonly #interval: Float64Array
  readonly #candles: (BoundedCandles | undefined)[]
  // The stretch in the making of each instrument; it ends at `#end`, and holds prices only where `#high` is above 0.
  readonly #start: Float64Array
  readonly #end: Float64Array
  readonly #open: Float64Array
  readonly #high: Float64Array
  readonly #low: Float64Array

  constructor(instruments: number) {
    this.first = new Float64Array(instruments)
    this.last = new Float64Array(instruments)
    this.#source = new Uint8Array(instruments)
    this.#interval = new Float64Array(instruments)
    this.#candles = Array.from({ length: instruments }, () => undefined)
    this.#start = new Float64Array(instruments)
    this.#end = new Float64Array(instruments)
    this.#open = new Float64Array(instruments)
    this.#high = new Float64Array(instruments)
    this.#low = new Float64Array(instruments)
  }

  /** Notes the prices of a market row; rows without prices are passed over. */
  market(buffer: RowBuffer, row: number): void {
    const kind = buffer.u8[row * 64] as number
    const instrument = buffer.u16[row * 32 + 3] as number
    const at = row * ROW_SLOTS
    if (kind === TRADE.kind || kind === AGGREGATE_TRADE.kind) {
      if (this.#source[instrument] !== SOURCE.trade) this.#adopt(instrument, SOURCE.trade)
      this.#note(instrument, buffer.f64, at + APPEND_TIME, (buffer.f64[at + TRADE.price] as number) * 2)
    } else if (kind === BEST_BID_ASK.kind) {
      if ((this.#source[instrument] as number) > SOURCE.best) return
      const bid = buffer.f64[at + BEST_BID_ASK.bid] as number
      const ask = buffer.f64[at + BEST_BID_ASK.ask] as number
      if (!(bid > 0 && ask > 0)) return
      this.#source[instrument] = SOURCE.best
      this.#note(instrument, buffer.f64, at + APPEND_TIME, bid + ask)
    } else if (kind === CANDLE.kind) this.#candle(instrument, buffer, row)
  }

  /** Candles of an instrument with all that was noted; undefined when nothing was. */
  candles(instrument: number): BoundedCandles | undefined {
    this.#flush(instrument)
    return this.#candles[instrument]
  }

  /** `twice` is the price in half quanta: a small integer, where a fraction would be boxed. */
  #note(instrument: number, f64: Float64Array, timeAt: number, twice: number): void {
    const price = twice / 2
    if ((f64[timeAt] as number) >= (this.#end[instrument] as number)) {
      this.#flush(instrument)
      const candles = this.#of(instrument)
      this.#start[instrument] = f64[timeAt] as number
      this.#end[instrument] = candles.endOf(f64[timeAt] as number)
      this.#open[instrument] = price
      this.#high[instrument] = price
      this.#low[instrument] = price
      if (this.first[instrument] === 0) this.first[instrument] = price
    } else if (price > (this.#high[instrument] as number)) this.#high[instrument] = price
    else if (price < (this.#low[instrument] as number)) this.#low[instrument] = price
    this.last[instrument] = price
  }

  #candle(instrument: number, buffer: RowBuffer, row: number): void {
    if ((this.#source[instrument] as number) > SOURCE.candle) return
    if (((buffer.u8[row * 64 + 1] as number) & CANDLE_FLAGS.closed) === 0) return
    const { f64 } = buffer
    const at = row * ROW_SLOTS
    const interval = f64[at + CANDLE.interval] as number
    const known = this.#interval[instrument] as number
    if (known > 0 && interval > known) return
    this.#interval[instrument] = interval
    if (this.#source[instrument] !== SOURCE.candle) this.#adopt(instrument, SOURCE.candle)
    const open = f64[at + CANDLE.open] as number
    const close = f64[at + CANDLE.close] as number
    if (this.first[instrument] === 0) this.first[instrument] = open
    this.last[instrument] = close
    const high = f64[at + CANDLE.high] as number
    this.#of(instrument).addCandle(
      f64[at + CANDLE.openTime] as number,
      open,
      high,
      f64[at + CANDLE.low] as number,
      close,
    )
  }

  /** A better source takes over: what it replaces is kept up to here. */
  #adopt(instrument: number, source: number): void {
    this.#flush(instrument)
    this.#source[instrument] = source
  }

  /** Moves the stretch in the making into the candles. */
  #flush(instrument: number): void {
    const high = this.#high[instrument] as number
    if (high === 0) return
    const { last } = this
    const open = this.#open[instrument] as number
    const low = this.#low[instrument] as number
    this.#of(instrument).addCandle(this.#start[instrument] as number, open, high, low, last[instrument] as number)
    this.#high[instrument] = 0
    this.#end[instrument] = 0
  }

  #of(instrument: number): BoundedCandles {
    const found = this.#candles[instrument] ?? new BoundedCandles(CAPACITY)
    this.#candles[instrument] = found
    return found
  }
}
