/**
 * Lines of one CSV table to rows: only those inside the wanted stretch, in order of time.
 *
 * Trades may step back by the disorder of the venue's own stamps; candles and fundings may not: one that is not later than
 * the one before would be counted twice.
 */
import { APPEND_TIME } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { BUFFER_FULL } from '../../venues/binance/decoder.ts'
import type { Problem } from '../../venues/binance/problem.ts'
import { CsvDecoder, type CsvDecoderOptions } from '../../venues/binance/public-data.ts'

/** Which rows are wanted, in microseconds: `from <= time < to`, candles by the time they open. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

export class TableLines {
  /** What the last line had that gave no row. */
  problems: readonly Problem[] = []
  /** Append time of the last row. */
  readonly last: Float64Array = new Float64Array(1)
  readonly #decoder: CsvDecoder
  readonly #stretch: Stretch | undefined
  readonly #once: boolean
  readonly #source: number

  constructor(options: CsvDecoderOptions & { readonly source: number; readonly stretch: Stretch | undefined }) {
    this.#decoder = new CsvDecoder(options)
    this.#source = options.source
    this.#stretch = options.stretch
    const { form } = options.table
    this.#once = form !== 'trades' && form !== 'aggTrades' && form !== 'bookTicker'
  }

  /** Decodes the line in bytes[start, end). Returns the number of rows appended to `out`, or BUFFER_FULL. */
  decode(bytes: Uint8Array, start: number, end: number, out: RowBuffer): number {
    this.problems = []
    if (end === start) return 0
    const before = out.length
    const rows = this.#decoder.decodeLine(bytes, start, end, this.#source, out)
    if (rows === BUFFER_FULL) return rows
    this.problems = this.#decoder.problems
    if (rows === 0) return 0
    const keyTime = this.#decoder.keyTime[0] as number
    if (this.#stretch !== undefined && (keyTime < this.#stretch.from || keyTime >= this.#stretch.to))
      return this.#drop(out, before)
    const time = out.f64[before * 8 + APPEND_TIME] as number
    const last = this.last[0] as number
    if (this.#once && time <= last) {
      const reason = 'the row is not later than the one before it'
      this.problems = [{ code: 'bad-field', reason, offset: start, field: 'time', symbol: '' }]
      return this.#drop(out, before)
    }
    if (time < last) out.f64[before * 8 + APPEND_TIME] = last
    else this.last[0] = time
    return rows
  }

  #drop(out: RowBuffer, before: number): number {
    out.length = before
    return 0
  }
}
