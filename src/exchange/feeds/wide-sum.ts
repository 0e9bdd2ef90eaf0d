/**
 * Sums of price times lots that stay exact beyond 2^53: two cells of a typed array, `high * 2^50 + low` with 0 <= low < 2^50.
 */

const WORD = 1_125_899_906_842_624
/** A product below this is exact, and so is its sum with a low word. */
const PLAIN = WORD * 4
const WORD_BITS = 50n

/** Adds a * b (not negative) to the sum at `cells[at]` (low word) and `cells[at + 1]`. */
export function addProduct(cells: Float64Array, at: number, a: number, b: number): void {
  const product = a * b
  if (product < PLAIN) return addWords(cells, at, 0, product)
  const exact = BigInt(a) * BigInt(b)
  addWords(cells, at, Number(exact >> WORD_BITS), Number(BigInt.asUintN(50, exact)))
}

/** Adds the sum at `from[start]` to the one at `cells[at]`. */
export function addSum(cells: Float64Array, at: number, from: Float64Array, start: number): void {
  addWords(cells, at, from[start + 1] as number, from[start] as number)
}

/** The sum as one integer. */
export function sumOf(cells: Float64Array, at: number): bigint {
  const high = cells[at + 1] as number
  const low = BigInt(cells[at] as number)
  return high === 0 ? low : (BigInt(high) << WORD_BITS) + low
}

function addWords(cells: Float64Array, at: number, high: number, low: number): void {
  const sum = (cells[at] as number) + low
  const carry = Math.floor(sum / WORD)
  cells[at] = sum - carry * WORD
  cells[at + 1] = (cells[at + 1] as number) + high + carry
}
