/** executionReport of the spot user stream. Times are microseconds. */
import { madeCancelId } from '../venue/client-ids.ts'
import { EVENT, FIELD, REASON, STATUS } from '../venue/events.ts'
import { ORDER_KIND, SELF_TRADE, TIME_IN_FORCE } from '../venue/requests.ts'
import type { OrderRecord } from '../venue/spot/spot-history.ts'
import { fixed, AMOUNT_DECIMALS, millis, type NumberText } from './number-text.ts'

/** One order event and what is known of its order. */
export interface SpotMoment {
  readonly cells: Float64Array
  /** Where the event begins in `cells`. */
  readonly at: number
  readonly order: OrderRecord
  readonly symbol: string
  readonly numbers: NumberText
  /** Client id before the last amendment. */
  readonly formerId: string
  /** Price times lots of the order's fills up to this event. */
  readonly value: bigint
  readonly feeAsset: string
  /** The order is in the book. */
  readonly inBook: boolean
  /** Number of this report. */
  readonly execution: number
  readonly now: number
}

const EXECUTIONS: ReadonlyMap<number, string> = new Map<number, string>([
  [EVENT.accepted, 'NEW'],
  [EVENT.fill, 'TRADE'],
  [EVENT.canceled, 'CANCELED'],
  [EVENT.expired, 'EXPIRED'],
  [EVENT.amended, 'REPLACED'],
  [EVENT.prevented, 'TRADE_PREVENTION'],
])

const TYPES: ReadonlyMap<number, string> = new Map<number, string>([
  [ORDER_KIND.limit, 'LIMIT'],
  [ORDER_KIND.market, 'MARKET'],
  [ORDER_KIND.stop, 'STOP_LOSS_LIMIT'],
  [ORDER_KIND.stopMarket, 'STOP_LOSS'],
  [ORDER_KIND.takeProfit, 'TAKE_PROFIT_LIMIT'],
  [ORDER_KIND.takeProfitMarket, 'TAKE_PROFIT'],
])

const TIMES: ReadonlyMap<number, string> = new Map<number, string>([
  [TIME_IN_FORCE.ioc, 'IOC'],
  [TIME_IN_FORCE.fok, 'FOK'],
])

const STATUSES: ReadonlyMap<number, string> = new Map<number, string>([
  [STATUS.new, 'NEW'],
  [STATUS.partiallyFilled, 'PARTIALLY_FILLED'],
  [STATUS.filled, 'FILLED'],
  [STATUS.canceled, 'CANCELED'],
  [STATUS.expired, 'EXPIRED'],
  [STATUS.rejected, 'REJECTED'],
  [STATUS.expiredInMatch, 'EXPIRED_IN_MATCH'],
])

const SELF_TRADES: ReadonlyMap<number, string> = new Map<number, string>([
  [SELF_TRADE.none, 'NONE'],
  [SELF_TRADE.expireTaker, 'EXPIRE_TAKER'],
  [SELF_TRADE.expireMaker, 'EXPIRE_MAKER'],
  [SELF_TRADE.expireBoth, 'EXPIRE_BOTH'],
  [SELF_TRADE.decrement, 'DECREMENT'],
])

