/** Order lists of the spot venue: one cancels the other. */
import type { OrderRequest } from '../../venue/requests.ts'
import { ORDER_KIND, TIME_IN_FORCE } from '../../venue/requests.ts'
import type { OrderList } from '../../venue/spot/order-lists.ts'
import type { Reader } from '../reader.ts'
import { isRefusal, refusal } from '../refusal.ts'
import type { Answer, Call, Route } from '../route.ts'
import { readSpan } from '../spans.ts'
import type { SpotDesk } from './desk.ts'
import { listJson, reportedListJson, reportJson } from './order-json.ts'
import { type OrderBase, readSelfTrade, readStop, refuseSent } from './order-parameters.ts'
import { CANCELING, canceledListJson, PLACING } from './orders.ts'
import { LIMIT_MAKER, ORDER_TYPE_WORDS, SIDE_WORDS } from './words.ts'

const DAY = 86_400_000_000

/** Places a list of two orders of one side and quantity, one above the market and one below. */
export function placeOco(desk: SpotDesk, { reader, account, stamp }: Call): Answer {
  const instrument = desk.instrument(reader)
  const side = reader.choice('side', SIDE_WORDS, refusal('invalidSide'))
  const clientId = reader.clientId('listClientOrderId')
  const base = { account, instrument, side, orderKind: 0, clientId: '', selfTrade: readSelfTrade(reader) }
  const above = readLeg(reader, desk, 'above', base)
  const below = readLeg(reader, desk, 'below', base)
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.submit({ kind: 'place-list', account, instrument, clientId, above, below })
  if (isRefusal(outcome)) return outcome
  const list = desk.venue.views.list(account, desk.venue.lastList, '')
  if (list === undefined) throw new Error(`order list ${desk.venue.lastList} was placed and is not found`)
  const reports = list.orderIds.map((orderId) => {
    const order = desk.venue.views.order(account, instrument, orderId, '')
    return order === undefined ? '{}' : reportJson(desk, order, stamp)
  })
  return reportedListJson(desk, list, reports, stamp)
}

/** The order above or below the market. */
function readLeg(reader: Reader, desk: SpotDesk, leg: 'above' | 'below', common: OrderBase): OrderRequest {
  const type = reader.text(`${leg}Type`)
  const orderKind = reader.choice(`${leg}Type`, ORDER_TYPE_WORDS, refusal('invalidOrderType'))
  if (type !== LIMIT_MAKER && orderKind <= ORDER_KIND.market) reader.refuse(refusal('invalidOrderType'))
  const base = { ...common, orderKind, clientId: reader.clientId(`${leg}ClientOrderId`) }
  const names = { price: `${leg}Price`, trigger: `${leg}StopPrice`, timeInForce: `${leg}TimeInForce` }
  if (orderKind > ORDER_KIND.market) return readStop(reader, desk, base, names)
  refuseSent(reader, names.trigger, names.timeInForce)
  const { priceDecimals, quantityDecimals } = desk.rules(base.instrument)
  return {
    ...base,
    kind: 'place',
    positionSide: 0,
    timeInForce: TIME_IN_FORCE.gtx,
    quantity: reader.quanta('quantity', quantityDecimals),
    price: reader.quanta(names.price, priceDecimals),
    quoteQuantity: 0,
    reduceOnly: false,
    goodTill: 0,
    priceMatch: 0,
  }
}

/** Cancels both orders of a list. */
export function cancelList(desk: SpotDesk, { reader, account, stamp }: Call): Answer {
  const instrument = desk.instrument(reader)
  const { listId, clientId } = readListName(reader, 'listClientOrderId')
  const cancelId = reader.clientId('newClientOrderId')
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.submit({ kind: 'cancel-list', account, instrument, listId, clientId, cancelId })
  return isRefusal(outcome) ? outcome : canceledListJson(desk, account, desk.venue.lastList, stamp)
}

export function queryList(desk: SpotDesk, { reader, account, stamp }: Call): Answer {
  const { listId, clientId } = readListName(reader, 'origClientOrderId')
  if (reader.refusal !== undefined) return reader.refusal
  const list = desk.venue.views.list(account, listId, clientId)
  return list === undefined
    ? { ...refusal('noSuchOrder'), message: 'Order list does not exist.' }
    : listJson(desk, list, stamp)
}

export function openLists(desk: SpotDesk, { account, stamp }: Call): Answer {
  return listsJson(desk, desk.venue.views.openLists(account), stamp)
}

export function allLists(desk: SpotDesk, { reader, account, stamp }: Call): Answer {
  const limit = reader.limit('limit', 500, 1000)
  const fromId = reader.integer('fromId', 0)
  const { from = 0, to = Number.POSITIVE_INFINITY } = readSpan(reader, DAY)
  if (reader.refusal !== undefined) return reader.refusal
  const wanted = desk.venue.views
    .allLists(account)
    .filter(({ id, created }) => id >= fromId && created >= from && created <= to)
  const shown = fromId === 0 ? wanted.slice(-limit) : wanted.slice(0, limit)
  return listsJson(desk, shown, stamp)
}

function listsJson(desk: SpotDesk, lists: readonly OrderList[], stamp: Call['stamp']): string {
  return `[${lists.map((list) => listJson(desk, list, stamp)).join(',')}]`
}

function readListName(reader: Reader, clientName: string): { readonly listId: number; readonly clientId: string } {
  const listId = reader.integer('orderListId', 0)
  const clientId = reader.textOr(clientName, '')
  if (listId === 0 && clientId === '') reader.refuse(refusal('mandatoryEither', clientName, 'orderListId'))
  return { listId, clientId: listId === 0 ? clientId : '' }
}

export function orderListRoutes(desk: SpotDesk): Route[] {
  const read = { method: 'GET', security: 'signed' } as const
  return [
    {
      ...PLACING,
      orders: [2, 2],
      method: 'POST',
      path: '/api/v3/orderList/oco',
      run: (call) => placeOco(desk, call),
    },
    { ...CANCELING, method: 'DELETE', path: '/api/v3/orderList', run: (call) => cancelList(desk, call) },
    { ...read, path: '/api/v3/orderList', weight: 4, run: (call) => queryList(desk, call) },
    { ...read, path: '/api/v3/allOrderList', weight: 20, run: (call) => allLists(desk, call) },
    { ...read, path: '/api/v3/openOrderList', weight: 6, run: (call) => openLists(desk, call) },
  ]
}
