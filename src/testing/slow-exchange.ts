/**
 * The slow, obvious twin of the simulated exchange: one contract, maps, arrays and BigInt, everything found by searching.
 * It shares no code with the exchange; what both say after each row must be the same, word for word.
 */
import { MARK_UNIT, ORDER_UNIT, SlowAccount, type TwinOrder } from './slow-account.ts'
import { cancelled, type Level } from './slow-queue.ts'

export class SlowExchange {
  readonly account: SlowAccount
  time = 0
  readonly said: string[] = []
  readonly #probabilistic: boolean
  readonly #leverage: bigint
  readonly #rates: { readonly maker: bigint; readonly taker: bigint }
  /** Whether depth rows are recorded; otherwise best bid and ask are all there is. */
  readonly #hasBook: boolean
  readonly #book = { bid: new Map<number, number>(), ask: new Map<number, number>() }
  readonly #best = { bid: [0, 0] as [number, number], ask: [0, 0] as [number, number] }
  #bestIsNewer = false
  #last = 0
  #mark = 0
  #orders: TwinOrder[] = []
  #levels = new Map<string, Level>()
  #moved = false

  constructor(options: {
    money: bigint
    leverage: number
    maker: number
    taker: number
    probabilistic: boolean
    book: boolean
  }) {
    this.account = new SlowAccount(options.money)
    this.#leverage = BigInt(options.leverage)
    this.#rates = { maker: BigInt(options.maker), taker: BigInt(options.taker) }
    this.#probabilistic = options.probabilistic
    this.#hasBook = options.book
  }

  trade(takerSells: boolean, lots: number, price: number): void {
    this.#last = price
    const hit = takerSells ? 'bid' : 'ask'
    this.#print(hit, price, lots, true)
    const taken = this.#levels.get(`${hit} ${price}`)?.taken ?? 0
    this.#print(takerSells ? 'ask' : 'bid', price, Math.max(0, lots - taken), false)
    this.#fireTriggers()
    this.#settle()
  }

  best(bid: number, bidLots: number, ask: number, askLots: number): void {
    this.#best.bid = [bid, bidLots]
    this.#best.ask = [ask, askLots]
    this.#bestIsNewer = true
    if (!this.#hasBook) {
      for (const side of ['bid', 'ask'] as const) {
        const [price, lots] = this.#best[side]
        for (const key of this.#watched(side)) {
          const own = Number(key.split(' ')[1])
          if (own === price && lots > 0) this.#show(key, lots)
          else if (lots === 0 || (side === 'bid' ? own > price : own < price)) this.#show(key, 0)
        }
      }
      this.#nextUpdate()
    }
    this.#afterPrices()
  }

