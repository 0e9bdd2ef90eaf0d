/**
 * The spot venue, slow and obvious: plain objects, BigInt, sorting and searching anew for everything, and what is locked is
 * not kept but reckoned from the open orders. A twin for tests of the fast one; it knows no filters.
 */
import { BUY, ORDER_KIND, SELF_TRADE, TIME_IN_FORCE } from '../exchange/venue/requests.ts'
import type {
  AmendRequest,
  CancelAllRequest,
  CancelReplaceRequest,
  CancelRequest,
  OrderRequest,
  PlaceListRequest,
} from '../exchange/venue/requests.ts'
import type { VenueInstrument } from '../exchange/venue/venue-instrument.ts'

/** What the twin understands. */
export type TradeRequest =
  OrderRequest | PlaceListRequest | CancelRequest | CancelAllRequest | CancelReplaceRequest | AmendRequest

export interface SlowOrder {
  readonly id: number
  readonly account: number
  readonly instrument: number
  readonly side: number
  readonly timeInForce: number
  readonly selfTrade: number
  readonly market: boolean
  readonly price: bigint
  readonly trigger: bigint
  /** 1 and -1: waits for a last price at or above, at or below its trigger; 0: does not wait. */
  waiting: number
  quantity: bigint
  filled: bigint
  prevented: bigint
  status: 'new' | 'partial' | 'filled' | 'canceled' | 'expired' | 'prevented'
  /** The other leg of its list. */
  other: SlowOrder | undefined
  /** Whether a stop order was set off. */
  works: boolean
  /** When it came into the book; 0 while it does not rest. */
  priority: number
}

const UNITS = 100_000_000n

export class SlowSpotVenue {
  readonly orders: SlowOrder[] = []
  readonly #markets: readonly VenueInstrument[]
  readonly #owned = new Map<string, bigint>()
  readonly #last: bigint[] = []
  #priority = 0

  constructor(markets: readonly VenueInstrument[]) {
    this.#markets = markets
  }

  give(account: number, asset: string, units: bigint): void {
    this.#owned.set(`${account} ${asset}`, this.owned(account, asset) + units)
  }

  owned(account: number, asset: string): bigint {
    return this.#owned.get(`${account} ${asset}`) ?? 0n
  }

