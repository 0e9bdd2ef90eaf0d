/**
 * The catalog of the data folder: which days of which series are there, in which files, and what to run for the rest.
 * In: the folder's file names, the companions of REST parts, and the notes on absent days. Out: files in time order with the
 * stretch of each that counts, so that no row is read twice where files overlap. It opens no archive.
 */
import type { FilePort } from '../../live/ports.ts'
import { decodeUtf8, encodeUtf8 } from '../../core/utf8.ts'
import { dayText, DAY_MS, monthOf, parseDay, spansOf, type Day, type DaySpan } from './days.ts'
import type { KnownData } from './plan.ts'
import { readPartState } from './rest-part.ts'
import {
  hasInterval,
  INTERVALS,
  isDataKind,
  isPublicVenue,
  seriesKey,
  type PublicVenue,
  type Series,
} from './series.ts'
import { absentPath, instrumentPath, parsePeriod, periodSpan, periodText, seriesRoot, type Period } from './site.ts'

/** A file, and which of its rows to use: those with `fromMs <= time < toMs` (candles by opening time). */
export interface DataFile {
  /** Below the data folder, with forward slashes. */
  readonly path: string
  readonly series: Series
  readonly period: Period
  readonly source: 'archive' | 'rest'
  readonly fromMs: number
  readonly toMs: number
}

/** What a span of one series consists of. */
export interface Selection {
  readonly series: Series
  /** In time order, without overlap. */
  readonly files: readonly DataFile[]
  /** Days that are not there, or not as a whole. */
  readonly missing: readonly DaySpan[]
  /** Days that the venue does not have. */
  readonly absent: readonly DaySpan[]
  /** Up to where the files reach, in ms; undefined without files. */
  readonly reachesMs: number | undefined
}

/** What the venue is known not to have of a series. */
export interface AbsentDays {
  /** The instrument's first day, where known. */
  readonly firstDay: Day | undefined
  readonly days: ReadonlySet<Day>
}

interface Cover {
  readonly period: Period
  readonly source: 'archive' | 'rest'
  readonly path: string
  /** Rows before this time are in it. */
  readonly until: number
}

interface Shelf {
  readonly series: Series
  readonly archives: Map<string, Cover>
  readonly parts: Map<string, Cover>
  absent: AbsentDays
}

const NOTHING_ABSENT: AbsentDays = { firstDay: undefined, days: new Set() }

export class DataCatalog implements KnownData {
  readonly #shelves: ReadonlyMap<string, Shelf>
  readonly #rules: ReadonlySet<string>

  private constructor(shelves: ReadonlyMap<string, Shelf>, rules: ReadonlySet<string>) {
    this.#shelves = shelves
    this.#rules = rules
  }

  /** Reads the whole data folder, or only the folders of some series. */
  static async open(files: FilePort, only?: readonly Series[]): Promise<DataCatalog> {
    const folders = only === undefined ? [''] : [...only.map(seriesRoot), ...instrumentFolders(only)]
    const shelves = new Map<string, Shelf>()
    const rules = new Set<string>()
    for (const folder of new Set(folders)) {
      for (const { path } of await files.list(folder)) {
        if (/^[^/]+\/instruments\/[^/]+\.json$/.test(path)) rules.add(path)
        else await shelve(shelves, files, path)
      }
    }
    return new DataCatalog(shelves, rules)
  }

