import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { tapeInfo } from '../node/tape-files.ts'
import { nodeFiles } from '../node/files.ts'
import { DataCatalog } from '../store/download/catalog.ts'
import { CommandLine } from '../testing/command-line.ts'
import { zipFile } from '../testing/zip-file.ts'
import { UsageError } from './command.ts'
import { selectData } from './data-selection.ts'
import { findTapes } from './data-tapes.ts'

const DAY_MS = 86_400_000
const MAY_4 = Date.UTC(2025, 4, 4)
const EVERYTHING = { from: 0, to: Number.MAX_SAFE_INTEGER }
/** The first two days. */
const TWO_DAYS = { from: MAY_4 * 1000, to: (MAY_4 + 2 * DAY_MS) * 1000 - 1 }

/** A data folder as a download leaves it, without rules. */
class DataWorld {
  readonly dataDir: string

  constructor(context: TestContext) {
    this.dataDir = new CommandLine(context).folder
  }

  /** An archive of hourly candles of one day of May 2025. */
  candles(symbol: string, day: number, interval = '1h', close = '100.5'): void {
    const start = MAY_4 + (day - 4) * DAY_MS
    const lines = Array.from({ length: 24 }, (_, hour) => {
      const open = start + hour * 3_600_000
      return `${open},100,101,99,${close},12,${open + 3_599_999},1206,24,6,603,0`
    })
    this.#archive(`klines/${symbol}/${interval}`, `${symbol}-${interval}-2025-05-0${day}`, lines)
  }

  funding(symbol: string): void {
    const lines = Array.from({ length: 93 }, (_, i) => `${Date.UTC(2025, 4, 1) + i * 8 * 3_600_000},8,0.0001`)
    this.#archive(`fundingRate/${symbol}`, `${symbol}-fundingRate-2025-05`, lines)
  }

  async select(symbols: readonly string[], wish = EVERYTHING): Promise<readonly string[]> {
    const catalog = await DataCatalog.open(nodeFiles(this.dataDir))
    const selected = selectData(catalog, { venue: 'binance-usdm', symbols, ...wish }, 30_000)
    return selected.map(({ series, files }) => `${series.symbol} ${series.interval ?? series.kind} ${files.length}`)
  }

  find(symbols: readonly string[], wish = EVERYTHING): Promise<readonly string[]> {
    return findTapes({ dataDir: this.dataDir, venue: 'binance-usdm', symbols, ...wish })
  }

  #archive(folder: string, stem: string, lines: readonly string[]): void {
    const path = join(this.dataDir, 'binance-usdm', folder)
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, `${stem}.zip`), zipFile(`${stem}.csv`, `${lines.join('\n')}\n`))
  }
}

async function candlesOf(path: string | undefined): Promise<number> {
  return (await tapeInfo(path ?? '')).kinds['candle'] ?? 0
}

test('the finest candles that cover the time are chosen, and funding where it was downloaded', async (t) => {
  const world = new DataWorld(t)
  for (const day of [4, 5, 6]) world.candles('BTCUSDT', day)
  world.candles('BTCUSDT', 4, '30m')
  world.candles('ETHUSDT', 4)
  world.funding('ETHUSDT')
  assert.deepEqual(await world.select(['BTCUSDT']), ['BTCUSDT 30m 1'])
  assert.deepEqual(await world.select(['btcusdt'], TWO_DAYS), ['BTCUSDT 1h 2'])
  assert.deepEqual(await world.select(['ETHUSDT']), ['ETHUSDT 1h 1', 'ETHUSDT fundingRate 1'])
})

test('missing days and missing symbols name the download that brings them', async (t) => {
  const world = new DataWorld(t)
  world.candles('BTCUSDT', 4)
  const refused = (message: string) => (error: unknown) => error instanceof UsageError && error.message === message
  await assert.rejects(
    world.select(['BTCUSDT'], TWO_DAYS),
    refused(
      'BTCUSDT klines 1h: 2025-05-05 is missing; run: tapewright download BTCUSDT --candles 1h --from 2025-05-05 --to 2025-05-05',
    ),
  )
  await assert.rejects(
    world.select(['BTCUSDT', 'SOLUSDT'], TWO_DAYS),
    refused(
      'there is no data of SOLUSDT at binance-usdm for that time; run: tapewright download SOLUSDT --candles 1m --from 2025-05-04 --to 2025-05-05',
    ),
  )
})

test('a tape is made of all that is there of a series, once', async (t) => {
  const world = new DataWorld(t)
  for (const day of [4, 5, 6]) world.candles('BTCUSDT', day)
  world.funding('BTCUSDT')
  const [path] = await world.find(['BTCUSDT'], TWO_DAYS)
  assert.equal(path, join(world.dataDir, 'tapes/binance-usdm/BTCUSDT-klines-1h.tape'))
  const info = await tapeInfo(path ?? '')
  assert.deepEqual(info.kinds, { candle: 72, 'funding-rate': 93 })
  assert.deepEqual(
    info.instruments.map(({ symbol, inferred, priceDecimals }) => [symbol, inferred, priceDecimals]),
    [['BTCUSDT', true, 1]],
  )
  await world.find(['BTCUSDT'])
  assert.equal((await tapeInfo(path ?? '')).origin.createdAt, info.origin.createdAt)
})

test('a tape is made anew when a day joins, when a file changes, and when it is gone', async (t) => {
  const world = new DataWorld(t)
  world.candles('BTCUSDT', 4)
  const [path] = await world.find(['BTCUSDT'])
  assert.equal(await candlesOf(path), 24)
  world.candles('BTCUSDT', 5)
  await world.find(['BTCUSDT'])
  assert.equal(await candlesOf(path), 48)
  const { hash } = await tapeInfo(path ?? '')
  world.candles('BTCUSDT', 5, '1h', '100.55')
  await world.find(['BTCUSDT'])
  assert.notEqual((await tapeInfo(path ?? '')).hash, hash)
  rmSync(path ?? '')
  await world.find(['BTCUSDT'])
  assert.equal(await candlesOf(path), 48)
})

test('lines of the files that cannot be used are told, and the rest is there', async (t) => {
  const world = new DataWorld(t)
  world.candles('BTCUSDT', 4, '1h', 'abc')
  world.candles('BTCUSDT', 5)
  const told: string[] = []
  const wish = { dataDir: world.dataDir, venue: 'binance-usdm', symbols: ['BTCUSDT'], ...EVERYTHING }
  const [path] = await findTapes(wish, { progress: () => undefined, remark: (text) => told.push(text) })
  assert.equal(await candlesOf(path), 24)
  assert.equal(told.length, 4)
  assert.match(told[0] ?? '', /BTCUSDT-1h-2025-05-04\.csv, line 1: .*abc/)
  assert.match(told[3] ?? '', /21 more rejections/)
})
