import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MoneyRows, amount, instrumentOf } from '../../testing/account-rows.ts'
import type { Instrument } from '../market/instrument.ts'
import { AccountError } from './account-error.ts'
import { FILL_AMOUNT, Settlement } from './settlement.ts'

function read(instrument: Instrument, price: number, quantity: number): { notional: bigint; quantity: bigint } {
  const rows = new MoneyRows([instrument])
  const settlement = new Settlement([instrument], rows.assets)
  settlement.readFill(rows.buffer, rows.fill({ instrument: 0, side: 'buy', price, quantity }))
  return {
    notional: settlement.fill.get(FILL_AMOUNT.notional),
    quantity: settlement.fill.get(FILL_AMOUNT.quantity),
  }
}

test('a fill becomes amounts of 10^-18', () => {
  const bitcoin = instrumentOf('linear', 'BTC', 'USDT', { priceDecimals: 1, quantityDecimals: 3 })
  assert.deepEqual(read(bitcoin, 616_597, 1486), { notional: amount('91626.3142'), quantity: amount('1.486') })
  const shiba = instrumentOf('spot', 'SHIB', 'USDT', { priceDecimals: 8, quantityDecimals: 0 })
  assert.deepEqual(read(shiba, 1_701, 5_000_000_000_000), {
    notional: amount('85050000'),
    quantity: amount('5000000000000'),
  })
})

test('a contract of several or of a part of a base unit is valued as such', () => {
  const part = instrumentOf('linear', 'BTC', 'USDT', { priceDecimals: 1, quantityDecimals: 0, contractSize: 0.01 })
  assert.equal(read(part, 616_597, 3).notional, amount('1849.791'))
  const many = instrumentOf('linear', 'PEPE', 'USDT', { priceDecimals: 7, quantityDecimals: 0, contractSize: 1000 })
  assert.equal(read(many, 81_234, 7).notional, amount('56.8638'))
})

test('an inverse contract is refused at its first fill, not when its data are read', () => {
  const inverse = instrumentOf('inverse', 'BTC', 'USD', { settle: 'BTC' })
  assert.throws(() => read(inverse, 1, 1), {
    name: 'AccountError',
    code: 'unsupported',
    message: /binance-usdm:BTCUSD: inverse contracts .* use it for data only/,
  })
})

test('an instrument whose values need more than 18 decimals is refused', () => {
  const fine = instrumentOf('spot', 'A', 'B', { priceDecimals: 10, quantityDecimals: 9 })
  assert.throws(() => read(fine, 1, 1), /price times quantity has 19 decimals where amounts have 18/)
})

test('a fill without a positive price and quantity is damage', () => {
  const bitcoin = instrumentOf('linear', 'BTC', 'USDT')
  for (const bad of [0, -1, 0.5, Number.NaN, 2 ** 53]) {
    assert.throws(() => read(bitcoin, 1, bad), /a quantity that is no positive integer/)
    assert.throws(() => read(bitcoin, bad, 1), /a price that is no positive integer/)
  }
})

test('a fee in an asset without a name, and an instrument outside the table, are refused', () => {
  const bitcoin = instrumentOf('linear', 'BTC', 'USDT')
  const rows = new MoneyRows([bitcoin])
  const settlement = new Settlement([bitcoin], rows.assets)
  const fill = { instrument: 0, side: 'buy', price: 1, quantity: 1 } as const
  assert.throws(() => settlement.readFill(rows.buffer, rows.fill({ ...fill, feeAsset: 9 })), /fee asset 9/)
  assert.throws(
    () => settlement.readFill(rows.buffer, rows.fill({ ...fill, instrument: 1 })),
    /instrument 1 of a table/,
  )
  assert.throws(() => new Settlement([bitcoin], ['BTC']), AccountError)
})
