import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ColumnData, TableBatch, wordsOf, type ColumnType } from './table.ts'

const decimal38: ColumnType = { kind: 'decimal', width: 38, scale: 4 }

/** The value in a column as its words spell it. */
function bigOf(data: ColumnData, row: number): bigint {
  const words = [...data.words.subarray(row * data.width, (row + 1) * data.width)].toReversed()
  const value = words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n)
  return BigInt.asIntN(data.width * 32, value)
}

test('safe integers of either sign are exact in two and in four words', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      for (const type of [{ kind: 'int64' }, decimal38] as const) {
        const data = new ColumnData(type, 2)
        data.setInteger(1, value)
        assert.equal(bigOf(data, 1), BigInt(value))
        assert.equal(bigOf(data, 0), 0n)
      }
    }),
  )
})

test('larger integers are exact in the words that they need', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }), (value) => {
      const data = new ColumnData(decimal38, 1)
      data.setBig(0, value)
      assert.equal(bigOf(data, 0), value)
    }),
  )
  const narrow = new ColumnData({ kind: 'decimal', width: 18, scale: 4 }, 2)
  narrow.setBig(0, -999_999_999_999_999_999n)
  assert.deepEqual([bigOf(narrow, 0), bigOf(narrow, 1)], [-999_999_999_999_999_999n, 0n])
})

test('a missing value leaves zeros behind, and a cleared batch misses nothing', () => {
  const batch = new TableBatch(
    {
      name: 'a',
      columns: [
        { name: 'b', type: decimal38 },
        { name: 'c', type: { kind: 'text' } },
      ],
    },
    3,
  )
  const [numbers, texts] = batch.columns as [ColumnData, ColumnData]
  numbers.setInteger(1, -5)
  numbers.setNull(1)
  texts.setNull(1)
  assert.equal(bigOf(numbers, 1), 0n)
  assert.deepEqual([...numbers.nulls], [0, 1, 0])
  assert.equal(texts.texts[1], '')
  batch.rows = 2
  batch.clear()
  assert.deepEqual([batch.rows, numbers.hasNulls, texts.nulls[1]], [0, false, 0])
})

test('words of a value follow from its type', () => {
  const kinds = ['int64', 'uint64', 'int32', 'uint32', 'boolean', 'text'] as const
  assert.deepEqual(
    kinds.map((kind) => wordsOf({ kind })),
    [2, 2, 1, 1, 1, 0],
  )
  assert.deepEqual([wordsOf(decimal38), wordsOf({ kind: 'decimal', width: 18, scale: 0 })], [4, 2])
  assert.equal(wordsOf({ kind: 'choice', values: ['a'] }), 1)
})
