import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordStarts, sampleInstrument, sampleInstruments, sampleRecords } from '../../testing/sample-records.ts'
import { joinInstruments, remapRows, type InstrumentMap } from './instrument-map.ts'
import { printRow } from './print.ts'

const [btc, shib] = sampleInstruments
const eth = sampleInstrument('ETHUSDT', 'ETH', 2, 3)

test('equal instruments become one entry, and the first table keeps its numbers', () => {
  const { instruments, maps } = joinInstruments([sampleInstruments, [eth, ...sampleInstruments.toReversed()], [eth]])
  assert.deepEqual(instruments, [btc, shib, eth])
  assert.equal(maps[0], undefined)
  assert.deepEqual([...(maps[1] as InstrumentMap).instruments], [2, 1, 0])
  assert.deepEqual([...(maps[2] as InstrumentMap).instruments], [2])
})

test('another version of an instrument is another entry', () => {
  const next = { ...eth, version: 2, tickSize: 5 }
  assert.equal(joinInstruments([[eth], [next]]).instruments.length, 2)
})

test('remapped rows say the same about the joined table, instruments and assets alike', () => {
  const { instruments, maps } = joinInstruments([[eth], sampleInstruments])
  const before = sampleRecords()
  const after = sampleRecords()
  remapRows(after, maps[1] as InstrumentMap)
  for (const row of recordStarts(before)) {
    assert.equal(printRow(after, row, instruments), printRow(before, row, sampleInstruments))
  }
  assert.notDeepEqual(after.u8, before.u8)
})

test('more instruments than a row can number are refused', () => {
  const many = Array.from({ length: 65_536 }, (_, i) => ({ ...eth, symbol: `S${i}` }))
  assert.throws(() => joinInstruments([many]), /more than 65535 instruments/)
})
