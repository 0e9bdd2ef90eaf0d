import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract, ExchangeBench, spotMarket } from '../../testing/exchange-bench.ts'

/** Bids 99 (5 lots), 98 (10); asks 101 (5), 102 (10). */
function withBook(options?: ConstructorParameters<typeof ExchangeBench>[0]): ExchangeBench {
  const bench = new ExchangeBench(options)
  bench.snapshot(
    [
      [99, 5],
      [98, 10],
    ],
    [
      [101, 5],
      [102, 10],
    ],
  )
  return bench
}

test('a market order walks the levels and is done', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 8 })
  assert.deepEqual(bench.said(), [
    '#1 accepted',
    '#1 buys 5 at 101 as taker: tookLevel',
    '#1 buys 3 at 102 as taker: tookLevel',
    '#1 filled',
  ])
  assert.equal(bench.position(), 8)
})

test('what a market order does not find within the known levels expires', () => {
  const bench = withBook()
  bench.place({ side: 'sell', quantity: 20 })
  assert.deepEqual(bench.said(), [
    '#1 accepted',
    '#1 sells 5 at 99 as taker: tookLevel',
    '#1 sells 10 at 98 as taker: tookLevel',
    '#1 expired',
  ])
})

test('a market order without any market is accepted and expires', () => {
  const bench = new ExchangeBench()
  bench.best(0, 0, 0, 0)
  bench.place({ side: 'buy', quantity: 1 })
  assert.deepEqual(bench.said(), ['#1 accepted', '#1 expired'])
})

test('with best bid and ask alone, only their quantities can be taken', () => {
  const bench = new ExchangeBench().best(99, 5, 101, 4)
  bench.place({ side: 'buy', quantity: 6 })
  assert.deepEqual(bench.said(), ['#1 accepted', '#1 buys 4 at 101 as taker: tookLevel', '#1 expired'])
})

test('with trades alone, an order takes the last price whatever its quantity', () => {
  const bench = new ExchangeBench().trade('buy', 1, 100)
  bench.place({ side: 'buy', quantity: 70 })
  bench.place({ side: 'buy', quantity: 70, price: 99 })
  assert.deepEqual(bench.said(), ['#1 accepted', '#1 buys 70 at 100 as taker: tookLevel', '#1 filled', '#2 accepted'])
})

test('a best bid and ask newer than the book hides the levels before it and tells the newer quantity', () => {
  const bench = withBook().best(99, 5, 102, 3)
  bench.place({ side: 'buy', quantity: 4, price: 102, timeInForce: 'immediateOrCancel' })
  assert.deepEqual(bench.said(), ['#1 accepted', '#1 buys 3 at 102 as taker: tookLevel', '#1 expired'])
  // The book has caught up: 102 holds 10 again, of which 3 are taken.
  bench.depth([], [[101, 0]])
  bench.place({ side: 'buy', quantity: 9, price: 102, timeInForce: 'immediateOrCancel' })
  assert.deepEqual(bench.said(), ['#2 accepted', '#2 buys 7 at 102 as taker: tookLevel', '#2 expired'])
})

test('nothing is taken from a book that has a hole', () => {
  const bench = withBook().loseDepth()
  bench.depth([], [[101, 7]])
  bench.place({ side: 'buy', quantity: 1 })
  assert.deepEqual(bench.said(), ['#1 accepted', '#1 expired'])
})

test('an immediate-or-cancel order takes what its price allows and expires', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 8, price: 101, timeInForce: 'immediateOrCancel' })
  assert.deepEqual(bench.said(), ['#1 accepted', '#1 buys 5 at 101 as taker: tookLevel', '#1 expired'])
})

test('a fill-or-kill order fills whole or is refused', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 6, price: 101, timeInForce: 'fillOrKill' })
  bench.place({ side: 'buy', quantity: 6, price: 102, timeInForce: 'fillOrKill' })
  assert.deepEqual(bench.said(), [
    '#1 rejected -5021',
    '#2 accepted',
    '#2 buys 5 at 101 as taker: tookLevel',
    '#2 buys 1 at 102 as taker: tookLevel',
    '#2 filled',
  ])
})

