/**
 * The trading floor: what happens to an order whatever the liquidity it meets. It is accepted, rests, is filled, shrinks
 * with a reduce-only position, ends; each step is booked on the account and told as an event.
 *
 * In: orders (Orders slots) and fills described in `events.deal`. Out: event rows, positions and balances. Owns: fees, funds
 * that orders hold, the best own price of each side, the reduce-only rule. Refuses nothing: arrivals are judged before.
 *
 * Reduce-only: a fill never exceeds the opposite position. When a fill changes a position, resting reduce-only orders are
 * cut until they close no more than it: the worst priced first, at one price the youngest first; an order cut to nothing
 * expires, as do those on the wrong side. Orders waiting for a trigger are cut when they are triggered.
 */
import { SIDE } from '../../core/market/book-side.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { I128Array } from '../../core/number/i128.ts'
import { ROUND_DOWN, VenueRounding, roundingCode } from '../../core/number/rounding.ts'
import { ORDER_FLAGS, ORDER_STATUS } from '../../core/tape/kinds.ts'
import { AMOUNT_DECIMALS, RATE_DECIMALS } from '../../core/tape/layout.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { TERMS, type Account } from './account.ts'
import { DEAL, fillFlags, type Events } from './events.ts'
import type { Levels } from './levels.ts'
import { NONE, WAITS_FOR, type Orders } from './orders.ts'

export interface FloorParts {
  readonly instruments: readonly Instrument[]
  readonly orders: Orders
  readonly levels: Levels
  readonly account: Account
  readonly events: Events
  /** Counts of 10^-12. */
  readonly makerFeeRate: number
  readonly takerFeeRate: number
}

/** Cells of `#rates`. */
const RATE = { maker: 0, taker: 1, one: 2, length: 3 } as const
const { decimals: FEE_DECIMALS, rounding: FEE_ROUNDING } = VenueRounding.binanceCommission
const FEE_ROUNDING_CODE = roundingCode(FEE_ROUNDING)

export class Floor {
  readonly instruments: readonly Instrument[]
  readonly orders: Orders
  readonly levels: Levels
  readonly account: Account
  readonly events: Events
  /** Best price of our resting orders at `instrument * 2 + side`; -Infinity and Infinity where none rests. */
  readonly ownBest: Float64Array
  /** Open orders of each instrument. */
  readonly active: Int32Array
  /** Lots: in, what an order wants; see `writeWanted`. */
  readonly wanted: Float64Array = new Float64Array(1)

  readonly #rates: Float64Array
  readonly #fee: I128Array = new I128Array(1)
  /** Decimals that price quanta times lots times a rate has more than a fee. */
  readonly #valueFeeScale: Int32Array
  readonly #lotFeeScale: Int32Array
  /** Reduce-only orders that rest, by instrument. */
  readonly #reducing: Int32Array
  /** Instruments whose reduce-only orders may have to be cut, and levels that may have become idle. */
  readonly #moved: Int32Array
  readonly #isMoved: Uint8Array
  #movedCount = 0
  readonly #idle: Int32Array
  readonly #isIdle: Uint8Array
  #idleCount = 0
  #changed = false

