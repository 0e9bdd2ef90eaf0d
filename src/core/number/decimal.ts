/**
 * Exact decimal text to scaled integers and back.
 *
 * In: the decimal strings of venues, recordings, configuration and people. Out: an integer count of
 * 10^-decimals, as a safe-integer double (prices, quantities) or as a BigInt of at most 128 bits
 * (amounts). Owns: the one grammar of numbers in text, `-?digits[.digits][e[+-]digits]`.
 * Refuses: everything else, digits finer than asked for, counts that would not be exact.
 * Fails: with a `DecimalError` that names the text, the allowed decimals and the remedy. No value
 * passes through a binary fraction on the way.
 */

/** Why a text could not become an exact count. */
export type DecimalErrorCode = 'syntax' | 'too-fine' | 'overflow'

/** Thrown when a text is not a decimal that the wanted scale holds exactly. */
export class DecimalError extends Error {
  override readonly name: string = 'DecimalError'
  readonly code: DecimalErrorCode

  constructor(code: DecimalErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** What `tryParseDecimal` and `tryParseAmount` return: the exact count, or why there is none. */
export type DecimalResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: DecimalErrorCode; readonly message: string }

/** How `printDecimal` and `printAmount` write. */
export interface PrintOptions {
  /** Leave out trailing zeros of the fraction, and the point when nothing follows it. */
  readonly trim?: boolean
}

/** 10^38 is the largest power of ten below 2^127: finer scales leave no room for a whole unit. */
export const MAX_DECIMALS = 38

/** Digits of 2^53-1 and of 2^127: longer counts overflow without being computed. */
const SAFE_INTEGER_DIGITS = 16
const AMOUNT_DIGITS = 39

/** Beyond this an exponent only says "overflow" or "too fine"; the exact figure does not matter. */
const EXPONENT_CAP = 1_000_000

/** Longer texts are cut in messages, so that a broken file cannot flood a log. */
const QUOTED_LENGTH = 48

/** 10^0 to 10^22 as doubles: all of them are exact, 10^23 would not be. */
const SCALES: readonly number[] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]

/** A decimal in lowest terms: `digits` × 10^exponent without outer zeros; zero has no digits. */
interface Decomposed {
  readonly negative: boolean
  readonly digits: string
  readonly exponent: number
}

/** A decimal brought to the wanted scale: `digits` followed by `zeros` zeros. */
interface Scaled {
  readonly ok: true
  readonly negative: boolean
  readonly digits: string
  readonly zeros: number
}

type Failure = Extract<DecimalResult<never>, { ok: false }>

/** Longer texts are rarely exact counts: not worth a look. */
const PLAIN_LENGTH = 16

const ZERO = 0x30
const NINE = 0x39
const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e
const UPPER_E = 0x45
const LOWER_E = 0x65

/**
 * Returns `text` as an integer count of 10^-decimals; `-0` becomes 0.
 * Throws `DecimalError`: `syntax`, `too-fine` (significant decimals beyond `decimals`; trailing zeros
 * are no decimals) or `overflow` (a count beyond 2^53-1). `decimals` is 0 to 38.
 */
export function parseDecimal(text: string, decimals: number): number {
  const result = tryParseDecimal(text, decimals)
  if (!result.ok) throw new DecimalError(result.code, result.message)
  return result.value
}

/** `parseDecimal` for text that may well be wrong: the failure is a value. */
export function tryParseDecimal(text: string, decimals: number): DecimalResult<number> {
  checkDecimals(decimals)
  const plain = parsePlain(text, decimals)
  if (!Number.isNaN(plain)) return { ok: true, value: plain }
  const scaled = scaleDigits(text, decimals)
  if (!scaled.ok) return scaled
  if (scaled.digits === '') return { ok: true, value: 0 }
  // Up to 16 digits convert either exactly or to 2^53 and more: rounding never turns a count that is
  // too large into a safe one.
  const magnitude =
    scaled.digits.length + scaled.zeros > SAFE_INTEGER_DIGITS ? Infinity : Number(scaled.digits) * scaleOf(scaled.zeros)
  if (magnitude > Number.MAX_SAFE_INTEGER) {
    const limit = `the largest exact count, ${Number.MAX_SAFE_INTEGER}`
    return overflow(text, decimals, limit, 'use fewer decimals, or parse it as an amount')
  }
  return { ok: true, value: scaled.negative ? -magnitude : magnitude }
}

