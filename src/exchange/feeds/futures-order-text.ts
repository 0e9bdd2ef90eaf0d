/** ORDER_TRADE_UPDATE, TRADE_LITE and ALGO_UPDATE of the futures user stream. Times are microseconds. */
import { printDecimal } from '../../core/number/decimal.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { EVENT, FIELD } from '../venue/events.ts'
import type { ConditionalView, OrderView, PositionView } from '../venue/futures/views.ts'
import { ORDER_FLAG, type OrderStore } from '../venue/order-store.ts'
import { ORDER_KIND } from '../venue/requests.ts'
import {
  ALGO_STATUSES,
  expiryReason,
  ORDER_TYPES,
  POSITION_SIDES,
  priceMatchWord,
  SELF_TRADES,
  sideWord,
  STATUSES,
  TIMES_IN_FORCE,
  workingTypeWord,
} from './futures-words.ts'
import { amountText, millis, type NumberText } from './number-text.ts'

/** Hundredths of a percent. */
const CALLBACK_DECIMALS = 2

/** One order event and all that is known of its order. */
export interface OrderMoment {
  readonly orders: OrderStore
  readonly cells: Float64Array
  /** Where the event begins in `cells`. */
  readonly at: number
  readonly instrument: Instrument
  readonly numbers: NumberText
  /** Price times lots of the order's fills up to this event. */
  readonly value: bigint
  /** Asset of the fee. */
  readonly feeAsset: string
  /** The conditional order behind it, and its order's view; undefined for an order that was placed as it is. */
  readonly origin: OrderView | undefined
  /** Of a trailing stop behind it. */
  readonly trailing: ConditionalView | undefined
  /** The account's rows of the instrument. */
  readonly positions: readonly PositionView[]
  readonly now: number
}

const EXECUTIONS: ReadonlyMap<number, string> = new Map<number, string>([
  [EVENT.accepted, 'NEW'],
  [EVENT.fill, 'TRADE'],
  [EVENT.canceled, 'CANCELED'],
  [EVENT.expired, 'EXPIRED'],
  [EVENT.amended, 'AMENDMENT'],
])

export function tradeLiteText(moment: OrderMoment): string {
  const { orders, cells, at, numbers } = moment
  const slot = cells[at + FIELD.slot] as number
  return (
    `{"e":"TRADE_LITE","E":${millis(moment.now)},"T":${millis(cells[at + FIELD.time] as number)},` +
    `"s":"${moment.instrument.symbol}","q":"${numbers.quantity(orders.quantity[slot] as number)}",` +
    `"p":"${numbers.price(orders.price[slot] as number)}","m":${cells[at + FIELD.detail] === 1},` +
    `"c":"${orders.clientIdOf(slot)}","S":"${sideWord(orders.side[slot] as number)}",` +
    `"L":"${numbers.price(cells[at + FIELD.price] as number)}","l":"${numbers.quantity(cells[at + FIELD.quantity] as number)}",` +
    `"t":${cells[at + FIELD.tradeId]},"i":${orders.id[slot]}}`
  )
}

export function orderUpdateText(moment: OrderMoment): string {
  const { orders, cells, at, numbers, origin } = moment
  const slot = cells[at + FIELD.slot] as number
  const flags = orders.flags[slot] as number
  const kind = cells[at + FIELD.kind] as number
  const fill = kind === EVENT.fill
  const filled = cells[at + FIELD.filled] as number
  const time = millis(cells[at + FIELD.time] as number)
  const execution = fill && (flags & ORDER_FLAG.liquidation) !== 0 ? 'CALCULATED' : (EXECUTIONS.get(kind) ?? '')
  const type = ORDER_TYPES[orders.kind[slot] as number]
  const trigger = origin?.triggerPrice ?? 0
  const original = origin === undefined ? type : ORDER_TYPES[origin.originalKind]
  const reason = kind === EVENT.expired ? expiryReason(cells[at + FIELD.detail] as number) : '0'
  return (
    `{"e":"ORDER_TRADE_UPDATE","E":${millis(moment.now)},"T":${time},"o":{"s":"${moment.instrument.symbol}",` +
    `"c":"${orders.clientIdOf(slot)}","S":"${sideWord(orders.side[slot] as number)}","o":"${type}",` +
    `"f":"${TIMES_IN_FORCE[orders.timeInForce[slot] as number]}","q":"${numbers.quantity(orders.quantity[slot] as number)}",` +
    `"p":"${orders.price[slot] === 0 ? '0' : numbers.price(orders.price[slot] as number)}",` +
    `"ap":"${filled === 0 ? '0' : numbers.average(moment.value, filled)}",` +
    `"sp":"${trigger === 0 ? '0' : numbers.price(trigger)}","x":"${execution}",` +
    `"X":"${STATUSES[cells[at + FIELD.status] as number]}","i":${orders.id[slot]},` +
    `"l":"${numbers.quantity(fill ? (cells[at + FIELD.quantity] as number) : 0)}","z":"${numbers.quantity(filled)}",` +
    `"L":"${fill ? numbers.price(cells[at + FIELD.price] as number) : '0'}"${feeText(moment, fill)},"T":${time},` +
    `"t":${fill ? cells[at + FIELD.tradeId] : 0},${notionalText(moment)},` +
    `"m":${fill && cells[at + FIELD.detail] === 1},"R":${(flags & ORDER_FLAG.reduceOnly) !== 0},` +
    `"wt":"${workingTypeWord(origin?.workingType ?? 0)}","ot":"${original}",` +
    `"ps":"${POSITION_SIDES[orders.positionSide[slot] as number]}","cp":${(flags & ORDER_FLAG.closePosition) !== 0}` +
    `${trailingText(moment)},"rp":"${fill ? amountText(cells[at + FIELD.realized] as number) : '0'}",` +
    `"pP":${origin?.priceProtect ?? false},"si":0,"ss":0,"V":"${SELF_TRADES[orders.selfTrade[slot] as number]}",` +
    `"pm":"${priceMatchWord(orders.priceMatch[slot] as number)}","gtd":${millis(orders.goodTill[slot] as number)},` +
    `"er":"${reason}"}}`
  )
}

