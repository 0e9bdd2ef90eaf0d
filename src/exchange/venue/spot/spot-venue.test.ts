import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accepted, happened, order, spotVenue, stopOrder } from '../../../testing/spot-driver.ts'
import { REASON, STATUS } from '../events.ts'
import { BUY, CANCEL_RESTRICTION, ORDER_KIND, SELF_TRADE, SELL, TIME_IN_FORCE } from '../requests.ts'
import type { SpotVenue } from './spot-venue.ts'

/** Price 100.00 and one BTC in quanta and lots; amounts are in 10^-8. */
const P100 = 10_000
const ONE = 100_000
const UNIT = 100_000_000n

function balance(venue: SpotVenue, account: number, asset: string): { free: bigint; locked: bigint } {
  const { free, locked } = venue.views.balance(account, venue.assets.indexOf(asset))
  return { free, locked }
}

/** Lets accounts 1 and 2 trade `lots` at a price, which becomes the last price. */
function trade(venue: SpotVenue, price: number, lots = ONE / 10): void {
  accepted(venue.handle(order({ account: 1, side: SELL, price, quantity: lots })))
  accepted(venue.handle(order({ account: 2, side: BUY, price, quantity: lots, timeInForce: TIME_IN_FORCE.ioc })))
  venue.recycle()
}

test('a purchase locks its value at its limit and pays the better price', () => {
  const venue = spotVenue()
  accepted(venue.handle(order({ account: 1, side: SELL, price: P100 - 100, quantity: ONE })))
  const slot = accepted(venue.handle(order({ price: P100, quantity: 3 * ONE })))
  assert.equal(venue.orders.status[slot], STATUS.partiallyFilled)
  assert.deepEqual(balance(venue, 0, 'USDT'), { free: 701n * UNIT, locked: 200n * UNIT })
  // One BTC less a tenth of a percent.
  assert.deepEqual(balance(venue, 0, 'BTC'), { free: 1_000n * UNIT + 99_900_000n, locked: 0n })
  assert.deepEqual(balance(venue, 1, 'USDT'), { free: 1_000n * UNIT + 98_901n * 100_000n, locked: 0n })
  assert.deepEqual(balance(venue, 1, 'BTC'), { free: 999n * UNIT, locked: 0n })
})

test('a cancelled order gives back what it locked', () => {
  const venue = spotVenue()
  const slot = accepted(venue.handle(order({ side: SELL, price: P100, quantity: 5 * ONE })))
  assert.deepEqual(balance(venue, 0, 'BTC'), { free: 995n * UNIT, locked: 5n * UNIT })
  const orderId = venue.orders.id[slot] as number
  accepted(venue.handle({ kind: 'cancel', account: 0, instrument: 0, orderId, clientId: '', cancelId: 'bye' }))
  assert.deepEqual(balance(venue, 0, 'BTC'), { free: 1_000n * UNIT, locked: 0n })
  const record = venue.views.order(0, 0, orderId, '')
  assert.equal(record?.status, STATUS.canceled)
  assert.equal(record.cancelId, 'bye')
})

test('a market order by value spends what it was told in whole steps', () => {
  const venue = spotVenue()
  accepted(venue.handle(order({ account: 1, side: SELL, price: P100, quantity: ONE })))
  accepted(venue.handle(order({ account: 1, side: SELL, price: 3 * P100, quantity: ONE })))
  const slot = accepted(venue.handle(order({ orderKind: ORDER_KIND.market, quoteQuantity: 250 * Number(UNIT) })))
  const record = venue.views.atSlot(slot)
  assert.equal(record.status, STATUS.filled)
  // 100 for one BTC, 150 for half a BTC.
  assert.equal(record.quantity, 1.5 * ONE)
  assert.equal(venue.views.quoteFilled(record), 250n * UNIT)
  assert.equal(venue.views.fillsOf(0, 0, record.orderId).length, 2)
})

test('a market order that empties the book expires with what it got', () => {
  const venue = spotVenue()
  accepted(venue.handle(order({ account: 1, side: SELL, price: P100, quantity: ONE })))
  const slot = accepted(venue.handle(order({ orderKind: ORDER_KIND.market, quantity: 2 * ONE })))
  const record = venue.views.atSlot(slot)
  assert.equal(record.status, STATUS.expired)
  assert.equal(record.filled, ONE)
  assert.equal(happened(venue).at(-1)?.field('detail'), REASON.noLiquidity)
  assert.deepEqual(balance(venue, 0, 'USDT'), { free: 900n * UNIT, locked: 0n })
})

