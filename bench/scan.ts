/**
 * Scan: a condition over the forming candles of 400 instruments, beside a plain evaluation of the same rule over objects, with
 * equal results; and the whole way from a row to the decision. One evaluation is the rule asked of one instrument.
 */
import { Candles } from '../src/core/market/candles.ts'
import { DEFAULT_GRACE_US } from '../src/core/market/candle-options.ts'
import { Scan } from '../src/core/market/scan.ts'
import type { ScanColumns, ScanRule } from '../src/core/market/scan.ts'
import { recordRows } from '../src/core/tape/row-buffer.ts'
import type { RowBuffer } from '../src/core/tape/row-buffer.ts'
import { collect, contracts, generatedMarket } from './generated.ts'
import { median, spent } from './measure.ts'
import type { Benchmark, Spent } from './measure.ts'

const INSTRUMENTS = 400
const MINUTE_US = 60_000_000
/** Rows that form the candles: 400 instruments for ten minutes. */
const ROWS = 600_000
/** A scan of 400 instruments takes less than a microsecond; between two scans a price changes. */
const SCANS = 500_000
const TWIN_SCANS = 5_000
/** How often the two are compared, over candles that go on forming. */
const COMPARED_EVERY = 500

/** What the earlier systems of this kind asked every few seconds: has it gained more than 1 % in this minute? */
const BARE: ScanRule = { field: 'change', is: '>=', than: 0.01 }
const COMPOUND: ScanRule = {
  all: [
    { any: [BARE, { field: 'fall', is: '<=', than: -0.01 }] },
    { field: 'range', is: '>', than: 0.002 },
    { not: { field: 'volume', is: '<', than: 1000 } },
  ],
}

export const scan: Benchmark = {
  name: 'scan',
  about: 'a condition over the forming candles of 400 instruments, beside a plain evaluation',
  async run({ runs, note }) {
    const buffers = await collect(generatedMarket(contracts(INSTRUMENTS), ROWS))
    const compared = compareAll(buffers)
    note(`equal to the twin in ${compared.comparisons.toLocaleString('en')} scans with ${compared.hits} hits`)
    const candles = formed(buffers)
    const bare = await rateOf(runs, () => scanAgain(candles, BARE, SCANS), SCANS)
    note(`bare rule: ${(bare.perCpuMinute / 1e9).toFixed(1)} G evaluations/min of processor time`)
    const compound = await rateOf(runs, () => scanAgain(candles, COMPOUND, SCANS / 5), SCANS / 5)
    const twin = await rateOf(runs, () => twinAgain(candles, BARE, TWIN_SCANS), TWIN_SCANS)
    note(`twin: ${(twin.perCpuMinute / 1e9).toFixed(1)} G evaluations/min of processor time`)
    const way = await rateOf(runs, () => decideAll(buffers), ROWS)
    return {
      figures: {
        instruments: INSTRUMENTS,
        evaluationsPerMinute: bare.perMinute,
        evaluationsPerCpuMinute: bare.perCpuMinute,
        nanosecondsPerScan: (INSTRUMENTS * 60e9) / bare.perCpuMinute,
        ratio: bare.perCpuMinute / twin.perCpuMinute,
        twin,
        compound: { comparisons: new Scan(candles, COMPOUND).comparisons, ...compound },
        /** A best-bid-ask or trade row taken into the candles and all 400 instruments asked again. */
        rowToDecisionNanoseconds: (INSTRUMENTS * 60e9) / way.perCpuMinute,
        compared,
      },
      goals: [{ key: 'evaluationsPerMinute', wanted: 20e9, reached: bare.perMinute }],
    }
  },
}

interface Rate {
  readonly perMinute: number
  readonly perCpuMinute: number
}

/** Evaluations of `work`, which scans all instruments `scans` times. */
async function rateOf(runs: number, work: () => number, scans: number): Promise<Rate> {
  const times: Spent[] = []
  for (let run = -1; run < runs; run++) {
    const time = await spent(work)
    if (run >= 0) times.push(time)
  }
  const evaluations = scans * INSTRUMENTS * 60
  return {
    perMinute: median(times.map(({ wall }) => evaluations / wall)),
    perCpuMinute: median(times.map(({ cpu }) => evaluations / cpu)),
  }
}

/** Hits of `scans` scans, between which one instrument's close moves by a tick. */
function scanAgain(candles: ScanColumns, rule: ScanRule, scans: number): number {
  const scanner = new Scan(candles, rule)
  const { close } = candles
  let hits = 0
  for (let i = 0; i < scans; i++) {
    const instrument = i % INSTRUMENTS
    close[instrument] = (close[instrument] as number) + ((i / INSTRUMENTS) & 1 ? -1 : 1)
    hits += scanner.run()
  }
  return hits
}

