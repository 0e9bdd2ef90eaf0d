/** How far an order reaches into a book, without touching it. */
import type { OrderBook } from './order-book.ts'
import type { OrderFacts, OrderStore } from './order-store.ts'
import { BUY, SELF_TRADE } from './requests.ts'

/** True when an order of this side that goes as far as `bound` accepts `price`. */
export function reaches(side: number, bound: number, price: number): boolean {
  return side === BUY ? price <= bound : price >= bound
}

/**
 * Lots that an order would find as far as `bound`, counted until they are enough. Orders of the same account do not count
 * where self-trade prevention would keep them from filling it.
 */
export function lotsWithin(book: OrderBook, orders: OrderStore, request: OrderFacts, bound: number): number {
  const all = request.selfTrade === SELF_TRADE.none
  let lots = 0
  for (let level = book.best(1 - request.side); level !== -1 && lots < request.quantity; level = book.next(level)) {
    if (!reaches(request.side, bound, book.price[level] as number)) break
    lots += all ? (book.quantity[level] as number) : foreignLots(book, orders, level, request.account)
  }
  return lots
}

/** Remaining lots of a level that are not the account's own. */
function foreignLots(book: OrderBook, orders: OrderStore, level: number, account: number): number {
  let lots = 0
  for (let slot = book.first[level] as number; slot !== -1; slot = orders.behind[slot] as number)
    if (orders.account[slot] !== account) lots += orders.remaining[slot] as number
  return lots
}
