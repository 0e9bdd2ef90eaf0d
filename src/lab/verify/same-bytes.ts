/** Equality of records, byte for byte: what "the same output" means. */
import { ROW_WORDS } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { recordRows } from '../../core/tape/row-buffer.ts'

export function sameBytes(a: RowBuffer, rowA: number, b: RowBuffer, rowB: number): boolean {
  const rows = recordRows(a, rowA)
  if (recordRows(b, rowB) !== rows) return false
  for (let i = 0; i < rows * ROW_WORDS; i++)
    if (a.i32[rowA * ROW_WORDS + i] !== b.i32[rowB * ROW_WORDS + i]) return false
  return true
}
