/** Binance's own connector for spot. */
import { Spot } from '@binance/spot'
import { RawSpotClient } from './raw-spot.ts'
import type { SpotCall } from './raw-spot.ts'
import { NotOffered } from './client.ts'
import type { Access, MarketStreamKind, SpotClient } from './client.ts'
import { connectorCode, connectorKeys } from './raw.ts'
import type { Close, Listener, Parameters, RawMethods, Reply } from './raw.ts'

type RestApi = Spot['restAPI']
type Messages = Awaited<ReturnType<Spot['websocketAPI']['connect']>>
type Streams = Awaited<ReturnType<Spot['websocketStreams']['connect']>>

const CALLS = {
  time: 'time',
  exchangeInfo: 'exchangeInfo',
  depth: 'depth',
  trades: 'getTrades',
  klines: 'klines',
  tickerPrice: 'tickerPrice',
  'order.place': 'newOrder',
  'order.cancel': 'deleteOrder',
  'order.query': 'getOrder',
  'order.replace': 'orderCancelReplace',
  'orders.open': 'getOpenOrders',
  'orders.cancelAll': 'deleteOpenOrders',
  'oco.place': 'orderListOco',
  myTrades: 'myTrades',
  account: 'getAccount',
} as const satisfies Record<SpotCall, keyof RestApi>

type Call = (this: RestApi, parameters: object) => Promise<{ data(): Promise<unknown> }>

class SpotConnector implements RawMethods<SpotCall> {
  readonly #library: Spot
  #messages: Promise<Messages> | undefined
  #streams: Promise<Streams> | undefined

  constructor({ spot, apiKey, secret }: Access) {
    const keys = connectorKeys(apiKey, secret)
    // It says on the console whenever it connects, unless this is set.
    process.env['LOG_LEVEL'] = 'error'
    this.#library = new Spot({
      configurationRestAPI: { ...keys, basePath: spot.rest, timeout: 5000 },
      configurationWebsocketAPI: { ...keys, wsURL: spot.messages },
      configurationWebsocketStreams: { wsURL: spot.streams, reconnectDelay: 100 },
    })
  }

  async call(name: SpotCall, parameters: Parameters): Promise<unknown> {
    const { restAPI } = this.#library
    return await (await (restAPI[CALLS[name]] as Call).call(restAPI, parameters)).data()
  }

  async stream(kind: MarketStreamKind, symbol: string, listener: Listener): Promise<Close> {
    this.#streams ??= this.#library.websocketStreams.connect()
    const streams = await this.#streams
    const name = symbol.toLowerCase()
    const opened = {
      book: () => streams.diffBookDepth({ symbol: name }),
      trades: () => streams.aggTrade({ symbol: name }),
      candles: () => streams.kline({ symbol: name, interval: '1m' as never }),
      mark: () => {
        throw new NotOffered('spot has no mark price')
      },
      ticker: () => streams.ticker({ symbol: name }),
    }[kind]()
    opened.on('message', (message: object) => listener(message as Reply))
    return async () => opened.unsubscribe()
  }

  async user(listener: Listener): Promise<Close> {
    const { stream } = await (await this.#connected()).userDataStreamSubscribeSignature()
    stream.on('message', (message: object) => listener(message as Reply))
    return async () => stream.unsubscribe()
  }

  async message(name: 'place' | 'cancel', parameters: Parameters): Promise<unknown> {
    const messages = await this.#connected()
    const told =
      name === 'place'
        ? await messages.orderPlace(parameters as never)
        : await messages.orderCancel(parameters as never)
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

  async #connected(): Promise<Messages> {
    this.#messages ??= this.#library.websocketAPI.connect()
    return await this.#messages
  }
}

export function spotConnector(access: Access): SpotClient {
  return new RawSpotClient('connector', new SpotConnector(access))
}
