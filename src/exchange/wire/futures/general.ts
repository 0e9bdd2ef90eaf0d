/** ping, time and exchangeInfo of the futures venue. */
import { ORDER_TYPES, TIMES_IN_FORCE } from '../../feeds/futures-words.ts'
import { printDecimal } from '../../../core/number/decimal.ts'
import { millis } from '../../feeds/number-text.ts'
import type { VenueInstrument } from '../../venue/venue-instrument.ts'
import type { Answer, Call, Route } from '../route.ts'
import { rateText, shortRateText } from './amounts.ts'
import type { FuturesDesk } from './desk.ts'

/** What the venue states for every perpetual contract. */
const NEVER_DELIVERED = 4_133_404_800_000
const FIRST_LISTING = 1_569_398_400_000
const ASSET_DECIMALS = 8
const PERCENT_OF_PPM_DECIMALS = 4
const AUTO_EXCHANGE = '-10000'

/** The venue refuses RPI, which is for those it has agreed that with. */
const TAKEN_TIMES = TIMES_IN_FORCE.filter((word) => word !== 'RPI')

const FREE = { method: 'GET', security: 'none', weight: 1 } as const

export function generalRoutes(desk: FuturesDesk): Route[] {
  const terms = termsJson(desk)
  return [
    { ...FREE, path: '/fapi/v1/ping', run: () => '{}' },
    { ...FREE, path: '/fapi/v1/time', run: serverTime },
    {
      ...FREE,
      path: '/fapi/v1/exchangeInfo',
      run: ({ time }) => {
        const symbols = desk.venue.instruments.map((instrument, index) => symbolJson(instrument, desk.isHalted(index)))
        return `{"timezone":"UTC","serverTime":${millis(time)},${terms},"symbols":[${symbols.join(',')}]}`
      },
    },
  ]
}

export function serverTime({ time }: Call): Answer {
  return `{"serverTime":${millis(time)}}`
}

/** What exchangeInfo says about the venue as a whole. */
function termsJson({ weightRules, orderRules, venue }: FuturesDesk): string {
  const limits = [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: weightRules.limit },
    ...orderRules.toReversed().map(({ interval, intervalNum, limit }) => ({
      rateLimitType: 'ORDERS',
      interval,
      intervalNum,
      limit,
    })),
  ]
  const assets = venue.assets.map((asset) => ({ asset, marginAvailable: true, autoAssetExchange: AUTO_EXCHANGE }))
  return (
    `"futuresType":"U_MARGINED","rateLimits":${JSON.stringify(limits)},"exchangeFilters":[],` +
    `"assets":${JSON.stringify(assets)}`
  )
}

function symbolJson(instrument: VenueInstrument, isHalted: boolean): string {
  const { symbol, base, quote, settle } = instrument
  const first = instrument.brackets[0]
  const lowestMargin = first === undefined ? 0 : Math.ceil(1_000_000 / first.maxLeverage)
  return JSON.stringify({
    symbol,
    pair: symbol,
    contractType: 'PERPETUAL',
    deliveryDate: NEVER_DELIVERED,
    onboardDate: FIRST_LISTING,
    status: isHalted ? 'PENDING_TRADING' : 'TRADING',
    maintMarginPercent: shortRateText((first?.maintenancePpm ?? 0) * 100, PERCENT_OF_PPM_DECIMALS),
    requiredMarginPercent: shortRateText(lowestMargin * 100, PERCENT_OF_PPM_DECIMALS),
    baseAsset: base,
    quoteAsset: quote,
    marginAsset: settle,
    pricePrecision: instrument.priceDecimals,
    quantityPrecision: instrument.quantityDecimals,
    baseAssetPrecision: ASSET_DECIMALS,
    quotePrecision: ASSET_DECIMALS,
    underlyingType: 'COIN',
    underlyingSubType: [],
    triggerProtect: shortRateText(instrument.triggerProtectPpm, 4),
    liquidationFee: rateText(instrument.liquidationFeePpm),
    marketTakeBound: shortRateText(instrument.marketTakeBoundPpm, 2),
    maxMoveOrderLimit: instrument.maxAmendments,
    filters: filtersOf(instrument),
    orderTypes: ORDER_TYPES,
    timeInForce: TAKEN_TIMES,
    permissionSets: ['GRID', 'COPY', 'DCA'],
  })
}

function filtersOf(instrument: VenueInstrument): Record<string, string | number>[] {
  const price = (quanta: number): string => printDecimal(quanta, instrument.priceDecimals)
  const lots = (quantity: number): string => printDecimal(quantity, instrument.quantityDecimals)
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
    { filterType: 'MAX_NUM_ORDERS', limit: instrument.maxOrders },
    { filterType: 'MIN_NOTIONAL', notional: printDecimal(instrument.minNotionalMicros, 6, { trim: true }) },
    {
      filterType: 'PERCENT_PRICE',
      multiplierUp: shortRateText(instrument.priceBandUpPpm, 4),
      multiplierDown: shortRateText(instrument.priceBandDownPpm, 4),
      multiplierDecimal: '4',
    },
    { filterType: 'POSITION_RISK_CONTROL', positionControlSide: 'NONE' },
  ]
}
