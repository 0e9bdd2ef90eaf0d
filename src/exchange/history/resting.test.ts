import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExchangeBench, type Levels } from '../../testing/exchange-bench.ts'

const asks: Levels = [
  [101, 5],
  [102, 10],
]

/** Bids 99 (10), 98 (10); asks 101 (5), 102 (10). */
function withBook(queue: 'conservative' | 'probabilistic' = 'conservative'): ExchangeBench {
  const bids: Levels = [
    [99, 10],
    [98, 10],
  ]
  return new ExchangeBench({ queue }).snapshot(bids, asks)
}

/** Sentences about fills. */
function fills(bench: ExchangeBench): string[] {
  return bench.said().filter((sentence) => /buys|sells/.test(sentence))
}

test('prints at the price use up the queue before ours, then fill us in parts', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.trade('sell', 6, 99)
  assert.deepEqual(fills(bench), [])
  bench.trade('sell', 7, 99)
  assert.deepEqual(fills(bench), ['#1 buys 3 at 99 as maker: queueReached behind 4'])
  bench.trade('sell', 7, 99)
  assert.deepEqual(bench.said(), ['#1 buys 2 at 99 as maker: queueReached', '#1 filled'])
})

test('a print whose taker is on our own side does not advance the queue', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.trade('buy', 100, 99)
  assert.deepEqual(fills(bench), [])
})

test('in the conservative queue cancels before us do not help', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.depth([[99, 2]], [])
  bench.trade('sell', 9, 99)
  assert.deepEqual(fills(bench), [])
  bench.trade('sell', 2, 99)
  assert.deepEqual(fills(bench), ['#1 buys 1 at 99 as maker: queueReached behind 1'])
})

test('an order inside the spread is first in its queue', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 5, price: 100 })
  bench.trade('sell', 2, 100)
  assert.deepEqual(fills(bench), ['#1 buys 2 at 100 as maker: queueReached'])
})

test('a print through our price fills us up to its quantity, whoever stood before us', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.trade('sell', 3, 98)
  assert.deepEqual(fills(bench), ['#1 buys 3 at 99 as maker: tradedThrough behind 10'])
  // Nobody stands before us at 99 any more.
  bench.trade('sell', 1, 99)
  assert.deepEqual(fills(bench), ['#1 buys 1 at 99 as maker: queueReached'])
})

test('one print fills our orders once: best price first, at one price the older first', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 2, price: 98 })
  bench.place({ side: 'buy', quantity: 2, price: 99 })
  bench.place({ side: 'buy', quantity: 2, price: 99 })
  bench.said()
  bench.trade('sell', 5, 97)
  assert.deepEqual(bench.said(), [
    '#2 buys 2 at 99 as maker: tradedThrough behind 10',
    '#2 filled',
    '#3 buys 2 at 99 as maker: tradedThrough behind 10',
    '#3 filled',
    '#1 buys 1 at 98 as maker: tradedThrough behind 10',
  ])
})

test('market lots between two of our orders are used up between them', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 2, price: 99 })
  bench.depth([[99, 14]], []) // four lots join behind the first
  bench.place({ side: 'buy', quantity: 2, price: 99 })
  bench.said()
  bench.trade('sell', 17, 99) // 10, then 2 of ours, then 4, then 1 of ours
  assert.deepEqual(fills(bench), [
    '#1 buys 2 at 99 as maker: queueReached behind 10',
    '#2 buys 1 at 99 as maker: queueReached behind 14',
  ])
})

test('when the best ask comes down to our bid, its quantity fills us at our price, once', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.depth([[99, 0]], [[98, 0], [99, 3]]) // prettier-ignore
  assert.deepEqual(fills(bench), ['#1 buys 3 at 99 as maker: crossed behind 10'])
  bench.depth([], [[99, 3]])
  assert.deepEqual(fills(bench), [])
  bench.depth([], [[98, 1]])
  assert.deepEqual(bench.said(), ['#1 buys 1 at 99 as maker: crossed behind 10'])
})

test('a print against offers below our bid counts only beyond what those offers filled us with', () => {
  const bench = new ExchangeBench().best(99, 10, 101, 5)
  bench.place({ side: 'buy', quantity: 9, price: 99 })
  bench.best(97, 10, 98, 3)
  assert.deepEqual(fills(bench), ['#1 buys 3 at 99 as maker: crossed behind 10'])
  bench.trade('buy', 4, 98)
  assert.deepEqual(fills(bench), ['#1 buys 1 at 99 as maker: tradedThrough behind 10'])
})

test('an unknown queue is not guessed: only a print through the price fills', () => {
  const bench = new ExchangeBench().trade('buy', 1, 100)
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.trade('sell', 100, 99)
  assert.deepEqual(fills(bench), [])
  bench.trade('sell', 2, 98)
  assert.deepEqual(fills(bench), ['#1 buys 2 at 99 as maker: tradedThrough'])
})

test('with best bid and ask alone, the queue is known once our price is the best', () => {
  const bench = new ExchangeBench().best(99, 10, 101, 5)
  bench.place({ side: 'buy', quantity: 5, price: 98 })
  bench.trade('sell', 50, 98) // nobody knows how many stand there
  bench.best(98, 4, 101, 5)
  bench.trade('sell', 5, 98)
  assert.deepEqual(fills(bench), ['#1 buys 1 at 98 as maker: queueReached behind 4'])
})

