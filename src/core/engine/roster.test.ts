import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineDriver, configOf, wholeInstrument } from '../../testing/engine-driver.ts'
import type { DrivenStrategy } from '../../testing/engine-driver.ts'
import { defineStrategy } from '../strategy/contract.ts'
import type { StrategyDefinition } from '../strategy/contract.ts'
import { count, percent } from '../strategy/params.ts'
import { Engine } from './engine.ts'

const INSTRUMENTS = [wholeInstrument('BTCUSDT'), wholeInstrument('ETHUSDT')]

/** Why a session with this strategy cannot begin. */
function refusal(strategy: DrivenStrategy): string {
  try {
    const driver = new EngineDriver({ instruments: INSTRUMENTS, strategies: [strategy] })
    return `it began at ${driver.time}`
  } catch (error) {
    return String(error)
  }
}

function quiet(changes: Partial<StrategyDefinition>): StrategyDefinition {
  return defineStrategy({ name: 'quiet', needs: {}, onTrade: () => undefined, ...changes })
}

test('settings are parsed, and needs may depend on them', () => {
  const seen: unknown[] = []
  const params = { lookback: count(3), drop: percent(1) }
  const definition = defineStrategy({
    name: 'dip',
    params,
    needs: ({ lookback }) => ({ candles: ['1m'], history: lookback }),
    onCandle: (_, ctx) => void seen.push(ctx.params),
  })
  const driver = new EngineDriver({ strategies: [{ definition, settings: { lookback: '2', drop: '5%' } }] })
  for (let i = 0; i < 3; i++) {
    driver.wait(60_000_000)
    driver.candle([100, 100, 100, 100])
  }
  assert.deepEqual(seen, [
    { drop: 0.05, lookback: 2 },
    { drop: 0.05, lookback: 2 },
  ])
})

test('what makes no sense is refused before the first row, with what to do about it', () => {
  assert.match(
    refusal({ definition: quiet({}), settings: { lookbak: '3' } }),
    /strategy quiet has no parameter 'lookbak'/,
  )
  assert.match(
    refusal({ definition: quiet({ needs: { candles: ['1M'] } }) }),
    /strategy quiet needs candles of '1M', which is no interval such as 1m, 15m, 1h or 1d/,
  )
  for (const history of [-1, 1.5, 1e9, NaN])
    assert.match(
      refusal({ definition: quiet({ needs: { candles: ['1m'], history } }) }),
      /strategy quiet needs a history of .*: give it a whole number from 0 to 100000/,
    )
  assert.match(
    refusal({ definition: quiet({}), instruments: [0, 2] }),
    /strategy quiet is attached to instrument 2, of 2/,
  )
  assert.match(
    refusal({ definition: quiet({ state: () => ({ prices: new Map() }) }) }),
    /state of strategy quiet\.prices is a Map: strategy state must be plain data/,
  )
  const config = configOf({ instruments: INSTRUMENTS, strategies: [{ definition: quiet({}) }] })
  assert.throws(() => new Engine(config, []), /strategy quiet is configured but not loaded/)
})

test('handlers are called for the instruments and rows that were asked for, strategies in their order', () => {
  const heard: string[] = []
  const first = defineStrategy({
    name: 'first',
    needs: {},
    onTrade: ({ symbol }) => void heard.push(`first trade ${symbol}`),
    onMark: ({ symbol, mark }) => void heard.push(`first mark ${symbol} ${mark}`),
  })
  const second = defineStrategy({
    name: 'second',
    needs: {},
    onTrade: ({ symbol }) => void heard.push(`second trade ${symbol}`),
    onBest: ({ symbol }) => void heard.push(`second best ${symbol}`),
  })
  const driver = new EngineDriver({
    instruments: INSTRUMENTS,
    strategies: [{ definition: first }, { definition: second, instruments: [1] }],
  })
  for (const instrument of [0, 1]) {
    driver.trade(100, instrument)
    driver.best(99, 101, instrument)
    driver.mark(100, instrument)
  }
  assert.deepEqual(heard, [
    'first trade BTCUSDT',
    'first mark BTCUSDT 100',
    'first trade ETHUSDT',
    'second trade ETHUSDT',
    'second best ETHUSDT',
    'first mark ETHUSDT 100',
  ])
})

test('memory is kept per instrument, and comes back from a checkpoint', () => {
  const definition = defineStrategy({
    name: 'counter',
    needs: {},
    state: () => ({ trades: 0, last: NaN }),
    onTrade({ price }, ctx) {
      const memory = ctx.state as { trades: number; last: number }
      memory.trades++
      memory.last = price
    },
  })
  const driver = new EngineDriver({ instruments: INSTRUMENTS, strategies: [{ definition }] })
  driver.trade(100, 0)
  driver.trade(101, 0)
  driver.trade(50, 1)
  const again = new Engine(driver.config, [definition])
  again.load(driver.engine.save())
  const states = again.roster.runners[0]?.context.states
  assert.deepEqual(states, [
    { trades: 2, last: 101 },
    { trades: 1, last: 50 },
  ])
})

test('a paused strategy stays paused after a restart', () => {
  const definition = quiet({})
  const driver = new EngineDriver({ strategies: [{ definition }] })
  driver.pauseStrategy(0)
  const again = new Engine(driver.config, [definition])
  again.load(driver.engine.save())
  assert.equal(again.roster.runners[0]?.paused, true)
})
