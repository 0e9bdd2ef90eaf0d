/** How ccxt is pointed at a box, and how its unified orders, trades and positions are read. */
import ccxt from 'ccxt'
import type { Order, Position, Trade } from 'ccxt'
import type { Access, OrderState, ToldFill, ToldOrder, ToldPosition, VenueName } from './client.ts'

export type Exchange = InstanceType<typeof ccxt.pro.binance>
/** ccxt with all its addresses on the box; they stay as they are inside, since its errors depend on them. */
export function ccxtExchange(access: Access, venue: VenueName): Exchange {
  const exchange = new ccxt.pro.binance({
    apiKey: access.apiKey,
    secret: access.secret,
    // Its own brake spaces calls out; the venue's limits are tried by a card.
    enableRateLimit: false,
    options: {
      defaultType: venue === 'futures' ? 'swap' : 'spot',
      fetchMarkets: { types: [venue === 'futures' ? 'linear' : 'spot'] },
      fetchMargins: false,
    },
  })
  exchange.has['fetchCurrencies'] = false
  exchange.fetchImplementation = (url: string, init: RequestInit) =>
    fetch(url.replace(/^https:\/\/fapi[^/]*/, access.futures.rest).replace(/^https:\/\/[^/]*/, access.spot.rest), init)
  const api = exchange.urls['api'] as { ws: Record<string, unknown> & { 'ws-api': Record<string, string> } }
  api.ws['future'] = `${access.futures.streams}/ws`
  api.ws['spot'] = `${access.spot.streams}/stream`
  api.ws['ws-api']['future'] = access.futures.messages
  api.ws['ws-api']['spot'] = access.spot.messages
  return exchange
}

export function orderOf(order: Order): ToldOrder {
  return {
    id: order.id ?? '',
    clientId: order.clientOrderId ?? '',
    state: stateOf(order.status),
    price: order.price ?? 0,
    quantity: order.amount ?? Number.NaN,
    filled: order.filled ?? Number.NaN,
  }
}

export function fillOf(trade: Trade): ToldFill {
  return {
    orderId: trade.order ?? '',
    price: Number(trade.price),
    quantity: trade.amount ?? Number.NaN,
    fee: trade.fee?.cost ?? Number.NaN,
  }
}

export function positionOf(position: Position): ToldPosition {
  const contracts = position.contracts ?? Number.NaN
  return {
    quantity: position.side === 'short' ? -contracts : contracts,
    entryPrice: position.entryPrice ?? Number.NaN,
    liquidationPrice: position.liquidationPrice ?? 0,
    unrealized: position.unrealizedPnl ?? Number.NaN,
  }
}

function stateOf(status: string = 'nothing'): OrderState {
  switch (status) {
    case 'open':
      return 'open'
    case 'closed':
      return 'filled'
    case 'canceled':
      return 'canceled'
    case 'expired':
    case 'expired_in_match':
      return 'expired'
    default:
      throw new Error(`ccxt tells the order status ${status}`)
  }
}
