/**
 * Multiplication and division of 128-bit integers by safe integers, the slower kernel of `I128Array`.
 *
 * An element is loaded as sign and magnitude into one scratch number of 24-bit digits, low digit first,
 * multiplied and divided there as often as needed, rounded once and stored. Owns: that scratch number,
 * so that nothing is allocated; the steps of one operation must not be interleaved with another's.
 * Fails: `RangeError` before the element is written.
 *
 * 24 bits are the widest digit for which sums of digit products with a 53-bit operand stay exact.
 */
import { operandError, overflowError } from './i128-words.ts'
import { roundsAway } from './rounding.ts'
import type { Discarded, RoundingCode } from './rounding.ts'

/** 128 bits of the element take 6 digits, each of at most two factors adds up to 3. */
const DIGITS = 12
const ELEMENT_DIGITS = 6
const FACTOR_DIGITS = 3
const BASE = 16777216
const PER_BASE = 1 / BASE
const DIGIT_MASK = 0xffffff

/** 2^26 splits a divisor of 53 bits in two, so that the product of either part with a digit is exact. */
const SPLIT = 67108864
const PER_SPLIT = 1 / SPLIT

/**
 * 2^-20, added to a quotient estimate in doubles. The estimate is below 2^24 and wrong by less than
 * 2^-26; with this it is never too small, and too large by at most one.
 */
const ESTIMATE_BIAS = 1 / 1048576

/** The scratch number, and how many of its digits are in use; those beyond are zero. */
const digits: Float64Array<ArrayBuffer> = new Float64Array(DIGITS)
let used = 0

/** Loads the magnitude of an element and returns whether the element is negative. */
export function loadMagnitude(words: Uint32Array, at: number): boolean {
  const negative = ((words[at + 3] as number) | 0) < 0
  const flip = negative ? -1 : 0
  const sum0 = (((words[at] as number) ^ flip) >>> 0) - flip
  const sum1 = (((words[at + 1] as number) ^ flip) >>> 0) + (sum0 > 0xffffffff ? 1 : 0)
  const sum2 = (((words[at + 2] as number) ^ flip) >>> 0) + (sum1 > 0xffffffff ? 1 : 0)
  const word0 = sum0 >>> 0
  const word1 = sum1 >>> 0
  const word2 = sum2 >>> 0
  const word3 = (((words[at + 3] as number) ^ flip) >>> 0) + (sum2 > 0xffffffff ? 1 : 0)
  digits[0] = word0 & DIGIT_MASK
  digits[1] = (word0 >>> 24) | ((word1 & 0xffff) << 8)
  digits[2] = (word1 >>> 16) | ((word2 & 0xff) << 16)
  digits[3] = word2 >>> 8
  digits[4] = word3 & DIGIT_MASK
  digits[5] = word3 >>> 24
  for (let position = ELEMENT_DIGITS; position < used; position += 1) digits[position] = 0
  trim(ELEMENT_DIGITS)
  return negative
}

/** Multiplies the scratch number by |source[index]|; at most twice between load and store. */
export function multiplyMagnitude(source: Float64Array, index: number, operation: string): void {
  const factor = source[index] as number
  if (!Number.isSafeInteger(factor)) throw operandError(operation, factor)
  const magnitude = Math.abs(factor)
  const upper = Math.floor(magnitude * PER_BASE)
  const factor2 = Math.floor(upper * PER_BASE)
  const factor1 = upper - factor2 * BASE
  const factor0 = magnitude - upper * BASE
  const end = used + FACTOR_DIGITS
  let carry = 0
  let digit1 = 0
  let digit2 = 0
  for (let position = 0; position < end; position += 1) {
    const digit0 = digits[position] as number
    const sum = digit0 * factor0 + digit1 * factor1 + digit2 * factor2 + carry
    carry = Math.floor(sum * PER_BASE)
    digits[position] = sum - carry * BASE
    digit2 = digit1
    digit1 = digit0
  }
  trim(end)
}

