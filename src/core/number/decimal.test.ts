import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  DecimalError,
  parseAmount,
  parseDecimal,
  printAmount,
  printDecimal,
  scaleOf,
  significantDecimals,
  tryParseAmount,
  tryParseDecimal,
} from './decimal.ts'

function failure(code: DecimalError['code'], message: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof DecimalError)
    assert.equal(error.name, 'DecimalError')
    assert.equal(error.code, code)
    assert.equal(error.message, message)
    return true
  }
}

test('decimal text becomes an integer count of its smallest unit', () => {
  assert.equal(parseDecimal('61659.70', 2), 6_165_970)
  assert.equal(parseDecimal('61659.7', 8), 6_165_970_000_000)
  assert.equal(parseDecimal('0.00000001', 8), 1)
  assert.equal(parseDecimal('-0.5', 1), -5)
  assert.equal(parseDecimal('0007', 0), 7)
  assert.equal(parseDecimal('90071992.54740991', 8), Number.MAX_SAFE_INTEGER)
  assert.equal(parseDecimal('-90071992.54740991', 8), -Number.MAX_SAFE_INTEGER)
})

test('exponent form as in funding files is read exactly', () => {
  assert.equal(parseDecimal('6.818e-05', 8), 6818)
  assert.equal(parseDecimal('-6.818E-05', 8), -6818)
  assert.equal(parseDecimal('1e3', 2), 100_000)
  assert.equal(parseDecimal('1.5e+2', 0), 150)
  assert.equal(parseDecimal('1200e-2', 0), 12)
})

test('minus zero is zero, in every spelling', () => {
  for (const text of ['0', '-0', '-0.000', '0e5', '-0e-99', '0e999999999999']) {
    assert.ok(Object.is(parseDecimal(text, 2), 0), text)
    assert.equal(parseAmount(text, 2), 0n, text)
  }
})

test('trailing zeros beyond the scale are no decimals', () => {
  assert.equal(parseDecimal('1.2500000000000000000000', 2), 125)
  assert.equal(parseDecimal('672.00000000', 0), 672)
})

test('text that is no decimal is refused, wherever the fault lies', () => {
  const wrong = ['', ' 1', '1 ', '+1', '.5', '5.', '-', '--1', '1,5', '1_000', '1.2.3', '1e', '1e+', 'e5', '1e5.0']
  for (const text of [...wrong, '0x10', 'NaN', 'Infinity', '１', '1n', '1e5 ', '-.1', '1-']) {
    assert.throws(() => parseDecimal(text, 8), { name: 'DecimalError', code: 'syntax' }, text)
    assert.throws(() => parseAmount(text, 8), { name: 'DecimalError', code: 'syntax' }, text)
    assert.throws(() => significantDecimals(text), { name: 'DecimalError', code: 'syntax' }, text)
  }
})

test('errors name the text, what is allowed and the remedy', () => {
  assert.throws(
    () => parseDecimal('12,5', 2),
    failure(
      'syntax',
      '"12,5" is not a decimal number: write digits with at most 2 decimals and "." before the fraction, such as 1234.5 or 6.8e-05',
    ),
  )
  assert.throws(
    () => parseDecimal('0.1250', 2),
    failure(
      'too-fine',
      '"0.1250" has 3 decimals where 2 are allowed: round it to 2 decimals, or choose a finer quantum',
    ),
  )
  assert.throws(
    () => parseDecimal('90071992.54740992', 8),
    failure(
      'overflow',
      '"90071992.54740992" at 8 decimals exceeds the largest exact count, 9007199254740991: use fewer decimals, or parse it as an amount',
    ),
  )
  assert.throws(
    () => parseAmount('1e39', 0),
    failure('overflow', '"1e39" at 0 decimals exceeds a 128-bit amount: use fewer decimals'),
  )
})

test('a long or broken text is cut and escaped in the message', () => {
  assert.throws(() => parseDecimal('\n'.repeat(100), 0), { message: new RegExp(`^"(\\\\n){48}…" is not`) })
})

test('absurd exponents fail without being computed', () => {
  assert.equal(tryParseDecimal('1e99999999999999999999', 0).ok, false)
  assert.deepEqual(tryParseAmount('1e-99999999999999999999', 38), {
    ok: false,
    code: 'too-fine',
    message:
      '"1e-99999999999999999999" has 1000000 decimals where 38 are allowed: round it to 38 decimals, or choose a finer quantum',
  })
})

