import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ORDER_FLAGS, ORDER_TYPE } from '../tape/kinds.ts'
import { checkBand, checkFilters, compareProducts, FILTER, FILTER_INPUT } from './filters.ts'
import type { Instrument } from './instrument.ts'

/** A perpetual with a tick of 0.10 (prices have two decimals) and 0.001 lots. */
const perpetual: Instrument = {
  venue: 'binance-usdm',
  market: 'linear',
  symbol: 'BTCUSDT',
  version: 1,
  base: 'BTC',
  quote: 'USDT',
  settle: 'USDT',
  contractSize: 1,
  priceDecimals: 2,
  quantityDecimals: 3,
  markDecimals: 8,
  tickSize: 10,
  stepSize: 1,
  minQuantity: 1,
  maxQuantity: 1_000_000,
  marketStepSize: 1,
  marketMinQuantity: 1,
  marketMaxQuantity: 120_000,
  minPrice: 55_680,
  maxPrice: 452_976_400,
  minNotionalMicros: 50_000_000,
  priceBandUpPpm: 1_050_000,
  priceBandDownPpm: 950_000,
  inferred: false,
}

const spot: Instrument = {
  ...perpetual,
  venue: 'binance-spot',
  market: 'spot',
  quantityDecimals: 8,
  tickSize: 1,
  stepSize: 1000,
  minQuantity: 1000,
  maxQuantity: 900_000_000_000,
  marketStepSize: 0,
  marketMinQuantity: 0,
  marketMaxQuantity: 11_000_000_000,
  minPrice: 1,
  maxPrice: 100_000_000,
  minNotionalMicros: 5_000_000,
}

interface Order {
  type?: number
  flags?: number
  price?: number
  quantity?: number
  trigger?: number
  reference?: number
}

function check(instrument: Instrument, order: Order): number {
  const input = new Float64Array(FILTER_INPUT.length)
  input[FILTER_INPUT.price] = order.price ?? 0
  input[FILTER_INPUT.quantity] = order.quantity ?? 10
  input[FILTER_INPUT.trigger] = order.trigger ?? 0
  input[FILTER_INPUT.reference] = order.reference ?? 7_690_000_000_000
  return checkFilters(instrument, order.type ?? ORDER_TYPE.limit, order.flags ?? 0, input)
}

test('an order inside all filters passes', () => {
  assert.equal(check(perpetual, { price: 7_690_000 }), FILTER.passed)
  assert.equal(check(perpetual, { type: ORDER_TYPE.market }), FILTER.passed)
  assert.equal(check(perpetual, { type: ORDER_TYPE.stopMarket, trigger: 7_500_000 }), FILTER.passed)
})

test('prices meet precision, sign, limits and tick, in this order', () => {
  assert.equal(check(perpetual, { price: 7_690_000.5 }), FILTER.pricePrecision)
  assert.equal(check(perpetual, { price: 0 }), FILTER.priceNotPositive)
  assert.equal(check(perpetual, { price: -10 }), FILTER.priceNotPositive)
  assert.equal(check(perpetual, { price: 452_976_410 }), FILTER.priceTooHigh)
  assert.equal(check(perpetual, { price: 55_670 }), FILTER.priceTooLow)
  assert.equal(check(perpetual, { price: 7_690_005 }), FILTER.priceTick)
})

test('a futures tick counts from the lowest price, a spot tick from zero', () => {
  const shifted = { minPrice: 55_685, priceBandUpPpm: 0, priceBandDownPpm: 0 }
  assert.equal(check({ ...perpetual, ...shifted }, { price: 7_690_005 }), FILTER.passed)
  assert.equal(check({ ...perpetual, ...shifted }, { price: 7_690_000 }), FILTER.priceTick)
  const spotShifted = { ...spot, ...shifted, tickSize: 10 }
  assert.equal(check(spotShifted, { price: 7_690_000, quantity: 100_000 }), FILTER.passed)
})

test('triggers meet the price filter too', () => {
  const type = ORDER_TYPE.takeProfitMarket
  assert.equal(check(perpetual, { type, trigger: 0 }), FILTER.triggerNotPositive)
  assert.equal(check(perpetual, { type, trigger: 452_976_410 }), FILTER.triggerTooHigh)
  assert.equal(check(perpetual, { type, trigger: 7_690_005 }), FILTER.triggerTick)
})

