/** A futures venue for tests: two markets, accounts with deposits, short ways to ask for things. */
import { FuturesVenue } from '../exchange/venue/futures/futures-venue.ts'
import type { FuturesConfig } from '../exchange/venue/futures/futures-state.ts'
import { EVENT, FIELD, FIELDS } from '../exchange/venue/events.ts'
import { BUY, ORDER_KIND, POSITION_SIDE, SELF_TRADE, TIME_IN_FORCE, WORKING_TYPE } from '../exchange/venue/requests.ts'
import type { ConditionalRequest, Outcome, PlaceRequest, VenueRequest } from '../exchange/venue/requests.ts'
import { USUAL_TERMS, type VenueInstrument } from '../exchange/venue/venue-instrument.ts'
import { exampleInstrument } from './instruments.ts'

/** 2026-11-20 00:00:00 UTC, a funding time, in microseconds. */
export const MIDNIGHT = 1_795_132_800_000_000
export const SECOND = 1_000_000

/** A contract with prices of one decimal and lots of 0.001, changed as the test needs. */
export function venueInstrument(symbol: string, changes: Partial<VenueInstrument> = {}): VenueInstrument {
  return { ...exampleInstrument(symbol), ...USUAL_TERMS, ...changes }
}

export class FuturesWorld {
  readonly venue: FuturesVenue
  /** The log of everything so far, FIELDS numbers an event. */
  readonly log: number[] = []

  constructor(config: Partial<FuturesConfig> = {}) {
    const instruments = [venueInstrument('BTCUSDT'), venueInstrument('ETHUSDT', { priceDecimals: 2 })]
    this.venue = new FuturesVenue({ instruments, ...config })
    this.venue.time[0] = MIDNIGHT + SECOND
  }

  /** Opens accounts with so many USDT each; the first has number 0. */
  open(...deposits: readonly string[]): this {
    for (const amount of deposits) {
      const account = this.venue.accountCount
      this.ask({ kind: 'open-account', name: `account ${account}` })
      if (amount !== '0') this.ask({ kind: 'transfer', account, asset: 'USDT', amount })
    }
    return this
  }

  /** Asks the venue, keeps what the log says, and ends the request. */
  ask(request: VenueRequest): Outcome {
    const outcome = this.venue.handle(request)
    this.keep()
    return outcome
  }

  keep(): void {
    const { events } = this.venue
    for (let i = 0; i < events.length * FIELDS; i++) this.log.push(events.cells[i] as number)
    this.venue.recycle()
  }

  /** Lets time pass. */
  pass(seconds: number): this {
    this.venue.time[0] = (this.venue.time[0] as number) + seconds * SECOND
    this.venue.advance()
    this.keep()
    return this
  }

  /** Sets the mark price of a market, in price quanta; the index with it. */
  mark(price: number, instrument = 0): this {
    const { marksPerPrice } = this.venue.state.markets
    const mark = price * (marksPerPrice[instrument] as number)
    this.ask({ kind: 'mark', instrument, mark, index: mark })
    return this
  }

  /** The code that a limit order gets. */
  limit(account: number, side: number, quantity: number, price: number, changes: Partial<PlaceRequest> = {}): number {
    return this.ask(limitOrder(account, side, quantity, price, changes)).code
  }

  market(account: number, side: number, quantity: number, changes: Partial<PlaceRequest> = {}): number {
    return this.limit(account, side, quantity, 0, { orderKind: ORDER_KIND.market, ...changes })
  }

  /** The code that a conditional order gets. */
  conditional(account: number, changes: Partial<ConditionalRequest>): number {
    return this.ask(conditionalOrder(account, changes)).code
  }

  /** Lets two accounts trade with each other: the first buys. */
  trade(buyer: number, seller: number, quantity: number, price: number, instrument = 0): this {
    this.limit(seller, 1 - BUY, quantity, price, { instrument })
    this.limit(buyer, BUY, quantity, price, { instrument })
    return this
  }

  /** Signed lots of a position. */
  position(account: number, instrument = 0, side: number = POSITION_SIDE.both): number {
    return this.venue.positionsOf(account, instrument).find((row) => row.positionSide === side)?.quantity ?? 0
  }

  wallet(account: number): bigint {
    return this.venue.balancesOf(account)[0]?.wallet ?? 0n
  }

  /** Events of a kind so far, as objects with the fields asked for. */
  events<Name extends keyof typeof FIELD>(kind: number, ...fields: readonly Name[]): Record<Name, number>[] {
    const found: Record<Name, number>[] = []
    for (let at = 0; at < this.log.length; at += FIELDS)
      if (this.log[at] === kind)
        found.push(Object.fromEntries(fields.map((name) => [name, this.log[at + FIELD[name]]])) as Record<Name, number>)
    return found
  }

  /** Why orders expired so far, one REASON each. */
  reasons(): number[] {
    return this.events(EVENT.expired, 'detail').map(({ detail }) => detail)
  }
}

export function limitOrder(
  account: number,
  side: number,
  quantity: number,
  price: number,
  changes: Partial<PlaceRequest> = {},
): PlaceRequest {
  return {
    kind: 'place',
    account,
    instrument: 0,
    side,
    positionSide: POSITION_SIDE.both,
    orderKind: ORDER_KIND.limit,
    timeInForce: TIME_IN_FORCE.gtc,
    price,
    quantity,
    quoteQuantity: 0,
    reduceOnly: false,
    clientId: '',
    selfTrade: SELF_TRADE.none,
    goodTill: 0,
    priceMatch: 0,
    ...changes,
  }
}

/** A stop-market purchase of one lot, changed as the test needs. */
export function conditionalOrder(account: number, changes: Partial<ConditionalRequest>): ConditionalRequest {
  return {
    kind: 'conditional',
    account,
    instrument: 0,
    side: BUY,
    positionSide: POSITION_SIDE.both,
    orderKind: ORDER_KIND.stopMarket,
    timeInForce: TIME_IN_FORCE.gtc,
    price: 0,
    quantity: 1,
    triggerPrice: 0,
    workingType: WORKING_TYPE.contract,
    priceProtect: false,
    reduceOnly: false,
    closePosition: false,
    activatePrice: 0,
    callbackRate: 0,
    clientId: '',
    selfTrade: SELF_TRADE.none,
    goodTill: 0,
    priceMatch: 0,
    ...changes,
  }
}
