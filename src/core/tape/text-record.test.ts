import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CONFIGURATION, OPERATOR } from './kinds.ts'
import { RowBuffer, kindOf, recordRows } from './row-buffer.ts'
import { readText, writeText } from './text-record.ts'

test('a text comes back from its record, whatever its length and script', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 300 }))
  fc.assert(
    fc.property(text, text, (first, second) => {
      const rows = new RowBuffer(64)
      const row = writeText(rows, CONFIGURATION.kind, CONFIGURATION.textBytesByte, first)
      const next = writeText(rows, OPERATOR.kind, OPERATOR.textBytesByte, second)
      assert.equal(next, row + recordRows(rows, row))
      assert.equal(kindOf(rows, next), OPERATOR.kind)
      assert.equal(readText(rows, row, CONFIGURATION.textBytesByte), first)
      assert.equal(readText(rows, next, OPERATOR.textBytesByte), second)
    }),
    { numRuns: 300 },
  )
})

test('a text fills whole rows, and what is behind it in the last one is zero', () => {
  const rows = new RowBuffer(8)
  rows.u8.fill(0xff)
  for (const [length, expected] of [
    [0, 1],
    [1, 2],
    [64, 2],
    [65, 3],
  ] as const) {
    const row = writeText(rows, CONFIGURATION.kind, CONFIGURATION.textBytesByte, 'x'.repeat(length))
    assert.equal(recordRows(rows, row), expected)
    const rest = rows.u8.slice(row * 64 + 64 + length, (row + expected) * 64)
    assert.ok(rest.every((byte) => byte === 0))
    rows.clear()
  }
})
