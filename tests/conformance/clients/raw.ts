/**
 * What the libraries share that hand out the venue's own JSON: how its replies and events are read.
 * Refuses: replies without the field that is read, by its name.
 */
import { orderState } from './client.ts'
import type { MarketStream, MarketStreamKind, OrderWish, ToldBook, ToldCandle, ToldFill, ToldOrder } from './client.ts'

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>
export type Reply = Readonly<Record<string, unknown>>
export type Listener = (message: Reply) => void
/** Ends what was opened. */
export type Close = () => Promise<void>

/** The calls of one library at one venue. `Name` are the names under which the adapters know them. */
export interface RawMethods<Name extends string> {
  call(name: Name, parameters: Parameters): Promise<unknown>
  /** Opens a market stream; the listener hears the events without their wrapper. */
  stream(kind: MarketStreamKind, symbol: string, listener: Listener): Promise<Close>
  user(listener: Listener): Promise<Close>
  message(name: 'place' | 'cancel', parameters: Parameters): Promise<unknown>
  codeOf(error: unknown): number | undefined
  skewClock(milliseconds: number): void
  close(): Promise<void>
}

export function reply(value: unknown): Reply {
  if (typeof value !== 'object' || value === null) throw new Error(`no object: ${String(value)}`)
  return value as Reply
}

export function replies(value: unknown): readonly Reply[] {
  if (!Array.isArray(value)) throw new Error(`no list: ${JSON.stringify(value)}`)
  return value.map(reply)
}

export function textOf(from: Reply, field: string): string {
  const value = from[field]
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  throw new Error(`no ${field} in ${JSON.stringify(from)}`)
}

export function numberOf(from: Reply, field: string): number {
  const value = Number(textOf(from, field))
  if (Number.isNaN(value)) throw new Error(`${field} is no number in ${JSON.stringify(from)}`)
  return value
}

export function orderOf(from: Reply): ToldOrder {
  return {
    id: textOf(from, 'orderId'),
    clientId: textOf(from, 'clientOrderId'),
    state: orderState(textOf(from, 'status')),
    price: numberOf(from, 'price'),
    quantity: numberOf(from, 'origQty'),
    filled: numberOf(from, 'executedQty'),
  }
}

export function fillOf(from: Reply): ToldFill {
  return {
    orderId: textOf(from, 'orderId'),
    price: numberOf(from, 'price'),
    quantity: numberOf(from, 'qty'),
    fee: numberOf(from, 'commission'),
  }
}

/** The order fields of an ORDER_TRADE_UPDATE's `o` or of an executionReport. */
export function eventOrderOf(from: Reply): ToldOrder {
  return {
    id: textOf(from, 'i'),
    clientId: textOf(from, 'c'),
    state: orderState(textOf(from, 'X')),
    price: numberOf(from, 'p'),
    quantity: numberOf(from, 'q'),
    filled: numberOf(from, 'z'),
  }
}

export function eventFillOf(from: Reply): ToldFill {
  return {
    orderId: textOf(from, 'i'),
    price: numberOf(from, 'L'),
    quantity: numberOf(from, 'l'),
    fee: from['n'] === undefined || from['n'] === null ? 0 : numberOf(from, 'n'),
  }
}

export function bookOf(from: Reply): ToldBook {
  const side = (rows: unknown): [number, number][] =>
    (rows as readonly (readonly [unknown, unknown])[]).map(([price, quantity]) => [Number(price), Number(quantity)])
  return { bids: side(from['bids']), asks: side(from['asks']) }
}

export function candlesOf(rows: unknown): readonly ToldCandle[] {
  return (rows as readonly (readonly unknown[])[]).map(([openTime, open, high, low, close]) => ({
    openTime: Number(openTime),
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
  }))
}

/** Price of a symbol's tick and lot filters. */
export function marketsOf(info: Reply): { symbol: string; tickSize: number; stepSize: number }[] {
  return replies(info['symbols']).map((symbol) => {
    const filters = replies(symbol['filters'])
    const filter = (type: string): Reply => filters.find((one) => one['filterType'] === type) ?? {}
    return {
      symbol: textOf(symbol, 'symbol'),
      tickSize: numberOf(filter('PRICE_FILTER'), 'tickSize'),
      stepSize: numberOf(filter('LOT_SIZE'), 'stepSize'),
    }
  })
}

/** An order as the venue's parameters; what is not wished for is not sent. */
export function wishParameters(wish: OrderWish, market: 'futures' | 'spot'): Parameters {
  const { reduceOnly, type, timeInForce, ...rest } = wish
  const limit = type === 'LIMIT' || type === 'STOP_LOSS_LIMIT' || type === 'TAKE_PROFIT_LIMIT'
  return {
    ...rest,
    type,
    ...(limit ? { timeInForce: timeInForce ?? 'GTC' } : {}),
    ...(reduceOnly === undefined ? {} : { reduceOnly: String(reduceOnly) }),
    newOrderRespType: market === 'futures' || type.startsWith('STOP') || type.startsWith('TAKE') ? 'RESULT' : 'FULL',
  }
}

/** The newest price that a market event tells; undefined for an event without one. */
export function eventPrice(kind: MarketStreamKind, event: Reply): number | undefined {
  switch (kind) {
    case 'trades':
    case 'mark':
      return numberOf(event, 'p')
    case 'candles':
      return numberOf(reply(event['k']), 'c')
    case 'ticker':
      return numberOf(event, 'c')
    case 'book': {
      const [first] = [...(event['b'] as unknown[]), ...(event['a'] as unknown[])] as (readonly unknown[])[]
      return first === undefined ? undefined : Number(first[0])
    }
  }
}

/** A secret as both connectors want it: a private key in PEM has a field of its own. */
export function connectorKeys(
  apiKey: string,
  secret: string,
): { readonly apiKey: string; readonly apiSecret: string } | { readonly apiKey: string; readonly privateKey: string } {
  return secret.startsWith('-----BEGIN') ? { apiKey, privateKey: secret } : { apiKey, apiSecret: secret }
}

/** What both connectors tell of a refusal: the venue's code, or the HTTP status where that says that the server failed. */
export function connectorCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown }
  if (typeof code === 'number') return code
  return typeof statusCode === 'number' ? statusCode : undefined
}

/** Opens a market stream of a library and keeps the prices it tells. */
export async function watchPrices(
  methods: RawMethods<never>,
  kind: MarketStreamKind,
  symbol: string,
): Promise<MarketStream> {
  const prices: number[] = []
  const close = await methods.stream(kind, symbol, (event) => {
    const price = eventPrice(kind, event)
    if (price !== undefined) prices.push(price)
  })
  return { prices, close }
}
