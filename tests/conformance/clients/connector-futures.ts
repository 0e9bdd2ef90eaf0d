/** Binance's own connector for USD-M futures. */
import { DerivativesTradingUsdsFutures } from '@binance/derivatives-trading-usds-futures'
import { RawFuturesClient } from './raw-futures.ts'
import type { FuturesCall } from './raw-futures.ts'
import { NotOffered } from './client.ts'
import type { Access, FuturesClient, MarketStreamKind } from './client.ts'
import { connectorCode, connectorKeys } from './raw.ts'
import type { Close, Listener, Parameters, RawMethods, Reply } from './raw.ts'

type Library = DerivativesTradingUsdsFutures
type RestApi = Library['restAPI']
type Messages = Awaited<ReturnType<Library['websocketAPI']['connect']>>
type Streams = Awaited<ReturnType<Library['websocketStreams']['connect']>>

const CALLS = {
  time: 'checkServerTime',
  exchangeInfo: 'exchangeInformation',
  depth: 'orderBook',
  trades: 'recentTradesList',
  klines: 'klineCandlestickData',
  tickerPrice: 'symbolPriceTickerV2',
  premiumIndex: 'markPrice',
  'order.place': 'newOrder',
  'order.amend': 'modifyOrder',
  'order.cancel': 'cancelOrder',
  'order.query': 'queryOrder',
  'orders.open': 'currentAllOpenOrders',
  'orders.cancelAll': 'cancelAllOpenOrders',
  'orders.countdown': 'autoCancelAllOpenOrders',
  'batch.place': 'placeMultipleOrders',
  userTrades: 'accountTradeList',
  balance: 'futuresAccountBalanceV3',
  positionRisk: 'positionInformationV3',
  'algo.place': 'newAlgoOrder',
  'algo.cancel': 'cancelAlgoOrder',
  'algo.open': 'currentAllAlgoOpenOrders',
  leverage: 'changeInitialLeverage',
  symbolConfig: 'symbolConfiguration',
  marginType: 'changeMarginType',
  positionMode: 'changePositionMode',
  positionMargin: 'modifyIsolatedPositionMargin',
  brackets: 'notionalAndLeverageBrackets',
  income: 'getIncomeHistory',
  commission: 'userCommissionRate',
} as const satisfies Record<FuturesCall, keyof RestApi>

type Call = (this: RestApi, parameters: object) => Promise<{ data(): Promise<unknown> }>

class FuturesConnector implements RawMethods<FuturesCall> {
  readonly #library: Library
  #messages: Promise<Messages> | undefined
  #streams: Promise<Streams> | undefined

  constructor({ futures, apiKey, secret }: Access) {
    const keys = connectorKeys(apiKey, secret)
    // It says on the console whenever it connects, unless this is set.
    process.env['LOG_LEVEL'] = 'error'
    this.#library = new DerivativesTradingUsdsFutures({
      configurationRestAPI: { ...keys, basePath: futures.rest, timeout: 5000 },
      configurationWebsocketAPI: { ...keys, wsURL: futures.messages },
      configurationWebsocketStreams: { wsURL: futures.streams, reconnectDelay: 100 },
    })
  }

  async call(name: FuturesCall, parameters: Parameters): Promise<unknown> {
    const { restAPI } = this.#library
    const { batchOrders, ...rest } = parameters
    const all = typeof batchOrders === 'string' ? { ...rest, batchOrders: JSON.parse(batchOrders) as unknown } : rest
    return await (await (restAPI[CALLS[name]] as Call).call(restAPI, all)).data()
  }

  async stream(kind: MarketStreamKind, symbol: string, listener: Listener): Promise<Close> {
    const streams = await this.#connected()
    const name = symbol.toLowerCase()
    const opened = {
      book: () => streams.diffBookDepthStreams({ symbol: name }),
      trades: () => streams.aggregateTradeStreams({ symbol: name }),
      candles: () => streams.klineCandlestickStreams({ symbol: name, interval: '1m' as never }),
      mark: () => streams.markPriceStream({ symbol: name, updateSpeed: '1s' as never }),
      ticker: () => streams.individualSymbolTickerStreams({ symbol: name }),
    }[kind]()
    opened.on('message', (message: object) => listener(message as Reply))
    return async () => opened.unsubscribe()
  }

  async user(listener: Listener): Promise<Close> {
    const { listenKey } = await (await this.#library.restAPI.startUserDataStream()).data()
    const stream = (await this.#connected()).userData(listenKey ?? '')
    stream.on('message', (message: object) => listener(message as Reply))
    return async () => stream.unsubscribe()
  }

  async message(name: 'place' | 'cancel', parameters: Parameters): Promise<unknown> {
    this.#messages ??= this.#library.websocketAPI.connect()
    const messages = await this.#messages
    const told =
      name === 'place' ? await messages.newOrder(parameters as never) : await messages.cancelOrder(parameters as never)
    return told.data
  }

  codeOf(error: unknown): number | undefined {
    return connectorCode(error)
  }

  skewClock(): void {
    throw new NotOffered('the connector takes the time of this machine')
  }

  async close(): Promise<void> {
    await (await this.#messages)?.disconnect()
    await (await this.#streams)?.disconnect()
  }

  async #connected(): Promise<Streams> {
    this.#streams ??= this.#library.websocketStreams.connect()
    return await this.#streams
  }
}

export function futuresConnector(access: Access): FuturesClient {
  return new RawFuturesClient('connector', new FuturesConnector(access))
}
