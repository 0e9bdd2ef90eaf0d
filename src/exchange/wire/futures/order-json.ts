/** Orders, trades and amendments as JSON of the futures venue. */
import {
  ORDER_TYPES,
  POSITION_SIDES,
  priceMatchWord,
  SELF_TRADES,
  STATUSES,
  TIMES_IN_FORCE,
} from '../../feeds/futures-words.ts'
import { millis } from '../../feeds/number-text.ts'
import { STATUS } from '../../venue/events.ts'
import type { AmendmentView, OrderView, TradeView } from '../../venue/futures/views.ts'
import { ORDER_FLAG } from '../../venue/order-store.ts'
import { moneyText, trimmedMoney } from './amounts.ts'
import type { FuturesDesk } from './desk.ts'
import { SIDES, WORKING_TYPES } from './words.ts'

/** What a reply to a change of an order may say otherwise than the order's slot. */
export interface ReplyForm {
  /** Status and quantity as if nothing had happened to the order yet. */
  readonly acknowledge: boolean
  /** Of an amendment, echoed; empty for none. */
  readonly modifyId: string
}

export const ACKNOWLEDGE: ReplyForm = { acknowledge: true, modifyId: '' }
export const RESULT: ReplyForm = { acknowledge: false, modifyId: '' }

/** The reply to placing, changing or cancelling the order in a slot of the store. Read straight from the columns. */
export function slotJson(desk: FuturesDesk, slot: number, form: ReplyForm): string {
  const { orders } = desk.venue
  if (((orders.flags[slot] as number) & ORDER_FLAG.triggered) !== 0) return triggeredJson(desk, slot, form)
  const instrument = orders.instrument[slot] as number
  const text = desk.text(instrument)
  const flags = orders.flags[slot] as number
  const type = ORDER_TYPES[orders.kind[slot] as number] as string
  const filled = text.quantity(form.acknowledge ? 0 : (orders.filled[slot] as number))
  const status = STATUSES[form.acknowledge ? STATUS.new : (orders.status[slot] as number)] as string
  return (
    `{"orderId":${orders.id[slot]},"symbol":"${desk.symbol(instrument)}","status":"${status}",` +
    `"clientOrderId":"${orders.clientIdOf(slot)}","price":"${text.price(orders.price[slot] as number)}",` +
    `"origQty":"${text.quantity(orders.quantity[slot] as number)}","executedQty":"${filled}","cumQty":"${filled}",` +
    `"timeInForce":"${TIMES_IN_FORCE[orders.timeInForce[slot] as number]}","type":"${type}",` +
    `"reduceOnly":${(flags & ORDER_FLAG.reduceOnly) !== 0},` +
    `"closePosition":${(flags & ORDER_FLAG.closePosition) !== 0},"side":"${SIDES[orders.side[slot] as number]}",` +
    `"positionSide":"${POSITION_SIDES[orders.positionSide[slot] as number]}","stopPrice":"${text.price(0)}",` +
    `"workingType":"CONTRACT_PRICE","priceProtect":false,"origType":"${type}",` +
    `"priceMatch":"${priceMatchWord(orders.priceMatch[slot] as number)}",` +
    `"selfTradePreventionMode":"${SELF_TRADES[orders.selfTrade[slot] as number]}",` +
    `"goodTillDate":${millis(orders.goodTill[slot] as number)},` +
    `"updateTime":${millis(orders.updated[slot] as number)}${modifyIdJson(form)}${averagesJson(desk, slot)}}`
  )
}

/** The same for an order that came from a conditional one: what was asked for is kept elsewhere. */
function triggeredJson(desk: FuturesDesk, slot: number, form: ReplyForm): string {
  const order = desk.venue.orderAt(slot)
  const text = desk.text(order.instrument)
  return (
    `{"orderId":${order.orderId},"symbol":"${desk.symbol(order.instrument)}","status":"${STATUSES[order.status]}",` +
    `"clientOrderId":"${order.clientId}","price":"${text.price(order.price)}",` +
    `"origQty":"${text.quantity(order.quantity)}","executedQty":"${text.quantity(order.filled)}",` +
    `"cumQty":"${text.quantity(order.filled)}",${settingsJson(order)},"stopPrice":"${text.price(order.triggerPrice)}",` +
    `"updateTime":${millis(order.updated)}${modifyIdJson(form)}${averagesJson(desk, slot)}}`
  )
}