/**
 * Returns `text` as a count of 10^-decimals that fits a 128-bit signed integer.
 * Throws `DecimalError` as `parseDecimal` does, `overflow` beyond -2^127 .. 2^127-1.
 */
export function parseAmount(text: string, decimals: number): bigint {
  const result = tryParseAmount(text, decimals)
  if (!result.ok) throw new DecimalError(result.code, result.message)
  return result.value
}

/** `parseAmount` for text that may well be wrong: the failure is a value. */
export function tryParseAmount(text: string, decimals: number): DecimalResult<bigint> {
  checkDecimals(decimals)
  const scaled = scaleDigits(text, decimals)
  if (!scaled.ok) return scaled
  if (scaled.digits === '') return { ok: true, value: 0n }
  if (scaled.digits.length + scaled.zeros <= AMOUNT_DIGITS) {
    const magnitude = BigInt(scaled.digits + '0'.repeat(scaled.zeros))
    const value = scaled.negative ? -magnitude : magnitude
    if (BigInt.asIntN(128, value) === value) return { ok: true, value }
  }
  return overflow(text, decimals, 'a 128-bit amount', 'use fewer decimals')
}

/**
 * Writes a count of 10^-decimals as plain decimal text with exactly `decimals` decimals, never with
 * an exponent: `printDecimal(1, 8)` is `0.00000001`. Throws `RangeError` if `count` is no safe integer.
 */
export function printDecimal(count: number, decimals: number, options?: PrintOptions): string {
  if (!Number.isSafeInteger(count)) {
    throw new RangeError(`printDecimal: ${count} is no safe integer; print it as an amount`)
  }
  return printDigits(count < 0, String(Math.abs(count)), decimals, options?.trim === true)
}

/** Writes an amount of any size as plain decimal text with `decimals` decimals. */
export function printAmount(value: bigint, decimals: number, options?: PrintOptions): string {
  const negative = value < 0n
  const digits = String(negative ? -value : value)
  return printDigits(negative, digits, decimals, options?.trim === true)
}

/**
 * Returns how many decimals `text` needs, trailing zeros not counted: 2 for `1.250`, 8 for
 * `6.818e-05`, 0 for `1e3`. Throws `DecimalError` with code `syntax`.
 */
export function significantDecimals(text: string): number {
  const parts = decompose(text)
  if (parts === undefined) throw new DecimalError('syntax', syntaxMessage(text))
  return parts.exponent < 0 ? -parts.exponent : 0
}

/** Returns 10^decimals, an exact double, for 0 to 22 decimals; throws `RangeError` beyond. */
export function scaleOf(decimals: number): number {
  const scale = SCALES[decimals]
  if (scale === undefined) {
    throw new RangeError(`scaleOf: ${decimals} decimals; 0 to 22 have an exact power of ten`)
  }
  return scale
}

/**
 * Reads the usual case in one pass: a short text without exponent, no digit beyond the scale, an exact
 * count. Returns NaN for everything else, right or wrong, which then goes the long way.
 */
function parsePlain(text: string, decimals: number): number {
  const start = text.charCodeAt(0) === MINUS ? 1 : 0
  const length = text.length
  if (length === start || length - start > PLAIN_LENGTH) return Number.NaN
  let count = 0
  let point = length
  for (let position = start; position < length; position += 1) {
    const code = text.charCodeAt(position)
    if (code >= ZERO && code <= NINE) count = count * 10 + (code - ZERO)
    else if (code === POINT && point === length && position > start) point = position
    else return Number.NaN
  }
  if (point === length - 1) return Number.NaN
  const fraction = point === length ? 0 : length - point - 1
  // Too fine a fraction has no scale here, nor has one of more than 22 zeros: both give NaN.
  const scaled = count * (SCALES[decimals - fraction] ?? Number.NaN)
  if (scaled > Number.MAX_SAFE_INTEGER) return Number.NaN
  return start === 1 ? 0 - scaled : scaled
}

