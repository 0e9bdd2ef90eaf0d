/**
 * The worker's side of `runWatched`: runs the work, says what it finds, and marks each call of a strategy in the cells
 * that the other thread watches.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { defineStrategy, type StrategyContext, type StrategyDefinition } from '../core/strategy/contract.ts'
import type { WorkerMessage, WorkerStart } from './spin-watch.ts'
import { WATCHED } from './watched-cells.ts'

/** Tools of a worker's work. */
export interface WatchedWork {
  readonly data: unknown
  /** Says something to the thread that started the worker. */
  tell(message: unknown): void
  /** The same strategies, their calls marked while they last. */
  watch(definitions: readonly StrategyDefinition[]): readonly StrategyDefinition[]
  /** Gives the cell in which the engine counts its inputs: then a stuck call is reported with its row. */
  countedBy(sequence: Float64Array): void
}

/** Runs `work` as this worker's whole task; its result, or what it throws, goes to `runWatched`. */
export async function serveWatched(work: (tools: WatchedWork) => Promise<unknown>): Promise<void> {
  if (parentPort === null) throw new Error('serveWatched runs in a worker that runWatched started')
  const port = parentPort
  const { cells, data } = workerData as WorkerStart
  const post = (message: WorkerMessage): void => port.postMessage(message)
  let sequence: Float64Array = new Float64Array(1)
  try {
    const result = await work({
      data,
      tell: (message) => post({ kind: 'tell', message }),
      watch: (definitions) => definitions.map((one, index) => watchCalls(one, index, cells, () => sequence)),
      countedBy: (counter) => {
        sequence = counter
      },
    })
    post({ kind: 'done', result })
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error))
    post({ kind: 'failed', name: known.name, message: known.message, stack: known.stack ?? '' })
  }
}

/** Handlers of a strategy, all called as (view, context). */
const HANDLERS = ['onCandle', 'onTrade', 'onBest', 'onBook', 'onMark', 'onFill'] as const

type Handler = (view: { readonly instrument: number }, ctx: StrategyContext) => void

function watchCalls(
  definition: StrategyDefinition,
  index: number,
  cells: Float64Array,
  sequenceCell: () => Float64Array,
): StrategyDefinition {
  const handlers: Partial<Record<(typeof HANDLERS)[number], Handler>> = {}
  for (const name of HANDLERS) {
    const handler = definition[name] as Handler | undefined
    if (handler === undefined) continue
    handlers[name] = (view, ctx) => {
      cells[WATCHED.instrument] = view.instrument
      cells[WATCHED.sequence] = sequenceCell()[0] as number
      cells[WATCHED.calls] = (cells[WATCHED.calls] as number) + 1
      cells[WATCHED.strategy] = index
      try {
        handler.call(definition, view, ctx)
      } finally {
        cells[WATCHED.strategy] = -1
      }
    }
  }
  return defineStrategy({ ...definition, ...handlers })
}
