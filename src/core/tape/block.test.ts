import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import {
  BLOCK_HEADER_BYTES,
  blockBytes,
  chainAfter,
  chainBefore,
  decodeBlockHeader,
  digestOf,
  encodeBlockHeader,
  type BlockHeader,
} from './block.ts'
import type { Checks } from './segment.ts'

const checks: Checks = {
  crc32: (bytes) => crc32(bytes),
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
}

const header: BlockHeader = {
  number: 7,
  codec: 1,
  storedBytes: 100_001,
  rows: 8_192,
  records: 8_000,
  durable: 6,
  firstSequence: 9_007_199_254_740_990,
  firstTime: 1_723_075_200_000_000,
  lastTime: 1_723_075_200_999_999,
  dataCrc: 0xdead_beef,
}
const chain = checks.sha256(Uint8Array.of(1))
const digest = checks.sha256(Uint8Array.of(2))

function encoded(): Uint8Array {
  const bytes = new Uint8Array(BLOCK_HEADER_BYTES)
  encodeBlockHeader(new DataView(bytes.buffer), header, chain, digest, checks)
  return bytes
}

test('a block header is read as it was written', () => {
  const bytes = encoded()
  assert.deepEqual(decodeBlockHeader(bytes, checks), header)
  assert.deepEqual(Buffer.from(chainBefore(bytes)), Buffer.from(chain))
  assert.deepEqual(Buffer.from(digestOf(bytes)), Buffer.from(digest))
  assert.equal(blockBytes(header), BLOCK_HEADER_BYTES + 100_032)
})

test('a changed bit anywhere in a block header is found', () => {
  for (let bit = 0; bit < BLOCK_HEADER_BYTES * 8; bit++) {
    const bytes = encoded()
    bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7))
    assert.equal(decodeBlockHeader(bytes, checks), undefined, `bit ${bit}`)
  }
  assert.equal(decodeBlockHeader(encoded().subarray(0, 127), checks), undefined)
})

test('the chain behind a block depends on everything in its header, the hash of its data included', () => {
  const one = encoded()
  const other = new Uint8Array(BLOCK_HEADER_BYTES)
  encodeBlockHeader(new DataView(other.buffer), header, chain, checks.sha256(Uint8Array.of(3)), checks)
  assert.notDeepEqual(chainAfter(one, checks), chainAfter(other, checks))
  encodeBlockHeader(new DataView(other.buffer), header, digest, digest, checks)
  assert.notDeepEqual(chainAfter(one, checks), chainAfter(other, checks))
})

test('a header written over another leaves nothing of it', () => {
  const bytes = encoded()
  encodeBlockHeader(new DataView(bytes.buffer), header, chain, undefined, checks)
  assert.ok(digestOf(bytes).every((byte) => byte === 0))
  assert.deepEqual(decodeBlockHeader(bytes, checks), header)
})
