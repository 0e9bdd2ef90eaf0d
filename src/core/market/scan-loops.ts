/**
 * The loops of a scan: one comparison over whole columns into a bitmap, 32 elements to a word.
 *
 * One function per comparison, so that each compiles to straight code; no branch depends on the data, because near a
 * threshold it would be guessed wrong half the time. Four elements a turn take 1.0 ns each instead of 1.2 (bench scan).
 * Thresholds come in an array and by index: a double argument costs an allocation.
 */

/** Element-wise `a >= b * factors[k]` for the first `n` elements, into `out` from `at` on. */
export function ratioAtLeast(
  a: Float64Array,
  b: Float64Array,
  factors: Float64Array,
  k: number,
  out: Int32Array,
  at: number,
  n: number,
): void {
  const f = factors[k] as number
  const whole = n & ~31
  for (let start = 0, w = at; start < whole; start += 32, w++) {
    let bits = 0
    for (let i = start; i < start + 32; i += 4) {
      const one = +((a[i] as number) >= (b[i] as number) * f)
      const two = +((a[i + 1] as number) >= (b[i + 1] as number) * f)
      const three = +((a[i + 2] as number) >= (b[i + 2] as number) * f)
      const four = +((a[i + 3] as number) >= (b[i + 3] as number) * f)
      bits |= (one | (two << 1) | (three << 2) | (four << 3)) << i
    }
    out[w] = bits
  }
  let rest = 0
  for (let i = whole; i < n; i++) rest |= +((a[i] as number) >= (b[i] as number) * f) << i
  if (whole < n) out[at + (whole >> 5)] = rest
}

/** The same with `a > b * factors[k]`. */
export function ratioAbove(
  a: Float64Array,
  b: Float64Array,
  factors: Float64Array,
  k: number,
  out: Int32Array,
  at: number,
  n: number,
): void {
  const f = factors[k] as number
  const whole = n & ~31
  for (let start = 0, w = at; start < whole; start += 32, w++) {
    let bits = 0
    for (let i = start; i < start + 32; i += 4) {
      const one = +((a[i] as number) > (b[i] as number) * f)
      const two = +((a[i + 1] as number) > (b[i + 1] as number) * f)
      const three = +((a[i + 2] as number) > (b[i + 2] as number) * f)
      const four = +((a[i + 3] as number) > (b[i + 3] as number) * f)
      bits |= (one | (two << 1) | (three << 2) | (four << 3)) << i
    }
    out[w] = bits
  }
  let rest = 0
  for (let i = whole; i < n; i++) rest |= +((a[i] as number) > (b[i] as number) * f) << i
  if (whole < n) out[at + (whole >> 5)] = rest
}

/** Element-wise `a >= limits[k]`. */
export function atLeast(
  a: Float64Array,
  limits: Float64Array,
  k: number,
  out: Int32Array,
  at: number,
  n: number,
): void {
  const limit = limits[k] as number
  const whole = n & ~31
  for (let start = 0, w = at; start < whole; start += 32, w++) {
    let bits = 0
    for (let i = start; i < start + 32; i += 4) {
      const one = +((a[i] as number) >= limit)
      const two = +((a[i + 1] as number) >= limit)
      const three = +((a[i + 2] as number) >= limit)
      const four = +((a[i + 3] as number) >= limit)
      bits |= (one | (two << 1) | (three << 2) | (four << 3)) << i
    }
    out[w] = bits
  }
  let rest = 0
  for (let i = whole; i < n; i++) rest |= +((a[i] as number) >= limit) << i
  if (whole < n) out[at + (whole >> 5)] = rest
}

/** Element-wise `a > limits[k]`. */
export function above(a: Float64Array, limits: Float64Array, k: number, out: Int32Array, at: number, n: number): void {
  const limit = limits[k] as number
  const whole = n & ~31
  for (let start = 0, w = at; start < whole; start += 32, w++) {
    let bits = 0
    for (let i = start; i < start + 32; i += 4) {
      const one = +((a[i] as number) > limit)
      const two = +((a[i + 1] as number) > limit)
      const three = +((a[i + 2] as number) > limit)
      const four = +((a[i + 3] as number) > limit)
      bits |= (one | (two << 1) | (three << 2) | (four << 3)) << i
    }
    out[w] = bits
  }
  let rest = 0
  for (let i = whole; i < n; i++) rest |= +((a[i] as number) > limit) << i
  if (whole < n) out[at + (whole >> 5)] = rest
}

/** The bitmap of `words` words at `at` becomes its complement. */
export function invert(stack: Int32Array, at: number, words: number): void {
  for (let w = at; w < at + words; w++) stack[w] = ~(stack[w] as number)
}

/** Joins the bitmap at `at` with the one above it, which both must be set in. */
export function both(stack: Int32Array, at: number, words: number): void {
  for (let w = at; w < at + words; w++) stack[w] = (stack[w] as number) & (stack[w + words] as number)
}

/** The same where one suffices. */
export function either(stack: Int32Array, at: number, words: number): void {
  for (let w = at; w < at + words; w++) stack[w] = (stack[w] as number) | (stack[w + words] as number)
}
