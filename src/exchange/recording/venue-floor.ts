/**
 * What a recorded market does at a venue beside the doors that clients use: its liquidity stands in the books and its trades
 * count as the venue's own, but no filter, no margin and no limit is asked, because history asked nobody here.
 */
import { ORDER_FLAG, type OrderFacts, type OrderStore } from '../venue/order-store.ts'
import { EVENT, FIELD, type EventLog } from '../venue/events.ts'
import type { FuturesVenue } from '../venue/futures/futures-venue.ts'
import type { Matcher } from '../venue/matcher.ts'
import type { OrderBook } from '../venue/order-book.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { BUY, ORDER_KIND, POSITION_SIDE, SELF_TRADE, TIME_IN_FORCE } from '../venue/requests.ts'
import type { SpotVenue } from '../venue/spot/spot-venue.ts'
import { TRADE_CELL } from '../venue/spot/average-price.ts'

/** History's account at both venues: the first of those that the market inside has. */
export const HISTORY = 0

export interface VenueFloor {
  readonly instruments: readonly Instrument[]
  readonly orders: OrderStore
  readonly books: readonly OrderBook[]
  readonly matcher: Matcher
  readonly events: EventLog
  /** [0] is the venue's time, microseconds. */
  readonly time: Float64Array
  /** Whether an amended order keeps its place in the queue. */
  readonly amendKeepsPlace: boolean
  /** The store has given a slot to an order of history's. */
  entered(slot: number): void
  /** An order of history's was filled in part, or is about to go. */
  settled(slot: number): void
  /** A trade of the recording, whose event begins at `at`, counts as the market's. */
  noteTrade(instrument: number, at: number): void
  /** Ends what was done to a market; its events begin with the `from`-th. */
  finish(from: number, instrument: number): void
}

/** The futures venue's floor. History's account must be open. */
export function futuresFloor(venue: FuturesVenue): VenueFloor {
  const { state } = venue
  venue.instruments.forEach((_, instrument) => state.rows.take(HISTORY, instrument, POSITION_SIDE.both))
  return {
    instruments: venue.instruments,
    orders: venue.orders,
    books: venue.books,
    matcher: state.matcher,
    events: venue.events,
    time: venue.time,
    amendKeepsPlace: false,
    entered: () => undefined,
    settled: () => undefined,
    noteTrade: (instrument, at) => state.clearing.noteTrade(instrument, at),
    finish: () => venue.advance(),
  }
}

/** The spot venue's floor. History's account must be open. */
export function spotFloor(venue: SpotVenue): VenueFloor {
  const { state } = venue
  return {
    instruments: venue.instruments,
    orders: venue.orders,
    books: venue.books,
    matcher: state.matcher,
    events: venue.events,
    time: venue.time,
    amendKeepsPlace: true,
    entered: (slot) => state.columns.enter(slot),
    // History's orders lock nothing: what a fill took from the locked part is made up from the free one.
    settled: (slot) => state.funds.release(slot),
    noteTrade(instrument, at) {
      const { averages, time } = state
      averages.cells[TRADE_CELL.price] = venue.events.cells[at + FIELD.price] as number
      averages.cells[TRADE_CELL.lots] = venue.events.cells[at + FIELD.quantity] as number
      averages.add(instrument, time)
    },
    finish: (from, instrument) => venue.finish(from, instrument),
  }
}

/** Enters orders of history's account in a venue's store. */
export class HistoryOrders {
  readonly #floor: VenueFloor
  readonly #facts: Mutable<OrderFacts> = {
    account: HISTORY,
    instrument: 0,
    side: BUY,
    positionSide: POSITION_SIDE.both,
    orderKind: ORDER_KIND.limit,
    timeInForce: TIME_IN_FORCE.gtc,
    price: 0,
    quantity: 0,
    reduceOnly: false,
    clientId: '',
    selfTrade: SELF_TRADE.none,
    goodTill: 0,
    priceMatch: 0,
  }

  constructor(floor: VenueFloor) {
    this.#floor = floor
  }

  /** Slot of a new order that neither rests nor can be found. */
  enter(instrument: number, side: number, price: number, quantity: number): number {
    const facts = this.#facts
    facts.instrument = instrument
    facts.side = side
    facts.price = price
    facts.quantity = quantity
    const slot = this.#floor.orders.enter(facts, ORDER_FLAG.crowd | ORDER_FLAG.recorded)
    this.#floor.entered(slot)
    return slot
  }
}

/** Appends a trade of the recording to a log. `taker` is the side of who took. */
export function appendTrade(
  events: EventLog,
  facts: {
    readonly time: number
    readonly instrument: number
    readonly taker: number
    readonly price: number
    readonly quantity: number
    readonly id: number
  },
): number {
  const at = events.append(EVENT.trade)
  const { cells } = events
  cells[at + FIELD.time] = facts.time
  cells[at + FIELD.instrument] = facts.instrument
  cells[at + FIELD.account] = HISTORY
  cells[at + FIELD.slot] = -1
  // A trade's side is 1 where the buyer was the maker, which is the taker's side.
  cells[at + FIELD.side] = facts.taker
  cells[at + FIELD.price] = facts.price
  cells[at + FIELD.quantity] = facts.quantity
  cells[at + FIELD.tradeId] = facts.id
  return at
}

type Mutable<Facts> = { -readonly [Key in keyof Facts]: Facts[Key] }
