/**
 * What the spot venue's WebSocket API can do, by method (without the prefix `v3/`, which may stand before each). In:
 * parameters of a message, read like those of a request. Out: the JSON of `result`. Sessions and limits are the socket's
 * business.
 */
import type { Operation } from '../route.ts'
import {
  accountStatus,
  allOrders,
  commission,
  myAllocations,
  myFilters,
  myTrades,
  openOrders,
  orderLimits,
  queryOrder,
} from './account.ts'
import { cancelReplaceOrder } from './cancel-replace.ts'
import type { SpotDesk } from './desk.ts'
import { exchangeInfo, serverTime } from './general.ts'
import {
  aggregates,
  averagePrice,
  bookTickers,
  depth,
  depthWeight,
  klines,
  prices,
  priceWeight,
  trades,
} from './market.ts'
import { allLists, cancelList, openLists, placeOco, queryList } from './order-lists.ts'
import { amendOrder, CANCELING, cancelAll, cancelOrder, placeOrder, PLACING, testOrder, testWeight } from './orders.ts'
import { dayTickers, dayWeight, tradingDays, windowTickers, windowWeight } from './tickers.ts'

export function spotMethods(desk: SpotDesk): ReadonlyMap<string, Operation> {
  const free = { security: 'none' } as const
  const read = { security: 'signed' } as const
  return new Map<string, Operation>([
    ['ping', { ...free, weight: 1, run: () => '{}' }],
    ['time', { ...free, weight: 1, run: serverTime }],
    ['exchangeInfo', { ...free, weight: 20, run: (call) => exchangeInfo(desk, call) }],
    ['depth', { ...free, weight: depthWeight, run: (call) => depth(desk, call) }],
    ['trades.recent', { ...free, weight: 25, run: (call) => trades(desk, call) }],
    ['trades.historical', { ...free, weight: 25, run: (call) => trades(desk, call) }],
    ['trades.aggregate', { ...free, weight: 4, run: (call) => aggregates(desk, call) }],
    ['klines', { ...free, weight: 2, run: (call) => klines(desk, call) }],
    ['uiKlines', { ...free, weight: 2, run: (call) => klines(desk, call) }],
    ['avgPrice', { ...free, weight: 2, run: (call) => averagePrice(desk, call) }],
    ['ticker.24hr', { ...free, weight: dayWeight, run: (call) => dayTickers(desk, call) }],
    ['ticker.tradingDay', { ...free, weight: windowWeight, run: (call) => tradingDays(desk, call) }],
    ['ticker', { ...free, weight: windowWeight, run: (call) => windowTickers(desk, call) }],
    ['ticker.price', { ...free, weight: priceWeight, run: (call) => prices(desk, call) }],
    ['ticker.book', { ...free, weight: priceWeight, run: (call) => bookTickers(desk, call) }],
    ['order.place', { ...PLACING, run: (call) => placeOrder(desk, call) }],
    ['order.test', { security: 'trade', weight: testWeight, run: (call) => testOrder(desk, call) }],
    ['order.cancel', { ...CANCELING, run: (call) => cancelOrder(desk, call) }],
    ['order.cancelReplace', { ...PLACING, run: (call) => cancelReplaceOrder(desk, call) }],
    ['order.amend.keepPriority', { security: 'trade', weight: 4, run: (call) => amendOrder(desk, call) }],
    ['openOrders.cancelAll', { ...CANCELING, run: (call) => cancelAll(desk, call) }],
    ['orderList.place.oco', { ...PLACING, orders: [2, 2], run: (call) => placeOco(desk, call) }],
    ['orderList.cancel', { ...CANCELING, run: (call) => cancelList(desk, call) }],
    ['account.status', { ...read, weight: 20, run: (call) => accountStatus(desk, call) }],
    ['order.status', { ...read, weight: 4, run: (call) => queryOrder(desk, call) }],
    [
      'openOrders.status',
      {
        ...read,
        weight: (parameters) => (parameters.find('symbol') === undefined ? 80 : 6),
        run: (call) => openOrders(desk, call),
      },
    ],
    ['allOrders', { ...read, weight: 20, run: (call) => allOrders(desk, call) }],
    ['orderList.status', { ...read, weight: 4, run: (call) => queryList(desk, call) }],
    ['openOrderLists.status', { ...read, weight: 6, run: (call) => openLists(desk, call) }],
    ['allOrderLists', { ...read, weight: 20, run: (call) => allLists(desk, call) }],
    ['myTrades', { ...read, weight: 20, run: (call) => myTrades(desk, call) }],
    ['account.rateLimits.orders', { ...read, weight: 40, run: (call) => orderLimits(desk, call) }],
    ['myFilters', { ...read, weight: 40, run: (call) => myFilters(desk, call) }],
    ['myAllocations', { ...read, weight: 20, run: (call) => myAllocations(desk, call) }],
    ['account.commission', { ...read, weight: 20, run: (call) => commission(desk, call) }],
  ])
}
