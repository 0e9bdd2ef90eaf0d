import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashBytes, StateReader, StateWriter } from '../../core/tape/state.ts'
import { BareVenue } from '../../testing/bare-venue.ts'
import { firstSymbols, marketsOf } from '../box/markets.ts'
import type { BoxMarket } from '../box/markets.ts'
import { EVENT, FIELD, FIELDS } from '../venue/events.ts'
import { BUY, ORDER_KIND, SELL } from '../venue/requests.ts'
import { Crowd } from './crowd.ts'
import { CROWD_ACCOUNTS, crowdOrder } from './crowd-venue.ts'
import { FairValues } from './fair-values.ts'
import { PLACES } from './ladder.ts'

/** A crowd on a venue without money. */
class Town {
  readonly markets: readonly BoxMarket[] = marketsOf(firstSymbols(12))
  readonly venue: BareVenue = new BareVenue(this.markets.map(({ futures }) => futures))
  readonly fair: FairValues
  readonly crowd: Crowd
  tick = 0
  /** Trades as (market, price, quantity, buyer is maker). */
  readonly trades: number[][] = []
  digest = ''

  constructor(seed: number) {
    this.fair = new FairValues(
      seed,
      this.markets.map(({ row }) => ({
        startPrice: row.price,
        perSecond: row.ownMove / 1e6,
        beta: row.beta,
        period: row.period,
      })),
    )
    this.crowd = new Crowd({
      seed,
      label: 'test',
      venue: this.venue,
      markets: this.markets.map(({ row }) => ({ ...row, stepSeconds: row.period / 100 })),
      startPrices: this.markets.map(({ row }) => row.price),
      firstAccount: 0,
    })
  }

  run(seconds: number): void {
    for (const end = this.tick + seconds * 100; this.tick < end;) {
      this.tick++
      this.venue.time[0] = this.tick * 10_000
      this.fair.tick()
      this.markets.forEach(({ row }, market) => {
        if ((this.tick + market) % row.period !== 0) return
        this.fair.step(market)
        this.crowd.step(market, this.fair.price[market] as number, this.fair.regime[market] as number)
        this.take()
      })
    }
  }

  /** Reads the log as a publisher does. */
  take(): void {
    const { cells, length } = this.venue.events
    const bytes = new Uint8Array(cells.buffer, 0, length * FIELDS * 8)
    this.digest = hashBytes(new TextEncoder().encode(this.digest + hashBytes(bytes)))
    for (let event = 0; event < length; event++) {
      const at = event * FIELDS
      if (cells[at] !== EVENT.trade) continue
      this.trades.push([
        cells[at + FIELD.instrument] as number,
        cells[at + FIELD.price] as number,
        cells[at + FIELD.quantity] as number,
        cells[at + FIELD.side] as number,
      ])
    }
    this.venue.recycle()
  }

  /** Prices of a side in ticks, best first. */
  prices(market: number, side: number): number[] {
    const book = this.venue.books[market]
    const tick = this.markets[market]?.futures.tickSize ?? 1
    const found: number[] = []
    if (book === undefined) return found
    for (let level = book.best(side); level !== -1; level = book.next(level))
      found.push((book.price[level] as number) / tick)
    return found
  }
}

test('books have twenty levels a side around what the market is worth, a tick or a few apart', () => {
  const town = new Town(1)
  for (let minute = 0; minute < 5; minute++) {
    town.run(20)
    for (const [market, { symbol }] of town.markets.entries()) {
      const bids = town.prices(market, BUY)
      const asks = town.prices(market, SELL)
      assert.ok(bids.length >= 18 && asks.length >= 18, `${symbol}: ${bids.length} and ${asks.length} levels`)
      const spread = (asks[0] ?? 0) - (bids[0] ?? 0)
      assert.ok(spread >= 1 && spread <= 40, `${symbol}: ${spread} ticks apart`)
    }
  }
})

test('the spread is three ticks or less nearly always', () => {
  const town = new Town(2)
  town.run(2)
  let narrow = 0
  let looks = 0
  for (let second = 0; second < 60; second++) {
    town.run(1)
    for (let market = 0; market < town.markets.length; market++) {
      looks++
      if ((town.prices(market, SELL)[0] ?? 0) - (town.prices(market, BUY)[0] ?? 0) <= 3) narrow++
    }
  }
  assert.ok(narrow / looks > 0.95, `${narrow} of ${looks}`)
})

test('there is trading in every market, with a heavy tail of sizes and both sides alike', () => {
  const town = new Town(3)
  town.run(120)
  for (let market = 0; market < town.markets.length; market++) {
    const own = town.trades.filter(([instrument]) => instrument === market)
    assert.ok(own.length > 60, `market ${market}: ${own.length} trades`)
    const sold = own.filter(([, , , makerBought]) => makerBought === 1).length / own.length
    assert.ok(sold > 0.25 && sold < 0.75, `market ${market}: ${sold} sold`)
    const sizes = own.map(([, , quantity]) => quantity ?? 0).sort((a, b) => a - b)
    assert.ok((sizes.at(-1) ?? 0) > 8 * (sizes[sizes.length >> 1] ?? 0), `market ${market}`)
  }
})

test('same seed, same orders; another seed, others', () => {
  const digests = [5, 5, 6].map((seed) => {
    const town = new Town(seed)
    town.run(5)
    return town.digest
  })
  assert.equal(digests[0], digests[1])
  assert.notEqual(digests[0], digests[2])
})

test('what somebody sweeps is put back around the worth, which does not follow', () => {
  const town = new Town(8)
  town.run(2)
  const worth = town.fair.price[4] as number
  const before = town.prices(4, SELL)
  const request = crowdOrder()
  request.account = CROWD_ACCOUNTS
  request.instrument = 4
  request.side = BUY
  request.orderKind = ORDER_KIND.market
  request.quantity = 1_000_000_000
  town.venue.place(request)
  assert.deepEqual(town.prices(4, SELL), [])
  town.take()
  assert.equal(town.fair.price[4], worth)
  town.run(2)
  const after = town.prices(4, SELL)
  assert.ok(after.length > PLACES / 2)
  assert.ok(Math.abs((after[0] ?? 0) - (before[0] ?? 0)) < 100, `${before[0]} before, ${after[0]} after`)
})

test('a saved crowd goes on where it was', () => {
  const first = new Town(11)
  first.run(3)
  const writer = new StateWriter()
  first.fair.save(writer)
  first.crowd.save(writer)
  first.venue.orders.save(writer)
  first.venue.matcher.save(writer)
  const second = new Town(12)
  const reader = new StateReader(writer.finish())
  second.fair.load(reader)
  second.crowd.load(reader)
  second.venue.orders.load(reader)
  second.venue.matcher.load(reader)
  reader.finish()
  second.tick = first.tick
  first.digest = ''
  first.run(3)
  second.run(3)
  assert.equal(second.digest, first.digest)
})
