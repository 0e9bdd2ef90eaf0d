/**
 * Money of fills at the spot venue, and what follows from an order's end for its funds, its trigger and its list.
 *
 * In: what the matcher tells (settlement.ts). Out: balances, fees in the events, history of fills. A purchase pays from what
 * its order holds and gets the base asset less the commission, a sale the other way round: the commission is always taken
 * from the asset received. The other leg of a list ends with the first fill of one.
 */
import { BUY } from '../requests.ts'
import { FIELD, FIELDS, REASON } from '../events.ts'
import { ORDER_FLAG } from '../order-store.ts'
import type { Settlement } from '../settlement.ts'
import { TRADE_CELL } from './average-price.ts'
import { AMOUNT, CELL, FILL_VALUE_ROUNDING } from './spot-amounts.ts'
import type { SpotState } from './spot-state.ts'

export class SpotSettlement implements Settlement {
  /** Id of the list whose legs are being closed by others, 0 for none. */
  closingList = 0
  readonly #state: SpotState

  constructor(state: SpotState) {
    this.#state = state
  }

  /** Spot has no reduce-only orders. */
  roomOf(maker: number): number {
    return this.#state.orders.remaining[maker] as number
  }

  settle(taker: number, maker: number, at: number): void {
    const { amounts, averages, events, time } = this.#state
    const instrument = this.#state.orders.instrument[taker] as number
    const price = events.cells[at + FIELD.price] as number
    const lots = events.cells[at + FIELD.quantity] as number
    amounts.cells[CELL.price] = price
    amounts.cells[CELL.lots] = lots
    amounts.base(instrument, AMOUNT.base)
    amounts.quote(instrument, AMOUNT.quote, FILL_VALUE_ROUNDING)
    averages.cells[TRADE_CELL.price] = price
    averages.cells[TRADE_CELL.lots] = lots
    averages.add(instrument, time)
    const { fees, orders } = this.#state
    this.#book(taker, instrument, fees.taker(orders.account[taker] as number, instrument), at)
    this.#book(maker, instrument, fees.maker(orders.account[maker] as number, instrument), at + FIELDS)
    this.#after(taker, false)
    this.#after(maker, true)
  }

  rested(slot: number): void {
    const { columns, funds, orders, time } = this.#state
    if (columns.workingTime[slot] === -1) columns.workingTime[slot] = time[0] as number
    // An order of which nothing was taken holds what it needs already.
    if (orders.remaining[slot] !== orders.quantity[slot] || columns.list[slot] !== 0) funds.trim(slot)
  }

  left(slot: number): void {
    const { columns, funds, orders, stops } = this.#state
    const waiting = columns.waiting[slot] as number
    if (waiting !== 0) {
      stops.remove(orders.instrument[slot] as number, waiting, slot)
      columns.waiting[slot] = 0
    }
    this.#endOther(slot)
    funds.release(slot)
  }

  shrank(slot: number): void {
    const { columns, funds, orders } = this.#state
    this.#endOther(slot)
    if (orders.level[slot] !== -1 || columns.waiting[slot] !== 0) funds.trim(slot)
  }

  /** Books one side of the pair in the amount registers. */
  #book(slot: number, instrument: number, ppm: number, at: number): void {
    const { amounts, balances, columns, funds, orders, events } = this.#state
    const account = orders.account[slot] as number
    const side = orders.side[slot] as number
    const paid = side === BUY ? AMOUNT.quote : AMOUNT.base
    const received = side === BUY ? AMOUNT.base : AMOUNT.quote
    amounts.cells[CELL.rate] = ppm
    amounts.commission(received, AMOUNT.fee)
    columns.held.sub(slot, paid, amounts.amounts)
    balances.spend(funds.paysFrom(account, instrument, side), amounts.amounts, paid)
    balances.receive(funds.receivesInto(account, instrument, side), amounts.amounts, received, AMOUNT.fee)
    events.cells[at + FIELD.asset] = (side === BUY ? funds.base : funds.quote)[instrument] as number
    amounts.amounts.storeNumber(AMOUNT.fee, events.cells, at + FIELD.amount)
    if (((orders.flags[slot] as number) & ORDER_FLAG.crowd) === 0) this.#state.history.addFill(slot, events.cells, at)
  }

  /** Gives back what an order no longer needs after a fill. A taker is trimmed when it rests or ends. */
  #after(slot: number, maker: boolean): void {
    const { amounts, columns, funds, orders } = this.#state
    const inList = columns.list[slot] !== 0
    if (inList) this.#endOther(slot)
    if (orders.remaining[slot] === 0) funds.release(slot)
    else if (maker && (inList || amounts.finer[orders.instrument[slot] as number] === 1)) funds.trim(slot)
  }

  /** Ends the other leg of an order's list. */
  #endOther(slot: number): void {
    const { columns, lists, matcher, orders } = this.#state
    const id = columns.list[slot] as number
    if (id === 0 || id === this.closingList) return
    const list = lists.open(id)
    if (list === undefined) return
    const other = orders.slotOf(orders.id[slot] === list.orderIds[0] ? list.orderIds[1] : list.orderIds[0])
    if (other === -1) return
    const before = this.closingList
    this.closingList = id
    matcher.expire(other, REASON.listTriggered)
    this.closingList = before
  }
}
