/**
 * The quote reconciler: wanted resting prices against resting orders, slot by slot.
 *
 * In: a set of wanted prices per key, order endings. Out: intents and cancels through the desk. Owns: the wanted prices. An
 * order that already stands at its price keeps its place in the queue; one that is off is cancelled, and its slot stays
 * empty until the venue has confirmed, so that a slot never has two orders at work.
 */
import { ORDER_FLAGS, ORDER_TYPE, TIME_IN_FORCE } from '../tape/kinds.ts'
import { ORDER_STATE, PURPOSE } from '../account/orders.ts'
import type { OrderTable } from '../account/orders.ts'
import type { Instrument } from '../market/instrument.ts'
import { DRAFT } from '../risk/pre-trade-check.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import type { OrderDesk } from './order-desk.ts'
import type { ReconcilerParts } from './targets.ts'

/** Quote levels a side that one key may want. */
export const QUOTE_LEVELS = 8
/** Columns of one slot: price quanta, lots, and whether it may be placed (0 after a refusal, until quoted anew). */
const SLOT = { price: 0, quantity: 1, armed: 2, length: 3 } as const
const SIDES = 2

export class QuoteReconciler {
  readonly #slots: Float64Array
  /** 1 for keys that ever quoted. */
  readonly #quoting: Uint8Array
  readonly #instruments: readonly Instrument[]
  readonly #orders: OrderTable
  readonly #desk: OrderDesk
  readonly #positions: Float64Array
  readonly #toleranceTicks: number
  /** Slot of the order at each level of the key at hand, or -1. */
  readonly #standing: Int32Array = new Int32Array(SIDES * QUOTE_LEVELS)

  constructor(parts: ReconcilerParts, toleranceTicks: number) {
    const keys = parts.orders.keys
    this.#slots = new Float64Array(keys * SIDES * QUOTE_LEVELS * SLOT.length)
    this.#quoting = new Uint8Array(keys)
    this.#instruments = parts.instruments
    this.#orders = parts.orders
    this.#desk = parts.desk
    this.#positions = parts.positions
    this.#toleranceTicks = toleranceTicks
  }

  /**
   * Takes the wanted prices of a key: `bids` and `asks` pairs (price quanta, lots) from `wanted`, bids first. A pair without
   * a price or without lots wants nothing.
   */
  set(key: number, wanted: Float64Array, bids: number, asks: number): void {
    const slots = this.#slots
    const base = key * SIDES * QUOTE_LEVELS * SLOT.length
    for (let i = 0; i < SIDES * QUOTE_LEVELS; i++) {
      const side = i < QUOTE_LEVELS ? 0 : 1
      const level = i - side * QUOTE_LEVELS
      const from = (side * bids + level) * 2
      const present =
        level < (side === 0 ? bids : asks) && (wanted[from] as number) > 0 && (wanted[from + 1] as number) > 0
      const at = base + i * SLOT.length
      slots[at + SLOT.price] = present ? (wanted[from] as number) : 0
      slots[at + SLOT.quantity] = present ? (wanted[from + 1] as number) : 0
      slots[at + SLOT.armed] = 1
    }
    this.#quoting[key] = 1
    this.reconcile(key)
  }

  /** Looks again after an order of this key ended or was confirmed. */
  reconcile(key: number): void {
    if (this.#quoting[key] === 0) return
    const orders = this.#orders
    const standing = this.#standing
    standing.fill(-1)
    for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number) {
      if (orders.purpose[slot] !== PURPOSE.quote) continue
      const side = ((orders.flags[slot] as number) & ORDER_FLAGS.sell) !== 0 ? QUOTE_LEVELS : 0
      standing[side + (orders.level[slot] as number)] = slot
    }
    const tick = (this.#instruments[key % this.#instruments.length] as Instrument).tickSize
    const tolerance = this.#toleranceTicks * tick
    const base = key * SIDES * QUOTE_LEVELS * SLOT.length
    for (let i = 0; i < SIDES * QUOTE_LEVELS; i++) {
      const at = base + i * SLOT.length
      const slot = standing[i] as number
      const wantedPrice = this.#slots[at + SLOT.price] as number
      if (slot >= 0) {
        if (orders.state[slot] !== ORDER_STATE.working) continue
        if (wantedPrice === 0 || Math.abs((orders.price[slot] as number) - wantedPrice) > tolerance)
          this.#desk.cancel(slot)
      } else if (wantedPrice !== 0 && this.#slots[at + SLOT.armed] !== 0) this.#place(key, i, at)
    }
  }

  /** The venue refused the order of a slot: it stays empty until the strategy quotes anew. */
  disarm(key: number, flags: number, level: number): void {
    const i = ((flags & ORDER_FLAGS.sell) !== 0 ? QUOTE_LEVELS : 0) + level
    this.#slots[(key * SIDES * QUOTE_LEVELS + i) * SLOT.length + SLOT.armed] = 0
  }

  /** Wants nothing any more for a key; what rests is cancelled. */
  withdraw(key: number): void {
    if (this.#quoting[key] === 0) return
    const base = key * SIDES * QUOTE_LEVELS * SLOT.length
    this.#slots.fill(0, base, base + SIDES * QUOTE_LEVELS * SLOT.length)
    this.reconcile(key)
  }

  #place(key: number, i: number, at: number): void {
    const sell = i >= QUOTE_LEVELS
    const draft = this.#desk.draft
    const quantity = this.#slots[at + SLOT.quantity] as number
    draft[DRAFT.price] = this.#slots[at + SLOT.price] as number
    draft[DRAFT.quantity] = quantity
    draft[DRAFT.trigger] = 0
    // A quote within the position reduces it; it is not marked reduce-only, because the next fill may turn that around.
    const reduces = quantity <= this.#leftToReduce(key, sell)
    const flags = (sell ? ORDER_FLAGS.sell : 0) | (reduces ? 0 : ORDER_FLAGS.opening)
    const level = sell ? i - QUOTE_LEVELS : i
    if (this.#desk.place(key, PURPOSE.quote, level, flags, ORDER_TYPE.limit, TIME_IN_FORCE.postOnly) < 0)
      this.#slots[at + SLOT.armed] = 0
  }

  /** Lots of the position that no open order of this key is about to close already. */
  #leftToReduce(key: number, sell: boolean): number {
    const orders = this.#orders
    const position = this.#positions[key] as number
    let left = sell ? position : -position
    for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number) {
      const flags = orders.flags[slot] as number
      if ((flags & ORDER_FLAGS.protective) !== 0 || ((flags & ORDER_FLAGS.sell) !== 0) !== sell) continue
      left -= (orders.quantity[slot] as number) - (orders.filled[slot] as number)
    }
    return left
  }

  save(writer: StateWriter): void {
    writer.begin('quotes', 1)
    writer.f64s(this.#slots)
    writer.u8s(this.#quoting)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('quotes', 1)
    reader.into(this.#slots)
    reader.into(this.#quoting)
    reader.end()
  }
}
