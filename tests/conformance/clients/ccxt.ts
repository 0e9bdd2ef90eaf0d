/** ccxt and ccxt.pro at both venues, through unified calls wherever ccxt has one. */
import { NotOffered } from './client.ts'
import type {
  Access,
  BatchAnswer,
  ClientName,
  ConditionalWish,
  FuturesClient,
  MarketStream,
  MarketStreamKind,
  OcoWish,
  OrderWish,
  PositionSide,
  SpotClient,
  ToldBook,
  ToldCandle,
  ToldFill,
  ToldMarket,
  ToldOrder,
  ToldPosition,
  ToldWallet,
  UserStream,
  VenueName,
} from './client.ts'
import { ccxtExchange, fillOf, orderOf, positionOf } from './ccxt-told.ts'
import type { Exchange } from './ccxt-told.ts'
import { Watching } from './ccxt-watch.ts'

type Request = Record<string, string | number | boolean>

/** What spot's matching engine refuses has one code, and ccxt tells the text in its place. */
const SPOT_ENGINE_REFUSALS =
  /insufficient balance|immediately match and take|would trigger immediately|relationship of the prices|Market is closed/

export class CcxtClient implements FuturesClient, SpotClient {
  readonly name: ClientName = 'ccxt'
  readonly exchange: Exchange
  readonly #venue: VenueName
  readonly #watching: Watching
  #ready: Promise<void> | undefined

  constructor(access: Access, venue: VenueName) {
    this.exchange = ccxtExchange(access, venue)
    this.#venue = venue
    this.#watching = new Watching(this.exchange)
  }

  /** ccxt's name of a market. */
  unified(symbol: string): string {
    const base = symbol.replace(/USDT$/, '')
    return this.#venue === 'futures' ? `${base}/USDT:USDT` : `${base}/USDT`
  }

  serverTime(): Promise<number> {
    return this.exchange.fetchTime().then((time) => time ?? Number.NaN)
  }

  async markets(): Promise<readonly ToldMarket[]> {
    const markets = await this.exchange.fetchMarkets()
    return markets.map((market) => ({
      symbol: market?.id ?? '',
      tickSize: market?.precision.price ?? Number.NaN,
      stepSize: market?.precision.amount ?? Number.NaN,
    }))
  }

