/**
 * How orders leave the spot venue at their owner's wish, and how they shrink.
 *
 * In: requests to cancel, to cancel all, to cancel a list, to amend. Out: 0 or a SPOT_ERROR; the order concerned in
 * `lastSlot`. Cancelling one leg of a list cancels both.
 */
import { CANCEL_RESTRICTION } from '../requests.ts'
import type { AmendRequest, CancelAllRequest, CancelListRequest, CancelRequest } from '../requests.ts'
import type { VenueInstrument } from '../venue-instrument.ts'
import { SPOT_ERROR } from './spot-errors.ts'
import { checkSpotFilters, ORDER_CELL } from './spot-filters.ts'
import type { OrderList } from './order-lists.ts'
import type { SpotState } from './spot-state.ts'

export class SpotRemoval {
  lastSlot = -1
  /** Id of the list that was cancelled last, 0 for none. */
  lastList = 0
  readonly #state: SpotState
  readonly #cells: Float64Array = new Float64Array(ORDER_CELL.length)

  constructor(state: SpotState) {
    this.#state = state
  }

  cancel(request: CancelRequest): number {
    this.lastSlot = -1
    this.lastList = 0
    const { orders } = this.#state
    const slot = this.find(request.account, request.instrument, request.orderId, request.clientId)
    if (slot === -1) return SPOT_ERROR.unknownOrder
    if (request.orderId !== 0 && request.clientId !== '' && orders.clientIdOf(slot) !== request.clientId)
      return SPOT_ERROR.clientIdMismatch
    const touched = (orders.filled[slot] as number) > 0
    const restriction = request.restriction ?? CANCEL_RESTRICTION.none
    if (restriction === CANCEL_RESTRICTION.onlyNew && touched) return SPOT_ERROR.cancelRestricted
    if (restriction === CANCEL_RESTRICTION.onlyPartiallyFilled && !touched) return SPOT_ERROR.cancelRestricted
    this.cancelSlot(slot, request.cancelId ?? '')
    this.lastSlot = slot
    return SPOT_ERROR.none
  }

  /** Cancels an open order, and the other leg of its list. */
  cancelSlot(slot: number, cancelId: string): void {
    const { columns, lists, matcher } = this.#state
    const list = columns.list[slot] === 0 ? undefined : lists.open(columns.list[slot] as number)
    if (list !== undefined) this.#cancelList(list, cancelId)
    else {
      columns.cancelId[slot] = cancelId
      matcher.cancel(slot)
    }
  }

  /** Cancels all open orders of an account in a market, oldest first. */
  cancelAll(request: CancelAllRequest): number {
    this.lastSlot = -1
    this.lastList = 0
    const { orders } = this.#state
    const slots: number[] = []
    for (
      let slot = orders.firstOwn(request.account, request.instrument);
      slot !== -1;
      slot = orders.nextOwn[slot] as number
    )
      slots.push(slot)
    if (slots.length === 0) return SPOT_ERROR.unknownOrder
    slots.sort((a, b) => (orders.id[a] as number) - (orders.id[b] as number))
    for (const slot of slots) if (orders.isOpen[slot] === 1) this.cancelSlot(slot, '')
    return SPOT_ERROR.none
  }

  cancelList(request: CancelListRequest): number {
    this.lastSlot = -1
    this.lastList = 0
    const list = this.#state.lists.findOpen(request.account, request.listId, request.clientId)
    if (list === undefined || list.instrument !== request.instrument) return SPOT_ERROR.unknownList
    this.#cancelList(list, request.cancelId ?? '')
    return SPOT_ERROR.none
  }

  /** Lowers the quantity of an order in the book, which keeps its place. */
  amend(request: AmendRequest): number {
    this.lastSlot = -1
    const { account, instrument, quantity } = request
    const { columns, matcher, orders } = this.#state
    const slot = this.find(account, instrument, request.orderId, request.clientId)
    if (slot === -1) return SPOT_ERROR.amendUnknown
    if (orders.level[slot] === -1) return SPOT_ERROR.amendNotWorking
    if (columns.list[slot] !== 0) return SPOT_ERROR.badCombination
    if (quantity === orders.quantity[slot]) return SPOT_ERROR.amendSame
    if (quantity > (orders.quantity[slot] as number)) return SPOT_ERROR.amendIncrease
    const rules = this.#state.instruments[instrument] as VenueInstrument
    const wrong = this.#checkAmended(rules, slot, quantity)
    if (wrong !== SPOT_ERROR.none) return wrong
    const lost = (orders.quantity[slot] as number) - quantity
    if ((orders.remaining[slot] as number) <= lost) return SPOT_ERROR.amendTooSmall
    if ((orders.amendments[slot] as number) >= rules.maxAmendments) return SPOT_ERROR.maxAmends
    const renamed = request.newClientId ?? ''
    if (renamed !== '') {
      const other = orders.slotOfClient(account, renamed)
      if (other !== -1 && other !== slot) return SPOT_ERROR.duplicateOrder
    }
    columns.formerId[slot] = orders.clientIdOf(slot)
    orders.rename(slot, renamed)
    matcher.shrink(slot, quantity)
    this.lastSlot = slot
    return SPOT_ERROR.none
  }

  /** Slot of an open order of the account in the market, by id or, where that is 0, by client id. -1 for none. */
  find(account: number, instrument: number, orderId: number, clientId: string): number {
    const { orders } = this.#state
    const slot = orderId === 0 ? orders.slotOfClient(account, clientId) : orders.slotOf(orderId)
    if (slot === -1) return -1
    return orders.account[slot] === account && orders.instrument[slot] === instrument ? slot : -1
  }

  #checkAmended(rules: VenueInstrument, slot: number, quantity: number): number {
    const { averages, orders, time } = this.#state
    const cells = this.#cells
    cells[ORDER_CELL.price] = orders.price[slot] as number
    cells[ORDER_CELL.trigger] = 0
    cells[ORDER_CELL.lots] = quantity
    cells[ORDER_CELL.quoteQuantity] = 0
    cells[ORDER_CELL.reference] = averages.at(orders.instrument[slot] as number, time)
    return checkSpotFilters(rules, false, cells)
  }

  #cancelList(list: OrderList, cancelId: string): void {
    const { columns, matcher, orders } = this.#state
    this.lastList = list.id
    this.#state.closeList(list.id, () => {
      for (const id of list.orderIds) {
        const slot = orders.slotOf(id)
        if (slot === -1) continue
        columns.cancelId[slot] = cancelId
        matcher.cancel(slot)
      }
    })
  }
}
