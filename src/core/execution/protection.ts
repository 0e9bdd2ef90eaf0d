/**
 * The protection reconciler: every open position that was given a stop or a take-profit has one at the venue, for its whole
 * size.
 *
 * In: distances per key, position changes, order confirmations. Out: reduce-only trigger orders through the desk. Where the
 * position or its distance changes, a new order is placed first and the old one cancelled when the new one stands. Spot
 * cannot do that, because an order locks what it sells: there the old one goes first, and all protection goes while the
 * position is sold. When the position is gone, what is left of its protection is cancelled. A venue that keeps refusing
 * is not asked for ever.
 */
import { RATE_DECIMALS } from '../tape/layout.ts'
import { BLOCK, ORDER_FLAGS, ORDER_TYPE, TIME_IN_FORCE } from '../tape/kinds.ts'
import { ORDER_STATE, PURPOSE } from '../account/orders.ts'
import type { OrderTable } from '../account/orders.ts'
import type { Instrument } from '../market/instrument.ts'
import { scaleOf } from '../number/decimal.ts'
import { DRAFT } from '../risk/pre-trade-check.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import type { OrderDesk } from './order-desk.ts'
import type { ReconcilerParts, TargetReconciler } from './targets.ts'

const RATE_SCALE = scaleOf(RATE_DECIMALS)
/** A trigger within this share of a tick from a whole one is meant to be on it. */
const SNAP = 1e-6
/** Protective orders of a key that the venue may refuse or drop, without a fill between them, before it is given up. */
const MOST_LOSSES = 3

export class ProtectionReconciler {
  /** Distances from the average entry, counts of 10^-12; 0 = none. */
  readonly stop: Float64Array
  readonly takeProfit: Float64Array
  /** Average entry price per key in price quanta (not rounded), kept by the engine. */
  readonly entry: Float64Array
  /** Protective orders per key that the venue refused or dropped since its last fill. */
  readonly #losses: Uint8Array
  readonly #instruments: readonly Instrument[]
  readonly #orders: OrderTable
  readonly #desk: OrderDesk
  readonly #positions: Float64Array
  readonly #targets: TargetReconciler
  /** [0] trigger that the position at hand should have, price quanta. */
  readonly #trigger: Float64Array = new Float64Array(1)

  constructor(parts: ReconcilerParts, targets: TargetReconciler) {
    const keys = parts.orders.keys
    this.stop = new Float64Array(keys)
    this.takeProfit = new Float64Array(keys)
    this.entry = new Float64Array(keys)
    this.#losses = new Uint8Array(keys)
    this.#instruments = parts.instruments
    this.#orders = parts.orders
    this.#desk = parts.desk
    this.#positions = parts.positions
    this.#targets = targets
  }

  /**
   * Looks again after the position, its distances or a protective order changed. Returns false when the position should
   * have a stop and our own check refuses it: the caller closes the position.
   */
  reconcile(key: number): boolean {
    const isStopped = this.#side(key, PURPOSE.stop, this.stop)
    this.#side(key, PURPOSE.takeProfit, this.takeProfit)
    return isStopped
  }

  /** A fill of this key: the venue may be asked anew. */
  renew(key: number): void {
    this.#losses[key] = 0
  }

