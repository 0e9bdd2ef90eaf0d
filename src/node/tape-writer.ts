/**
 * Writes one sealed segment: rows in, a compressed file with checksums and a hash chain out.
 *
 * Owns: a temporary file `NAME.part`, which takes the final name in `seal`, so that a tape under its name is always whole.
 * Refuses: rows of another lane. Fails: a disk error or a refused row stops the writer; `seal` then throws it again, and
 * `abandon` removes what was written. Memory: a handful of blocks, whatever the length of the tape.
 */
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  BLOCK_HEADER_BYTES,
  BLOCK_ROWS,
  chainAfter,
  CODEC,
  emptyBlockHeader,
  encodeBlockHeader,
} from '../core/tape/block.ts'
import { hexBytes } from '../core/tape/field-values.ts'
import { kindLayouts } from '../core/tape/fields.ts'
import { APPEND_TIME, ROW_BYTES, ROW_SLOTS, SEQUENCE } from '../core/tape/layout.ts'
import { RecordTally } from '../core/tape/record-walk.ts'
import { RowBuffer } from '../core/tape/row-buffer.ts'
import type { Instrument } from '../core/market/instrument.ts'
import {
  chainStart,
  encodeFooter,
  encodeHeader,
  padded,
  type Lane,
  type Origin,
  type SegmentHeader,
} from '../core/tape/segment.ts'
import type { TapeSink } from '../core/tape/source.ts'
import { compressBlock, nodeChecks } from './tape-codec.ts'
import { syncFolderOf } from './tape-disk.ts'

/** Blocks that are being compressed or written at once: as many as Node's thread pool has threads. */
const IN_FLIGHT_MAX = 4
const ZEROS = new Uint8Array(64)

/** What a new tape needs to know about its rows and itself. */
export interface TapeOptions {
  /** 'market' unless given. */
  readonly lane?: Lane
  readonly instruments: readonly Instrument[]
  readonly origin: Origin
  /** For a segment that continues others; the first of a tape unless given. */
  readonly segment?: number
  readonly previous?: string
  readonly firstSequence?: number
  /** Of rows that another build wrote; those of this build unless given. */
  readonly layouts?: SegmentHeader['layouts']
  /** Hash of the live segment that this one replaces. */
  readonly liveHash?: string
}

/** What a finished tape amounts to. */
export interface SealedTape {
  readonly rows: number
  readonly records: number
  readonly blocks: number
  readonly bytes: number
  readonly hash: string
}

/** Begins a new tape at `file`, replacing what is there when it is sealed; folders are made as needed. */
export async function createTape(file: string, options: TapeOptions): Promise<TapeWriter> {
  const header: SegmentHeader = {
    lane: options.lane ?? 'market',
    segment: options.segment ?? 1,
    firstSequence: options.firstSequence ?? 0,
    previous: options.previous ?? '',
    instruments: options.instruments,
    layouts: options.layouts ?? kindLayouts(),
  }
  await mkdir(dirname(file), { recursive: true })
  const handle = await open(`${file}.part`, 'w')
  const start = encodeHeader('sealed', header, options.origin, nodeChecks)
  await handle.write(start, 0, start.length, 0)
  return new TapeWriter(file, handle, header, start.length, options.liveHash ?? '')
}

/** A block whose rows are complete and on their way to the file. */
interface Job {
  readonly rows: RowBuffer
  readonly records: number
  readonly firstSequence: number
  readonly lastTime: number
  readonly compressed: Promise<Uint8Array>
}

export class TapeWriter implements TapeSink {
  readonly #file: string
  readonly #handle: FileHandle
  readonly #header: SegmentHeader
  readonly #liveHash: string
  readonly #tally: RecordTally
  readonly #spare: RowBuffer[] = []
  readonly #inFlight: Promise<void>[] = []
  #block: RowBuffer = new RowBuffer(BLOCK_ROWS)
  #blockRecords = 0
  #blockSequence = 0
  #blocks = 0
  #offset: number
  #chain: Uint8Array
  /** Writing of the newest block; blocks are written one after the other. */
  #written: Promise<void> = Promise.resolve()
  #failure: Error | undefined
  #closed = false

  constructor(file: string, handle: FileHandle, header: SegmentHeader, offset: number, liveHash: string) {
    this.#file = file
    this.#handle = handle
    this.#header = header
    this.#offset = offset
    this.#liveHash = liveHash
    this.#tally = new RecordTally(header.lane, header.firstSequence)
    this.#chain = chainStart(header, nodeChecks)
  }

  /** Sequence that the next input gets; for a market lane, that of the next record unless `append` is told another. */
  get nextSequence(): number {
    return this.#tally.times[2] as number
  }

