/** Reads orders and conditional orders of the futures venue from parameters. */
import { ORDER_KIND, TIME_IN_FORCE, type ConditionalRequest, type PlaceRequest } from '../../venue/requests.ts'
import type { Reader } from '../reader.ts'
import { refusal } from '../refusal.ts'
import type { FuturesDesk } from './desk.ts'
import {
  ORDER_TYPE_WORDS,
  POSITION_SIDE_WORDS,
  PRICE_MATCH_WORDS,
  RESPONSE,
  RESPONSE_WORDS,
  SELF_TRADE_WORDS,
  SIDE_WORDS,
  TIME_IN_FORCE_WORDS,
  WORKING_TYPE_WORDS,
} from './words.ts'

const MILLI = 1000
/** callbackRate has one decimal; the venue counts hundredths of a percent. */
const CALLBACK_DECIMALS = 2
const CALLBACK_MIN = 10
const CALLBACK_MAX = 2000

const INVALID_SIDE = refusal('invalidSide')
const INVALID_TYPE = refusal('invalidOrderType')
const INVALID_TIME_IN_FORCE = refusal('invalidTimeInForce')
const INVALID_POSITION_SIDE = refusal('positionSide')
const INVALID_SELF_TRADE = refusal('selfTrade')
const INVALID_PRICE_MATCH = refusal('priceMatch')
const INVALID_RESPONSE = refusal('invalidResponseType')
const INVALID_REDUCE_ONLY = refusal('reduceOnlyValue')

/** Reads a new order. Look at `reader.refusal` before using it. */
export function readPlace(reader: Reader, desk: FuturesDesk, account: number, selfTrade: number): PlaceRequest {
  const side = reader.choice('side', SIDE_WORDS, INVALID_SIDE)
  const orderKind = reader.choice('type', ORDER_TYPE_WORDS, INVALID_TYPE)
  const instrument = desk.instrument(reader)
  if (orderKind > ORDER_KIND.market) reader.refuse(refusal('useAlgoOrders'))
  const market = orderKind === ORDER_KIND.market
  const { quantityDecimals, priceDecimals } = desk.rules(instrument)
  const priceMatch = reader.choice('priceMatch', PRICE_MATCH_WORDS, INVALID_PRICE_MATCH, 0)
  if (market) refuseSent(reader, 'timeInForce', 'price')
  refuseSent(reader, 'stopPrice', 'activationPrice', 'callbackRate')
  if (market && priceMatch !== 0) reader.refuse(refusal('priceMatchType'))
  if (priceMatch !== 0) refuseSent(reader, 'price')
  const timeInForce = market
    ? TIME_IN_FORCE.gtc
    : reader.choice('timeInForce', TIME_IN_FORCE_WORDS, INVALID_TIME_IN_FORCE)
  const quantity = reader.quanta('quantity', quantityDecimals)
  const price = market || priceMatch !== 0 ? 0 : reader.quanta('price', priceDecimals)
  return {
    kind: 'place',
    account,
    instrument,
    side,
    positionSide: reader.choice('positionSide', POSITION_SIDE_WORDS, INVALID_POSITION_SIDE, 0),
    orderKind,
    timeInForce,
    price,
    quantity,
    quoteQuantity: 0,
    reduceOnly: reader.boolean('reduceOnly', false, INVALID_REDUCE_ONLY),
    clientId: reader.clientId('newClientOrderId'),
    selfTrade: reader.choice('selfTradePreventionMode', SELF_TRADE_WORDS, INVALID_SELF_TRADE, selfTrade),
    goodTill: readGoodTill(reader, timeInForce),
    priceMatch,
  }
}

