import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { AssertionError } from '../core/assert.ts'
import type { RowBuffer } from '../core/tape/row-buffer.ts'
import { TapeError } from '../core/tape/tape-error.ts'
import { randomRecords, rowsOf } from '../testing/random-records.ts'
import { sampleRecords } from '../testing/sample-records.ts'
import { allRows, bytesOf, marketTape, moneyTape, plainRows, scratchFolder } from '../testing/tape-files.ts'
import { sealSegment, tapeInfo } from './tape-files.ts'
import { createLiveSegment } from './tape-live.ts'
import { openTape } from './tape-reader.ts'
import { readSegmentFile } from './tape-segment-file.ts'

const CAPACITY = 1 << 20

/** A live segment as a crash leaves it, each buffer a block, synced or not after each. */
function crashedSegment(file: string, buffers: readonly RowBuffer[], synced: boolean): void {
  const segment = createLiveSegment(file, marketTape, CAPACITY)
  for (const rows of buffers) {
    segment.append(rows)
    if (synced) segment.sync()
  }
  // A process that dies leaves the preallocated file as it is: no close.
}

/** Byte offsets of the blocks of a live segment, and the end of the last. */
async function blockOffsets(file: string, buffers: readonly RowBuffer[]): Promise<number[]> {
  const offsets = [(await readSegmentFile(file)).blocksStart]
  for (const rows of buffers) offsets.push((offsets.at(-1) ?? 0) + 128 + rows.length * 64)
  return offsets
}

test('a live segment is read while it is being written, up to the last append', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const segment = createLiveSegment(file, marketTape, CAPACITY)
  assert.equal((await allRows(await openTape(file))).length, 0)
  segment.append(plainRows(1))
  segment.append(plainRows(100, 1))
  segment.sync()
  const tape = await openTape(file)
  assert.equal(tape.hash, segment.hash)
  assert.deepEqual(tape.report.torn, [])
  assert.ok(Buffer.concat([plainRows(1), plainRows(100, 1)].map(bytesOf)).equals(await allRows(tape)))
  segment.close()
})

test('a closed segment gives its unused space back and keeps its rows', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const segment = createLiveSegment(file, marketTape, CAPACITY)
  segment.append(plainRows(10))
  assert.equal(segment.unsynced, 1)
  segment.close()
  assert.ok(statSync(file).size < 8_192)
  assert.ok(bytesOf(plainRows(10)).equals(await allRows(await openTape(file))))
  assert.throws(() => segment.append(plainRows(1)), /no room for 1 rows, or is closed/)
})

test('random records survive a live segment and its sealing', async (context) => {
  const folder = scratchFolder(context)
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(randomRecords(64, 255, 30), { maxLength: 8 }), async (lists) => {
      const file = join(folder, `${run++}.tape`)
      const segment = createLiveSegment(file, moneyTape, CAPACITY)
      const buffers = lists.map((list) => rowsOf(list))
      for (const rows of buffers) if (segment.room(rows.length)) segment.append(rows)
      segment.close()
      const given = Buffer.concat(buffers.map(bytesOf))
      assert.ok(given.equals(await allRows(await openTape(file))))
      const live = await tapeInfo(file)
      assert.equal(await sealSegment(file), undefined)
      assert.ok(given.equals(await allRows(await openTape(file))))
      const sealed = await tapeInfo(file)
      assert.deepEqual(sealed.kinds, live.kinds)
      assert.equal(sealed.segments[0]?.form, 'sealed')
    }),
    { numRuns: 30 },
  )
})

test('a tail torn at any byte of the last block is cut there and reported; every row before it is kept', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const buffers = [plainRows(2), rowsOf([{ kind: 4, raw: 2, seed: 5 }]), plainRows(1, 2)]
  crashedSegment(file, buffers, true)
  const whole = readFileSync(file)
  const offsets = await blockOffsets(file, buffers)
  const [last = 0, end = 0] = offsets.slice(-2)
  const kept = Buffer.concat(buffers.slice(0, -1).map(bytesOf))
  for (let cut = last; cut < end; cut++) {
    writeFileSync(file, whole.subarray(0, cut))
    await expectTail(file, kept, 5, cut - last)
  }
  for (let cut = last; cut < end; cut++) {
    // The same crash in a preallocated file: zeros instead of the end.
    writeFileSync(file, Buffer.concat([whole.subarray(0, cut), Buffer.alloc(4_096)]))
    const rest = whole.subarray(cut, end)
    if (rest.every((byte) => byte === 0)) continue // what is missing is zero anyway: the block is whole
    const used = whole.subarray(last, cut).findLastIndex((byte) => byte !== 0) + 1
    await expectTail(file, kept, 5, used)
  }
})

/** Checks what is kept, and what is reported as cut. `cut` bytes may end with zeros, which are not counted. */
async function expectTail(file: string, kept: Buffer, keptRows: number, cut: number): Promise<void> {
  const tape = await openTape(file)
  const [torn] = tape.report.torn
  if (cut === 0) assert.equal(torn, undefined)
  else {
    assert.deepEqual([torn?.file, torn?.keptRows], [file, keptRows])
    assert.ok((torn?.cutBytes ?? 0) <= cut && (torn?.cutBytes ?? 0) > cut - 64, `${torn?.cutBytes} of ${cut}`)
  }
  assert.ok(kept.equals(await allRows(tape)), `cut at ${cut}`)
}

