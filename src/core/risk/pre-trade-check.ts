/**
 * The pre-trade check: may this order be sent? One function over the state, a set of reasons as its answer.
 *
 * In: an order as it would be sent. Out: BLOCK bits, 0 when nothing speaks against it. Owns: the pauses, the locks, the
 * limits. It judges orders that open; an order that only reduces is held to the venue's filters and nothing else, because a
 * limit must never keep a position from being closed.
 */
import { BLOCK, ORDER_FLAGS, ORDER_TYPE } from '../tape/kinds.ts'
import type { Limits } from '../engine/config.ts'
import type { OrderTable } from '../account/orders.ts'
import type { Instrument } from '../market/instrument.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import { MICROS } from './exposure.ts'
import type { Exposure } from './exposure.ts'

/** Indexes of an order draft. */
export const DRAFT = { price: 0, quantity: 1, trigger: 2, length: 3 } as const

/** Money figures that the check needs, in micros of the settle asset; kept by the engine. */
export const FUNDS = { equity: 0, dayStart: 1, length: 2 } as const

export class PreTradeCheck {
  /** Bits of BLOCK that hold for every opening order: paused, killed, dailyLoss. */
  standing = 0
  /** 1 where opening on an instrument is locked. */
  readonly locked: Uint8Array
  readonly funds: Float64Array = new Float64Array(FUNDS.length)
  readonly #instruments: readonly Instrument[]
  readonly #orders: OrderTable
  readonly #exposure: Exposure
  readonly #leverage: number
  readonly #freshenFunds: () => void
  readonly #maxOrder: number
  readonly #maxPosition: number
  readonly #maxTotal: number
  readonly #maxOpenOrders: number
  readonly #maxDailyLoss: number

  constructor(
    parts: {
      readonly instruments: readonly Instrument[]
      readonly orders: OrderTable
      readonly exposure: Exposure
      /** Brings `funds` up to date before they are judged by. */
      readonly freshenFunds: () => void
    },
    limits: Limits,
    leverage: number,
  ) {
    this.#instruments = parts.instruments
    this.#orders = parts.orders
    this.#exposure = parts.exposure
    this.#leverage = leverage
    this.#freshenFunds = parts.freshenFunds
    this.#maxOrder = (limits.maxOrderNotional ?? Infinity) * MICROS
    this.#maxPosition = (limits.maxPositionNotional ?? Infinity) * MICROS
    this.#maxTotal = (limits.maxTotalNotional ?? Infinity) * MICROS
    this.#maxOpenOrders = Math.min(limits.maxOpenOrders ?? Infinity, parts.orders.capacity)
    this.#maxDailyLoss = (limits.maxDailyLoss ?? Infinity) * MICROS
    this.locked = new Uint8Array(parts.instruments.length)
  }

  /**
   * Reasons against the order in `draft` (price quanta, lots; for a market order the price is the expected one).
   * `opening` orders meet all limits; reducing ones only the smallest sizes the venue takes.
   */
  reasons(instrument: number, flags: number, type: number, draft: Float64Array): number {
    const price = draft[DRAFT.price] as number
    const quantity = draft[DRAFT.quantity] as number
    const rules = this.#instruments[instrument] as Instrument
    const reducing = (flags & ORDER_FLAGS.reduceOnly) !== 0 || (flags & ORDER_FLAGS.opening) === 0
    const value = Math.ceil(quantity * price * (this.#exposure.microsPerUnit[instrument] as number))
    let reasons = 0
    if (!(price > 0) && type !== ORDER_TYPE.stopMarket && type !== ORDER_TYPE.takeProfitMarket) reasons |= BLOCK.noPrice
    const smallest =
      type === ORDER_TYPE.market ? Math.max(rules.marketMinQuantity, rules.minQuantity) : rules.minQuantity
    if (!(quantity > 0) || quantity < smallest) reasons |= BLOCK.belowMinimum
    const exempt = reducing && rules.market !== 'spot'
    if (!exempt && value < rules.minNotionalMicros) reasons |= BLOCK.belowMinimum
    if (this.#orders.open >= this.#orders.capacity) reasons |= BLOCK.tooManyOpenOrders
    if (type === ORDER_TYPE.limit && this.#meetsOwn(instrument, flags, price)) reasons |= BLOCK.ownCross
    if (reducing) return reasons
    this.#freshenFunds()
    return reasons | this.standing | this.#openingReasons(instrument, flags, value, draft)
  }

  /** Turns the daily-loss block on or off after money changed. */
  refreshDailyLoss(): void {
    const lost = (this.funds[FUNDS.dayStart] as number) - (this.funds[FUNDS.equity] as number)
    this.standing = lost >= this.#maxDailyLoss ? this.standing | BLOCK.dailyLoss : this.standing & ~BLOCK.dailyLoss
  }

  #openingReasons(instrument: number, flags: number, value: number, draft: Float64Array): number {
    const exposure = this.#exposure
    const quantity = draft[DRAFT.quantity] as number
    const price = draft[DRAFT.price] as number
    const unit = exposure.microsPerUnit[instrument] as number
    const position = exposure.position[instrument] as number
    const sell = (flags & ORDER_FLAGS.sell) !== 0
    const after = sell
      ? position - (exposure.openSell[instrument] as number) - quantity
      : position + (exposure.openBuy[instrument] as number) + quantity
    const worst = Math.ceil(Math.abs(after) * price * unit)
    const total =
      (exposure.total[0] as number) -
      (exposure.worst[instrument] as number) +
      Math.max(worst, exposure.worst[instrument] as number)
    let reasons = 0
    if (this.locked[instrument] !== 0) reasons |= BLOCK.locked
    if (value > this.#maxOrder) reasons |= BLOCK.orderTooLarge
    if (worst > this.#maxPosition) reasons |= BLOCK.positionTooLarge
    if (total > this.#maxTotal) reasons |= BLOCK.positionTooLarge
    if (this.#orders.open >= this.#maxOpenOrders) reasons |= BLOCK.tooManyOpenOrders
    if ((this.#instruments[instrument] as Instrument).market === 'spot') {
      // Spot cannot go short, and pays in full.
      if (sell ? after < 0 : total > (this.funds[FUNDS.equity] as number)) reasons |= BLOCK.insufficientFunds
    } else if (total > (this.funds[FUNDS.equity] as number) * this.#leverage) reasons |= BLOCK.insufficientFunds
    return reasons
  }

  /** Whether a limit order would trade with one of our own resting orders: it is refused, never netted. */
  #meetsOwn(instrument: number, flags: number, price: number): boolean {
    const orders = this.#orders
    const instruments = this.#instruments.length
    const sell = flags & ORDER_FLAGS.sell
    for (let key = instrument; key < orders.keys; key += instruments) {
      for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number) {
        if (orders.type[slot] !== ORDER_TYPE.limit || ((orders.flags[slot] as number) & ORDER_FLAGS.sell) === sell)
          continue
        const other = orders.price[slot] as number
        if (sell !== 0 ? price <= other : price >= other) return true
      }
    }
    return false
  }

  save(writer: StateWriter): void {
    writer.begin('check', 1)
    writer.u32(this.standing)
    writer.u8s(this.locked)
    writer.f64s(this.funds)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('check', 1)
    this.standing = reader.u32()
    reader.into(this.locked)
    reader.into(this.funds)
    reader.end()
  }
}
