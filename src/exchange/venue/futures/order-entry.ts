/**
 * Whether an order is taken, asked in the venue's order of questions: symbol, type, filters, position mode, reduce-only,
 * limits and ids, what the book offers, margin, and last what the matching engine refuses.
 *
 * In: a request. Out: 0 and the order as it is to be entered (`entry`), or the venue's code. Changes nothing. The quick path
 * of every order goes through here: no allocation, no BigInt.
 */
import { FILTER, FILTER_INPUT, checkFilters } from '../../../core/market/filters.ts'
import { ORDER_FLAGS, ORDER_TYPE } from '../../../core/tape/kinds.ts'
import { filterErrorCode } from '../../history/errors.ts'
import { ORDER_FLAG } from '../order-store.ts'
import { BUY, ORDER_KIND, POSITION_SIDE, SELF_TRADE, TIME_IN_FORCE } from '../requests.ts'
import type { PlaceRequest } from '../requests.ts'
import { VENUE_ERROR } from '../venue-errors.ts'
import type { FuturesState } from './futures-state.ts'
import { COVERED, ORDER_COST } from './margin.ts'

/** Last moment that a GTD order may name, microseconds. */
const END_OF_TIME = 253_402_300_799_000_000
const CLIENT_ID_LENGTH = 36
const PPM = 1_000_000

export class OrderEntry {
  /** The order as the last accepted check left it. */
  readonly entry: PlaceRequest = emptyOrder()
  /** Worst price at which it may trade if it has none of its own, in quanta. */
  bound = 0
  /** Flags of it beyond those of the request. */
  flags = 0
  /** Its position row. */
  row = -1
  readonly #state: FuturesState
  readonly #input: Float64Array = new Float64Array(FILTER_INPUT.length)

  constructor(state: FuturesState) {
    this.#state = state
  }

  /** `entry`, `bound`, `flags` and `row` say how to enter the order where the answer is 0. */
  check(request: PlaceRequest): number {
    const { markets, accounts, instruments } = this.#state
    if (instruments[request.instrument] === undefined) return VENUE_ERROR.invalidSymbol.code
    if (!(request.account >= 0 && request.account < accounts.count)) return VENUE_ERROR.invalidAccount.code
    if (request.orderKind > ORDER_KIND.market) return VENUE_ERROR.useAlgoOrders.code
    if (markets.halted[request.instrument] === 1) return VENUE_ERROR.statusForOpening.code
    const unclear = this.#complete(request)
    if (unclear !== 0) return unclear
    const filtered = this.checkFilters(this.entry)
    if (filtered !== 0) return filtered
    const misplaced = this.#checkPositionSide(request.reduceOnly)
    if (misplaced !== 0) return misplaced
    const known = this.#checkNumberAndId()
    if (known !== 0) return known
    return this.#checkBookAndMargin()
  }

  /** The code of the first filter that an order fails, 0 for none. */
  checkFilters(order: PlaceRequest): number {
    const input = this.#input
    const instrument = this.#state.instruments[order.instrument]
    if (instrument === undefined) return VENUE_ERROR.invalidSymbol.code
    input[FILTER_INPUT.price] = order.price
    input[FILTER_INPUT.quantity] = order.quantity
    input[FILTER_INPUT.trigger] = 0
    input[FILTER_INPUT.reference] = this.#state.markets.mark[order.instrument] as number
    const type = order.orderKind === ORDER_KIND.market ? ORDER_TYPE.market : ORDER_TYPE.limit
    let flags = order.side === BUY ? 0 : ORDER_FLAGS.sell
    if (order.reduceOnly) flags |= ORDER_FLAGS.reduceOnly
    const failed = checkFilters(instrument, type, flags, input)
    return failed === FILTER.passed ? 0 : filterErrorCode('linear', failed)
  }

  /** Margin and position limit for an order of `lots` at `price` (0: the market) on `row`. */
  checkMargin(order: PlaceRequest, row: number, lots: number): number {
    const { margin } = this.#state
    margin.order[ORDER_COST.lots] = lots
    this.#assume(order)
    const covered = margin.covers(row, order.side)
    if (covered === COVERED.yes) return 0
    return covered === COVERED.position ? VENUE_ERROR.maxPosition.code : VENUE_ERROR.margin.code
  }

