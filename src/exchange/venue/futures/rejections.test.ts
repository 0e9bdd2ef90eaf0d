import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  FuturesWorld,
  MIDNIGHT,
  SECOND,
  conditionalOrder,
  limitOrder,
  venueInstrument,
} from '../../../testing/futures-world.ts'
import { BUY, ORDER_KIND, POSITION_SIDE, SELL, TIME_IN_FORCE } from '../requests.ts'
import type { ConditionalRequest, PlaceRequest, VenueRequest } from '../requests.ts'

/** Who holds 0.1 long against account 1, in a market with bands of 5 %, and has one order open. */
function town(): FuturesWorld {
  const bands = { priceBandUpPpm: 1_050_000, priceBandDownPpm: 950_000, minPrice: 1000, minNotionalMicros: 50_000_000 }
  const limits = {
    maxOrders: 3,
    maxAmendments: 2,
    marketMaxQuantity: 120_000,
    maxQuantity: 1_000_000,
    maxPrice: 1_000_000,
  }
  const rules = { ...bands, ...limits, tickSize: 5 }
  const world = new FuturesWorld({ instruments: [venueInstrument('BTCUSDT', rules), venueInstrument('ETHUSDT')] })
  world.open('10000', '10000').mark(769_000).trade(0, 1, 100, 769_000)
  world.limit(0, BUY, 10, 768_000, { clientId: 'open' })
  return world
}

type Orders = readonly (readonly [name: string, changes: Partial<PlaceRequest>, code: number, message: string])[]

const PLACED: Orders = [
  ['an unknown symbol', { instrument: 9 }, -1121, 'Invalid symbol.'],
  [
    'a conditional type',
    { orderKind: ORDER_KIND.stopMarket },
    -4120,
    'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
  ],
  ['a price off the tick', { price: 768_002 }, -4014, 'Price not increased by tick size.'],
  ['a price below the least', { price: 5 }, -4013, 'Price less than min price.'],
  ['a price of nothing', { price: 0 }, -4001, 'Price less than 0.'],
  ['a price above the largest', { price: 2_000_000 }, -4002, 'Price greater than max price.'],
  ['a quantity of nothing', { quantity: 0 }, -4003, 'Quantity less than zero.'],
  ['too large a quantity', { quantity: 2_000_000 }, -4005, 'Quantity greater than max quantity.'],
  [
    'too large a market order',
    { orderKind: ORDER_KIND.market, quantity: 200_000 },
    -4005,
    'Quantity greater than max quantity.',
  ],
  ['a purchase above the band', { price: 810_000 }, -4016, 'Price is higher than mark price multiplier cap.'],
  ['a sale below the band', { side: SELL, price: 720_000 }, -4024, 'Price is lower than mark price multiplier floor.'],
  [
    'a position side in one-way mode',
    { positionSide: POSITION_SIDE.long },
    -4061,
    "Order's position side does not match user's setting.",
  ],
  ['a reduce-only order that opens', { reduceOnly: true }, -2022, 'ReduceOnly Order is rejected.'],
  ['a client id that is open', { clientId: 'open' }, -4116, 'clientOrderId is duplicated'],
  ['a client id with a space', { clientId: 'a b' }, -4015, 'Client order id is not valid.'],
  ['more than the margin', { quantity: 3000 }, -2019, 'Margin is insufficient.'],
  [
    'a market order with nothing to meet',
    { orderKind: ORDER_KIND.market, price: 0 },
    -4131,
    "The counterparty's best price does not meet the PERCENT_PRICE filter limit",
  ],
  ['a price and a price match', { priceMatch: 1 }, -1106, "Parameter 'price' sent when not required."],
  [
    'a price match for a market order',
    { orderKind: ORDER_KIND.market, price: 0, priceMatch: 1 },
    -5038,
    'Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT',
  ],
  ['a price match without a level', { price: 0, priceMatch: 5 }, -5041, 'No depth matches this BBO order'],
  [
    'a GTD order that ends too soon',
    { timeInForce: TIME_IN_FORCE.gtd, goodTill: MIDNIGHT + 600 * SECOND },
    -5040,
    'The goodTillDate timestamp must be greater than the current time plus 600 seconds and smaller than 253402300799000 (UTC 9999-12-31 23:59:59)',
  ],
  [
    'a sale that only fills all at once',
    { side: SELL, price: 768_000, quantity: 11, timeInForce: TIME_IN_FORCE.fok },
    -5021,
    'Due to the order could not be filled immediately, the FOK order has been rejected.',
  ],
  [
    'a post-only sale that takes',
    { side: SELL, price: 768_000, timeInForce: TIME_IN_FORCE.gtx },
    -5022,
    'Due to the order could not be executed as maker, the Post Only order will be rejected.',
  ],
]