test('sell orders mirror buy orders', () => {
  const bench = withBook()
  bench.place({ side: 'sell', quantity: 5, price: 101 })
  bench.trade('buy', 7, 101)
  assert.deepEqual(fills(bench), ['#1 sells 2 at 101 as maker: queueReached behind 5'])
  bench.trade('buy', 1, 102)
  assert.deepEqual(fills(bench), ['#1 sells 1 at 101 as maker: tradedThrough'])
  bench.depth([[101, 1]], [[101, 0]])
  assert.deepEqual(fills(bench), ['#1 sells 1 at 101 as maker: crossed'])
})

test('in the probabilistic queue cancels before us advance it by the power model', () => {
  const bench = withBook('probabilistic')
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.depth([[99, 20]], []) // ten lots join behind us
  // Of 4 cancelled lots, half come from before us: 10 before, 10 behind.
  bench.later().depth([[99, 16]], [])
  bench.later().trade('sell', 9, 99)
  assert.deepEqual(fills(bench), ['#1 buys 1 at 99 as maker: queueReached behind 8'])
})

test('what is cancelled behind us beyond what stood there came from before us', () => {
  const bench = withBook('probabilistic')
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.depth([[99, 11]], [])
  bench.later().depth([[99, 2]], [])
  bench.later().trade('sell', 3, 99)
  assert.deepEqual(fills(bench), ['#1 buys 1 at 99 as maker: queueReached behind 2'])
})

test('a decrease that a print explains is not counted again as cancels', () => {
  const bench = withBook('probabilistic')
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.trade('sell', 4, 99)
  bench.later().depth([[99, 6]], []) // those four: six are before us
  bench.trade('sell', 6, 99)
  assert.deepEqual(fills(bench), [])
  bench.trade('sell', 1, 99)
  assert.deepEqual(fills(bench), ['#1 buys 1 at 99 as maker: queueReached'])
})

test('nor if the print comes behind the update with the same venue time', () => {
  const bench = withBook('probabilistic')
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.depth([[99, 6]], []).trade('sell', 4, 99) // one moment: the print is the decrease
  bench.later().trade('sell', 6, 99)
  assert.deepEqual(fills(bench), [])
  const cancelled = withBook('probabilistic')
  cancelled.place({ side: 'buy', quantity: 5, price: 99 })
  cancelled
    .depth([[99, 6]], [])
    .later()
    .trade('sell', 4, 99) // a cancel, then a print
  cancelled.trade('sell', 3, 99)
  assert.deepEqual(fills(cancelled), ['#1 buys 1 at 99 as maker: queueReached behind 2'])
})

test('a print explains only the update that follows it', () => {
  const bench = withBook('probabilistic')
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.trade('sell', 4, 99)
  bench.later().depth([[98, 9]], []) // the level was refilled at once: it is not in the update
  bench.later().depth([[99, 6]], []) // four cancels, six lots before us: 4 * 216 / 280
  bench.later().trade('sell', 4, 99)
  assert.deepEqual(fills(bench), ['#1 buys 1 at 99 as maker: queueReached behind 3'])
})

test('after a gap the new book bounds the probabilistic queue and leaves the conservative one', () => {
  for (const [queue, expected] of [
    ['probabilistic', ['#1 buys 1 at 99 as maker: queueReached behind 3']],
    ['conservative', []],
  ] as const) {
    const bench = withBook(queue)
    bench.place({ side: 'buy', quantity: 5, price: 99 })
    bench.loseDepth().depth([[99, 5]], [])
    bench.snapshot([[99, 3]], asks)
    bench.later().trade('sell', 4, 99)
    assert.deepEqual(fills(bench), expected)
  }
})

test('partial books are followed level by level', () => {
  const bench = new ExchangeBench({ queue: 'probabilistic' }).partial([[99, 10], [98, 5]], asks) // prettier-ignore
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.later().partial([[99, 6], [98, 5]], asks) // prettier-ignore
  bench.later().trade('sell', 7, 99)
  assert.deepEqual(fills(bench), ['#1 buys 1 at 99 as maker: queueReached behind 6'])
})

test('what our own taker takes from the front of a level brings our order there forward', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.place({ side: 'sell', quantity: 4, price: 99, timeInForce: 'immediateOrCancel' })
  bench.said()
  bench.trade('sell', 7, 99)
  assert.deepEqual(fills(bench), ['#1 buys 1 at 99 as maker: queueReached behind 6'])
})

test('aggregated trades are not counted beside the single ones', () => {
  const bench = withBook()
  bench.place({ side: 'buy', quantity: 5, price: 99 })
  bench.aggregate('sell', 6, 99).trade('sell', 3, 99).aggregate('sell', 100, 99)
  assert.deepEqual(fills(bench), [])
  bench.trade('sell', 2, 99)
  assert.deepEqual(fills(bench), ['#1 buys 1 at 99 as maker: queueReached behind 1'])
})