/** Reads a conditional order of the Algo service. Look at `reader.refusal` before using it. */
export function readConditional(
  reader: Reader,
  desk: FuturesDesk,
  account: number,
  selfTrade: number,
): ConditionalRequest {
  if (reader.text('algoType') !== 'CONDITIONAL') reader.refuse(refusal('invalidParameter', 'algoType'))
  const side = reader.choice('side', SIDE_WORDS, INVALID_SIDE)
  const orderKind = reader.choice('type', ORDER_TYPE_WORDS, INVALID_TYPE)
  if (orderKind <= ORDER_KIND.market) reader.refuse(INVALID_TYPE)
  const instrument = desk.instrument(reader)
  const { quantityDecimals, priceDecimals } = desk.rules(instrument)
  const limit = orderKind === ORDER_KIND.stop || orderKind === ORDER_KIND.takeProfit
  const trailing = orderKind === ORDER_KIND.trailing
  const closePosition = reader.boolean('closePosition', false)
  const priceMatch = reader.choice('priceMatch', PRICE_MATCH_WORDS, INVALID_PRICE_MATCH, 0)
  if (priceMatch !== 0) {
    if (!limit) reader.refuse(refusal('priceMatchType'))
    refuseSent(reader, 'price')
  }
  if (closePosition) {
    if (reader.has('quantity')) reader.refuse(refusal('closeQuantity'))
    refuseSent(reader, 'reduceOnly')
  }
  const timeInForce = reader.choice('timeInForce', TIME_IN_FORCE_WORDS, INVALID_TIME_IN_FORCE, TIME_IN_FORCE.gtc)
  return {
    kind: 'conditional',
    account,
    instrument,
    side,
    positionSide: reader.choice('positionSide', POSITION_SIDE_WORDS, INVALID_POSITION_SIDE, 0),
    orderKind,
    timeInForce,
    quantity: closePosition ? 0 : reader.quanta('quantity', quantityDecimals),
    price: limit && priceMatch === 0 ? reader.quanta('price', priceDecimals) : 0,
    triggerPrice: trailing ? 0 : reader.quanta('triggerPrice', priceDecimals),
    workingType: readWorkingType(reader),
    priceProtect: reader.boolean('priceProtect', false),
    reduceOnly: reader.boolean('reduceOnly', false, INVALID_REDUCE_ONLY),
    closePosition,
    activatePrice: trailing ? readActivation(reader, desk, priceDecimals) : 0,
    callbackRate: trailing ? readCallback(reader) : 0,
    clientId: reader.clientId('clientAlgoId'),
    selfTrade: reader.choice('selfTradePreventionMode', SELF_TRADE_WORDS, INVALID_SELF_TRADE, selfTrade),
    goodTill: readGoodTill(reader, timeInForce),
    priceMatch,
  }
}

/** RESPONSE of newOrderRespType. */
export function readResponseType(reader: Reader): number {
  return reader.choice('newOrderRespType', RESPONSE_WORDS, INVALID_RESPONSE, RESPONSE.ack)
}

function readWorkingType(reader: Reader): number {
  const otherwise = refusal('workingType', reader.parameters.find('workingType') ?? '')
  return reader.choice('workingType', WORKING_TYPE_WORDS, otherwise, 0)
}

/** The parameter had another name until December 2025, which clients still send. */
function readActivation(reader: Reader, desk: FuturesDesk, decimals: number): number {
  const isOld = desk.habits.takesOldActivationName && !reader.has('activatePrice')
  return reader.quanta(isOld ? 'activationPrice' : 'activatePrice', decimals, 0)
}

function readCallback(reader: Reader): number {
  const rate = reader.quanta('callbackRate', CALLBACK_DECIMALS)
  if (rate < CALLBACK_MIN || rate > CALLBACK_MAX) reader.refuse(refusal('invalidParameter', 'callbackRate'))
  return rate
}

function readGoodTill(reader: Reader, timeInForce: number): number {
  return timeInForce === TIME_IN_FORCE.gtd ? reader.integer('goodTillDate') * MILLI : 0
}

function refuseSent(reader: Reader, ...names: readonly string[]): void {
  for (const name of names) if (reader.has(name)) reader.refuse(refusal('notRequired', name))
}
