/**
 * Writes a live segment: rows in, a file out from which a crash takes nothing that was synced.
 *
 * Each append is one block and one write at the end of what is there; the file was filled with zeros before, because
 * syncing a file that does not grow takes about half the time. Nothing is allocated per row. Calls block: the money lane
 * must be durable before a request leaves, and handing a small write to another thread costs more than the write.
 * Refuses: rows of the other lane, rows beyond the file's size (`room` tells). Fails: any disk error is thrown and closes
 * the segment, since what came after a failed write may or may not be there.
 */
import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeSync,
  writevSync,
} from 'node:fs'
import {
  BLOCK_HEADER_BYTES,
  BLOCK_ROWS,
  chainAfter,
  emptyBlockHeader,
  encodeBlockHeader,
  type BlockHeader,
} from '../core/tape/block.ts'
import { hexBytes } from '../core/tape/field-values.ts'
import { kindLayouts } from '../core/tape/fields.ts'
import { APPEND_TIME, ROW_BYTES, SEQUENCE } from '../core/tape/layout.ts'
import { RecordTally } from '../core/tape/record-walk.ts'
import type { RowBuffer } from '../core/tape/row-buffer.ts'
import { chainStart, encodeHeader, type SegmentHeader } from '../core/tape/segment.ts'
import { nodeChecks } from './tape-codec.ts'
import { syncFolderOfNow } from './tape-disk.ts'
import type { TapeOptions } from './tape-writer.ts'

/** Rows of up to this size are copied behind their header; more are written from where they are, which costs a call more. */
const COPIED_BYTES = 8192
/** Zeros are written in pieces of this size. */
const FILL_BYTES = 1 << 20

/**
 * Makes a live segment of `capacityBytes` at `file`, which must not exist, and makes it durable. `prepared` names a file of
 * zeros of that size that becomes the segment, which is quicker.
 */
export function createLiveSegment(
  file: string,
  options: TapeOptions,
  capacityBytes: number,
  prepared?: string,
): LiveSegment {
  const header: SegmentHeader = {
    lane: options.lane ?? 'market',
    segment: options.segment ?? 1,
    firstSequence: options.firstSequence ?? 0,
    previous: options.previous ?? '',
    instruments: options.instruments,
    layouts: options.layouts ?? kindLayouts(),
  }
  if (existsSync(file)) throw new Error(`${file} is there already: a live segment never replaces a file`)
  const start = encodeHeader('live', header, options.origin, nodeChecks)
  const capacity = Math.max(capacityBytes, start.length + BLOCK_HEADER_BYTES + BLOCK_ROWS * ROW_BYTES)
  // Under its name only when header and size are durable: a crash leaves no file that looks like a segment and is none.
  const unfinished = prepared ?? `${file}.new`
  const descriptor = openSync(unfinished, prepared === undefined ? 'w' : 'r+')
  fillWithZeros(descriptor, capacity)
  writeAll(descriptor, start, start.length, 0)
  fsyncSync(descriptor)
  renameSync(unfinished, file)
  syncFolderOfNow(file)
  return new LiveSegment(file, descriptor, header, start.length, capacity)
}

export class LiveSegment {
  readonly file: string
  readonly header: SegmentHeader
  readonly #descriptor: number
  readonly #capacity: number
  readonly #tally: RecordTally
  readonly #head: BlockHeader = emptyBlockHeader()
  /** Header of the block being written, and its rows if they are few. */
  readonly #staging: Uint8Array = new Uint8Array(BLOCK_HEADER_BYTES + COPIED_BYTES)
  readonly #blockHeader: Uint8Array = this.#staging.subarray(0, BLOCK_HEADER_BYTES)
  readonly #view: DataView = new DataView(this.#staging.buffer)
  #chain: Uint8Array
  #offset: number
  #blocks = 0
  #durable = 0
  #open = true

  constructor(file: string, descriptor: number, header: SegmentHeader, offset: number, capacity: number) {
    this.file = file
    this.header = header
    this.#descriptor = descriptor
    this.#offset = offset
    this.#capacity = capacity
    this.#chain = chainStart(header, nodeChecks)
    this.#tally = new RecordTally(header.lane, header.firstSequence)
  }

  /** Sequence that the next input gets. */
  get nextSequence(): number {
    return this.#tally.times[2] as number
  }

  /** Append time of the first row; 0 without rows. */
  get firstTime(): number {
    return this.#tally.times[0] as number
  }

