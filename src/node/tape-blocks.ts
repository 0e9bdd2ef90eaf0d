/**
 * Reads the blocks of a sealed segment ahead of their use: while rows are used, the next blocks are read, checked and
 * inflated in Node's thread pool.
 * In: a segment file. Out: row buffers in order. Owns: the file handle, at most a handful of blocks. Fails: with a
 * TapeError that names block and byte; rows before the damage were delivered, none behind it are.
 */
import type { FileHandle } from 'node:fs/promises'
import {
  BLOCK_HEADER_BYTES,
  chainAfter,
  chainBefore,
  CODEC,
  decodeBlockHeader,
  digestOf,
  sameBytes,
  type BlockHeader,
} from '../core/tape/block.ts'
import { ROW_BYTES } from '../core/tape/layout.ts'
import { RowBuffer } from '../core/tape/row-buffer.ts'
import { padded } from '../core/tape/segment.ts'
import { RESTORE, TapeError } from '../core/tape/tape-error.ts'
import { INFLATE_SLACK_BYTES, inflateBlock, nodeChecks } from './tape-codec.ts'
import { openForReading, readInto, type SegmentFile } from './tape-segment-file.ts'

/** Blocks on their way at once: enough for all threads of the pool, few enough to stay in the processor's caches. */
const AHEAD = 4
/** Rows of the longest record, and so of the longest block. */
const ROWS_MAX = 65_536
/** zstd never makes data larger than this. */
const STORED_BYTES_MAX = ROWS_MAX * ROW_BYTES + 65_536

/** Rows of a block, with the place of its first record in the one sequence. */
export interface LoadedBlock {
  readonly rows: RowBuffer
  readonly firstSequence: number
}

/** Reads the blocks of one segment. */
export interface BlockReader {
  /** The next block, or undefined behind the last. */
  next(): Promise<LoadedBlock | undefined>
  close(): Promise<void>
}

export class SealedBlocks implements BlockReader {
  readonly #segment: SegmentFile
  readonly #end: number
  readonly #ready: Promise<LoadedBlock>[] = []
  readonly #inputs: Buffer[] = []
  #handle: FileHandle | undefined
  #wake: (() => void) | undefined
  #filling: Promise<void> | undefined
  #filled = false
  #closed = false

  constructor(segment: SegmentFile) {
    this.#segment = segment
    this.#end = segment.sealed?.blocksEnd ?? 0
  }

  async next(): Promise<LoadedBlock | undefined> {
    this.#filling ??= this.#fill()
    // Lets finished reads and inflations come in: a reader that never waits would starve them.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.#ready.length === 0 && !this.#filled) await new Promise<void>((resolve) => (this.#wake = resolve))
    const block = await this.#ready.shift()
    this.#signal()
    return block
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#signal()
    await this.#filling
    await Promise.allSettled(this.#ready)
    await this.#handle?.close()
    this.#handle = undefined
  }

  /** Keeps `AHEAD` blocks on their way until the end, damage, or `close`. */
  async #fill(): Promise<void> {
    try {
      await this.#fillAll()
    } catch (error) {
      this.#push(Promise.reject(error as Error))
    }
    this.#filled = true
    this.#signal()
  }

