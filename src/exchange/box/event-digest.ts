/**
 * One hash over all events of a venue, in the order in which they happened, however often the log was read and cleared in
 * between: two runs with the same seed and the same requests have the same. Finds accidents, not tampering.
 */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { FIELDS, type EventLog } from '../venue/events.ts'

export class EventDigest {
  readonly #state: Int32Array = Int32Array.of(0x6a09e667, 0x3c6ef372)
  /** Events that went in. */
  readonly #count: Float64Array = new Float64Array(1)

  get events(): number {
    return this.#count[0] as number
  }

  /** Takes in the events of a log. */
  add(log: EventLog): void {
    const state = this.#state
    const words = new Int32Array(log.cells.buffer, 0, log.length * FIELDS * 2)
    let a = state[0] as number
    let b = state[1] as number
    for (let i = 0; i < words.length; i += 2) {
      a = Math.imul(a ^ (words[i] as number), 0x9e3779b1 | 0)
      a = (a << 13) | (a >>> 19)
      b = Math.imul(b ^ (words[i + 1] as number) ^ a, 0x85ebca6b | 0)
      b = (b << 15) | (b >>> 17)
    }
    state[0] = a
    state[1] = b
    this.#count[0] = (this.#count[0] as number) + log.length
  }

  /** Sixteen hexadecimal digits. */
  text(): string {
    return [...this.#state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }

  save(writer: StateWriter): void {
    writer.begin('event-digest', 1)
    writer.i32s(this.#state)
    writer.f64s(this.#count)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('event-digest', 1)
    reader.into(this.#state)
    reader.into(this.#count)
    reader.end()
  }
}
