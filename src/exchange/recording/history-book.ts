/**
 * History's liquidity as orders in a venue's books: one order at each price, or several where orders of clients stand
 * between them.
 *
 * In: how many lots history offers at a price, and which orders of clients stand behind how many of them. Out: the venue's
 * order book in that order, so that everything at the venue sees the market as it is. Owns history's resting orders. Tells
 * nobody: the levels are published when the venue ends what it does.
 */
import type { OrderBook } from '../venue/order-book.ts'
import { ORDER_FLAG } from '../venue/order-store.ts'
import { HistoryOrders, type VenueFloor } from './venue-floor.ts'

export class HistoryBook {
  readonly #floor: VenueFloor
  readonly #made: HistoryOrders

  constructor(floor: VenueFloor) {
    this.#floor = floor
    this.#made = new HistoryOrders(floor)
  }

  /** Whether an order is history's. */
  isHistory(slot: number): boolean {
    return ((this.#floor.orders.flags[slot] as number) & ORDER_FLAG.recorded) !== 0
  }

  /** History's first order of a level of the book, -1 for none. */
  pieceOf(book: OrderBook, level: number): number {
    const { behind } = this.#floor.orders
    let slot = book.first[level] as number
    while (slot !== -1 && !this.isHistory(slot)) slot = behind[slot] as number
    return slot
  }

  /** Lots that history offers at a price of the venue's book. */
  lotsAt(instrument: number, side: number, price: number): number {
    const { orders, books } = this.#floor
    const book = books[instrument] as OrderBook
    const level = book.levelAt(side, price)
    let lots = 0
    for (
      let slot = level === -1 ? -1 : (book.first[level] as number);
      slot !== -1;
      slot = orders.behind[slot] as number
    )
      if (this.isHistory(slot)) lots += orders.remaining[slot] as number
    return lots
  }

  /** History offers `lots` at a price, at which no order of a client stands. */
  set(instrument: number, side: number, price: number, lots: number): void {
    const book = this.#book(instrument)
    const level = book.levelAt(side, price)
    const piece = level === -1 ? -1 : this.pieceOf(book, level)
    if (piece === -1) {
      if (lots > 0) this.#add(book, side, price, lots)
      return
    }
    this.#dropBehind(book, piece)
    if (lots === 0) this.#drop(book, piece)
    else this.#resize(book, piece, lots)
  }

  /**
   * History offers `lots` at a price at which orders of clients rest: `slots`, oldest first, each behind `ahead` lots of
   * history's. An older order never stands behind a younger one, whatever is before it.
   */
  arrange(
    instrument: number,
    side: number,
    price: number,
    lots: number,
    queue: { readonly slots: readonly number[]; readonly ahead: readonly number[] },
  ): void {
    const book = this.#book(instrument)
    const level = book.levelAt(side, price)
    if (level !== -1) {
      for (let slot = this.pieceOf(book, level); slot !== -1; slot = this.pieceOf(book, level)) this.#drop(book, slot)
      for (const slot of queue.slots) book.remove(slot)
    }
    let placed = 0
    queue.slots.forEach((slot, place) => {
      const before = Math.min(lots, queue.ahead[place] ?? 0)
      if (before > placed) this.#add(book, side, price, before - placed)
      placed = Math.max(placed, before)
      book.add(slot)
    })
    if (lots > placed) this.#add(book, side, price, lots - placed)
  }

  /** A client's order meets history: fills it at its price with up to `lots`. Returns how many it took. */
  fill(slot: number, lots: number): number {
    const { orders, matcher } = this.#floor
    const before = orders.filled[slot] as number
    const instrument = orders.instrument[slot] as number
    const side = 1 - (orders.side[slot] as number)
    const taker = this.#made.enter(instrument, side, orders.price[slot] as number, lots)
    matcher.meet(taker, slot)
    this.#floor.settled(taker)
    return (orders.filled[slot] as number) - before
  }

  #book(instrument: number): OrderBook {
    this.#floor.matcher.touch(instrument)
    return this.#floor.books[instrument] as OrderBook
  }

  #add(book: OrderBook, side: number, price: number, lots: number): void {
    book.add(this.#made.enter(book.instrument, side, price, lots))
  }

  #resize(book: OrderBook, slot: number, lots: number): void {
    const { orders } = this.#floor
    const less = (orders.remaining[slot] as number) - lots
    if (less === 0) return
    orders.remaining[slot] = lots
    orders.quantity[slot] = (orders.quantity[slot] as number) - less
    book.shrink(slot, less)
  }

  #dropBehind(book: OrderBook, piece: number): void {
    const { behind } = this.#floor.orders
    for (let slot = behind[piece] as number; slot !== -1;) {
      const next = behind[slot] as number
      if (this.isHistory(slot)) this.#drop(book, slot)
      slot = next
    }
  }

  #drop(book: OrderBook, slot: number): void {
    this.#floor.settled(slot)
    book.remove(slot)
    this.#floor.orders.close(slot)
  }
}