  constructor(parts: FloorParts) {
    const { instruments, orders, levels, account, events } = parts
    this.instruments = instruments
    this.orders = orders
    this.levels = levels
    this.account = account
    this.events = events
    this.#rates = Float64Array.of(parts.makerFeeRate, parts.takerFeeRate, 1)
    const count = instruments.length
    this.ownBest = new Float64Array(count * 2)
    for (let list = 0; list < count * 2; list++) this.ownBest[list] = noPrice(list)
    this.active = new Int32Array(count)
    const { contractDecimals } = account.settlement
    this.#valueFeeScale = Int32Array.from(
      instruments,
      (i, at) => i.priceDecimals + i.quantityDecimals + (contractDecimals[at] as number) + RATE_DECIMALS - FEE_DECIMALS,
    )
    this.#lotFeeScale = Int32Array.from(instruments, (i) => i.quantityDecimals + RATE_DECIMALS - FEE_DECIMALS)
    this.#reducing = new Int32Array(count)
    this.#moved = new Int32Array(count)
    this.#isMoved = new Uint8Array(count)
    this.#idle = new Int32Array(levels.capacity)
    this.#isIdle = new Uint8Array(levels.capacity)
  }

  isSell(slot: number): boolean {
    return ((this.orders.flags[slot] as number) & ORDER_FLAGS.sell) !== 0
  }

  /** Reduce-only has no meaning on spot, where nothing can be sold that is not held. */
  isReduceOnly(slot: number): boolean {
    const instrument = this.orders.instrument[slot] as number
    return (
      ((this.orders.flags[slot] as number) & ORDER_FLAGS.reduceOnly) !== 0 &&
      this.account.settlement.spot[instrument] !== 1
    )
  }

  /** Side of the book on which an order rests, as `instrument * 2 + SIDE`. */
  ownList(slot: number): number {
    return (this.orders.instrument[slot] as number) * 2 + (this.isSell(slot) ? SIDE.ask : SIDE.bid)
  }

  /** Lots that an order of this side may close at most: the opposite position. */
  closable(instrument: number, sell: boolean): number {
    const position = this.account.position(instrument)
    return Math.max(0, sell ? position : -position)
  }

  /** Writes to `wanted` the lots that an order may still trade now. */
  writeWanted(slot: number): void {
    const { orders } = this
    const rest = (orders.quantity[slot] as number) - (orders.cut[slot] as number) - (orders.filled[slot] as number)
    this.wanted[0] = this.isReduceOnly(slot)
      ? Math.min(rest, this.closable(orders.instrument[slot] as number, this.isSell(slot)))
      : rest
  }

  /** Holds funds for the rest of an order at its price; false when it is not covered. Reduce-only orders need none. */
  hold(slot: number): boolean {
    if (this.isReduceOnly(slot)) return true
    this.#writeTerms(slot)
    if (!this.account.hold(this.orders.instrument[slot] as number, this.isSell(slot))) return false
    this.orders.funded[slot] = 1
    return true
  }

  /** Holds funds at the price `from[at]` instead; false, and none are held any more, when that is not covered. */
  holdAt(slot: number, from: Float64Array, at: number): boolean {
    const { orders } = this
    if (orders.funded[slot] !== 0) {
      this.#writeTerms(slot)
      this.account.release(orders.instrument[slot] as number, this.isSell(slot))
      orders.funded[slot] = 0
    }
    orders.price[slot] = from[at] as number
    return this.hold(slot)
  }

  /** Lets an order wait in a chain of orders. */
  wait(slot: number, waitsFor: number, chain: number): void {
    this.orders.waits[slot] = waitsFor
    this.orders.append(chain, slot)
    this.#changed = true
  }

  /** Lets an order rest at a watched level. */
  rest(slot: number, level: number): void {
    const { ownBest } = this
    this.wait(slot, WAITS_FOR.counterparty, level)
    const list = this.levels.list[level] as number
    const price = this.levels.price[level] as number
    const best = ownBest[list] as number
    if ((list & 1) === SIDE.ask ? price < best : price > best) ownBest[list] = price
    if (this.isReduceOnly(slot)) this.#reducing[list >> 1] = (this.#reducing[list >> 1] as number) + 1
  }

  /** Books the fill in `events.deal`. The order is gone afterwards if it was its last. */
  fill(slot: number, maker: boolean, why: number): void {
    const { orders, events, account } = this
    this.#changed = true
    const instrument = orders.instrument[slot] as number
    const sell = this.isSell(slot)
    const quantity = events.deal[DEAL.quantity] as number
    const row = events.fill(orders, slot, fillFlags(maker, sell), why)
    this.#setFee(row, instrument, sell, maker)
    if (orders.funded[slot] !== 0) {
      account.terms[TERMS.price] = orders.price[slot] as number
      account.terms[TERMS.quantity] = quantity
      account.release(instrument, sell)
    }
    orders.filled[slot] = (orders.filled[slot] as number) + quantity
    account.applyFill(events.rows, row)
    if (this.#isMoved[instrument] === 0) {
      this.#isMoved[instrument] = 1
      this.#moved[this.#movedCount++] = instrument
    }
    this.#endIfDone(slot)
  }

  /** Ends an order with an ORDER_STATUS and frees its slot and its funds. */
  finish(slot: number, status: number, code: number): void {
    const { orders } = this
    this.#changed = true
    const instrument = orders.instrument[slot] as number
    if (orders.funded[slot] !== 0) {
      this.#writeTerms(slot)
      this.account.release(instrument, this.isSell(slot))
      orders.funded[slot] = 0
    }
    const level = orders.chain[slot] as number
    const rested = level !== NONE && orders.waits[slot] === WAITS_FOR.counterparty
    orders.unchain(slot)
    if (rested) {
      if (this.isReduceOnly(slot)) this.#reducing[instrument] = (this.#reducing[instrument] as number) - 1
      if (orders.head[level] === NONE) this.#leave(level)
    }
    this.events.update(orders, slot, status, code)
    orders.remove(slot)
    this.active[instrument] = (this.active[instrument] as number) - 1
  }

  /**
   * Brings everything in order that waited for the end of a call: cuts reduce-only orders, forgets idle levels. Tells whether
   * orders, levels or positions have changed since the last time.
   */
  settle(): boolean {
    while (this.#movedCount > 0) {
      const instrument = this.#moved[--this.#movedCount] as number
      this.#isMoved[instrument] = 0
      this.#cutReducing(instrument)
    }
    while (this.#idleCount > 0) {
      const level = this.#idle[--this.#idleCount] as number
      this.#isIdle[level] = 0
      if (this.levels.list[level] === NONE || this.orders.head[level] !== NONE || this.levels.taken[level] !== 0)
        continue
      this.levels.release(level)
      this.#changed = true
    }
    const changed = this.#changed
    this.#changed = false
    return changed
  }

  /** Notes that a level may have nothing left to remember. */
  mayBeIdle(level: number): void {
    if (this.#isIdle[level] !== 0) return
    this.#isIdle[level] = 1
    this.#idle[this.#idleCount++] = level
  }

  save(writer: StateWriter): void {
    writer.begin('floor', 1)
    this.orders.save(writer)
    this.levels.save(writer)
    this.account.save(writer)
    writer.f64s(this.ownBest)
    writer.i32s(this.active)
    writer.i32s(this.#reducing)
    writer.f64s(this.events.lastTradeId)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('floor', 1)
    this.orders.load(reader)
    this.levels.load(reader)
    this.account.load(reader)
    reader.into(this.ownBest)
    reader.into(this.active)
    reader.into(this.#reducing)
    reader.into(this.events.lastTradeId)
    reader.end()
  }

  #writeTerms(slot: number): void {
    const { orders, account } = this
    account.terms[TERMS.price] = orders.price[slot] as number
    account.terms[TERMS.quantity] =
      (orders.quantity[slot] as number) - (orders.cut[slot] as number) - (orders.filled[slot] as number)
  }

  /** Fee of the fill in `deal`: of its value, or on spot of what is received; rounded once, as the venue does. */
  #setFee(row: number, instrument: number, sell: boolean, maker: boolean): void {
    const { account, events } = this
    const { settlement } = account
    const fee = this.#fee
    const { deal } = events
    const inBase = settlement.spot[instrument] === 1 && !sell
    if (inBase) fee.setFrom(0, deal, DEAL.quantity)
    else {
      fee.setNumber(0, 0)
      fee.addProduct(0, deal, DEAL.price, DEAL.quantity)
      if (settlement.contract[instrument * 2] !== 1)
        fee.mulDiv(0, settlement.contract, instrument * 2, instrument * 2 + 1, ROUND_DOWN)
    }
    fee.mulDiv(0, this.#rates, maker ? RATE.maker : RATE.taker, RATE.one, ROUND_DOWN)
    fee.scaleDown(0, (inBase ? this.#lotFeeScale : this.#valueFeeScale)[instrument] as number, FEE_ROUNDING_CODE)
    fee.scaleUp(0, AMOUNT_DECIMALS - FEE_DECIMALS)
    events.setFee(row, (inBase ? settlement.base : settlement.money)[instrument] as number, fee, 0)
  }

  #endIfDone(slot: number): void {
    const { orders } = this
    const cut = orders.cut[slot] as number
    if ((orders.filled[slot] as number) + cut < (orders.quantity[slot] as number)) return
    this.finish(slot, cut > 0 ? ORDER_STATUS.expired : ORDER_STATUS.filled, 0)
  }

  /** The last order left a level: the best own price may be another. */
  #leave(level: number): void {
    this.mayBeIdle(level)
    const { levels, ownBest, orders } = this
    const list = levels.list[level] as number
    if (levels.price[level] !== ownBest[list]) return
    let next = levels.next[level] as number
    while (next !== NONE && orders.head[next] === NONE) next = levels.next[next] as number
    ownBest[list] = next === NONE ? noPrice(list) : (levels.price[next] as number)
  }

  #cutReducing(instrument: number): void {
    if ((this.#reducing[instrument] as number) === 0) return
    this.#cutList(instrument * 2 + SIDE.bid, this.closable(instrument, false))
    this.#cutList(instrument * 2 + SIDE.ask, this.closable(instrument, true))
  }

  /** Keeps the first `left` lots of a side's reduce-only orders, best price and oldest first, and cuts the rest. */
  #cutList(list: number, left: number): void {
    const { orders, levels } = this
    for (let level = levels.best[list] as number; level !== NONE; level = levels.next[level] as number) {
      let slot = orders.head[level] as number
      while (slot !== NONE) {
        const next = orders.next[slot] as number
        if (this.isReduceOnly(slot)) left -= this.#cutTo(slot, left)
        slot = next
      }
    }
  }

  /** Cuts an order to at most `left` open lots and returns how many it keeps. */
  #cutTo(slot: number, left: number): number {
    const { orders } = this
    const open = (orders.quantity[slot] as number) - (orders.cut[slot] as number) - (orders.filled[slot] as number)
    if (open <= left) return open
    orders.cut[slot] = (orders.cut[slot] as number) + open - left
    this.#endIfDone(slot)
    return left
  }
}

/** What stands for no price on a side of a book. */
function noPrice(list: number): number {
  return (list & 1) === SIDE.ask ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
}
