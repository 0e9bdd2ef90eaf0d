/**
 * Replay: the whole backtest (two cursors, exchange, engine with pre-trade check, virtual books and ledger, digests on) on
 * generated trades and best prices, from memory and from sealed segments, and on recorded depth with queue models.
 */
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PerformanceObserver, constants } from 'node:perf_hooks'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Instrument } from '../src/core/market/instrument.ts'
import type { StrategyDefinition } from '../src/core/strategy/contract.ts'
import { INTENT } from '../src/core/tape/kinds.ts'
import type { RowBuffer } from '../src/core/tape/row-buffer.ts'
import type { TapeSource } from '../src/core/tape/source.ts'
import { RunLog } from '../src/lab/backtest/run-log.ts'
import { runBacktest } from '../src/lab/run/make-run.ts'
import type { RunConfig } from '../src/lab/run/run-config.ts'
import { openTape } from '../src/node/tape-reader.ts'
import { createTape } from '../src/node/tape-writer.ts'
import { SHIPPED } from '../src/strategies/index.ts'
import { measureDepth } from './depth.ts'
import { collect as readAll, contracts, generatedMarket, memorySource, runOf } from './generated.ts'
import { median, seconds } from './measure.ts'
import type { Benchmark } from './measure.ts'

const INSTRUMENTS = 400
const ROWS = 10_000_000
/** With these settings about one row in eight hundred brings an order. */
const MAKER = { requote: '1.5%', spread: '1.6%' }

