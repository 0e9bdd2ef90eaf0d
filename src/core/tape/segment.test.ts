import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { sampleInstruments } from '../../testing/sample-records.ts'
import {
  chainStart,
  decodeHeader,
  decodePrefix,
  decodeTotals,
  decodeTrailer,
  encodeFooter,
  encodeHeader,
  padded,
  PREFIX_BYTES,
  TRAILER_BYTES,
  type Checks,
  type SegmentHeader,
  type Totals,
} from './segment.ts'
import { TapeError } from './tape-error.ts'

const checks: Checks = {
  crc32: (bytes) => crc32(bytes),
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
}

const header: SegmentHeader = {
  lane: 'market',
  segment: 3,
  firstSequence: 123_456_789_012,
  previous: 'ab'.repeat(32),
  instruments: sampleInstruments,
  layouts: { '1': 1, '7': 2 },
}
const origin = { build: 'tapewright 0.1.0', createdAt: 1_723_075_200_000_000 }
const totals: Totals = {
  blocks: 2,
  rows: 9_000,
  records: 8_999,
  kinds: { '1': 8_000, '4': 998, '61': 1 },
  firstTime: 1_723_075_200_000_000,
  lastTime: 1_723_075_260_000_000,
  nextSequence: 8_999,
  liveHash: '',
}

function read(bytes: Uint8Array): ReturnType<typeof decodeHeader> {
  const prefix = decodePrefix(bytes.subarray(0, PREFIX_BYTES), 'a.tape', checks)
  return decodeHeader(prefix, bytes.subarray(PREFIX_BYTES, prefix.end), 'a.tape', checks)
}

test('a header is read as it was written', () => {
  const bytes = encodeHeader('live', header, origin, checks)
  assert.equal(bytes.length % 64, 0)
  assert.equal(decodePrefix(bytes, 'a.tape', checks).form, 'live')
  assert.deepEqual(read(bytes).header, header)
  assert.deepEqual(read(bytes).origin, origin)
})

test('the chain begins with what the header says about rows, not with who wrote it when', () => {
  const mine = read(encodeHeader('live', header, origin, checks)).chain
  const other = read(encodeHeader('sealed', header, { build: 'other', createdAt: 5 }, checks)).chain
  assert.deepEqual(mine, other)
  assert.deepEqual(mine, chainStart(header, checks))
  assert.notDeepEqual(mine, chainStart({ ...header, previous: '' }, checks))
})

test('a changed bit anywhere in a header is found', () => {
  const bytes = encodeHeader('sealed', header, origin, checks)
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice()
    damaged[at] = (damaged[at] as number) ^ (1 << (at % 8))
    assert.throws(() => read(damaged), TapeError, `byte ${at}`)
  }
})

test('a header cut at any length is called cut, and other files are called no tape', () => {
  const bytes = encodeHeader('live', header, origin, checks)
  for (let length = 1; length < bytes.length; length++) {
    assert.throws(() => read(bytes.subarray(0, length)), /inside its header/, `${length} bytes`)
  }
  assert.throws(() => read(new Uint8Array(0)), /this is no tape.*tapewright import/)
  assert.throws(() => read(new TextEncoder().encode('{"stream":"btcusdt@trade"}'.repeat(9))), /this is no tape/)
})

test('a newer format is refused with the remedy', () => {
  const bytes = encodeHeader('sealed', header, origin, checks)
  bytes[8] = 2
  assert.throws(() => read(bytes), /it has tape format 2; this build reads formats up to 1\. Use the newer tapewright/)
})

test('keys of a newer header are ignored', () => {
  const newer = { ...header, instruments: header.instruments.map((entry) => ({ ...entry, colour: 'red' })) }
  const found = read(encodeHeader('sealed', newer, origin, checks)).header
  assert.deepEqual(found.instruments, header.instruments)
})

test('an instrument without one of its rules is named', () => {
  const { tickSize, ...rest } = sampleInstruments[0] as (typeof sampleInstruments)[number]
  assert.equal(tickSize, 1)
  const broken = { ...header, instruments: [rest] } as unknown as SegmentHeader
  assert.throws(() => read(encodeHeader('sealed', broken, origin, checks)), /instrument 0 has no usable tickSize/)
})

test('a footer is read as it was written, and a changed bit anywhere in it is found', () => {
  const chain = checks.sha256(Uint8Array.of(1))
  const blocksEnd = 4_096
  const bytes = encodeFooter(totals, blocksEnd, chain, checks)
  const readFooter = (footer: Uint8Array): Totals => {
    const end = footer.subarray(-TRAILER_BYTES)
    const trailer = decodeTrailer(end, 'a.tape', blocksEnd + footer.length, checks)
    assert.deepEqual(Buffer.from(trailer.chain), Buffer.from(chain))
    return decodeTotals(trailer, footer.subarray(0, padded(trailer.jsonBytes)), 'a.tape', checks)
  }
  assert.deepEqual(readFooter(bytes), totals)
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice()
    damaged[at] = (damaged[at] as number) ^ (1 << (at % 8))
    assert.throws(() => readFooter(damaged), TapeError, `byte ${at}`)
  }
  const missing = encodeFooter(totals, blocksEnd + 64, chain, checks)
  assert.throws(() => readFooter(missing), /bytes are missing before them/)
})
