import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { FuturesWorld, MIDNIGHT, SECOND } from '../../../testing/futures-world.ts'
import { EVENT } from '../events.ts'
import { BUY, ORDER_KIND, POSITION_SIDE, SELL, TIME_IN_FORCE, WORKING_TYPE } from '../requests.ts'
import { CONDITIONAL_STATUS } from './views.ts'

/** Account 0 is long 10 lots at 76,900.0; account 2 keeps a market 50.0 wide around that. */
function town(): FuturesWorld {
  const world = new FuturesWorld().open('100000', '100000', '1000000').mark(769_000).trade(0, 1, 10, 769_000)
  world.limit(2, BUY, 5_000, 768_500)
  world.limit(2, SELL, 5_000, 769_500)
  return world
}

/** Moves the market to a price and lets one lot trade there. */
function tradeAt(world: FuturesWorld, price: number): void {
  world.ask({ kind: 'cancel-all', account: 2, instrument: 0 })
  world.limit(2, BUY, 5_000, price - 500)
  world.limit(2, SELL, 5_000, price + 500)
  world.trade(2, 1, 1, price)
}

function statuses(world: FuturesWorld): number[] {
  return world.events(EVENT.conditional, 'status').map(({ status }) => status)
}

const SET_OFF = [CONDITIONAL_STATUS.new, CONDITIONAL_STATUS.triggering, CONDITIONAL_STATUS.triggered]

const SIDES = [
  ['a stop sale', { orderKind: ORDER_KIND.stopMarket, side: SELL }, 765_000, 765_001],
  ['a stop purchase', { orderKind: ORDER_KIND.stopMarket, side: BUY }, 775_000, 774_999],
  ['a take-profit sale', { orderKind: ORDER_KIND.takeProfitMarket, side: SELL }, 775_000, 774_999],
  ['a take-profit purchase', { orderKind: ORDER_KIND.takeProfitMarket, side: BUY }, 765_000, 765_001],
] as const

for (const [name, kind, triggerPrice, near] of SIDES)
  test(`${name} is set off at its price and not a tick before`, () => {
    const world = town()
    assert.equal(world.conditional(0, { ...kind, quantity: 4, triggerPrice }), 0)
    tradeAt(world, near)
    assert.deepEqual(statuses(world), [CONDITIONAL_STATUS.new])
    tradeAt(world, triggerPrice)
    assert.deepEqual(statuses(world), [...SET_OFF, CONDITIONAL_STATUS.finished])
  })

test('a set-off order meets the book as it is then, and knows where it came from', () => {
  const world = town()
  world.conditional(0, {
    side: SELL,
    quantity: 4,
    triggerPrice: 765_000,
    clientId: 'stop',
    workingType: WORKING_TYPE.mark,
  })
  world.mark(764_000)
  assert.equal(world.position(0), 6)
  const found = world.venue.findConditional(0, 0, 'stop')
  assert.equal(found?.status, CONDITIONAL_STATUS.finished)
  assert.deepEqual([found.actual?.orderKind, found.actual?.originalKind], [ORDER_KIND.market, ORDER_KIND.stopMarket])
  assert.equal(found.actual?.conditionalId, found.conditionalId)
  assert.equal(found.actual?.filled, 4)
})

test('by mark price only the mark price sets one off', () => {
  const world = town()
  world.conditional(0, { side: SELL, quantity: 4, triggerPrice: 765_000, workingType: WORKING_TYPE.mark })
  tradeAt(world, 764_000)
  assert.deepEqual(statuses(world), [CONDITIONAL_STATUS.new])
  world.mark(765_000)
  assert.equal(statuses(world).at(-1), CONDITIONAL_STATUS.finished)
})