test('an FOK order that cannot be filled expires without a fill', () => {
  const venue = spotVenue()
  accepted(venue.handle(order({ account: 1, side: SELL, price: P100, quantity: ONE })))
  const slot = accepted(venue.handle(order({ price: P100, quantity: 2 * ONE, timeInForce: TIME_IN_FORCE.fok })))
  assert.equal(venue.orders.status[slot], STATUS.expired)
  assert.equal(venue.orders.filled[slot], 0)
  assert.deepEqual(
    happened(venue).map(({ kind }) => kind),
    ['accepted', 'accepted', 'expired'],
  )
})

test('an order that would meet one of its own account expires that one', () => {
  const venue = spotVenue()
  const resting = accepted(venue.handle(order({ side: SELL, price: P100, quantity: ONE })))
  const taking = accepted(venue.handle(order({ price: P100, quantity: ONE })))
  assert.equal(venue.orders.status[resting], STATUS.expiredInMatch)
  assert.equal(venue.orders.status[taking], STATUS.new)
})

test('a stop order waits for the last price and then takes the market', () => {
  const venue = spotVenue()
  trade(venue, P100)
  accepted(venue.handle(order({ account: 1, side: BUY, price: P100 - 300, quantity: 5 * ONE })))
  const stop = stopOrder({ side: SELL, orderKind: ORDER_KIND.stopMarket, quantity: ONE, triggerPrice: P100 - 200 })
  const slot = accepted(venue.handle(stop))
  assert.equal(venue.views.isWorking(venue.views.atSlot(slot)), false)
  assert.equal(venue.orders.openCount, 2)
  accepted(venue.handle(order({ account: 1, side: SELL, price: P100 - 250, quantity: ONE })))
  accepted(venue.handle(order({ account: 2, price: P100 - 250, quantity: ONE })))
  const record = venue.views.atSlot(slot)
  assert.equal(record.status, STATUS.filled)
  assert.equal(record.filledValue, (P100 - 300) * ONE)
})

test('a take-profit-limit purchase rests at its price once the market has fallen', () => {
  const venue = spotVenue()
  trade(venue, P100)
  const wish = stopOrder({
    orderKind: ORDER_KIND.takeProfit,
    price: P100 - 500,
    quantity: ONE,
    triggerPrice: P100 - 100,
  })
  const slot = accepted(venue.handle(wish))
  assert.deepEqual(balance(venue, 0, 'USDT'), { free: 905n * UNIT, locked: 95n * UNIT })
  trade(venue, P100 - 100)
  assert.equal(venue.orders.level[slot] === -1, false)
  assert.equal(venue.views.isWorking(venue.views.atSlot(slot)), true)
})

test('a stop purchase that costs more than its account has expires', () => {
  const venue = spotVenue()
  trade(venue, P100)
  accepted(venue.handle(order({ account: 1, side: SELL, price: 2 * P100, quantity: 9 * ONE })))
  const stop = stopOrder({ orderKind: ORDER_KIND.stopMarket, quantity: 9 * ONE, triggerPrice: P100 + 100 })
  const slot = accepted(venue.handle(stop))
  const orderId = venue.orders.id[slot] as number
  trade(venue, P100 + 100)
  assert.equal(venue.views.order(0, 0, orderId, '')?.status, STATUS.expired)
  assert.deepEqual(balance(venue, 0, 'USDT'), { free: 1_000n * UNIT, locked: 0n })
})

test('an amended order keeps its place and gives back what it locked', () => {
  const venue = spotVenue()
  const first = accepted(venue.handle(order({ price: P100, quantity: 2 * ONE, clientId: 'a' })))
  accepted(venue.handle(order({ account: 1, price: P100, quantity: ONE })))
  const amended = venue.handle({
    kind: 'amend',
    account: 0,
    instrument: 0,
    orderId: 0,
    clientId: 'a',
    side: BUY,
    price: 0,
    quantity: ONE,
    newClientId: 'b',
  })
  assert.equal(accepted(amended), first)
  assert.deepEqual(balance(venue, 0, 'USDT'), { free: 900n * UNIT, locked: 100n * UNIT })
  assert.equal(venue.orders.slotOfClient(0, 'a'), -1)
  assert.equal(venue.orders.slotOfClient(0, 'b'), first)
  accepted(venue.handle(order({ account: 2, side: SELL, price: P100, quantity: ONE })))
  assert.equal(venue.orders.status[first], STATUS.filled)
})

