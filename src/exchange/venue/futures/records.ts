/**
 * A bounded memory of things that happened to accounts: rows of doubles with a text each, oldest forgotten first.
 *
 * In: rows, one account each. Out: an account's rows, newest first, while they are remembered. Owns: the ring. Nothing is
 * allocated per row but when the ring grows to its capacity; a row is named by its serial number, which never repeats.
 */
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'

const FIRST_ROWS = 64

export class Records {
  /** Doubles of a row; read them from `cells` at `at(serial)`. */
  readonly columns: number
  readonly capacity: number
  /** Serial number of the next row; the first is 1. */
  next = 1
  cells: Float64Array
  /** A text of each row. */
  texts: string[] = []
  /** By row: serial of the account's row before, 0 for none. */
  #previous: Float64Array
  /** By account: serial of its last row. */
  #last: Float64Array = new Float64Array(16)
  #rows = FIRST_ROWS

  constructor(columns: number, capacity: number) {
    this.columns = columns
    this.capacity = Math.max(1, capacity)
    this.#rows = Math.min(FIRST_ROWS, this.capacity)
    this.cells = new Float64Array(this.#rows * columns)
    this.#previous = new Float64Array(this.#rows)
  }

  /** Makes a row and returns where its cells begin; all of them are to be written. */
  append(account: number, text: string): number {
    const serial = this.next++
    if (serial > this.#rows && this.#rows < this.capacity) this.#grow()
    const row = (serial - 1) % this.#rows
    if (account >= this.#last.length) this.#last = longer(this.#last, account + 1)
    this.#previous[row] = this.#last[account] as number
    this.#last[account] = serial
    if (this.texts[row] !== text) this.texts[row] = text
    return row * this.columns
  }

  /** Where the cells of a remembered row begin. */
  at(serial: number): number {
    return ((serial - 1) % this.#rows) * this.columns
  }

  /** Text of a remembered row. */
  textOf(serial: number): string {
    return this.texts[(serial - 1) % this.#rows] ?? ''
  }

  /** Serial of an account's newest remembered row, 0 for none. */
  newest(account: number): number {
    return this.#remembered(this.#last[account] ?? 0)
  }

  /** Serial of the row of the same account before this one, 0 for none. */
  before(serial: number): number {
    return this.#remembered(this.#previous[(serial - 1) % this.#rows] as number)
  }

  save(writer: StateWriter): void {
    const used = Math.min(this.next - 1, this.#rows)
    writer.begin('records', 1)
    writer.f64(this.next)
    writer.u32(this.#rows)
    writer.f64s(this.cells, 0, used * this.columns)
    writer.f64s(this.#previous, 0, used)
    writer.f64s(this.#last)
    for (let row = 0; row < used; row++) writer.text(this.texts[row] ?? '')
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('records', 1)
    this.next = reader.f64()
    this.#rows = reader.u32()
    this.cells = longer(reader.f64s(), this.#rows * this.columns)
    this.#previous = longer(reader.f64s(), this.#rows)
    this.#last = reader.f64s()
    const used = Math.min(this.next - 1, this.#rows)
    this.texts = []
    for (let row = 0; row < used; row++) this.texts.push(reader.text())
    reader.end()
  }

  #remembered(serial: number): number {
    return serial + this.#rows < this.next ? 0 : serial
  }

  /** Only ever before the ring has come round, so that rows keep their places. */
  #grow(): void {
    this.#rows = Math.min(this.#rows * 2, this.capacity)
    this.cells = longer(this.cells, this.#rows * this.columns)
    this.#previous = longer(this.#previous, this.#rows)
  }
}

/** The same column with room for at least `length` elements, twice as many as before where that is more than it needs. */
export function longer(column: Float64Array, length: number): Float64Array {
  if (length <= column.length) return column
  const grown = new Float64Array(length)
  grown.set(column)
  return grown
}
