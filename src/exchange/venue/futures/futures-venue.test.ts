import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FuturesWorld } from '../../../testing/futures-world.ts'
import { EVENT, REASON, STATUS } from '../events.ts'
import { BUY, POSITION_SIDE, SELL, TIME_IN_FORCE } from '../requests.ts'
import { VENUE_ERROR } from '../venue-errors.ts'
import { CONDITIONAL_STATUS, INCOME } from './views.ts'

/** Two rich accounts and a mark price of 76,900.0. */
function town(): FuturesWorld {
  return new FuturesWorld().open('1000000', '1000000').mark(769_000)
}

test('two orders that meet make a position on each side, and each pays its fee', () => {
  const world = town().trade(0, 1, 10, 769_000)
  assert.equal(world.position(0), 10)
  assert.equal(world.position(1), -10)
  // 0.01 at 76,900 is 769: the taker pays 0.05 %, the maker 0.02 %.
  assert.equal(world.wallet(0), 1_000_000_00000000n - 38_450_000n)
  assert.equal(world.wallet(1), 1_000_000_00000000n - 15_380_000n)
})

test('what a position earns is realized when it is closed, and entry stays when it shrinks', () => {
  const world = town().trade(0, 1, 10, 769_000).trade(1, 0, 4, 770_000)
  const [position] = world.venue.positionsOf(0, 0)
  assert.equal(position?.quantity, 6)
  assert.equal(position.entryPrice, 76_900_00000000n)
  assert.equal(position.realized, 40_000_000n)
  assert.equal(world.venue.incomeOf(0, { limit: 10, income: INCOME.realizedProfit })[0]?.amount, 40_000_000n)
})

test('an order beyond the available balance is refused for its margin', () => {
  const world = new FuturesWorld().open('100').mark(769_000)
  // 0.026 at 76,900 is 1,999.4, a twentieth of it is below 100; 0.027 is above.
  assert.equal(world.limit(0, BUY, 27, 769_000), VENUE_ERROR.margin.code)
  assert.equal(world.limit(0, BUY, 26, 769_000), 0)
  assert.equal(world.limit(0, BUY, 1, 769_000), VENUE_ERROR.margin.code)
})

test('a reduce-only order needs a position, fills no more than it, and its rest expires', () => {
  const world = town()
  assert.equal(world.limit(0, SELL, 1, 769_000, { reduceOnly: true }), VENUE_ERROR.reduceOnly.code)
  world.trade(0, 1, 5, 769_000)
  world.limit(1, BUY, 20, 769_000)
  assert.equal(world.market(0, SELL, 10, { reduceOnly: true }), 0)
  assert.equal(world.position(0), 0)
  assert.deepEqual(world.reasons(), [REASON.reduceOnly])
})

test('resting reduce-only orders expire with the position, the furthest first when it only shrinks', () => {
  const world = town().trade(0, 1, 10, 769_000)
  world.limit(0, SELL, 5, 771_000, { reduceOnly: true, clientId: 'near' })
  world.limit(0, SELL, 5, 772_000, { reduceOnly: true, clientId: 'far' })
  world.limit(1, BUY, 5, 769_000)
  world.market(0, SELL, 5)
  assert.deepEqual(
    world.venue.openOrdersOf(0, 0).map(({ clientId }) => clientId),
    ['near'],
  )
  world.limit(1, BUY, 5, 769_000)
  world.market(0, SELL, 5)
  assert.equal(world.venue.openOrdersOf(0, 0).length, 0)
  assert.deepEqual(world.reasons(), [REASON.reduceOnly, REASON.reduceOnly])
})

test('a stop order waits for its price, becomes a market order, and is finished when that is filled', () => {
  const world = town().trade(0, 1, 10, 769_000)
  world.limit(1, BUY, 10, 760_000)
  const placed = world.conditional(0, { side: SELL, quantity: 10, triggerPrice: 765_000, reduceOnly: true })
  assert.equal(placed, 0)
  assert.equal(world.venue.openConditionalsOf(0, -1).length, 1)
  world.trade(1, 0, 1, 765_000)
  assert.equal(world.position(0), 0)
  assert.deepEqual(
    world.events(EVENT.conditional, 'status').map(({ status }) => status),
    [CONDITIONAL_STATUS.new, CONDITIONAL_STATUS.triggering, CONDITIONAL_STATUS.triggered, CONDITIONAL_STATUS.finished],
  )
})

