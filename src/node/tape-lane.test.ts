import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { RowBuffer } from '../core/tape/row-buffer.ts'
import { printRow } from '../core/tape/print.ts'
import { rowsOf } from '../testing/random-records.ts'
import { sampleInstrument, sampleInstruments } from '../testing/sample-records.ts'
import { allRows, bytesOf, marketTape, moneyTape, plainRows, scratchFolder } from '../testing/tape-files.ts'
import { pruneSegments, sealSegment, tapeInfo } from './tape-files.ts'
import { openLane, type LaneOptions, type LaneWriter } from './tape-lane.ts'
import { createLiveSegment } from './tape-live.ts'
import { openTape } from './tape-reader.ts'

const DAY = 86_400_000_000
const small: LaneOptions = {
  lane: 'market',
  instruments: sampleInstruments,
  origin: marketTape.origin,
  segmentBytes: 700_000,
  segmentMicros: DAY,
}

/** Ten appends of 3,000 rows: four segments of 700 kB. */
async function fill(lane: LaneWriter): Promise<Buffer> {
  const given: Buffer[] = []
  for (let i = 0; i < 10; i++) {
    const rows = plainRows(3_000, 3_000 * i)
    lane.append(rows)
    lane.sync()
    given.push(bytesOf(rows))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return Buffer.concat(given)
}

test('a lane is cut into chained segments that read as one tape', async (context) => {
  const folder = scratchFolder(context)
  const lane = await openLane(folder, small)
  const given = await fill(lane)
  await lane.close()
  assert.deepEqual(readdirSync(folder), ['000001.tape', '000002.tape', '000003.tape', '000004.tape'])
  const tape = await openTape(folder)
  assert.equal(tape.segments.length, 4)
  assert.ok(given.equals(await allRows(tape)))
  const info = await tapeInfo(folder)
  assert.deepEqual(
    info.segments.map(({ form }) => form),
    ['sealed', 'sealed', 'sealed', 'sealed'],
  )
  assert.equal(info.rows, 30_000)
  assert.equal(info.kinds['best-bid-ask'], 30_000)
  assert.equal(info.lastTime - info.firstTime, 29_999_000)
  assert.equal(info.hash, tape.hash)
})

test('a list of segments reads like their folder', async (context) => {
  const folder = scratchFolder(context)
  const lane = await openLane(folder, small)
  const given = await fill(lane)
  await lane.close()
  const files = readdirSync(folder).map((name) => join(folder, name))
  assert.ok(given.equals(await allRows(await openTape(files))))
})

test('a new session goes on where the last one ended, in sequence and chain', async (context) => {
  const folder = scratchFolder(context)
  const first = await openLane(folder, small)
  first.append(plainRows(10))
  await first.close()
  const second = await openLane(folder, small)
  assert.equal(second.nextSequence, 10)
  second.append(plainRows(5, 10))
  await second.close()
  const tape = await openTape(folder)
  assert.ok(bytesOf(plainRows(15)).equals(await allRows(tape)))
})

test('a crash is mended when the lane is opened again, and its torn tail reported', async (context) => {
  const folder = scratchFolder(context)
  const crashed = await openLane(folder, small)
  crashed.append(plainRows(10))
  crashed.sync()
  crashed.append(plainRows(10, 10))
  const file = crashed.file
  const bytes = readFileSync(file)
  bytes.fill(0, bytes.findLastIndex((byte) => byte !== 0) - 300, bytes.length)
  writeFileSync(file, bytes)
  const next = await openLane(folder, small)
  assert.deepEqual(
    next.torn.map(({ keptRows }) => keptRows),
    [10],
  )
  next.append(plainRows(1, 10))
  await next.close()
  assert.ok(bytesOf(plainRows(11)).equals(await allRows(await openTape(folder))))
})

test('a crash after a segment was finished and before it was sealed keeps the chain', async (context) => {
  const folder = scratchFolder(context)
  const names = ['000001.tape', '000002.tape'].map((name) => join(folder, name))
  const [one = '', two = ''] = names
  const first = createLiveSegment(one, marketTape, 300_000)
  first.append(plainRows(3))
  first.close()
  const second = createLiveSegment(two, { ...marketTape, segment: 2, previous: first.hash, firstSequence: 3 }, 300_000)
  second.append(plainRows(4, 3))
  second.close()
  const given = bytesOf(plainRows(7))
  assert.ok(given.equals(await allRows(await openTape(folder))))
  for (const file of names) {
    await sealSegment(file)
    assert.ok(given.equals(await allRows(await openTape(folder))))
  }
})

test('segments are sealed in order, and each names the sealed hash of the one before', async (context) => {
  const folder = scratchFolder(context)
  const lane = await openLane(folder, small)
  await fill(lane)
  await lane.close()
  const { segments } = await tapeInfo(folder)
  for (const [i, { file }] of segments.entries()) {
    const text = readFileSync(file).toString('latin1')
    const previous = /"previous":"([0-9a-f]*)"/.exec(text)?.[1]
    assert.equal(previous, i === 0 ? '' : segments[i - 1]?.hash)
  }
})

test('a segment is finished by age, seen by append times', async (context) => {
  const folder = scratchFolder(context)
  const lane = await openLane(folder, { ...small, segmentMicros: 1_000_000 })
  for (let i = 0; i < 4; i++) lane.append(plainRows(500, 500 * i)) // half a second each
  await lane.close()
  assert.deepEqual(
    (await tapeInfo(folder)).segments.map(({ rows }) => rows),
    [1_000, 1_000],
  )
})

test('rows of segments with different instrument tables come out with one table', async (context) => {
  const folder = scratchFolder(context)
  const eth = sampleInstrument('ETHUSDT', 'ETH', 2, 3)
  const lane = await openLane(folder, small)
  lane.append(plainRows(2))
  lane.rotate([eth, ...sampleInstruments])
  lane.append(plainRows(2, 2))
  await lane.close()
  const tape = await openTape(folder)
  assert.deepEqual(
    tape.instruments.map(({ symbol }) => symbol),
    ['BTCUSDT', '1000SHIBUSDT', 'ETHUSDT'],
  )
  const names: string[] = []
  for (let rows = await tape.next(); rows !== undefined; rows = await tape.next()) {
    for (let row = 0; row < rows.length; row++) names.push(printRow(rows, row, tape.instruments).split(' ')[1] ?? '')
  }
  const [btc, shib, ether] = ['BTCUSDT', '1000SHIBUSDT', 'ETHUSDT'].map((symbol) => `binance-usdm:${symbol}`)
  assert.deepEqual(names, [btc, shib, ether, btc])
  await tape.close()
})

test('a missing or replaced segment breaks the chain and is named', async (context) => {
  const folder = scratchFolder(context)
  const lane = await openLane(folder, small)
  await fill(lane)
  await lane.close()
  rmSync(join(folder, '000002.tape'))
  await assert.rejects(
    openTape(folder),
    /000003\.tape, at byte 0: it does not continue .*000001\.tape: a segment between/,
  )
})

test('segments of two lanes are not read as one tape', async (context) => {
  const folder = scratchFolder(context)
  const market = await openLane(join(folder, 'market'), small)
  await market.close()
  const money = await openLane(join(folder, 'money'), { ...small, lane: 'money' })
  await money.close()
  await assert.rejects(openTape([join(folder, 'market'), join(folder, 'money')]), /belongs to the money lane/)
})

test('a money lane counts on behind the last sequence that its inputs own', async (context) => {
  const folder = scratchFolder(context)
  const lane = await openLane(folder, { ...small, lane: 'money' })
  const input: RowBuffer = rowsOf([{ kind: 66, raw: 0, seed: 1 }], 41)
  lane.append(input)
  lane.append(rowsOf([{ kind: 131, raw: 0, seed: 2 }], 41))
  assert.equal(lane.nextSequence, 42)
  await lane.close()
  const next = await openLane(folder, { ...small, lane: 'money' })
  assert.equal(next.nextSequence, 42)
  await next.close()
})

test('retention deletes old segments of a market lane by size or age, never the newest', async (context) => {
  const folder = scratchFolder(context)
  const lane = await openLane(folder, small)
  await fill(lane)
  await lane.close()
  const before = await tapeInfo(folder)
  assert.deepEqual(await pruneSegments(folder, { keepBytes: 1e9 }), [])
  const keepBytes = (before.segments[3]?.bytes ?? 0) + (before.segments[2]?.bytes ?? 0)
  assert.deepEqual(await pruneSegments(folder, { keepBytes }), [
    join(folder, '000001.tape'),
    join(folder, '000002.tape'),
  ])
  const rest = await openTape(folder)
  assert.equal((await allRows(rest)).length, 64 * ((before.segments[2]?.rows ?? 0) + (before.segments[3]?.rows ?? 0)))
  assert.deepEqual(await pruneSegments(folder, { keepDays: 3, now: before.lastTime + 2 * DAY }), [])
  assert.deepEqual(await pruneSegments(folder, { keepDays: 3, now: before.lastTime + 4 * DAY }), [
    join(folder, '000003.tape'),
  ])
  assert.deepEqual(readdirSync(folder), ['000004.tape'])
})

test('retention refuses a money lane', async (context) => {
  const folder = scratchFolder(context)
  const lane = await openLane(folder, { ...small, lane: 'money' })
  await lane.close()
  await assert.rejects(pruneSegments(folder, { keepBytes: 0 }), /money lane, which is kept for ever/)
})

test('sealing a sealed segment changes nothing', async (context) => {
  const folder = scratchFolder(context)
  const lane = await openLane(folder, { ...small, lane: moneyTape.lane ?? 'money' })
  await lane.close()
  const file = join(folder, '000001.tape')
  const before = readFileSync(file)
  assert.equal(await sealSegment(file), undefined)
  assert.ok(before.equals(readFileSync(file)))
})

test('a folder without segments is no tape', async (context) => {
  await assert.rejects(openTape(scratchFolder(context)), /no segments \(\*\.tape\) in this folder/)
})