  /** All series with at least one file, and the days they have, whole or in part. */
  get series(): readonly { readonly series: Series; readonly days: readonly DaySpan[] }[] {
    return [...this.#shelves.values()]
      .filter(({ archives, parts }) => archives.size + parts.size > 0)
      .map((shelf) => ({ series: shelf.series, days: spansOf(daysOn(shelf)) }))
  }

  /** The file with an instrument's rules, in the form of exchangeInfo; undefined when it is not there. */
  rulesPath(venue: PublicVenue, symbol: string): string | undefined {
    const path = instrumentPath(venue, symbol)
    return this.#rules.has(path) ? path : undefined
  }

  hasArchive(series: Series, period: Period): boolean {
    return this.#shelves.get(seriesKey(series))?.archives.has(periodText(period)) === true
  }

  isAbsent(series: Series, day: Day): boolean {
    const { firstDay, days } = this.absentDays(series)
    return (firstDay !== undefined && day < firstDay) || days.has(day)
  }

  absentDays(series: Series): AbsentDays {
    return this.#shelves.get(seriesKey(series))?.absent ?? NOTHING_ABSENT
  }

  /** The files that make up `span`. With `today`, that day and later ones never count as missing: they are not over. */
  select(series: Series, span: DaySpan, today: Day = Infinity): Selection {
    const shelf = this.#shelves.get(seriesKey(series))
    const files: DataFile[] = []
    const missing: Day[] = []
    const absent: Day[] = []
    for (let day = span.from; day <= span.to; day++) {
      const cover = shelf && coverOf(shelf, day)
      const toMs = Math.min((day + 1) * DAY_MS, cover?.until ?? 0)
      if (cover !== undefined && toMs > day * DAY_MS) addDay(files, series, cover, day * DAY_MS, toMs)
      if (toMs >= (day + 1) * DAY_MS) continue
      if (this.isAbsent(series, day)) absent.push(day)
      else if (day < today) missing.push(day)
    }
    return { series, files, missing: spansOf(missing), absent: spansOf(absent), reachesMs: files.at(-1)?.toMs }
  }
}

/** Writes down what the venue does not have of a series, so that it is not asked for again. */
export async function writeAbsent(files: FilePort, series: Series, absent: AbsentDays): Promise<void> {
  const firstDay = absent.firstDay === undefined ? null : dayText(absent.firstDay)
  const days = [...absent.days].sort((a, b) => a - b).map(dayText)
  await files.write(absentPath(series), encodeUtf8(`${JSON.stringify({ format: 1, firstDay, days }, null, 1)}\n`))
}

/** Archives of months first, then of days, then REST: the venue's final word before its latest. */
function coverOf({ archives, parts }: Shelf, day: Day): Cover | undefined {
  const texts = [periodText({ kind: 'month', month: monthOf(day) }), dayText(day)]
  for (const covers of [archives, parts]) {
    for (const text of texts) {
      const cover = covers.get(text)
      if (cover !== undefined && cover.until > day * DAY_MS) return cover
    }
  }
  return undefined
}

function addDay(files: DataFile[], series: Series, cover: Cover, fromMs: number, toMs: number): void {
  const last = files.at(-1)
  if (last !== undefined && last.path === cover.path && last.toMs === fromMs)
    files[files.length - 1] = { ...last, toMs }
  else files.push({ path: cover.path, series, period: cover.period, source: cover.source, fromMs, toMs })
}

function daysOn({ archives, parts }: Shelf): Day[] {
  const days = new Set<Day>()
  for (const { period, until } of [...archives.values(), ...parts.values()]) {
    const span = periodSpan(period)
    for (let day = span.from; day <= span.to && day * DAY_MS < until; day++) days.add(day)
  }
  return [...days].sort((a, b) => a - b)
}

function instrumentFolders(only: readonly Series[]): string[] {
  return only.map(({ venue }) => `${venue}/instruments`)
}

/** Puts a file where it belongs; what is no file of ours is left alone. */
async function shelve(shelves: Map<string, Shelf>, files: FilePort, path: string): Promise<void> {
  const segments = path.split('/')
  const name = segments.pop() ?? ''
  const series = seriesAt(segments)
  if (series === undefined) return
  const shelf = shelves.get(seriesKey(series)) ?? {
    series,
    archives: new Map<string, Cover>(),
    parts: new Map<string, Cover>(),
    absent: NOTHING_ABSENT,
  }
  shelves.set(seriesKey(series), shelf)
  if (name === 'absent.json') {
    shelf.absent = await readAbsent(files, path)
    return
  }
  const prefix = `${series.symbol}-${series.interval ?? series.kind}-`
  const match = /^(.*)\.(zip|csv)$/.exec(name)
  if (match === null || !name.startsWith(prefix)) return
  const period = parsePeriod((match[1] ?? '').slice(prefix.length))
  if (period === undefined) return
  if (match[2] === 'zip') {
    const until = (periodSpan(period).to + 1) * DAY_MS
    shelf.archives.set(periodText(period), { period, source: 'archive', path, until })
    return
  }
  const state = await readPartState(files, series, period)
  if (state !== undefined) shelf.parts.set(periodText(period), { period, source: 'rest', path, until: state.until })
}

/** The series of a folder (venue, kind, symbol and, for candles, interval); undefined for other folders. */
function seriesAt(folders: readonly string[]): Series | undefined {
  const [venue = '', kind = '', symbol = '', interval, ...rest] = folders
  if (!isPublicVenue(venue) || !isDataKind(kind) || symbol === '' || rest.length > 0) return undefined
  if (hasInterval(kind) ? interval === undefined || !INTERVALS.includes(interval) : interval !== undefined)
    return undefined
  return { venue, symbol, kind, interval }
}

async function readAbsent(files: FilePort, path: string): Promise<AbsentDays> {
  try {
    const content = await files.read(path)
    const value = JSON.parse(decodeUtf8(content ?? new Uint8Array())) as { firstDay?: unknown; days?: unknown }
    const firstDay = typeof value.firstDay === 'string' ? parseDay(value.firstDay) : undefined
    const list: readonly unknown[] = Array.isArray(value.days) ? value.days : []
    const days = list.flatMap((text) => (typeof text === 'string' ? (parseDay(text) ?? []) : []))
    return { firstDay, days: new Set(days) }
  } catch (error) {
    if (error instanceof SyntaxError) return NOTHING_ABSENT // damaged: the venue is asked again
    throw error
  }
}
