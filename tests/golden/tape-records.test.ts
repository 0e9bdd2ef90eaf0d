import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { KIND_FIELDS, kindName } from '../../src/core/tape/fields.ts'
import { ROW_BYTES } from '../../src/core/tape/layout.ts'
import { printRow } from '../../src/core/tape/print.ts'
import { kindOf, recordRows, RowBuffer } from '../../src/core/tape/row-buffer.ts'
import { recordStarts, sampleInstruments, sampleRecords } from '../../src/testing/sample-records.ts'
import { currentDocument, goldenFile } from '../../tools/tape-format.ts'

const folder = join(import.meta.dirname, 'tape')

/** The bytes of a hex dump: what stands between the offset and the comment; `0080-00ff  zero` stands for zeros. */
function parseHex(text: string): Uint8Array {
  const bytes: number[] = []
  for (const line of text.split('\n')) {
    const [offset = '', ...values] = (line.split('#')[0] ?? '').trim().split(/\s+/)
    const [from = 0, to = 0] = offset.split('-').map((part) => Number.parseInt(part, 16))
    if (values[0] === 'zero') bytes.push(...new Uint8Array(to + 1 - from))
    else bytes.push(...values.map((byte) => Number.parseInt(byte, 16)))
  }
  return Uint8Array.from(bytes)
}

test('every kind has a golden file, and every golden file a kind', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.hex'))
  assert.deepEqual(files.sort(), KIND_FIELDS.map(({ name }) => `${name}.hex`).sort())
})

test('a record of each kind is written with the bytes of its golden file', () => {
  const records = sampleRecords()
  for (const row of recordStarts(records)) {
    const golden = parseHex(readFileSync(goldenFile(kindName(kindOf(records, row))), 'utf8'))
    const written = records.u8.subarray(row * ROW_BYTES, (row + recordRows(records, row)) * ROW_BYTES)
    assert.deepEqual(Buffer.from(written).toString('hex'), Buffer.from(golden).toString('hex'))
  }
})

test('the bytes of each golden file are read as the record that its first line names', () => {
  for (const { name } of KIND_FIELDS) {
    const text = readFileSync(goldenFile(name), 'utf8')
    const bytes = parseHex(text)
    const rows = new RowBuffer(bytes.length / ROW_BYTES)
    rows.u8.set(bytes)
    rows.length = rows.capacity
    assert.equal(`# ${printRow(rows, 0, sampleInstruments)}`, text.split('\n')[0])
    assert.equal(recordRows(rows, 0), rows.length)
  }
})

test('the tables of docs/tape-format.md are current', () => {
  const document = readFileSync(join(import.meta.dirname, '../../docs/tape-format.md'), 'utf8')
  assert.equal(document, currentDocument(document), 'run: node tools/run.mjs tools/tape-format.ts')
})
