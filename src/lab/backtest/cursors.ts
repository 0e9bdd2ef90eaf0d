/**
 * Buffers of a tape between two readers: the strategy's cursor takes rows one by one, the exchange's looks ahead of it.
 */
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { TapeSource } from '../../core/tape/source.ts'
import { survey } from './survey.ts'
import type { Survey } from './survey.ts'
import type { VenueOrder } from './venue-order.ts'
import { WINDOW_ROWS } from './venue-order.ts'

export class Cursors {
  readonly #source: TapeSource
  readonly #window: VenueOrder
  /** Loaded buffers and what is known of them, the strategy's first. */
  readonly #loaded: { readonly buffer: RowBuffer; readonly facts: Survey }[] = []
  #ended = false
  // The look-ahead's place: index into #loaded and row.
  #aheadBuffer = 0
  #aheadRow = 0

  constructor(source: TapeSource, window: VenueOrder) {
    this.#source = source
    this.#window = window
  }

  /** What is known of the strategy's buffer. */
  get facts(): Survey | undefined {
    return this.#loaded[0]?.facts
  }

  /** The strategy's next buffer, with enough loaded behind it for the exchange to look ahead; undefined at the end. */
  async next(): Promise<RowBuffer | undefined> {
    if (this.#loaded.length === 0 && !(await this.#load())) return undefined
    let ahead = 0
    for (let i = 1; ahead < 2 * WINDOW_ROWS; i++) {
      if (i >= this.#loaded.length && !(await this.#load())) break
      ahead += this.#loaded[i]?.facts.records ?? 0
    }
    return this.#loaded[0]?.buffer
  }

  /** The strategy is done with its buffer; the exchange passed it before. */
  finished(): void {
    const first = this.#loaded.shift()
    if (first === undefined) return
    this.#aheadBuffer--
    this.#source.release(first.buffer)
  }

  /** Fills the exchange's window from the loaded buffers once half of it is used up: in stretches, for speed. */
  refill(): void {
    const window = this.#window
    if (window.length > WINDOW_ROWS / 2) return
    for (let next = this.#loaded[this.#aheadBuffer]; next !== undefined; next = this.#loaded[this.#aheadBuffer]) {
      const { buffer, facts } = next
      this.#aheadRow = window.fill(buffer, this.#aheadRow, WINDOW_ROWS, facts)
      if (this.#aheadRow < buffer.length) return
      this.#aheadBuffer++
      this.#aheadRow = 0
    }
  }

  /** Loads a buffer. The clocks' offset moves only here, so that it does not depend on who is how far. */
  async #load(): Promise<boolean> {
    if (this.#ended) return false
    const buffer = await this.#source.next()
    if (buffer === undefined) {
      this.#ended = true
      return false
    }
    const facts = survey(buffer)
    this.#window.learn(facts)
    this.#loaded.push({ buffer, facts })
    return true
  }
}
