import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { MARK_PRICE } from '../../core/tape/kinds.ts'
import { ROW_SLOTS } from '../../core/tape/layout.ts'
import { kindOf, recordRows } from '../../core/tape/row-buffer.ts'
import { CROWD_ACCOUNTS } from '../crowd/crowd-venue.ts'
import { Box } from '../box/box.ts'
import { FeedReader } from '../box/feed-reader.ts'
import type { VenueName } from '../box/box-venue.ts'
import { MarketFeed } from '../feeds/market-feed.ts'
import { dataTest } from '../../testing/data.ts'
import { importRecording } from '../../testing/recorded-tape.ts'
import type { BinanceVenue } from '../../venues/binance/decoder.ts'
import { FuturesVenue } from '../venue/futures/futures-venue.ts'
import { BUY, ORDER_KIND, SELL } from '../venue/requests.ts'
import { SpotVenue } from '../venue/spot/spot-venue.ts'
import { limitOrder } from '../../testing/futures-world.ts'
import { RecordedInside } from './recorded-inside.ts'
import { recordedInstruments } from './recorded-instruments.ts'
import { RecordedRows } from './recorded-rows.ts'
import type { Impact } from './recorded-venue.ts'

const START = 1_795_216_100_000_000
const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const CLIENT = CROWD_ACCOUNTS

interface Played {
  readonly box: Box<FuturesVenue, SpotVenue>
  readonly inside: RecordedInside
  readonly feed: MarketFeed
  /** Of the streams that were opened, in order: name and message. */
  readonly messages: (readonly [string, Readonly<Record<string, unknown>>])[]
}

/** A box in which the recording stands at its beginning, and a feed with these streams of its first market. */
async function opened(
  paths: readonly string[],
  venue: BinanceVenue,
  options: { readonly impact: Impact; readonly streams: readonly string[]; readonly speed?: number },
): Promise<Played> {
  const { instruments, buffers } = await importRecording(paths, venue)
  const { futures, spot, places } = recordedInstruments(instruments)
  const rows = new RecordedRows(() => undefined)
  for (const buffer of buffers) rows.put(buffer)
  rows.complete = true
  let inside: RecordedInside | undefined
  const box = new Box({
    seed: 1,
    markets: [],
    futures: new FuturesVenue({ instruments: futures, crowdAccounts: CROWD_ACCOUNTS }),
    spot: new SpotVenue({ instruments: spot, crowdAccounts: CROWD_ACCOUNTS }),
    startTime: START,
    speed: options.speed ?? 100,
    inside: (futuresVenue, spotVenue) => {
      const { impact } = options
      inside = new RecordedInside(futuresVenue, spotVenue, {
        rows,
        places,
        queue: 'probabilistic',
        impact,
        onEnd: () => undefined,
      })
      return inside
    },
  })
  assert.ok(inside !== undefined)
  const name: VenueName = venue === 'binance-spot' ? 'spot' : 'futures'
  const source = inside[name].record ?? box[name]
  const feed = new MarketFeed(
    source,
    name === 'spot' ? { market: 'spot' } : { market: 'futures', marks: () => undefined },
  )
  const messages: Played['messages'] = []
  const publish = (stream: number, text: string): void =>
    void messages.push([feed.nameOf(stream), JSON.parse(text) as Record<string, unknown>])
  box.attach(name, new FeedReader(feed, { publish }))
  for (const stream of options.streams) assert.notEqual(feed.open(stream), -1)
  return { box, inside, feed, messages }
}

/** A book that a client keeps from a whole snapshot and the messages after it. */
class ClientBook {
  readonly sides: readonly [Map<number, number>, Map<number, number>] = [new Map(), new Map()]
  lastId: number

  constructor(feed: MarketFeed) {
    const [market] = feed.markets
    assert.ok(market !== undefined)
    const { book, numbers } = market
    this.lastId = book.updateId
    for (const side of [BUY, SELL])
      for (let level = book.best(side); level !== -1; level = book.next(level))
        this.sides[side === BUY ? 0 : 1].set(
          Number(numbers.price(book.price[level] ?? 0)),
          Number(numbers.quantity(book.quantity[level] ?? 0)),
        )
  }

  /** Takes a depth message, which must follow the one before. */
  take(message: Readonly<Record<string, unknown>>): void {
    assert.ok(Number(message['U']) <= this.lastId + 1 && Number(message['u']) > this.lastId, 'a message is missing')
    if ('pu' in message) assert.equal(message['pu'], this.lastId)
    this.lastId = Number(message['u'])
    for (const [place, name] of (['b', 'a'] as const).entries())
      for (const [price, quantity] of message[name] as readonly (readonly [string, string])[])
        if (Number(quantity) === 0) this.sides[place]?.delete(Number(price))
        else this.sides[place]?.set(Number(price), Number(quantity))
  }

  /** Best bid and ask with their quantities, and the number of levels of each side. */
  figures(): readonly number[] {
    const [bids, asks] = this.sides
    const bid = Math.max(...bids.keys())
    const ask = Math.min(...asks.keys())
    return [bid, bids.get(bid) ?? 0, ask, asks.get(ask) ?? 0, bids.size, asks.size]
  }
}

