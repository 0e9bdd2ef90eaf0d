/**
 * Fast digests of rows, for comparing runs. They find accidents and name the row; tamper evidence is the SHA-256 chain of
 * the files (segment.ts).
 */
import type { RowBuffer } from './row-buffer.ts'
import { ROW_WORDS } from './layout.ts'

/** Mask of the 20-bit row digests whose weighted sums stay exact in doubles over one stretch. */
const LOCATOR_MASK = 0xfffff
/** Records of one stretch: 2^16 positions times 2^20 digests, summed, stay below 2^53. */
export const STRETCH_RECORDS = 65_536

/**
 * Digests a stream of records one by one, with no allocation.
 *
 * `hash` is a running 64-bit digest (two words) of all records. `sum` and `weightedSum` restart with each stretch: if
 * exactly one record of a stretch differs between two readings, (weightedSum - weightedSum') / (sum - sum') is its place
 * in the stretch, so that a damaged row can be named without keeping the original.
 */
export class RecordDigest {
  /** The running hash: two 32-bit words. */
  readonly state: Int32Array = new Int32Array(2)
  /** [sum, weightedSum, records in this stretch] */
  readonly stretch: Float64Array = new Float64Array(3)

  constructor() {
    this.state[0] = 0x243f6a88
    this.state[1] = 0x05a308d3 // no meaning: the first digits of pi
  }

  /** Takes the record of `rows` rows at `row`. */
  take(buffer: RowBuffer, row: number, rows: number): void {
    const words = buffer.i32
    const end = (row + rows) * ROW_WORDS
    let a = 0x13198a2e | 0
    let b = 0x03707344 | 0
    let c = 0x24a93f4d | 0
    let d = 0x2e0b4482 | 0
    for (let w = row * ROW_WORDS; w < end; w += 4) {
      a = Math.imul(a ^ (words[w] as number), 0x85ebca6b)
      b = Math.imul(b ^ (words[w + 1] as number), 0xc2b2ae35 | 0)
      c = Math.imul(c ^ (words[w + 2] as number), 0x27d4eb2f)
      d = Math.imul(d ^ (words[w + 3] as number), 0x165667b1)
      a ^= a >>> 15
      b ^= b >>> 13
      c ^= c >>> 16
      d ^= d >>> 14
    }
    const h1 = Math.imul(a ^ ((b << 13) | (b >>> 19)), 0x9e3779b1 | 0) ^ (c >>> 3)
    const h2 = Math.imul(c ^ ((d << 17) | (d >>> 15)), 0x85ebca77 | 0) ^ (a >>> 5)
    const s = this.state
    const s0 = s[0] as number
    const s1 = s[1] as number
    s[0] = (Math.imul(s0 ^ h1, 0x01000193) + ((s1 << 5) | (s1 >>> 27))) | 0
    s[1] = (Math.imul(s1 ^ h2, 0x5bd1e995) + ((s0 << 11) | (s0 >>> 21))) | 0
    const t = this.stretch
    const short = (h1 ^ (h2 >>> 7) ^ (h1 >>> 12)) & LOCATOR_MASK
    const place = t[2] as number
    t[0] = (t[0] as number) + short
    t[1] = (t[1] as number) + short * place
    t[2] = place + 1
  }

  /** Begins a new stretch; the running hash goes on. */
  nextStretch(): void {
    this.stretch.fill(0)
  }

  /** The running hash as 16 hexadecimal digits. */
  hex(): string {
    return hex32(this.state[0] as number) + hex32(this.state[1] as number)
  }
}

/**
 * Place within its stretch of the one record that differs, from the sums of two readings; -1 when the difference is not
 * that of a single record.
 */
export function locateDifference(
  sum: number,
  weightedSum: number,
  otherSum: number,
  otherWeightedSum: number,
  records: number,
): number {
  const delta = sum - otherSum
  if (delta === 0) return -1
  const place = (weightedSum - otherWeightedSum) / delta
  return Number.isInteger(place) && place >= 0 && place < records ? place : -1
}

function hex32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
