/**
 * What can be downloaded: the kinds of public data, their intervals, and which venue has which.
 * A series is one kind of one instrument (and one interval); everything on disk is sorted by series.
 */

/** Venues with a public-data site. */
export type PublicVenue = 'binance-usdm' | 'binance-spot'

/** Kinds by the site's own names, which are also the folder names. */
export type DataKind = 'klines' | 'markPriceKlines' | 'trades' | 'aggTrades' | 'fundingRate'

export interface Series {
  readonly venue: PublicVenue
  readonly symbol: string
  readonly kind: DataKind
  /** By the site's names (`1m`, `1mo`); undefined for kinds without interval. */
  readonly interval: string | undefined
}

/** One thing to download of each instrument. */
export interface Wanted {
  readonly kind: DataKind
  readonly interval: string | undefined
}

export const PUBLIC_VENUES: readonly PublicVenue[] = ['binance-usdm', 'binance-spot']

/** Interval names as the site writes them: `1mo`, because some file systems take `1M` and `1m` for the same. */
export const INTERVALS: readonly string[] = [
  '1s',
  '1m',
  '3m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '4h',
  '6h',
  '8h',
  '12h',
  '1d',
  '3d',
  '1w',
  '1mo',
]

/** Candles longer than a day are published by the month only. */
const LONGER_THAN_A_DAY = new Set(['3d', '1w', '1mo'])

/** The command-line option that asks for each kind. */
const OPTIONS: ReadonlyMap<DataKind, string> = new Map([
  ['klines', '--candles'],
  ['markPriceKlines', '--mark'],
  ['trades', '--trades'],
  ['aggTrades', '--agg-trades'],
  ['fundingRate', '--funding'],
])

export function isPublicVenue(venue: string): venue is PublicVenue {
  return PUBLIC_VENUES.some((known) => known === venue)
}

export function isDataKind(kind: string): kind is DataKind {
  return OPTIONS.has(kind as DataKind)
}

export function hasInterval(kind: DataKind): boolean {
  return kind === 'klines' || kind === 'markPriceKlines'
}

/** True where the site has files by the month only. */
export function monthlyOnly(wanted: Wanted): boolean {
  return wanted.kind === 'fundingRate' || (wanted.interval !== undefined && LONGER_THAN_A_DAY.has(wanted.interval))
}

/** The site's name of an interval; the venue's `1M` is accepted for a month. */
export function siteInterval(interval: string): string {
  return interval === '1M' ? '1mo' : interval
}

/** The venue's name of an interval. */
export function restInterval(interval: string): string {
  return interval === '1mo' ? '1M' : interval
}

/** `--candles 1m`, as it is written on the command line. */
export function optionText(wanted: Wanted): string {
  const option = OPTIONS.get(wanted.kind) ?? ''
  return wanted.interval === undefined ? option : `${option} ${wanted.interval}`
}

/** `BTCUSDT klines 1m`, for people. */
export function seriesText(series: Series): string {
  return [series.symbol, series.kind, ...(series.interval === undefined ? [] : [series.interval])].join(' ')
}

/** Equal for equal series. */
export function seriesKey(series: Series): string {
  return `${series.venue}/${seriesFolder(series)}`
}

/** Folder of a series below its venue: `klines/BTCUSDT/1m`. */
export function seriesFolder(series: Series): string {
  return [series.kind, series.symbol, ...(series.interval === undefined ? [] : [series.interval])].join('/')
}

/** What is wrong with the wish at this venue; undefined when it can be had. */
export function refuseWanted(venue: PublicVenue, wanted: Wanted): string | undefined {
  const option = optionText(wanted)
  if (venue === 'binance-spot' && (wanted.kind === 'fundingRate' || wanted.kind === 'markPriceKlines')) {
    return `${option}: spot has neither funding nor mark prices; ask binance-usdm for them, or leave it out`
  }
  if (!hasInterval(wanted.kind)) return undefined
  if (wanted.interval === undefined) return `${option} needs an interval, such as ${option} 1m`
  if (!INTERVALS.includes(wanted.interval)) return `${option}: there are candles of ${INTERVALS.join(', ')}`
  if (wanted.interval === '1s' && venue === 'binance-usdm') {
    return `${option}: one-second candles exist on binance-spot only; take 1m, or make candles from --agg-trades`
  }
  return undefined
}

/** What is wrong with a symbol as a part of file names and addresses; undefined when nothing is. */
export function refuseSymbol(symbol: string): string | undefined {
  if (/^[\p{L}\p{N}_]{1,64}$/u.test(symbol)) return undefined
  return `"${symbol}" is no symbol: write it as the venue does, such as BTCUSDT`
}