/** The same with a candle object per instrument and the rule read off for each. */
function twinAgain(candles: ScanColumns, rule: ScanRule, scans: number): number {
  const rows = objects(candles)
  let hits = 0
  for (let i = 0; i < scans; i++) {
    const row = rows[i % INSTRUMENTS] as CandleObject
    row.close += (i / INSTRUMENTS) & 1 ? -1 : 1
    for (const one of rows) if (decides(one, rule)) hits++
  }
  return hits
}

/** From rows to decisions: candles take each row, and then all instruments are asked. */
function decideAll(buffers: readonly RowBuffer[]): number {
  const candles = newCandles()
  const scanner = new Scan(candles, BARE)
  let hits = 0
  for (const buffer of buffers) {
    for (let row = 0; row < buffer.length; row += recordRows(buffer, row)) {
      take(candles, buffer, row)
      hits += scanner.run()
    }
  }
  return hits
}

/** Compares scan and twin instrument by instrument while candles form. Throws Error where they differ. */
function compareAll(buffers: readonly RowBuffer[]): { readonly comparisons: number; readonly hits: number } {
  const candles = newCandles()
  const scanners = [BARE, COMPOUND].map((rule) => ({ rule, scanner: new Scan(candles, rule) }))
  let comparisons = 0
  let hits = 0
  let rows = 0
  for (const buffer of buffers) {
    for (let row = 0; row < buffer.length; row += recordRows(buffer, row)) {
      take(candles, buffer, row)
      if (++rows % COMPARED_EVERY !== 0) continue
      for (const { rule, scanner } of scanners) {
        scanner.run()
        for (const [i, one] of objects(candles).entries()) {
          const hit = decides(one, rule)
          if (hit) hits++
          if (hit !== scanner.isHit(i)) throw new Error(`scan and twin differ on instrument ${i} after ${rows} rows`)
        }
        comparisons++
      }
    }
  }
  return { comparisons, hits }
}

function formed(buffers: readonly RowBuffer[]): Candles {
  const candles = newCandles()
  for (const buffer of buffers)
    for (let row = 0; row < buffer.length; row += recordRows(buffer, row)) take(candles, buffer, row)
  return candles
}

function newCandles(): Candles {
  return new Candles({
    instruments: INSTRUMENTS,
    interval: MINUTE_US,
    depth: 2,
    basis: 'trades',
    correct: true,
    grace: DEFAULT_GRACE_US,
  })
}

function take(candles: Candles, buffer: RowBuffer, row: number): void {
  for (let due = candles.onRow(buffer, row); due > 0; due--) candles.closeNext()
}

interface CandleObject {
  readonly openTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  close: number
  readonly volume: number
  readonly trades: number
  readonly previousClose: number
}

function objects(columns: ScanColumns): readonly CandleObject[] {
  return Array.from(columns.close, (close, i) => ({
    openTime: columns.openTime[i] as number,
    open: columns.open[i] as number,
    high: columns.high[i] as number,
    low: columns.low[i] as number,
    close,
    volume: columns.volume[i] as number,
    trades: columns.trades[i] as number,
    previousClose: columns.previousClose[i] as number,
  }))
}

/** A rule asks of an instrument only what is known of it. */
function decides(candle: CandleObject, rule: ScanRule): boolean {
  return candle.openTime > 0 && knows(candle, rule) && meets(candle, rule)
}

function knows(candle: CandleObject, rule: ScanRule): boolean {
  if ('all' in rule) return rule.all.every((part) => knows(candle, part))
  if ('any' in rule) return rule.any.every((part) => knows(candle, part))
  if ('not' in rule) return knows(candle, rule.not)
  const { field } = rule
  if (field === 'change' || field === 'rise' || field === 'fall') return candle.previousClose > 0
  if (field === 'body') return candle.open > 0
  return field === 'range' ? candle.low > 0 : true
}

function meets(candle: CandleObject, rule: ScanRule): boolean {
  if ('all' in rule) return rule.all.every((part) => meets(candle, part))
  if ('any' in rule) return rule.any.some((part) => meets(candle, part))
  if ('not' in rule) return !meets(candle, rule.not)
  const { field, is, than } = rule
  const f = 1 + than
  const { open, high, low, close, previousClose } = candle
  if (field === 'change') return compares(close, is, previousClose * f)
  if (field === 'rise') return compares(high, is, previousClose * f)
  if (field === 'fall') return compares(low, is, previousClose * f)
  if (field === 'body') return compares(close, is, open * f)
  if (field === 'range') return compares(high, is, low * f)
  return compares(candle[field], is, than)
}

function compares(left: number, operator: '>=' | '>' | '<=' | '<', right: number): boolean {
  if (operator === '>=') return left >= right
  if (operator === '>') return left > right
  return operator === '<=' ? left <= right : left < right
}
