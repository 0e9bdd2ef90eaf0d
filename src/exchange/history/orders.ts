/**
 * Open orders of the simulated exchange, in columns, from arrival to the end of their life.
 *
 * In: slots to take and to give back. Out: integer indexes; an order's facts are the columns at its index. Owns: the look-up
 * by our intent number and the chains in which orders wait (at a price, for a trigger, for the next candle), first come
 * first. Refuses: more orders than its capacity. Knows nothing of markets, money or where liquidity comes from.
 * Nothing is allocated after construction.
 */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'

/** What an open order waits for. */
export const WAITS_FOR = { candle: 1, trigger: 2, counterparty: 3 } as const

export const NONE = -1

/** What `add` answers instead of an index. */
export const ADD_FAILED = { full: -1, duplicate: -2 } as const

export class Orders {
  readonly capacity: number
  /** Orders that are open. */
  open = 0
  /** Orders ever accepted; the next order's venue id is one more. */
  readonly lastVenueId: Float64Array = new Float64Array(1)

  readonly intent: Uint32Array
  readonly instrument: Int32Array
  /** ORDER_FLAGS. */
  readonly flags: Uint8Array
  readonly type: Uint8Array
  readonly timeInForce: Uint8Array
  /** WAITS_FOR. */
  readonly waits: Uint8Array
  /** 1 until the order has met a candle's open price. */
  readonly fresh: Uint8Array
  /** Price quanta; of a market order the price that its margin was counted at. */
  readonly price: Float64Array
  /** Lots, as ordered. */
  readonly quantity: Float64Array
  readonly filled: Float64Array
  /** Lots taken off a reduce-only order because the position shrank. */
  readonly cut: Float64Array
  readonly trigger: Float64Array
  /** 1 while the account holds funds for the order. */
  readonly funded: Uint8Array
  readonly venueId: Float64Array
  /** Chain that the order is in, or NONE. */
  readonly chain: Int32Array
  readonly next: Int32Array
  readonly previous: Int32Array
  /** First and last order of each chain. */
  readonly head: Int32Array
  readonly tail: Int32Array

  readonly #buckets: Int32Array
  readonly #mask: number
  #free = 0

  constructor(capacity: number, chains: number) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`a capacity of ${capacity} orders is no positive integer`)
    this.capacity = capacity
    this.intent = new Uint32Array(capacity)
    this.instrument = new Int32Array(capacity)
    this.flags = new Uint8Array(capacity)
    this.type = new Uint8Array(capacity)
    this.timeInForce = new Uint8Array(capacity)
    this.waits = new Uint8Array(capacity)
    this.fresh = new Uint8Array(capacity)
    this.price = new Float64Array(capacity)
    this.quantity = new Float64Array(capacity)
    this.filled = new Float64Array(capacity)
    this.cut = new Float64Array(capacity)
    this.trigger = new Float64Array(capacity)
    this.funded = new Uint8Array(capacity)
    this.venueId = new Float64Array(capacity)
    this.chain = new Int32Array(capacity).fill(NONE)
    this.next = new Int32Array(capacity)
    this.previous = new Int32Array(capacity).fill(NONE)
    this.head = new Int32Array(chains).fill(NONE)
    this.tail = new Int32Array(chains).fill(NONE)
    let buckets = 16
    while (buckets < capacity * 2) buckets *= 2
    this.#buckets = new Int32Array(buckets).fill(NONE)
    this.#mask = buckets - 1
    for (let slot = 0; slot < capacity; slot++) this.next[slot] = slot + 1 < capacity ? slot + 1 : NONE
  }

  /** Takes a slot for an order with our number `intent` and returns it with empty columns, or an ADD_FAILED. */
  add(intent: number): number {
    if (this.#free === NONE) return ADD_FAILED.full
    let bucket = this.#home(intent)
    for (;;) {
      const found = this.#buckets[bucket] as number
      if (found === NONE) break
      if (this.intent[found] === intent) return ADD_FAILED.duplicate
      bucket = (bucket + 1) & this.#mask
    }
    const slot = this.#free
    this.#free = this.next[slot] as number
    this.#buckets[bucket] = slot
    this.intent[slot] = intent
    this.fresh[slot] = 1
    this.filled[slot] = 0
    this.cut[slot] = 0
    this.funded[slot] = 0
    this.next[slot] = NONE
    this.open++
    const id = (this.lastVenueId[0] as number) + 1
    this.lastVenueId[0] = id
    this.venueId[slot] = id
    return slot
  }

  /** Index of the open order with our number `intent`, or NONE. */
  find(intent: number): number {
    let bucket = this.#home(intent)
    for (;;) {
      const found = this.#buckets[bucket] as number
      if (found === NONE || this.intent[found] === intent) return found
      bucket = (bucket + 1) & this.#mask
    }
  }

  /** Gives the slot of an order back, which must have left its chain. */
  remove(slot: number): void {
    let hole = this.#home(this.intent[slot] as number)
    while (this.#buckets[hole] !== slot) hole = (hole + 1) & this.#mask
    // Later members of the run move up, so that no search ends early.
    let next = (hole + 1) & this.#mask
    for (; this.#buckets[next] !== NONE; next = (next + 1) & this.#mask) {
      const moving = this.#buckets[next] as number
      const home = this.#home(this.intent[moving] as number)
      if (((next - home) & this.#mask) < ((next - hole) & this.#mask)) continue
      this.#buckets[hole] = moving
      hole = next
    }
    this.#buckets[hole] = NONE
    this.next[slot] = this.#free
    this.#free = slot
    this.open--
  }

  /** Puts an order at the end of a chain. */
  append(chain: number, slot: number): void {
    const last = this.tail[chain] as number
    this.chain[slot] = chain
    this.previous[slot] = last
    this.next[slot] = NONE
    if (last === NONE) this.head[chain] = slot
    else this.next[last] = slot
    this.tail[chain] = slot
  }

  /** Takes an order out of its chain, if it is in one. */
  unchain(slot: number): void {
    const chain = this.chain[slot] as number
    if (chain === NONE) return
    const before = this.previous[slot] as number
    const after = this.next[slot] as number
    if (before === NONE) this.head[chain] = after
    else this.next[before] = after
    if (after === NONE) this.tail[chain] = before
    else this.previous[after] = before
    this.chain[slot] = NONE
    this.next[slot] = NONE
    this.previous[slot] = NONE
  }

  save(writer: StateWriter): void {
    writer.begin('orders', 1)
    writer.u32(this.open)
    writer.i32(this.#free)
    for (const column of this.#doubles()) writer.f64s(column)
    for (const column of this.#integers()) writer.i32s(column)
    for (const column of this.#bytes()) writer.u8s(column)
    writer.u32s(this.intent)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('orders', 1)
    this.open = reader.u32()
    this.#free = reader.i32()
    for (const column of [...this.#doubles(), ...this.#integers(), ...this.#bytes(), this.intent]) reader.into(column)
    reader.end()
  }

  #home(intent: number): number {
    return (Math.imul(intent, 0x9e3779b1) >>> 7) & this.#mask
  }

  #doubles(): readonly Float64Array[] {
    const { lastVenueId, price, quantity, filled, cut, trigger, venueId } = this
    return [lastVenueId, price, quantity, filled, cut, trigger, venueId]
  }

  #integers(): readonly Int32Array[] {
    return [this.instrument, this.chain, this.next, this.previous, this.head, this.tail, this.#buckets]
  }

  #bytes(): readonly Uint8Array[] {
    return [this.flags, this.type, this.timeInForce, this.waits, this.fresh, this.funded]
  }
}