test('on spot a fill-or-kill order that cannot fill is accepted and expires', () => {
  const bench = withBook({ instruments: [spotMarket] })
  bench.place({ side: 'buy', quantity: 6, price: 101, timeInForce: 'fillOrKill' })
  assert.deepEqual(bench.said(), ['#1 accepted', '#1 expired'])
})

test('a limit order takes what crosses it and rests with the remainder', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 8, price: 101 })
  assert.deepEqual(bench.said(), ['#1 accepted', '#1 buys 5 at 101 as taker: tookLevel'])
  bench.cancel(1)
  assert.deepEqual(bench.said(), ['#1 cancelled'])
})

test('a post-only order that would take is refused and leaves nothing', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 1, price: 101, timeInForce: 'postOnly' })
  bench.place({ side: 'buy', quantity: 1, price: 100, timeInForce: 'postOnly' })
  assert.deepEqual(bench.said(), ['#1 rejected -5022', '#2 accepted'])
  bench.cancel(1)
  assert.deepEqual(bench.said(), ['#1 cancelRejected -2011'])
  const onSpot = withBook({ instruments: [spotMarket] })
  onSpot.place({ side: 'buy', quantity: 1, price: 101, timeInForce: 'postOnly' })
  assert.deepEqual(onSpot.said(), ['#1 rejected -2010'])
})

test('a lot is taken once, until history shows that the level has changed', () => {
  const bench = withBook()
  const take = (quantity: number): void => {
    bench.place({ side: 'buy', quantity, price: 102, timeInForce: 'immediateOrCancel' })
  }
  take(9) // 5 at 101 and 4 of the 10 at 102
  bench.said()
  take(1)
  assert.deepEqual(bench.said().slice(1), ['#2 buys 1 at 102 as taker: tookLevel', '#2 filled'])
  bench.depth([], [[102, 13]]) // three lots more: 8 are left
  take(9)
  assert.deepEqual(bench.said().slice(1), ['#3 buys 8 at 102 as taker: tookLevel', '#3 expired'])
  bench.depth([], [[102, 6]]) // fewer than we took: all of them are ours
  take(1)
  assert.deepEqual(bench.said().slice(1), ['#4 expired'])
  bench.depth([], [[102, 0]])
  bench.depth([], [[102, 2]]) // emptied and filled anew
  take(9)
  assert.deepEqual(bench.said().slice(1), ['#5 buys 2 at 102 as taker: tookLevel', '#5 expired'])
})

test('with best bid and ask alone, a price that history left is new when it comes back', () => {
  const bench = new ExchangeBench().best(99, 5, 101, 4)
  const take = (): void => void bench.place({ side: 'buy', quantity: 9, price: 101, timeInForce: 'immediateOrCancel' })
  take()
  bench.said()
  bench.best(98, 5, 101, 4)
  take()
  assert.deepEqual(bench.said(), ['#2 accepted', '#2 expired'])
  bench.best(99, 5, 102, 4).best(99, 5, 101, 4)
  take()
  assert.deepEqual(bench.said(), ['#3 accepted', '#3 buys 4 at 101 as taker: tookLevel', '#3 expired'])
})

test('a market order stops at the price band', () => {
  const instruments = [{ ...contract, priceBandUpPpm: 1_010_000, priceBandDownPpm: 990_000 }]
  const bench = withBook({ instruments }).mark(10 * 1e8) // a mark of 10.0: purchases up to 10.1, sales from 9.9
  bench.place({ side: 'buy', quantity: 8 })
  assert.deepEqual(bench.said(), ['#1 accepted', '#1 buys 5 at 101 as taker: tookLevel', '#1 expired'])
  bench.mark(9.9 * 1e8)
  bench.place({ side: 'buy', quantity: 8 })
  bench.place({ side: 'buy', quantity: 8, price: 101 })
  bench.place({ side: 'sell', quantity: 8, price: 98 })
  assert.deepEqual(bench.said(), ['#2 rejected -4131', '#3 rejected -4016', '#4 rejected -4024'])
})

