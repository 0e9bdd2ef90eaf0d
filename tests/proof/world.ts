/**
 * Made-up tapes and runs for the tests of the proof: written by the real writers, run by the real program, verified by the
 * work behind `tapewright verify`.
 */
import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { performVerify } from '../../src/cli/tasks/verify-work.ts'
import type { VerifyOutcome, VerifyRequest } from '../../src/cli/tasks/verify-work.ts'
import { CANDLE, CANDLE_FLAGS } from '../../src/core/tape/kinds.ts'
import { APPEND_TIME, ROW_SLOTS, VENUE_TIME } from '../../src/core/tape/layout.ts'
import type { Instrument } from '../../src/core/market/instrument.ts'
import { RowBuffer } from '../../src/core/tape/row-buffer.ts'
import { Random } from '../../src/core/number/random.ts'
import { SyntheticMarket } from '../../src/lab/synthetic/synthetic-market.ts'
import { createTape } from '../../src/node/tape-writer.ts'
import { CommandLine } from '../../src/testing/command-line.ts'
import { exampleInstrument } from '../../src/testing/instruments.ts'

/** 2026-01-05 00:00:00 UTC */
export const START_US = 1_767_571_200_000_000
const MINUTE_US = 60_000_000
export const INSTRUMENTS: readonly Instrument[] = ['ALPHAUSDT', 'BETAUSDT', 'GAMMAUSDT'].map((symbol) =>
  exampleInstrument(symbol, { priceDecimals: 2, quantityDecimals: 3, tickSize: 1 }),
)
const ORIGIN = { build: 'test', createdAt: START_US }

/** Trades and best prices of three contracts: more than two stretches of inputs in about a day. */
export const MARKET_ROWS = 150_000

/** Trades and best prices as a tape that is not stored. */
export function syntheticMarket(rows: number): SyntheticMarket {
  const startPrices = [500_000, 32_000, 120_000]
  return new SyntheticMarket({
    seed: 5,
    instruments: INSTRUMENTS,
    startPrices,
    startTime: START_US,
    rows,
    meanGapUs: 600_000,
  })
}

/** Writes them as a sealed tape. */
export async function writeMarketTape(file: string, rows: number = MARKET_ROWS): Promise<void> {
  const market = syntheticMarket(rows)
  const tape = await createTape(file, { instruments: INSTRUMENTS, origin: ORIGIN })
  for (let buffer = await market.next(); buffer !== undefined; buffer = await market.next()) {
    await tape.append(buffer)
    market.release(buffer)
  }
  await tape.seal()
}

/** Writes a sealed tape of one-minute candles whose closes jump now and then, one instrument after the other each minute. */
export async function writeCandleTape(file: string, minutes: number): Promise<void> {
  const random = new Random(11, 'candles')
  const closes = [50_000, 32_000, 120_000]
  const rows = new RowBuffer(minutes * INSTRUMENTS.length * 2)
  for (let minute = 0; minute < minutes; minute++) {
    for (const [instrument] of INSTRUMENTS.entries()) {
      const open = closes[instrument] ?? 0
      const reach = random.below(40) === 0 ? 2000 : 200
      const close = Math.max(1000, open + Math.trunc((open * (random.below(2 * reach + 1) - reach)) / 100_000))
      closes[instrument] = close
      const row = rows.append(CANDLE.kind, CANDLE_FLAGS.closed, 0, instrument, 1)
      const at = row * ROW_SLOTS
      const openTime = START_US + minute * MINUTE_US
      rows.f64[at + APPEND_TIME] = openTime + MINUTE_US
      rows.f64[at + VENUE_TIME] = openTime + MINUTE_US
      rows.f64[at + CANDLE.openTime] = openTime
      rows.f64[at + CANDLE.interval] = MINUTE_US
      rows.f64[at + CANDLE.open] = open
      rows.f64[at + CANDLE.high] = Math.max(open, close) + random.below(20)
      rows.f64[at + CANDLE.low] = Math.min(open, close) - random.below(20)
      rows.f64[at + CANDLE.close] = close
      rows.f64[at + CANDLE.volume] = 1 + random.below(100_000)
    }
  }
  const tape = await createTape(file, { instruments: INSTRUMENTS, origin: ORIGIN })
  await tape.append(rows)
  await tape.seal()
}

/** What `backtest --json` says, as far as these tests look at it. */
export interface RunDocument {
  readonly hash: string
  readonly stateHash: string
  readonly orders: number
  readonly fills: number
  readonly trades: number
}

/** A folder with a tape and a run of it; each test takes a copy, because it spoils it. */
export class World {
  readonly line: CommandLine
  #copies = 0

  constructor(context: TestContext) {
    this.line = new CommandLine(context)
  }

  path(name: string): string {
    return this.line.path(name)
  }

  /** Runs a backtest into `run`, which must end with `exit`. */
  async backtest(run: string, exit: number, ...words: readonly string[]): Promise<RunDocument> {
    return (await this.line.json(exit, 'backtest', ...words, '--out', run)) as RunDocument
  }

  /** A copy of the folder `name`, in which it may be changed. */
  async copy(name: string): Promise<string> {
    const folder = this.path(`copy-${++this.#copies}`)
    await cp(this.path(name), folder, { recursive: true })
    return folder
  }
}

/** Verifies the run in `folder`, without the watching thread. */
export function verified(folder: string, request: Partial<VerifyRequest> = {}): Promise<VerifyOutcome> {
  return performVerify(
    { folder, allowCode: false, ...request },
    { data: undefined, tell: () => undefined, watch: (definitions) => definitions, countedBy: () => undefined },
  )
}

/** Makes `base/market.tape` and `base/run`, a run of `momentum` on it: what `ForgedRun` opens. */
export async function marketRun(world: World): Promise<RunDocument> {
  const tape = join('base', 'market.tape')
  await writeMarketTape(world.path(tape))
  const settings = ['--set', 'rise=0.3%', '--set', 'fall=0.2%']
  const run = await world.backtest(join('base', 'run'), 0, 'momentum', '--tape', tape, ...settings)
  assert.ok(run.fills >= 20, `only ${run.fills} fills`)
  return run
}
