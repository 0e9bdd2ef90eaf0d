/**
 * Walks records and counts them: totals of a segment, bounds of blocks, and rows that do not belong into a lane.
 * Refuses: kind 0, records that overrun their buffer, kinds of the other lane. These are bugs of the writer, so they throw.
 */
import { assert } from '../assert.ts'
import { APPEND_TIME, MARKET_KINDS, MONEY_KINDS, ROW_SLOTS, SEQUENCE } from './layout.ts'
import type { RowBuffer } from './row-buffer.ts'
import type { Lane, Totals } from './segment.ts'

/** Counts over records, taken one run after the other. */
export class RecordTally {
  rows = 0
  records = 0
  /** Records by kind number. */
  readonly kinds: Float64Array = new Float64Array(256)
  /** [append time of the first record, of the last, next sequence] */
  readonly times: Float64Array = new Float64Array(3)
  readonly #lane: Lane

  constructor(lane: Lane, firstSequence: number) {
    this.#lane = lane
    this.times[2] = firstSequence
  }

  /**
   * Counts records from row `from` for at most `room` rows, never splitting one; returns the row behind the last. When the
   * first record alone is longer than `room`, nothing is counted and `from` is returned.
   */
  take(buffer: RowBuffer, from: number, room: number): number {
    const { kinds, times } = this
    const { u16, u8, f64, length } = buffer
    const money = this.#lane === 'money'
    const limit = Math.min(length, from + room)
    let row = from
    let records = 0
    let last = from
    let next = times[2] as number
    while (row < limit) {
      const end = row + 1 + (u16[row * 32 + 1] as number)
      if (end > limit) break
      const kind = u8[row * 64] as number
      kinds[kind] = (kinds[kind] as number) + 1
      if (money && kind >= MONEY_KINDS.first && kind <= MONEY_KINDS.last)
        next = (f64[row * ROW_SLOTS + SEQUENCE] as number) + 1
      last = row
      records++
      row = end
    }
    if (records === 0) {
      assert(from >= length || from + 1 + (u16[from * 32 + 1] as number) <= length, 'a record overruns its buffer')
      return from
    }
    if (this.records === 0) times[0] = f64[from * ROW_SLOTS + APPEND_TIME] as number
    times[1] = f64[last * ROW_SLOTS + APPEND_TIME] as number
    times[2] = money ? next : next + records
    this.rows += row - from
    this.records += records
    return row
  }

  /** Throws when a kind was taken that the lane does not hold. */
  check(): void {
    const { kinds } = this
    for (let kind = 0; kind < 256; kind++) {
      if (kinds[kind] === 0) continue
      const market = kind >= MARKET_KINDS.first && kind <= MARKET_KINDS.last
      assert(
        kind !== 0 && market === (this.#lane === 'market'),
        `rows of kind ${kind} do not belong into a ${this.#lane} lane`,
      )
    }
  }

  totals(blocks: number, liveHash: string): Totals {
    const kinds: Record<string, number> = {}
    for (let kind = 1; kind < 256; kind++) if (this.kinds[kind] !== 0) kinds[String(kind)] = this.kinds[kind] as number
    const { rows, records } = this
    const [firstTime = 0, lastTime = 0, nextSequence = 0] = this.times
    return { blocks, rows, records, kinds, firstTime, lastTime, nextSequence, liveHash }
  }
}
