/**
 * Fast digests of records, for comparing runs. They find accidents and name the record; tamper evidence is the SHA-256
 * chain of the files (segment.ts).
 */
import { ROW_WORDS } from './layout.ts'
import type { RowBuffer } from './row-buffer.ts'
import type { StateReader, StateWriter } from './state.ts'

/** Rows and columns of the grid over which the records of one stretch are laid out. */
export const GRID_SIDE = 256
/** Records of one stretch. */
export const STRETCH_RECORDS: number = GRID_SIDE * GRID_SIDE

/**
 * Digests a stream of records one by one, with no allocation.
 *
 * Records are counted (exclusive or) in a `grid`: record `i` of a stretch in row `i / 256` and in column `i % 256`. So a
 * record that differs between two readings is where a differing row and a differing column cross: it can be named without
 * keeping the original. At the end of a stretch the grid is folded into `state`, the digest of everything so far.
 */
export class RecordDigest {
  /** Digest of all stretches that were folded: two 32-bit words. */
  readonly state: Int32Array = Int32Array.of(0x243f6a88, 0x05a308d3) // no meaning: the first digits of pi
  /** Digests of the grid's rows, then of its columns. */
  readonly grid: Int32Array = new Int32Array(2 * GRID_SIDE)
  /** Records taken in this stretch. */
  count = 0

  /** Takes the record of `rows` rows at `row`. A full stretch that nobody closed is folded first. */
  take(buffer: RowBuffer, row: number, rows: number): void {
    if (this.count === STRETCH_RECORDS) {
      this.fold()
      this.nextStretch()
    }
    const mark = digestOf(buffer.i32, row * ROW_WORDS, (row + rows) * ROW_WORDS)
    const { grid } = this
    const place = this.count
    const gridRow = place >> 8
    const gridColumn = GRID_SIDE + (place & 255)
    grid[gridRow] = (grid[gridRow] as number) ^ mark
    grid[gridColumn] = (grid[gridColumn] as number) ^ mark
    this.count = place + 1
  }

  /** Takes the records of one row each from `row` to before `end`; the stretch must have room for them. */
  takeSingles(buffer: RowBuffer, row: number, end: number): void {
    const { i32 } = buffer
    const { grid } = this
    let place = this.count
    for (let at = row * ROW_WORDS, stop = end * ROW_WORDS; at < stop; at += ROW_WORDS) {
      const mark = digestOf(i32, at, at + ROW_WORDS)
      const gridRow = place >> 8
      const gridColumn = GRID_SIDE + (place & 255)
      grid[gridRow] = (grid[gridRow] as number) ^ mark
      grid[gridColumn] = (grid[gridColumn] as number) ^ mark
      place++
    }
    this.count = place
  }

  /** Folds the stretch at hand into `state`; the grid stays for whoever wants to keep it. */
  fold(): void {
    foldInto(this.state, this.grid, this.count)
  }

  /** Begins a new stretch. */
  nextStretch(): void {
    this.grid.fill(0)
    this.count = 0
  }

  /** Digest of all records so far, the stretch at hand included, as 16 hexadecimal digits. */
  hex(): string {
    const state = Int32Array.from(this.state)
    if (this.count > 0) foldInto(state, this.grid, this.count)
    return hex32(state[0] as number) + hex32(state[1] as number)
  }

  save(writer: StateWriter): void {
    writer.begin('digest', 1)
    writer.i32s(this.state)
    writer.i32s(this.grid)
    writer.u32(this.count)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('digest', 1)
    reader.into(this.state)
    reader.into(this.grid)
    this.count = reader.u32()
    reader.end()
  }
}

/** Digest of the words from `start` to before `end`, whole rows. */
function digestOf(w: Int32Array, start: number, end: number): number {
  let h = 0x13198a2e
  for (let i = start; i < end; i += 8) {
    // One product per pair of words: a changed word changes its pair, and an odd factor never loses that.
    const b = w[i + 1] as number
    const d = w[i + 3] as number
    const f = w[i + 5] as number
    const k = w[i + 7] as number
    const low =
      Math.imul((w[i] as number) ^ ((b << 11) | (b >>> 21)), 0x85ebca6b) +
      Math.imul((w[i + 2] as number) ^ ((d << 13) | (d >>> 19)), 0x27d4eb2f)
    const high =
      Math.imul((w[i + 4] as number) ^ ((f << 7) | (f >>> 25)), 0x165667b1) +
      Math.imul((w[i + 6] as number) ^ ((k << 17) | (k >>> 15)), 0x2545f491)
    h = Math.imul(h + low, 0x1e3779b1) ^ high
  }
  return h ^ (h >>> 15)
}

function foldInto(state: Int32Array, grid: Int32Array, count: number): void {
  let a = (state[0] as number) ^ count
  let b = state[1] as number
  for (let i = 0; i < grid.length; i++) {
    a = Math.imul(a ^ (grid[i] as number), 0x01000193) + ((b << 5) | (b >>> 27))
    b = Math.imul(b ^ a, 0x3c6ef35f) + ((a << 11) | (a >>> 21))
  }
  state[0] = a
  state[1] = b
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
