/**
 * Reads a live segment: one that is being written, or that a crash left behind.
 *
 * In: the segment file. Out: where its good blocks end and what was cut (`scanLive`), and its rows in buffers of about
 * 8,192 rows (`LiveBlocks`). Memory: one window of the file. Fails: TapeError for damage in the middle.
 */
import type { FileHandle } from 'node:fs/promises'
import { BLOCK_HEADER_BYTES, BLOCK_ROWS, blockBytes, decodeBlockHeader, type BlockHeader } from '../core/tape/block.ts'
import { ROW_BYTES } from '../core/tape/layout.ts'
import { LIVE_BLOCK_BYTES_MAX, LiveScan } from '../core/tape/live-scan.ts'
import { RowBuffer } from '../core/tape/row-buffer.ts'
import { ALIGNMENT } from '../core/tape/segment.ts'
import { RESTORE, TapeError } from '../core/tape/tape-error.ts'
import type { BlockReader, LoadedBlock } from './tape-blocks.ts'
import { nodeChecks } from './tape-codec.ts'
import { openForReading, readInto, type SegmentFile } from './tape-segment-file.ts'

/** A window must hold the longest block; most blocks are a thousandth of it. */
const WINDOW_BYTES = LIVE_BLOCK_BYTES_MAX + (1 << 20)
/** The unused part of a preallocated file is compared with this, stretch by stretch. */
const ZEROS = new Uint8Array(1 << 16)

/** What was cut off a live segment: blocks that a crash left incomplete. */
export interface TornTail {
  readonly file: string
  /** Rows before the cut, all of them kept. */
  readonly keptRows: number
  /** Bytes behind the cut that are not zero to the end. */
  readonly cutBytes: number
}

/** The good part of a live segment. */
export interface LiveExtent {
  readonly end: number
  readonly blocks: number
  readonly rows: number
  readonly records: number
  readonly chain: Uint8Array
  readonly torn: TornTail | undefined
}

/** Checks all blocks of a live segment. Throws TapeError when a block is damaged that had been durable. */
export async function scanLive(segment: SegmentFile): Promise<LiveExtent> {
  const handle = await openForReading(segment.file)
  try {
    const window = new FileWindow(handle)
    const scan = new LiveScan(segment.chainStart, nodeChecks)
    let offset = segment.blocksStart
    for (;;) {
      const header = scan.take(await window.at(offset, LIVE_BLOCK_BYTES_MAX))
      if (header === undefined) break
      offset += blockBytes(header)
    }
    const { blocks, rows, records, chain } = scan
    const cutBytes = (await judgeRest(segment, window, scan, offset)) - offset
    const torn = cutBytes > 0 ? { file: segment.file, keptRows: rows, cutBytes } : undefined
    return { end: offset, blocks, rows, records, chain, torn }
  } finally {
    await handle.close()
  }
}

/** Looks for proof of damage behind the good part; returns where the last byte that is not zero ends. */
async function judgeRest(segment: SegmentFile, window: FileWindow, scan: LiveScan, end: number): Promise<number> {
  let used = end
  for (let offset = end; offset < segment.bytes; offset += ZEROS.length) {
    // A header may begin with the last bytes of a stretch: read that much further.
    const bytes = await window.at(offset, ZEROS.length + BLOCK_HEADER_BYTES)
    if (isZero(bytes.subarray(0, ZEROS.length))) continue
    for (let at = 0; at < Math.min(bytes.length, ZEROS.length); at += ALIGNMENT) {
      const piece = bytes.subarray(at, at + ALIGNMENT)
      if (isZero(piece)) continue
      used = offset + at + 1 + piece.findLastIndex((byte) => byte !== 0)
      if (scan.provesDamage(bytes.subarray(at, at + BLOCK_HEADER_BYTES))) {
        const place = { file: segment.file, block: scan.blocks, offset: end }
        throw new TapeError(place, 'its bytes have changed since they were written', RESTORE)
      }
    }
  }
  return used
}

function isZero(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes, ZEROS.subarray(0, bytes.length)) === 0
}

/** Reads the blocks of the good part of a live segment, several small ones in one buffer. */
export class LiveBlocks implements BlockReader {
  readonly #segment: SegmentFile
  readonly #end: number
  #offset: number
  #handle: FileHandle | undefined
  #window: FileWindow | undefined

  constructor(segment: SegmentFile, extent: LiveExtent) {
    this.#segment = segment
    this.#end = extent.end
    this.#offset = segment.blocksStart
  }

  async next(): Promise<LoadedBlock | undefined> {
    let loaded: { rows: RowBuffer; firstSequence: number; next: number } | undefined
    while (this.#offset < this.#end) {
      const bytes = await this.#read()
      const header = decodeBlockHeader(bytes, nodeChecks)
      const data = bytes.subarray(BLOCK_HEADER_BYTES, header === undefined ? 0 : blockBytes(header))
      if (header === undefined || nodeChecks.crc32(data) !== header.dataCrc) {
        const place = { file: this.#segment.file, offset: this.#offset }
        throw new TapeError(place, 'it changed while it was read', 'Read it again')
      }
      if (loaded !== undefined && !joins(loaded, header, this.#segment.header.lane === 'market')) break
      loaded ??= {
        rows: new RowBuffer(Math.max(BLOCK_ROWS, header.rows)),
        firstSequence: header.firstSequence,
        next: header.firstSequence,
      }
      loaded.rows.u8.set(data, loaded.rows.length * ROW_BYTES)
      loaded.rows.length += header.rows
      loaded.next += header.records
      this.#offset += blockBytes(header)
    }
    return loaded
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }

  async #read(): Promise<Uint8Array> {
    this.#handle ??= await openForReading(this.#segment.file)
    this.#window ??= new FileWindow(this.#handle)
    return this.#window.at(this.#offset, Math.min(LIVE_BLOCK_BYTES_MAX, this.#end - this.#offset))
  }
}

/** True when a block may share a buffer with those before it: there is room, and its records follow on in sequence. */
function joins(loaded: { rows: RowBuffer; next: number }, header: BlockHeader, market: boolean): boolean {
  return loaded.rows.hasRoom(header.rows) && (!market || header.firstSequence === loaded.next)
}

/** A piece of a file in memory that moves forward. */
class FileWindow {
  readonly #handle: FileHandle
  readonly #buffer: Buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES)
  #start = 0
  #length = 0

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** Bytes from `offset` on, `wanted` or as many as the file has; valid until the next call. */
  async at(offset: number, wanted: number): Promise<Uint8Array> {
    const inside = offset >= this.#start && offset + wanted <= this.#start + this.#length
    const short = this.#length < WINDOW_BYTES && offset >= this.#start && this.#length > 0 // the window reached the end
    if (!inside && !short) {
      this.#start = offset
      this.#length = await readInto(this.#handle, this.#buffer, offset, WINDOW_BYTES)
    }
    return this.#buffer.subarray(offset - this.#start, Math.min(this.#length, offset - this.#start + wanted))
  }
}
