/**
 * Streams: fifty clients of an exchange of 200 markets, all of them listening to every market, each with the same streams.
 * Told: deliveries a second, how late messages reach their reader, what of a core the exchange (market, venues, sockets)
 * takes for it, and so how many deliveries a core could carry. The clients have a thread of their own.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { firstSymbols } from '../src/exchange/box/markets.ts'
import { startExchange } from '../src/cli/tasks/start-exchange.ts'
import type { Benchmark, BenchOptions, BenchResult } from './measure.ts'
import { median, startClock } from './measure.ts'
import type { StreamClientsInput } from './stream-clients.ts'

const SYMBOLS = 200
const CLIENTS = 50
const KINDS = ['depth@100ms', 'depth20@100ms', 'bookTicker', 'trade']
const SECONDS = 10
const WARM_SECONDS = 3
const GOAL = 100_000
/** A twentieth of a second is what nobody notices beside beats of a tenth. */
const LATE_GOAL = 50

interface Figures {
  readonly deliveries: number
  readonly megabytes: number
  readonly coreShare: number
  readonly meanLateMillis: number
  readonly worstLateMillis: number
}

export const streams: Benchmark = {
  name: 'streams',
  about: `${CLIENTS} clients of ${SYMBOLS} markets on WebSockets`,
  async run({ runs, note }: BenchOptions): Promise<BenchResult> {
    const all: Figures[] = []
    for (let run = 0; run < runs; run++) {
      const figures = await oneRun()
      all.push(figures)
      note(
        `run ${run + 1}: ${Math.round(figures.deliveries)} deliveries/s with ${figures.coreShare.toFixed(2)} of a core`,
      )
    }
    const figure = (key: keyof Figures): number => median(all.map((each) => each[key]))
    const carried = median(all.map(({ deliveries, coreShare }) => deliveries / coreShare))
    return {
      figures: {
        deliveriesPerSecond: figure('deliveries'),
        megabytesPerSecond: figure('megabytes'),
        coreShare: figure('coreShare'),
        meanLateMillis: figure('meanLateMillis'),
        worstLateMillis: figure('worstLateMillis'),
      },
      goals: [
        { key: 'deliveries a second', wanted: GOAL, reached: figure('deliveries') },
        { key: 'deliveries a second that one core would carry', wanted: GOAL, reached: carried },
        { key: 'mean lateness, milliseconds', wanted: LATE_GOAL, reached: figure('meanLateMillis'), atMost: true },
      ],
    }
  },
}

async function oneRun(): Promise<Figures> {
  const settings = {
    symbols: firstSymbols(SYMBOLS),
    seed: 1,
    speed: 1,
    futuresPort: 0,
    spotPort: 0,
    accounts: [],
    control: false,
    stateFolder: undefined,
    recording: undefined,
    onFault: (error: unknown): void => {
      throw error
    },
  }
  const exchange = await startExchange(settings)
  const counts = new Float64Array(new SharedArrayBuffer(5 * 8))
  const names = firstSymbols(SYMBOLS).flatMap((symbol) => KINDS.map((kind) => `${symbol.toLowerCase()}@${kind}`))
  const workerData: StreamClientsInput = {
    url: `${exchange.futures.replace('http', 'ws')}/public/ws`,
    clients: CLIENTS,
    streams: names,
    counts,
  }
  const worker = new Worker(new URL('stream-clients.ts', import.meta.url), { workerData })
  await sleep(WARM_SECONDS * 1000)
  counts.fill(0)
  const clock = startClock()
  await sleep(SECONDS * 1000)
  const { wall, cpu } = clock()
  const [messages = 0, bytes = 0, late = 0, looked = 1, worst = 0] = counts
  await worker.terminate()
  await exchange.stop()
  return {
    deliveries: messages / wall,
    megabytes: bytes / wall / 1e6,
    coreShare: cpu / wall,
    meanLateMillis: late / Math.max(1, looked),
    worstLateMillis: worst,
  }
}
