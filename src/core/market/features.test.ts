import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DEPTH_SNAPSHOT } from '../tape/kinds.ts'
import { VENUE_TIME, VERSION } from '../tape/layout.ts'
import { RowBuffer } from '../tape/row-buffer.ts'
import { Book } from './book.ts'
import { NEXT_ID_CHAIN } from './chain-rule.ts'
import { BookFeatures } from './features.ts'

const MINUTE = 60_000_000
const START = 1_700_000_040_000_000

type Pair = readonly [price: number, quantity: number]

function show(
  book: Book,
  version: number,
  time: number,
  limit: number,
  bids: readonly Pair[],
  asks: readonly Pair[],
): void {
  const buffer = new RowBuffer(1 + Math.ceil((bids.length + asks.length) / 4))
  const row = buffer.append(DEPTH_SNAPSHOT.kind, 0, 0, 0, buffer.capacity - 1)
  buffer.f64[row * 8 + VERSION] = version
  buffer.f64[row * 8 + VENUE_TIME] = time
  buffer.f64[row * 8 + DEPTH_SNAPSHOT.limit] = limit
  buffer.u32[row * 16 + DEPTH_SNAPSHOT.bidCountByte / 4] = bids.length
  buffer.u32[row * 16 + DEPTH_SNAPSHOT.askCountByte / 4] = asks.length
  buffer.f64.set([...bids, ...asks].flat(), row * 8 + DEPTH_SNAPSHOT.levels)
  book.apply(buffer, row)
}

const newBook = (): Book => new Book({ tickSize: 1, rule: NEXT_ID_CHAIN })
const newFeatures = (): BookFeatures => new BookFeatures({ instruments: 1, interval: MINUTE, bands: [1, 4] })

test('features equal sums over a list of all levels', () => {
  const side = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 1, max: 1e9 })), {
    selector: ([distance]) => distance,
    maxLength: 60,
    size: 'max',
  })
  fc.assert(
    fc.property(fc.integer({ min: 2000, max: 1_000_000 }), side, side, (touch, below, above) => {
      const bids = below.map(([distance, quantity]): Pair => [touch - distance, quantity])
      const asks = above.map(([distance, quantity]): Pair => [touch + 1 + distance, quantity])
      const book = newBook()
      show(book, 1, START, 5000, bids, asks)
      const features = newFeatures()
      assert.equal(features.onBook(book, 0), true)
      assert.deepEqual([features.bidLevels[0], features.askLevels[0]], [bids.length, asks.length])
      const bid = bids.length === 0 ? 0 : Math.max(...bids.map(([price]) => price))
      const ask = asks.length === 0 ? 0 : Math.min(...asks.map(([price]) => price))
      assert.deepEqual([features.bid[0], features.ask[0]], [bid, ask])
      const isWhole = bids.length > 0 && asks.length > 0
      assert.equal(features.mid[0], isWhole ? (bid + ask) / 2 : Number.NaN)
      for (const { percent, bid: bidIn, ask: askIn, bias } of features.bands) {
        // The distance from the mid in percent, in whole numbers: |200 price - 100 (bid + ask)| <= percent (bid + ask)
        const within = (pairs: readonly Pair[]): number =>
          pairs
            .filter(([price]) => Math.abs(200 * price - 100 * (bid + ask)) <= percent * (bid + ask))
            .reduce((sum, [, quantity]) => sum + quantity, 0)
        const [wantedBid, wantedAsk] = isWhole ? [within(bids), within(asks)] : [Number.NaN, Number.NaN]
        assert.deepEqual([bidIn[0], askIn[0]], [wantedBid, wantedAsk])
        const total = wantedBid + wantedAsk
        assert.equal(bias[0], total > 0 ? (wantedBid - wantedAsk) / total : Number.NaN)
      }
    }),
    { numRuns: 300 },
  )
})

test('the edges of a band belong to it', () => {
  const book = newBook()
  show(
    book,
    1,
    START,
    5000,
    [
      [999, 1],
      [990, 10],
      [989, 100],
    ],
    [
      [1001, 2],
      [1010, 20],
      [1011, 200],
    ],
  )
  const features = newFeatures()
  features.onBook(book, 0)
  const [one] = features.bands
  assert.deepEqual([one?.bid[0], one?.ask[0]], [11, 22])
  assert.equal(one?.bias[0], -1 / 3)
})

test('one sample is taken in each interval, at its first row, whatever minute of the hour it is', () => {
  const book = newBook()
  const features = newFeatures()
  const times = [START + 5, START + 10, START + MINUTE, START + 61 * MINUTE, START + 61 * MINUTE + 1]
  const taken = times.map((time, i) => {
    show(book, i + 1, time, 5000, [[99, 1 + i]], [[101, 1]])
    return features.onBook(book, 0)
  })
  assert.deepEqual(taken, [true, false, true, true, false])
  assert.equal(features.number[0], Math.floor(START / MINUTE) + 61)
  assert.equal(features.bidQuantity[0], 4)
})

test('a band beyond what the book knows is marked, and a book that is not live gives no sample', () => {
  const book = newBook()
  const features = newFeatures()
  assert.equal(features.onBook(book, 0), false)
  show(
    book,
    1,
    START,
    2,
    [
      [999, 1],
      [985, 1],
    ],
    [
      [1001, 1],
      [1005, 1],
    ],
  )
  features.onBook(book, 0)
  const complete = features.bands.map(({ bidComplete, askComplete }) => [bidComplete[0], askComplete[0]])
  assert.deepEqual(complete, [
    [1, 0],
    [0, 0],
  ])
  assert.throws(() => new BookFeatures({ instruments: 1, interval: MINUTE, bands: [0.5] }), /no whole percentage/)
})
