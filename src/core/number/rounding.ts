/**
 * Rounding named by its direction, for BigInt amounts and for safe-integer doubles.
 *
 * In: exact integers. Out: exact integers, with the direction chosen by the caller and never implied.
 * Owns: the six directions and the table of rounding rules that venues apply. Refuses: zero divisors,
 * steps and values that are no safe integers. Fails: with `RangeError` that names operation and value.
 */

/**
 * `down` toward zero, `up` away from zero, `floor` toward minus infinity, `ceil` toward plus infinity;
 * `half-even` and `half-up` to the nearest, a tie to the even neighbour or away from zero.
 */
export type Rounding = 'down' | 'up' | 'floor' | 'ceil' | 'half-even' | 'half-up'

/** A `Rounding` as a small integer, for code that must not handle strings per row. */
export type RoundingCode = 0 | 1 | 2 | 3 | 4 | 5

export const ROUND_DOWN = 0
export const ROUND_UP = 1
export const ROUND_FLOOR = 2
export const ROUND_CEIL = 3
export const ROUND_HALF_EVEN = 4
export const ROUND_HALF_UP = 5

const CODES: Readonly<Record<Rounding, RoundingCode>> = {
  down: ROUND_DOWN,
  up: ROUND_UP,
  floor: ROUND_FLOOR,
  ceil: ROUND_CEIL,
  'half-even': ROUND_HALF_EVEN,
  'half-up': ROUND_HALF_UP,
}

/** The discarded part of a division: 0 nothing, 1 less than half the divisor, 2 half, 3 more. */
export type Discarded = 0 | 1 | 2 | 3

/** Decimals that a venue keeps of an amount, and the direction in which it drops the rest. */
export interface VenueRoundingRule {
  /** The amount is a multiple of 10^-decimals of its asset. */
  readonly decimals: number
  readonly rounding: Rounding
}

/** Names of the rules in `VenueRounding`. */
export type VenueRoundingName = 'binanceCommission' | 'binanceFunding'

/**
 * Every rounding that a venue applies to our money, by name.
 *
 * Binance states commissions and funding with 8 decimals on every market but does not publish how it
 * gets there. `half-up` is our rule: its error is at most half of 10^-8 and has no direction, so a long
 * run neither flatters nor punishes a strategy, and a rebate (a negative commission) is rounded like
 * the charge of the same size. Should a comparison with real fills show another direction, this table
 * is the only place to change.
 */
export const VenueRounding: Readonly<Record<VenueRoundingName, VenueRoundingRule>> = {
  binanceCommission: { decimals: 8, rounding: 'half-up' },
  binanceFunding: { decimals: 8, rounding: 'half-up' },
}

/** Returns the code of a rounding, for use with `I128Array`. */
export function roundingCode(rounding: Rounding): RoundingCode {
  return CODES[rounding]
}

/**
 * Tells whether a quotient truncated toward zero must grow by one in magnitude.
 * `negative` is the sign of the exact quotient, `odd` the parity of the truncated one.
 */
export function roundsAway(code: RoundingCode, discarded: Discarded, negative: boolean, odd: boolean): boolean {
  if (discarded === 0) return false
  switch (code) {
    case ROUND_DOWN:
      return false
    case ROUND_UP:
      return true
    case ROUND_FLOOR:
      return negative
    case ROUND_CEIL:
      return !negative
    case ROUND_HALF_EVEN:
      return discarded === 3 || (discarded === 2 && odd)
    case ROUND_HALF_UP:
      return discarded >= 2
    default:
      throw new RangeError(`rounding code ${String(code)} is none of 0 to 5`)
  }
}

/** Returns numerator / denominator rounded to an integer. Throws `RangeError` on a zero denominator. */
export function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  if (denominator === 0n) throw new RangeError('divideRounded: division by zero')
  const quotient = numerator / denominator
  const remainder = numerator % denominator
  if (remainder === 0n) return quotient
  const negative = numerator < 0n !== denominator < 0n
  const twice = magnitude(remainder) * 2n
  const divisor = magnitude(denominator)
  const discarded = twice < divisor ? 1 : twice === divisor ? 2 : 3
  const odd = BigInt.asUintN(1, quotient) === 1n
  if (!roundsAway(roundingCode(rounding), discarded, negative, odd)) return quotient
  return negative ? quotient - 1n : quotient + 1n
}

/**
 * Returns the largest multiple of `step` that is not above `value`: -7 by 5 gives -10.
 * Both are counts of one unit. Throws `RangeError` unless both and the result are safe integers and
 * `step` is positive.
 */
export function floorToStep(value: number, step: number): number {
  return toStep(value, step, ROUND_FLOOR)
}

/** Returns the smallest multiple of `step` that is not below `value`: -7 by 5 gives -5. */
export function ceilToStep(value: number, step: number): number {
  return toStep(value, step, ROUND_CEIL)
}

/** Returns a multiple of `step` next to `value`, chosen by `rounding`; errors as `floorToStep`. */
export function roundToStep(value: number, step: number, rounding: Rounding): number {
  return toStep(value, step, roundingCode(rounding))
}

function toStep(value: number, step: number, code: RoundingCode): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`value ${value} is no safe integer`)
  if (!Number.isSafeInteger(step) || step <= 0) {
    throw new RangeError(`step ${step} is no positive safe integer`)
  }
  // `%` on doubles is exact, so is doubling; the remainder has the sign of the value.
  const remainder = value % step
  const truncated = value - remainder
  const twice = Math.abs(remainder) * 2
  const discarded = remainder === 0 ? 0 : twice < step ? 1 : twice === step ? 2 : 3
  const odd = (truncated / step) % 2 !== 0
  if (!roundsAway(code, discarded, value < 0, odd)) return truncated
  const away = value < 0 ? truncated - step : truncated + step
  if (!Number.isSafeInteger(away)) {
    throw new RangeError(`${value} rounded to a multiple of ${step} is no safe integer`)
  }
  return away
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}
