import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { idAsNumber, printId, writeBigId, writeId } from './ids.ts'
import { RowBuffer } from './row-buffer.ts'

const ROWS = new RowBuffer(2)
const LARGEST = 0xffff_ffff_ffff_ffffn

test('every 64-bit id is printed as it was written, also where no double holds it', () => {
  const edges = [0n, 1n, 0xffff_ffffn, 0x1_0000_0000n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, LARGEST]
  fc.assert(
    fc.property(fc.oneof(fc.bigInt({ min: 0n, max: LARGEST }), fc.constantFrom(...edges)), (id) => {
      writeBigId(ROWS, 9, id)
      assert.equal(printId(ROWS, 9), String(id))
      assert.equal(idAsNumber(ROWS, 9), Number(id))
    }),
    { numRuns: 500 },
  )
})

test('numbers are written as the same ids', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (id) => {
      writeId(ROWS, 3, id)
      writeBigId(ROWS, 4, BigInt(id))
      assert.deepEqual(ROWS.u32.slice(6, 8), ROWS.u32.slice(8, 10))
      assert.equal(idAsNumber(ROWS, 3), id)
      assert.equal(printId(ROWS, 3), String(id))
    }),
  )
})

test('an id takes its slot and nothing beside it', () => {
  ROWS.u32.fill(0)
  writeBigId(ROWS, 5, LARGEST)
  assert.deepEqual(
    [...ROWS.u32.keys()].filter((word) => ROWS.u32[word] !== 0),
    [10, 11],
  )
})
