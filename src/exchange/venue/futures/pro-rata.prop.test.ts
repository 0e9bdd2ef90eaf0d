import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { halfUp } from '../../../testing/slow-futures-account.ts'
import { MOST_AMOUNT, MOST_LOTS, writeShare } from './pro-rata.ts'

test('a share is that of exact arithmetic, or none is given', () => {
  const lots = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: MOST_LOTS + 1 }))
  fc.assert(
    fc.property(fc.maxSafeInteger(), lots, lots, (amount, one, other) => {
      const [part, whole] = [Math.min(one, other), Math.max(one, other)]
      const cells = Float64Array.of(amount, part, whole, 0.5)
      const isExact = writeShare(cells, 0, 1, 2, 3)
      assert.equal(isExact, whole < MOST_LOTS && Math.abs(amount) < MOST_AMOUNT)
      if (isExact) assert.equal(BigInt(cells[3] as number), halfUp(BigInt(amount) * BigInt(part), BigInt(whole)))
    }),
    { numRuns: 5_000 },
  )
})
