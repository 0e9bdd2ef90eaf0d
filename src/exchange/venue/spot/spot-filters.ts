/**
 * The spot venue's filters on an order: which of them it fails first.
 *
 * In: the market's rules, the order as integer counts in `cells` (ORDER_CELL), and the price that stands for the market. Out:
 * a SPOT_ERROR. Every comparison is exact. Spot counts ticks and steps from zero, names the filter in its text, and bounds
 * prices on both sides for both directions; how many orders an account has is looked at elsewhere.
 */
import { compareProducts } from '../../../core/market/filters.ts'
import { scaleOf } from '../../../core/number/decimal.ts'
import type { VenueInstrument } from '../venue-instrument.ts'
import { ASSET_DECIMALS } from './balances.ts'
import { SPOT_ERROR } from './spot-errors.ts'

/**
 * Inputs: price and trigger in price quanta (0 for none), lots, quote quantity in 10^-8 (0 for none), reference price in
 * mark quanta (0: nothing was traded yet, and what needs one is not checked).
 */
export const ORDER_CELL = { price: 0, trigger: 1, lots: 2, quoteQuantity: 3, reference: 4, length: 5 } as const

/** NOTIONAL's upper bound, in whole units of the quote asset; market orders are free of it, as on the venue. */
export const MAX_NOTIONAL = 9_000_000
const MILLION = 1_000_000

/** The first filter that the order fails; `market` says that it takes the market's price (at once, or when set off). */
export function checkSpotFilters(instrument: VenueInstrument, market: boolean, cells: Float64Array): number {
  const price = cells[ORDER_CELL.price] as number
  const trigger = cells[ORDER_CELL.trigger] as number
  if (!market && !isPrice(instrument, price)) return SPOT_ERROR.priceFilter
  if (trigger !== 0 && !isPrice(instrument, trigger)) return SPOT_ERROR.priceFilter
  if (!market && !isInBand(instrument, cells)) return SPOT_ERROR.percentPrice
  if ((cells[ORDER_CELL.quoteQuantity] as number) > 0) return checkQuoteQuantity(instrument, cells)
  const lots = cells[ORDER_CELL.lots] as number
  const { minQuantity, maxQuantity, stepSize } = instrument
  if (!isOnGrid(lots, minQuantity, maxQuantity, stepSize) || lots <= 0) return SPOT_ERROR.lotSize
  if (market && !isMarketLot(instrument, lots)) return SPOT_ERROR.marketLotSize
  return checkNotional(instrument, market, cells)
}

/** Whether a quantity meets MARKET_LOT_SIZE. */
export function isMarketLot(instrument: VenueInstrument, lots: number): boolean {
  return isOnGrid(lots, instrument.marketMinQuantity, instrument.marketMaxQuantity, instrument.marketStepSize)
}

/** Lots that one more step of a market order has. */
export function marketStep(instrument: VenueInstrument): number {
  return Math.max(1, instrument.stepSize, instrument.marketStepSize)
}

function isPrice(instrument: VenueInstrument, price: number): boolean {
  return price > 0 && isOnGrid(price, instrument.minPrice, instrument.maxPrice, instrument.tickSize)
}

/** Bounds and steps of 0 allow everything. */
function isOnGrid(value: number, least: number, most: number, step: number): boolean {
  if (!Number.isSafeInteger(value) || value < least || (most > 0 && value > most)) return false
  return step <= 0 || value % step === 0
}

/** PERCENT_PRICE_BY_SIDE, with the same multipliers for both sides. */
function isInBand(instrument: VenueInstrument, cells: Float64Array): boolean {
  const reference = cells[ORDER_CELL.reference] as number
  const { priceBandUpPpm, priceBandDownPpm, markDecimals, priceDecimals } = instrument
  if (!(reference > 0)) return true
  // price / 10^priceDecimals against reference / 10^markDecimals * ppm / 10^6, without a division.
  const scale = scaleOf(markDecimals - priceDecimals) * MILLION
  const price = cells[ORDER_CELL.price] as number
  if (priceBandUpPpm > 0 && compareProducts(price, scale, reference, priceBandUpPpm) > 0) return false
  return priceBandDownPpm === 0 || compareProducts(price, scale, reference, priceBandDownPpm) >= 0
}

/** NOTIONAL: a market order's value is that at the reference; what it must not be above holds for others only. */
function checkNotional(instrument: VenueInstrument, market: boolean, cells: Float64Array): number {
  const price = cells[market ? ORDER_CELL.reference : ORDER_CELL.price] as number
  if (!(price > 0)) return SPOT_ERROR.none
  const decimals = (market ? instrument.markDecimals : instrument.priceDecimals) + instrument.quantityDecimals - 6
  const finer = decimals >= 0 ? scaleOf(decimals) : 1
  const value = price * (decimals < 0 ? scaleOf(-decimals) : 1)
  const lots = cells[ORDER_CELL.lots] as number
  if (compareProducts(value, lots, instrument.minNotionalMicros, finer) < 0) return SPOT_ERROR.notional
  if (!market && compareProducts(value, lots, MAX_NOTIONAL * MILLION, finer) > 0) return SPOT_ERROR.notional
  return SPOT_ERROR.none
}

function checkQuoteQuantity(instrument: VenueInstrument, cells: Float64Array): number {
  const quote = cells[ORDER_CELL.quoteQuantity] as number
  if (!Number.isSafeInteger(quote)) return SPOT_ERROR.lotSize
  const least = instrument.minNotionalMicros * scaleOf(ASSET_DECIMALS - 6)
  return quote < least ? SPOT_ERROR.notional : SPOT_ERROR.none
}
