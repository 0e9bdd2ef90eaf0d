import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { AssertionError } from '../core/assert.ts'
import { BLOCK_ROWS } from '../core/tape/block.ts'
import { NO_INSTRUMENT } from '../core/tape/layout.ts'
import { RowBuffer } from '../core/tape/row-buffer.ts'
import { TapeError } from '../core/tape/tape-error.ts'
import { randomRecords, rowsOf } from '../testing/random-records.ts'
import { sampleInstruments, sampleRecords } from '../testing/sample-records.ts'
import { allRows, bytesOf, marketTape, moneyTape, plainRows, scratchFolder } from '../testing/tape-files.ts'
import { tapeInfo } from './tape-files.ts'
import { openTape } from './tape-reader.ts'
import { createTape, type TapeOptions } from './tape-writer.ts'

async function writeTape(file: string, options: TapeOptions, ...buffers: readonly RowBuffer[]): Promise<string> {
  const writer = await createTape(file, options)
  for (const rows of buffers) await writer.append(rows)
  return (await writer.seal()).hash
}

test('a tape gives back exactly the rows that it was given, in blocks that hold whole records', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const buffers = [plainRows(5), plainRows(20_000, 5), rowsOf([{ kind: 4, raw: 300, seed: 7 }]), plainRows(8_000)]
  const hash = await writeTape(file, marketTape, ...buffers)
  const tape = await openTape(file)
  assert.equal(tape.hash, hash)
  assert.deepEqual(tape.instruments, sampleInstruments)
  assert.equal(tape.lane, 'market')
  const given = Buffer.concat(buffers.map(bytesOf))
  assert.ok(given.equals(await allRows(tape)))
})

test('blocks are full but for the last, and each states the sequence of its first record', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  await writeTape(file, { ...marketTape, firstSequence: 1_000 }, plainRows(20_000))
  const tape = await openTape(file)
  const blocks: [number, number][] = []
  for (let rows = await tape.next(); rows !== undefined; rows = await tape.next()) {
    blocks.push([tape.firstSequence, rows.length])
  }
  assert.deepEqual(blocks, [
    [1_000, BLOCK_ROWS],
    [1_000 + BLOCK_ROWS, BLOCK_ROWS],
    [1_000 + 2 * BLOCK_ROWS, 20_000 - 2 * BLOCK_ROWS],
  ])
  await tape.close()
})

test('sequence numbers that money rows took leave holes between market batches', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const writer = await createTape(file, marketTape)
  await writer.append(plainRows(BLOCK_ROWS), 0)
  await writer.append(plainRows(10), BLOCK_ROWS + 7)
  assert.equal(writer.nextSequence, BLOCK_ROWS + 17)
  await writer.seal()
  const tape = await openTape(file)
  await tape.next()
  await tape.next()
  assert.equal(tape.firstSequence, BLOCK_ROWS + 7)
  await tape.close()
})

test('random records of both lanes survive, whatever their bytes', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const batches = (first: number, last: number) => fc.array(randomRecords(first, last, 60), { maxLength: 6 })
  const property = (options: TapeOptions, first: number, last: number) =>
    fc.asyncProperty(batches(first, last), async (lists) => {
      const buffers = lists.map((list) => rowsOf(list))
      await writeTape(file, options, ...buffers)
      assert.ok(Buffer.concat(buffers.map(bytesOf)).equals(await allRows(await openTape(file))))
      const records = lists.flat()
      const info = await tapeInfo(file)
      assert.equal(info.records, records.length)
      assert.equal(
        Object.values(info.kinds).reduce((sum, count) => sum + count, 0),
        records.length,
      )
    })
  await fc.assert(property(marketTape, 1, 63), { numRuns: 60 })
  await fc.assert(property(moneyTape, 64, 255), { numRuns: 60 })
})

test('a record longer than a block has a block of its own', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const long = rowsOf([
    { kind: 5, raw: 0, seed: 1 },
    { kind: 5, raw: 65_535, seed: 2 },
    { kind: 5, raw: 3, seed: 3 },
  ])
  await writeTape(file, marketTape, long)
  assert.ok(bytesOf(long).equals(await allRows(await openTape(file))))
})

test('an empty tape has a hash and no rows', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const hash = await writeTape(file, marketTape)
  assert.equal((await allRows(await openTape(file))).length, 0)
  assert.match(hash, /^[0-9a-f]{64}$/)
})

test('the same rows give the same hash, whoever writes them when and in whatever portions', async (context) => {
  const folder = scratchFolder(context)
  const one = await writeTape(join(folder, 'a.tape'), marketTape, plainRows(10_000))
  const origin = { build: 'another', createdAt: 5 }
  const other = join(folder, 'b.tape')
  assert.equal(await writeTape(other, { ...marketTape, origin }, plainRows(9_000), plainRows(1_000, 9_000)), one)
  assert.notEqual(await writeTape(other, marketTape, plainRows(10_000, 1)), one)
})