export const replay: Benchmark = {
  name: 'replay',
  about: 'the backtest on ten million generated rows of 400 instruments',
  async run({ runs, note }) {
    const instruments = contracts(INSTRUMENTS)
    note(`generating ${ROWS.toLocaleString('en')} rows`)
    const buffers = await readAll(generatedMarket(instruments, ROWS))
    const memory = (): TapeSource => memorySource(instruments, buffers)
    const maker = await measure(runs, note, 'market-maker', memory, runOf(instruments, ['market-maker'], MAKER))
    const momentum = await measure(runs, note, 'momentum', memory, runOf(instruments, ['momentum']))
    const depth = await measureDepth(runs, note)
    const six = await measure(runs, note, 'six strategies', memory, sixStrategies(instruments))
    const folder = await mkdtemp(join(tmpdir(), 'tapewright-bench-'))
    try {
      const tape = join(folder, 'generated.tape')
      note('writing a sealed tape')
      await write(tape, instruments, buffers)
      const fromSealed = await measure(
        runs,
        note,
        'market-maker from sealed segments',
        () => openTape(tape),
        runOf(instruments, ['market-maker'], MAKER),
      )
      // Last, because a collection in the middle of a run throws optimised code away.
      const { heapGrowth } = await once(memory(), runOf(instruments, ['market-maker'], MAKER), true)
      return {
        figures: {
          rows: ROWS,
          instruments: INSTRUMENTS,
          rowsPerSecond: maker.rowsPerSecond,
          sealedRowsPerSecond: fromSealed.rowsPerSecond,
          momentumRowsPerSecond: momentum.rowsPerSecond,
          sixStrategiesRowsPerSecond: six.rowsPerSecond,
          rowsPerOrder: ROWS / maker.orders,
          orders: maker.orders,
          scavenges: maker.scavenges,
          heapGrowthBytes: heapGrowth,
          ...(depth === undefined ? {} : { levelUpdatesPerSecond: depth.levelUpdatesPerSecond }),
          details: { depth, maker, momentum, six, fromSealed },
        },
        goals: [
          { key: 'rowsPerSecond', wanted: 10e6, reached: maker.rowsPerSecond },
          { key: 'sealedRowsPerSecond', wanted: 7e6, reached: fromSealed.rowsPerSecond },
          { key: 'momentumRowsPerSecond', wanted: 20e6, reached: momentum.rowsPerSecond },
          { key: 'sixStrategiesRowsPerSecond', wanted: 5e6, reached: six.rowsPerSecond },
          { key: 'levelUpdatesPerSecond', wanted: 20e6, reached: depth?.levelUpdatesPerSecond ?? NaN },
          { key: 'rowsPerOrder', wanted: 1000, reached: ROWS / maker.orders, atMost: true },
          { key: 'scavenges', wanted: 0, reached: maker.scavenges, atMost: true },
          { key: 'heapGrowthBytes', wanted: 1_000_000, reached: heapGrowth, atMost: true },
        ],
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

interface Measured {
  readonly rowsPerSecond: number
  readonly orders: number
  readonly fills: number
  /** After the first million rows. */
  readonly scavenges: number
  readonly heapGrowth: number
  readonly stateHash: string
}

/** Runs a configuration several times over fresh sources; one more run before them is not counted. */
export async function measure(
  runs: number,
  note: (text: string) => void,
  what: string,
  open: () => TapeSource | Promise<TapeSource>,
  config: RunConfig,
): Promise<Measured> {
  const rates: number[] = []
  let last: Measured | undefined
  for (let run = 0; run <= runs; run++) {
    last = await once(await open(), config, false)
    if (run > 0) rates.push(last.rowsPerSecond)
    note(`${what}: ${(last.rowsPerSecond / 1e6).toFixed(2)} M rows/s`)
  }
  return { ...(last as Measured), rowsPerSecond: median(rates) }
}

async function once(source: TapeSource, config: RunConfig, weigh: boolean): Promise<Measured> {
  const definitions = config.engine.strategies.map((one) => SHIPPED.get(one.name) as StrategyDefinition)
  let orders = 0
  let fills = 0
  let rows = 0
  let warm: { readonly heap: number; readonly collections: number } | undefined
  const collections = watchScavenges()
  let stateHash = ''
  const time = await seconds(async () => {
    const { end } = await runBacktest(config, {
      source,
      definitions,
      log: new RunLog(undefined),
      references: [],
      observer: {
        record(buffer, row) {
          const kind = buffer.u8[row * 64] as number
          if (kind === INTENT.kind) orders++
          else if (kind === 67) fills++
        },
        progress(count) {
          rows = count
          if (warm === undefined && count >= 1_000_000)
            warm = { heap: weigh ? usedHeap() : 0, collections: collections.count }
        },
      },
    })
    stateHash = end.stateHash
  })
  await source.close()
  const heapGrowth = weigh ? usedHeap() - (warm?.heap ?? 0) : 0
  const scavenges = collections.count - (warm?.collections ?? 0)
  collections.stop()
  return { rowsPerSecond: rows / time, orders, fills, scavenges, heapGrowth, stateHash }
}

/** What the heap holds, waste apart. */
function usedHeap(): number {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  collectGarbage()
  return getHeapStatistics().used_heap_size
}

/** Counts scavenges as they are reported. */
function watchScavenges(): { readonly count: number; stop(): void } {
  const state = { count: 0, stop: (): void => observer.disconnect() }
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const detail = (entry as { readonly detail?: unknown }).detail as { readonly kind?: number } | undefined
      if (detail?.kind === constants.NODE_PERFORMANCE_GC_MINOR) state.count++
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return state
}

/** All shipped strategies, some twice with other settings, so that six work at once. */
function sixStrategies(instruments: readonly Instrument[]): RunConfig {
  const run = runOf(instruments, ['momentum', 'reversion', 'breakout', 'market-maker', 'momentum', 'market-maker'])
  const settings: readonly Readonly<Record<string, string>>[] = [
    {},
    {},
    { timeframe: '5m', long: '20', short: '10' },
    MAKER,
    { rise: '0.5%' },
    { ...MAKER, spread: '3%' },
  ]
  const strategies = run.engine.strategies.map((one, i) => ({ ...one, settings: settings[i] ?? {} }))
  return { ...run, engine: { ...run.engine, strategies } }
}

async function write(file: string, instruments: readonly Instrument[], buffers: readonly RowBuffer[]): Promise<void> {
  const sink = await createTape(file, { instruments, origin: { build: 'bench', createdAt: 0 } })
  for (const buffer of buffers) await sink.append(buffer)
  await sink.seal()
}
