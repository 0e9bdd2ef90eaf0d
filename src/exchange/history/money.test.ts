import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract, ExchangeBench, spotMarket } from '../../testing/exchange-bench.ts'

const ONE = 10n ** 18n
/** 0.05 % and 0.02 %, in 10^-12. */
const fees = { takerFeeRate: 500_000_000, makerFeeRate: 200_000_000 }

test('fees are paid on the value at the role of the order, and rebates are received', () => {
  const bench = new ExchangeBench(fees).best(99, 50, 101, 50)
  bench.place({ side: 'buy', quantity: 10, price: 101 })
  bench.place({ side: 'buy', quantity: 10, price: 100 })
  bench.trade('sell', 10, 100)
  // 10.1 * 0.010 * 0.05 % and 10.0 * 0.010 * 0.02 %
  assert.deepEqual(bench.fees(), ['5050 USDT', '2000 USDT'])
  assert.equal(bench.wallet('USDT'), 1_000_000n * ONE - 7050n * 10n ** 10n)
  const rebate = new ExchangeBench({ ...fees, makerFeeRate: -200_000_000 }).best(99, 50, 101, 50)
  rebate.place({ side: 'buy', quantity: 10, price: 100 })
  rebate.trade('sell', 10, 100)
  assert.deepEqual(rebate.fees(), ['-2000 USDT'])
})

test('a fee is rounded once, to eight decimals, half up', () => {
  const rate = (takerFeeRate: number): string[] => {
    const bench = new ExchangeBench({ takerFeeRate }).best(99, 50, 101, 50)
    bench.place({ side: 'buy', quantity: 1 }) // a value of 0.0101
    return bench.fees()
  }
  assert.deepEqual(rate(1_485_148), ['1 USDT']) // 1.4999… of 10^-8
  assert.deepEqual(rate(1_485_149), ['2 USDT']) // 1.5000…
  assert.deepEqual(rate(495_049), ['0 USDT'])
  assert.deepEqual(rate(-1_485_149), ['-2 USDT'])
})

test('on spot the fee is paid in what is received', () => {
  const bench = new ExchangeBench({ ...fees, instruments: [spotMarket], money: { USDT: 100, BTC: 1 } })
  bench.best(99, 5000, 101, 5000)
  bench.place({ side: 'buy', quantity: 1000 }) // 1 BTC at 10.1
  bench.place({ side: 'sell', quantity: 1000 }) // 1 BTC at 9.9
  assert.deepEqual(bench.fees(), ['50000 BTC', '495000 USDT'])
  assert.equal(bench.wallet('BTC'), ONE - 50_000n * 10n ** 10n)
  assert.equal(bench.wallet('USDT'), 100n * ONE - 200_000_000n * 10n ** 9n - 4_950_000n * 10n ** 9n)
})

test('spot orders lock what they would pay', () => {
  const bench = new ExchangeBench({ instruments: [spotMarket], money: { USDT: 100, BTC: 1 } }).best(99, 9, 101, 9000)
  bench.place({ side: 'buy', quantity: 6000, price: 100 }) // 60 USDT
  bench.place({ side: 'buy', quantity: 5000, price: 100 }) // 50 more
  bench.place({ side: 'sell', quantity: 1001, price: 105 })
  bench.place({ side: 'sell', quantity: 1000, price: 105 })
  bench.place({ side: 'sell', quantity: 1, price: 105 })
  bench.place({ side: 'buy', quantity: 4000 }) // 40.4 USDT at 10.1
  bench.cancel(1)
  bench.place({ side: 'buy', quantity: 4000 })
  assert.deepEqual(
    bench.said().filter((sentence) => !sentence.includes('buys')),
    [
      '#1 accepted',
      '#2 rejected -2010',
      '#3 rejected -2010',
      '#4 accepted',
      '#5 rejected -2010',
      '#6 rejected -2010',
      '#1 cancelled',
      '#7 accepted',
      '#7 filled',
    ],
  )
})

test('a contract order costs its value by the leverage, and what rests counts', () => {
  const bench = new ExchangeBench({ leverage: 10, money: { USDT: 1 } }).best(99, 5000, 101, 5000)
  bench.place({ side: 'buy', quantity: 1000, price: 50 }) // 5 of 10 USDT
  bench.place({ side: 'buy', quantity: 1001, price: 50 })
  bench.place({ side: 'buy', quantity: 1000, price: 50 })
  bench.place({ side: 'buy', quantity: 1, price: 50 })
  bench.place({ side: 'sell', quantity: 1000, price: 100 }) // the other side is free up to the same sum
  assert.deepEqual(bench.said(), [
    '#1 accepted',
    '#2 rejected -2019',
    '#3 accepted',
    '#4 rejected -2019',
    '#5 accepted',
  ])
})

test('unrealised losses bind margin, unrealised profit backs nothing', () => {
  const open = (mark: number): string[] => {
    const bench = new ExchangeBench({ leverage: 2, money: { USDT: 100 } }).best(100, 50_000, 100, 50_000)
    bench.place({ side: 'buy', quantity: 10_000 }) // 100 of 200 USDT
    bench.best(100, 1, 101, 1).mark(mark * 1e8)
    bench.said()
    bench.place({ side: 'buy', quantity: 5_000, price: 100 })
    return bench.said()
  }
  // At 8 the margin is 80 + 50 of (100 - 20) * 2, at 4 it is 40 + 50 of (100 - 60) * 2, at 20 it is 200 + 50 of 100 * 2.
  assert.deepEqual(open(10), ['#2 accepted'])
  assert.deepEqual(open(8), ['#2 accepted'])
  assert.deepEqual(open(4), ['#2 rejected -2019'])
  assert.deepEqual(open(20), ['#2 rejected -2019'])
})

