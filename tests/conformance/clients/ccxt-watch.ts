/**
 * ccxt.pro's watch calls as lists that grow: each call is repeated until it is stopped.
 * Fails: an error of a watch call ends its loop and is kept, and thrown by whoever closes the stream.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import ccxt from 'ccxt'
import { fillOf, orderOf } from './ccxt-told.ts'
import type { Exchange } from './ccxt-told.ts'
import type { MarketStream, MarketStreamKind, ToldFill, ToldOrder, UserStream, VenueName } from './client.ts'

const RECONNECT_MS = 50

export class Watching {
  readonly #exchange: Exchange
  #stopped = false

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  stop(): void {
    this.#stopped = true
  }

  market(kind: MarketStreamKind, symbol: string): MarketStream {
    const exchange = this.#exchange
    const prices: number[] = []
    const next = {
      book: async () => (await exchange.watchOrderBook(symbol)).bids[0]?.[0],
      trades: async () => (await exchange.watchTrades(symbol)).at(-1)?.price,
      candles: async () => (await exchange.watchOHLCV(symbol, '1m')).at(-1)?.[4],
      mark: async () => (await exchange.watchMarkPrice(symbol)).markPrice,
      ticker: async () => (await exchange.watchTicker(symbol)).last,
    }[kind]
    const close = this.#repeat([
      async () => {
        const price = await next()
        if (price !== undefined) prices.push(Number(price))
      },
    ])
    return { prices, close }
  }

  user(symbol: string, venue: VenueName): UserStream {
    const exchange = this.#exchange
    const orders: ToldOrder[] = []
    const fills: ToldFill[] = []
    const wallets: { asset: string; total: number }[] = []
    const positions: { symbol: string; quantity: number }[] = []
    const steps = [
      async () => {
        for (const order of await exchange.watchOrders(symbol)) orders.push(orderOf(order))
      },
      async () => {
        for (const trade of await exchange.watchMyTrades(symbol)) fills.push(fillOf(trade))
      },
      async () => {
        const balance = await exchange.watchBalance()
        for (const asset of ['USDT', 'BTC']) {
          const total = balance[asset]?.total
          if (total !== undefined) wallets.push({ asset, total })
        }
      },
    ]
    if (venue === 'futures')
      steps.push(async () => {
        for (const one of await exchange.watchPositions([symbol])) {
          const contracts = one.contracts ?? Number.NaN
          positions.push({ symbol: one.info['s'] as string, quantity: one.side === 'short' ? -contracts : contracts })
        }
      })
    return { orders, fills, wallets, positions, conditionals: [], close: this.#repeat(steps) }
  }

  #repeat(steps: readonly (() => Promise<void>)[]): () => Promise<void> {
    let closed = false
    let failure: unknown
    for (const step of steps) {
      const loop = async (): Promise<void> => {
        while (!closed && !this.#stopped) {
          try {
            await step()
          } catch (error) {
            // The call after a lost connection connects again.
            if (!(error instanceof ccxt.NetworkError)) throw error
            await sleep(RECONNECT_MS)
          }
        }
      }
      loop().catch((error: unknown) => {
        if (!closed && !this.#stopped) failure = error
      })
    }
    return async () => {
      closed = true
      if (failure !== undefined) throw failure
    }
  }
}
