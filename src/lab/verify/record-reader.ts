/** A tape one record at a time, for readers that go by sequence and not by speed. */
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { RowBuffer as Rows, recordRows } from '../../core/tape/row-buffer.ts'
import type { TapeSource } from '../../core/tape/source.ts'

export class RecordReader {
  /** Buffer and row of the record at hand; valid after `ready` said true, until `advance`. */
  buffer: RowBuffer = new Rows(1)
  row = 0
  readonly #source: TapeSource
  #open = false

  constructor(source: TapeSource) {
    this.#source = source
  }

  /** True when a record is at hand without waiting. */
  get loaded(): boolean {
    return this.#open && this.row < this.buffer.length
  }

  /** Makes a record available; false at the end of the tape. */
  async ready(): Promise<boolean> {
    while (!this.#open || this.row >= this.buffer.length) {
      if (this.#open) this.#source.release(this.buffer)
      const next = await this.#source.next()
      this.#open = next !== undefined
      if (next === undefined) return false
      this.buffer = next
      this.row = 0
    }
    return true
  }

  /** Goes on to the next record. */
  advance(): void {
    this.row += recordRows(this.buffer, this.row)
  }

  close(): Promise<void> {
    return this.#source.close()
  }
}
