/**
 * The pre-trade check: may this order be sent? One function over the state, a set of reasons as its answer.
 *
 * In: an order as it would be sent. Out: BLOCK bits, 0 when nothing speaks against it. Owns: the pauses, the locks, the
 * limits. It judges orders that open; an order that only reduces is held to the venue's filters and to our own resting
 * orders and nothing else, because a limit must never keep a position from being closed.
 */
import { BLOCK, ORDER_FLAGS, ORDER_TYPE } from '../tape/kinds.ts'
import type { Limits } from '../engine/config.ts'
import type { MarketState } from '../engine/market-state.ts'
import type { OrderTable } from '../account/orders.ts'
import { FILTER, FILTER_INPUT, checkFilters } from '../market/filters.ts'
import type { Instrument } from '../market/instrument.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import { MICROS } from './exposure.ts'
import type { Exposure } from './exposure.ts'

/** Indexes of an order draft. */
export const DRAFT = { price: 0, quantity: 1, trigger: 2, length: 3 } as const

/** Money figures that the check needs, in micros of the settle asset; kept by the engine. */
export const FUNDS = { equity: 0, dayStart: 1, length: 2 } as const

/**
 * Orders of one key that protect and close what it holds: two stops and two take-profits while one replaces the other, and
 * the order that closes. Opening orders leave room for so many.
 */
const ORDERS_THAT_CLOSE = 5

/** What a failed filter of the venue means to us. */
const BLOCK_OF_FILTER: Int32Array = blocksOfFilters()

