/** Payloads of market streams, exactly as documented. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FeedWorld, type Payload } from '../../testing/feed-world.ts'
import { SELL } from '../venue/requests.ts'

const MINUTE = 60_000_000

test('trades of one price and side become one aggregate after 100 ms', () => {
  const world = new FeedWorld('futures', ['btcusdt@trade', 'btcusdt@aggTrade'])
  world.trade()
  world.pass(99_000)
  assert.equal(world.said.length, 2)
  world.pass(1_000)
  assert.deepEqual(world.said.at(-1), [
    'btcusdt@aggTrade',
    {
      e: 'aggTrade',
      E: 1_795_216_100_150,
      a: 1,
      s: 'BTCUSDT',
      p: '76900.10',
      q: '0.040',
      nq: '0.040',
      f: 1,
      l: 2,
      T: 1_795_216_100_050,
      m: false,
      st: 1,
    },
  ])
  assert.deepEqual(world.first('btcusdt@trade'), {
    e: 'trade',
    E: 1_795_216_100_050,
    T: 1_795_216_100_050,
    s: 'BTCUSDT',
    t: 1,
    p: '76900.10',
    q: '0.015',
    X: 'MARKET',
    m: false,
  })
})

test('an aggregate ends where the price or the taker’s side changes', () => {
  const world = new FeedWorld('futures', ['btcusdt@aggTrade'])
  world.trade()
  world.venue.place({ side: SELL, price: 7_690_000, quantity: 10 })
  world.pass(100_000)
  assert.deepEqual(
    world.said.map(([, payload]) => [(payload as Payload)['f'], (payload as Payload)['l'], (payload as Payload)['m']]),
    [
      [1, 2, false],
      [3, 3, true],
    ],
  )
})

test('on spot the trades of one order make an aggregate at once', () => {
  const world = new FeedWorld('spot', ['btcusdt@aggTrade'])
  world.trade()
  assert.deepEqual(
    world.said.map(([, payload]) => [(payload as Payload)['a'], (payload as Payload)['q']]),
    [
      [1, '0.01500000'],
      [2, '0.02500000'],
    ],
  )
})

test('candles are told as they form, and once more when they close', () => {
  const world = new FeedWorld('futures', ['btcusdt@kline_1m', 'btcusdt_perpetual@continuousKline_3m'])
  world.trade()
  world.pass(250_000)
  const candle = {
    t: 1_795_216_080_000,
    T: 1_795_216_139_999,
    s: 'BTCUSDT',
    i: '1m',
    f: 1,
    L: 2,
    o: '76900.10',
    c: '76900.10',
    h: '76900.10',
    l: '76900.10',
    v: '0.040',
    n: 2,
    x: false,
    q: '3076.00400',
    V: '0.040',
    Q: '3076.00400',
    B: '0',
  }
  assert.deepEqual(world.first('btcusdt@kline_1m'), {
    e: 'kline',
    E: 1_795_216_100_300,
    s: 'BTCUSDT',
    k: candle,
  })
  const { s: _symbol, ...bare } = candle
  assert.deepEqual(world.first('btcusdt_perpetual@continuousKline_3m'), {
    e: 'continuous_kline',
    E: 1_795_216_100_300,
    ps: 'BTCUSDT',
    ct: 'PERPETUAL',
    k: { ...bare, t: 1_795_216_080_000 - 2 * 60_000, i: '3m', T: 1_795_216_139_999 },
  })
  world.said.length = 0
  world.pass(MINUTE)
  world.pass(MINUTE)
  assert.deepEqual(
    world.said
      .filter(([name]) => name === 'btcusdt@kline_1m')
      .map(([, payload]) => {
        const { t, x, n, f, o } = (payload as Payload)['k'] as Payload
        return [t, x, n, f, o]
      }),
    [
      [1_795_216_080_000, true, 2, 1, '76900.10'],
      [1_795_216_140_000, true, 0, -1, '76900.10'],
    ],
  )
})

test('tickers tell of a day, windows of less', () => {
  const world = new FeedWorld('futures', ['btcusdt@ticker', '!miniTicker@arr', 'btcusdt@markPrice@1s', '!bookTicker'])
  world.trade()
  world.pass(2 * MINUTE)
  world.venue.place({ side: SELL, price: 7_690_000, quantity: 10 })
  world.pass(5_000_000)
  assert.deepEqual(world.said.findLast(([name]) => name === 'btcusdt@ticker')?.[1], {
    e: '24hrTicker',
    E: 1_795_216_225_050,
    s: 'BTCUSDT',
    p: '-0.10',
    P: '0.000',
    w: '76900.08',
    c: '76900.00',
    Q: '0.010',
    o: '76900.10',
    h: '76900.10',
    l: '76900.00',
    v: '0.050',
    q: '3845.00400',
    O: 1_795_216_200_000 - 86_400_000,
    C: 1_795_216_220_050,
    F: 1,
    L: 3,
    n: 3,
    ps: 'BTCUSDT',
    st: 1,
  })
  assert.deepEqual(world.first('btcusdt@markPrice@1s'), {
    e: 'markPriceUpdate',
    E: 1_795_216_220_050,
    s: 'BTCUSDT',
    p: '76899.71000000',
    ap: '76899.71000000',
    P: '76921.55020011',
    i: '76930.10244681',
    r: '0.00004220',
    T: 1_795_219_200_000,
    st: 1,
  })
  const arrays = world.said.filter(([name]) => name === '!miniTicker@arr').map(([, payload]) => payload)
  assert.equal(arrays.length, 2)
  assert(Array.isArray(arrays[0]))
  const spot = new FeedWorld('spot', ['btcusdt@ticker_1h', 'btcusdt@avgPrice', '!ticker_4h@arr'])
  spot.trade()
  spot.pass(MINUTE)
  assert.equal(spot.first('btcusdt@ticker_1h')['e'], '1hTicker')
  assert.deepEqual(spot.first('btcusdt@avgPrice'), {
    e: 'avgPrice',
    E: 1_795_216_160_050,
    s: 'BTCUSDT',
    i: '5m',
    w: '76900.10000000',
    T: 1_795_216_100_050,
  })
})

test('of the liquidations of a second the largest is told', () => {
  const world = new FeedWorld('futures', ['btcusdt@forceOrder', '!forceOrder@arr'])
  world.liquidate(10, 0)
  world.liquidate(10, 10)
  world.liquidate(14, 14)
  world.liquidate(5, 5)
  world.pass(1_000_000)
  world.pass(1_000_000)
  assert.equal(world.said.length, 2)
  assert.deepEqual(world.said[0]?.[1], world.said[1]?.[1])
  assert.deepEqual(world.first('!forceOrder@arr'), {
    e: 'forceOrder',
    E: 1_795_216_101_050,
    o: {
      s: 'BTCUSDT',
      S: 'SELL',
      o: 'LIMIT',
      f: 'IOC',
      q: '0.014',
      p: '76500.00',
      ap: '76880.10',
      X: 'FILLED',
      l: '0.014',
      z: '0.014',
      T: 1_795_216_100_050,
      ps: 'BTCUSDT',
      st: 1,
    },
  })
})

test('partial books show the best levels, and whether they continue each other', () => {
  const world = new FeedWorld('futures', ['btcusdt@depth5@100ms', 'btcusdt@bookTicker'])
  world.trade()
  for (let level = 1; level < 8; level++) world.venue.place({ price: 7_690_000 - level * 10, quantity: level })
  world.pass(100_000)
  const { U, u, pu, b, a } = world.first('btcusdt@depth5@100ms')
  assert.deepEqual([U, pu], [1, 0])
  assert.equal(u, world.venue.books[0]?.updateId)
  assert.equal((b as unknown[]).length, 5)
  assert.deepEqual(a, [['76900.10', '0.964']])
  assert.deepEqual((b as unknown[])[0], ['76900.00', '3.210'])
  const tops = world.said.filter(([name]) => name === 'btcusdt@bookTicker')
  assert.equal(tops.length, 4, 'levels below the best are no news')
  assert.deepEqual(tops.at(-1)?.[1], {
    e: 'bookTicker',
    u: 4,
    s: 'BTCUSDT',
    ps: 'BTCUSDT',
    b: '76900.00',
    B: '3.210',
    a: '76900.10',
    A: '0.964',
    T: 1_795_216_100_050,
    E: 1_795_216_100_050,
    st: 1,
  })
})

test('the book with retail orders is the common one, since nobody places such orders', () => {
  const world = new FeedWorld('futures', ['btcusdt@rpiDepth@500ms', 'btcusdt@depth@500ms'])
  world.trade()
  world.pass(500_000)
  assert.deepEqual(world.first('btcusdt@rpiDepth@500ms'), world.first('btcusdt@depth@500ms'))
})

test('names that no stream has are not opened', () => {
  const world = new FeedWorld('futures', [])
  const names = ['btcusdt', 'BTCUSDT@trade', 'btcusdt@depth7', 'btcusdt@depth@50ms', 'btcusdt@kline_1s', '@trade', '!x']
  for (const name of [...names, 'btcusdt@nothing', 'ethusdt@trade', 'btcusdt_quarter@continuousKline_1m', ''])
    assert.equal(world.feed.open(name), -1, name)
})
