/**
 * The messages that are flat objects, as tables: each letter, how it is read, and the slot it goes to.
 *
 * Slot 1 takes the event time for now (the receive time replaces it at the end), slot 2 the time of the match: where a
 * message has no match time, the event time moves there. Letters that are not named here are skipped.
 */
import { AGGREGATE_TRADE, BEST_BID_ASK, CANDLE, LIQUIDATION, MARK_PRICE, TICKER, TRADE } from '../../core/tape/kinds.ts'
import { VENUE_TIME, VERSION } from '../../core/tape/layout.ts'
import { Layout, READ } from './field-layout.ts'

/** Where the event time waits. */
export const EVENT_TIME_SLOT = 1

const EVENT = { key: 'e', read: READ.event, optional: true } as const
const EVENT_TIME = { key: 'E', read: READ.time, slot: EVENT_TIME_SLOT, optional: true } as const
const SYMBOL = { key: 's', read: READ.symbol } as const

/** Trades: `X` is on futures only, `T` is the time of the match. */
export const TRADE_LAYOUT: Layout = new Layout([
  EVENT,
  EVENT_TIME,
  { key: 'T', read: READ.time, slot: VENUE_TIME, optional: true },
  SYMBOL,
  { key: 't', read: READ.tradeId, slot: TRADE.id },
  { key: 'p', read: READ.price, slot: TRADE.price },
  { key: 'q', read: READ.quantity, slot: TRADE.quantity },
  { key: 'X', read: READ.orderType, optional: true },
  { key: 'm', read: READ.flag },
])

export const AGGREGATE_TRADE_LAYOUT: Layout = new Layout([
  EVENT,
  EVENT_TIME,
  { key: 'T', read: READ.time, slot: VENUE_TIME, optional: true },
  SYMBOL,
  { key: 'a', read: READ.integer, slot: VERSION },
  { key: 'p', read: READ.price, slot: AGGREGATE_TRADE.price },
  { key: 'q', read: READ.quantity, slot: AGGREGATE_TRADE.quantity },
  { key: 'f', read: READ.id, slot: AGGREGATE_TRADE.firstTradeId },
  { key: 'l', read: READ.id, slot: AGGREGATE_TRADE.lastTradeId },
  { key: 'm', read: READ.flag },
])

/** Best bid and ask. Spot sends neither event name nor times. */
export const BEST_BID_ASK_LAYOUT: Layout = new Layout([
  EVENT,
  EVENT_TIME,
  { key: 'T', read: READ.time, slot: VENUE_TIME, optional: true },
  SYMBOL,
  { key: 'u', read: READ.integer, slot: VERSION },
  { key: 'b', read: READ.price, slot: BEST_BID_ASK.bid },
  { key: 'B', read: READ.quantity, slot: BEST_BID_ASK.bidQuantity },
  { key: 'a', read: READ.price, slot: BEST_BID_ASK.ask },
  { key: 'A', read: READ.quantity, slot: BEST_BID_ASK.askQuantity },
])

/** A candle and, in `k`, its figures. There `T` is the last moment inside it; it waits in slot 1. */
export const CANDLE_LAYOUT: Layout = new Layout(
  [EVENT, { key: 'E', read: READ.time, slot: VENUE_TIME }, { key: 'k', read: READ.object }],
  new Layout([
    { key: 't', read: READ.time, slot: CANDLE.openTime },
    { key: 'T', read: READ.time, slot: EVENT_TIME_SLOT },
    { key: 's', read: READ.symbol },
    { key: 'L', read: READ.id, slot: CANDLE.lastTradeId },
    { key: 'o', read: READ.price, slot: CANDLE.open },
    { key: 'h', read: READ.price, slot: CANDLE.high },
    { key: 'l', read: READ.price, slot: CANDLE.low },
    { key: 'c', read: READ.price, slot: CANDLE.close },
    { key: 'v', read: READ.quantity, slot: CANDLE.volume },
    { key: 'n', read: READ.integer, slot: CANDLE.trades },
    { key: 'x', read: READ.flag },
    { key: 'q', read: READ.amount, slot: CANDLE.quoteVolume },
    { key: 'V', read: READ.quantity, slot: CANDLE.takerBuyVolume },
  ]),
)

/** Here `T` is the next funding time. A delivery contract has neither rate nor funding time. */
export const MARK_PRICE_LAYOUT: Layout = new Layout([
  EVENT,
  { key: 'E', read: READ.time, slot: VENUE_TIME },
  SYMBOL,
  { key: 'p', read: READ.mark, slot: MARK_PRICE.mark },
  { key: 'i', read: READ.mark, slot: MARK_PRICE.index, optional: true },
  { key: 'r', read: READ.rate, slot: MARK_PRICE.fundingRate, optional: true },
  { key: 'T', read: READ.time, slot: MARK_PRICE.nextFundingTime, optional: true },
])

/** A liquidation order, all of it in `o`. */
export const LIQUIDATION_LAYOUT: Layout = new Layout(
  [EVENT, EVENT_TIME, { key: 'o', read: READ.object }],
  new Layout([
    SYMBOL,
    { key: 'S', read: READ.side },
    { key: 'q', read: READ.quantity, slot: LIQUIDATION.quantity },
    { key: 'p', read: READ.price, slot: LIQUIDATION.price },
    { key: 'ap', read: READ.average, slot: LIQUIDATION.averagePrice },
    { key: 'z', read: READ.quantity, slot: LIQUIDATION.filledQuantity },
    { key: 'T', read: READ.time, slot: VENUE_TIME },
  ]),
)

export const TICKER_LAYOUT: Layout = new Layout([
  EVENT,
  { key: 'E', read: READ.time, slot: VENUE_TIME },
  SYMBOL,
  { key: 'c', read: READ.price, slot: TICKER.last },
  { key: 'o', read: READ.price, slot: TICKER.open },
  { key: 'h', read: READ.price, slot: TICKER.high },
  { key: 'l', read: READ.price, slot: TICKER.low },
  { key: 'v', read: READ.quantity, slot: TICKER.volume },
  { key: 'q', read: READ.amount, slot: TICKER.quoteVolume },
  { key: 'O', read: READ.time, slot: TICKER.openTime },
  { key: 'L', read: READ.id, slot: TICKER.lastTradeId },
  { key: 'n', read: READ.integer, slot: TICKER.trades },
])
