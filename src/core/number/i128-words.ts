/**
 * Sums and exact products on 128-bit integers held as four 32-bit words, the kernel of `I128Array`.
 *
 * In and out: positions in `Uint32Array`s, the low word first, two's complement. Operands that are
 * doubles stay in a `Float64Array` and are named by index, because a double handed to a function that
 * is not inlined costs an allocation. Fails: `RangeError` before anything is written.
 */

const WORD_MAX = 0xffffffff
const WORD = 4294967296
const PER_WORD = 1 / WORD
const HALF_WORD = 65536
const PER_HALF_WORD = 1 / HALF_WORD

/** Where `writeProduct` leaves its result; valid until its next call. */
const product: Uint32Array<ArrayBuffer> = new Uint32Array(4)

/** target += source. All words are computed before the first is written: aliasing is allowed. */
export function addWords(target: Uint32Array, t: number, source: Uint32Array, s: number, operation: string): void {
  const high = target[t + 3] as number
  const otherHigh = source[s + 3] as number
  const sum0 = (target[t] as number) + (source[s] as number)
  const sum1 = (target[t + 1] as number) + (source[s + 1] as number) + (sum0 > WORD_MAX ? 1 : 0)
  const sum2 = (target[t + 2] as number) + (source[s + 2] as number) + (sum1 > WORD_MAX ? 1 : 0)
  const sum3 = high + otherHigh + (sum2 > WORD_MAX ? 1 : 0)
  if (((high ^ sum3) & (otherHigh ^ sum3)) < 0) throw overflowError(operation)
  target[t] = sum0
  target[t + 1] = sum1
  target[t + 2] = sum2
  target[t + 3] = sum3
}

/** target -= source. */
export function subtractWords(target: Uint32Array, t: number, source: Uint32Array, s: number, operation: string): void {
  const high = target[t + 3] as number
  const otherHigh = source[s + 3] as number
  const difference0 = (target[t] as number) - (source[s] as number)
  const difference1 = (target[t + 1] as number) - (source[s + 1] as number) - (difference0 < 0 ? 1 : 0)
  const difference2 = (target[t + 2] as number) - (source[s + 2] as number) - (difference1 < 0 ? 1 : 0)
  const difference3 = high - otherHigh - (difference2 < 0 ? 1 : 0)
  if (((high ^ otherHigh) & (high ^ difference3)) < 0) throw overflowError(operation)
  target[t] = difference0
  target[t + 1] = difference1
  target[t + 2] = difference2
  target[t + 3] = difference3
}

/** target += factors[x] * factors[y], both safe integers. */
export function addProductWords(target: Uint32Array, t: number, factors: Float64Array, x: number, y: number): void {
  writeProduct(factors, x, y, 'addProduct')
  addWords(target, t, product, 0, 'addProduct')
}

/** target -= factors[x] * factors[y], both safe integers. */
export function subtractProductWords(
  target: Uint32Array,
  t: number,
  factors: Float64Array,
  x: number,
  y: number,
): void {
  writeProduct(factors, x, y, 'subProduct')
  subtractWords(target, t, product, 0, 'subProduct')
}

/** target = -target. */
export function negateWords(target: Uint32Array, t: number, operation: string): void {
  const high = target[t + 3] as number
  const difference0 = -(target[t] as number)
  const difference1 = -(target[t + 1] as number) - (difference0 < 0 ? 1 : 0)
  const difference2 = -(target[t + 2] as number) - (difference1 < 0 ? 1 : 0)
  const difference3 = -high - (difference2 < 0 ? 1 : 0)
  // Only -2^127 has no opposite: negating it gives itself.
  if ((high & difference3) < 0) throw overflowError(operation)
  target[t] = difference0
  target[t + 1] = difference1
  target[t + 2] = difference2
  target[t + 3] = difference3
}

