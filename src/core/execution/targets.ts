/**
 * The target reconciler: wanted position against what is held and what is on its way; the difference becomes an order.
 *
 * In: a wanted position per key, order endings, fills. Out: intents through the desk. Owns: the wanted positions and their
 * styles. It works one order per key at a time and waits while anything is uncertain, so a repeated signal, a restart or a
 * duplicate changes nothing. A refused or rejected order ends the attempt until the strategy speaks again. Orders of a wish
 * that is over are cancelled.
 */
import { BLOCK, ORDER_FLAGS, ORDER_TYPE, TIME_IN_FORCE } from '../tape/kinds.ts'
import { ORDER_STATE, PURPOSE } from '../account/orders.ts'
import type { OrderTable } from '../account/orders.ts'
import { TOP } from '../engine/market-state.ts'
import type { MarketState } from '../engine/market-state.ts'
import type { Instrument } from '../market/instrument.ts'
import { DRAFT } from '../risk/pre-trade-check.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import type { OrderDesk } from './order-desk.ts'

export const STYLE = { market: 0, postOnly: 1 } as const

/** Where the wish of a key stands. */
export const WISH = {
  /** Reached, or given up. */
  over: 0,
  /** Still to be worked. */
  active: 1,
  /** A stop or take-profit closed the position: what an order under way still brings is taken back. */
  closed: 2,
} as const

/** Post-only attempts that the venue may refuse for one wish before it is given up. */
const MAKER_ATTEMPTS = 5

export interface ReconcilerParts {
  readonly instruments: readonly Instrument[]
  readonly market: MarketState
  readonly orders: OrderTable
  readonly desk: OrderDesk
  /** Position of each key, lots, signed. */
  readonly positions: Float64Array
}

export class TargetReconciler {
  /** Wanted position per key, lots, signed. */
  readonly wanted: Float64Array
  /** STYLE per key. */
  readonly style: Uint8Array
  /** A WISH per key. */
  readonly state: Uint8Array
  readonly #attempts: Uint8Array
  readonly #instruments: readonly Instrument[]
  readonly #market: MarketState
  readonly #orders: OrderTable
  readonly #desk: OrderDesk
  readonly #positions: Float64Array
  readonly #reference: Float64Array = new Float64Array(1)

  constructor(parts: ReconcilerParts) {
    const keys = parts.orders.keys
    this.wanted = new Float64Array(keys)
    this.style = new Uint8Array(keys)
    this.state = new Uint8Array(keys)
    this.#attempts = new Uint8Array(keys)
    this.#instruments = parts.instruments
    this.#market = parts.market
    this.#orders = parts.orders
    this.#desk = parts.desk
    this.#positions = parts.positions
  }

  /** A new wish: the position in `wanted[key]` is to be worked in `style`. */
  set(key: number, style: number): void {
    this.style[key] = style
    this.state[key] = WISH.active
    this.#attempts[key] = 0
    this.reconcile(key)
  }

  /** Whether this wish is being worked already. */
  works(key: number, lots: number, style: number): boolean {
    return this.state[key] === WISH.active && this.wanted[key] === lots && this.style[key] === style
  }