for (const [name, changes, code, message] of PLACED)
  test(`${name} is answered by ${code}`, () => {
    const outcome = town().ask(limitOrder(0, BUY, 10, 765_000, changes))
    assert.deepEqual([outcome.code, outcome.message], [code, message])
  })

test('an order worth less than the least value is answered by -4164, unless it reduces', () => {
  const world = new FuturesWorld({ instruments: [venueInstrument('BTCUSDT', { minNotionalMicros: 50_000_000 })] })
  world.open('10000', '10000').mark(100_000).trade(0, 1, 10, 100_000)
  const small = limitOrder(0, SELL, 4, 110_000)
  const outcome = world.ask(small)
  assert.deepEqual(
    [outcome.code, outcome.message],
    [-4164, "Order's notional must be no smaller than 50 (unless you choose reduce only)"],
  )
  assert.equal(world.ask({ ...small, reduceOnly: true }).code, 0)
})

test('an account has as many open orders of a symbol as are allowed', () => {
  const world = town()
  assert.equal(world.limit(0, BUY, 10, 765_000), 0)
  assert.equal(world.limit(0, BUY, 10, 764_000), 0)
  assert.equal(world.limit(0, BUY, 10, 763_000), -2025)
})

test('a position may not be worth more than its leverage allows', () => {
  const world = new FuturesWorld().open('1000000', '1000000').mark(769_000)
  world.ask({ kind: 'leverage', account: 0, instrument: 0, leverage: 125 })
  assert.equal(world.limit(0, BUY, 4_000, 769_000), -2027)
  assert.equal(world.limit(0, BUY, 3_900, 769_000), 0)
})

test('nothing trades while a symbol is halted, and orders can still be cancelled', () => {
  const world = town()
  world.ask({ kind: 'halt', instrument: 0, halted: true })
  assert.equal(world.limit(0, BUY, 10, 765_000), -4140)
  assert.equal(world.ask(amend({ price: 767_000, quantity: 10 })).code, -5024)
  assert.equal(world.ask({ kind: 'cancel', account: 0, instrument: 0, orderId: 0, clientId: 'open' }).code, 0)
})

function amend(changes: Partial<Extract<VenueRequest, { kind: 'amend' }>>): VenueRequest {
  const order = { account: 0, instrument: 0, orderId: 0, clientId: 'open', side: BUY, price: 768_000, quantity: 10 }
  return { kind: 'amend', ...order, ...changes }
}

test('amendments are refused with codes of their own', () => {
  const world = town()
  assert.equal(world.ask(amend({ clientId: 'other' })).code, -2013)
  assert.equal(world.ask(amend({})).code, -5027)
  assert.equal(world.ask(amend({ price: 768_001 })).code, -4014)
  const small = world.ask(amend({ price: 730_000, quantity: 0.5 }))
  assert.equal(small.code, -1111)
  assert.equal(world.ask(amend({ quantity: 5_000 })).code, -2019)
  assert.equal(world.ask(amend({ quantity: 11 })).code, 0)
  assert.equal(world.ask(amend({ quantity: 12 })).code, 0)
  assert.equal(world.ask(amend({ quantity: 13 })).code, -5026)
})

test('an amendment below the least value is answered by -5029 and leaves the order as it was', () => {
  const world = new FuturesWorld({ instruments: [venueInstrument('BTCUSDT', { minNotionalMicros: 50_000_000 })] })
  world.open('10000').mark(100_000).limit(0, BUY, 10, 99_000, { clientId: 'open' })
  const outcome = world.ask(amend({ price: 90_000, quantity: 5 }))
  assert.deepEqual([outcome.code, outcome.message], [-5029, "Order's notional must be no smaller than 50"])
  const [order] = world.venue.openOrdersOf(0, 0)
  assert.deepEqual([order?.price, order?.quantity], [99_000, 10])
})

type Conditionals = readonly (readonly [name: string, changes: Partial<ConditionalRequest>, code: number])[]

