/**
 * The service for conditional orders: it takes them, waits for their price, and turns them into orders.
 *
 * In: requests, trades and mark prices. Out: the venue's code; `conditional` events at each step of a life (NEW, TRIGGERING,
 * TRIGGERED, then FINISHED; or CANCELED, EXPIRED, REJECTED with the code of the refusal in `detail`). Margin and position are
 * looked at when one is set off, not before. One that is protected waits while mark and last price differ too much.
 */
import { FILTER, FILTER_INPUT, checkFilters } from '../../../core/market/filters.ts'
import { ORDER_FLAGS, ORDER_TYPE } from '../../../core/tape/kinds.ts'
import { filterErrorCode } from '../../history/errors.ts'
import { EVENT, FIELD } from '../events.ts'
import { ORDER_FLAG } from '../order-store.ts'
import { BUY, ORDER_KIND, POSITION_SIDE, TIME_IN_FORCE, WORKING_TYPE } from '../requests.ts'
import type { CancelConditionalRequest, ConditionalRequest, PlaceRequest } from '../requests.ts'
import { VENUE_ERROR } from '../venue-errors.ts'
import { type Conditional, isRising } from './conditional-store.ts'
import type { FuturesState } from './futures-state.ts'
import type { OrderDesk } from './order-desk.ts'
import { emptyOrder, isClientId } from './order-entry.ts'
import { CONDITIONAL_STATUS } from './views.ts'

const PPM = 1_000_000
const MIN_CALLBACK_RATE = 10

const TYPES: Readonly<Record<number, number>> = {
  [ORDER_KIND.stop]: ORDER_TYPE.stopLimit,
  [ORDER_KIND.stopMarket]: ORDER_TYPE.stopMarket,
  [ORDER_KIND.takeProfit]: ORDER_TYPE.takeProfitLimit,
  [ORDER_KIND.takeProfitMarket]: ORDER_TYPE.takeProfitMarket,
  [ORDER_KIND.trailing]: ORDER_TYPE.market,
}

export class ConditionalDesk {
  /** Index of the one that was placed or cancelled last, -1 for none. */
  lastIndex = -1
  readonly #state: FuturesState
  readonly #orders: OrderDesk
  readonly #input: Float64Array = new Float64Array(FILTER_INPUT.length)
  readonly #order: PlaceRequest = emptyOrder()

  constructor(state: FuturesState, orders: OrderDesk) {
    this.#state = state
    this.#orders = orders
  }

  place(request: ConditionalRequest): number {
    this.lastIndex = -1
    const code = this.#check(request)
    if (code !== 0) return code
    const { conditionals, time } = this.#state
    const price = this.#priceOf(request.instrument, request.workingType)
    const start = request.activatePrice === 0 ? price : this.#inKind(request, request.activatePrice)
    const isTrailing = request.orderKind === ORDER_KIND.trailing
    const threshold = isTrailing ? start : this.#inKind(request, request.triggerPrice)
    const added = conditionals.add(request, threshold, price, time[0] as number)
    this.#tell(added)
    return 0
  }

  cancel({ account, conditionalId, clientId }: CancelConditionalRequest): number {
    const { conditionals } = this.#state
    const found = conditionals.find(account, conditionalId, clientId)
    this.lastIndex = -1
    if (found === undefined) return VENUE_ERROR.unknownOrder.code
    if (found.status !== CONDITIONAL_STATUS.new) return VENUE_ERROR.unknownOrder.code
    this.#end(found, CONDITIONAL_STATUS.canceled)
    return 0
  }

