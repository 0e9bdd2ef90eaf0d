/** A recording as tape rows in memory, and a source that plays it several times over. */
import { gunzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import type { Instrument } from '../src/core/market/instrument.ts'
import { DEPTH_DIFF, DEPTH_PARTIAL, DEPTH_SNAPSHOT } from '../src/core/tape/kinds.ts'
import { APPEND_TIME, ROW_SLOTS, ROW_WORDS, VENUE_TIME, VERSION } from '../src/core/tape/layout.ts'
import { RowBuffer, kindOf, recordRows } from '../src/core/tape/row-buffer.ts'
import type { TapeSource } from '../src/core/tape/source.ts'
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
  /** Microseconds from the first to the last row. */
  readonly spanUs: number
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
  return { instrument, buffers, messages, levelUpdates, rows: rowCount, spanUs: spanOf(buffers) }
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

/**
 * Plays a recording `passes` times, each a second behind the one before, with update and trade ids that go on: one long
 * recording with a gap and a new snapshot at each seam. Buffers are used again: a released one is stamped for the next pass,
 * in place, so that the tape needs no more memory than one pass, as where blocks are inflated one by one.
 */
export class RepeatedRecording implements TapeSource {
  readonly instruments: readonly Instrument[]
  readonly hash = ''
  readonly #buffers: readonly RowBuffer[]
  readonly #spanUs: number
  #left: number
  #at = 0

  constructor(recorded: Recorded, passes: number) {
    this.instruments = [recorded.instrument]
    this.#buffers = recorded.buffers
    this.#spanUs = recorded.spanUs + SEAM_US
    this.#left = passes * recorded.buffers.length
  }

  next(): Promise<RowBuffer | undefined> {
    if (this.#left === 0) return Promise.resolve(undefined)
    const buffer = this.#buffers[this.#at] as RowBuffer
    this.#at = (this.#at + 1) % this.#buffers.length
    this.#left--
    return Promise.resolve(buffer)
  }

  release(buffer: RowBuffer): void {
    for (let row = 0; row < buffer.length; row += recordRows(buffer, row)) shift(buffer, row, this.#spanUs)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** Between two passes. */
const SEAM_US = 1_000_000
/** More than the ids of a pass span; a multiple of 2^32. */
const SEAM_IDS = 2 ** 34

/** Stamps a row for the next pass. */
function shift(buffer: RowBuffer, row: number, span: number): void {
  const at = row * ROW_SLOTS
  const { f64, u32 } = buffer
  f64[at + APPEND_TIME] = (f64[at + APPEND_TIME] as number) + span
  // A snapshot has no time of the venue's, and 0 stays 0.
  if (f64[at + VENUE_TIME] !== 0) f64[at + VENUE_TIME] = (f64[at + VENUE_TIME] as number) + span
  f64[at + VERSION] = (f64[at + VERSION] as number) + SEAM_IDS
  if (kindOf(buffer, row) !== DEPTH_DIFF.kind) return
  // These ids are 64-bit integers: their upper words grow.
  const first = (at + DEPTH_DIFF.firstUpdateId) * 2 + 1
  const previous = (at + DEPTH_DIFF.previousUpdateId) * 2 + 1
  u32[first] = (u32[first] as number) + SEAM_IDS / 2 ** 32
  u32[previous] = (u32[previous] as number) + SEAM_IDS / 2 ** 32
}

/** Microseconds from the first to the last row. */
function spanOf(buffers: readonly RowBuffer[]): number {
  const last = buffers.at(-1) as RowBuffer
  let end = 0
  for (let row = 0; row < last.length; row += recordRows(last, row)) end = row
  return (last.f64[end * ROW_SLOTS + APPEND_TIME] as number) - ((buffers[0] as RowBuffer).f64[APPEND_TIME] as number)
}
