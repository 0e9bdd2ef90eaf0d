/**
 * Which series of the data folder a backtest reads, and what to run where days are missing.
 * In: the catalog, and a wish by symbols and time. Out: for each symbol one series of prices, and funding where it was
 * downloaded, complete in the wished time. Refuses, with
 * the download command that mends it: symbols without data, missing days.
 */
import { parseTimeframe } from '../core/strategy/params.ts'
import { downloadCommand, explainMissing } from '../store/download/advice.ts'
import type { DataCatalog, Selection } from '../store/download/catalog.ts'
import { dayOf, type Day, type DaySpan } from '../store/download/days.ts'
import { isPublicVenue, PUBLIC_VENUES, type DataKind, type PublicVenue, type Series } from '../store/download/series.ts'
import { UsageError } from './command.ts'

/** What to find. Times are microseconds; 0 and 2^53 - 1 stand for whatever is there. */
export interface DataWish {
  readonly venue: string
  readonly symbols: readonly string[]
  readonly from: number
  readonly to: number
  /** Kinds of prices to choose from; without it the finest candles that cover the time, else trades. */
  readonly kinds?: readonly DataKind[]
}

/** Kinds by which prices come, in order of preference: candles are small, aggregated trades a third of all trades. */
const PRICE_KINDS: readonly DataKind[] = ['klines', 'aggTrades', 'trades']
/** Longer than every interval: a month has no fixed length. */
const MONTH_MICROS = 31 * 86_400_000_000
/** Days that an advice asks for when nobody said which. */
const ADVICE_DAYS = 90

/** Series with their files for the wish, in the order of its symbols. Throws UsageError. */
export function selectData(catalog: DataCatalog, wish: DataWish, today: Day): readonly Selection[] {
  const venue = venueOf(wish.venue)
  const selections = wish.symbols.flatMap((symbol) => selectSymbol(catalog, venue, symbol.toUpperCase(), wish, today))
  // Without a wished time everything that is there is meant, holes and all.
  const missing = isOpen(wish) ? undefined : explainMissing(selections)
  if (missing !== undefined) throw new UsageError(missing.replaceAll('\n', '; '))
  return selections
}

function venueOf(text: string): PublicVenue {
  if (isPublicVenue(text)) return text
  throw new UsageError(
    `--venue ${text}: data is downloaded from ${PUBLIC_VENUES.join(' and ')}; name a tape with --tape`,
  )
}

function selectSymbol(
  catalog: DataCatalog,
  venue: PublicVenue,
  symbol: string,
  wish: DataWish,
  today: Day,
): readonly Selection[] {
  const own = catalog.series.filter(({ series }) => series.venue === venue && series.symbol === symbol)
  const select = ({ series, days }: (typeof own)[number]): Selection =>
    catalog.select(series, spanOf(wish, days, today), today)
  const candidates = own
    .filter(({ series }) => isPriceSeries(series) && (wish.kinds?.includes(series.kind) ?? true))
    .toSorted((a, b) => rank(a.series) - rank(b.series))
    .map(select)
    .filter(({ files }) => files.length > 0)
  const best = candidates.find(({ missing }) => missing.length === 0) ?? candidates[0]
  if (best === undefined) throw noData(venue, symbol, wish, spanOf(wish, [], today))
  return [best, ...own.filter(({ series }) => series.kind === 'fundingRate').map(select)]
}

function noData(venue: PublicVenue, symbol: string, wish: DataWish, span: DaySpan): UsageError {
  const kind = wish.kinds?.[0] ?? 'klines'
  const wanted = [{ kind, interval: kind === 'klines' ? '1m' : undefined }]
  const command = downloadCommand({ venue, symbols: [symbol], wanted, span })
  return new UsageError(`there is no data of ${symbol} at ${venue} for that time; run: ${command}`)
}

/** True for series that a tape is made of. */
export function isPriceSeries({ kind }: Series): boolean {
  return PRICE_KINDS.includes(kind)
}

/** Smaller is preferred. */
function rank({ kind, interval }: Series): number {
  const length = interval === undefined ? 0 : (parseTimeframe(interval) ?? MONTH_MICROS)
  return PRICE_KINDS.indexOf(kind) * 2 * MONTH_MICROS + length
}

function isOpen(wish: DataWish): boolean {
  return wish.from === 0 && wish.to === Number.MAX_SAFE_INTEGER
}

/** Days of a wish; an open end is where the data ends. */
function spanOf(wish: DataWish, days: readonly DaySpan[], today: Day): DaySpan {
  const latest = Math.min(today, dayOf(wish.to / 1000))
  const to = isOpen(wish) ? (days.at(-1)?.to ?? today) : latest
  const from = wish.from === 0 ? (days[0]?.from ?? to - ADVICE_DAYS) : dayOf(wish.from / 1000)
  return { from: Math.min(from, to), to }
}
