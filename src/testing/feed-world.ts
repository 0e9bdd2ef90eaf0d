/** A market feed around a venue without money, for tests: one market, streams by name, and what they said. */
import assert from 'node:assert/strict'
import { MarketFeed } from '../exchange/feeds/market-feed.ts'
import { EVENT, FIELD } from '../exchange/venue/events.ts'
import { BUY, SELL } from '../exchange/venue/requests.ts'
import { exampleInstrument } from './instruments.ts'
import { PlainVenue } from './plain-venue.ts'

/** Friday, 2026-11-20 23:08:20.050 UTC. */
export const FEED_START = 1_795_216_100_050_000

export type Payload = Record<string, unknown>

/** A feed of BTCUSDT at 76,900 with streams by name, and what they said. */
export class FeedWorld {
  readonly venue: PlainVenue
  readonly feed: MarketFeed
  readonly said: [string, Payload | Payload[]][] = []
  readonly #sink = {
    publish: (stream: number, text: string): void => {
      this.said.push([this.feed.nameOf(stream), JSON.parse(text) as Payload])
    },
  }

  constructor(market: 'futures' | 'spot', streams: readonly string[]) {
    const spot = market === 'spot'
    const rest = spot ? ({ venue: 'binance-spot', market: 'spot' } as const) : {}
    this.venue = new PlainVenue([exampleInstrument('BTCUSDT', { ...rest, priceDecimals: 2, tickSize: 10 })], FEED_START)
    this.feed = new MarketFeed(
      this.venue,
      spot
        ? { market: 'spot' }
        : {
            market: 'futures',
            marks: (_instrument, into) => {
              into.mark = 7_689_971_000_000
              into.index = 7_693_010_244_681
              into.estimatedSettle = 7_692_155_020_011
              into.fundingRate = 4_220
              into.nextFunding = 1_795_219_200_000_000
            },
          },
    )
    this.venue.told = () => this.feed.read(this.#sink)
    for (const name of streams) assert.notEqual(this.feed.open(name), -1, name)
  }

  /** Asks on both sides, and two purchases at the same price. */
  trade(): void {
    this.venue.place({ side: SELL, price: 7_690_010, quantity: 1004 })
    this.venue.place({ side: BUY, price: 7_690_000, quantity: 3210 })
    this.venue.place({ side: BUY, price: 7_690_010, quantity: 15 })
    this.venue.place({ side: BUY, price: 7_690_010, quantity: 25 })
  }

  pass(micros: number): void {
    this.venue.time[0] = (this.venue.time[0] as number) + micros
    this.feed.advance(this.#sink)
  }

  liquidate(quantity: number, filled: number): void {
    const { events, time, orders } = this.venue
    const at = events.append(EVENT.liquidation)
    events.cells[at + FIELD.time] = time[0] as number
    events.cells[at + FIELD.side] = SELL
    events.cells[at + FIELD.price] = 7_650_000
    events.cells[at + FIELD.quantity] = quantity
    events.cells[at + FIELD.filled] = filled
    orders.filledValue[0] = 7_688_010 * filled
    orders.filledValueHigh[0] = 0
    this.venue.told()
    events.clear()
  }

  /** The first message of a stream. */
  first(name: string): Payload {
    const found = this.said.find(([stream]) => stream === name)?.[1]
    assert(found !== undefined && !Array.isArray(found), `${name} said nothing`)
    return found
  }
}