  cancelAll(account: number, instrument: number): number {
    for (const found of this.#state.conditionals.ofAccount(account))
      if (found.instrument === instrument && found.status === CONDITIONAL_STATUS.new)
        this.#end(found, CONDITIONAL_STATUS.canceled)
    return 0
  }

  /** Sets off what the trades since the last look have reached, in the order of the prices. */
  onTrades(): void {
    const { clearing, markets, conditionals } = this.#state
    while (clearing.tradedCount > 0) {
      const instrument = clearing.traded[--clearing.tradedCount] as number
      const low = clearing.low[instrument] as number
      const high = clearing.high[instrument] as number
      clearing.low[instrument] = 0
      clearing.high[instrument] = 0
      if (conditionals.isIdle(instrument, WORKING_TYPE.contract)) continue
      const rises = markets.last[instrument] === high
      this.#reach(instrument, WORKING_TYPE.contract, rises ? low : high)
      this.#reach(instrument, WORKING_TYPE.contract, rises ? high : low)
    }
  }

  /** Sets off what an instrument's new mark price has reached. */
  onMark(instrument: number): void {
    if (this.#state.conditionals.isIdle(instrument, WORKING_TYPE.mark)) return
    this.#reach(instrument, WORKING_TYPE.mark, this.#state.markets.mark[instrument] as number)
  }

  /** Lets those expire whose time has come before their price. */
  advance(): void {
    const { conditionals, time } = this.#state
    const now = time[0] as number
    if (now < conditionals.earliest) return
    const waiting = conditionals.withDeadline()
    for (const one of waiting) if (one.goodTill <= now) this.#end(one, CONDITIONAL_STATUS.expired)
    const later = waiting.filter(({ goodTill }) => goodTill > now)
    conditionals.earliest = later.reduce((least, { goodTill }) => Math.min(least, goodTill), Infinity)
  }

  /** Finishes those whose orders are done. */
  followOrders(): void {
    const { conditionals, orders } = this.#state
    if (conditionals.running.size === 0) return
    for (const one of conditionals.running)
      if (orders.slotOf(one.orderId) === -1) this.#end(one, CONDITIONAL_STATUS.finished)
  }

  #reach(instrument: number, workingType: number, price: number): void {
    const { conditionals } = this.#state
    conditionals.follow(instrument, workingType, price)
    const allows = (one: Conditional): boolean => !one.priceProtect || this.#isFair(one.instrument)
    let found = conditionals.due(instrument, workingType, price, allows)
    while (found !== undefined) {
      this.#setOff(found)
      found = conditionals.due(instrument, workingType, price, allows)
    }
  }

  /** Whether mark and last price are near enough for protected orders. */
  #isFair(instrument: number): boolean {
    const { markets, instruments } = this.#state
    const mark = markets.mark[instrument] as number
    const last = (markets.last[instrument] as number) * (markets.marksPerPrice[instrument] as number)
    if (mark === 0 || last === 0) return true
    return Math.abs(mark - last) * PPM <= mark * (instruments[instrument]?.triggerProtectPpm ?? 0)
  }

