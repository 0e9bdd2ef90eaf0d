import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { order, spotVenue, stopOrder, SPOT_MARKETS } from '../../../testing/spot-driver.ts'
import { EVENT, FIELD, FIELDS } from '../events.ts'
import { BUY, ORDER_KIND, SELL, TIME_IN_FORCE } from '../requests.ts'
import type { OrderRequest, VenueRequest } from '../requests.ts'
import type { VenueInstrument } from '../venue-instrument.ts'
import type { SpotVenue } from './spot-venue.ts'

const ACCOUNTS = 4
/** Typical price of each market in quanta, and lots of a typical order. */
const PRICES = [10_000, 5_000] as const
const LOTS = [40_000, 1_234_567] as const

const account = fc.nat(ACCOUNTS - 1)
const side = fc.constantFrom(BUY, SELL)
const selfTrade = fc.constantFrom(0, 1, 2, 3, 4)
const near = fc.integer({ min: -3, max: 3 })
const size = fc.integer({ min: 1, max: 30 })

const place: fc.Arbitrary<OrderRequest> = fc
  .record({
    account,
    instrument: fc.nat(1),
    side,
    selfTrade,
    near,
    size,
    timeInForce: fc.constantFrom(
      TIME_IN_FORCE.gtc,
      TIME_IN_FORCE.gtc,
      TIME_IN_FORCE.ioc,
      TIME_IN_FORCE.fok,
      TIME_IN_FORCE.gtx,
    ),
    how: fc.constantFrom('limit', 'limit', 'limit', 'market', 'value', 'stop', 'stopMarket', 'takeProfit'),
  })
  .map(({ how, near, size, ...rest }) => {
    const { instrument } = rest
    const price = PRICES[instrument as 0 | 1] + near
    const quantity = LOTS[instrument as 0 | 1] * size + (instrument === 1 ? size : 0)
    const timeInForce = rest.timeInForce
    if (how === 'limit') return order({ ...rest, price, quantity })
    if (how === 'market') return order({ ...rest, orderKind: ORDER_KIND.market, timeInForce: 0, quantity })
    if (how === 'value')
      return order({ ...rest, orderKind: ORDER_KIND.market, timeInForce: 0, quoteQuantity: size * 30_000_001 })
    const stop = { ...rest, timeInForce: timeInForce % 3, quantity, triggerPrice: price }
    if (how === 'stop') return stopOrder({ ...stop, orderKind: ORDER_KIND.stop, price: price + (near % 3) })
    if (how === 'stopMarket') return stopOrder({ ...stop, orderKind: ORDER_KIND.stopMarket, timeInForce: 0 })
    return stopOrder({ ...stop, orderKind: ORDER_KIND.takeProfit, price: price - (near % 3) })
  })

const list: fc.Arbitrary<VenueRequest> = fc
  .record({
    account,
    instrument: fc.nat(1),
    side,
    size,
    up: fc.integer({ min: 1, max: 9 }),
    down: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ size, up, down, ...rest }) => {
    const middle = PRICES[rest.instrument as 0 | 1]
    const quantity = LOTS[rest.instrument as 0 | 1] * size
    const profitPrice = rest.side === SELL ? middle + up : middle - up
    const trigger = rest.side === SELL ? middle - down : middle + down
    const profit = order({ ...rest, quantity, price: profitPrice, timeInForce: TIME_IN_FORCE.gtx })
    const stop = stopOrder({
      ...rest,
      quantity,
      price: rest.side === SELL ? trigger - 1 : trigger + 1,
      triggerPrice: trigger,
    })
    const [above, below] = rest.side === SELL ? [profit, stop] : [stop, profit]
    return { kind: 'place-list', account: rest.account, instrument: rest.instrument, clientId: '', above, below }
  })