const CONDITIONAL: Conditionals = [
  ['an ordinary type', { orderKind: ORDER_KIND.limit }, -1116],
  ['a trigger off the tick', { triggerPrice: 780_001 }, -4014],
  ['a trigger of nothing', { triggerPrice: 0 }, -4006],
  ['a trigger above the largest price', { triggerPrice: 2_000_000 }, -4007],
  ['a trigger that is reached', { triggerPrice: 760_000 }, -2021],
  ['closing with a quantity', { closePosition: true }, -4137],
  ['closing that is called reduce-only', { closePosition: true, quantity: 0, reduceOnly: true }, -1106],
  ['closing by a limit order', { closePosition: true, quantity: 0, orderKind: ORDER_KIND.stop, price: 780_000 }, -1014],
  ['a position side in one-way mode', { positionSide: POSITION_SIDE.short }, -4061],
  ['a callback rate of nothing', { orderKind: ORDER_KIND.trailing, callbackRate: 0 }, -1130],
  ['a callback rate above 20 %', { orderKind: ORDER_KIND.trailing, callbackRate: 2001 }, -1130],
  [
    'a purchase that trails from above',
    { orderKind: ORDER_KIND.trailing, callbackRate: 100, activatePrice: 780_000 },
    -2021,
  ],
  ['a price match of a market order', { priceMatch: 1 }, -5038],
  ['a client id with a space', { clientId: 'a b' }, -4015],
]

for (const [name, changes, code] of CONDITIONAL)
  test(`of conditional orders ${name} is answered by ${code}`, () => {
    assert.equal(town().ask(conditionalOrder(0, { quantity: 10, triggerPrice: 780_000, ...changes })).code, code)
  })

test('an account has at most 200 conditional orders, of different client ids', () => {
  const world = town()
  const order = { quantity: 10, triggerPrice: 780_000 }
  for (let i = 0; i < 200; i++)
    assert.equal(world.conditional(0, { ...order, clientId: `c${i}`, instrument: i % 2 }), 0)
  assert.equal(world.conditional(0, order), -4045)
  world.ask({ kind: 'cancel-conditional', account: 0, conditionalId: 0, clientId: 'c7' })
  assert.equal(world.conditional(0, { ...order, clientId: 'c8' }), -4116)
  assert.equal(world.conditional(0, { ...order, clientId: 'c7' }), 0)
})

const SETTINGS: readonly (readonly [name: string, request: VenueRequest, code: number])[] = [
  ['a leverage of nothing', { kind: 'leverage', account: 0, instrument: 0, leverage: 0 }, -4028],
  ['a leverage above the largest', { kind: 'leverage', account: 0, instrument: 0, leverage: 126 }, -4028],
  ['the margin type that it has', { kind: 'margin-type', account: 0, instrument: 1, isolated: false }, -4046],
  ['another margin type with an open order', { kind: 'margin-type', account: 0, instrument: 0, isolated: true }, -4047],
  ['another margin type with a position', { kind: 'margin-type', account: 1, instrument: 0, isolated: true }, -4048],
  ['the position mode that it has', { kind: 'position-mode', account: 0, hedge: false }, -4059],
  ['hedge mode with an open order', { kind: 'position-mode', account: 0, hedge: true }, -4067],
  ['hedge mode with a position', { kind: 'position-mode', account: 1, hedge: true }, -4068],
  [
    'margin for a cross position',
    { kind: 'position-margin', account: 1, instrument: 0, positionSide: 0, amount: 1 },
    -4049,
  ],
  ['an asset that is not there', { kind: 'transfer', account: 0, asset: 'DOGE', amount: '1' }, -1108],
  ['an amount that is no number', { kind: 'transfer', account: 0, asset: 'USDT', amount: 'much' }, -1130],
  ['more than may be withdrawn', { kind: 'transfer', account: 0, asset: 'USDT', amount: '-9999' }, -2018],
  ['an account that is not there', { kind: 'transfer', account: 7, asset: 'USDT', amount: '1' }, -1109],
  ['a list of orders', { kind: 'cancel-list', account: 0, instrument: 0, listId: 1, clientId: '' }, -1020],
]

for (const [name, request, code] of SETTINGS)
  test(`${name} is answered by ${code}`, () => {
    assert.equal(town().ask(request).code, code)
  })
