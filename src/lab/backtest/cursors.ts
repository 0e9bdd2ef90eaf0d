/**
 * Buffers of a tape between two readers: the strategy's cursor takes rows one by one, the exchange's looks ahead of it.
 */
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { TapeSource } from '../../core/tape/source.ts'
import type { VenueOrder } from './venue-order.ts'
import { WINDOW_ROWS } from './venue-order.ts'

export class Cursors {
  readonly #source: TapeSource
  readonly #window: VenueOrder
  /** Loaded buffers, the strategy's first. */
  readonly #buffers: RowBuffer[] = []
  /** Records of the loaded buffers behind the strategy's, which the exchange may look at. */
  #recordsAhead = 0
  #ended = false
  // The look-ahead's place: index into #buffers and row.
  #aheadBuffer = 0
  #aheadRow = 0

  constructor(source: TapeSource, window: VenueOrder) {
    this.#source = source
    this.#window = window
  }

  /** The strategy's next buffer, with enough loaded behind it for the exchange to look ahead; undefined at the end. */
  async next(): Promise<RowBuffer | undefined> {
    if (this.#buffers.length === 0 && !(await this.#load())) return undefined
    const buffer = this.#buffers[0] as RowBuffer
    this.#recordsAhead = 0
    for (let i = 1; i < this.#buffers.length; i++) this.#recordsAhead += countRecords(this.#buffers[i] as RowBuffer)
    while (this.#recordsAhead < 2 * WINDOW_ROWS && (await this.#load()))
      this.#recordsAhead += countRecords(this.#buffers[this.#buffers.length - 1] as RowBuffer)
    return buffer
  }

  /** The strategy is done with its buffer; the exchange passed it before. */
  finished(): void {
    const buffer = this.#buffers.shift()
    if (buffer === undefined) return
    this.#aheadBuffer--
    this.#source.release(buffer)
  }

  /** Fills the exchange's window from the loaded buffers once half of it is used up: in stretches, for speed. */
  refill(): void {
    const window = this.#window
    if (window.length > WINDOW_ROWS / 2) return
    for (
      let buffer = this.#buffers[this.#aheadBuffer];
      buffer !== undefined;
      buffer = this.#buffers[this.#aheadBuffer]
    ) {
      this.#aheadRow = window.fill(buffer, this.#aheadRow, WINDOW_ROWS)
      if (this.#aheadRow < buffer.length) return
      this.#aheadBuffer++
      this.#aheadRow = 0
    }
  }

  async #load(): Promise<boolean> {
    if (this.#ended) return false
    const buffer = await this.#source.next()
    if (buffer === undefined) {
      this.#ended = true
      return false
    }
    this.#buffers.push(buffer)
    return true
  }
}

function countRecords(buffer: RowBuffer): number {
  let records = 0
  for (let row = 0; row < buffer.length; row += 1 + (buffer.u16[row * 32 + 1] as number)) records++
  return records
}
