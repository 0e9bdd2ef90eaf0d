/** Placing, testing, cancelling and amending orders of the spot venue. */
import type { CancelRequest } from '../../venue/requests.ts'
import { printDecimal } from '../../../core/number/decimal.ts'
import type { Reader } from '../reader.ts'
import { isRefusal, refusal, refuse } from '../refusal.ts'
import type { Answer, Call, Operation, Route } from '../route.ts'
import type { SpotDesk } from './desk.ts'
import { amendedJson, canceledJson, placedJson, reportedListJson, type Stamp } from './order-json.ts'
import { readOrder, readResponseType } from './order-parameters.ts'
import { RESTRICTION_WORDS } from './words.ts'

/** Rates are counted in millionths and written with eight decimals. */
const PPM_DECIMALS = 6
const RATE_ZEROS = '00'
const NO_RATE = '0.00000000'

/** Places the order that the call describes. */
export function placeOrder(desk: SpotDesk, call: Call): Answer {
  const { reader, account, stamp } = call
  const response = readResponseType(reader)
  const request = readOrder(reader, desk, account)
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.submit(request)
  if (isRefusal(outcome)) return outcome
  const order = desk.venue.views.atSlot(outcome.slot)
  return placedJson(desk, account, order, response, stamp)
}

/** Checks the order as far as that goes without the account, and places nothing. */
export function testOrder(desk: SpotDesk, { reader, account }: Call): Answer {
  readResponseType(reader)
  const request = readOrder(reader, desk, account)
  const withRates = reader.boolean('computeCommissionRates', false)
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.venue.test(request)
  if (outcome.code !== 0) return refuse(outcome.code, outcome.message)
  if (!withRates) return '{}'
  const none = `{"maker":"${NO_RATE}","taker":"${NO_RATE}"}`
  return `{"standardCommissionForOrder":${ratesJson(desk, account, request.instrument)},"specialCommissionForOrder":${none},"taxCommissionForOrder":${none},"discount":${DISCOUNT}}`
}

/** Nobody here pays fees in another asset. */
export const DISCOUNT =
  '{"enabledForAccount":false,"enabledForSymbol":false,"discountAsset":"BNB","discount":"0.75000000"}'

/** Maker and taker rate of an account in a market. */
export function ratesJson(desk: SpotDesk, account: number, instrument: number): string {
  const { makerPpm, takerPpm } = desk.venue.feesOf(account, instrument)
  return `{"maker":"${rateText(makerPpm)}","taker":"${rateText(takerPpm)}"}`
}

export function rateText(ppm: number): string {
  return printDecimal(ppm, PPM_DECIMALS) + RATE_ZEROS
}

/** Reads which order to cancel, and under which conditions. */
export function readCancel(
  reader: Reader,
  names: { readonly orderId: string; readonly clientId: string; readonly cancelId: string },
): Omit<CancelRequest, 'account' | 'instrument'> {
  const orderId = reader.integer(names.orderId, 0)
  const clientId = reader.textOr(names.clientId, '')
  if (orderId === 0 && clientId === '') reader.refuse(refusal('mandatoryEither', names.clientId, names.orderId))
  const cancelId = reader.clientId(names.cancelId)
  const invalid = refusal('invalidParameter', 'cancelRestrictions')
  const restriction = reader.choice('cancelRestrictions', RESTRICTION_WORDS, invalid, 0)
  return { kind: 'cancel', orderId, clientId, cancelId, restriction }
}

/** Cancels one order; where it is one of a list both, and the reply is the list's. */
export function cancelOrder(desk: SpotDesk, { reader, account, stamp }: Call): Answer {
  const instrument = desk.instrument(reader)
  const names = { orderId: 'orderId', clientId: 'origClientOrderId', cancelId: 'newClientOrderId' }
  const request = readCancel(reader, names)
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.submit({ ...request, account, instrument })
  if (isRefusal(outcome)) return outcome
  const { lastList, views } = desk.venue
  if (lastList !== 0) return canceledListJson(desk, account, lastList, stamp)
  return canceledJson(desk, views.atSlot(outcome.slot), stamp)
}

