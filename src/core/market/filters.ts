/**
 * The venue's filters on our orders, as one pure function: the engine asks it before it sends, the simulated exchange when
 * an order arrives, so that both refuse the same orders.
 *
 * In: an instrument's rules and an order as integer counts. Out: the first FILTER that the order fails, 0 for none. Every
 * comparison is exact, also where a product does not fit a double. Refuses nothing itself: the answer is a value.
 */
import { parseDecimal, scaleOf, significantDecimals } from '../number/decimal.ts'
import { ORDER_FLAGS, ORDER_TYPE } from '../tape/kinds.ts'
import type { Instrument } from './instrument.ts'

/** Filters in the order in which they are looked at. */
export const FILTER = {
  passed: 0,
  pricePrecision: 1,
  priceNotPositive: 2,
  priceTooHigh: 3,
  priceTooLow: 4,
  priceTick: 5,
  triggerNotPositive: 6,
  triggerTooHigh: 7,
  triggerTick: 8,
  quantityPrecision: 9,
  quantityNotPositive: 10,
  quantityTooSmall: 11,
  quantityTooLarge: 12,
  quantityStep: 13,
  bandHigh: 14,
  bandLow: 15,
  notional: 16,
} as const

/**
 * Places of the order in the input array: price and trigger in price quanta, quantity in lots, reference (the mark price,
 * or what stands for it) in mark quanta. 0 where there is none; without a reference what needs one is not checked.
 */
export const FILTER_INPUT = { price: 0, quantity: 1, trigger: 2, reference: 3, length: 4 } as const

const MILLION = 1_000_000

/**
 * Returns the first filter that the order in `input` (FILTER_INPUT) fails, or FILTER.passed. `type` is an ORDER_TYPE,
 * `flags` are ORDER_FLAGS. Reduce-only orders have no smallest value; a market order's value is that at the reference.
 */
export function checkFilters(instrument: Instrument, type: number, flags: number, input: Float64Array): number {
  let failed: number = FILTER.passed
  if (hasLimitPrice(type)) failed = checkPrice(instrument, input)
  if (failed === FILTER.passed && hasTrigger(type)) failed = checkTrigger(instrument, input)
  if (failed === FILTER.passed) failed = checkQuantity(instrument, type, input)
  if (failed === FILTER.passed && hasLimitPrice(type)) {
    failed = checkBand(instrument, (flags & ORDER_FLAGS.sell) !== 0, input)
  }
  if (failed === FILTER.passed && (flags & ORDER_FLAGS.reduceOnly) === 0)
    failed = checkNotional(instrument, type, input)
  return failed
}

/** Whether orders of this ORDER_TYPE name the worst price they take. */
export function hasLimitPrice(type: number): boolean {
  return type === ORDER_TYPE.limit || type === ORDER_TYPE.stopLimit || type === ORDER_TYPE.takeProfitLimit
}

/** Whether orders of this ORDER_TYPE wait for a trigger price. */
export function hasTrigger(type: number): boolean {
  return type >= ORDER_TYPE.stopMarket && type <= ORDER_TYPE.takeProfitLimit
}

/**
 * Returns FILTER.bandHigh for a purchase, FILTER.bandLow for a sale at a price (`input`) outside the instrument's band
 * around the reference. A market order's own price is the level that it is about to take.
 */
export function checkBand(instrument: Instrument, sell: boolean, input: Float64Array): number {
  const reference = input[FILTER_INPUT.reference] as number
  const ppm = sell ? instrument.priceBandDownPpm : instrument.priceBandUpPpm
  if (ppm === 0 || !(reference > 0)) return FILTER.passed
  // price / 10^priceDecimals against reference / 10^markDecimals * ppm / 10^6, without a division.
  const finer = instrument.markDecimals - instrument.priceDecimals
  const scale = finer >= 0 ? scaleOf(finer) * MILLION : MILLION
  const bound = finer >= 0 ? ppm : ppm * scaleOf(-finer)
  const side = compareProducts(input[FILTER_INPUT.price] as number, scale, reference, bound)
  if (sell) return side < 0 ? FILTER.bandLow : FILTER.passed
  return side > 0 ? FILTER.bandHigh : FILTER.passed
}

function checkPrice(instrument: Instrument, input: Float64Array): number {
  const price = input[FILTER_INPUT.price] as number
  if (!Number.isSafeInteger(price)) return FILTER.pricePrecision
  if (price <= 0) return FILTER.priceNotPositive
  if (instrument.maxPrice > 0 && price > instrument.maxPrice) return FILTER.priceTooHigh
  if (price < instrument.minPrice) return FILTER.priceTooLow
  return onGrid(instrument, price, instrument.minPrice, instrument.tickSize) ? FILTER.passed : FILTER.priceTick
}

