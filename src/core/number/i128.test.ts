import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAmount, printAmount } from './decimal.ts'
import { I128_BYTES, I128Array } from './i128.ts'
import { ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP } from './rounding.ts'

const MAX = 2n ** 127n - 1n
const MIN = -(2n ** 127n)

function arrayOf(...values: bigint[]): I128Array {
  const array = new I128Array(values.length)
  values.forEach((value, index) => array.set(index, value))
  return array
}

test('elements are zero until set', () => {
  const array = new I128Array(2)
  assert.equal(array.get(1), 0n)
  assert.ok(array.isZero(1))
  assert.equal(array.sign(1), 0)
})

test('an element is sixteen bytes, little-endian two’s complement', () => {
  const array = arrayOf(0x0102030405060708090a0b0c0d0e0f10n, -2n)
  assert.equal(I128_BYTES, 16)
  assert.equal(Buffer.from(array.bytes()).toString('hex'), '100f0e0d0c0b0a090807060504030201' + 'fe' + 'ff'.repeat(15))
})

test('an amount goes into two slots of a row and back', () => {
  const row = new ArrayBuffer(64)
  const array = arrayOf(-(10n ** 30n), 0n, 0n)
  array.storeTo(0, new Int32Array(row), 32)
  const slots = new BigInt64Array(row)
  assert.equal(((slots[5] ?? 0n) << 64n) | BigInt.asUintN(64, slots[4] ?? 0n), -(10n ** 30n))
  assert.deepEqual([slots[0], slots[3], slots[6]], [0n, 0n, 0n])
  array.loadFrom(1, new Int32Array(row), 32)
  array.loadFrom(2, new Uint32Array(row, 16), 16)
  assert.equal(array.get(1), -(10n ** 30n))
  assert.equal(array.get(2), -(10n ** 30n))
})

test('sixteen bytes must lie inside the view, on a boundary of four', () => {
  const array = new I128Array(1)
  const view = new Int32Array(16)
  for (const offset of [-4, 2, 52, 64, 0.5, 2 ** 34]) {
    assert.throws(() => array.storeTo(0, view, offset), { name: 'RangeError' })
    assert.throws(() => array.loadFrom(0, view, offset), {
      message: `i128: byte ${offset} is no place for 16 bytes in 64`,
    })
  }
})

test('an index outside the array is refused, a typed array would lose it silently', () => {
  const array = new I128Array(2)
  for (const index of [-1, 2, 0.5, Number.NaN, 2 ** 32]) {
    assert.throws(() => array.add(index, 0), { message: `i128: index ${index} is outside an array of 2` })
    assert.throws(() => array.add(0, index), RangeError)
    assert.throws(() => array.get(index), RangeError)
  }
})

test('growing keeps what is there and adds zeros', () => {
  const array = arrayOf(MIN, 7n)
  array.grow(100)
  assert.equal(array.length, 100)
  assert.equal(array.get(0), MIN)
  assert.equal(array.get(1), 7n)
  assert.equal(array.get(99), 0n)
  array.grow(101)
  assert.equal(array.get(100), 0n)
  assert.equal(array.bytes().length, 101 * 16)
  array.grow(3)
  assert.equal(array.length, 101)
  assert.throws(() => array.grow(2 ** 27), { message: 'i128: length 134217728 is not 0 to 134217727' })
  assert.throws(() => new I128Array(-1), RangeError)
})

test('each overflow names its operation and leaves the element as it was', () => {
  const factors = Float64Array.of(Number.MAX_SAFE_INTEGER, -1, 1, 1e15)
  const cases: readonly (readonly [string, bigint, (array: I128Array) => void])[] = [
    ['add', MAX, (array) => array.add(0, 1)],
    ['sub', MIN, (array) => array.sub(0, 1)],
    ['negate', MIN, (array) => array.negate(0)],
    ['addProduct', MAX, (array) => array.addProduct(0, factors, 0, 0)],
    ['subProduct', MIN, (array) => array.subProduct(0, factors, 0, 0)],
    ['mulSmall', MAX, (array) => array.mulSmall(0, 2)],
    ['mulSmall', MIN, (array) => array.mulSmall(0, -1)],
    ['divRounded', MIN, (array) => array.divRounded(0, factors, 1, ROUND_DOWN)],
    ['mulDiv', MAX, (array) => array.mulDiv(0, factors, 0, 3, ROUND_DOWN)],
    ['scaleUp', MAX, (array) => array.scaleUp(0, 1)],
    ['scaleUp', 10n ** 20n, (array) => array.scaleUp(0, 22)],
  ]
  for (const [operation, value, run] of cases) {
    const array = arrayOf(value, 1n)
    assert.throws(() => run(array), {
      name: 'RangeError',
      message: `i128 ${operation}: the result exceeds 128 bits`,
    })
    assert.equal(array.get(0), value)
  }
  assert.throws(() => arrayOf(MAX + 1n), { message: 'i128 set: the result exceeds 128 bits' })
})