export class PreTradeCheck {
  /** Bits of BLOCK that hold for every opening order: paused, killed, dailyLoss. */
  standing = 0
  /** 1 where opening on an instrument is locked. */
  readonly locked: Uint8Array
  readonly funds: Float64Array = new Float64Array(FUNDS.length)
  /** [0] the price quanta that the order judged last is valued by: its own price or the market's, whichever is higher. */
  readonly worth: Float64Array = new Float64Array(1)
  readonly #instruments: readonly Instrument[]
  readonly #orders: OrderTable
  readonly #exposure: Exposure
  readonly #market: MarketState
  readonly #filterInput: Float64Array = new Float64Array(FILTER_INPUT.length)
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
      readonly market: MarketState
      /** Brings `funds` up to date before they are judged by. */
      readonly freshenFunds: () => void
    },
    limits: Limits,
    leverage: number,
  ) {
    this.#instruments = parts.instruments
    this.#orders = parts.orders
    this.#exposure = parts.exposure
    this.#market = parts.market
    this.#leverage = leverage
    this.#freshenFunds = parts.freshenFunds
    this.#maxOrder = (limits.maxOrderNotional ?? Infinity) * MICROS
    this.#maxPosition = (limits.maxPositionNotional ?? Infinity) * MICROS
    this.#maxTotal = (limits.maxTotalNotional ?? Infinity) * MICROS
    const { capacity, keys } = parts.orders
    const kept = Math.min(Math.floor(capacity / 2), keys * ORDERS_THAT_CLOSE)
    this.#maxOpenOrders = Math.min(limits.maxOpenOrders ?? Infinity, capacity - kept)
    this.#maxDailyLoss = (limits.maxDailyLoss ?? Infinity) * MICROS
    this.locked = new Uint8Array(parts.instruments.length)
  }

  /**
   * Reasons against the order in `draft` (price quanta, lots; for a market order the price is the expected one).
   * `opening` orders meet all limits; reducing ones what the venue takes, and our own resting orders.
   */
  reasons(instrument: number, flags: number, type: number, draft: Float64Array): number {
    const opening = (flags & ORDER_FLAGS.reduceOnly) === 0 && (flags & ORDER_FLAGS.opening) !== 0
    this.#setWorth(instrument, draft)
    let reasons = this.#venueReasons(instrument, flags, type, draft)
    if (this.#orders.open >= this.#orders.capacity) reasons |= BLOCK.tooManyOpenOrders
    // A market order that closes goes first: what it would meet of ours is on its way out.
    if (
      (type === ORDER_TYPE.limit || (type === ORDER_TYPE.market && opening)) &&
      this.#meetsOwn(instrument, flags, draft)
    )
      reasons |= BLOCK.ownCross
    if (!opening) return reasons
    this.#freshenFunds()
    return reasons | this.standing | this.#openingReasons(instrument, flags, type, draft)
  }

  /** Turns the daily-loss block on or off after money changed. */
  refreshDailyLoss(): void {
    const lost = (this.funds[FUNDS.dayStart] as number) - (this.funds[FUNDS.equity] as number)
    this.standing = lost >= this.#maxDailyLoss ? this.standing | BLOCK.dailyLoss : this.standing & ~BLOCK.dailyLoss
  }

  #setWorth(instrument: number, draft: Float64Array): void {
    const { worth } = this
    this.#market.reference(instrument, worth)
    const price = draft[DRAFT.price] as number
    const trigger = draft[DRAFT.trigger] as number
    if (price > (worth[0] as number)) worth[0] = price
    if (trigger > (worth[0] as number)) worth[0] = trigger
  }

  /** What the venue would refuse, by its own filters. */
  #venueReasons(instrument: number, flags: number, type: number, draft: Float64Array): number {
    const input = this.#filterInput
    const rules = this.#instruments[instrument] as Instrument
    const price = draft[DRAFT.price] as number
    const mark = this.#market.mark[instrument] as number
    input[FILTER_INPUT.price] = price
    input[FILTER_INPUT.quantity] = draft[DRAFT.quantity] as number
    input[FILTER_INPUT.trigger] = draft[DRAFT.trigger] as number
    input[FILTER_INPUT.reference] = mark
    const reasons = BLOCK_OF_FILTER[checkFilters(rules, type, flags, input)] as number
    if (type !== ORDER_TYPE.market || mark > 0 || (flags & ORDER_FLAGS.reduceOnly) !== 0) return reasons
    // Without a mark price a market order's value is judged at the price it expects.
    const value = (draft[DRAFT.quantity] as number) * price * (this.#exposure.microsPerUnit[instrument] as number)
    return price > 0 && Math.ceil(value) < rules.minNotionalMicros ? reasons | BLOCK.belowMinimum : reasons
  }

  #openingReasons(instrument: number, flags: number, type: number, draft: Float64Array): number {
    const exposure = this.#exposure
    const quantity = draft[DRAFT.quantity] as number
    const price = this.worth[0] as number
    const unit = exposure.microsPerUnit[instrument] as number
    const value = Math.ceil(quantity * (draft[DRAFT.price] as number) * unit)
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
    if (type === ORDER_TYPE.market && !((draft[DRAFT.price] as number) > 0)) reasons |= BLOCK.noPrice
    if (this.locked[instrument] !== 0) reasons |= BLOCK.locked
    if (this.#market.isStale[instrument] !== 0) reasons |= BLOCK.bookNotLive
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

  /** Whether an order would trade with one of our own resting orders: it is refused, never netted. */
  #meetsOwn(instrument: number, flags: number, draft: Float64Array): boolean {
    const price = draft[DRAFT.price] as number
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

/** A price that is none; a price beyond the venue's range; sizes that are too small, too fine or too large. */
function blocksOfFilters(): Int32Array {
  const blocks = new Int32Array(FILTER.notional + 1)
  for (const filter of [FILTER.pricePrecision, FILTER.priceNotPositive, FILTER.triggerNotPositive])
    blocks[filter] = BLOCK.noPrice
  for (const filter of [FILTER.priceTooHigh, FILTER.priceTooLow, FILTER.priceTick, FILTER.triggerTooHigh])
    blocks[filter] = BLOCK.priceBand
  for (const filter of [FILTER.triggerTick, FILTER.bandHigh, FILTER.bandLow]) blocks[filter] = BLOCK.priceBand
  for (const filter of [FILTER.quantityPrecision, FILTER.quantityNotPositive, FILTER.quantityTooSmall])
    blocks[filter] = BLOCK.belowMinimum
  for (const filter of [FILTER.quantityStep, FILTER.notional]) blocks[filter] = BLOCK.belowMinimum
  blocks[FILTER.quantityTooLarge] = BLOCK.orderTooLarge
  return blocks
}
