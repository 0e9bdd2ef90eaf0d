/** Instruments for tests: plausible rules, nothing inferred. */
import type { Instrument } from '../core/market/instrument.ts'

/** A linear contract quoted in USDT with a tick of 0.1 and lots of 0.001, changed as the test needs. */
export function exampleInstrument(symbol: string, changes: Partial<Instrument> = {}): Instrument {
  return {
    venue: 'binance-usdm',
    market: 'linear',
    symbol,
    version: 1,
    base: symbol.replace(/USDT$/, ''),
    quote: 'USDT',
    settle: 'USDT',
    contractSize: 1,
    priceDecimals: 1,
    quantityDecimals: 3,
    markDecimals: 8,
    tickSize: 1,
    stepSize: 1,
    minQuantity: 1,
    maxQuantity: 1_000_000_000,
    marketStepSize: 1,
    marketMinQuantity: 1,
    marketMaxQuantity: 1_000_000_000,
    minPrice: 1,
    maxPrice: 1_000_000_000,
    minNotionalMicros: 5_000_000,
    priceBandUpPpm: 0,
    priceBandDownPpm: 0,
    inferred: false,
    ...changes,
  }
}
