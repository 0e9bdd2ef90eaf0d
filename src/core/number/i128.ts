/**
 * Signed 128-bit integers in a typed array: money amounts that are exact and never allocate.
 *
 * In: BigInts at the cold edges; on the hot path integer indexes, and doubles by their place in a
 * `Float64Array`. Out: the same. Owns: one buffer, 16 bytes per element, little-endian two's
 * complement, which is also how an amount lies in two slots of a tape row (all supported machines are
 * little-endian). Refuses: operands that are no safe integers, indexes outside the array.
 * Fails: `RangeError` that names the operation; the element is then unchanged. There is no wrap-around.
 */
import { scaleOf } from './decimal.ts'
import {
  divideMagnitude,
  joinDiscarded,
  loadMagnitude,
  multiplyMagnitude,
  roundMagnitude,
  storeMagnitude,
} from './i128-digits.ts'
import { mulDivSmall } from './i128-small.ts'
import {
  addProductWords,
  addWords,
  compareWords,
  negateWords,
  overflowError,
  subtractProductWords,
  subtractWords,
  writeInteger,
} from './i128-words.ts'
import type { RoundingCode } from './rounding.ts'

/** Bytes of one element. */
export const I128_BYTES = 16

/** The largest exponent of `scaleUp` and `scaleDown`. */
export const MAX_SCALE = 22

/** 10^15 is the largest power of ten below 2^53; larger scales are applied in two steps. */
const MAX_SCALE_STEP = 15
const POWERS: Float64Array<ArrayBuffer> = Float64Array.from({ length: MAX_SCALE_STEP + 1 }, (_, k) => scaleOf(k))

/** Keeps byte offsets below 2^31, so that they stay small integers everywhere. */
const MAX_LENGTH = 134_217_727

const WORD = 4294967296

/** The one place for a double that arrives as an argument and must be read by index. */
const operand: Float64Array<ArrayBuffer> = new Float64Array(1)

const ZERO: Float64Array<ArrayBuffer> = new Float64Array(1)
/** Both factors of a product. */
const factors: Float64Array<ArrayBuffer> = new Float64Array(2)

/**
 * An array of 128-bit integers, zero at first. Elements are named by index; `source` arguments of
 * type `I128Array` default to the array itself. Rounding is given by its code (`ROUND_HALF_EVEN`).
 */
export class I128Array {
  /** The elements as 32-bit words, low word first. Replaced by `grow`: do not keep it across calls. */
  words: Uint32Array<ArrayBuffer>
  /** Number of elements. */
  length: number

  constructor(length: number) {
    checkLength(length)
    this.words = new Uint32Array(length * 4)
    this.length = length
  }

  /** Makes room for `length` elements; new ones are zero. Never shrinks. */
  grow(length: number): void {
    checkLength(length)
    if (length <= this.length) return
    if (length * 4 > this.words.length) {
      const capacity = Math.min(Math.max(length, this.length * 2), MAX_LENGTH)
      const words = new Uint32Array(capacity * 4)
      words.set(this.words)
      this.words = words
    }
    this.length = length
  }

