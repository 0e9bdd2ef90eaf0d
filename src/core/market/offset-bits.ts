/** Bits by ring slot, 32 to a word: which prices of a book's window hold a level. A slot's low five bits are its bit. */

/** Highest offset with a set bit, not above `offset`; -1 if there is none. `shift` is a multiple of 32. */
export function highestAtOrBelow(bits: Int32Array, offset: number, shift: number, mask: number): number {
  const words = mask >> 5
  const first = shift >> 5
  let word = offset >> 5
  let found = (bits[(word + first) & words] as number) & (-1 >>> (31 - (offset & 31)))
  while (found === 0) {
    if (word === 0) return -1
    word--
    found = bits[(word + first) & words] as number
  }
  return (word << 5) + 31 - Math.clz32(found)
}

export function isSet(bits: Int32Array, slot: number): boolean {
  return ((bits[slot >> 5] as number) & (1 << slot)) !== 0
}

export function setBit(bits: Int32Array, slot: number): void {
  bits[slot >> 5] = (bits[slot >> 5] as number) | (1 << slot)
}

export function clearBit(bits: Int32Array, slot: number): void {
  bits[slot >> 5] = (bits[slot >> 5] as number) & ~(1 << slot)
}
