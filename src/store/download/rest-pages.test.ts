import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DownloadWorld } from '../../testing/download-world.ts'
import type { SiteInstrument } from '../../testing/synthetic-market.ts'
import { eventsBetween } from '../../testing/synthetic-market.ts'
import { BadAnswer, pagerOf, type Cursor, type Page } from './rest-pages.ts'
import type { DataKind, PublicVenue } from './series.ts'

const T = Date.parse('2026-11-20')
const UNTIL = T + 3_600_000
const START: Cursor = { by: 'time', ms: T }

function read(kind: DataKind, answer: unknown, venue: PublicVenue = 'binance-usdm', cursor: Cursor = START): Page {
  const interval = kind === 'klines' ? '1m' : undefined
  const pager = pagerOf({ venue, symbol: 'BTCUSDT', kind, interval }) ?? assert.fail()
  return pager.read(answer, cursor, UNTIL, T + 150_000)
}

function candle(open: number): (string | number)[] {
  return [open, '1.0', '2', '0.5', '1.5', '10', open + 59_999, '15', 3, '4', '6', '0']
}

void test('candles count once they are closed, and the reach ends at the open one', () => {
  const page = read('klines', [candle(T), candle(T + 60_000), candle(T + 120_000)])
  assert.deepEqual(page.lines, [candle(T).join(','), candle(T + 60_000).join(',')])
  assert.equal(page.until, T + 120_000)
  assert.equal(page.done, true)
  assert.deepEqual(page.next, { by: 'time', ms: T + 60_001 })
})

void test('the interval of a funding is the time since the one before, also across the beginning', () => {
  const funding = (hours: number, noise: number): unknown => ({
    symbol: 'BTCUSDT',
    fundingTime: T + hours * 3_600_000 + noise,
    fundingRate: '-0.00010000',
    markPrice: '1',
  })
  const page = read('fundingRate', [funding(-8, 3), funding(0, 11)])
  assert.deepEqual(page.lines, [`${T + 11},8,-0.00010000`])
  assert.deepEqual(read('fundingRate', [funding(-4, 0), funding(0, 2)]).lines, [`${T + 2},4,-0.00010000`])
})

const trade = { a: 7, p: '1.5', q: '2', f: 1, l: 2, T: T + 5, m: true }
const wrong: readonly (readonly [string, DataKind, unknown, RegExp])[] = [
  ['no list', 'klines', { code: 0 }, /something that is no list of candles/],
  ['a candle with too few cells', 'klines', [candle(T).slice(0, 11)], /a candle of 11 cells/],
  ['a candle of another time', 'klines', [candle(T - 60_000)], /outside the time asked for/],
  ['candles out of order', 'klines', [candle(T + 60_000), candle(T)], /out of order/],
  [
    'a price that is no number',
    'klines',
    [candle(T).with(1, '1,5')],
    /cell 2 of a candle "1,5", which is no plain decimal/,
  ],
  ['an id beyond 2^53', 'aggTrades', [{ ...trade, a: 2 ** 53 }], /trade id 9007199254740992, which is no integer/],
  ['a flag that is a text', 'aggTrades', [{ ...trade, m: 'true' }], /"true" where true or false belongs/],
  ['a trade of before', 'aggTrades', [{ ...trade, T: T - 1 }], /trades out of order/],
  ['a missing field', 'aggTrades', [{ a: 1, T }], /price undefined, which is no plain decimal/],
  ['rows that are no objects', 'aggTrades', [1], /a row that is no object/],
  [
    'fundings out of order',
    'fundingRate',
    [1, 0].map((at) => ({ fundingTime: T + at, fundingRate: '0' })),
    /fundings out of order/,
  ],
]
for (const [what, kind, answer, expected] of wrong) {
  void test(`refused: ${what}`, () => {
    assert.throws(
      () => read(kind, answer),
      (error: unknown) => error instanceof BadAnswer && expected.test(error.message),
    )
  })
}

void test('raw trades of futures are served to nobody without a key', () => {
  assert.equal(pagerOf({ venue: 'binance-usdm', symbol: 'BTCUSDT', kind: 'trades', interval: undefined }), undefined)
})

void test('quiet hours are stepped over, and trades at the same millisecond come once each', () =>
  DownloadWorld.run(
    '2026-11-20T23:30:00Z',
    async (world) => {
      for (const kind of ['aggTrades', 'trades']) {
        const report = await world.download({
          venue: 'binance-spot',
          symbols: ['QUIETUSDT'],
          kinds: [kind],
          from: '2026-11-20',
        })
        assert.equal(report.complete, true)
        const ids = report.series[0]?.files.flatMap((file) => world.rows(file)).map((cells) => Number(cells[0]))
        const events = eventsBetween(QUIET, T, world.clock.nowMs - 5000)
        assert.ok(events.length > 0)
        assert.deepEqual(
          ids,
          events.flatMap(({ id }) => (kind === 'trades' ? [2 * id - 1, 2 * id] : [id])),
        )
      }
    },
    { instruments: [QUIET] },
  ))

const QUIET: SiteInstrument = {
  venue: 'binance-spot',
  symbol: 'QUIETUSDT',
  base: 'QUIET',
  quote: 'USDT',
  listed: '2026-01-01',
  price: 3,
  everyMs: 4 * 3_600_000,
}