test('a crash between two blocks loses nothing and reports nothing', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const buffers = [plainRows(3), plainRows(4, 3)]
  crashedSegment(file, buffers, true)
  const [, , end = 0] = await blockOffsets(file, buffers)
  writeFileSync(file, readFileSync(file).subarray(0, end))
  const tape = await openTape(file)
  assert.deepEqual(tape.report.torn, [])
  assert.ok(Buffer.concat(buffers.map(bytesOf)).equals(await allRows(tape)))
})

test('damage to a block that a later one proves durable halts with block and byte', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const buffers = Array.from({ length: 6 }, (_, i) => plainRows(3, 3 * i))
  crashedSegment(file, buffers, true)
  const whole = readFileSync(file)
  const offsets = await blockOffsets(file, buffers)
  const lastBlock = offsets.at(-2) ?? 0
  for (let at = offsets[0] ?? 0; at < lastBlock; at += 11) {
    const damaged = Buffer.from(whole)
    damaged[at] = (damaged[at] as number) ^ (1 << (at % 8))
    writeFileSync(file, damaged)
    const block = offsets.findLastIndex((offset) => offset <= at)
    await assert.rejects(openTape(file), (error: unknown) => {
      assert.ok(error instanceof TapeError, String(error))
      assert.deepEqual([error.block, error.offset], [block, offsets[block]], `byte ${at}: ${error.message}`)
      return true
    })
  }
})

test('blocks that were never synced may be lost out of order: the tail is cut, not called damage', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const buffers = Array.from({ length: 4 }, (_, i) => plainRows(3, 3 * i))
  crashedSegment(file, buffers, false)
  const offsets = await blockOffsets(file, buffers)
  const torn = readFileSync(file)
  torn.fill(0, offsets[1], offsets[2])
  writeFileSync(file, torn)
  const tape = await openTape(file)
  const cutBytes = tape.report.torn[0]?.cutBytes ?? 0
  assert.equal(tape.report.torn[0]?.keptRows, 3)
  assert.ok(cutBytes > (offsets[3] ?? 0) - (offsets[1] ?? 0))
  assert.ok(bytesOf(buffers[0] as RowBuffer).equals(await allRows(tape)))
})

test('a torn segment is sealed without its tail, and says what it lost', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  crashedSegment(file, [plainRows(3), plainRows(4, 3)], true)
  const torn = readFileSync(file)
  const { blocksStart } = await readSegmentFile(file)
  torn[blocksStart + 128 + 3 * 64 + 200] = 0xff
  writeFileSync(file, torn)
  const cut = await sealSegment(file)
  assert.equal(cut?.keptRows, 3)
  const tape = await openTape(file)
  assert.deepEqual(tape.report.torn, [])
  assert.ok(bytesOf(plainRows(3)).equals(await allRows(tape)))
})

test('sealing keeps the sequence of every market block', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const segment = createLiveSegment(file, { ...marketTape, firstSequence: 5 }, CAPACITY * 4)
  segment.append(plainRows(8_000), 5)
  segment.append(plainRows(400), 9_000)
  segment.append(plainRows(8_000), 9_400)
  assert.equal(segment.nextSequence, 17_400)
  segment.close()
  await sealSegment(file)
  const tape = await openTape(file)
  const sequences: number[] = []
  for (let rows = await tape.next(); rows !== undefined; rows = await tape.next()) sequences.push(tape.firstSequence)
  assert.deepEqual(sequences, [5, 9_000 + 192, 9_400 + 7_984])
  await tape.close()
  assert.equal((await readSegmentFile(file)).sealed?.totals.nextSequence, 17_400)
})

test('sync later makes durable what was appended before it', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const segment = createLiveSegment(file, marketTape, CAPACITY)
  segment.append(plainRows(1))
  const synced = segment.syncLater()
  segment.append(plainRows(1, 1))
  await synced
  assert.equal(segment.unsynced, 1)
  segment.sync()
  assert.equal(segment.unsynced, 0)
  segment.close()
})

test('a full segment refuses rows before it writes any', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const segment = createLiveSegment(file, marketTape, CAPACITY)
  const rows = plainRows(8_000)
  segment.append(rows)
  segment.append(rows)
  assert.equal(segment.room(rows.length), false)
  assert.throws(() => segment.append(rows), /no room for 8000 rows/)
  segment.append(plainRows(5))
  segment.close()
  assert.equal((await tapeInfo(file)).rows, 16_005)
})

test('rows of the other lane, and half records, never reach the file', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const segment = createLiveSegment(file, marketTape, CAPACITY)
  const half = plainRows(2)
  half.u16[32 + 1] = 5
  assert.throws(() => segment.append(half), /row 1 overruns its buffer/)
  assert.throws(() => segment.append(sampleRecords()), AssertionError)
  assert.equal((await tapeInfo(file)).rows, 0)
})

test('a live segment never replaces a file', (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  createLiveSegment(file, marketTape, CAPACITY).close()
  assert.throws(() => createLiveSegment(file, marketTape, CAPACITY), /is there already/)
})