test('a tape is under its name only when it is sealed, and gone when it is abandoned', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const writer = await createTape(file, marketTape)
  await writer.append(plainRows(20_000))
  assert.equal(existsSync(file), false)
  await writer.abandon()
  assert.equal(existsSync(`${file}.part`), false)
  await assert.rejects(openTape(file), /a\.tape: there is no such tape\. Check the path/)
})

test('rows of the other lane are a bug of the writer', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const rows = sampleRecords()
  for (const options of [marketTape, moneyTape]) {
    const writer = await createTape(file, options)
    await writer.append(rows)
    await assert.rejects(writer.seal(), AssertionError)
    assert.equal(existsSync(`${file}.part`), false)
  }
})

test('a record that overruns its buffer is a bug of the writer', async (context) => {
  const writer = await createTape(join(scratchFolder(context), 'a.tape'), marketTape)
  const rows = plainRows(3)
  rows.u16[2 * 32 + 1] = 1
  await assert.rejects(writer.append(rows), /overruns its buffer/)
  await writer.abandon()
})

test('a changed byte anywhere in a sealed tape is found, and named with block and byte', async (context) => {
  const folder = scratchFolder(context)
  const file = join(folder, 'a.tape')
  await writeTape(file, marketTape, plainRows(BLOCK_ROWS * 2 + 100))
  const whole = readFileSync(file)
  const damagedFile = join(folder, 'b.tape')
  for (let at = 0; at < whole.length; at += at < 4_096 || at > whole.length - 1_024 ? 13 : 997) {
    const damaged = Buffer.from(whole)
    damaged[at] = (damaged[at] as number) ^ (1 << (at % 8))
    writeFileSync(damagedFile, damaged)
    const error = await failureOf(async () => allRows(await openTape(damagedFile)))
    assert.ok(error instanceof TapeError, `byte ${at}: ${String(error)}`)
    assert.equal(error.file, damagedFile)
    if (error.block !== undefined) {
      assert.ok(error.offset !== undefined && error.offset <= at, `byte ${at}: ${error.message}`)
      assert.match(error.message, /block \d at byte \d+: .*\. Restore the file/)
    }
  }
})

test('rows before a damaged block are delivered, none behind it', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  await writeTape(file, marketTape, plainRows(BLOCK_ROWS * 6))
  const damaged = readFileSync(file)
  const at = Math.floor(damaged.length / 2)
  damaged[at] = (damaged[at] as number) ^ 4
  writeFileSync(file, damaged)
  const tape = await openTape(file)
  let rows = 0
  const error = await failureOf(async () => {
    for (let buffer = await tape.next(); buffer !== undefined; buffer = await tape.next()) rows += buffer.length
  })
  assert.ok(error instanceof TapeError)
  assert.equal(rows, (error.block ?? -1) * BLOCK_ROWS)
  await tape.close()
})

test('a sealed tape that lost its end is refused at once', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  await writeTape(file, marketTape, plainRows(10_000))
  const whole = readFileSync(file)
  for (const length of [whole.length - 1, whole.length - 64, whole.length - 500, 2_000]) {
    writeFileSync(file, whole.subarray(0, length))
    await assert.rejects(openTape(file), /a sealed tape must end with its trailer/)
  }
})

test('swapped blocks break the chain', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  await writeTape(file, marketTape, plainRows(BLOCK_ROWS * 3))
  const whole = readFileSync(file)
  const starts: number[] = []
  for (let at = 0; at < whole.length; at += 64) if (whole.toString('latin1', at, at + 4) === 'BLCK') starts.push(at)
  const [first = 0, second = 0, third = 0] = starts
  const swapped = [
    whole.subarray(0, first),
    whole.subarray(second, third),
    whole.subarray(first, second),
    whole.subarray(third),
  ]
  writeFileSync(file, Buffer.concat(swapped))
  await assert.rejects(allRows(await openTape(file)), /block 0 at byte \d+: block 1 stands in its place/)
})

test('kinds of a newer build are passed through and counted by number', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  const rows = new RowBuffer(8)
  rows.append(60, 0, 1, 0, 2)
  rows.append(61, 0, 1, NO_INSTRUMENT, 0)
  rows.append(3, 0, 1, 0, 0)
  await writeTape(file, marketTape, rows)
  assert.ok(bytesOf(rows).equals(await allRows(await openTape(file))))
  assert.deepEqual((await tapeInfo(file)).kinds, { 'best-bid-ask': 1, 'kind-60': 1, 'kind-61': 1 })
})

test('a reader can stop in the middle', async (context) => {
  const file = join(scratchFolder(context), 'a.tape')
  await writeTape(file, marketTape, plainRows(BLOCK_ROWS * 20))
  const tape = await openTape(file)
  const rows = await tape.next()
  assert.ok(rows)
  tape.release(rows)
  assert.equal(rows.u8.length, 0, 'a released buffer shows nothing')
  await tape.close()
  assert.equal(await tape.next(), undefined)
  const untouched = await openTape(file)
  await untouched.close()
})

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error
  }
}
