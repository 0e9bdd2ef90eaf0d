/**
 * Finds an instrument by the bytes of its symbol: no string is made for a message.
 *
 * Symbols are compared byte by byte as UTF-8, so that a name outside ASCII is a symbol like any other.
 */
import { encodeUtf8 } from '../../core/utf8.ts'

/** Longer names are refused: no venue has them, and a broken message must not make the scan run on. */
const LONGEST_SYMBOL = 64
const QUOTE = 0x22
const EMPTY = -1

export class SymbolTable {
  /** The symbols' bytes, one after the other. */
  readonly #pool: Uint8Array
  /** Where each symbol begins in the pool; one more entry marks the end. */
  readonly #starts: Int32Array
  /** Open addressing: indexes of symbols, EMPTY where none is. */
  readonly #slots: Int32Array
  readonly #mask: number
  /** The symbol found last: most recordings hold one, and a connection's messages come in runs. */
  #last = 0
  /** Where the symbol found last by `findQuoted` ends. */
  end = 0

  /** `symbols` must differ from each other; the index of a symbol is its place in the list. */
  constructor(symbols: readonly string[]) {
    const encoded = symbols.map(encodeUtf8)
    this.#starts = new Int32Array(symbols.length + 1)
    let size = 0
    encoded.forEach((bytes, index) => {
      if (bytes.length === 0 || bytes.length > LONGEST_SYMBOL)
        throw new RangeError(`symbol ${symbols[index]} is empty or too long`)
      size += bytes.length
      this.#starts[index + 1] = size
    })
    this.#pool = new Uint8Array(size)
    let capacity = 8
    while (capacity < symbols.length * 2) capacity *= 2
    this.#mask = capacity - 1
    this.#slots = new Int32Array(capacity).fill(EMPTY)
    encoded.forEach((bytes, index) => {
      this.#pool.set(bytes, this.#starts[index] as number)
      let slot = hash(bytes, 0, bytes.length) & this.#mask
      while (this.#slots[slot] !== EMPTY) {
        if (symbols[this.#slots[slot] as number] === symbols[index])
          throw new RangeError(`symbol ${symbols[index]} is given twice`)
        slot = (slot + 1) & this.#mask
      }
      this.#slots[slot] = index
    })
  }

  /** The index of the symbol in bytes[start, end), or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > LONGEST_SYMBOL) return -1
    let slot = hash(bytes, start, end) & this.#mask
    for (;;) {
      const index = this.#slots[slot] as number
      if (index === EMPTY) return -1
      if (this.#equals(index, bytes, start, end)) {
        this.#last = index
        return index
      }
      slot = (slot + 1) & this.#mask
    }
  }

  /**
   * The index of the symbol that begins at `start` and ends before a quote, or -1. `this.end` is then the place of the
   * quote. The symbol found last is tried first: its length says where the quote must be.
   */
  findQuoted(bytes: Uint8Array, start: number): number {
    const last = this.#last
    const end = start + (this.#starts[last + 1] as number) - (this.#starts[last] as number)
    if (bytes[end] === QUOTE && this.#equals(last, bytes, start, end)) {
      this.end = end
      return last
    }
    const limit = start + LONGEST_SYMBOL
    let p = start
    while (bytes[p] !== QUOTE) if (++p > limit) return -1
    this.end = p
    return this.find(bytes, start, p)
  }

  #equals(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[index] as number
    const length = (this.#starts[index + 1] as number) - from
    if (length !== end - start) return false
    const pool = this.#pool
    for (let i = 0; i < length; i++) if (pool[from + i] !== bytes[start + i]) return false
    return true
  }
}

function hash(bytes: Uint8Array, start: number, end: number): number {
  let h = 0
  for (let p = start; p < end; p++) h = Math.imul(h ^ (bytes[p] as number), 0x01000193)
  return h ^ (h >>> 15)
}
