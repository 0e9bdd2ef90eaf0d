/** A spot client made of a library's calls that hand out the venue's own JSON. */
import type {
  ClientName,
  MarketStream,
  MarketStreamKind,
  OcoWish,
  OrderWish,
  SpotClient,
  ToldBook,
  ToldCandle,
  ToldFill,
  ToldMarket,
  ToldOrder,
  ToldWallet,
  UserStream,
} from './client.ts'
import {
  bookOf,
  candlesOf,
  eventFillOf,
  eventOrderOf,
  fillOf,
  marketsOf,
  numberOf,
  orderOf,
  replies,
  reply,
  textOf,
  watchPrices,
  wishParameters,
} from './raw.ts'
import type { Parameters, RawMethods } from './raw.ts'

export type SpotCall =
  | 'time'
  | 'exchangeInfo'
  | 'depth'
  | 'trades'
  | 'klines'
  | 'tickerPrice'
  | 'order.place'
  | 'order.cancel'
  | 'order.query'
  | 'order.replace'
  | 'orders.open'
  | 'orders.cancelAll'
  | 'oco.place'
  | 'myTrades'
  | 'account'

export class RawSpotClient implements SpotClient {
  readonly name: ClientName
  readonly #methods: RawMethods<SpotCall>

  constructor(name: ClientName, methods: RawMethods<SpotCall>) {
    this.name = name
    this.#methods = methods
  }

  async serverTime(): Promise<number> {
    const told = await this.#methods.call('time', {})
    return typeof told === 'number' ? told : numberOf(reply(told), 'serverTime')
  }

  async markets(): Promise<readonly ToldMarket[]> {
    return marketsOf(reply(await this.#methods.call('exchangeInfo', {})))
  }

  async book(symbol: string, limit: number): Promise<ToldBook> {
    return bookOf(reply(await this.#methods.call('depth', { symbol, limit })))
  }

  async trades(symbol: string): Promise<readonly number[]> {
    return replies(await this.#methods.call('trades', { symbol, limit: 50 })).map((one) => numberOf(one, 'price'))
  }

  async candles(symbol: string): Promise<readonly ToldCandle[]> {
    return candlesOf(await this.#methods.call('klines', { symbol, interval: '1m', limit: 5 }))
  }

  async lastPrice(symbol: string): Promise<number> {
    return numberOf(reply(await this.#methods.call('tickerPrice', { symbol })), 'price')
  }

  watch(kind: MarketStreamKind, symbol: string): Promise<MarketStream> {
    return watchPrices(this.#methods, kind, symbol)
  }

  async place(wish: OrderWish): Promise<ToldOrder> {
    return orderOf(reply(await this.#methods.call('order.place', wishParameters(wish, 'spot'))))
  }

  async replace(symbol: string, id: string, wish: OrderWish): Promise<ToldOrder> {
    const replacement: Parameters = {
      ...wishParameters(wish, 'spot'),
      symbol,
      cancelOrderId: Number(id),
      cancelReplaceMode: 'STOP_ON_FAILURE',
    }
    return orderOf(reply(reply(await this.#methods.call('order.replace', replacement))['newOrderResponse']))
  }

  async placeOco(wish: OcoWish): Promise<readonly string[]> {
    const { symbol, side, quantity, price, stopPrice, stopLimitPrice } = wish
    const limit = { Type: 'LIMIT_MAKER', Price: price }
    const stop = { Type: 'STOP_LOSS_LIMIT', StopPrice: stopPrice, Price: stopLimitPrice, TimeInForce: 'GTC' }
    const [above, below] = side === 'SELL' ? [limit, stop] : [stop, limit]
    const told = await this.#methods.call('oco.place', {
      symbol,
      side,
      quantity,
      ...prefixed('above', above),
      ...prefixed('below', below),
    })
    return replies(reply(told)['orders']).map((one) => textOf(one, 'orderId'))
  }

  async cancel(symbol: string, id: string): Promise<ToldOrder> {
    return orderOf(reply(await this.#methods.call('order.cancel', { symbol, orderId: Number(id) })))
  }

  /** The reply is the list, not an order. */
  async cancelLeg(symbol: string, id: string): Promise<void> {
    await this.#methods.call('order.cancel', { symbol, orderId: Number(id) })
  }

  async cancelAll(symbol: string): Promise<void> {
    await this.#methods.call('orders.cancelAll', { symbol })
  }

  async order(symbol: string, id: string): Promise<ToldOrder> {
    return orderOf(reply(await this.#methods.call('order.query', { symbol, orderId: Number(id) })))
  }

  async openOrders(symbol: string): Promise<readonly ToldOrder[]> {
    return replies(await this.#methods.call('orders.open', { symbol })).map(orderOf)
  }

  async fills(symbol: string): Promise<readonly ToldFill[]> {
    return replies(await this.#methods.call('myTrades', { symbol })).map(fillOf)
  }

  async wallet(asset: string): Promise<ToldWallet> {
    const account = reply(await this.#methods.call('account', { omitZeroBalances: false }))
    const row = replies(account['balances']).find((one) => one['asset'] === asset)
    if (row === undefined) throw new Error(`no balance in ${asset}`)
    const [free, locked] = [numberOf(row, 'free'), numberOf(row, 'locked')]
    return { total: free + locked, available: free }
  }

  async watchUser(_symbol: string): Promise<UserStream> {
    const orders: ToldOrder[] = []
    const fills: ToldFill[] = []
    const wallets: { asset: string; total: number }[] = []
    const close = await this.#methods.user((event) => {
      if (event['e'] === 'executionReport') {
        orders.push(eventOrderOf(event))
        if (event['x'] === 'TRADE') fills.push(eventFillOf(event))
      }
      if (event['e'] === 'outboundAccountPosition')
        for (const one of replies(event['B']))
          wallets.push({ asset: textOf(one, 'a'), total: numberOf(one, 'f') + numberOf(one, 'l') })
    })
    return { orders, fills, wallets, positions: [], conditionals: [], close }
  }

  async placeByMessage(wish: OrderWish): Promise<ToldOrder> {
    return orderOf(reply(await this.#methods.message('place', wishParameters(wish, 'spot'))))
  }

  async cancelByMessage(symbol: string, id: string): Promise<ToldOrder> {
    return orderOf(reply(await this.#methods.message('cancel', { symbol, orderId: Number(id) })))
  }

  codeOf(error: unknown): number | undefined {
    return this.#methods.codeOf(error)
  }

  skewClock(milliseconds: number): void {
    this.#methods.skewClock(milliseconds)
  }

  close(): Promise<void> {
    return this.#methods.close()
  }
}

function prefixed(prefix: string, fields: Parameters): Parameters {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [prefix + name, value]))
}
