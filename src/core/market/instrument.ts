/**
 * What is traded, and by which rules. An instrument is (venue, market, symbol, version); rules change over time, and each
 * change is a new version, so that a price on an old tape keeps its meaning.
 */

/** How profit is settled: spot has none, linear settles in the quote asset, inverse in the base asset. */
export type Market = 'spot' | 'linear' | 'inverse'

/**
 * One version of one instrument. Prices on the tape count `10^-priceDecimals` of the quote asset (the price quantum),
 * quantities count `10^-quantityDecimals` of the base asset or contract (the lot quantum), mark and index prices count
 * `10^-markDecimals`. Limits of 0 mean that the venue states none.
 */
export interface Instrument {
  /** Venue key such as `binance-usdm` or `binance-spot`. */
  readonly venue: string
  readonly market: Market
  /** The venue's own symbol, exactly as it writes it. */
  readonly symbol: string
  /** 1 for the first version known, counted up. */
  readonly version: number
  readonly base: string
  readonly quote: string
  /** Asset in which profit, funding and margin are settled; the quote asset on spot. */
  readonly settle: string
  /** Base units per contract; 1 except for inverse and multiplied contracts. */
  readonly contractSize: number
  readonly priceDecimals: number
  readonly quantityDecimals: number
  readonly markDecimals: number
  /** Filter on our order prices, in price quanta. */
  readonly tickSize: number
  /** Filter on our order quantities, in quantity quanta. */
  readonly stepSize: number
  readonly minQuantity: number
  readonly maxQuantity: number
  /** The same for market orders. */
  readonly marketStepSize: number
  readonly marketMinQuantity: number
  readonly marketMaxQuantity: number
  /** In price quanta. */
  readonly minPrice: number
  readonly maxPrice: number
  /** Smallest order value, in millionths of the quote asset. */
  readonly minNotionalMicros: number
  /** Allowed order price against the mark or average price, in millionths (1_050_000 = 1.05); 0 = no limit. */
  readonly priceBandUpPpm: number
  readonly priceBandDownPpm: number
  /** True when the rules were guessed from the data because no exchange information was given. */
  readonly inferred: boolean
}

/** Key under which versions of one instrument belong together. */
export function instrumentKey(instrument: Pick<Instrument, 'venue' | 'symbol'>): string {
  return `${instrument.venue}:${instrument.symbol}`
}

/** Venues print mark and index prices with eight decimals, whatever the tick. */
export const DEFAULT_MARK_DECIMALS = 8
