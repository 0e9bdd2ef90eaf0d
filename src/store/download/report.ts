/** What a download found, kept and could not get. */
import type { DataCatalog, DataFile, Selection } from './catalog.ts'
import { dayText, overlap, spanText, type Day, type DaySpan } from './days.ts'
import type { Refusal } from './refusal.ts'
import { seriesText, type Series } from './series.ts'

/** Something asked for that could not be had: where, what happened, what to do. */
export interface Problem {
  /** A file or a series. */
  readonly place: string
  readonly message: string
  readonly remedy: string
  /** How many files share it. */
  readonly files: number
}

/** One series after the download. */
export interface SeriesReport {
  readonly series: Series
  /** In time order, without overlap. */
  readonly files: readonly DataFile[]
  /** Wanted days that are not there (the current day never counts). */
  readonly missing: readonly DaySpan[]
  /** Wanted days that the venue does not have. */
  readonly absent: readonly DaySpan[]
  /** Up to where the files reach, in ms; undefined without files. */
  readonly reachesMs: number | undefined
}

export interface DownloadReport {
  /** True when there is no problem: everything that the venue has is there. */
  readonly complete: boolean
  readonly series: readonly SeriesReport[]
  /** Files with the instruments' rules, in the form of exchangeInfo, below the data folder. */
  readonly rules: readonly string[]
  /** Archives fetched, archives that were there, archives fetched again because corrected or damaged, REST files written. */
  readonly counts: Readonly<Record<'downloaded' | 'kept' | 'replaced' | 'fromRest', number>>
  /** Received in this run. */
  readonly bytes: number
  /** Written from REST in this run. */
  readonly rows: number
  readonly problems: readonly Problem[]
  /** What a person should know, though nothing is wrong. */
  readonly notes: readonly string[]
}

/** Collects problems; files that a host refuses for the same reason are one problem, with their number. */
export class ProblemList {
  readonly #problems = new Map<string, Problem>()

  get list(): readonly Problem[] {
    return [...this.#problems.values()]
  }

  add(place: string, message: string, remedy: string): void {
    this.#problems.set(`${place}: ${message}`, { place, message, remedy, files: 1 })
  }

  refused(place: string, { message, remedy }: Refusal): void {
    const known = this.#problems.get(message)
    this.#problems.set(message, { place: known?.place ?? place, message, remedy, files: (known?.files ?? 0) + 1 })
  }
}

/** Reads from the catalog what `span` of each series has come to. */
export function seriesReports(
  catalog: DataCatalog,
  all: readonly Series[],
  span: DaySpan,
  today: Day,
): readonly Selection[] {
  return all.map((series) => catalog.select(series, span, today))
}

/** What to say about days that the venue does not have: a note when others are there, a problem when none is. */
export function explainAbsent(
  selection: Selection,
  firstDay: Day | undefined,
  span: DaySpan,
  problems: ProblemList,
): string[] {
  const { series, files, absent } = selection
  if (absent.length === 0) return []
  const place = seriesText(series)
  const before = firstDay === undefined ? undefined : overlap(span, { from: span.from, to: firstDay - 1 })
  if (before !== undefined && firstDay !== undefined && files.length === 0) {
    const message = `nothing for ${spanText(span)}: ${series.symbol} has traded since ${dayText(firstDay)}.`
    problems.add(place, message, `Ask for days from ${dayText(firstDay)} on.`)
    return []
  }
  const notes: string[] = []
  if (before !== undefined && firstDay !== undefined) {
    notes.push(`${place} begins on ${dayText(firstDay)}, when ${series.symbol} began to trade.`)
  }
  const gaps = absent.flatMap((gap) => overlap(gap, { from: Math.max(span.from, firstDay ?? 0), to: span.to }) ?? [])
  if (gaps.length === 0) return notes
  const days = gaps.map(spanText).join(', ')
  if (files.length === 0) {
    problems.add(place, `the venue has published nothing for ${days}.`, `Ask for other days, or another kind of data.`)
    return notes
  }
  return [...notes, `${place}: the venue has published nothing for ${days}.`]
}
