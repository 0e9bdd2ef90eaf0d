import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from './command.ts'
import { parseDuration, parseInstant, parseInstantEnd, showTime } from './times.ts'

const DAY = Date.UTC(2025, 4, 4) * 1000

test('a date is its first microsecond, and its last one at the end of a span', () => {
  assert.equal(parseInstant('--from', '2025-05-04'), DAY)
  assert.equal(parseInstantEnd('--to', '2025-05-04'), DAY + 86_400_000_000 - 1)
})

test('a time of day may have seconds and up to six decimals, with or without Z', () => {
  const half = DAY + (15 * 60 + 30) * 60_000_000
  assert.equal(parseInstant('--at', '2025-05-04T15:30Z'), half)
  assert.equal(parseInstant('--at', '2025-05-04 15:30'), half)
  assert.equal(parseInstant('--at', '2025-05-04T15:30:01.000002Z'), half + 1_000_002)
  assert.equal(parseInstantEnd('--to', '2025-05-04T15:30Z'), half)
})

test('integers are milliseconds or microseconds by their size', () => {
  assert.equal(parseInstant('--at', '1746316800000'), 1_746_316_800_000_000)
  assert.equal(parseInstant('--at', '1746316800000001'), 1_746_316_800_000_001)
})

for (const text of ['2025-02-30', '2025-05-04T25:00', '1746316800', 'yesterday', '04.05.2025', '99999999999999999999'])
  test(`${text} is refused with the option and how to write it`, () => {
    assert.throws(
      () => parseInstant('--at', text),
      (error) =>
        error instanceof UsageError &&
        error.message.startsWith(`--at ${text} `) &&
        /2025-05-04T15:30Z/.test(error.message),
    )
  })

test('spans are written with their unit', () => {
  assert.equal(parseDuration('--last', '90d'), 90 * 86_400_000_000)
  assert.equal(parseDuration('--last', '12h'), 12 * 3_600_000_000)
  assert.throws(() => parseDuration('--last', '90'), /--last 90 is no span of time: write one such as 90d/)
})

test('times are shown as far as their digits are not zero', () => {
  assert.equal(showTime(DAY), '2025-05-04 00:00:00')
  assert.equal(showTime(DAY + 1_500_001), '2025-05-04 00:00:01.500001')
})
