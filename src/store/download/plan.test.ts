import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  DAY_MS,
  dayText,
  firstDayOf,
  monthOf,
  parseDay,
  parseMonth,
  parseSpan,
  spansOf,
  spanText,
  type Day,
} from './days.ts'
import { Fallback } from './fallback.ts'
import { planDownload, type KnownData, type Piece, type PlanResult } from './plan.ts'
import type { DataKind, PublicVenue, Wanted } from './series.ts'
import { parseChecksum, periodSpan, periodText, sitePath } from './site.ts'

const NOTHING: KnownData = { hasArchive: () => false, isAbsent: () => false }
const TODAY = day('2026-11-20')

function day(text: string): Day {
  return parseDay(text) ?? assert.fail(text)
}

function wanted(text: string): Wanted {
  const [kind, interval] = text.split(' ')
  return { kind: kind as DataKind, interval }
}

function plan(
  text: string,
  from: string,
  to: string,
  known: KnownData = NOTHING,
  venue: PublicVenue = 'binance-usdm',
): PlanResult {
  return planDownload(
    { venue, symbols: ['BTCUSDT'], wanted: [wanted(text)], span: { from: day(from), to: day(to) } },
    TODAY,
    known,
  )
}

/** `archive 2026-10`, piece by piece. */
function pieces(result: PlanResult): string[] {
  assert.ok(result.ok)
  return result.plan.pieces.map(pieceText)
}

function pieceText({ source, period }: Piece): string {
  return `${source} ${periodText(period)}`
}

function messages(result: PlanResult): string {
  return result.ok ? '' : result.messages.join('\n')
}

void test('days and months are those of the calendar', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000, max: 200_000 }), (number) => {
      const date = new Date(number * DAY_MS)
      const month = monthOf(number)
      assert.equal(Math.floor(month / 12), date.getUTCFullYear())
      assert.equal(month % 12, date.getUTCMonth())
      assert.ok(firstDayOf(month) <= number && number < firstDayOf(month + 1))
      if (date.getUTCFullYear() < 1000) return
      assert.equal(parseDay(dayText(number)), number)
      assert.equal(parseMonth(dayText(number).slice(0, 7)), month)
    }),
  )
  for (const wrong of ['2026-02-30', '2026-13-01', '26-01-01', '2026-1-1', '2026-01-01T00', '']) {
    assert.equal(parseDay(wrong), undefined, wrong)
  }
})

void test('spans are read as people write them, and refused with the remedy', () => {
  const read = (wish: Parameters<typeof parseSpan>[0]): string => {
    const result = parseSpan(wish, TODAY)
    return result.ok ? spanText(result.span) : result.message
  }
  assert.equal(read({ last: '90d' }), '2026-08-22 to 2026-11-20')
  assert.equal(read({ last: '2w' }), '2026-11-06 to 2026-11-20')
  assert.equal(read({ from: '2026-01-31', to: '2026-02-01' }), '2026-01-31 to 2026-02-01')
  assert.equal(read({ from: '2026-11-20' }), '2026-11-20')
  assert.match(read({}), /Add --last 90d, or --from 2026-01-01/)
  assert.match(read({ last: '90' }), /--last 90: write days or weeks/)
  assert.match(read({ last: '0d' }), /write days or weeks/)
  assert.match(read({ last: '1d', from: '2026-01-01' }), /not both/)
  assert.match(read({ from: '2026-02-30' }), /--from 2026-02-30: write a UTC date/)
  assert.match(read({ from: '2026-02-03', to: '2026-02-02' }), /--from 2026-02-03 is after --to 2026-02-02: swap them/)
  assert.match(
    read({ from: '2026-02-03', to: '2026-11-21' }),
    /2026-11-21 is in the future: today is 2026-11-20 \(UTC\)/,
  )
})

void test('every wanted day is planned exactly once, from whole months where they fit', () => {
  const days = fc.integer({ min: TODAY - 400, max: TODAY })
  fc.assert(
    fc.property(days, days, fc.constantFrom('klines 1m', 'aggTrades', 'fundingRate', 'klines 1w'), (a, b, text) => {
      const span = { from: Math.min(a, b), to: Math.max(a, b) }
      const result = plan(text, dayText(span.from), dayText(span.to))
      assert.ok(result.ok)
      const covered = result.plan.pieces.flatMap(({ period }) => {
        const { from, to } = periodSpan(period)
        return Array.from({ length: to - from + 1 }, (_, at) => from + at)
      })
      assert.equal(new Set(covered).size, covered.length)
      for (let each = span.from; each <= span.to; each++) assert.ok(covered.includes(each), dayText(each))
      for (const { source, period } of result.plan.pieces) {
        assert.equal(source, periodSpan(period).to < TODAY ? 'archive' : 'rest')
      }
    }),
    { numRuns: 50 },
  )
})

void test('a month that is mostly here is completed by days, and a month that is here serves its days', () => {
  const here = (last: string): KnownData => ({
    ...NOTHING,
    hasArchive: (_, period) => period.kind === 'day' && period.day <= day(last) && period.day >= day('2026-10-01'),
  })
  assert.deepEqual(pieces(plan('klines 1m', '2026-10-01', '2026-10-31', here('2026-10-10'))), ['archive 2026-10'])
  assert.equal(pieces(plan('klines 1m', '2026-10-01', '2026-10-31', here('2026-10-20'))).length, 31)
  const month: KnownData = { ...NOTHING, hasArchive: (_, { kind }) => kind === 'month' }
  assert.deepEqual(pieces(plan('klines 1m', '2026-10-05', '2026-10-06', month)), ['archive 2026-10'])
})

