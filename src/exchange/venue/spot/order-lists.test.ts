import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accepted, happened, order, spotVenue, stopOrder } from '../../../testing/spot-driver.ts'
import { LIST_STATUS, REASON, STATUS } from '../events.ts'
import { BUY, ORDER_KIND, SELL, TIME_IN_FORCE } from '../requests.ts'
import type { PlaceListRequest } from '../requests.ts'
import type { SpotVenue } from './spot-venue.ts'

const P100 = 10_000
const ONE = 100_000
const UNIT = 100_000_000n

/** A list that sells one BTC at 101, or at 98 once 99 is traded. */
function saleList(changes: Partial<PlaceListRequest> = {}): PlaceListRequest {
  return {
    kind: 'place-list',
    account: 0,
    instrument: 0,
    clientId: 'list',
    above: order({ side: SELL, price: P100 + 100, quantity: ONE, timeInForce: TIME_IN_FORCE.gtx, clientId: 'profit' }),
    below: stopOrder({ side: SELL, price: P100 - 200, triggerPrice: P100 - 100, quantity: ONE, clientId: 'stop' }),
    ...changes,
  }
}

/** A list that buys one BTC at 99, or at 103 once 101 is traded. */
function purchaseList(): PlaceListRequest {
  return {
    kind: 'place-list',
    account: 0,
    instrument: 0,
    clientId: '',
    above: stopOrder({ side: BUY, price: P100 + 300, triggerPrice: P100 + 100, quantity: ONE, clientId: 'stop' }),
    below: order({ side: BUY, price: P100 - 100, quantity: ONE, timeInForce: TIME_IN_FORCE.gtx, clientId: 'profit' }),
  }
}

function trade(venue: SpotVenue, price: number): void {
  accepted(venue.handle(order({ account: 1, side: SELL, price, quantity: ONE / 10 })))
  accepted(venue.handle(order({ account: 2, price, quantity: ONE / 10, timeInForce: TIME_IN_FORCE.ioc })))
}

function listed(request: PlaceListRequest): SpotVenue {
  const venue = spotVenue()
  trade(venue, P100)
  accepted(venue.handle(request))
  return venue
}

function locked(venue: SpotVenue, asset: string): bigint {
  return venue.views.balance(0, venue.assets.indexOf(asset)).locked
}

function statusOf(venue: SpotVenue, clientId: string): number | undefined {
  return venue.views.order(0, 0, 0, clientId)?.status
}

test('a list tells of both orders, the stop order first, and then of itself', () => {
  const venue = spotVenue()
  trade(venue, P100)
  venue.recycle()
  accepted(venue.handle(saleList()))
  const events = happened(venue)
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['accepted', 'accepted', 'list'],
  )
  assert.equal(events[2]?.field('status'), LIST_STATUS.executing)
  const list = venue.views.list(0, venue.lastList, '')
  assert.deepEqual(list?.clientIds, ['stop', 'profit'])
  assert.equal(venue.views.openLists(0).length, 1)
})

test('a sale list locks its quantity once', () => {
  assert.equal(locked(listed(saleList()), 'BTC'), UNIT)
})

test('a purchase list locks what its dearer order needs', () => {
  assert.equal(locked(listed(purchaseList()), 'USDT'), 103n * UNIT)
})

test('the stop order expires with the first fill of the other, and the list ends with that', () => {
  const venue = listed(saleList())
  venue.recycle()
  accepted(venue.handle(order({ account: 1, price: P100 + 100, quantity: ONE / 2 })))
  assert.equal(statusOf(venue, 'stop'), STATUS.expired)
  assert.equal(
    happened(venue)
      .find(({ kind }) => kind === 'expired')
      ?.field('detail'),
    REASON.listTriggered,
  )
  assert.equal(statusOf(venue, 'profit'), STATUS.partiallyFilled)
  assert.equal(venue.views.openLists(0).length, 1)
  accepted(venue.handle(order({ account: 1, price: P100 + 100, quantity: ONE / 2 })))
  assert.equal(venue.views.openLists(0).length, 0)
  assert.equal(venue.views.list(0, 0, 'list')?.status, LIST_STATUS.allDone)
  assert.equal(happened(venue).at(-1)?.kind, 'list')
  assert.equal(locked(venue, 'BTC'), 0n)
})

test('the limit order expires when the stop order is set off', () => {
  const venue = listed(saleList())
  trade(venue, P100 - 100)
  assert.equal(statusOf(venue, 'profit'), STATUS.expired)
  assert.equal(statusOf(venue, 'stop'), STATUS.new)
  assert.equal(locked(venue, 'BTC'), UNIT)
  accepted(venue.handle(order({ account: 1, price: P100 - 200, quantity: ONE })))
  assert.equal(statusOf(venue, 'stop'), STATUS.filled)
  assert.equal(venue.views.openLists(0).length, 0)
})

