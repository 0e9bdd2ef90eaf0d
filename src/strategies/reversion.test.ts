import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineBench } from '../testing/engine-bench.ts'
import { exampleInstrument } from '../testing/instruments.ts'
import reversion from './reversion.ts'

/** A bench whose market stands at `price`, with best prices a tick to either side. */
function market(price: number): EngineBench {
  const bench = new EngineBench([exampleInstrument('BTCUSDT')], reversion)
  bench.candle(0, 0, [price, price, price, price])
  bench.best(0, price - 0.1, price + 0.1)
  bench.said()
  return bench
}

test('a minute that loses more than 1 % brings a resting buy at the best bid', () => {
  const bench = market(100)
  bench.best(0, 98.9, 99.1)
  bench.candle(0, 1, [100, 100, 98.9, 98.9])
  assert.deepEqual(bench.said(), ['BTCUSDT long: drop', 'buy 10.09 BTCUSDT at 98.9 as maker'])
})

test('a smaller loss and a gain while flat bring no order', () => {
  const bench = market(100)
  bench.candle(0, 1, [100, 100, 99.1, 99.1])
  bench.candle(0, 2, [99.1, 99.7, 99.1, 99.7])
  assert.deepEqual(bench.said(), ['BTCUSDT flat: rebound'])
})

test('a rebound of more than 0.5 % sells what is held at the best ask', () => {
  const bench = market(100)
  bench.candle(0, 1, [100, 100, 98, 98])
  for (const order of bench.open.values()) bench.fill(order)
  const held = bench.position(0)
  assert.ok(held > 0)
  bench.said()
  bench.best(0, 98.5, 98.7)
  bench.candle(0, 2, [98, 98.6, 98, 98.6])
  assert.deepEqual(bench.said(), ['BTCUSDT flat: rebound', `sell ${held} BTCUSDT at 98.7 as maker`])
})

test('a buy that never filled is withdrawn when the price rebounds', () => {
  const bench = market(100)
  bench.candle(0, 1, [100, 100, 98, 98])
  bench.settle()
  const [order] = bench.open.values()
  bench.said()
  bench.candle(0, 2, [98, 99, 98, 99])
  assert.deepEqual(bench.said(), ['BTCUSDT flat: rebound', `cancel ${order?.intent}`])
})

test('both thresholds are parameters', () => {
  const bench = new EngineBench([exampleInstrument('BTCUSDT')], reversion, { drop: '3%', rebound: '2%' })
  for (const [minute, price] of [100, 98, 99.5, 96, 98.5].entries())
    bench.candle(0, minute, [price, price, price, price])
  const signals = bench.said().filter((words) => words.startsWith('BTCUSDT'))
  assert.deepEqual(signals, ['BTCUSDT long: drop', 'BTCUSDT flat: rebound'])
})
