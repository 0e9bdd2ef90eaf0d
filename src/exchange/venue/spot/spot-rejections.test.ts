import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accepted, order, spotInstrument, spotVenue, stopOrder } from '../../../testing/spot-driver.ts'
import { ORDER_KIND, SELL, TIME_IN_FORCE } from '../requests.ts'
import type { VenueRequest } from '../requests.ts'

const P100 = 10_000
const ONE = 100_000

/** A market with every filter, in which the last trade was at 100.00. */
const MARKET = spotInstrument('BTCUSDT', {
  tickSize: 10,
  minPrice: 10,
  maxPrice: 10_000_000,
  stepSize: 10,
  minQuantity: 100,
  maxQuantity: 900 * ONE,
  marketMaxQuantity: 3 * ONE,
  maxOrders: 6,
  maxConditionalOrders: 2,
})

const REFUSED: readonly (readonly [what: string, code: number, text: string, request: VenueRequest])[] = [
  ['a price between ticks', -1013, 'Filter failure: PRICE_FILTER', order({ price: P100 + 5, quantity: ONE })],
  ['a price above the largest', -1013, 'Filter failure: PRICE_FILTER', order({ price: 20_000_000, quantity: ONE })],
  ['no price', -1013, 'Filter failure: PRICE_FILTER', order({ price: 0, quantity: ONE })],
  [
    'a trigger between ticks',
    -1013,
    'Filter failure: PRICE_FILTER',
    stopOrder({ price: P100, quantity: ONE, triggerPrice: P100 + 101 }),
  ],
  ['a quantity between steps', -1013, 'Filter failure: LOT_SIZE', order({ price: P100, quantity: ONE + 1 })],
  ['too small a quantity', -1013, 'Filter failure: LOT_SIZE', order({ price: P100, quantity: 90 })],
  ['too large a quantity', -1013, 'Filter failure: LOT_SIZE', order({ price: P100, quantity: 901 * ONE })],
  [
    'too large a market order',
    -1013,
    'Filter failure: MARKET_LOT_SIZE',
    order({ orderKind: ORDER_KIND.market, quantity: 4 * ONE }),
  ],
  [
    'a price far above the average',
    -1013,
    'Filter failure: PERCENT_PRICE_BY_SIDE',
    order({ price: 5 * P100 + 10, quantity: ONE }),
  ],
  [
    'a price far below the average',
    -1013,
    'Filter failure: PERCENT_PRICE_BY_SIDE',
    order({ side: SELL, price: P100 / 5 - 10, quantity: ONE }),
  ],
  ['too small a value', -1013, 'Filter failure: NOTIONAL', order({ price: P100, quantity: 4_990 })],
  [
    'too small a value of a market order',
    -1013,
    'Filter failure: NOTIONAL',
    order({ orderKind: ORDER_KIND.market, side: SELL, quantity: 4_990 }),
  ],
  [
    'too small a value to spend',
    -1013,
    'Filter failure: NOTIONAL',
    order({ orderKind: ORDER_KIND.market, quoteQuantity: 499_999_999 }),
  ],
  [
    'more quote than there is',
    -2010,
    'Account has insufficient balance for requested action.',
    order({ price: P100, quantity: 11 * ONE }),
  ],
  [
    'more base than there is',
    -2010,
    'Account has insufficient balance for requested action.',
    order({ side: SELL, price: P100, quantity: 800 * ONE, account: 2 }),
  ],
  [
    'a market sale of more than there is',
    -2010,
    'Account has insufficient balance for requested action.',
    order({ side: SELL, orderKind: ORDER_KIND.market, quantity: ONE, account: 2 }),
  ],
  [
    'a limit-maker that would take',
    -2010,
    'Order would immediately match and take.',
    order({ price: P100 + 200, quantity: ONE, timeInForce: TIME_IN_FORCE.gtx }),
  ],
  [
    'a stop purchase below the last price',
    -2010,
    'Order would trigger immediately.',
    stopOrder({ price: P100, quantity: ONE, triggerPrice: P100 }),
  ],
  [
    'a take-profit sale below the last price',
    -2010,
    'Order would trigger immediately.',
    stopOrder({ side: SELL, orderKind: ORDER_KIND.takeProfit, price: P100, quantity: ONE, triggerPrice: P100 - 100 }),
  ],
  ['an unknown market', -1121, 'Invalid symbol.', order({ instrument: 9, price: P100, quantity: ONE })],
  [
    'an unknown type',
    -1116,
    'Invalid orderType.',
    order({ orderKind: ORDER_KIND.trailing, price: P100, quantity: ONE }),
  ],
  [
    'a time in force of futures',
    -1115,
    'Invalid timeInForce.',
    order({ price: P100, quantity: ONE, timeInForce: TIME_IN_FORCE.gtd }),
  ],
  ['an unknown side', -1117, 'Invalid side.', order({ side: 2, price: P100, quantity: ONE })],
  [
    'an unknown self-trade mode',
    -1013,
    'This symbol does not allow the specified self-trade prevention mode.',
    order({ price: P100, quantity: ONE, selfTrade: 7 }),
  ],
  [
    'cancelling what is not there',
    -2011,
    'Unknown order sent.',
    { kind: 'cancel', account: 0, instrument: 0, orderId: 999, clientId: '' },
  ],
  ['cancelling all of nothing', -2011, 'Unknown order sent.', { kind: 'cancel-all', account: 0, instrument: 0 }],
  [
    'cancelling an unknown list',
    -2011,
    'Unknown order list sent.',
    { kind: 'cancel-list', account: 0, instrument: 0, listId: 5, clientId: '' },
  ],
  [
    'amending what is not there',
    -2038,
    'Unknown order sent.',
    { kind: 'amend', account: 0, instrument: 0, orderId: 999, clientId: '', side: 0, price: 0, quantity: ONE },
  ],
  ['leverage', -1020, 'This operation is not supported.', { kind: 'leverage', account: 0, instrument: 0, leverage: 2 }],
]

