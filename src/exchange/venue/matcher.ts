/**
 * Matching by price and time: an order meets the book of its instrument, and what is left of it rests or expires.
 *
 * In: orders that the venue has checked and entered in the store. Out: events (accepted, fills of both sides, the public
 * trade, canceled, expired, amended), and the books. Owns: trade ids and deadlines of GTD orders. Knows nothing of money:
 * a Settlement is told of each pair and of each order that begins or ceases to rest.
 * Order of events: accepted; for each pair the taker's fill, the maker's, what `settle` appends, the trade; then the
 * expired rest. Level events come with `publish`, which the venue calls once at the end of each request.
 * Refuses: nothing. What a venue refuses before there is an order it asks first: `wouldTake` (post-only), `couldFill`
 * (FOK), `canTake` (market orders). Where the venue ignores self-trade prevention (futures: FOK and GTX) it enters the
 * order with SELF_TRADE.none.
 *
 *   const slot = orders.enter(request, 0)
 *   matcher.bound[0] = worst price         // only for orders without a price
 *   matcher.submit(slot)
 *   matcher.publish()                      // end of the request
 */
import { assert } from '../../core/assert.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { Deadlines } from './deadlines.ts'
import { EVENT, FIELD, REASON, STATUS } from './events.ts'
import type { EventLog } from './events.ts'
import { FillSlices } from './fill-slices.ts'
import { noteOrder } from './note-order.ts'
import type { OrderBook } from './order-book.ts'
import { lotsWithin, reaches } from './reach.ts'
import { ORDER_FLAG } from './order-store.ts'
import type { OrderFacts, OrderStore } from './order-store.ts'
import { SELF_TRADE, TIME_IN_FORCE } from './requests.ts'
import type { Settlement } from './settlement.ts'

const SECTION = 'matcher'
const VERSION = 2

export class Matcher {
  /** Worst price, in quanta, at which the next order without a price may trade: [0]. Infinite and 0 for none. */
  readonly bound: Float64Array = new Float64Array(1)
  /** Id of the last trade, by instrument. */
  readonly tradeIds: Float64Array
  readonly slices: FillSlices
  readonly #orders: OrderStore
  readonly #books: readonly OrderBook[]
  readonly #events: EventLog
  readonly #settlement: Settlement
  readonly #deadlines: Deadlines
  /** Instruments whose books may have changes to publish. */
  readonly #touched: Int32Array
  readonly #isTouched: Uint8Array
  #touchedCount = 0

  constructor(orders: OrderStore, books: readonly OrderBook[], events: EventLog, settlement: Settlement) {
    this.#orders = orders
    this.slices = new FillSlices(orders)
    this.#books = books
    this.#events = events
    this.#settlement = settlement
    this.#deadlines = new Deadlines(orders)
    this.tradeIds = new Float64Array(books.length)
    this.#touched = new Int32Array(books.length)
    this.#isTouched = new Uint8Array(books.length)
  }

  /** True when a limit order at this price would meet an order at once: what post-only orders must not. */
  wouldTake(request: OrderFacts): boolean {
    const book = this.#books[request.instrument] as OrderBook
    const level = book.best(1 - request.side)
    return level !== -1 && reaches(request.side, request.price, book.price[level] as number)
  }

  /** True when there is anything that a market order could meet within `bound[0]`. */
  canTake(instrument: number, side: number): boolean {
    const book = this.#books[instrument] as OrderBook
    const level = book.best(1 - side)
    return level !== -1 && reaches(side, this.bound[0] as number, book.price[level] as number)
  }

