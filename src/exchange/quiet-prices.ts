/**
 * Which prices cause nothing: most rows of a market tell a price that meets none of our orders.
 *
 * In: where our orders, watched levels and triggers stand, after each change. Out: whether the price taken last lies between
 * them, in two comparisons. A yes is certain; where it is not known (the first row of a kind, a book that shows level by
 * level, a position that only best prices value) the answer is no, and the row goes the long way.
 */
import { SIDE } from '../core/market/book-side.ts'
import type { Floor } from './floor.ts'
import { NONE } from './orders.ts'
import { FACT, FACTS, SEEN, type RecordedMarket } from './recorded-market.ts'
import type { Triggers } from './triggers.ts'

/**
 * Columns of `#bounds`, four per instrument. A best bid above `bid` with a best ask below `ask` meets no watched level; a
 * trade between `low` and `high` no order and no trigger. Crossed where every row matters.
 */
const BOUND = { bid: 0, ask: 1, low: 2, high: 3 } as const
const BOUNDS = 4

export class QuietPrices {
  readonly #floor: Floor
  readonly #market: RecordedMarket
  readonly #triggers: Triggers
  readonly #bounds: Float64Array

  constructor(floor: Floor, market: RecordedMarket, triggers: Triggers) {
    this.#floor = floor
    this.#market = market
    this.#triggers = triggers
    this.#bounds = new Float64Array(floor.instruments.length * BOUNDS)
    for (let i = 0; i < floor.instruments.length; i++) this.#heedAll(i)
  }

  /** Orders, levels, triggers or the position of an instrument have changed, or a row of a new kind has come. */
  renew(instrument: number): void {
    const { levels, ownBest, account } = this.#floor
    const { facts } = this.#market
    const { bounds } = this.#triggers
    const seen = this.#market.seen[instrument] as number
    const list = instrument * 2
    const at = instrument * BOUNDS
    const cells = this.#bounds
    this.#heedAll(instrument)
    if ((seen & (SEEN.trade | SEEN.aggregate)) === 0) return
    cells[at + BOUND.low] = Math.max(ownBest[list + SIDE.bid] as number, bounds[list + 1] as number)
    cells[at + BOUND.high] = Math.min(ownBest[list + SIDE.ask] as number, bounds[list] as number)
    const byBest = facts[instrument * FACTS + FACT.mark] === 0 && facts[instrument * FACTS + FACT.last] === 0
    if ((seen & SEEN.best) === 0 || (byBest && account.exposed[instrument] !== 0)) return
    const bid = levels.best[list + SIDE.bid] as number
    const ask = levels.best[list + SIDE.ask] as number
    if ((bid !== NONE || ask !== NONE) && this.#market.hasBook(instrument)) return
    cells[at + BOUND.bid] = bid === NONE ? Number.NEGATIVE_INFINITY : (levels.price[bid] as number)
    cells[at + BOUND.ask] = ask === NONE ? Number.POSITIVE_INFINITY : (levels.price[ask] as number)
  }

  /** Whether the trade taken last, of the sort that SEEN bit `sort` names, meets no order and no trigger. */
  ofTrade(instrument: number, sort: number): boolean {
    const last = this.#market.facts[instrument * FACTS + FACT.last] as number
    const at = instrument * BOUNDS
    return (
      last > (this.#bounds[at + BOUND.low] as number) &&
      last < (this.#bounds[at + BOUND.high] as number) &&
      ((this.#market.seen[instrument] as number) & sort) !== 0
    )
  }

  /** Whether the best prices taken last meet no watched level; they count as an update of those all the same. */
  ofBest(instrument: number): boolean {
    const { facts } = this.#market
    const from = instrument * FACTS
    const bid = facts[from + FACT.bid] as number
    const ask = facts[from + FACT.ask] as number
    const at = instrument * BOUNDS
    if (!(bid > (this.#bounds[at + BOUND.bid] as number) && ask < (this.#bounds[at + BOUND.ask] as number)))
      return false
    if (bid >= ask) return false
    const { update, watched } = this.#floor.levels
    if (watched[instrument] !== 0) update[instrument] = (update[instrument] as number) + 1
    return true
  }

  #heedAll(instrument: number): void {
    const at = instrument * BOUNDS
    this.#bounds[at + BOUND.bid] = Number.POSITIVE_INFINITY
    this.#bounds[at + BOUND.low] = Number.POSITIVE_INFINITY
    this.#bounds[at + BOUND.ask] = Number.NEGATIVE_INFINITY
    this.#bounds[at + BOUND.high] = Number.NEGATIVE_INFINITY
  }
}
