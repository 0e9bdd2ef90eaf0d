/**
 * Which prices of one side of a book hold a level: pages of 256 ranks, made where a price is held and dropped when empty.
 *
 * Ranks are integers; on either side the greater rank is the better price. The directory of pages is sorted with the best
 * at its end; near the touch pages lie without holes, so that a page is found by subtraction, else by halving. Memory
 * grows with the number of pages held, not with distance.
 */

const PAGE_BITS = 8
const PAGE = 1 << PAGE_BITS
const WORDS = PAGE >> 5
const FIRST_PAGES = 4

export class PricePages {
  /** Level by cell, -1 for none. A cell is a page times 256 plus the rank's offset in it, valid while it is held. */
  levels: Int32Array = new Int32Array(FIRST_PAGES * PAGE).fill(-1)
  #bits: Int32Array = new Int32Array(FIRST_PAGES * WORDS)
  /** Held ranks by page. */
  #held: Int32Array = new Int32Array(FIRST_PAGES)
  /** Directory: rank of each page divided by 256, ascending, and the page. */
  #keys: Float64Array = new Float64Array(FIRST_PAGES)
  #pages: Int32Array = new Int32Array(FIRST_PAGES)
  #count = 0
  #free: Int32Array = new Int32Array(FIRST_PAGES)
  #freeCount = 0
  #used = 0

  /** Level at a rank, -1 if it is not held. */
  get(rank: number): number {
    const key = Math.floor(rank / PAGE)
    const index = this.#find(key)
    if (index < 0) return -1
    return this.levels[((this.#pages[index] as number) << PAGE_BITS) + (rank - key * PAGE)] as number
  }

  /** Makes sure that the rank has a cell, and returns it. Its level is -1 when it is not held: `hold` it then. */
  cellOf(rank: number): number {
    const key = Math.floor(rank / PAGE)
    let index = this.#find(key)
    if (index < 0) {
      index = ~index
      this.#openPage(key, index)
    }
    return ((this.#pages[index] as number) << PAGE_BITS) + (rank - key * PAGE)
  }

  /** Holds the cell of a rank for a level; returns the level of the next better rank that is held, -1 for none. */
  hold(rank: number, cell: number, level: number): number {
    const page = cell >> PAGE_BITS
    this.levels[cell] = level
    this.#held[page] = (this.#held[page] as number) + 1
    const word = cell >> 5
    const bits = this.#bits[word] as number
    this.#bits[word] = bits | (1 << cell)
    // Bits above the cell's own in its word, in its page, then in the next page, which holds at least one.
    let found = bits & (-2 << cell)
    let at = word
    const end = (page + 1) * WORDS
    while (found === 0) {
      if (++at === end) return this.#lowestOf(this.#find(Math.floor(rank / PAGE)) + 1)
      found = this.#bits[at] as number
    }
    return this.levels[(at << 5) + lowestBit(found)] as number
  }

  /** Gives up the cell of a rank. */
  release(rank: number, cell: number): void {
    const page = cell >> PAGE_BITS
    const word = cell >> 5
    this.levels[cell] = -1
    this.#bits[word] = (this.#bits[word] as number) & ~(1 << cell)
    const held = (this.#held[page] as number) - 1
    this.#held[page] = held
    if (held === 0) this.#closePage(this.#find(Math.floor(rank / PAGE)))
  }

  #lowestOf(index: number): number {
    if (index === this.#count) return -1
    let word = (this.#pages[index] as number) * WORDS
    while (this.#bits[word] === 0) word++
    return this.levels[(word << 5) + lowestBit(this.#bits[word] as number)] as number
  }

  /** Place of a page in the directory, or the complement of where it would be. */
  #find(key: number): number {
    const keys = this.#keys
    const top = this.#count - 1
    if (top < 0) return -1
    const distance = (keys[top] as number) - key
    if (distance < 0) return ~(top + 1)
    if (distance <= top && keys[top - distance] === key) return top - distance
    let low = 0
    let high = top
    while (low < high) {
      const middle = (low + high) >> 1
      if ((keys[middle] as number) < key) low = middle + 1
      else high = middle
    }
    return keys[low] === key ? low : ~low
  }

  #openPage(key: number, index: number): void {
    if (this.#freeCount === 0 && this.#used === this.#pages.length) this.#grow()
    const page = this.#freeCount > 0 ? (this.#free[--this.#freeCount] as number) : this.#used++
    this.#keys.copyWithin(index + 1, index, this.#count)
    this.#pages.copyWithin(index + 1, index, this.#count)
    this.#keys[index] = key
    this.#pages[index] = page
    this.#count++
  }

  #closePage(index: number): void {
    this.#free[this.#freeCount++] = this.#pages[index] as number
    this.#keys.copyWithin(index, index + 1, this.#count)
    this.#pages.copyWithin(index, index + 1, this.#count)
    this.#count--
  }

  #grow(): void {
    const length = this.#pages.length * 2
    this.levels = copied(this.levels, new Int32Array(length * PAGE).fill(-1))
    this.#bits = copied(this.#bits, new Int32Array(length * WORDS))
    this.#held = copied(this.#held, new Int32Array(length))
    this.#pages = copied(this.#pages, new Int32Array(length))
    this.#free = copied(this.#free, new Int32Array(length))
    const keys = new Float64Array(length)
    keys.set(this.#keys)
    this.#keys = keys
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}

function copied(from: Int32Array, to: Int32Array): Int32Array {
  to.set(from)
  return to
}
