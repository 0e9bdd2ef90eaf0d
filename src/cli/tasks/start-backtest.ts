/** Starts a backtest in its own thread, watches it, and tells its result. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { runWatched } from '../../node/spin-watch.ts'
import { reportText } from '../../lab/report/text.ts'
import { EXIT } from '../command.ts'
import type { Terminal } from '../command.ts'
import { resultDocument } from '../result-document.ts'
import { rememberRun } from '../run-folder.ts'
import type { BacktestOutcome, BacktestRequest } from './backtest-work.ts'

/** Longest that one call of a strategy may take in a backtest, milliseconds. */
const SPIN_LIMIT_MS = 5000

/** File of a worker beside this one, in source or published form. */
export function workerFile(name: string): URL {
  const source = new URL(`./${name}.ts`, import.meta.url)
  return existsSync(source) ? source : new URL(`./${name}.js`, import.meta.url)
}

/**
 * Runs a backtest and prints its result. Returns the exit code: 1 when a strategy failed on the way. A run that comes to
 * nothing leaves nothing: its folder is removed, unless something else was in it.
 */
export async function startBacktest(
  request: BacktestRequest,
  terminal: Terminal,
  after: readonly string[],
): Promise<number> {
  const own = readdirSync(request.folder).length === 0
  const outcome = (await runWatched(workerFile('backtest-worker'), request, {
    spinLimitMs: SPIN_LIMIT_MS,
    describe: ({ sequence }) => `strategy ${request.strategy}, input ${sequence}`,
    tell: (rows) => terminal.progress(`${Number(rows).toLocaleString('en')} rows`),
  }).catch((error: unknown) => {
    if (own) rmSync(request.folder, { recursive: true, force: true })
    throw error
  })) as BacktestOutcome
  rememberRun(outcome.folder)
  terminal.print(reportText(outcome.report, { colour: terminal.colour }))
  for (const line of after) terminal.print(line)
  terminal.document(resultDocument(outcome.report, outcome.folder))
  return outcome.failures > 0 ? EXIT.negative : EXIT.success
}
