import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENT, EventLog, FIELD, FIELDS, REASON, STATUS } from './events.ts'
import { Matcher } from './matcher.ts'
import { OrderBook } from './order-book.ts'
import { OrderStore } from './order-store.ts'
import { BUY, ORDER_KIND, SELF_TRADE, SELL, TIME_IN_FORCE } from './requests.ts'
import type { PlaceRequest } from './requests.ts'
import type { Settlement } from './settlement.ts'

const ALICE = 0
const BOB = 1

/** A venue without money. */
function market(settlement: Partial<Settlement> = {}) {
  const time = Float64Array.of(1_000_000)
  const orders = new OrderStore(1, time)
  const events = new EventLog()
  const book = new OrderBook(0, 10, orders)
  const matcher = new Matcher(orders, [book], events, {
    roomOf: () => Infinity,
    settle: () => undefined,
    rested: () => undefined,
    left: () => undefined,
    shrank: () => undefined,
    ...settlement,
  })
  const place = (order: Partial<PlaceRequest>): number => {
    const slot = orders.enter({ ...PLAIN, ...order }, 0)
    matcher.bound[0] = order.side === SELL ? 0 : Infinity
    matcher.submit(slot)
    return slot
  }
  const end = (): number[][] => {
    matcher.publish()
    const told = read(events)
    events.clear()
    orders.recycle()
    return told
  }
  return { time, orders, events, book, matcher, place, end }
}

const PLAIN: PlaceRequest = {
  kind: 'place',
  account: ALICE,
  instrument: 0,
  side: BUY,
  positionSide: 0,
  orderKind: ORDER_KIND.limit,
  timeInForce: TIME_IN_FORCE.gtc,
  price: 0,
  quantity: 1,
  quoteQuantity: 0,
  reduceOnly: false,
  clientId: '',
  selfTrade: SELF_TRADE.none,
  goodTill: 0,
  priceMatch: 0,
}

/** Kind, account, price, quantity, status and detail of each event. */
function read(events: EventLog): number[][] {
  const columns = [FIELD.kind, FIELD.account, FIELD.price, FIELD.quantity, FIELD.status, FIELD.detail]
  return Array.from({ length: events.length }, (_, i) =>
    columns.map((field) => events.cells[i * FIELDS + field] as number),
  )
}

test('an order takes the best price first and the oldest order there, and its rest goes to the book', () => {
  const { place, end, book } = market()
  place({ side: SELL, price: 110, quantity: 5, account: BOB })
  place({ side: SELL, price: 100, quantity: 2, account: BOB })
  place({ side: SELL, price: 100, quantity: 3, account: BOB })
  end()
  place({ price: 100, quantity: 6 })
  assert.deepEqual(end(), [
    [EVENT.accepted, ALICE, 100, 6, STATUS.new, 0],
    [EVENT.fill, ALICE, 100, 2, STATUS.partiallyFilled, 0],
    [EVENT.fill, BOB, 100, 2, STATUS.filled, 1],
    [EVENT.trade, ALICE, 100, 2, 0, 0],
    [EVENT.fill, ALICE, 100, 3, STATUS.partiallyFilled, 0],
    [EVENT.fill, BOB, 100, 3, STATUS.filled, 1],
    [EVENT.trade, ALICE, 100, 3, 0, 0],
    [EVENT.level, 0, 100, 0, 0, 0],
    [EVENT.level, 0, 100, 1, 0, 0],
  ])
  assert.equal(book.price[book.best(SELL)], 110)
  assert.equal(book.quantityAt(BUY, 100), 1)
})

test('a market order stops at its bound and the rest expires', () => {
  const { matcher, orders, end } = market()
  const maker = orders.enter({ ...PLAIN, side: SELL, price: 100, account: BOB }, 0)
  matcher.submit(maker)
  matcher.submit(orders.enter({ ...PLAIN, side: SELL, price: 200, account: BOB }, 0))
  end()
  matcher.bound[0] = 150
  matcher.submit(orders.enter({ ...PLAIN, orderKind: ORDER_KIND.market, quantity: 3 }, 0))
  assert.deepEqual(end().at(-2), [EVENT.expired, ALICE, 0, 3, STATUS.expired, REASON.noLiquidity])
})

