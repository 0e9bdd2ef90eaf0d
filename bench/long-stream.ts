/**
 * A program of its own: ROWS generated rows of 400 instruments through the whole backtest, none of them kept. Writes a line
 * `rows resident heap` at the first million, at every ten millions, and at the end.
 */
import type { StrategyDefinition } from '../src/core/strategy/contract.ts'
import { RunLog } from '../src/lab/backtest/run-log.ts'
import { runBacktest } from '../src/lab/run/make-run.ts'
import { SHIPPED } from '../src/strategies/index.ts'
import { contracts, generatedMarket, runOf } from './generated.ts'

const INSTRUMENTS = 400
const FIRST = 1_000_000
const EVERY = 10_000_000

const rows = Number(process.argv[2])
const instruments = contracts(INSTRUMENTS)
let next = FIRST

function tell(count: number): void {
  const { rss, heapUsed } = process.memoryUsage()
  process.stdout.write(`${count} ${rss} ${heapUsed}\n`)
}

const ignore = (): void => undefined
await runBacktest(runOf(instruments, ['market-maker'], { requote: '0.05%', spread: '0.02%' }), {
  source: generatedMarket(instruments, rows),
  definitions: [SHIPPED.get('market-maker') as StrategyDefinition],
  log: new RunLog(undefined),
  references: [],
  observer: {
    record: ignore,
    market: ignore,
    progress(count) {
      if (count < next && count < rows) return
      tell(count)
      next = count < EVERY ? EVERY : next + EVERY
    },
  },
})
