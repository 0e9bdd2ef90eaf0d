/** Balances, orders, fills and fees of an account of the spot venue. */
import { type OrderRecord, pageOf } from '../../venue/spot/spot-history.ts'
import { refusal } from '../refusal.ts'
import type { Answer, Call, Route } from '../route.ts'
import { readSpan } from '../spans.ts'
import type { SpotDesk } from './desk.ts'
import { filtersOf } from './general.ts'
import { moneyText, orderJson, type Stamp, tradeJson } from './order-json.ts'
import { DISCOUNT, ratesJson, rateText } from './orders.ts'

const DAY = 86_400_000_000
const PPM_OF_BASIS_POINT = 100
const NO_RATE = '0.00000000'
const NO_RATES = `{"maker":"${NO_RATE}","taker":"${NO_RATE}","buyer":"${NO_RATE}","seller":"${NO_RATE}"}`

export function queryOrder(desk: SpotDesk, { reader, account, stamp }: Call): Answer {
  const instrument = desk.instrument(reader)
  const orderId = reader.integer('orderId', 0)
  const clientId = reader.textOr('origClientOrderId', '')
  if (orderId === 0 && clientId === '') reader.refuse(refusal('mandatoryEither', 'origClientOrderId', 'orderId'))
  if (reader.refusal !== undefined) return reader.refusal
  const order = desk.venue.views.order(account, instrument, orderId, clientId)
  return order === undefined ? refusal('noSuchOrder') : orderJson(desk, order, stamp)
}

export function openOrders(desk: SpotDesk, { reader, account, stamp }: Call): Answer {
  const instrument = desk.instrumentOr(reader)
  return reader.refusal ?? ordersJson(desk, desk.venue.views.openOrders(account, instrument), stamp)
}

/** The newest orders of a market, or with `orderId` those from an id on. */
export function allOrders(desk: SpotDesk, { reader, account, stamp }: Call): Answer {
  const instrument = desk.instrument(reader)
  const orderId = reader.integer('orderId', 0)
  const limit = reader.limit('limit', 500, 1000)
  const { from = 0, to = Number.POSITIVE_INFINITY } = readSpan(reader, DAY)
  if (reader.refusal !== undefined) return reader.refusal
  const page = { fromId: orderId, from, to, limit }
  return ordersJson(desk, desk.venue.views.orderPage(account, instrument, page), stamp)
}

function ordersJson(desk: SpotDesk, orders: readonly OrderRecord[], stamp: Stamp): string {
  return `[${orders.map((order) => orderJson(desk, order, stamp)).join(',')}]`
}

/** The newest fills of a market, or with `fromId` those from an id on. */
export function myTrades(desk: SpotDesk, { reader, account, stamp }: Call): Answer {
  const instrument = desk.instrument(reader)
  const orderId = reader.integer('orderId', 0)
  const fromId = reader.integer('fromId', 0)
  const limit = reader.limit('limit', 500, 1000)
  const { from = 0, to = Number.POSITIVE_INFINITY } = readSpan(reader, DAY)
  if (fromId !== 0 && (reader.has('startTime') || reader.has('endTime'))) reader.refuse(refusal('optionalCombination'))
  if (reader.refusal !== undefined) return reader.refusal
  const { views } = desk.venue
  const page = { fromId, from, to, limit }
  const shown =
    orderId === 0
      ? views.fillPage(account, instrument, page)
      : pageOf(
          views
            .fillsOf(account, instrument, orderId)
            .filter(({ tradeId, time }) => tradeId >= fromId && time >= from && time <= to),
          page,
        )
  return `[${shown.map((fill) => tradeJson(desk, fill, stamp)).join(',')}]`
}

