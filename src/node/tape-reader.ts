/**
 * Opens a tape for reading, whatever its form: one segment file, a folder of segments, or a list of segments in order.
 *
 * In: paths. Out: a TapeSource over all rows, checked as they are read. Owns: one open file at a time and a handful of
 * blocks, whatever the length of the tape. Refuses: segments of different lanes, a broken chain between segments.
 * Fails: TapeError; a torn tail is no error but a line in `report`.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson } from '../core/canonical-json.ts'
import type { Instrument } from '../core/market/instrument.ts'
import { hexBytes } from '../core/tape/field-values.ts'
import { joinInstruments, remapRows, type InstrumentMap } from '../core/tape/instrument-map.ts'
import type { RowBuffer } from '../core/tape/row-buffer.ts'
import type { Lane, Origin } from '../core/tape/segment.ts'
import type { TapeSource } from '../core/tape/source.ts'
import { RESTORE, TapeError } from '../core/tape/tape-error.ts'
import { BlockThread, THREAD_ROWS } from './tape-block-thread.ts'
import { SealedBlocks, type BlockReader } from './tape-blocks.ts'
import { LiveBlocks, scanLive, type LiveExtent, type TornTail } from './tape-live-blocks.ts'
import { readSegmentFile, type SegmentFile } from './tape-segment-file.ts'

/** What was noticed while a tape was opened. */
export interface TapeReport {
  readonly torn: readonly TornTail[]
}

/** A tape as openTape gives it. */
export interface OpenTape extends TapeSource {
  readonly lane: Lane
  /** Files in order. */
  readonly segments: readonly string[]
  /** How the first segment came to be. */
  readonly origin: Origin
  readonly report: TapeReport
  /** Place in the one sequence of the first record of the buffer that `next` gave last. */
  readonly firstSequence: number
}

/** A segment with what is known about its end. */
export interface CheckedSegment {
  readonly segment: SegmentFile
  /** Of live segments. */
  readonly live: LiveExtent | undefined
  readonly hash: string
}

/** Opens the tape at `path`: a segment file, a folder of segments, or several of them as one. Throws TapeError. */
export async function openTape(path: string | readonly string[]): Promise<OpenTape> {
  return new TapeReader(await checkSegments(path))
}

/** Opens all segments of a tape, checks that they belong together, and finds the end of live ones. */
export async function checkSegments(path: string | readonly string[]): Promise<readonly CheckedSegment[]> {
  const files: string[] = []
  for (const one of typeof path === 'string' ? [path] : path) files.push(...(await segmentFiles(one)))
  const checked: CheckedSegment[] = []
  const tables = new Map<string, readonly Instrument[]>()
  for (const file of files) {
    const segment = shareTable(await readSegmentFile(file), tables)
    const live = segment.form === 'live' ? await scanLive(segment) : undefined
    const here = { segment, live, hash: segment.sealed?.hash ?? hexBytes(live?.chain ?? segment.chainStart) }
    const before = checked.at(-1)
    if (before !== undefined) checkLink(before, here)
    checked.push(here)
  }
  return checked
}

/** Lets segments with equal instrument tables hold one object: a month of segments would otherwise hold a thousand. */
function shareTable(segment: SegmentFile, tables: Map<string, readonly Instrument[]>): SegmentFile {
  const key = canonicalJson(segment.header.instruments)
  const instruments = tables.get(key) ?? segment.header.instruments
  tables.set(key, instruments)
  return { ...segment, header: { ...segment.header, instruments } }
}

/** The segment files of a path: itself, or those in the folder, in order. */
export async function segmentFiles(path: string): Promise<readonly string[]> {
  const entry = await stat(path).catch(() => undefined)
  if (entry?.isDirectory() !== true) return [path]
  const names = (await readdir(path)).filter((name) => name.endsWith('.tape')).sort()
  if (names.length > 0) return names.map((name) => join(path, name))
  throw new TapeError({ file: path }, 'there are no segments (*.tape) in this folder', 'Check the path')
}

function checkLink(before: CheckedSegment, here: CheckedSegment): void {
  const place = { file: here.segment.file, offset: 0 }
  const { header } = here.segment
  if (header.lane !== before.segment.header.lane) {
    const problem = `it belongs to the ${header.lane} lane, ${before.segment.file} to the other`
    throw new TapeError(place, problem, 'Open the lanes one by one')
  }
  const liveHash = before.segment.sealed?.totals.liveHash
  if (header.previous === before.hash || (liveHash !== '' && header.previous === liveHash)) return
  const problem = `it does not continue ${before.segment.file}: a segment between them is missing, or one was replaced`
  throw new TapeError(place, problem, RESTORE)
}

class TapeReader implements OpenTape {
  readonly instruments: readonly Instrument[]
  readonly hash: string
  readonly lane: Lane
  readonly segments: readonly string[]
  readonly origin: Origin
  readonly report: TapeReport
  firstSequence = 0
  readonly #checked: readonly CheckedSegment[]
  readonly #maps: readonly (InstrumentMap | undefined)[]
  readonly #sealedRows: number
  #at = 0
  #blocks: BlockReader | undefined
  /** Reads the segments of a long tape. */
  #thread: BlockThread | undefined

  constructor(checked: readonly CheckedSegment[]) {
    const first = checked[0]?.segment
    if (first === undefined) throw new TapeError({ file: '' }, 'a tape needs at least one file', 'Name one')
    const { instruments, maps } = joinInstruments(checked.map(({ segment }) => segment.header.instruments))
    this.instruments = instruments
    this.#maps = maps
    this.#checked = checked
    this.#sealedRows = checked.reduce((sum, { segment }) => sum + (segment.sealed?.totals.rows ?? 0), 0)
    this.lane = first.header.lane
    this.origin = first.origin
    this.segments = checked.map(({ segment }) => segment.file)
    this.hash = checked.at(-1)?.hash ?? ''
    this.report = { torn: checked.flatMap(({ live }) => live?.torn ?? []) }
  }

  async next(): Promise<RowBuffer | undefined> {
    for (let checked = this.#checked[this.#at]; checked !== undefined; checked = this.#checked[this.#at]) {
      this.#blocks ??= this.#blocksOf(checked)
      const block = await this.#blocks.next()
      if (block !== undefined) {
        const map = this.#maps[this.#at]
        if (map !== undefined) remapRows(block.rows, map)
        this.firstSequence = block.firstSequence
        return block.rows
      }
      await this.#closeBlocks()
      this.#at++
    }
    return undefined
  }

  /** Frees the buffer's memory at once instead of leaving it to the collector: whoever still looks at it finds nothing. */
  release(buffer: RowBuffer): void {
    if (!buffer.buffer.detached) buffer.buffer.transfer(0)
  }

  async close(): Promise<void> {
    this.#at = this.#checked.length
    await this.#thread?.close()
    if (this.#thread === undefined) await this.#closeBlocks()
  }

  #blocksOf({ segment, live }: CheckedSegment): BlockReader {
    if (live !== undefined) return new LiveBlocks(segment, live)
    if (this.#sealedRows < THREAD_ROWS) return new SealedBlocks(segment)
    this.#thread ??= new BlockThread()
    return this.#thread.open(segment)
  }

  async #closeBlocks(): Promise<void> {
    const blocks = this.#blocks
    this.#blocks = undefined
    await blocks?.close()
  }
}