/**
 * Divides the scratch number by |source[index]| toward zero and returns what was discarded.
 *
 * Long division, digit by digit. The quotient digit is estimated with the reciprocal; the remainder is
 * then computed exactly from the two parts of the divisor, for every divisor up to 2^53-1.
 */
export function divideMagnitude(source: Float64Array, index: number, operation: string): Discarded {
  const divisor = Math.abs(source[index] as number)
  if (!Number.isSafeInteger(divisor)) throw operandError(operation, source[index] as number)
  if (divisor === 0) throw new RangeError(`i128 ${operation}: division by zero`)
  const reciprocal = 1 / divisor
  const divisorHigh = Math.floor(divisor * PER_SPLIT)
  const divisorLow = divisor - divisorHigh * SPLIT
  let remainder = 0
  for (let position = used - 1; position >= 0; position -= 1) {
    const digit = digits[position] as number
    let quotient = Math.floor((remainder * BASE + digit) * reciprocal + ESTIMATE_BIAS)
    const high = Math.floor(remainder * PER_SPLIT)
    const low = remainder - high * SPLIT
    remainder = (high * BASE - quotient * divisorHigh) * SPLIT + (low * BASE + digit - quotient * divisorLow)
    if (remainder < 0) {
      quotient -= 1
      remainder += divisor
    }
    digits[position] = quotient
  }
  trim(used)
  if (remainder === 0) return 0
  const twice = remainder * 2
  return twice < divisor ? 1 : twice === divisor ? 2 : 3
}

/** Rounds the truncated scratch number, given what the division discarded. */
export function roundMagnitude(code: RoundingCode, discarded: Discarded, negative: boolean): void {
  const odd = ((digits[0] as number) & 1) === 1
  if (!roundsAway(code, discarded, negative, odd)) return
  let position = 0
  while (digits[position] === DIGIT_MASK) {
    digits[position] = 0
    position += 1
  }
  digits[position] = (digits[position] as number) + 1
  if (position >= used) used = position + 1
}

/** Stores the scratch number with its sign; throws if it is outside -2^127 .. 2^127-1. */
export function storeMagnitude(words: Uint32Array, at: number, negative: boolean, operation: string): void {
  if (exceedsElement(negative)) throw overflowError(operation)
  const digit1 = digits[1] as number
  const digit2 = digits[2] as number
  const word0 = (digits[0] as number) | (digit1 << 24)
  const word1 = (digit1 >>> 8) | (digit2 << 16)
  const word2 = (digit2 >>> 16) | ((digits[3] as number) << 8)
  const word3 = (digits[4] as number) | ((digits[5] as number) << 24)
  const flip = negative ? -1 : 0
  const sum0 = ((word0 ^ flip) >>> 0) - flip
  const sum1 = ((word1 ^ flip) >>> 0) + (sum0 > 0xffffffff ? 1 : 0)
  const sum2 = ((word2 ^ flip) >>> 0) + (sum1 > 0xffffffff ? 1 : 0)
  words[at] = sum0
  words[at + 1] = sum1
  words[at + 2] = sum2
  words[at + 3] = ((word3 ^ flip) >>> 0) + (sum2 > 0xffffffff ? 1 : 0)
}

/** Joins what two successive divisions discarded; the second divisor was even, as powers of ten are. */
export function joinDiscarded(first: Discarded, second: Discarded): Discarded {
  if (first === 0) return second
  if (second === 0) return 1
  return second === 2 ? 3 : second
}

/** Sets `used` to the digits without leading zeros, given that all from `end` on are zero. */
function trim(end: number): void {
  used = end
  while (used > 0 && digits[used - 1] === 0) used -= 1
}

function exceedsElement(negative: boolean): boolean {
  if (used > ELEMENT_DIGITS) return true
  const top = digits[ELEMENT_DIGITS - 1] as number
  if (top < 0x80) return false
  if (!negative || top > 0x80) return true
  // -2^127 itself is an element: its magnitude has the top bit and nothing else.
  for (let position = 0; position < ELEMENT_DIGITS - 1; position += 1) {
    if (digits[position] !== 0) return true
  }
  return false
}
