/**
 * Append: what it costs to make rows durable in a live segment, beside the same bytes written and synced with nothing around
 * them, in turn, on the same disk and in the same run. Both files are filled with zeros first.
 */
import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BLOCK_HEADER_BYTES, BLOCK_ROWS } from '../src/core/tape/block.ts'
import { BEST_BID_ASK, FILL } from '../src/core/tape/kinds.ts'
import { APPEND_TIME, ROW_BYTES, ROW_SLOTS, SEQUENCE } from '../src/core/tape/layout.ts'
import { RowBuffer } from '../src/core/tape/row-buffer.ts'
import type { Lane } from '../src/core/tape/segment.ts'
import { createLiveSegment } from '../src/node/tape-live.ts'
import type { LiveSegment } from '../src/node/tape-live.ts'
import { contracts } from './generated.ts'
import { median, quantile, spent } from './measure.ts'
import type { Benchmark } from './measure.ts'

/** Money rows made durable one by one, in each run. */
const LONE_ROWS = 1000
/** Batches in each run: a million rows. */
const BATCHES = 128
const START_US = 1_700_000_000_000_000
const FILL_BYTES = 1 << 20

export const append: Benchmark = {
  name: 'append',
  about: 'durable rows in a live segment, beside fdatasync and the disk alone',
  async run({ runs, note, folder: wanted }) {
    const folder = await mkdtemp(join(wanted ?? tmpdir(), 'tapewright-bench-'))
    try {
      const lone: LoneTimes[] = []
      const batches: BatchTimes[] = []
      for (let run = 0; run < runs; run++) {
        const one = loneRows(folder)
        lone.push(one)
        note(`lone row ${one.p50.toFixed(1)} us, fdatasync ${one.syncP50.toFixed(1)} us (p50)`)
        const many = await batchesOf(folder)
        batches.push(many)
        note(
          `batches: ${millions(many.rows)} M rows/s, overlapped ${millions(many.overlapped)}, disk ${millions(many.disk)}`,
        )
      }
      const of = <T>(list: readonly T[], key: keyof T): number => median(list.map((one) => one[key] as number))
      const ratio = median(lone.map(({ p50, syncP50 }) => p50 / syncP50))
      const rows = of(batches, 'overlapped')
      return {
        figures: {
          ratio,
          loneRowMicros: { p50: of(lone, 'p50'), p99: of(lone, 'p99') },
          fdatasyncMicros: { p50: of(lone, 'syncP50'), p99: of(lone, 'syncP99') },
          /** What write and fdatasync of the same bytes take together. */
          writeAndSyncMicros: { p50: of(lone, 'rawP50') },
          batchRows: BLOCK_ROWS,
          durableRowsPerSecond: rows,
          durableRowsPerSecondOneByOne: of(batches, 'rows'),
          diskRowsPerSecond: of(batches, 'disk'),
          shareOfDisk: median(batches.map(({ overlapped, disk }) => overlapped / disk)),
          processorMicrosPerBatch: of(batches, 'cpu'),
        },
        goals: [
          { key: 'ratio', wanted: 1.3, reached: ratio, atMost: true },
          { key: 'durableRowsPerSecond', wanted: 20e6, reached: rows },
        ],
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

interface LoneTimes {
  /** Microseconds from the row in memory to the row on the disk. */
  readonly p50: number
  readonly p99: number
  /** fdatasync alone, after as many bytes were written. */
  readonly syncP50: number
  readonly syncP99: number
  /** The write too. */
  readonly rawP50: number
}

/** Live segment and bare file in turn, row by row, so that what else the disk does meets both. */
function loneRows(folder: string): LoneTimes {
  const bytes = BLOCK_HEADER_BYTES + ROW_BYTES
  const capacity = LONE_ROWS * bytes + FILL_BYTES
  const segment = liveSegment(folder, 'money', capacity)
  const bare = new BareFile(join(folder, 'bare'), capacity)
  const row = rowsOf(FILL.kind, 1)
  const live: number[] = []
  const sync: number[] = []
  const raw: number[] = []
  const piece = new Uint8Array(bytes).fill(1)
  for (let i = 0; i < LONE_ROWS; i++) {
    row.f64[SEQUENCE] = i
    row.f64[APPEND_TIME] = START_US + i
    const begin = process.hrtime.bigint()
    segment.append(row)
    segment.sync()
    const durable = process.hrtime.bigint()
    bare.write(piece)
    const written = process.hrtime.bigint()
    bare.sync()
    const end = process.hrtime.bigint()
    live.push(Number(durable - begin) / 1000)
    sync.push(Number(end - written) / 1000)
    raw.push(Number(end - durable) / 1000)
  }
  segment.close()
  bare.close()
  return {
    p50: median(live),
    p99: quantile(live, 0.99),
    syncP50: median(sync),
    syncP99: quantile(sync, 0.99),
    rawP50: median(raw),
  }
}

interface BatchTimes {
  /** Durable rows a second, each batch appended and then synced. */
  readonly rows: number
  /** The same where a batch is appended while the one before is synced. */
  readonly overlapped: number
  /** As many bytes written and synced with nothing around them. */
  readonly disk: number
  /** Processor time of this thread per overlapped batch, microseconds. */
  readonly cpu: number
}

async function batchesOf(folder: string): Promise<BatchTimes> {
  const batch = rowsOf(BEST_BID_ASK.kind, BLOCK_ROWS)
  const bytes = BLOCK_HEADER_BYTES + BLOCK_ROWS * ROW_BYTES
  const capacity = (BATCHES + 1) * bytes
  const oneByOne = liveSegment(folder, 'market', capacity)
  const overlapping = liveSegment(folder, 'market', capacity)
  const bare = new BareFile(join(folder, 'bare'), capacity)
  const piece = new Uint8Array(bytes).fill(1)
  const nanos = { rows: 0n, disk: 0n }
  let syncing: Promise<void> = Promise.resolve()
  for (let i = 0; i < BATCHES; i++) {
    const before = process.hrtime.bigint()
    oneByOne.append(batch)
    oneByOne.sync()
    const middle = process.hrtime.bigint()
    bare.write(piece)
    bare.sync()
    nanos.rows += middle - before
    nanos.disk += process.hrtime.bigint() - middle
  }
  const { wall, cpu } = await spent(async () => {
    for (let i = 0; i < BATCHES; i++) {
      overlapping.append(batch)
      await syncing
      syncing = overlapping.syncLater()
    }
    await syncing
  })
  for (const segment of [oneByOne, overlapping]) segment.close()
  bare.close()
  const perSecond = (seconds: number): number => (BATCHES * BLOCK_ROWS) / seconds
  return {
    rows: perSecond(Number(nanos.rows) / 1e9),
    overlapped: perSecond(wall),
    disk: perSecond(Number(nanos.disk) / 1e9),
    cpu: (cpu * 1e6) / BATCHES,
  }
}

let made = 0

function liveSegment(folder: string, lane: Lane, capacity: number): LiveSegment {
  const options = { lane, instruments: contracts(1), origin: { build: 'bench', createdAt: 0 } }
  return createLiveSegment(join(folder, `${++made}.tape`), options, capacity)
}

/** A preallocated file that is written from its start. */
class BareFile {
  readonly #descriptor: number
  #offset = 0

  constructor(path: string, capacity: number) {
    this.#descriptor = openSync(path, 'w')
    const zeros = new Uint8Array(FILL_BYTES)
    for (let at = 0; at < capacity; at += FILL_BYTES)
      writeSync(this.#descriptor, zeros, 0, Math.min(FILL_BYTES, capacity - at), at)
    fsyncSync(this.#descriptor)
  }

  write(piece: Uint8Array): void {
    this.#offset += writeSync(this.#descriptor, piece, 0, piece.length, this.#offset)
  }

  sync(): void {
    fdatasyncSync(this.#descriptor)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

function rowsOf(kind: number, count: number): RowBuffer {
  const rows = new RowBuffer(count)
  for (let i = 0; i < count; i++) {
    const row = rows.append(kind, 0, 0, 0, 0)
    rows.f64[row * ROW_SLOTS + APPEND_TIME] = START_US + i
  }
  return rows
}

function millions(value: number): string {
  return (value / 1e6).toFixed(1)
}
