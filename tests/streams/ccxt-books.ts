/** Books of all markets as ccxt.pro keeps them, unmodified: one loop of watchOrderBook for each. */
import type { OrderBook } from 'ccxt'
import { ccxtExchange } from '../conformance/clients/ccxt-told.ts'
import type { Exchange } from '../conformance/clients/ccxt-told.ts'
import { until } from './stream-box.ts'
import type { StreamBox } from './stream-box.ts'
import type { TrueBook, TrueSide } from './truth.ts'

export class CcxtBooks {
  /** Books that a watch call returned, by market; the first is the snapshot. */
  readonly returned: Int32Array
  /** What checkers do with each book but the first. */
  onBook: (market: number, book: OrderBook) => void = () => undefined
  readonly #box: StreamBox
  readonly #exchange: Exchange
  /** Update id of the book that was returned last, by market. */
  readonly #updateIds: Float64Array
  /** Books that the beats so far must have brought. */
  readonly #owed: Int32Array
  #failure: unknown
  #stopped = false

  constructor(box: StreamBox) {
    this.#box = box
    this.#exchange = ccxtExchange(box.access, 'futures')
    this.returned = new Int32Array(box.symbols.length)
    this.#updateIds = new Float64Array(box.symbols.length)
    this.#owed = new Int32Array(box.symbols.length)
  }

  /** Watches one market after the other; the clock goes on in between, because subscriptions are limited in number. */
  async start(): Promise<void> {
    await this.#exchange.loadMarkets()
    await this.#exchange.loadHttpProxyAgent()
    for (const [market, symbol] of this.#box.symbols.entries()) {
      this.#loop(market, symbol.replace(/USDT$/, '/USDT:USDT')).catch((error: unknown) => {
        if (!this.#stopped) this.#failure ??= error
      })
      await this.#wait(() => this.returned[market] !== 0)
      this.#box.step()
    }
  }

  /** Resolves when every book has come as far as the last beat. From then on each change must bring one. */
  async joined(): Promise<void> {
    const { books } = this.#box.truth
    await this.#wait(() => books.every(({ updateId }, market) => this.#updateIds[market] === updateId))
    this.#owed.set(this.returned)
  }

  /** Resolves when all books that the last beat changed were returned. Throws what a watch call threw. */
  async caughtUp(): Promise<void> {
    for (const [market, { changed }] of this.#box.truth.books.entries())
      if (changed) this.#owed[market] = (this.#owed[market] as number) + 1
    await this.#wait(() => this.#owed.every((owed, market) => (this.returned[market] as number) >= owed))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#exchange.close()
  }

  async #wait(holds: () => boolean): Promise<void> {
    await until(() => this.#failure !== undefined || holds())
    if (this.#failure !== undefined) throw this.#failure
  }

  async #loop(market: number, symbol: string): Promise<void> {
    while (!this.#stopped) {
      const book = await this.#exchange.watchOrderBook(symbol)
      const returned = (this.returned[market] as number) + 1
      this.returned[market] = returned
      this.#updateIds[market] = book.nonce ?? 0
      if (returned > 1) this.onBook(market, book)
    }
  }
}

/** Where a book of ccxt's differs from the true one; empty if nowhere. */
export function differenceOf(book: OrderBook, truth: TrueBook): string {
  if (book.nonce !== truth.updateId) return `${truth.symbol} is at ${book.nonce}, not ${truth.updateId}`
  const asks = differenceOfSide(book.asks, truth.asks, truth)
  const found = asks === '' ? differenceOfSide(book.bids, truth.bids, truth) : asks
  return found === '' ? '' : `${truth.symbol} at ${truth.updateId}: ${found}`
}

function differenceOfSide(levels: OrderBook['bids'], truth: TrueSide, scales: TrueBook): string {
  if (levels.length !== truth.count) return `${levels.length} levels, not ${truth.count}`
  for (let i = 0; i < levels.length; i++) {
    // Whole numbers divided by a power of ten are the nearest doubles to the decimal text, which is what ccxt has read.
    const price = (truth.cells[i * 2] as number) / scales.priceScale
    const quantity = (truth.cells[i * 2 + 1] as number) / scales.quantityScale
    const level = levels[i]
    if (level?.[0] !== price || level[1] !== quantity)
      return `${String(level)}, not ${price},${quantity}, at level ${i}`
  }
  return ''
}
