/** The names of the messages that become rows, recognised by their bytes. */
import { MISS, type Scanner, word } from './scanner.ts'

/** Messages that become rows, as small numbers. */
export const EVENT = {
  depthUpdate: 1,
  trade: 2,
  aggTrade: 3,
  bookTicker: 4,
  kline: 5,
  markPriceUpdate: 6,
  forceOrder: 7,
  '24hrTicker': 8,
} as const

export type EventCode = (typeof EVENT)[keyof typeof EVENT]

/** Events that streams may carry and that no row is made of: counted, not refused. */
export const IGNORED_EVENTS: ReadonlySet<string> = new Set([
  '24hrMiniTicker',
  '1hTicker',
  '4hTicker',
  '1dTicker',
  'assetIndexUpdate',
  'avgPrice',
  'blockTrade',
  'compositeIndex',
  'continuous_kline',
  'contractInfo',
  'EquityUpdate',
  'referencePrice',
  'serverShutdown',
  'tradingSession',
])

/** The first four letters tell the names apart, the last four (closing quote included) and the length confirm. */
const DEPTH: number = word('dept')
const DEPTH_MIDDLE: number = word('hUpd')
const DEPTH_END: number = word('ate"')
const TRADE: number = word('trad')
const AGGREGATE: number = word('aggT')
const AGGREGATE_END: number = word('ade"')
const BOOK: number = word('book')
const BOOK_MIDDLE: number = word('Tick')
const BOOK_END: number = word('ker"')
const KLINE: number = word('klin')
const MARK: number = word('mark')
const MARK_SECOND: number = word('Pric')
const MARK_THIRD: number = word('eUpd')
const FORCE: number = word('forc')
const FORCE_MIDDLE: number = word('eOrd')
const FORCE_END: number = word('der"')
const DAY: number = word('24hr')
/** `e"`: how trade and kline go on. */
const ENDS_IN_E = 0x2265

/** Reads the event name that begins at `start` (behind its quote) into a code; `s.at` is then behind its closing quote. */
export function scanEventName(s: Scanner, start: number): number {
  const view = s.view
  switch (view.getInt32(start, true)) {
    case BOOK:
      s.at = start + 11
      return view.getInt32(start + 4, true) === BOOK_MIDDLE && view.getInt32(start + 7, true) === BOOK_END
        ? EVENT.bookTicker
        : MISS
    case TRADE:
      s.at = start + 6
      return view.getUint16(start + 4, true) === ENDS_IN_E ? EVENT.trade : MISS
    case DEPTH:
      s.at = start + 12
      return view.getInt32(start + 4, true) === DEPTH_MIDDLE && view.getInt32(start + 8, true) === DEPTH_END
        ? EVENT.depthUpdate
        : MISS
    case AGGREGATE:
      s.at = start + 9
      return s.bytes[start + 4] === 0x72 && view.getInt32(start + 5, true) === AGGREGATE_END ? EVENT.aggTrade : MISS
    case KLINE:
      s.at = start + 6
      return view.getUint16(start + 4, true) === ENDS_IN_E ? EVENT.kline : MISS
    case MARK:
      s.at = start + 16
      return view.getInt32(start + 4, true) === MARK_SECOND &&
        view.getInt32(start + 8, true) === MARK_THIRD &&
        view.getInt32(start + 12, true) === DEPTH_END
        ? EVENT.markPriceUpdate
        : MISS
    case FORCE:
      s.at = start + 11
      return view.getInt32(start + 4, true) === FORCE_MIDDLE && view.getInt32(start + 7, true) === FORCE_END
        ? EVENT.forceOrder
        : MISS
    case DAY:
      s.at = start + 11
      return view.getInt32(start + 4, true) === BOOK_MIDDLE && view.getInt32(start + 7, true) === BOOK_END
        ? EVENT['24hrTicker']
        : MISS
    default:
      return MISS
  }
}
