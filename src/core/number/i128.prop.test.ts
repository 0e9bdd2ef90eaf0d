import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { I128Array } from './i128.ts'
import { divideRounded, roundingCode } from './rounding.ts'
import type { Rounding } from './rounding.ts'

const MAX = 2n ** 127n - 1n
const MIN = -(2n ** 127n)

/** Values of every size: uniform ones would nearly all have 127 bits. */
const value: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: MIN, max: MAX }),
  fc
    .integer({ min: 0, max: 127 })
    .chain((bits) => fc.bigInt({ min: -(1n << BigInt(bits)), max: (1n << BigInt(bits)) - 1n })),
  fc
    .integer({ min: 0, max: 126 })
    .chain((bits) => fc.constantFrom(1n << BigInt(bits), (1n << BigInt(bits)) - 1n, -(1n << BigInt(bits)))),
  fc.constantFrom(0n, 1n, -1n, MAX, MIN, MAX - 1n, MIN + 1n),
)

/** Safe integers of every size. */
const operand = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: 0, max: 53 }).chain((bits) => {
    const limit = Math.min(2 ** bits, Number.MAX_SAFE_INTEGER)
    return fc.constantFrom(limit, -limit, Math.max(limit - 1, 0), -Math.max(limit - 1, 0))
  }),
  fc.integer({ min: -1000, max: 1000 }),
)
const divisor = operand.filter((number) => number !== 0)
const rounding: fc.Arbitrary<Rounding> = fc.constantFrom('down', 'up', 'floor', 'ceil', 'half-even', 'half-up')
const many = { numRuns: 3_000 }

function arrayOf(...values: bigint[]): I128Array {
  const array = new I128Array(values.length)
  values.forEach((element, index) => array.set(index, element))
  return array
}

/** The operation gives the exact result where 128 bits hold it, else it throws and changes nothing. */
function givesOrRefuses(array: I128Array, i: number, exact: bigint, operation: string, run: () => void): void {
  const before = array.get(i)
  if (exact >= MIN && exact <= MAX) {
    run()
    assert.equal(array.get(i), exact)
  } else {
    assert.throws(run, { name: 'RangeError', message: `i128 ${operation}: the result exceeds 128 bits` })
    assert.equal(array.get(i), before)
  }
}

test('what is set is what one gets, and neighbours stay', () => {
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      const array = arrayOf(a, 0n, c)
      array.set(1, b)
      assert.deepEqual([array.get(0), array.get(1), array.get(2)], [a, b, c])
    }),
    many,
  )
})

test('sums and differences are exact or refused', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      givesOrRefuses(...first(arrayOf(a, b), a + b, 'add', (array) => array.add(0, 1)))
      givesOrRefuses(...first(arrayOf(a, b), a - b, 'sub', (array) => array.sub(0, 1)))
      givesOrRefuses(...first(arrayOf(a), a + b, 'add', (array) => array.add(0, 0, arrayOf(b))))
      givesOrRefuses(...first(arrayOf(a), a - b, 'sub', (array) => array.sub(0, 0, arrayOf(b))))
    }),
    many,
  )
})

test('an element may be added to and subtracted from itself', () => {
  fc.assert(
    fc.property(value, (a) => {
      givesOrRefuses(...first(arrayOf(a), a + a, 'add', (array) => array.add(0, 0)))
      givesOrRefuses(...first(arrayOf(a), 0n, 'sub', (array) => array.sub(0, 0)))
      givesOrRefuses(...first(arrayOf(a), -a, 'negate', (array) => array.negate(0)))
    }),
  )
})

test('products of any two safe integers are added and subtracted exactly or refused', () => {
  fc.assert(
    fc.property(value, operand, operand, (a, x, y) => {
      const source = Float64Array.of(x, y)
      const product = BigInt(x) * BigInt(y)
      givesOrRefuses(...first(arrayOf(a), a + product, 'addProduct', (array) => array.addProduct(0, source, 0, 1)))
      givesOrRefuses(...first(arrayOf(a), a - product, 'subProduct', (array) => array.subProduct(0, source, 0, 1)))
    }),
    many,
  )
})

test('multiplication by a small integer and by a power of ten is exact or refused', () => {
  fc.assert(
    fc.property(value, fc.integer(), fc.integer({ min: 0, max: 22 }), (a, factor, k) => {
      givesOrRefuses(...first(arrayOf(a), a * BigInt(factor), 'mulSmall', (array) => array.mulSmall(0, factor)))
      givesOrRefuses(...first(arrayOf(a), a * 10n ** BigInt(k), 'scaleUp', (array) => array.scaleUp(0, k)))
    }),
    many,
  )
})

