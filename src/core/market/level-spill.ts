/**
 * The levels of one book side that lie outside the price window: a hash table by price, with an order made on demand.
 *
 * Far levels change seldom and are read in order more seldom still, so that keeping them sorted (70-200 ns per change,
 * measured) would cost more than the whole window; the table costs 15 ns, and the first ordered read after a change sorts.
 * Ranks are signed prices: the better level has the greater rank on either side (asks count negative).
 */

const SMALLEST = 64

export class LevelSpill {
  count = 0
  /** Levels with a flag that says: not confirmed since the last gap. */
  unverified = 0
  /** Ranks; 0 marks a free slot. */
  ranks: Float64Array = new Float64Array(SMALLEST)
  quantities: Float64Array = new Float64Array(SMALLEST)
  flags: Uint8Array = new Uint8Array(SMALLEST)
  /** [quantity before the last `set`] */
  readonly before: Float64Array = new Float64Array(1)
  #mask = SMALLEST - 1
  #sorted: Float64Array = new Float64Array(0)
  #sortedIsCurrent = true

  /** Sets the level `sign * from[at]` to the quantity `from[at + 1]`, 0 removes it; `before` tells what it was. */
  set(from: Float64Array, at: number, sign: number): void {
    const rank = (from[at] as number) * sign
    const quantity = from[at + 1] as number
    const mask = this.#mask
    const ranks = this.ranks
    let slot = (Math.imul(rank | 0, 0x9e3779b1 | 0) >>> 7) & mask
    while (ranks[slot] !== 0 && ranks[slot] !== rank) slot = (slot + 1) & mask
    if (ranks[slot] === 0) {
      this.before[0] = 0
      if (quantity !== 0) this.#insert(slot, from, at, sign)
      return
    }
    this.before[0] = this.quantities[slot] as number
    if (this.flags[slot] !== 0) {
      this.flags[slot] = 0
      this.unverified--
    }
    if (quantity === 0) this.#remove(slot)
    else this.quantities[slot] = quantity
  }

  /** Marks a level that is held as unverified. */
  doubt(rank: number): void {
    const slot = this.#find(rank)
    if (slot < 0 || this.flags[slot] !== 0) return
    this.flags[slot] = 1
    this.unverified++
  }

  quantityOf(rank: number): number {
    const slot = this.#find(rank)
    return slot < 0 ? 0 : (this.quantities[slot] as number)
  }

  /** Sum of the quantities whose rank is at least `bottom`. */
  quantityTo(bottom: number): number {
    let sum = 0
    for (let slot = 0; slot < this.ranks.length; slot++) {
      const rank = this.ranks[slot] as number
      if (rank !== 0 && rank >= bottom) sum += this.quantities[slot] as number
    }
    return sum
  }

  isUnverified(rank: number): boolean {
    const slot = this.#find(rank)
    return slot >= 0 && this.flags[slot] !== 0
  }

  /** The ranks in ascending order, the best last. Valid until the next change. */
  sorted(): Float64Array {
    if (!this.#sortedIsCurrent) {
      const sorted = new Float64Array(this.count)
      let n = 0
      for (const rank of this.ranks) if (rank !== 0) sorted[n++] = rank
      this.#sorted = sorted.sort()
      this.#sortedIsCurrent = true
    }
    return this.#sorted
  }

  /** The best rank; minus infinity when there is none. */
  best(): number {
    let best = Number.NEGATIVE_INFINITY
    for (const rank of this.ranks) if (rank !== 0 && rank > best) best = rank
    return best
  }

  get isSorted(): boolean {
    return this.#sortedIsCurrent
  }

  clear(): void {
    if (this.count === 0) return
    this.ranks.fill(0)
    this.flags.fill(0)
    this.count = 0
    this.unverified = 0
    this.#sorted = new Float64Array(0)
    this.#sortedIsCurrent = true
  }

  #find(rank: number): number {
    const mask = this.#mask
    let slot = (Math.imul(rank | 0, 0x9e3779b1 | 0) >>> 7) & mask
    for (;;) {
      const found = this.ranks[slot] as number
      if (found === rank) return slot
      if (found === 0) return -1
      slot = (slot + 1) & mask
    }
  }

  #insert(slot: number, from: Float64Array, at: number, sign: number): void {
    this.ranks[slot] = (from[at] as number) * sign
    this.quantities[slot] = from[at + 1] as number
    this.flags[slot] = 0
    this.count++
    this.#sortedIsCurrent = false
    if (this.count * 2 > this.ranks.length) this.#grow()
  }

  /** Frees a slot and moves later members of its chain up, so that no search ends early. */
  #remove(slot: number): void {
    const { ranks, quantities, flags } = this
    const mask = this.#mask
    let hole = slot
    let next = (hole + 1) & mask
    while (ranks[next] !== 0) {
      const home = (Math.imul((ranks[next] as number) | 0, 0x9e3779b1 | 0) >>> 7) & mask
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        ranks[hole] = ranks[next] as number
        quantities[hole] = quantities[next] as number
        flags[hole] = flags[next] as number
        hole = next
      }
      next = (next + 1) & mask
    }
    ranks[hole] = 0
    flags[hole] = 0
    this.count--
    this.#sortedIsCurrent = false
  }

  #grow(): void {
    const { ranks, quantities, flags } = this
    const size = ranks.length * 2
    this.ranks = new Float64Array(size)
    this.quantities = new Float64Array(size)
    this.flags = new Uint8Array(size)
    this.#mask = size - 1
    for (let i = 0; i < ranks.length; i++) {
      const rank = ranks[i] as number
      if (rank === 0) continue
      let slot = (Math.imul(rank | 0, 0x9e3779b1 | 0) >>> 7) & this.#mask
      while (this.ranks[slot] !== 0) slot = (slot + 1) & this.#mask
      this.ranks[slot] = rank
      this.quantities[slot] = quantities[i] as number
      this.flags[slot] = flags[i] as number
    }
  }
}