test('a protected order waits while last and mark price are too far apart', () => {
  const world = town()
  world.conditional(0, { side: SELL, quantity: 4, triggerPrice: 725_000, priceProtect: true })
  tradeAt(world, 724_000)
  assert.deepEqual(statuses(world), [CONDITIONAL_STATUS.new])
  world.mark(726_000)
  tradeAt(world, 724_500)
  assert.equal(statuses(world).at(-1), CONDITIONAL_STATUS.finished)
})

test('a stop limit order rests at its price and is finished when it is cancelled', () => {
  const world = town()
  world.conditional(0, { orderKind: ORDER_KIND.stop, side: SELL, quantity: 4, triggerPrice: 765_000, price: 766_000 })
  tradeAt(world, 765_000)
  const [order] = world.venue.openOrdersOf(0, 0)
  assert.deepEqual([order?.price, order?.originalKind], [766_000, ORDER_KIND.stop])
  assert.equal(statuses(world).at(-1), CONDITIONAL_STATUS.triggered)
  world.ask({ kind: 'cancel', account: 0, instrument: 0, orderId: order?.orderId ?? 0, clientId: '' })
  assert.equal(statuses(world).at(-1), CONDITIONAL_STATUS.finished)
})

test('one that closes the position has the size of the position when it is set off', () => {
  const world = town()
  const close = { side: SELL, quantity: 0, closePosition: true, triggerPrice: 765_000, workingType: WORKING_TYPE.mark }
  assert.equal(world.conditional(0, close), 0)
  world.market(0, BUY, 7)
  world.mark(765_000)
  assert.equal(world.position(0), 0)
  assert.equal(world.venue.conditionalsOf(0, { limit: 1 })[0]?.actual?.quantity, 17)
})

test('one that closes a position that is gone expires', () => {
  const world = town()
  world.conditional(0, {
    side: SELL,
    quantity: 0,
    closePosition: true,
    triggerPrice: 765_000,
    workingType: WORKING_TYPE.mark,
  })
  world.market(0, SELL, 10)
  world.mark(765_000)
  assert.equal(statuses(world).at(-1), CONDITIONAL_STATUS.expired)
})

test('in hedge mode a stop closes its own side', () => {
  const world = new FuturesWorld().open('100000', '100000', '1000000').mark(769_000)
  world.ask({ kind: 'position-mode', account: 0, hedge: true })
  world.limit(2, SELL, 5_000, 769_500)
  world.limit(2, BUY, 5_000, 768_500)
  world.market(0, BUY, 10, { positionSide: POSITION_SIDE.long })
  world.market(0, SELL, 10, { positionSide: POSITION_SIDE.short })
  const close = { side: SELL, quantity: 0, closePosition: true, triggerPrice: 765_000, workingType: WORKING_TYPE.mark }
  assert.equal(world.conditional(0, { ...close, positionSide: POSITION_SIDE.long }), 0)
  world.mark(765_000)
  assert.equal(world.position(0, 0, POSITION_SIDE.long), 0)
  assert.equal(world.position(0, 0, POSITION_SIDE.short), -10)
})

test('one that its account cannot afford when it is set off is rejected, and says why', () => {
  const world = town().open('10')
  world.conditional(3, { side: BUY, quantity: 1000, triggerPrice: 775_000, clientId: 'big' })
  tradeAt(world, 775_000)
  assert.equal(world.venue.findConditional(3, 0, 'big')?.rejectReason, 'Margin is insufficient.')
  const [event] = world.events(EVENT.conditional, 'status', 'detail').slice(-1)
  assert.deepEqual(event, { status: CONDITIONAL_STATUS.rejected, detail: -2019 })
})

test('a trailing sale follows the highest price and is set off when the price falls by its rate', () => {
  const world = town()
  assert.equal(world.conditional(0, { orderKind: ORDER_KIND.trailing, side: SELL, quantity: 10, callbackRate: 100 }), 0)
  tradeAt(world, 780_000)
  tradeAt(world, 772_201)
  assert.deepEqual(statuses(world), [CONDITIONAL_STATUS.new])
  tradeAt(world, 772_200)
  assert.equal(statuses(world).at(-1), CONDITIONAL_STATUS.finished)
})

