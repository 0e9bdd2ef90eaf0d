/**
 * Which prices cause nothing: most rows of a market tell a price that meets none of our orders.
 *
 * In: where our orders, watched levels and triggers stand, after each change; rows. Out: how far rows tell a price between
 * those and no more, and the prices of such rows in the recorded market. Refuses what is not certain (the first row of a
 * kind, a book that shows level by level, a position that only best prices value): such rows go the long way.
 */
import { SIDE } from '../../core/market/book-side.ts'
import { AGGREGATE_TRADE, BEST_BID_ASK, TRADE } from '../../core/tape/kinds.ts'
import { ROW_BYTES, ROW_SLOTS, VENUE_TIME, VERSION } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { Floor } from './floor.ts'
import { NONE } from './orders.ts'
import { FACT, FACTS, SEEN, type RecordedMarket } from './recorded-market.ts'
import type { Triggers } from './triggers.ts'

/**
 * Columns of `#bounds`, eight per instrument: a line of the cache. A best bid above `bid` with a best ask below `ask` meets
 * no watched level; a trade above `low` and below `high` no order and no trigger, nor does an aggregate trade between its
 * own two. Crossed where every row matters.
 */
const BOUND = { bid: 0, ask: 1, low: 2, high: 3, aggregateLow: 4, aggregateHigh: 5 } as const
const BOUNDS = 8

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
    // Where single trades are recorded, aggregates tell of the same ones: the long way passes over them.
    const low = (seen & SEEN.trade) === 0 ? BOUND.aggregateLow : BOUND.low
    cells[at + low] = Math.max(ownBest[list + SIDE.bid] as number, bounds[list + 1] as number)
    cells[at + low + 1] = Math.min(ownBest[list + SIDE.ask] as number, bounds[list] as number)
    const byBest = facts[instrument * FACTS + FACT.mark] === 0 && facts[instrument * FACTS + FACT.last] === 0
    if ((seen & SEEN.best) === 0 || (byBest && account.exposed[instrument] !== 0)) return
    const bid = levels.best[list + SIDE.bid] as number
    const ask = levels.best[list + SIDE.ask] as number
    if ((bid !== NONE || ask !== NONE) && this.#market.hasBook(instrument)) return
    cells[at + BOUND.bid] = bid === NONE ? Number.NEGATIVE_INFINITY : (levels.price[bid] as number)
    cells[at + BOUND.ask] = ask === NONE ? Number.POSITIVE_INFINITY : (levels.price[ask] as number)
  }

  /**
   * Takes rows from `row` to before `end`, up to the venue time in `until[0]`, as long as they tell a price and cause nothing;
   * returns the first row that is not of that sort. `time[0]` is then the venue time of the last row taken.
   */
  pass(buffer: RowBuffer, row: number, end: number, until: Float64Array, time: Float64Array): number {
    const { u8, u16, f64 } = buffer
    const { facts, bestIsNewer } = this.#market
    const { moved } = this.#floor.account
    const { update, watched } = this.#floor.levels
    const bounds = this.#bounds
    const limit = until[0] as number
    const first = row
    for (; row < end; row++) {
      const from = row * ROW_SLOTS
      if ((f64[from + VENUE_TIME] as number) > limit) break
      const instrument = u16[row * 32 + 3] as number
      const kind = u8[row * ROW_BYTES] as number
      const at = instrument * BOUNDS
      const to = instrument * FACTS
      if (kind === BEST_BID_ASK.kind) {
        const version = f64[from + VERSION] as number
        if (version !== 0 && version <= (facts[to + FACT.version] as number)) continue
        const bid = f64[from + BEST_BID_ASK.bid] as number
        const ask = f64[from + BEST_BID_ASK.ask] as number
        const bidQuantity = f64[from + BEST_BID_ASK.bidQuantity] as number
        const askQuantity = f64[from + BEST_BID_ASK.askQuantity] as number
        if (!(bid > (bounds[at + BOUND.bid] as number) && ask < (bounds[at + BOUND.ask] as number) && bid < ask)) break
        if (!(bidQuantity > 0 && askQuantity > 0)) break
        facts[to + FACT.bid] = bid
        facts[to + FACT.bidQuantity] = bidQuantity
        facts[to + FACT.ask] = ask
        facts[to + FACT.askQuantity] = askQuantity
        facts[to + FACT.version] = version
        bestIsNewer[instrument] = 1
        // An update of our levels all the same: it says that nothing has come to them.
        if (watched[instrument] !== 0) update[instrument] = (update[instrument] as number) + 1
      } else {
        if (kind !== TRADE.kind && kind !== AGGREGATE_TRADE.kind) break
        const low = at + (kind === TRADE.kind ? BOUND.low : BOUND.aggregateLow)
        const price = f64[from + TRADE.price] as number
        if (!(price > (bounds[low] as number) && price < (bounds[low + 1] as number))) break
        facts[to + FACT.last] = price
        facts[to + FACT.lastVersion] = f64[from + VERSION] as number
        moved[instrument] = 1
      }
    }
    if (row > first) time[0] = f64[(row - 1) * ROW_SLOTS + VENUE_TIME] as number
    return row
  }

  #heedAll(instrument: number): void {
    const at = instrument * BOUNDS
    for (let column = 0; column < BOUNDS; column += 2) {
      this.#bounds[at + column] = Number.POSITIVE_INFINITY
      this.#bounds[at + column + 1] = Number.NEGATIVE_INFINITY
    }
  }
}
