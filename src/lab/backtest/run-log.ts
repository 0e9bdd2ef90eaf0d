/**
 * The money lane of a run as it is written: configuration, money inputs and outputs in the order they happened, digests of
 * all inputs, checkpoints, and the end. Market inputs are not copied; the run names the tapes they came from.
 */
import { canonicalJson } from '../../core/engine/config.ts'
import type { RecordDigest } from '../../core/tape/digest.ts'
import { STRETCH_RECORDS } from '../../core/tape/digest.ts'
import { END, INPUT_DIGEST, REFERENCE } from '../../core/tape/kinds.ts'
import type { Reference } from '../run/run-config.ts'
import { APPEND_TIME, CAUSE, NO_INSTRUMENT, ROW_BYTES, ROW_SLOTS, ROW_WORDS } from '../../core/tape/layout.ts'
import { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { TapeSink } from '../../core/tape/source.ts'
import { writeText } from '../../core/tape/text-record.ts'

const BUFFER_ROWS = 16_384

export class RunLog {
  readonly #sink: TapeSink | undefined
  #rows: RowBuffer = new RowBuffer(BUFFER_ROWS)
  #full: RowBuffer[] = []

  /** Without a sink nothing is kept (benchmarks); the calls stay the same. */
  constructor(sink: TapeSink | undefined) {
    this.#sink = sink
  }

  /** Copies a record: a money input, an output, or a row of structure. */
  take(buffer: RowBuffer, row: number): void {
    if (this.#sink === undefined) return
    const rows = 1 + (buffer.u16[row * 32 + 1] as number)
    this.#room(rows)
    this.#rows.appendRecord(buffer, row)
  }

  reference(reference: Reference): void {
    if (this.#sink === undefined) return
    const text = canonicalJson(reference)
    this.#room(2 + Math.ceil(text.length / 16))
    writeText(this.#rows, REFERENCE.kind, REFERENCE.textBytesByte, text)
  }

  /** Writes the sums of the stretch of inputs that ends before `sequence[0]` and begins a new one. */
  digest(digest: RecordDigest, sequence: Float64Array, time: Float64Array): void {
    const count = digest.count
    if (count > 0) digest.fold()
    if (count > 0 && this.#sink !== undefined) {
      const rows = Math.ceil(digest.grid.byteLength / ROW_BYTES)
      this.#room(1 + rows)
      const row = this.#rows.append(INPUT_DIGEST.kind, 0, 0, NO_INSTRUMENT, rows)
      const at = row * ROW_SLOTS
      const { f64, i32 } = this.#rows
      f64[at + APPEND_TIME] = time[0] as number
      f64[at + CAUSE] = (sequence[0] as number) - 1
      f64[at + INPUT_DIGEST.firstSequence] = (sequence[0] as number) - count
      f64[at + INPUT_DIGEST.count] = count
      const word = row * ROW_WORDS + INPUT_DIGEST.hash * 2
      i32[word] = digest.state[0] as number
      i32[word + 1] = digest.state[1] as number
      i32.set(digest.grid, row * ROW_WORDS + INPUT_DIGEST.grid * 2)
    }
    digest.nextStretch()
  }

  /** True when a stretch of inputs is complete and `digest` is to be called. */
  static stretchIsFull(digest: RecordDigest): boolean {
    return digest.count >= STRETCH_RECORDS
  }

  /** Writes the closing row: counts and the state hash (32 hexadecimal digits). */
  end(
    counts: { readonly inputs: number; readonly outputs: number; readonly stateHash: string },
    time: Float64Array,
  ): void {
    if (this.#sink === undefined) return
    this.#room(1)
    const row = this.#rows.append(END.kind, 0, 0, NO_INSTRUMENT, 0)
    const at = row * ROW_SLOTS
    const { f64, u32 } = this.#rows
    f64[at + APPEND_TIME] = time[0] as number
    f64[at + CAUSE] = counts.inputs - 1
    f64[at + END.inputs] = counts.inputs
    f64[at + END.outputs] = counts.outputs
    for (let i = 0; i < 4; i++)
      u32[row * ROW_WORDS + END.hash * 2 + i] = parseInt(counts.stateHash.slice(i * 8, i * 8 + 8), 16)
  }

  /** Rows wait to be written. */
  get pending(): boolean {
    return this.#full.length > 0
  }

  /** Hands full buffers to the sink; with `all`, the last one too. */
  async flush(all: boolean): Promise<void> {
    if (this.#sink === undefined) return
    const full = this.#full
    this.#full = []
    for (const rows of full) await this.#sink.append(rows)
    if (all && this.#rows.length > 0) {
      await this.#sink.append(this.#rows)
      this.#rows.clear()
    }
  }

  #room(rows: number): void {
    if (this.#rows.hasRoom(rows)) return
    this.#full.push(this.#rows)
    this.#rows = new RowBuffer(Math.max(BUFFER_ROWS, rows))
  }
}