  depth(bids: readonly (readonly [number, number])[], asks: readonly (readonly [number, number])[]): void {
    for (const [side, changes] of [
      ['bid', bids],
      ['ask', asks],
    ] as const) {
      for (const [price, lots] of changes) {
        if (lots === 0) this.#book[side].delete(price)
        else this.#book[side].set(price, lots)
        if (this.#levels.has(`${side} ${price}`)) this.#show(`${side} ${price}`, lots)
      }
      const prices = [...this.#book[side].keys()]
      const best = side === 'bid' ? Math.max(...prices) : Math.min(...prices)
      this.#best[side] = prices.length === 0 ? [0, 0] : [best, this.#book[side].get(best) ?? 0]
    }
    this.#bestIsNewer = false
    this.#nextUpdate()
    this.#afterPrices()
  }

  mark(mark: number): void {
    this.#mark = mark
  }

  place(order: TwinOrder): void {
    const code = this.#judge(order)
    if (code !== 0) {
      this.#say(order, `rejected ${code}`)
      return
    }
    this.#say(order, 'accepted')
    this.#orders.push(order)
    if (order.trigger > 0) order.waiting = true
    else this.#execute(order)
    this.#settle()
  }

  cancel(intent: number): void {
    const order = this.#orders.find((one) => one.intent === intent)
    if (order === undefined) this.said.push(`#${intent} cancelRejected -2011`)
    else this.#end(order, 'cancelled')
    this.#settle()
  }

  open(): readonly TwinOrder[] {
    return this.#orders
  }

  #judge(order: TwinOrder): number {
    if (order.trigger > 0) {
      if (order.reduceOnly && this.#closable(order) === 0) return -2022
      return this.#isDue(order) ? -2021 : 0
    }
    return this.#admit(order)
  }

  #admit(order: TwinOrder): number {
    if (order.reduceOnly && this.#closable(order) === 0) return -2022
    const found = this.#obtainable(order)
    if (!order.reduceOnly) {
      const price = order.limit > 0 ? order.limit : Math.max(0, ...found.map(([level]) => level))
      const held = this.#orders.filter((one) => !one.waiting && one !== order)
      const before = this.account.margin(held, this.#value())
      order.heldAt = BigInt(price)
      const after = this.account.margin([...held, order], this.#value())
      const funds = this.account.funds(this.#value()) * this.#leverage
      if (after > funds && after > before) return -2019
    }
    const lots = found.reduce((sum, [, offered]) => sum + offered, 0)
    if (order.timeInForce === 'postOnly' && (found.length > 0 || this.#meetsOwn(order))) return -5022
    if (order.timeInForce === 'fillOrKill' && lots < this.#wanted(order)) return -5021
    return 0
  }

  #execute(order: TwinOrder): void {
    if (order.timeInForce !== 'postOnly') this.#take(order)
    if (!this.#orders.includes(order)) return
    const rests = order.timeInForce === 'goodTillCancel' || order.timeInForce === 'postOnly'
    if (order.limit === 0 || !rests || this.#wanted(order) === 0) {
      this.#end(order, 'expired')
      return
    }
    // To the end of the queue of its price: the array is in order of arrival there.
    this.#orders = [...this.#orders.filter((one) => one !== order), order]
    const key = `${order.sell ? 'ask' : 'bid'} ${order.limit}`
    const recorded = this.#recordedAt(order)
    const level = this.#watch(key)
    if (level.recorded < 0) level.recorded = recorded
    order.ahead = recorded < 0 ? Infinity : Math.max(0, recorded - level.taken)
  }

  /** What the recording shows at the order's price on its own side; -1 if it does not say. */
  #recordedAt(order: TwinOrder): number {
    const side = order.sell ? 'ask' : 'bid'
    const [best, lots] = this.#best[side]
    if (lots > 0 && best === order.limit) return lots
    if (lots === 0 || (order.sell ? order.limit < best : order.limit > best)) return 0
    return this.#hasBook ? (this.#book[side].get(order.limit) ?? 0) : -1
  }

  /** (price, lots) of a side's recorded liquidity, best first. */
  #offers(side: 'bid' | 'ask'): [number, number][] {
    const [best, lots] = this.#best[side]
    const sign = side === 'bid' ? -1 : 1
    const rest = this.#hasBook ? [...this.#book[side]].sort(([a], [b]) => sign * (a - b)) : []
    if (!this.#bestIsNewer && this.#hasBook) return rest
    if (lots === 0) return []
    return [[best, lots], ...rest.filter(([price]) => sign * (price - best) > 0)]
  }

  #accepts(order: TwinOrder, price: number): boolean {
    return order.limit === 0 || (order.sell ? price >= order.limit : price <= order.limit)
  }

  #obtainable(order: TwinOrder): [number, number][] {
    const side = order.sell ? 'bid' : 'ask'
    let left = this.#wanted(order)
    const found: [number, number][] = []
    for (const [price, lots] of this.#offers(side)) {
      if (!this.#accepts(order, price)) break
      if (order.timeInForce === 'postOnly') return [[price, lots]]
      const offered = Math.min(left, lots - (this.#levels.get(`${side} ${price}`)?.taken ?? 0))
      if (offered > 0) found.push([price, offered])
      left -= Math.max(0, offered)
      if (left === 0) break
    }
    return found
  }

  #take(order: TwinOrder): void {
    const side = order.sell ? 'bid' : 'ask'
    let left = this.#wanted(order)
    const own = (): TwinOrder[] => this.#resting(side)
    for (const [price, lots] of this.#offers(side)) {
      if (left === 0 || !this.#accepts(order, price)) break
      for (const one of own()) if (order.sell ? one.limit > price : one.limit < price) this.#end(one, 'expired')
      for (const one of own())
        if (one.limit === price && (left > one.ahead || one.ahead === Infinity)) this.#end(one, 'expired')
      const offered = Math.min(left, lots - (this.#levels.get(`${side} ${price}`)?.taken ?? 0))
      if (offered <= 0) continue
      const level = this.#watch(`${side} ${price}`)
      if (level.recorded < 0) level.recorded = lots
      level.taken += offered
      for (const one of own()) if (one.limit === price) one.ahead = Math.max(0, one.ahead - offered)
      left -= offered
      this.#fill(order, price, offered, 'taker', 'tookLevel', 0)
    }
    if (left > 0) for (const one of own()) if (this.#accepts(order, one.limit)) this.#end(one, 'expired')
  }

  #meetsOwn(order: TwinOrder): boolean {
    return this.#resting(order.sell ? 'bid' : 'ask').some(({ limit }) => this.#accepts(order, limit))
  }

  #print(side: 'bid' | 'ask', price: number, lots: number, atPrice: boolean): void {
    let left = lots
    const beyond = (own: number): boolean => (side === 'bid' ? own > price : own < price)
    for (const order of this.#resting(side).filter(({ limit }) => beyond(limit))) {
      const before = order.ahead
      order.ahead = 0
      const quantity = Math.min(left, this.#wanted(order))
      left -= quantity
      if (quantity > 0) this.#fill(order, order.limit, quantity, 'maker', 'tradedThrough', before)
    }
    const queue = this.#resting(side).filter(({ limit }) => limit === price)
    const level = this.#levels.get(`${side} ${price}`)
    if (!atPrice || level === undefined || queue.length === 0) return
    const tie = this.#probabilistic && level.missing > 0 && level.missingSince === this.time
    if (this.#probabilistic) {
      const matched = tie ? Math.min(lots, level.missing) : 0
      if (tie) for (const order of queue) order.ahead += order.advanced
      if (tie) for (const order of queue) order.advanced = 0
      level.missing -= matched
      level.traded += lots - matched
    }
    let passed = 0
    for (const order of queue) {
      const used = Math.min(left, Math.max(0, order.ahead - passed))
      left -= used
      passed += used
      const quantity = Math.min(left, this.#wanted(order))
      left -= quantity
      if (quantity > 0) this.#fill(order, price, quantity, 'maker', 'queueReached', order.ahead)
    }
    for (const order of queue) order.ahead = Math.max(0, order.ahead - passed)
    if (tie && level.missing > 0)
      cancelled(this.#queue(`${side} ${price}`), level.recorded + level.missing, level.missing)
  }

  #show(key: string, lots: number): void {
    const level = this.#levels.get(key) as Level
    const before = level.recorded
    level.recorded = lots
    level.taken = Math.min(level.taken, lots)
    const queue = this.#queue(key)
    if (queue.length === 0) return
    level.missing = 0
    if (before < 0) for (const order of queue) order.ahead = Math.min(order.ahead, lots)
    if (!this.#probabilistic) return
    const missing = before - lots - level.traded
    if (before >= 0 && missing > 0) {
      level.missing = missing
      level.missingSince = this.time
      cancelled(queue, lots + missing, missing)
    }
    for (const order of queue) order.ahead = Math.min(order.ahead, lots)
  }

  #afterPrices(): void {
    for (const side of ['bid', 'ask'] as const) {
      const other = side === 'bid' ? 'ask' : 'bid'
      const [best, lots] = this.#best[other]
      for (const order of this.#resting(side)) {
        if (lots === 0 || !this.#accepts(order, best)) break
        let left = this.#wanted(order)
        for (const [price, offeredThere] of this.#offers(other)) {
          if (left === 0 || !this.#accepts(order, price)) break
          const level = this.#watch(`${other} ${price}`)
          if (level.recorded < 0) level.recorded = offeredThere
          const quantity = Math.min(left, offeredThere - level.taken)
          if (quantity <= 0) continue
          level.taken += quantity
          left -= quantity
          this.#fill(order, order.limit, quantity, 'maker', 'crossed', order.ahead)
        }
        if (this.#orders.includes(order)) break
      }
    }
    this.#settle()
  }

  #fireTriggers(): void {
    for (const order of this.#orders.filter(({ waiting }) => waiting)) {
      if (!this.#isDue(order)) continue
      order.waiting = false
      this.#say(order, 'triggered')
      const code = this.#admit(order)
      if (code === 0) this.#execute(order)
      else this.#end(order, `${code === -2022 ? 'expired' : 'rejected'} ${code}`)
    }
  }

  #isDue(order: TwinOrder): boolean {
    if (this.#last === 0) return false
    return order.sell === order.takeProfit ? this.#last >= order.trigger : this.#last <= order.trigger
  }

  #fill(order: TwinOrder, price: number, lots: number, role: 'maker' | 'taker', why: string, ahead: number): void {
    const queue = ahead === 0 || ahead === Infinity ? '' : ` behind ${ahead}`
    this.#say(order, `${order.sell ? 'sells' : 'buys'} ${lots} at ${price} as ${role}: ${why}${queue}`)
    order.filled += lots
    this.account.book(order.sell, lots, price, this.#rates[role])
    this.#moved = true
    if (order.filled + order.cut === order.quantity) this.#end(order, order.cut > 0 ? 'expired' : 'filled')
  }

  #value(): bigint {
    if (this.#mark > 0) return BigInt(this.account.position) * BigInt(this.#mark) * MARK_UNIT
    const [bid, bidLots] = this.#best.bid
    const [ask, askLots] = this.#best.ask
    const middle = bidLots > 0 && askLots > 0 ? Math.floor((bid + ask) / 2) : bidLots > 0 ? bid : askLots > 0 ? ask : 0
    return BigInt(this.account.position) * BigInt(this.#last > 0 ? this.#last : middle) * ORDER_UNIT
  }

  #closable(order: TwinOrder): number {
    return Math.max(0, order.sell ? this.account.position : -this.account.position)
  }

  #wanted(order: TwinOrder): number {
    const open = order.quantity - order.filled - order.cut
    return order.reduceOnly ? Math.min(open, this.#closable(order)) : open
  }

  /** Orders that rest on a side, best price first, older first. */
  #resting(side: 'bid' | 'ask'): TwinOrder[] {
    const resting = this.#orders.filter((one) => !one.waiting && one.sell === (side === 'ask') && this.#rests(one))
    return resting.sort((a, b) => (side === 'ask' ? a.limit - b.limit : b.limit - a.limit))
  }

  #rests(order: TwinOrder): boolean {
    return order.limit > 0 && order.ahead >= 0
  }

  #queue(key: string): TwinOrder[] {
    const [side, price] = key.split(' ')
    return this.#resting(side === 'ask' ? 'ask' : 'bid').filter(({ limit }) => limit === Number(price))
  }

  #watched(side: string): string[] {
    return [...this.#levels.keys()].filter((key) => key.startsWith(side))
  }

  #watch(key: string): Level {
    const level = this.#levels.get(key) ?? { recorded: -1, taken: 0, traded: 0, missing: 0, missingSince: -1 }
    this.#levels.set(key, level)
    return level
  }

  /** Prints before an update explain that update only. */
  #nextUpdate(): void {
    for (const level of this.#levels.values()) level.traded = 0
  }

  #settle(): void {
    if (this.#moved) for (const side of ['bid', 'ask'] as const) this.#cutReducing(side)
    this.#moved = false
    for (const key of this.#levels.keys())
      if (this.#levels.get(key)?.taken === 0 && this.#queue(key).length === 0) this.#levels.delete(key)
  }

  #cutReducing(side: 'bid' | 'ask'): void {
    let left = Math.max(0, side === 'ask' ? this.account.position : -this.account.position)
    for (const order of this.#resting(side).filter(({ reduceOnly }) => reduceOnly)) {
      const open = order.quantity - order.filled - order.cut
      if (open > left) {
        order.cut += open - left
        if (left === 0) this.#end(order, 'expired')
      }
      left -= Math.min(open, left)
    }
  }

  #end(order: TwinOrder, how: string): void {
    this.#orders = this.#orders.filter((one) => one !== order)
    this.#say(order, how)
  }

  #say(order: TwinOrder, what: string): void {
    this.said.push(`#${order.intent} ${what}`)
  }
}
