/**
 * Numbers from bytes into slots: exact, without strings and without a double in the loop.
 *
 * Digits are gathered in 32-bit integers of at most nine digits each: `v * 10 + digit` on doubles is three to four times
 * slower on current V8. What needs more than two such halves is left to the slow path.
 */
import { MISS, type Scanner } from './scanner.ts'
import { LAST_MILLISECOND, MICROSECONDS_FROM } from './stamps.ts'

const ZERO = 0x30
/** Characters less ZERO, as the loops see them. */
const POINT = 0x2e - ZERO
const QUOTE = 0x22 - ZERO
const MINUS = 0x2d

/** A 32-bit integer holds nine decimal digits, whichever they are. */
const HALF_DIGITS = 9
const HALF = 1_000_000_000
/** Digits of 2^53 - 1: two words, and a second half that still fits into 32 bits. */
const INTEGER_DIGITS = 16
const POWERS: Float64Array = Float64Array.from({ length: HALF_DIGITS + 1 }, (_, exponent) => Number(`1e${exponent}`))
/** Four characters `0`, four sixes, the high half of each byte. */
const ZEROS = 0x30303030
const SIXES = 0x06060606
const HIGH_HALVES: number = 0xf0f0f0f0 | 0
/** Lanes of two digits in a word, and the factor that adds a hundred times the lower lane to the upper. */
const PAIRS = 0x00ff00ff
const HUNDRED_AND_ONE = 0x00640001

/**
 * Reads `digits[.digits]"` as a count of 10^-decimals into `slot`. Decimals beyond must be zeros; starts behind the
 * opening quote and ends behind the closing one.
 */
export function scanDecimal(s: Scanner, start: number, decimals: number, slot: number): number {
  const bytes = s.bytes
  let p = start
  let value = 0
  let c = (bytes[p] as number) - ZERO
  while (c >= 0 && c <= 9) {
    value = (Math.imul(value, 10) + c) | 0
    c = (bytes[++p] as number) - ZERO
  }
  if (p - start + decimals > HALF_DIGITS) return scanWideDecimal(s, start, decimals, slot)
  if (p === start) return MISS
  let missing = decimals
  if (c === POINT) {
    c = (bytes[++p] as number) - ZERO
    if (c < 0 || c > 9) return MISS
    while (missing > 0 && c >= 0 && c <= 9) {
      value = (Math.imul(value, 10) + c) | 0
      missing--
      c = (bytes[++p] as number) - ZERO
    }
    while (c === 0) c = (bytes[++p] as number) - ZERO
  }
  if (c !== QUOTE) return MISS
  s.f64[slot] = missing === 0 ? value : value * (POWERS[missing] as number)
  return p + 1
}

/** The same for more than nine digits in all: those before the point and those behind it are a half each. */
function scanWideDecimal(s: Scanner, start: number, decimals: number, slot: number): number {
  const bytes = s.bytes
  let p = start
  let whole = 0
  let c = (bytes[p] as number) - ZERO
  while (c >= 0 && c <= 9) {
    whole = (Math.imul(whole, 10) + c) | 0
    c = (bytes[++p] as number) - ZERO
  }
  if (p === start) return MISS
  if (p - start > HALF_DIGITS || decimals > HALF_DIGITS) return scanLongDecimal(s, start, decimals, slot)
  let fraction = 0
  let missing = decimals
  if (c === POINT) {
    c = (bytes[++p] as number) - ZERO
    if (c < 0 || c > 9) return MISS
    while (missing > 0 && c >= 0 && c <= 9) {
      fraction = (Math.imul(fraction, 10) + c) | 0
      missing--
      c = (bytes[++p] as number) - ZERO
    }
    while (c === 0) c = (bytes[++p] as number) - ZERO
  }
  if (c !== QUOTE) return MISS
  // Beyond 2^53 the sum may be rounded, but never to something below.
  const value = whole * (POWERS[decimals] as number) + fraction * (POWERS[missing] as number)
  if (value > Number.MAX_SAFE_INTEGER) return MISS
  s.f64[slot] = value
  return p + 1
}

/** The same for more than nine digits before or behind the point, up to eighteen in all. */
function scanLongDecimal(s: Scanner, start: number, decimals: number, slot: number): number {
  const end = scanHalves(s, start, decimals)
  if (end < 0) return MISS
  const value = high * HALF + low
  if (value > Number.MAX_SAFE_INTEGER) return MISS
  s.f64[slot] = value
  return end
}

/** Reads an amount as `scanDecimal` does, as a 128-bit count into `slot` and the slot behind it. */
export function scanAmount(s: Scanner, start: number, decimals: number, slot: number): number {
  const end = scanHalves(s, start, decimals)
  if (end < 0) return MISS
  // high * 10^9 + low has up to 60 bits: no product below reaches 2^53.
  const upper = (high >>> 15) * HALF
  const lower = (upper % 131_072) * 32_768 + (high & 0x7fff) * HALF + low
  s.i32[slot * 2] = lower
  s.i32[slot * 2 + 1] = Math.floor(upper / 131_072) + Math.floor(lower / 4_294_967_296)
  s.f64[slot + 1] = 0
  return end
}