  /** Hash of everything appended. */
  get hash(): string {
    return hexBytes(this.#chain)
  }

  /** Blocks appended that are not known to be durable. */
  get unsynced(): number {
    return this.#blocks - this.#durable
  }

  /** Part of the file that is used, 0 to 1. */
  get used(): number {
    return this.#offset / this.#capacity
  }

  /** True when `rows` rows fit as one block. */
  room(rows: number): boolean {
    return this.#offset + BLOCK_HEADER_BYTES + rows * ROW_BYTES <= this.#capacity
  }

  /**
   * Writes all records of `rows` as one block; durable with the next sync. `firstSequence` is the place in the one sequence
   * of the first record of a market lane, whose records must be consecutive.
   */
  append(rows: RowBuffer, firstSequence: number = this.nextSequence): void {
    const bytes = rows.length * ROW_BYTES
    if (bytes === 0) return
    if (!this.#open || !this.room(rows.length)) {
      throw new RangeError(`${this.file} has no room for ${rows.length} rows, or is closed: ask room() first`)
    }
    const market = this.header.lane === 'market'
    if (market) this.#tally.times[2] = firstSequence
    const before = this.#tally.records
    this.#count(rows)
    const body = bytes === rows.u8.length ? rows.u8 : rows.u8.subarray(0, bytes)
    const head = this.#head
    head.number = this.#blocks
    head.storedBytes = bytes
    head.rows = rows.length
    head.records = this.#tally.records - before
    head.durable = this.#durable
    head.firstSequence = market ? firstSequence : (rows.f64[SEQUENCE] as number)
    head.firstTime = rows.f64[APPEND_TIME] as number
    head.lastTime = this.#tally.times[1] as number
    head.dataCrc = nodeChecks.crc32(body)
    encodeBlockHeader(this.#view, head, this.#chain, undefined, nodeChecks)
    this.#guard(() => this.#writeBlock(body))
    this.#chain = chainAfter(this.#blockHeader, nodeChecks)
    this.#offset += BLOCK_HEADER_BYTES + bytes
    this.#blocks++
  }

  /** Makes everything appended durable; returns when it is. */
  sync(): void {
    if (this.#durable === this.#blocks) return
    this.#guard(() => fdatasyncSync(this.#descriptor))
    this.#durable = this.#blocks
  }

  /** The same without blocking; resolves when what was appended before the call is durable. */
  syncLater(): Promise<void> {
    const blocks = this.#blocks
    return new Promise((resolve, reject) => {
      fdatasync(this.#descriptor, (error) => {
        if (error) {
          this.#abandon()
          reject(error)
          return
        }
        this.#durable = Math.max(this.#durable, blocks)
        resolve()
      })
    })
  }

  /** Syncs, gives the unused space back and closes. The file stays live until it is sealed. */
  close(): void {
    if (!this.#open) return
    this.sync()
    this.#guard(() => {
      ftruncateSync(this.#descriptor, this.#offset)
      fsyncSync(this.#descriptor)
    })
    this.#abandon()
  }

  /** Counts the records; refuses a buffer that does not end with a whole record, or holds rows of the other lane. */
  #count(rows: RowBuffer): void {
    const end = this.#tally.take(rows, 0, rows.length)
    if (end !== rows.length) throw new RangeError(`the record at row ${end} overruns its buffer of ${rows.length} rows`)
    this.#tally.check()
  }

  #writeBlock(body: Uint8Array): void {
    if (body.length <= COPIED_BYTES) {
      this.#staging.set(body, BLOCK_HEADER_BYTES)
      writeAll(this.#descriptor, this.#staging, BLOCK_HEADER_BYTES + body.length, this.#offset)
      return
    }
    const written = writevSync(this.#descriptor, [this.#blockHeader, body], this.#offset)
    if (written === BLOCK_HEADER_BYTES + body.length) return
    // The disk took a part: the rest goes on from there, or fails with the reason.
    writeAll(this.#descriptor, this.#blockHeader, BLOCK_HEADER_BYTES, this.#offset)
    writeAll(this.#descriptor, body, body.length, this.#offset + BLOCK_HEADER_BYTES)
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#abandon()
      throw error
    }
  }

  #abandon(): void {
    if (!this.#open) return
    this.#open = false
    closeSync(this.#descriptor)
  }
}

/** Writes zeros from the end of the file to `capacity`. */
function fillWithZeros(descriptor: number, capacity: number): void {
  const zeros = new Uint8Array(FILL_BYTES)
  for (let at = fstatSync(descriptor).size; at < capacity; at += FILL_BYTES) {
    writeAll(descriptor, zeros, Math.min(FILL_BYTES, capacity - at), at)
  }
}

/** Writes `bytes` bytes from the start of `data` at `offset`, however many calls it takes. */
function writeAll(descriptor: number, data: Uint8Array, bytes: number, offset: number): void {
  for (let done = 0; done < bytes;) done += writeSync(descriptor, data, done, bytes - done, offset + done)
}
