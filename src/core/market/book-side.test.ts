import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BookSide, SIDE } from './book-side.ts'

/** Levels of a side after some changes, best first, as [price, quantity] pairs. */
function levelsAfter(side: number, unit: number, pairs: readonly (readonly [number, number])[]): number[][] {
  const book = new BookSide(side, unit)
  for (const pair of pairs) book.apply(Float64Array.from(pair), 0, 1, undefined)
  const out = new Float64Array(book.count * 2)
  const n = book.copyLevels(out, book.count)
  return Array.from({ length: n }, (_, i) => [out[i * 2] as number, out[i * 2 + 1] as number])
}

test('a side keeps prices on both sides of what 32 bits hold, in either direction', () => {
  for (const border of [2 ** 31, 2 ** 32, 2 ** 40]) {
    for (const unit of [1, 10]) {
      const prices = [-900, -3, -2, -1, 0, 1, 2, 700, 40_000].map((steps) => border - (border % unit) + steps * unit)
      const rising = prices.map((price, i): readonly [number, number] => [price, i + 1])
      const expected = rising.map(([price, quantity]) => [price, quantity])
      assert.deepEqual(levelsAfter(SIDE.ask, unit, rising), expected)
      assert.deepEqual(levelsAfter(SIDE.ask, unit, rising.toReversed()), expected)
      assert.deepEqual(levelsAfter(SIDE.bid, unit, rising), expected.toReversed())
      assert.deepEqual(levelsAfter(SIDE.bid, unit, rising.toReversed()), expected.toReversed())
    }
  }
})
