import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BEST_BID_ASK, CANDLE, CANDLE_FLAGS, TRADE } from '../tape/kinds.ts'
import { VENUE_TIME } from '../tape/layout.ts'
import { RowBuffer } from '../tape/row-buffer.ts'
import type { CandleBasis } from './candle-options.ts'
import { Candles } from './candles.ts'
import { CANDLE_MARK } from './closed-candles.ts'

const MINUTE = 60_000_000
const HOUR = 60 * MINUTE
const WEEK = 7 * 24 * HOUR
/** Wednesday, 5 June 2024, 12:00 UTC */
const NOON = Date.UTC(2024, 5, 5, 12) * 1000

const buffer = new RowBuffer(2)

function candlesOf(basis: CandleBasis, interval: number): Candles {
  return new Candles({ instruments: 1, interval, depth: 10, basis, correct: true, grace: 1_000_000 })
}

function trade(candles: Candles, time: number, price: number): number {
  buffer.clear()
  const row = buffer.append(TRADE.kind, 0, 0, 0, 0)
  buffer.f64[row * 8 + VENUE_TIME] = time
  buffer.f64[row * 8 + TRADE.price] = price
  buffer.f64[row * 8 + TRADE.quantity] = 1
  return candles.onRow(buffer, row)
}

function best(candles: Candles, time: number, bid: number, ask: number): number {
  buffer.clear()
  const row = buffer.append(BEST_BID_ASK.kind, 0, 0, 0, 0)
  buffer.f64[row * 8 + VENUE_TIME] = time
  buffer.f64[row * 8 + BEST_BID_ASK.bid] = bid
  buffer.f64[row * 8 + BEST_BID_ASK.ask] = ask
  return candles.onRow(buffer, row)
}

function minute(candles: Candles, openTime: number, price: number, closed: boolean): number {
  buffer.clear()
  const row = buffer.append(CANDLE.kind, closed ? CANDLE_FLAGS.closed : 0, 0, 0, 1)
  for (const slot of [CANDLE.open, CANDLE.high, CANDLE.low, CANDLE.close]) buffer.f64[row * 8 + slot] = price
  buffer.f64[row * 8 + CANDLE.volume] = 2
  buffer.f64[row * 8 + CANDLE.openTime] = openTime
  buffer.f64[row * 8 + CANDLE.interval] = MINUTE
  return candles.onRow(buffer, row)
}

test('minutes without a trade between two trades are flat at the last close', () => {
  const candles = candlesOf('trades', MINUTE)
  trade(candles, NOON + 1, 100)
  assert.equal(trade(candles, NOON + 3 * MINUTE, 105), 3)
  const seen = [0, 1, 2].map(() => {
    const element = candles.closeNext()
    return [candles.closed.openTime[element], candles.closed.close[element], candles.closed.volume[element]]
  })
  assert.deepEqual(seen, [
    [NOON, 100, 1],
    [NOON + MINUTE, 100, 0],
    [NOON + 2 * MINUTE, 100, 0],
  ])
  assert.equal(candles.open[0], 105)
})

test('no time passes for a candle by silence, nor by a best price that is ahead of the trades by less than the grace', () => {
  const candles = candlesOf('trades', MINUTE)
  trade(candles, NOON, 100)
  assert.equal(best(candles, NOON + MINUTE + 900_000, 100, 101), 0)
  assert.equal(trade(candles, NOON + MINUTE - 1, 99), 0)
  assert.equal(best(candles, NOON + MINUTE + 1_000_000, 100, 101), 1)
  assert.equal(candles.closed.low[candles.closeNext()], 99)
  assert.equal(trade(candles, NOON + MINUTE - 1, 98), 0)
  assert.equal(candles.late, 1)
})

test('best prices correct the forming candle and leave no trace in the closed one', () => {
  const candles = candlesOf('trades', MINUTE)
  trade(candles, NOON, 100)
  best(candles, NOON + 1, 97, 99)
  assert.deepEqual([candles.high[0], candles.low[0], candles.close[0]], [100, 97, 100], 'equal to the open: unchanged')
  trade(candles, NOON + 2, 102)
  best(candles, NOON + 3, 103, 104)
  assert.deepEqual([candles.high[0], candles.close[0]], [104, 104], 'rising: what a buyer pays')
  trade(candles, NOON + 4, 95)
  best(candles, NOON + 5, 93, 94)
  assert.deepEqual([candles.low[0], candles.close[0]], [93, 93], 'falling: what a seller gets')
  trade(candles, NOON + MINUTE, 96)
  const element = candles.closeNext()
  assert.deepEqual(
    [candles.closed.high[element], candles.closed.low[element], candles.closed.close[element]],
    [102, 95, 95],
  )
})

test('sixty minutes make an hour that closes with its last minute, and a week begins on Monday', () => {
  const hours = candlesOf('candles', HOUR)
  const weeks = candlesOf('candles', WEEK)
  for (let i = 0; i < 60; i++) {
    minute(weeks, NOON + i * MINUTE, 100 + i, true)
    assert.equal(
      minute(hours, NOON + i * MINUTE, 100 + i, false),
      0,
      'a forming minute counts once, however often it comes',
    )
    assert.equal(minute(hours, NOON + i * MINUTE, 100 + i, true), i === 59 ? 1 : 0)
  }
  const { closed } = hours
  const hour = hours.closeNext()
  assert.deepEqual(
    [closed.open[hour], closed.high[hour], closed.close[hour], closed.volume[hour]],
    [100, 159, 159, 120],
  )
  assert.equal(closed.marks[hour], 0)
  const monday = new Date((weeks.openTime[0] as number) / 1000)
  assert.equal(monday.toISOString(), '2024-06-03T00:00:00.000Z')
})

test('a series that begins inside an interval says so, and one behind a hole of weeks begins anew', () => {
  const candles = candlesOf('trades', MINUTE)
  trade(candles, NOON + 1, 100)
  assert.equal(trade(candles, NOON + 3 * WEEK, 200), 1)
  assert.equal(candles.closed.marks[candles.closeNext()], CANDLE_MARK.partial)
  assert.deepEqual([candles.jumps, candles.closed.count[0], candles.previousClose[0]], [1, 0, 0])
  assert.deepEqual([candles.openTime[0], candles.open[0]], [NOON + 3 * WEEK, 200])
})

test('candles of best prices do not move by the spread alone', () => {
  const candles = candlesOf('best', MINUTE)
  best(candles, NOON, 99, 101)
  best(candles, NOON + MINUTE, 100, 102)
  candles.closeNext()
  assert.deepEqual([candles.open[0], candles.close[0]], [101, 101], 'the spread still holds the open')
  best(candles, NOON + MINUTE + 1, 102, 104)
  assert.equal(candles.close[0], 104)
  best(candles, NOON + MINUTE + 2, 98, 100)
  assert.deepEqual([candles.close[0], candles.high[0], candles.low[0]], [98, 104, 98])
})