test('the variants that do not throw return the same value or reason', () => {
  assert.deepEqual(tryParseDecimal('1.5', 1), { ok: true, value: 15 })
  assert.deepEqual(tryParseAmount('1.5', 1), { ok: true, value: 15n })
  const refused = tryParseDecimal('1.55', 1)
  assert.ok(!refused.ok)
  assert.equal(refused.code, 'too-fine')
  assert.throws(() => parseDecimal('1.55', 1), { code: refused.code, message: refused.message })
})

test('counts print without exponent and without a binary fraction', () => {
  assert.equal(printDecimal(1, 8), '0.00000001')
  assert.equal(printDecimal(-1, 8), '-0.00000001')
  assert.equal(printDecimal(6_165_970, 2), '61659.70')
  assert.equal(printDecimal(42, 0), '42')
  assert.equal(printDecimal(-0, 2), '0.00')
  assert.equal(printDecimal(Number.MAX_SAFE_INTEGER, 8), '90071992.54740991')
  assert.equal(printDecimal(3, 1), '0.3')
})

test('trimming leaves out trailing zeros of the fraction only', () => {
  assert.equal(printDecimal(6_165_970, 2, { trim: true }), '61659.7')
  assert.equal(printDecimal(100, 2, { trim: true }), '1')
  assert.equal(printDecimal(100, 0, { trim: true }), '100')
  assert.equal(printDecimal(0, 8, { trim: true }), '0')
  assert.equal(printAmount(-1_500n, 3, { trim: true }), '-1.5')
  assert.equal(printAmount(1_500n, 3, { trim: false }), '1.500')
})

test('a count that is no safe integer is not printed', () => {
  for (const count of [0.5, Number.NaN, Infinity, 2 * Number.MAX_SAFE_INTEGER]) {
    assert.throws(() => printDecimal(count, 2), RangeError)
  }
})

test('a scale is an integer of 0 to 38', () => {
  for (const decimals of [-1, 39, 1.5, Number.NaN]) {
    assert.throws(() => parseDecimal('1', decimals), RangeError)
    assert.throws(() => parseAmount('1', decimals), RangeError)
    assert.throws(() => printDecimal(1, decimals), RangeError)
    assert.throws(() => printAmount(1n, decimals), RangeError)
  }
})

test('significant decimals are those that are not trailing zeros', () => {
  assert.equal(significantDecimals('1.250'), 2)
  assert.equal(significantDecimals('0.00000001'), 8)
  assert.equal(significantDecimals('6.818e-05'), 8)
  assert.equal(significantDecimals('100'), 0)
  assert.equal(significantDecimals('1e3'), 0)
  assert.equal(significantDecimals('0.000'), 0)
  assert.equal(significantDecimals('-12.5e1'), 0)
})

test('powers of ten are exact doubles up to 10^22', () => {
  let exact = 1n
  for (let decimals = 0; decimals <= 22; decimals += 1) {
    assert.equal(BigInt(scaleOf(decimals)), exact)
    exact *= 10n
  }
  assert.throws(() => scaleOf(23), RangeError)
  assert.throws(() => scaleOf(-1), RangeError)
  assert.throws(() => scaleOf(0.5), RangeError)
})

test('a turnover of 10^12 USDT at 18 decimals stays exact', () => {
  const text = '1000000000000.000000000000000001'
  const turnover = parseAmount(text, 18)
  assert.equal(turnover, 10n ** 30n + 1n)
  assert.equal(printAmount(turnover, 18), text)
})

test('a balance of 10^15 at 8 decimals stays exact', () => {
  const text = '-1000000000000000.00000001'
  const balance = parseAmount(text, 8)
  assert.equal(balance, -(10n ** 23n + 1n))
  assert.equal(printAmount(balance, 8), text)
})

test('amounts reach to both ends of 128 bits and no further', () => {
  assert.equal(parseAmount('170141183460469231731687303715884105727', 0), 2n ** 127n - 1n)
  assert.equal(parseAmount('-170141183460469231731687303715884105728', 0), -(2n ** 127n))
  assert.throws(() => parseAmount('170141183460469231731687303715884105728', 0), { code: 'overflow' })
  assert.throws(() => parseAmount('-170141183460469231731687303715884105729', 0), { code: 'overflow' })
})
