/**
 * The venue's errors: codes, and its own words for them.
 *
 * In: nothing. Out: one entry per text that clients may meet, by a name that says the reason. `%s` stands for a value that
 * the text names; `errorText` puts it in. Several entries share a code where the venue has several texts for it.
 */

/** Code and text of one error. */
export interface VenueError {
  readonly code: number
  readonly text: string
}

export const VENUE_ERROR = {
  // General server and network.
  unknown: { code: -1000, text: 'An unknown error occured while processing the request.' },
  disconnected: { code: -1001, text: 'Internal error; unable to process your request. Please try again.' },
  unauthorized: { code: -1002, text: 'You are not authorized to execute this request.' },
  tooManyRequests: {
    code: -1003,
    text: 'Too many requests; current limit is %s requests per minute. Please use the websocket for live updates to avoid polling the API.',
  },
  banned: {
    code: -1003,
    text: 'Way too many requests; IP banned until %s. Please use the websocket for live updates to avoid bans.',
  },
  unexpectedResponse: {
    code: -1006,
    text: 'An unexpected response was received from the message bus. Execution status unknown.',
  },
  timeout: {
    code: -1007,
    text: 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
  },
  throttled: {
    code: -1008,
    text: 'Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.',
  },
  invalidMessage: { code: -1013, text: 'INVALID_MESSAGE.' },
  orderCombination: { code: -1014, text: 'Unsupported order combination.' },
  tooManyOrders: { code: -1015, text: 'Too many new orders; current limit is %s orders per %s.' },
  serviceGone: { code: -1016, text: 'This service is no longer available.' },
  notSupported: { code: -1020, text: 'This operation is not supported.' },
  outsideWindow: { code: -1021, text: 'Timestamp for this request is outside of the recvWindow.' },
  aheadOfTime: { code: -1021, text: "Timestamp for this request was 1000ms ahead of the server's time." },
  signature: { code: -1022, text: 'Signature for this request is not valid.' },
  startAfterEnd: { code: -1023, text: 'Start time is greater than end time.' },
  notFound: { code: -1099, text: 'Not found, unauthenticated, or unauthorized.' },
  // Parameters.
  illegalCharacters: { code: -1100, text: "Illegal characters found in parameter '%s'; legal range is '%s'." },
  illegalCharactersSomewhere: { code: -1100, text: 'Illegal characters found in a parameter.' },
  tooManyParameters: { code: -1101, text: "Too many parameters; expected '%s' and received '%s'." },
  duplicateParameters: { code: -1101, text: 'Duplicate values for a parameter detected.' },
  mandatory: { code: -1102, text: "Mandatory parameter '%s' was not sent, was empty/null, or malformed." },
  mandatoryEither: { code: -1102, text: "Param '%s' or '%s' must be sent, but both were empty/null!" },
  unknownParameter: { code: -1103, text: 'An unknown parameter was sent.' },
  unreadParameters: {
    code: -1104,
    text: "Not all sent parameters were read; read '%s' parameter(s) but was sent '%s'.",
  },
  emptyParameter: { code: -1105, text: "Parameter '%s' was empty." },
  notRequired: { code: -1106, text: "Parameter '%s' sent when not required." },
  invalidAsset: { code: -1108, text: 'Invalid asset.' },
  invalidAccount: { code: -1109, text: 'Invalid account.' },
  invalidSymbolType: { code: -1110, text: 'Invalid symbolType.' },
  precision: { code: -1111, text: 'Precision is over the maximum defined for this asset.' },
  noDepth: { code: -1112, text: 'No orders on book for symbol.' },
  timeInForceNotRequired: { code: -1114, text: 'TimeInForce parameter sent when not required.' },
  invalidTimeInForce: { code: -1115, text: 'Invalid timeInForce.' },
  invalidOrderType: { code: -1116, text: 'Invalid orderType.' },
  invalidSide: { code: -1117, text: 'Invalid side.' },
  emptyClientId: { code: -1118, text: 'New client order ID was empty.' },
  emptyOriginalClientId: { code: -1119, text: 'Original client order ID was empty.' },
  invalidInterval: { code: -1120, text: 'Invalid interval.' },
  invalidSymbol: { code: -1121, text: 'Invalid symbol.' },
  invalidSymbolStatus: { code: -1122, text: 'Invalid symbol status.' },
  unknownListenKey: {
    code: -1125,
    text: 'This listenKey does not exist. Please use `POST /fapi/v1/listenKey` to recreate `listenKey`',
  },
  assetNotSupported: { code: -1126, text: 'This asset is not supported.' },
  tooLongSpan: { code: -1127, text: 'More than %s hours between startTime and endTime.' },
  optionalCombination: { code: -1128, text: 'Combination of optional parameters invalid.' },
  invalidParameter: { code: -1130, text: "Data sent for parameter '%s' is not valid." },
  invalidResponseType: { code: -1136, text: 'Invalid newOrderRespType.' },
  // Orders.
  orderRejected: { code: -2010, text: 'NEW_ORDER_REJECTED' },
  unknownOrder: { code: -2011, text: 'Unknown order sent.' },
  batchCancel: { code: -2012, text: 'Batch cancel failure.' },
  noSuchOrder: { code: -2013, text: 'Order does not exist.' },
  apiKeyFormat: { code: -2014, text: 'API-key format invalid.' },
  apiKey: { code: -2015, text: 'Invalid API-key, IP, or permissions for action.' },
  balance: { code: -2018, text: 'Balance is insufficient.' },
  margin: { code: -2019, text: 'Margin is insufficient.' },
  unableToFill: { code: -2020, text: 'Unable to fill.' },
  wouldTrigger: { code: -2021, text: 'Order would immediately trigger.' },
  reduceOnly: { code: -2022, text: 'ReduceOnly Order is rejected.' },
  inLiquidation: { code: -2023, text: 'User in liquidation mode now.' },
  positionShort: { code: -2024, text: 'Position is not sufficient.' },
  maxOrders: { code: -2025, text: 'Reach max open order limit.' },
  reduceOnlyType: { code: -2026, text: 'This OrderType is not supported when reduceOnly.' },
  maxPosition: { code: -2027, text: 'Exceeded the maximum allowable position at current leverage.' },
  minLeverage: { code: -2028, text: 'Leverage is smaller than permitted: insufficient margin balance.' },
  // Filters and settings.
  orderStatus: { code: -4000, text: 'Invalid order status.' },
  priceNegative: { code: -4001, text: 'Price less than 0.' },
  priceTooHigh: { code: -4002, text: 'Price greater than max price.' },
  quantityNegative: { code: -4003, text: 'Quantity less than zero.' },
  quantityTooSmall: { code: -4004, text: 'Quantity less than min quantity.' },
  quantityTooLarge: { code: -4005, text: 'Quantity greater than max quantity.' },
  triggerNegative: { code: -4006, text: 'Stop price less than zero.' },
  triggerTooHigh: { code: -4007, text: 'Stop price greater than max price.' },
  priceTooLow: { code: -4013, text: 'Price less than min price.' },
  priceTick: { code: -4014, text: 'Price not increased by tick size.' },
  clientIdInvalid: { code: -4015, text: 'Client order id is not valid.' },
  clientIdTooLong: { code: -4015, text: 'Client order id length should not be more than 36 chars' },
  bandHigh: { code: -4016, text: 'Price is higher than mark price multiplier cap.' },
  depthLimit: { code: -4021, text: "'%s' is not valid depth limit." },
  quantityStep: { code: -4023, text: 'Qty not increased by step size.' },
  bandLow: { code: -4024, text: 'Price is lower than mark price multiplier floor.' },
  leverage: { code: -4028, text: 'Leverage %s is not valid' },
  workingType: { code: -4031, text: 'Invalid parameter working type: %s' },
  maxCancels: { code: -4032, text: 'Exceed maximum cancel order size.' },
  maxConditionals: { code: -4045, text: 'Reach max stop order limit.' },
  marginTypeSame: { code: -4046, text: 'No need to change margin type.' },
  marginTypeOrders: { code: -4047, text: 'Margin type cannot be changed if there exists open orders.' },
  marginTypePosition: { code: -4048, text: 'Margin type cannot be changed if there exists position.' },
  marginOnlyIsolated: { code: -4049, text: 'Add margin only support for isolated position.' },
  crossBalance: { code: -4050, text: 'Cross balance insufficient.' },
  isolatedBalance: { code: -4051, text: 'Isolated balance insufficient.' },
  autoAddSame: { code: -4052, text: 'No need to change auto add margin.' },
  autoAddOnlyIsolated: { code: -4053, text: 'Auto add margin only support for isolated position.' },
  marginNoPosition: { code: -4054, text: 'Cannot add position margin: position is 0.' },
  amountNotPositive: { code: -4055, text: 'Amount must be positive.' },
  positionModeSame: { code: -4059, text: 'No need to change position side.' },
  positionSide: { code: -4060, text: 'Invalid position side.' },
  positionSideMismatch: { code: -4061, text: "Order's position side does not match user's setting." },
  reduceOnlyValue: { code: -4062, text: 'Invalid or improper reduceOnly value.' },
  positionModeOrders: { code: -4067, text: 'Position side cannot be changed if there exists open orders.' },
  positionModePosition: { code: -4068, text: 'Position side cannot be changed if there exists position.' },
  batchSize: { code: -4082, text: 'Invalid number of batch place orders: %s' },
  onlyReduce: { code: -4087, text: 'User can only place reduce only order' },
  cannotPlace: { code: -4088, text: 'User can not place order currently' },
  duplicateClientId: { code: -4116, text: 'clientOrderId is duplicated' },
  conditionalTriggering: { code: -4117, text: 'stop order is triggering' },
  reduceOnlyFailed: {
    code: -4118,
    text: 'ReduceOnly Order Failed. Please check your existing position and open orders',
  },
  useAlgoOrders: {
    code: -4120,
    text: 'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
  },
  marketBand: { code: -4131, text: "The counterparty's best price does not meet the PERCENT_PRICE filter limit" },
  activationPrice: { code: -4135, text: 'Invalid activation price' },
  closeQuantity: { code: -4137, text: 'Quantity must be zero with closePosition equals true' },
  closeReduceOnly: { code: -4138, text: 'Reduce only must be true with closePosition equals true' },
  statusForOpening: { code: -4140, text: 'Invalid symbol status for opening position' },
  symbolClosed: { code: -4141, text: 'Symbol is closed' },
  conditionalTriggersNow: { code: -4142, text: 'REJECT: take profit or stop order will be triggered immediately' },
  isolatedLeverage: {
    code: -4161,
    text: 'Leverage reduction is not supported in Isolated Margin Mode with open positions',
  },
  minNotional: { code: -4164, text: "Order's notional must be no smaller than %s (unless you choose reduce only)" },
  maxDays: { code: -4165, text: 'Maximum time interval is %s days' },
  multiAssetsSame: { code: -4171, text: 'No need to change Multi-Assets mode.' },
  triggerBandHigh: { code: -4210, text: 'Stop price is higher than price multiplier cap.' },
  triggerBandLow: { code: -4211, text: 'Stop price is lower than price multiplier floor.' },
  // The matching engine's.
  cannotFillAtOnce: {
    code: -5021,
    text: 'Due to the order could not be filled immediately, the FOK order has been rejected.',
  },
  wouldTake: {
    code: -5022,
    text: 'Due to the order could not be executed as maker, the Post Only order will be rejected.',
  },
  amendNotTrading: { code: -5024, text: 'Symbol is not in trading status. Order amendment is not permitted.' },
  amendOnlyLimit: { code: -5025, text: 'Only limit order is supported.' },
  amendLimit: { code: -5026, text: 'Exceed maximum modify order limit.' },
  amendSame: { code: -5027, text: 'No need to modify the order.' },
  outsideEngineWindow: { code: -5028, text: 'Timestamp for this request is outside of the ME recvWindow.' },
  amendMinNotional: { code: -5029, text: "Order's notional must be no smaller than %s" },
  priceMatch: { code: -5037, text: 'Invalid price match' },
  priceMatchType: { code: -5038, text: 'Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT' },
  selfTrade: { code: -5039, text: 'Invalid self trade prevention mode' },
  goodTill: {
    code: -5040,
    text: 'The goodTillDate timestamp must be greater than the current time plus 600 seconds and smaller than 253402300799000 (UTC 9999-12-31 23:59:59)',
  },
  noLevel: { code: -5041, text: 'No depth matches this BBO order' },
} as const

/** Name of an error of the catalogue. */
export type VenueErrorName = keyof typeof VENUE_ERROR

const FIRST_TEXT: ReadonlyMap<number, string> = new Map(
  Object.values(VENUE_ERROR)
    .toReversed()
    .map(({ code, text }) => [code, text]),
)

/** The text of an error with its values put in, in their order. */
export function errorText(error: VenueError, ...values: readonly (string | number)[]): string {
  return fillIn(error.text, values)
}

/** The text for a code; where the venue has several, the first of the catalogue. */
export function textOfCode(code: number, ...values: readonly (string | number)[]): string {
  const text = FIRST_TEXT.get(code)
  if (text === undefined) throw new RangeError(`the venue has no error ${code}`)
  return fillIn(text, values)
}

function fillIn(text: string, values: readonly (string | number)[]): string {
  let next = 0
  return text.replaceAll('%s', () => String(values[next++] ?? ''))
}