test('operands that are no exact integers are refused', () => {
  const array = arrayOf(1n)
  const factors = Float64Array.of(1, 0.5, Number.NaN, 2 ** 53)
  for (const index of [1, 2, 3]) {
    const operand = factors[index] as number
    const message = (operation: string) => ({
      name: 'RangeError',
      message: `i128 ${operation}: operand ${operand} is no safe integer`,
    })
    assert.throws(() => array.addProduct(0, factors, 0, index), message('addProduct'))
    assert.throws(() => array.subProduct(0, factors, index, 0), message('subProduct'))
    assert.throws(() => array.divRounded(0, factors, index, ROUND_DOWN), message('divRounded'))
    assert.throws(() => array.mulDiv(0, factors, index, 0, ROUND_DOWN), message('mulDiv'))
    assert.throws(() => array.mulDiv(0, factors, 0, index, ROUND_DOWN), message('mulDiv'))
    assert.throws(() => array.setFrom(0, factors, index), message('setFrom'))
    assert.throws(() => array.setNumber(0, operand), message('setNumber'))
  }
  assert.throws(() => array.addProduct(0, factors, 0, 4), RangeError)
  assert.throws(() => array.mulSmall(0, 2 ** 31), { message: 'i128 mulSmall: factor 2147483648 is no 32-bit integer' })
  assert.throws(() => array.scaleUp(0, 23), { message: 'i128 scaleUp: exponent 23 is not 0 to 22' })
  assert.throws(() => array.scaleDown(0, -1, ROUND_DOWN), { message: 'i128 scaleDown: exponent -1 is not 0 to 22' })
  assert.equal(array.get(0), 1n)
})

test('division by zero names its operation', () => {
  const array = arrayOf(1n)
  const zeros = new Float64Array(2)
  assert.throws(() => array.divRounded(0, zeros, 0, ROUND_DOWN), { message: 'i128 divRounded: division by zero' })
  assert.throws(() => array.mulDiv(0, zeros, 0, 1, ROUND_DOWN), { message: 'i128 mulDiv: division by zero' })
})

test('only a safe integer comes out of toNumber as one', () => {
  const safe = BigInt(Number.MAX_SAFE_INTEGER)
  for (const value of [0n, 1n, -1n, safe, -safe, 2n ** 32n, -(2n ** 32n)]) {
    assert.equal(arrayOf(value).toNumber(0), Number(value))
  }
  for (const value of [safe + 1n, -safe - 1n, safe + 2n, -safe - 2n, 2n ** 64n - 1n, -(2n ** 64n) + 1n, MAX, MIN]) {
    assert.equal(Number.isSafeInteger(arrayOf(value).toNumber(0)), false, String(value))
  }
})

test('a turnover of 10^12 USDT at 18 decimals stays exact, product by product', () => {
  // A thousand trades of 10^9 USDT and one unit each: price at 8 decimals, quantity at 10.
  const turnover = new I128Array(2)
  const trade = Float64Array.of(1e15, 1e12, 1, 1)
  for (let count = 0; count < 1000; count += 1) {
    turnover.addProduct(0, trade, 0, 1)
    turnover.addProduct(0, trade, 2, 3)
  }
  assert.equal(printAmount(turnover.get(0), 18), '1000000000000.000000000000001000')
  turnover.scaleDown(0, 10, ROUND_HALF_UP)
  assert.equal(printAmount(turnover.get(0), 8), '1000000000000.00000000')
})

test('a balance of 10^15 at 8 decimals stays exact through fees and parts', () => {
  const balance = arrayOf(parseAmount('1000000000000000.00000001', 8), 0n)
  const ratio = Float64Array.of(4, 10_000)
  balance.copy(1, 0)
  balance.mulDiv(1, ratio, 0, 1, ROUND_HALF_EVEN)
  assert.equal(printAmount(balance.get(1), 8), '400000000000.00000000')
  balance.sub(0, 1)
  assert.equal(printAmount(balance.get(0), 8), '999600000000000.00000001')
})

test('the part and the rest of a split are the whole', () => {
  const cost = arrayOf(-100n, 0n)
  const quantity = Float64Array.of(1, 3)
  cost.copy(1, 0)
  cost.mulDiv(1, quantity, 0, 1, ROUND_FLOOR)
  cost.sub(0, 1)
  assert.equal(cost.get(1), -34n)
  assert.equal(cost.get(0), -66n)
})
