/**
 * Judges where a live segment ends: what was written whole, what a crash tore, and what is damage.
 *
 * In: blocks in file order, one after the other, as bytes. Out: the length that holds. The first block that does not check
 * out ends the segment, unless a later block says that it had been durable: then it is damage.
 */
import {
  BLOCK_HEADER_BYTES,
  blockBytes,
  chainAfter,
  chainBefore,
  CODEC,
  decodeBlockHeader,
  sameBytes,
  type BlockHeader,
} from './block.ts'
import { ROW_BYTES } from './layout.ts'
import type { Checks } from './segment.ts'

/** Rows of the longest record, and so of the longest block. */
const ROWS_MAX = 65_536
/** Most bytes that a block of a live segment takes. */
export const LIVE_BLOCK_BYTES_MAX: number = BLOCK_HEADER_BYTES + ROWS_MAX * ROW_BYTES

/** Walks the blocks of a live segment from its first. */
export class LiveScan {
  /** Blocks that held. */
  blocks = 0
  rows = 0
  records = 0
  /** Chain behind the last block that held. */
  chain: Uint8Array
  readonly #checks: Checks

  constructor(chainStart: Uint8Array, checks: Checks) {
    this.chain = chainStart
    this.#checks = checks
  }

  /**
   * Takes the block at the start of `bytes`; undefined when it does not hold. `bytes` must reach to the end of the block
   * or of the file.
   */
  take(bytes: Uint8Array): BlockHeader | undefined {
    const header = decodeBlockHeader(bytes, this.#checks)
    if (header === undefined || header.number !== this.blocks || !sameBytes(chainBefore(bytes), this.chain))
      return undefined
    const end = blockBytes(header)
    const plain =
      header.codec === CODEC.raw && header.storedBytes === header.rows * ROW_BYTES && header.rows <= ROWS_MAX
    if (!plain || end > bytes.length) return undefined
    if (this.#checks.crc32(bytes.subarray(BLOCK_HEADER_BYTES, end)) !== header.dataCrc) return undefined
    this.chain = chainAfter(bytes, this.#checks)
    this.blocks++
    this.rows += header.rows
    this.records += header.records
    return header
  }

  /** True when `bytes` begin with the header of a later block that says the block after the last good one was durable. */
  provesDamage(bytes: Uint8Array): boolean {
    const header = decodeBlockHeader(bytes, this.#checks)
    return header !== undefined && header.number > this.blocks && header.durable > this.blocks
  }
}
