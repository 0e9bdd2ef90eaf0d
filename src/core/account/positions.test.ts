import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MoneyRows, amount, instrumentOf } from '../../testing/account-rows.ts'
import type { FillFacts } from '../../testing/account-rows.ts'
import type { Instrument } from '../market/instrument.ts'
import { StateReader, StateWriter } from '../tape/state.ts'
import { PositionTable } from './positions.ts'
import { Settlement } from './settlement.ts'

const FUTURE = instrumentOf('linear', 'BTC', 'USDT', { priceDecimals: 1, quantityDecimals: 3 })
const SPOT = instrumentOf('spot', 'BTC', 'USDT', { priceDecimals: 2, quantityDecimals: 5 })
const USDT = 1
const BTC = 0
const BNB = 2

function setUp(instruments: readonly Instrument[] = [FUTURE, SPOT], rowCount = 3) {
  const rows = new MoneyRows(instruments, ['BNB'])
  const table = new PositionTable(rowCount, new Settlement(instruments, rows.assets))
  const fill = (index: number, facts: Partial<FillFacts> & Pick<FillFacts, 'side' | 'price' | 'quantity'>): void =>
    table.applyFill(index, rows.buffer, rows.fill({ instrument: 0, feeAsset: USDT, ...facts }))
  return { rows, table, fill }
}

test('an increase averages the entry, a decrease keeps it and realises the difference', () => {
  const { table, fill } = setUp()
  fill(0, { side: 'buy', price: 600_000, quantity: 1000 })
  fill(0, { side: 'buy', price: 630_000, quantity: 2000 })
  assert.equal(table.averageEntry(0), 620_000)
  fill(0, { side: 'sell', price: 640_000, quantity: 1500 })
  assert.equal(table.averageEntry(0), 620_000)
  assert.equal(table.quantity[0], 1500)
  assert.equal(table.realised.get(0), amount('3000'))
  assert.equal(table.cost.get(0), amount('93000'))
  assert.equal(table.turnover.get(0), amount('282000'))
  assert.equal(table.fills[0], 3)
})

test('a short earns when it is bought back lower', () => {
  const { table, fill } = setUp()
  fill(1, { side: 'sell', price: 600_000, quantity: 500 })
  assert.equal(table.cost.get(1), amount('-30000'))
  assert.equal(table.averageEntry(1), 600_000)
  fill(1, { side: 'buy', price: 590_000, quantity: 500 })
  assert.equal(table.realised.get(1), amount('500'))
  assert.equal(table.cost.get(1), 0n)
  assert.equal(table.averageEntry(1), 0)
})

test('a fill beyond the position closes it and opens the rest at its price', () => {
  const { table, fill } = setUp()
  fill(0, { side: 'buy', price: 600_000, quantity: 100, time: 10 })
  fill(0, { side: 'sell', price: 610_000, quantity: 250, time: 20 })
  assert.equal(table.quantity[0], -150)
  assert.equal(table.realised.get(0), amount('100'))
  assert.equal(table.averageEntry(0), 610_000)
  assert.equal(table.openedAt[0], 20)
  assert.equal(table.maxQuantity[0], 150)
})

test('the remainder of a cost that does not divide stays open, and comes out with the last lot', () => {
  const { table, fill } = setUp([instrumentOf('linear', 'BTC', 'USDT', { priceDecimals: 10, quantityDecimals: 8 })])
  fill(0, { side: 'buy', price: 10, quantity: 2 })
  fill(0, { side: 'buy', price: 11, quantity: 1 })
  // 31 units over three lots: ten and a third each.
  fill(0, { side: 'sell', price: 10, quantity: 1 })
  assert.equal(table.realised.get(0), 0n)
  assert.equal(table.cost.get(0), 21n)
  fill(0, { side: 'sell', price: 10, quantity: 2 })
  assert.equal(table.realised.get(0), -1n)
  assert.equal(table.cost.get(0), 0n)
})

test('when it was opened and how large it became is known', () => {
  const { table, fill } = setUp()
  fill(0, { side: 'buy', price: 1, quantity: 5, time: 100 })
  fill(0, { side: 'buy', price: 1, quantity: 5, time: 200 })
  fill(0, { side: 'sell', price: 1, quantity: 3, time: 300 })
  assert.deepEqual([table.openedAt[0], table.maxQuantity[0]], [100, 10])
  fill(0, { side: 'sell', price: 1, quantity: 7, time: 400 })
  assert.deepEqual([table.openedAt[0], table.maxQuantity[0]], [0, 10])
  fill(0, { side: 'sell', price: 1, quantity: 2, time: 500 })
  assert.deepEqual([table.openedAt[0], table.maxQuantity[0]], [500, 2])
})

