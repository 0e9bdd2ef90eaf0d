/**
 * The protection reconciler: every open position that was given a stop or a take-profit has one at the venue, for its whole
 * size.
 *
 * In: distances per key, position changes, order confirmations. Out: reduce-only trigger orders through the desk. A resized
 * protection is placed first and the old one cancelled when the new one is confirmed; when the position is gone, what is
 * left of its protection is cancelled.
 */
import { RATE_DECIMALS } from '../tape/layout.ts'
import { ORDER_FLAGS, ORDER_TYPE, TIME_IN_FORCE } from '../tape/kinds.ts'
import { ORDER_STATE, PURPOSE } from '../account/orders.ts'
import type { OrderTable } from '../account/orders.ts'
import type { Instrument } from '../market/instrument.ts'
import { scaleOf } from '../number/decimal.ts'
import { DRAFT } from '../risk/pre-trade-check.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import type { OrderDesk } from './order-desk.ts'
import type { ReconcilerParts } from './targets.ts'

const RATE_SCALE = scaleOf(RATE_DECIMALS)

export class ProtectionReconciler {
  /** Distances from the average entry, counts of 10^-12; 0 = none. */
  readonly stop: Float64Array
  readonly takeProfit: Float64Array
  /** Average entry price per key in price quanta (not rounded), kept by the engine. */
  readonly entry: Float64Array
  readonly #instruments: readonly Instrument[]
  readonly #orders: OrderTable
  readonly #desk: OrderDesk
  readonly #positions: Float64Array

  constructor(parts: ReconcilerParts) {
    const keys = parts.orders.keys
    this.stop = new Float64Array(keys)
    this.takeProfit = new Float64Array(keys)
    this.entry = new Float64Array(keys)
    this.#instruments = parts.instruments
    this.#orders = parts.orders
    this.#desk = parts.desk
    this.#positions = parts.positions
  }

  /** Looks again after the position changed or a protective order was confirmed or ended. */
  reconcile(key: number): void {
    this.#side(key, PURPOSE.stop, this.stop)
    this.#side(key, PURPOSE.takeProfit, this.takeProfit)
  }

  /** Cancels all protection of a key, whatever it still protects: the caller closes the position right after. */
  withdraw(key: number): void {
    const orders = this.#orders
    for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number)
      if (orders.purpose[slot] === PURPOSE.stop || orders.purpose[slot] === PURPOSE.takeProfit) this.#desk.cancel(slot)
  }

  #side(key: number, purpose: number, distances: Float64Array): void {
    const orders = this.#orders
    const position = this.#positions[key] as number
    const size = (distances[key] as number) === 0 ? 0 : Math.abs(position)
    const sell = position > 0 ? ORDER_FLAGS.sell : 0
    let sufficient = -1
    let underway = false
    for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number) {
      if (orders.purpose[slot] !== purpose || orders.state[slot] === ORDER_STATE.cancelling) continue
      const left = (orders.quantity[slot] as number) - (orders.filled[slot] as number)
      const fits = size > 0 && left === size && ((orders.flags[slot] as number) & ORDER_FLAGS.sell) === sell
      if (fits && orders.state[slot] === ORDER_STATE.working) sufficient = slot
      if (fits && orders.state[slot] === ORDER_STATE.sent) underway = true
    }
    if (size > 0 && sufficient < 0 && !underway) this.#place(key, purpose, size, sell)
    // The old protection goes only when nothing is left to protect or the new one stands.
    if (size > 0 && sufficient < 0) return
    for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number)
      if (orders.purpose[slot] === purpose && slot !== sufficient) this.#desk.cancel(slot)
  }

  #place(key: number, purpose: number, size: number, sell: number): void {
    const rules = this.#instruments[key % this.#instruments.length] as Instrument
    const draft = this.#desk.draft
    const entry = this.entry[key] as number
    const stop = purpose === PURPOSE.stop
    const fraction = ((stop ? this.stop[key] : this.takeProfit[key]) as number) / RATE_SCALE
    // A long's stop and a short's take-profit lie below the entry.
    const below = stop === (sell !== 0)
    const price = entry * (below ? 1 - fraction : 1 + fraction)
    // Rounded toward the entry: never farther away than asked for.
    const ticks = below ? Math.ceil(price / rules.tickSize) : Math.floor(price / rules.tickSize)
    draft[DRAFT.price] = 0
    draft[DRAFT.quantity] = size
    draft[DRAFT.trigger] = ticks * rules.tickSize
    const flags = sell | ORDER_FLAGS.protective | (rules.market === 'spot' ? 0 : ORDER_FLAGS.reduceOnly)
    this.#desk.place(
      key,
      purpose,
      0,
      flags,
      stop ? ORDER_TYPE.stopMarket : ORDER_TYPE.takeProfitMarket,
      TIME_IN_FORCE.goodTillCancel,
    )
  }

  save(writer: StateWriter): void {
    writer.begin('protection', 1)
    for (const column of [this.stop, this.takeProfit, this.entry]) writer.f64s(column)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('protection', 1)
    for (const column of [this.stop, this.takeProfit, this.entry]) reader.into(column)
    reader.end()
  }
}
