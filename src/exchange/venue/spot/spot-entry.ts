/**
 * How orders come into the spot venue: what is checked, in which order, and what they lock.
 *
 * In: requests for limit, limit-maker and market orders, and for stop and take-profit orders. Out: 0 or a SPOT_ERROR; the
 * accepted order's slot in `lastSlot`. Order of the checks: the request itself, the market's state, filters, numbers of
 * orders, client id, the book (limit-maker, trigger), the balance. A refused order leaves no trace.
 */
import { EVENT, REASON, STATUS } from '../events.ts'
import { BUY, ORDER_KIND, SELF_TRADE, SELL, TIME_IN_FORCE } from '../requests.ts'
import type { ConditionalRequest, OrderRequest, PlaceRequest } from '../requests.ts'
import type { VenueInstrument } from '../venue-instrument.ts'
import { AMOUNT, CELL, LOCK_ROUNDING } from './spot-amounts.ts'
import { SPOT_ERROR } from './spot-errors.ts'
import { checkSpotFilters, isMarketLot, marketStep, ORDER_CELL } from './spot-filters.ts'
import type { SpotState } from './spot-state.ts'
import { FALLING, RISING } from './stop-queue.ts'
import { TAKE_CELL } from './take-preview.ts'

export class SpotEntry {
  lastSlot = -1
  readonly #state: SpotState
  readonly #cells: Float64Array = new Float64Array(ORDER_CELL.length)
  /** A stop order as the store takes it. */
  readonly #stored: PlaceRequest = emptyOrder()

  constructor(state: SpotState) {
    this.#state = state
  }

  /** What the venue checks of an order before it looks at the account: `order/test`. */
  check(request: OrderRequest): number {
    const wrong = this.#checkTerms(request)
    if (wrong !== SPOT_ERROR.none) return wrong
    const isStop = request.kind === 'conditional'
    const instrument = this.#state.instruments[request.instrument] as VenueInstrument
    const cells = this.#cells
    cells[ORDER_CELL.price] = request.price
    cells[ORDER_CELL.trigger] = isStop ? request.triggerPrice : 0
    cells[ORDER_CELL.lots] = request.quantity
    cells[ORDER_CELL.quoteQuantity] = isStop ? 0 : request.quoteQuantity
    cells[ORDER_CELL.reference] = this.#state.averages.at(request.instrument, this.#state.time)
    return checkSpotFilters(instrument, takesMarketPrice(request.orderKind), cells)
  }