test('a fee in the base asset lowers what is held, at the price of the fill', () => {
  const { table, fill } = setUp()
  fill(0, { instrument: 1, side: 'buy', price: 6_000_000, quantity: 100, feeAsset: BTC, fee: amount('0.000001') })
  // 0.001 BTC bought, 0.000001 paid: 99 whole lots and nine tenths of one.
  assert.equal(table.held(0), amount('0.000999'))
  assert.equal(table.quantity[0], 99)
  assert.equal(table.dust.get(0), amount('0.000009'))
  assert.equal(table.fees.get(0), amount('0.06'))
  assert.equal(table.baseFees.get(0), amount('0.000001'))
  assert.equal(table.cost.get(0), amount('59.94'))
  assert.equal(table.averageEntry(0), 6_000_000)
})

test('selling the whole lots leaves the dust with its own cost', () => {
  const { table, fill } = setUp()
  fill(0, { instrument: 1, side: 'buy', price: 6_000_000, quantity: 100, feeAsset: BTC, fee: amount('0.000001') })
  fill(0, { instrument: 1, side: 'sell', price: 6_100_000, quantity: 99 })
  assert.equal(table.quantity[0], 0)
  assert.equal(table.held(0), amount('0.000009'))
  assert.equal(table.realised.get(0), amount('0.99'))
  assert.equal(table.cost.get(0), amount('0.54'))
  // Dust of several trips becomes whole lots again.
  fill(0, { instrument: 1, side: 'buy', price: 6_100_000, quantity: 100, feeAsset: BTC, fee: amount('0.000001') })
  assert.equal(table.held(0), amount('0.001008'))
  assert.equal(table.quantity[0], 100)
})

test('selling more than whole lots and dust turns a spot position at the price of the fill', () => {
  const { table, fill } = setUp()
  fill(0, { instrument: 1, side: 'buy', price: 6_000_000, quantity: 100, feeAsset: BTC, fee: amount('0.000001') })
  fill(0, { instrument: 1, side: 'sell', price: 6_100_000, quantity: 101 })
  assert.equal(table.held(0), amount('-0.000011'))
  assert.equal(table.quantity[0], -1)
  assert.equal(table.dust.get(0), amount('-0.000001'))
  assert.equal(table.realised.get(0), amount('0.999'))
  assert.equal(table.averageEntry(0), 6_100_000)
})

test('dust of a position too large for a double as ratio loses nothing', () => {
  const shiba = instrumentOf('spot', 'SHIB', 'USDT', { priceDecimals: 8, quantityDecimals: 0 })
  const { table, fill } = setUp([shiba])
  const fee = amount('123456789.12345678')
  fill(0, { side: 'buy', price: 1_701, quantity: 999_999_999_999_999, feeAsset: 0, fee })
  fill(0, { side: 'sell', price: 1_801, quantity: 777_777_777_777_777 })
  const bought = amount('17009999999.99998299')
  const sold = amount('14007777777.77776377')
  assert.equal(table.held(0), amount('222222222222222') - fee)
  assert.equal(table.cost.get(0), bought - sold + table.realised.get(0) - table.fees.get(0))
  assert.equal(table.averageEntry(0), 1_701)
  fill(0, { side: 'sell', price: 1_801, quantity: 222_222_098_765_432 })
  assert.equal(table.quantity[0], 0)
  assert.equal(table.held(0), amount('0.87654322'))
  assert.ok(table.cost.get(0) < amount('0.00002'))
})

test('fees in a third asset are kept apart', () => {
  const { table, fill } = setUp()
  fill(2, { side: 'buy', price: 600_000, quantity: 1, feeAsset: BNB, fee: amount('0.0001') })
  fill(2, { side: 'sell', price: 600_000, quantity: 1, feeAsset: USDT, fee: amount('0.02') })
  assert.equal(table.fees.get(2), amount('0.02'))
  assert.equal(table.feesIn(BNB, 2), amount('0.0001'))
  assert.equal(table.feesIn(USDT, 2), 0n)
})

