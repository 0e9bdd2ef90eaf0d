/** Cancelling one order of the spot venue and placing another in one request, either of which may fail. */
import { spotErrorCode, spotErrorText } from '../../venue/spot/spot-errors.ts'
import { refusal, type Refusal, refusalBody, refuse } from '../refusal.ts'
import type { Answer, Call, Route } from '../route.ts'
import type { SpotDesk } from './desk.ts'
import { canceledJson, placedJson } from './order-json.ts'
import { readOrder, readResponseType } from './order-parameters.ts'
import { PLACING, readCancel } from './orders.ts'

const MODES = { STOP_ON_FAILURE: 0, ALLOW_FAILURE: 1 }
const EXACTLY_ONE = -2021

export function cancelReplaceOrder(desk: SpotDesk, { reader, account, stamp }: Call): Answer {
  const mode = reader.choice('cancelReplaceMode', MODES, refusal('invalidParameter', 'cancelReplaceMode'))
  const response = readResponseType(reader)
  const order = readOrder(reader, desk, account)
  const names = {
    orderId: 'cancelOrderId',
    clientId: 'cancelOrigClientOrderId',
    cancelId: 'cancelNewClientOrderId',
  }
  const cancel = { ...readCancel(reader, names), account, instrument: order.instrument }
  if (reader.refusal !== undefined) return reader.refusal
  const allowFailure = mode === MODES.ALLOW_FAILURE
  const outcome = desk.machine.handle({ kind: 'cancel-replace', cancel, order, allowFailure })
  const { cancelError, cancelSlot, attempted, orderError, orderSlot } = desk.venue.lastReplace
  const { views } = desk.venue
  const cancelResponse =
    cancelError === 0 ? canceledJson(desk, views.atSlot(cancelSlot), stamp) : refusalBody(refusalOf(cancelError))
  let orderResponse = 'null'
  if (attempted && orderError === 0) orderResponse = placedJson(desk, account, views.atSlot(orderSlot), response, stamp)
  else if (attempted) orderResponse = refusalBody(refusalOf(orderError))
  const newOrderResult = attempted ? resultOf(orderError) : 'NOT_ATTEMPTED'
  const data =
    `{"cancelResult":"${resultOf(cancelError)}","newOrderResult":"${newOrderResult}",` +
    `"cancelResponse":${cancelResponse},"newOrderResponse":${orderResponse}}`
  if (outcome.code === 0) return data
  return { status: outcome.code === EXACTLY_ONE ? 409 : 400, code: outcome.code, message: outcome.message, data }
}

function resultOf(error: number): string {
  return error === 0 ? 'SUCCESS' : 'FAILURE'
}

function refusalOf(error: number): Refusal {
  return refuse(spotErrorCode(error), spotErrorText(error))
}

export function cancelReplaceRoutes(desk: SpotDesk): Route[] {
  return [
    {
      ...PLACING,
      method: 'POST',
      path: '/api/v3/order/cancelReplace',
      run: (call) => cancelReplaceOrder(desk, call),
    },
  ]
}
