/** Orders, fills and order lists as JSON of the spot venue. */
import { fixedBig, type NumberText } from '../../feeds/number-text.ts'
import { madeCancelId } from '../../venue/client-ids.ts'
import { LIST_STATUS } from '../../venue/events.ts'
import { ORDER_KIND } from '../../venue/requests.ts'
import type { OrderList } from '../../venue/spot/order-lists.ts'
import type { FillRecord, OrderRecord } from '../../venue/spot/spot-history.ts'
import type { SpotDesk } from './desk.ts'
import { orderTypeWord, RESPONSE, SELF_TRADES, SIDES, statusWord, timeInForceWord } from './words.ts'

const DECIMALS = 8

/** Microseconds in the unit that the caller reads. */
export type Stamp = (micros: number) => number

/** An amount in 10^-8 with all its decimals. */
export function moneyText(amount: bigint): string {
  return fixedBig(amount, DECIMALS, DECIMALS)
}

/** The reply to a new order, as much of it as RESPONSE says. */
export function placedJson(
  desk: SpotDesk,
  account: number,
  order: OrderRecord,
  response: number,
  stamp: Stamp,
): string {
  const head = headJson(desk, order, order.clientId)
  const transactTime = `"transactTime":${stamp(order.updated)}`
  if (response === RESPONSE.ack) return `{${head},${transactTime}}`
  const fills = response === RESPONSE.full ? `"fills":${fillsJson(desk, account, order)},` : ''
  return `{${head},${transactTime},${bodyJson(desk, order)},"workingTime":${workingTime(order, stamp)},${fills}${selfTradeJson(order)}}`
}

/** The report on an order inside a list's reply. */
export function reportJson(desk: SpotDesk, order: OrderRecord, stamp: Stamp): string {
  return (
    `{${headJson(desk, order, order.clientId)},"transactTime":${stamp(order.updated)},${bodyJson(desk, order)},` +
    `"workingTime":${workingTime(order, stamp)},${selfTradeJson(order)}}`
  )
}

/** The reply to a cancellation, which has an id of its own. */
export function canceledJson(desk: SpotDesk, order: OrderRecord, stamp: Stamp): string {
  const cancelId = order.cancelId === '' ? madeCancelId(order.orderId) : order.cancelId
  return (
    `{${headJson(desk, order, cancelId)},"origClientOrderId":"${order.clientId}","transactTime":${stamp(order.updated)},` +
    `${bodyJson(desk, order)},${selfTradeJson(order)}}`
  )
}

/** An order as queries show it. */
export function orderJson(desk: SpotDesk, order: OrderRecord, stamp: Stamp): string {
  const trigger = isStop(order) ? '' : `"stopPrice":"${textOf(desk, order).price(0)}",`
  return (
    `{${headJson(desk, order, order.clientId)},${bodyJson(desk, order)},${trigger}"icebergQty":"0.00000000",` +
    `"time":${stamp(order.created)},"updateTime":${stamp(order.updated)},` +
    `"isWorking":${desk.venue.views.isWorking(order)},"workingTime":${workingTime(order, stamp)},${selfTradeJson(order)}}`
  )
}

/** The order in the reply to an amendment, which writes some names otherwise. */
export function amendedJson(desk: SpotDesk, order: OrderRecord, formerId: string, stamp: Stamp): string {
  const text = textOf(desk, order)
  return (
    `{${headJson(desk, order, order.clientId)},"origClientOrderId":"${formerId}","price":"${text.price(order.price)}",` +
    `"qty":"${text.quantity(order.quantity)}","executedQty":"${text.quantity(order.filled)}",` +
    `"preventedQty":"${text.quantity(order.prevented)}","quoteOrderQty":"${moneyText(BigInt(order.quoteQuantity))}",` +
    `"cumulativeQuoteQty":"${moneyText(desk.venue.views.quoteFilled(order))}","status":"${statusWord(order.status)}",` +
    `"timeInForce":"${timeInForceWord(order.timeInForce)}","type":"${orderTypeWord(order.kind, order.timeInForce)}",` +
    `"side":"${SIDES[order.side]}","workingTime":${workingTime(order, stamp)},${selfTradeJson(order)}}`
  )
}

