/** From every checkpoint of a run, replaying the tail gives the outputs and the final state that replaying all gives. */
import assert from 'node:assert/strict'
import { truncate } from 'node:fs/promises'
import { test } from 'node:test'
import { DEFAULT_CONFIG } from '../../src/core/engine/config.ts'
import type { Engine } from '../../src/core/engine/engine.ts'
import { CHECKPOINT, FILL, INPUT_DIGEST } from '../../src/core/tape/kinds.ts'
import {
  MONEY_KINDS,
  NO_INSTRUMENT,
  ROW_SLOTS,
  ROW_WORDS,
  SEQUENCE,
  STRUCTURE_KINDS,
} from '../../src/core/tape/layout.ts'
import { recordRows, RowBuffer } from '../../src/core/tape/row-buffer.ts'
import type { TapeSink, TapeSource } from '../../src/core/tape/source.ts'
import { hashBytes } from '../../src/core/tape/state.ts'
import { DEFAULT_LATENCY } from '../../src/lab/backtest/latency.ts'
import { RunLog } from '../../src/lab/backtest/run-log.ts'
import { makeEngine, runBacktest } from '../../src/lab/run/make-run.ts'
import { DEFAULT_EXCHANGE } from '../../src/lab/run/run-config.ts'
import type { RunConfig } from '../../src/lab/run/run-config.ts'
import { Random } from '../../src/core/number/random.ts'
import { RecordReader } from '../../src/lab/verify/record-reader.ts'
import { replayRun } from '../../src/lab/verify/verify.ts'
import type { Checkpoint, ReplayParts } from '../../src/lab/verify/verify.ts'
import { checkpointFile, readCheckpoint, writeCheckpoint } from '../../src/node/checkpoint-files.ts'
import { SHIPPED } from '../../src/strategies/index.ts'
import { INSTRUMENTS, syntheticMarket, verified, World, writeMarketTape } from './world.ts'

/** More than one stretch of inputs. */
const ROWS = 90_000
const PLACES = 6

/** Keeps all rows in memory. */
class MemorySink implements TapeSink {
  rows: RowBuffer = new RowBuffer(0)

  append(more: RowBuffer): Promise<void> {
    const { rows } = this
    this.rows = new RowBuffer(rows.length + more.length)
    for (const from of [rows, more])
      for (let row = 0; row < from.length; row += recordRows(from, row)) this.rows.appendRecord(from, row)
    return Promise.resolve()
  }

  seal(): Promise<{ readonly rows: number; readonly hash: string }> {
    return Promise.resolve({ rows: this.rows.length, hash: '' })
  }
}

function sourceOf(rows: RowBuffer): TapeSource {
  let given = false
  return {
    instruments: INSTRUMENTS,
    hash: '',
    next() {
      const next = given ? undefined : rows
      given = true
      return Promise.resolve(next)
    },
    release: () => undefined,
    close: () => Promise.resolve(),
  }
}

function configOf(strategy: string, settings: Readonly<Record<string, string>>): RunConfig {
  const sizer = { kind: 'fixed-notional', notional: 1000 } as const
  const instruments = INSTRUMENTS.map((_, i) => i)
  return {
    kind: 'backtest',
    build: { version: '', sources: '', lockfile: '', runtime: '' },
    engine: {
      ...DEFAULT_CONFIG,
      instruments: INSTRUMENTS,
      strategies: [{ name: strategy, sourceHash: '', settings, instruments, sizer }],
      balances: [{ asset: 'USDT', amount: '10000' }],
    },
    exchange: DEFAULT_EXCHANGE,
    latency: DEFAULT_LATENCY,
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    tapes: [],
  }
}

/** A run in memory, and what replays it. */
async function runOf(
  strategy: string,
  settings: Readonly<Record<string, string>>,
): Promise<{ readonly money: RowBuffer; readonly parts: ReplayParts; readonly fills: number }> {
  const definition = SHIPPED.get(strategy)
  assert.ok(definition !== undefined)
  const config = configOf(strategy, settings)
  const sink = new MemorySink()
  let fills = 0
  await runBacktest(config, {
    source: syntheticMarket(ROWS),
    definitions: [definition],
    log: new RunLog(sink),
    references: [],
    observer: {
      record: (buffer, row) => {
        if (buffer.u8[row * 64] === FILL.kind) fills++
      },
      progress: () => undefined,
    },
  })
  const parts = {
    config,
    definitions: [definition],
    money: () => Promise.resolve(new RecordReader(sourceOf(sink.rows))),
    market: () => Promise.resolve(new RecordReader(syntheticMarket(ROWS))),
  }
  return { money: sink.rows, parts, fills }
}

