/** The thread in which a backtest runs. */
import { serveWatched } from '../../node/watched-worker.ts'
import { performBacktest } from './backtest-work.ts'
import type { BacktestRequest } from './backtest-work.ts'

await serveWatched((tools) => performBacktest(tools.data as BacktestRequest, tools))
