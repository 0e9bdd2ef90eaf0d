/**
 * What accounts do with orders: place, cancel, amend, cancel all, and cancel all after a countdown.
 *
 * In: requests. Out: the venue's code, and the events of what happened. Owns the countdowns. `finish` ends each request: it
 * trims reduce-only orders that have lost their position, lets conditional orders go that a trade has set off, and publishes
 * the levels that changed.
 */
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { REASON } from '../events.ts'
import { ORDER_FLAG } from '../order-store.ts'
import { BUY, ORDER_KIND } from '../requests.ts'
import type { AmendRequest, CancelRequest, CountdownRequest, PlaceRequest } from '../requests.ts'
import { VENUE_ERROR } from '../venue-errors.ts'
import type { ConditionalDesk } from './conditional-desk.ts'
import type { FuturesState } from './futures-state.ts'
import { AMENDMENT_RECORD } from './history.ts'
import { OrderEntry, emptyOrder } from './order-entry.ts'

export class OrderDesk {
  readonly entry: OrderEntry
  /** Slot of the order that was placed, cancelled or amended last, -1 for none. */
  lastSlot = -1
  readonly #state: FuturesState
  #conditionals: ConditionalDesk | undefined
  /** By account times instruments plus instrument: when all orders go, microseconds. */
  readonly #countdowns: Map<number, number> = new Map()
  #earliest = Infinity
  readonly #amended: PlaceRequest = emptyOrder()

  constructor(state: FuturesState) {
    this.#state = state
    this.entry = new OrderEntry(state)
  }

  /** The desk to tell of trades: conditional orders become orders here. */
  connect(conditionals: ConditionalDesk): void {
    this.#conditionals = conditionals
  }

  /** Places an order without ending the request. `flags` are ORDER_FLAGs beyond those of the request. */
  enter(request: PlaceRequest, flags: number): number {
    const { entry } = this
    this.lastSlot = -1
    const code = entry.check(request)
    if (code !== 0) return code
    const { orders, matcher } = this.#state
    const slot = orders.enter(entry.entry, entry.flags | flags)
    this.lastSlot = slot
    matcher.bound[0] = entry.bound
    matcher.submit(slot)
    return 0
  }

  cancel(request: CancelRequest): number {
    const slot = this.#find(request)
    this.lastSlot = slot
    if (slot === -1) return VENUE_ERROR.unknownOrder.code
    this.#state.matcher.cancel(slot)
    return 0
  }

  /** Cancels the account's orders of an instrument, oldest last. */
  cancelAll(account: number, instrument: number): number {
    const { orders, matcher } = this.#state
    for (let slot = orders.firstOwn(account, instrument); slot !== -1; slot = orders.firstOwn(account, instrument))
      matcher.cancel(slot)
    return 0
  }