  /** The bytes of all elements, for hashing and checkpoints; a view, valid until the next `grow`. */
  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.words.buffer, 0, this.length * I128_BYTES)
  }

  /** Sets an element from a BigInt. Cold path. */
  set(i: number, value: bigint): void {
    const at = this.at(i)
    if (BigInt.asIntN(128, value) !== value) throw overflowError('set')
    for (let word = 0; word < 4; word += 1) {
      this.words[at + word] = Number(BigInt.asUintN(32, value >> BigInt(32 * word)))
    }
  }

  /** Returns an element as a BigInt. Cold path: allocates. */
  get(i: number): bigint {
    const at = this.at(i)
    let value = 0n
    for (let word = 3; word >= 0; word -= 1) {
      value = (value << 32n) | BigInt(this.words[at + word] as number)
    }
    return BigInt.asIntN(128, value)
  }

  /** Sets an element from a safe integer. */
  setNumber(i: number, value: number): void {
    operand[0] = value
    writeInteger(this.words, this.at(i), operand, 0, 'setNumber')
  }

  /** Sets an element from the safe integer source[index]. */
  setFrom(i: number, source: Float64Array, index: number): void {
    writeInteger(this.words, this.at(i), source, index, 'setFrom')
  }

  /**
   * Returns an element as a double. Exact if the element is a safe integer, and no safe integer
   * otherwise; then within two units in the last place.
   */
  toNumber(i: number): number {
    const at = this.at(i)
    const words = this.words
    const high = ((words[at + 3] as number) | 0) * WORD + (words[at + 2] as number)
    // In this order small negative values cancel without a rounding.
    return high * WORD * WORD + (words[at + 1] as number) * WORD + (words[at] as number)
  }

  /** target[index] = toNumber(i), without handing a double around. */
  storeNumber(i: number, target: Float64Array, index: number): void {
    target[index] = this.toNumber(i)
  }

  /** a[i] = source[j]. */
  copy(i: number, j: number, source: I128Array = this): void {
    const to = this.at(i)
    const from = source.at(j)
    const words = this.words
    const sourceWords = source.words
    words[to] = sourceWords[from] as number
    words[to + 1] = sourceWords[from + 1] as number
    words[to + 2] = sourceWords[from + 2] as number
    words[to + 3] = sourceWords[from + 3] as number
  }

  /** Reads an element from 16 bytes of a 32-bit view; `byteOffset` counts from the view's start. */
  loadFrom(i: number, source: Int32Array | Uint32Array, byteOffset: number): void {
    const to = this.at(i)
    const from = viewIndex(source, byteOffset)
    const words = this.words
    words[to] = source[from] as number
    words[to + 1] = source[from + 1] as number
    words[to + 2] = source[from + 2] as number
    words[to + 3] = source[from + 3] as number
  }

  /** Writes an element to 16 bytes of a 32-bit view; `byteOffset` counts from the view's start. */
  storeTo(i: number, target: Int32Array | Uint32Array, byteOffset: number): void {
    const from = this.at(i)
    const to = viewIndex(target, byteOffset)
    const words = this.words
    target[to] = words[from] as number
    target[to + 1] = words[from + 1] as number
    target[to + 2] = words[from + 2] as number
    target[to + 3] = words[from + 3] as number
  }

  /** a[i] += source[j]. */
  add(i: number, j: number, source: I128Array = this): void {
    addWords(this.words, this.at(i), source.words, source.at(j), 'add')
  }

  /** a[i] -= source[j]. */
  sub(i: number, j: number, source: I128Array = this): void {
    subtractWords(this.words, this.at(i), source.words, source.at(j), 'sub')
  }

  /** a[i] = -a[i]. */
  negate(i: number): void {
    negateWords(this.words, this.at(i), 'negate')
  }

  /** a[i] += source[x] * source[y], exactly; both factors are safe integers. */
  addProduct(i: number, source: Float64Array, x: number, y: number): void {
    addProductWords(this.words, this.at(i), source, x, y)
  }

  /** a[i] -= source[x] * source[y], exactly; both factors are safe integers. */
  subProduct(i: number, source: Float64Array, x: number, y: number): void {
    subtractProductWords(this.words, this.at(i), source, x, y)
  }

  /** a[i] *= factor, a 32-bit signed integer. */
  mulSmall(i: number, factor: number): void {
    if ((factor | 0) !== factor) {
      throw new RangeError(`i128 mulSmall: factor ${factor} is no 32-bit integer`)
    }
    const at = this.at(i)
    const negative = loadMagnitude(this.words, at)
    operand[0] = factor
    multiplyMagnitude(operand, 0, 'mulSmall')
    storeMagnitude(this.words, at, negative !== factor < 0, 'mulSmall')
  }

  /** a[i] = a[i] / source[index], rounded; the divisor is a safe integer of either sign. */
  divRounded(i: number, source: Float64Array, index: number, rounding: RoundingCode): void {
    const at = this.at(i)
    const dividendNegative = loadMagnitude(this.words, at)
    const negative = dividendNegative !== (source[index] as number) < 0
    const discarded = divideMagnitude(source, index, 'divRounded')
    roundMagnitude(rounding, discarded, negative)
    storeMagnitude(this.words, at, negative, 'divRounded')
  }

  /**
   * a[i] = a[i] * source[x] / source[y], rounded once: the pro-rata part of an amount. The product
   * may exceed 128 bits, the result may not. The discarded part of a unit is lost: who splits an
   * amount computes the last part as the rest.
   */
  mulDiv(i: number, source: Float64Array, x: number, y: number, rounding: RoundingCode): void {
    const at = this.at(i)
    if (mulDivSmall(this.words, at, source, x, y, rounding)) return
    const valueNegative = loadMagnitude(this.words, at)
    const ratioNegative = (source[x] as number) < 0 !== (source[y] as number) < 0
    const negative = valueNegative !== ratioNegative
    multiplyMagnitude(source, x, 'mulDiv')
    const discarded = divideMagnitude(source, y, 'mulDiv')
    roundMagnitude(rounding, discarded, negative)
    storeMagnitude(this.words, at, negative, 'mulDiv')
  }

  /** a[i] *= 10^k, for k of 0 to 22. */
  scaleUp(i: number, k: number): void {
    checkScale('scaleUp', k)
    const at = this.at(i)
    if (k <= MAX_SCALE_STEP && Number.isSafeInteger(this.toNumber(i))) {
      factors[0] = this.toNumber(i)
      factors[1] = POWERS[k] as number
      this.setFrom(i, ZERO, 0)
      addProductWords(this.words, at, factors, 0, 1)
      return
    }
    const negative = loadMagnitude(this.words, at)
    const first = Math.min(k, MAX_SCALE_STEP)
    multiplyMagnitude(POWERS, first, 'scaleUp')
    if (k > first) multiplyMagnitude(POWERS, k - first, 'scaleUp')
    storeMagnitude(this.words, at, negative, 'scaleUp')
  }

  /** a[i] = a[i] / 10^k, rounded once, for k of 0 to 22. */
  scaleDown(i: number, k: number, rounding: RoundingCode): void {
    checkScale('scaleDown', k)
    const at = this.at(i)
    const negative = loadMagnitude(this.words, at)
    const first = Math.min(k, MAX_SCALE_STEP)
    let discarded = divideMagnitude(POWERS, first, 'scaleDown')
    if (k > first) {
      discarded = joinDiscarded(discarded, divideMagnitude(POWERS, k - first, 'scaleDown'))
    }
    roundMagnitude(rounding, discarded, negative)
    storeMagnitude(this.words, at, negative, 'scaleDown')
  }

  /** Tells whether a[i] is zero. */
  isZero(i: number): boolean {
    return this.sign(i) === 0
  }

  /** Returns -1, 0 or 1. */
  sign(i: number): number {
    const at = this.at(i)
    const words = this.words
    const high = (words[at + 3] as number) | 0
    if (high < 0) return -1
    const any = high | (words[at + 2] as number) | (words[at + 1] as number) | (words[at] as number)
    return any === 0 ? 0 : 1
  }

  /** Returns -1, 0 or 1 as a[i] is below, equal to or above source[j]. */
  compare(i: number, j: number, source: I128Array = this): number {
    return compareWords(this.words, this.at(i), source.words, source.at(j))
  }

  /** The first word of an element. An index outside would be lost silently by a typed array. */
  private at(i: number): number {
    if (i >>> 0 !== i || i >= this.length) {
      throw new RangeError(`i128: index ${i} is outside an array of ${this.length}`)
    }
    return i << 2
  }
}

function checkLength(length: number): void {
  if (!Number.isInteger(length) || length < 0 || length > MAX_LENGTH) {
    throw new RangeError(`i128: length ${length} is not 0 to ${MAX_LENGTH}`)
  }
}

function checkScale(operation: string, k: number): void {
  if (!Number.isInteger(k) || k < 0 || k > MAX_SCALE) {
    throw new RangeError(`i128 ${operation}: exponent ${k} is not 0 to ${MAX_SCALE}`)
  }
}

function viewIndex(view: Int32Array | Uint32Array, byteOffset: number): number {
  const index = byteOffset >>> 2
  if (index << 2 !== byteOffset || index + 4 > view.length) {
    throw new RangeError(`i128: byte ${byteOffset} is no place for 16 bytes in ${view.byteLength}`)
  }
  return index
}
