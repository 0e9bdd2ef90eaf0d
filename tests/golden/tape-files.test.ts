import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { printRow } from '../../src/core/tape/print.ts'
import { kindName } from '../../src/core/tape/fields.ts'
import { kindOf } from '../../src/core/tape/row-buffer.ts'
import { tapeInfo } from '../../src/node/tape-files.ts'
import { openTape } from '../../src/node/tape-reader.ts'
import { recordStarts, sampleInstruments } from '../../src/testing/sample-records.ts'
import { goldenFile, goldenTape, sampleLane } from '../../tools/tape-format.ts'

/** Written once by the first format; these hashes never change. */
const HASHES = {
  market: '9495621213db618e7c9849076cc365a00497af2240f3f8340e29d83a8a45ec09',
  money: '280d4c2401d5ab6c610b8ec96f6202820dbeb5d95920057d8077da23f4836444',
} as const

for (const lane of ['market', 'money'] as const) {
  test(`the first ${lane} tape ever written still reads with the same rows and the same hash`, async () => {
    const tape = await openTape(goldenTape(lane))
    assert.equal(tape.hash, HASHES[lane])
    assert.equal(tape.lane, lane)
    assert.deepEqual(tape.instruments, sampleInstruments)
    assert.deepEqual(tape.origin, { build: 'tapewright 0.1.0', createdAt: 1_723_075_200_000_000 })
    const rows = await tape.next()
    assert.ok(rows)
    const wanted = sampleLane(lane)
    assert.deepEqual(Buffer.from(rows.u8), Buffer.from(wanted.u8.subarray(0, wanted.length * 64)))
    for (const row of recordStarts(rows)) {
      const golden: string | undefined = readFileSync(goldenFile(kindName(kindOf(rows, row))), 'utf8').split('\n')[0]
      assert.equal(`# ${printRow(rows, row, tape.instruments)}`, golden)
    }
    assert.equal(await tape.next(), undefined)
    await tape.close()
    const info = await tapeInfo(goldenTape(lane))
    assert.equal(info.records, recordStarts(wanted).length)
  })
}