test('a taker decides what happens where it would meet an order of its own account', () => {
  const outcomes = [SELF_TRADE.expireTaker, SELF_TRADE.expireMaker, SELF_TRADE.expireBoth, SELF_TRADE.decrement].map(
    (selfTrade) => {
      const { place, end, orders } = market()
      const own = place({ side: SELL, price: 100, quantity: 2 })
      const other = place({ side: SELL, price: 100, quantity: 5, account: BOB })
      const taker = place({ price: 100, quantity: 4, selfTrade })
      const told = [own, other, taker].map((slot) => [orders.status[slot], orders.filled[slot], orders.remaining[slot]])
      end()
      return told
    },
  )
  assert.deepEqual(outcomes, [
    [
      [STATUS.new, 0, 2],
      [STATUS.new, 0, 5],
      [STATUS.expiredInMatch, 0, 4],
    ],
    [
      [STATUS.expiredInMatch, 0, 2],
      [STATUS.partiallyFilled, 4, 1],
      [STATUS.filled, 4, 0],
    ],
    [
      [STATUS.expiredInMatch, 0, 2],
      [STATUS.new, 0, 5],
      [STATUS.expiredInMatch, 0, 4],
    ],
    [
      [STATUS.expiredInMatch, 0, 0],
      [STATUS.partiallyFilled, 2, 3],
      [STATUS.filled, 2, 0],
    ],
  ])
})

test('an amended order goes to the end of its queue, a shrunk one keeps its place', () => {
  const { place, end, matcher, book, orders } = market()
  const [first, second] = [place({ price: 100, quantity: 5 }), place({ price: 100, quantity: 5, account: BOB })]
  end()
  matcher.shrink(first, 3)
  assert.equal(book.first[book.best(BUY)], first)
  assert.equal(book.quantityAt(BUY, 100), 8)
  matcher.amend(first, 100, 4)
  assert.deepEqual([book.first[book.best(BUY)], book.last[book.best(BUY)]], [second, first])
  assert.deepEqual([orders.amendments[first], orders.remaining[first]], [2, 4])
})

test('a post-only order that is amended to a price where it would take is canceled', () => {
  const { place, end, matcher } = market()
  place({ side: SELL, price: 110, account: BOB })
  const slot = place({ price: 100, timeInForce: TIME_IN_FORCE.gtx })
  end()
  matcher.amend(slot, 110, 1)
  assert.deepEqual(end(), [
    [EVENT.canceled, ALICE, 100, 1, STATUS.canceled, 0],
    [EVENT.level, 0, 100, 0, 0, 0],
  ])
})

test('an order that is good till a time expires then, not before, and not once it has left', () => {
  const { place, end, matcher, time } = market()
  const gone = place({ price: 90, timeInForce: TIME_IN_FORCE.gtd, goodTill: 2_000_000 })
  place({ price: 100, timeInForce: TIME_IN_FORCE.gtd, goodTill: 2_000_000 })
  matcher.cancel(gone)
  end()
  time[0] = 1_999_999
  matcher.advance()
  assert.deepEqual(end(), [])
  time[0] = 2_000_000
  matcher.advance()
  assert.deepEqual(end(), [
    [EVENT.expired, ALICE, 100, 1, STATUS.expired, REASON.goodTill],
    [EVENT.level, 0, 100, 0, 0, 0],
  ])
})

test('a resting reduce-only order fills no more than it may still reduce, and then expires', () => {
  let room = 2
  const { place, end } = market({
    roomOf: () => room,
    settle: () => {
      room = 0
    },
  })
  place({ side: SELL, price: 100, quantity: 5, account: BOB, reduceOnly: true })
  end()
  place({ price: 100, quantity: 4 })
  assert.deepEqual(end(), [
    [EVENT.accepted, ALICE, 100, 4, STATUS.new, 0],
    [EVENT.fill, ALICE, 100, 2, STATUS.partiallyFilled, 0],
    [EVENT.fill, BOB, 100, 2, STATUS.partiallyFilled, 1],
    [EVENT.trade, ALICE, 100, 2, 0, 0],
    [EVENT.expired, BOB, 100, 5, STATUS.expired, REASON.reduceOnly],
    [EVENT.level, 0, 100, 0, 0, 0],
    [EVENT.level, 0, 100, 2, 0, 0],
  ])
})

test('the n-th price of either side is what a price match asks for', () => {
  const { place, matcher } = market()
  for (const price of [70, 80, 90]) place({ price })
  for (const price of [100, 130]) place({ side: SELL, price, account: BOB })
  assert.equal(matcher.priceOf(0, BUY, 1), 100)
  assert.equal(matcher.priceOf(0, BUY, 2), 130)
  assert.equal(matcher.priceOf(0, BUY, -3), 70)
  assert.equal(matcher.priceOf(0, SELL, 3), 70)
  assert.equal(matcher.priceOf(0, SELL, -3), 0)
})
