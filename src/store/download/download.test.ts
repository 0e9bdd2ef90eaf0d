import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DownloadWorld, millis, TIME_COLUMN } from '../../testing/download-world.ts'
import { SITE_INSTRUMENTS } from '../../testing/public-data-site.ts'
import { candlesBetween, eventsBetween, fundingsBetween } from '../../testing/synthetic-market.ts'
import type { DownloadReport, SeriesReport } from './report.ts'

const BTC = SITE_INSTRUMENTS[0] ?? assert.fail()
/** The same with little traded, where a month of it is asked for. */
const SLOW = { ...BTC, everyMs: 600_000 }
const BTC_SPOT = SITE_INSTRUMENTS[2] ?? assert.fail()
/** Answers of the venue count once they are five seconds old. */
const SETTLE = 5000

function only(report: DownloadReport): SeriesReport {
  assert.equal(report.series.length, 1)
  return report.series[0] ?? assert.fail()
}

function assertComplete(report: DownloadReport): void {
  assert.deepEqual(report.problems, [])
  assert.equal(report.complete, true)
}

function names(report: SeriesReport): string[] {
  return report.files.map(({ path }) => path.slice(path.lastIndexOf('/') + 1))
}

/** Times of all rows in the order of the files. */
function times(world: DownloadWorld, report: SeriesReport): number[] {
  return report.files
    .flatMap((file) => world.rows(file))
    .map((cells) => millis(cells[TIME_COLUMN[report.series.kind]] ?? ''))
}

void test('whole months, single days and today come from their sources and join without gap or overlap', () =>
  DownloadWorld.run('2026-11-20T14:35:10Z', async (world) => {
    const report = await world.download({ kinds: ['klines 1h'], from: '2026-09-28', to: '2026-11-20' })
    assertComplete(report)
    const series = only(report)
    assert.deepEqual(names(series), [
      'BTCUSDT-1h-2026-09-28.zip',
      'BTCUSDT-1h-2026-09-29.zip',
      'BTCUSDT-1h-2026-09-30.zip',
      'BTCUSDT-1h-2026-10.zip',
      ...Array.from({ length: 19 }, (_, day) => `BTCUSDT-1h-2026-11-${String(day + 1).padStart(2, '0')}.zip`),
      'BTCUSDT-1h-2026-11-20.csv',
    ])
    assert.equal(series.files[0]?.path, 'binance-usdm/klines/BTCUSDT/1h/BTCUSDT-1h-2026-09-28.zip')
    // Every hour once, in order, and the forming candle of 14:00 left out.
    const hours = (Date.parse('2026-11-20T14:00Z') - Date.parse('2026-09-28')) / 3_600_000
    const expected = Array.from({ length: hours }, (_, hour) => Date.parse('2026-09-28') + hour * 3_600_000)
    assert.deepEqual(times(world, series), expected)
    assert.equal(series.reachesMs, Date.parse('2026-11-20T14:00Z'))
    assert.deepEqual(report.counts, { downloaded: 23, kept: 0, replaced: 0, fromRest: 1 })
    assert.equal(report.rows, 14)
  }))

void test('candles of today are those of the site, cell by cell', () =>
  DownloadWorld.run('2026-11-20T14:35:10Z', async (world) => {
    const before = await world.download({ kinds: ['klines 15m', 'markPriceKlines 15m'], last: '1d' })
    assertComplete(before)
    world.clock.set('2026-11-21T09:00:00Z')
    const after = await world.download({ kinds: ['klines 15m', 'markPriceKlines 15m'], last: '2d' })
    assertComplete(after)
    for (const at of [0, 1]) {
      const rest = before.series[at]?.files.find(({ source }) => source === 'rest') ?? assert.fail()
      const archive = after.series[at]?.files.find(({ path }) => path.endsWith('2026-11-20.zip')) ?? assert.fail()
      assert.ok(!existsSync(join(world.folder, rest.path)), 'the part from REST gives way to the archive')
      const day = world.rows(archive)
      assert.equal(day.length, 96)
      const begin = await world.download({ kinds: ['klines 15m', 'markPriceKlines 15m'], last: '1d' })
      assert.equal(begin.counts.downloaded, 0)
    }
  }))