for (const [what, code, text, request] of REFUSED) {
  test(`${what} is refused with ${code} ${text}`, () => {
    const venue = spotVenue(3, [MARKET])
    accepted(venue.handle({ kind: 'transfer', account: 2, asset: 'BTC', amount: '-999.9' }))
    accepted(venue.handle(order({ account: 1, side: SELL, price: P100, quantity: ONE })))
    accepted(venue.handle(order({ account: 2, price: P100, quantity: ONE })))
    accepted(venue.handle({ kind: 'transfer', account: 2, asset: 'BTC', amount: '-0.5' }))
    accepted(venue.handle(order({ account: 1, side: SELL, price: P100 + 100, quantity: ONE })))
    venue.recycle()
    const before = venue.views.balances(0)
    assert.deepEqual(venue.handle(request), { code, message: text, slot: -1 })
    assert.equal(venue.events.length, 0)
    assert.deepEqual(venue.views.balances(0), before)
    assert.equal(venue.views.openOrders(0, -1).length, 0)
  })
}

test('an account has only so many open orders, and so many stop orders, in a market', () => {
  const venue = spotVenue(1, [MARKET])
  for (let i = 0; i < 2; i++)
    accepted(venue.handle(stopOrder({ price: P100, quantity: 5_000, triggerPrice: P100 + 100 })))
  const stop = venue.handle(stopOrder({ price: P100, quantity: 5_000, triggerPrice: P100 + 100 }))
  assert.deepEqual([stop.code, stop.message], [-1013, 'Filter failure: MAX_NUM_ALGO_ORDERS'])
  for (let i = 0; i < 4; i++) accepted(venue.handle(order({ price: P100, quantity: 5_000 })))
  const limit = venue.handle(order({ price: P100, quantity: 5_000 }))
  assert.deepEqual([limit.code, limit.message], [-1013, 'Filter failure: MAX_NUM_ORDERS'])
  // What never rests needs no place.
  accepted(venue.handle(order({ price: P100, quantity: 5_000, timeInForce: TIME_IN_FORCE.ioc })))
})

test('each way to amend wrongly has its text', () => {
  const venue = spotVenue(2, [MARKET])
  accepted(venue.handle(order({ price: P100, quantity: 2 * ONE, clientId: 'a' })))
  accepted(venue.handle(order({ account: 1, side: SELL, price: P100, quantity: ONE })))
  accepted(venue.handle(stopOrder({ price: P100, quantity: ONE, triggerPrice: 2 * P100, clientId: 's' })))
  const amend = (clientId: string, quantity: number): string =>
    venue.handle({ kind: 'amend', account: 0, instrument: 0, orderId: 0, clientId, side: 0, price: 0, quantity })
      .message
  assert.equal(amend('a', 2 * ONE), 'The requested action would change no state; rejecting.')
  assert.equal(amend('a', 3 * ONE), 'Order amend (quantity increase) is not supported.')
  assert.equal(amend('a', ONE), 'Order amend (quantity not above the executed quantity) is not supported.')
  assert.equal(amend('a', ONE + 1), 'Filter failure: LOT_SIZE')
  assert.equal(amend('s', ONE / 2), 'Order amend is not supported for orders that are not working.')
})

test('an order named by an id and another client id is not cancelled', () => {
  const venue = spotVenue(1, [MARKET])
  const slot = accepted(venue.handle(order({ price: P100, quantity: ONE, clientId: 'a' })))
  const orderId = venue.orders.id[slot] as number
  const cancel = { kind: 'cancel', account: 0, instrument: 0, orderId } as const
  assert.equal(venue.handle({ ...cancel, clientId: 'b' }).code, -2039)
  accepted(venue.handle({ ...cancel, clientId: 'a' }))
})
