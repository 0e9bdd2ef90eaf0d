import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { DownloadWorld, type Wish } from '../../testing/download-world.ts'
import { SITE_INSTRUMENTS } from '../../testing/public-data-site.ts'
import type { DownloadReport, Problem } from './report.ts'

const NOON = '2026-11-20T12:00:00Z'
const PAST: Wish = { kinds: ['klines 1h'], from: '2026-11-10', to: '2026-11-19' }

function onlyProblem(report: DownloadReport): Problem {
  assert.equal(report.complete, false)
  assert.equal(report.problems.length, 1, JSON.stringify(report.problems))
  return report.problems[0] ?? assert.fail()
}

void test('451: not available here; import from elsewhere or a mirror', () =>
  DownloadWorld.run(NOON, async (world) => {
    world.site.fault(/^\/data\//, { status: 451 })
    const problem = onlyProblem(await world.download(PAST))
    assert.match(problem.message, /^HTTP 451: 127\.0\.0\.1:\d+ is not available from this country or network\.$/)
    assert.match(problem.remedy, /Run it from a place .* "tapewright import FILE…".* mirror with --base-url\.$/)
    assert.equal(problem.files, 10)
    assert.ok(world.site.requests.length <= 4 + 1, 'the host is not asked ten times')
  }))

void test('403: blocked by a firewall or the region', () =>
  DownloadWorld.run(NOON, async (world) => {
    world.site.fault(/./, { status: 403, body: '<html>Request blocked.</html>' })
    const problem = onlyProblem(await world.download(PAST))
    assert.match(problem.message, /^HTTP 403: 127\.0\.0\.1:\d+ blocks this address \(its firewall, or the region\)\.$/)
    assert.match(problem.remedy, /without VPN, proxy or shared cloud address.*tapewright import/)
  }))

void test('418: banned until a time, from the body or from Retry-After', () =>
  DownloadWorld.run(NOON, async (world) => {
    const until = Date.parse('2026-11-20T12:07:30Z')
    const body = JSON.stringify({ code: -1003, msg: `Way too many requests; IP banned until ${until}. Please use …` })
    world.site.fault(/^\/fapi\//, { status: 418, body })
    const today = { kinds: ['klines 1h'], from: '2026-11-20' }
    const problem = onlyProblem(await world.download(today))
    assert.match(
      problem.message,
      /^HTTP 418: .* has banned this address until 2026-11-20 12:07:30 UTC after too many requests\.$/,
    )
    assert.match(problem.remedy, /every program at this address quiet/)
    assert.equal(world.site.asked(/fapi/).length, 1, 'a banned address asks once')
    world.site.clearFaults()
    world.site.fault(/^\/fapi\//, { status: 418, headers: { 'retry-after': '60' } })
    assert.match(onlyProblem(await world.download(today)).message, /until 2026-11-20 12:01:00 UTC/)
  }))

void test('429: waits as long as it is told to, and goes on', () =>
  DownloadWorld.run(NOON, async (world) => {
    world.site.fault(/klines/, { status: 429, headers: { 'retry-after': '17' } }, 2)
    const waits: string[] = []
    const report = await world.download(
      { kinds: ['klines 1h'], from: '2026-11-20' },
      { onProgress: ({ waiting }) => waiting && waits.push(`${waiting.reason} ${waiting.milliseconds}`) },
    )
    assert.equal(report.complete, true)
    assert.deepEqual(world.clock.waits, [17_000, 17_000])
    assert.match(waits[0] ?? '', /asks for a rest 17000$/)
  }))

void test('429 without end: gives up and says so', () =>
  DownloadWorld.run(NOON, async (world) => {
    world.site.fault(/klines/, { status: 429, headers: { 'retry-after': '30' } })
    const problem = onlyProblem(await world.download({ kinds: ['klines 1h'], from: '2026-11-20' }))
    assert.match(problem.message, /^HTTP 429: .* gets too many requests from this address and wants 30 s of rest\.$/)
    assert.match(problem.remedy, /^Stop other programs that use the venue from here/)
  }))

void test('5xx: three attempts, then later', () =>
  DownloadWorld.run(NOON, async (world) => {
    world.site.fault(/11-15\.zip$/, { status: 503 }, 2)
    assert.equal((await world.download(PAST)).complete, true)
    world.site.fault(/11-05\.zip$/, { status: 503, body: 'Service Unavailable.' })
    const problem = onlyProblem(await world.download({ ...PAST, from: '2026-11-04' }))
    assert.equal(problem.place, 'BTCUSDT-1h-2026-11-05.zip')
    assert.match(problem.message, /^HTTP 503: .* cannot answer now\.$/)
    assert.match(problem.remedy, /what is finished is kept/)
  }))

void test('no network: one problem for all files, with what to check', () =>
  DownloadWorld.run(NOON, async (world) => {
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const problem = onlyProblem(await world.download(PAST, { baseUrl: `http://127.0.0.1:${port}/` }))
    assert.equal(problem.message, `127.0.0.1:${port} cannot be reached: the connection was refused.`)
    assert.match(problem.remedy, /HTTPS_PROXY and NODE_USE_ENV_PROXY=1/)
    assert.equal(problem.files, 10)
  }))

void test('a login page in place of the site is not taken for data', () =>
  DownloadWorld.run(NOON, async (world) => {
    world.site.fault(/./, { status: 200, body: '<html>Please log in</html>' })
    const report = await world.download({ kinds: ['klines 1h'], from: '2026-11-19' })
    const messages = report.problems.map(({ message }) => message).sort()
    assert.match(messages[0] ?? '', /CHECKSUM with something that is no checksum of this file\.$/)
    assert.match(messages[1] ?? '', /\/fapi\/v1\/time with something that is no JSON\.$/)
    assert.match(report.problems[0]?.remedy ?? '', /login page/)
    assert.deepEqual(report.series[0]?.files, [])
  }))

void test('a symbol that does not exist is named, with those that look like it', () =>
  DownloadWorld.run(NOON, async (world) => {
    const problem = onlyProblem(
      await world.download({ ...PAST, symbols: ['btcusd'], kinds: ['klines 1h', 'aggTrades'] }),
    )
    assert.equal(problem.place, 'BTCUSD')
    assert.match(
      problem.message,
      /^binance-usdm has no symbol BTCUSD, and nothing is published under this name for 2026-11-10 to/,
    )
    assert.match(problem.remedy, /^Did you mean BTCUSDT\?/)
  }))

void test('days before trading began are named with the first day, and not asked for again', () =>
  DownloadWorld.run(
    NOON,
    async (world) => {
      const wish = { symbols: ['NEWUSDT'], kinds: ['klines 1h', 'trades'] }
      const early = await world.download({ ...wish, from: '2026-09-01', to: '2026-10-05' })
      assert.equal(early.problems.length, 2)
      assert.equal(
        early.problems[0]?.message,
        'nothing for 2026-09-01 to 2026-10-05: NEWUSDT has traded since 2026-10-15.',
      )
      assert.equal(early.problems[0]?.remedy, 'Ask for days from 2026-10-15 on.')

      const across = await world.download({ ...wish, from: '2026-09-20', to: '2026-10-20' })
      assert.deepEqual(across.problems, [])
      assert.match(across.notes.join('\n'), /NEWUSDT klines 1h begins on 2026-10-15, when NEWUSDT began to trade\./)
      assert.equal(across.series[0]?.files.length, 6)
      const requests = world.site.requests.length
      assert.equal((await world.download({ ...wish, from: '2026-09-20', to: '2026-10-20' })).complete, true)
      assert.equal(world.site.requests.length, requests)
    },
    {
      instruments: [
        ...SITE_INSTRUMENTS,
        { venue: 'binance-usdm', symbol: 'NEWUSDT', base: 'NEW', quote: 'USDT', listed: '2026-10-15', price: 2 },
      ],
    },
  ))

void test('a symbol that was delisted gives what was published, and says so', () =>
  DownloadWorld.run(
    NOON,
    async (world) => {
      const report = await world.download({
        symbols: ['OLDUSDT'],
        kinds: ['klines 1h'],
        from: '2026-09-01',
        to: '2026-11-10',
      })
      assert.deepEqual(report.problems, [])
      assert.match(report.notes.join('\n'), /published nothing for 2026-11-01 to 2026-11-10/)
      assert.match(
        report.notes.join('\n'),
        /OLDUSDT does not trade at binance-usdm any more; what was published is here/,
      )
      assert.equal(report.series[0]?.files.at(-1)?.path.endsWith('2026-10.zip'), true)
    },
    {
      instruments: [
        {
          venue: 'binance-usdm',
          symbol: 'OLDUSDT',
          base: 'OLD',
          quote: 'USDT',
          listed: '2024-01-01',
          delisted: '2026-10-11',
          price: 2,
        },
      ],
    },
  ))

void test('a refusing REST host does not keep the archives from coming', () =>
  DownloadWorld.run(NOON, async (world) => {
    world.site.fault(/^\/fapi\//, { status: 451 })
    const report = await world.download({ kinds: ['klines 1h', 'fundingRate'], from: '2026-10-01' })
    const problem = onlyProblem(report)
    assert.match(problem.message, /HTTP 451/)
    assert.equal(problem.files, 2, 'today and the current month of fundings')
    assert.equal(report.series[0]?.files.length, 1 + 19)
    assert.equal(report.series[1]?.files.length, 1)
    assert.match(report.notes.join('\n'), /rules .* will be inferred from the data: HTTP 451/)
  }))
