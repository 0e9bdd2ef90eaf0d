/** Saving, restoring and comparing one side of a book by its levels alone: how they are laid out is not state. */
import type { StateReader, StateWriter } from '../tape/state.ts'
import type { BookSide } from './book-side.ts'

/** Folds all levels, best first, into a 32-bit checksum. */
export function checksumSide(side: BookSide, seed: number): number {
  let hash = seed | 0
  for (let position = side.first(); position !== -1; position = side.next(position)) {
    hash = fold(fold(hash, side.priceAt(position)), side.quantityAt(position))
  }
  return fold(hash, side.count)
}

export function saveSide(side: BookSide, writer: StateWriter): void {
  const count = side.count
  const pairs = new Float64Array(count * 2)
  const doubts = new Uint8Array(count)
  side.copyLevels(pairs, count)
  let n = 0
  for (let position = side.first(); position !== -1; position = side.next(position)) {
    doubts[n++] = side.isUnverifiedAt(position) ? 1 : 0
  }
  writer.begin('book-side', 1)
  writer.f64(side.coveredTo)
  writer.f64s(pairs)
  writer.u8s(doubts)
  writer.end()
}

export function loadSide(side: BookSide, reader: StateReader): void {
  reader.begin('book-side', 1)
  const coveredTo = reader.f64()
  const pairs = reader.f64s()
  side.restore(pairs, reader.u8s(), coveredTo)
  reader.end()
}

/** Folds both halves of an integer below 2^53 into a hash. */
function fold(hash: number, value: number): number {
  const low = Math.imul(hash ^ (value | 0), 0x85ebca6b)
  const high = Math.imul((low ^ (low >>> 15) ^ (value / 4_294_967_296)) | 0, 0xc2b2ae35)
  return high ^ (high >>> 13)
}