  /** Copies the request into `entry` with everything that the venue decides about it. */
  #complete(request: PlaceRequest): number {
    const { entry } = this
    const isMarket = request.orderKind === ORDER_KIND.market
    entry.account = request.account
    entry.instrument = request.instrument
    entry.side = request.side
    entry.positionSide = request.positionSide
    entry.orderKind = request.orderKind
    entry.timeInForce = isMarket ? TIME_IN_FORCE.gtc : request.timeInForce
    entry.price = isMarket ? 0 : request.price
    entry.quantity = request.quantity
    entry.reduceOnly = request.reduceOnly || closesHedge(request)
    entry.clientId = request.clientId
    entry.selfTrade = request.selfTrade
    entry.goodTill = 0
    entry.priceMatch = request.priceMatch
    this.flags = request.account < this.#state.crowdAccounts ? ORDER_FLAG.crowd : 0
    if (request.priceMatch !== 0) {
      if (isMarket) return VENUE_ERROR.priceMatchType.code
      if (request.price !== 0) return VENUE_ERROR.notRequired.code
      entry.price = this.#state.matcher.priceOf(request.instrument, request.side, request.priceMatch)
      if (entry.price === 0) return VENUE_ERROR.noLevel.code
    }
    const { timeInForce } = entry
    if (timeInForce === TIME_IN_FORCE.gtc || timeInForce === TIME_IN_FORCE.ioc) return 0
    if (timeInForce === TIME_IN_FORCE.rpi) return VENUE_ERROR.invalidTimeInForce.code
    // Self-trade prevention works for orders that may trade and rest only.
    if (timeInForce !== TIME_IN_FORCE.gtd) {
      entry.selfTrade = SELF_TRADE.none
      return 0
    }
    entry.goodTill = request.goodTill
    const now = this.#state.time[0] as number
    const isLate = request.goodTill <= now + this.#state.options.goodTillLead || request.goodTill >= END_OF_TIME
    return isLate ? VENUE_ERROR.goodTill.code : 0
  }

  /** Position mode, and what a closing order closes. */
  #checkPositionSide(asked: boolean): number {
    const { entry } = this
    const { accounts, rows, options } = this.#state
    const isHedge = accounts.hedge[entry.account] === 1
    if (isHedge === (entry.positionSide === POSITION_SIDE.both)) return VENUE_ERROR.positionSideMismatch.code
    if (isHedge && asked)
      return options.hedgeReduceOnly === 'improper' ? VENUE_ERROR.reduceOnlyValue.code : VENUE_ERROR.notRequired.code
    const isBuy = entry.side === BUY
    if (!entry.reduceOnly) {
      this.row = rows.take(entry.account, entry.instrument, entry.positionSide)
      return 0
    }
    const row = rows.find(entry.account, entry.instrument, entry.positionSide)
    const held = row === -1 ? 0 : (rows.quantity[row] as number)
    const room = isBuy ? -held : held
    if (room <= 0) return VENUE_ERROR.reduceOnly.code
    this.row = row
    if (isHedge && options.hedgeExcess === 'reject' && entry.quantity + this.#closing(false) > room)
      return VENUE_ERROR.reduceOnly.code
    if (entry.orderKind === ORDER_KIND.market || rows.reduceOnlyOrders[row] === 0) return 0
    return this.#closing(options.trimFirst === 'furthest') >= room ? VENUE_ERROR.reduceOnly.code : 0
  }

  /** Remaining lots of the row's reduce-only orders on the order's side; on wish only those at its price or nearer. */
  #closing(onlyNearer: boolean): number {
    const { entry } = this
    const { orders, rows } = this.#state
    if (rows.reduceOnlyOrders[this.row] === 0) return 0
    let lots = 0
    for (
      let slot = orders.firstOwn(entry.account, entry.instrument);
      slot !== -1;
      slot = orders.nextOwn[slot] as number
    ) {
      if (((orders.flags[slot] as number) & ORDER_FLAG.reduceOnly) === 0 || orders.side[slot] !== entry.side) continue
      if (orders.positionSide[slot] !== entry.positionSide) continue
      const price = orders.price[slot] as number
      if (onlyNearer && (entry.side === BUY ? price < entry.price : price > entry.price)) continue
      lots += orders.remaining[slot] as number
    }
    return lots
  }

  #checkNumberAndId(): number {
    const { entry } = this
    const { orders, instruments } = this.#state
    if (orders.ownCount(entry.account, entry.instrument) >= (instruments[entry.instrument]?.maxOrders ?? 0))
      return VENUE_ERROR.maxOrders.code
    if (entry.clientId === '') return 0
    if (!isClientId(entry.clientId)) return VENUE_ERROR.clientIdInvalid.code
    return orders.slotOfClient(entry.account, entry.clientId) === -1 ? 0 : VENUE_ERROR.duplicateClientId.code
  }

  #checkBookAndMargin(): number {
    const { entry } = this
    const { matcher } = this.#state
    if (entry.orderKind === ORDER_KIND.market) {
      this.bound = this.marketBound(entry.instrument, entry.side)
      matcher.bound[0] = this.bound
      if (!matcher.canTake(entry.instrument, entry.side)) return VENUE_ERROR.marketBand.code
    }
    if (!entry.reduceOnly) {
      const short = this.checkMargin(entry, this.row, entry.quantity)
      if (short !== 0) return short
    }
    if (entry.timeInForce === TIME_IN_FORCE.gtx && matcher.wouldTake(entry)) return VENUE_ERROR.wouldTake.code
    if (entry.timeInForce === TIME_IN_FORCE.fok && !matcher.couldFill(entry)) return VENUE_ERROR.cannotFillAtOnce.code
    return 0
  }

  /** Worst price of a market order: the mark price and its bounds. In quanta; Infinity or 0 before the first mark price. */
  marketBound(instrument: number, side: number): number {
    const { markets, instruments } = this.#state
    const rules = instruments[instrument]
    const mark = markets.mark[instrument] as number
    const isBuy = side === BUY
    if (rules === undefined || mark === 0) return isBuy ? Infinity : 0
    const band = isBuy ? rules.priceBandUpPpm : rules.priceBandDownPpm
    const take = isBuy ? PPM + rules.marketTakeBoundPpm : PPM - rules.marketTakeBoundPpm
    const ppm = band === 0 ? take : isBuy ? Math.min(band, take) : Math.max(band, take)
    const price = ((mark / (markets.marksPerPrice[instrument] as number)) * ppm) / PPM
    return isBuy ? Math.floor(price) : Math.ceil(price)
  }

  /** Writes the price that the order's cost is counted at, and its own, where margin looks for them. */
  #assume(order: PlaceRequest): void {
    const { books, markets, options, margin } = this.#state
    const { instrument, side } = order
    const book = books[instrument]
    const isBuy = side === BUY
    let price = order.price
    let assumed = price
    if (price === 0) {
      const level = book?.best(1 - side) ?? -1
      price = level === -1 ? (markets.last[instrument] as number) : (book?.price[level] as number)
      assumed = isBuy ? Math.ceil((price * (PPM + options.marketBuyBufferPpm)) / PPM) : price
    }
    if (!isBuy && options.saleAssumes === 'highest') {
      const bid = book?.best(BUY) ?? -1
      if (bid !== -1) assumed = Math.max(assumed, book?.price[bid] as number)
      const mark = (markets.mark[instrument] as number) / (markets.marksPerPrice[instrument] as number)
      assumed = Math.max(assumed, Math.ceil(mark))
    }
    margin.order[ORDER_COST.assumed] = assumed
    margin.order[ORDER_COST.price] = price
  }
}

