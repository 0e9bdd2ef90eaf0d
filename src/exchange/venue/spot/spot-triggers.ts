/**
 * What the last price sets off: stop and take-profit orders whose trigger it reached become orders of the book.
 *
 * In: a market in which trades happened. Out: orders submitted, one after the other, until none is due; each may trade and
 * move the price for the next. An order at the market's price may cost more than it held (its trigger's value): the rest is
 * taken from the free balance, and where that is not enough the order expires.
 */
import { REASON } from '../events.ts'
import { ORDER_FLAG } from '../order-store.ts'
import { BUY, TIME_IN_FORCE } from '../requests.ts'
import type { PlaceRequest } from '../requests.ts'
import { AMOUNT, LOCK_ROUNDING } from './spot-amounts.ts'
import type { SpotState } from './spot-state.ts'
import { TAKE_CELL } from './take-preview.ts'

export class SpotTriggers {
  readonly #state: SpotState

  constructor(state: SpotState) {
    this.#state = state
  }

  /** Submits every order of the market that its last price sets off. */
  run(instrument: number): void {
    const { averages, stops } = this.#state
    for (let slot = stops.take(instrument, averages.last); slot !== -1; slot = stops.take(instrument, averages.last))
      this.#setOff(slot)
  }

  #setOff(slot: number): void {
    const { columns, matcher, orders, time } = this.#state
    columns.waiting[slot] = 0
    columns.workingTime[slot] = time[0] as number
    orders.flags[slot] = (orders.flags[slot] as number) | ORDER_FLAG.triggered
    if (columns.list[slot] !== 0) this.#endOther(slot)
    if (orders.price[slot] === 0) {
      if (!this.#coverMarket(slot)) {
        matcher.expire(slot, REASON.noFunds)
        return
      }
      matcher.bound[0] = orders.side[slot] === BUY ? Infinity : 0
    } else if (orders.timeInForce[slot] === TIME_IN_FORCE.fok && !this.#couldFill(slot)) {
      matcher.expire(slot, REASON.timeInForce)
      return
    }
    matcher.submit(slot)
  }

  /** The order takes over what its list holds, and the other leg ends. */
  #endOther(slot: number): void {
    const { columns, funds, lists, matcher, orders } = this.#state
    const id = columns.list[slot] as number
    const list = lists.open(id)
    if (list === undefined) return
    const other = orders.slotOf(orders.id[slot] === list.orderIds[0] ? list.orderIds[1] : list.orderIds[0])
    if (other === -1) return
    funds.pass(other, slot)
    this.#state.closeList(id, () => matcher.expire(other, REASON.listTriggered))
    funds.trim(slot)
  }

  /** Locks what a market purchase costs beyond what it holds; a sale holds its lots already. */
  #coverMarket(slot: number): boolean {
    const { amounts, books, columns, funds, orders, preview } = this.#state
    if (orders.side[slot] !== BUY) return true
    const instrument = orders.instrument[slot] as number
    preview.cells[TAKE_CELL.bound] = 0
    preview.cells[TAKE_CELL.want] = orders.remaining[slot] as number
    const book = books[instrument] as (typeof books)[number]
    preview.byQuantity(book, BUY, orders.account[slot] as number, orders.selfTrade[slot] as number)
    amounts.worth(instrument, AMOUNT.need, preview.values, 0, LOCK_ROUNDING)
    if (columns.held.compare(slot, AMOUNT.need, amounts.amounts) >= 0) return true
    amounts.amounts.sub(AMOUNT.need, slot, columns.held)
    if (!funds.covers(orders.account[slot] as number, instrument, BUY)) return false
    funds.holdMore(slot)
    return true
  }

  #couldFill(slot: number): boolean {
    const { matcher, orders } = this.#state
    const request: PlaceRequest = {
      kind: 'place',
      account: orders.account[slot] as number,
      instrument: orders.instrument[slot] as number,
      side: orders.side[slot] as number,
      positionSide: 0,
      orderKind: orders.kind[slot] as number,
      timeInForce: TIME_IN_FORCE.fok,
      price: orders.price[slot] as number,
      quantity: orders.remaining[slot] as number,
      quoteQuantity: 0,
      reduceOnly: false,
      clientId: '',
      selfTrade: orders.selfTrade[slot] as number,
      goodTill: 0,
      priceMatch: 0,
    }
    return matcher.couldFill(request)
  }
}
