import assert from 'node:assert/strict'
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { writeId } from '../core/tape/ids.ts'
import { DEPTH_DIFF, DEPTH_SNAPSHOT } from '../core/tape/kinds.ts'
import { APPEND_TIME, VERSION } from '../core/tape/layout.ts'
import { RowBuffer } from '../core/tape/row-buffer.ts'
import { createLiveSegment } from '../node/tape-live.ts'
import { readSegmentFile } from '../node/tape-segment-file.ts'
import { createTape } from '../node/tape-writer.ts'
import { CommandLine } from '../testing/command-line.ts'
import { exampleInstrument } from '../testing/instruments.ts'

/** 2024-08-08 00:00:00 UTC */
const START = 1_723_075_200_000_000
const SECOND = 1_000_000
const OPTIONS = {
  instruments: [exampleInstrument('BTCUSDT')],
  origin: { build: 'test', createdAt: START },
} as const

interface DepthRow {
  readonly seconds: number
  readonly previous?: number
  readonly last: number
  readonly bids: readonly number[]
  readonly asks: readonly number[]
}

/** A snapshot, and the diffs that follow it; (price, quantity) pairs in tenths and thousandths. */
function depthRows(...rows: readonly DepthRow[]): RowBuffer {
  const buffer = new RowBuffer(1_000)
  for (const { seconds, previous, last, bids, asks } of rows) {
    const kind = previous === undefined ? DEPTH_SNAPSHOT.kind : DEPTH_DIFF.kind
    const row = buffer.append(kind, 0, 0, 0, Math.ceil((bids.length + asks.length) / 8))
    buffer.f64[row * 8 + APPEND_TIME] = START + seconds * SECOND
    buffer.f64[row * 8 + VERSION] = last
    if (previous === undefined) buffer.f64[row * 8 + DEPTH_SNAPSHOT.limit] = 1000
    else {
      writeId(buffer, row * 8 + DEPTH_DIFF.firstUpdateId, previous + 1)
      writeId(buffer, row * 8 + DEPTH_DIFF.previousUpdateId, previous)
    }
    buffer.u32[row * 16 + DEPTH_DIFF.bidCountByte / 4] = bids.length / 2
    buffer.u32[row * 16 + DEPTH_DIFF.askCountByte / 4] = asks.length / 2
    buffer.f64.set([...bids, ...asks], row * 8 + DEPTH_DIFF.levels)
  }
  return buffer
}

const SNAPSHOT: DepthRow = { seconds: 0, last: 100, bids: [600_000, 1_500, 599_990, 2_000], asks: [600_010, 3_000] }
const FIRST: DepthRow = { seconds: 1, previous: 100, last: 105, bids: [600_000, 500], asks: [600_020, 10] }
const SECOND_DIFF: DepthRow = { seconds: 2, previous: 105, last: 110, bids: [600_000, 0], asks: [] }
const BEHIND_GAP: DepthRow = { seconds: 3, previous: 120, last: 125, bids: [600_000, 9], asks: [] }

async function writeTape(file: string, rows: RowBuffer): Promise<void> {
  const tape = await createTape(file, OPTIONS)
  await tape.append(rows)
  await tape.seal()
}

interface BookAnswer {
  readonly at: string
  readonly books: readonly Record<string, unknown>[]
}

test('book shows the state, the best, the levels and the counts at the end of a tape', async (t) => {
  const line = new CommandLine(t)
  await writeTape(line.path('a.tape'), depthRows(SNAPSHOT, FIRST, SECOND_DIFF))
  const { at, books } = (await line.json(0, 'book', 'a.tape')) as BookAnswer
  assert.equal(at, '2024-08-08T00:00:02.000000Z')
  assert.equal(books.length, 1)
  const { symbol, state, lastUpdateId, bestBid, bestAsk, bidLevels, askLevels, diffs, snapshots, gaps, crossed } =
    books[0] ?? {}
  assert.deepEqual([symbol, state, lastUpdateId], ['BTCUSDT', 'live', 110])
  assert.deepEqual(bestBid, { price: '59999.0', quantity: '2.000' })
  assert.deepEqual(bestAsk, { price: '60001.0', quantity: '3.000' })
  assert.deepEqual([bidLevels, askLevels, diffs, snapshots, gaps, crossed], [1, 2, 2, 1, 0, 0])
})

test('book --at shows the book of that time, with as many levels as asked for', async (t) => {
  const line = new CommandLine(t)
  await writeTape(line.path('a.tape'), depthRows(SNAPSHOT, FIRST, SECOND_DIFF))
  const options = ['--at', '2024-08-08T00:00:01Z', '--depth', '1']
  const { books } = (await line.json(0, 'book', 'a.tape', ...options)) as BookAnswer
  assert.equal(books[0]?.['lastUpdateId'], 105)
  assert.deepEqual(books[0]?.['bids'], [{ price: '60000.0', quantity: '0.500' }])
  const { stdout } = await line.run('book', 'a.tape', ...options)
  assert.match(stdout, /^binance-usdm:BTCUSDT: live, update 105/)
  assert.match(stdout, /^ +0\.500  60000\.0  60001\.0 +3\.000$/m)
})

test('a gap in the update ids shows as a broken book that keeps its last good state', async (t) => {
  const line = new CommandLine(t)
  await writeTape(line.path('a.tape'), depthRows(SNAPSHOT, FIRST, BEHIND_GAP))
  const { books } = (await line.json(0, 'book', 'a.tape')) as BookAnswer
  assert.deepEqual([books[0]?.['state'], books[0]?.['gaps'], books[0]?.['lastUpdateId']], ['broken', 1, 105])
})

