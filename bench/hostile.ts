/**
 * Hostile clients: what an exchange of 20 markets, in a process of its own, does for its other clients while one kind of
 * rubbish after the other is thrown at it, and what memory it takes. The others place and cancel orders within their limits
 * and listen to a depth stream. The same clients do the same, in the same seconds, at a second exchange that nobody attacks:
 * what the hostile take of a shared machine is no fault of the exchange, and is not counted.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { firstSymbols } from '../src/exchange/box/markets.ts'
import { ExchangeProcess } from '../src/testing/exchange-process.ts'
import { HOSTILE_LOADS, type HostileTarget, type Tally } from '../src/testing/hostile-loads.ts'
import type { HostileOrder, HostileReport } from './hostile-clients.ts'
import { type Benchmark, type BenchOptions, type BenchResult, type Goal, median, quantile } from './measure.ts'
import { OrderLine } from './order-line.ts'

const SYMBOLS = 20
const CALM_CLIENTS = 3
const LOAD_SECONDS = 8
/** Clients that do not read are cut once the buffers of the system are full too, which takes longer. */
const DEAF_SECONDS = 16
/** What a market of that age still sets up, and what the compiler still does, belongs to no load. */
const WARM_SECONDS = 6
/** Memory is looked at this long after a load: what it left is collected by then, or stays. */
const AFTER_SECONDS = 3
const SAMPLE_MS = 250
const RATIO_GOAL = 2
const MEGABYTES_GOAL = 64

interface Stretch {
  readonly orders: readonly number[]
  readonly depth: readonly number[]
}

interface LoadFigures {
  /** Resident megabytes of the exchange. */
  readonly before: number
  readonly most: number
  readonly after: number
  /** Milliseconds: at the exchange that is attacked, and at the other one. */
  readonly orderP99: number
  readonly depthP99: number
  readonly calmOrderP99: number
  readonly calmDepthP99: number
  readonly orderRatio: number
  readonly depthRatio: number
  readonly answers: Tally
}

type RunFigures = Readonly<Record<string, LoadFigures>>

export const hostile: Benchmark = {
  name: 'hostile',
  about: 'what others notice of hostile clients',
  async run({ runs, note }: BenchOptions): Promise<BenchResult> {
    const all: RunFigures[] = []
    for (let run = 0; run < runs; run++) all.push(await oneRun((text) => note(`run ${run + 1}, ${text}`)))
    const figure = (load: string, key: Exclude<keyof LoadFigures, 'answers'>): number =>
      median(all.map((each) => each[load]?.[key] ?? Number.NaN))
    const goals: Goal[] = []
    const figures: Record<string, unknown> = {}
    for (const { name } of HOSTILE_LOADS) {
      const stays = median(all.map((each) => (each[name]?.after ?? Number.NaN) - (each[name]?.before ?? 0)))
      goals.push(
        { key: `${name}: p99 of orders, times`, wanted: RATIO_GOAL, reached: figure(name, 'orderRatio'), atMost: true },
        { key: `${name}: p99 of depth, times`, wanted: RATIO_GOAL, reached: figure(name, 'depthRatio'), atMost: true },
        { key: `${name}: memory that stays, MB`, wanted: MEGABYTES_GOAL, reached: stays, atMost: true },
      )
      figures[name] = {
        orderP99Millis: { attacked: figure(name, 'orderP99'), calm: figure(name, 'calmOrderP99') },
        depthP99Millis: { attacked: figure(name, 'depthP99'), calm: figure(name, 'calmDepthP99') },
        residentMegabytes: {
          before: figure(name, 'before'),
          most: figure(name, 'most'),
          after: figure(name, 'after'),
        },
        answers: all.at(-1)?.[name]?.answers,
      }
    }
    return { figures, goals }
  },
}