  place(request: PlaceRequest): number {
    this.lastSlot = -1
    const wrong = this.check(request)
    if (wrong !== SPOT_ERROR.none) return wrong
    const { orderKind, timeInForce } = request
    const rests =
      orderKind === ORDER_KIND.limit && timeInForce !== TIME_IN_FORCE.ioc && timeInForce !== TIME_IN_FORCE.fok
    const refused = this.checkPlace(request, rests ? 1 : 0)
    if (refused !== SPOT_ERROR.none) return refused
    if (timeInForce === TIME_IN_FORCE.gtx && this.#state.matcher.wouldTake(request)) return SPOT_ERROR.wouldTake
    return orderKind === ORDER_KIND.market ? this.#placeMarket(request) : this.#placeLimit(request)
  }

  placeStop(request: ConditionalRequest): number {
    this.lastSlot = -1
    const wrong = this.check(request)
    if (wrong !== SPOT_ERROR.none) return wrong
    const refused = this.checkPlace(request, 1)
    if (refused !== SPOT_ERROR.none) return refused
    if (this.wouldTrigger(request)) return SPOT_ERROR.wouldTrigger
    this.needOf(request)
    if (!this.#state.funds.covers(request.account, request.instrument, request.side))
      return SPOT_ERROR.insufficientBalance
    this.#state.funds.hold(this.enterStop(request))
    return SPOT_ERROR.none
  }

  /** Numbers of open orders, of which `adds` more would be there, and the client id. */
  checkPlace(request: OrderRequest, adds: number): number {
    const { orders } = this.#state
    const { account, clientId } = request
    const { maxOrders, maxConditionalOrders } = this.#state.instruments[request.instrument] as VenueInstrument
    if (adds > 0 && !this.#state.isCrowd(account)) {
      if (orders.ownCount(account, request.instrument) + adds > maxOrders) return SPOT_ERROR.maxOrders
      if (request.kind === 'conditional' && this.#waitingOf(account, request.instrument) >= maxConditionalOrders)
        return SPOT_ERROR.maxAlgoOrders
    }
    if (clientId !== '' && orders.slotOfClient(account, clientId) !== -1) return SPOT_ERROR.duplicateOrder
    return SPOT_ERROR.none
  }

  /** Whether the last price would set the order off at once. */
  wouldTrigger(request: ConditionalRequest): boolean {
    const last = this.#state.averages.last[request.instrument] as number
    if (last === 0) return false
    return directionOf(request) === RISING ? last >= request.triggerPrice : last <= request.triggerPrice
  }

  /** amounts.need = what an order with a price or a trigger has to lock. */
  needOf(request: OrderRequest): void {
    const { amounts, funds } = this.#state
    const isStop = request.kind === 'conditional'
    amounts.cells[CELL.price] = isStop && request.price === 0 ? request.triggerPrice : request.price
    amounts.cells[CELL.lots] = request.quantity
    funds.need(request.instrument, request.side)
  }

  /** Takes a checked limit order in, which holds nothing yet. */
  enterLimit(request: PlaceRequest): number {
    const { columns, orders, time } = this.#state
    const slot = orders.enter(request, this.#state.flagsOf(request.account))
    columns.enter(slot)
    columns.workingTime[slot] = time[0] as number
    this.lastSlot = slot
    return slot
  }

  /** Takes a checked stop order in, which waits from now on and holds nothing yet. */
  enterStop(request: ConditionalRequest): number {
    const { columns, orders, stops } = this.#state
    const stored = this.#stored
    stored.account = request.account
    stored.instrument = request.instrument
    stored.side = request.side
    stored.orderKind = request.orderKind
    stored.timeInForce = request.timeInForce
    stored.price = request.price
    stored.quantity = request.quantity
    stored.clientId = request.clientId
    stored.selfTrade = request.selfTrade
    const slot = orders.enter(stored, this.#state.flagsOf(request.account))
    columns.enter(slot)
    columns.trigger[slot] = request.triggerPrice
    columns.waiting[slot] = directionOf(request)
    orders.status[slot] = STATUS.new
    orders.open(slot)
    stops.add(request.instrument, columns.waiting[slot] as number, slot)
    this.#state.note(EVENT.accepted, slot, REASON.none)
    this.lastSlot = slot
    return slot
  }

  #checkTerms(request: OrderRequest): number {
    const { instruments, names, halted } = this.#state
    const { account, instrument, side, orderKind, timeInForce, selfTrade } = request
    if (!(account >= 0 && account < names.length)) return SPOT_ERROR.badAccount
    if (!(instrument >= 0 && instrument < instruments.length)) return SPOT_ERROR.badSymbol
    if (side !== BUY && side !== SELL) return SPOT_ERROR.badSide
    if (request.kind === 'place') {
      if (orderKind !== ORDER_KIND.limit && orderKind !== ORDER_KIND.market) return SPOT_ERROR.badOrderType
      if (timeInForce > TIME_IN_FORCE.gtx) return SPOT_ERROR.badTimeInForce
      if (request.quoteQuantity !== 0 && (orderKind !== ORDER_KIND.market || request.quantity !== 0))
        return SPOT_ERROR.badCombination
    } else {
      if (orderKind < ORDER_KIND.stop || orderKind > ORDER_KIND.takeProfitMarket) return SPOT_ERROR.badOrderType
      if (timeInForce > TIME_IN_FORCE.fok) return SPOT_ERROR.badTimeInForce
      if (!(request.triggerPrice > 0)) return SPOT_ERROR.priceFilter
    }
    if (takesMarketPrice(orderKind) && request.price !== 0) return SPOT_ERROR.badCombination
    if (!(selfTrade >= SELF_TRADE.none && selfTrade <= SELF_TRADE.decrement)) return SPOT_ERROR.badSelfTrade
    return halted[instrument] === 1 ? SPOT_ERROR.marketClosed : SPOT_ERROR.none
  }

  #placeLimit(request: PlaceRequest): number {
    const { funds, matcher, orders } = this.#state
    this.needOf(request)
    if (!funds.covers(request.account, request.instrument, request.side)) return SPOT_ERROR.insufficientBalance
    const fits = request.timeInForce !== TIME_IN_FORCE.fok || matcher.couldFill(request)
    const slot = this.enterLimit(request)
    if (fits) {
      funds.hold(slot)
      matcher.submit(slot)
      return SPOT_ERROR.none
    }
    orders.status[slot] = STATUS.new
    this.#state.note(EVENT.accepted, slot, REASON.none)
    matcher.expire(slot, REASON.timeInForce)
    return SPOT_ERROR.none
  }

  #placeMarket(request: PlaceRequest): number {
    const { account, instrument, side, quantity, quoteQuantity } = request
    const { amounts, books, columns, funds, matcher, orders, preview } = this.#state
    const rules = this.#state.instruments[instrument] as VenueInstrument
    const book = books[instrument] as (typeof books)[number]
    preview.cells[TAKE_CELL.bound] = 0
    let lots = quantity
    if (quoteQuantity > 0) {
      preview.cells[TAKE_CELL.step] = marketStep(rules)
      amounts.value(instrument, quoteQuantity, preview.values, 1)
      preview.byValue(book, side, account, request.selfTrade)
      lots = preview.lots
      if (preview.enough && lots < Math.max(1, rules.minQuantity)) return SPOT_ERROR.lotSize
      if (rules.maxQuantity > 0 && lots > rules.maxQuantity) return SPOT_ERROR.lotSize
      if (lots > 0 && !isMarketLot(rules, lots)) return SPOT_ERROR.marketLotSize
    } else if (side === BUY) {
      preview.cells[TAKE_CELL.want] = quantity
      preview.byQuantity(book, side, account, request.selfTrade)
    }
    if (side === BUY) amounts.worth(instrument, AMOUNT.need, preview.values, 0, LOCK_ROUNDING)
    else {
      amounts.cells[CELL.lots] = lots
      amounts.base(instrument, AMOUNT.need)
    }
    if (!funds.covers(account, instrument, side)) return SPOT_ERROR.insufficientBalance
    const slot = this.enterLimit(request)
    orders.quantity[slot] = lots
    orders.remaining[slot] = lots
    columns.quoteQuantity[slot] = quoteQuantity
    funds.hold(slot)
    matcher.bound[0] = side === BUY ? Infinity : 0
    matcher.submit(slot)
    return SPOT_ERROR.none
  }

  /** Stop orders of an account that wait in a market. */
  #waitingOf(account: number, instrument: number): number {
    const { columns, orders } = this.#state
    let count = 0
    for (let slot = orders.firstOwn(account, instrument); slot !== -1; slot = orders.nextOwn[slot] as number)
      if (columns.waiting[slot] !== 0) count++
    return count
  }
}

/** Whether orders of this ORDER_KIND have no price of their own. */
export function takesMarketPrice(kind: number): boolean {
  return kind === ORDER_KIND.market || kind === ORDER_KIND.stopMarket || kind === ORDER_KIND.takeProfitMarket
}

/** From which side the market reaches a stop order's trigger. */
function directionOf({ orderKind, side }: ConditionalRequest): number {
  const isStop = orderKind === ORDER_KIND.stop || orderKind === ORDER_KIND.stopMarket
  return isStop === (side === BUY) ? RISING : FALLING
}

function emptyOrder(): PlaceRequest {
  return {
    kind: 'place',
    account: 0,
    instrument: 0,
    side: 0,
    positionSide: 0,
    orderKind: 0,
    timeInForce: 0,
    price: 0,
    quantity: 0,
    quoteQuantity: 0,
    reduceOnly: false,
    clientId: '',
    selfTrade: 0,
    goodTill: 0,
    priceMatch: 0,
  }
}
