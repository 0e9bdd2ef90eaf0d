/**
 * Orders of the spot venue that were filled no longer count against their account's order limits.
 *
 * In: the venue's log. Out: counts given back with the first fill of an order: one for a taker, five for a maker. A reader of
 * the box; the counts are not part of its state.
 */
import { EVENT, type EventLog, FIELD, FIELDS } from '../../venue/events.ts'
import type { OrderCounts } from '../rate-limits.ts'

const FOR_TAKER = 1
const FOR_MAKER = 5

export class FilledOrders {
  readonly #events: EventLog
  readonly #orders: OrderCounts

  constructor(venue: { readonly events: EventLog }, orders: OrderCounts) {
    this.#events = venue.events
    this.#orders = orders
  }

  advance(): void {
    // Time alone fills nothing.
  }

  read(): void {
    const { cells, length } = this.#events
    for (let at = 0; at < length * FIELDS; at += FIELDS) {
      if (cells[at] !== EVENT.fill || cells[at + FIELD.filled] !== cells[at + FIELD.quantity]) continue
      const forgiven = cells[at + FIELD.detail] === 1 ? FOR_MAKER : FOR_TAKER
      this.#orders.release(cells[at + FIELD.account] as number, forgiven, cells[at + FIELD.time] as number)
    }
  }

  save(): void {
    // Counts begin anew with the process.
  }

  load(): void {
    // See save.
  }
}