interface Known {
  readonly venue: BinanceVenue
  readonly files: readonly string[]
  readonly lastUpdateId: number
  readonly figures: readonly number[]
  /** Last trade's id, and lots of all. */
  readonly lastTrade: number
}

const RECORDINGS: readonly Known[] = [
  {
    venue: 'binance-usdm',
    files: ['btcusdt_20240808'],
    lastUpdateId: 5_123_135_475_514,
    figures: [61_659.7, 1.486, 61_659.8, 0.981, 5018, 4578],
    lastTrade: 5_266_605_247,
  },
  {
    venue: 'binance-spot',
    files: ['ethusdt_20240808', 'ethusdt_20240809'],
    lastUpdateId: 35_346_924_199,
    figures: [2677.6, 13.0449, 2677.61, 4.5232, 1744, 1665],
    lastTrade: 1_520_553_439,
  },
]

for (const { venue, files, lastUpdateId, figures, lastTrade } of RECORDINGS)
  dataTest(
    `${venue} ${files.join(' + ')}: a book kept from the streams ends as the recording does`,
    `captures/${venue}/${files[0]}.gz`,
    async (path) => {
      const paths = files.map((file) => join(dirname(path), `${file}.gz`))
      const symbol = files[0]?.split('_')[0] ?? ''
      const depth = `${symbol}@depth@100ms`
      const trade = `${symbol}@trade`
      const { box, inside, feed, messages } = await opened(paths, venue, { impact: 'none', streams: [depth, trade] })
      const book = new ClientBook(feed)
      for (let at = START; !inside.ended && at < START + MINUTE; at += SECOND) box.runTo(at)
      // The last changes wait for their beat.
      box.runTo(box.time + SECOND)
      for (const [stream, message] of messages) if (stream === depth) book.take(message)
      assert.equal(book.lastId, lastUpdateId)
      assert.deepEqual(book.figures(), figures)
      const trades = messages.filter(([stream]) => stream === trade).map(([, message]) => Number(message['t']))
      assert.equal(trades.at(-1), lastTrade)
      assert.ok(
        trades.every((id, at) => at === 0 || id === (trades[at - 1] ?? 0) + 1),
        'trades are those of the recording',
      )
    },
  )

dataTest(
  'clients trade with a recording, and the public sees it or does not',
  'captures/binance-usdm/btcusdt_20240808.gz',
  async (path) => {
    for (const impact of ['own', 'none'] as const) {
      const { box, feed, messages } = await opened([path], 'binance-usdm', {
        impact,
        streams: ['btcusdt@depth@100ms', 'btcusdt@trade'],
      })
      box.take(START, { kind: 'account', name: 'client' })
      const deposit = { kind: 'transfer', account: CLIENT, asset: 'USDT', amount: '1000000' } as const
      box.take(START, { kind: 'request', venue: 'futures', request: deposit })
      const kept = new ClientBook(feed)
      const [bid, , ask, offered] = kept.figures()
      const order = { ...limitOrder(CLIENT, BUY, 1000, 0), orderKind: ORDER_KIND.market }
      const bought = box.take(START + 1, { kind: 'request', venue: 'futures', request: order })
      assert.equal(bought.code, 0, bought.message)
      assert.equal(box.futures.positionsOf(CLIENT, 0)[0]?.quantity, 1000)
      box.runTo(START + 200_000)
      for (const [stream, message] of messages) if (stream.includes('depth')) kept.take(message)
      const trades = messages.filter(([stream]) => stream === 'btcusdt@trade')
      const mine = trades.filter(([, message]) => message['m'] === false && Number(message['p']) === ask)
      assert.ok(bid !== undefined && offered !== undefined)
      assert.equal(
        impact === 'own',
        mine.some(([, message]) => Number(message['q']) === Math.min(1, offered)),
        impact,
      )
      // Whatever is shown, the venue's own book never crosses.
      const [own] = box.futures.books
      assert.ok(own !== undefined)
      assert.ok((own.price[own.best(BUY)] ?? 0) < (own.price[own.best(SELL)] ?? 0))
    }
  },
)

dataTest(
  'mark price, index price and funding rate are those of the recording',
  'captures/binance-usdm/btcusdt_20230404.gz',
  async (path) => {
    const { buffers } = await importRecording([path], 'binance-usdm')
    const recorded = new Set<string>()
    for (const buffer of buffers)
      for (let row = 0; row < buffer.length; row += recordRows(buffer, row)) {
        if (kindOf(buffer, row) !== MARK_PRICE.kind) continue
        const [mark, index, rate] = buffer.f64.subarray(row * ROW_SLOTS + MARK_PRICE.mark)
        // Rates count 10^-12 on tapes.
        recorded.add([mark, index, Math.round((rate ?? 0) / 10_000)].join())
      }
    const { box } = await opened([path], 'binance-usdm', { impact: 'own', streams: [], speed: 10 })
    const seen = new Set<string>()
    for (let at = START; at < START + 8 * SECOND; at += SECOND / 10) {
      box.runTo(at)
      const { mark, index, fundingRate } = box.futures.premiumOf(0)
      seen.add([mark, index, fundingRate].join())
    }
    // At first, and once a second: the rate counts from the first second on.
    for (const told of [...seen].slice(1)) assert.ok(recorded.has(told), told)
    assert.ok(seen.size >= 6)
  },
)
