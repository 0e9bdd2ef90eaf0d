import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DownloadWorld } from '../../testing/download-world.ts'
import { downloadCommand, explainMissing } from './advice.ts'
import { DataCatalog } from './catalog.ts'
import { parseDay, spanText, type DaySpan } from './days.ts'
import type { Series } from './series.ts'

const NOON = '2026-11-20T12:00:00Z'
const TODAY = parseDay('2026-11-20') ?? assert.fail()
const MINUTES: Series = { venue: 'binance-usdm', symbol: 'BTCUSDT', kind: 'klines', interval: '1h' }
const FUNDING: Series = { venue: 'binance-usdm', symbol: 'BTCUSDT', kind: 'fundingRate', interval: undefined }

function span(from: string, to: string): DaySpan {
  return { from: parseDay(from) ?? assert.fail(), to: parseDay(to) ?? assert.fail() }
}

void test('an empty folder has nothing, and the command that changes this is named', () =>
  DownloadWorld.run(NOON, async (world) => {
    const catalog = await DataCatalog.open(world.files)
    assert.deepEqual(catalog.series, [])
    const last90 = span('2026-08-22', '2026-11-20')
    const selection = catalog.select({ ...MINUTES, interval: '1m' }, last90, TODAY)
    assert.deepEqual(selection.files, [])
    assert.equal(
      explainMissing([selection], '90d'),
      'BTCUSDT klines 1m: 2026-08-22 to 2026-11-19 are missing\nrun: tapewright download BTCUSDT --candles 1m --last 90d',
    )
  }))

void test('what was downloaded is listed by series and day, with the rules of the instrument', () =>
  DownloadWorld.run(NOON, async (world) => {
    await world.download({ kinds: ['klines 1h', 'fundingRate'], from: '2026-10-30' })
    await world.download({ venue: 'binance-spot', kinds: ['klines 1d'], from: '2026-10-01', to: '2026-10-31' })
    await world.files.write('binance-usdm/klines/BTCUSDT/1h/notes.txt', new Uint8Array(3))
    await world.files.write('binance-usdm/klines/BTCUSDT/1h/BTCUSDT-1h-2026-11-01.zip.part', new Uint8Array(3))
    const catalog = await DataCatalog.open(world.files)
    assert.deepEqual(
      catalog.series.map(({ series, days }) => `${series.venue} ${series.kind} ${days.map(spanText).join()}`),
      [
        'binance-spot klines 2026-10-01 to 2026-10-31',
        // Fundings come by the month.
        'binance-usdm fundingRate 2026-10-01 to 2026-11-20',
        'binance-usdm klines 2026-10-30 to 2026-11-20',
      ],
    )
    assert.equal(catalog.rulesPath('binance-usdm', 'BTCUSDT'), 'binance-usdm/instruments/BTCUSDT.json')
    assert.equal(catalog.rulesPath('binance-usdm', 'ETHUSDT'), undefined)
    const some = await DataCatalog.open(world.files, [FUNDING])
    assert.equal(some.series.length, 1)
    assert.deepEqual(
      some.select(FUNDING, span('2026-10-30', '2026-11-20')),
      catalog.select(FUNDING, span('2026-10-30', '2026-11-20')),
    )
  }))

void test('where files overlap each stretch is taken from one of them, the month before the day before REST', () =>
  DownloadWorld.run(NOON, async (world) => {
    await world.download({ kinds: ['klines 1h'], from: '2026-10-20', to: '2026-11-20' })
    await world.download({ kinds: ['klines 1h'], from: '2026-10-01', to: '2026-10-31' })
    const catalog = await DataCatalog.open(world.files)
    const selection = catalog.select(MINUTES, span('2026-10-25', '2026-11-02'))
    assert.deepEqual(
      selection.files.map(({ path, fromMs, toMs }) => [path.slice(-14), (toMs - fromMs) / 3_600_000]),
      [
        ['1h-2026-10.zip', 7 * 24],
        ['2026-11-01.zip', 24],
        ['2026-11-02.zip', 24],
      ],
    )
    assert.equal(selection.files[0]?.fromMs, Date.parse('2026-10-25'))
  }))

