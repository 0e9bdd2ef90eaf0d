import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkInstruments } from '../venue/venue-instrument.ts'
import { MARKET_TABLE, LONGEST_PERIOD } from './market-table.ts'
import { MarketError, firstSymbols, marketsOf } from './markets.ts'

test('two hundred markets can be made, all of them exact', () => {
  const markets = marketsOf(firstSymbols(200))
  assert.equal(new Set(markets.map(({ symbol }) => symbol)).size, 200)
  checkInstruments(markets.map(({ futures }) => futures))
  checkInstruments(markets.map(({ spot }) => spot))
  for (const { futures, spot, row } of markets)
    for (const instrument of [futures, spot]) {
      assert.equal(instrument.minPrice % instrument.tickSize, 0)
      assert.ok(instrument.maxPrice * 10 ** (instrument.markDecimals - instrument.priceDecimals) < 2 ** 53)
      assert.equal(LONGEST_PERIOD % row.period, 0)
    }
})

test('BTCUSDT has the rules that the venue publishes', () => {
  const [market] = marketsOf(['BTCUSDT'])
  const { futures, spot } = market ?? assert.fail()
  assert.deepEqual(
    [futures.priceDecimals, futures.tickSize, futures.quantityDecimals, futures.stepSize, futures.maxQuantity],
    [2, 10, 3, 1, 1_000_000],
  )
  assert.equal(futures.minNotionalMicros, 50_000_000)
  assert.deepEqual([spot.priceDecimals, spot.tickSize, spot.quantityDecimals, spot.stepSize], [2, 1, 5, 1])
  assert.equal(futures.brackets[0]?.maxLeverage, 125)
})

test('brackets begin at the largest leverage of a market and have no holes', () => {
  for (const { futures, row } of marketsOf(firstSymbols(40))) {
    assert.equal(futures.brackets[0]?.floor, 0)
    assert.ok((futures.brackets[0]?.maxLeverage ?? 999) <= row.leverage)
    futures.brackets.slice(1).forEach(({ floor }, i) => assert.equal(floor, futures.brackets[i]?.cap))
  }
})

test('a symbol that the table does not have is always the same market', () => {
  const [first] = marketsOf(['WHATEVERUSDT'])
  const [, second] = marketsOf(['BTCUSDT', 'WHATEVERUSDT'])
  assert.deepEqual(first, second)
  assert.ok(!MARKET_TABLE.some(({ base }) => base === 'WHATEVER'))
})

test('what is no market is named', () => {
  assert.throws(
    () => marketsOf(['btcusdt']),
    new MarketError("'btcusdt' is no symbol of this exchange: markets are in USDT, such as BTCUSDT"),
  )
  assert.throws(() => marketsOf(['BTCEUR']), MarketError)
  assert.throws(() => marketsOf(['BTCUSDT', 'BTCUSDT']), /BTCUSDT is named twice/)
  assert.throws(() => marketsOf([]), /0 symbols/)
})
