import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { APPEND_TIME } from '../../core/tape/layout.ts'
import { recordRows, RowBuffer } from '../../core/tape/row-buffer.ts'
import { mergeByTime } from './time-merge.ts'

/** A record for the test: its time, and how many raw rows it owns. */
interface Sample {
  readonly time: number
  readonly more: number
}

const file = fc
  .array(fc.record({ time: fc.nat(30), more: fc.oneof({ weight: 9, arbitrary: fc.nat(2) }, fc.constant(9000)) }), {
    maxLength: 20,
  })
  .map((samples) => samples.toSorted((a, b) => a.time - b.time))

/** The samples in buffers of a few records each, every record marked with file and place in its source field. */
async function* rowsOf(samples: readonly Sample[], order: number): AsyncGenerator<RowBuffer, void, undefined> {
  for (let from = 0; from < samples.length; from += 3) {
    const part = samples.slice(from, from + 3)
    const buffer = new RowBuffer(part.reduce((rows, { more }) => rows + 1 + more, 0))
    part.forEach(({ time, more }, place) => {
      const row = buffer.append(1, 0, order, from + place, more)
      buffer.f64[row * 8 + APPEND_TIME] = time
    })
    yield buffer
    buffer.u8.fill(0xff) // whoever still reads it has broken the rule
    await Promise.resolve()
  }
}

test('every record comes once, in order of time, at the same moment in the order of the files', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 6 }), async (files) => {
      const sources = files.map((samples, order) => ({
        firstTime: samples[0]?.time ?? 0,
        open: () => rowsOf(samples, order),
      }))
      const merged: number[][] = []
      for await (const buffer of mergeByTime(sources)) {
        for (let row = 0; row < buffer.length; row += recordRows(buffer, row)) {
          merged.push([
            buffer.f64[row * 8 + APPEND_TIME] ?? NaN,
            buffer.u16[row * 32 + 2] ?? NaN,
            buffer.u16[row * 32 + 3] ?? NaN,
          ])
        }
      }
      const expected = files.flatMap((samples, order) => samples.map(({ time }, place) => [time, order, place]))
      expected.sort(
        ([time = 0, order = 0, place = 0], [otherTime = 0, otherOrder = 0, otherPlace = 0]) =>
          time - otherTime || order - otherOrder || place - otherPlace,
      )
      assert.deepEqual(merged, expected)
    }),
  )
})