test('our own resting order expires before our taker could meet it', () => {
  const bench = withBook()
  bench.place({ side: 'sell', quantity: 1, price: 100 })
  bench.place({ side: 'sell', quantity: 1, price: 102 })
  bench.place({ side: 'buy', quantity: 6, price: 101 })
  // 100 is better than any recorded offer; 102 lies beyond the limit.
  assert.deepEqual(bench.said(), [
    '#1 accepted',
    '#2 accepted',
    '#3 accepted',
    '#1 expired',
    '#3 buys 5 at 101 as taker: tookLevel',
  ])
  // 10 stand before our offer at 102: a taker of 4 more does not reach it, one of 9 does.
  bench.cancel(3)
  bench.place({ side: 'buy', quantity: 4, price: 102, timeInForce: 'immediateOrCancel' })
  bench.place({ side: 'buy', quantity: 9, price: 102, timeInForce: 'immediateOrCancel' })
  assert.deepEqual(bench.said(), [
    '#3 cancelled',
    '#4 accepted',
    '#4 buys 4 at 102 as taker: tookLevel',
    '#4 filled',
    '#5 accepted',
    '#2 expired',
    '#5 buys 6 at 102 as taker: tookLevel',
    '#5 expired',
  ])
})

test('orders that cannot be read or are too many are refused', () => {
  const bench = withBook({ maxOrders: 2, instruments: [contract, { ...contract, symbol: 'X', market: 'inverse' }] })
  bench.place({ side: 'buy', quantity: 1, price: 90, instrument: 9 })
  bench.place({ side: 'buy', quantity: 1, price: 90, instrument: 1 })
  bench.place({ side: 'buy', quantity: 1, price: 90, intent: 7 })
  bench.place({ side: 'buy', quantity: 1, price: 90, intent: 7 })
  bench.place({ side: 'buy', quantity: 1, price: 91, intent: 8 })
  bench.place({ side: 'buy', quantity: 1, price: 92, intent: 9 })
  assert.deepEqual(bench.said(), [
    '#1 rejected -1121',
    '#2 rejected -1121',
    '#7 accepted',
    '#7 rejected -4116',
    '#8 accepted',
    '#9 rejected -2025',
  ])
})

test('each filter has its code, on derivatives and on spot', () => {
  const rules = { minPrice: 10, maxPrice: 200, tickSize: 5, minQuantity: 2, maxQuantity: 9, stepSize: 1 }
  const wishes = [
    { price: 0.5, quantity: 2 },
    { price: 0, quantity: 2 },
    { price: 205, quantity: 2 },
    { price: 5, quantity: 2 },
    { price: 52, quantity: 2 },
    { price: 50, quantity: 0 },
    { price: 50, quantity: 1 },
    { price: 50, quantity: 10 },
    { price: 50, quantity: 2.5 },
  ]
  const codes = (bench: ExchangeBench): string[] => {
    for (const wish of wishes) bench.place({ side: 'buy', ...wish })
    return bench.said().map((sentence) => sentence.replace(/^.*rejected /, ''))
  }
  const derivative = withBook({ instruments: [{ ...contract, ...rules }] })
  assert.deepEqual(codes(derivative), ['-1111', '-4001', '-4002', '-4013', '-4014', '-4003', '-4004', '-4005', '-1111'])
  const spot = withBook({ instruments: [{ ...spotMarket, ...rules }] })
  assert.deepEqual(codes(spot), ['-1111', '-1013', '-1013', '-1013', '-1013', '-1013', '-1013', '-1013', '-1111'])
  const valued = withBook({ instruments: [{ ...contract, minNotionalMicros: 5_000 }] })
  valued.place({ side: 'buy', quantity: 1, price: 49 })
  valued.place({ side: 'buy', quantity: 1, price: 50 })
  assert.deepEqual(valued.said(), ['#1 rejected -4164', '#2 accepted'])
})
