/**
 * Matching as one would write it without a thought of speed: an object per order, a queue per price in a map, the prices of
 * a side in a sorted array with the best at its end. The peer of the `matching` benchmark; it keeps no accounts.
 */
import { SELL } from '../src/exchange/venue/requests.ts'
import type { PlaceRequest } from '../src/exchange/venue/requests.ts'
import { TIME_IN_FORCE } from '../src/exchange/venue/requests.ts'
import type { FlowMarket } from './order-flow.ts'

interface PlainOrder {
  readonly id: number
  readonly account: number
  readonly side: number
  readonly price: number
  remaining: number
}

interface PlainEvent {
  readonly kind: string
  readonly id: number
  readonly price: number
  readonly quantity: number
}

export class PlainMatcher implements FlowMarket {
  trades = 0
  /** Sum of price times lots over all trades, modulo 2^32: what both sides must agree on. */
  traded = 0
  events: PlainEvent[] = []
  readonly #orders = new Map<number, PlainOrder>()
  readonly #sides = [new PlainSide(1), new PlainSide(-1)] as const
  #nextId = 1

  get openCount(): number {
    return this.#orders.size
  }

  place(request: PlaceRequest): number {
    const { account, side, price } = request
    const taker: PlainOrder = { id: this.#nextId++, account, side, price, remaining: request.quantity }
    this.#tell('accepted', taker, taker.price, taker.remaining)
    const opposite = this.#side(1 - side)
    for (let queue = opposite.best(); queue !== undefined && taker.remaining > 0; queue = opposite.best()) {
      const maker = queue[0] as PlainOrder
      if (side === SELL ? maker.price < price : maker.price > price) break
      if (maker.account === account) {
        this.#drop(maker)
        continue
      }
      const quantity = Math.min(taker.remaining, maker.remaining)
      taker.remaining -= quantity
      maker.remaining -= quantity
      this.trades++
      this.traded = (this.traded + Math.imul(maker.price, quantity)) | 0
      for (const order of [taker, maker]) this.#tell('fill', order, maker.price, quantity)
      if (maker.remaining === 0) this.#drop(maker)
    }
    if (taker.remaining === 0 || request.timeInForce === TIME_IN_FORCE.ioc) return 0
    this.#orders.set(taker.id, taker)
    this.#side(side).add(taker)
    return taker.id
  }

  cancel(id: number): boolean {
    const order = this.#orders.get(id)
    if (order === undefined) return false
    this.#drop(order)
    return true
  }

  recycle(): void {
    this.events = []
  }

  #drop(order: PlainOrder): void {
    this.#orders.delete(order.id)
    this.#side(order.side).remove(order)
    this.#tell('gone', order, order.price, order.remaining)
  }

  #side(side: number): PlainSide {
    return side === 0 ? this.#sides[0] : this.#sides[1]
  }

  #tell(kind: string, { id }: PlainOrder, price: number, quantity: number): void {
    this.events.push({ kind, id, price, quantity })
  }
}

class PlainSide {
  /** Prices times the sign, ascending: the best is the last. */
  readonly #ranks: number[] = []
  readonly #queues = new Map<number, PlainOrder[]>()
  readonly #sign: number

  constructor(sign: number) {
    this.#sign = sign
  }

  best(): PlainOrder[] | undefined {
    const rank = this.#ranks.at(-1)
    return rank === undefined ? undefined : this.#queues.get(rank)
  }

  add(order: PlainOrder): void {
    const rank = order.price * this.#sign
    const queue = this.#queues.get(rank)
    if (queue !== undefined) {
      queue.push(order)
      return
    }
    this.#queues.set(rank, [order])
    this.#ranks.splice(this.#placeOf(rank), 0, rank)
  }

  remove(order: PlainOrder): void {
    const rank = order.price * this.#sign
    const queue = this.#queues.get(rank) ?? []
    queue.splice(queue.indexOf(order), 1)
    if (queue.length > 0) return
    this.#queues.delete(rank)
    this.#ranks.splice(this.#placeOf(rank), 1)
  }

  #placeOf(rank: number): number {
    let low = 0
    let high = this.#ranks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ranks[middle] as number) < rank) low = middle + 1
      else high = middle
    }
    return low
  }
}