/** Whether an order of hedge mode closes: such orders are reduce-only without being called so. */
function closesHedge({ positionSide, side }: PlaceRequest): boolean {
  return side === BUY ? positionSide === POSITION_SIDE.short : positionSide === POSITION_SIDE.long
}

/** An order with nothing in it, for whoever keeps one to fill in. */
export function emptyOrder(): PlaceRequest {
  return {
    kind: 'place',
    account: 0,
    instrument: 0,
    side: BUY,
    positionSide: POSITION_SIDE.both,
    orderKind: ORDER_KIND.limit,
    timeInForce: TIME_IN_FORCE.gtc,
    price: 0,
    quantity: 0,
    quoteQuantity: 0,
    reduceOnly: false,
    clientId: '',
    selfTrade: SELF_TRADE.none,
    goodTill: 0,
    priceMatch: 0,
  }
}

/** Whether a text is `^[.A-Z:/a-z0-9_-]{1,36}$`, without a regular expression on the way of every order. */
export function isClientId(text: string): boolean {
  if (text.length === 0 || text.length > CLIENT_ID_LENGTH) return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    // '-' '.' '/' '0'..'9' ':' lie together.
    const isPlain =
      (code >= 45 && code <= 58) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
    if (!isPlain) return false
  }
  return true
}
