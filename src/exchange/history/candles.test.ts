import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExchangeBench, spotMarket } from '../../testing/exchange-bench.ts'

type Candle = readonly [open: number, high: number, low: number, close: number]
const FLAT: Candle = [100, 100, 100, 100]

/** One candle at 100 has been; holds `position` lots, opened at 100 in a second one. */
function withCandle(position = 0, options?: ConstructorParameters<typeof ExchangeBench>[0]): ExchangeBench {
  const bench = new ExchangeBench(options).candle(-2, FLAT)
  if (position !== 0) bench.place({ side: position > 0 ? 'buy' : 'sell', quantity: Math.abs(position), intent: 99 })
  bench.candle(-1, FLAT)
  bench.said()
  return bench
}

/** Sentences about fills, with their time. */
function fills(bench: ExchangeBench): string[] {
  return bench.saidWhen().filter((sentence) => /buys|sells/.test(sentence))
}

test('a market order waits for the next open', () => {
  const bench = withCandle()
  bench.place({ side: 'buy', quantity: 5 })
  bench.candle(0, [103, 110, 90, 105])
  assert.deepEqual(bench.saidWhen(), ['0: #1 accepted', '0: #1 buys 5 at 103 as taker: candleOpen', '0: #1 filled'])
})

test('with close it fills at the last close at once', () => {
  const bench = withCandle(0, { candleFill: 'close' }).candle(0, [103, 110, 90, 105])
  bench.place({ side: 'buy', quantity: 5 })
  assert.deepEqual(bench.saidWhen(), ['60: #1 accepted', '60: #1 buys 5 at 105 as taker: candleClose', '60: #1 filled'])
})

test('before the first candle it waits for that one, with either setting', () => {
  for (const [candleFill, fill] of [
    ['next-open', '0: #1 buys 5 at 103 as taker: candleOpen'],
    ['close', '59.999999: #1 buys 5 at 105 as taker: candleClose'],
  ] as const) {
    const bench = new ExchangeBench({ candleFill })
    bench.place({ side: 'buy', quantity: 5 })
    bench.candle(0, [103, 110, 90, 105])
    assert.deepEqual(fills(bench), [fill])
  }
})

test('a limit order fills at its price only when the candle goes beyond it', () => {
  const bench = withCandle()
  bench.place({ side: 'buy', quantity: 5, price: 95 })
  bench.candle(0, [100, 101, 95, 100])
  assert.deepEqual(fills(bench), [])
  bench.candle(1, [100, 101, 94, 100])
  assert.deepEqual(fills(bench), ['119.999999: #1 buys 5 at 95 as maker: candlePath'])
})

test('a limit order that the open gapped over fills at the open', () => {
  const bench = withCandle()
  bench.place({ side: 'buy', quantity: 5, price: 95 })
  bench.candle(0, FLAT)
  bench.candle(1, [92, 93, 91, 92])
  assert.deepEqual(fills(bench), ['60: #1 buys 5 at 92 as maker: candleOpen'])
})

test('a limit order that reaches the next open takes it', () => {
  const bench = withCandle()
  bench.place({ side: 'buy', quantity: 5, price: 101 })
  bench.place({ side: 'buy', quantity: 5, price: 100, timeInForce: 'immediateOrCancel' })
  bench.place({ side: 'buy', quantity: 5, price: 101, timeInForce: 'fillOrKill' })
  bench.place({ side: 'buy', quantity: 5, price: 101, timeInForce: 'postOnly' })
  bench.candle(0, [101, 101, 101, 101])
  assert.deepEqual(bench.said(), [
    '#1 accepted',
    '#2 accepted',
    '#3 accepted',
    '#4 rejected -5022',
    '#2 expired',
    '#3 buys 5 at 101 as taker: candleOpen',
    '#3 filled',
    '#1 buys 5 at 101 as taker: candleOpen',
    '#1 filled',
  ])
})