/** A fill as myTrades shows it. */
export function tradeJson(desk: SpotDesk, fill: FillRecord, stamp: Stamp): string {
  const { numbers } = desk.market(fill.instrument)
  return (
    `{"symbol":"${desk.symbol(fill.instrument)}","id":${fill.tradeId},"orderId":${fill.orderId},` +
    `"orderListId":${listIdOf(fill.listId)},"price":"${numbers.price(fill.price)}",` +
    `"qty":"${numbers.quantity(fill.quantity)}","quoteQty":"${moneyText(desk.venue.views.quoteOf(fill))}",` +
    `"commission":"${moneyText(BigInt(fill.fee))}","commissionAsset":"${desk.asset(fill.feeAsset)}",` +
    `"time":${stamp(fill.time)},"isBuyer":${SIDES[fill.side] === 'BUY'},"isMaker":${fill.maker === 1},"isBestMatch":true}`
  )
}

/** A list without the reports on its orders. */
export function listJson(desk: SpotDesk, list: OrderList, stamp: Stamp): string {
  return `{${listFields(desk, list, stamp)}}`
}

/** A list with reports, which are JSON. */
export function reportedListJson(desk: SpotDesk, list: OrderList, reports: readonly string[], stamp: Stamp): string {
  return `{${listFields(desk, list, stamp)},"orderReports":[${reports.join(',')}]}`
}

function listFields(desk: SpotDesk, list: OrderList, stamp: Stamp): string {
  const symbol = desk.symbol(list.instrument)
  const isDone = list.status === LIST_STATUS.allDone
  const orders = list.orderIds.map(
    (orderId, leg) => `{"symbol":"${symbol}","orderId":${orderId},"clientOrderId":"${list.clientIds[leg]}"}`,
  )
  return (
    `"orderListId":${list.id},"contingencyType":"OCO","listStatusType":"${isDone ? 'ALL_DONE' : 'EXEC_STARTED'}",` +
    `"listOrderStatus":"${isDone ? 'ALL_DONE' : 'EXECUTING'}","listClientOrderId":"${list.clientId}",` +
    `"transactionTime":${stamp(list.updated)},"symbol":"${symbol}","orders":[${orders.join(',')}]`
  )
}

function headJson(desk: SpotDesk, order: OrderRecord, clientId: string): string {
  return (
    `"symbol":"${desk.symbol(order.instrument)}","orderId":${order.orderId},"orderListId":${listIdOf(order.listId)},` +
    `"clientOrderId":"${clientId}"`
  )
}

function bodyJson(desk: SpotDesk, order: OrderRecord): string {
  const text = textOf(desk, order)
  const trigger = isStop(order) ? `,"stopPrice":"${text.price(order.trigger)}"` : ''
  return (
    `"price":"${text.price(order.price)}","origQty":"${text.quantity(order.quantity)}",` +
    `"executedQty":"${text.quantity(order.filled)}","origQuoteOrderQty":"${moneyText(BigInt(order.quoteQuantity))}",` +
    `"cummulativeQuoteQty":"${moneyText(desk.venue.views.quoteFilled(order))}","status":"${statusWord(order.status)}",` +
    `"timeInForce":"${timeInForceWord(order.timeInForce)}","type":"${orderTypeWord(order.kind, order.timeInForce)}",` +
    `"side":"${SIDES[order.side]}"${trigger}`
  )
}

function fillsJson(desk: SpotDesk, account: number, order: OrderRecord): string {
  if (order.filled === 0) return '[]'
  const text = textOf(desk, order)
  const fills = desk.venue.views.fillsOf(account, order.instrument, order.orderId, order.filled).map((fill) => {
    const commission = moneyText(BigInt(fill.fee))
    return `{"price":"${text.price(fill.price)}","qty":"${text.quantity(fill.quantity)}","commission":"${commission}","commissionAsset":"${desk.asset(fill.feeAsset)}","tradeId":${fill.tradeId}}`
  })
  return `[${fills.join(',')}]`
}

function selfTradeJson({ selfTrade }: OrderRecord): string {
  return `"selfTradePreventionMode":"${SELF_TRADES[selfTrade]}"`
}

function workingTime({ workingTime: time }: OrderRecord, stamp: Stamp): number {
  return time === -1 ? -1 : stamp(time)
}

function isStop({ kind }: OrderRecord): boolean {
  return kind > ORDER_KIND.market
}

function listIdOf(id: number): number {
  return id === 0 ? -1 : id
}

function textOf(desk: SpotDesk, order: OrderRecord): NumberText {
  return desk.market(order.instrument).numbers
}