test('client ids are free again once the order has left the book', () => {
  const venue = spotVenue()
  accepted(venue.handle(order({ price: P100, quantity: ONE, clientId: 'mine' })))
  assert.equal(venue.handle(order({ price: P100, quantity: ONE, clientId: 'mine' })).message, 'Duplicate order sent.')
  accepted(venue.handle(order({ account: 1, price: P100, quantity: ONE, clientId: 'mine' })))
  accepted(venue.handle({ kind: 'cancel', account: 0, instrument: 0, orderId: 0, clientId: 'mine' }))
  accepted(venue.handle(order({ price: P100, quantity: ONE, clientId: 'mine' })))
})

test('cancel restrictions look at what has been filled', () => {
  const venue = spotVenue()
  const slot = accepted(venue.handle(order({ price: P100, quantity: 2 * ONE })))
  const orderId = venue.orders.id[slot] as number
  const cancel = { kind: 'cancel', account: 0, instrument: 0, orderId, clientId: '' } as const
  const { onlyNew, onlyPartiallyFilled } = CANCEL_RESTRICTION
  assert.equal(venue.handle({ ...cancel, restriction: onlyPartiallyFilled }).code, -2011)
  accepted(venue.handle(order({ account: 1, side: SELL, price: P100, quantity: ONE })))
  assert.deepEqual(venue.handle({ ...cancel, restriction: onlyNew }), {
    code: -2011,
    message: 'Order was not canceled due to cancel restrictions.',
    slot: -1,
  })
  accepted(venue.handle({ ...cancel, restriction: onlyPartiallyFilled }))
})

test('cancel-replace cancels before it places, and says which half failed', () => {
  const venue = spotVenue()
  const slot = accepted(venue.handle(order({ price: P100, quantity: 9 * ONE })))
  const orderId = venue.orders.id[slot] as number
  const cancel = { kind: 'cancel', account: 0, instrument: 0, orderId, clientId: '' } as const
  // The new order needs the money of the old one.
  const replaced = venue.handle({
    kind: 'cancel-replace',
    cancel,
    order: order({ price: P100 + 100, quantity: 9 * ONE }),
    allowFailure: false,
  })
  accepted(replaced)
  const stopped = venue.handle({
    kind: 'cancel-replace',
    cancel,
    order: order({ price: P100, quantity: ONE }),
    allowFailure: false,
  })
  assert.deepEqual([stopped.code, stopped.message], [-2022, 'Order cancel-replace failed.'])
  assert.equal(venue.lastReplace.attempted, false)
  const allowed = venue.handle({
    kind: 'cancel-replace',
    cancel,
    order: order({ price: P100 / 2, quantity: ONE }),
    allowFailure: true,
  })
  assert.deepEqual([allowed.code, allowed.message], [-2021, 'Order cancel-replace partially failed.'])
  assert.equal(venue.views.atSlot(venue.lastReplace.orderSlot).price, P100 / 2)
  const both = venue.handle({
    kind: 'cancel-replace',
    cancel,
    order: order({ price: P100, quantity: 99 * ONE }),
    allowFailure: true,
  })
  assert.equal(both.code, -2022)
})

test('a halted market takes no orders and lets them be cancelled', () => {
  const venue = spotVenue()
  accepted(venue.handle(order({ price: P100, quantity: ONE, clientId: 'old' })))
  accepted(venue.handle({ kind: 'halt', instrument: 0, halted: true }))
  assert.equal(venue.handle(order({ price: P100, quantity: ONE })).message, 'Market is closed.')
  accepted(venue.handle({ kind: 'cancel', account: 0, instrument: 0, orderId: 0, clientId: 'old' }))
  accepted(venue.handle({ kind: 'halt', instrument: 0, halted: false }))
  accepted(venue.handle(order({ price: P100, quantity: ONE })))
})