test('funding is shared by quantity, and the parts add up to the payment', () => {
  const { rows, table, fill } = setUp()
  fill(0, { side: 'buy', price: 600_000, quantity: 1 })
  fill(1, { side: 'buy', price: 600_000, quantity: 3 })
  fill(2, { side: 'sell', price: 600_000, quantity: 1 })
  const row = rows.funding(0, USDT, -100n)
  assert.equal(table.splitFunding(Int32Array.of(0, 1, 2), 3, rows.buffer, row), true)
  assert.deepEqual([table.funding.get(0), table.funding.get(1), table.funding.get(2)], [-33n, -100n, 33n])
  table.applyFunding(0, rows.buffer, row)
  assert.equal(table.funding.get(0), -133n)
})

test('funding among positions that add up to nothing is not shared', () => {
  const { rows, table, fill } = setUp()
  fill(0, { side: 'buy', price: 600_000, quantity: 1 })
  fill(1, { side: 'sell', price: 600_000, quantity: 1 })
  assert.equal(table.splitFunding(Int32Array.of(0, 1, 2), 3, rows.buffer, rows.funding(0, USDT, -100n)), false)
  assert.equal(table.funding.get(0), 0n)
})

test('funding in an asset that profit is not in is refused', () => {
  const { rows, table, fill } = setUp()
  fill(0, { side: 'buy', price: 600_000, quantity: 1 })
  assert.throws(
    () => table.applyFunding(0, rows.buffer, rows.funding(0, BNB, 1n)),
    /position 0 in binance-usdm:BTCUSDT/,
  )
})

test('a position goes on in the lots of a new version of its instrument', () => {
  const finer = instrumentOf('linear', 'BTC', 'USDT', { priceDecimals: 2, quantityDecimals: 4, version: 2 })
  const { table, fill } = setUp([FUTURE, finer])
  fill(0, { side: 'buy', price: 600_000, quantity: 7 })
  fill(0, { instrument: 1, side: 'sell', price: 6_100_000, quantity: 20 })
  assert.equal(table.quantity[0], 50)
  assert.equal(table.maxQuantity[0], 70)
  assert.equal(table.realised.get(0), amount('2'))
  assert.equal(table.averageEntry(0), 6_000_000)
  table.changeInstrument(0, 0)
  assert.equal(table.quantity[0], 5)
})

test('a position does not go on in lots that are too coarse, nor as another contract', () => {
  const coarse = instrumentOf('linear', 'BTC', 'USDT', { priceDecimals: 1, quantityDecimals: 2, version: 2 })
  const { table, fill } = setUp([FUTURE, coarse, SPOT])
  fill(0, { side: 'buy', price: 600_000, quantity: 7 })
  assert.throws(() => table.changeInstrument(0, 1), /2 decimals of version 2 do not hold its quantity/)
  assert.throws(() => fill(0, { instrument: 2, side: 'buy', price: 1, quantity: 1 }), {
    code: 'mismatch',
    message: /binance-usdm:BTCUSDT cannot go on as binance-spot:BTCUSDT/,
  })
  assert.equal(table.quantity[0], 7)
})

test('an overflow names the position', () => {
  const { table, fill } = setUp()
  fill(1, { side: 'buy', price: 1, quantity: Number.MAX_SAFE_INTEGER })
  assert.throws(() => fill(1, { side: 'buy', price: 1, quantity: 1 }), {
    code: 'overflow',
    message: /position 1 in binance-usdm:BTCUSDT: the quantity exceeds 2\^53 lots/,
  })
  assert.equal(table.quantity[1], Number.MAX_SAFE_INTEGER)
})

test('a table comes back from a checkpoint as it was', () => {
  const { rows, table, fill } = setUp()
  fill(0, { instrument: 1, side: 'buy', price: 6_000_000, quantity: 100, feeAsset: BTC, fee: amount('0.000001') })
  fill(2, { side: 'sell', price: 600_000, quantity: 2, feeAsset: BNB, fee: 3n, time: 7 })
  table.applyFunding(2, rows.buffer, rows.funding(0, USDT, 11n))
  const bytes = saved(table)
  const other = setUp()
  other.fill(1, { side: 'buy', price: 1, quantity: 1, feeAsset: BNB, fee: 1n })
  const reader = new StateReader(bytes)
  other.table.load(reader)
  reader.finish()
  assert.deepEqual(saved(other.table), bytes)
  assert.equal(other.table.quantity[1], 0)
  assert.equal(other.table.feesIn(BNB, 2), 3n)
  assert.equal(other.table.feesIn(BNB, 1), 0n)
  assert.throws(() => setUp(undefined, 4).table.load(new StateReader(bytes)), /3 positions does not fit a table of 4/)
})

function saved(table: PositionTable): Uint8Array {
  const writer = new StateWriter()
  table.save(writer)
  return writer.finish()
}