  /**
   * True when the book has the order's whole quantity at its price or better (`bound[0]` for orders without one). Orders
   * of the same account do not count where self-trade prevention would keep them from filling it.
   */
  couldFill(request: OrderFacts): boolean {
    const bound = request.price === 0 ? (this.bound[0] as number) : request.price
    const book = this.#books[request.instrument] as OrderBook
    return lotsWithin(book, this.#orders, request, bound) >= request.quantity
  }

  /** Price of the level that a priceMatch names (requests.ts), 0 where the book is not so deep. */
  priceOf(instrument: number, side: number, priceMatch: number): number {
    const book = this.#books[instrument] as OrderBook
    const level = book.nth(priceMatch > 0 ? 1 - side : side, Math.abs(priceMatch))
    return level === -1 ? 0 : (book.price[level] as number)
  }

  /** Accepts an entered order, matches it, and lets the rest of it rest or expire. */
  submit(slot: number): void {
    this.#orders.status[slot] = STATUS.new
    this.#note(EVENT.accepted, slot, REASON.none)
    this.#match(slot)
  }

  /** Takes an open order out at its owner's wish. */
  cancel(slot: number): void {
    this.#end(slot, STATUS.canceled, EVENT.canceled, REASON.none)
  }

  /** Takes an open order out for a REASON. */
  expire(slot: number, reason: number): void {
    const status = reason === REASON.selfTrade ? STATUS.expiredInMatch : STATUS.expired
    this.#end(slot, status, EVENT.expired, reason)
  }

  /**
   * Gives a resting limit order another price and quantity: it loses its place in the queue, and may fill at once. Where
   * the new quantity is filled already, or a post-only order would take, it is canceled instead.
   */
  amend(slot: number, price: number, quantity: number): void {
    const orders = this.#orders
    const book = this.#bookOf(slot)
    const side = orders.side[slot] as number
    const remaining = (orders.remaining[slot] as number) + quantity - (orders.quantity[slot] as number)
    const opposite = book.best(1 - side)
    const takes = opposite !== -1 && reaches(side, price, book.price[opposite] as number)
    if (remaining <= 0 || (takes && orders.timeInForce[slot] === TIME_IN_FORCE.gtx)) return this.cancel(slot)
    this.#settlement.left(slot)
    book.remove(slot)
    orders.price[slot] = price
    this.#setQuantity(slot, quantity, remaining)
    this.#match(slot)
  }

  /** Lowers the quantity of an open order, which keeps its place. Where all of it is filled already it is canceled. */
  shrink(slot: number, quantity: number): void {
    const orders = this.#orders
    const lots = (orders.quantity[slot] as number) - quantity
    const remaining = (orders.remaining[slot] as number) - lots
    assert(lots >= 0, 'an order shrinks, it does not grow')
    if (remaining <= 0) return this.cancel(slot)
    if (orders.level[slot] !== -1) this.#bookOf(slot).shrink(slot, lots)
    this.#setQuantity(slot, quantity, remaining)
    this.#settlement.shrank(slot, lots)
  }

  /** Lets the orders expire whose time has come. */
  advance(): void {
    const now = this.#orders.time[0] as number
    for (let slot = this.#deadlines.due(now); slot !== -1; slot = this.#deadlines.due(now))
      this.expire(slot, REASON.goodTill)
  }

  /** Says that the caller puts orders into the book of an instrument, or takes them out, by itself. */
  touch(instrument: number): void {
    if (this.#isTouched[instrument] === 1) return
    this.#isTouched[instrument] = 1
    this.#touched[this.#touchedCount++] = instrument
  }

  /** Fills a resting order, at its price, with an entered one that never rests: what it leaves of that is forgotten. */
  meet(taker: number, maker: number): void {
    this.#orders.status[taker] = STATUS.new
    const { isOpen, remaining } = this.#orders
    do this.#pair(taker, maker, this.#bookOf(maker))
    while (this.slices.active && isOpen[maker] === 1 && remaining[taker] !== 0)
    this.#close(taker)
  }

  /** Ends a request: tells each level that changed, once. */
  publish(): void {
    for (let i = 0; i < this.#touchedCount; i++) {
      const instrument = this.#touched[i] as number
      this.#isTouched[instrument] = 0
      ;(this.#books[instrument] as OrderBook).publish(this.#events, this.#orders.time)
    }
    this.#touchedCount = 0
    this.slices.forget()
  }

  /** Writes trade ids and books. Store and events are the venue's. */
  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.f64s(this.tradeIds)
    this.slices.save(writer)
    for (const book of this.#books) book.save(writer)
    writer.end()
  }

  /** Reads what `save` wrote. The store is loaded before. */
  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    reader.into(this.tradeIds)
    this.slices.load(reader)
    this.#deadlines.clear()
    for (const book of this.#books) {
      book.load(reader)
      this.#isTouched[book.instrument] = 0
    }
    this.#touchedCount = 0
    const orders = this.#orders
    for (let slot = 0; slot < orders.capacity; slot++)
      if (orders.isOpen[slot] === 1 && orders.level[slot] !== -1) this.#watch(slot)
    reader.end()
  }

  #match(taker: number): void {
    const orders = this.#orders
    const book = this.#bookOf(taker)
    const side = orders.side[taker] as number
    const mode = orders.selfTrade[taker] as number
    const own = orders.price[taker] as number
    const bound = own === 0 ? (this.bound[0] as number) : own
    let level = book.best(1 - side)
    while (level !== -1 && reaches(side, bound, book.price[level] as number)) {
      const maker = book.first[level] as number
      if (maker === -1) level = book.worse[level] as number
      else if (mode !== SELF_TRADE.none && orders.account[maker] === orders.account[taker]) {
        this.#prevent(taker, maker, mode)
        if (orders.status[taker] === STATUS.expiredInMatch) return
      } else {
        this.#pair(taker, maker, book)
        if (orders.remaining[taker] === 0) return this.#close(taker)
        if (orders.status[taker] === STATUS.expired) return
      }
    }
    this.#settleRest(taker, book)
  }

  /** Lets what is left of a taker rest, or expire where it must not. */
  #settleRest(slot: number, book: OrderBook): void {
    const orders = this.#orders
    const timeInForce = orders.timeInForce[slot] as number
    if (orders.price[slot] === 0) this.expire(slot, REASON.noLiquidity)
    else if (timeInForce === TIME_IN_FORCE.ioc || timeInForce === TIME_IN_FORCE.fok)
      this.expire(slot, REASON.timeInForce)
    else {
      book.add(slot)
      if (orders.isOpen[slot] === 0) orders.open(slot)
      this.#watch(slot)
      this.#settlement.rested(slot)
    }
  }

  /** Fills two orders with each other as far as both go. */
  #pair(taker: number, maker: number, book: OrderBook): void {
    const orders = this.#orders
    const events = this.#events
    let quantity = Math.min(orders.remaining[taker] as number, orders.remaining[maker] as number)
    if (((orders.flags[maker] as number) & ORDER_FLAG.reduceOnly) !== 0) {
      quantity = this.#within(maker, quantity)
      if (quantity <= 0) return
    }
    if (((orders.flags[taker] as number) & ORDER_FLAG.reduceOnly) !== 0) {
      quantity = this.#within(taker, quantity)
      if (quantity <= 0) return
    }
    if (this.slices.active) quantity = this.slices.next(taker, maker, quantity)
    const instrument = book.instrument
    const tradeId = (this.tradeIds[instrument] as number) + 1
    this.tradeIds[instrument] = tradeId
    const takerEvent = events.append(EVENT.fill)
    const makerEvent = events.append(EVENT.fill)
    const { cells } = events
    cells[takerEvent + FIELD.price] = orders.price[maker] as number
    cells[takerEvent + FIELD.quantity] = quantity
    cells[takerEvent + FIELD.tradeId] = tradeId
    cells[makerEvent + FIELD.price] = orders.price[maker] as number
    cells[makerEvent + FIELD.quantity] = quantity
    cells[makerEvent + FIELD.tradeId] = tradeId
    cells[makerEvent + FIELD.detail] = 1
    this.#fill(taker, cells, takerEvent)
    this.#fill(maker, cells, makerEvent)
    book.shrink(maker, quantity)
    if (orders.remaining[maker] === 0) this.#leave(maker, book)
    this.#settlement.settle(taker, maker, takerEvent)
    this.#tellTrade(taker, takerEvent)
  }