void test('every kind of futures equals the market it was made of', () =>
  DownloadWorld.run('2026-11-20T06:10:00Z', async (world) => {
    const kinds = ['klines 1m', 'aggTrades', 'trades', 'fundingRate']
    const report = await world.download({ kinds, from: '2026-11-18' })
    assertComplete(report)
    const from = Date.parse('2026-11-18')
    const settled = world.clock.nowMs - SETTLE
    const [candles, aggTrades, trades, funding] = report.series.map((series) =>
      series.files.flatMap((file) => world.rows(file)),
    )

    const minute = settled - (settled % 60_000)
    assert.deepEqual(
      candles?.map((cells) => [Number(cells[0]), Number(cells[1]) * 10, Math.round(Number(cells[5]) * 1000), cells[8]]),
      candlesBetween(BTC, '1m', from, minute, minute).map((candle) => [
        candle.openMs,
        candle.open,
        candle.volume,
        String(candle.trades),
      ]),
    )
    assert.deepEqual(
      aggTrades?.map((cells) => [Number(cells[0]), Number(cells[5]), cells[6]]),
      eventsBetween(BTC, from, settled).map((event) => [event.id, event.timeMs, String(event.buyerIsMaker)]),
    )
    // Raw trades of today need a key: the files end yesterday, and a note says so.
    assert.deepEqual(
      trades?.map((cells) => Number(cells[0])),
      eventsBetween(BTC, from, Date.parse('2026-11-20')).flatMap(({ id }) => [2 * id - 1, 2 * id]),
    )
    assert.match(report.notes.join('\n'), /BTCUSDT trades: today is left out.*API key.*--agg-trades/)
    assert.deepEqual(
      funding?.map((cells) => [Number(cells[0]), Number(cells[1]), Math.round(Number(cells[2]) * 1e8)]),
      fundingsBetween(BTC, from, settled).map(({ timeMs, hours, rate }) => [timeMs, hours, rate]),
    )
  }))

void test('spot comes in microseconds on both sides of the join', () =>
  DownloadWorld.run('2026-11-20T02:30:00Z', async (world) => {
    const kinds = ['klines 1m', 'aggTrades', 'trades']
    const report = await world.download({ venue: 'binance-spot', kinds, last: '1d' })
    assertComplete(report)
    const from = Date.parse('2026-11-19')
    const settled = world.clock.nowMs - SETTLE
    const events = eventsBetween(BTC_SPOT, from, settled)
    const [candles, aggTrades, trades] = report.series.map((series) => series.files.flatMap((file) => world.rows(file)))
    assert.ok(
      candles?.every(([open = '', , , , , , close = '']) => open.endsWith('000000') && close.endsWith('999999')),
    )
    assert.equal(candles?.length, 1440 + 149)
    assert.deepEqual(
      aggTrades?.map((cells) => cells.join(',')).at(-1),
      (() => {
        const last = events.at(-1) ?? assert.fail()
        const quantity = ((last.steps[0] + last.steps[1]) / 1000).toFixed(8)
        const side = last.buyerIsMaker ? 'True' : 'False'
        return `${last.id},${(last.ticks / 10).toFixed(8)},${quantity},${last.id * 2 - 1},${last.id * 2},${last.timeMs}000,${side},True`
      })(),
    )
    assert.deepEqual(
      aggTrades?.map((cells) => Number(cells[0])),
      events.map(({ id }) => id),
    )
    assert.deepEqual(
      trades?.map((cells) => Number(cells[0])),
      events.flatMap(({ id }) => [2 * id - 1, 2 * id]),
    )
  }))

