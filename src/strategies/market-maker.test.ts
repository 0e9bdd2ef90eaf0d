import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineBench } from '../testing/engine-bench.ts'
import { exampleInstrument } from '../testing/instruments.ts'
import marketMaker from './market-maker.ts'

/** Ticks of 0.1 at 10,000: the re-quote threshold is 0.1. */
function makerAt(bid: number, ask: number, settings: Readonly<Record<string, string>> = {}): EngineBench {
  const bench = new EngineBench([exampleInstrument('BTCUSDT')], marketMaker, settings)
  bench.best(0, bid, ask)
  return bench
}

/** Prices of the resting orders, buys first. */
function resting(bench: EngineBench): readonly string[] {
  return [...bench.open.values()]
    .toSorted((a, b) => Number(a.sell) - Number(b.sell))
    .map(({ sell, price, quantity }) => `${sell ? 'sell' : 'buy'} ${quantity} at ${price}`)
}

test('in a narrow market both quotes join the best prices or stand behind them', () => {
  const bench = makerAt(10_000, 10_000.1, { spread: '0.002%' })
  assert.deepEqual(bench.said(), ['buy 0.049 BTCUSDT at 9999.9 as maker', 'sell 0.049 BTCUSDT at 10000.2 as maker'])
})

test('in a wide market they join the best prices and never improve them', () => {
  assert.deepEqual(resting(makerAt(9_999, 10_001)), ['buy 0.05 at 9999', 'sell 0.05 at 10001'])
})

test('a wider spread stands back on both sides', () => {
  assert.deepEqual(resting(makerAt(9_999.9, 10_000.1, { spread: '0.2%' })), ['buy 0.05 at 9990', 'sell 0.05 at 10010'])
})

test('changes of quantity and moves below the threshold leave the orders alone', () => {
  const bench = makerAt(9_999, 10_001, { requote: '0.01%' })
  bench.settle()
  bench.said()
  bench.best(0, 9_999, 10_001)
  bench.best(0, 9_999.5, 10_001.5)
  bench.best(0, 9_998.5, 10_000.5)
  assert.deepEqual(bench.said(), [])
  bench.best(0, 10_001, 10_003)
  assert.deepEqual(bench.said(), ['cancel 1', 'cancel 2'])
})

test('while it is long both quotes move down, while it is short up', () => {
  const long = makerAt(9_999, 10_001, { skew: '0.1%', spread: '0.002%' })
  long.settle()
  const [buy] = [...long.open.values()].filter(({ sell }) => !sell)
  assert.ok(buy !== undefined)
  long.fill(buy)
  long.settle()
  // A tenth of the inventory: the centre is 1 below the mid price, the ask stays at its best price.
  assert.deepEqual(resting(long), ['buy 0.05 at 9998.9', 'sell 0.05 at 10001'])

  const short = makerAt(9_999, 10_001, { skew: '0.1%', spread: '0.002%' })
  short.settle()
  const [sell] = [...short.open.values()].filter((order) => order.sell)
  assert.ok(sell !== undefined)
  short.fill(sell)
  short.settle()
  assert.deepEqual(resting(short), ['buy 0.05 at 9999', 'sell 0.05 at 10001.1'])
})

test('at its inventory limit it does not add', () => {
  const bench = makerAt(9_999, 10_001, { maxInventory: '1000' })
  bench.settle()
  for (let fills = 0; fills < 5; fills++) {
    const [buy] = [...bench.open.values()].filter(({ sell }) => !sell)
    if (buy !== undefined) bench.fill(buy)
    bench.settle()
  }
  assert.equal(bench.position(0), 0.1)
  assert.deepEqual(
    resting(bench).filter((words) => words.startsWith('buy')),
    [],
  )
})

test('on spot it sells what it holds, and nothing before it holds something', () => {
  const spot = exampleInstrument('BTCUSDT', { venue: 'binance-spot', market: 'spot' })
  const bench = new EngineBench([spot], marketMaker)
  bench.best(0, 9_999, 10_001)
  assert.deepEqual(resting(bench), ['buy 0.05 at 9999'])
  bench.settle()
  const [buy] = bench.open.values()
  assert.ok(buy !== undefined)
  bench.fill(buy)
  assert.ok(resting(bench).includes('sell 0.05 at 10001'))
})

test('nothing is quoted while one side of the market is missing', () => {
  assert.deepEqual(makerAt(0, 10_000).said(), [])
  assert.deepEqual(makerAt(10_000, 0).said(), [])
})