  async #fillAll(): Promise<void> {
    const { file, blocksStart, chainStart } = this.#segment
    this.#handle = await openForReading(file)
    let chain = chainStart
    let offset = blocksStart
    let number = 0
    let totalRows = 0
    let totalRecords = 0
    const first = Buffer.allocUnsafeSlow(BLOCK_HEADER_BYTES)
    await readInto(this.#handle, first, offset, Math.min(BLOCK_HEADER_BYTES, this.#end - offset))
    let headerBytes = first
    while (offset < this.#end && !this.#closed) {
      const place = { file, block: number, offset }
      const header = this.#checkHeader(headerBytes, number, offset, chain)
      const data = padded(header.storedBytes)
      // One read takes this block's data and the header behind it.
      const wanted = Math.min(data + BLOCK_HEADER_BYTES, this.#end - offset - BLOCK_HEADER_BYTES)
      const input = this.#takeInput(wanted)
      const got = await readInto(this.#handle, input, offset + BLOCK_HEADER_BYTES, wanted)
      const stored = input.subarray(0, data)
      if (got < wanted) throw new TapeError(place, 'the file is shorter than its trailer says', RESTORE)
      if (nodeChecks.crc32(stored) !== header.dataCrc || !sameBytes(nodeChecks.sha256(stored), digestOf(headerBytes))) {
        throw new TapeError(place, 'its data have changed since they were written', RESTORE)
      }
      chain = chainAfter(headerBytes, nodeChecks)
      headerBytes = Buffer.from(input.subarray(data, wanted))
      this.#push(this.#inflate(header, input, place))
      offset += BLOCK_HEADER_BYTES + data
      number++
      totalRows += header.rows
      totalRecords += header.records
      while (this.#ready.length >= AHEAD && !this.#closed) await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    if (!this.#closed) this.#checkEnd(chain, number, totalRows, totalRecords)
  }

  #checkHeader(bytes: Uint8Array, number: number, offset: number, chain: Uint8Array): BlockHeader {
    const place = { file: this.#segment.file, block: number, offset }
    const header = decodeBlockHeader(bytes, nodeChecks)
    if (header === undefined) throw new TapeError(place, 'its block header has changed since it was written', RESTORE)
    if (header.number !== number) throw new TapeError(place, `block ${header.number} stands in its place`, RESTORE)
    if (!sameBytes(chainBefore(bytes), chain)) {
      throw new TapeError(place, 'it does not continue the hash chain: something before it was replaced', RESTORE)
    }
    const fits = offset + BLOCK_HEADER_BYTES + padded(header.storedBytes) <= this.#end
    if (!fits || header.rows > ROWS_MAX || header.storedBytes > STORED_BYTES_MAX) {
      throw new TapeError(place, 'its block header states an impossible size', RESTORE)
    }
    if (header.codec !== CODEC.raw && header.codec !== CODEC.zstd) {
      const remedy = 'Use the newer tapewright that wrote it'
      throw new TapeError(place, `it is compressed in a way (${header.codec}) that this build does not know`, remedy)
    }
    return header
  }

  #checkEnd(chain: Uint8Array, blocks: number, rows: number, records: number): void {
    const { file, sealed } = this.#segment
    if (sealed === undefined) return
    const { totals } = sealed
    const whole = totals.blocks === blocks && totals.rows === rows && totals.records === records
    if (whole && sameBytes(chain, sealed.chain)) return
    const problem = whole
      ? 'its hash is not that of its blocks'
      : `it holds ${rows} rows, its totals say ${totals.rows}`
    throw new TapeError({ file, offset: this.#end }, problem, RESTORE)
  }

  async #inflate(header: BlockHeader, input: Buffer, place: { file: string; block: number; offset: number }) {
    const rawBytes = header.rows * ROW_BYTES
    const stored = input.subarray(0, header.storedBytes)
    let raw: Uint8Array
    try {
      raw = header.codec === CODEC.zstd ? await inflateBlock(stored, rawBytes) : Uint8Array.from(stored)
    } catch {
      throw new TapeError(place, 'its data cannot be inflated', RESTORE)
    }
    this.#inputs.push(input)
    if (raw.length !== rawBytes)
      throw new TapeError(place, `it inflates to ${raw.length} bytes, not ${rawBytes}`, RESTORE)
    const rows = rowsOver(raw, header.rows)
    return { rows, firstSequence: header.firstSequence }
  }

  #takeInput(bytes: number): Buffer {
    const spare = this.#inputs.pop()
    return spare !== undefined && spare.length >= bytes ? spare : Buffer.allocUnsafeSlow(bytes + (bytes >> 2))
  }

  #push(block: Promise<LoadedBlock>): void {
    block.catch(() => undefined) // thrown by `next`; until then it must not end the process
    this.#ready.push(block)
    this.#signal()
  }

  #signal(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

/** A row buffer over inflated bytes, without a copy where they have their memory to themselves. */
function rowsOver(raw: Uint8Array, count: number): RowBuffer {
  const { buffer, byteOffset } = raw
  // Small outputs are parts of a pool that all of Node shares.
  const alone =
    buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength <= raw.length + INFLATE_SLACK_BYTES
  const rows = alone ? new RowBuffer(count, buffer) : new RowBuffer(count)
  if (!alone) rows.u8.set(raw)
  rows.length = count
  return rows
}
