/**
 * The venue's error codes: which code an order that fails gets, and the venue's own words for it.
 *
 * In: a reason (a FILTER, or one of REJECTION) and the instrument's market, because the two markets number differently.
 * Out: the code for the `error` field of an order update, and its message.
 */
import { FILTER } from '../../core/market/filters.ts'
import type { Market } from '../../core/market/instrument.ts'

/** Reasons beyond the filters why an order, or a wish to cancel one, is refused. */
export const REJECTION = {
  unknownOrder: 1,
  invalidSymbol: 2,
  invalidOrderType: 3,
  invalidTimeInForce: 4,
  duplicateId: 5,
  tooManyOrders: 6,
  insufficientFunds: 7,
  reduceOnly: 8,
  wouldTrigger: 9,
  postOnlyWouldTake: 10,
  cannotFillAtOnce: 11,
  outsideBand: 12,
} as const

const DERIVATIVE_FILTERS: Readonly<Record<number, number>> = {
  [FILTER.pricePrecision]: -1111,
  [FILTER.priceNotPositive]: -4001,
  [FILTER.priceTooHigh]: -4002,
  [FILTER.priceTooLow]: -4013,
  [FILTER.priceTick]: -4014,
  [FILTER.triggerNotPositive]: -4006,
  [FILTER.triggerTooHigh]: -4007,
  [FILTER.triggerTick]: -4014,
  [FILTER.quantityPrecision]: -1111,
  [FILTER.quantityNotPositive]: -4003,
  [FILTER.quantityTooSmall]: -4004,
  [FILTER.quantityTooLarge]: -4005,
  [FILTER.quantityStep]: -4023,
  [FILTER.bandHigh]: -4016,
  [FILTER.bandLow]: -4024,
  [FILTER.notional]: -4164,
}

/** Spot names the filter in the text; the code is one. */
const SPOT_FILTERS: Readonly<Record<number, string>> = {
  [FILTER.priceNotPositive]: 'PRICE_FILTER',
  [FILTER.priceTooHigh]: 'PRICE_FILTER',
  [FILTER.priceTooLow]: 'PRICE_FILTER',
  [FILTER.priceTick]: 'PRICE_FILTER',
  [FILTER.triggerNotPositive]: 'PRICE_FILTER',
  [FILTER.triggerTooHigh]: 'PRICE_FILTER',
  [FILTER.triggerTick]: 'PRICE_FILTER',
  [FILTER.quantityNotPositive]: 'LOT_SIZE',
  [FILTER.quantityTooSmall]: 'LOT_SIZE',
  [FILTER.quantityTooLarge]: 'LOT_SIZE',
  [FILTER.quantityStep]: 'LOT_SIZE',
  [FILTER.bandHigh]: 'PERCENT_PRICE_BY_SIDE',
  [FILTER.bandLow]: 'PERCENT_PRICE_BY_SIDE',
  [FILTER.notional]: 'NOTIONAL',
}

const DERIVATIVE_REJECTIONS: Readonly<Record<number, number>> = {
  [REJECTION.unknownOrder]: -2011,
  [REJECTION.invalidSymbol]: -1121,
  [REJECTION.invalidOrderType]: -1116,
  [REJECTION.invalidTimeInForce]: -1115,
  [REJECTION.duplicateId]: -4116,
  [REJECTION.tooManyOrders]: -2025,
  [REJECTION.insufficientFunds]: -2019,
  [REJECTION.reduceOnly]: -2022,
  [REJECTION.wouldTrigger]: -2021,
  [REJECTION.postOnlyWouldTake]: -5022,
  [REJECTION.cannotFillAtOnce]: -5021,
  [REJECTION.outsideBand]: -4131,
}

const SPOT_REJECTIONS: Readonly<Record<number, number>> = {
  ...DERIVATIVE_REJECTIONS,
  [REJECTION.duplicateId]: -2010,
  [REJECTION.insufficientFunds]: -2010,
  [REJECTION.wouldTrigger]: -2010,
  [REJECTION.postOnlyWouldTake]: -2010,
}

const MESSAGES: Readonly<Record<number, string>> = {
  [-1013]: 'Filter failure',
  [-1111]: 'Precision is over the maximum defined for this asset.',
  [-1115]: 'Invalid timeInForce.',
  [-1116]: 'Invalid orderType.',
  [-1121]: 'Invalid symbol.',
  [-2010]: 'NEW_ORDER_REJECTED',
  [-2011]: 'Unknown order sent.',
  [-2019]: 'Margin is insufficient.',
  [-2021]: 'Order would immediately trigger.',
  [-2022]: 'ReduceOnly Order is rejected.',
  [-2025]: 'Reach max open order limit.',
  [-4001]: 'Price less than 0.',
  [-4002]: 'Price greater than max price.',
  [-4003]: 'Quantity less than zero.',
  [-4004]: 'Quantity less than min quantity.',
  [-4005]: 'Quantity greater than max quantity.',
  [-4006]: 'Stop price less than zero.',
  [-4007]: 'Stop price greater than max price.',
  [-4013]: 'Price less than min price.',
  [-4014]: 'Price not increased by tick size.',
  [-4016]: 'Price is higher than mark price multiplier cap.',
  [-4023]: 'Qty not increased by step size.',
  [-4024]: 'Price is lower than mark price multiplier floor.',
  [-4116]: 'clientOrderId is duplicated',
  [-4131]: "The counterparty's best price does not meet the PERCENT_PRICE filter limit",
  [-4164]: "Order's notional must be no smaller than the symbol's minimum (unless you choose reduce only)",
  [-5021]: 'Due to the order could not be filled immediately, the FOK order has been rejected.',
  [-5022]: 'Due to the order could not be executed as maker, the Post Only order will be rejected.',
}

/** What spot says behind -2010, by reason. */
const SPOT_TEXTS: Readonly<Record<number, string>> = {
  [REJECTION.duplicateId]: 'Duplicate order sent.',
  [REJECTION.insufficientFunds]: 'Account has insufficient balance for requested action.',
  [REJECTION.wouldTrigger]: 'Order would trigger immediately.',
  [REJECTION.postOnlyWouldTake]: 'Order would immediately match and take.',
}

/** The venue's code for a failed FILTER. */
export function filterErrorCode(market: Market, filter: number): number {
  const code = DERIVATIVE_FILTERS[filter]
  if (code === undefined) throw new RangeError(`filter ${filter} has no error code: 1 to ${FILTER.notional} have one`)
  return market === 'spot' && SPOT_FILTERS[filter] !== undefined ? -1013 : code
}

/** The venue's text for a failed FILTER. */
export function filterMessage(market: Market, filter: number): string {
  const name = market === 'spot' ? SPOT_FILTERS[filter] : undefined
  return name === undefined ? errorMessage(filterErrorCode(market, filter)) : `Filter failure: ${name}`
}

/** The venue's code for a REJECTION. */
export function rejectionCode(market: Market, rejection: number): number {
  const code = (market === 'spot' ? SPOT_REJECTIONS : DERIVATIVE_REJECTIONS)[rejection]
  if (code === undefined) throw new RangeError(`rejection ${rejection} has no error code`)
  return code
}

/** The venue's text for a REJECTION. */
export function rejectionMessage(market: Market, rejection: number): string {
  const text = market === 'spot' ? SPOT_TEXTS[rejection] : undefined
  return text ?? errorMessage(rejectionCode(market, rejection))
}

/** The text that stands for a code wherever the reason behind it is no longer known (an order update on a tape). */
export function errorMessage(code: number): string {
  return MESSAGES[code] ?? `venue error ${code}`
}
