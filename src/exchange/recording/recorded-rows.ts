/**
 * Rows of a tape for a machine that cannot wait: whoever reads the tape puts buffers in ahead of time.
 *
 * In: buffers in tape order, and the word that there are no more. Out: the buffer being played. Refuses to hold more than it
 * needs: ask `wants` before reading on. Where none is there the market stands until one comes, and then catches up.
 */
import type { RowBuffer } from '../../core/tape/row-buffer.ts'

/** Buffers held ahead: some seconds of the busiest recording at the fastest pace. */
const AHEAD = 8

export class RecordedRows {
  /** No more buffers will come. */
  complete = false
  readonly #buffers: RowBuffer[] = []
  readonly #release: (buffer: RowBuffer) => void

  /** `release` is given each buffer that has been played. */
  constructor(release: (buffer: RowBuffer) => void) {
    this.#release = release
  }

  /** Whether another buffer should be read. */
  get wants(): boolean {
    return !this.complete && this.#buffers.length < AHEAD
  }

  /** The buffer to play, undefined while there is none. */
  get current(): RowBuffer | undefined {
    return this.#buffers[0]
  }

  /** Everything has been played. */
  get ended(): boolean {
    return this.complete && this.#buffers.length === 0
  }

  put(buffer: RowBuffer): void {
    this.#buffers.push(buffer)
  }

  /** The current buffer has been played. */
  pass(): void {
    const played = this.#buffers.shift()
    if (played !== undefined) this.#release(played)
  }
}