function checkTrigger(instrument: Instrument, input: Float64Array): number {
  const trigger = input[FILTER_INPUT.trigger] as number
  if (!Number.isSafeInteger(trigger)) return FILTER.pricePrecision
  if (trigger <= 0 || trigger < instrument.minPrice) return FILTER.triggerNotPositive
  if (instrument.maxPrice > 0 && trigger > instrument.maxPrice) return FILTER.triggerTooHigh
  return onGrid(instrument, trigger, instrument.minPrice, instrument.tickSize) ? FILTER.passed : FILTER.triggerTick
}

/** Market orders have sizes of their own; where the venue states none, or on spot, those of limit orders hold as well. */
function checkQuantity(instrument: Instrument, type: number, input: Float64Array): number {
  const quantity = input[FILTER_INPUT.quantity] as number
  if (!Number.isSafeInteger(quantity)) return FILTER.quantityPrecision
  if (quantity <= 0) return FILTER.quantityNotPositive
  const market = !hasLimitPrice(type)
  const both = !market || instrument.market === 'spot'
  const { marketMinQuantity, marketMaxQuantity, marketStepSize } = instrument
  if (market) {
    if (quantity < marketMinQuantity) return FILTER.quantityTooSmall
    if (marketMaxQuantity > 0 && quantity > marketMaxQuantity) return FILTER.quantityTooLarge
    if (!onGrid(instrument, quantity, marketMinQuantity, marketStepSize)) return FILTER.quantityStep
  }
  const { minQuantity, maxQuantity, stepSize } = instrument
  if ((both || marketMinQuantity === 0) && quantity < minQuantity) return FILTER.quantityTooSmall
  if ((both || marketMaxQuantity === 0) && maxQuantity > 0 && quantity > maxQuantity) return FILTER.quantityTooLarge
  if ((both || marketStepSize === 0) && !onGrid(instrument, quantity, minQuantity, stepSize)) return FILTER.quantityStep
  return FILTER.passed
}

/** Derivatives count steps from the smallest value, spot counts them from zero. A step of 0 allows everything. */
function onGrid(instrument: Instrument, value: number, from: number, step: number): boolean {
  if (step <= 0) return true
  return (instrument.market === 'spot' ? value : value - from) % step === 0
}

function checkNotional(instrument: Instrument, type: number, input: Float64Array): number {
  const least = instrument.minNotionalMicros
  if (least === 0 || instrument.market === 'inverse') return FILTER.passed
  let price = input[FILTER_INPUT.price] as number
  let decimals = instrument.priceDecimals
  if (type === ORDER_TYPE.market) {
    price = input[FILTER_INPUT.reference] as number
    decimals = instrument.markDecimals
    if (!(price > 0)) return FILTER.passed
  } else if (!hasLimitPrice(type)) price = input[FILTER_INPUT.trigger] as number
  // price * quantity * contractSize / 10^decimals against least / 10^6, without a division.
  let size = instrument.contractSize
  let exponent = decimals + instrument.quantityDecimals - 6
  if (!Number.isInteger(size)) {
    const sizeDecimals = significantDecimals(String(size))
    size = parseDecimal(String(size), sizeDecimals)
    exponent += sizeDecimals
  }
  const value = price * size * (exponent < 0 ? scaleOf(-exponent) : 1)
  const scale = exponent > 0 ? scaleOf(exponent) : 1
  return compareProducts(value, input[FILTER_INPUT.quantity] as number, least, scale) < 0
    ? FILTER.notional
    : FILTER.passed
}

/** Splits a double into two halves of 26 bits (Veltkamp). */
const SPLITTER = 134_217_729

/**
 * Returns the sign of a * b - c * d, exactly. Rounding keeps the order of different products, so that only equal rounded
 * products need their rounding errors (Dekker's product) compared.
 */
export function compareProducts(a: number, b: number, c: number, d: number): number {
  const left = a * b
  const right = c * d
  if (left !== right) return left < right ? -1 : 1
  const difference = productError(a, b, left) - productError(c, d, right)
  return difference < 0 ? -1 : difference > 0 ? 1 : 0
}

/** a * b - product, where product is a * b rounded. */
function productError(a: number, b: number, product: number): number {
  const wideA = SPLITTER * a
  const aHigh = wideA - (wideA - a)
  const aLow = a - aHigh
  const wideB = SPLITTER * b
  const bHigh = wideB - (wideB - b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}
