/** What a REST request costs of the venue's limits per address, and how much of them a download may take. */
import type { PublicVenue } from './series.ts'

export type RestEndpoint =
  'time' | 'exchangeInfo' | 'klines' | 'markPriceKlines' | 'aggTrades' | 'historicalTrades' | 'fundingRate'

/** A limit of the venue: so much weight in each window, windows aligned to the clock. */
export interface RateLimit {
  readonly weight: number
  readonly windowMs: number
}

const MINUTE_MS = 60_000

/** REQUEST_WEIGHT per minute and address. */
const VENUE_LIMITS: Readonly<Record<PublicVenue, RateLimit>> = {
  'binance-usdm': { weight: 2400, windowMs: MINUTE_MS },
  'binance-spot': { weight: 6000, windowMs: MINUTE_MS },
}

/** fundingRate has a pool of its own, counted in requests. */
const FUNDING_LIMIT: RateLimit = { weight: 500, windowMs: 5 * MINUTE_MS }

/**
 * Half: the rest is for a trading session at the same address, and because our minute and the venue's need not begin
 * together, two of our halves may meet in one of its minutes.
 */
const SHARE = 0.5

/** Most rows per request. */
const ROWS_MAX: Readonly<Record<PublicVenue, Readonly<Partial<Record<RestEndpoint, number>>>>> = {
  'binance-usdm': { klines: 1500, markPriceKlines: 1500, aggTrades: 1000, fundingRate: 1000 },
  'binance-spot': { klines: 1000, aggTrades: 1000, historicalTrades: 1000 },
}

/** Futures candles: requests of up to `rows` rows cost `weight`. */
const FUTURES_CANDLES: readonly { readonly rows: number; readonly weight: number }[] = [
  { rows: 99, weight: 1 },
  { rows: 499, weight: 2 },
  { rows: 1000, weight: 5 },
  { rows: 1500, weight: 10 },
]

/** True where the request counts in the pool of fundingRate and not in the common one. */
export function hasOwnPool(endpoint: RestEndpoint): boolean {
  return endpoint === 'fundingRate'
}

/** Our share of the limit that `endpoint` counts in. */
export function budgetOf(venue: PublicVenue, ownPool: boolean): RateLimit {
  const limit = ownPool ? FUNDING_LIMIT : VENUE_LIMITS[venue]
  return { weight: Math.floor(limit.weight * SHARE), windowMs: limit.windowMs }
}

/** Most rows that one request of `endpoint` may ask for. */
export function rowsMax(venue: PublicVenue, endpoint: RestEndpoint): number {
  return ROWS_MAX[venue][endpoint] ?? 1
}

/** Weight of a request for `rows` rows (its `limit` parameter). */
export function weightOf(venue: PublicVenue, endpoint: RestEndpoint, rows: number): number {
  const spot = venue === 'binance-spot'
  switch (endpoint) {
    case 'time':
    case 'fundingRate':
      return 1
    case 'exchangeInfo':
      return spot ? 20 : 1
    case 'klines':
    case 'markPriceKlines':
      return spot ? 2 : (FUTURES_CANDLES.find((tier) => rows <= tier.rows)?.weight ?? 10)
    case 'aggTrades':
      return spot ? 4 : 20
    case 'historicalTrades':
      return spot ? 25 : 200
  }
}
