/** Questions about an account's orders and trades. */
import { STATUS } from '../../venue/events.ts'
import type { OrderView } from '../../venue/futures/views.ts'
import { isRefusal, refusal, type Refusal } from '../refusal.ts'
import type { Answer, Call, Route } from '../route.ts'
import { readSpan } from '../spans.ts'
import { readHistory } from './history-query.ts'
import { type FuturesDesk, readOrderName } from './desk.ts'
import { amendmentJson, orderJson, tradeJson } from './order-json.ts'

const DAY = 86_400_000_000

/** The order that the call names, open or done. */
export function queryOrder(desk: FuturesDesk, call: Call): Answer {
  const order = namedOrder(desk, call)
  return isRefusal(order) ? order : orderJson(desk, order)
}

function queryOpenOrder(desk: FuturesDesk, call: Call): Answer {
  const order = namedOrder(desk, call)
  if (isRefusal(order)) return order
  const isOpen = order.status === STATUS.new || order.status === STATUS.partiallyFilled
  return isOpen ? orderJson(desk, order) : refusal('noSuchOrder')
}

function namedOrder(desk: FuturesDesk, { reader, account }: Call): OrderView | Refusal {
  const instrument = desk.instrument(reader)
  const { orderId, clientId } = readOrderName(reader)
  if (reader.refusal !== undefined) return reader.refusal
  return desk.venue.findOrder(account, instrument, orderId, clientId) ?? refusal('noSuchOrder')
}

function openOrders(desk: FuturesDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrumentOr(reader)
  if (reader.refusal !== undefined) return reader.refusal
  return ordersJson(desk, desk.venue.openOrdersOf(account, instrument))
}

function allOrders(desk: FuturesDesk, { reader, account }: Call): Answer {
  const query = readHistory(reader, desk.instrumentOr(reader), 'orderId')
  return reader.refusal ?? ordersJson(desk, desk.venue.ordersOf(account, query))
}

function userTrades(desk: FuturesDesk, { reader, account }: Call): Answer {
  const history = readHistory(reader, desk.instrumentOr(reader), 'fromId')
  const orderId = reader.integer('orderId', 0)
  if (reader.refusal !== undefined) return reader.refusal
  const query = orderId === 0 ? history : { ...history, orderId }
  return `[${desk.venue
    .tradesOf(account, query)
    .map((trade) => tradeJson(desk, trade))
    .join(',')}]`
}

function amendments(desk: FuturesDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrument(reader)
  const { orderId, clientId } = readOrderName(reader)
  const limit = reader.limit('limit', 50, 100)
  const { from, to } = readSpan(reader, 7 * DAY)
  if (reader.refusal !== undefined) return reader.refusal
  const order = orderId === 0 ? desk.venue.findOrder(account, instrument, 0, clientId)?.orderId : orderId
  if (order === undefined) return refusal('noSuchOrder')
  const bounds = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  const rows = desk.venue.amendmentsOf(account, { instrument, orderId: order, limit, ...bounds })
  return `[${rows.map((row) => amendmentJson(desk, row)).join(',')}]`
}

/** Orders by which the venue closed positions. There is no automatic deleveraging, and so no order of that kind. */
function forceOrders(desk: FuturesDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrumentOr(reader)
  const kind = reader.textOr('autoCloseType', 'LIQUIDATION')
  if (kind !== 'LIQUIDATION' && kind !== 'ADL') reader.refuse(refusal('invalidParameter', 'autoCloseType'))
  const limit = reader.limit('limit', 50, 100)
  const { from, to } = readSpan(reader, 7 * DAY)
  if (reader.refusal !== undefined) return reader.refusal
  if (kind === 'ADL') return '[]'
  const bounds = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  const named = instrument === -1 ? {} : { instrument }
  return ordersJson(desk, desk.venue.forcedOrdersOf(account, { limit, ...bounds, ...named }))
}

function ordersJson(desk: FuturesDesk, orders: readonly OrderView[]): string {
  return `[${orders.map((order) => orderJson(desk, order)).join(',')}]`
}

export function orderQueryRoutes(desk: FuturesDesk): Route[] {
  const read = { method: 'GET', security: 'signed', weight: 1 } as const
  return [
    { ...read, path: '/fapi/v1/order', run: (call) => queryOrder(desk, call) },
    { ...read, path: '/fapi/v1/openOrder', run: (call) => queryOpenOrder(desk, call) },
    {
      ...read,
      path: '/fapi/v1/openOrders',
      weight: (parameters) => (parameters.find('symbol') === undefined ? 40 : 1),
      run: (call) => openOrders(desk, call),
    },
    { ...read, path: '/fapi/v1/allOrders', weight: 5, run: (call) => allOrders(desk, call) },
    { ...read, path: '/fapi/v1/userTrades', weight: 5, run: (call) => userTrades(desk, call) },
    { ...read, path: '/fapi/v1/orderAmendment', run: (call) => amendments(desk, call) },
    {
      ...read,
      path: '/fapi/v1/forceOrders',
      weight: (parameters) => (parameters.find('symbol') === undefined ? 50 : 20),
      run: (call) => forceOrders(desk, call),
    },
    {
      ...read,
      path: '/fapi/v1/rateLimit/order',
      run: () =>
        JSON.stringify(
          desk.orderRules.map(({ interval, intervalNum, limit }) => ({
            rateLimitType: 'ORDERS',
            interval,
            intervalNum,
            limit,
          })),
        ),
    },
  ]
}
