/**
 * Takes the rows of a run made again and compares them with the recorded ones, in order: the second half of a backtest's
 * proof, in which the exchange is asked too, so that a fill that it would not have given is named.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { recordRows } from '../../core/tape/row-buffer.ts'
import type { TapeSink } from '../../core/tape/source.ts'
import { placeOnLane, rowDifference } from './difference.ts'
import type { Difference } from './difference.ts'
import type { RecordReader } from './record-reader.ts'
import { sameBytes } from './same-bytes.ts'

export class CompareSink implements TapeSink {
  /** The first row that differs, if one does. */
  difference: Difference | undefined
  readonly #recorded: RecordReader
  readonly #instruments: readonly Instrument[]
  #rows = 0

  constructor(recorded: RecordReader, instruments: readonly Instrument[]) {
    this.#recorded = recorded
    this.#instruments = instruments
  }

  async append(rows: RowBuffer): Promise<void> {
    const recorded = this.#recorded
    for (let row = 0; row < rows.length && this.difference === undefined; row += recordRows(rows, row)) {
      this.#rows++
      const there = recorded.loaded || (await recorded.ready())
      if (there && sameBytes(recorded.buffer, recorded.row, rows, row)) recorded.advance()
      else this.difference = this.#differ(there, rows, row)
    }
  }

  /** Call when the run is over: what is recorded beyond it is a difference too. */
  async seal(): Promise<{ readonly rows: number; readonly hash: string }> {
    const recorded = this.#recorded
    if (this.difference === undefined && (recorded.loaded || (await recorded.ready())))
      this.difference = rowDifference(recorded, undefined, this.#instruments)
    return { rows: this.#rows, hash: '' }
  }

  /** Which of two rows is one too many is told by their places; in one place they are two versions of one row. */
  #differ(there: boolean, buffer: RowBuffer, row: number): Difference {
    const recorded = this.#recorded
    const replayed = { buffer, row }
    const lead = there ? placeOnLane(recorded.buffer, recorded.row) - placeOnLane(buffer, row) : Infinity
    return rowDifference(lead > 0 ? undefined : recorded, lead < 0 ? undefined : replayed, this.#instruments)
  }
}
