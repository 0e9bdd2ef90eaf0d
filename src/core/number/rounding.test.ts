import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  ceilToStep,
  divideRounded,
  floorToStep,
  ROUND_CEIL,
  ROUND_DOWN,
  ROUND_FLOOR,
  ROUND_HALF_EVEN,
  ROUND_HALF_UP,
  ROUND_UP,
  roundingCode,
  roundsAway,
  roundToStep,
  VenueRounding,
} from './rounding.ts'
import type { Rounding } from './rounding.ts'

/** Tenths and what each direction makes of them. */
const TABLE: readonly (readonly [bigint, Readonly<Record<Rounding, bigint>>])[] = [
  [26n, { down: 2n, up: 3n, floor: 2n, ceil: 3n, 'half-even': 3n, 'half-up': 3n }],
  [25n, { down: 2n, up: 3n, floor: 2n, ceil: 3n, 'half-even': 2n, 'half-up': 3n }],
  [15n, { down: 1n, up: 2n, floor: 1n, ceil: 2n, 'half-even': 2n, 'half-up': 2n }],
  [11n, { down: 1n, up: 2n, floor: 1n, ceil: 2n, 'half-even': 1n, 'half-up': 1n }],
  [10n, { down: 1n, up: 1n, floor: 1n, ceil: 1n, 'half-even': 1n, 'half-up': 1n }],
  [5n, { down: 0n, up: 1n, floor: 0n, ceil: 1n, 'half-even': 0n, 'half-up': 1n }],
  [0n, { down: 0n, up: 0n, floor: 0n, ceil: 0n, 'half-even': 0n, 'half-up': 0n }],
  [-5n, { down: 0n, up: -1n, floor: -1n, ceil: 0n, 'half-even': 0n, 'half-up': -1n }],
  [-11n, { down: -1n, up: -2n, floor: -2n, ceil: -1n, 'half-even': -1n, 'half-up': -1n }],
  [-15n, { down: -1n, up: -2n, floor: -2n, ceil: -1n, 'half-even': -2n, 'half-up': -2n }],
  [-25n, { down: -2n, up: -3n, floor: -3n, ceil: -2n, 'half-even': -2n, 'half-up': -3n }],
  [-26n, { down: -2n, up: -3n, floor: -3n, ceil: -2n, 'half-even': -3n, 'half-up': -3n }],
]

const ROUNDINGS: readonly Rounding[] = ['down', 'up', 'floor', 'ceil', 'half-even', 'half-up']
const rounding = fc.constantFrom(...ROUNDINGS)
const step = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))

test('each direction rounds tenths as its name says, division and steps alike', () => {
  for (const [tenths, wanted] of TABLE) {
    for (const direction of ROUNDINGS) {
      const where = `${tenths} tenths ${direction}`
      assert.equal(divideRounded(tenths, 10n, direction), wanted[direction], where)
      assert.equal(divideRounded(-tenths, -10n, direction), wanted[direction], where)
      assert.ok(Object.is(roundToStep(Number(tenths), 10, direction), Number(wanted[direction]) * 10), where)
    }
  }
})

test('a rounded quotient keeps the promise of its direction', () => {
  const nonZero = fc.bigInt().filter((value) => value !== 0n)
  fc.assert(
    fc.property(fc.bigInt(), nonZero, rounding, (numerator, denominator, direction) => {
      const result = divideRounded(numerator, denominator, direction)
      // error = exact - result, as a fraction over a positive denominator
      const sign = denominator < 0n ? -1n : 1n
      const divisor = denominator * sign
      const error = (numerator - result * denominator) * sign
      const outward = numerator * sign < 0n ? -error : error
      assert.ok(error > -divisor && error < divisor, 'off by less than one')
      if (direction === 'floor') assert.ok(error >= 0n)
      if (direction === 'ceil') assert.ok(error <= 0n)
      if (direction === 'down') assert.ok(outward >= 0n)
      if (direction === 'up') assert.ok(outward <= 0n)
      if (direction.startsWith('half')) assert.ok(2n * error >= -divisor && 2n * error <= divisor, 'nearest')
      if (direction === 'half-even' && 2n * outward === divisor) assert.equal(result % 2n, 0n)
      if (direction === 'half-up') assert.ok(2n * outward < divisor, 'a tie goes outward')
    }),
  )
})

test('steps of doubles equal the division of integers, unless the result is not exact', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), step, rounding, (value, size, direction) => {
      const exact = divideRounded(BigInt(value), BigInt(size), direction) * BigInt(size)
      if (Number.isSafeInteger(Number(exact))) {
        assert.ok(Object.is(roundToStep(value, size, direction), Number(exact)))
      } else {
        assert.throws(() => roundToStep(value, size, direction), RangeError)
      }
    }),
  )
})

test('floor and ceiling to a step enclose the value', () => {
  assert.equal(floorToStep(-7, 5), -10)
  assert.equal(ceilToStep(-7, 5), -5)
  assert.equal(floorToStep(7, 5), 5)
  assert.equal(ceilToStep(7, 5), 10)
  assert.ok(Object.is(ceilToStep(-3, 5), 0))
  assert.ok(Object.is(floorToStep(-0, 5), 0))
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 100_000 }), (value, size) => {
      const below = floorToStep(value, size)
      const above = ceilToStep(value, size)
      assert.ok(below <= value && value <= above)
      assert.ok(above - below === (value % size === 0 ? 0 : size))
      assert.ok(Math.abs(below % size) === 0)
    }),
  )
})

test('division by zero and inexact steps are refused by name', () => {
  assert.throws(() => divideRounded(1n, 0n, 'down'), { name: 'RangeError', message: 'divideRounded: division by zero' })
  assert.throws(() => floorToStep(0.5, 1), { name: 'RangeError', message: 'value 0.5 is no safe integer' })
  for (const size of [0, -1, 0.5, Number.NaN, Infinity]) {
    assert.throws(() => floorToStep(1, size), { message: `step ${size} is no positive safe integer` })
  }
  assert.throws(() => ceilToStep(Number.MAX_SAFE_INTEGER, 2), {
    name: 'RangeError',
    message: '9007199254740991 rounded to a multiple of 2 is no safe integer',
  })
})

test('codes stand for the directions one to one', () => {
  const codes = [ROUND_DOWN, ROUND_UP, ROUND_FLOOR, ROUND_CEIL, ROUND_HALF_EVEN, ROUND_HALF_UP]
  assert.deepEqual(ROUNDINGS.map(roundingCode), codes)
  assert.equal(new Set(codes).size, ROUNDINGS.length)
  // @ts-expect-error: a code read from damaged bytes
  assert.throws(() => roundsAway(6, 1, false, false), { message: 'rounding code 6 is none of 0 to 5' })
})

test('Binance commissions and funding are rounded to 8 decimals, ties outward', () => {
  for (const rule of [VenueRounding.binanceCommission, VenueRounding.binanceFunding]) {
    assert.deepEqual(rule, { decimals: 8, rounding: 'half-up' })
  }
})