export function executionReportText(moment: SpotMoment): string {
  const { cells, at, order, numbers } = moment
  const kind = cells[at + FIELD.kind] as number
  const fill = kind === EVENT.fill
  const time = millis(cells[at + FIELD.time] as number)
  const [clientId, formerId] = clientIds(moment, kind)
  const lots = fill ? (cells[at + FIELD.quantity] as number) : 0
  const price = fill ? (cells[at + FIELD.price] as number) : 0
  const status = cells[at + FIELD.status] as number
  const reason = cells[at + FIELD.detail] as number
  const rejected = kind === EVENT.expired && reason === REASON.noFunds ? 'INSUFFICIENT_BALANCES' : 'NONE'
  return (
    `{"e":"executionReport","E":${millis(moment.now)},"s":"${moment.symbol}","c":"${clientId}",` +
    `"S":"${order.side === 0 ? 'BUY' : 'SELL'}","o":"${typeWord(order)}","f":"${TIMES.get(order.timeInForce) ?? 'GTC'}",` +
    `"q":"${numbers.quantity(order.quantity)}","p":"${numbers.price(order.price)}","P":"${numbers.price(order.trigger)}",` +
    `"F":"${numbers.quantity(0)}","g":${order.listId === 0 ? -1 : order.listId},"C":"${formerId}",` +
    `"x":"${EXECUTIONS.get(kind) ?? ''}","X":"${STATUSES.get(status) ?? ''}","r":"${rejected}","i":${order.orderId},` +
    `"l":"${numbers.quantity(lots)}","z":"${numbers.quantity(cells[at + FIELD.filled] as number)}",` +
    `"L":"${numbers.price(price)}",${feeText(moment, fill)},"T":${time},"t":${fill ? cells[at + FIELD.tradeId] : -1},` +
    `"I":${moment.execution},"w":${moment.inBook},"m":${fill && reason === 1},"M":${fill},"O":${millis(order.created)},` +
    `"Z":"${numbers.value(moment.value)}","Y":"${numbers.value(BigInt(price) * BigInt(lots))}",` +
    `"Q":"${fixed(order.quoteQuantity, AMOUNT_DECIMALS, AMOUNT_DECIMALS)}"${workingText(order)},` +
    `"V":"${SELF_TRADES.get(order.selfTrade) ?? 'NONE'}"${preventedText(moment, kind)}${expiryText(moment, kind)}}`
  )
}

/** A limit-maker order is a limit order that may only rest. */
function typeWord({ kind, timeInForce }: OrderRecord): string {
  return timeInForce === TIME_IN_FORCE.gtx ? 'LIMIT_MAKER' : (TYPES.get(kind) ?? '')
}

/** The client id to show, and the one before it: a cancellation has an id of its own. */
function clientIds({ order, formerId }: SpotMoment, kind: number): readonly [string, string] {
  if (kind === EVENT.canceled)
    return [order.cancelId === '' ? madeCancelId(order.orderId) : order.cancelId, order.clientId]
  return kind === EVENT.amended ? [order.clientId, formerId] : [order.clientId, '']
}

function feeText({ cells, at, feeAsset }: SpotMoment, fill: boolean): string {
  if (!fill) return '"n":"0","N":null'
  return `"n":"${fixed(cells[at + FIELD.amount] as number, AMOUNT_DECIMALS, AMOUNT_DECIMALS)}","N":"${feeAsset}"`
}

function workingText({ workingTime }: OrderRecord): string {
  return workingTime === -1 ? '' : `,"W":${millis(workingTime)}`
}

/** Lots that self-trade prevention took: all of the order's, and the last. */
function preventedText({ cells, at, order, numbers }: SpotMoment, kind: number): string {
  if (kind !== EVENT.prevented) return ''
  return `,"A":"${numbers.quantity(order.prevented)}","B":"${numbers.quantity(cells[at + FIELD.quantity] as number)}"`
}

function expiryText({ cells, at, order }: SpotMoment, kind: number): string {
  if (kind !== EVENT.expired) return ''
  const word = expiryWord(cells[at + FIELD.detail] as number, order.timeInForce)
  return word === '' ? '' : `,"eR":"${word}"`
}

function expiryWord(reason: number, timeInForce: number): string {
  switch (reason) {
    case REASON.listTriggered:
      return 'OCO_TRIGGER'
    case REASON.timeInForce:
      return timeInForce === TIME_IN_FORCE.fok ? 'UNFILLED_FOK_ORDER_EXPIRED' : 'UNFILLED_IOC_QUANTITY_EXPIRED'
    case REASON.noLiquidity:
      return 'INSUFFICIENT_LIQUIDITY'
    case REASON.priceRange:
      return 'EXECUTION_RULE_PRICE_RANGE_EXCEEDED'
    case REASON.postOnly:
    case REASON.noFunds:
      return 'REJECTED'
    default:
      return ''
  }
}
