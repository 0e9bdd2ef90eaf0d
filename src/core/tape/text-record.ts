/** Records whose raw rows hold text: configuration, references, commands. UTF-8, the length in the head. */
import { decodeUtf8, encodeUtf8 } from '../utf8.ts'
import { NO_INSTRUMENT, ROW_BYTES, ROW_WORDS } from './layout.ts'
import type { RowBuffer } from './row-buffer.ts'

/** Appends a record of `kind` that holds `text`; its length in bytes goes to byte `textBytesByte`. Returns the row. */
export function writeText(buffer: RowBuffer, kind: number, textBytesByte: number, text: string): number {
  const bytes = encodeUtf8(text)
  const row = buffer.append(kind, 0, 0, NO_INSTRUMENT, Math.ceil(bytes.length / ROW_BYTES))
  buffer.u32[row * ROW_WORDS + textBytesByte / 4] = bytes.length
  buffer.u8.set(bytes, (row + 1) * ROW_BYTES)
  return row
}

/** Text of a record that `writeText` appended. */
export function readText(buffer: RowBuffer, row: number, textBytesByte: number): string {
  const length = buffer.u32[row * ROW_WORDS + textBytesByte / 4] as number
  return decodeUtf8(buffer.u8.subarray((row + 1) * ROW_BYTES, (row + 1) * ROW_BYTES + length))
}
