/**
 * The last so many 16-byte ids, whatever they look like: an exact set with the oldest id leaving first.
 * For ids without an order (UUIDs, fills of one account, digests of rows that have no id).
 */

/** Words of a key: instrument and 16 bytes. */
const KEY = 5

export class RecentIds {
  readonly #capacity: number
  readonly #keys: Int32Array
  /** Hash table of key places plus one; 0 is free. */
  readonly #table: Int32Array
  readonly #mask: number
  #next = 0
  #count = 0

  constructor(capacity: number) {
    let size = 16
    while (size < capacity * 2) size *= 2
    this.#capacity = capacity
    this.#keys = new Int32Array(capacity * KEY)
    this.#table = new Int32Array(size)
    this.#mask = size - 1
  }

  /** Adds the key in the five words of `from` at `at`; false if it is there already. */
  add(from: Int32Array, at: number): boolean {
    let slot = hashOf(from, at) & this.#mask
    for (let place = this.#table[slot] as number; place !== 0; place = this.#table[slot] as number) {
      if (this.#equals(from, at, place - 1)) return false
      slot = (slot + 1) & this.#mask
    }
    if (this.#count === this.#capacity) {
      this.#forget(this.#next)
      slot = hashOf(from, at) & this.#mask
      while (this.#table[slot] !== 0) slot = (slot + 1) & this.#mask
    } else this.#count++
    this.#table[slot] = this.#next + 1
    for (let w = 0; w < KEY; w++) this.#keys[this.#next * KEY + w] = from[at + w] as number
    this.#next = this.#next + 1 === this.#capacity ? 0 : this.#next + 1
    return true
  }

  #equals(from: Int32Array, at: number, place: number): boolean {
    for (let w = 0; w < KEY; w++) if (this.#keys[place * KEY + w] !== from[at + w]) return false
    return true
  }

  /** Takes the key at `place` out of the table and closes the chain behind it. */
  #forget(place: number): void {
    const table = this.#table
    const mask = this.#mask
    let hole = hashOf(this.#keys, place * KEY) & mask
    while (table[hole] !== place + 1) hole = (hole + 1) & mask
    for (let next = (hole + 1) & mask; table[next] !== 0; next = (next + 1) & mask) {
      const home = hashOf(this.#keys, ((table[next] as number) - 1) * KEY) & mask
      if (((next - home) & mask) < ((next - hole) & mask)) continue
      table[hole] = table[next] as number
      hole = next
    }
    table[hole] = 0
  }
}

function hashOf(words: Int32Array, at: number): number {
  let hash = 0
  for (let w = 0; w < KEY; w++) hash = Math.imul(hash ^ (words[at + w] as number), 0x85ebca6b) ^ (hash >>> 15)
  return hash ^ (hash >>> 13)
}
