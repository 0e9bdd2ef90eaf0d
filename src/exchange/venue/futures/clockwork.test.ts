import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FuturesWorld, MIDNIGHT, SECOND, venueInstrument } from '../../../testing/futures-world.ts'
import { EVENT, REASON } from '../events.ts'
import { BUY, SELL, TIME_IN_FORCE } from '../requests.ts'
import { INCOME } from './views.ts'

const QUANTA = 10_000_000

function town(): FuturesWorld {
  return new FuturesWorld().open('100000', '100000')
}

/** Gives the index, and the mark price to the formula. */
function index(world: FuturesWorld, price: number): void {
  world.ask({ kind: 'mark', instrument: 0, mark: 0, index: price * QUANTA })
}

test('without trades the mark price is the index with the basis of the book', () => {
  const world = town()
  index(world, 100_000)
  assert.equal(world.venue.premiumOf(0).mark, 100_000 * QUANTA)
  world.limit(0, BUY, 10, 100_100)
  world.limit(1, SELL, 10, 100_300)
  world.pass(1)
  // One sample of a middle 20.0 above the index.
  assert.equal(world.venue.premiumOf(0).mark, 100_200 * QUANTA)
  assert.equal(world.events(EVENT.mark).length, 2)
})

test('the mark price is the middle of three', () => {
  const world = town()
  index(world, 100_000)
  world.trade(0, 1, 10, 100_500)
  world.limit(0, BUY, 10, 100_100)
  world.limit(1, SELL, 10, 100_300)
  world.pass(1)
  // Index 100,000 (no funding yet), index and basis 100,200, last price 100,500.
  assert.equal(world.venue.premiumOf(0).mark, 100_200 * QUANTA)
})

test('a mark price that an operator sets stays until it is given back', () => {
  const world = town().mark(90_000)
  index(world, 100_000)
  world.ask({ kind: 'mark', instrument: 0, mark: 90_000 * QUANTA, index: 0 })
  world.pass(5)
  assert.equal(world.venue.premiumOf(0).mark, 90_000 * QUANTA)
  world.ask({ kind: 'mark', instrument: 0, mark: 0, index: 0 })
  world.pass(1)
  assert.equal(world.venue.premiumOf(0).mark, 100_000 * QUANTA)
})

test('funding is paid at its time, once, and goes into income', () => {
  const world = town().mark(100_000).trade(0, 1, 1_000, 100_000)
  world.venue.time[0] = MIDNIGHT + 8 * 3600 * SECOND - 1
  world.venue.advance()
  world.keep()
  assert.equal(world.venue.incomeOf(0, { limit: 9, income: INCOME.fundingFee }).length, 0)
  world.pass(1)
  world.pass(1)
  const [payment, ...more] = world.venue.incomeOf(0, { limit: 9, income: INCOME.fundingFee })
  assert.equal(more.length, 0)
  // 1 at 10,000.0 at a rate of 0.01 %.
  assert.equal(payment?.amount, -1_00000000n)
  assert.equal(world.venue.premiumOf(0).nextFundingTime, MIDNIGHT + 16 * 3600 * SECOND)
  assert.deepEqual(world.venue.fundingsOf({ limit: 5, instrument: 0 })[0]?.rate, 10_000)
})

test('fundings that were slept through are paid one by one', () => {
  const world = town().mark(100_000).trade(0, 1, 1_000, 100_000)
  world.pass(3 * 8 * 3600)
  assert.equal(world.venue.incomeOf(0, { limit: 9, income: INCOME.fundingFee }).length, 3)
})

test('an isolated position pays funding from its own margin', () => {
  const world = town().mark(100_000)
  world.ask({ kind: 'margin-type', account: 0, instrument: 0, isolated: true })
  world.trade(0, 1, 1_000, 100_000)
  const before = world.venue.positionsOf(0, 0)[0]?.isolatedWallet ?? 0n
  world.pass(8 * 3600)
  assert.equal((world.venue.positionsOf(0, 0)[0]?.isolatedWallet ?? 0n) - before, -1_00000000n)
})

test('a countdown cancels all orders of its symbol unless it is begun again', () => {
  const world = town()
  const countdown = { kind: 'countdown', account: 0, instrument: 0, delay: 5 * SECOND } as const
  world.limit(0, BUY, 10, 90_000)
  world.limit(0, BUY, 10, 90_000, { instrument: 1 })
  world.ask(countdown)
  world.pass(4)
  world.ask(countdown)
  world.pass(4)
  assert.equal(world.venue.openOrdersOf(0, -1).length, 2)
  world.pass(1)
  assert.deepEqual(
    world.venue.openOrdersOf(0, -1).map(({ instrument }) => instrument),
    [1],
  )
  world.limit(0, BUY, 10, 90_000)
  world.ask(countdown)
  world.ask({ ...countdown, delay: 0 })
  world.pass(60)
  assert.equal(world.venue.openOrdersOf(0, -1).length, 2)
})

test('a good-till-date order expires at its date', () => {
  const world = town()
  const goodTill = MIDNIGHT + 700 * SECOND
  assert.equal(world.limit(0, BUY, 10, 90_000, { timeInForce: TIME_IN_FORCE.gtd, goodTill }), 0)
  world.pass(698)
  assert.equal(world.venue.openOrdersOf(0, 0).length, 1)
  world.pass(1)
  assert.deepEqual(world.reasons(), [REASON.goodTill])
})

test('a market of shorter funding intervals is paid for a part of the rate', () => {
  const fundingInterval = 4 * 3600 * SECOND
  const world = new FuturesWorld({ instruments: [venueInstrument('BTCUSDT', { fundingInterval })] })
  world
    .open('100000', '100000')
    .mark(100_000)
    .trade(0, 1, 1_000, 100_000)
    .pass(4 * 3600)
  assert.equal(world.venue.incomeOf(0, { limit: 9, income: INCOME.fundingFee })[0]?.amount, -50000000n)
})
