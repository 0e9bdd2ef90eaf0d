/**
 * Takes the rows of a run made again and compares them with the recorded ones, in order: the second half of a backtest's
 * proof, in which the exchange is asked too, so that a fill that it would not have given is named.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { FILL } from '../../core/tape/kinds.ts'
import { CAUSE, MONEY_KINDS, ROW_SLOTS } from '../../core/tape/layout.ts'
import { printRow } from '../../core/tape/print.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { recordRows } from '../../core/tape/row-buffer.ts'
import type { TapeSink } from '../../core/tape/source.ts'
import type { RecordReader } from './record-reader.ts'
import { sameBytes } from './verify.ts'
import type { Difference } from './verify.ts'

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
    for (let row = 0; row < rows.length && this.difference === undefined; row += recordRows(rows, row)) {
      this.#rows++
      if (!this.#recorded.loaded && !(await this.#recorded.ready()))
        this.difference = this.#differ(rows, row, 'nothing: the recorded run ends here')
      else if (
        sameBytes(
          this.#recorded.buffer,
          this.#recorded.row,
          rows,
          row,
          recordRows(this.#recorded.buffer, this.#recorded.row),
        )
      )
        this.#recorded.advance()
      else
        this.difference = this.#differ(
          rows,
          row,
          printRow(this.#recorded.buffer, this.#recorded.row, this.#instruments),
        )
    }
  }

  async seal(): Promise<{ readonly rows: number; readonly hash: string }> {
    return Promise.resolve({ rows: this.#rows, hash: '' })
  }

  #differ(rows: RowBuffer, row: number, recorded: string): Difference {
    const kind = rows.u8[row * 64] as number
    const money = kind >= MONEY_KINDS.first && kind <= MONEY_KINDS.last
    return {
      what: kind === FILL.kind ? 'fill' : money ? 'input' : 'output',
      // SEQUENCE of inputs and CAUSE of outputs are one slot.
      sequence: rows.f64[row * ROW_SLOTS + CAUSE] as number,
      recorded,
      replayed: printRow(rows, row, this.#instruments),
    }
  }
}