test('a stop fills at its trigger, or at the open if that gapped beyond it', () => {
  const bench = withCandle(5)
  bench.place({ side: 'sell', quantity: 5, trigger: 95, reduceOnly: true })
  bench.candle(0, [100, 101, 95, 100])
  assert.deepEqual(fills(bench), ['59.999999: #1 sells 5 at 95 as taker: candlePath'])
  const gapped = withCandle(5)
  gapped.place({ side: 'sell', quantity: 5, trigger: 95, reduceOnly: true })
  gapped.candle(0, [90, 99, 89, 99])
  assert.deepEqual(gapped.saidWhen(), [
    '0: #1 accepted',
    '0: #1 triggered',
    '0: #1 sells 5 at 90 as taker: candleOpen',
    '0: #1 filled',
  ])
})

test('within a candle the stop comes before the target, long and short', () => {
  const long = withCandle(5)
  long.place({ side: 'sell', quantity: 5, price: 105, reduceOnly: true })
  long.place({ side: 'sell', quantity: 5, trigger: 95, reduceOnly: true })
  long.candle(0, [100, 110, 90, 108])
  assert.deepEqual(fills(long), ['59.999999: #2 sells 5 at 95 as taker: candlePath'])
  const short = withCandle(-5)
  short.place({ side: 'buy', quantity: 5, trigger: 95, takeProfit: true, reduceOnly: true })
  short.place({ side: 'buy', quantity: 5, trigger: 105, reduceOnly: true })
  short.candle(0, [100, 110, 90, 92])
  assert.deepEqual(fills(short), ['59.999999: #2 buys 5 at 105 as taker: candlePath'])
})

test('a target fills when the stop is out of reach', () => {
  const bench = withCandle(5)
  bench.place({ side: 'sell', quantity: 5, price: 105, reduceOnly: true })
  bench.place({ side: 'sell', quantity: 5, trigger: 95, reduceOnly: true })
  bench.candle(0, [100, 110, 96, 108])
  assert.deepEqual(fills(bench), ['59.999999: #1 sells 5 at 105 as maker: candlePath'])
})

test('at the open, too, stops come before take-profits and limit orders', () => {
  const bench = withCandle(5)
  bench.place({ side: 'sell', quantity: 5, trigger: 110, takeProfit: true, reduceOnly: true })
  bench.place({ side: 'buy', quantity: 5, trigger: 110 })
  bench.candle(0, [112, 112, 112, 112])
  assert.deepEqual(fills(bench), [
    '0: #2 buys 5 at 112 as taker: candleOpen',
    '0: #1 sells 5 at 112 as taker: candleOpen',
  ])
})

test('an entry is followed by the bad end of its candle: its stop fills there, its target does not', () => {
  const bench = withCandle()
  bench.place({ side: 'buy', quantity: 5, trigger: 103 })
  bench.place({ side: 'sell', quantity: 5, trigger: 96 })
  bench.place({ side: 'sell', quantity: 5, price: 106 })
  bench.candle(0, [100, 110, 90, 105])
  assert.deepEqual(fills(bench), [
    '59.999999: #1 buys 5 at 103 as taker: candlePath',
    '59.999999: #2 sells 5 at 96 as taker: candlePath',
    '59.999999: #3 sells 5 at 106 as maker: candlePath',
  ])
})

test('a stop above a limit entry does not fill in the candle of the entry', () => {
  const bench = withCandle()
  bench.place({ side: 'buy', quantity: 5, price: 95 })
  bench.place({ side: 'sell', quantity: 5, trigger: 93 })
  bench.candle(0, [100, 101, 94, 100]) // beyond the entry, not down to the stop
  assert.deepEqual(fills(bench), ['59.999999: #1 buys 5 at 95 as maker: candlePath'])
  bench.candle(1, [100, 101, 93, 100])
  assert.deepEqual(fills(bench), ['119.999999: #2 sells 5 at 93 as taker: candlePath'])
})

test('flat, the path goes to the nearest order first', () => {
  const bench = withCandle()
  bench.place({ side: 'buy', quantity: 5, price: 94 })
  bench.place({ side: 'sell', quantity: 5, price: 103 })
  bench.candle(0, [100, 110, 90, 100])
  assert.deepEqual(fills(bench), [
    '59.999999: #2 sells 5 at 103 as maker: candlePath',
    '59.999999: #1 buys 5 at 94 as maker: candlePath',
  ])
})