test('an order that only reduces is covered however deep the loss', () => {
  const bench = new ExchangeBench({ leverage: 2, money: { USDT: 100 } }).best(100, 50_000, 100, 50_000)
  bench.place({ side: 'buy', quantity: 20_000 })
  bench.mark(1e8)
  bench.said()
  bench.place({ side: 'sell', quantity: 20_000, price: 110 })
  bench.place({ side: 'buy', quantity: 1, price: 10 })
  assert.deepEqual(bench.said(), ['#2 accepted', '#3 rejected -2019'])
})

test('margin is judged to the last unit', () => {
  const bench = new ExchangeBench({ money: { USDT: 1 } }).best(99, 5, 101, 5)
  bench.place({ side: 'buy', quantity: 10_000, price: 1 }) // exactly 1 USDT
  bench.place({ side: 'buy', quantity: 1, price: 1 })
  bench.cancel(1)
  bench.place({ side: 'buy', quantity: 10_001, price: 1 })
  assert.deepEqual(bench.said(), ['#1 accepted', '#2 rejected -2019', '#1 cancelled', '#3 rejected -2019'])
})

test('profit is realised at the average cost, and a turn closes before it opens', () => {
  const bench = new ExchangeBench().best(100, 5000, 100, 5000)
  bench.place({ side: 'buy', quantity: 100 })
  bench.best(110, 5000, 110, 5000)
  bench.place({ side: 'buy', quantity: 100 }) // average 10.5
  bench.best(120, 5000, 120, 5000)
  bench.place({ side: 'sell', quantity: 50 })
  assert.equal(bench.wallet('USDT'), 1_000_000n * ONE + 75n * 10n ** 15n)
  bench.place({ side: 'sell', quantity: 250 }) // closes 150 and opens 100 short at 12
  assert.equal(bench.wallet('USDT'), 1_000_000n * ONE + 300n * 10n ** 15n)
  assert.equal(bench.position(), -100)
})

test('funding is paid by longs at a positive rate on the mark price', () => {
  const bench = new ExchangeBench().best(99, 50, 101, 50)
  bench.funding(1_000_000_000, 100 * 1e8) // no position, no payment
  bench.later(60_000_000)
  bench.place({ side: 'buy', quantity: 10 })
  bench.said()
  bench.funding(1_000_000_000, 100 * 1e8) // 0.1 % of 0.010 * 100
  assert.deepEqual(bench.said(), ['funding -100000 on 10'])
  bench.later(60_000_000)
  bench.place({ side: 'sell', quantity: 20 })
  bench.said()
  bench.mark(123.456_789_01 * 1e8).funding(1_000_000_001) // the last mark; 12345.67891346 of 10^-8, rounded once
  assert.deepEqual(bench.said(), ['funding 123457 on -10'])
  assert.equal(bench.wallet('USDT') % 10n ** 10n, 0n)
})

test('without a mark price funding goes by the last price', () => {
  const bench = new ExchangeBench().best(99, 50, 101, 50).trade('buy', 1, 105)
  bench.place({ side: 'buy', quantity: 10 })
  bench.said()
  bench.funding(1_000_000_000) // 0.1 % of 0.010 * 10.5
  assert.deepEqual(bench.said(), ['funding -10500 on 10'])
})

test('without funding rows the announced rate is paid when its time has come, once', () => {
  const bench = new ExchangeBench().best(99, 50, 101, 50)
  bench.place({ side: 'buy', quantity: 10 })
  bench
    .mark(10 * 1e8, 1_000_000_000, 1)
    .later(30_000_000)
    .mark(10 * 1e8, 2_000_000_000, 1)
  bench.said()
  bench.later(30_000_000).mark(20 * 1e8, 5_000_000_000, 480)
  assert.deepEqual(bench.said(), ['funding -40000 on 10'])
  bench.later(1_000_000).mark(20 * 1e8, 5_000_000_000, 480)
  bench.funding(2_000_000_000, 20 * 1e8) // the row about the funding just paid
  assert.deepEqual(bench.said(), [])
})

test('where there are funding rows, mark prices pay nothing', () => {
  const bench = new ExchangeBench().best(99, 50, 101, 50)
  bench.place({ side: 'buy', quantity: 10 })
  bench.said()
  bench.funding(1_000_000_000, 10 * 1e8)
  bench
    .mark(10 * 1e8, 1_000_000_000, 60)
    .later(3_600_000_000)
    .mark(10 * 1e8, 1_000_000_000, 540)
  assert.deepEqual(bench.said(), ['funding -10000 on 10'])
})

test('contracts of another size are worth accordingly', () => {
  const instruments = [{ ...contract, contractSize: 0.1 }]
  const bench = new ExchangeBench({ ...fees, instruments }).best(100, 50, 100, 50)
  bench.place({ side: 'buy', quantity: 10 })
  assert.deepEqual(bench.fees(), ['500 USDT'])
  bench.best(110, 50, 110, 50)
  bench.place({ side: 'sell', quantity: 10 })
  assert.equal(bench.wallet('USDT'), 1_000_000n * ONE + ONE / 1000n - 1050n * 10n ** 10n)
})
