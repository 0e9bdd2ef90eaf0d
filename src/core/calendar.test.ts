import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printDay, printTime } from './calendar.ts'

test('a time is printed to the microsecond', () => {
  assert.equal(printTime(0), '1970-01-01T00:00:00.000000Z')
  assert.equal(printTime(1_723_075_199_999_999), '2024-08-07T23:59:59.999999Z')
  assert.equal(printTime(951_782_400_000_001), '2000-02-29T00:00:00.000001Z')
  assert.equal(printTime(-1), '1969-12-31T23:59:59.999999Z')
  assert.equal(printTime(Number.MAX_SAFE_INTEGER), '2255-06-05T23:47:34.740991Z')
})

test('days agree with the calendar of the runtime, from year -271821 to 275760', () => {
  fc.assert(
    fc.property(fc.integer({ min: -99_999_999, max: 99_999_999 }), (day) => {
      assert.equal(printDay(day), new Date(day * 86_400_000).toISOString().split('T')[0])
    }),
    { numRuns: 2000 },
  )
})

test('a time that is no safe integer is refused', () => {
  assert.throws(() => printTime(0.5), RangeError)
  assert.throws(() => printTime(2 * Number.MAX_SAFE_INTEGER), RangeError)
})
