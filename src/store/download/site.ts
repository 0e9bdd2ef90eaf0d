/**
 * Where things are: the public-data site's layout, our copy of it below the data folder, and the addresses of the venue.
 *
 * On disk, below DATA:
 *   binance-usdm/klines/BTCUSDT/1m/BTCUSDT-1m-2026-10.zip            a month, byte for byte as the site has it
 *   binance-usdm/klines/BTCUSDT/1m/BTCUSDT-1m-2026-10.zip.CHECKSUM   its checksum: written last, so the zip is whole
 *   binance-usdm/klines/BTCUSDT/1m/BTCUSDT-1m-2026-11-19.zip         a day
 *   binance-usdm/klines/BTCUSDT/1m/BTCUSDT-1m-2026-11-20.csv         a day from REST, in the same columns
 *   binance-usdm/klines/BTCUSDT/1m/BTCUSDT-1m-2026-11-20.csv.json    how far that one reaches
 *   binance-usdm/klines/BTCUSDT/1m/absent.json                       days that the venue does not have
 *   binance-usdm/instruments/BTCUSDT.json                            its rules, in the form of exchangeInfo
 * Unfinished transfers end in `.part`.
 */
import {
  dayText,
  firstDayOf,
  lastDayOf,
  monthText,
  parseDay,
  parseMonth,
  type Day,
  type DaySpan,
  type Month,
} from './days.ts'
import { seriesFolder, type PublicVenue, type Series } from './series.ts'

/** The stretch of time that one file is about. */
export type Period = { readonly kind: 'day'; readonly day: Day } | { readonly kind: 'month'; readonly month: Month }

/** Hosts without trailing slash. */
export interface Addresses {
  /** The public-data site. */
  readonly files: string
  /** REST market data. */
  readonly rest: string
  /** REST host of raw trades. */
  readonly trades: string
}

const SITE = 'https://data.binance.vision'
const FUTURES = 'https://fapi.binance.com'
/** Serves public market data only, and in more countries than the trading host; it lacks historicalTrades. */
const SPOT_MARKET_DATA = 'https://data-api.binance.vision'
const SPOT = 'https://api.binance.com'

/** The hosts of a venue; `baseUrl` (a mirror, a test) replaces all of them. */
export function addressesOf(venue: PublicVenue, baseUrl?: string): Addresses {
  if (baseUrl !== undefined) {
    const base = baseUrl.replace(/\/+$/, '')
    return { files: base, rest: base, trades: base }
  }
  if (venue === 'binance-usdm') return { files: SITE, rest: FUTURES, trades: FUTURES }
  return { files: SITE, rest: SPOT_MARKET_DATA, trades: SPOT }
}

export function periodSpan(period: Period): DaySpan {
  if (period.kind === 'day') return { from: period.day, to: period.day }
  return { from: firstDayOf(period.month), to: lastDayOf(period.month) }
}

/** `2026-10` or `2026-10-03`. */
export function periodText(period: Period): string {
  return period.kind === 'day' ? dayText(period.day) : monthText(period.month)
}

export function parsePeriod(text: string): Period | undefined {
  const day = parseDay(text)
  if (day !== undefined) return { kind: 'day', day }
  const month = parseMonth(text)
  return month === undefined ? undefined : { kind: 'month', month }
}

/** File name without ending, the same on the site and on disk: `BTCUSDT-1m-2026-10`. */
export function stemOf(series: Series, period: Period): string {
  return `${series.symbol}-${series.interval ?? series.kind}-${periodText(period)}`
}

/** Path of a zip on the site, percent-encoded, beginning with a slash. */
export function sitePath(series: Series, period: Period): string {
  const area = series.venue === 'binance-spot' ? 'spot' : 'futures/um'
  const cycle = period.kind === 'day' ? 'daily' : 'monthly'
  const path = `/data/${area}/${cycle}/${seriesFolder(series)}/${stemOf(series, period)}.zip`
  return path.split('/').map(encodeURIComponent).join('/')
}

/** Path of a file below the data folder, without ending. */
export function localPath(series: Series, period: Period): string {
  return `${seriesRoot(series)}/${stemOf(series, period)}`
}

/** Folder of a series below the data folder. */
export function seriesRoot(series: Series): string {
  return `${series.venue}/${seriesFolder(series)}`
}

export function absentPath(series: Series): string {
  return `${seriesRoot(series)}/absent.json`
}

export function instrumentPath(venue: PublicVenue, symbol: string): string {
  return `${venue}/instruments/${symbol}.json`
}

/** The digest in a `.CHECKSUM` file (the format of sha256sum) that speaks of `name`; undefined when it does not. */
export function parseChecksum(text: string, name: string): string | undefined {
  const match = /^([0-9a-fA-F]{64})[ \t]+\*?(\S+)\s*$/.exec(text)
  return match?.[2] === name ? match[1]?.toLowerCase() : undefined
}
