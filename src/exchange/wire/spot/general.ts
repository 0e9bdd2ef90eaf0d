/** ping, time and exchangeInfo of the spot venue. */
import { printDecimal } from '../../../core/number/decimal.ts'
import { AVERAGE_MINUTES } from '../../venue/spot/average-price.ts'
import type { VenueInstrument } from '../../venue/venue-instrument.ts'
import { refusal } from '../refusal.ts'
import type { Answer, Call, Route } from '../route.ts'
import { MAX_ORDER_LISTS } from '../../venue/spot/order-lists.ts'
import { MAX_NOTIONAL } from '../../venue/spot/spot-filters.ts'
import type { SpotDesk } from './desk.ts'
import { ORDER_TYPES, SELF_TRADES } from './words.ts'

/** Decimals of every amount and of every price and quantity that the spot venue writes. */
const DECIMALS = 8
const RATIO_DECIMALS = 6
const PERMISSION = 'SPOT'

export function generalRoutes(desk: SpotDesk): Route[] {
  const free = { method: 'GET', security: 'none', weight: 1 } as const
  return [
    { ...free, path: '/api/v3/ping', run: () => '{}' },
    { ...free, path: '/api/v3/time', run: serverTime },
    { ...free, path: '/api/v3/exchangeInfo', weight: 20, run: (call) => exchangeInfo(desk, call) },
  ]
}

export function serverTime({ time, stamp }: Call): Answer {
  return `{"serverTime":${stamp(time)}}`
}

/** Rules of one, some or all markets. */
export function exchangeInfo(desk: SpotDesk, { reader, time, stamp }: Call): Answer {
  const named = reader.has('symbol') || reader.has('symbols')
  if (named && (reader.has('permissions') || reader.has('symbolStatus'))) reader.refuse(refusal('optionalCombination'))
  const status = reader.choice(
    'symbolStatus',
    { TRADING: 1, HALT: 0, BREAK: 2 },
    refusal('invalidParameter', 'symbolStatus'),
    -1,
  )
  const permissions = reader.textOr('permissions', '')
  const wanted = desk.readSymbols(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const isShown = permissions === '' || permissions.includes(PERMISSION)
  const symbols = (wanted ?? [...desk.venue.instruments.keys()])
    .filter(
      (instrument) =>
        status === -1 || (status === 1 && !desk.isHalted(instrument)) || (status === 0 && desk.isHalted(instrument)),
    )
    .map((instrument) => symbolJson(desk, instrument, reader.boolean('showPermissionSets', true)))
  return (
    `{"timezone":"UTC","serverTime":${stamp(time)},"rateLimits":${JSON.stringify(rateLimits(desk))},` +
    `"exchangeFilters":[],"symbols":[${isShown ? symbols.join(',') : ''}]}`
  )
}

function rateLimits({ weightRules, orders }: SpotDesk): Record<string, string | number>[] {
  return [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: weightRules.limit },
    ...orders.rules.map(({ interval, intervalNum, limit }) => ({
      rateLimitType: 'ORDERS',
      interval,
      intervalNum,
      limit,
    })),
  ]
}

function symbolJson(desk: SpotDesk, index: number, showPermissionSets: boolean): string {
  const instrument = desk.rules(index)
  return JSON.stringify({
    symbol: instrument.symbol,
    status: desk.isHalted(index) ? 'HALT' : 'TRADING',
    baseAsset: instrument.base,
    baseAssetPrecision: DECIMALS,
    quoteAsset: instrument.quote,
    quotePrecision: DECIMALS,
    quoteAssetPrecision: DECIMALS,
    baseCommissionPrecision: DECIMALS,
    quoteCommissionPrecision: DECIMALS,
    orderTypes: ORDER_TYPES,
    icebergAllowed: false,
    ocoAllowed: true,
    otoAllowed: false,
    opoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    pegInstructionsAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: filtersOf(instrument),
    permissions: [],
    ...(showPermissionSets ? { permissionSets: [[PERMISSION]] } : {}),
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: SELF_TRADES,
  })
}

export type Filter = Record<string, string | number | boolean>

/** A market's filters, as exchangeInfo and myFilters list them. */
export function filtersOf(instrument: VenueInstrument): Filter[] {
  const price = (quanta: number): string => eightDecimals(quanta, instrument.priceDecimals)
  const lots = (quantity: number): string => eightDecimals(quantity, instrument.quantityDecimals)
  const ratio = (ppm: number): string => printDecimal(ppm, RATIO_DECIMALS, { trim: true })
  const { priceBandUpPpm, priceBandDownPpm } = instrument
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: price(instrument.minPrice),
      maxPrice: price(instrument.maxPrice),
      tickSize: price(instrument.tickSize),
    },
    {
      filterType: 'LOT_SIZE',
      minQty: lots(instrument.minQuantity),
      maxQty: lots(instrument.maxQuantity),
      stepSize: lots(instrument.stepSize),
    },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: lots(instrument.marketMinQuantity),
      maxQty: lots(instrument.marketMaxQuantity),
      stepSize: lots(instrument.marketStepSize),
    },
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: ratio(priceBandUpPpm),
      bidMultiplierDown: ratio(priceBandDownPpm),
      askMultiplierUp: ratio(priceBandUpPpm),
      askMultiplierDown: ratio(priceBandDownPpm),
      avgPriceMins: AVERAGE_MINUTES,
    },
    {
      filterType: 'NOTIONAL',
      minNotional: eightDecimals(instrument.minNotionalMicros, RATIO_DECIMALS),
      applyMinToMarket: true,
      maxNotional: eightDecimals(MAX_NOTIONAL, 0),
      applyMaxToMarket: false,
      avgPriceMins: AVERAGE_MINUTES,
    },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: instrument.maxOrders },
    { filterType: 'MAX_NUM_ORDER_LISTS', maxNumOrderLists: MAX_ORDER_LISTS },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: instrument.maxConditionalOrders },
    { filterType: 'MAX_NUM_ORDER_AMENDS', maxNumOrderAmends: instrument.maxAmendments },
  ]
}

function eightDecimals(count: number, decimals: number): string {
  return printDecimal(count, decimals) + (decimals === 0 ? '.' : '') + '0'.repeat(DECIMALS - decimals)
}
