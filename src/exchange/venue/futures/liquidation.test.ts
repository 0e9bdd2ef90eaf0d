import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FuturesWorld, venueInstrument } from '../../../testing/futures-world.ts'
import { EVENT, REASON } from '../events.ts'
import { ORDER_FLAG } from '../order-store.ts'
import { BUY, ORDER_KIND, POSITION_SIDE, SELL } from '../requests.ts'
import type { FuturesConfig } from './futures-state.ts'

const UNIT = 100_000_000n

/** No trading fees, so that amounts are easy to follow; the liquidation fee is 1.25 %. */
function town(options: FuturesConfig['options'] = {}): FuturesWorld {
  const free = { makerFeePpm: 0, takerFeePpm: 0 }
  const instruments = [venueInstrument('BTCUSDT', free), venueInstrument('ETHUSDT', free)]
  return new FuturesWorld({ instruments, options }).mark(100_000, 0).mark(100_000, 1)
}

/** All money of accounts and insurance fund. */
function allMoney(world: FuturesWorld): bigint {
  let sum = world.venue.insuranceOf(0)
  for (let account = 0; account < world.venue.accountCount; account++) sum += world.wallet(account)
  return sum
}

test('a liquidated position is closed in the book, the fee goes to the insurance fund, the rest stays', () => {
  const world = town().open('100000', '600').trade(1, 0, 1_000, 100_000)
  world.limit(0, BUY, 1_000, 94_500)
  const fund = world.venue.insuranceOf(0)
  world.mark(94_300)
  // Bought for 10,000, sold for 9,450: 600 less 550 leave 50, of which the fee (1.25 % of 9,430) takes all.
  assert.equal(world.position(1), 0)
  assert.equal(world.wallet(1), 0n)
  assert.equal(world.venue.insuranceOf(0) - fund, 50n * UNIT)
})

test('the fee is no more than 1.25 % of the position', () => {
  const world = town().open('100000', '2000').trade(1, 0, 1_000, 100_000)
  world.limit(0, BUY, 1_000, 99_900)
  const fund = world.venue.insuranceOf(0)
  // 10,000 held with 2,000: due when the loss is above 1,960 or so.
  world.mark(80_300)
  assert.equal(world.venue.insuranceOf(0) - fund, 100_37500000n)
  assert.equal(world.wallet(1), 2_000n * UNIT - 10n * UNIT - 100_37500000n)
})

test('open orders go first, as victims of the liquidation', () => {
  const world = town().open('100000', '600').trade(1, 0, 1_000, 100_000)
  world.limit(1, BUY, 10, 90_000)
  world.limit(1, BUY, 10, 90_000, { instrument: 1 })
  world.limit(0, BUY, 1_000, 94_500)
  world.mark(94_300)
  assert.deepEqual(world.reasons(), [REASON.liquidation, REASON.liquidation])
})

test('the order that closes is named autoclose and told to the public', () => {
  const world = town().open('100000', '600').trade(1, 0, 1_000, 100_000)
  world.limit(0, BUY, 1_000, 94_500)
  world.mark(94_300)
  const [order] = world.venue.forcedOrdersOf(1, { limit: 5 })
  assert.match(order?.clientId ?? '', /^autoclose-/)
  assert.equal(order?.orderKind, ORDER_KIND.limit)
  assert.equal((order?.flags ?? 0) & ORDER_FLAG.liquidation, ORDER_FLAG.liquidation)
  const told = world.events(EVENT.liquidation, 'account', 'side', 'quantity', 'filled')
  assert.deepEqual(told, [{ account: 1, side: SELL, quantity: 1_000, filled: 1_000 }])
})

test('where the book is worse than bankruptcy the insurance fund pays the difference', () => {
  const world = town().open('100000', '600').trade(1, 0, 1_000, 100_000)
  world.limit(0, BUY, 1_000, 93_000)
  const fund = world.venue.insuranceOf(0)
  world.mark(94_300)
  assert.equal(world.position(1), 0)
  assert.equal(world.wallet(1), 0n)
  assert.equal(fund - world.venue.insuranceOf(0), 100n * UNIT)
})

test('without fund and book the other side is closed with it, the largest profit on its margin first', () => {
  const world = town({ insuranceFund: 0 }).open('100000', '600', '100000')
  world.ask({ kind: 'leverage', account: 2, instrument: 0, leverage: 50 })
  world.trade(1, 0, 600, 100_000).trade(1, 2, 400, 100_000)
  const before = allMoney(world)
  world.mark(94_000)
  assert.equal(world.position(1), 0)
  assert.equal(world.position(2), 0)
  assert.equal(world.position(0), 0)
  // Closed at 9,400.0, where nothing is left of 600.
  assert.equal(world.wallet(1), 0n)
  assert.equal(world.wallet(2), 100_240n * UNIT)
  assert.equal(allMoney(world), before)
  const [forced] = world.venue.forcedOrdersOf(2, { limit: 5 })
  assert.match(forced?.clientId ?? '', /^adl_autoclose/)
})