void test('holes are named and the command gets exactly them', () =>
  DownloadWorld.run(NOON, async (world) => {
    await world.download({ kinds: ['klines 1h'], from: '2026-11-01', to: '2026-11-10' })
    await world.files.remove('binance-usdm/klines/BTCUSDT/1h/BTCUSDT-1h-2026-11-03.zip')
    await world.files.remove('binance-usdm/klines/BTCUSDT/1h/BTCUSDT-1h-2026-11-05.zip')
    await world.files.remove('binance-usdm/klines/BTCUSDT/1h/BTCUSDT-1h-2026-11-06.zip')
    const catalog = await DataCatalog.open(world.files)
    const wanted = span('2026-11-01', '2026-11-10')
    const eth = catalog.select({ ...MINUTES, symbol: 'ETHUSDT' }, wanted, TODAY)
    assert.equal(
      explainMissing([catalog.select(MINUTES, wanted, TODAY), eth]),
      [
        'BTCUSDT klines 1h: 2026-11-03, 2026-11-05 to 2026-11-06 are missing',
        'ETHUSDT klines 1h: 2026-11-01 to 2026-11-10 are missing',
        'run: tapewright download BTCUSDT ETHUSDT --candles 1h --from 2026-11-01 --to 2026-11-10',
      ].join('\n'),
    )
    assert.equal(explainMissing([catalog.select(MINUTES, span('2026-11-07', '2026-11-10'), TODAY)]), undefined)
  }))

void test('the current day is never missing, and an unfinished yesterday is', () =>
  DownloadWorld.run(NOON, async (world) => {
    await world.download({ kinds: ['klines 1h'], from: '2026-11-19' })
    const wanted = span('2026-11-19', '2026-11-20')
    const today = (await DataCatalog.open(world.files)).select(MINUTES, wanted, TODAY)
    assert.deepEqual(today.missing, [])
    assert.equal(today.reachesMs, Date.parse('2026-11-20T11:00:00Z'), 'at 12:00:00 the 11:00 candle is not settled')
    const tomorrow = (await DataCatalog.open(world.files)).select(MINUTES, wanted, TODAY + 1)
    assert.deepEqual(tomorrow.missing.map(spanText), ['2026-11-20'])
  }))

void test('damaged notes and companions count as absent, not as truth', () =>
  DownloadWorld.run(NOON, async (world) => {
    await world.download({ kinds: ['klines 1h'], from: '2026-11-20' })
    const folder = 'binance-usdm/klines/BTCUSDT/1h'
    await world.files.write(`${folder}/absent.json`, new Uint8Array([0x7b]))
    for (const broken of ['', '{}', '{"format":1,"from":"x"}', 'null']) {
      await world.files.write(`${folder}/BTCUSDT-1h-2026-11-20.csv.json`, new Uint8Array(Buffer.from(broken)))
      const catalog = await DataCatalog.open(world.files)
      assert.deepEqual(catalog.select(MINUTES, span('2026-11-20', '2026-11-20')).files, [])
    }
    const again = await world.download({ kinds: ['klines 1h'], from: '2026-11-20' })
    assert.equal(again.rows, 11, 'the part is made anew')
  }))

void test('a command names the venue when it is not the default, and every kind', () => {
  const command = downloadCommand({
    venue: 'binance-spot',
    symbols: ['BTCUSDT'],
    wanted: [
      { kind: 'klines', interval: '1m' },
      { kind: 'aggTrades', interval: undefined },
    ],
    span: span('2026-11-01', '2026-11-02'),
  })
  assert.equal(
    command,
    'tapewright download BTCUSDT --venue binance-spot --candles 1m --agg-trades --from 2026-11-01 --to 2026-11-02',
  )
})
