/**
 * Prices of every instrument for charts and for buy-and-hold: bounded candles, the first and the last price.
 *
 * In: market rows. The best source of an instrument counts: its trades, else its closed candles, else the middle of best bid
 * and ask. Called for every row of a run, so it allocates only when a new stretch of an instrument begins.
 */
import { assert } from '../../core/assert.ts'
import { AGGREGATE_TRADE, BEST_BID_ASK, CANDLE, CANDLE_FLAGS, TRADE } from '../../core/tape/kinds.ts'
import { APPEND_TIME, ROW_SLOTS } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { BoundedCandles } from './bounded-candles.ts'

/** Sources of prices, the better the higher. */
const SOURCE = { none: 0, best: 1, candle: 2, trade: 3 } as const
/** Stretches kept per instrument: as many candles as a chart is wide. */
const CAPACITY = 1000

/**
 * What is known of an instrument, side by side in one array, because every row reads it: the stretch in the making (from
 * `start` to `end`, with prices only where `high` is above 0), the last and the first price, and where they come from.
 */
const CELL = { end: 0, high: 1, low: 2, last: 3, source: 4, open: 5, start: 6, first: 7, length: 8 } as const

export class PriceHistory {
  readonly #cells: Float64Array
  /** Interval of the candles taken; longer ones of the same instrument say nothing new. */
  readonly #interval: Float64Array
  readonly #candles: (BoundedCandles | undefined)[]

  constructor(instruments: number) {
    this.#cells = new Float64Array(instruments * CELL.length)
    this.#interval = new Float64Array(instruments)
    this.#candles = Array.from({ length: instruments }, () => undefined)
  }

  /** First price of an instrument in price quanta; halves occur where there are only best prices. 0 if there is none. */
  first(instrument: number): number {
    return this.#cells[instrument * CELL.length + CELL.first] as number
  }

  /** The newest price, as `first`. */
  last(instrument: number): number {
    return this.#cells[instrument * CELL.length + CELL.last] as number
  }

  /** Notes the prices of a market row; rows without prices are passed over. */
  market(buffer: RowBuffer, row: number): void {
    const kind = buffer.u8[row * 64] as number
    if (kind > CANDLE.kind) return
    const { f64 } = buffer
    const cells = this.#cells
    const instrument = buffer.u16[row * 32 + 3] as number
    const cell = instrument * CELL.length
    const at = row * ROW_SLOTS
    let price = 0
    if (kind === TRADE.kind || kind === AGGREGATE_TRADE.kind) {
      if (cells[cell + CELL.source] !== SOURCE.trade) this.#adopt(instrument, SOURCE.trade)
      price = f64[at + TRADE.price] as number
    } else if (kind === BEST_BID_ASK.kind) {
      if ((cells[cell + CELL.source] as number) > SOURCE.best) return
      const bid = f64[at + BEST_BID_ASK.bid] as number
      const ask = f64[at + BEST_BID_ASK.ask] as number
      if (!(bid > 0 && ask > 0)) return
      cells[cell + CELL.source] = SOURCE.best
      price = (bid + ask) / 2
    } else if (kind === CANDLE.kind) return this.#candle(instrument, buffer, row)
    else return
    if ((f64[at + APPEND_TIME] as number) >= (cells[cell + CELL.end] as number)) {
      this.#begin(instrument, f64, at + APPEND_TIME)
      cells[cell + CELL.open] = price
      cells[cell + CELL.high] = price
      cells[cell + CELL.low] = price
      if (cells[cell + CELL.first] === 0) cells[cell + CELL.first] = price
    } else if (price > (cells[cell + CELL.high] as number)) cells[cell + CELL.high] = price
    else if (price < (cells[cell + CELL.low] as number)) cells[cell + CELL.low] = price
    cells[cell + CELL.last] = price
  }

  /** Candles of an instrument with all that was noted; undefined when nothing was. */
  candles(instrument: number): BoundedCandles | undefined {
    this.#flush(instrument)
    return this.#candles[instrument]
  }

  #candle(instrument: number, buffer: RowBuffer, row: number): void {
    const cells = this.#cells
    const cell = instrument * CELL.length
    if ((cells[cell + CELL.source] as number) > SOURCE.candle) return
    if (((buffer.u8[row * 64 + 1] as number) & CANDLE_FLAGS.closed) === 0) return
    const { f64 } = buffer
    const at = row * ROW_SLOTS
    const interval = f64[at + CANDLE.interval] as number
    const known = this.#interval[instrument] as number
    if (known > 0 && interval > known) return
    this.#interval[instrument] = interval
    if (cells[cell + CELL.source] !== SOURCE.candle) this.#adopt(instrument, SOURCE.candle)
    const open = f64[at + CANDLE.open] as number
    const close = f64[at + CANDLE.close] as number
    const high = f64[at + CANDLE.high] as number
    const low = f64[at + CANDLE.low] as number
    if (cells[cell + CELL.first] === 0) cells[cell + CELL.first] = open
    cells[cell + CELL.last] = close
    this.#of(instrument).addCandle(f64[at + CANDLE.openTime] as number, open, high, low, close)
  }

  /** A better source takes over: what it replaces is kept up to here. */
  #adopt(instrument: number, source: number): void {
    this.#flush(instrument)
    this.#cells[instrument * CELL.length + CELL.source] = source
  }

  /** Begins a stretch at the time in `f64[timeAt]`. */
  #begin(instrument: number, f64: Float64Array, timeAt: number): void {
    this.#flush(instrument)
    const cell = instrument * CELL.length
    this.#cells[cell + CELL.start] = f64[timeAt] as number
    this.#cells[cell + CELL.end] = this.#of(instrument).endOf(f64[timeAt] as number)
  }

  /** Moves the stretch in the making into the candles. */
  #flush(instrument: number): void {
    const cells = this.#cells
    const cell = instrument * CELL.length
    const high = cells[cell + CELL.high] as number
    if (high === 0) return
    const start = cells[cell + CELL.start] as number
    const open = cells[cell + CELL.open] as number
    const low = cells[cell + CELL.low] as number
    this.#of(instrument).addCandle(start, open, high, low, cells[cell + CELL.last] as number)
    cells[cell + CELL.high] = 0
    cells[cell + CELL.end] = 0
  }

  #of(instrument: number): BoundedCandles {
    const found = this.#candles[instrument] ?? new BoundedCandles(CAPACITY)
    this.#candles[instrument] = found
    return found
  }
}

assert(TRADE.price === AGGREGATE_TRADE.price, 'trades and aggregates share the slot that is read here')
