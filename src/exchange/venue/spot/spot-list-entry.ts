/**
 * How an order list (one-cancels-the-other) comes into the spot venue.
 *
 * In: a list request. Out: 0 or a SPOT_ERROR; the list's id in `lastList`. A list needs one leg that takes profit (limit-maker
 * or take-profit) and one that stops the loss, on both sides of the last price. Both legs together lock what the dearer one
 * needs, held by the leg that can fill without being set off. The stop leg is placed first.
 */
import { ORDER_KIND, SELL, TIME_IN_FORCE } from '../requests.ts'
import type { ConditionalRequest, OrderRequest, PlaceListRequest } from '../requests.ts'
import { LIST_STATUS } from '../events.ts'
import { madeClientId } from '../client-ids.ts'
import { MAX_ORDER_LISTS } from './order-lists.ts'
import { AMOUNT } from './spot-amounts.ts'
import type { SpotEntry } from './spot-entry.ts'
import { SPOT_ERROR } from './spot-errors.ts'
import type { SpotState } from './spot-state.ts'

export class SpotListEntry {
  /** Id of the list that was placed last, 0 for none. */
  lastList = 0
  readonly #state: SpotState
  readonly #entry: SpotEntry

  constructor(state: SpotState, entry: SpotEntry) {
    this.#state = state
    this.#entry = entry
  }

  place(request: PlaceListRequest): number {
    this.lastList = 0
    const wrong = this.check(request)
    if (wrong !== SPOT_ERROR.none) return wrong
    const { columns, funds, lists, matcher, orders, time } = this.#state
    const { account, instrument, above, below } = request
    const stop = isStopLoss(above) ? above : (below as ConditionalRequest)
    const profit = isStopLoss(above) ? below : above
    if (!this.#covered(stop, profit)) return SPOT_ERROR.insufficientBalance
    const stopSlot = this.#entry.enterStop(stop as ConditionalRequest)
    const profitSlot = profit.kind === 'conditional' ? this.#entry.enterStop(profit) : this.#entry.enterLimit(profit)
    const list = lists.add({
      account,
      instrument,
      clientId: request.clientId === '' ? madeClientId(LIST_ID_SALT + lists.nextId) : request.clientId,
      orderIds: [orders.id[stopSlot] as number, orders.id[profitSlot] as number],
      clientIds: [orders.clientIdOf(stopSlot), orders.clientIdOf(profitSlot)],
      created: time[0] as number,
    })
    columns.list[stopSlot] = list.id
    columns.list[profitSlot] = list.id
    this.lastList = list.id
    funds.hold(profitSlot)
    if (profit.kind === 'place') {
      matcher.submit(profitSlot)
      // A resting order was trimmed to its own need; the list needs what its dearer leg does.
      this.#covered(stop, profit)
      funds.holdUpTo(profitSlot)
    }
    this.#state.noteList(list.id, account, instrument, LIST_STATUS.executing)
    return SPOT_ERROR.none
  }

  /** What is checked before the balance; the same for a test of a list. */
  check(request: PlaceListRequest): number {
    const { above, below, account, instrument } = request
    const wrong = checkForm(request)
    if (wrong !== SPOT_ERROR.none) return wrong
    for (const leg of [above, below]) {
      const failed = this.#entry.check(leg)
      if (failed !== SPOT_ERROR.none) return failed
    }
    if (above.clientId !== '' && above.clientId === below.clientId) return SPOT_ERROR.duplicateOrder
    for (const leg of [above, below]) {
      const failed = this.#entry.checkPlace(leg, 2)
      if (failed !== SPOT_ERROR.none) return failed
    }
    const open = this.#state.lists.openOf(account)
    if (open.filter((list) => list.instrument === instrument).length >= MAX_ORDER_LISTS) return SPOT_ERROR.maxLists
    if (request.clientId !== '' && open.some(({ clientId }) => clientId === request.clientId))
      return SPOT_ERROR.duplicateList
    if (priceOf(above) <= priceOf(below)) return SPOT_ERROR.badListPrices
    for (const leg of [above, below]) {
      if (leg.kind === 'place' && this.#state.matcher.wouldTake(leg)) return SPOT_ERROR.wouldTake
      if (leg.kind === 'conditional' && this.#entry.wouldTrigger(leg)) return SPOT_ERROR.badListPrices
    }
    return SPOT_ERROR.none
  }

  /** amounts.need = the larger of both needs; whether it is free. */
  #covered(one: OrderRequest, other: OrderRequest): boolean {
    const { amounts, funds } = this.#state
    this.#entry.needOf(one)
    amounts.amounts.copy(AMOUNT.held, AMOUNT.need)
    this.#entry.needOf(other)
    if (amounts.amounts.compare(AMOUNT.held, AMOUNT.need) > 0) amounts.amounts.copy(AMOUNT.need, AMOUNT.held)
    return funds.covers(one.account, one.instrument, one.side)
  }
}

/** Keeps made client ids of lists apart from those of orders. */
const LIST_ID_SALT = 1_099_511_627_776

function checkForm({ above, below, account, instrument }: PlaceListRequest): number {
  for (const leg of [above, below]) {
    if (leg.account !== account || leg.instrument !== instrument) return SPOT_ERROR.badCombination
    if (leg.kind === 'place' && (leg.orderKind !== ORDER_KIND.limit || leg.timeInForce !== TIME_IN_FORCE.gtx))
      return SPOT_ERROR.badCombination
  }
  if (above.side !== below.side || above.quantity !== below.quantity) return SPOT_ERROR.badCombination
  // A sale stops its loss below the market and takes its profit above it.
  const stop = above.side === SELL ? below : above
  const profit = above.side === SELL ? above : below
  return isStopLoss(stop) && !isStopLoss(profit) ? SPOT_ERROR.none : SPOT_ERROR.badCombination
}

function isStopLoss(leg: OrderRequest): boolean {
  return leg.kind === 'conditional' && (leg.orderKind === ORDER_KIND.stop || leg.orderKind === ORDER_KIND.stopMarket)
}

/** The price at which a leg takes effect. */
function priceOf(leg: OrderRequest): number {
  return leg.kind === 'conditional' ? leg.triggerPrice : leg.price
}