void test('yesterday comes from REST until its file is published, and today goes on from where it was', () =>
  DownloadWorld.run('2026-11-20T03:00:00Z', async (world) => {
    // 03:00: the file of the 19th is not out.
    const early = only(await world.download({ kinds: ['aggTrades'], from: '2026-11-18' }))
    assert.deepEqual(names(early), [
      'BTCUSDT-aggTrades-2026-11-18.zip',
      'BTCUSDT-aggTrades-2026-11-19.csv',
      'BTCUSDT-aggTrades-2026-11-20.csv',
    ])
    const expected = (until: number): number[] =>
      eventsBetween(BTC, Date.parse('2026-11-18'), until).map(({ timeMs }) => timeMs)
    assert.deepEqual(times(world, early), expected(world.clock.nowMs - SETTLE))

    world.clock.set('2026-11-20T05:00:00Z')
    const before = world.site.asked(/aggTrades\?.*fromId/).length
    const later = await world.download({ kinds: ['aggTrades'], from: '2026-11-18' })
    assert.deepEqual(times(world, only(later)), expected(world.clock.nowMs - SETTLE))
    assert.equal(world.site.asked(/aggTrades\?.*fromId/).length - before, 1, 'only what is new is asked for')
    assert.equal(
      later.rows,
      eventsBetween(BTC, Date.parse('2026-11-20T03:00:00Z') - SETTLE, world.clock.nowMs - SETTLE).length,
    )

    world.clock.set('2026-11-20T09:00:00Z')
    const published = only(await world.download({ kinds: ['aggTrades'], from: '2026-11-18' }))
    assert.equal(names(published)[1], 'BTCUSDT-aggTrades-2026-11-19.zip')
    assert.deepEqual(times(world, published), expected(world.clock.nowMs - SETTLE))
  }))

void test('a month that is not published yet comes day by day', () =>
  // The first Monday of November 2026 is the 2nd, of December the 7th.
  DownloadWorld.run('2026-12-03T12:00:00Z', async (world) => {
    const report = await world.download({ kinds: ['klines 4h', 'fundingRate'], from: '2026-11-01', to: '2026-11-30' })
    assertComplete(report)
    const [candles, funding] = report.series
    assert.equal(candles?.files.length, 30)
    assert.ok(candles?.files.every(({ source }) => source === 'archive'))
    assert.deepEqual(funding && names(funding), ['BTCUSDT-fundingRate-2026-11.csv'])
    assert.equal(funding && times(world, funding).length, 90)

    world.clock.set('2026-12-09T12:00:00Z')
    const later = await world.download({ kinds: ['klines 4h', 'fundingRate'], from: '2026-11-01', to: '2026-11-30' })
    assert.equal(later.counts.kept, 30, 'the days that are here are not fetched again as a month')
    assert.deepEqual(names(later.series[1] ?? assert.fail()), ['BTCUSDT-fundingRate-2026-11.zip'])
  }))

void test('days of before the daily files come with their month', () =>
  DownloadWorld.run(
    '2026-11-20T12:00:00Z',
    async (world) => {
      world.site.fault(/\/daily\/.*2020-/, { status: 404 })
      const report = await world.download({ kinds: ['trades'], from: '2020-03-10', to: '2020-03-12' })
      assertComplete(report)
      const series = only(report)
      assert.deepEqual(names(series), ['BTCUSDT-trades-2020-03.zip'])
      assert.equal(world.site.asked(/monthly\/trades.*\.zip$/).length, 1)
      const events = eventsBetween(SLOW, Date.parse('2020-03-10'), Date.parse('2020-03-13'))
      assert.deepEqual(
        times(world, series),
        events.flatMap(({ timeMs }) => [timeMs, timeMs]),
      )
    },
    { instruments: [SLOW] },
  ))

void test('candles that no file has come from REST, whatever their age', () =>
  DownloadWorld.run(
    '2026-11-20T12:00:00Z',
    async (world) => {
      world.site.fault(/\/data\/.*2024-05/, { status: 404 })
      const report = await world.download({ kinds: ['klines 1m'], from: '2024-05-01', to: '2024-05-31' })
      assertComplete(report)
      const series = only(report)
      assert.ok(series.files.every(({ source }) => source === 'rest'))
      const start = Date.parse('2024-05-01')
      assert.deepEqual(
        times(world, series),
        Array.from({ length: 31 * 1440 }, (_, minute) => start + minute * 60_000),
      )
    },
    { instruments: [SLOW] },
  ))

void test('weekly candles and months: only closed ones, and the open one follows when it has closed', () =>
  DownloadWorld.run('2026-11-20T12:00:00Z', async (world) => {
    // Weeks begin on 2026-10-26, 11-02, 11-09, 11-16; only the last is open.
    const report = await world.download({ kinds: ['klines 1w', 'klines 1mo'], from: '2026-10-01' })
    assertComplete(report)
    const weeks = (): number[] => times(world, report.series[0] ?? assert.fail())
    assert.equal(weeks().at(-1), Date.parse('2026-11-09'))
    assert.deepEqual(names(report.series[1] ?? assert.fail()), ['BTCUSDT-1mo-2026-10.zip'])
    world.clock.set('2026-11-24T12:00:00Z')
    const later = await world.download({ kinds: ['klines 1w'], from: '2026-10-01' })
    assert.deepEqual(times(world, only(later)), [...weeks(), Date.parse('2026-11-16')])
  }))

