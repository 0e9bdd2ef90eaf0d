import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { StateReader, StateWriter } from '../../core/tape/state.ts'
import { SlowMatcher } from '../../testing/slow-matcher.ts'
import type { SlowOrder } from '../../testing/slow-matcher.ts'
import { EVENT, EventLog, FIELD, FIELDS } from './events.ts'
import { Matcher } from './matcher.ts'
import { OrderBook } from './order-book.ts'
import { ORDER_FLAG, OrderStore } from './order-store.ts'
import { BUY, ORDER_KIND, SELF_TRADE, SELL, TIME_IN_FORCE } from './requests.ts'
import type { PlaceRequest } from './requests.ts'
import type { Settlement } from './settlement.ts'

const ACCOUNTS = 4
const ROOM = 6
const TICK = 5

/** The matcher without money; it only watches which lots are said to rest. */
class Market implements Settlement {
  readonly time: Float64Array = Float64Array.of(1)
  readonly orders: OrderStore = new OrderStore(1, this.time)
  readonly events: EventLog = new EventLog()
  readonly book: OrderBook = new OrderBook(0, TICK, this.orders)
  readonly matcher: Matcher = new Matcher(this.orders, [this.book], this.events, this)
  readonly room: number[]
  /** Lots that rest, by order id, as these calls tell them. */
  readonly openLots = new Map<number, number>()

  constructor(room: readonly number[]) {
    this.room = [...room]
  }

  roomOf(slot: number): number {
    return this.room[this.orders.account[slot] as number] ?? 0
  }
  settle(taker: number, maker: number, at: number): void {
    const { orders, events } = this
    const quantity = events.cells[at + FIELD.quantity] as number
    assert.equal(events.cells[at + FIELD.slot], taker)
    assert.equal(events.cells[at + FIELDS + FIELD.slot], maker)
    for (const slot of [taker, maker])
      if (((orders.flags[slot] as number) & ORDER_FLAG.reduceOnly) !== 0)
        this.room[orders.account[slot] as number] = this.roomOf(slot) - quantity
    this.#take(maker, quantity)
  }
  rested(slot: number): void {
    this.openLots.set(this.orders.id[slot] as number, this.orders.remaining[slot] as number)
  }
  left(slot: number): void {
    if (this.orders.level[slot] !== -1) this.#take(slot, this.orders.remaining[slot] as number)
  }
  shrank(slot: number, lots: number): void {
    if (this.orders.level[slot] !== -1) this.#take(slot, lots)
  }
  #take(slot: number, lots: number): void {
    const id = this.orders.id[slot] as number
    const left = (this.openLots.get(id) ?? 0) - lots
    assert.ok(left >= 0)
    if (left === 0) this.openLots.delete(id)
    else this.openLots.set(id, left)
  }

  save(): Uint8Array {
    const writer = new StateWriter()
    this.orders.save(writer)
    this.matcher.save(writer)
    return writer.finish()
  }

  /** A market that goes on where this one stands. */
  restored(): Market {
    const market = new Market(this.room)
    const reader = new StateReader(this.save())
    market.time.set(this.time)
    market.orders.load(reader)
    market.matcher.load(reader)
    reader.finish()
    for (const [id, lots] of this.openLots) market.openLots.set(id, lots)
    return market
  }
}

type Step =
  | { readonly kind: 'place'; readonly order: PlaceRequest; readonly bound: number }
  | { readonly kind: 'cancel'; readonly pick: number }
  | { readonly kind: 'amend'; readonly pick: number; readonly price: number; readonly quantity: number }
  | { readonly kind: 'shrink'; readonly pick: number; readonly by: number }
  | { readonly kind: 'pass'; readonly time: number }
  | { readonly kind: 'restart' }

