/**
 * CSV tables from bytes to rows: the public-data site's (with and without header, milliseconds and microseconds), and
 * plain candles and fundings.
 *
 * In: lines of one table of one instrument. Out: rows whose append time is when the datum was complete: the end of a candle,
 * the time of a trade or funding. Refuses lines with too few cells or with a number that is no exact count, by reason, byte
 * and column; the next line is read as if nothing had happened.
 */
import {
  AGGREGATE_TRADE,
  BEST_BID_ASK,
  CANDLE,
  CANDLE_FLAGS,
  FUNDING_RATE,
  MARK_PRICE,
  TRADE,
} from '../../core/tape/kinds.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { BUFFER_FULL, type DecoderOptions } from './decoder.ts'
import { CsvCells } from './csv-cells.ts'
import type { CsvTable } from './csv-form.ts'
import type { Problem } from './problem.ts'
import { Scanner } from './scanner.ts'

const HOUR = 3_600_000_000

export interface CsvDecoderOptions extends DecoderOptions {
  readonly table: CsvTable
  /** Index of the instrument that the file is about. */
  readonly instrument: number
  /** Length of a candle in microseconds, for tables that do not state it. */
  readonly interval?: number
}

export class CsvDecoder {
  /** What the last line had that gave no row. */
  readonly problems: Problem[] = []
  /** [0] is the time by which the last row is filed: a candle's opening, otherwise its venue time. */
  readonly keyTime: Float64Array = new Float64Array(1)
  readonly #scanner: Scanner
  readonly #cells: CsvCells
  readonly #table: CsvTable
  readonly #instrument: number
  readonly #interval: number

  constructor(options: CsvDecoderOptions) {
    this.#scanner = new Scanner(options.instruments, options.venue === 'binance-spot')
    this.#cells = new CsvCells(this.#scanner, options.table.columns, this.problems)
    this.#table = options.table
    this.#instrument = options.instrument
    this.#interval = options.interval ?? 0
  }

  /**
   * Decodes the line in bytes[start, end). Returns the number of rows appended to `out`, or BUFFER_FULL; then nothing was
   * appended.
   */
  decodeLine(bytes: Uint8Array, start: number, end: number, source: number, out: RowBuffer): number {
    if (this.problems.length > 0) this.problems.length = 0
    const row = out.length
    if (row + 2 > out.capacity) return BUFFER_FULL
    const s = this.#scanner
    s.write(out)
    s.instrument = this.#instrument
    s.source = source
    s.flags = 0
    for (let slot = row * 8; slot < row * 8 + 16; slot++) s.f64[slot] = 0
    if (!this.#cells.split(bytes, start, end)) return 0
    const kind = this.#readRow(row * 8)
    if (this.problems.length > 0) return 0
    if (kind === CANDLE.kind) this.keyTime[0] = s.f64[row * 8 + CANDLE.openTime] as number
    else if (kind !== MARK_PRICE.kind) this.keyTime[0] = s.f64[row * 8 + 2] as number
    const more = kind === CANDLE.kind ? 1 : 0
    s.f64[row * 8 + 1] = s.f64[row * 8 + 2] as number
    s.i32[row * 16] = kind | (s.flags << 8) | (more << 16)
    s.i32[row * 16 + 1] = source | (s.instrument << 16)
    out.length = row + 1 + more
    return 1 + more
  }

  /** Reads the cells into the row at `slot`, its venue time included. Returns its kind; what failed is in `problems`. */
  #readRow(slot: number): number {
    const cells = this.#cells
    const { f64 } = this.#scanner
    switch (this.#table.form) {
      case 'klines':
      case 'candles':
        return this.#readCandle(slot)
      case 'markPriceKlines':
        // The opening time passes through a slot that the row needs afterwards.
        cells.time('openTime', slot + MARK_PRICE.mark)
        this.keyTime[0] = f64[slot + MARK_PRICE.mark] as number
        cells.time('closeTime', slot + 2)
        cells.decimal('close', 'mark', slot + MARK_PRICE.mark)
        f64[slot + 2] = behind(f64[slot + 2] as number)
        return MARK_PRICE.kind
      case 'trades':
        cells.id('id', slot + TRADE.id, slot + 3)
        cells.decimal('price', 'price', slot + TRADE.price)
        cells.decimal('quantity', 'quantity', slot + TRADE.quantity)
        cells.time('time', slot + 2)
        cells.flag('buyerMaker')
        return TRADE.kind
      case 'aggTrades':
        cells.integer('id', slot + 3)
        cells.decimal('price', 'price', slot + AGGREGATE_TRADE.price)
        cells.decimal('quantity', 'quantity', slot + AGGREGATE_TRADE.quantity)
        cells.id('firstId', slot + AGGREGATE_TRADE.firstTradeId, -1)
        cells.id('lastId', slot + AGGREGATE_TRADE.lastTradeId, -1)
        cells.time('time', slot + 2)
        cells.flag('buyerMaker')
        return AGGREGATE_TRADE.kind
      case 'bookTicker':
        cells.integer('id', slot + 3)
        cells.decimal('bid', 'price', slot + BEST_BID_ASK.bid)
        cells.decimal('bidQuantity', 'quantity', slot + BEST_BID_ASK.bidQuantity)
        cells.decimal('ask', 'price', slot + BEST_BID_ASK.ask)
        cells.decimal('askQuantity', 'quantity', slot + BEST_BID_ASK.askQuantity)
        cells.time('time', slot + 2)
        return BEST_BID_ASK.kind
      case 'fundingRate':
      case 'funding':
        cells.time('time', slot + 2)
        cells.decimal('rate', 'rate', slot + FUNDING_RATE.rate)
        if (this.#table.form === 'fundingRate') cells.integer('hours', slot + FUNDING_RATE.interval)
        f64[slot + FUNDING_RATE.interval] = (f64[slot + FUNDING_RATE.interval] as number) * HOUR
        return FUNDING_RATE.kind
    }
  }

  #readCandle(slot: number): number {
    const cells = this.#cells
    const { f64 } = this.#scanner
    cells.time('openTime', slot + CANDLE.openTime)
    cells.decimal('open', 'price', slot + CANDLE.open)
    cells.decimal('high', 'price', slot + CANDLE.high)
    cells.decimal('low', 'price', slot + CANDLE.low)
    cells.decimal('close', 'price', slot + CANDLE.close)
    cells.decimal('volume', 'quantity', slot + CANDLE.volume)
    let end = (f64[slot + CANDLE.openTime] as number) + this.#interval
    if (this.#table.form === 'klines') {
      cells.time('closeTime', slot + 2)
      end = behind(f64[slot + 2] as number)
      if (cells.has('quoteVolume')) cells.decimal('quoteVolume', 'amount', slot + CANDLE.quoteVolume)
      if (cells.has('trades')) cells.integer('trades', slot + CANDLE.trades)
      if (cells.has('takerBuyVolume')) cells.decimal('takerBuyVolume', 'quantity', slot + CANDLE.takerBuyVolume)
    }
    f64[slot + 2] = end
    f64[slot + CANDLE.interval] = end - (f64[slot + CANDLE.openTime] as number)
    this.#scanner.flags |= CANDLE_FLAGS.closed
    return CANDLE.kind
  }
}

/** The moment behind the last one inside a candle, which is a millisecond or a microsecond before it. */
function behind(last: number): number {
  return last % 1000 === 0 ? last + 1000 : last + 1
}
