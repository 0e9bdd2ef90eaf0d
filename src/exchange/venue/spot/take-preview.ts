/**
 * What a taking order would get from the book as it stands, without changing anything: spot locks the exact cost of a market
 * purchase before it is matched, and turns an order by value into one by quantity.
 *
 * In: a book, the taker's side, account, self-trade mode and price bound, and how much it wants: `want` lots, or a value.
 * Out: `lots` and `cost` (price quanta times lots). The walk is order by order and knows self-trade prevention, so that it
 * meets the same orders as the matcher afterwards.
 */
import { I128Array } from '../../../core/number/i128.ts'
import { ROUND_FLOOR } from '../../../core/number/rounding.ts'
import type { OrderBook } from '../order-book.ts'
import type { OrderStore } from '../order-store.ts'
import { BUY, SELF_TRADE } from '../requests.ts'

/** Inputs: price bound in price quanta (0 for none), lots wanted, lots of one step of an order by value. */
export const TAKE_CELL = { bound: 0, want: 1, step: 2, price: 3, lots: 4, length: 5 } as const

export class TakePreview {
  readonly cells: Float64Array = new Float64Array(TAKE_CELL.length)
  /** [0] price quanta times lots of everything that would be taken, [1] the value still wanted, [2] scratch. */
  readonly values: I128Array = new I128Array(3)
  /** Lots that would be taken. */
  lots = 0
  /** False where the book, its bound or self-trade prevention ended the walk before the wish was met. */
  enough = false
  readonly #store: OrderStore

  constructor(store: OrderStore) {
    this.#store = store
  }

  /** Walks the book until `cells.want` lots are taken. */
  byQuantity(book: OrderBook, side: number, account: number, selfTrade: number): void {
    this.#walk(book, side, account, selfTrade, false)
  }

  /** Walks the book until `values[1]` (price quanta times lots) is used up, the last order in whole steps. */
  byValue(book: OrderBook, side: number, account: number, selfTrade: number): void {
    this.#walk(book, side, account, selfTrade, true)
  }

  #walk(book: OrderBook, side: number, account: number, selfTrade: number, byValue: boolean): void {
    const store = this.#store
    const { cells, values } = this
    this.lots = 0
    this.enough = false
    values.setNumber(0, 0)
    const bound = cells[TAKE_CELL.bound] as number
    for (let level = book.best(1 - side); level !== -1; level = book.worse[level] as number) {
      const price = book.price[level] as number
      if (bound !== 0 && (side === BUY ? price > bound : price < bound)) return
      cells[TAKE_CELL.price] = price
      for (let slot = book.first[level] as number; slot !== -1; slot = store.behind[slot] as number) {
        const there = store.remaining[slot] as number
        if (selfTrade !== SELF_TRADE.none && store.account[slot] === account) {
          if (selfTrade === SELF_TRADE.expireMaker) continue
          if (selfTrade !== SELF_TRADE.decrement || byValue) return
          cells[TAKE_CELL.want] = (cells[TAKE_CELL.want] as number) - there
          if ((cells[TAKE_CELL.want] as number) <= this.lots) return
          continue
        }
        if (byValue ? this.#takeValue(there) : this.#takeLots(there)) {
          this.enough = true
          return
        }
      }
    }
  }

  /** Returns whether the wish is met. */
  #takeLots(there: number): boolean {
    const { cells } = this
    const lots = Math.min(there, (cells[TAKE_CELL.want] as number) - this.lots)
    this.#take(lots)
    return this.lots >= (cells[TAKE_CELL.want] as number)
  }

  #takeValue(there: number): boolean {
    const { cells, values } = this
    values.copy(2, 1)
    values.divRounded(2, cells, TAKE_CELL.price, ROUND_FLOOR)
    const affordable = values.toNumber(2)
    if (affordable >= there) {
      this.#take(there)
      values.subProduct(1, cells, TAKE_CELL.price, TAKE_CELL.lots)
      return false
    }
    const step = cells[TAKE_CELL.step] as number
    // Whole steps of the order, not of this fill: an earlier order may have left part of a step.
    this.#take(Math.floor((this.lots + affordable) / step) * step - this.lots)
    return true
  }

  #take(lots: number): void {
    const { cells } = this
    if (lots <= 0) return
    cells[TAKE_CELL.lots] = lots
    this.values.addProduct(0, cells, TAKE_CELL.price, TAKE_CELL.lots)
    this.lots += lots
  }
}
