import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DownloadWorld } from '../../testing/download-world.ts'
import { nodeHttp } from '../../node/http.ts'

const NOON = '2026-11-20T12:00:00Z'
const DAY = { kinds: ['trades'], from: '2026-11-18', to: '2026-11-18' }
const PATH = 'binance-usdm/trades/BTCUSDT/BTCUSDT-trades-2026-11-18.zip'
const SITE_PATH = '/data/futures/um/daily/trades/BTCUSDT/BTCUSDT-trades-2026-11-18.zip'

function source(path: string): string {
  return JSON.stringify(new URL(path, import.meta.url).href)
}

/** What the site serves at the moment, asked for on the side. */
async function served(world: DownloadWorld): Promise<Uint8Array> {
  const url = world.site.url + SITE_PATH
  const outcome = await nodeHttp.request({ method: 'GET', url, headers: [], body: undefined, timeoutMs: 5000 })
  assert.ok(outcome.kind === 'reply')
  return outcome.body
}

async function assertServed(world: DownloadWorld): Promise<void> {
  assert.deepEqual(await world.files.read(PATH), await served(world))
  assert.equal(await world.files.size(`${PATH}.part`), undefined)
}

function ranges(world: DownloadWorld): (string | undefined)[] {
  return world.site.requests.filter(({ path }) => path.endsWith('.zip')).map(({ range }) => range)
}

void test('a file that arrives damaged is fetched once more', () =>
  DownloadWorld.run(NOON, async (world) => {
    world.site.fault(/\.zip$/, { corrupt: true }, 1)
    const report = await world.download(DAY)
    assert.deepEqual(report.problems, [])
    assert.deepEqual(ranges(world), [undefined, undefined])
    await assertServed(world)
  }))

void test('a file that arrives damaged twice is an error with both checksums, and everything else is there', () =>
  DownloadWorld.run(NOON, async (world) => {
    world.site.fault(/11-18\.zip$/, { corrupt: true })
    const report = await world.download({ ...DAY, to: '2026-11-19' })
    assert.equal(report.complete, false)
    assert.deepEqual(
      report.problems.map(({ place, files }) => [place, files]),
      [['BTCUSDT-trades-2026-11-18.zip', 1]],
    )
    const [problem] = report.problems
    assert.match(
      problem?.message ?? '',
      /^http:.*BTCUSDT-trades-2026-11-18\.zip: its SHA-256 is [0-9a-f]{64}, but [0-9a-f]{64} is published; fetched twice\.$/,
    )
    assert.match(problem?.remedy ?? '', /Run the same command again later/)
    assert.equal(ranges(world).length, 3)
    assert.deepEqual(
      report.series[0]?.files.map(({ path }) => path),
      [PATH.replace('18.zip', '19.zip')],
    )
    assert.equal(await world.files.size(`${PATH}.part`), undefined, 'nothing wrong stays on the disk')
    assert.equal(await world.files.size(PATH), undefined)
  }))

void test('a transfer that breaks goes on where it broke, in the same run', () =>
  DownloadWorld.run(NOON, async (world) => {
    world.site.fault(/\.zip$/, { cutAfter: 1000 }, 3)
    const report = await world.download(DAY)
    assert.deepEqual(report.problems, [])
    assert.deepEqual(ranges(world), [undefined, 'bytes=1000-', 'bytes=2000-', 'bytes=3000-'])
    await assertServed(world)
  }))

void test('a transfer that was given up goes on in the next run', () =>
  DownloadWorld.run(NOON, async (world) => {
    world.site.fault(/\.zip$/, { cutAfter: 2000 }, 1)
    world.site.fault(/\.zip$/, { drop: true }, 4)
    const report = await world.download(DAY)
    assert.match(report.problems[0]?.message ?? '', /^The connection to .* broke during .*11-18\.zip: /)
    assert.match(report.problems[0]?.remedy ?? '', /it goes on where it stopped/)
    assert.equal(await world.files.size(`${PATH}.part`), 2000)
    world.site.clearFaults()
    const again = await world.download(DAY)
    assert.equal(again.complete, true)
    assert.equal(ranges(world).at(-1), 'bytes=2000-')
    assert.equal(again.bytes, statSync(join(world.folder, PATH)).size - 2000, 'only the rest is transferred')
    await assertServed(world)
  }))

