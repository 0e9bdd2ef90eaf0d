/**
 * The market of the box, heard through its depth streams: books kept by the decoder and the book of live trading equal the
 * venue's after every message, and a message that is missing is noticed with the next.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BOOK_OUTCOME, BOOK_STATE, Book } from '../../core/market/book.ts'
import type { BookSide } from '../../core/market/book-side.ts'
import { chainRuleOf } from '../../core/market/chain-rule.ts'
import { RowBuffer } from '../../core/tape/row-buffer.ts'
import { encodeUtf8 } from '../../core/utf8.ts'
import { BareVenue } from '../../testing/bare-venue.ts'
import { BinanceDecoder } from '../../venues/binance/decoder.ts'
import { Box } from '../box/box.ts'
import { FeedReader } from '../box/feed-reader.ts'
import { firstSymbols, marketsOf } from '../box/markets.ts'
import type { OrderBook } from '../venue/order-book.ts'
import { BUY, SELL } from '../venue/requests.ts'
import { MarketFeed } from './market-feed.ts'
import { bestText } from './market-text.ts'

const START = 1_795_216_100_000_000
const SECOND = 1_000_000
const SYMBOLS = 20
const SECONDS = 60
const LEVELS = 5000

class Listener {
  readonly book: Book
  readonly #decoder: BinanceDecoder
  readonly #rows: RowBuffer = new RowBuffer(1 << 14)
  readonly #receive: Float64Array = new Float64Array(1)
  readonly #truth: OrderBook
  readonly #levels: Float64Array = new Float64Array(LEVELS * 2)
  compared = 0

  constructor(feed: MarketFeed, truth: OrderBook, index: number) {
    const instruments = feed.markets.map(({ instrument }) => instrument)
    this.book = new Book({ tickSize: instruments[index]?.tickSize ?? 1, rule: chainRuleOf('binance-usdm') })
    this.#decoder = new BinanceDecoder({ venue: 'binance-usdm', instruments })
    this.#decoder.context = index
    this.#truth = truth
    const market = feed.markets[index]
    assert(market !== undefined)
    const bids = bestText(market, BUY, LEVELS)
    this.take(`{"lastUpdateId":${truth.updateId},"bids":${bids},"asks":${bestText(market, SELL, LEVELS)}}`)
  }

  /** Takes a message; returns what it did to the book. */
  take(text: string): number {
    this.#rows.length = 0
    const bytes = encodeUtf8(text)
    assert(this.#decoder.decode(bytes, 0, bytes.length, this.#receive, 0, this.#rows) > 0)
    return this.book.apply(this.#rows, 0)
  }

  compare(): void {
    this.compared++
    assert.equal(this.book.state, BOOK_STATE.live)
    assert.equal(this.book.lastUpdateId, this.#truth.updateId)
    this.#compareSide(this.book.bids, BUY)
    this.#compareSide(this.book.asks, SELL)
  }

  #compareSide(side: BookSide, which: number): void {
    const truth = this.#truth
    const count = side.copyLevels(this.#levels, LEVELS)
    let at = 0
    for (let level = truth.best(which); level !== -1; level = truth.next(level), at++) {
      if (this.#levels[at * 2] !== truth.price[level] || this.#levels[at * 2 + 1] !== truth.quantity[level])
        assert.fail(`level ${at} of side ${which} is ${this.#levels[at * 2]} x ${this.#levels[at * 2 + 1]}`)
    }
    assert.equal(at, count)
  }
}

/** Runs the market for so many seconds; `hear` gets every message with the number of its instrument. */
function run(seconds: number, hear: (listener: Listener, text: string, nth: number) => void): Listener[] {
  const markets = marketsOf(firstSymbols(SYMBOLS))
  const futures = new BareVenue(markets.map((market) => market.futures))
  const spot = new BareVenue(markets.map((market) => market.spot))
  const box = new Box({ seed: 1, markets, futures, spot, startTime: START, speed: 1 })
  const feed = new MarketFeed(futures, { market: 'futures', marks: () => undefined })
  const listeners: Listener[] = []
  const heard: number[] = []
  const sink = {
    publish(stream: number, text: string) {
      const listener = listeners[stream]
      assert(listener !== undefined)
      heard[stream] = (heard[stream] ?? 0) + 1
      hear(listener, text, heard[stream])
    },
  }
  box.attach('futures', new FeedReader(feed, sink))
  for (const [index, { symbol }] of markets.entries()) {
    assert.equal(feed.open(`${symbol.toLowerCase()}@depth@100ms`), index)
    const truth = futures.books[index]
    assert(truth !== undefined)
    listeners.push(new Listener(feed, truth, index))
  }
  for (let second = 1; second <= seconds; second++) box.runTo(START + second * SECOND)
  return listeners
}

test('books heard at 100 ms equal those of twenty markets after every message', () => {
  const listeners = run(SECONDS, (listener, text) => {
    listener.take(text)
    listener.compare()
  })
  const compared = listeners.reduce((sum, listener) => sum + listener.compared, 0)
  assert(compared > SYMBOLS * SECONDS * 5, `${compared} messages were compared`)
  for (const { book } of listeners) assert.deepEqual([book.gaps, book.crossings], [0, 0])
})

test('a lost message is a gap with the very next one, a repeated message is none', () => {
  const every = 7
  let gaps = 0
  run(10, (listener, text, nth) => {
    if (nth % every === 0) return
    const outcome = listener.take(text)
    if (nth % every === 1 && nth > 1) {
      // The first gap breaks the book; behind it the book waits for a snapshot.
      assert(outcome === BOOK_OUTCOME.gap || outcome === BOOK_OUTCOME.waiting)
      if (outcome === BOOK_OUTCOME.gap) gaps++
      assert.equal(listener.book.state, BOOK_STATE.broken)
    } else if (listener.book.state === BOOK_STATE.live) assert.equal(listener.take(text), BOOK_OUTCOME.old)
  })
  assert(gaps >= SYMBOLS / 2, `${gaps} gaps`)
})
