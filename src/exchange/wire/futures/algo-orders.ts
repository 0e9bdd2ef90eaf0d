/** The Algo service of the futures venue: orders that wait for a price. */
import { isRefusal, refusal } from '../refusal.ts'
import type { Answer, Call, Route } from '../route.ts'
import { readHistory } from './history-query.ts'
import { algoJson, placedAlgoJson } from './algo-json.ts'
import { type FuturesDesk, readOrderName } from './desk.ts'
import { readConditional, readResponseType } from './order-parameters.ts'
import { CANCELED_ALL } from './orders.ts'

const ORDER = '/fapi/v1/algoOrder'

/** Places a conditional order. */
export function placeAlgo(desk: FuturesDesk, call: Call): Answer {
  const { reader } = call
  readResponseType(reader)
  const request = readConditional(reader, desk, call.account, desk.habits.selfTradeElsewhere)
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.submit(call, request)
  return isRefusal(outcome) ? outcome : placedAlgoJson(desk, desk.venue.conditionalAt(outcome.slot))
}

/** Cancels one. The reply's code is a text, unlike every other. */
export function cancelAlgo(desk: FuturesDesk, call: Call): Answer {
  const { reader, account } = call
  const { orderId, clientId } = readOrderName(reader, 'algoId', 'clientAlgoId')
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.submit(call, { kind: 'cancel-conditional', account, conditionalId: orderId, clientId })
  if (isRefusal(outcome)) return outcome
  const order = desk.venue.conditionalAt(outcome.slot)
  return `{"algoId":${order.conditionalId},"clientAlgoId":"${order.clientId}","code":"200","msg":"success"}`
}

function queryAlgo(desk: FuturesDesk, { reader, account }: Call): Answer {
  const { orderId, clientId } = readOrderName(reader, 'algoId', 'clientAlgoId')
  if (reader.refusal !== undefined) return reader.refusal
  const order = desk.venue.findConditional(account, orderId, clientId)
  return order === undefined ? refusal('noSuchOrder') : algoJson(desk, order)
}

function cancelAllAlgo(desk: FuturesDesk, call: Call): Answer {
  const instrument = desk.instrument(call.reader)
  if (call.reader.refusal !== undefined) return call.reader.refusal
  const outcome = desk.submit(call, { kind: 'cancel-all-conditional', account: call.account, instrument })
  return isRefusal(outcome) ? outcome : CANCELED_ALL
}

function openAlgos(desk: FuturesDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrumentOr(reader)
  const algoId = reader.integer('algoId', 0)
  if (reader.refusal !== undefined) return reader.refusal
  const orders = desk.venue.openConditionalsOf(account, instrument)
  const wanted = algoId === 0 ? orders : orders.filter(({ conditionalId }) => conditionalId === algoId)
  return `[${wanted.map((order) => algoJson(desk, order)).join(',')}]`
}

function allAlgos(desk: FuturesDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrument(reader)
  const query = readHistory(reader, instrument, 'algoId')
  if (reader.refusal !== undefined) return reader.refusal
  const orders = desk.venue.conditionalsOf(account, query)
  return `[${orders.map((order) => algoJson(desk, order)).join(',')}]`
}

export function algoRoutes(desk: FuturesDesk): Route[] {
  const trade = { security: 'trade', weight: 1 } as const
  const read = { method: 'GET', security: 'signed', weight: 1 } as const
  return [
    { ...trade, method: 'POST', path: ORDER, weight: 0, orders: [1, 1], run: (call) => placeAlgo(desk, call) },
    { ...trade, method: 'DELETE', path: ORDER, run: (call) => cancelAlgo(desk, call) },
    { ...read, path: ORDER, run: (call) => queryAlgo(desk, call) },
    { ...trade, method: 'DELETE', path: '/fapi/v1/algoOpenOrders', run: (call) => cancelAllAlgo(desk, call) },
    {
      ...read,
      path: '/fapi/v1/openAlgoOrders',
      weight: (parameters) => (parameters.find('symbol') === undefined ? 40 : 1),
      run: (call) => openAlgos(desk, call),
    },
    { ...read, path: '/fapi/v1/allAlgoOrders', weight: 5, run: (call) => allAlgos(desk, call) },
  ]
}