/** Averages that replies had once. */
function averagesJson(desk: FuturesDesk, slot: number): string {
  return desk.habits.averagesInReplies ? `,${averageFields(desk, desk.venue.orderAt(slot))}` : ''
}

function averageFields(desk: FuturesDesk, order: OrderView): string {
  const text = desk.text(order.instrument)
  const spent = order.filledValue === 0n ? '0' : text.value(order.filledValue)
  return `"avgPrice":"${text.average(order.filledValue, order.filled)}","cumQuote":"${spent}"`
}

/** An order as queries show it. */
export function orderJson(desk: FuturesDesk, order: OrderView): string {
  const text = desk.text(order.instrument)
  const symbol = desk.symbol(order.instrument)
  return (
    `{${averageFields(desk, order)},"clientOrderId":"${order.clientId}","cumBase":"0",` +
    `"executedQty":"${text.quantity(order.filled)}","orderId":${order.orderId},` +
    `"origQty":"${text.quantity(order.quantity)}","price":"${text.price(order.price)}",` +
    `"status":"${STATUSES[order.status]}",` +
    `"stopPrice":"${order.triggerPrice === 0 ? '0' : text.price(order.triggerPrice)}","symbol":"${symbol}",` +
    `"pair":"${symbol}","time":${millis(order.created)},${settingsJson(order)},"updateTime":${millis(order.updated)}}`
  )
}

/** What the owner asked for. */
function settingsJson(order: OrderView): string {
  return (
    `"timeInForce":"${TIMES_IN_FORCE[order.timeInForce]}","type":"${ORDER_TYPES[order.orderKind]}",` +
    `"origType":"${ORDER_TYPES[order.originalKind]}","reduceOnly":${(order.flags & ORDER_FLAG.reduceOnly) !== 0},` +
    `"closePosition":${(order.flags & ORDER_FLAG.closePosition) !== 0},"side":"${SIDES[order.side]}",` +
    `"positionSide":"${POSITION_SIDES[order.positionSide]}","workingType":"${WORKING_TYPES[order.workingType]}",` +
    `"priceProtect":${order.priceProtect},"priceMatch":"${priceMatchWord(order.priceMatch)}",` +
    `"selfTradePreventionMode":"${SELF_TRADES[order.selfTrade]}","goodTillDate":${millis(order.goodTill)}`
  )
}

export function tradeJson(desk: FuturesDesk, trade: TradeView): string {
  const text = desk.text(trade.instrument)
  const symbol = desk.symbol(trade.instrument)
  const { settle } = desk.rules(trade.instrument)
  return (
    `{"symbol":"${symbol}","id":${trade.tradeId},"orderId":${trade.orderId},"side":"${SIDES[trade.side]}",` +
    `"price":"${text.price(trade.price)}","qty":"${text.quantity(trade.quantity)}",` +
    `"realizedPnl":"${trimmedMoney(trade.realized)}","quoteQty":"${trimmedMoney(trade.value)}","baseQty":"0",` +
    `"commission":"${moneyText(trade.fee)}","commissionAsset":"${desk.asset(trade.feeAsset)}","marginAsset":"${settle}",` +
    `"pair":"${symbol}","time":${millis(trade.time)},"positionSide":"${POSITION_SIDES[trade.positionSide]}",` +
    `"maker":${trade.maker},"buyer":${SIDES[trade.side] === 'BUY'}}`
  )
}

export function amendmentJson(desk: FuturesDesk, amendment: AmendmentView): string {
  const text = desk.text(amendment.instrument)
  const symbol = desk.symbol(amendment.instrument)
  const { priceBefore, priceAfter, quantityBefore, quantityAfter } = amendment
  return (
    `{"amendmentId":${amendment.amendmentId},"symbol":"${symbol}","pair":"${symbol}","orderId":${amendment.orderId},` +
    `"clientOrderId":"${amendment.clientId}","time":${millis(amendment.time)},"amendment":{` +
    `"price":{"before":"${text.price(priceBefore)}","after":"${text.price(priceAfter)}"},` +
    `"origQty":{"before":"${text.quantity(quantityBefore)}","after":"${text.quantity(quantityAfter)}"},` +
    `"count":${amendment.count}}}`
  )
}

function modifyIdJson({ modifyId }: ReplyForm): string {
  return modifyId === '' ? '' : `,"modifyId":${modifyId}`
}
