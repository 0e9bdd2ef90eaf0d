/**
 * Books that consumers rebuild from the depth streams, through the decoder and the book that live trading uses, against the
 * venue's own book: equal after every message, at every speed, wherever the snapshot was taken.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BOOK_STATE, Book } from '../../core/market/book.ts'
import { chainRuleOf } from '../../core/market/chain-rule.ts'
import { RowBuffer } from '../../core/tape/row-buffer.ts'
import { encodeUtf8 } from '../../core/utf8.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { PlainVenue } from '../../testing/plain-venue.ts'
import { BinanceDecoder, type BinanceVenue } from '../../venues/binance/decoder.ts'
import { BUY, SELL } from '../venue/requests.ts'
import { MarketFeed } from './market-feed.ts'
import { bestText } from './market-text.ts'

const START = 1_795_216_100_000_000

type Step =
  | {
      readonly kind: 'place'
      readonly side: number
      readonly price: number
      readonly quantity: number
      readonly instrument: number
    }
  | { readonly kind: 'cancel'; readonly nth: number }
  | { readonly kind: 'wait'; readonly millis: number }
  /** The next consumer subscribes, or one that has subscribed takes a snapshot. */
  | { readonly kind: 'subscribe' }
  | { readonly kind: 'snapshot'; readonly consumer: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('place' as const),
      side: fc.constantFrom(BUY, SELL),
      price: fc.integer({ min: 980, max: 1020 }),
      quantity: fc.integer({ min: 1, max: 50 }),
      instrument: fc.constantFrom(0, 0, 0, 1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancel' as const), nth: fc.nat(30) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), millis: fc.constantFrom(1, 20, 60, 100, 260, 1100) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'subscribe' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), consumer: fc.nat(5) }) },
)

/** Somebody who keeps a book of instrument 0 from one stream. */
class Consumer {
  readonly stream: string
  readonly number: number
  readonly book: Book
  messages = 0
  compared = 0
  readonly #venue: PlainVenue
  readonly #decoder: BinanceDecoder
  readonly #rows: RowBuffer = new RowBuffer(4096)
  readonly #receive: Float64Array = new Float64Array(1)

  constructor(venue: PlainVenue, feed: MarketFeed, key: BinanceVenue, stream: string) {
    this.stream = stream
    this.#venue = venue
    this.number = feed.open(stream)
    assert.notEqual(this.number, -1)
    this.book = new Book({ tickSize: 1, rule: chainRuleOf(key) })
    this.#decoder = new BinanceDecoder({ venue: key, instruments: venue.instruments })
    this.#decoder.context = 0
  }

  take(text: string): void {
    this.messages++
    this.#decode(`{"stream":"${this.stream}","data":${text}}`)
    // A snapshot says nothing of levels behind its last one: such levels of before are kept and doubted.
    if (this.book.state !== BOOK_STATE.live || this.book.unverified > 0) return
    this.compared++
    assert.equal(this.book.lastUpdateId, this.#venue.books[0]?.updateId)
    assert.deepEqual(levelsOf(this.book.bids), this.#venue.levels(0, BUY))
    assert.deepEqual(levelsOf(this.book.asks), this.#venue.levels(0, SELL))
  }

  snapshot(feed: MarketFeed): void {
    const market = feed.markets[0]
    assert(market !== undefined)
    const bids = bestText(market, BUY, 1000)
    this.#decode(`{"lastUpdateId":${market.book.updateId},"bids":${bids},"asks":${bestText(market, SELL, 1000)}}`)
  }

  #decode(text: string): void {
    this.#rows.length = 0
    const bytes = encodeUtf8(text)
    const rows = this.#decoder.decode(bytes, 0, bytes.length, this.#receive, 0, this.#rows)
    assert.deepEqual(this.#decoder.problems, [])
    assert(rows > 0)
    this.book.apply(this.#rows, 0)
    assert.equal(this.book.gaps, 0, `a gap: ${text}`)
  }
}

function levelsOf(side: Book['bids']): number[][] {
  const out = new Float64Array(2 * 200)
  const count = side.copyLevels(out, 200)
  return Array.from({ length: count }, (_, i) => [out[i * 2] as number, out[i * 2 + 1] as number])
}

const WORLDS = [
  { key: 'binance-usdm', market: 'linear', streams: ['@depth@100ms', '@depth', '@depth@500ms'] },
  { key: 'binance-spot', market: 'spot', streams: ['@depth@100ms', '@depth', '@depth@1000ms'] },
] as const

for (const world of WORLDS) {
  test(`books rebuilt from the diffs of ${world.key} are the venue's after every message, at every speed`, () => {
    let compared = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 100, maxLength: 400, size: 'max' }), (steps) => {
        const instruments = ['BTCUSDT', 'ETHUSDT'].map((symbol) =>
          exampleInstrument(symbol, { venue: world.key, market: world.market }),
        )
        const venue = new PlainVenue(instruments, START)
        const feed = new MarketFeed(
          venue,
          world.market === 'spot' ? { market: 'spot' } : { market: 'futures', marks: () => undefined },
        )
        const consumers: Consumer[] = []
        const sink = {
          publish(stream: number, text: string) {
            for (const consumer of consumers) if (consumer.number === stream) consumer.take(text)
          },
        }
        venue.told = () => feed.read(sink)
        const ids: number[] = []
        for (const each of steps) {
          switch (each.kind) {
            case 'place':
              ids.push(venue.place(each))
              break
            case 'cancel':
              venue.cancel(ids[ids.length - 1 - each.nth] ?? 0)
              break
            case 'wait':
              venue.time[0] = (venue.time[0] as number) + each.millis * 1000
              feed.advance(sink)
              break
            case 'subscribe':
              if (consumers.length < 6) {
                const name = `btcusdt${world.streams[consumers.length % 3] ?? ''}`
                consumers.push(new Consumer(venue, feed, world.key, name))
              }
              break
            case 'snapshot':
              consumers[each.consumer]?.snapshot(feed)
              break
          }
        }
        for (const consumer of consumers) compared += consumer.compared
      }),
      { numRuns: 60 },
    )
    assert(compared > 1000, `${compared} messages were compared`)
  })
}

test('two speeds have chains of their own, and a stream that is opened again begins anew', () => {
  const venue = new PlainVenue([exampleInstrument('BTCUSDT')], START)
  const feed = new MarketFeed(venue, { market: 'futures', marks: () => undefined })
  const seen: string[] = []
  const sink = {
    publish(stream: number, text: string) {
      const { U, u, pu } = JSON.parse(text) as { U: number; u: number; pu: number }
      seen.push(`${feed.nameOf(stream)} ${U} ${u} ${pu}`)
    },
  }
  venue.told = () => feed.read(sink)
  const fast = feed.open('btcusdt@depth@100ms')
  feed.open('btcusdt@depth@500ms')
  const wait = (millis: number) => {
    venue.time[0] = (venue.time[0] as number) + millis * 1000
    feed.advance(sink)
  }
  venue.place({ price: 100 })
  venue.place({ price: 101 })
  wait(100)
  venue.place({ price: 102 })
  feed.close(fast)
  wait(100)
  feed.open('btcusdt@depth@100ms')
  venue.place({ price: 103 })
  wait(300)
  assert.deepEqual(seen, ['btcusdt@depth@100ms 1 2 0', 'btcusdt@depth@100ms 4 4 3', 'btcusdt@depth@500ms 1 4 0'])
})

test('what nobody listens to is not rendered', () => {
  const venue = new PlainVenue([exampleInstrument('BTCUSDT')], START)
  const feed = new MarketFeed(venue, { market: 'futures', marks: () => undefined })
  const sink = { publish: () => assert.fail('nobody listens') }
  venue.told = () => feed.read(sink)
  const number = feed.open('btcusdt@trade')
  feed.open('btcusdt@trade')
  feed.close(number)
  feed.close(number)
  venue.place({ side: SELL, price: 100, quantity: 5 })
  venue.place({ price: 100, quantity: 5 })
  venue.time[0] = START + 10_000_000
  feed.advance(sink)
})