  async book(symbol: string, limit: number): Promise<ToldBook> {
    const book = await (await this.#loaded()).fetchOrderBook(this.unified(symbol), limit)
    const side = (rows: readonly (readonly unknown[])[]): [number, number][] =>
      rows.map(([price, quantity]) => [Number(price), Number(quantity)])
    return { bids: side(book.bids), asks: side(book.asks) }
  }

  async trades(symbol: string): Promise<readonly number[]> {
    return (await (await this.#loaded()).fetchTrades(this.unified(symbol), undefined, 50)).map(({ price }) =>
      Number(price),
    )
  }

  async candles(symbol: string): Promise<readonly ToldCandle[]> {
    const rows = await (await this.#loaded()).fetchOHLCV(this.unified(symbol), '1m', undefined, 5)
    return rows.map(([openTime, open, high, low, close]) => ({
      openTime: Number(openTime),
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
    }))
  }

  async lastPrice(symbol: string): Promise<number> {
    return (await (await this.#loaded()).fetchTicker(this.unified(symbol))).last ?? Number.NaN
  }

  async watch(kind: MarketStreamKind, symbol: string): Promise<MarketStream> {
    await this.#loaded()
    return this.#watching.market(kind, this.unified(symbol))
  }

  async place(wish: OrderWish): Promise<ToldOrder> {
    const exchange = await this.#loaded()
    const { type, side, amount, price, params } = this.#unifiedWish(wish)
    return orderOf(await exchange.createOrder(this.unified(wish.symbol), type, side, amount, price, params))
  }

  async amend(symbol: string, id: string, wish: OrderWish): Promise<ToldOrder> {
    const exchange = await this.#loaded()
    const { side, amount, price } = this.#unifiedWish(wish)
    return orderOf(await exchange.editOrder(id, this.unified(symbol), 'limit', side, amount, price))
  }

  replace(symbol: string, id: string, wish: OrderWish): Promise<ToldOrder> {
    return this.amend(symbol, id, wish)
  }

  async placeMany(wishes: readonly OrderWish[]): Promise<readonly BatchAnswer[]> {
    const exchange = await this.#loaded()
    const orders = await exchange.createOrders(
      wishes.map((wish) => ({ symbol: this.unified(wish.symbol), ...this.#unifiedWish(wish) })),
    )
    return orders.map((order) => {
      const code = (order.info as { code?: unknown }).code
      return code === undefined ? orderOf(order) : { code: Number(code) }
    })
  }

  async cancel(symbol: string, id: string): Promise<ToldOrder> {
    return orderOf(await (await this.#loaded()).cancelOrder(id, this.unified(symbol)))
  }

  async cancelLeg(symbol: string, id: string): Promise<void> {
    await (await this.#loaded()).cancelOrder(id, this.unified(symbol))
  }

  async cancelAll(symbol: string): Promise<void> {
    await (await this.#loaded()).cancelAllOrders(this.unified(symbol))
  }

  async cancelAllAfter(symbol: string, milliseconds: number): Promise<void> {
    await this.#implicit('fapiPrivatePostCountdownCancelAll', { symbol, countdownTime: milliseconds })
  }

  async order(symbol: string, id: string): Promise<ToldOrder> {
    return orderOf(await (await this.#loaded()).fetchOrder(id, this.unified(symbol)))
  }

  async openOrders(symbol: string): Promise<readonly ToldOrder[]> {
    return (await (await this.#loaded()).fetchOpenOrders(this.unified(symbol))).map(orderOf)
  }

  async fills(symbol: string): Promise<readonly ToldFill[]> {
    return (await (await this.#loaded()).fetchMyTrades(this.unified(symbol))).map(fillOf)
  }

  async wallet(asset: string): Promise<ToldWallet> {
    const balances = await (await this.#loaded()).fetchBalance()
    const balance = balances[asset]
    if (this.#venue === 'spot') return { total: balance?.total ?? 0, available: balance?.free ?? 0 }
    // Its total of a futures account has the unrealized profit in it; the wallet stands in the venue's reply.
    const { assets } = balances['info'] as { readonly assets: { asset: string; walletBalance: string }[] }
    const wallet = assets.find((row) => row.asset === asset)?.walletBalance
    return { total: Number(wallet), available: balance?.free ?? 0 }
  }

  async placeConditional(wish: ConditionalWish): Promise<string> {
    const exchange = await this.#loaded()
    const { symbol, side, type, quantity, price, triggerPrice, callbackRate, activatePrice, ...rest } = wish
    const params: Request = { ...rest }
    if (triggerPrice !== undefined) params[type.startsWith('TAKE') ? 'takeProfitPrice' : 'stopLossPrice'] = triggerPrice
    if (callbackRate !== undefined) params['trailingPercent'] = callbackRate
    if (activatePrice !== undefined) params['trailingTriggerPrice'] = activatePrice
    const unifiedType = type === 'STOP' || type === 'TAKE_PROFIT' ? 'limit' : 'market'
    const unifiedSide = side === 'BUY' ? 'buy' : 'sell'
    const amount = quantity as number
    const order = await exchange.createOrder(this.unified(symbol), unifiedType, unifiedSide, amount, price, params)
    return order.id ?? ''
  }

  async openConditionals(symbol: string): Promise<readonly string[]> {
    const exchange = await this.#loaded()
    const orders = await exchange.fetchOpenOrders(this.unified(symbol), undefined, undefined, { trigger: true })
    return orders.map(({ id }) => id ?? '')
  }

  async cancelConditional(symbol: string, id: string): Promise<void> {
    await (await this.#loaded()).cancelOrder(id, this.unified(symbol), { trigger: true })
  }

  async position(symbol: string, side: PositionSide): Promise<ToldPosition | undefined> {
    const positions = await (await this.#loaded()).fetchPositions([this.unified(symbol)])
    const found = positions.find((one) =>
      side === 'BOTH' ? one.hedged === false : one.hedged === true && one.side === side.toLowerCase(),
    )
    return found === undefined || found.contracts === 0 ? undefined : positionOf(found)
  }

  async setLeverage(symbol: string, leverage: number): Promise<void> {
    await (await this.#loaded()).setLeverage(leverage, this.unified(symbol))
  }

  async leverage(symbol: string): Promise<number> {
    return (await (await this.#loaded()).fetchLeverage(this.unified(symbol))).longLeverage ?? Number.NaN
  }

  async setMarginType(symbol: string, type: 'ISOLATED' | 'CROSSED'): Promise<void> {
    const mode = type === 'ISOLATED' ? 'isolated' : 'cross'
    await (await this.#loaded()).setMarginMode(mode, this.unified(symbol))
  }

  async setHedgeMode(hedge: boolean): Promise<void> {
    await (await this.#loaded()).setPositionMode(hedge)
  }

  async addMargin(symbol: string, amount: number): Promise<void> {
    await (await this.#loaded()).addMargin(this.unified(symbol), amount)
  }

  async brackets(symbol: string): Promise<readonly number[]> {
    const tiers = await (await this.#loaded()).fetchLeverageTiers([this.unified(symbol)])
    return (tiers[this.unified(symbol)] ?? []).map(({ maxLeverage }) => maxLeverage ?? Number.NaN)
  }

  async income(symbol: string): Promise<readonly { readonly type: string; readonly amount: number }[]> {
    await this.#loaded()
    const rows = (await this.#implicit('fapiPrivateGetIncome', { symbol })) as { incomeType: string; income: string }[]
    return rows.map(({ incomeType, income }) => ({ type: incomeType, amount: Number(income) }))
  }

  async feeRates(symbol: string): Promise<readonly [number, number]> {
    const fee = await (await this.#loaded()).fetchTradingFee(this.unified(symbol))
    return [fee.maker ?? Number.NaN, fee.taker ?? Number.NaN]
  }

  async mark(symbol: string): Promise<{ readonly price: number; readonly nextFunding: number }> {
    const rate = await (await this.#loaded()).fetchFundingRate(this.unified(symbol))
    return { price: rate.markPrice ?? Number.NaN, nextFunding: rate.fundingTimestamp ?? Number.NaN }
  }

  async placeOco(wish: OcoWish): Promise<readonly string[]> {
    const { symbol, side, quantity, price, stopPrice, stopLimitPrice } = wish
    const sell = side === 'SELL'
    const [limit, stop] = sell ? ['above', 'below'] : ['below', 'above']
    const told = (await this.#implicit('privatePostOrderListOco', {
      symbol,
      side,
      quantity,
      [`${limit}Type`]: 'LIMIT_MAKER',
      [`${limit}Price`]: price,
      [`${stop}Type`]: 'STOP_LOSS_LIMIT',
      [`${stop}StopPrice`]: stopPrice,
      [`${stop}Price`]: stopLimitPrice,
      [`${stop}TimeInForce`]: 'GTC',
    })) as { orders: { orderId: string }[] }
    return told.orders.map(({ orderId }) => String(orderId))
  }

  async watchUser(symbol: string): Promise<UserStream> {
    await this.#loaded()
    return this.#watching.user(this.unified(symbol), this.#venue)
  }

  async placeByMessage(wish: OrderWish): Promise<ToldOrder> {
    const exchange = await this.#loaded()
    const { type, side, amount, price, params } = this.#unifiedWish(wish)
    return orderOf(await exchange.createOrderWs(this.unified(wish.symbol), type, side, amount, price, params))
  }

  async cancelByMessage(symbol: string, id: string): Promise<ToldOrder> {
    return orderOf(await (await this.#loaded()).cancelOrderWs(id, this.unified(symbol)))
  }

  codeOf(error: unknown): number | undefined {
    const code = error instanceof Error ? /"code":\s*"?(-?\d+)/.exec(error.message)?.[1] : undefined
    if (code === undefined && error instanceof Error && SPOT_ENGINE_REFUSALS.test(error.message)) return -2010
    return code === undefined ? undefined : Number(code)
  }

  skewClock(milliseconds: number): void {
    this.exchange.options['timeDifference'] = -milliseconds
  }

  async close(): Promise<void> {
    this.#watching.stop()
    await this.exchange.close()
  }

  #loaded(): Promise<Exchange> {
    this.#ready ??= this.exchange.loadMarkets().then(async () => {
      // Sockets without TLS need an agent that ccxt loads only when it is asked to.
      await this.exchange.loadHttpProxyAgent()
    })
    return this.#ready.then(() => this.exchange)
  }

  /** A call that ccxt has no unified name for, by the name that it gives each endpoint. */
  async #implicit(name: string, request: Request): Promise<unknown> {
    const exchange = await this.#loaded()
    const method = (exchange as unknown as Record<string, (request: Request) => Promise<unknown>>)[name]
    if (method === undefined) throw new NotOffered(`ccxt has no ${name}`)
    return await method.call(exchange, request)
  }

  #unifiedWish(wish: OrderWish): UnifiedWish {
    const { type, side, quantity, price, timeInForce, symbol: _symbol, quoteOrderQty, stopPrice, ...rest } = wish
    const params: Request = { ...rest }
    if (timeInForce === 'GTX' || type === 'LIMIT_MAKER') params['postOnly'] = true
    else if (timeInForce !== undefined && timeInForce !== 'GTC') params['timeInForce'] = timeInForce
    if (quoteOrderQty !== undefined) params['quoteOrderQty'] = quoteOrderQty
    if (stopPrice !== undefined) params[type.startsWith('TAKE') ? 'takeProfitPrice' : 'stopLossPrice'] = stopPrice
    const limit = type.startsWith('LIMIT') || type.endsWith('LIMIT')
    return {
      type: limit ? 'limit' : 'market',
      side: side === 'BUY' ? 'buy' : 'sell',
      amount: quantity as number,
      ...(price === undefined ? {} : { price }),
      params,
    }
  }
}

interface UnifiedWish {
  readonly type: 'limit' | 'market'
  readonly side: 'buy' | 'sell'
  readonly amount: number
  readonly price?: number
  readonly params: Request
}
