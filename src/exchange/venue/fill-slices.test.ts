import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { StateReader, StateWriter } from '../../core/tape/state.ts'
import { FuturesWorld, limitOrder } from '../../testing/futures-world.ts'
import { happened, order, spotVenue } from '../../testing/spot-driver.ts'
import { EVENT, FIELD, FIELDS, STATUS } from './events.ts'
import { FuturesVenue } from './futures/futures-venue.ts'
import { BUY, SELL } from './requests.ts'

const LOT = 100
const PRICE = 1000

interface Fill {
  readonly account: number
  readonly quantity: number
  readonly filled: number
  readonly status: number
  readonly tradeId: number
}

function fillsOf(log: readonly number[]): Fill[] {
  const fills: Fill[] = []
  for (let at = 0; at < log.length; at += FIELDS) {
    if (log[at] !== EVENT.fill) continue
    const field = (name: keyof typeof FIELD): number => log[at + FIELD[name]] as number
    fills.push({
      account: field('account'),
      quantity: field('quantity'),
      filled: field('filled'),
      status: field('status'),
      tradeId: field('tradeId'),
    })
  }
  return fills
}

test('one match of a taker becomes several fills, partial ones first', () => {
  const world = new FuturesWorld().open('1000000', '1000000')
  assert.equal(world.ask({ kind: 'slices', account: 1, slices: 4, matches: 1 }).code, 0)
  world.ask(limitOrder(0, SELL, 10 * LOT, PRICE))
  world.ask(limitOrder(1, BUY, 10 * LOT, PRICE))
  const { partiallyFilled, filled } = STATUS
  for (const account of [0, 1])
    assert.deepEqual(
      fillsOf(world.log).filter((fill) => fill.account === account),
      [
        { account, quantity: 250, filled: 250, status: partiallyFilled, tradeId: 1 },
        { account, quantity: 250, filled: 500, status: partiallyFilled, tradeId: 2 },
        { account, quantity: 250, filled: 750, status: partiallyFilled, tradeId: 3 },
        { account, quantity: 250, filled: 1000, status: filled, tradeId: 4 },
      ],
    )
  // That was the one match: the next is whole again.
  const from = world.log.length
  world.ask(limitOrder(0, SELL, 10 * LOT, PRICE))
  world.ask(limitOrder(1, BUY, 10 * LOT, PRICE))
  assert.equal(fillsOf(world.log.slice(from)).length, 2)
})

test('a resting order of the account is sliced too, and the order can be taken back', () => {
  const venue = spotVenue()
  const fills = (): number => happened(venue).filter(({ kind }) => kind === 'trade').length
  assert.equal(venue.handle({ kind: 'slices', account: 0, slices: 3, matches: 5 }).code, 0)
  venue.handle(order({ price: 10_000, quantity: 100_000 }))
  venue.handle(order({ account: 1, side: SELL, price: 10_000, quantity: 100_000 }))
  assert.equal(fills(), 3)
  assert.equal(venue.handle({ kind: 'slices', account: 0, slices: 1, matches: 1 }).code, 0)
  venue.recycle()
  venue.handle(order({ price: 10_000, quantity: 100_000 }))
  venue.handle(order({ account: 1, side: SELL, price: 10_000, quantity: 100_000 }))
  assert.equal(fills(), 1)
  assert.equal(venue.handle({ kind: 'slices', account: 0, slices: 1001, matches: 1 }).code, -1130)
  assert.equal(venue.handle({ kind: 'slices', account: 7, slices: 2, matches: 1 }).code, -1109)
})

test('slices add up to the match, and change nobody’s position', () => {
  const counts = fc.integer({ min: 1, max: 12 })
  const makers = fc.array(fc.integer({ min: 100, max: 5000 }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(counts, counts, makers, fc.integer({ min: 100, max: 20_000 }), (ofMaker, ofTaker, lots, wanted) => {
      const worlds = [new FuturesWorld(), new FuturesWorld()] as const
      for (const world of worlds) world.open('10000000', '10000000')
      worlds[0].ask({ kind: 'slices', account: 0, slices: ofMaker, matches: 100 })
      worlds[0].ask({ kind: 'slices', account: 1, slices: ofTaker, matches: 100 })
      for (const world of worlds) {
        for (const quantity of lots) world.ask(limitOrder(0, SELL, quantity, PRICE))
        world.ask(limitOrder(1, BUY, wanted, PRICE))
      }
      const [sliced, whole] = worlds.map((world) => fillsOf(world.log)) as [Fill[], Fill[]]
      const total = (fills: readonly Fill[]): number => fills.reduce((sum, { quantity }) => sum + quantity, 0)
      assert.equal(total(sliced), total(whole))
      assert.ok(sliced.length <= whole.length * Math.max(ofMaker, ofTaker))
      assert.ok(sliced.every(({ quantity }) => quantity > 0))
      for (const account of [0, 1]) {
        const sizes = worlds.map(({ venue }) => venue.positionsOf(account, 0).map(({ quantity }) => quantity))
        assert.deepEqual(sizes[0], sizes[1])
      }
    }),
    { numRuns: 60 },
  )
})

test('what was ordered is saved with the venue', () => {
  const world = new FuturesWorld().open('1000000', '1000000')
  world.ask({ kind: 'slices', account: 1, slices: 5, matches: 2 })
  const writer = new StateWriter()
  world.venue.save(writer)
  const { venue } = new FuturesWorld()
  const second = new FuturesVenue({ instruments: venue.instruments })
  second.load(new StateReader(writer.finish()))
  const trades: number[] = []
  for (let round = 0; round < 3; round++) {
    second.handle(limitOrder(0, SELL, 10 * LOT, PRICE))
    second.handle(limitOrder(1, BUY, 10 * LOT, PRICE))
    const { cells, length } = second.events
    trades.push(Array.from({ length }, (_, i) => cells[i * FIELDS]).filter((kind) => kind === EVENT.trade).length)
    second.recycle()
  }
  assert.deepEqual(trades, [5, 5, 1])
})