  /** What the open orders of an account need of an asset; both legs of a list together what the dearer one needs. */
  locked(account: number, asset: string): bigint {
    let sum = 0n
    for (const order of this.open()) {
      if (order.account !== account || this.#pays(order) !== asset) continue
      const other = order.other !== undefined && isOpen(order.other) ? order.other : undefined
      if (other === undefined) sum += this.#need(order)
      else if (order.id < other.id) sum += max(this.#need(order), this.#need(other))
    }
    return sum
  }

  open(): SlowOrder[] {
    return this.orders.filter(isOpen)
  }

  /** The venue's code. */
  handle(request: TradeRequest): number {
    switch (request.kind) {
      case 'place':
      case 'conditional':
        return this.#place(request)
      case 'place-list':
        return this.#placeList(request)
      case 'cancel':
        return this.#cancel(request.account, request.instrument, request.orderId)
      case 'cancel-all': {
        const own = this.open().filter((o) => o.account === request.account && o.instrument === request.instrument)
        for (const order of own) order.status = 'canceled'
        return own.length === 0 ? -2011 : 0
      }
      case 'cancel-replace': {
        const { account, instrument, orderId } = request.cancel
        const canceled = this.#cancel(account, instrument, orderId) === 0
        if (!canceled && !request.allowFailure) return -2022
        const placed = this.#place(request.order) === 0
        return canceled && placed ? 0 : canceled || placed ? -2021 : -2022
      }
      case 'amend':
        return this.#amend(request)
    }
  }

  #place(request: OrderRequest): number {
    if (request.kind === 'conditional') {
      const waiting = this.open().filter(
        (o) => o.account === request.account && o.instrument === request.instrument && o.waiting !== 0,
      )
      if (waiting.length >= (this.#markets[request.instrument]?.maxConditionalOrders ?? 0)) return -1013
    }
    const order = this.#draft(request)
    const crosses = this.#opposite(order).some((maker) => reaches(order, maker.price))
    if (order.timeInForce === TIME_IN_FORCE.gtx && crosses) return -2010
    if (order.waiting !== 0 && this.#isDue(order)) return -2010
    let cost = this.#need(order)
    if (order.market && order.waiting === 0) {
      const value = request.kind === 'place' && request.quoteQuantity > 0 ? this.#worth(request) : undefined
      const taken = this.#preview(order, value)
      if (value !== undefined) {
        if (taken.enough && taken.lots === 0n) return -1013
        order.quantity = taken.lots
      }
      cost = order.side === BUY ? this.#units(order.instrument, taken.value, true) : this.#need(order)
    }
    if (cost > this.#free(order.account, this.#pays(order))) return -2010
    this.#enter(order)
    if (order.waiting === 0) this.#submit(order)
    this.#setOff(order.instrument)
    return 0
  }

  #placeList({ above, below }: PlaceListRequest): number {
    const one = this.#draft(above)
    const two = this.#draft(below)
    const own = this.open().filter(
      (o) => o.account === one.account && o.instrument === one.instrument && o.waiting !== 0,
    )
    if (own.length >= (this.#markets[one.instrument]?.maxConditionalOrders ?? 0)) return -1013
    const lists = this.open().filter(
      (o) => o.account === one.account && o.instrument === one.instrument && o.other !== undefined,
    )
    if (new Set(lists.map((o) => Math.min(o.id, o.other?.id ?? o.id))).size >= 20) return -1013
    if ((one.trigger || one.price) <= (two.trigger || two.price)) return -2010
    for (const leg of [one, two]) {
      if (leg.waiting === 0 && this.#opposite(leg).some((maker) => reaches(leg, maker.price))) return -2010
      if (leg.waiting !== 0 && this.#isDue(leg)) return -2010
    }
    if (max(this.#need(one), this.#need(two)) > this.#free(one.account, this.#pays(one))) return -2010
    // The stop order is placed first.
    const legs = one.side === BUY ? [one, two] : [two, one]
    for (const leg of legs) this.#enter(leg)
    const [first, second] = this.orders.slice(-2) as [SlowOrder, SlowOrder]
    first.other = second
    second.other = first
    if (second.waiting === 0) this.#submit(second)
    return 0
  }

  #cancel(account: number, instrument: number, orderId: number): number {
    const order = this.open().find((o) => o.id === orderId && o.account === account && o.instrument === instrument)
    if (order === undefined) return -2011
    order.status = 'canceled'
    if (order.other !== undefined && isOpen(order.other)) order.other.status = 'canceled'
    return 0
  }

  #amend({ account, instrument, orderId, quantity }: AmendRequest): number {
    const order = this.open().find((o) => o.id === orderId && o.account === account && o.instrument === instrument)
    const wanted = BigInt(quantity)
    if (order === undefined || order.waiting !== 0) return -2038
    if (order.other !== undefined) return -1014
    if (wanted >= order.quantity) return -2038
    if (wanted - order.filled - order.prevented <= 0n) return -2038
    order.quantity = wanted
    return 0
  }

  #draft(request: OrderRequest): SlowOrder {
    const isStop = request.kind === 'conditional'
    const { orderKind, side } = request
    const stops = orderKind === ORDER_KIND.stop || orderKind === ORDER_KIND.stopMarket
    return {
      id: 0,
      account: request.account,
      instrument: request.instrument,
      side,
      timeInForce: request.timeInForce,
      selfTrade: request.selfTrade,
      market: request.price === 0,
      price: BigInt(request.price),
      trigger: isStop ? BigInt(request.triggerPrice) : 0n,
      waiting: isStop ? (stops === (side === BUY) ? 1 : -1) : 0,
      quantity: BigInt(request.quantity),
      filled: 0n,
      prevented: 0n,
      status: 'new',
      other: undefined,
      works: false,
      priority: 0,
    }
  }

  #enter(order: SlowOrder): void {
    this.orders.push(Object.assign(order, { id: this.orders.length + 1 }))
  }

  /** Matches an order and lets the rest of it rest or expire. */
  #submit(order: SlowOrder): void {
    if (order.timeInForce === TIME_IN_FORCE.fok && this.#fillable(order) < rest(order)) {
      order.status = 'expired'
      return
    }
    for (;;) {
      const maker = this.#opposite(order)[0]
      if (maker === undefined || (!order.market && !reaches(order, maker.price))) break
      if (order.selfTrade !== SELF_TRADE.none && maker.account === order.account) this.#prevent(order, maker)
      else this.#fill(order, maker)
      if (!isOpen(order)) return
    }
    const leaves = order.market || order.timeInForce === TIME_IN_FORCE.ioc || order.timeInForce === TIME_IN_FORCE.fok
    if (leaves) order.status = 'expired'
    else order.priority = ++this.#priority
  }

  #fill(taker: SlowOrder, maker: SlowOrder): void {
    const lots = min(rest(taker), rest(maker))
    const { base, quote } = this.#markets[taker.instrument] as VenueInstrument
    const worth = this.#units(taker.instrument, maker.price * lots, false)
    const amount = this.#lotUnits(taker.instrument, lots)
    for (const order of [taker, maker]) {
      order.filled += lots
      order.status = rest(order) === 0n ? 'filled' : 'partial'
      const buys = order.side === BUY
      const got = buys ? amount : worth
      this.give(order.account, buys ? quote : base, -(buys ? worth : amount))
      this.give(order.account, buys ? base : quote, got - (got * 1_000n + 500_000n) / 1_000_000n)
    }
    for (const order of [taker, maker])
      if (order.other !== undefined && isOpen(order.other)) order.other.status = 'expired'
    this.#last[taker.instrument] = maker.price
  }

  #prevent(taker: SlowOrder, maker: SlowOrder): void {
    const end = (order: SlowOrder): void => {
      order.status = 'prevented'
      if (order.other !== undefined && isOpen(order.other)) order.other.status = 'expired'
    }
    if (taker.selfTrade === SELF_TRADE.decrement) {
      const lots = min(rest(taker), rest(maker))
      for (const order of [taker, maker]) {
        order.prevented += lots
        if (order.other !== undefined && isOpen(order.other)) order.other.status = 'expired'
      }
      for (const order of [maker, taker]) if (rest(order) === 0n) end(order)
      return
    }
    if (taker.selfTrade !== SELF_TRADE.expireTaker) end(maker)
    if (taker.selfTrade !== SELF_TRADE.expireMaker) end(taker)
  }

  /** Sets off what the last price reached, until nothing is due: rising triggers first, the nearest first. */
  #setOff(instrument: number): void {
    for (;;) {
      const due = this.open().filter((o) => o.instrument === instrument && o.waiting !== 0 && this.#isDue(o))
      due.sort((a, b) => b.waiting - a.waiting || Number(a.trigger - b.trigger) * a.waiting || a.id - b.id)
      const order = due[0]
      if (order === undefined) return
      order.waiting = 0
      order.works = true
      if (order.other !== undefined && isOpen(order.other)) order.other.status = 'expired'
      if (order.market && order.side === BUY) {
        // What it held is free for it again.
        order.status = 'canceled'
        const free = this.#free(order.account, this.#pays(order))
        order.status = 'new'
        const cost = this.#units(order.instrument, this.#preview(order, undefined).value, true)
        if (cost > free) {
          order.status = 'expired'
          continue
        }
      }
      this.#submit(order)
    }
  }

  #isDue({ instrument, waiting, trigger }: SlowOrder): boolean {
    const last = this.#last[instrument]
    return last !== undefined && (waiting === 1 ? last >= trigger : last <= trigger)
  }

  /** Orders that a taker would meet, in the order in which it would. */
  #opposite(taker: SlowOrder): SlowOrder[] {
    return this.open()
      .filter((o) => o.instrument === taker.instrument && o.side !== taker.side && o.priority !== 0)
      .sort((a, b) => Number(taker.side === BUY ? a.price - b.price : b.price - a.price) || a.priority - b.priority)
  }

  /** Lots that an FOK order would find: none of its own account's where those would be kept apart. */
  #fillable(order: SlowOrder): bigint {
    return this.#opposite(order)
      .filter((maker) => order.market || reaches(order, maker.price))
      .filter((maker) => order.selfTrade === SELF_TRADE.none || maker.account !== order.account)
      .reduce((sum, maker) => sum + rest(maker), 0n)
  }