test('a stop-limit order triggered on the path takes, or rests for the rest of it', () => {
  const bench = withCandle(5)
  bench.place({ side: 'sell', quantity: 2, trigger: 95, price: 94, reduceOnly: true })
  bench.place({ side: 'sell', quantity: 3, trigger: 95, price: 97, reduceOnly: true })
  bench.candle(0, [100, 101, 90, 92])
  assert.deepEqual(bench.said(), [
    '#1 accepted',
    '#2 accepted',
    '#1 triggered',
    '#1 sells 2 at 95 as taker: candlePath',
    '#1 filled',
    '#2 triggered',
    '#2 sells 3 at 97 as maker: candlePath',
    '#2 filled',
  ])
})

test('what follows from a fill at the open meets the same candle; what comes late meets the next', () => {
  const bench = withCandle()
  bench.place({ side: 'buy', quantity: 5 })
  const candle: Candle = [100, 110, 90, 100]
  bench.opens(0, candle)
  bench.place({ side: 'sell', quantity: 2, trigger: 95, reduceOnly: true })
  bench.place({ side: 'sell', quantity: 1, price: 105, reduceOnly: true })
  bench.later(20_000_000)
  bench.place({ side: 'sell', quantity: 1, price: 104, reduceOnly: true })
  bench.place({ side: 'sell', quantity: 1, trigger: 94, reduceOnly: true })
  bench.said()
  bench.closes(0, candle)
  // The late stop counts, because it cannot be known that it came too late; the late target does not.
  assert.deepEqual(fills(bench), [
    '59.999999: #2 sells 2 at 95 as taker: candlePath',
    '59.999999: #5 sells 1 at 94 as taker: candlePath',
    '59.999999: #3 sells 1 at 105 as maker: candlePath',
  ])
  bench.candle(1, [100, 106, 99, 100])
  assert.deepEqual(fills(bench), ['119.999999: #4 sells 1 at 104 as maker: candlePath'])
})

test('a candle given once is played whole, its fills stamped with its open and its end', () => {
  const bench = withCandle()
  bench.place({ side: 'buy', quantity: 5 })
  bench.place({ side: 'sell', quantity: 5, trigger: 95 })
  bench.said()
  bench.candleAtOnce(0, [100, 101, 90, 92])
  assert.deepEqual(fills(bench), [
    '0: #1 buys 5 at 100 as taker: candleOpen',
    '59.999999: #2 sells 5 at 95 as taker: candlePath',
  ])
})

test('forming, repeated and longer candles are passed over', () => {
  const bench = withCandle()
  bench.place({ side: 'buy', quantity: 5, price: 95 })
  bench.formingCandle(0, [90, 90, 90, 90])
  bench.candle(-1, [90, 90, 90, 90])
  assert.deepEqual(fills(bench), [])
})

test('candles stop mattering when better rows come, and waiting orders meet the better market', () => {
  const bench = withCandle()
  bench.place({ side: 'buy', quantity: 5 })
  bench.best(99, 10, 101, 3)
  assert.deepEqual(bench.said(), ['#1 accepted', '#1 buys 3 at 101 as taker: tookLevel', '#1 expired'])
  bench.place({ side: 'sell', quantity: 3 })
  bench.candle(0, [200, 200, 200, 200])
  assert.deepEqual(bench.said(), ['#2 accepted', '#2 sells 3 at 99 as taker: tookLevel', '#2 filled'])
})

test('a spot order that the open makes too dear expires', () => {
  const bench = withCandle(0, { instruments: [spotMarket], money: { USDT: 100 } })
  bench.place({ side: 'buy', quantity: 10_000 }) // exactly 100 USDT at the last close
  bench.candle(0, [101, 101, 101, 101])
  assert.deepEqual(bench.said(), ['#1 accepted', '#1 expired -2010'])
})
