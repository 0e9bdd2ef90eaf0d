/** Placing, changing and cancelling orders of the futures venue. */
import type { CancelRequest } from '../../venue/requests.ts'
import { Parameters } from '../parameters.ts'
import { Reader } from '../reader.ts'
import { isRefusal, refusal, type Refusal, refusalBody } from '../refusal.ts'
import type { Answer, Call, Route } from '../route.ts'
import { type FuturesDesk, readOrderName } from './desk.ts'
import { ACKNOWLEDGE, RESULT, slotJson } from './order-json.ts'
import { readPlace, readResponseType } from './order-parameters.ts'
import { RESPONSE, SIDE_WORDS } from './words.ts'

const MILLI = 1000
/** Orders in one batch, and ids in one batch of cancellations. */
const BATCH_MAX = 5
const CANCELS_MAX = 10

export const CANCELED_ALL = '{"code":200,"msg":"The operation of cancel all open order is done."}'

/** Places the order that the call describes. */
export function placeOrder(desk: FuturesDesk, call: Call, selfTrade: number): Answer {
  const { reader } = call
  const response = readResponseType(reader)
  const request = readPlace(reader, desk, call.account, selfTrade)
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.submit(call, request)
  if (isRefusal(outcome)) return outcome
  return slotJson(desk, outcome.slot, response === RESPONSE.ack ? ACKNOWLEDGE : RESULT)
}

/** Changes price and quantity of an order. */
export function amendOrder(desk: FuturesDesk, call: Call): Answer {
  const { reader } = call
  const instrument = desk.instrument(reader)
  const name = readOrderName(reader)
  const { priceDecimals, quantityDecimals } = desk.rules(instrument)
  const side = reader.choice('side', SIDE_WORDS, refusal('invalidSide'))
  const quantity = reader.quanta('quantity', quantityDecimals)
  const price = reader.quanta('price', priceDecimals)
  const modifyId = reader.integer('modifyId', 0)
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.submit(call, {
    kind: 'amend',
    account: call.account,
    instrument,
    ...name,
    side,
    price,
    quantity,
  })
  if (isRefusal(outcome)) return outcome
  return slotJson(desk, outcome.slot, { acknowledge: false, modifyId: modifyId === 0 ? '' : String(modifyId) })
}

/** Cancels one order. */
export function cancelOrder(desk: FuturesDesk, call: Call): Answer {
  const { reader } = call
  const instrument = desk.instrument(reader)
  const name = readOrderName(reader)
  if (reader.refusal !== undefined) return reader.refusal
  return cancel(desk, call, { kind: 'cancel', account: call.account, instrument, ...name })
}

/** Reads the order and its rules like a new order, and places nothing. */
function testOrder(desk: FuturesDesk, { reader, account }: Call): Answer {
  readResponseType(reader)
  readPlace(reader, desk, account, desk.habits.selfTradeSingle)
  return reader.refusal ?? '{}'
}

function cancel(desk: FuturesDesk, call: Call, request: CancelRequest): Answer {
  const outcome = desk.submit(call, request)
  return isRefusal(outcome) ? outcome : slotJson(desk, outcome.slot, RESULT)
}

/** Runs each element of a JSON list of orders on its own; its error stands in its place of the reply. */
function batch(call: Call, run: (element: Call) => Answer): Answer {
  const { reader } = call
  const elements = recordsOf(reader)
  if (isRefusal(elements)) return elements
  if (elements.length === 0 || elements.length > BATCH_MAX) return refusal('batchSize', elements.length)
  const answers = elements.map((record) => {
    const parameters = Parameters.fromRecord(record)
    return run({ ...call, reader: new Reader(parameters, reader.dialect) })
  })
  return listOf(answers)
}

function recordsOf(reader: Reader): Record<string, unknown>[] | Refusal {
  const sent = listIn(reader, 'batchOrders')
  if (sent === undefined) return refusal('mandatory', 'batchOrders')
  if (isRefusal(sent)) return sent
  const records = sent.filter(isRecord)
  return records.length === sent.length ? records : refusal('invalidParameter', 'batchOrders')
}

