/** The library `binance`, at both venues. */
import { MainClient, USDMClient, WebsocketAPIClient, WebsocketClient } from 'binance'
import type { WsKey } from 'binance'
import { RawFuturesClient } from './raw-futures.ts'
import type { FuturesCall } from './raw-futures.ts'
import { RawSpotClient } from './raw-spot.ts'
import type { SpotCall } from './raw-spot.ts'
import type { Access, FuturesClient, MarketStreamKind, SpotClient, VenueName } from './client.ts'
import { reply } from './raw.ts'
import type { Close, Listener, Parameters, RawMethods, Reply } from './raw.ts'

const FUTURES_CALLS = {
  time: 'getServerTime',
  exchangeInfo: 'getExchangeInfo',
  depth: 'getOrderBook',
  trades: 'getRecentTrades',
  klines: 'getKlines',
  tickerPrice: 'getSymbolPriceTickerV2',
  premiumIndex: 'getMarkPrice',
  'order.place': 'submitNewOrder',
  'order.amend': 'modifyOrder',
  'order.cancel': 'cancelOrder',
  'order.query': 'getOrder',
  'orders.open': 'getAllOpenOrders',
  'orders.cancelAll': 'cancelAllOpenOrders',
  'orders.countdown': 'setCancelOrdersOnTimeout',
  'batch.place': 'submitMultipleOrders',
  userTrades: 'getAccountTrades',
  balance: 'getBalanceV3',
  positionRisk: 'getPositionsV3',
  'algo.place': 'submitNewAlgoOrder',
  'algo.cancel': 'cancelAlgoOrder',
  'algo.open': 'getOpenAlgoOrders',
  leverage: 'setLeverage',
  symbolConfig: 'getFuturesSymbolConfig',
  marginType: 'setMarginType',
  positionMode: 'setPositionMode',
  positionMargin: 'setIsolatedPositionMargin',
  brackets: 'getNotionalAndLeverageBrackets',
  income: 'getIncomeHistory',
  commission: 'getAccountCommissionRate',
} as const satisfies Record<FuturesCall, keyof USDMClient>

const SPOT_CALLS = {
  time: 'getServerTime',
  exchangeInfo: 'getExchangeInfo',
  depth: 'getOrderBook',
  trades: 'getRecentTrades',
  klines: 'getKlines',
  tickerPrice: 'getSymbolPriceTicker',
  'order.place': 'submitNewOrder',
  'order.cancel': 'cancelOrder',
  'order.query': 'getOrder',
  'order.replace': 'replaceOrder',
  'orders.open': 'getOpenOrders',
  'orders.cancelAll': 'cancelAllSymbolOrders',
  'oco.place': 'submitNewOrderList',
  myTrades: 'getAccountTradeList',
  account: 'getAccountInformation',
} as const satisfies Record<SpotCall, keyof MainClient>

const STREAMS: Readonly<Record<MarketStreamKind, string>> = {
  book: 'depth',
  trades: 'aggTrade',
  candles: 'kline_1m',
  mark: 'markPrice@1s',
  ticker: 'ticker',
}

type Call<Rest> = (this: Rest, parameters: unknown) => Promise<unknown>

/** The library writes to the console unless it is told where else. */
const QUIET = { trace: () => undefined, info: () => undefined, error: () => undefined }

class BinanceLibrary<Name extends string, Rest extends USDMClient | MainClient> implements RawMethods<Name> {
  readonly #venue: VenueName
  readonly #rest: Rest
  readonly #names: Readonly<Record<Name, keyof Rest>>
  readonly #streams: WebsocketClient
  readonly #messages: WebsocketAPIClient
  readonly #listeners = new Map<(event: Reply) => boolean, Listener>()
  #messagesUsed = false

  constructor(venue: VenueName, access: Access, rest: Rest, names: Readonly<Record<Name, keyof Rest>>) {
    this.#venue = venue
    this.#rest = rest
    this.#names = names
    const { rest: url, streams, messages } = access[venue]
    const keys = { api_key: access.apiKey, api_secret: access.secret }
    const options = { ...keys, restOptions: { ...keys, baseUrl: url }, reconnectTimeout: 100 }
    this.#streams = new WebsocketClient({ ...options, wsUrl: streams }, QUIET)
    // The library adds the path of the WebSocket API to the address.
    const wsUrl = new URL(messages).origin
    this.#messages = new WebsocketAPIClient({ ...options, wsUrl, attachEventListeners: false }, QUIET)
    const hear = (message: unknown): void => this.#hear(message)
    this.#streams.on('message', hear)
    this.#messages.getWSClient().on('message', hear)
    // Failed connections are told here, and the library tries again by itself.
    this.#streams.on('exception', () => undefined)
    this.#messages.getWSClient().on('exception', () => undefined)
  }