test('a trailing order sleeps until its activation price', () => {
  const world = town()
  const trail = { orderKind: ORDER_KIND.trailing, side: SELL, quantity: 10, callbackRate: 100, activatePrice: 790_000 }
  assert.equal(world.conditional(0, trail), 0)
  tradeAt(world, 780_000)
  tradeAt(world, 760_000)
  assert.deepEqual(statuses(world), [CONDITIONAL_STATUS.new])
  tradeAt(world, 790_000)
  tradeAt(world, 782_100)
  assert.equal(statuses(world).at(-1), CONDITIONAL_STATUS.finished)
})

test('what one order trades sets the next off', () => {
  const world = town()
  world.ask({ kind: 'cancel-all', account: 2, instrument: 0 })
  world.limit(2, BUY, 2, 765_000)
  world.limit(2, BUY, 2, 762_000)
  world.limit(2, BUY, 2, 759_000)
  world.conditional(0, { side: SELL, quantity: 2, triggerPrice: 765_000 })
  world.conditional(0, { side: SELL, quantity: 2, triggerPrice: 762_000 })
  world.market(1, SELL, 2)
  assert.equal(world.position(0), 6)
  assert.equal(world.venue.openOrdersOf(2, 0).length, 0)
})

test('cancelled ones are gone, all of a symbol at once on wish', () => {
  const world = town()
  world.conditional(0, { side: BUY, triggerPrice: 775_000, clientId: 'one' })
  world.conditional(0, { side: BUY, triggerPrice: 776_000, clientId: 'two' })
  world.conditional(0, { side: BUY, triggerPrice: 777_000, clientId: 'three' })
  const cancel = { kind: 'cancel-conditional', account: 0, conditionalId: 0, clientId: 'one' } as const
  assert.equal(world.ask(cancel).code, 0)
  assert.equal(world.ask(cancel).code, -2011)
  world.ask({ kind: 'cancel-all-conditional', account: 0, instrument: 0 })
  assert.equal(world.venue.openConditionalsOf(0, -1).length, 0)
  tradeAt(world, 780_000)
  assert.equal(world.venue.conditionalsOf(0, { limit: 9 }).length, 3)
})

test('one that is good till a date expires when the date comes first', () => {
  const world = town()
  const gtd = { orderKind: ORDER_KIND.stop, timeInForce: TIME_IN_FORCE.gtd, goodTill: MIDNIGHT + 700 * SECOND }
  assert.equal(world.conditional(0, { ...gtd, quantity: 4, triggerPrice: 775_000, price: 775_000 }), 0)
  world.pass(698)
  assert.equal(world.venue.openConditionalsOf(0, 0).length, 1)
  world.pass(2)
  assert.equal(statuses(world).at(-1), CONDITIONAL_STATUS.expired)
})

test('a venue that was saved finishes its orders in the same order', () => {
  const finished = (isSaved: boolean): number[] => {
    let world = town()
    const rest = { orderKind: ORDER_KIND.stop, side: SELL, quantity: 2, price: 780_000 }
    world.conditional(0, { ...rest, triggerPrice: 764_000 })
    world.conditional(0, { ...rest, triggerPrice: 765_000 })
    tradeAt(world, 765_000)
    tradeAt(world, 764_000)
    if (isSaved) {
      const writer = new StateWriter()
      world.venue.save(writer)
      world = new FuturesWorld()
      world.venue.load(new StateReader(writer.finish()))
    }
    world.log.length = 0
    world.ask({ kind: 'cancel-all', account: 0, instrument: 0 })
    return world.events(EVENT.conditional, 'slot').map(({ slot }) => slot)
  }
  assert.deepEqual(finished(true), finished(false))
  assert.equal(finished(false).length, 2)
})