test('quantities meet sign, limits and step; market orders have limits of their own', () => {
  const price = 7_690_000
  assert.equal(check(perpetual, { price, quantity: 0.5 }), FILTER.quantityPrecision)
  assert.equal(check(perpetual, { price, quantity: 0 }), FILTER.quantityNotPositive)
  assert.equal(check(perpetual, { price, quantity: 1_000_001 }), FILTER.quantityTooLarge)
  assert.equal(check(perpetual, { price, quantity: 120_001 }), FILTER.passed)
  assert.equal(check(perpetual, { type: ORDER_TYPE.market, quantity: 120_001 }), FILTER.quantityTooLarge)
  assert.equal(check({ ...perpetual, minQuantity: 5, stepSize: 5 }, { price, quantity: 4 }), FILTER.quantityTooSmall)
  assert.equal(check({ ...perpetual, minQuantity: 5, stepSize: 5 }, { price, quantity: 11 }), FILTER.quantityStep)
})

test('a spot market order also meets the lot filter of limit orders', () => {
  const type = ORDER_TYPE.market
  assert.equal(check(spot, { type, quantity: 100_000 }), FILTER.passed)
  assert.equal(check(spot, { type, quantity: 100_500 }), FILTER.quantityStep)
  assert.equal(check(spot, { type, quantity: 500 }), FILTER.quantityTooSmall)
})

test('the smallest value binds exactly, and not for reduce-only orders', () => {
  const cheap = { ...perpetual, minPrice: 0, priceBandUpPpm: 0, priceBandDownPpm: 0 }
  assert.equal(check(cheap, { price: 50_000, quantity: 100 }), FILTER.passed)
  assert.equal(check(cheap, { price: 49_990, quantity: 100 }), FILTER.notional)
  assert.equal(check(cheap, { price: 49_990, quantity: 100, flags: ORDER_FLAGS.reduceOnly }), FILTER.passed)
})

test('a market order is valued at the reference price, a stop at its trigger', () => {
  const cheap = { ...perpetual, minPrice: 0 }
  const quantity = 100
  assert.equal(check(cheap, { type: ORDER_TYPE.market, quantity, reference: 50_000_000_000 }), FILTER.passed)
  assert.equal(check(cheap, { type: ORDER_TYPE.market, quantity, reference: 49_999_999_999 }), FILTER.notional)
  assert.equal(check(cheap, { type: ORDER_TYPE.stopMarket, quantity, trigger: 49_990 }), FILTER.notional)
})

test('a contract that stands for a fraction of a unit is worth that fraction', () => {
  const contracts = { ...perpetual, contractSize: 0.01, minPrice: 0, priceBandUpPpm: 0, priceBandDownPpm: 0 }
  assert.equal(check(contracts, { price: 500_000, quantity: 1000 }), FILTER.passed)
  assert.equal(check(contracts, { price: 499_990, quantity: 1000 }), FILTER.notional)
})

test('the band holds purchases below and sales above the reference', () => {
  const reference = 7_690_000_000_000
  assert.equal(check(perpetual, { price: 8_074_500, reference }), FILTER.passed)
  assert.equal(check(perpetual, { price: 8_074_510, reference }), FILTER.bandHigh)
  assert.equal(check(perpetual, { price: 8_074_510, flags: ORDER_FLAGS.sell, reference }), FILTER.passed)
  assert.equal(check(perpetual, { price: 7_305_500, flags: ORDER_FLAGS.sell, reference }), FILTER.passed)
  assert.equal(check(perpetual, { price: 7_305_490, flags: ORDER_FLAGS.sell, reference }), FILTER.bandLow)
  assert.equal(check(perpetual, { price: 8_074_510, reference: 0 }), FILTER.passed)
})

test('the band agrees with whole numbers for all scales', () => {
  const scale = fc.integer({ min: 0, max: 9 })
  const count = fc.maxSafeNat()
  fc.assert(
    fc.property(scale, scale, count, count, fc.boolean(), (priceDecimals, markDecimals, price, reference, sell) => {
      fc.pre(reference > 0)
      const instrument = { ...perpetual, priceDecimals, markDecimals }
      const input = Float64Array.of(price, 0, 0, reference)
      const left = BigInt(price) * 10n ** BigInt(markDecimals) * 1_000_000n
      const right = BigInt(reference) * 10n ** BigInt(priceDecimals) * BigInt(sell ? 950_000 : 1_050_000)
      const outside = sell ? left < right : left > right
      const expected = outside ? (sell ? FILTER.bandLow : FILTER.bandHigh) : FILTER.passed
      assert.equal(checkBand(instrument, sell, input), expected)
    }),
  )
})

test('products of safe integers are compared exactly', () => {
  const near = fc.maxSafeNat().chain((a) => fc.tuple(fc.constant(a), fc.integer({ min: -2, max: 2 })))
  fc.assert(
    fc.property(fc.maxSafeNat(), near, fc.boolean(), (b, [a, shift], swapped) => {
      const c = swapped ? b : Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, a + shift))
      const d = swapped ? a : b
      const left = BigInt(a) * BigInt(b)
      const right = BigInt(c) * BigInt(d)
      assert.equal(compareProducts(a, b, c, d), left < right ? -1 : left > right ? 1 : 0)
    }),
  )
})