/** `n` and `N`, only where there is a fee. */
function feeText({ cells, at, feeAsset }: OrderMoment, fill: boolean): string {
  return fill ? `,"n":"${amountText(cells[at + FIELD.amount] as number)}","N":"${feeAsset}"` : ''
}

/** `b` and `a`: value of the account's open buy and sell orders in the market. */
function notionalText({ positions }: OrderMoment): string {
  let bids = 0n
  let asks = 0n
  for (const { bidNotional, askNotional } of positions) {
    bids += bidNotional
    asks += askNotional
  }
  return `"b":"${amountText(bids)}","a":"${amountText(asks)}"`
}

function trailingText({ trailing, numbers }: OrderMoment): string {
  if (trailing === undefined) return ''
  const rate = printDecimal(trailing.callbackRate, CALLBACK_DECIMALS, { trim: true })
  return `,"AP":"${numbers.price(trailing.activatePrice)}","cr":"${rate}"`
}

export interface ConditionalMoment {
  readonly order: ConditionalView
  /** The order that it became; undefined before it was set off. */
  readonly actual: OrderView | undefined
  /** CONDITIONAL_STATUS with this event. */
  readonly status: number
  readonly instrument: Instrument
  readonly numbers: NumberText
  readonly time: number
  readonly now: number
}

export function algoUpdateText({ order, actual, status, instrument, numbers, time, now }: ConditionalMoment): string {
  const zero = '0.00000'
  const trailing = order.orderKind === ORDER_KIND.trailing
  const rate = printDecimal(order.callbackRate, CALLBACK_DECIMALS, { trim: true })
  return (
    `{"e":"ALGO_UPDATE","E":${millis(now)},"T":${millis(time)},"o":{"caid":"${order.clientId}","aid":${order.conditionalId},` +
    `"at":"CONDITIONAL","o":"${ORDER_TYPES[order.orderKind]}","s":"${instrument.symbol}","S":"${sideWord(order.side)}",` +
    `"ps":"${POSITION_SIDES[order.positionSide]}","f":"${TIMES_IN_FORCE[order.timeInForce]}",` +
    `"q":"${numbers.quantity(order.quantity)}","X":"${ALGO_STATUSES[status]}","ai":"${actual?.orderId ?? ''}",` +
    `"ap":"${actual === undefined || actual.filled === 0 ? zero : numbers.average(actual.filledValue, actual.filled)}",` +
    `"aq":"${actual === undefined || actual.filled === 0 ? zero : numbers.quantity(actual.filled)}",` +
    `"act":"${actual === undefined ? '' : ORDER_TYPES[actual.orderKind]}","tp":"${numbers.price(order.triggerPrice)}",` +
    `"p":"${numbers.price(order.price)}","V":"${SELF_TRADES[order.selfTrade]}",` +
    `"wt":"${workingTypeWord(order.workingType)}","pm":"${priceMatchWord(order.priceMatch)}","cp":${order.closePosition},` +
    `"pP":${order.priceProtect},"R":${order.reduceOnly},"tt":${millis(order.triggeredAt)},"gtd":${millis(order.goodTill)},` +
    `"rm":${JSON.stringify(order.rejectReason)}${trailing ? `,"AP":"${numbers.price(order.activatePrice)}","cr":"${rate}"` : ''},` +
    `"ia":false}}`
  )
}
