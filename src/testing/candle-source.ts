/**
 * Candle CSV files as a tape in memory, for tests that compare whole backtests: instruments inferred from the decimals,
 * candles in the order of their closes. Reads with code of its own, so that it vouches for nothing of the importer.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Instrument } from '../core/market/instrument.ts'
import { CANDLE, CANDLE_FLAGS } from '../core/tape/kinds.ts'
import { APPEND_TIME, ROW_SLOTS, VENUE_TIME } from '../core/tape/layout.ts'
import { RowBuffer } from '../core/tape/row-buffer.ts'
import type { TapeSource } from '../core/tape/source.ts'
import { exampleInstrument } from './instruments.ts'

const BUFFER_ROWS = 8192
const MINUTE_US = 60_000_000

/** Columns of a file: open time (µs), open, high, low, close (price quanta), volume (lots). */
export interface CandleFile {
  readonly instrument: Instrument
  readonly rows: readonly Float64Array[]
}

/** A tape of one-minute candles; ties of time go to the file named first. */
export function candleSource(columns: readonly CandleFile[]): TapeSource {
  const at = columns.map(() => 0)
  const openTime = (file: number): number => columns[file]?.rows[at[file] ?? 0]?.[0] ?? Infinity
  const earliest = (): number => {
    let best = 0
    for (let file = 1; file < columns.length; file++) if (openTime(file) < openTime(best)) best = file
    return best
  }
  return {
    instruments: columns.map(({ instrument }) => instrument),
    hash: '',
    next() {
      const buffer = new RowBuffer(BUFFER_ROWS)
      for (let file = earliest(); buffer.hasRoom(2) && openTime(file) < Infinity; file = earliest()) {
        const cells = columns[file]?.rows[at[file] ?? 0]
        if (cells !== undefined) writeCandle(buffer, file, cells)
        at[file] = (at[file] ?? 0) + 1
      }
      return Promise.resolve(buffer.length === 0 ? undefined : buffer)
    },
    release: () => undefined,
    close: () => Promise.resolve(),
  }
}

function writeCandle(buffer: RowBuffer, instrument: number, cells: Float64Array): void {
  const row = buffer.append(CANDLE.kind, CANDLE_FLAGS.closed, 0, instrument, 1)
  const at = row * ROW_SLOTS
  const { f64 } = buffer
  f64[at + APPEND_TIME] = (cells[0] as number) + MINUTE_US
  f64[at + VENUE_TIME] = (cells[0] as number) + MINUTE_US
  f64[at + CANDLE.openTime] = cells[0] as number
  f64[at + CANDLE.interval] = MINUTE_US
  f64.set(cells.subarray(1, 5), at + CANDLE.open)
  f64[at + CANDLE.volume] = cells[5] as number
}

/** Reads a file `SYMBOL.csv.gz` of one-minute candles. */
export function readCandleFile(file: string): CandleFile {
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n').slice(1)
  let [priceDecimals, quantityDecimals] = [0, 0]
  const cells = lines.map((line) => {
    const row = line.split(',')
    for (let i = 1; i < 5; i++) priceDecimals = Math.max(priceDecimals, decimalsOf(row[i] ?? ''))
    quantityDecimals = Math.max(quantityDecimals, decimalsOf(row[5] ?? ''))
    return row
  })
  return {
    instrument: exampleInstrument(basename(file).replace('.csv.gz', ''), {
      priceDecimals,
      quantityDecimals,
      minQuantity: 0,
      maxQuantity: 0,
      marketMinQuantity: 0,
      marketMaxQuantity: 0,
      minPrice: 0,
      maxPrice: 0,
      minNotionalMicros: 0,
      inferred: true,
    }),
    rows: cells.map((row) =>
      Float64Array.from(row, (text, i) =>
        i === 0 ? Number(text) * 1000 : whole(text, i < 5 ? priceDecimals : quantityDecimals),
      ),
    ),
  }
}

function decimalsOf(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

function whole(text: string, decimals: number): number {
  const [integer = '', fraction = ''] = text.split('.')
  return Number(integer + fraction.padEnd(decimals, '0'))
}
