import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineDriver, wholeInstrument } from '../../testing/engine-driver.ts'
import type { CandleHistory, StrategyContext } from './contract.ts'
import { defineStrategy } from './contract.ts'

const BTC = wholeInstrument('BTCUSDT', { priceDecimals: 1, quantityDecimals: 0 })

/** Closes the candles given (open, high, low, close in quanta) and lets `look` see the context after each. */
function watch(
  candles: readonly (readonly [number, number, number, number])[],
  look: (history: CandleHistory, ctx: StrategyContext) => void,
  history = 3,
): EngineDriver {
  const definition = defineStrategy({
    name: 'watcher',
    needs: { candles: ['1m'], history },
    onCandle: (candle, ctx) => look(ctx.candles(candle.instrument, '1m'), ctx),
  })
  const driver = new EngineDriver({ instruments: [BTC], strategies: [{ definition }] })
  for (const prices of candles) {
    driver.wait(60_000_000)
    driver.candle(prices)
  }
  return driver
}

const FOUR = [
  [10, 14, 8, 12],
  [12, 19, 11, 13],
  [13, 15, 7, 9],
  [9, 16, 9, 15],
] as const

test('a strategy is called when its history is there, newest candle first', () => {
  const seen: unknown[] = []
  watch(FOUR, (h) => seen.push([h.length, h.close(0), h.close(1), h.close(2)]))
  assert.deepEqual(seen, [
    [3, 0.9, 1.3, 1.2],
    [4, 1.5, 0.9, 1.3],
  ])
})

test('what is not there is no number', () => {
  let last: readonly number[] = []
  watch(FOUR, (h) => {
    last = [h.close(h.length), h.open(-1), h.volume(99), h.high(0.5), h.highest(4, 3), h.lowest(-1, 2), h.lowest(0, 0)]
  })
  assert.deepEqual(last, [NaN, NaN, NaN, NaN, NaN, NaN, NaN])
})

test('extremes are over the candles named, as far as there are candles', () => {
  let last: readonly number[] = []
  watch(FOUR, (h) => {
    last = [h.highest(0, 1), h.highest(1, 2), h.lowest(0, 2), h.lowest(1, 1), h.highest(2, 99)]
  })
  assert.deepEqual(last, [1.6, 1.9, 0.7, 0.7, 1.9])
})

test('the candle that is told knows the close before it', () => {
  const changes: number[] = []
  const definition = defineStrategy({
    name: 'change',
    needs: { candles: ['1m'] },
    onCandle: ({ previousClose, change }) => void changes.push(previousClose, change),
  })
  const driver = new EngineDriver({ instruments: [BTC], strategies: [{ definition }] })
  for (const close of [10, 15, 12]) {
    driver.wait(60_000_000)
    driver.candle([10, 20, 5, close])
  }
  assert.deepEqual(changes, [NaN, NaN, 1, 1.5 / 1 - 1, 1.5, 1.2 / 1.5 - 1])
})

test('a strategy reads the intervals that it names, whatever its neighbours name', () => {
  const reader = defineStrategy({
    name: 'reader',
    needs: { candles: ['1m'] },
    onCandle: (candle, ctx) => void ctx.candles(candle.instrument, '5m'),
  })
  const neighbour = defineStrategy({ name: 'neighbour', needs: { candles: ['5m'] }, onCandle: () => undefined })
  const driver = new EngineDriver({
    instruments: [BTC],
    strategies: [{ definition: reader }, { definition: neighbour }],
  })
  driver.wait(60_000_000)
  driver.candle([10, 10, 10, 10])
  assert.match(
    String(driver.engine.roster.failures[0]?.error),
    /strategy reader reads 5m candles of BTCUSDT but its needs do not name them/,
  )
})
