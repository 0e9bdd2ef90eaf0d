import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { CommandLine } from '../testing/command-line.ts'
import { PublicDataSite } from '../testing/public-data-site.ts'

/** Days that are over, whatever day it is; the site's clock only has to be behind them. */
const SITE_NOW = Date.UTC(2026, 0, 1)
const DAYS = ['--from', '2025-05-04', '--to', '2025-05-06']

async function fixtureSite(context: TestContext): Promise<PublicDataSite> {
  const site = await PublicDataSite.start({ now: () => SITE_NOW })
  context.after(() => site.stop())
  return site
}

interface DownloadAnswer {
  readonly complete: boolean
  readonly series: readonly {
    readonly symbol: string
    readonly kind: string
    readonly files: readonly string[]
    readonly missing: readonly string[]
  }[]
  readonly counts: Readonly<Record<string, number>>
  readonly tapes: readonly { readonly path: string; readonly made: boolean; readonly rejected: readonly unknown[] }[]
}

test('download fetches what is missing, keeps what is there, and makes tapes of it', async (t) => {
  const line = new CommandLine(t)
  const site = await fixtureSite(t)
  const words = ['download', 'BTCUSDT,ETHUSDT', '--candles', '1h', ...DAYS, '--base-url', site.url]
  const first = (await line.json(0, ...words)) as DownloadAnswer
  assert.equal(first.complete, true)
  assert.equal(first.counts['downloaded'], 6)
  assert.deepEqual(
    first.series.map(({ symbol, kind, files, missing }) => [symbol, kind, files.length, missing.length]),
    [
      ['BTCUSDT', 'klines', 3, 0],
      ['ETHUSDT', 'klines', 3, 0],
    ],
  )
  for (const { files } of first.series) for (const file of files) assert.ok(existsSync(line.path(`data/${file}`)), file)
  assert.deepEqual(
    first.tapes.map(({ path, made, rejected }) => [path, made, rejected]),
    [
      ['data/tapes/binance-usdm/BTCUSDT-klines-1h.tape', true, []],
      ['data/tapes/binance-usdm/ETHUSDT-klines-1h.tape', true, []],
    ],
  )
  const { stdout } = await line.run('info', 'data/tapes/binance-usdm/ETHUSDT-klines-1h.tape')
  assert.match(stdout, /^binance-usdm:ETHUSDT +candle +72 +2025-05-04 01:00:00 +2025-05-07 00:00:00$/m)
  const again = (await line.json(0, ...words)) as DownloadAnswer
  assert.deepEqual([again.counts['downloaded'], again.counts['kept']], [0, 6])
  assert.deepEqual(
    again.tapes.map(({ made }) => made),
    [false, false],
  )
})

test('download tells in text what is there, and is silent about progress in a pipe', async (t) => {
  const line = new CommandLine(t)
  const site = await fixtureSite(t)
  const month = ['--from', '2025-05-01', '--to', '2025-05-31']
  const place = ['--base-url', site.url, '--data', 'store']
  const { exit, stdout, stderr } = await line.run('download', 'btcusdt', '--funding', ...month, ...place)
  assert.deepEqual({ exit, stderr }, { exit: 0, stderr: '' })
  assert.match(stdout, /^BTCUSDT fundingRate: 2025-05-01 to 2025-05-31, 1 file$/m)
  assert.ok(existsSync(line.path('store/binance-usdm/fundingRate/BTCUSDT')))
})

test('an unknown symbol is one line with the nearest name', async (t) => {
  const line = new CommandLine(t)
  const site = await fixtureSite(t)
  const { exit, stderr } = await line.run('download', 'BTCUSDX', '--candles', '1h', ...DAYS, '--base-url', site.url)
  assert.equal(exit, 2)
  assert.match(stderr, /^tapewright: BTCUSDX: [^\n]*Did you mean BTCUSDT\?[^\n]*\n$/)
})

test('a refusal of the host is explained in plain words, once for all files', async (t) => {
  const line = new CommandLine(t)
  const site = await fixtureSite(t)
  site.fault(/./, { status: 451 })
  const { exit, stderr } = await line.run('download', 'BTCUSDT', '--candles', '1h', ...DAYS, '--base-url', site.url)
  assert.equal(exit, 2)
  assert.match(
    stderr,
    /^tapewright: BTCUSDT-1h-2025-05-04\.zip[^\n]*HTTP 451: [^\n]* is not available from this country/,
  )
})

for (const [words, expected] of [
  [['--candles', '1h'], /which days\?/],
  [['--candles', '7m', ...DAYS], /--candles 7m: there are candles of 1s, 1m/],
  [DAYS, /say what to download/],
  [['--candles', '1h', '--from', '2025-05-06', '--to', '2025-05-04'], /is after --to/],
  [['--candles', '1h', ...DAYS, '--venue', 'kraken'], /--venue kraken: public data is published for/],
  [['--candles', '1h', ...DAYS, '--parallel', '99'], /--parallel 99: write a number from 1 to 16/],
] as const)
  test(`download BTCUSDT ${words.join(' ')} is refused in one line`, async (t) => {
    const { exit, stdout, stderr } = await new CommandLine(t).run('download', 'BTCUSDT', ...words)
    assert.deepEqual({ exit, stdout }, { exit: 2, stdout: '' })
    assert.match(stderr, /^tapewright: [^\n]*\n$/)
    assert.match(stderr, expected)
  })