  #setOff(one: Conditional): void {
    const { conditionals, time, orders } = this.#state
    const now = time[0] as number
    conditionals.trigger(one, now)
    this.#tell(one)
    const order = this.#toOrder(one)
    if (order.quantity === 0) {
      this.#end(one, CONDITIONAL_STATUS.expired)
      return
    }
    const nextId = orders.nextId[0] as number
    const flags = ORDER_FLAG.triggered | (one.closePosition ? ORDER_FLAG.closePosition : 0)
    // The order is known as this one's before it meets the book: its fills are told with it.
    conditionals.run(one, nextId)
    const code = this.#orders.enter(order, flags)
    if (code !== 0) {
      conditionals.refuse(one, code, now)
      this.#tell(one)
      return
    }
    this.#tell(one)
  }

  /** The order that a conditional one becomes; quantity 0 where it was to close a position and there is none. */
  #toOrder(one: Conditional): PlaceRequest {
    const order = this.#order
    const isLimit = one.orderKind === ORDER_KIND.stop || one.orderKind === ORDER_KIND.takeProfit
    order.account = one.account
    order.instrument = one.instrument
    order.side = one.side
    order.positionSide = one.positionSide
    order.orderKind = isLimit ? ORDER_KIND.limit : ORDER_KIND.market
    order.timeInForce = isLimit ? one.timeInForce : TIME_IN_FORCE.gtc
    order.price = isLimit ? one.price : 0
    order.priceMatch = isLimit ? one.priceMatch : 0
    order.goodTill = one.goodTill
    order.selfTrade = one.selfTrade
    order.reduceOnly = one.reduceOnly || (one.closePosition && one.positionSide === POSITION_SIDE.both)
    order.quantity = one.quantity
    if (!one.closePosition) return order
    const { rows } = this.#state
    const row = rows.find(one.account, one.instrument, one.positionSide)
    const held = row === -1 ? 0 : (rows.quantity[row] as number)
    order.quantity = Math.max(0, one.side === BUY ? -held : held)
    return order
  }

  #check(request: ConditionalRequest): number {
    const { instruments, accounts, conditionals, options } = this.#state
    const { account, instrument, orderKind, clientId } = request
    if (instruments[instrument] === undefined) return VENUE_ERROR.invalidSymbol.code
    if (!(account >= 0 && account < accounts.count)) return VENUE_ERROR.invalidAccount.code
    if (TYPES[orderKind] === undefined) return VENUE_ERROR.invalidOrderType.code
    const unclear = this.#checkClosing(request)
    if (unclear !== 0) return unclear
    const misplaced = this.#checkPositionSide(request)
    if (misplaced !== 0) return misplaced
    const filtered = this.#checkFilters(request)
    if (filtered !== 0) return filtered
    if (conditionals.countOf(account) >= options.maxConditionals) return VENUE_ERROR.maxConditionals.code
    if (clientId !== '') {
      if (!isClientId(clientId)) return VENUE_ERROR.clientIdInvalid.code
      const same = conditionals.find(account, 0, clientId)
      if (same !== undefined && same.status <= CONDITIONAL_STATUS.triggered) return VENUE_ERROR.duplicateClientId.code
    }
    return orderKind === ORDER_KIND.trailing ? this.#checkTrailing(request) : this.#checkTrigger(request)
  }

  #checkClosing(request: ConditionalRequest): number {
    const { closePosition, orderKind, reduceOnly, quantity, timeInForce, goodTill, priceMatch } = request
    if (closePosition) {
      const isMarket = orderKind === ORDER_KIND.stopMarket || orderKind === ORDER_KIND.takeProfitMarket
      if (!isMarket) return VENUE_ERROR.orderCombination.code
      if (quantity !== 0) return VENUE_ERROR.closeQuantity.code
      if (reduceOnly) return VENUE_ERROR.notRequired.code
    }
    const isLimit = orderKind === ORDER_KIND.stop || orderKind === ORDER_KIND.takeProfit
    if (priceMatch !== 0 && !isLimit) return VENUE_ERROR.priceMatchType.code
    if (priceMatch !== 0 && request.price !== 0) return VENUE_ERROR.notRequired.code
    if (timeInForce === TIME_IN_FORCE.rpi) return VENUE_ERROR.invalidTimeInForce.code
    const now = this.#state.time[0] as number
    const isLate = goodTill <= now + this.#state.options.goodTillLead
    return timeInForce === TIME_IN_FORCE.gtd && isLate ? VENUE_ERROR.goodTill.code : 0
  }

  #checkPositionSide({ account, positionSide, side, reduceOnly, closePosition }: ConditionalRequest): number {
    const { accounts, options } = this.#state
    const isHedge = accounts.hedge[account] === 1
    if (isHedge === (positionSide === POSITION_SIDE.both)) return VENUE_ERROR.positionSideMismatch.code
    if (!isHedge) return 0
    if (reduceOnly)
      return options.hedgeReduceOnly === 'improper' ? VENUE_ERROR.reduceOnlyValue.code : VENUE_ERROR.notRequired.code
    const opens = (positionSide === POSITION_SIDE.long) === (side === BUY)
    return closePosition && opens ? VENUE_ERROR.positionSideMismatch.code : 0
  }

  #checkFilters(request: ConditionalRequest): number {
    const rules = this.#state.instruments[request.instrument]
    const type = TYPES[request.orderKind]
    if (rules === undefined || type === undefined) return VENUE_ERROR.invalidOrderType.code
    const input = this.#input
    input[FILTER_INPUT.price] = request.priceMatch === 0 ? request.price : request.triggerPrice
    // One that closes a position has its quantity when it is set off.
    input[FILTER_INPUT.quantity] = request.closePosition ? Math.max(1, rules.marketMinQuantity) : request.quantity
    input[FILTER_INPUT.trigger] = request.triggerPrice
    input[FILTER_INPUT.reference] = 0
    let flags = request.side === BUY ? 0 : ORDER_FLAGS.sell
    if (request.reduceOnly || request.closePosition) flags |= ORDER_FLAGS.reduceOnly
    const failed = checkFilters(rules, type, flags, input)
    return failed === FILTER.passed ? 0 : filterErrorCode('linear', failed)
  }

  #checkTrigger(request: ConditionalRequest): number {
    const price = this.#priceOf(request.instrument, request.workingType)
    if (price === 0) return 0
    const trigger = this.#inKind(request, request.triggerPrice)
    const isReached = isRising(request.orderKind, request.side) ? price >= trigger : price <= trigger
    return isReached ? this.#atOnce() : 0
  }

  #checkTrailing(request: ConditionalRequest): number {
    const { callbackRate, activatePrice, side } = request
    const { maxCallbackRate } = this.#state.options
    if (!(callbackRate >= MIN_CALLBACK_RATE && callbackRate <= maxCallbackRate))
      return VENUE_ERROR.invalidParameter.code
    if (activatePrice === 0) return 0
    const price = this.#priceOf(request.instrument, request.workingType)
    const start = this.#inKind(request, activatePrice)
    const isWrong = side === BUY ? start > price : start < price
    return price !== 0 && isWrong ? this.#atOnce() : 0
  }

  #atOnce(): number {
    const { conditionalAtOnce } = this.#state.options
    return conditionalAtOnce === 'triggers-now'
      ? VENUE_ERROR.conditionalTriggersNow.code
      : VENUE_ERROR.wouldTrigger.code
  }

  /** The price that a kind of conditional order goes by now, in its quanta; 0 before the first. */
  #priceOf(instrument: number, workingType: number): number {
    const { markets } = this.#state
    return (workingType === WORKING_TYPE.mark ? markets.mark[instrument] : markets.last[instrument]) as number
  }

  /** A price of the request in the quanta of its kind of price. */
  #inKind({ instrument, workingType }: ConditionalRequest, price: number): number {
    if (workingType !== WORKING_TYPE.mark) return price
    return price * (this.#state.markets.marksPerPrice[instrument] as number)
  }

  #end(one: Conditional, status: number): void {
    this.#state.conditionals.end(one, status, this.#state.time[0] as number)
    this.#tell(one)
  }

  #tell(one: Conditional): void {
    const { events, conditionals, time } = this.#state
    this.lastIndex = conditionals.indexOf(one)
    const at = events.append(EVENT.conditional)
    const { cells } = events
    cells[at + FIELD.time] = time[0] as number
    cells[at + FIELD.instrument] = one.instrument
    cells[at + FIELD.account] = one.account
    cells[at + FIELD.slot] = this.lastIndex
    cells[at + FIELD.orderId] = one.orderId
    cells[at + FIELD.side] = one.side
    cells[at + FIELD.price] = one.triggerPrice
    cells[at + FIELD.quantity] = one.quantity
    cells[at + FIELD.status] = one.status
    cells[at + FIELD.detail] = one.rejectCode
  }
}
