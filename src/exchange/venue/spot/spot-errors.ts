/**
 * What the spot venue says when it refuses. Spot gives many reasons one code and puts the reason into the text, so that a
 * reason is a number of its own here, and code and text are looked up when somebody reads them.
 *
 * In: a SPOT_ERROR. Out: the venue's code and its words.
 */

export const SPOT_ERROR = {
  none: 0,
  // Filters, in the order in which they are looked at.
  priceFilter: 1,
  lotSize: 2,
  marketLotSize: 3,
  percentPrice: 4,
  notional: 5,
  maxOrders: 6,
  maxAlgoOrders: 7,
  maxLists: 8,
  maxAmends: 9,
  // What the matching engine says.
  insufficientBalance: 20,
  wouldTake: 21,
  wouldTrigger: 22,
  duplicateOrder: 23,
  marketClosed: 24,
  badListPrices: 25,
  duplicateList: 26,
  // Cancelling and amending.
  unknownOrder: 40,
  cancelRestricted: 41,
  unknownList: 42,
  amendUnknown: 43,
  amendIncrease: 44,
  amendNotWorking: 45,
  amendSame: 46,
  amendTooSmall: 47,
  clientIdMismatch: 48,
  // Cancel and replace.
  replacePartlyFailed: 60,
  replaceFailed: 61,
  // Requests that make no sense.
  badSymbol: 80,
  badOrderType: 81,
  badTimeInForce: 82,
  badSide: 83,
  badSelfTrade: 84,
  badCombination: 85,
  badAccount: 86,
  badAsset: 87,
  withdrawTooMuch: 88,
  badAmount: 92,
  notSupported: 89,
  badFilters: 93,
  badSlices: 94,
} as const

type Entry = readonly [code: number, text: string]

const ENTRIES: Readonly<Record<number, Entry>> = {
  [SPOT_ERROR.priceFilter]: [-1013, 'Filter failure: PRICE_FILTER'],
  [SPOT_ERROR.lotSize]: [-1013, 'Filter failure: LOT_SIZE'],
  [SPOT_ERROR.marketLotSize]: [-1013, 'Filter failure: MARKET_LOT_SIZE'],
  [SPOT_ERROR.percentPrice]: [-1013, 'Filter failure: PERCENT_PRICE_BY_SIDE'],
  [SPOT_ERROR.notional]: [-1013, 'Filter failure: NOTIONAL'],
  [SPOT_ERROR.maxOrders]: [-1013, 'Filter failure: MAX_NUM_ORDERS'],
  [SPOT_ERROR.maxAlgoOrders]: [-1013, 'Filter failure: MAX_NUM_ALGO_ORDERS'],
  [SPOT_ERROR.maxLists]: [-1013, 'Filter failure: MAX_NUM_ORDER_LISTS'],
  [SPOT_ERROR.maxAmends]: [-1013, 'Filter failure: MAX_NUM_ORDER_AMENDS'],
  [SPOT_ERROR.insufficientBalance]: [-2010, 'Account has insufficient balance for requested action.'],
  [SPOT_ERROR.wouldTake]: [-2010, 'Order would immediately match and take.'],
  [SPOT_ERROR.wouldTrigger]: [-2010, 'Order would trigger immediately.'],
  [SPOT_ERROR.duplicateOrder]: [-2010, 'Duplicate order sent.'],
  [SPOT_ERROR.marketClosed]: [-2010, 'Market is closed.'],
  [SPOT_ERROR.badListPrices]: [-2010, 'The relationship of the prices for the orders is not correct.'],
  [SPOT_ERROR.duplicateList]: [-2010, 'Duplicate order list sent.'],
  [SPOT_ERROR.unknownOrder]: [-2011, 'Unknown order sent.'],
  [SPOT_ERROR.cancelRestricted]: [-2011, 'Order was not canceled due to cancel restrictions.'],
  [SPOT_ERROR.unknownList]: [-2011, 'Unknown order list sent.'],
  [SPOT_ERROR.amendUnknown]: [-2038, 'Unknown order sent.'],
  [SPOT_ERROR.amendIncrease]: [-2038, 'Order amend (quantity increase) is not supported.'],
  [SPOT_ERROR.amendNotWorking]: [-2038, 'Order amend is not supported for orders that are not working.'],
  [SPOT_ERROR.amendSame]: [-2038, 'The requested action would change no state; rejecting.'],
  [SPOT_ERROR.amendTooSmall]: [-2038, 'Order amend (quantity not above the executed quantity) is not supported.'],
  [SPOT_ERROR.clientIdMismatch]: [-2039, 'Client order ID is not correct for this order ID'],
  [SPOT_ERROR.replacePartlyFailed]: [-2021, 'Order cancel-replace partially failed.'],
  [SPOT_ERROR.replaceFailed]: [-2022, 'Order cancel-replace failed.'],
  [SPOT_ERROR.badSymbol]: [-1121, 'Invalid symbol.'],
  [SPOT_ERROR.badOrderType]: [-1116, 'Invalid orderType.'],
  [SPOT_ERROR.badTimeInForce]: [-1115, 'Invalid timeInForce.'],
  [SPOT_ERROR.badSide]: [-1117, 'Invalid side.'],
  [SPOT_ERROR.badSelfTrade]: [-1013, 'This symbol does not allow the specified self-trade prevention mode.'],
  [SPOT_ERROR.badCombination]: [-1014, 'Unsupported order combination.'],
  [SPOT_ERROR.badAccount]: [-1109, 'Invalid account.'],
  [SPOT_ERROR.badAsset]: [-1108, 'Invalid asset.'],
  [SPOT_ERROR.withdrawTooMuch]: [-2018, 'Balance is insufficient.'],
  [SPOT_ERROR.badAmount]: [-1100, "Illegal characters found in parameter 'amount'."],
  [SPOT_ERROR.badFilters]: [-1130, "Data sent for parameter 'filters' is not valid."],
  [SPOT_ERROR.badSlices]: [-1130, "Data sent for parameter 'slices' is not valid."],
  [SPOT_ERROR.notSupported]: [-1020, 'This operation is not supported.'],
}

/** The venue's code for a SPOT_ERROR; 0 for none. */
export function spotErrorCode(error: number): number {
  return error === SPOT_ERROR.none ? 0 : entryOf(error)[0]
}

/** The venue's words for a SPOT_ERROR; empty for none. */
export function spotErrorText(error: number): string {
  return error === SPOT_ERROR.none ? '' : entryOf(error)[1]
}

function entryOf(error: number): Entry {
  const entry = ENTRIES[error]
  if (entry === undefined) throw new RangeError(`${error} is no SPOT_ERROR`)
  return entry
}
