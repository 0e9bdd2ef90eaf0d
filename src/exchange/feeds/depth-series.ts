/**
 * One series of depth diffs: one market at one speed. Each series has its own chain of update ids, because a consumer of one
 * speed sees none of the messages of another.
 *
 * In: the levels that changed, with the book's update ids. Out: the next message's ids and levels, once at least one update
 * lies behind the last message. Owns: `first`, `last` and `previous` of that message. A level that changed back in between is
 * still listed: quantities are absolute, so that it does no harm.
 */
import { FIELD } from '../venue/events.ts'
import { BUY } from '../venue/requests.ts'
import { ChangedLevels } from './changed-levels.ts'

export class DepthSeries {
  readonly bids: ChangedLevels = new ChangedLevels()
  readonly asks: ChangedLevels = new ChangedLevels()
  /** Last id of the message before, and the newest of the one being gathered. */
  previous: number
  last: number
  /** When the newest change happened, microseconds. */
  changedAt = 0

  /** Begins behind update `updateId`: the first message links to it. */
  constructor(updateId: number) {
    this.previous = updateId
    this.last = updateId
  }

  /** Whether there is a message to publish. */
  get due(): boolean {
    return this.last > this.previous
  }

  /** First id of the message being gathered. */
  get first(): number {
    return this.previous + 1
  }

  /** Takes the `level` event at `cells[at]`. */
  put(cells: Float64Array, at: number): void {
    const levels = cells[at + FIELD.side] === BUY ? this.bids : this.asks
    levels.put(cells[at + FIELD.price] as number, cells[at + FIELD.quantity] as number)
    const updateId = cells[at + FIELD.tradeId] as number
    if (updateId > this.last) this.last = updateId
    this.changedAt = cells[at + FIELD.time] as number
  }

  /** Begins the next message. */
  published(): void {
    this.previous = this.last
    this.bids.clear()
    this.asks.clear()
  }
}