test('a withdrawal takes no more than is free', () => {
  const venue = spotVenue()
  accepted(venue.handle(order({ price: P100, quantity: ONE })))
  const withdraw = { kind: 'transfer', account: 0, asset: 'USDT' } as const
  assert.equal(venue.handle({ ...withdraw, amount: '-900.00000001' }).code, -2018)
  accepted(venue.handle({ ...withdraw, amount: '-900' }))
  assert.deepEqual(balance(venue, 0, 'USDT'), { free: 0n, locked: 100n * UNIT })
})

test('an account of a higher tier pays less', () => {
  const venue = spotVenue()
  accepted(venue.handle({ kind: 'open-account', name: 'large', feeTier: 9 }))
  accepted(venue.handle({ kind: 'transfer', account: 3, asset: 'USDT', amount: '100' }))
  accepted(venue.handle(order({ account: 1, side: SELL, price: P100, quantity: ONE })))
  accepted(venue.handle(order({ account: 3, price: P100, quantity: ONE })))
  assert.equal(balance(venue, 3, 'BTC').free, UNIT - 23_000n)
})

test('self-trade prevention by decrement takes from both orders what they share', () => {
  const venue = spotVenue()
  const resting = accepted(venue.handle(order({ side: SELL, price: P100, quantity: 3 * ONE })))
  const taking = accepted(venue.handle(order({ price: P100, quantity: ONE, selfTrade: SELF_TRADE.decrement })))
  assert.equal(venue.orders.status[taking], STATUS.expiredInMatch)
  assert.equal(venue.orders.remaining[resting], 2 * ONE)
  assert.deepEqual(balance(venue, 0, 'BTC'), { free: 998n * UNIT, locked: 2n * UNIT })
  assert.equal(venue.views.atSlot(resting).prevented, ONE)
})

test('orders that ended are found by their own client id and by one that the venue made', () => {
  const venue = spotVenue()
  const ids = ['', 'mine', 'mine'].map((clientId) => {
    const slot = accepted(venue.handle(order({ price: P100, quantity: ONE, clientId })))
    const record = venue.views.atSlot(slot)
    const cancel = { kind: 'cancel', account: 0, instrument: 0, orderId: record.orderId, clientId: '' } as const
    accepted(venue.handle({ ...cancel, cancelId: clientId === '' ? '' : 'gone' }))
    venue.recycle()
    return record
  })
  const [made, , newest] = ids
  assert.equal(venue.views.order(0, 0, 0, made?.clientId ?? '')?.orderId, made?.orderId)
  assert.equal(venue.views.order(0, 0, 0, 'mine')?.orderId, newest?.orderId)
  assert.equal(venue.views.order(0, 0, 0, 'min'), undefined)
  assert.equal(venue.views.order(0, 1, 0, 'mine'), undefined)
  assert.equal(venue.views.order(1, 0, 0, 'mine'), undefined)
})

test('pages of the past go on from an id, or show the newest', () => {
  const venue = spotVenue()
  for (let i = 0; i < 5; i++) {
    trade(venue, P100 + i)
    venue.time[0] = (venue.time[0] as number) + 1_000_000
  }
  accepted(venue.handle(order({ account: 2, price: P100 / 2, quantity: ONE })))
  const all = venue.views.allOrders(2, 0).map(({ orderId }) => orderId)
  assert.equal(all.length, 6)
  const page = { fromId: 0, from: 0, to: Infinity, limit: 3 }
  const orders = (changes: Partial<typeof page>): number[] =>
    venue.views.orderPage(2, 0, { ...page, ...changes }).map(({ orderId }) => orderId)
  assert.deepEqual(orders({}), all.slice(-3))
  assert.deepEqual(orders({ fromId: all[1] ?? 0 }), all.slice(1, 4))
  const times = venue.views.fills(2, 0).map(({ time }) => time)
  const fills = (changes: Partial<typeof page>): number[] =>
    venue.views.fillPage(2, 0, { ...page, ...changes }).map(({ tradeId }) => tradeId)
  assert.deepEqual(fills({}), [3, 4, 5])
  assert.deepEqual(fills({ fromId: 2 }), [2, 3, 4])
  assert.deepEqual(fills({ from: times[1] ?? 0, to: times[2] ?? 0 }), [2, 3])
  assert.deepEqual(venue.views.fillPage(2, 1, page), [])
})