  async call(name: Name, parameters: Parameters): Promise<unknown> {
    const method = this.#rest[this.#names[name]] as Call<Rest>
    const { batchOrders } = parameters
    return await method.call(this.#rest, typeof batchOrders === 'string' ? JSON.parse(batchOrders) : parameters)
  }

  async stream(kind: MarketStreamKind, symbol: string, listener: Listener): Promise<Close> {
    const topic = `${symbol.toLowerCase()}@${STREAMS[kind]}`
    const event = kind === 'book' ? 'depthUpdate' : kind === 'mark' ? 'markPriceUpdate' : undefined
    const name = event ?? { trades: 'aggTrade', candles: 'kline', ticker: '24hrTicker' }[kind as 'trades']
    const wanted = (message: Reply): boolean => message['e'] === name && message['s'] === symbol
    this.#listeners.set(wanted, listener)
    const key: WsKey = this.#venue === 'spot' ? 'main' : kind === 'book' ? 'usdmPublic' : 'usdmMarket'
    await this.#streams.subscribe(topic, key)
    return async () => {
      this.#listeners.delete(wanted)
      await this.#streams.unsubscribe(topic, key)
    }
  }

  async user(listener: Listener): Promise<Close> {
    const wanted = (message: Reply): boolean => typeof message['e'] === 'string' && !('k' in message)
    this.#listeners.set(wanted, listener)
    if (this.#venue === 'spot') {
      this.#messagesUsed = true
      await this.#messages.subscribeUserDataStream('mainWSAPI')
    } else await this.#streams.subscribeUsdFuturesUserDataStream()
    return async () => {
      this.#listeners.delete(wanted)
      if (this.#venue === 'futures') await this.#streams.unsubscribeUsdFuturesUserDataStream()
    }
  }

  async message(name: 'place' | 'cancel', parameters: Parameters): Promise<unknown> {
    this.#messagesUsed = true
    const all = { ...parameters, timestamp: Date.now() } as never
    const messages = this.#messages
    const told =
      this.#venue === 'spot'
        ? await (name === 'place' ? messages.submitNewSpotOrder(all) : messages.cancelSpotOrder(all))
        : await (name === 'place'
            ? messages.submitNewFuturesOrder('usdm', all)
            : messages.cancelFuturesOrder('usdm', all))
    return reply(told)['result']
  }

  /** It throws plain objects: `code` of REST replies, `error.code` of the WebSocket API's. */
  codeOf(error: unknown): number | undefined {
    if (typeof error !== 'object' || error === null) return undefined
    const told = 'error' in error ? (error.error as { code?: unknown } | undefined) : (error as { code?: unknown })
    return typeof told?.code === 'number' ? told.code : undefined
  }

  skewClock(milliseconds: number): void {
    this.#rest.setTimeOffset(milliseconds)
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    this.#streams.closeAll(true)
    if (this.#messagesUsed) await this.#messages.disconnectAll()
  }

  #hear(message: unknown): void {
    const outer = reply(message)
    const inner = outer['data'] ?? outer['event'] ?? outer
    if (typeof inner !== 'object' || inner === null) return
    for (const [wanted, listener] of this.#listeners) if (wanted(inner as Reply)) listener(inner as Reply)
  }
}

export function binanceFutures(access: Access): FuturesClient {
  const options = { api_key: access.apiKey, api_secret: access.secret, baseUrl: access.futures.rest }
  const rest = new USDMClient(options)
  return new RawFuturesClient('binance', new BinanceLibrary('futures', access, rest, FUTURES_CALLS))
}

export function binanceSpot(access: Access): SpotClient {
  const options = { api_key: access.apiKey, api_secret: access.secret, baseUrl: access.spot.rest }
  const rest = new MainClient(options)
  return new RawSpotClient('binance', new BinanceLibrary('spot', access, rest, SPOT_CALLS))
}
