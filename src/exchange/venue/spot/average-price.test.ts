import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spotInstrument } from '../../../testing/spot-driver.ts'
import { AveragePrice, TRADE_CELL } from './average-price.ts'

/** Mark quanta of one price quantum. */
const SCALE = 1_000_000
const SECOND = 1_000_000
const START = 1_700_000_000_000_000

function traded(trades: readonly (readonly [price: number, lots: number, second: number])[], second: number): number {
  const averages = new AveragePrice([spotInstrument('BTCUSDT')])
  const time = new Float64Array(1)
  for (const [price, lots, at] of trades) {
    time[0] = START + at * SECOND
    averages.cells[TRADE_CELL.price] = price
    averages.cells[TRADE_CELL.lots] = lots
    averages.add(0, time)
  }
  time[0] = START + second * SECOND
  return averages.at(0, time)
}

test('nothing was traded: there is no average', () => {
  assert.equal(traded([], 10), 0)
})

test('trades count by their quantity', () => {
  const trades = [[100, 1, 0] as const, [200, 3, 1] as const]
  assert.equal(traded(trades, 2), 175 * SCALE)
})

test('a fraction of a price is rounded to the nearest mark quantum', () => {
  const trades = [[100, 1, 0] as const, [101, 2, 1] as const]
  assert.equal(traded(trades, 2), 100_666_667)
})

test('trades of more than five minutes ago do not count', () => {
  const trades = [[100, 5, 0] as const, [200, 1, 200] as const]
  assert.equal(traded(trades, 299), 116_666_667)
  assert.equal(traded(trades, 305), 200 * SCALE)
})

test('after a quiet time the last price stands for the average', () => {
  assert.equal(traded([[100, 5, 0] as const, [130, 1, 1] as const], 4000), 130 * SCALE)
})
