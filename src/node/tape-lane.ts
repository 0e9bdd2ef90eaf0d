/**
 * Keeps one lane for as long as a session lasts: appends to a live segment, begins the next one when it is full or old, and
 * seals finished ones behind the back of the writer.
 *
 * In: rows. Out: a folder of chained segments, durable up to the last sync. Owns: the folder; one writer per folder.
 * What a crash left behind is sealed when the lane is opened again; a torn tail is reported in `torn`.
 */
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Instrument } from '../core/market/instrument.ts'
import { APPEND_TIME } from '../core/tape/layout.ts'
import type { RowBuffer } from '../core/tape/row-buffer.ts'
import type { Lane, Origin } from '../core/tape/segment.ts'
import { sealSegment, segmentName } from './tape-files.ts'
import { createLiveSegment, type LiveSegment } from './tape-live.ts'
import type { TornTail } from './tape-live-blocks.ts'
import { readSegmentFile } from './tape-segment-file.ts'

/** The next segment's file, filled with zeros before it is needed. */
const SPARE = 'spare.zeros'
/** The spare is made when this part of a segment is used. */
const SPARE_AT = 0.5
const FILL_BYTES = 1 << 20

export interface LaneOptions {
  readonly lane: Lane
  readonly instruments: readonly Instrument[]
  readonly origin: Origin
  /** Size of a segment's file before it is sealed. */
  readonly segmentBytes: number
  /** Append time after which a segment is finished although it is not full. */
  readonly segmentMicros: number
  /** Sequence of the first input; it goes on from the last segment unless given. */
  readonly firstSequence?: number
}

/** Opens the lane in `folder`, sealing what an earlier session left live, and begins a segment. */
export async function openLane(folder: string, options: LaneOptions): Promise<LaneWriter> {
  await mkdir(folder, { recursive: true })
  const names = (await readdir(folder)).filter((name) => name.endsWith('.tape')).sort()
  const torn: TornTail[] = []
  for (const name of names) {
    const cut = await sealSegment(join(folder, name))
    if (cut !== undefined) torn.push(cut)
  }
  await rm(join(folder, SPARE), { force: true })
  const last = names.at(-1)
  const before = last === undefined ? undefined : await readSegmentFile(join(folder, last))
  const first = createLiveSegment(
    join(folder, segmentName((before?.header.segment ?? 0) + 1)),
    {
      ...options,
      segment: (before?.header.segment ?? 0) + 1,
      previous: before?.sealed?.hash ?? '',
      firstSequence: options.firstSequence ?? before?.sealed?.totals.nextSequence ?? 0,
    },
    options.segmentBytes,
  )
  return new LaneWriter(folder, options, first, torn)
}

export class LaneWriter {
  /** What crashes had torn off earlier segments. */
  readonly torn: readonly TornTail[]
  readonly #folder: string
  readonly #options: LaneOptions
  #instruments: readonly Instrument[]
  #segment: LiveSegment
  #spare: Promise<void> | undefined
  /** Sealing of finished segments, one after the other. */
  #sealing: Promise<void> = Promise.resolve()
  #failure: Error | undefined

  constructor(folder: string, options: LaneOptions, first: LiveSegment, torn: readonly TornTail[]) {
    this.#folder = folder
    this.#options = options
    this.#instruments = options.instruments
    this.#segment = first
    this.torn = torn
  }

  get nextSequence(): number {
    return this.#segment.nextSequence
  }

  /** The file being written. */
  get file(): string {
    return this.#segment.file
  }

  /** Appends all records of `rows` as one block; durable with the next sync. `firstSequence` as in LiveSegment. */
  append(rows: RowBuffer, firstSequence: number = this.nextSequence): void {
    if (this.#failure !== undefined) throw this.#failure
    const age = (rows.f64[APPEND_TIME] as number) - this.#segment.firstTime
    const old = this.#segment.firstTime > 0 && age >= this.#options.segmentMicros
    if (old || !this.#segment.room(rows.length)) this.rotate(this.#instruments, firstSequence)
    this.#segment.append(rows, firstSequence)
    if (this.#spare === undefined && this.#segment.used > SPARE_AT) this.#spare = this.#makeSpare()
  }

  /** Makes everything appended durable; returns when it is. */
  sync(): void {
    this.#segment.sync()
  }

  /** The same without blocking. */
  syncLater(): Promise<void> {
    return this.#segment.syncLater()
  }

  /** Finishes the segment and begins the next, whose rows mean the table `instruments`. */
  rotate(instruments: readonly Instrument[], firstSequence: number = this.nextSequence): void {
    const finished = this.#segment
    finished.close()
    const segment = finished.header.segment + 1
    const next = { ...this.#options, instruments, segment, previous: finished.hash, firstSequence }
    const prepared = join(this.#folder, SPARE)
    const spare = this.#spare !== undefined && existsSync(prepared) ? prepared : undefined
    this.#spare = undefined
    this.#instruments = instruments
    this.#segment = createLiveSegment(join(this.#folder, segmentName(segment)), next, this.#options.segmentBytes, spare)
    this.#sealing = this.#sealing
      .then(async () => void (await sealSegment(finished.file)))
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error))
      })
  }

  /** Syncs, seals the last segment too, and gives the folder free. */
  async close(): Promise<void> {
    this.#segment.close()
    await this.#spare
    await rm(join(this.#folder, SPARE), { force: true })
    await this.#sealing
    if (this.#failure !== undefined) throw this.#failure
    await sealSegment(this.#segment.file)
  }

  /** Fills the next segment's file with zeros; under its name only when it is whole. */
  async #makeSpare(): Promise<void> {
    const unfinished = join(this.#folder, `${SPARE}.part`)
    try {
      const handle = await open(unfinished, 'w')
      const zeros = new Uint8Array(FILL_BYTES)
      for (let at = 0; at < this.#options.segmentBytes; at += FILL_BYTES) {
        await handle.write(zeros, 0, Math.min(FILL_BYTES, this.#options.segmentBytes - at), at)
      }
      await handle.sync()
      await handle.close()
      await rename(unfinished, join(this.#folder, SPARE))
    } catch {
      await rm(unfinished, { force: true }) // a full disk shows when the next segment is made, where it is an error
    }
  }
}
