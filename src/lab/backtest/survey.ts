/** What both readers of a tape want to know of a buffer, found in one pass when it is loaded. */
import { CANDLE } from '../../core/tape/kinds.ts'
import { APPEND_TIME, MARKET_KINDS, ROW_SLOTS, VENUE_TIME } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'

export interface Survey {
  readonly records: number
  /** Append times of the first and the last record, microseconds. */
  readonly firstTime: number
  readonly lastTime: number
  /** Whether all records are market rows with rising venue times, candles apart: what no window has to sort. */
  readonly ordered: boolean
  /** First and last venue time; of use where `ordered`. */
  readonly firstVenueTime: number
  readonly lastVenueTime: number
  /** Whether all records are market rows. */
  readonly market: boolean
  /** Whether a candle is among them. */
  readonly candles: boolean
  /** Smallest append time less venue time; Infinity where no record states a venue time. */
  readonly leastDelay: number
}

export function survey(buffer: RowBuffer): Survey {
  const { u8, u16, f64 } = buffer
  let records = 0
  let ordered = true
  let market = true
  let candles = false
  let last = 0
  let venue = -Infinity
  let leastDelay = Infinity
  for (let row = 0; row < buffer.length; row += 1 + (u16[row * 32 + 1] as number)) {
    const kind = u8[row * 64] as number
    const time = f64[row * ROW_SLOTS + VENUE_TIME] as number
    if (time < venue || time === 0 || kind === CANDLE.kind || kind > MARKET_KINDS.last) ordered = false
    if (kind > MARKET_KINDS.last) market = false
    if (kind === CANDLE.kind) candles = true
    venue = time
    const delay = (f64[row * ROW_SLOTS + APPEND_TIME] as number) - time
    if (delay < leastDelay && time > 0 && kind <= MARKET_KINDS.last) leastDelay = delay
    records++
    last = row
  }
  return {
    records,
    firstTime: f64[APPEND_TIME] as number,
    lastTime: f64[last * ROW_SLOTS + APPEND_TIME] as number,
    ordered,
    firstVenueTime: f64[VENUE_TIME] as number,
    lastVenueTime: venue,
    market,
    candles,
    leastDelay,
  }
}