  /** Lots, of `quantity`, that a reduce-only order may fill; where there are none it expires. */
  #within(slot: number, quantity: number): number {
    const lots = Math.min(quantity, this.#settlement.roomOf(slot))
    if (lots <= 0) this.expire(slot, REASON.reduceOnly)
    return lots
  }

  /** Counts a fill for one of its orders and completes that order's event. */
  #fill(slot: number, cells: Float64Array, at: number): void {
    const orders = this.#orders
    const quantity = cells[at + FIELD.quantity] as number
    const filled = (orders.filled[slot] as number) + quantity
    const remaining = (orders.remaining[slot] as number) - quantity
    const status = remaining === 0 ? STATUS.filled : STATUS.partiallyFilled
    const now = orders.time[0] as number
    orders.filled[slot] = filled
    orders.remaining[slot] = remaining
    orders.status[slot] = status
    orders.updated[slot] = now
    orders.addValue(slot, cells, at)
    cells[at + FIELD.time] = now
    cells[at + FIELD.instrument] = orders.instrument[slot] as number
    cells[at + FIELD.account] = orders.account[slot] as number
    cells[at + FIELD.slot] = slot
    cells[at + FIELD.orderId] = orders.id[slot] as number
    cells[at + FIELD.side] = orders.side[slot] as number
    cells[at + FIELD.filled] = filled
    cells[at + FIELD.status] = status
  }

  /** Tells the public of the pair whose taker's event begins at `fill`. */
  #tellTrade(taker: number, fill: number): void {
    const at = this.#events.append(EVENT.trade)
    const { cells } = this.#events
    cells[at + FIELD.time] = cells[fill + FIELD.time] as number
    cells[at + FIELD.instrument] = cells[fill + FIELD.instrument] as number
    cells[at + FIELD.account] = cells[fill + FIELD.account] as number
    cells[at + FIELD.slot] = taker
    cells[at + FIELD.orderId] = cells[fill + FIELD.orderId] as number
    cells[at + FIELD.side] = cells[fill + FIELD.side] as number
    cells[at + FIELD.price] = cells[fill + FIELD.price] as number
    cells[at + FIELD.quantity] = cells[fill + FIELD.quantity] as number
    cells[at + FIELD.tradeId] = cells[fill + FIELD.tradeId] as number
  }

  /** Keeps two orders of one account from filling each other. */
  #prevent(taker: number, maker: number, mode: number): void {
    const orders = this.#orders
    if (mode === SELF_TRADE.decrement) {
      const lots = Math.min(orders.remaining[taker] as number, orders.remaining[maker] as number)
      this.#decrement(taker, lots)
      this.#decrement(maker, lots)
      if (orders.remaining[maker] === 0) this.expire(maker, REASON.selfTrade)
      if (orders.remaining[taker] === 0) this.expire(taker, REASON.selfTrade)
      return
    }
    if (mode !== SELF_TRADE.expireTaker) this.expire(maker, REASON.selfTrade)
    if (mode === SELF_TRADE.expireMaker) return
    const isIoc = orders.timeInForce[taker] === TIME_IN_FORCE.ioc
    this.#end(taker, STATUS.expiredInMatch, EVENT.expired, isIoc ? REASON.selfTradeRest : REASON.selfTrade)
  }

  #decrement(slot: number, lots: number): void {
    const orders = this.#orders
    orders.remaining[slot] = (orders.remaining[slot] as number) - lots
    orders.updated[slot] = orders.time[0] as number
    if (orders.level[slot] !== -1) this.#bookOf(slot).shrink(slot, lots)
    const at = this.#note(EVENT.prevented, slot, REASON.selfTrade)
    this.#events.cells[at + FIELD.quantity] = lots
    this.#settlement.shrank(slot, lots)
  }

  /** Ends an order that is not filled: one that rests or waits, or a taker. */
  #end(slot: number, status: number, kind: number, reason: number): void {
    const orders = this.#orders
    this.#settlement.left(slot)
    orders.status[slot] = status
    orders.updated[slot] = orders.time[0] as number
    if (orders.level[slot] === -1) this.#close(slot)
    else this.#leave(slot, this.#bookOf(slot))
    this.#note(kind, slot, reason)
  }

  /** Takes a resting order out of the book and the store. */
  #leave(slot: number, book: OrderBook): void {
    book.remove(slot)
    this.#close(slot)
  }

  /** Takes an order out of the store; one that was amended may have a deadline though it does not rest. */
  #close(slot: number): void {
    if (this.#orders.timer[slot] !== -1) this.#deadlines.remove(slot)
    this.#orders.close(slot)
  }

  #setQuantity(slot: number, quantity: number, remaining: number): void {
    const orders = this.#orders
    orders.quantity[slot] = quantity
    orders.remaining[slot] = remaining
    orders.amendments[slot] = (orders.amendments[slot] as number) + 1
    orders.updated[slot] = orders.time[0] as number
    this.#note(EVENT.amended, slot, REASON.none)
  }

  #watch(slot: number): void {
    const orders = this.#orders
    if (orders.timeInForce[slot] === TIME_IN_FORCE.gtd && orders.timer[slot] === -1) this.#deadlines.add(slot)
  }

  #note(kind: number, slot: number, detail: number): number {
    return noteOrder(this.#events, this.#orders, kind, slot, detail)
  }

  /** The book of an order, which is about to change. */
  #bookOf(slot: number): OrderBook {
    const instrument = this.#orders.instrument[slot] as number
    this.touch(instrument)
    return this.#books[instrument] as OrderBook
  }
}
