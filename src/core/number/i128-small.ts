/**
 * The quick way of `I128Array` for amounts that are safe integers, as nearly all are: a few steps on doubles, each exact.
 *
 * In and out: as in `i128-words.ts`. Every function answers false, and has written nothing, where a step might not be exact:
 * the caller then takes the long way, which gives the same results.
 */
import { roundsAway } from './rounding.ts'
import type { Discarded, RoundingCode } from './rounding.ts'

const WORD = 4294967296
const PER_WORD = 1 / WORD
const WORD_MAX = 0xffffffff
/** Products below 2^52: one divisor more is still a safe integer. */
const EXACT = 4503599627370496

/** words[at] = words[at] * source[x] / source[y], rounded once. */
export function mulDivSmall(
  words: Uint32Array,
  at: number,
  source: Float64Array,
  x: number,
  y: number,
  rounding: RoundingCode,
): boolean {
  const extension = words[at + 3] as number
  if (extension !== (words[at + 2] as number) || (extension !== 0 && extension !== WORD_MAX)) return false
  const upper = words[at + 1] as number
  const value = (extension === 0 ? upper : upper - WORD) * WORD + (words[at] as number)
  const factor = source[x] as number
  const divisor = source[y] as number
  const size = Math.abs(value)
  const times = Math.abs(factor)
  const by = Math.abs(divisor)
  if (!(size < EXACT && times < EXACT && by < EXACT && by > 0)) return false
  // Not NaN and below 2^52: an integer exactly if it has no fraction.
  if (Math.floor(times) !== times || Math.floor(by) !== by) return false
  // size = whole * by + part, so that only the part has to be multiplied before the division.
  const whole = quotient(size, by)
  const part = size - whole * by
  const product = part * times
  const most = whole * times
  if (!(product < EXACT && most < EXACT)) return false
  const share = quotient(product, by)
  const rest = product - share * by
  let result = most + share
  const twice = rest * 2
  const discarded: Discarded = rest === 0 ? 0 : twice < by ? 1 : twice === by ? 2 : 3
  const negative = value < 0 !== (factor < 0 !== divisor < 0)
  // An even number less two halves of itself is 0; result is below 2^53.
  const odd = result - 2 * Math.floor(result / 2) === 1
  if (roundsAway(rounding, discarded, negative, odd)) result += 1
  const signed = negative ? 0 - result : result
  const high = signed < 0 ? WORD_MAX : 0
  words[at] = signed
  words[at + 1] = Math.floor(signed * PER_WORD)
  words[at + 2] = high
  words[at + 3] = high
  return true
}

/** `dividend / divisor` toward zero; both are integers from 0 to 2^52, the divisor is not 0. */
function quotient(dividend: number, divisor: number): number {
  const guess = Math.floor(dividend / divisor)
  // The division may have been rounded up to the next integer.
  return guess * divisor > dividend ? guess - 1 : guess
}
