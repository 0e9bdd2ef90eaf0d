/** Engine and exchange in turns, on real recordings: depth, trades and best prices that overtake each other on the way. */
import assert from 'node:assert/strict'
import { DEFAULT_CONFIG } from '../../src/core/engine/config.ts'
import type { StrategyDefinition } from '../../src/core/strategy/contract.ts'
import { RunLog } from '../../src/lab/backtest/run-log.ts'
import { runBacktest } from '../../src/lab/run/make-run.ts'
import type { RunEnd } from '../../src/lab/run/make-run.ts'
import { DEFAULT_EXCHANGE } from '../../src/lab/run/run-config.ts'
import { openTape } from '../../src/node/tape-reader.ts'
import { SHIPPED } from '../../src/strategies/index.ts'
import { dataTest } from '../../src/testing/data.ts'
import { World } from './world.ts'

const LATENCIES = [
  { kind: 'constant', order: 20_000, response: 20_000 },
  { kind: 'constant', order: 3_000_000, response: 700 },
] as const

for (const [venue, file] of [
  ['binance-usdm', 'captures/binance-usdm/ethusdt_20240808.gz'],
  ['binance-spot', 'captures/binance-spot/ethusdt_20240808.gz'],
] as const)
  dataTest(`engine and exchange in turns do on ${file} what they do row by row`, file, async (recording, t) => {
    const world = new World(t)
    const { exit } = await world.line.run('import', recording, '--venue', venue, '--out', 'market.tape')
    assert.equal(exit, 0)
    const tape = world.path('market.tape')
    for (const latency of LATENCIES) {
      const inTurns = await run(tape, latency, false)
      assert.ok(inTurns.outputs > 100, `${inTurns.outputs} outputs`)
      assert.deepEqual(inTurns, await run(tape, latency, true))
    }
  })

/** A market maker over the tape; an observer of market rows makes the backtest go row by row. */
async function run(tape: string, latency: (typeof LATENCIES)[number], rowByRow: boolean): Promise<RunEnd> {
  const source = await openTape(tape)
  const { instruments } = source
  const strategy = {
    name: 'market-maker',
    sourceHash: '',
    settings: {},
    instruments: [0],
    sizer: { kind: 'fixed-notional', notional: 1000 },
  } as const
  const { end } = await runBacktest(
    {
      kind: 'backtest',
      build: { version: '', sources: '', lockfile: '', runtime: '' },
      engine: {
        ...DEFAULT_CONFIG,
        instruments,
        balances: [{ asset: 'USDT', amount: '100000' }],
        strategies: [strategy],
      },
      exchange: { ...DEFAULT_EXCHANGE, queue: 'probabilistic' },
      latency,
      from: 0,
      to: Number.MAX_SAFE_INTEGER,
      tapes: [],
    },
    {
      source,
      definitions: [SHIPPED.get('market-maker') as StrategyDefinition],
      log: new RunLog(undefined),
      references: [],
      observer: {
        record: () => undefined,
        progress: () => undefined,
        ...(rowByRow ? { market: () => undefined } : {}),
      },
    },
  )
  await source.close()
  return end
}
