/**
 * Recorded depth through the whole backtest: the exchange keeps the book and estimates queues, twenty own orders rest in it
 * all the time, and every row (depth, trades, best prices) reaches the engine. Level updates are those of the exchange's book.
 * Measured from the first row to the last: the recording is short, and making an exchange would be a third of the time.
 */
import type { Engine } from '../src/core/engine/engine.ts'
import { BOOK_STATE, Book } from '../src/core/market/book.ts'
import { chainRuleOf } from '../src/core/market/chain-rule.ts'
import { FILL } from '../src/core/tape/kinds.ts'
import { kindOf, recordRows } from '../src/core/tape/row-buffer.ts'
import type { BacktestObserver } from '../src/lab/backtest/backtest.ts'
import { RunLog } from '../src/lab/backtest/run-log.ts'
import { runBacktest } from '../src/lab/run/make-run.ts'
import { DEFAULT_EXCHANGE } from '../src/lab/run/run-config.ts'
import type { ExchangeConfig, RunConfig } from '../src/lab/run/run-config.ts'
import { whyMissing } from '../src/testing/data.ts'
import { exampleInstrument } from '../src/testing/instruments.ts'
import { memorySource, runOf } from './generated.ts'
import { RUNGS, ladder } from './ladder.ts'
import { median, spent, startClock } from './measure.ts'
import type { Spent } from './measure.ts'
import { decodeRecording, levelsOf } from './recorded.ts'
import type { Recorded } from './recorded.ts'

const RECORDING = 'captures/binance-usdm/btcusdt_20240808.gz'
/** Passes through the recording in each run, each with an engine and an exchange of its own. */
const PASSES = 10
/** Two strategies with ten quotes each, because one may hold eight a side; the rungs of the second lie between the first's. */
const LADDERS: readonly Readonly<Record<string, string>>[] = [
  { from: '0.06%', step: '0.01%' },
  { from: '0.065%', step: '0.01%' },
]
const OWN_ORDERS = LADDERS.length * 2 * RUNGS

export interface DepthFigures extends DepthRate {
  readonly rows: number
  readonly levelUpdates: number
  /** Own orders at work when a depth row comes, on average, and the share of depth rows that meet all twenty. */
  readonly ordersResting: number
  readonly allResting: number
  readonly fills: number
  /** The same with the queue model that only trades advance. The other one is told above: it does more work. */
  readonly conservative: DepthRate
  /** The same rows into a book alone, without exchange, engine or orders: what the whole run cannot be faster than. */
  readonly bookAlone: DepthRate
}

interface DepthRate {
  readonly levelUpdatesPerSecond: number
  readonly levelUpdatesPerCpuSecond: number
}

interface Replayed {
  readonly recorded: Recorded
  readonly config: RunConfig
}

/** Undefined, with a note, where the recording is missing. */
export async function measureDepth(runs: number, note: (text: string) => void): Promise<DepthFigures | undefined> {
  const missing = whyMissing(RECORDING)
  if (missing !== undefined) {
    note(`recorded depth is left out: ${missing}`)
    return undefined
  }
  const recorded = decodeRecording(RECORDING, exampleInstrument('BTCUSDT'))
  const run = runOf([recorded.instrument], ['ladder', 'ladder'])
  const strategies = run.engine.strategies.map((one, i) => ({ ...one, settings: LADDERS[i] ?? {} }))
  const replayed = (queue: ExchangeConfig['queue']): Replayed => ({
    recorded,
    config: { ...run, engine: { ...run.engine, strategies }, exchange: { ...DEFAULT_EXCHANGE, queue } },
  })
  const resting = await watchOrders(replayed('probabilistic'))
  const rate = (what: string, pass: () => Promise<Spent>): Promise<DepthRate> =>
    rateOf(pass, recorded.levelUpdates, runs, (text) => note(`recorded depth, ${what}: ${text}`))
  const bookAlone = await rate('book alone', () => spent(() => applyAll(recorded)))
  const conservative = await rate('conservative queues', () => play(replayed('conservative'), {}))
  const probabilistic = await rate('probabilistic queues', () => play(replayed('probabilistic'), {}))
  return {
    rows: recorded.rows,
    levelUpdates: recorded.levelUpdates,
    ...resting,
    ...probabilistic,
    conservative,
    bookAlone,
  }
}

async function rateOf(
  pass: () => Promise<Spent>,
  levelUpdates: number,
  runs: number,
  note: (text: string) => void,
): Promise<DepthRate> {
  const wall: number[] = []
  const cpu: number[] = []
  for (let run = 0; run <= runs; run++) {
    const total = { wall: 0, cpu: 0 }
    for (let i = 0; i < PASSES; i++) {
      const one = await pass()
      total.wall += one.wall
      total.cpu += one.cpu
    }
    const updates = levelUpdates * PASSES
    note(`${(updates / total.wall / 1e6).toFixed(1)} M level updates/s`)
    if (run === 0) continue // warms up
    wall.push(updates / total.wall)
    cpu.push(updates / total.cpu)
  }
  return { levelUpdatesPerSecond: median(wall), levelUpdatesPerCpuSecond: median(cpu) }
}

function applyAll({ instrument, buffers }: Recorded): void {
  const book = new Book({ tickSize: instrument.tickSize, rule: chainRuleOf(instrument.venue) })
  for (const buffer of buffers)
    for (let row = 0; row < buffer.length; row += recordRows(buffer, row))
      if (levelsOf(buffer, row) > 0) book.apply(buffer, row)
  if (book.state !== BOOK_STATE.live) throw new Error('the recording left the book broken')
}

/** One run that is not timed: do the orders rest? */
async function watchOrders(replayed: Replayed): Promise<Pick<DepthFigures, 'ordersResting' | 'allResting' | 'fills'>> {
  let engine: Engine | undefined
  let depthRows = 0
  let sum = 0
  let all = 0
  let fills = 0
  await play(
    replayed,
    {
      market(buffer, row) {
        if (levelsOf(buffer, row) === 0) return
        const open = engine?.orders.open ?? 0
        depthRows++
        sum += open
        if (open >= OWN_ORDERS) all++
      },
      record(buffer, row) {
        if (kindOf(buffer, row) === FILL.kind) fills++
      },
    },
    (made) => (engine = made),
  )
  return { ordersResting: sum / depthRows, allResting: all / depthRows, fills }
}

/** Plays the recording once; tells what was spent from the first row to the last. */
async function play(
  { recorded, config }: Replayed,
  observer: Partial<BacktestObserver>,
  prepared: (engine: Engine) => void = () => undefined,
): Promise<Spent> {
  const ignore = (): void => undefined
  const source = memorySource(config.engine.instruments, recorded.buffers)
  let clock = startClock()
  let time: Spent = { wall: 0, cpu: 0 }
  let begun = false
  await runBacktest(config, {
    source: {
      ...source,
      next() {
        if (!begun) clock = startClock()
        begun = true
        return source.next()
      },
    },
    definitions: config.engine.strategies.map(() => ladder),
    log: new RunLog(undefined),
    references: [],
    observer: {
      record: ignore,
      ...observer,
      progress(rows) {
        if (rows === recorded.rows) time = clock()
      },
    },
    prepared,
  })
  return time
}
