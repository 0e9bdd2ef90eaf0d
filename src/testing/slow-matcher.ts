/**
 * The obvious matcher: one list of resting orders, searched from end to end at every step, objects and BigInt. What
 * `exchange/venue/matcher.ts` must agree with, event by event.
 */
import { EVENT, REASON, STATUS } from '../exchange/venue/events.ts'
import { BUY, SELF_TRADE, SELL, TIME_IN_FORCE } from '../exchange/venue/requests.ts'

export interface SlowOrder {
  readonly id: number
  readonly account: number
  readonly side: number
  readonly timeInForce: number
  readonly selfTrade: number
  readonly reduceOnly: boolean
  readonly goodTill: number
  readonly clientId: string
  price: number
  quantity: number
  remaining: number
  filled: number
  value: bigint
  status: number
  amendments: number
}

/** An event without its time: kind, order id, account, price, quantity, filled, status, trade id, detail. */
export type SlowEvent = readonly number[]

export class SlowMatcher {
  /** By arrival at their price. */
  resting: SlowOrder[] = []
  events: SlowEvent[] = []
  /** Every order that there ever was, by id less one. */
  readonly all: SlowOrder[] = []
  /** Lots that reduce-only orders of an account may still fill. */
  readonly room: number[]
  #tradeId = 0

  constructor(room: number[]) {
    this.room = room
  }

  /** What the order would meet at this bound, best price first, the oldest first at a price. */
  queue(side: number, bound: number): SlowOrder[] {
    return this.resting
      .filter((order) => order.side !== side && reaches(side, bound, order.price))
      .toSorted((a, b) => (side === BUY ? a.price - b.price : b.price - a.price))
  }

  couldFill(order: SlowOrder, bound: number): boolean {
    const others = this.queue(order.side, bound).filter(
      ({ account }) => order.selfTrade === SELF_TRADE.none || account !== order.account,
    )
    return others.reduce((sum, { remaining }) => sum + remaining, 0) >= order.quantity
  }

  submit(order: SlowOrder, bound: number): void {
    order.status = STATUS.new
    this.all.push(order)
    this.#tell(EVENT.accepted, order, 0)
    this.#match(order, bound)
  }

  cancel(order: SlowOrder): void {
    this.#end(order, STATUS.canceled, EVENT.canceled, 0)
  }

  amend(order: SlowOrder, price: number, quantity: number): void {
    const remaining = order.remaining + quantity - order.quantity
    if (remaining <= 0) return this.cancel(order)
    if (order.timeInForce === TIME_IN_FORCE.gtx && this.queue(order.side, price).length > 0) return this.cancel(order)
    this.#drop(order)
    Object.assign(order, { price, quantity, remaining, amendments: order.amendments + 1 })
    this.#tell(EVENT.amended, order, 0)
    this.#match(order, price)
  }

  shrink(order: SlowOrder, quantity: number): void {
    const remaining = order.remaining + quantity - order.quantity
    if (remaining <= 0) return this.cancel(order)
    Object.assign(order, { quantity, remaining, amendments: order.amendments + 1 })
    this.#tell(EVENT.amended, order, 0)
  }

  advance(now: number): void {
    const due = this.resting.filter(({ timeInForce, goodTill }) => timeInForce === TIME_IN_FORCE.gtd && goodTill <= now)
    for (const order of due.toSorted((a, b) => a.goodTill - b.goodTill || a.id - b.id))
      this.#end(order, STATUS.expired, EVENT.expired, REASON.goodTill)
  }

  /** Total by price and side, as `side:price` → lots. */
  levels(): Map<string, number> {
    const levels = new Map<string, number>()
    for (const { side, price, remaining } of this.resting)
      levels.set(`${side}:${price}`, (levels.get(`${side}:${price}`) ?? 0) + remaining)
    return levels
  }

