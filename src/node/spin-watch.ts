/**
 * Runs work in a thread of its own and watches it: a strategy that never returns would stop everything otherwise.
 *
 * In: the file of a worker (see `watched-worker.ts`) and its data. Out: the worker's result. Fails: with StrategyError
 * naming strategy and row when one call lasts longer than the limit (the thread is ended), with the worker's own error
 * when it throws. Waiting for the disk or writing a report is no call, however long it takes.
 */
import { Worker } from 'node:worker_threads'
import { StrategyError } from '../core/strategy/params.ts'
import { makeWatchedCells, WATCHED } from './watched-cells.ts'

/** Looks per limit: a sleeping machine gives one look, whatever the time that passed, and one look decides nothing. */
const LOOKS_PER_LIMIT = 4

/** The call that does not end. */
export interface StuckCall {
  /** Index of the strategy in the order they were given. */
  readonly strategy: number
  /** Index of the instrument. */
  readonly instrument: number
  /** Sequence of the input row that the engine is handling. */
  readonly sequence: number
}

export interface WatchOptions {
  /** Longest that one call of a strategy may take, in milliseconds. */
  readonly spinLimitMs: number
  /** Names the call, such as `strategy dip, BTCUSDT, row 1200`. */
  describe(stuck: StuckCall): string
  /** Takes what the worker says on the way. */
  tell?(message: unknown): void
}

/** What a worker posts: `tell` any number of times, then one of the others. */
export type WorkerMessage =
  | { readonly kind: 'tell'; readonly message: unknown }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string; readonly stack: string }

/** What a worker is started with. */
export interface WorkerStart {
  readonly cells: Float64Array<SharedArrayBuffer>
  readonly data: unknown
}

/** Starts `workerFile` with `data` and waits for its result. */
export function runWatched(workerFile: URL, data: unknown, options: WatchOptions): Promise<unknown> {
  const cells = makeWatchedCells()
  const start: WorkerStart = { cells, data }
  const worker = new Worker(workerFile, { workerData: start })
  return new Promise((resolve, reject) => {
    let calls = -1
    let looks = 0
    const timer = setInterval(() => {
      const now = cells[WATCHED.calls] as number
      const inCall = (cells[WATCHED.strategy] as number) >= 0
      looks = inCall && now === calls ? looks + 1 : 0
      calls = now
      if (looks >= LOOKS_PER_LIMIT) end(() => reject(spinning(cells, options)))
    }, options.spinLimitMs / LOOKS_PER_LIMIT)
    let ended = false
    const end = (settle: () => void): void => {
      if (ended) return
      ended = true
      clearInterval(timer)
      // The thread is gone before the caller goes on: it may still be writing.
      void worker.terminate().then(settle, settle)
    }
    worker.on('message', (message: WorkerMessage) => {
      if (ended) return
      if (message.kind === 'tell') options.tell?.(message.message)
      else if (message.kind === 'done') end(() => resolve(message.result))
      else end(() => reject(revive(message)))
    })
    worker.on('error', (error) => end(() => reject(error instanceof Error ? error : new Error(String(error)))))
    worker.on('exit', (code) => end(() => reject(new Error(`the worker ended with code ${code} and without a result`))))
  })
}

function spinning(cells: Float64Array, options: WatchOptions): StrategyError {
  const what = options.describe({
    strategy: cells[WATCHED.strategy] as number,
    instrument: cells[WATCHED.instrument] as number,
    sequence: cells[WATCHED.sequence] as number,
  })
  return new StrategyError(
    `${what}: the call has not returned for ${options.spinLimitMs / 1000} s; look for a loop that never ends`,
  )
}

/** An error of the other thread; its class does not survive the way, its name tells it. */
function revive({ name, message, stack }: { name: string; message: string; stack: string }): Error {
  if (name === 'StrategyError') return Object.assign(new StrategyError(message), { stack })
  return Object.assign(new Error(message), { name, stack })
}
