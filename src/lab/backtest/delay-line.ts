/**
 * Rows on their way: to the venue or back. First in, first out, like a connection: a later message never overtakes.
 */
import { assert } from '../../core/assert.ts'
import { RowBuffer, recordRows } from '../../core/tape/row-buffer.ts'

/** Rows that may be under way; one step of an engine writes far fewer. */
const CAPACITY = 65_536

export class DelayLine {
  #rows: RowBuffer = new RowBuffer(CAPACITY)
  #spare: RowBuffer = new RowBuffer(CAPACITY)
  /** Arrival time of the record that starts at each row. */
  #times: Float64Array = new Float64Array(CAPACITY)
  #spareTimes: Float64Array = new Float64Array(CAPACITY)
  #head = 0
  readonly #last: Float64Array = Float64Array.of(-Infinity)

  get empty(): boolean {
    return this.#head === this.#rows.length
  }

  /** Sends a record that arrives at `time[0]`, or right after the one before it if that is later. */
  send(from: RowBuffer, row: number, time: Float64Array): void {
    const wanted = recordRows(from, row)
    if (!this.#rows.hasRoom(wanted)) this.#compact()
    assert(this.#rows.hasRoom(wanted), 'more rows are under way than a delay line holds')
    const to = this.#rows.appendRecord(from, row)
    if ((time[0] as number) > (this.#last[0] as number)) this.#last[0] = time[0] as number
    this.#times[to] = this.#last[0] as number
  }

  /** Writes the first record's arrival time into `out[0]` (Infinity when nothing is under way). */
  next(out: Float64Array): void {
    out[0] = this.#head === this.#rows.length ? Infinity : (this.#times[this.#head] as number)
  }

  get rows(): RowBuffer {
    return this.#rows
  }

  /** Row of the first record. */
  get head(): number {
    return this.#head
  }

  /** Takes the first record out. Its bytes stay readable until the next `send`. */
  take(): void {
    this.#head += recordRows(this.#rows, this.#head)
    if (this.#head === this.#rows.length) {
      this.#head = 0
      this.#rows.clear()
    }
  }

  /** Moves what is under way to the front of the other buffer. */
  #compact(): void {
    const to = this.#spare
    to.clear()
    for (let row = this.#head; row < this.#rows.length; row += recordRows(this.#rows, row))
      this.#spareTimes[to.appendRecord(this.#rows, row)] = this.#times[row] as number
    this.#spare = this.#rows
    this.#rows = to
    const times = this.#times
    this.#times = this.#spareTimes
    this.#spareTimes = times
    this.#head = 0
  }
}
