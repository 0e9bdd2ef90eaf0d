/** A spot venue with a few rich accounts, for tests: short requests in, events as plain objects out. */
import { EVENT, FIELD, FIELDS } from '../exchange/venue/events.ts'
import { BUY, ORDER_KIND, SELF_TRADE, TIME_IN_FORCE } from '../exchange/venue/requests.ts'
import type { ConditionalRequest, Outcome, PlaceRequest } from '../exchange/venue/requests.ts'
import { SpotVenue } from '../exchange/venue/spot/spot-venue.ts'
import { USUAL_TERMS, type VenueInstrument } from '../exchange/venue/venue-instrument.ts'
import { exampleInstrument } from './instruments.ts'

export function spotInstrument(symbol: string, changes: Partial<VenueInstrument> = {}): VenueInstrument {
  return {
    ...USUAL_TERMS,
    ...exampleInstrument(symbol, {
      venue: 'binance-spot',
      market: 'spot',
      priceDecimals: 2,
      quantityDecimals: 5,
      marketStepSize: 0,
      marketMinQuantity: 0,
      marketMaxQuantity: 0,
      priceBandUpPpm: 5_000_000,
      priceBandDownPpm: 200_000,
    }),
    brackets: [],
    makerFeePpm: 1000,
    takerFeePpm: 1000,
    fundingInterval: 0,
    maxConditionalOrders: 5,
    maxAmendments: 10,
    ...changes,
  }
}

/** Markets with coarse and with fine prices: a fill of the second is worth fractions of 10^-8. */
export const SPOT_MARKETS: readonly VenueInstrument[] = [
  spotInstrument('BTCUSDT'),
  spotInstrument('DOGEBTC', {
    base: 'DOGE',
    quote: 'BTC',
    settle: 'BTC',
    priceDecimals: 8,
    quantityDecimals: 3,
    minNotionalMicros: 1,
    priceBandUpPpm: 0,
    priceBandDownPpm: 0,
  }),
]

/** A limit order of account 0, changed as told. */
export function order(changes: Partial<PlaceRequest> = {}): PlaceRequest {
  return {
    kind: 'place',
    account: 0,
    instrument: 0,
    side: BUY,
    positionSide: 0,
    orderKind: ORDER_KIND.limit,
    timeInForce: TIME_IN_FORCE.gtc,
    price: 0,
    quantity: 0,
    quoteQuantity: 0,
    reduceOnly: false,
    clientId: '',
    selfTrade: SELF_TRADE.expireMaker,
    goodTill: 0,
    priceMatch: 0,
    ...changes,
  }
}

/** A stop-limit order of account 0, changed as told. */
export function stopOrder(changes: Partial<ConditionalRequest> = {}): ConditionalRequest {
  return {
    kind: 'conditional',
    account: 0,
    instrument: 0,
    side: BUY,
    positionSide: 0,
    orderKind: ORDER_KIND.stop,
    timeInForce: TIME_IN_FORCE.gtc,
    price: 0,
    quantity: 0,
    triggerPrice: 0,
    workingType: 0,
    priceProtect: false,
    reduceOnly: false,
    closePosition: false,
    activatePrice: 0,
    callbackRate: 0,
    clientId: '',
    selfTrade: SELF_TRADE.expireMaker,
    goodTill: 0,
    priceMatch: 0,
    ...changes,
  }
}

/** A venue with `accounts` accounts of 1,000 units of every asset. */
export function spotVenue(accounts = 3, instruments: readonly VenueInstrument[] = SPOT_MARKETS): SpotVenue {
  const venue = new SpotVenue({ instruments })
  venue.time[0] = 1_700_000_000_000_000
  for (let account = 0; account < accounts; account++) {
    venue.handle({ kind: 'open-account', name: `account ${account}` })
    for (const asset of venue.assets) venue.handle({ kind: 'transfer', account, asset, amount: '1000' })
  }
  venue.recycle()
  return venue
}

const KIND_NAMES = new Map<number, string>(Object.entries(EVENT).map(([name, kind]) => [kind, name]))

/** Events since the log was cleared, without levels. */
export function happened(venue: SpotVenue): { kind: string; field: (name: keyof typeof FIELD) => number }[] {
  return Array.from({ length: venue.events.length }, (_, i) => ({
    kind: KIND_NAMES.get(venue.events.cells[i * FIELDS] as number) ?? '?',
    field: (name: keyof typeof FIELD): number => venue.events.cells[i * FIELDS + FIELD[name]] as number,
  })).filter(({ kind }) => kind !== 'level')
}

/** Throws what a refused request was told. */
export function accepted(outcome: Outcome): number {
  if (outcome.code !== 0) throw new Error(`${outcome.code} ${outcome.message}`)
  return outcome.slot
}
