/** Testing: records with random content, for property tests of everything that carries rows. Never published. */
import fc from 'fast-check'
import { APPEND_TIME, SEQUENCE } from '../core/tape/layout.ts'
import { RowBuffer } from '../core/tape/row-buffer.ts'

/** What decides a random record; its other bytes come from `seed`. */
export interface RandomRecord {
  readonly kind: number
  readonly raw: number
  readonly seed: number
}

/** Lists of random records of the kinds between `first` and `last`; some are longer than a few rows. */
export function randomRecords(first: number, last: number, most: number): fc.Arbitrary<readonly RandomRecord[]> {
  const raw = fc.oneof(
    { weight: 8, arbitrary: fc.constant(0) },
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ max: 300, min: 4 }),
  )
  const record = fc.record({ kind: fc.integer({ min: first, max: last }), raw, seed: fc.integer() })
  return fc.array(record, { maxLength: most })
}

/** The records as rows: rising append times, slot 3 counted up from `sequence`, every other byte random. */
export function rowsOf(records: readonly RandomRecord[], sequence = 0): RowBuffer {
  const rows = new RowBuffer(
    Math.max(
      1,
      records.reduce((sum, { raw }) => sum + 1 + raw, 0),
    ),
  )
  for (const [i, { kind, raw, seed }] of records.entries()) {
    const row = rows.append(kind, 0, 0, 0, raw)
    let state = seed | 0
    for (let word = row * 16 + 1; word < (row + 1 + raw) * 16; word++) {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
      rows.i32[word] = state
    }
    rows.f64[row * 8 + APPEND_TIME] = 1_700_000_000_000_000 + i * 1_000
    rows.f64[row * 8 + SEQUENCE] = sequence + i
  }
  return rows
}
