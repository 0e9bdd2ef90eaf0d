/** Reads orders of the spot venue from parameters. */
import {
  type ConditionalRequest,
  ORDER_KIND,
  type OrderRequest,
  type PlaceRequest,
  SELF_TRADE,
  TIME_IN_FORCE,
} from '../../venue/requests.ts'
import type { Reader } from '../reader.ts'
import { refusal, refuse } from '../refusal.ts'
import type { SpotDesk } from './desk.ts'
import {
  LIMIT_MAKER,
  ORDER_TYPE_WORDS,
  RESPONSE,
  RESPONSE_WORDS,
  SELF_TRADE_WORDS,
  SIDE_WORDS,
  TIME_IN_FORCE_WORDS,
} from './words.ts'

const AMOUNT_DECIMALS = 8

const INVALID_SIDE = refusal('invalidSide')
const INVALID_TYPE = refusal('invalidOrderType')
const INVALID_TIME_IN_FORCE = refusal('invalidTimeInForce')
const INVALID_SELF_TRADE = refuse(-1013, 'This symbol does not allow the specified self-trade prevention mode.')
const NO_ICEBERGS = refuse(-1013, 'Iceberg orders are not supported for this symbol.')
const NO_TRAILING = refuse(-1013, 'Trailing stop orders are not supported for this symbol.')

/** Reads a new order. Look at `reader.refusal` before using it. */
export function readOrder(reader: Reader, desk: SpotDesk, account: number): OrderRequest {
  const side = reader.choice('side', SIDE_WORDS, INVALID_SIDE)
  const type = reader.text('type')
  const orderKind = reader.choice('type', ORDER_TYPE_WORDS, INVALID_TYPE)
  const instrument = desk.instrument(reader)
  refuseUnsupported(reader)
  const clientId = reader.clientId('newClientOrderId')
  const base = { account, instrument, side, orderKind, clientId, selfTrade: readSelfTrade(reader) }
  return orderKind <= ORDER_KIND.market
    ? readPlace(reader, desk, type, base)
    : readStop(reader, desk, base, { price: 'price', trigger: 'stopPrice', timeInForce: 'timeInForce' })
}

/** RESPONSE of newOrderRespType; market and limit orders tell everything unless asked otherwise. */
export function readResponseType(reader: Reader): number {
  const type = reader.parameters.find('type')
  const usual = type === 'LIMIT' || type === 'MARKET' ? RESPONSE.full : RESPONSE.ack
  return reader.choice('newOrderRespType', RESPONSE_WORDS, refusal('invalidResponseType'), usual)
}

/** What the legs of a list and single orders have in common. */
export interface OrderBase {
  readonly account: number
  readonly instrument: number
  readonly side: number
  readonly orderKind: number
  readonly clientId: string
  readonly selfTrade: number
}

/** Names of a stop order's parameters: in a list each leg has its own. */
export interface StopNames {
  readonly price: string
  readonly trigger: string
  readonly timeInForce: string
}

export function readSelfTrade(reader: Reader): number {
  return reader.choice('selfTradePreventionMode', SELF_TRADE_WORDS, INVALID_SELF_TRADE, SELF_TRADE.expireMaker)
}

function readPlace(reader: Reader, desk: SpotDesk, type: string, base: OrderBase): PlaceRequest {
  const { priceDecimals, quantityDecimals } = desk.rules(base.instrument)
  const market = base.orderKind === ORDER_KIND.market
  const maker = type === LIMIT_MAKER
  refuseSent(reader, 'stopPrice')
  if (market) refuseSent(reader, 'price')
  else refuseSent(reader, 'quoteOrderQty')
  if (market || maker) refuseSent(reader, 'timeInForce')
  const byValue = market && reader.has('quoteOrderQty')
  if (market && reader.has('quantity') === byValue)
    reader.refuse(byValue ? refusal('optionalCombination') : refusal('mandatoryEither', 'quantity', 'quoteOrderQty'))
  let timeInForce: number = TIME_IN_FORCE.gtc
  if (maker) timeInForce = TIME_IN_FORCE.gtx
  else if (!market) timeInForce = readTimeInForce(reader, 'timeInForce')
  return {
    ...base,
    kind: 'place',
    positionSide: 0,
    timeInForce,
    quantity: byValue ? 0 : reader.quanta('quantity', quantityDecimals),
    price: market ? 0 : reader.quanta('price', priceDecimals),
    quoteQuantity: byValue ? reader.quanta('quoteOrderQty', AMOUNT_DECIMALS) : 0,
    reduceOnly: false,
    goodTill: 0,
    priceMatch: 0,
  }
}

/** Reads a stop or take-profit order; one with a limit also has price and time in force. */
export function readStop(reader: Reader, desk: SpotDesk, base: OrderBase, names: StopNames): ConditionalRequest {
  const { priceDecimals, quantityDecimals } = desk.rules(base.instrument)
  const limit = base.orderKind === ORDER_KIND.stop || base.orderKind === ORDER_KIND.takeProfit
  if (!limit) refuseSent(reader, names.price, names.timeInForce)
  return {
    ...base,
    kind: 'conditional',
    positionSide: 0,
    timeInForce: limit ? readTimeInForce(reader, names.timeInForce) : TIME_IN_FORCE.gtc,
    quantity: reader.quanta('quantity', quantityDecimals),
    price: limit ? reader.quanta(names.price, priceDecimals) : 0,
    triggerPrice: reader.quanta(names.trigger, priceDecimals),
    workingType: 0,
    priceProtect: false,
    reduceOnly: false,
    closePosition: false,
    activatePrice: 0,
    callbackRate: 0,
    goodTill: 0,
    priceMatch: 0,
  }
}

function readTimeInForce(reader: Reader, name: string): number {
  return reader.choice(name, TIME_IN_FORCE_WORDS, INVALID_TIME_IN_FORCE)
}

/** Refuses parameters that an order of this type does not have. */
export function refuseSent(reader: Reader, ...names: readonly string[]): void {
  for (const name of names) if (reader.has(name)) reader.refuse(refusal('notRequired', name))
}

function refuseUnsupported(reader: Reader): void {
  if (Number(reader.textOr('icebergQty', '0')) !== 0) reader.refuse(NO_ICEBERGS)
  if (reader.has('trailingDelta')) reader.refuse(NO_TRAILING)
}