/** A parameter that holds a JSON list; undefined where it was not sent. */
function listIn(reader: Reader, name: string): unknown[] | Refusal | undefined {
  const text = reader.parameters.findLoosely(name)
  if (text === undefined || text === '') return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    if (Array.isArray(parsed)) return parsed as unknown[]
  } catch {
    // Falls through: what is no JSON is as wrong as what is no list.
  }
  return refusal('invalidParameter', name)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(answers: readonly Answer[]): string {
  return `[${answers.map((answer) => (isRefusal(answer) ? refusalBody(answer) : answer)).join(',')}]`
}

/** Cancels orders by a list of ids or of client ids. */
function cancelBatch(desk: FuturesDesk, call: Call): Answer {
  const { reader, account } = call
  const instrument = desk.instrument(reader)
  const ids = listIn(reader, 'orderIdList')
  const clientIds = listIn(reader, 'origClientOrderIdList')
  if (reader.refusal !== undefined) return reader.refusal
  if (isRefusal(ids)) return ids
  if (isRefusal(clientIds)) return clientIds
  const names = ids?.map(Number) ?? clientIds?.map(String)
  if (names === undefined) return refusal('mandatoryEither', 'orderIdList', 'origClientOrderIdList')
  if (names.length > CANCELS_MAX) return refusal('maxCancels')
  if (names.some((name) => typeof name === 'number' && !Number.isSafeInteger(name)))
    return refusal('invalidParameter', 'orderIdList')
  const answers = names.map((name) => {
    const named = typeof name === 'number' ? { orderId: name, clientId: '' } : { orderId: 0, clientId: name }
    return cancel(desk, call, { kind: 'cancel', account, instrument, ...named })
  })
  return listOf(answers)
}

function cancelAll(desk: FuturesDesk, call: Call): Answer {
  const instrument = desk.instrument(call.reader)
  if (call.reader.refusal !== undefined) return call.reader.refusal
  const outcome = desk.submit(call, { kind: 'cancel-all', account: call.account, instrument })
  return isRefusal(outcome) ? outcome : CANCELED_ALL
}

function countdown(desk: FuturesDesk, call: Call): Answer {
  const { reader, account } = call
  const instrument = desk.instrument(reader)
  const countdownTime = reader.integer('countdownTime')
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.submit(call, { kind: 'countdown', account, instrument, delay: countdownTime * MILLI })
  if (isRefusal(outcome)) return outcome
  return `{"symbol":"${desk.symbol(instrument)}","countdownTime":"${countdownTime}"}`
}

/** The endpoints of this file. Placing counts one order against each limit, a batch five and one. */
export function orderRoutes(desk: FuturesDesk): Route[] {
  const { selfTradeSingle, selfTradeElsewhere } = desk.habits
  const trade = { security: 'trade', weight: 1 } as const
  const placing = { security: 'trade', weight: 0, orders: [1, 1] } as const
  const placingMany = { security: 'trade', weight: 5, orders: [5, 1] } as const
  const order = '/fapi/v1/order'
  const batchOrders = '/fapi/v1/batchOrders'
  return [
    { ...placing, method: 'POST', path: order, run: (call) => placeOrder(desk, call, selfTradeSingle) },
    { ...trade, method: 'POST', path: '/fapi/v1/order/test', run: (call) => testOrder(desk, call) },
    { ...placing, method: 'PUT', path: order, run: (call) => amendOrder(desk, call) },
    { ...trade, method: 'DELETE', path: order, run: (call) => cancelOrder(desk, call) },
    {
      ...placingMany,
      method: 'POST',
      path: batchOrders,
      run: (call) => batch(call, (element) => placeOrder(desk, element, selfTradeElsewhere)),
    },
    {
      ...placingMany,
      method: 'PUT',
      path: batchOrders,
      run: (call) => batch(call, (element) => amendOrder(desk, element)),
    },
    { ...trade, method: 'DELETE', path: batchOrders, run: (call) => cancelBatch(desk, call) },
    { ...trade, method: 'DELETE', path: '/fapi/v1/allOpenOrders', run: (call) => cancelAll(desk, call) },
    {
      ...trade,
      weight: 10,
      method: 'POST',
      path: '/fapi/v1/countdownCancelAll',
      run: (call) => countdown(desk, call),
    },
  ]
}
