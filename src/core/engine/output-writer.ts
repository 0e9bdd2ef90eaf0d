/**
 * Writes the engine's output rows: each carries the input that caused it and its place among that input's outputs.
 */
import { APPEND_TIME, CAUSE, NO_INSTRUMENT, ROW_BYTES, ROW_SLOTS } from '../tape/layout.ts'
import { TEXT } from '../tape/kinds.ts'
import { RecordDigest } from '../tape/digest.ts'
import { RowBuffer } from '../tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import { assert } from '../assert.ts'

/** Rows that there is room for at first; a whole account that is flattened takes more. */
const CAPACITY = 16_384
/** Outputs of one input that can be counted: their place is a u16. */
const MOST_OUTPUTS = 65_536
/** Texts that are told apart: a strategy that numbers its reasons must not fill the memory. The last one is for the rest. */
const MOST_TEXTS = 4096
const OTHER_TEXTS = 'other reasons'
const LONGEST_TEXT = 1000

export class OutputWriter {
  /** Output rows that wait to be taken. Another buffer after `add`, when there was no room: read it anew. */
  rows: RowBuffer = new RowBuffer(CAPACITY)
  readonly digest: RecordDigest = new RecordDigest()
  /** [cause, engine time, outputs so far] */
  readonly #cells: Float64Array = new Float64Array(3)
  #n = 0
  #digested = 0
  readonly #texts: Map<string, number> = new Map()

  /** Outputs written so far in this session. */
  get count(): number {
    return this.#cells[2] as number
  }

  /** Outputs of the input at hand. */
  get caused(): number {
    return this.#n
  }

  /** Begins the outputs of one input; its time and sequence are read from the engine's cells. */
  begin(sequence: Float64Array, time: Float64Array): void {
    this.#cells[0] = sequence[0] as number
    this.#cells[1] = time[0] as number
    this.#n = 0
  }

  /**
   * Appends a zeroed output row and returns its index in `rows`; the caller fills in the payload. Throws RangeError when
   * one input causes more than can be counted.
   */
  add(kind: number, flags: number, instrument: number, continuation: number): number {
    if (this.#n === MOST_OUTPUTS) throw new RangeError(`one input caused more than ${MOST_OUTPUTS} outputs`)
    if (!this.rows.hasRoom(1 + continuation)) this.#grow(1 + continuation)
    const { rows } = this
    const row = rows.append(kind, flags, this.#n++, instrument, continuation)
    const at = row * ROW_SLOTS
    rows.f64[at + APPEND_TIME] = this.#cells[1] as number
    rows.f64[at + CAUSE] = this.#cells[0] as number
    this.#cells[2] = (this.#cells[2] as number) + 1
    return row
  }

  /** Digests what this input wrote; called once at the end of each step. */
  finish(): void {
    const { rows } = this
    let row = this.#digested
    while (row < rows.length) {
      const taken = 1 + (rows.u16[row * 32 + 1] as number)
      this.digest.take(rows, row, taken)
      row += taken
    }
    this.#digested = row
  }

  /** Forgets rows that the caller has taken. */
  clear(): void {
    assert(this.#digested === this.rows.length, 'outputs are taken between steps only')
    this.rows.clear()
    this.#digested = 0
  }

  /** Number of a text; a TEXT row gives it one the first time. Texts come from strategies, never from sockets. */
  text(value: string): number {
    const text = value.slice(0, LONGEST_TEXT)
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const number = this.#texts.size + 1
    if (number > MOST_TEXTS) return MOST_TEXTS
    const name = number === MOST_TEXTS ? OTHER_TEXTS : text
    this.#texts.set(name, number)
    const bytes = asciiOf(name)
    const row = this.add(TEXT.kind, 0, NO_INSTRUMENT, Math.ceil(bytes.length / 64))
    this.rows.u32[row * 16 + TEXT.textByte / 4] = number
    this.rows.u32[row * 16 + TEXT.textBytesByte / 4] = bytes.length
    this.rows.u8.set(bytes, (row + 1) * 64)
    return number
  }

  /** The text of a number, for views. */
  textOf(number: number): string {
    for (const [text, known] of this.#texts) if (known === number) return text
    return ''
  }

  #grow(wanted: number): void {
    const grown = new RowBuffer(Math.max(this.rows.capacity * 2, this.rows.length + wanted))
    grown.u8.set(this.rows.u8.subarray(0, this.rows.length * ROW_BYTES))
    grown.length = this.rows.length
    this.rows = grown
  }

  save(writer: StateWriter): void {
    writer.begin('outputs', 1)
    writer.f64(this.count)
    this.digest.save(writer)
    writer.u32(this.#texts.size)
    for (const text of this.#texts.keys()) writer.text(text)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('outputs', 1)
    this.#cells[2] = reader.f64()
    this.digest.load(reader)
    const texts = reader.u32()
    for (let i = 1; i <= texts; i++) this.#texts.set(reader.text(), i)
    reader.end()
  }
}

/** Bytes of a text; anything outside printable ASCII becomes `?`, because reasons are words, not payload. */
function asciiOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0)
    return code >= 32 && code < 127 ? code : 63
  })
}