test('a stop order that is already reached is refused', () => {
  const world = town().trade(0, 1, 10, 769_000)
  assert.equal(world.conditional(0, { side: SELL, triggerPrice: 770_000 }), VENUE_ERROR.wouldTrigger.code)
})

test('a position whose margin is used up is closed at its bankruptcy price and nothing is owed', () => {
  const world = new FuturesWorld().open('1000000', '400').mark(769_000)
  world.trade(1, 0, 100, 769_000)
  world.limit(0, BUY, 100, 700_000)
  world.mark(731_000)
  assert.equal(world.position(1), 0)
  assert.equal(world.wallet(1), 0n)
  const [order] = world.venue.forcedOrdersOf(1, { limit: 10 })
  assert.match(order?.clientId ?? '', /^autoclose-/)
})

test('longs pay funding when the rate is above zero, at eight o’clock', () => {
  const world = town().trade(0, 1, 100, 769_000)
  const before = [world.wallet(0), world.wallet(1)]
  world.pass(8 * 3600)
  const [funding] = world.venue.fundingsOf({ limit: 1 })
  assert.equal(funding?.rate, 10_000)
  // 0.1 at 76,900 is 7,690; a hundredth of a percent is 0.769.
  assert.equal(world.wallet(0) - (before[0] ?? 0n), -76_900_000n)
  assert.equal(world.wallet(1) - (before[1] ?? 0n), 76_900_000n)
})

test('in hedge mode long and short stand side by side', () => {
  const world = town()
  assert.equal(world.ask({ kind: 'position-mode', account: 0, hedge: true }).code, 0)
  world.limit(1, SELL, 10, 769_000)
  assert.equal(world.market(0, BUY, 10), VENUE_ERROR.positionSideMismatch.code)
  assert.equal(world.market(0, BUY, 10, { positionSide: POSITION_SIDE.long }), 0)
  world.limit(1, BUY, 10, 769_000)
  assert.equal(world.market(0, SELL, 4, { positionSide: POSITION_SIDE.short }), 0)
  assert.equal(world.position(0, 0, POSITION_SIDE.long), 10)
  assert.equal(world.position(0, 0, POSITION_SIDE.short), -4)
  assert.equal(world.market(0, SELL, 11, { positionSide: POSITION_SIDE.long }), VENUE_ERROR.reduceOnly.code)
})

test('an amended order keeps its id and loses its place', () => {
  const world = town()
  world.limit(0, BUY, 10, 768_000, { clientId: 'first' })
  world.limit(1, BUY, 10, 768_000, { clientId: 'second' })
  const amended = { kind: 'amend', account: 0, instrument: 0, orderId: 0, clientId: 'first', side: BUY } as const
  assert.equal(world.ask({ ...amended, price: 768_000, quantity: 10 }).code, VENUE_ERROR.amendSame.code)
  assert.equal(world.ask({ ...amended, price: 768_000, quantity: 12 }).code, 0)
  const [change] = world.venue.amendmentsOf(0, { limit: 10 })
  assert.deepEqual([change?.quantityBefore, change?.quantityAfter, change?.count], [10, 12, 1])
  world.open('10000')
  world.market(2, SELL, 10)
  assert.equal(world.position(0), 0)
  assert.equal(world.position(1), 10)
})

test('a done order is found by its ids, with how it ended', () => {
  const world = town()
  world.limit(0, BUY, 10, 768_000, { clientId: 'mine' })
  world.ask({ kind: 'cancel', account: 0, instrument: 0, orderId: 0, clientId: 'mine' })
  assert.equal(world.venue.findOrder(0, 0, 0, 'mine')?.status, STATUS.canceled)
  assert.equal(world.limit(0, BUY, 10, 768_000, { clientId: 'mine' }), 0)
  assert.equal(world.limit(0, BUY, 10, 767_000, { clientId: 'mine' }), VENUE_ERROR.duplicateClientId.code)
  assert.equal(world.venue.findOrder(0, 0, 0, 'mine')?.status, STATUS.new)
})

test('post-only orders that would take and all-or-nothing orders that cannot fill are refused', () => {
  const world = town()
  world.limit(1, SELL, 10, 769_000)
  assert.equal(world.limit(0, BUY, 10, 769_000, { timeInForce: TIME_IN_FORCE.gtx }), VENUE_ERROR.wouldTake.code)
  assert.equal(world.limit(0, BUY, 11, 769_000, { timeInForce: TIME_IN_FORCE.fok }), VENUE_ERROR.cannotFillAtOnce.code)
  assert.equal(world.limit(0, BUY, 10, 769_000, { timeInForce: TIME_IN_FORCE.fok }), 0)
})
