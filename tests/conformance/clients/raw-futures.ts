/** A futures client made of a library's calls that hand out the venue's own JSON. */
import type {
  BatchAnswer,
  ClientName,
  ConditionalWish,
  FuturesClient,
  MarketStream,
  MarketStreamKind,
  OrderWish,
  PositionSide,
  ToldBook,
  ToldCandle,
  ToldFill,
  ToldMarket,
  ToldOrder,
  ToldPosition,
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
import type { RawMethods, Reply } from './raw.ts'

export type FuturesCall =
  | 'time'
  | 'exchangeInfo'
  | 'depth'
  | 'trades'
  | 'klines'
  | 'tickerPrice'
  | 'premiumIndex'
  | 'order.place'
  | 'order.amend'
  | 'order.cancel'
  | 'order.query'
  | 'orders.open'
  | 'orders.cancelAll'
  | 'orders.countdown'
  | 'batch.place'
  | 'userTrades'
  | 'balance'
  | 'positionRisk'
  | 'algo.place'
  | 'algo.cancel'
  | 'algo.open'
  | 'leverage'
  | 'symbolConfig'
  | 'marginType'
  | 'positionMode'
  | 'positionMargin'
  | 'brackets'
  | 'income'
  | 'commission'

export class RawFuturesClient implements FuturesClient {
  readonly name: ClientName
  readonly #methods: RawMethods<FuturesCall>

  constructor(name: ClientName, methods: RawMethods<FuturesCall>) {
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
    return orderOf(reply(await this.#methods.call('order.place', wishParameters(wish, 'futures'))))
  }

  async amend(symbol: string, id: string, wish: OrderWish): Promise<ToldOrder> {
    const { side, quantity, price } = wish
    const parameters = { symbol, orderId: Number(id), side, quantity, price }
    return orderOf(reply(await this.#methods.call('order.amend', parameters)))
  }

  async placeMany(wishes: readonly OrderWish[]): Promise<readonly BatchAnswer[]> {
    const texts = wishes.map((wish) =>
      Object.fromEntries(
        Object.entries(wishParameters(wish, 'futures')).map(([name, value]) => [
          name,
          typeof value === 'number' ? String(value) : value,
        ]),
      ),
    )
    const told = await this.#methods.call('batch.place', { batchOrders: JSON.stringify(texts) })
    return replies(told).map((one) => (one['orderId'] === undefined ? { code: numberOf(one, 'code') } : orderOf(one)))
  }

  async cancel(symbol: string, id: string): Promise<ToldOrder> {
    return orderOf(reply(await this.#methods.call('order.cancel', { symbol, orderId: Number(id) })))
  }

  async cancelAll(symbol: string): Promise<void> {
    await this.#methods.call('orders.cancelAll', { symbol })
  }

  async cancelAllAfter(symbol: string, milliseconds: number): Promise<void> {
    await this.#methods.call('orders.countdown', { symbol, countdownTime: milliseconds })
  }

  async order(symbol: string, id: string): Promise<ToldOrder> {
    return orderOf(reply(await this.#methods.call('order.query', { symbol, orderId: Number(id) })))
  }

  async openOrders(symbol: string): Promise<readonly ToldOrder[]> {
    return replies(await this.#methods.call('orders.open', { symbol })).map(orderOf)
  }

  async fills(symbol: string): Promise<readonly ToldFill[]> {
    return replies(await this.#methods.call('userTrades', { symbol })).map(fillOf)
  }

  async wallet(asset: string): Promise<ToldWallet> {
    const row = replies(await this.#methods.call('balance', {})).find((one) => one['asset'] === asset)
    if (row === undefined) throw new Error(`no balance in ${asset}`)
    return { total: numberOf(row, 'balance'), available: numberOf(row, 'availableBalance') }
  }

  async placeConditional(wish: ConditionalWish): Promise<string> {
    const { closePosition, reduceOnly, ...rest } = wish
    const flags = {
      ...(closePosition === undefined ? {} : { closePosition: String(closePosition) }),
      ...(reduceOnly === undefined ? {} : { reduceOnly: String(reduceOnly) }),
    }
    return textOf(
      reply(await this.#methods.call('algo.place', { algoType: 'CONDITIONAL', ...rest, ...flags })),
      'algoId',
    )
  }

  async openConditionals(symbol: string): Promise<readonly string[]> {
    return replies(await this.#methods.call('algo.open', { symbol })).map((one) => textOf(one, 'algoId'))
  }

  async cancelConditional(_symbol: string, id: string): Promise<void> {
    await this.#methods.call('algo.cancel', { algoId: Number(id) })
  }

  async position(symbol: string, side: PositionSide): Promise<ToldPosition | undefined> {
    const row = replies(await this.#methods.call('positionRisk', { symbol })).find(
      (one) => one['positionSide'] === side,
    )
    if (row === undefined || numberOf(row, 'positionAmt') === 0) return undefined
    return {
      quantity: numberOf(row, 'positionAmt'),
      entryPrice: numberOf(row, 'entryPrice'),
      liquidationPrice: numberOf(row, 'liquidationPrice'),
      unrealized: numberOf(row, 'unRealizedProfit'),
    }
  }

  async setLeverage(symbol: string, leverage: number): Promise<void> {
    await this.#methods.call('leverage', { symbol, leverage })
  }

  async leverage(symbol: string): Promise<number> {
    return numberOf(this.#only(await this.#methods.call('symbolConfig', { symbol })), 'leverage')
  }

  async setMarginType(symbol: string, marginType: 'ISOLATED' | 'CROSSED'): Promise<void> {
    await this.#methods.call('marginType', { symbol, marginType })
  }

  async setHedgeMode(hedge: boolean): Promise<void> {
    await this.#methods.call('positionMode', { dualSidePosition: String(hedge) })
  }

  async addMargin(symbol: string, amount: number): Promise<void> {
    await this.#methods.call('positionMargin', { symbol, amount, type: 1 })
  }

  async brackets(symbol: string): Promise<readonly number[]> {
    const row = this.#only(await this.#methods.call('brackets', { symbol }))
    return replies(row['brackets']).map((one) => numberOf(one, 'initialLeverage'))
  }

  async income(symbol: string): Promise<readonly { readonly type: string; readonly amount: number }[]> {
    const rows = replies(await this.#methods.call('income', { symbol }))
    return rows.map((one) => ({ type: textOf(one, 'incomeType'), amount: numberOf(one, 'income') }))
  }

  async feeRates(symbol: string): Promise<readonly [number, number]> {
    const told = reply(await this.#methods.call('commission', { symbol }))
    return [numberOf(told, 'makerCommissionRate'), numberOf(told, 'takerCommissionRate')]
  }

  async mark(symbol: string): Promise<{ readonly price: number; readonly nextFunding: number }> {
    const told = this.#only(await this.#methods.call('premiumIndex', { symbol }))
    return { price: numberOf(told, 'markPrice'), nextFunding: numberOf(told, 'nextFundingTime') }
  }

  async watchUser(_symbol: string): Promise<UserStream> {
    const stream: FuturesEvents = { orders: [], fills: [], wallets: [], positions: [], conditionals: [] }
    const close = await this.#methods.user((event) => take(event, stream))
    return { ...stream, close }
  }

  async placeByMessage(wish: OrderWish): Promise<ToldOrder> {
    return orderOf(reply(await this.#methods.message('place', wishParameters(wish, 'futures'))))
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

  /** A reply that is an object or, in some versions, a list of one. */
  #only(told: unknown): Reply {
    return reply(Array.isArray(told) ? told[0] : told)
  }
}

type Growing<Stream> = {
  -readonly [Field in keyof Stream]: Stream[Field] extends readonly (infer One)[] ? One[] : never
}
type FuturesEvents = Growing<Omit<UserStream, 'close'>>

function take(event: Reply, stream: FuturesEvents): void {
  switch (event['e']) {
    case 'ORDER_TRADE_UPDATE': {
      const order = reply(event['o'])
      stream.orders.push(eventOrderOf(order))
      if (order['x'] === 'TRADE') stream.fills.push(eventFillOf(order))
      return
    }
    case 'ACCOUNT_UPDATE': {
      const account = reply(event['a'])
      for (const one of replies(account['B']))
        stream.wallets.push({ asset: textOf(one, 'a'), total: numberOf(one, 'wb') })
      for (const one of replies(account['P']))
        stream.positions.push({ symbol: textOf(one, 's'), quantity: numberOf(one, 'pa') })
      return
    }
    case 'ALGO_UPDATE': {
      const algo = reply(event['o'])
      stream.conditionals.push({ id: textOf(algo, 'aid'), status: textOf(algo, 'X') })
    }
  }
}
