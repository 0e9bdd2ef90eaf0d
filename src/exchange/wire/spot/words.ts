/** The spot venue's words for the numbers of requests, events and records, in both directions. */
import { BUY, CANCEL_RESTRICTION, ORDER_KIND, SELF_TRADE, SELL, TIME_IN_FORCE } from '../../venue/requests.ts'
import { STATUS } from '../../venue/events.ts'

type Words = Readonly<Record<string, number>>

export const SIDE_WORDS: Words = { BUY, SELL }
export const SIDES: readonly string[] = ['BUY', 'SELL']

/** A limit-maker order is a limit order that may only rest. */
export const LIMIT_MAKER = 'LIMIT_MAKER'
export const ORDER_TYPE_WORDS: Words = {
  LIMIT: ORDER_KIND.limit,
  [LIMIT_MAKER]: ORDER_KIND.limit,
  MARKET: ORDER_KIND.market,
  STOP_LOSS: ORDER_KIND.stopMarket,
  STOP_LOSS_LIMIT: ORDER_KIND.stop,
  TAKE_PROFIT: ORDER_KIND.takeProfitMarket,
  TAKE_PROFIT_LIMIT: ORDER_KIND.takeProfit,
}
export const ORDER_TYPES: readonly string[] = [
  'LIMIT',
  LIMIT_MAKER,
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
]

const KINDS: ReadonlyMap<number, string> = new Map([
  [ORDER_KIND.limit, 'LIMIT'],
  [ORDER_KIND.market, 'MARKET'],
  [ORDER_KIND.stopMarket, 'STOP_LOSS'],
  [ORDER_KIND.stop, 'STOP_LOSS_LIMIT'],
  [ORDER_KIND.takeProfitMarket, 'TAKE_PROFIT'],
  [ORDER_KIND.takeProfit, 'TAKE_PROFIT_LIMIT'],
])

/** The venue's word for an order's kind. */
export function orderTypeWord(kind: number, timeInForce: number): string {
  return timeInForce === TIME_IN_FORCE.gtx ? LIMIT_MAKER : (KINDS.get(kind) ?? '')
}

export const TIME_IN_FORCE_WORDS: Words = {
  GTC: TIME_IN_FORCE.gtc,
  IOC: TIME_IN_FORCE.ioc,
  FOK: TIME_IN_FORCE.fok,
}

const TIMES: ReadonlyMap<number, string> = new Map(Object.entries(TIME_IN_FORCE_WORDS).map(([word, n]) => [n, word]))

/** Limit-maker orders are shown as good till cancelled. */
export function timeInForceWord(timeInForce: number): string {
  return TIMES.get(timeInForce) ?? 'GTC'
}

export const SELF_TRADE_WORDS: Words = {
  NONE: SELF_TRADE.none,
  EXPIRE_TAKER: SELF_TRADE.expireTaker,
  EXPIRE_MAKER: SELF_TRADE.expireMaker,
  EXPIRE_BOTH: SELF_TRADE.expireBoth,
  DECREMENT: SELF_TRADE.decrement,
}
export const SELF_TRADES: readonly string[] = Object.keys(SELF_TRADE_WORDS)

export const RESTRICTION_WORDS: Words = {
  ONLY_NEW: CANCEL_RESTRICTION.onlyNew,
  ONLY_PARTIALLY_FILLED: CANCEL_RESTRICTION.onlyPartiallyFilled,
}

/** How much of an order's fate the reply tells. */
export const RESPONSE = { ack: 0, result: 1, full: 2 } as const
export const RESPONSE_WORDS: Words = { ACK: RESPONSE.ack, RESULT: RESPONSE.result, FULL: RESPONSE.full }

const STATUSES: ReadonlyMap<number, string> = new Map([
  [STATUS.new, 'NEW'],
  [STATUS.partiallyFilled, 'PARTIALLY_FILLED'],
  [STATUS.filled, 'FILLED'],
  [STATUS.canceled, 'CANCELED'],
  [STATUS.expired, 'EXPIRED'],
  [STATUS.rejected, 'REJECTED'],
  [STATUS.expiredInMatch, 'EXPIRED_IN_MATCH'],
])

export function statusWord(status: number): string {
  return STATUSES.get(status) ?? ''
}
