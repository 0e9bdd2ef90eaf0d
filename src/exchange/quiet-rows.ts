/**
 * Many rows in one go while none of our orders is open: all that trades and best prices then do is to become the newest
 * facts, exactly as `SimExchange.market` would note them.
 */
import { BEST_BID_ASK, TRADE } from '../core/tape/kinds.ts'
import { ROW_BYTES, ROW_SLOTS, VENUE_TIME, VERSION } from '../core/tape/layout.ts'
import type { RowBuffer } from '../core/tape/row-buffer.ts'
import type { Floor } from './floor.ts'
import { FACT, FACTS, SEEN } from './recorded-market.ts'
import type { RecordedMarket } from './recorded-market.ts'

/**
 * Takes rows from `row` to before `end` whose venue time is at most `until[0]`; returns the first row not taken. Stops at
 * rows of other kinds, and at the first trade or best price of an instrument.
 */
export function takeQuietRows(
  market: RecordedMarket,
  floor: Floor,
  buffer: RowBuffer,
  row: number,
  end: number,
  until: Float64Array,
): number {
  const { u8, u16, f64 } = buffer
  const { facts, seen, bestIsNewer } = market
  const { exposed } = floor.account
  const { watched } = floor.levels
  const limit = until[0] as number
  for (; row < end; row++) {
    const at = row * ROW_SLOTS
    if ((f64[at + VENUE_TIME] as number) > limit || u16[row * 32 + 1] !== 0) return row
    const kind = u8[row * ROW_BYTES] as number
    const instrument = u16[row * 32 + 3] as number
    const known = seen[instrument] as number
    const to = instrument * FACTS
    if (kind === BEST_BID_ASK.kind) {
      if ((known & SEEN.best) === 0 || watched[instrument] !== 0) return row
      const version = f64[at + VERSION] as number
      if (version !== 0 && version <= (facts[to + FACT.version] as number)) continue
      const bidQuantity = f64[at + BEST_BID_ASK.bidQuantity] as number
      const askQuantity = f64[at + BEST_BID_ASK.askQuantity] as number
      facts[to + FACT.bid] = bidQuantity > 0 ? (f64[at + BEST_BID_ASK.bid] as number) : -Infinity
      facts[to + FACT.bidQuantity] = bidQuantity
      facts[to + FACT.ask] = askQuantity > 0 ? (f64[at + BEST_BID_ASK.ask] as number) : Infinity
      facts[to + FACT.askQuantity] = askQuantity
      facts[to + FACT.version] = version
      bestIsNewer[instrument] = 1
    } else if (kind === TRADE.kind) {
      if ((known & SEEN.trade) === 0 || watched[instrument] !== 0) return row
      facts[to + FACT.last] = f64[at + TRADE.price] as number
      facts[to + FACT.lastVersion] = f64[at + VERSION] as number
    } else return row
    if (exposed[instrument] !== 0) floor.account.touch(instrument)
  }
  return row
}