/** Cancels all open orders of a market: reports on single ones, and one on each list. */
export function cancelAll(desk: SpotDesk, { reader, account, stamp }: Call): Answer {
  const instrument = desk.instrument(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const before = desk.venue.views.openOrders(account, instrument)
  const outcome = desk.submit({ kind: 'cancel-all', account, instrument })
  if (isRefusal(outcome)) return outcome
  const rows: string[] = []
  const lists = new Set<number>()
  for (const { orderId, listId } of before) {
    const order = desk.venue.views.order(account, instrument, orderId, '')
    if (order === undefined) continue
    if (listId === 0) rows.push(canceledJson(desk, order, stamp))
    else if (!lists.has(listId)) rows.push(canceledListJson(desk, account, listId, stamp))
    lists.add(listId)
  }
  return `[${rows.join(',')}]`
}

/** The reply to the cancellation of a list. */
export function canceledListJson(desk: SpotDesk, account: number, listId: number, stamp: Stamp): string {
  const list = desk.venue.views.list(account, listId, '')
  if (list === undefined) throw new Error(`order list ${listId} was cancelled and is not found`)
  const reports = list.orderIds.map((orderId) => {
    const order = desk.venue.views.order(account, list.instrument, orderId, '')
    return order === undefined ? '{}' : canceledJson(desk, order, stamp)
  })
  return reportedListJson(desk, list, reports, stamp)
}

/** Lowers an order's quantity; it keeps its place in the queue. */
export function amendOrder(desk: SpotDesk, { reader, account, stamp }: Call): Answer {
  const instrument = desk.instrument(reader)
  const orderId = reader.integer('orderId', 0)
  const clientId = reader.textOr('origClientOrderId', '')
  if (orderId === 0 && clientId === '') reader.refuse(refusal('mandatoryEither', 'origClientOrderId', 'orderId'))
  const newClientId = reader.clientId('newClientOrderId')
  const quantity = reader.quanta('newQty', desk.rules(instrument).quantityDecimals)
  if (reader.refusal !== undefined) return reader.refusal
  const former = desk.venue.views.order(account, instrument, orderId, clientId)
  const outcome = desk.submit({
    kind: 'amend',
    account,
    instrument,
    orderId,
    clientId,
    side: 0,
    price: 0,
    quantity,
    newClientId,
  })
  if (isRefusal(outcome)) return outcome
  const order = desk.venue.views.atSlot(outcome.slot)
  const amended = amendedJson(desk, order, former?.clientId ?? '', stamp)
  return `{"transactTime":${stamp(order.updated)},"executionId":${order.amendments},"amendedOrder":${amended}}`
}

/** What a new order costs: its weight only where it fails. */
export const PLACING: Omit<Operation, 'run'> = {
  security: 'trade',
  weight: 1,
  freeOnSuccess: true,
  orders: [1, 1],
}
export const CANCELING: Omit<Operation, 'run'> = { security: 'trade', weight: 1, freeOnSuccess: true }

export function testWeight(parameters: { find(name: string): string | undefined }): number {
  return parameters.find('computeCommissionRates') === 'true' ? 20 : 1
}

export function orderRoutes(desk: SpotDesk): Route[] {
  return [
    { ...PLACING, method: 'POST', path: '/api/v3/order', run: (call) => placeOrder(desk, call) },
    {
      method: 'POST',
      path: '/api/v3/order/test',
      security: 'trade',
      weight: testWeight,
      run: (call) => testOrder(desk, call),
    },
    { ...CANCELING, method: 'DELETE', path: '/api/v3/order', run: (call) => cancelOrder(desk, call) },
    { ...CANCELING, method: 'DELETE', path: '/api/v3/openOrders', run: (call) => cancelAll(desk, call) },
    {
      method: 'PUT',
      path: '/api/v3/order/amend/keepPriority',
      security: 'trade',
      weight: 4,
      run: (call) => amendOrder(desk, call),
    },
  ]
}