  #match(taker: SlowOrder, bound: number): void {
    for (let maker = this.queue(taker.side, bound)[0]; maker; maker = this.queue(taker.side, bound)[0]) {
      if (taker.selfTrade !== SELF_TRADE.none && maker.account === taker.account) this.#prevent(taker, maker)
      else this.#pair(taker, maker)
      if (taker.status === STATUS.expiredInMatch || taker.status === STATUS.expired || taker.remaining === 0) return
    }
    const { timeInForce, price } = taker
    if (price === 0) this.#end(taker, STATUS.expired, EVENT.expired, REASON.noLiquidity)
    else if (timeInForce === TIME_IN_FORCE.ioc || timeInForce === TIME_IN_FORCE.fok)
      this.#end(taker, STATUS.expired, EVENT.expired, REASON.timeInForce)
    else this.resting.push(taker)
  }

  #pair(taker: SlowOrder, maker: SlowOrder): void {
    for (const order of [maker, taker])
      if (this.#roomOf(order) <= 0) return this.#end(order, STATUS.expired, EVENT.expired, REASON.reduceOnly)
    const quantity = Math.min(taker.remaining, maker.remaining, this.#roomOf(maker), this.#roomOf(taker))
    this.#tradeId++
    this.#fill(taker, maker.price, quantity, 0)
    this.#fill(maker, maker.price, quantity, 1)
    this.events.push([EVENT.trade, taker.id, taker.account, maker.price, quantity, 0, 0, this.#tradeId, 0])
    if (maker.remaining === 0) this.#drop(maker)
  }

  #roomOf({ reduceOnly, account }: SlowOrder): number {
    return reduceOnly ? (this.room[account] ?? 0) : Infinity
  }

  #fill(order: SlowOrder, price: number, quantity: number, isMaker: number): void {
    if (order.reduceOnly) this.room[order.account] = this.#roomOf(order) - quantity
    order.filled += quantity
    order.remaining -= quantity
    order.value += BigInt(price) * BigInt(quantity)
    order.status = order.remaining === 0 ? STATUS.filled : STATUS.partiallyFilled
    const { id, account, filled, status } = order
    this.events.push([EVENT.fill, id, account, price, quantity, filled, status, this.#tradeId, isMaker])
  }

  #prevent(taker: SlowOrder, maker: SlowOrder): void {
    const mode = taker.selfTrade
    if (mode === SELF_TRADE.decrement) {
      const lots = Math.min(taker.remaining, maker.remaining)
      for (const order of [taker, maker]) {
        order.remaining -= lots
        const { id, account, price, filled, status } = order
        this.events.push([EVENT.prevented, id, account, price, lots, filled, status, 0, REASON.selfTrade])
      }
      for (const order of [maker, taker])
        if (order.remaining === 0) this.#end(order, STATUS.expiredInMatch, EVENT.expired, REASON.selfTrade)
      return
    }
    if (mode !== SELF_TRADE.expireTaker) this.#end(maker, STATUS.expiredInMatch, EVENT.expired, REASON.selfTrade)
    if (mode === SELF_TRADE.expireMaker) return
    const reason = taker.timeInForce === TIME_IN_FORCE.ioc ? REASON.selfTradeRest : REASON.selfTrade
    this.#end(taker, STATUS.expiredInMatch, EVENT.expired, reason)
  }

  #end(order: SlowOrder, status: number, kind: number, reason: number): void {
    order.status = status
    this.#drop(order)
    this.#tell(kind, order, reason)
  }

  #drop(order: SlowOrder): void {
    this.resting = this.resting.filter((one) => one !== order)
  }

  #tell(kind: number, order: SlowOrder, detail: number): void {
    const { id, account, price, quantity, filled, status } = order
    this.events.push([kind, id, account, price, quantity, filled, status, 0, detail])
  }
}

function reaches(side: number, bound: number, price: number): boolean {
  return side === SELL ? price >= bound : price <= bound
}
