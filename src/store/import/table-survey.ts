/** What one table shows while it is read for the first time: when it begins, and how long its candles are. */
import type { Instrument } from '../../core/market/instrument.ts'
import { APPEND_TIME } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { CsvTable } from '../../venues/binance/csv-form.ts'
import type { BinanceVenue } from '../../venues/binance/decoder.ts'
import { CsvDecoder } from '../../venues/binance/public-data.ts'
import type { Stretch } from './table-lines.ts'

/** What one table has shown so far. */
export class TableSurvey {
  readonly #table: CsvTable
  readonly #symbol: string
  readonly #stretch: Stretch | undefined
  /** Lines read, the header included. */
  lines = 0
  /** Shortest distance between two candles, microseconds. */
  interval: number = Infinity
  #firstKey = 0
  #firstTime = 0
  #lastKey = 0
  #decoder: CsvDecoder | undefined
  #known: readonly Instrument[] | undefined

  constructor(table: CsvTable, symbol: string, stretch: Stretch | undefined) {
    this.#table = table
    this.#symbol = symbol
    this.#stretch = stretch
  }

  skipHeader(): boolean {
    return this.#table.hasHeader
  }

  /** The decoder for the current table of instruments; undefined when the symbol is not among them. */
  decoderFor(venue: BinanceVenue, instruments: readonly Instrument[]): CsvDecoder | undefined {
    if (this.#known === instruments) return this.#decoder
    const instrument = instruments.findIndex(({ symbol }) => symbol === this.#symbol)
    this.#known = instruments
    this.#decoder = instrument < 0 ? undefined : new CsvDecoder({ venue, instruments, table: this.#table, instrument })
    return this.#decoder
  }

  /** Notes the times of the row in `rows`. */
  see(rows: RowBuffer): void {
    const key = this.#decoder?.keyTime[0] ?? 0
    const wanted = this.#stretch === undefined || (key >= this.#stretch.from && key < this.#stretch.to)
    if (wanted && this.#firstTime === 0) {
      this.#firstTime = rows.f64[APPEND_TIME] as number
      this.#firstKey = key
    }
    if (this.#lastKey > 0 && key > this.#lastKey) this.interval = Math.min(this.interval, key - this.#lastKey)
    this.#lastKey = key
  }

  /** Append time of the first wanted row, given how long candles last that do not say so themselves. */
  firstTimeWith(interval: number): number {
    return interval > 0 ? this.#firstKey + interval : this.#firstTime
  }
}
