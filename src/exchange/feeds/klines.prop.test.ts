/** Candles against a twin that keeps every trade and counts anew each time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { exampleInstrument } from '../../testing/instruments.ts'
import { FUTURES_INTERVALS, nextOpenTime, openTimeOf, SPOT_INTERVALS, type KlineInterval } from './kline-intervals.ts'
import { KLINE, Klines } from './klines.ts'
import { NumberText } from './number-text.ts'
import { RollingWindow } from './rolling-window.ts'
import { addProduct, sumOf } from './wide-sum.ts'

/** A Sunday evening at the end of a month, so that days, weeks and months end soon. */
const START = Date.UTC(2026, 4, 31, 23, 40) * 1000
const MINUTE = 60_000_000

interface Trade {
  readonly id: number
  readonly price: number
  readonly quantity: number
  readonly buys: boolean
  readonly time: number
}

type Figures = readonly [
  openTime: number,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
  quote: bigint,
  trades: number,
  taker: number,
  takerQuote: bigint,
]

/** The candle from its trades; flat at `before` if there are none. */
function twin(trades: readonly Trade[], openTime: number, end: number, before: number): Figures {
  const inside = trades.filter(({ time }) => time >= openTime && time < end)
  const taken = inside.filter(({ buys }) => buys)
  const value = (list: readonly Trade[]) => list.reduce((sum, t) => sum + BigInt(t.price) * BigInt(t.quantity), 0n)
  const prices = inside.length === 0 ? [before] : inside.map(({ price }) => price)
  return [
    openTime,
    prices[0] ?? 0,
    Math.max(...prices),
    Math.min(...prices),
    prices.at(-1) ?? 0,
    inside.reduce((sum, { quantity }) => sum + quantity, 0),
    value(inside),
    inside.length,
    taken.reduce((sum, { quantity }) => sum + quantity, 0),
    value(taken),
  ]
}

function read(cells: Float64Array, at: number): Figures {
  const cell = (column: number) => cells[at + column] as number
  return [
    cell(KLINE.openTime),
    cell(KLINE.open),
    cell(KLINE.high),
    cell(KLINE.low),
    cell(KLINE.close),
    cell(KLINE.volume),
    sumOf(cells, at + KLINE.quote),
    cell(KLINE.trades),
    cell(KLINE.takerVolume),
    sumOf(cells, at + KLINE.takerQuote),
  ]
}

const trades: fc.Arbitrary<Trade[]> = fc
  .array(
    fc.record({
      // Some values do not fit a double exactly.
      price: fc.oneof(fc.integer({ min: 90, max: 110 }), fc.integer({ min: 1, max: 2 ** 40 })),
      quantity: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2 ** 40 })),
      buys: fc.boolean(),
      gap: fc.oneof(fc.nat(1_000_000), fc.nat(90 * MINUTE)),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((list) => {
    let time = START
    return list.map(({ gap, ...trade }, i) => ({ ...trade, id: i + 1, time: (time += gap) }))
  })

for (const [name, intervals] of [
  ['futures', FUTURES_INTERVALS],
  ['spot', SPOT_INTERVALS],
] as const) {
  test(`candles of every interval of ${name} are what their trades come to`, () => {
    fc.assert(
      fc.property(trades, fc.nat(3 * MINUTE), (list, silence) => {
        const klines = new Klines(intervals)
        const now = (list.at(-1)?.time ?? START) + silence
        let closings = 0
        const sink = { onClosed: () => void closings++ }
        for (const { id, price, quantity, buys, time } of list) {
          klines.roll(time, sink)
          klines.trade(id, price, quantity, buys, time)
        }
        klines.roll(now, sink)
        let closedRows = 0
        intervals.forEach((interval, index) => {
          closedRows += compareInterval(klines, interval, index, list, now)
        })
        assert(closedRows <= closings)
      }),
      { numRuns: 40 },
    )
  })
}