void test('days that the venue does not have are left out, unless asked to look again', () => {
  const known: KnownData = { ...NOTHING, isAbsent: (_, each) => each < day('2026-11-18') }
  const request = {
    venue: 'binance-usdm' as const,
    symbols: ['BTCUSDT'],
    wanted: [wanted('klines 1m')],
    span: { from: day('2026-09-15'), to: TODAY },
  }
  assert.deepEqual(pieces(planDownload(request, TODAY, known)), [
    'archive 2026-11-18',
    'archive 2026-11-19',
    'rest 2026-11-20',
  ])
  assert.ok(pieces(planDownload({ ...request, recheck: true }, TODAY, known)).includes('archive 2026-10'))
})

void test('what a venue does not have is refused before anything is asked', () => {
  assert.match(
    messages(plan('fundingRate', '2026-11-01', '2026-11-02', NOTHING, 'binance-spot')),
    /--funding: spot has neither/,
  )
  assert.match(messages(plan('klines 1s', '2026-11-01', '2026-11-02')), /one-second candles exist on binance-spot only/)
  assert.match(messages(plan('klines 7m', '2026-11-01', '2026-11-02')), /--candles 7m: there are candles of 1s, 1m, 3m/)
  assert.match(
    messages(plan('klines', '2026-11-01', '2026-11-02')),
    /--candles needs an interval, such as --candles 1m/,
  )
  const empty = planDownload(
    { venue: 'binance-usdm', symbols: [], wanted: [], span: { from: 1, to: 2 } },
    TODAY,
    NOTHING,
  )
  assert.match(messages(empty), /name at least one instrument.*\n.*--candles 1m, --trades/)
  const path = planDownload(
    { venue: 'binance-usdm', symbols: ['../X'], wanted: [wanted('trades')], span: { from: 1, to: 2 } },
    TODAY,
    NOTHING,
  )
  assert.match(messages(path), /"..\/X" is no symbol/)
})

void test('symbols are upper case, intervals have one name, and nothing is planned twice', () => {
  const result = planDownload(
    {
      venue: 'binance-spot',
      symbols: ['btcusdt', 'BTCUSDT', '币安人生usdt'],
      wanted: [wanted('klines 1M'), wanted('klines 1mo')],
      span: { from: day('2026-10-01'), to: day('2026-10-02') },
    },
    TODAY,
    NOTHING,
  )
  assert.ok(result.ok)
  assert.deepEqual(
    result.plan.pieces.map(({ series, period }) => decodeURIComponent(sitePath(series, period))),
    [
      '/data/spot/monthly/klines/BTCUSDT/1mo/BTCUSDT-1mo-2026-10.zip',
      '/data/spot/monthly/klines/币安人生USDT/1mo/币安人生USDT-1mo-2026-10.zip',
    ],
  )
  const [, encoded] = result.plan.pieces
  assert.match(encoded ? sitePath(encoded.series, encoded.period) : '', /^[\x21-\x7e]+$/)
})

void test('what is missing comes from elsewhere, and nothing is tried twice', () => {
  const span = { from: day('2026-10-01'), to: TODAY }
  const result = plan('klines 1m', '2026-10-01', '2026-11-20')
  assert.ok(result.ok)
  const month = result.plan.pieces[0] ?? assert.fail()
  const fallback = new Fallback(span, TODAY)
  assert.equal(fallback.begin(result.plan.pieces).length, result.plan.pieces.length)
  assert.deepEqual(fallback.begin(result.plan.pieces), [], 'all are under way')

  const days = fallback.absent(month, day('2026-10-30'))
  assert.deepEqual(days.map(pieceText), ['archive 2026-10-30', 'archive 2026-10-31'], 'from the first day on')
  const rest = fallback.absent(days[0] ?? assert.fail(), undefined)
  assert.deepEqual(rest.map(pieceText), ['rest 2026-10-30'])
  assert.equal(fallback.isAbsent(month.series, day('2026-10-30')), false)
  assert.deepEqual(fallback.absent(rest[0] ?? assert.fail(), undefined), [])
  assert.equal(fallback.isAbsent(month.series, day('2026-10-30')), true)
  assert.equal(fallback.isAbsent(month.series, day('2026-10-31')), false, 'still under way')
})

void test('old days wait for their month, and go to REST when that is not there either', () => {
  const result = plan('klines 1m', '2020-02-10', '2020-02-11')
  assert.ok(result.ok)
  const [first, second] = result.plan.pieces
  const fallback = new Fallback(result.plan.span, TODAY)
  fallback.begin(result.plan.pieces)
  const month = fallback.absent(first ?? assert.fail(), undefined)
  assert.deepEqual(month.map(pieceText), ['archive 2020-02'])
  assert.deepEqual(fallback.absent(second ?? assert.fail(), undefined), [], 'the month is on its way')
  const rest = fallback.absent(month[0] ?? assert.fail(), undefined)
  assert.deepEqual(rest.map(pieceText), ['rest 2020-02-10', 'rest 2020-02-11'])
})

void test('a checksum speaks of its own file only', () => {
  const digest = 'aB'.repeat(32)
  assert.equal(parseChecksum(`${digest}  a.zip\n`, 'a.zip'), digest.toLowerCase())
  assert.equal(parseChecksum(`${digest} *a.zip`, 'a.zip'), digest.toLowerCase())
  for (const wrong of [`${digest}  b.zip`, `${digest.slice(1)}  a.zip`, digest, '', '<html>']) {
    assert.equal(parseChecksum(wrong, 'a.zip'), undefined)
  }
})

void test('sorted days become spans without holes', () => {
  assert.deepEqual(spansOf([1, 2, 3, 5, 7, 8]), [
    { from: 1, to: 3 },
    { from: 5, to: 5 },
    { from: 7, to: 8 },
  ])
})