  /** The venue refused or dropped a protective order. Returns false when it has done so too often to go on. */
  lost(key: number): boolean {
    const losses = (this.#losses[key] as number) + 1
    this.#losses[key] = Math.min(losses, MOST_LOSSES)
    return losses < MOST_LOSSES
  }

  /** Nothing is held and nothing wanted: the next position gets distances of its own. */
  forget(key: number): void {
    this.stop[key] = 0
    this.takeProfit[key] = 0
  }

  /** Returns false when the check refused an order that the position should have. */
  #side(key: number, purpose: number, distances: Float64Array): boolean {
    const orders = this.#orders
    const rules = this.#instruments[key % this.#instruments.length] as Instrument
    const isSpot = rules.market === 'spot'
    const position = this.#positions[key] as number
    const isWanted = (distances[key] as number) !== 0 && !(isSpot && this.#targets.isSelling(key))
    const size = isWanted && Math.abs(position) >= rules.minQuantity ? Math.abs(position) : 0
    const sell = position > 0 ? ORDER_FLAGS.sell : 0
    if (size > 0) this.#setTrigger(key, purpose, distances, rules)
    let standing = -1
    let isUnderWay = false
    let hasOthers = false
    for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number) {
      if (orders.purpose[slot] !== purpose) continue
      const fits = size > 0 && orders.state[slot] !== ORDER_STATE.cancelling && this.#fits(slot, size, sell)
      if (!fits) hasOthers = true
      else if (orders.state[slot] === ORDER_STATE.working) standing = slot
      else isUnderWay = true
    }
    // What closes at market is not protected anew; an order that rests already stays until the position is gone.
    const isPlaced = size === 0 || standing >= 0 || isUnderWay || this.#targets.isClosing(key)
    const mayPlace = !(isSpot && hasOthers) && (this.#losses[key] as number) < MOST_LOSSES
    const refused = !isPlaced && mayPlace && !this.#place(key, purpose, size, sell, isSpot)
    for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number) {
      if (orders.purpose[slot] !== purpose || slot === standing) continue
      const protects = size > 0 && ((orders.flags[slot] as number) & ORDER_FLAGS.sell) === sell
      if (!protects || standing >= 0 || (isSpot && !this.#fits(slot, size, sell))) this.#desk.cancel(slot)
    }
    return !refused
  }

  #fits(slot: number, size: number, sell: number): boolean {
    const orders = this.#orders
    const left = (orders.quantity[slot] as number) - (orders.filled[slot] as number)
    const isSameSide = ((orders.flags[slot] as number) & ORDER_FLAGS.sell) === sell
    return isSameSide && left === size && orders.trigger[slot] === this.#trigger[0]
  }

  /** Where the protection of a position has to trigger: on a tick, never farther from the entry than asked for. */
  #setTrigger(key: number, purpose: number, distances: Float64Array, rules: Instrument): void {
    const fraction = (distances[key] as number) / RATE_SCALE
    // A long's stop and a short's take-profit lie below the entry.
    const isBelow = (purpose === PURPOSE.stop) === (this.#positions[key] as number) > 0
    const ticks = ((this.entry[key] as number) * (isBelow ? 1 - fraction : 1 + fraction)) / rules.tickSize
    const nearest = Math.round(ticks)
    const toward = isBelow ? Math.ceil(ticks) : Math.floor(ticks)
    this.#trigger[0] = (Math.abs(ticks - nearest) < SNAP ? nearest : toward) * rules.tickSize
  }

  /** Returns false when the check refuses an order that the venue would have taken. */
  #place(key: number, purpose: number, size: number, sell: number, isSpot: boolean): boolean {
    const draft = this.#desk.draft
    draft[DRAFT.price] = 0
    draft[DRAFT.quantity] = size
    draft[DRAFT.trigger] = this.#trigger[0] as number
    const flags = sell | ORDER_FLAGS.protective | (isSpot ? 0 : ORDER_FLAGS.reduceOnly)
    const type = purpose === PURPOSE.stop ? ORDER_TYPE.stopMarket : ORDER_TYPE.takeProfitMarket
    const slot = this.#desk.place(key, purpose, 0, flags, type, TIME_IN_FORCE.goodTillCancel)
    // What is too small for a stop is too small to be closed as well.
    return slot >= 0 || this.#desk.refusal === BLOCK.belowMinimum
  }

  save(writer: StateWriter): void {
    writer.begin('protection', 2)
    for (const column of [this.stop, this.takeProfit, this.entry]) writer.f64s(column)
    writer.u8s(this.#losses)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('protection', 2)
    for (const column of [this.stop, this.takeProfit, this.entry]) reader.into(column)
    reader.into(this.#losses)
    reader.end()
  }
}