const near = fc.integer({ min: 95, max: 105 }).map((ticks) => ticks * TICK)
const far = fc.oneof(
  fc.integer({ min: 1, max: 400_000 }).map((ticks) => ticks * TICK),
  // Off the tick, as after a change of filters; and so far that only the greatest doubles count exactly.
  fc.integer({ min: 1, max: 2000 }),
  fc.integer({ min: 2 ** 45, max: 2 ** 45 + 9 }),
)
const price = fc.oneof({ weight: 6, arbitrary: near }, { weight: 1, arbitrary: far })
const quantity = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 1, arbitrary: fc.constant(2 ** 30) },
)
const place = fc
  .record({
    account: fc.nat(ACCOUNTS - 1),
    side: fc.constantFrom(BUY, SELL),
    orderKind: fc.constantFrom(ORDER_KIND.limit, ORDER_KIND.limit, ORDER_KIND.limit, ORDER_KIND.market),
    timeInForce: fc.constantFrom(...Object.values(TIME_IN_FORCE).filter((one) => one !== TIME_IN_FORCE.rpi), 0, 0),
    price,
    quantity,
    reduceOnly: fc.nat(4).map((n) => n === 0),
    clientId: fc.constantFrom('', '', 'a', 'b', 'client-c'),
    selfTrade: fc.constantFrom(...Object.values(SELF_TRADE)),
    goodTill: fc.integer({ min: 1, max: 60 }),
  })
  .map(({ orderKind, ...order }): Step => {
    const isMarket = orderKind === ORDER_KIND.market
    return {
      kind: 'place',
      bound: order.price,
      order: {
        kind: 'place',
        instrument: 0,
        positionSide: 0,
        quoteQuantity: 0,
        priceMatch: 0,
        orderKind,
        ...order,
        price: isMarket ? 0 : order.price,
      },
    }
  })
const pick = fc.nat(50)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: place },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('amend' as const), pick, price, quantity }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('shrink' as const), pick, by: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), time: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
)

test('the matcher tells the same events as one that searches a plain list at each step', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 150, size: 'max' }), (steps) => {
      const twin = new SlowMatcher(roomy())
      let market = new Market(twin.room)
      for (const one of steps) {
        const before = twin.levels()
        if (one.kind === 'restart') market = market.restored()
        else if (one.kind === 'pass') passTime(market, twin, one.time)
        else if (one.kind === 'place') placeBoth(market, twin, one.order, one.bound)
        else changeBoth(market, twin, one)
        compare(market, twin, before)
      }
    }),
    { numRuns: 100 },
  )
})

test('a saved market that is read and saved again has the same bytes', () => {
  fc.assert(
    fc.property(fc.array(place, { maxLength: 60, size: 'max' }), (steps) => {
      const market = new Market(roomy())
      const twin = new SlowMatcher(roomy())
      for (const one of steps) {
        if (one.kind === 'place') placeBoth(market, twin, one.order, one.bound)
        market.matcher.publish()
        market.events.clear()
        market.orders.recycle()
      }
      assert.deepEqual(market.restored().save(), market.save())
    }),
    { numRuns: 50 },
  )
})

/** Room of every account, full. */
function roomy(): number[] {
  return Array.from({ length: ACCOUNTS }, () => ROOM)
}

function passTime(market: Market, twin: SlowMatcher, time: number): void {
  market.time[0] = (market.time[0] as number) + time
  market.matcher.advance()
  twin.advance(market.time[0])
  market.room.fill(ROOM)
  twin.room.fill(ROOM)
}

function placeBoth(market: Market, twin: SlowMatcher, order: PlaceRequest, bound: number): void {
  const { matcher, orders } = market
  const { side, timeInForce, account, clientId } = order
  matcher.bound[0] = bound
  const twinOrder: SlowOrder = {
    ...order,
    id: orders.nextId[0] as number,
    remaining: order.quantity,
    filled: 0,
    value: 0n,
    status: 0,
    amendments: 0,
  }
  const takes = twin.queue(side, bound).length > 0
  assert.equal(matcher.canTake(0, side), takes)
  if (order.price > 0) assert.equal(matcher.wouldTake(order), takes)
  assert.equal(matcher.couldFill(order), twin.couldFill(twinOrder, bound))
  const known = clientId !== '' && twin.resting.some((one) => one.account === account && one.clientId === clientId)
  assert.equal(orders.slotOfClient(account, clientId) !== -1, known)
  if (known || (timeInForce === TIME_IN_FORCE.gtx && takes)) return
  if (timeInForce === TIME_IN_FORCE.fok && !twin.couldFill(twinOrder, bound)) return
  matcher.submit(orders.enter(order, 0))
  twin.submit(twinOrder, bound)
}

