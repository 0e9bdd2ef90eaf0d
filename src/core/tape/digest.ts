/**
 * Fast digests of records, for comparing runs. They find accidents and name the record; tamper evidence is the SHA-256
 * chain of the files (segment.ts).
 */
import { ROW_WORDS } from './layout.ts'
import type { RowBuffer } from './row-buffer.ts'

/** Rows and columns of the grid over which the records of one stretch are laid out. */
export const GRID_SIDE = 256
/** Records of one stretch. */
export const STRETCH_RECORDS: number = GRID_SIDE * GRID_SIDE

/**
 * Digests a stream of records one by one, with no allocation.
 *
 * `state` is a running 64-bit digest of all records. `grid` belongs to the stretch at hand: record `i` of it is counted
 * (exclusive or) in row `i / 256` and in column `i % 256`, so that a record that differs between two readings is where a
 * differing row and a differing column cross: it can be named without keeping the original.
 */
export class RecordDigest {
  /** The running digest: two 32-bit words. */
  readonly state: Int32Array = Int32Array.of(0x243f6a88, 0x05a308d3) // no meaning: the first digits of pi
  /** Digests of the grid's rows, then of its columns. */
  readonly grid: Int32Array = new Int32Array(2 * GRID_SIDE)
  /** Records taken in this stretch; the caller begins a new one at STRETCH_RECORDS. */
  count = 0

  /** Takes the record of `rows` rows at `row`. */
  take(buffer: RowBuffer, row: number, rows: number): void {
    const words = buffer.i32
    const end = (row + rows) * ROW_WORDS
    let h = 0x13198a2e
    let g = 0x03707344
    for (let w = row * ROW_WORDS; w < end; w += 8) {
      // Products with odd constants are sums that do not wait for each other; a changed word always changes its product.
      const a =
        (Math.imul(words[w] as number, 0x85ebca6b) + Math.imul(words[w + 1] as number, 0x27d4eb2f)) ^
        (Math.imul(words[w + 2] as number, 0x165667b1) + Math.imul(words[w + 3] as number, 0x1b873593))
      const b =
        (Math.imul(words[w + 4] as number, 0x2545f491) + Math.imul(words[w + 5] as number, 0x6c078965)) ^
        (Math.imul(words[w + 6] as number, 0x41c64e6d) + Math.imul(words[w + 7] as number, 0x7feb352d))
      h = Math.imul(h ^ a, 0x1e3779b1) ^ (b + ((h << 7) | (h >>> 25)))
      g = Math.imul(g ^ b, 0x5bd1e995) + (a ^ ((g << 13) | (g >>> 19)))
    }
    h ^= h >>> 15
    const { state, grid } = this
    const first = state[0] as number
    const second = state[1] as number
    state[0] = Math.imul(first ^ h, 0x01000193) + ((second << 5) | (second >>> 27))
    state[1] = Math.imul(second ^ g, 0x3c6ef35f) + ((first << 11) | (first >>> 21))
    const mark = h ^ g
    const place = this.count
    // Beyond a stretch that nobody closed the places begin anew; outside the grid they would cost more than they say.
    const gridRow = (place >> 8) & 255
    const gridColumn = GRID_SIDE + (place & 255)
    grid[gridRow] = (grid[gridRow] as number) ^ mark
    grid[gridColumn] = (grid[gridColumn] as number) ^ mark
    this.count = place + 1
  }

  /** Begins a new stretch; the running digest goes on. */
  nextStretch(): void {
    this.grid.fill(0)
    this.count = 0
  }

  /** The running digest as 16 hexadecimal digits. */
  hex(): string {
    return hex32(this.state[0] as number) + hex32(this.state[1] as number)
  }
}

/** Place within its stretch of the one record that differs between two grids; -1 if more than one (or none) does. */
export function locateDifference(grid: Int32Array, other: Int32Array): number {
  const row = onlyDifference(grid, other, 0)
  const column = onlyDifference(grid, other, GRID_SIDE)
  return row < 0 || column < 0 ? -1 : row * GRID_SIDE + column
}

function onlyDifference(grid: Int32Array, other: Int32Array, from: number): number {
  let found = -1
  for (let i = 0; i < GRID_SIDE; i++) {
    if (grid[from + i] === other[from + i]) continue
    if (found >= 0) return -1
    found = i
  }
  return found
}

function hex32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
