/**
 * The money lane of a run as it is written: configuration, money inputs and outputs in the order they happened, digests of
 * all inputs, checkpoints, and the end. Market inputs are not copied; the run names the tapes they came from.
 */
import { canonicalJson } from '../../core/engine/config.ts'
import type { RecordDigest } from '../../core/tape/digest.ts'
import { STRETCH_RECORDS } from '../../core/tape/digest.ts'
import { CHECKPOINT, END, INPUT_DIGEST, REFERENCE } from '../../core/tape/kinds.ts'
import type { Reference } from '../run/run-config.ts'
import { APPEND_TIME, CAUSE, NO_INSTRUMENT, ROW_BYTES, ROW_SLOTS, ROW_WORDS } from '../../core/tape/layout.ts'
import { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { TapeSink } from '../../core/tape/source.ts'
import { hashBytes } from '../../core/tape/state.ts'
import { writeText } from '../../core/tape/text-record.ts'

const BUFFER_ROWS = 16_384
/** Inputs between checkpoints: a second or less of replay, and a whole number of stretches. */
export const CHECKPOINT_INPUTS: number = 16 * STRETCH_RECORDS

/** Keeps a state of the engine in a file of its own. */
export type KeepCheckpoint = (number: number, state: Uint8Array) => Promise<void>

export class RunLog {
  readonly #sink: TapeSink | undefined
  readonly #keep: KeepCheckpoint | undefined
  readonly #states: { readonly number: number; readonly state: Uint8Array }[] = []
  #checkpoints = 0
  #rows: RowBuffer = new RowBuffer(BUFFER_ROWS)
  #full: RowBuffer[] = []

  /**
   * Without a sink nothing is kept (benchmarks); the calls stay the same. Without `keep` the rows of checkpoints are
   * written all the same, so that a run made again has them too.
   */
  constructor(sink: TapeSink | undefined, keep?: KeepCheckpoint) {
    this.#sink = sink
    this.#keep = keep
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

  /** True when the engine's state is to be given to `checkpoint`; asked at the end of a stretch. */
  checkpointDue(sequence: Float64Array): boolean {
    return this.#sink !== undefined && (sequence[0] as number) % CHECKPOINT_INPUTS === 0
  }

  /** Names the engine's state behind the last input, and keeps it. */
  checkpoint(state: Uint8Array, sequence: Float64Array, time: Float64Array): void {
    const number = ++this.#checkpoints
    this.#room(1)
    const row = this.#rows.append(CHECKPOINT.kind, 0, 0, NO_INSTRUMENT, 0)
    const at = row * ROW_SLOTS
    const { f64 } = this.#rows
    f64[at + APPEND_TIME] = time[0] as number
    f64[at + CAUSE] = (sequence[0] as number) - 1
    f64[at + CHECKPOINT.number] = number
    f64[at + CHECKPOINT.bytes] = state.length
    this.#writeHash(row, CHECKPOINT.hash, hashBytes(state))
    if (this.#keep !== undefined) this.#states.push({ number, state })
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
    const { f64 } = this.#rows
    f64[at + APPEND_TIME] = time[0] as number
    f64[at + CAUSE] = counts.inputs - 1
    f64[at + END.inputs] = counts.inputs
    f64[at + END.outputs] = counts.outputs
    this.#writeHash(row, END.hash, counts.stateHash)
  }

  /** Rows or states wait to be written. */
  get pending(): boolean {
    return this.#full.length > 0 || this.#states.length > 0
  }

  /** Hands full buffers to the sink; with `all`, the last one too. */
  async flush(all: boolean): Promise<void> {
    if (this.#sink === undefined) return
    // A state is there before the row that names it.
    for (const { number, state } of this.#states.splice(0)) await this.#keep?.(number, state)
    const full = this.#full
    this.#full = []
    for (const rows of full) await this.#sink.append(rows)
    if (all && this.#rows.length > 0) {
      await this.#sink.append(this.#rows)
      this.#rows.clear()
    }
  }

  /** Writes 128 bits that are given as 32 hexadecimal digits. */
  #writeHash(row: number, slot: number, digits: string): void {
    const { u32 } = this.#rows
    for (let i = 0; i < 4; i++) u32[row * ROW_WORDS + slot * 2 + i] = parseInt(digits.slice(i * 8, i * 8 + 8), 16)
  }

  #room(rows: number): void {
    if (this.#rows.hasRoom(rows)) return
    this.#full.push(this.#rows)
    this.#rows = new RowBuffer(Math.max(BUFFER_ROWS, rows))
  }
}
