import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineBench } from '../testing/engine-bench.ts'
import { exampleInstrument } from '../testing/instruments.ts'
import breakout from './breakout.ts'

/** High and low of one candle. */
type Bar = readonly [high: number, low: number]

/** Short lookbacks, so that a test shows every candle that matters. */
const SMALL = { long: '3', short: '2', history: '3', timeframe: '1m' }

/** Signals of each candle, without the reasons. */
function signals(
  bars: readonly Bar[],
  settings: Readonly<Record<string, string>> = SMALL,
  market: 'linear' | 'spot' = 'linear',
): readonly string[] {
  const bench = new EngineBench([exampleInstrument('BTCUSDT', { market })], breakout, settings)
  return bars.map(([high, low], minute) => {
    const middle = (high + low) / 2
    bench.candle(0, minute, [middle, high, low, middle])
    const [first = ''] = bench.said().filter((words) => words.startsWith('BTCUSDT'))
    return /BTCUSDT (\w+)/.exec(first)?.[1] ?? ''
  })
}

const QUIET: Bar = [101, 99]
const UP: Bar = [102, 100]
const DOWN: Bar = [100, 98]

test('the first breakout gives the direction, only a turn is acted on', () => {
  assert.deepEqual(signals([QUIET, QUIET, QUIET, UP, DOWN, UP, [103, 100]]), ['', '', '', '', 'short', '', 'long'])
})

test('more of the same direction is no turn', () => {
  assert.deepEqual(signals([QUIET, QUIET, QUIET, DOWN, [99, 97], [98, 96], [97, 95]]), ['', '', '', '', '', '', ''])
})

test('touching the edge of the channel is no breakout', () => {
  const touch = signals([QUIET, QUIET, QUIET, DOWN, [101, 99], [101, 99]])
  assert.deepEqual(touch, ['', '', '', '', '', ''])
  assert.equal(signals([QUIET, QUIET, QUIET, DOWN, [101.1, 99]]).at(-1), 'long')
})

test('wicks count, closes do not', () => {
  const bench = new EngineBench([exampleInstrument('BTCUSDT')], breakout, SMALL)
  for (const [minute, [high, low]] of [QUIET, QUIET, QUIET, DOWN].entries())
    bench.candle(0, minute, [100, high, low, 100])
  bench.said()
  bench.candle(0, 4, [99, 110, 98.5, 98.6])
  assert.match(bench.said()[0] ?? '', /^BTCUSDT long: breakout up$/)
})

test('a candle that breaks out on both sides leaves the direction as it was', () => {
  // After [105, 95] the channel is wide: the last candles turn back inside of it and say nothing.
  assert.deepEqual(signals([QUIET, QUIET, QUIET, DOWN, [105, 95]]), ['', '', '', '', ''])
  assert.deepEqual(signals([QUIET, QUIET, QUIET, DOWN, [105, 95], [106, 100]]), ['', '', '', '', '', 'long'])
})

test('the lookbacks of the two sides differ', () => {
  // The high of the first candle is the 4th back: out of a channel of 3, inside one of 4.
  const bars: readonly Bar[] = [[103, 99], QUIET, QUIET, DOWN, [102, 99]]
  assert.equal(signals(bars, { ...SMALL, short: '2', long: '3' }).at(-1), 'long')
  assert.equal(signals(bars, { ...SMALL, short: '2', long: '4' }).at(-1), '')
})

test('the direction is rebuilt from the history, without acting on it', () => {
  const past: readonly Bar[] = [QUIET, QUIET, QUIET, DOWN, [103, 99], QUIET, [100, 97]]
  assert.deepEqual(signals(past), ['', '', '', '', 'long', '', 'short'])
  assert.deepEqual(signals(past, { ...SMALL, history: '6' }), ['', '', '', '', '', '', 'short'])
  const turned = signals([...past, [104, 98]], { ...SMALL, history: '7' })
  assert.deepEqual(turned, ['', '', '', '', '', '', 'short', 'long'])
})

test('the direction is the same whether a session begins early or late', () => {
  let seed = 7
  let middle = 100
  const bars: readonly Bar[] = Array.from({ length: 400 }, () => {
    seed = (seed * 48_271) % 2_147_483_647
    middle += (seed % 5) - 2
    return [middle + 1, middle - 1]
  })
  const early = signals(bars, { ...SMALL, history: '20' })
  const late = signals(bars, { ...SMALL, history: '100' })
  assert.ok(early.slice(100).filter((word) => word !== '').length > 10)
  assert.deepEqual(late.slice(100), early.slice(100))
})

test('on spot a break downwards means flat', () => {
  assert.equal(signals([QUIET, QUIET, QUIET, UP, DOWN], SMALL, 'spot').at(-1), 'flat')
})

test('candles of the chosen timeframe are made from shorter ones', () => {
  const bench = new EngineBench([exampleInstrument('BTCUSDT')], breakout, { ...SMALL, timeframe: '5m' })
  for (const [i, [high, low]] of [QUIET, QUIET, QUIET, UP, DOWN].entries())
    for (let minute = 0; minute < 5; minute++) bench.candle(0, i * 5 + minute, [100, high, low, 100])
  assert.equal(bench.said()[0], 'BTCUSDT short: breakout down')
})