  amend(request: AmendRequest): number {
    const { orders, matcher, markets, instruments, history } = this.#state
    const slot = this.#find(request)
    this.lastSlot = slot
    if (slot === -1) return VENUE_ERROR.noSuchOrder.code
    const { price, quantity, side, instrument, account } = request
    const before = { price: orders.price[slot] as number, quantity: orders.quantity[slot] as number }
    if (orders.kind[slot] !== ORDER_KIND.limit) return VENUE_ERROR.amendOnlyLimit.code
    if (markets.halted[instrument] === 1) return VENUE_ERROR.amendNotTrading.code
    if (orders.side[slot] !== side) return VENUE_ERROR.invalidSide.code
    const count = orders.amendments[slot] as number
    if (count >= (instruments[instrument]?.maxAmendments ?? 0)) return VENUE_ERROR.amendLimit.code
    if (before.price === price && before.quantity === quantity) return VENUE_ERROR.amendSame.code
    const refused = this.#checkAmended(slot, request)
    if (refused !== 0) return refused
    matcher.amend(slot, price, quantity)
    if (orders.amendments[slot] === count || account < this.#state.crowdAccounts) return 0
    const at = history.amendments.append(account, orders.clientId[slot] ?? '')
    const { cells } = history.amendments
    cells[at + AMENDMENT_RECORD.orderId] = orders.id[slot] as number
    cells[at + AMENDMENT_RECORD.instrument] = instrument
    cells[at + AMENDMENT_RECORD.time] = this.#state.time[0] as number
    cells[at + AMENDMENT_RECORD.priceBefore] = before.price
    cells[at + AMENDMENT_RECORD.priceAfter] = price
    cells[at + AMENDMENT_RECORD.quantityBefore] = before.quantity
    cells[at + AMENDMENT_RECORD.quantityAfter] = quantity
    cells[at + AMENDMENT_RECORD.count] = count + 1
    return 0
  }

  /** Sets or, with a delay of 0, clears the moment at which an account's orders of an instrument go. */
  countdown({ account, instrument, delay }: CountdownRequest): number {
    const key = account * this.#state.instruments.length + instrument
    this.#countdowns.delete(key)
    if (delay <= 0) return 0
    const due = (this.#state.time[0] as number) + delay
    this.#countdowns.set(key, due)
    this.#earliest = Math.min(this.#earliest, due)
    return 0
  }

  /** Cancels what a countdown has run out on. */
  advance(): void {
    const now = this.#state.time[0] as number
    if (now < this.#earliest) return
    this.#earliest = Infinity
    const instruments = this.#state.instruments.length
    for (const [key, due] of this.#countdowns) {
      if (due > now) {
        this.#earliest = Math.min(this.#earliest, due)
        continue
      }
      this.#countdowns.delete(key)
      this.cancelAll(Math.floor(key / instruments), key % instruments)
    }
  }

  /** Ends a request. */
  finish(): void {
    const { clearing, matcher } = this.#state
    while (clearing.trimCount > 0 || clearing.tradedCount > 0) {
      this.#trimAll()
      this.#conditionals?.onTrades()
    }
    this.#conditionals?.followOrders()
    matcher.publish()
  }

  save(writer: StateWriter): void {
    writer.begin('order-desk', 1)
    writer.f64s(Float64Array.from([...this.#countdowns].flat()))
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('order-desk', 1)
    const saved = reader.f64s()
    this.#countdowns.clear()
    for (let i = 0; i < saved.length; i += 2) this.#countdowns.set(saved[i] as number, saved[i + 1] as number)
    this.#earliest = Math.min(Infinity, ...this.#countdowns.values())
    reader.end()
  }

  /** The open order that a request names, -1 for none. */
  #find({ account, instrument, orderId, clientId }: CancelRequest | AmendRequest): number {
    const { orders } = this.#state
    const slot = orderId === 0 ? orders.slotOfClient(account, clientId) : orders.slotOf(orderId)
    if (slot === -1 || orders.account[slot] !== account || orders.instrument[slot] !== instrument) return -1
    return slot
  }

  /** Filters and margin of an order as it is to become; its old self does not count meanwhile. */
  #checkAmended(slot: number, request: AmendRequest): number {
    const { orders, clearing, instruments } = this.#state
    const changed = this.#amended
    changed.account = request.account
    changed.instrument = request.instrument
    changed.side = request.side
    changed.price = request.price
    changed.quantity = request.quantity
    changed.reduceOnly = ((orders.flags[slot] as number) & ORDER_FLAG.reduceOnly) !== 0
    const failed = this.entry.checkFilters(changed)
    if (failed === VENUE_ERROR.minNotional.code) return VENUE_ERROR.amendMinNotional.code
    if (failed !== 0) return failed
    const remaining = (orders.remaining[slot] as number) + request.quantity - (orders.quantity[slot] as number)
    if (changed.reduceOnly || remaining <= 0 || instruments[request.instrument] === undefined) return 0
    clearing.left(slot)
    const short = this.entry.checkMargin(changed, clearing.rowOf(slot), remaining)
    clearing.rested(slot)
    return short
  }

  #trimAll(): void {
    const { clearing } = this.#state
    // Trimming expires orders, which adds no rows.
    while (clearing.trimCount > 0) this.#trim(clearing.trims[--clearing.trimCount] as number)
  }

  /** Lets those reduce-only orders of a row expire that have nothing left to reduce, as the options order them. */
  #trim(row: number): void {
    const { rows, matcher, options } = this.#state
    const held = rows.quantity[row] as number
    while (rows.reduceOnlyOrders[row] !== 0) {
      const side = held > 0 ? 1 - BUY : BUY
      let first = -1
      let lots = 0
      const { orders } = this.#state
      const account = rows.account[row] as number
      const instrument = rows.instrument[row] as number
      for (let slot = orders.firstOwn(account, instrument); slot !== -1; slot = orders.nextOwn[slot] as number) {
        if (((orders.flags[slot] as number) & ORDER_FLAG.reduceOnly) === 0) continue
        if (orders.positionSide[slot] !== rows.side[row]) continue
        if (held === 0 || orders.side[slot] !== side) {
          first = slot
          lots = Infinity
          break
        }
        lots += orders.remaining[slot] as number
        if (first === -1 || (options.trimFirst === 'furthest' && this.#isFurther(slot, first))) first = slot
      }
      // An order goes only if it could not fill a single lot.
      if (first === -1 || lots - (orders.remaining[first] as number) < Math.abs(held)) return
      matcher.expire(first, REASON.reduceOnly)
    }
  }

  /** Whether an order is further from the market than another of its side; of equal ones the newer. */
  #isFurther(slot: number, other: number): boolean {
    const { orders } = this.#state
    const difference = (orders.price[slot] as number) - (orders.price[other] as number)
    if (difference === 0) return (orders.id[slot] as number) > (orders.id[other] as number)
    return orders.side[slot] === BUY ? difference < 0 : difference > 0
  }
}