function changeBoth(
  market: Market,
  twin: SlowMatcher,
  one: Exclude<Step, { kind: 'place' | 'pass' | 'restart' }>,
): void {
  const order = twin.resting[one.pick % Math.max(1, twin.resting.length)]
  if (order === undefined) return
  const slot = market.orders.slotOf(order.id)
  assert.notEqual(slot, -1)
  if (one.kind === 'cancel') {
    market.matcher.cancel(slot)
    twin.cancel(order)
  } else if (one.kind === 'amend') {
    market.matcher.amend(slot, one.price, one.quantity)
    twin.amend(order, one.price, one.quantity)
  } else {
    const quantity = Math.max(0, order.quantity - one.by)
    market.matcher.shrink(slot, quantity)
    twin.shrink(order, quantity)
  }
}

/** Ends the request on both sides and compares all that can be seen. */
function compare(market: Market, twin: SlowMatcher, before: ReadonlyMap<string, number>): void {
  const { orders, events, book, matcher } = market
  const updateId = book.updateId
  matcher.publish()
  const told: number[][] = []
  const levels = new Map<string, number>()
  for (let at = 0; at < events.length * FIELDS; at += FIELDS) {
    const cell = (field: number): number => events.cells[at + field] as number
    assert.equal(cell(FIELD.time), market.time[0])
    if (cell(FIELD.kind) === EVENT.level) {
      const key = `${cell(FIELD.side)}:${cell(FIELD.price)}`
      assert.ok(!levels.has(key), 'a level is told once')
      levels.set(key, cell(FIELD.quantity))
      assert.equal(cell(FIELD.tradeId), updateId + levels.size)
    } else told.push(COMPARED.map(cell))
  }
  assert.deepEqual(told, twin.events)
  const after = twin.levels()
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const changed = (before.get(key) ?? 0) !== (after.get(key) ?? 0)
    assert.equal(levels.get(key), changed ? (after.get(key) ?? 0) : undefined)
  }
  assert.equal(book.updateId, updateId + levels.size)
  compareBooks(market, twin)
  twin.events = []
  events.clear()
  orders.recycle()
  assert.equal(orders.count, twin.resting.length)
  assert.equal(orders.openCount, twin.resting.length)
}

const COMPARED = [
  FIELD.kind,
  FIELD.orderId,
  FIELD.account,
  FIELD.price,
  FIELD.quantity,
  FIELD.filled,
  FIELD.status,
  FIELD.tradeId,
  FIELD.detail,
] as const

function compareBooks({ book, orders, openLots }: Market, twin: SlowMatcher): void {
  for (const side of [BUY, SELL]) {
    const queue: SlowOrder[] = []
    let n = 0
    for (let level = book.best(side); level !== -1; level = book.next(level)) {
      let total = 0
      assert.equal(book.nth(side, ++n), level)
      for (let slot = book.first[level] as number; slot !== -1; slot = orders.behind[slot] as number) {
        const order = twin.all[(orders.id[slot] as number) - 1] as SlowOrder
        total += order.remaining
        queue.push(order)
        compareOrder(orders, slot, order)
        assert.equal(openLots.get(order.id), order.remaining)
      }
      assert.equal(book.quantity[level], total)
      assert.equal(book.quantityAt(side, book.price[level] as number), total)
    }
    assert.deepEqual(queue, twin.queue(1 - side, side === SELL ? Infinity : 0))
  }
  assert.equal(openLots.size, twin.resting.length)
}

function compareOrder(orders: OrderStore, slot: number, order: SlowOrder): void {
  const { id, account, clientId } = order
  const value = BigInt(orders.filledValueHigh[slot] as number) * 2n ** 40n + BigInt(orders.filledValue[slot] as number)
  assert.equal(value, order.value)
  assert.equal(orders.remaining[slot], order.remaining)
  assert.equal(orders.amendments[slot], order.amendments)
  assert.equal(orders.slotOf(id), slot)
  assert.equal(orders.slotOfClient(account, orders.clientIdOf(slot)), slot)
  if (clientId !== '') assert.equal(orders.clientIdOf(slot), clientId)
  let found = false
  for (let own = orders.firstOwn(account, 0); own !== -1; own = orders.nextOwn[own] as number) found ||= own === slot
  assert.ok(found)
}
