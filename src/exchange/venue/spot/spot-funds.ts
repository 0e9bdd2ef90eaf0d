/**
 * What orders hold of their accounts' balances.
 *
 * In: orders of the store, amounts wanted. Out: whether they are covered. Owns the rule of what an open order needs: a sale
 * its remaining lots, a purchase their value at its limit (at its trigger for a stop order at the market's price). The sum of
 * `held` over an account's open orders is always what `Balances` has locked of it.
 */
import type { Balances } from './balances.ts'
import type { OrderStore } from '../order-store.ts'
import { BUY } from '../requests.ts'
import { AMOUNT, CELL, LOCK_ROUNDING, type SpotAmounts } from './spot-amounts.ts'
import type { SpotColumns } from './spot-columns.ts'

export class SpotFunds {
  /** Asset numbers by instrument. */
  readonly base: Int32Array
  readonly quote: Int32Array
  readonly #store: OrderStore
  readonly #columns: SpotColumns
  readonly #balances: Balances
  readonly #amounts: SpotAmounts

  constructor(store: OrderStore, columns: SpotColumns, balances: Balances, amounts: SpotAmounts, pairs: Pairs) {
    this.#store = store
    this.#columns = columns
    this.#balances = balances
    this.#amounts = amounts
    this.base = pairs.base
    this.quote = pairs.quote
  }

  /** Balance from which an order of this side pays. */
  paysFrom(account: number, instrument: number, side: number): number {
    return this.#balances.slot(account, (side === BUY ? this.quote : this.base)[instrument] as number)
  }

  /** Balance that an order of this side fills. */
  receivesInto(account: number, instrument: number, side: number): number {
    return this.#balances.slot(account, (side === BUY ? this.base : this.quote)[instrument] as number)
  }

  /** amounts.need = what `cells.lots` at `cells.price` need. */
  need(instrument: number, side: number): void {
    if (side === BUY) this.#amounts.quote(instrument, AMOUNT.need, LOCK_ROUNDING)
    else this.#amounts.base(instrument, AMOUNT.need)
  }

  /** Whether amounts.need is free. */
  covers(account: number, instrument: number, side: number): boolean {
    const slot = this.paysFrom(account, instrument, side)
    return this.#balances.free.compare(slot, AMOUNT.need, this.#amounts.amounts) >= 0
  }

  /** Locks amounts.need for an order that holds nothing yet. */
  hold(slot: number): void {
    const { held } = this.#columns
    held.copy(slot, AMOUNT.need, this.#amounts.amounts)
    this.#balances.lock(this.#balanceOf(slot), this.#amounts.amounts, AMOUNT.need)
  }

  /** Locks amounts.need for an order on top of what it holds. */
  holdMore(slot: number): void {
    this.#columns.held.add(slot, AMOUNT.need, this.#amounts.amounts)
    this.#balances.lock(this.#balanceOf(slot), this.#amounts.amounts, AMOUNT.need)
  }

  /** Locks what is missing so that an order holds amounts.need. */
  holdUpTo(slot: number): void {
    this.#amounts.amounts.sub(AMOUNT.need, slot, this.#columns.held)
    if (this.#amounts.amounts.sign(AMOUNT.need) > 0) this.holdMore(slot)
  }

  /** Gives back what an order holds beyond its need now. */
  trim(slot: number): void {
    const store = this.#store
    const { cells, amounts } = this.#amounts
    const { held } = this.#columns
    const price = store.price[slot] as number
    cells[CELL.price] = price > 0 ? price : (this.#columns.trigger[slot] as number)
    cells[CELL.lots] = store.remaining[slot] as number
    this.need(store.instrument[slot] as number, store.side[slot] as number)
    amounts.copy(AMOUNT.change, slot, held)
    amounts.sub(AMOUNT.change, AMOUNT.need)
    if (amounts.isZero(AMOUNT.change)) return
    this.#balances.release(this.#balanceOf(slot), amounts, AMOUNT.change)
    held.copy(slot, AMOUNT.need, amounts)
  }

  /** Gives back all that an order holds. */
  release(slot: number): void {
    const { held } = this.#columns
    if (held.isZero(slot)) return
    this.#balances.release(this.#balanceOf(slot), held, slot)
    held.setNumber(slot, 0)
  }

  /** Hands what one order holds to another of the same account, market and side. */
  pass(from: number, to: number): void {
    const { held } = this.#columns
    held.add(to, from)
    held.setNumber(from, 0)
  }

  #balanceOf(slot: number): number {
    const store = this.#store
    return this.paysFrom(store.account[slot] as number, store.instrument[slot] as number, store.side[slot] as number)
  }
}

/** Asset numbers of both sides of each market. */
export interface Pairs {
  readonly base: Int32Array
  readonly quote: Int32Array
}