const recent = fc.nat(12)
/** What is done, where orders are named by how many ids ago they were given one. */
type Step = { readonly request: (venue: SpotVenue) => VenueRequest; readonly wait: number }
const idOf = (venue: SpotVenue, ago: number): number => Math.max(1, (venue.orders.nextId[0] as number) - 1 - ago)
/** Account and market of an open order, so that the request finds it. */
const named = (venue: SpotVenue, ago: number): { account: number; instrument: number; orderId: number } => {
  const orderId = idOf(venue, ago)
  const slot = venue.orders.slotOf(orderId)
  if (slot === -1) return { account: 0, instrument: 0, orderId }
  return { account: venue.orders.account[slot] as number, instrument: venue.orders.instrument[slot] as number, orderId }
}

const request: fc.Arbitrary<Step['request']> = fc.oneof(
  { weight: 12, arbitrary: place.map((made) => () => made) },
  { weight: 2, arbitrary: list.map((made) => () => made) },
  {
    weight: 3,
    arbitrary: recent.map((ago) => (venue: SpotVenue) => ({
      kind: 'cancel' as const,
      ...named(venue, ago),
      clientId: '',
    })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(recent, size).map(([ago, lots]) => (venue: SpotVenue) => {
      const at = named(venue, ago)
      return {
        kind: 'amend' as const,
        ...at,
        clientId: '',
        side: 0,
        price: 0,
        quantity: LOTS[at.instrument as 0 | 1] * lots,
      }
    }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(recent, place, fc.boolean()).map(([ago, made, allowFailure]) => (venue: SpotVenue) => {
      const cancel = { kind: 'cancel' as const, ...named(venue, ago), clientId: '' }
      return { kind: 'cancel-replace' as const, cancel, order: made, allowFailure }
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(account, fc.nat(1))
      .map(([owner, instrument]) => () => ({ kind: 'cancel-all' as const, account: owner, instrument })),
  },
)
const steps: fc.Arbitrary<Step[]> = fc.array(fc.record({ request, wait: fc.nat(5_000_000) }), {
  minLength: 20,
  maxLength: 120,
  size: 'max',
})

/** Balances kept by hand, in BigInt, from nothing but the fill events. */
class BalanceTwin {
  readonly totals = new Map<string, bigint>()
  readonly fees = new Map<number, bigint>()

  apply(venue: SpotVenue): void {
    for (let i = 0; i < venue.events.length; i++) {
      const at = i * FIELDS
      const value = (field: number): number => venue.events.cells[at + field] as number
      if (value(FIELD.kind) !== EVENT.fill) continue
      const { base, quote, priceDecimals, quantityDecimals } = SPOT_MARKETS[value(FIELD.instrument)] as VenueInstrument
      const lots = BigInt(value(FIELD.quantity)) * 10n ** BigInt(8 - quantityDecimals)
      const worth =
        (BigInt(value(FIELD.price)) * BigInt(value(FIELD.quantity)) * 10n ** 8n) /
        10n ** BigInt(priceDecimals + quantityDecimals)
      const buys = value(FIELD.side) === BUY
      const got = buys ? lots : worth
      const fee = (got * 1000n + 500_000n) / 1_000_000n
      assert.equal(BigInt(value(FIELD.amount)), fee)
      assert.equal(venue.assets[value(FIELD.asset)], buys ? base : quote)
      this.#add(value(FIELD.account), buys ? base : quote, got - fee)
      this.#add(value(FIELD.account), buys ? quote : base, -(buys ? worth : lots))
      this.fees.set(value(FIELD.asset), (this.fees.get(value(FIELD.asset)) ?? 0n) + fee)
    }
  }

  #add(owner: number, asset: string, change: bigint): void {
    const key = `${owner} ${asset}`
    this.totals.set(key, (this.totals.get(key) ?? 1_000n * 10n ** 8n) + change)
  }
}

/** What an open order needs, reckoned by hand. */
function needOf(venue: SpotVenue, slot: number): bigint {
  const { orders, state } = venue
  const { priceDecimals, quantityDecimals } = SPOT_MARKETS[orders.instrument[slot] as number] as VenueInstrument
  const lots = BigInt(orders.remaining[slot] as number)
  if (orders.side[slot] === SELL) return lots * 10n ** BigInt(8 - quantityDecimals)
  const price = BigInt((orders.price[slot] as number) || (state.columns.trigger[slot] as number))
  const scale = 10n ** BigInt(priceDecimals + quantityDecimals)
  return (price * lots * 10n ** 8n + scale - 1n) / scale
}

function checkMoney(venue: SpotVenue, twin: BalanceTwin): void {
  const { balances, lists } = venue.state
  for (const [index, asset] of venue.assets.entries()) {
    assert.equal(balances.imbalance(index), 0n, asset)
    assert.equal(balances.fees.get(index), twin.fees.get(index) ?? 0n)
    for (let owner = 0; owner < ACCOUNTS; owner++) {
      const { free, locked } = venue.views.balance(owner, index)
      assert.ok(free >= 0n, `account ${owner} owes ${free} ${asset}`)
      assert.equal(free + locked, twin.totals.get(`${owner} ${asset}`) ?? 1_000n * 10n ** 8n)
      let needed = 0n
      for (const [instrument, { base, quote }] of SPOT_MARKETS.entries())
        for (const { orderId, side: direction, listId } of venue.views.openOrders(owner, instrument)) {
          if ((direction === BUY ? quote : base) !== asset) continue
          const both = lists.open(listId)?.orderIds.map((id) => venue.orders.slotOf(id)) ?? []
          // Both legs of a list need what the dearer one does, counted with the first.
          if (both.length === 0 || both.includes(-1)) needed += needOf(venue, venue.orders.slotOf(orderId))
          else if (venue.orders.id[both[0] as number] === orderId)
            needed += both.map((slot) => needOf(venue, slot)).reduce((a, b) => (a > b ? a : b))
        }
      assert.equal(locked, needed, `account ${owner} ${asset}`)
    }
  }
}

function eventText(venue: SpotVenue): string {
  return JSON.stringify([...venue.events.cells.subarray(0, venue.events.length * FIELDS)])
}

test('no unit of any asset appears or vanishes, and what is locked is what open orders need', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const venue = spotVenue(ACCOUNTS)
      const twin = new BalanceTwin()
      for (const { request: make, wait } of all) {
        venue.time[0] = (venue.time[0] as number) + wait
        venue.advance()
        const wish = make(venue)
        const outcome = venue.handle(wish)
        assert.ok(outcome.code <= 0)
        twin.apply(venue)
        venue.recycle()
        checkMoney(venue, twin)
      }
    }),
    { numRuns: 150 },
  )
})

test('a venue that was saved and loaded goes on with the same events', () => {
  fc.assert(
    fc.property(steps, steps, (before, after) => {
      const venue = spotVenue(ACCOUNTS)
      for (const { request: make, wait } of before) {
        venue.time[0] = (venue.time[0] as number) + wait
        venue.handle(make(venue))
        venue.recycle()
      }
      const writer = new StateWriter()
      venue.save(writer)
      const other = spotVenue(0)
      const reader = new StateReader(writer.finish())
      other.load(reader)
      reader.finish()
      for (const { request: make, wait } of after) {
        for (const one of [venue, other]) {
          one.time[0] = (one.time[0] as number) + wait
          one.handle(make(one))
        }
        assert.equal(eventText(other), eventText(venue))
        venue.recycle()
        other.recycle()
      }
      const again = new StateWriter()
      const twice = new StateWriter()
      venue.save(again)
      other.save(twice)
      assert.equal(twice.hash(), again.hash())
      for (let owner = 0; owner < ACCOUNTS; owner++)
        assert.deepEqual(other.views.allOrders(owner, 0), venue.views.allOrders(owner, 0))
    }),
    { numRuns: 60 },
  )
})