test('deleveraging takes no more than is needed', () => {
  const world = town({ insuranceFund: 0 }).open('100000', '600', '100000')
  world.ask({ kind: 'leverage', account: 2, instrument: 0, leverage: 50 })
  world.trade(1, 0, 1_000, 100_000)
  world.open('100000').trade(3, 2, 3_000, 100_000)
  world.mark(94_000)
  assert.equal(world.position(1), 0)
  assert.equal(world.position(2), -2_000)
  assert.equal(world.position(0), -1_000)
})

test('an isolated position loses its own margin and no more', () => {
  const world = town().open('100000', '10000')
  world.ask({ kind: 'margin-type', account: 1, instrument: 0, isolated: true })
  world.trade(1, 0, 1_000, 100_000)
  world.limit(0, BUY, 1_000, 95_100)
  world.mark(95_200)
  assert.equal(world.position(1), 0)
  assert.equal(world.wallet(1), 9_500n * UNIT)
})

test('added margin keeps an isolated position longer', () => {
  const world = town().open('100000', '10000')
  world.ask({ kind: 'margin-type', account: 1, instrument: 0, isolated: true })
  world.trade(1, 0, 1_000, 100_000)
  const more = { kind: 'position-margin', account: 1, instrument: 0, positionSide: 0 } as const
  assert.equal(world.ask({ ...more, amount: 100_000_00000000 }).code, -4050)
  assert.equal(world.ask({ ...more, amount: 500_00000000 }).code, 0)
  assert.equal(world.ask({ ...more, amount: -600_00000000 }).code, -4051)
  world.mark(95_200)
  assert.equal(world.position(1), 1_000)
  assert.equal(world.ask({ kind: 'leverage', account: 1, instrument: 0, leverage: 10 }).code, -4161)
  assert.equal(world.venue.marginChangesOf(1, { limit: 5 })[0]?.amount, 500n * UNIT)
})

test('cross positions back each other, and go together', () => {
  const world = town().open('100000', '1100')
  world.trade(1, 0, 1_000, 100_000, 0).trade(1, 0, 1_000, 100_000, 1)
  for (const instrument of [0, 1]) world.limit(0, BUY, 1_000, 80_000, { instrument })
  world.mark(90_000, 0)
  assert.equal(world.position(1, 0), 1_000)
  world.mark(99_900, 1)
  assert.equal(world.position(1, 0), 1_000)
  world.mark(89_500, 0)
  assert.equal(world.position(1, 0), 0)
  assert.equal(world.position(1, 1), 0)
  assert.equal(world.wallet(1), 0n)
})

test('an account is warned once before, with all its cross positions', () => {
  const world = town().open('100000', '600').trade(1, 0, 1_000, 100_000)
  world.mark(94_480).mark(94_470).mark(94_460)
  const [call] = world.events(EVENT.marginCall, 'account', 'quantity')
  assert.deepEqual(call, { account: 1, quantity: 1_000 })
  assert.equal(world.events(EVENT.marginCall).length, 1)
})

test('a hedged account loses nothing by a move of the price', () => {
  const world = town().open('100000', '1100')
  world.ask({ kind: 'position-mode', account: 1, hedge: true })
  world.limit(0, SELL, 1_000, 100_000)
  world.market(1, BUY, 1_000, { positionSide: POSITION_SIDE.long })
  world.limit(0, BUY, 1_000, 100_000)
  world.market(1, SELL, 1_000, { positionSide: POSITION_SIDE.short })
  world.mark(70_000)
  assert.equal(world.position(1, 0, POSITION_SIDE.long), 1_000)
  assert.equal(world.venue.balancesOf(1)[0]?.unrealized, 0n)
  // Only what must be kept for both rises with the price: 2 * 0.4 % of 137,500.0 are 1,100.
  assert.equal(world.venue.positionsOf(1, 0)[0]?.liquidationPrice, 137_500n * UNIT)
})

test('the position with the larger profit on its margin stands nearer to deleveraging', () => {
  const world = town().open('100000', '100000', '100000')
  world.ask({ kind: 'leverage', account: 2, instrument: 0, leverage: 50 })
  world.trade(1, 0, 600, 100_000).trade(1, 2, 400, 100_000).mark(94_000)
  const quantiles = [0, 1, 2].map((account) => world.venue.positionsOf(account, 0)[0]?.adlQuantile)
  assert.deepEqual(quantiles, [0, 0, 2])
})