/** Splits a decimal into sign, significant digits and exponent; undefined if it is not one. */
function decompose(text: string): Decomposed | undefined {
  const start = text.charCodeAt(0) === MINUS ? 1 : 0
  const wholeEnd = skipDigits(text, start)
  if (wholeEnd === start) return undefined

  let fractionEnd = wholeEnd
  if (text.charCodeAt(wholeEnd) === POINT) {
    fractionEnd = skipDigits(text, wholeEnd + 1)
    if (fractionEnd === wholeEnd + 1) return undefined
  }

  const exponent = fractionEnd === text.length ? 0 : readExponent(text, fractionEnd)
  if (exponent === undefined) return undefined

  const fractionLength = fractionEnd === wholeEnd ? 0 : fractionEnd - wholeEnd - 1
  const all = text.slice(start, wholeEnd) + text.slice(fractionEnd - fractionLength, fractionEnd)
  let first = 0
  while (all.charCodeAt(first) === ZERO) first += 1
  let last = all.length
  while (last > first && all.charCodeAt(last - 1) === ZERO) last -= 1

  const digits = all.slice(first, last)
  if (digits === '') return { negative: false, digits, exponent: 0 }
  return {
    negative: start === 1,
    digits,
    exponent: exponent - fractionLength + (all.length - last),
  }
}

/** Returns the first position at or after `from` that holds no digit. */
function skipDigits(text: string, from: number): number {
  let position = from
  while (position < text.length) {
    const code = text.charCodeAt(position)
    if (code < ZERO || code > NINE) break
    position += 1
  }
  return position
}

/** Reads `e-05` from `at` to the end of the text, capped; undefined if something else is there. */
function readExponent(text: string, at: number): number | undefined {
  const letter = text.charCodeAt(at)
  if (letter !== LOWER_E && letter !== UPPER_E) return undefined
  const sign = text.charCodeAt(at + 1)
  const start = sign === MINUS || sign === PLUS ? at + 2 : at + 1
  if (start === text.length || skipDigits(text, start) !== text.length) return undefined
  const magnitude = Math.min(Number(text.slice(start)), EXPONENT_CAP)
  return sign === MINUS ? -magnitude : magnitude
}

function scaleDigits(text: string, decimals: number): Scaled | Failure {
  const parts = decompose(text)
  if (parts === undefined) return { ok: false, code: 'syntax', message: syntaxMessage(text, decimals) }
  const { negative, digits, exponent } = parts
  if (exponent + decimals < 0) {
    return { ok: false, code: 'too-fine', message: tooFineMessage(text, -exponent, decimals) }
  }
  return { ok: true, negative, digits, zeros: digits === '' ? 0 : exponent + decimals }
}

function printDigits(negative: boolean, digits: string, decimals: number, trim: boolean): string {
  checkDecimals(decimals)
  const padded = digits.length > decimals ? digits : digits.padStart(decimals + 1, '0')
  const point = padded.length - decimals
  let end = padded.length
  while (trim && end > point && padded.charCodeAt(end - 1) === ZERO) end -= 1
  const whole = (negative ? '-' : '') + padded.slice(0, point)
  return end === point ? whole : `${whole}.${padded.slice(point, end)}`
}

function checkDecimals(decimals: number): void {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > MAX_DECIMALS) {
    throw new RangeError(`${decimals} decimals: a scale has 0 to ${MAX_DECIMALS} decimals`)
  }
}

function syntaxMessage(text: string, decimals?: number): string {
  const allowed = decimals === undefined ? '' : ` with at most ${decimals} decimals`
  return `${quoted(text)} is not a decimal number: write digits${allowed} and "." before the fraction, such as 1234.5 or 6.8e-05`
}

function tooFineMessage(text: string, found: number, allowed: number): string {
  return `${quoted(text)} has ${found} decimals where ${allowed} are allowed: round it to ${allowed} decimals, or choose a finer quantum`
}

function overflow(text: string, decimals: number, limit: string, remedy: string): Failure {
  const message = `${quoted(text)} at ${decimals} decimals exceeds ${limit}: ${remedy}`
  return { ok: false, code: 'overflow', message }
}

function quoted(text: string): string {
  const cut = text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text
  return JSON.stringify(cut)
}