test('the stop order of a purchase list has its money when it is set off', () => {
  const venue = listed(purchaseList())
  accepted(venue.handle({ kind: 'transfer', account: 0, asset: 'USDT', amount: '-897' }))
  trade(venue, P100 + 100)
  assert.equal(statusOf(venue, 'profit'), STATUS.expired)
  assert.equal(locked(venue, 'USDT'), 103n * UNIT)
})

test('the cheaper order of a purchase list gives back the rest when it fills', () => {
  const venue = listed(purchaseList())
  accepted(venue.handle(order({ account: 1, side: SELL, price: P100 - 100, quantity: ONE / 4 })))
  assert.equal(locked(venue, 'USDT'), (99n * UNIT * 3n) / 4n)
})

test('cancelling one order of a list cancels both', () => {
  const venue = listed(saleList())
  accepted(venue.handle({ kind: 'cancel', account: 0, instrument: 0, orderId: 0, clientId: 'stop' }))
  assert.equal(statusOf(venue, 'stop'), STATUS.canceled)
  assert.equal(statusOf(venue, 'profit'), STATUS.canceled)
  assert.equal(venue.lastList, 1)
  assert.equal(locked(venue, 'BTC'), 0n)
})

test('a list is cancelled by its client id, which is free afterwards', () => {
  const venue = listed(saleList())
  assert.equal(venue.handle(saleList({ above: order({ ...saleOrder, clientId: '' }) })).code, -2010)
  accepted(venue.handle({ kind: 'cancel-list', account: 0, instrument: 0, listId: 0, clientId: 'list' }))
  assert.equal(venue.views.openOrders(0, 0).length, 0)
  accepted(venue.handle(saleList()))
})

const saleOrder = { side: SELL, price: P100 + 100, quantity: ONE, timeInForce: TIME_IN_FORCE.gtx }

test('a list of two stop orders keeps its money with whichever is set off', () => {
  const venue = listed({
    ...purchaseList(),
    below: stopOrder({
      orderKind: ORDER_KIND.takeProfit,
      price: P100 - 50,
      triggerPrice: P100 - 100,
      quantity: ONE,
      clientId: 'profit',
    }),
  })
  assert.equal(locked(venue, 'USDT'), 103n * UNIT)
  trade(venue, P100 - 100)
  assert.equal(statusOf(venue, 'stop'), STATUS.expired)
  assert.equal(locked(venue, 'USDT') < 103n * UNIT, true)
  assert.equal(venue.state.balances.imbalance(venue.assets.indexOf('USDT')), 0n)
})

const WRONG: readonly (readonly [string, string, Partial<PlaceListRequest>])[] = [
  [
    'prices the wrong way round',
    'The relationship of the prices for the orders is not correct.',
    {
      above: order({ ...saleOrder, price: P100 - 400 }),
      below: stopOrder({ side: SELL, price: P100, triggerPrice: P100 - 100, quantity: ONE }),
    },
  ],
  [
    'a stop order that the market has passed',
    'The relationship of the prices for the orders is not correct.',
    { below: stopOrder({ side: SELL, price: P100, triggerPrice: P100, quantity: ONE }) },
  ],
  ['different quantities', 'Unsupported order combination.', { above: order({ ...saleOrder, quantity: 2 * ONE }) }],
  ['two limit orders', 'Unsupported order combination.', { below: order({ ...saleOrder, price: P100 - 400 }) }],
  [
    'one client id twice',
    'Duplicate order sent.',
    {
      above: order({ ...saleOrder, clientId: 'same' }),
      below: stopOrder({ side: SELL, price: P100 - 200, triggerPrice: P100 - 100, quantity: ONE, clientId: 'same' }),
    },
  ],
  [
    'more than there is',
    'Account has insufficient balance for requested action.',
    {
      above: order({ ...saleOrder, quantity: 1_001 * ONE }),
      below: stopOrder({ side: SELL, price: P100 - 200, triggerPrice: P100 - 100, quantity: 1_001 * ONE }),
    },
  ],
]

for (const [what, text, changes] of WRONG) {
  test(`a list with ${what} is refused`, () => {
    const venue = spotVenue()
    trade(venue, P100)
    assert.equal(venue.handle(saleList(changes)).message, text)
    assert.equal(venue.views.openOrders(0, -1).length, 0)
    assert.equal(locked(venue, 'BTC'), 0n)
  })
}
