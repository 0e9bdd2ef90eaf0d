/**
 * The frame of a block and the hash chain through blocks, as docs/tape-format.md lays them out. Pure.
 * A header holds the chain before the block and, in sealed segments, the hash of its stored bytes; the chain behind the
 * block is the hash of the header.
 */
import { checksWithZero, padded, type Checks } from './segment.ts'

export const BLOCK_HEADER_BYTES = 128
/** Rows of a full block: 512 KiB. Only a record that is longer makes a longer block. */
export const BLOCK_ROWS = 8192

const MAGIC = 0x4b434c42 // "BLCK"
const CRC_OFFSET = 60
const CHAIN_OFFSET = 64
const DIGEST_OFFSET = 96

/** How the stored bytes become rows. */
export const CODEC = { raw: 0, zstd: 1 } as const

export interface BlockHeader {
  /** Number of the block in its segment, from 0. */
  number: number
  codec: number
  /** Padding not counted. */
  storedBytes: number
  rows: number
  records: number
  /** Live segments: blocks of the segment that were durable when this one was written. */
  durable: number
  /** Market: sequence of the first record. Money: slot 3 of the first record. */
  firstSequence: number
  firstTime: number
  lastTime: number
  /** crc32 of the stored bytes with their padding. */
  dataCrc: number
}

/** A header with all fields zero, to be filled in. */
export function emptyBlockHeader(): BlockHeader {
  return {
    number: 0,
    codec: 0,
    storedBytes: 0,
    rows: 0,
    records: 0,
    durable: 0,
    firstSequence: 0,
    firstTime: 0,
    lastTime: 0,
    dataCrc: 0,
  }
}

/**
 * Writes the 128 bytes of a header to the start of `view`. `chain` is the chain before the block, `digest` the hash of the
 * stored bytes; undefined in live segments, which leave it zero.
 */
export function encodeBlockHeader(
  view: DataView,
  header: Readonly<BlockHeader>,
  chain: Uint8Array,
  digest: Uint8Array | undefined,
  checks: Checks,
): void {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, BLOCK_HEADER_BYTES)
  bytes.fill(0)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, header.number, true)
  view.setUint32(8, header.codec, true)
  view.setUint32(12, header.storedBytes, true)
  view.setUint32(16, header.rows, true)
  view.setUint32(20, header.records, true)
  view.setUint32(24, header.durable, true)
  view.setFloat64(32, header.firstSequence, true)
  view.setFloat64(40, header.firstTime, true)
  view.setFloat64(48, header.lastTime, true)
  view.setUint32(56, header.dataCrc, true)
  bytes.set(chain, CHAIN_OFFSET)
  if (digest !== undefined) bytes.set(digest, DIGEST_OFFSET)
  view.setUint32(CRC_OFFSET, checks.crc32(bytes), true)
}

/** Reads a header; undefined when the 128 bytes are none, or were changed. */
export function decodeBlockHeader(bytes: Uint8Array, checks: Checks): BlockHeader | undefined {
  if (bytes.length < BLOCK_HEADER_BYTES || !looksLikeBlock(bytes)) return undefined
  if (!checksWithZero(bytes.subarray(0, BLOCK_HEADER_BYTES), CRC_OFFSET, checks)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, BLOCK_HEADER_BYTES)
  return {
    number: view.getUint32(4, true),
    codec: view.getUint32(8, true),
    storedBytes: view.getUint32(12, true),
    rows: view.getUint32(16, true),
    records: view.getUint32(20, true),
    durable: view.getUint32(24, true),
    firstSequence: view.getFloat64(32, true),
    firstTime: view.getFloat64(40, true),
    lastTime: view.getFloat64(48, true),
    dataCrc: view.getUint32(56, true),
  }
}

/** True when the bytes begin as a block header does; cheap, for searching. */
export function looksLikeBlock(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4c && bytes[2] === 0x43 && bytes[3] === 0x4b
}

/** Bytes that a block takes in the file. */
export function blockBytes(header: Pick<BlockHeader, 'storedBytes'>): number {
  return BLOCK_HEADER_BYTES + padded(header.storedBytes)
}

/** The chain before the block, as its header states it. */
export function chainBefore(headerBytes: Uint8Array): Uint8Array {
  return headerBytes.subarray(CHAIN_OFFSET, CHAIN_OFFSET + 32)
}

/** The hash of the stored bytes, as the header of a sealed segment's block states it. */
export function digestOf(headerBytes: Uint8Array): Uint8Array {
  return headerBytes.subarray(DIGEST_OFFSET, DIGEST_OFFSET + 32)
}

/** The chain behind the block: the hash of its header. */
export function chainAfter(headerBytes: Uint8Array, checks: Checks): Uint8Array {
  return checks.sha256(headerBytes.subarray(0, BLOCK_HEADER_BYTES))
}

/** True when two hashes are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
