/** A worker for tests of the spin watch: loads a strategy file and gives it candles through the engine, one a minute. */
import { performance } from 'node:perf_hooks'
import { installStrategyGuard } from '../node/strategy-guard.ts'
import { loadStrategy } from '../node/strategy-loader.ts'
import { serveWatched } from '../node/watched-worker.ts'
import { EngineBench } from './engine-bench.ts'
import { exampleInstrument } from './instruments.ts'

/** What the worker is to do; `busyMs` is spent outside the strategies. */
export interface StrategyWork {
  readonly file: string
  readonly candles: number
  readonly busyMs?: number
}

await serveWatched(async ({ data, tell, watch, countedBy }) => {
  const { file, candles, busyMs = 0 } = data as StrategyWork
  const { definition, files } = await loadStrategy(file)
  tell('loaded')
  const [watched = definition] = watch([definition])
  const guard = installStrategyGuard(files)
  const bench = new EngineBench([exampleInstrument('BTCUSDT')], watched)
  countedBy(bench.engine.sequence)
  for (let minute = 0; minute < candles; minute++) bench.candle(0, minute, [100, 100, 100, 100])
  guard.uninstall()
  for (const end = performance.now() + busyMs; performance.now() < end;);
  const failures = bench.engine.roster.failures.map(({ error }) =>
    error instanceof Error ? error.message : String(error),
  )
  return { state: bench.engine.roster.runners[0]?.context.states[0], failures }
})
