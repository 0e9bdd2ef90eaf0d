import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashBytes, StateReader, StateWriter } from '../../core/tape/state.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { PlainVenue } from '../../testing/plain-venue.ts'
import { BUY, SELL } from '../venue/requests.ts'
import { MarketFeed } from './market-feed.ts'

const START = 1_795_216_100_000_000
const MINUTE = 60_000_000

function bytesOf(feed: MarketFeed): Uint8Array {
  const writer = new StateWriter()
  feed.save(writer)
  return writer.finish()
}

/** A venue whose feeds `listen` before anything happens; trades and silences of different lengths. */
function run(feeds: (venue: PlainVenue) => MarketFeed, steps: number): { venue: PlainVenue; feed: MarketFeed } {
  const venue = new PlainVenue([exampleInstrument('BTCUSDT'), exampleInstrument('ETHUSDT')], START)
  const feed = feeds(venue)
  const sink = { publish: () => undefined }
  venue.told = () => feed.read(sink)
  for (let step = 0; step < steps; step++) {
    const instrument = step % 2
    venue.place({ instrument, side: SELL, price: 1000 + (step % 7), quantity: 3 })
    venue.place({ instrument, side: BUY, price: 1000 + (step % 5), quantity: 2 })
    venue.time[0] = (venue.time[0] as number) + (step % 3 === 0 ? 40_000 : MINUTE / 2 + step)
    feed.advance(sink)
  }
  return { venue, feed }
}

for (const market of ['futures', 'spot'] as const) {
  const fresh = (venue: PlainVenue): MarketFeed =>
    new MarketFeed(venue, market === 'spot' ? { market } : { market, marks: () => undefined })

  test(`what a feed of ${market} remembers is the same after it was written down and read back`, () => {
    const { venue, feed } = run(fresh, 400)
    const saved = bytesOf(feed)
    const read = fresh(venue)
    read.load(new StateReader(saved))
    assert.equal(hashBytes(bytesOf(read)), hashBytes(saved))
    const sink = { publish: () => undefined }
    for (const each of [feed, read]) {
      venue.time[0] = START + 1000 * MINUTE
      each.advance(sink)
    }
    assert.equal(hashBytes(bytesOf(read)), hashBytes(bytesOf(feed)))
  })

  test(`what a feed of ${market} remembers does not depend on who listens`, () => {
    const names = [
      'btcusdt@depth@100ms',
      'btcusdt@kline_1m',
      'ethusdt@aggTrade',
      'btcusdt@ticker',
      'ethusdt@bookTicker',
    ]
    const heard = run((venue) => {
      const feed = fresh(venue)
      for (const name of names) assert.notEqual(feed.open(name), -1)
      return feed
    }, 200)
    assert.equal(hashBytes(bytesOf(heard.feed)), hashBytes(bytesOf(run(fresh, 200).feed)))
  })
}
