/**
 * A seeded random stream (sfc32 by Chris Doty-Humphrey, public domain): 32-bit integer steps only, so that every machine and
 * runtime draws the same numbers. Streams are forked by label: a draw added in one place does not shift another.
 */
export class Random {
  readonly #words: Int32Array = new Int32Array(4)

  constructor(seed: number, label = '') {
    let h = seed | 0
    for (let i = 0; i < label.length; i++) h = Math.imul(h ^ label.charCodeAt(i), 0x01000193)
    this.#words[0] = h
    this.#words[1] = Math.imul(h, 0x9e3779b1 | 0)
    this.#words[2] = seed | 0
    this.#words[3] = 1
    for (let i = 0; i < 12; i++) this.next()
  }

  /** The next 32 random bits, as a signed integer. */
  next(): number {
    const w = this.#words
    const b = w[1] as number
    const c = w[2] as number
    const sum = ((w[0] as number) + b + (w[3] as number)) | 0
    w[3] = (w[3] as number) + 1
    w[0] = b ^ (b >>> 9)
    w[1] = c + (c << 3)
    w[2] = ((c << 21) | (c >>> 11)) + sum
    return sum
  }

  /** A whole number from 0 to `bound - 1`; `bound` up to 2^16. The bias is below 2^-16. */
  below(bound: number): number {
    return ((this.next() >>> 16) * bound) >>> 16
  }

  /** True in `share` of 65,536 draws. */
  chance(share: number): boolean {
    return this.next() >>> 16 < share
  }

  /** The four words of its state, for checkpoints: another stream that is given them goes on where this one stands. */
  get words(): Int32Array {
    return this.#words
  }
}