  /** What a market order would take: up to its quantity, or up to a value. */
  #preview(order: SlowOrder, budget: bigint | undefined): { lots: bigint; value: bigint; enough: boolean } {
    let lots = 0n
    let value = 0n
    let wanted = rest(order)
    for (const maker of this.#opposite(order)) {
      if (order.selfTrade !== SELF_TRADE.none && maker.account === order.account) {
        if (order.selfTrade === SELF_TRADE.expireMaker) continue
        if (order.selfTrade !== SELF_TRADE.decrement || budget !== undefined) break
        wanted -= rest(maker)
        if (wanted <= lots) break
        continue
      }
      const affordable = budget === undefined ? wanted - lots : (budget - value) / maker.price
      const taken = min(rest(maker), affordable)
      lots += taken
      value += taken * maker.price
      if (budget === undefined ? lots >= wanted : affordable < rest(maker)) return { lots, value, enough: true }
    }
    return { lots, value, enough: false }
  }

  #free(account: number, asset: string): bigint {
    return this.owned(account, asset) - this.locked(account, asset)
  }

  #pays({ instrument, side }: SlowOrder): string {
    const { base, quote } = this.#markets[instrument] as VenueInstrument
    return side === BUY ? quote : base
  }

  #need(order: SlowOrder): bigint {
    if (order.side !== BUY) return this.#lotUnits(order.instrument, rest(order))
    return this.#units(order.instrument, (order.price || order.trigger) * rest(order), true)
  }

  #lotUnits(instrument: number, lots: bigint): bigint {
    const { quantityDecimals } = this.#markets[instrument] as VenueInstrument
    return (lots * UNITS) / 10n ** BigInt(quantityDecimals)
  }

  /** Price times lots in 10^-8 of the quote asset. */
  #units(instrument: number, value: bigint, up: boolean): bigint {
    const { priceDecimals, quantityDecimals } = this.#markets[instrument] as VenueInstrument
    const scale = 10n ** BigInt(priceDecimals + quantityDecimals)
    return (value * UNITS + (up ? scale - 1n : 0n)) / scale
  }

  /** What an order by value may spend or wants to get, as price times lots. */
  #worth({ instrument, quoteQuantity }: { instrument: number; quoteQuantity: number }): bigint {
    const { priceDecimals, quantityDecimals } = this.#markets[instrument] as VenueInstrument
    return (BigInt(quoteQuantity) * 10n ** BigInt(priceDecimals + quantityDecimals)) / UNITS
  }
}

function isOpen(order: SlowOrder): boolean {
  return order.status === 'new' || order.status === 'partial'
}

function rest(order: SlowOrder): bigint {
  return order.quantity - order.filled - order.prevented
}

function reaches(taker: SlowOrder, price: bigint): boolean {
  return taker.side === BUY ? price <= taker.price : price >= taker.price
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