void test('a second run fetches nothing and keeps what is there', () =>
  DownloadWorld.run('2026-11-20T12:00:00Z', async (world) => {
    const wish = { kinds: ['klines 1h'], from: '2026-10-01', to: '2026-11-03' }
    await world.download(wish)
    const requests = world.site.requests.length
    const again = await world.download(wish)
    assertComplete(again)
    assert.deepEqual(again.counts, { downloaded: 0, kept: 4, replaced: 0, fromRest: 0 })
    assert.equal(world.site.requests.length, requests)
  }))

void test('the rules of the instruments are stored in the form of exchangeInfo, once a day', () =>
  DownloadWorld.run('2026-11-20T12:00:00Z', async (world) => {
    for (const venue of ['binance-usdm', 'binance-spot'] as const) {
      const wish = { venue, symbols: ['BTCUSDT', 'ETHUSDT'], kinds: ['klines 1d'], last: '2d' }
      const report = await world.download(wish)
      assert.deepEqual(report.rules, [`${venue}/instruments/BTCUSDT.json`, `${venue}/instruments/ETHUSDT.json`])
      const content = Buffer.from((await world.files.read(report.rules[1] ?? '')) ?? []).toString()
      const rules = JSON.parse(content) as { symbols: { symbol: string; filters: unknown[] }[] }
      assert.deepEqual(
        rules.symbols.map(({ symbol, filters }) => [symbol, filters.length]),
        [['ETHUSDT', 4]],
      )
      const asked = world.site.asked(/exchangeInfo/).length
      assert.deepEqual((await world.download(wish)).rules, report.rules)
      assert.equal(world.site.asked(/exchangeInfo/).length, asked)
    }
  }))

void test('at most four files are under way at one time, or as many as allowed', () =>
  DownloadWorld.run(
    '2026-11-20T12:00:00Z',
    async (world) => {
      const wish = { symbols: ['BTCUSDT', 'ETHUSDT'], kinds: ['klines 1d'], from: '2026-11-01', to: '2026-11-15' }
      world.site.holdFor = 4
      assertComplete(await world.download(wish))
      assert.equal(world.site.filesAtOnce, 4)
      world.site.filesAtOnce = 0
      world.site.holdFor = 2
      assertComplete(await world.download({ ...wish, kinds: ['klines 12h'] }, { parallel: 2 }))
      assert.equal(world.site.filesAtOnce, 2)
    },
    { fileDelayMs: 15 },
  ))

void test('progress counts files, bytes and rows and never goes back', () =>
  DownloadWorld.run('2026-11-20T12:00:00Z', async (world) => {
    const seen: { filesDone: number; filesTotal: number; bytes: number; rows: number }[] = []
    const report = await world.download(
      { kinds: ['klines 1m'], last: '3d' },
      { onProgress: ({ filesDone, filesTotal, bytes, rows }) => seen.push({ filesDone, filesTotal, bytes, rows }) },
    )
    const last = seen.at(-1) ?? assert.fail()
    assert.deepEqual([last.filesDone, last.filesTotal], [4, 4])
    assert.equal(last.rows, 719)
    assert.equal(last.bytes, report.bytes)
    assert.ok(seen.every((now, at) => at === 0 || now.bytes >= (seen[at - 1]?.bytes ?? 0)))
  }))

void test('nothing is left beside the files, their checksums and the rules', () =>
  DownloadWorld.run('2026-11-20T12:00:00Z', async (world) => {
    await world.download({ kinds: ['klines 1h'], from: '2026-11-18', to: '2026-11-19' })
    assert.deepEqual(readdirSync(join(world.folder, 'binance-usdm/klines/BTCUSDT/1h')), [
      'BTCUSDT-1h-2026-11-18.zip',
      'BTCUSDT-1h-2026-11-18.zip.CHECKSUM',
      'BTCUSDT-1h-2026-11-19.zip',
      'BTCUSDT-1h-2026-11-19.zip.CHECKSUM',
    ])
  }))