/** The halves that `scanHalves` read last. */
let high = 0
let low = 0

function scanHalves(s: Scanner, start: number, decimals: number): number {
  const bytes = s.bytes
  let p = start
  while (isDigit(bytes[p] as number)) p++
  const whole = p - start
  const total = whole + decimals
  if (whole === 0 || total > 2 * HALF_DIGITS) return MISS
  high = 0
  low = 0
  let taken = 0
  for (p = start; taken < whole; p++, taken++) take((bytes[p] as number) - ZERO, total - taken)
  if (bytes[p] === POINT + ZERO) {
    p++
    if (!isDigit(bytes[p] as number)) return MISS
    for (; taken < total && isDigit(bytes[p] as number); p++, taken++) take((bytes[p] as number) - ZERO, total - taken)
    while (bytes[p] === ZERO) p++
  }
  for (; taken < total; taken++) take(0, total - taken)
  return bytes[p] === QUOTE + ZERO ? p + 1 : MISS
}

/** Adds the digit that has `left - 1` digits behind it. */
function take(digit: number, left: number): void {
  if (left > HALF_DIGITS) high = (Math.imul(high, 10) + digit) | 0
  else low = (Math.imul(low, 10) + digit) | 0
}

/** Reads a ratio, which may be negative, as `scanDecimal` does. An empty one ("") is 0: the venue has none to state. */
export function scanRate(s: Scanner, start: number, decimals: number, slot: number): number {
  if (s.bytes[start] === QUOTE + ZERO) {
    s.f64[slot] = 0
    return start + 1
  }
  if (s.bytes[start] !== MINUS) return scanDecimal(s, start, decimals, slot)
  const end = scanDecimal(s, start + 1, decimals, slot)
  // 0 - 0 is 0 where -0 would be another bit pattern.
  if (end >= 0) s.f64[slot] = 0 - (s.f64[slot] as number)
  return end
}

/**
 * Reads a JSON integer of at most 2^53 - 1 into `slot`. Stamps and ids have twelve or more: those are taken four at
 * a time. In a word, each character less `0` is below ten exactly when neither it nor it plus six has a high half.
 */
export function scanInteger(s: Scanner, start: number, slot: number): number {
  const view = s.view
  const bytes = s.bytes
  const a = view.getInt32(start, true) ^ ZEROS
  const b = view.getInt32(start + 4, true) ^ ZEROS
  if ((((a + SIXES) | a | ((b + SIXES) | b)) & HIGH_HALVES) !== 0) return scanShortInteger(s, start, slot)
  const first = Math.imul(fourDigits(a), 10_000) + fourDigits(b)
  let p = start + 8
  let second = 0
  let scale = 1
  const c = view.getInt32(p, true) ^ ZEROS
  if ((((c + SIXES) | c) & HIGH_HALVES) === 0) {
    p += 4
    second = fourDigits(c)
    scale = 10_000
  }
  let digit = (bytes[p] as number) - ZERO
  while (digit >= 0 && digit <= 9) {
    second = (Math.imul(second, 10) + digit) | 0
    scale = Math.imul(scale, 10)
    digit = (bytes[++p] as number) - ZERO
  }
  const value = first * scale + second
  if (p - start > INTEGER_DIGITS || value > Number.MAX_SAFE_INTEGER || bytes[start] === ZERO) return MISS
  s.f64[slot] = value
  return p
}

/** The same for fewer than eight digits. */
function scanShortInteger(s: Scanner, start: number, slot: number): number {
  const bytes = s.bytes
  let p = start
  let value = 0
  let digit = (bytes[p] as number) - ZERO
  while (digit >= 0 && digit <= 9) {
    value = (Math.imul(value, 10) + digit) | 0
    digit = (bytes[++p] as number) - ZERO
  }
  if (p === start || (bytes[start] === ZERO && p > start + 1)) return MISS
  s.f64[slot] = value
  return p
}

/** The value of a word of four digits, the first of them in the lowest byte. */
function fourDigits(digits: number): number {
  return Math.imul((Math.imul(digits, 10) + (digits >>> 8)) & PAIRS, HUNDRED_AND_ONE) >>> 16
}

/** Reads a stamp (milliseconds, or microseconds by its magnitude) into `slot` as microseconds. */
export function scanTime(s: Scanner, start: number, slot: number): number {
  const p = scanInteger(s, start, slot)
  const stamp = s.f64[slot] as number
  if (stamp >= MICROSECONDS_FROM) return p
  if (stamp > LAST_MILLISECOND) return MISS
  s.f64[slot] = stamp * 1000
  return p
}

/** Reads an id into `slot` as an exact 64-bit integer. -1, the venue's word for none, becomes 0. */
export function scanId(s: Scanner, start: number, slot: number): number {
  if (s.bytes[start] === MINUS) {
    s.f64[slot] = 0
    return s.bytes[start + 1] === ZERO + 1 ? start + 2 : MISS
  }
  const p = scanInteger(s, start, slot)
  const id = s.f64[slot] as number
  s.i32[slot * 2] = id
  s.i32[slot * 2 + 1] = Math.floor(id / 4_294_967_296)
  return p
}

function isDigit(c: number): boolean {
  return c >= ZERO && c <= ZERO + 9
}
