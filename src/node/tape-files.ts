/**
 * What is done with tape files as a whole: say what is in them, seal live segments, delete old ones.
 * In: paths. Out: facts, or changed files. Refuses: to delete money lanes, live segments and the newest one.
 */
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Instrument } from '../core/market/instrument.ts'
import { joinInstruments } from '../core/tape/instrument-map.ts'
import { kindName } from '../core/tape/fields.ts'
import { RecordTally } from '../core/tape/record-walk.ts'
import type { Lane, Origin, SegmentForm, Totals } from '../core/tape/segment.ts'
import { TapeError } from '../core/tape/tape-error.ts'
import { syncFolderOf } from './tape-disk.ts'
import { LiveBlocks, scanLive, type TornTail } from './tape-live-blocks.ts'
import { checkSegments, segmentFiles, type CheckedSegment } from './tape-reader.ts'
import { readSegmentFile, type SegmentFile } from './tape-segment-file.ts'
import { createTape } from './tape-writer.ts'

const MICROS_PER_DAY = 86_400_000_000

/** One segment as `tapeInfo` tells it. Times are append times in µs, 0 without rows. */
export interface SegmentInfo {
  readonly file: string
  readonly form: SegmentForm
  readonly bytes: number
  readonly rows: number
  readonly records: number
  readonly firstTime: number
  readonly lastTime: number
  readonly hash: string
}

/** A tape as a whole. */
export interface TapeInfo {
  readonly lane: Lane
  readonly origin: Origin
  readonly instruments: readonly Instrument[]
  readonly segments: readonly SegmentInfo[]
  readonly rows: number
  readonly records: number
  /** Records by name of kind; `kind-77` for one that this build does not know. */
  readonly kinds: Readonly<Record<string, number>>
  readonly firstTime: number
  readonly lastTime: number
  readonly hash: string
  readonly torn: readonly TornTail[]
}

/** Says what a tape holds. Sealed segments are not read beyond their footers, live ones are read once. */
export async function tapeInfo(path: string | readonly string[]): Promise<TapeInfo> {
  const checked = await checkSegments(path)
  const totals: Totals[] = []
  for (const one of checked) totals.push(await totalsOf(one))
  const first = checked[0]
  if (first === undefined) throw new TapeError({ file: '' }, 'a tape needs at least one file', 'Name one')
  const filled = totals.filter(({ records }) => records > 0)
  return {
    lane: first.segment.header.lane,
    origin: first.segment.origin,
    instruments: joinInstruments(checked.map(({ segment }) => segment.header.instruments)).instruments,
    segments: checked.map((one, i) => segmentInfo(one, totals[i] as Totals)),
    rows: sum(totals.map(({ rows }) => rows)),
    records: sum(totals.map(({ records }) => records)),
    kinds: sumKinds(totals),
    firstTime: filled[0]?.firstTime ?? 0,
    lastTime: filled.at(-1)?.lastTime ?? 0,
    hash: checked.at(-1)?.hash ?? '',
    torn: checked.flatMap(({ live }) => live?.torn ?? []),
  }
}

function segmentInfo({ segment, hash }: CheckedSegment, totals: Totals): SegmentInfo {
  const { file, form, bytes } = segment
  const { rows, records, firstTime, lastTime } = totals
  return { file, form, bytes, rows, records, firstTime, lastTime, hash }
}

async function totalsOf({ segment, live }: CheckedSegment): Promise<Totals> {
  if (segment.sealed !== undefined) return segment.sealed.totals
  const tally = new RecordTally(segment.header.lane, segment.header.firstSequence)
  if (live !== undefined) {
    const blocks = new LiveBlocks(segment, live)
    try {
      for (let block = await blocks.next(); block !== undefined; block = await blocks.next()) {
        tally.take(block.rows, 0, block.rows.length)
      }
    } finally {
      await blocks.close()
    }
  }
  return tally.totals(live?.blocks ?? 0, '')
}

function sumKinds(totals: readonly Totals[]): Readonly<Record<string, number>> {
  const counts = new Map<number, number>()
  for (const { kinds } of totals) {
    for (const [kind, count] of Object.entries(kinds)) counts.set(Number(kind), (counts.get(Number(kind)) ?? 0) + count)
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => a - b).map(([kind, count]) => [kindName(kind), count]))
}

/**
 * Turns a live segment into a sealed one under the same name; a sealed one is left as it is. Returns what a crash had torn
 * off, if anything. The segment must no longer be written. Throws TapeError for damage.
 */
export async function sealSegment(file: string): Promise<TornTail | undefined> {
  const segment = await readSegmentFile(file)
  if (segment.form === 'sealed') return undefined
  const live = await scanLive(segment)
  const { header, origin } = segment
  const blocks = new LiveBlocks(segment, live)
  const writer = await createTape(file, {
    ...header,
    origin,
    previous: await sealedHashBefore(segment),
    liveHash: Buffer.from(live.chain).toString('hex'),
  })
  try {
    for (let block = await blocks.next(); block !== undefined; block = await blocks.next()) {
      await writer.append(block.rows, block.firstSequence)
    }
  } catch (error) {
    await writer.abandon()
    throw error
  } finally {
    await blocks.close()
  }
  await writer.seal()
  return live.torn
}

/** Hash of the segment before, which sealing may have changed since this one named it. */
async function sealedHashBefore({ file, header }: SegmentFile): Promise<string> {
  const before = join(dirname(file), segmentName(header.segment - 1))
  if (header.previous === '' || basename(file) !== segmentName(header.segment)) return header.previous
  const sealed = await readSegmentFile(before).then(
    (segment) => segment.sealed,
    () => undefined, // deleted by retention
  )
  return sealed?.totals.liveHash === header.previous ? sealed.hash : header.previous
}

/** `000007.tape`: six digits keep a folder in order, more come behind them. */
export function segmentName(segment: number): string {
  return `${String(segment).padStart(6, '0')}.tape`
}

/** How much of a market lane is kept: as many days before `now` (µs), or as many bytes. */
export type Keep = { readonly keepDays: number; readonly now: number } | { readonly keepBytes: number }

/**
 * Deletes the oldest sealed segments of a market lane, never the newest segment; returns the deleted files, oldest first.
 * Throws TapeError for a money lane, which is kept for ever.
 */
export async function pruneSegments(folder: string, keep: Keep): Promise<readonly string[]> {
  const segments: SegmentFile[] = []
  for (const file of await segmentFiles(folder)) segments.push(await readSegmentFile(file))
  const money = segments.find(({ header }) => header.lane === 'money')
  if (money !== undefined) {
    throw new TapeError(
      { file: money.file },
      'it belongs to a money lane, which is kept for ever',
      'Name a market lane',
    )
  }
  let bytes = sum(segments.map((segment) => segment.bytes))
  const deleted: string[] = []
  for (const segment of segments.slice(0, -1)) {
    const { sealed } = segment
    if (sealed === undefined) break
    const old =
      'keepDays' in keep ? sealed.totals.lastTime < keep.now - keep.keepDays * MICROS_PER_DAY : bytes > keep.keepBytes
    if (!old) break
    await rm(segment.file)
    deleted.push(segment.file)
    bytes -= segment.bytes
  }
  if (deleted[0] !== undefined) await syncFolderOf(deleted[0])
  return deleted
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
