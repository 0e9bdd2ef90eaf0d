/**
 * A block of rows in memory with the views that code needs to read and write them.
 *
 * Readers hand buffers out whole; code per row takes the buffer once and then works with integer indexes into its views,
 * because a double that is passed as an argument costs an allocation.
 */
import { HEAD, ROW_BYTES, ROW_SLOTS, ROW_WORDS } from './layout.ts'

/** Records of up to so many rows are copied word by word: making a view of them takes 60 ns. */
const SHORT_RECORD = 4

export class RowBuffer {
  readonly buffer: ArrayBuffer
  /** Slots as doubles: row `r`, slot `s` is at `r * 8 + s`. */
  readonly f64: Float64Array
  /** Words as signed integers: row `r`, byte `b` is at `r * 16 + b / 4`. */
  readonly i32: Int32Array
  readonly u32: Uint32Array
  readonly u16: Uint16Array
  readonly u8: Uint8Array
  /** Rows in use, raw rows included. */
  length = 0
  /** Rows that fit. */
  readonly capacity: number

  constructor(capacity: number, buffer: ArrayBuffer = new ArrayBuffer(capacity * ROW_BYTES)) {
    this.capacity = capacity
    this.buffer = buffer
    this.f64 = new Float64Array(buffer, 0, capacity * ROW_SLOTS)
    this.i32 = new Int32Array(buffer, 0, capacity * ROW_WORDS)
    this.u32 = new Uint32Array(buffer, 0, capacity * ROW_WORDS)
    this.u16 = new Uint16Array(buffer, 0, capacity * 32)
    this.u8 = new Uint8Array(buffer, 0, capacity * ROW_BYTES)
  }

  /** Forgets all rows; the space is zeroed again as rows are appended. */
  clear(): void {
    this.length = 0
  }

  /**
   * Takes `1 + continuation` zeroed rows and writes the integer part of the head.
   * Returns the row index. Throws RangeError when the buffer is full: the caller decides what a full buffer means.
   */
  append(kind: number, flags: number, source: number, instrument: number, continuation: number): number {
    const row = this.length
    const end = row + 1 + continuation
    if (end > this.capacity)
      throw new RangeError(`row buffer is full: ${row} of ${this.capacity} rows used, ${1 + continuation} more wanted`)
    this.length = end
    this.f64.fill(0, row * ROW_SLOTS, end * ROW_SLOTS)
    const byte = row * ROW_BYTES
    this.u8[byte + HEAD.kind] = kind
    this.u8[byte + HEAD.flags] = flags
    this.u16[(byte + HEAD.continuation) >> 1] = continuation
    this.u16[(byte + HEAD.source) >> 1] = source
    this.u16[(byte + HEAD.instrument) >> 1] = instrument
    return row
  }

  /** Copies a record (head and raw rows) from another buffer; returns its row index here. Copies bytes, never numbers. */
  appendRecord(from: RowBuffer, row: number): number {
    const rows = 1 + (from.u16[row * 32 + 1] as number)
    const to = this.length
    if (to + rows > this.capacity)
      throw new RangeError(`row buffer is full: ${to} of ${this.capacity} rows used, ${rows} more wanted`)
    if (rows <= SHORT_RECORD) {
      const words = this.i32
      const source = from.i32
      let at = to * ROW_WORDS
      for (let w = row * ROW_WORDS, end = w + rows * ROW_WORDS; w < end; w++) words[at++] = source[w] as number
    } else this.u8.set(from.u8.subarray(row * ROW_BYTES, (row + rows) * ROW_BYTES), to * ROW_BYTES)
    this.length = to + rows
    return to
  }

  /** Makes room for `rows` more rows, or returns false. */
  hasRoom(rows: number): boolean {
    return this.length + rows <= this.capacity
  }
}

/** Rows that the record at `row` takes, its raw rows included. */
export function recordRows(buffer: RowBuffer, row: number): number {
  return 1 + (buffer.u16[row * 32 + 1] as number)
}

export function kindOf(buffer: RowBuffer, row: number): number {
  return buffer.u8[row * ROW_BYTES] as number
}

export function flagsOf(buffer: RowBuffer, row: number): number {
  return buffer.u8[row * ROW_BYTES + HEAD.flags] as number
}

export function sourceOf(buffer: RowBuffer, row: number): number {
  return buffer.u16[row * 32 + 2] as number
}

export function instrumentOf(buffer: RowBuffer, row: number): number {
  return buffer.u16[row * 32 + 3] as number
}