test('division by any safe integer rounds as BigInt division does', () => {
  fc.assert(
    fc.property(value, divisor, rounding, (a, d, direction) => {
      const source = Float64Array.of(d)
      const exact = divideRounded(a, BigInt(d), direction)
      givesOrRefuses(
        ...first(arrayOf(a), exact, 'divRounded', (array) => array.divRounded(0, source, 0, roundingCode(direction))),
      )
    }),
    many,
  )
})

test('quotients one unit around a multiple and around a tie are right', () => {
  const quotient = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n })
  fc.assert(
    fc.property(quotient, divisor, fc.integer({ min: -2, max: 2 }), fc.boolean(), rounding, (q, d, near, tie, way) => {
      const a = q * BigInt(d) + (tie ? BigInt(d) / 2n : 0n) + BigInt(near)
      const array = arrayOf(a)
      array.divRounded(0, Float64Array.of(d), 0, roundingCode(way))
      assert.equal(array.get(0), divideRounded(a, BigInt(d), way))
    }),
    many,
  )
})

test('a pro-rata part is rounded once, though the product exceeds 128 bits', () => {
  fc.assert(
    fc.property(value, operand, divisor, rounding, (a, x, y, direction) => {
      const source = Float64Array.of(x, y)
      const exact = divideRounded(a * BigInt(x), BigInt(y), direction)
      givesOrRefuses(
        ...first(arrayOf(a), exact, 'mulDiv', (array) => array.mulDiv(0, source, 0, 1, roundingCode(direction))),
      )
    }),
    many,
  )
})

test('scaling down by a power of ten is rounded once, also at ties', () => {
  const power = fc.integer({ min: 0, max: 22 })
  const near = fc.integer({ min: -2, max: 2 })
  fc.assert(
    fc.property(value, power, near, fc.boolean(), rounding, (a, k, offset, tie, direction) => {
      const scale = 10n ** BigInt(k)
      const dividend = tie ? BigInt.asIntN(128, (a / scale) * scale + scale / 2n + BigInt(offset)) : a
      const array = arrayOf(dividend)
      array.scaleDown(0, k, roundingCode(direction))
      assert.equal(array.get(0), divideRounded(dividend, scale, direction))
    }),
    many,
  )
})

test('order and sign are those of the numbers', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      const array = arrayOf(a, b, a)
      const order = a < b ? -1 : a > b ? 1 : 0
      assert.equal(array.compare(0, 1), order)
      assert.equal(array.compare(1, 0), 0 - order)
      assert.equal(array.compare(0, 2), 0)
      assert.equal(array.compare(0, 0, arrayOf(b)), order)
      assert.equal(array.sign(0), a < 0n ? -1 : a > 0n ? 1 : 0)
      assert.equal(array.isZero(0), a === 0n)
    }),
    many,
  )
})

test('safe integers go in and out unchanged but for the sign of zero, larger elements come out near', () => {
  const doubles = new Float64Array(2)
  fc.assert(
    fc.property(operand, value, (number, a) => {
      const array = arrayOf(MIN, MAX, a)
      doubles[0] = number
      const unsigned = number === 0 ? 0 : number
      array.setNumber(0, number)
      array.setFrom(1, doubles, 0)
      array.storeNumber(1, doubles, 1)
      assert.deepEqual([array.get(0), array.get(1)], [BigInt(number), BigInt(number)])
      assert.equal(array.toNumber(0), unsigned)
      assert.equal(doubles[1], unsigned)
      const approximate = array.toNumber(2)
      assert.ok(Math.abs(approximate - Number(a)) <= Math.abs(Number(a)) * 2 ** -51)
      if (Number.isSafeInteger(approximate)) assert.equal(BigInt(approximate), a)
    }),
    many,
  )
})

test('copies, rows and views carry every bit', () => {
  fc.assert(
    fc.property(value, fc.integer({ min: 0, max: 12 }), (a, word) => {
      const array = arrayOf(a, 0n, 0n, 0n)
      array.copy(1, 0)
      const row = new Int32Array(16)
      array.storeTo(1, row, word * 4)
      array.loadFrom(2, new Uint32Array(row.buffer), word * 4)
      array.copy(3, 0, arrayOf(array.get(2)))
      assert.deepEqual([array.get(1), array.get(2), array.get(3)], [a, a, a])
    }),
  )
})

/** Arguments of `givesOrRefuses` for an operation on element 0. */
function first(
  array: I128Array,
  exact: bigint,
  operation: string,
  run: (array: I128Array) => void,
): [I128Array, number, bigint, string, () => void] {
  return [array, 0, exact, operation, () => run(array)]
}