export function accountStatus(desk: SpotDesk, { reader, account, time, stamp }: Call): Answer {
  const omitZero = reader.boolean('omitZeroBalances', false)
  if (reader.refusal !== undefined) return reader.refusal
  const { makerPpm, takerPpm } = desk.venue.feesOf(account, 0)
  const balances = desk.venue.views
    .balances(account)
    .filter(({ free, locked }) => !omitZero || free !== 0n || locked !== 0n)
    .map(
      ({ asset, free, locked }) => `{"asset":"${asset}","free":"${moneyText(free)}","locked":"${moneyText(locked)}"}`,
    )
  return (
    `{"makerCommission":${Math.round(makerPpm / PPM_OF_BASIS_POINT)},` +
    `"takerCommission":${Math.round(takerPpm / PPM_OF_BASIS_POINT)},"buyerCommission":0,"sellerCommission":0,` +
    `"commissionRates":{"maker":"${rateText(makerPpm)}","taker":"${rateText(takerPpm)}",` +
    `"buyer":"${NO_RATE}","seller":"${NO_RATE}"},"canTrade":true,"canWithdraw":true,"canDeposit":true,` +
    `"brokered":false,"requireSelfTradePrevention":false,"preventSor":false,"updateTime":${stamp(time)},` +
    `"accountType":"SPOT","balances":[${balances.join(',')}],"permissions":["SPOT"],"uid":${account}}`
  )
}

/** How many orders the account has counted against its limits. */
export function orderLimits(desk: SpotDesk, { account, time }: Call): Answer {
  const rows = desk.orders.rules.map(({ interval, intervalNum, limit }, index) => ({
    rateLimitType: 'ORDERS',
    interval,
    intervalNum,
    limit,
    count: desk.orders.count(account, index, time),
  }))
  return JSON.stringify(rows)
}

export function commission(desk: SpotDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrument(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const standard = ratesJson(desk, account, instrument).replace('}', `,"buyer":"${NO_RATE}","seller":"${NO_RATE}"}`)
  return (
    `{"symbol":"${desk.symbol(instrument)}","standardCommission":${standard},"specialCommission":${NO_RATES},` +
    `"taxCommission":${NO_RATES},"discount":${DISCOUNT}}`
  )
}

/** The filters that hold for an account in a market: those of the market. */
export function myFilters(desk: SpotDesk, { reader }: Call): Answer {
  const instrument = desk.instrument(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const symbolFilters = filtersOf(desk.rules(instrument))
  return JSON.stringify({ exchangeFilters: [], symbolFilters, assetFilters: [] })
}

/** Orders are never routed elsewhere, so that nothing is allocated. */
export function myAllocations(desk: SpotDesk, { reader }: Call): Answer {
  desk.instrument(reader)
  return reader.refusal ?? '[]'
}

export function accountRoutes(desk: SpotDesk): Route[] {
  const read = { method: 'GET', security: 'signed' } as const
  return [
    { ...read, path: '/api/v3/order', weight: 4, run: (call) => queryOrder(desk, call) },
    {
      ...read,
      path: '/api/v3/openOrders',
      weight: (parameters) => (parameters.find('symbol') === undefined ? 80 : 6),
      run: (call) => openOrders(desk, call),
    },
    { ...read, path: '/api/v3/allOrders', weight: 20, run: (call) => allOrders(desk, call) },
    { ...read, path: '/api/v3/account', weight: 20, run: (call) => accountStatus(desk, call) },
    {
      ...read,
      path: '/api/v3/myTrades',
      weight: (parameters) => (parameters.find('orderId') === undefined ? 20 : 5),
      run: (call) => myTrades(desk, call),
    },
    { ...read, path: '/api/v3/rateLimit/order', weight: 40, run: (call) => orderLimits(desk, call) },
    { ...read, path: '/api/v3/account/commission', weight: 20, run: (call) => commission(desk, call) },
    { ...read, path: '/api/v3/myFilters', weight: 40, run: (call) => myFilters(desk, call) },
    { ...read, path: '/api/v3/myAllocations', weight: 20, run: (call) => myAllocations(desk, call) },
  ]
}
