import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_CONFIG } from '../../core/engine/config.ts'
import type { StrategyDefinition } from '../../core/strategy/contract.ts'
import { APPEND_TIME, ROW_SLOTS, VENUE_TIME } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { TapeSource } from '../../core/tape/source.ts'
import { SHIPPED } from '../../strategies/index.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { runBacktest } from '../run/make-run.ts'
import type { RunEnd } from '../run/make-run.ts'
import { DEFAULT_EXCHANGE } from '../run/run-config.ts'
import type { RunConfig } from '../run/run-config.ts'
import { Random } from '../../core/number/random.ts'
import { SyntheticMarket } from '../synthetic/synthetic-market.ts'
import type { LatencyModel } from './latency.ts'
import { RunLog } from './run-log.ts'

const ROWS = 60_000
const INSTRUMENTS = Array.from({ length: 5 }, (_, i) => exampleInstrument(`C${i}USDT`))

interface Case {
  readonly seed: number
  readonly strategies: readonly string[]
  readonly latency: LatencyModel
  readonly from?: number
  /** The way to us gets shorter with time, and takes some rows up to so many microseconds longer: they are overtaken. */
  readonly jitter?: number
}

const START = 1_700_000_000_000_000
const CASES: readonly Case[] = [
  { seed: 1, strategies: ['momentum'], latency: { kind: 'constant', order: 20_000, response: 20_000 } },
  { seed: 2, strategies: ['market-maker'], latency: { kind: 'constant', order: 1, response: 1 } },
  { seed: 3, strategies: ['market-maker'], latency: { kind: 'constant', order: 20_000, response: 5000 } },
  { seed: 4, strategies: ['market-maker', 'reversion'], latency: { kind: 'constant', order: 700, response: 90_000 } },
  { seed: 5, strategies: ['market-maker', 'momentum'], latency: { kind: 'constant', order: 2_000_000, response: 3 } },
  { seed: 6, strategies: ['market-maker'], latency: { kind: 'constant', order: 0, response: 20_000 } },
  {
    seed: 7,
    strategies: ['reversion'],
    latency: { kind: 'constant', order: 9000, response: 9000 },
    from: START + 9_000_000,
  },
  {
    seed: 8,
    strategies: ['market-maker'],
    latency: { kind: 'constant', order: 20_000, response: 20_000 },
    jitter: 60_000,
  },
  {
    seed: 9,
    strategies: ['market-maker', 'momentum'],
    latency: { kind: 'constant', order: 900_000, response: 1 },
    jitter: 60_000,
  },
  {
    seed: 10,
    strategies: ['market-maker'],
    latency: { kind: 'constant', order: 20_000, response: 20_000 },
    jitter: 0,
  },
]

for (const one of CASES)
  void test(`engine and exchange in turns do what they do row by row (market ${one.seed}, ${one.strategies.join(' and ')}${one.jitter === undefined ? '' : `, delays within ${one.jitter} us`})`, async () => {
    const inTurns = await run(one, false)
    const rowByRow = await run(one, true)
    assert.deepEqual(inTurns, rowByRow)
    assert.ok(inTurns.inputs > ROWS / 2)
  })

/** The same rows with delays of their own on the way; the least delay falls from buffer to buffer. */
class Delayed implements TapeSource {
  readonly instruments = INSTRUMENTS
  readonly hash = ''
  readonly #market: SyntheticMarket
  readonly #random: Random
  readonly #jitter: number
  #least = 200_000

  constructor(market: SyntheticMarket, seed: number, jitter: number) {
    this.#market = market
    this.#jitter = jitter
    this.#random = new Random(seed, 'delays')
  }

  async next(): Promise<RowBuffer | undefined> {
    const buffer = await this.#market.next()
    this.#least = Math.max(1000, this.#least - 30_000)
    for (let row = 0; row < (buffer?.length ?? 0); row++) {
      const at = row * ROW_SLOTS
      const late = this.#jitter > 0 && this.#random.below(10) === 0
      const delay = this.#least + (late ? this.#random.below(this.#jitter) : 0)
      if (buffer !== undefined) buffer.f64[at + VENUE_TIME] = (buffer.f64[at + APPEND_TIME] as number) - delay
    }
    return buffer
  }

  release(buffer: RowBuffer): void {
    this.#market.release(buffer)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** Runs a case; an observer of market rows makes the backtest go row by row. */
async function run({ seed, strategies, latency, from = 0, jitter }: Case, rowByRow: boolean): Promise<RunEnd> {
  const startPrices = INSTRUMENTS.map((_, i) => 8000 + i * 3000)
  const market = new SyntheticMarket({
    seed,
    instruments: INSTRUMENTS,
    startPrices,
    startTime: START,
    rows: ROWS,
    meanGapUs: 12_000,
  })
  const source = jitter === undefined ? market : new Delayed(market, seed, jitter)
  const config: RunConfig = {
    kind: 'backtest',
    build: { version: '', sources: '', lockfile: '', runtime: '' },
    engine: {
      ...DEFAULT_CONFIG,
      instruments: INSTRUMENTS,
      balances: [{ asset: 'USDT', amount: '10000' }],
      strategies: strategies.map((name) => ({
        name,
        sourceHash: '',
        settings: {},
        instruments: INSTRUMENTS.map((_, i) => i),
        sizer: { kind: 'fixed-notional', notional: 1000 },
      })),
    },
    exchange: DEFAULT_EXCHANGE,
    latency,
    from,
    to: Number.MAX_SAFE_INTEGER,
    tapes: [],
  }
  const { end } = await runBacktest(config, {
    source,
    definitions: strategies.map((name) => SHIPPED.get(name) as StrategyDefinition),
    log: new RunLog(undefined),
    references: [],
    observer: { record: () => undefined, progress: () => undefined, ...(rowByRow ? { market: () => undefined } : {}) },
  })
  return end
}
