/** Conditional orders as JSON of the futures venue. */
import {
  ALGO_STATUSES,
  ORDER_TYPES,
  POSITION_SIDES,
  priceMatchWord,
  SELF_TRADES,
  TIMES_IN_FORCE,
} from '../../feeds/futures-words.ts'
import { printDecimal } from '../../../core/number/decimal.ts'
import { millis } from '../../feeds/number-text.ts'
import { ORDER_KIND } from '../../venue/requests.ts'
import type { ConditionalView } from '../../venue/futures/views.ts'
import type { FuturesDesk } from './desk.ts'
import { SIDES, WORKING_TYPES } from './words.ts'

/** Hundredths of a percent. */
const CALLBACK_DECIMALS = 2

/** The reply to placing one. */
export function placedAlgoJson(desk: FuturesDesk, order: ConditionalView): string {
  return `{${fieldsOf(desk, order)}}`
}

/** One as queries show it: with the order that it became. */
export function algoJson(desk: FuturesDesk, order: ConditionalView): string {
  const text = desk.text(order.instrument)
  const { actual } = order
  const actualType = actual === undefined ? '' : ORDER_TYPES[actual.orderKind]
  const zero = text.price(0)
  return (
    `{${fieldsOf(desk, order)},"actualOrderId":"${actual?.orderId ?? ''}",` +
    `"actualPrice":"${actual === undefined ? zero : text.average(actual.filledValue, actual.filled)}",` +
    `"actualType":"${actualType}","actualQty":"${actual === undefined ? '0' : text.quantity(actual.filled)}",` +
    `"tpOrderType":"","tpTriggerPrice":"${zero}","tpPrice":"${zero}","slTriggerPrice":"${zero}","slPrice":"${zero}"}`
  )
}

function fieldsOf(desk: FuturesDesk, order: ConditionalView): string {
  const text = desk.text(order.instrument)
  const trailing = order.orderKind === ORDER_KIND.trailing
  return (
    `"algoId":${order.conditionalId},"clientAlgoId":"${order.clientId}","algoType":"CONDITIONAL",` +
    `"orderType":"${ORDER_TYPES[order.orderKind]}","symbol":"${desk.symbol(order.instrument)}",` +
    `"side":"${SIDES[order.side]}","positionSide":"${POSITION_SIDES[order.positionSide]}",` +
    `"timeInForce":"${TIMES_IN_FORCE[order.timeInForce]}","quantity":"${text.quantity(order.quantity)}",` +
    `"algoStatus":"${ALGO_STATUSES[order.status]}","triggerPrice":"${text.price(order.triggerPrice)}",` +
    `"price":"${text.price(order.price)}","icebergQuantity":null,` +
    `"selfTradePreventionMode":"${SELF_TRADES[order.selfTrade]}","workingType":"${WORKING_TYPES[order.workingType]}",` +
    `"priceMatch":"${priceMatchWord(order.priceMatch)}","closePosition":${order.closePosition},` +
    `"priceProtect":${order.priceProtect},"reduceOnly":${order.reduceOnly},` +
    `"activatePrice":"${trailing ? text.price(order.activatePrice) : ''}",` +
    `"callbackRate":"${trailing ? printDecimal(order.callbackRate, CALLBACK_DECIMALS, { trim: true }) : ''}",` +
    `"createTime":${millis(order.created)},"updateTime":${millis(order.updated)},` +
    `"triggerTime":${millis(order.triggeredAt)},"goodTillDate":${millis(order.goodTill)}`
  )
}