/** Steps an engine through all inputs of a run and saves it behind the given ones (sequences, rising). */
async function statesBehind(
  { config, definitions, market }: ReplayParts,
  money: RowBuffer,
  places: readonly number[],
): Promise<readonly Uint8Array[]> {
  const engine: Engine = makeEngine(config, definitions)
  const reader = await market()
  const states: Uint8Array[] = []
  const step = (buffer: RowBuffer, row: number): void => {
    engine.step(buffer, row)
    engine.outputs.clear()
    if (places.includes((engine.sequence[0] as number) - 1)) states.push(engine.save())
  }
  const marketUpTo = async (sequence: number): Promise<void> => {
    for (; (engine.sequence[0] as number) < sequence && (await reader.ready()); reader.advance())
      step(reader.buffer, reader.row)
  }
  for (let row = 0; row < money.length; row += recordRows(money, row)) {
    const kind = money.u8[row * 64] as number
    if (kind >= MONEY_KINDS.first && kind <= MONEY_KINDS.last) {
      await marketUpTo(money.f64[row * ROW_SLOTS + SEQUENCE] as number)
      step(money, row)
    } else if (kind >= STRUCTURE_KINDS.first && kind !== CHECKPOINT.kind) {
      await marketUpTo((money.f64[row * ROW_SLOTS + SEQUENCE] as number) + 1)
      // The sums of a stretch are closed where the run closed them.
      if (kind === INPUT_DIGEST.kind) {
        engine.inputDigest.fold()
        engine.inputDigest.nextStretch()
      }
    }
  }
  return states
}

/** The money lane with rows that name checkpoints behind the given inputs. */
function withCheckpoints(money: RowBuffer, places: readonly number[], states: readonly Uint8Array[]): RowBuffer {
  const rows = new RowBuffer(money.length + places.length)
  let next = 0
  for (let row = 0; row < money.length; row += recordRows(money, row)) {
    const sequence = money.f64[row * ROW_SLOTS + SEQUENCE] as number
    for (; next < places.length && sequence > (places[next] as number); next++) {
      const added = rows.append(CHECKPOINT.kind, 0, 0, NO_INSTRUMENT, 0)
      rows.f64[added * ROW_SLOTS + SEQUENCE] = places[next] as number
      rows.f64[added * ROW_SLOTS + CHECKPOINT.number] = next + 1
      const hash = hashBytes(states[next] as Uint8Array)
      for (let i = 0; i < 4; i++)
        rows.u32[added * ROW_WORDS + CHECKPOINT.hash * 2 + i] = parseInt(hash.slice(i * 8, i * 8 + 8), 16)
    }
    rows.appendRecord(money, row)
  }
  return rows
}

for (const [strategy, settings] of [
  ['momentum', { rise: '0.3%', fall: '0.2%' }],
  ['reversion', { drop: '0.3%', rebound: '0.2%' }],
  ['breakout', { timeframe: '1m', long: '30', short: '30' }],
  ['market-maker', { spread: '0.1%' }],
] as const)
  void test(`${strategy}: the tail behind any input is that of the whole`, async () => {
    const { money, parts, fills } = await runOf(strategy, settings)
    assert.ok(fills >= 10, `${fills} fills`)
    const whole = await replayRun(parts)
    assert.equal(whole.difference, undefined)
    const random = new Random(3, strategy)
    const draw = (): number => 1 + random.below(ROWS - 2)
    const places = [...new Set(Array.from({ length: PLACES }, draw))].toSorted((a, b) => a - b)
    const states = await statesBehind(parts, money, places)
    assert.equal(states.length, places.length)
    const rows = withCheckpoints(money, places, states)
    for (const [i, state] of states.entries()) {
      const checkpoint: Checkpoint = { number: i + 1, state }
      const tail = await replayRun({
        ...parts,
        money: () => Promise.resolve(new RecordReader(sourceOf(rows))),
        checkpoint,
      })
      assert.deepEqual(tail, { ...whole, from: (places[i] as number) + 1 })
    }
  })

void test('a long run keeps checkpoints', async (t) => {
  const world = new World(t)
  await writeMarketTape(world.path('market.tape'), 1_060_000)
  const { stateHash } = await world.backtest('run', 0, 'momentum', '--tape', 'market.tape')

  await t.test('from which it verifies', async () => {
    const { verdict, from, stateHash: found } = await verified(world.path('run'), { checkpoint: 1 })
    assert.deepEqual({ verdict, from, found }, { verdict: 'verified', from: 1 << 20, found: stateHash })
    const { exit, stdout } = await world.line.run('verify', 'run', '--checkpoint', '1')
    assert.equal(exit, 0)
    assert.match(stdout, /^verified: [\d,]+ inputs from 1,048,576 on .*the exchange was left out\n$/)
  })

  await t.test('and one that is not there is refused with those that are', async () => {
    const { exit, stderr } = await world.line.run('verify', 'run', '--checkpoint', '2')
    assert.equal(exit, 2)
    assert.match(stderr, /000002\.state: the run has no such checkpoint\. It has 1\.\n$/)
  })

  await t.test('a damaged one is refused, another state in its place is named', async () => {
    const run = world.path('run')
    const file = checkpointFile(run, 1)
    const state = await readCheckpoint(run, 1)
    state[100] = (state[100] ?? 0) ^ 1
    await writeCheckpoint(run, 1, state)
    const { verdict, difference } = await verified(run, { checkpoint: 1 })
    assert.deepEqual([verdict, difference?.what, difference?.sequence], ['different', 'state', (1 << 20) - 1])
    await truncate(file, 40)
    await assert.rejects(verified(run, { checkpoint: 1 }), {
      name: 'TapeError',
      message: /000001\.state: it is damaged/,
    })
  })
})