/** target = source[index], a safe integer. */
export function writeInteger(
  target: Uint32Array,
  t: number,
  source: Float64Array,
  index: number,
  operation: string,
): void {
  const value = source[index] as number
  if (!Number.isSafeInteger(value)) throw operandError(operation, value)
  const extension = value < 0 ? WORD_MAX : 0
  // A typed array stores a double modulo 2^32, which is two's complement for negative values too.
  target[t] = value
  target[t + 1] = Math.floor(value * PER_WORD)
  target[t + 2] = extension
  target[t + 3] = extension
}

/** Returns -1, 0 or 1 as a is below, equal to or above b. */
export function compareWords(a: Uint32Array, i: number, b: Uint32Array, j: number): number {
  const high = (a[i + 3] as number) | 0
  const otherHigh = (b[j + 3] as number) | 0
  if (high !== otherHigh) return high < otherHigh ? -1 : 1
  for (let word = 2; word >= 0; word -= 1) {
    const left = a[i + word] as number
    const right = b[j + word] as number
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

/** The error of a result outside -2^127 .. 2^127-1. */
export function overflowError(operation: string): RangeError {
  return new RangeError(`i128 ${operation}: the result exceeds 128 bits`)
}

/** The error of an operand that is no exact integer. */
export function operandError(operation: string, value: number): RangeError {
  return new RangeError(`i128 ${operation}: operand ${value} is no safe integer`)
}

/** Writes factors[x] * factors[y] to `product`. */
function writeProduct(factors: Float64Array, x: number, y: number, operation: string): void {
  const left = factors[x] as number
  const right = factors[y] as number
  if (!Number.isSafeInteger(left)) throw operandError(operation, left)
  if (!Number.isSafeInteger(right)) throw operandError(operation, right)
  const direct = left * right
  // Rounding never brings a larger product below 2^53: one that looks safe is exact.
  if (direct <= Number.MAX_SAFE_INTEGER && direct >= -Number.MAX_SAFE_INTEGER) {
    const extension = direct < 0 ? WORD_MAX : 0
    product[0] = direct
    product[1] = Math.floor(direct * PER_WORD)
    product[2] = extension
    product[3] = extension
    return
  }
  writeLongProduct(factors, x, y)
  if (direct < 0) negateWords(product, 0, operation)
}

/**
 * Writes the magnitude of a product of any size to `product`.
 *
 * A factor is at most 53 bits: a low word and 21 bits above it. Only low word times low word does not
 * fit a double, so one of the two is split into halves of 16 bits; every intermediate stays below 2^53.
 */
function writeLongProduct(factors: Float64Array, x: number, y: number): void {
  const a = Math.abs(factors[x] as number)
  const b = Math.abs(factors[y] as number)
  const aHigh = Math.floor(a * PER_WORD)
  const aLow = a - aHigh * WORD
  const bHigh = Math.floor(b * PER_WORD)
  const bLow = b - bHigh * WORD
  const bMiddle = Math.floor(bLow * PER_HALF_WORD)

  const lower = aLow * (bLow - bMiddle * HALF_WORD)
  const upper = aLow * bMiddle
  const upperCarry = Math.floor(upper * PER_HALF_WORD)
  const sum0 = lower + (upper - upperCarry * HALF_WORD) * HALF_WORD
  const carry0 = Math.floor(sum0 * PER_WORD)

  const cross = aHigh * bLow
  const crossHigh = Math.floor(cross * PER_WORD)
  const otherCross = aLow * bHigh
  const otherCrossHigh = Math.floor(otherCross * PER_WORD)
  const sum1 = carry0 + upperCarry + (cross - crossHigh * WORD) + (otherCross - otherCrossHigh * WORD)
  const carry1 = Math.floor(sum1 * PER_WORD)
  const sum2 = carry1 + crossHigh + otherCrossHigh + aHigh * bHigh

  product[0] = sum0
  product[1] = sum1
  product[2] = sum2
  product[3] = Math.floor(sum2 * PER_WORD)
}
