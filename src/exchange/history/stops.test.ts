import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExchangeBench } from '../../testing/exchange-bench.ts'

/** Best 99 (50) / 101 (50), last trade 100, and a position of `position` lots. */
function withMarket(position = 0): ExchangeBench {
  const bench = new ExchangeBench().best(99, 50, 101, 50).trade('buy', 1, 100)
  if (position !== 0) bench.place({ side: position > 0 ? 'buy' : 'sell', quantity: Math.abs(position), intent: 99 })
  bench.best(99, 50, 101, 49).best(99, 49, 101, 50)
  bench.said()
  return bench
}

test('a stop sells when the last price falls to its trigger', () => {
  const bench = withMarket(5)
  bench.place({ side: 'sell', quantity: 5, trigger: 95 })
  bench.trade('sell', 1, 96)
  assert.deepEqual(bench.said(), ['#1 accepted'])
  bench.trade('sell', 1, 95)
  assert.deepEqual(bench.said(), ['#1 triggered', '#1 sells 5 at 99 as taker: tookLevel', '#1 filled'])
})

test('a stop buys when the last price rises to its trigger, a take-profit the other way round', () => {
  const bench = withMarket()
  bench.place({ side: 'buy', quantity: 1, trigger: 105 })
  bench.place({ side: 'sell', quantity: 1, trigger: 104, takeProfit: true })
  bench.place({ side: 'buy', quantity: 1, trigger: 96, takeProfit: true })
  bench.said()
  bench.trade('buy', 1, 104)
  assert.deepEqual(bench.said(), ['#2 triggered', '#2 sells 1 at 99 as taker: tookLevel', '#2 filled'])
  bench.trade('buy', 1, 105)
  assert.deepEqual(bench.said(), ['#1 triggered', '#1 buys 1 at 101 as taker: tookLevel', '#1 filled'])
  bench.trade('sell', 1, 96)
  assert.deepEqual(bench.said(), ['#3 triggered', '#3 buys 1 at 101 as taker: tookLevel', '#3 filled'])
})

test('an order whose trigger has been reached already is refused', () => {
  const bench = withMarket()
  bench.place({ side: 'sell', quantity: 1, trigger: 100 })
  bench.place({ side: 'buy', quantity: 1, trigger: 100 })
  bench.place({ side: 'sell', quantity: 1, trigger: 100, takeProfit: true })
  bench.place({ side: 'sell', quantity: 1, trigger: 99 })
  assert.deepEqual(bench.said(), ['#1 rejected -2021', '#2 rejected -2021', '#3 rejected -2021', '#4 accepted'])
})

test('a stop-limit order rests at its price once it is triggered', () => {
  const bench = withMarket(5)
  bench.place({ side: 'sell', quantity: 5, trigger: 97, price: 102 })
  bench.trade('sell', 1, 97)
  assert.deepEqual(bench.said(), ['#1 accepted', '#1 triggered'])
  bench.trade('buy', 3, 103)
  assert.deepEqual(bench.said(), ['#1 sells 3 at 102 as maker: tradedThrough'])
  bench.cancel(1)
  assert.deepEqual(bench.said(), ['#1 cancelled'])
})

test('without trades the price is that which the order would trade at', () => {
  const bench = new ExchangeBench().best(99, 5, 101, 5)
  bench.place({ side: 'buy', quantity: 1, trigger: 101 })
  bench.place({ side: 'buy', quantity: 1, trigger: 105 })
  bench.place({ side: 'sell', quantity: 1, trigger: 95 })
  assert.deepEqual(bench.said(), ['#1 rejected -2021', '#2 accepted', '#3 accepted'])
  bench.best(104, 5, 105, 7)
  assert.deepEqual(bench.said(), ['#2 triggered', '#2 buys 1 at 105 as taker: tookLevel', '#2 filled'])
  bench.best(95, 5, 97, 5)
  assert.deepEqual(bench.said(), ['#3 triggered', '#3 sells 1 at 95 as taker: tookLevel', '#3 filled'])
})

test('funds are judged when a stop is triggered, not before', () => {
  const bench = new ExchangeBench({ money: { USDT: 1 } }).best(99, 50_000, 101, 50_000).trade('buy', 1, 100)
  bench.place({ side: 'buy', quantity: 20_000, trigger: 103 })
  assert.deepEqual(bench.said(), ['#1 accepted'])
  bench.trade('buy', 1, 103)
  assert.deepEqual(bench.said(), ['#1 triggered', '#1 rejected -2019'])
})

test('a cancelled stop does not fire', () => {
  const bench = withMarket(5)
  bench.place({ side: 'sell', quantity: 5, trigger: 95 })
  bench.place({ side: 'sell', quantity: 5, trigger: 94 })
  bench.cancel(1).trade('sell', 1, 95)
  assert.deepEqual(bench.said(), ['#1 accepted', '#2 accepted', '#1 cancelled'])
})

test('reduce-only orders need something to reduce and never take more', () => {
  const bench = withMarket(5)
  bench.place({ side: 'buy', quantity: 5, reduceOnly: true })
  bench.place({ side: 'sell', quantity: 8, reduceOnly: true })
  assert.deepEqual(bench.said(), [
    '#1 rejected -2022',
    '#2 accepted',
    '#2 sells 5 at 99 as taker: tookLevel',
    '#2 expired',
  ])
  assert.equal(bench.position(), 0)
})

test('resting reduce-only orders are cut as the position shrinks: the worst price first', () => {
  const bench = withMarket(10)
  bench.place({ side: 'sell', quantity: 6, price: 105, reduceOnly: true })
  bench.place({ side: 'sell', quantity: 4, price: 103, reduceOnly: true })
  bench.place({ side: 'sell', quantity: 5, price: 104 })
  bench.said()
  bench.place({ side: 'sell', quantity: 3 }) // seven left: 4 for the second order, 3 of 6 for the first
  assert.deepEqual(bench.said(), ['#4 accepted', '#4 sells 3 at 99 as taker: tookLevel', '#4 filled'])
  bench.trade('buy', 50, 106)
  assert.deepEqual(bench.said(), [
    '#2 sells 4 at 103 as maker: tradedThrough',
    '#2 filled',
    '#3 sells 5 at 104 as maker: tradedThrough',
    '#3 filled',
    '#1 expired',
  ])
  assert.equal(bench.position(), -2)
})

test('an order cut to what the position still has ends as expired when that is filled', () => {
  const bench = withMarket(10)
  bench.place({ side: 'sell', quantity: 10, price: 105, reduceOnly: true })
  bench.place({ side: 'sell', quantity: 6 })
  bench.said()
  bench.trade('buy', 50, 106)
  assert.deepEqual(bench.said(), ['#1 sells 4 at 105 as maker: tradedThrough', '#1 expired'])
})

test('a reduce-only stop with nothing left to reduce expires when it is triggered', () => {
  const bench = withMarket(5)
  bench.place({ side: 'sell', quantity: 5, trigger: 95, reduceOnly: true })
  bench.place({ side: 'sell', quantity: 5, reduceOnly: true })
  bench.said()
  bench.trade('sell', 1, 95)
  assert.deepEqual(bench.said(), ['#1 triggered', '#1 expired -2022'])
})