function compareInterval(
  klines: Klines,
  interval: KlineInterval,
  index: number,
  list: readonly Trade[],
  now: number,
): number {
  const ring = klines.closed[index]
  assert(ring !== undefined)
  const first = openTimeOf(interval, list[0]?.time ?? 0)
  const forming = new Float64Array(KLINE.width)
  assert(klines.readForming(index, forming))
  const rows = Array.from({ length: ring.length }, (_, i) => read(ring.cells, ring.at(i)))
  rows.push(read(forming, 0))
  assert.equal(rows.at(-1)?.[0], openTimeOf(interval, now))
  // Where the ring forgot the first ones, the twin begins later too.
  let openTime = rows[0]?.[0] ?? 0
  if (ring.length < ring.bound) assert.equal(openTime, first)
  for (const row of rows) {
    const end = nextOpenTime(interval, openTime)
    const before = list.filter(({ time }) => time < openTime).at(-1)?.price ?? 0
    assert.deepEqual(row, twin(list, openTime, end, before), `${interval.name} at ${openTime}`)
    openTime = end
  }
  return rows.length - 1
}

test('a rolling window is what the trades since its first minute come to', () => {
  fc.assert(
    fc.property(trades, fc.constantFrom(5, 60, 240), (list, minutes) => {
      const klines = new Klines(FUTURES_INTERVALS)
      const window = new RollingWindow(klines, minutes)
      assert.equal(window.read(START), false)
      for (const { id, price, quantity, buys, time } of list) {
        klines.roll(time, undefined)
        klines.trade(id, price, quantity, buys, time)
        assert(window.read(time))
        const from = Math.floor(time / MINUTE) * MINUTE - minutes * MINUTE
        const wanted = twin(list.slice(0, id), from, time + 1, 0)
        assert.deepEqual(read(window.cells, 0).slice(5), wanted.slice(5))
        assert.deepEqual(read(window.cells, 0).slice(2, 5), [
          Math.max(wanted[2], read(window.cells, 0)[1]),
          Math.min(wanted[3], read(window.cells, 0)[1]),
          wanted[4],
        ])
      }
    }),
    { numRuns: 40 },
  )
})

test('months and weeks open on their calendar days', () => {
  const month = FUTURES_INTERVALS.at(-1)
  const week = FUTURES_INTERVALS.at(-2)
  assert(month !== undefined && week !== undefined)
  for (let day = 0; day < 1200; day++) {
    const time = Date.UTC(2023, 11, 15 + day, 13) * 1000
    const date = new Date(time / 1000)
    const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) * 1000
    assert.equal(openTimeOf(month, time), first)
    assert.equal(nextOpenTime(month, first), Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) * 1000)
    assert.equal(new Date(openTimeOf(week, time) / 1000).getUTCDay(), 1)
  }
})

test('a wide sum is exact however large its parts', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2 ** 31), fc.integer({ min: 0, max: 2 ** 52 }))), (pairs) => {
      const cells = new Float64Array(2)
      for (const [a, b] of pairs) addProduct(cells, 0, a, b)
      assert.equal(
        sumOf(cells, 0),
        pairs.reduce((sum, [a, b]) => sum + BigInt(a) * BigInt(b), 0n),
      )
    }),
  )
})

test('numbers are written as the venue writes them', () => {
  const futures = new NumberText(exampleInstrument('A', { priceDecimals: 2, quantityDecimals: 3 }))
  assert.deepEqual(
    [futures.price(7_690_010), futures.price(5), futures.quantity(0), futures.value(123_456n), futures.mark(1)],
    ['76900.10', '0.05', '0.000', '1.23456', '0.00000001'],
  )
  const spot = new NumberText(exampleInstrument('A', { market: 'spot', priceDecimals: 2, quantityDecimals: 0 }))
  assert.deepEqual(
    [spot.price(-105), spot.quantity(7), spot.value(123n), spot.average(1000n, 3), spot.percent(800, 812)],
    ['-1.05000000', '7.00000000', '1.23000000', '3.33000000', '1.500'],
  )
})
