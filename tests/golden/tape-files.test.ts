import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { kindName } from '../../src/core/tape/fields.ts'
import { kindOf } from '../../src/core/tape/row-buffer.ts'
import type { Lane } from '../../src/core/tape/segment.ts'
import { tapeInfo } from '../../src/node/tape-files.ts'
import { openTape } from '../../src/node/tape-reader.ts'
import { recordStarts, sampleInstruments } from '../../src/testing/sample-records.ts'
import { goldenFile, goldenTape, hexDump } from '../../tools/tape-format.ts'

/** Written once by the first format; these figures never change. Kinds that joined later are not in these files. */
const FIRST = {
  market: { hash: '77f2d1d21107e448724ff4f9f573ad0203d5ed8f76b39e37ebfdaf20eb16b576', records: 15 },
  money: { hash: '1593317e0e46f354e048076cfd1a10fae90dc7a9dc122ebfe99116c12cb671b6', records: 20 },
} as const

for (const [lane, { hash, records }] of Object.entries(FIRST)) {
  test(`the first ${lane} tape ever written still reads with the same rows and the same hash`, async () => {
    const tape = await openTape(goldenTape(lane as Lane))
    assert.equal(tape.hash, hash)
    assert.equal(tape.lane, lane)
    assert.deepEqual(tape.instruments, sampleInstruments)
    assert.deepEqual(tape.origin, { build: 'tapewright 0.1.0', createdAt: 1_723_075_200_000_000 })
    const rows = await tape.next()
    assert.ok(rows)
    assert.equal(recordStarts(rows).length, records)
    for (const row of recordStarts(rows)) {
      const golden: string = readFileSync(goldenFile(kindName(kindOf(rows, row))), 'utf8')
      assert.equal(hexDump(rows, row), golden)
    }
    assert.equal(await tape.next(), undefined)
    await tape.close()
    assert.equal((await tapeInfo(goldenTape(lane as Lane))).records, records)
  })
}
