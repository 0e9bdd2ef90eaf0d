import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { SlowSpotVenue } from '../../../testing/slow-spot-venue.ts'
import { spotVenue, SPOT_MARKETS } from '../../../testing/spot-driver.ts'
import { spotSteps, STEP_ACCOUNTS } from '../../../testing/spot-steps.ts'
import { EVENT, FIELD, FIELDS, STATUS } from '../events.ts'
import { BUY, SELL } from '../requests.ts'
import type { VenueInstrument } from '../venue-instrument.ts'
import type { SpotVenue } from './spot-venue.ts'

const ACCOUNTS = STEP_ACCOUNTS

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
    fc.property(spotSteps, (all) => {
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
    fc.property(spotSteps, spotSteps, (before, after) => {
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

/** Markets whose filters never say no: the twin has none. */
const FREE_MARKETS = SPOT_MARKETS.map((market) => ({
  ...market,
  minNotionalMicros: 0,
  priceBandUpPpm: 0,
  priceBandDownPpm: 0,
  maxAmendments: 1_000,
}))

const STATUS_WORDS: Readonly<Record<number, string>> = {
  [STATUS.new]: 'new',
  [STATUS.partiallyFilled]: 'partial',
  [STATUS.filled]: 'filled',
  [STATUS.canceled]: 'canceled',
  [STATUS.expired]: 'expired',
  [STATUS.expiredInMatch]: 'prevented',
}

/** Every order that an account ever had, as one line each. */
function ordersOf(venue: SpotVenue): string[] {
  return Array.from({ length: ACCOUNTS * FREE_MARKETS.length }, (_, i) => i)
    .flatMap((i) => venue.views.allOrders(i % ACCOUNTS, Math.floor(i / ACCOUNTS)))
    .sort((a, b) => a.orderId - b.orderId)
    .map(
      (o) => `${o.orderId} ${STATUS_WORDS[o.status]} ${o.quantity} ${o.filled} ${o.prevented} ${o.workingTime === -1}`,
    )
}

test('the venue does what its slow twin does', () => {
  fc.assert(
    fc.property(spotSteps, (all) => {
      const venue = spotVenue(ACCOUNTS, FREE_MARKETS)
      const twin = new SlowSpotVenue(FREE_MARKETS)
      for (let owner = 0; owner < ACCOUNTS; owner++)
        for (const asset of venue.assets) twin.give(owner, asset, 1_000n * 10n ** 8n)
      for (const { request: make } of all) {
        const wish = make(venue)
        const { code } = venue.handle(wish)
        venue.recycle()
        assert.equal(twin.handle(wish), code, JSON.stringify(wish))
        for (let owner = 0; owner < ACCOUNTS; owner++)
          for (const [index, asset] of venue.assets.entries()) {
            const { free, locked } = venue.views.balance(owner, index)
            assert.equal(locked, twin.locked(owner, asset), `locked ${owner} ${asset}`)
            assert.equal(free + locked, twin.owned(owner, asset), `owned ${owner} ${asset}`)
          }
      }
      const expected = twin.orders.map(
        (o) => `${o.id} ${o.status} ${o.quantity} ${o.filled} ${o.prevented} ${o.trigger !== 0n && !o.works}`,
      )
      assert.deepEqual(ordersOf(venue), expected)
    }),
    { numRuns: 150 },
  )
})
