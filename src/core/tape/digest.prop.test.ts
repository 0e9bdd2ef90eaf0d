import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GRID_SIDE, RecordDigest, STRETCH_RECORDS, locateDifference } from './digest.ts'
import { ROW_WORDS } from './layout.ts'
import { RowBuffer } from './row-buffer.ts'
import { StateReader, StateWriter } from './state.ts'

const ROWS = 2048
/** Records of one row with bytes that differ everywhere. */
const TAPE = new RowBuffer(ROWS)
for (let row = 0; row < ROWS; row++) {
  TAPE.append(1 + (row % 9), row & 255, 0, row % 7, 0)
  for (let word = 2; word < ROW_WORDS; word++)
    TAPE.i32[row * ROW_WORDS + word] = Math.imul(row * ROW_WORDS + word, 0x9e3779b1)
}

/** Digest of the first `count` records; the record at `place` has `change` in it (exclusive or) at `word`. */
function digestOf(
  count: number,
  changes: readonly { place: number; word: number; change: number }[] = [],
): RecordDigest {
  const digest = new RecordDigest()
  const changed = new RowBuffer(1)
  for (let i = 0; i < count; i++) {
    const here = changes.filter(({ place }) => place === i)
    if (here.length === 0) {
      digest.take(TAPE, i % ROWS, 1)
      continue
    }
    changed.clear()
    changed.appendRecord(TAPE, i % ROWS)
    for (const { word, change } of here) changed.i32[word] = (changed.i32[word] as number) ^ change
    digest.take(changed, 0, 1)
  }
  return digest
}

const FULL = digestOf(STRETCH_RECORDS)

test('a changed record is named, wherever it stands in a stretch and whatever word was changed', () => {
  const place = fc.oneof(
    fc.nat(STRETCH_RECORDS - 1),
    fc.constantFrom(0, 1, GRID_SIDE - 1, GRID_SIDE, STRETCH_RECORDS - GRID_SIDE, STRETCH_RECORDS - 1),
  )
  fc.assert(
    fc.property(place, fc.nat(ROW_WORDS - 1), fc.integer({ min: 1, max: 0x7fffffff }), (at, word, change) => {
      const digest = digestOf(STRETCH_RECORDS, [{ place: at, word, change }])
      assert.notEqual(digest.hex(), FULL.hex())
      assert.equal(locateDifference(digest.grid, FULL.grid), at)
    }),
    { numRuns: 25 },
  )
})

test('a single changed bit of any word changes the digest', () => {
  const count = 300
  const whole = digestOf(count).hex()
  for (let word = 0; word < ROW_WORDS; word++)
    for (let bit = 0; bit < 32; bit++)
      assert.notEqual(digestOf(1, [{ place: 0, word, change: 1 << bit }]).hex(), digestOf(1).hex())
  assert.equal(digestOf(count).hex(), whole)
})

test('when several records differ none is named, and the digest differs all the same', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(999), { minLength: 2, maxLength: 5 }), (places) => {
      const digest = digestOf(
        1000,
        places.map((place) => ({ place, word: 8, change: 1 })),
      )
      const clean = digestOf(1000)
      assert.notEqual(digest.hex(), clean.hex())
      assert.equal(locateDifference(digest.grid, clean.grid), -1)
    }),
  )
  assert.equal(locateDifference(FULL.grid, FULL.grid), -1)
})

test('records in another order, one more or one fewer give another digest', () => {
  const clean = digestOf(500)
  const swapped = new RecordDigest()
  for (let i = 0; i < 500; i++) swapped.take(TAPE, i === 100 ? 101 : i === 101 ? 100 : i, 1)
  assert.notEqual(swapped.hex(), clean.hex())
  assert.notEqual(digestOf(499).hex(), clean.hex())
  assert.notEqual(digestOf(501).hex(), clean.hex())
})

test('a record of several rows is one record, and where it ends is part of it', () => {
  const [whole, parts] = [new RecordDigest(), new RecordDigest()]
  whole.take(TAPE, 0, 3)
  for (let row = 0; row < 3; row++) parts.take(TAPE, row, 1)
  assert.deepEqual([whole.count, parts.count], [1, 3])
  assert.notEqual(whole.hex(), parts.hex())
})

test('stretches are counted on: the digest covers all of them, and the grid the one at hand', () => {
  const two = digestOf(STRETCH_RECORDS + 10)
  assert.equal(two.count, 10)
  const early = digestOf(STRETCH_RECORDS + 10, [{ place: 5, word: 9, change: 1 }])
  assert.notEqual(early.hex(), two.hex())
  assert.deepEqual(early.grid, two.grid)
  const late = digestOf(STRETCH_RECORDS + 10, [{ place: STRETCH_RECORDS + 7, word: 9, change: 1 }])
  assert.equal(locateDifference(late.grid, two.grid), 7)
})

test('asking for the digest changes nothing, and a closed stretch gives the same as one that closes itself', () => {
  const asked = new RecordDigest()
  const closed = new RecordDigest()
  for (let i = 0; i < STRETCH_RECORDS + 3; i++) {
    if (i % 10_000 === 0) asked.hex()
    if (i === STRETCH_RECORDS) {
      closed.fold()
      closed.nextStretch()
    }
    asked.take(TAPE, i % ROWS, 1)
    closed.take(TAPE, i % ROWS, 1)
  }
  assert.equal(asked.hex(), digestOf(STRETCH_RECORDS + 3).hex())
  assert.equal(closed.hex(), asked.hex())
})

test('a digest goes on after a checkpoint', () => {
  const writer = new StateWriter()
  digestOf(700).save(writer)
  const loaded = new RecordDigest()
  loaded.load(new StateReader(writer.finish()))
  for (let i = 700; i < 900; i++) loaded.take(TAPE, i, 1)
  assert.equal(loaded.hex(), digestOf(900).hex())
  assert.deepEqual(loaded.grid, digestOf(900).grid)
})