void test('a server that ignores the range is understood', () =>
  DownloadWorld.run(NOON, async (world) => {
    world.site.fault(/\.zip$/, { cutAfter: 1000 }, 1)
    world.site.fault(/\.zip$/, { ignoreRange: true }, 1)
    assert.equal((await world.download(DAY)).complete, true)
    await assertServed(world)
  }))

void test('what is left of an older version of a file does not get into the new one', () =>
  DownloadWorld.run(NOON, async (world) => {
    const old = Buffer.from(await served(world))
    old.fill(0x20, 0, 500)
    await world.files.write(`${PATH}.part`, old.subarray(0, 1500))
    assert.equal((await world.download(DAY)).complete, true)
    await assertServed(world)
    // The same when the remains are longer than the file.
    await world.files.remove(PATH)
    await world.files.write(`${PATH}.part`, Buffer.concat([old, old]))
    assert.equal((await world.download(DAY)).complete, true)
    await assertServed(world)
  }))

void test('a part that is whole already only needs its name', () =>
  DownloadWorld.run(NOON, async (world) => {
    await world.files.write(`${PATH}.part`, await served(world))
    const report = await world.download(DAY)
    assert.equal(report.complete, true)
    await assertServed(world)
    assert.equal(world.site.requests.filter(({ status }) => status === 416).length, 1)
  }))

void test('a corrected file is noticed when asked to verify, and only then', () =>
  DownloadWorld.run(NOON, async (world) => {
    await world.download(DAY)
    const before = readFileSync(join(world.folder, PATH))
    world.site.correct(SITE_PATH)
    assert.equal((await world.download(DAY)).counts.kept, 1)
    assert.deepEqual(readFileSync(join(world.folder, PATH)), before)
    const verified = await world.download(DAY, { verify: true })
    assert.deepEqual(verified.counts, { downloaded: 0, kept: 0, replaced: 1, fromRest: 0 })
    await assertServed(world)
    assert.equal((await world.download(DAY, { verify: true })).counts.kept, 1)
  }))

void test('a file that is damaged on the disk is fetched again', () =>
  DownloadWorld.run(NOON, async (world) => {
    await world.download(DAY)
    truncateSync(join(world.folder, PATH), 100)
    assert.equal((await world.download(DAY)).counts.replaced, 1)
    await assertServed(world)
  }))

void test('a file brought from elsewhere is adopted when its checksum is the published one', () =>
  DownloadWorld.run(NOON, async (world) => {
    await world.files.write(PATH, await served(world))
    const fetched = ranges(world).length
    const report = await world.download(DAY)
    assert.deepEqual(report.counts, { downloaded: 0, kept: 1, replaced: 0, fromRest: 0 })
    assert.equal(ranges(world).length, fetched)
    assert.match(
      readFileSync(join(world.folder, `${PATH}.CHECKSUM`), 'utf8'),
      /^[0-9a-f]{64} {2}BTCUSDT-trades-2026-11-18\.zip\n$/,
    )
  }))

void test('a stopped run leaves finished files, and the next one does the rest', () =>
  DownloadWorld.run(NOON, async (world) => {
    const wish = { kinds: ['klines 1h'], from: '2026-11-10', to: '2026-11-20' }
    let done = 0
    const stopped = await world.download(wish, {
      parallel: 1,
      onProgress: ({ filesDone }) => void (done = filesDone),
      shouldStop: () => done >= 4,
    })
    assert.equal(stopped.complete, false)
    assert.equal(stopped.counts.downloaded, 4)
    assert.match(stopped.notes.join('\n'), /Run the same command again: it goes on where this run stopped/)
    const rest = await world.download(wish)
    assert.deepEqual(rest.counts, { downloaded: 6, kept: 4, replaced: 0, fromRest: 1 })
    assert.equal(rest.complete, true)
  }))

