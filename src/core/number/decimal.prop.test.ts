import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  parseAmount,
  parseDecimal,
  printAmount,
  printDecimal,
  significantDecimals,
  tryParseDecimal,
} from './decimal.ts'

const decimals = fc.integer({ min: 0, max: 38 })
const count = fc.maxSafeInteger()
const amount = fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n })
const digits = fc.stringMatching(/^[0-9]{1,20}$/)

/** Decimal text of every accepted form, as its parts. */
const parts = fc.record({
  negative: fc.boolean(),
  whole: digits,
  fraction: fc.option(digits, { nil: '' }),
  exponent: fc.option(fc.integer({ min: -30, max: 30 }), { nil: undefined }),
})

test('a printed count parses to itself, with and without trailing zeros', () => {
  fc.assert(
    fc.property(count, decimals, fc.boolean(), (value, scale, trim) => {
      assert.ok(Object.is(parseDecimal(printDecimal(value, scale, { trim }), scale), value === 0 ? 0 : value))
    }),
  )
})

test('a printed amount parses to itself, with and without trailing zeros', () => {
  fc.assert(
    fc.property(amount, decimals, fc.boolean(), (value, scale, trim) => {
      assert.equal(parseAmount(printAmount(value, scale, { trim }), scale), value)
    }),
  )
})

test('counts and amounts print alike', () => {
  fc.assert(
    fc.property(count, decimals, fc.boolean(), (value, scale, trim) => {
      assert.equal(printDecimal(value, scale, { trim }), printAmount(BigInt(value), scale, { trim }))
    }),
  )
})

test('text of any accepted form gives the value of its digits, or the one reason why it cannot', () => {
  fc.assert(
    fc.property(parts, decimals, ({ negative, whole, fraction, exponent }, scale) => {
      const text = `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}${exponent === undefined ? '' : `e${exponent}`}`
      // The oracle: all digits as one integer, times or divided by an exact power of ten.
      const coefficient = BigInt(whole + fraction) * (negative ? -1n : 1n)
      const shift = scale + (exponent ?? 0) - fraction.length
      const divisor = 10n ** BigInt(Math.max(-shift, 0))
      const exact = coefficient * 10n ** BigInt(Math.max(shift, 0))
      const result = tryParseDecimal(text, scale)
      if (exact % divisor !== 0n) {
        assert.equal(result.ok ? 'value' : result.code, 'too-fine')
      } else if (Number.isSafeInteger(Number(exact / divisor))) {
        assert.deepEqual(result, { ok: true, value: Number(exact / divisor) })
        assert.equal(parseAmount(text, scale), exact / divisor)
      } else {
        assert.equal(result.ok ? 'value' : result.code, 'overflow')
      }
    }),
  )
})

test('the significant decimals are the fewest that hold a number', () => {
  fc.assert(
    fc.property(count, decimals, (value, scale) => {
      const text = printDecimal(value, scale)
      const fewest = significantDecimals(text)
      assert.ok(tryParseDecimal(text, fewest).ok)
      if (fewest > 0) assert.equal(tryParseDecimal(text, fewest - 1).ok, false)
    }),
  )
})

test('no text makes the parser do anything but parse or refuse', () => {
  const soup = fc.string({
    unit: fc.constantFrom('0', '0', '1', '9', '.', '-', '+', 'e', 'E', ' ', ',', 'x'),
    maxLength: 12,
  })
  fc.assert(
    fc.property(soup, (text) => {
      const plain = /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(text)
      const result = tryParseDecimal(text, 8)
      assert.equal(!result.ok && result.code === 'syntax', !plain)
    }),
    { numRuns: 2_000 },
  )
})
