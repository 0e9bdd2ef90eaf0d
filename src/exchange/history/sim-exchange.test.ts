import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract, ExchangeBench, START_US } from '../../testing/exchange-bench.ts'

test('options out of range are refused with their remedy', () => {
  assert.throws(() => new ExchangeBench({ leverage: 0.5 }), /leverage of 0.5 is no whole number from 1 to 1000/)
  assert.throws(() => new ExchangeBench({ makerFeeRate: 0.5 }), /fee rates 0.5 and 0 are no whole counts/)
  assert.throws(() => new ExchangeBench({ maxOrders: 0 }), /capacity of 0 orders/)
  assert.throws(() => new ExchangeBench({ balances: [{ asset: 7, amount: 1n }] }), /balance names asset 7/)
})

test('the account has one position over versions of an instrument, in the lots of the newest', () => {
  const finer = { ...contract, version: 2, quantityDecimals: 4 }
  const bench = new ExchangeBench({ instruments: [contract, finer] }).best(99, 50, 101, 50)
  bench.place({ side: 'buy', quantity: 5 })
  bench.place({ side: 'buy', quantity: 5, price: 90 })
  bench.place({ side: 'sell', quantity: 5, trigger: 80 })
  bench.said()
  bench.newVersion(0, 1)
  assert.deepEqual(bench.said(), ['#2 expired', '#3 expired'])
  assert.equal(bench.position(1), 50)
  bench.best(99, 500, 101, 500, 1)
  bench.place({ side: 'sell', quantity: 50, reduceOnly: true, instrument: 1 })
  assert.deepEqual(bench.said(), ['#4 accepted', '#4 sells 50 at 99 as taker: tookLevel', '#4 filled'])
  assert.equal(bench.position(1), 0)
  assert.equal(bench.wallet('USDT'), 1_000_000n * 10n ** 18n - 10n ** 15n)
})

test('events carry the exchange time, our numbers and venue ids in order', () => {
  const bench = new ExchangeBench().best(99, 50, 101, 50).later(5_000_000)
  bench.place({ side: 'buy', quantity: 5, intent: 4_000_000_000 })
  assert.deepEqual(bench.saidWhen(), [
    '5: #4000000000 accepted',
    '5: #4000000000 buys 5 at 101 as taker: tookLevel',
    '5: #4000000000 filled',
  ])
  assert.equal(bench.time, START_US + 5_000_000)
})

test('a sweep through a very deep book fits the events, and each level is remembered', () => {
  const asks = Array.from({ length: 4000 }, (_, i): [number, number] => [101 + i, 1])
  const bench = new ExchangeBench({ leverage: 100 }).snapshot([[99, 1]], asks)
  bench.place({ side: 'buy', quantity: 5000 })
  const said = bench.said()
  assert.equal(said.length, 4002)
  assert.equal(said.at(-1), '#1 expired')
  bench.place({ side: 'buy', quantity: 1 })
  assert.deepEqual(bench.said(), ['#2 accepted', '#2 expired'])
})
