/**
 * What the crowd needs of a venue, and what it must know of each of its markets. Both venues fit as they are: the crowd asks
 * for orders like anybody else, by the venues' quick path.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import type { OrderStore } from '../venue/order-store.ts'
import { ORDER_KIND, POSITION_SIDE, SELF_TRADE, TIME_IN_FORCE } from '../venue/requests.ts'
import type { PlaceRequest } from '../venue/requests.ts'

export interface CrowdVenue {
  readonly instruments: readonly Instrument[]
  readonly orders: OrderStore
  /** Slot of the order that `place` accepted last; -1 where it left none. */
  readonly lastSlot: number
  /** 0, or the venue's error code. */
  place(request: PlaceRequest): number
  cancelSlot(slot: number): void
}

/** What trades in a market, as its crowd sees it. */
export interface CrowdMarket {
  /** Typical value of the orders at the best price, and of a small taker's order, in units of the quote asset. */
  readonly quoteValue: number
  readonly takerValue: number
  /** Taker orders in a second when nothing happens. */
  readonly takersPerSecond: number
  /** Seconds from one step of the crowd to the next. */
  readonly stepSeconds: number
}

/** Accounts of a crowd, one after the other from its first. Makers and takers never share one, so that none meets itself. */
export const CROWD = { makers: 6, takers: 4, followers: 2, reverters: 2 } as const
export const CROWD_ACCOUNTS: number = CROWD.makers + CROWD.takers + CROWD.followers + CROWD.reverters

/** A request to be filled in and placed again and again. */
export function crowdOrder(): PlaceRequest {
  return {
    kind: 'place',
    account: 0,
    instrument: 0,
    side: 0,
    positionSide: POSITION_SIDE.both,
    orderKind: ORDER_KIND.limit,
    timeInForce: TIME_IN_FORCE.gtc,
    price: 0,
    quantity: 0,
    quoteQuantity: 0,
    reduceOnly: false,
    clientId: '',
    selfTrade: SELF_TRADE.none,
    goodTill: 0,
    priceMatch: 0,
  }
}

/** A price (quanta) on the market's ticks, as they are now, the next one up or down where it lies between two. */
export function onTick({ tickSize }: Instrument, price: number, up: boolean): number {
  const ticks = price / tickSize
  return (up ? Math.ceil(ticks) : Math.floor(ticks)) * tickSize
}

/** Fewest lots whose value at a price (quanta) the venue accepts, with a little above it for the mark price's difference. */
export function fewestLots(instrument: Instrument, price: number): number {
  const { minNotionalMicros, stepSize, minQuantity, priceDecimals, quantityDecimals } = instrument
  const least = ((minNotionalMicros * 1.08) / 1_000_000 / price) * powerOfTen(priceDecimals + quantityDecimals)
  return Math.max(minQuantity, Math.ceil(least / stepSize) * stepSize)
}

/** Lots worth `value` units of the quote asset at a price (quanta), in whole steps, not below `fewest`. */
export function lotsWorth(instrument: Instrument, value: number, price: number, fewest: number): number {
  const { stepSize, priceDecimals, quantityDecimals, maxQuantity } = instrument
  const lots = (value / price) * powerOfTen(priceDecimals + quantityDecimals)
  const most = maxQuantity > 0 ? maxQuantity : Number.MAX_SAFE_INTEGER
  return Math.min(most, Math.max(fewest, Math.floor(lots / stepSize) * stepSize))
}

const POWERS: readonly number[] = Array.from({ length: 17 }, (_, i) => Number(`1e${i}`))

function powerOfTen(exponent: number): number {
  return POWERS[exponent] as number
}