  /**
   * Appends all records of `rows`, which may be reused when the promise settles. `firstSequence` is the place in the one
   * sequence of the first record of a market lane; its records must then be consecutive. Without it they go on from the
   * last.
   */
  async append(rows: RowBuffer, firstSequence: number = this.nextSequence): Promise<void> {
    this.#throwFailure()
    const market = this.#header.lane === 'market'
    if (market) this.#tally.times[2] = firstSequence
    let row = 0
    while (row < rows.length) {
      const block = this.#block
      const sequence = this.nextSequence
      const before = this.#tally.records
      const end = this.#tally.take(rows, row, block.capacity - block.length)
      if (end === row) {
        if (block.length > 0) await this.#flush()
        else this.#takeLongBlock(1 + (rows.u16[row * 32 + 1] as number))
        continue
      }
      if (block.length === 0) this.#blockSequence = market ? sequence : (rows.f64[row * ROW_SLOTS + SEQUENCE] as number)
      block.u8.set(rows.u8.subarray(row * ROW_BYTES, end * ROW_BYTES), block.length * ROW_BYTES)
      block.length += end - row
      this.#blockRecords += this.#tally.records - before
      row = end
      if (block.length === block.capacity) await this.#flush()
    }
  }

  /** Writes the rest, makes the file durable and gives it its name. */
  async seal(): Promise<SealedTape> {
    try {
      this.#throwFailure()
      await this.#flush()
      await this.#written
      this.#throwFailure()
      const totals = this.#tally.totals(this.#blocks, this.#liveHash)
      const footer = encodeFooter(totals, this.#offset, this.#chain, nodeChecks)
      await this.#handle.write(footer, 0, footer.length, this.#offset)
      await this.#handle.sync()
      await this.#close()
      await rename(`${this.#file}.part`, this.#file)
      await syncFolderOf(this.#file)
      const { rows, records } = totals
      return { rows, records, blocks: this.#blocks, bytes: this.#offset + footer.length, hash: hexBytes(this.#chain) }
    } catch (error) {
      await this.abandon()
      throw error
    }
  }

  /** Gives up: closes and removes the temporary file. */
  async abandon(): Promise<void> {
    await this.#written
    await this.#close()
    await rm(`${this.#file}.part`, { force: true })
  }

  /** A record longer than a block gets one of its own. */
  #takeLongBlock(rows: number): void {
    this.#spare.push(this.#block)
    this.#block = new RowBuffer(rows)
  }

  /** Starts compressing the block at hand; waits when too many are on their way. */
  async #flush(): Promise<void> {
    const rows = this.#block
    if (rows.length === 0) return
    try {
      this.#tally.check()
    } catch (error) {
      this.#fail(error)
      this.#throwFailure()
    }
    const compressed = compressBlock(rows.u8.subarray(0, rows.length * ROW_BYTES))
    compressed.catch(() => undefined) // awaited in order below; until then a failure must not end the process
    const lastTime = this.#tally.times[1] as number
    const job: Job = { rows, records: this.#blockRecords, firstSequence: this.#blockSequence, lastTime, compressed }
    const written = this.#written.then(() => this.#writeBlock(job)).catch((error: unknown) => this.#fail(error))
    this.#written = written
    this.#inFlight.push(written)
    this.#block = this.#spare.pop() ?? new RowBuffer(BLOCK_ROWS)
    this.#block.clear()
    this.#blockRecords = 0
    if (this.#inFlight.length >= IN_FLIGHT_MAX) await this.#inFlight.shift()
    this.#throwFailure()
  }

  async #writeBlock({ rows, records, firstSequence, lastTime, compressed }: Job): Promise<void> {
    if (this.#failure !== undefined) return
    const data = await compressed
    const padding = ZEROS.subarray(0, padded(data.length) - data.length)
    const stored = Buffer.concat([new Uint8Array(BLOCK_HEADER_BYTES), data, padding])
    const body = stored.subarray(BLOCK_HEADER_BYTES)
    const header = emptyBlockHeader()
    header.number = this.#blocks
    header.codec = CODEC.zstd
    header.storedBytes = data.length
    header.rows = rows.length
    header.records = records
    header.firstSequence = firstSequence
    header.firstTime = rows.f64[APPEND_TIME] as number
    header.lastTime = lastTime
    header.dataCrc = nodeChecks.crc32(body)
    const view = new DataView(stored.buffer, stored.byteOffset, BLOCK_HEADER_BYTES)
    encodeBlockHeader(view, header, this.#chain, nodeChecks.sha256(body), nodeChecks)
    await this.#handle.write(stored, 0, stored.length, this.#offset)
    this.#chain = chainAfter(stored, nodeChecks)
    this.#offset += stored.length
    this.#blocks++
    if (rows.capacity === BLOCK_ROWS) this.#spare.push(rows)
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error))
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  async #close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#handle.close()
  }
}
