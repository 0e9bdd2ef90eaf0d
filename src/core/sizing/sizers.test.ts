import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wholeInstrument } from '../../testing/engine-driver.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import type { SizerConfig } from '../engine/config.ts'
import type { Instrument } from '../market/instrument.ts'
import { scaleOf } from '../number/decimal.ts'
import { SIZING, lotsOfNotional, sizeSignal } from './sizers.ts'

const FIXED: SizerConfig = { kind: 'fixed-notional', notional: 1000 }
const RISK: SizerConfig = { kind: 'risk-fraction', fraction: 0.01, maxNotional: 5000 }

/** Lots that a signal is worth; equity in units of the settle asset. */
function size(
  sizer: SizerConfig,
  facts: { readonly price: number; readonly equity?: number; readonly stop?: number },
  instrument: Instrument = wholeInstrument('BTCUSDT'),
): number {
  const cells = new Float64Array(SIZING.length)
  cells[SIZING.price] = facts.price
  cells[SIZING.equityMicros] = (facts.equity ?? 10_000) * 1e6
  cells[SIZING.stopFraction] = facts.stop ?? 0
  sizeSignal(sizer, instrument, cells)
  return cells[SIZING.lots] as number
}

function lots(notional: number, price: number, instrument: Instrument): number {
  const cells = new Float64Array(SIZING.length)
  cells[SIZING.price] = price
  lotsOfNotional(notional, instrument, cells)
  return cells[SIZING.lots] as number
}

test('a fixed value buys the whole lots that fit into it', () => {
  assert.equal(size(FIXED, { price: 100 }), 10)
  assert.equal(size(FIXED, { price: 101 }), 9)
  assert.equal(size(FIXED, { price: 1001 }), 0)
})

test('a risked share of equity buys so much that the stop loses that share', () => {
  // One per cent of 10,000 is 100; a stop 4 % away may be 2,500 large.
  assert.equal(size(RISK, { price: 100, stop: 0.04 }), 25)
  assert.equal(size(RISK, { price: 100, stop: 0.04, equity: 20_000 }), 50)
})

test('a risked share is capped, however near the stop is', () => {
  assert.equal(size(RISK, { price: 100, stop: 0.0001 }), 50)
})

test('a risked share without a stop is no size at all', () => {
  assert.equal(size(RISK, { price: 100 }), 0)
})

test('without a price, and with nothing left, nothing is bought', () => {
  for (const price of [0, NaN, -1]) assert.equal(size(FIXED, { price }), 0)
  assert.equal(size(RISK, { price: 100, stop: 0.04, equity: 0 }), 0)
  assert.equal(size(RISK, { price: 100, stop: 0.04, equity: -500 }), 0)
})

test('sizes are steps, rounded toward zero on both sides', () => {
  const stepped = wholeInstrument('BTCUSDT', { stepSize: 4 })
  assert.equal(lots(1000, 100, stepped), 8)
  assert.equal(lots(-1000, 100, stepped), -8)
  assert.ok(Object.is(lots(-100, 100, stepped), 0), 'and never -0')
})

/** Digits and decimals of a contract size, written as `digits * 10^-decimals`. */
const contract = fc.record({ digits: fc.integer({ min: 1, max: 999 }), decimals: fc.integer({ min: 0, max: 3 }) })

test('lots of a value are exact: the most that cost no more than it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 4 }),
      contract,
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 1, max: 5 }),
      (priceDecimals, quantityDecimals, { digits, decimals }, price, notional, stepSize) => {
        const contractSize = digits / scaleOf(decimals)
        const rules = exampleInstrument('BTCUSDT', { priceDecimals, quantityDecimals, contractSize, stepSize })
        // notional * 10^(price + quantity + contract decimals) against lots * price * digits.
        const scale = 10n ** BigInt(priceDecimals + quantityDecimals + decimals)
        const most = (BigInt(notional) * scale) / (BigInt(price) * BigInt(digits))
        assert.equal(BigInt(lots(notional, price, rules)), most - (most % BigInt(stepSize)))
      },
    ),
    { numRuns: 2000 },
  )
})

test('a value that is a whole number of lots buys exactly these', () => {
  fc.assert(
    fc.property(
      contract,
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 10_000 }),
      ({ digits, decimals }, price, wanted) => {
        const unit = scaleOf(decimals)
        const rules = wholeInstrument('BTCUSDT', { contractSize: digits / unit })
        fc.pre((wanted * price * digits) % unit === 0)
        assert.equal(lots((wanted * price * digits) / unit, price, rules), wanted)
      },
    ),
    { numRuns: 2000 },
  )
})