void test('a process that is killed in the middle loses nothing that was finished', () =>
  DownloadWorld.run(
    NOON,
    async (world) => {
      const script = `
        import { nodeFiles } from ${source('../../node/files.ts')}
        import { nodeHttp } from ${source('../../node/http.ts')}
        import { ManualClock } from ${source('../../testing/manual-clock.ts')}
        import { DataCatalog } from ${source('./catalog.ts')}
        import { downloadAll } from ${source('./download.ts')}
        import { planDownload } from ${source('./plan.ts')}
        const files = nodeFiles(${JSON.stringify(world.folder)})
        const span = { from: ${Date.parse('2026-11-10') / 86_400_000}, to: ${Date.parse('2026-11-20') / 86_400_000} }
        const request = { venue: 'binance-usdm', symbols: ['BTCUSDT'], wanted: [{ kind: 'klines', interval: '1m' }], span }
        const { plan } = planDownload(request, span.to, await DataCatalog.open(files))
        const ports = { http: nodeHttp, files, clock: new ManualClock(${JSON.stringify(NOON)}) }
        await downloadAll(plan, ports, { baseUrl: ${JSON.stringify(world.site.url)}, parallel: 2 })`
      const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: 'inherit' })
      const ended = new Promise<string | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)))
      while (world.site.asked(/\.zip$/).length < 4) await new Promise((resolve) => setTimeout(resolve, 5))
      child.kill('SIGKILL')
      assert.equal(await ended, 'SIGKILL')

      const report = await world.download({ kinds: ['klines 1m'], from: '2026-11-10', to: '2026-11-20' })
      assert.equal(report.complete, true)
      assert.ok(report.counts.kept >= 2, 'what was finished is kept')
      assert.ok(report.counts.downloaded >= 1, 'and the rest is fetched')
      const rows = report.series[0]?.files.flatMap((file) => world.rows(file)).map(([open]) => Number(open))
      const start = Date.parse('2026-11-10')
      assert.deepEqual(
        rows,
        Array.from({ length: 10 * 1440 + 719 }, (_, minute) => start + minute * 60_000),
      )
    },
    { fileDelayMs: 30 },
  ))

void test('a REST part with a torn tail is cut back to what counts and goes on', () =>
  DownloadWorld.run(NOON, async (world) => {
    const wish = { kinds: ['klines 1m'], last: '1d' }
    const first = await world.download(wish)
    const path = first.series[0]?.files.at(-1)?.path ?? assert.fail()
    const whole = readFileSync(join(world.folder, path), 'utf8')
    writeFileSync(join(world.folder, path), `${whole}17952,torn`)
    world.clock.set('2026-11-20T13:00:00Z')
    await world.download(wish)
    const text = readFileSync(join(world.folder, path), 'utf8')
    assert.ok(text.startsWith(whole))
    assert.equal(text.split('\n').length, 1 + 779 + 1, 'header, closed candles until 12:59, end of file')
    assert.doesNotMatch(text, /torn/)
  }))

void test('a full or forbidden disk is one problem that names the file and the remedy', () =>
  DownloadWorld.run(NOON, async (world) => {
    writeFileSync(join(world.folder, 'binance-usdm'), '')
    const report = await world.download({ kinds: ['klines 1h'], from: '2026-11-01', to: '2026-11-19' })
    assert.equal(report.complete, false)
    assert.equal(report.problems.length, 1)
    assert.match(report.problems[0]?.message ?? '', /binance-usdm.*a part of the path is a file: remove it/)
  }))