test('book refuses a time before the first depth message, an unknown symbol and a wrong depth', async (t) => {
  const line = new CommandLine(t)
  await writeTape(line.path('a.tape'), depthRows(SNAPSHOT))
  const refused = async (pattern: RegExp, ...words: readonly string[]): Promise<void> => {
    const { exit, stderr } = await line.run('book', 'a.tape', ...words)
    assert.equal(exit, 2)
    assert.match(stderr, pattern)
  }
  await refused(/holds no depth messages up to 2020-01-01/, '--at', '2020-01-01')
  await refused(/the tape has no ETHUSDT; it has BTCUSDT/, '--symbol', 'ETHUSDT')
  await refused(/--depth 0: write a number from 1/, '--depth', '0')
})

test('info counts by instrument and kind, and tells the hash of the tape', async (t) => {
  const line = new CommandLine(t)
  await writeTape(line.path('a.tape'), depthRows(SNAPSHOT, FIRST, SECOND_DIFF))
  const info = (await line.json(0, 'info', 'a.tape')) as {
    readonly checked: boolean
    readonly records: number
    readonly hash: string
    readonly instruments: readonly { readonly symbol: string; readonly content: readonly unknown[] }[]
  }
  assert.deepEqual([info.checked, info.records, info.hash.length], [true, 3, 64])
  assert.deepEqual(info.instruments[0]?.content, [
    {
      kind: 'depth-diff',
      records: 2,
      firstTime: '2024-08-08T00:00:01.000000Z',
      lastTime: '2024-08-08T00:00:02.000000Z',
    },
    {
      kind: 'depth-snapshot',
      records: 1,
      firstTime: '2024-08-08T00:00:00.000000Z',
      lastTime: '2024-08-08T00:00:00.000000Z',
    },
  ])
})

test('a tape that is not there is named with the remedy', async (t) => {
  const { exit, stderr } = await new CommandLine(t).run('info', 'b.tape')
  assert.equal(exit, 2)
  assert.match(stderr, /^tapewright: b\.tape: there is no such tape[^\n]*\n$/)
})

test('a flipped bit in the middle is located: file, block and byte', async (t) => {
  const line = new CommandLine(t)
  const file = line.path('a.tape')
  await writeTape(file, depthRows(SNAPSHOT, FIRST, SECOND_DIFF))
  const bytes = readFileSync(file)
  const { blocksStart } = await readSegmentFile(file)
  bytes[blocksStart + 200] = (bytes[blocksStart + 200] ?? 0) ^ 1
  writeFileSync(file, bytes)
  for (const command of ['info', 'book']) {
    const { exit, stdout, stderr } = await line.run(command, 'a.tape')
    assert.deepEqual({ exit, stdout }, { exit: 2, stdout: '' })
    assert.match(stderr, /^tapewright: a\.tape, block 0 at byte \d+: [^\n]*\n$/)
  }
})

test('a torn tail is cut and reported, and the rows before it are kept', async (t) => {
  const line = new CommandLine(t)
  const file = line.path('a.tape')
  // A process that dies leaves a live segment: preallocated, not sealed, its last block cut short.
  const segment = createLiveSegment(file, { lane: 'market', ...OPTIONS }, 1 << 16)
  segment.append(depthRows(SNAPSHOT))
  segment.append(depthRows(FIRST))
  const end = (await readSegmentFile(file)).blocksStart + 128 + 2 * 64
  truncateSync(file, end + 150)
  const { exit, stdout, stderr } = await line.run('book', 'a.tape', '--json')
  assert.equal(exit, 0)
  assert.equal((JSON.parse(stdout) as BookAnswer).books[0]?.['lastUpdateId'], 100)
  assert.match(stderr, /^a\.tape: its last \d+ bytes are torn and left out; the 2 rows before them are whole\n$/)
})

test('export writes one table per kind, with the same counts in both formats', async (t) => {
  const line = new CommandLine(t)
  await writeTape(line.path('a.tape'), depthRows(SNAPSHOT, FIRST, SECOND_DIFF))
  for (const format of ['parquet', 'csv']) {
    const { records, tables } = (await line.json(0, 'export', 'a.tape', '--out', format, '--format', format)) as {
      readonly records: number
      readonly tables: readonly { readonly name: string; readonly rows: number; readonly file: string }[]
    }
    assert.equal(records, 3)
    const rows = new Map(tables.map((table) => [table.name, table.rows]))
    assert.deepEqual(
      ['depth-diffs', 'depth-snapshots', 'depth-levels', 'instruments'].map((name) => rows.get(name)),
      [2, 1, 6, 1],
    )
    for (const { file } of tables) assert.ok(existsSync(line.path(file)), file)
  }
  assert.match(readFileSync(line.path('csv/depth-levels.csv'), 'utf8'), /59999\.0/)
})

test('export without a folder, or in a format that is none, is refused', async (t) => {
  const line = new CommandLine(t)
  assert.match((await line.run('export', 'a.tape')).stderr, /^tapewright: where to\? Add --out FOLDER\n$/)
  const { stderr } = await line.run('export', 'a.tape', '--out', 'x', '--format', 'xlsx')
  assert.equal(stderr, 'tapewright: --format xlsx: choose parquet or csv\n')
})
