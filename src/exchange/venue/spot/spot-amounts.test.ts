import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { spotInstrument } from '../../../testing/spot-driver.ts'
import { AMOUNT, CELL, FILL_VALUE_ROUNDING, LOCK_ROUNDING, SpotAmounts } from './spot-amounts.ts'

const PRICE_DECIMALS = [2, 8, 4] as const
const QUANTITY_DECIMALS = [5, 3, 0] as const

/** The amounts of a market with these decimals, with a price and a quantity put in. */
function put(market: number, price: number, lots: number, rate = 0): SpotAmounts {
  const amounts = new SpotAmounts([
    spotInstrument('X', {
      priceDecimals: PRICE_DECIMALS[market] as number,
      quantityDecimals: QUANTITY_DECIMALS[market] as number,
    }),
  ])
  amounts.cells[CELL.price] = price
  amounts.cells[CELL.lots] = lots
  amounts.cells[CELL.rate] = rate
  return amounts
}

const market = fc.nat(2)
const count = fc.oneof(
  fc.integer({ min: 1, max: 1_000_000 }),
  fc.maxSafeNat().map((n) => Math.max(1, n)),
)

test('values, quantities and commissions are exact at any size', () => {
  fc.assert(
    fc.property(market, count, count, fc.integer({ min: -200, max: 2000 }), (index, price, lots, rate) => {
      const made = put(index, price, lots, rate)
      const scale = 10n ** BigInt((PRICE_DECIMALS[index] as number) + (QUANTITY_DECIMALS[index] as number))
      const value = BigInt(price) * BigInt(lots) * 100_000_000n
      // Amounts have 128 bits: what is worth more than that is refused by the maximum of the filters long before.
      fc.pre(value / scale < 2n ** 120n)
      made.quote(0, AMOUNT.quote, FILL_VALUE_ROUNDING)
      made.quote(0, AMOUNT.need, LOCK_ROUNDING)
      made.base(0, AMOUNT.base)
      made.commission(AMOUNT.base, AMOUNT.fee)
      const base = BigInt(lots) * 10n ** BigInt(8 - (QUANTITY_DECIMALS[index] as number))
      assert.equal(made.amounts.get(AMOUNT.quote), value / scale)
      assert.equal(made.amounts.get(AMOUNT.need), (value + scale - 1n) / scale)
      assert.equal(made.amounts.get(AMOUNT.base), base)
      const fee = (base * BigInt(Math.abs(rate)) + 500_000n) / 1_000_000n
      assert.equal(made.amounts.get(AMOUNT.fee), rate < 0 ? -fee : fee)
    }),
  )
})

test('what a purchase locks covers its fills, however they are split', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1 }),
      (price, parts) => {
        const whole = put(
          1,
          price,
          parts.reduce((a, b) => a + b, 0),
        )
        whole.quote(0, AMOUNT.need, LOCK_ROUNDING)
        const paid = parts.map((lots) => {
          const part = put(1, price, lots)
          part.quote(0, AMOUNT.quote, FILL_VALUE_ROUNDING)
          return part.amounts.get(AMOUNT.quote)
        })
        assert.ok(paid.reduce((a, b) => a + b, 0n) <= whole.amounts.get(AMOUNT.need))
      },
    ),
  )
})

test('lots finer than amounts are refused by name', () => {
  assert.throws(() => new SpotAmounts([spotInstrument('FINE', { quantityDecimals: 9 })]), /FINE: lots of 10\^-9/)
})
