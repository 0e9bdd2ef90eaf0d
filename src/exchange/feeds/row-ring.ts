/** The newest rows of a kind, oldest first: a ring of fixed width that grows until its bound and then forgets the oldest. */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'

const FIRST_ROWS = 16

export class RowRing {
  readonly width: number
  readonly bound: number
  /** Row `i` begins at `cells[at(i)]`. Replaced when the ring grows. */
  cells: Float64Array
  length = 0
  #first = 0
  #capacity: number

  /** `width` cells a row, at most `bound` rows. */
  constructor(width: number, bound: number) {
    this.width = width
    this.bound = bound
    this.#capacity = Math.min(FIRST_ROWS, bound)
    this.cells = new Float64Array(this.#capacity * width)
  }

  /** Where row `index` begins, 0 the oldest. */
  at(index: number): number {
    const row = this.#first + index
    return (row < this.#capacity ? row : row - this.#capacity) * this.width
  }

  /** Appends a row of zeros and returns where it begins. */
  append(): number {
    if (this.length === this.#capacity && this.#capacity < this.bound) this.#grow()
    if (this.length === this.bound) this.#first = this.#first + 1 === this.#capacity ? 0 : this.#first + 1
    else this.length++
    const start = this.at(this.length - 1)
    this.cells.fill(0, start, start + this.width)
    return start
  }

  /** Appends a copy of the row at `source[start]`. */
  push(source: Float64Array, start: number): void {
    const to = this.append()
    for (let i = 0; i < this.width; i++) this.cells[to + i] = source[start + i] as number
  }

  /** Forgets the oldest `count` rows. */
  drop(count: number): void {
    const gone = Math.min(count, this.length)
    this.#first = (this.#first + gone) % this.#capacity
    this.length -= gone
  }

  /** The index of the first row whose `column`, which must not fall from row to row, is at least `value`; `length` for none. */
  search(column: number, value: number): number {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.cells[this.at(middle) + column] as number) < value) low = middle + 1
      else high = middle
    }
    return low
  }

  save(writer: StateWriter): void {
    const rows = new Float64Array(this.length * this.width)
    for (let i = 0; i < this.length; i++) {
      const start = this.at(i)
      rows.set(this.cells.subarray(start, start + this.width), i * this.width)
    }
    writer.begin('row-ring', 1)
    writer.f64s(rows)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('row-ring', 1)
    const rows = reader.f64s()
    reader.end()
    this.#first = 0
    this.length = 0
    for (let at = 0; at < rows.length; at += this.width) this.push(rows, at)
  }

  #grow(): void {
    const capacity = Math.min(this.#capacity * 2, this.bound)
    const cells = new Float64Array(capacity * this.width)
    for (let i = 0; i < this.length; i++) {
      const start = this.at(i)
      cells.set(this.cells.subarray(start, start + this.width), i * this.width)
    }
    this.cells = cells
    this.#capacity = capacity
    this.#first = 0
  }
}
