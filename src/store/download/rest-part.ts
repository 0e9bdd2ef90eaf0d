/**
 * A period from REST: pages appended to a CSV in the archive's columns, with a small file beside it that says how far it
 * reaches. In: series and period. Out: the CSV, complete up to the venue's present (or the period's end).
 * An interrupted or outgrown part goes on where it stopped: the companion file counts what is valid, the rest is cut off.
 */
import type { FilePort } from '../../live/ports.ts'
import { decodeUtf8, encodeUtf8 } from '../../core/utf8.ts'
import { DAY_MS } from './days.ts'
import type { Progress } from './progress.ts'
import { explainNonsense, type Refusal } from './refusal.ts'
import type { RestClient } from './rest-client.ts'
import { BadAnswer, pagerOf, type Cursor, type Pager } from './rest-pages.ts'
import type { Series } from './series.ts'
import { localPath, periodSpan, type Period } from './site.ts'

/** The venue needs a moment until what has happened is in its answers. */
const SETTLE_MS = 5000
/** The venue's "no such symbol". */
export const INVALID_SYMBOL = -1121

/** How far a part reaches; stored beside it. Times in ms. */
export interface PartState {
  readonly format: 1
  readonly from: number
  /** Every row before this time is in the file. */
  readonly until: number
  readonly rows: number
  /** Bytes of the CSV that count. */
  readonly bytes: number
  readonly cursor: Cursor
}

export type PartOutcome =
  | { readonly kind: 'done'; readonly state: PartState; readonly grown: boolean }
  /** The venue has nothing for this series and period. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly refusal: Refusal }
  /** Told to stop between two pages; what is there stays. */
  | { readonly kind: 'stopped' }

export interface PartContext {
  readonly files: FilePort
  readonly rest: RestClient
  readonly progress: Progress
  readonly shouldStop: () => boolean
}

/** Paths of a part and of its companion. */
export function partPaths(series: Series, period: Period): { readonly csv: string; readonly state: string } {
  const csv = `${localPath(series, period)}.csv`
  return { csv, state: `${csv}.json` }
}

/** Fetches a period, or what is new of it since last time. */
export async function fetchPart(context: PartContext, series: Series, period: Period): Promise<PartOutcome> {
  const pager = pagerOf(series)
  if (pager === undefined) return { kind: 'absent' }
  const span = periodSpan(period)
  const from = span.from * DAY_MS
  const end = (span.to + 1) * DAY_MS
  const known = await readPartState(context.files, series, period)
  if (known !== undefined && known.until >= end) return { kind: 'done', state: known, grown: false }

  const now = await context.rest.now()
  if (typeof now !== 'number') return { kind: 'failed', refusal: now }
  const settled = now - SETTLE_MS
  const until = Math.min(settled, end)
  const start = known ?? { format: 1, from, until: from, rows: 0, bytes: 0, cursor: { by: 'time', ms: from } }
  if (until <= start.until) return { kind: 'done', state: start, grown: false }

  if (now - start.until > (pager.reachMs ?? Infinity)) return { kind: 'absent' }

  const outcome = await readPages(context, { series, period, pager, start, until, settled })
  if (outcome.kind !== 'done' || outcome.state.rows > 0 || until < end) return outcome
  // A whole past period without a single row: for candles and fundings that means there is no such thing.
  if (series.kind === 'trades' || series.kind === 'aggTrades') return outcome
  await removePart(context.files, series, period)
  return { kind: 'absent' }
}

interface Reading {
  readonly series: Series
  readonly period: Period
  readonly pager: Pager
  readonly start: PartState
  readonly until: number
  readonly settled: number
}

async function readPages(context: PartContext, reading: Reading): Promise<PartOutcome> {
  const { files, rest, progress } = context
  const { pager, until, settled } = reading
  const paths = partPaths(reading.series, reading.period)
  let state = reading.start
  for (;;) {
    if (context.shouldStop()) return { kind: 'stopped' }
    const request = pager.request(state.cursor, until)
    const outcome = await rest.get(request)
    if (outcome.kind === 'refused') {
      return outcome.refusal.code === INVALID_SYMBOL ? { kind: 'absent' } : { kind: 'failed', refusal: outcome.refusal }
    }
    let page
    try {
      page = pager.read(outcome.value, state.cursor, until, settled)
    } catch (error) {
      if (!(error instanceof BadAnswer)) throw error
      return { kind: 'failed', refusal: explainNonsense(rest.url(request), error.message) }
    }
    const header = state.bytes === 0 && pager.header !== undefined ? [pager.header] : []
    const text = encodeUtf8([...header, ...page.lines].map((line) => `${line}\n`).join(''))
    const file = await files.append(paths.csv, state.bytes)
    try {
      await file.write(text)
    } finally {
      await file.close()
    }
    const reached = page.done ? page.until : reachOf(page.next, state.until)
    state = {
      ...state,
      until: reached,
      rows: state.rows + page.lines.length,
      bytes: state.bytes + text.length,
      cursor: page.next,
    }
    await files.write(paths.state, encodeUtf8(`${JSON.stringify(state)}\n`))
    progress.add({ bytes: text.length, rows: page.lines.length })
    if (page.done) return { kind: 'done', state, grown: true }
  }
}

/** Between pages only a time cursor says how far the file reaches; an id does not, and the part counts as reaching less. */
function reachOf(cursor: Cursor, before: number): number {
  return cursor.by === 'time' ? Math.max(before, cursor.ms) : before
}

/** The state of a part; undefined when there is none, or when it does not fit the file any more. */
export async function readPartState(files: FilePort, series: Series, period: Period): Promise<PartState | undefined> {
  const paths = partPaths(series, period)
  const content = await files.read(paths.state)
  const state = content === undefined ? undefined : parseState(decodeUtf8(content))
  if (state === undefined || state.from !== periodSpan(period).from * DAY_MS) return undefined
  const bytes = await files.size(paths.csv)
  return bytes !== undefined && bytes >= state.bytes ? state : undefined
}

/** Removes a part, for instance when the archive file of its period has come. */
export async function removePart(files: FilePort, series: Series, period: Period): Promise<void> {
  const paths = partPaths(series, period)
  await files.remove(paths.state)
  await files.remove(paths.csv)
}

function parseState(text: string): PartState | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined // not ours, or damaged: the part is made anew
  }
  if (typeof value !== 'object' || value === null) return undefined
  const state = value as Partial<PartState>
  const numbers = [state.from, state.until, state.rows, state.bytes]
  if (state.format !== 1 || !numbers.every((number) => Number.isFinite(number))) return undefined
  const cursor = state.cursor
  const place = cursor?.by === 'time' ? cursor.ms : cursor?.by === 'id' ? cursor.id : undefined
  return Number.isFinite(place) ? (state as PartState) : undefined
}
