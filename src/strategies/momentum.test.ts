import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineBench } from '../testing/engine-bench.ts'
import { exampleInstrument } from '../testing/instruments.ts'
import momentum from './momentum.ts'

/** A bench that is given one-minute candles which open and close at these prices; says what came of each. */
function closes(prices: readonly number[], settings: Readonly<Record<string, string>> = {}): readonly string[][] {
  const bench = new EngineBench([exampleInstrument('BTCUSDT')], momentum, settings)
  return prices.map((price, minute) => {
    bench.candle(0, minute, [price, price, price, price])
    const said = bench.said().filter((words) => words.startsWith('BTCUSDT'))
    return [...said]
  })
}

test('a minute that gains more than 1 % is a reason to be long', () => {
  assert.deepEqual(closes([100, 101.1]), [[], ['BTCUSDT long: rise']])
})

test('a gain of less than 1 %, a standstill and the first candle say nothing', () => {
  assert.deepEqual(closes([100, 100.9, 100.9, 101.8]), [[], [], [], []])
})

test('a minute that loses more than 0.5 % is a reason to be flat', () => {
  assert.deepEqual(closes([100, 99.4]), [[], ['BTCUSDT flat: fall']])
  assert.deepEqual(closes([100, 99.6]), [[], []])
})

test('both thresholds are parameters', () => {
  assert.deepEqual(closes([100, 101.1, 99.8], { rise: '2%', fall: '1.5%' }), [[], [], []])
  assert.deepEqual(closes([100, 102.1, 100.1], { rise: '2%', fall: '1.5%' }), [
    [],
    ['BTCUSDT long: rise'],
    ['BTCUSDT flat: fall'],
  ])
})

test('one order opens, a second rise changes nothing, one order closes', () => {
  const bench = new EngineBench([exampleInstrument('BTCUSDT')], momentum)
  bench.candle(0, 0, [100, 100, 100, 100])
  bench.candle(0, 1, [100, 102, 100, 102])
  assert.deepEqual(bench.said(), ['BTCUSDT long: rise', 'buy 9.803 BTCUSDT market'])
  for (const order of bench.open.values()) bench.fill(order, 102)
  bench.candle(0, 2, [102, 104, 102, 104])
  assert.deepEqual(bench.said(), ['BTCUSDT long: rise'])
  bench.candle(0, 3, [104, 104, 103, 103])
  assert.deepEqual(bench.said(), ['BTCUSDT flat: fall', 'sell 9.803 BTCUSDT market'])
  for (const order of bench.open.values()) bench.fill(order, 103)
  assert.equal(bench.position(0), 0)
})

test('it shows the change and the rise it waits for', () => {
  const bench = new EngineBench([exampleInstrument('BTCUSDT')], momentum)
  bench.candle(0, 0, [100, 100, 100, 100])
  bench.candle(0, 1, [100, 100.5, 100, 100.5])
  const shown = bench.engine.shown.of(0).get('change')
  assert.equal(shown?.threshold, 0.01)
  assert.ok(Math.abs((shown?.value ?? 0) - 0.005) < 1e-12)
})
