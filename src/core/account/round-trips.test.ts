import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MoneyRows, amount, instrumentOf } from '../../testing/account-rows.ts'
import type { FillFacts } from '../../testing/account-rows.ts'
import { RoundTrips } from './round-trips.ts'
import type { RoundTrip } from './round-trips.ts'
import { Settlement } from './settlement.ts'

const INSTRUMENTS = [
  instrumentOf('linear', 'BTC', 'USDT', { priceDecimals: 1, quantityDecimals: 3 }),
  instrumentOf('spot', 'BTC', 'USDT', { priceDecimals: 2, quantityDecimals: 5 }),
]
const BTC = 0
const USDT = 1
const BNB = 2

function setUp() {
  const rows = new MoneyRows(INSTRUMENTS, ['BNB'])
  const closed: RoundTrip[] = []
  const trips = new RoundTrips(2, new Settlement(INSTRUMENTS, rows.assets), (trip) => closed.push(trip))
  const fill = (facts: Partial<FillFacts> & Pick<FillFacts, 'side' | 'price' | 'quantity'>, reason = 0): void =>
    trips.onFill(facts.instrument ?? 0, rows.buffer, rows.fill({ instrument: 0, feeAsset: USDT, ...facts }), reason)
  const fund = (paid: bigint): void => trips.onFunding(0, rows.buffer, rows.funding(0, USDT, paid))
  return { trips, closed, fill, fund }
}

test('a trip runs from the fill that opens to the fill that closes', () => {
  const { trips, closed, fill, fund } = setUp()
  fill({ side: 'buy', price: 600_000, quantity: 100, fee: amount('2.4'), maker: true, time: 1_000 }, 7)
  fill({ side: 'buy', price: 606_000, quantity: 200, fee: amount('6.06'), time: 2_000 }, 8)
  fund(amount('-0.5'))
  trips.onPrice(0, 592_000)
  trips.onPrice(0, 640_000)
  assert.equal(closed.length, 0)
  fill({ side: 'sell', price: 610_000, quantity: 300, fee: amount('9.15'), time: 5_000 }, 9)
  assert.equal(closed.length, 1)
  const { adverse, favourable, ...trip } = closed[0] as RoundTrip
  assert.deepEqual(trip, {
    key: 0,
    instrument: 0,
    symbol: 'BTCUSDT',
    side: 'long',
    entryTime: 1_000,
    exitTime: 5_000,
    duration: 4_000,
    entryPrice: 60_400,
    exitPrice: 61_000,
    entered: amount('0.3'),
    exited: amount('0.3'),
    entryValue: amount('18120'),
    exitValue: amount('18300'),
    maxQuantity: 300,
    assetIndex: USDT,
    asset: 'USDT',
    gross: amount('180'),
    fees: amount('17.61'),
    funding: amount('-0.5'),
    net: amount('161.89'),
    otherFees: [],
    fills: 3,
    makerShare: 1 / 6,
    entryReason: 7,
    exitReason: 9,
  })
  assert.equal(adverse, 592_000 / 604_000 - 1)
  assert.equal(favourable, 640_000 / 604_000 - 1)
  assert.deepEqual(trips.open(), [])
})

test('a fill that turns the position ends one trip and begins the next, and its fee is divided', () => {
  const { trips, closed, fill } = setUp()
  fill({ side: 'sell', price: 600_000, quantity: 100, fee: amount('1'), time: 1 }, 1)
  fill({ side: 'buy', price: 590_000, quantity: 400, fee: amount('4.000000000000000002'), time: 2 }, 2)
  assert.equal(closed.length, 1)
  assert.equal(closed[0]?.side, 'short')
  assert.equal(closed[0]?.gross, amount('100'))
  assert.equal(closed[0]?.fees, amount('2'))
  const [next] = trips.open()
  assert.equal(next?.side, 'long')
  assert.equal(next?.entered, amount('0.3'))
  assert.equal(next?.entryPrice, 59_000)
  assert.equal(next?.fees, amount('3.000000000000000002'))
  assert.deepEqual([next?.entryReason, next?.exitReason, next?.entryTime], [2, 0, 2])
})

test('a partial close keeps the trip open, with what it realised so far', () => {
  const { trips, closed, fill } = setUp()
  fill({ side: 'buy', price: 600_000, quantity: 100 })
  fill({ side: 'sell', price: 601_000, quantity: 40 })
  assert.equal(closed.length, 0)
  assert.equal(trips.open()[0]?.gross, amount('4'))
  assert.equal(trips.open()[0]?.exitPrice, 60_100)
})

test('the worst and best price of a short lie above and below its entry', () => {
  const { closed, trips, fill } = setUp()
  fill({ side: 'sell', price: 600_000, quantity: 1 })
  trips.onPrice(0, 606_000)
  trips.onPrice(0, 594_000)
  trips.onPrice(1, 1)
  fill({ side: 'buy', price: 588_000, quantity: 1 })
  assert.equal(closed[0]?.adverse, 1 - 606_000 / 600_000)
  assert.equal(closed[0]?.favourable, 1 - 588_000 / 600_000)
})

test('fees in a third asset are listed beside the net result', () => {
  const { closed, fill } = setUp()
  fill({ side: 'buy', price: 600_000, quantity: 1, feeAsset: BNB, fee: amount('0.001') })
  fill({ side: 'sell', price: 600_000, quantity: 1, feeAsset: BNB, fee: amount('0.002') })
  assert.equal(closed[0]?.net, 0n)
  assert.deepEqual(closed[0]?.otherFees, [{ asset: 'BNB', amount: amount('0.003') }])
})

test('a spot trip with its fee in the base asset ends when the whole lots are sold', () => {
  const { closed, fill, trips } = setUp()
  const spot = { instrument: 1, key: 1 }
  fill({ ...spot, side: 'buy', price: 6_000_000, quantity: 100, feeAsset: BTC, fee: amount('0.000001') })
  fill({ ...spot, side: 'sell', price: 6_100_000, quantity: 99, fee: amount('0.06') })
  assert.equal(closed.length, 1)
  assert.equal(closed[0]?.gross, amount('0.99'))
  assert.equal(closed[0]?.fees, amount('0.12'))
  assert.equal(closed[0]?.exited, amount('0.00099'))
  assert.deepEqual(trips.open(), [])
})

test('funding while flat belongs to no trip and is not lost', () => {
  const { trips, fund } = setUp()
  fund(5n)
  assert.deepEqual(trips.between, { gross: 0n, fees: 0n, funding: 5n })
})