async function oneRun(note: (text: string) => void): Promise<RunFigures> {
  const [exchange, calmExchange] = [await started(), await started()]
  const helper = fork(new URL('hostile-clients.ts', import.meta.url))
  const [others, calmOthers] = [await Others.join(exchange), await Others.join(calmExchange)]
  const watch = (end: Promise<void>): Promise<[Stretch, Stretch]> =>
    Promise.all([others.watch(end), calmOthers.watch(end)])
  try {
    await watch(sleep(WARM_SECONDS * 1000))
    const target = targetOf(exchange)
    const results: Record<string, LoadFigures> = {}
    for (const { name } of HOSTILE_LOADS) {
      const before = residentMegabytes(exchange)
      const seconds = name === 'clients that never read' ? DEAF_SECONDS : LOAD_SECONDS
      const memory = sampled(() => residentMegabytes(exchange))
      let answers: Tally = {}
      const attack = ordered(helper, { load: name, seconds, target }).then((tally) => void (answers = tally))
      const [loaded, calm] = await watch(attack)
      const most = memory()
      await sleep(AFTER_SECONDS * 1000)
      const [orderP99, calmOrderP99] = [quantile(loaded.orders, 0.99), quantile(calm.orders, 0.99)]
      const [depthP99, calmDepthP99] = [quantile(loaded.depth, 0.99), quantile(calm.depth, 0.99)]
      const [orderRatio, depthRatio] = [orderP99 / calmOrderP99, depthP99 / calmDepthP99]
      const after = residentMegabytes(exchange)
      const p99 = { orderP99, calmOrderP99, depthP99, calmDepthP99, orderRatio, depthRatio }
      results[name] = { before, most, after, ...p99, answers }
      note(`${name}: orders ${orderRatio.toFixed(2)}, depth ${depthRatio.toFixed(2)} times the calm p99`)
    }
    return results
  } finally {
    others.leave()
    calmOthers.leave()
    helper.kill()
    await exchange.end('SIGTERM')
    await calmExchange.end('SIGTERM')
  }
}

function started(): Promise<ExchangeProcess> {
  const names = [...Array.from({ length: CALM_CLIENTS }, (_, i) => `calm${i}`), 'hostile']
  const accounts = names.flatMap((name) => ['--account', `${name}:100000`])
  return ExchangeProcess.start(['--symbols', String(SYMBOLS), ...accounts])
}

/** The well-behaved. */
class Others {
  readonly #lines: readonly OrderLine[]
  readonly #depth: WebSocket
  #late: number[] = []

  private constructor(lines: readonly OrderLine[], depth: WebSocket) {
    this.#lines = lines
    this.#depth = depth
    let last = 0
    depth.on('message', (data: Buffer) => {
      const { E, u, pu } = JSON.parse(data.toString()) as { E: number; u: number; pu: number }
      if (last !== 0 && pu !== last) throw new Error(`the depth stream has a gap after ${last}`)
      last = u
      this.#late.push(performance.timeOrigin + performance.now() - E)
    })
  }

  static async join({ document }: ExchangeProcess): Promise<Others> {
    const { rest, streams } = document.futures
    const { markPrice } = (await (await fetch(`${rest}/fapi/v1/premiumIndex?symbol=BTCUSDT`)).json()) as {
      markPrice: string
    }
    const price = (Number(markPrice) * 0.97).toFixed(1)
    const lines = document.accounts.slice(0, CALM_CLIENTS).map(({ apiKey, secret }, index) => {
      const from = process.platform === 'linux' ? `127.0.0.${index + 2}` : undefined
      return new OrderLine({ url: rest, apiKey, secret, price, from })
    })
    const depth = new WebSocket(`${streams}/public/ws/btcusdt@depth@100ms`, { perMessageDeflate: false })
    await once(depth, 'open')
    return new Others(lines, depth)
  }

  /** What they see from now until `end`. */
  async watch(end: Promise<void>): Promise<Stretch> {
    this.#late = []
    let isOver = false
    const watched = Promise.all(
      this.#lines.map(async (line) => {
        const times: number[] = []
        while (!isOver) times.push(...(await line.run(1)))
        return times
      }),
    )
    await end
    isOver = true
    return { orders: (await watched).flat(), depth: this.#late }
  }

  leave(): void {
    for (const line of this.#lines) line.end()
    this.#depth.terminate()
  }
}

function targetOf({ document }: ExchangeProcess): HostileTarget {
  const account = document.accounts[CALM_CLIENTS]
  if (account === undefined) throw new Error('the exchange has no account for the hostile')
  const { rest, streams, messages } = document.futures
  const { apiKey, secret } = account
  return { rest, streams, messages, apiKey, secret, symbols: firstSymbols(SYMBOLS) }
}

async function ordered(helper: ChildProcess, order: HostileOrder): Promise<Tally> {
  const report = once(helper, 'message') as Promise<[HostileReport]>
  helper.send(order)
  return (await report)[0].tally
}

/** Takes a figure at every beat; the function that it returns ends that and tells the largest. */
function sampled(figure: () => number): () => number {
  let most = figure()
  const timer = setInterval(() => (most = Math.max(most, figure())), SAMPLE_MS)
  return () => {
    clearInterval(timer)
    return Math.max(most, figure())
  }
}

/** Resident size of the exchange. */
function residentMegabytes({ child }: ExchangeProcess): number {
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })
  return Number(kilobytes) / 1024
}