  /** Whether the position of a key is on its way out at market, to zero or to the other side. */
  isClosing(key: number): boolean {
    const wanted = this.wanted[key] as number
    const isAgainst = wanted === 0 || wanted > 0 !== (this.#positions[key] as number) > 0
    return this.state[key] === WISH.active && this.style[key] === STYLE.market && isAgainst
  }

  /** Whether a key is on its way to hold less of a long position. */
  isSelling(key: number): boolean {
    const position = this.#positions[key] as number
    return this.state[key] === WISH.active && position > 0 && (this.wanted[key] as number) < position
  }

  /** Ends what a wish would open, and lets it go on closing. */
  stopOpening(key: number): void {
    if (this.state[key] !== WISH.active) return
    const wanted = this.wanted[key] as number
    const position = this.#positions[key] as number
    if (wanted === 0) return
    if (position !== 0 && wanted > 0 !== position > 0) this.wanted[key] = 0
    else if (Math.abs(wanted) > Math.abs(position)) this.state[key] = WISH.over
    this.reconcile(key)
  }

  /** The venue closed the position as asked (a stop, a take-profit): it is not to be opened again. */
  closedByVenue(key: number): void {
    this.wanted[key] = 0
    this.state[key] = WISH.closed
  }

  /** An order of this key's wish was filled: one that comes after the position was closed is taken back. */
  filled(key: number): void {
    if (this.state[key] === WISH.closed) this.set(key, STYLE.market)
  }

  /** Looks again after an order or a position of this key changed. */
  reconcile(key: number): void {
    if (this.#waitForOpenOrder(key) || this.state[key] !== WISH.active) return
    const position = this.#positions[key] as number
    const difference = (this.wanted[key] as number) - position
    if (difference === 0) {
      this.state[key] = WISH.over
      return
    }
    const instrument = key % this.#instruments.length
    const rules = this.#instruments[instrument] as Instrument
    const postOnly = this.style[key] === STYLE.postOnly
    const largest = postOnly ? rules.maxQuantity : rules.marketMaxQuantity
    const step = Math.max(rules.stepSize, postOnly ? 1 : rules.marketStepSize)
    let quantity = Math.abs(difference)
    if (largest > 0 && quantity > largest) quantity = largest
    quantity -= quantity % step
    if (!(quantity > 0)) {
      // What is left is dust: smaller than the venue can trade.
      this.state[key] = WISH.over
      return
    }
    const sell = difference < 0 ? ORDER_FLAGS.sell : 0
    // On spot a resting stop locks what is to be sold: it has to go first.
    if (rules.market === 'spot' && sell !== 0 && this.#isProtected(key)) return
    const draft = this.#desk.draft
    draft[DRAFT.quantity] = quantity
    draft[DRAFT.trigger] = 0
    this.#price(instrument, sell, postOnly)
    const reduces = position !== 0 && difference < 0 === position > 0 && quantity <= Math.abs(position)
    const isSpot = rules.market === 'spot'
    const flags = sell | (reduces ? (isSpot ? 0 : ORDER_FLAGS.reduceOnly) : ORDER_FLAGS.opening)
    const type = postOnly ? ORDER_TYPE.limit : ORDER_TYPE.market
    const timeInForce = postOnly ? TIME_IN_FORCE.postOnly : TIME_IN_FORCE.goodTillCancel
    if (this.#desk.place(key, PURPOSE.target, 0, flags, type, timeInForce) < 0) this.#refused(key)
  }

  /** The venue refused the order of this key: a maker tries again at the new price a few times, a taker gives up. */
  rejected(key: number, postOnlyWouldTake: boolean): void {
    const attempts = (this.#attempts[key] as number) + 1
    this.#attempts[key] = attempts
    if (!postOnlyWouldTake || attempts >= MAKER_ATTEMPTS) this.state[key] = WISH.over
    else this.reconcile(key)
  }

  /** An order ended unfilled (expired, cancelled by the venue): a taker's wish has had its chance. */
  ended(key: number): void {
    const attempts = (this.#attempts[key] as number) + 1
    this.#attempts[key] = attempts
    if (attempts >= MAKER_ATTEMPTS) this.state[key] = WISH.over
    else this.reconcile(key)
  }

  #isProtected(key: number): boolean {
    const orders = this.#orders
    for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number)
      if (orders.purpose[slot] === PURPOSE.stop || orders.purpose[slot] === PURPOSE.takeProfit) return true
    return false
  }

  /** True while an order of this key is open: it is kept if it leads to the wish, cancelled if not. */
  #waitForOpenOrder(key: number): boolean {
    const orders = this.#orders
    const isActive = this.state[key] === WISH.active
    let open = false
    for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number) {
      if (orders.purpose[slot] !== PURPOSE.target) continue
      open = true
      if (orders.state[slot] !== ORDER_STATE.working) continue
      const left = (orders.quantity[slot] as number) - (orders.filled[slot] as number)
      const sell = ((orders.flags[slot] as number) & ORDER_FLAGS.sell) !== 0
      const reached = (this.#positions[key] as number) + (sell ? -left : left)
      if (!isActive || reached !== (this.wanted[key] as number)) this.#desk.cancel(slot)
    }
    return open
  }

  /** Puts the order's price (market: the expected one) into the desk's draft. */
  #price(instrument: number, sell: number, postOnly: boolean): void {
    const draft = this.#desk.draft
    const at = instrument * 4
    // A maker joins its own side; a taker meets the other one.
    const own = sell !== 0 ? TOP.ask : TOP.bid
    const other = sell !== 0 ? TOP.bid : TOP.ask
    const best = this.#market.top[at + (postOnly ? own : other)] as number
    this.#market.reference(instrument, this.#reference)
    if (best > 0) draft[DRAFT.price] = best
    else {
      // Where no book is known, the last price may be the other side's: a maker stays one tick away from it.
      const away = postOnly ? (this.#instruments[instrument] as Instrument).tickSize : 0
      draft[DRAFT.price] = (this.#reference[0] as number) + (sell !== 0 ? away : -away)
    }
  }

  #refused(key: number): void {
    // Too many open orders passes by itself; every other reason waits for the strategy's next word.
    if (this.#desk.refusal !== BLOCK.tooManyOpenOrders) this.state[key] = WISH.over
  }

  save(writer: StateWriter): void {
    writer.begin('targets', 1)
    writer.f64s(this.wanted)
    for (const column of [this.style, this.state, this.#attempts]) writer.u8s(column)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('targets', 1)
    reader.into(this.wanted)
    for (const column of [this.style, this.state, this.#attempts]) reader.into(column)
    reader.end()
  }
}
