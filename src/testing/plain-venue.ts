/**
 * A venue without money, for tests of what is published about its markets: orders match by price and time, nothing is checked.
 * After each request `told` sees the log; then the log is cleared and closed orders are freed, as a real venue does it.
 */
import type { Instrument } from '../core/market/instrument.ts'
import { EventLog } from '../exchange/venue/events.ts'
import { Matcher } from '../exchange/venue/matcher.ts'
import { OrderBook } from '../exchange/venue/order-book.ts'
import { OrderStore } from '../exchange/venue/order-store.ts'
import { BUY, ORDER_KIND, SELF_TRADE, TIME_IN_FORCE, type PlaceRequest } from '../exchange/venue/requests.ts'

export const PLAIN_ORDER: PlaceRequest = {
  kind: 'place',
  account: 0,
  instrument: 0,
  side: BUY,
  positionSide: 0,
  orderKind: ORDER_KIND.limit,
  timeInForce: TIME_IN_FORCE.gtc,
  price: 0,
  quantity: 1,
  quoteQuantity: 0,
  reduceOnly: false,
  clientId: '',
  selfTrade: SELF_TRADE.none,
  goodTill: 0,
  priceMatch: 0,
}

export class PlainVenue {
  readonly instruments: readonly Instrument[]
  readonly time: Float64Array
  readonly orders: OrderStore
  readonly events: EventLog = new EventLog()
  readonly books: readonly OrderBook[]
  readonly matcher: Matcher
  /** Called when a request is done and its events can be read. */
  told: () => void = () => undefined

  constructor(instruments: readonly Instrument[], startMicros: number) {
    this.instruments = instruments
    this.time = Float64Array.of(startMicros)
    this.orders = new OrderStore(instruments.length, this.time)
    this.books = instruments.map(({ tickSize }, index) => new OrderBook(index, tickSize, this.orders))
    this.matcher = new Matcher(this.orders, this.books, this.events, {
      roomOf: () => Number.POSITIVE_INFINITY,
      settle: () => undefined,
      rested: () => undefined,
      left: () => undefined,
      shrank: () => undefined,
    })
  }

  /** Places a limit order; one without a price takes whatever there is. Returns its id. */
  place(order: Partial<PlaceRequest>): number {
    const slot = this.orders.enter({ ...PLAIN_ORDER, ...order }, 0)
    const id = this.orders.id[slot] as number
    this.matcher.bound[0] = this.orders.side[slot] === BUY ? Number.POSITIVE_INFINITY : 0
    this.matcher.submit(slot)
    this.#end()
    return id
  }

  /** Cancels an open order; an unknown id changes nothing. */
  cancel(id: number): void {
    const slot = this.orders.slotOf(id)
    if (slot !== -1) this.matcher.cancel(slot)
    this.#end()
  }

  /** Levels of a side, best first, as pairs of price and quantity. */
  levels(instrument: number, side: number): number[][] {
    const book = this.books[instrument]
    const found: number[][] = []
    if (book === undefined) return found
    for (let level = book.best(side); level !== -1; level = book.next(level))
      found.push([book.price[level] as number, book.quantity[level] as number])
    return found
  }

  #end(): void {
    this.matcher.publish()
    this.told()
    this.events.clear()
    this.orders.recycle()
  }
}
