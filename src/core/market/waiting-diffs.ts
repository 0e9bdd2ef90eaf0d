/** The diffs that a book without a snapshot keeps until one comes: always one unbroken chain, bounded. */
import { VERSION } from '../tape/layout.ts'
import { RowBuffer, recordRows } from '../tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import { LINK, linkToDiff, type ChainRule } from './chain-rule.ts'

const FEWEST_ROWS = 64
/** 1 MB: 30 s of the busiest recorded book; a snapshot that takes longer has to connect to what came last. */
const MOST_ROWS = 16_384

export class WaitingDiffs {
  rows: RowBuffer = new RowBuffer(FEWEST_ROWS)
  /** Diffs given up: to make room, or because a later one did not continue them. */
  dropped = 0
  #count = 0
  readonly #rule: ChainRule
  /** [id of the last diff kept] */
  readonly #last: Float64Array = new Float64Array(1)

  constructor(rule: ChainRule) {
    this.#rule = rule
  }

  /** Keeps the diff at `row`, and no longer those before it if it does not continue them. */
  add(buffer: RowBuffer, row: number): void {
    if (this.#count > 0) {
      const link = linkToDiff(this.#rule, buffer, row, this.#last)
      if (link === LINK.old) return
      if (link === LINK.gap) this.#drop()
    }
    const wanted = recordRows(buffer, row)
    if (!this.rows.hasRoom(wanted)) this.#makeRoom(wanted)
    this.rows.appendRecord(buffer, row)
    this.#count++
    this.#last[0] = buffer.f64[row * 8 + VERSION] as number
  }

  /** Forgets all, and gives the space back: a live book does not need it. */
  clear(): void {
    if (this.rows.capacity > FEWEST_ROWS) this.rows = new RowBuffer(FEWEST_ROWS)
    this.rows.clear()
    this.#count = 0
  }

  save(writer: StateWriter): void {
    writer.begin('waiting-diffs', 1)
    writer.f64(this.dropped)
    writer.u32(this.#count)
    writer.f64(this.#last[0] as number)
    writer.u8s(this.rows.u8, 0, this.rows.length * 64)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('waiting-diffs', 1)
    this.dropped = reader.f64()
    this.#count = reader.u32()
    this.#last[0] = reader.f64()
    const bytes = reader.u8s()
    this.rows = new RowBuffer(Math.max(FEWEST_ROWS, bytes.length / 64))
    this.rows.u8.set(bytes)
    this.rows.length = bytes.length / 64
    reader.end()
  }

  #drop(): void {
    this.dropped += this.#count
    this.clear()
  }

  #makeRoom(rows: number): void {
    let capacity = this.rows.capacity * 2
    while (capacity < this.rows.length + rows) capacity *= 2
    if (capacity > MOST_ROWS && this.rows.length > 0) {
      this.#drop()
      if (this.rows.hasRoom(rows)) return
      capacity = Math.max(MOST_ROWS, rows)
    }
    const grown = new RowBuffer(capacity)
    grown.u8.set(this.rows.u8.subarray(0, this.rows.length * 64))
    grown.length = this.rows.length
    this.rows = grown
  }
}
