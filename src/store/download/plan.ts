/**
 * Plans a download: which files of the site and which stretches of REST make up the days that are wanted. Pure.
 * Whole past months come as monthly files, other past days as daily files, today from REST; where the site has files by the
 * month only (funding, candles longer than a day) the current month comes from REST.
 */
import { firstDayOf, lastDayOf, monthOf, overlap, spanText, type Day, type DaySpan, type Month } from './days.ts'
import { pagerOf } from './rest-pages.ts'
import {
  monthlyOnly,
  refuseSymbol,
  refuseWanted,
  seriesKey,
  seriesText,
  siteInterval,
  type PublicVenue,
  type Series,
  type Wanted,
} from './series.ts'
import { periodText, type Period } from './site.ts'

/** What a person asks for. */
export interface DownloadRequest {
  readonly venue: PublicVenue
  readonly symbols: readonly string[]
  readonly wanted: readonly Wanted[]
  readonly span: DaySpan
  /** Ask again for days that the venue was found not to have. */
  readonly recheck?: boolean
}

/** One file to get. */
export interface Piece {
  readonly series: Series
  readonly source: 'archive' | 'rest'
  readonly period: Period
}

export interface DownloadPlan {
  readonly venue: PublicVenue
  readonly symbols: readonly string[]
  readonly span: DaySpan
  /** The UTC day on which the plan was made. */
  readonly today: Day
  readonly series: readonly Series[]
  readonly pieces: readonly Piece[]
  /** What is left out, and why. */
  readonly notes: readonly string[]
}

export type PlanResult =
  { readonly ok: true; readonly plan: DownloadPlan } | { readonly ok: false; readonly messages: readonly string[] }

/** What is on the disk, as far as planning cares. */
export interface KnownData {
  hasArchive(series: Series, period: Period): boolean
  /** Days that the venue is known not to have. */
  isAbsent(series: Series, day: Day): boolean
}

/** Plans `request` on the UTC day `today`; what is on the disk decides between a monthly file and its days. */
export function planDownload(request: DownloadRequest, today: Day, known: KnownData): PlanResult {
  const symbols = [...new Set(request.symbols.map((symbol) => symbol.toUpperCase()))]
  const wanted = request.wanted.map(({ kind, interval }) => ({ kind, interval: interval && siteInterval(interval) }))
  const messages = [
    ...symbols.map(refuseSymbol),
    ...wanted.map((each) => refuseWanted(request.venue, each)),
    symbols.length === 0 ? 'name at least one instrument, such as BTCUSDT' : undefined,
    wanted.length === 0
      ? 'say what to download: --candles 1m, --trades, --agg-trades, --funding or --mark 1m'
      : undefined,
    request.span.to > today ? `${spanText(request.span)} is not over yet: end it today or earlier` : undefined,
  ].filter((message) => message !== undefined)
  if (messages.length > 0) return { ok: false, messages }

  const { venue, span } = request
  const all = symbols.flatMap((symbol) => wanted.map((each): Series => ({ venue, symbol, ...each })))
  const series = [...new Map(all.map((each) => [seriesKey(each), each])).values()]
  const data: KnownData =
    request.recheck === true
      ? { isAbsent: () => false, hasArchive: (each, period) => known.hasArchive(each, period) }
      : known
  const pieces = series.flatMap((each) => piecesOf(each, span, today, data))
  const notes = series.flatMap((each) => (span.to === today ? (noteOnToday(each) ?? []) : []))
  return { ok: true, plan: { venue, symbols, span, today, series, pieces, notes } }
}

/** Equal for equal pieces. */
export function pieceKey(piece: Piece): string {
  return `${piece.source} ${seriesKey(piece.series)} ${periodText(piece.period)}`
}

/** True where REST serves this period of the series to everybody. */
export function restReaches(series: Series, period: Period, today: Day): boolean {
  if (pagerOf(series) === undefined) return false
  // Futures serve aggregated trades of the last 48 hours: that is always today and yesterday.
  if (series.venue === 'binance-usdm' && series.kind === 'aggTrades')
    return period.kind === 'day' && period.day >= today - 1
  return true
}

function piecesOf(series: Series, span: DaySpan, today: Day, known: KnownData): Piece[] {
  const pieces: Piece[] = []
  for (let month = monthOf(span.from); month <= monthOf(span.to); month++) {
    pieces.push(...piecesOfMonth(series, month, span, today, known))
  }
  return pieces
}

function piecesOfMonth(series: Series, month: Month, span: DaySpan, today: Day, known: KnownData): Piece[] {
  const whole: Piece = { series, source: 'archive', period: { kind: 'month', month } }
  const days = daysOf(overlap(span, { from: firstDayOf(month), to: lastDayOf(month) })).filter(
    (day) => !known.isAbsent(series, day),
  )
  if (days.length === 0) return []
  const past = lastDayOf(month) < today
  if (monthlyOnly(series)) return [past ? whole : { ...whole, source: 'rest' }]
  if (past && (known.hasArchive(series, whole.period) || wantsMonth(series, month, days, known))) return [whole]
  return days.flatMap((day): Piece[] => {
    const period: Period = { kind: 'day', day }
    if (day < today) return [{ series, source: 'archive', period }]
    return restReaches(series, period, today) ? [{ series, source: 'rest', period }] : []
  })
}

/** A whole month is one file instead of thirty, unless most of its days are here already. */
function wantsMonth(series: Series, month: Month, days: readonly Day[], known: KnownData): boolean {
  const length = lastDayOf(month) - firstDayOf(month) + 1
  const here = days.filter((day) => known.hasArchive(series, { kind: 'day', day })).length
  return days.length === length && here * 2 < length
}

function noteOnToday(series: Series): string | undefined {
  if (pagerOf(series) !== undefined) return undefined
  return `${seriesText(series)}: today is left out, because the venue serves raw trades of today only with an API key. They come as a file tomorrow; --agg-trades has today.`
}

function daysOf(span: DaySpan | undefined): Day[] {
  return span === undefined ? [] : Array.from({ length: span.to - span.from + 1 }, (_, at) => span.from + at)
}
