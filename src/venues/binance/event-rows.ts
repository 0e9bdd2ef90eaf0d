/** From the fields of a message to a finished row: what both ways of reading do before and after. */
import { AGGREGATE_TRADE, BEST_BID_ASK, CANDLE, LIQUIDATION, MARK_PRICE, TICKER, TRADE } from '../../core/tape/kinds.ts'
import { APPEND_TIME, VENUE_TIME, VERSION } from '../../core/tape/layout.ts'
import { EVENT } from './event-names.ts'
import { type Layout, OFF_BOOK } from './field-layout.ts'
import {
  AGGREGATE_TRADE_LAYOUT,
  BEST_BID_ASK_LAYOUT,
  CANDLE_LAYOUT,
  EVENT_TIME_SLOT,
  LIQUIDATION_LAYOUT,
  MARK_PRICE_LAYOUT,
  TICKER_LAYOUT,
  TRADE_LAYOUT,
} from './layouts.ts'
import type { Scanner } from './scanner.ts'

/** Kind, layout and raw rows of each event that is a flat object. */
const EVENTS: readonly (readonly [code: number, kind: number, layout: Layout, more: number])[] = [
  [EVENT.trade, TRADE.kind, TRADE_LAYOUT, 0],
  [EVENT.aggTrade, AGGREGATE_TRADE.kind, AGGREGATE_TRADE_LAYOUT, 0],
  [EVENT.bookTicker, BEST_BID_ASK.kind, BEST_BID_ASK_LAYOUT, 0],
  [EVENT.kline, CANDLE.kind, CANDLE_LAYOUT, 1],
  [EVENT.markPriceUpdate, MARK_PRICE.kind, MARK_PRICE_LAYOUT, 0],
  [EVENT.forceOrder, LIQUIDATION.kind, LIQUIDATION_LAYOUT, 0],
  [EVENT['24hrTicker'], TICKER.kind, TICKER_LAYOUT, 1],
]
const MOST_EVENTS = 16
const KINDS: Int32Array = new Int32Array(MOST_EVENTS)
const MORE: Int32Array = new Int32Array(MOST_EVENTS)
const LAYOUTS: Layout[] = Array.from({ length: MOST_EVENTS }, () => TRADE_LAYOUT)
for (const [code, kind, layout, more] of EVENTS) {
  KINDS[code] = kind
  MORE[code] = more
  LAYOUTS[code] = layout
}

const CANDLE_EVENT = EVENT.kline
const CANDLE_LAST_TRADE = CANDLE.lastTradeId
const CANDLE_OPEN_TIME = CANDLE.openTime
const CANDLE_INTERVAL = CANDLE.interval

/** The fields of an event that is a flat object. */
export function layoutOf(event: number): Layout {
  return LAYOUTS[event] as Layout
}

/** Makes every slot of the row at `row` zero, the head excepted. Two rows fit: the caller has seen to that. */
export function clearRow(s: Scanner, row: number, event: number): void {
  const f64 = s.f64
  const slot = row * 8
  for (let i = 1; i < 8; i++) f64[slot + i] = 0
  if (MORE[event] !== 0) for (let i = 8; i < 16; i++) f64[slot + i] = 0
}

/**
 * Finishes the row at `row`, whose fields have been read: derived slots, receive time, head. `s.rows` is then what the
 * message gives: nothing for a trade that did not happen in the book.
 */
export function finishRow(s: Scanner, row: number, event: number): void {
  const f64 = s.f64
  const slot = row * 8
  const more = MORE[event] as number
  if (event === CANDLE_EVENT) finishCandle(s, slot)
  else if (f64[slot + VENUE_TIME] === 0) f64[slot + VENUE_TIME] = f64[slot + EVENT_TIME_SLOT] as number
  f64[slot + APPEND_TIME] = s.receive[0] as number
  s.i32[slot * 2] = (KINDS[event] as number) | (s.flags << 8) | (more << 16)
  s.i32[slot * 2 + 1] = s.source | (s.instrument << 16)
  s.rows = 1 + more
  if ((s.flags & OFF_BOOK) !== 0) leaveOffBook(s, row)
}

/** The row of a trade outside the book is finished, for whoever counts it, but not kept. */
function leaveOffBook(s: Scanner, row: number): void {
  s.i32[row * 16] = (s.i32[row * 16] as number) & ~(OFF_BOOK << 8)
  s.rows = 0
  s.skipped++
  s.offBookRow = row
}

/** The last moment inside a candle is a millisecond, or a microsecond, before the next one opens. */
function finishCandle(s: Scanner, slot: number): void {
  const last = s.f64[slot + EVENT_TIME_SLOT] as number
  const end = last % 1000 === 0 ? last + 1000 : last + 1
  s.f64[slot + CANDLE_INTERVAL] = end - (s.f64[slot + CANDLE_OPEN_TIME] as number)
  const words = (slot + CANDLE_LAST_TRADE) * 2
  s.f64[slot + VERSION] = (s.i32[words + 1] as number) * 4_294_967_296 + ((s.i32[words] as number) >>> 0)
}
