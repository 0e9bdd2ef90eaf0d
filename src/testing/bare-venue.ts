/** A venue without money: the matching core alone, for tests of those who trade on it and of what runs it. */
import type { Instrument } from '../core/market/instrument.ts'
import { EventLog } from '../exchange/venue/events.ts'
import { Matcher } from '../exchange/venue/matcher.ts'
import { OrderBook } from '../exchange/venue/order-book.ts'
import { OrderStore } from '../exchange/venue/order-store.ts'
import type { StateReader, StateWriter } from '../core/tape/state.ts'
import { BUY, ORDER_KIND } from '../exchange/venue/requests.ts'
import type { Outcome, PlaceRequest, VenueRequest } from '../exchange/venue/requests.ts'

export class BareVenue {
  readonly instruments: readonly Instrument[]
  readonly time: Float64Array = new Float64Array(1)
  readonly events: EventLog = new EventLog()
  readonly orders: OrderStore
  readonly books: readonly OrderBook[]
  readonly matcher: Matcher
  lastSlot = -1
  placed = 0
  canceled = 0

  constructor(instruments: readonly Instrument[]) {
    this.instruments = instruments
    this.orders = new OrderStore(instruments.length, this.time)
    this.books = instruments.map(({ tickSize }, i) => new OrderBook(i, tickSize, this.orders))
    this.matcher = new Matcher(this.orders, this.books, this.events, {
      roomOf: () => 0,
      settle: () => undefined,
      rested: () => undefined,
      left: () => undefined,
      shrank: () => undefined,
    })
  }

  place(request: PlaceRequest): number {
    this.lastSlot = -1
    this.placed++
    if (request.orderKind === ORDER_KIND.market) {
      this.matcher.bound[0] = request.side === BUY ? Infinity : 0
      if (!this.matcher.canTake(request.instrument, request.side)) return -4131
    }
    this.lastSlot = this.orders.enter(request, 0)
    this.matcher.submit(this.lastSlot)
    this.matcher.publish()
    return 0
  }

  cancelSlot(slot: number): void {
    this.canceled++
    this.matcher.cancel(slot)
    this.matcher.publish()
  }

  advance(): void {
    this.matcher.advance()
    this.matcher.publish()
  }

  handle(request: VenueRequest): Outcome {
    if (request.kind !== 'place') return { code: 0, message: '', slot: -1 }
    const code = this.place(request)
    return { code, message: code === 0 ? '' : 'refused', slot: this.lastSlot }
  }

  save(writer: StateWriter): void {
    writer.f64(this.time[0] as number)
    this.orders.save(writer)
    this.matcher.save(writer)
  }

  load(reader: StateReader): void {
    this.time[0] = reader.f64()
    this.orders.load(reader)
    this.matcher.load(reader)
  }

  recycle(): void {
    this.events.clear()
    this.orders.recycle()
  }
}
