/** A recording as tape rows in memory. */
import { gunzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import type { Instrument } from '../src/core/market/instrument.ts'
import { DEPTH_DIFF, DEPTH_PARTIAL, DEPTH_SNAPSHOT } from '../src/core/tape/kinds.ts'
import { ROW_WORDS } from '../src/core/tape/layout.ts'
import { RowBuffer, kindOf, recordRows } from '../src/core/tape/row-buffer.ts'
import { recording } from '../src/testing/data.ts'
import { BUFFER_FULL, BinanceDecoder } from '../src/venues/binance/decoder.ts'

const BUFFER_ROWS = 8192
/** Digits of the nanoseconds in front of each message, and of the microseconds among them. */
const STAMP_DIGITS = 19
const MICROS_DIGITS = 16
const NEWLINE = 0x0a
const DECODER_ROOM = 4096

export interface Recorded {
  readonly instrument: Instrument
  readonly buffers: readonly RowBuffer[]
  readonly messages: number
  /** Raw rows included. */
  readonly rows: number
  /** Changed levels of all diffs. */
  readonly levelUpdates: number
}

/** Decodes a recording of one instrument whose receive times are nanoseconds. Throws Error when it is not there. */
export function decodeRecording(path: string, instrument: Instrument): Recorded {
  const plain = gunzipSync(readFileSync(recording(path)))
  // With room behind them, or the decoder would copy what follows each message before it looks ahead.
  const bytes = Buffer.alloc(plain.length + DECODER_ROOM).subarray(0, plain.length)
  bytes.set(plain)
  const decoder = new BinanceDecoder({ venue: 'binance-usdm', instruments: [instrument] })
  decoder.context = 0
  const buffers: RowBuffer[] = []
  let rows = new RowBuffer(BUFFER_ROWS)
  const receive = new Float64Array(1)
  let messages = 0
  for (let at = 0; at < bytes.length;) {
    receive[0] = Number(bytes.toString('latin1', at, at + MICROS_DIGITS))
    if (decoder.decodeLine(bytes, at + STAMP_DIGITS + 1, bytes.length, receive, 0, rows) === BUFFER_FULL) {
      buffers.push(rows)
      rows = new RowBuffer(BUFFER_ROWS)
      continue
    }
    if (decoder.problems.length > 0) throw new Error(`${path}: message ${messages + 1}: ${decoder.problems[0]?.reason}`)
    messages++
    at = decoder.end + (bytes[decoder.end] === NEWLINE ? 1 : 2)
  }
  buffers.push(rows)
  let levelUpdates = 0
  let rowCount = 0
  for (const buffer of buffers) {
    rowCount += buffer.length
    for (let row = 0; row < buffer.length; row += recordRows(buffer, row))
      if (kindOf(buffer, row) === DEPTH_DIFF.kind) levelUpdates += levelsOf(buffer, row)
  }
  return { instrument, buffers, messages, levelUpdates, rows: rowCount }
}

/** Levels that a depth row names; 0 for other rows. */
export function levelsOf(buffer: RowBuffer, row: number): number {
  const kind = kindOf(buffer, row)
  if (kind !== DEPTH_DIFF.kind && kind !== DEPTH_SNAPSHOT.kind && kind !== DEPTH_PARTIAL.kind) return 0
  const words = row * ROW_WORDS
  return (
    (buffer.u32[words + (DEPTH_DIFF.bidCountByte >> 2)] as number) +
    (buffer.u32[words + (DEPTH_DIFF.askCountByte >> 2)] as number)
  )
}
