/**
 * Which of a counted-up series of 64-bit ids have been seen: one bit each for the newest ids, the window sliding with them.
 *
 * Ids are compared as two 32-bit words, exact beyond 2^53. An id below the window cannot be told from one seen, and is
 * treated as such. A leap further than the window is believed only when a second id lands near it: otherwise one damaged id
 * would make all true ones look old.
 */

/** What an id is. `leap`: too far ahead to be believed alone; keep the row, and see `confirmed`. */
export const SEEN = { no: 0, yes: 1, tooOld: 2, leap: 3 } as const

/** Ids of the window: 4 KB; the busiest recorded instrument prints fewer trades in three minutes. */
const WINDOW = 32_768

export class IdWindow {
  /** True after `see` when the id confirmed the last leap, whose row has then been seen too and is to go on first. */
  confirmed = false
  readonly #bits: Int32Array = new Int32Array(WINDOW >> 5)
  /** [top low, top high, first low, first high, leap low, leap high] */
  readonly #words: Uint32Array = new Uint32Array(6)
  #begun = false
  #hasLeap = false
  #seen = 0

  /** Marks the id in the words `at` (low) and `at + 1` (high) as seen; returns a SEEN code for what it was before. */
  see(from: Uint32Array, at: number): number {
    this.confirmed = false
    const words = this.#words
    if (!this.#begun) {
      this.#begun = true
      words[2] = from[at] as number
      words[3] = from[at + 1] as number
      return this.#restart(from, at)
    }
    const ahead = distance(from, at, words, 0)
    if (ahead <= -WINDOW) return SEEN.tooOld
    if (ahead >= WINDOW) return this.#leap(from, at)
    if (ahead > 0) this.#slide(from, at, ahead)
    else if (distance(from, at, words, 2) < 0) {
      words[2] = from[at] as number
      words[3] = from[at + 1] as number
    }
    return this.#mark(from, at)
  }

  /** Ids between the first and the newest that have not been seen; meaningful where the venue leaves none out. */
  get missing(): number {
    return this.#begun ? distance(this.#words, 0, this.#words, 2) + 1 - this.#seen : 0
  }

  #mark(from: Uint32Array, at: number): number {
    const bit = (from[at] as number) & (WINDOW - 1)
    const word = this.#bits[bit >> 5] as number
    if ((word & (1 << bit)) !== 0) return SEEN.yes
    this.#bits[bit >> 5] = word | (1 << bit)
    this.#seen++
    return SEEN.no
  }

  #slide(from: Uint32Array, at: number, ahead: number): void {
    const top = this.#words[0] as number
    for (let i = 1; i <= ahead; i++) {
      const bit = (top + i) & (WINDOW - 1)
      this.#bits[bit >> 5] = (this.#bits[bit >> 5] as number) & ~(1 << bit)
    }
    this.#words[0] = from[at] as number
    this.#words[1] = from[at + 1] as number
  }

  #restart(from: Uint32Array, at: number): number {
    this.#bits.fill(0)
    this.#words[0] = from[at] as number
    this.#words[1] = from[at + 1] as number
    return this.#mark(from, at)
  }

  #leap(from: Uint32Array, at: number): number {
    const words = this.#words
    const apart = this.#hasLeap ? distance(from, at, words, 4) : WINDOW
    if (apart === 0) return SEEN.yes
    if (apart <= -WINDOW || apart >= WINDOW) {
      words[4] = from[at] as number
      words[5] = from[at + 1] as number
      this.#hasLeap = true
      return SEEN.leap
    }
    this.#hasLeap = false
    this.#restart(words, 4)
    const before = this.see(from, at)
    this.confirmed = true
    return before
  }
}

/** First id minus second, exact below 2^53 and of the right sign beyond. */
function distance(a: Uint32Array, atA: number, b: Uint32Array, atB: number): number {
  const high = (a[atA + 1] as number) - (b[atB + 1] as number)
  return high * 4_294_967_296 + ((a[atA] as number) - (b[atB] as number))
}
