/**
 * Our open orders, in columns: registered before they are sent, known by their intent number, gone when they are final.
 *
 * Orders of one strategy on one instrument (a *key*, `strategy * instruments + instrument`) are chained, so that a
 * reconciler sees its own orders without searching. Capacity is fixed: an order that does not fit is refused by the
 * pre-trade check, never dropped.
 */
import { assert } from '../assert.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'

/** What is known about an order that is not final. */
export const ORDER_STATE = {
  /** Written down and handed over; no answer yet. Counts as filled and as not filled, whichever is worse. */
  sent: 1,
  working: 2,
  /** A cancel is on its way; it may still fill. */
  cancelling: 3,
} as const

/** Which reconciler an order belongs to. */
export const PURPOSE = { target: 1, quote: 2, stop: 3, takeProfit: 4 } as const

const NONE = -1

export class OrderTable {
  readonly capacity: number
  readonly keys: number
  /** Orders that are open. */
  open = 0

  readonly intent: Uint32Array
  readonly key: Int32Array
  readonly state: Uint8Array
  readonly purpose: Uint8Array
  /** Quote level; 0 elsewhere. */
  readonly level: Uint8Array
  /** ORDER_FLAGS. */
  readonly flags: Uint8Array
  readonly type: Uint8Array
  readonly timeInForce: Uint8Array
  /** Price quanta. */
  readonly price: Float64Array
  /** Lots. */
  readonly quantity: Float64Array
  readonly filled: Float64Array
  /** Price quanta of the trigger; 0 if none. */
  readonly trigger: Float64Array
  /** First order of each key, or -1; follow `next`. */
  readonly first: Int32Array
  readonly next: Int32Array
  readonly #previous: Int32Array
  readonly #buckets: Int32Array
  readonly #mask: number
  #free = 0

  constructor(capacity: number, keys: number) {
    this.capacity = capacity
    this.keys = keys
    this.intent = new Uint32Array(capacity)
    this.key = new Int32Array(capacity)
    this.state = new Uint8Array(capacity)
    this.purpose = new Uint8Array(capacity)
    this.level = new Uint8Array(capacity)
    this.flags = new Uint8Array(capacity)
    this.type = new Uint8Array(capacity)
    this.timeInForce = new Uint8Array(capacity)
    this.price = new Float64Array(capacity)
    this.quantity = new Float64Array(capacity)
    this.filled = new Float64Array(capacity)
    this.trigger = new Float64Array(capacity)
    this.first = new Int32Array(keys).fill(NONE)
    this.next = new Int32Array(capacity)
    this.#previous = new Int32Array(capacity)
    let buckets = 16
    while (buckets < capacity * 2) buckets *= 2
    this.#buckets = new Int32Array(buckets).fill(NONE)
    this.#mask = buckets - 1
    for (let slot = 0; slot < capacity; slot++) this.next[slot] = slot + 1 < capacity ? slot + 1 : NONE
  }

  /** Registers an order as sent and returns its slot; the caller fills in price, quantity and the rest. */
  add(intent: number, key: number): number {
    const slot = this.#free
    assert(slot !== NONE, 'order table is full: the pre-trade check must refuse before')
    this.#free = this.next[slot] as number
    this.open++
    this.intent[slot] = intent
    this.key[slot] = key
    this.state[slot] = ORDER_STATE.sent
    this.purpose[slot] = 0
    this.level[slot] = 0
    this.filled[slot] = 0
    this.trigger[slot] = 0
    const head = this.first[key] as number
    this.next[slot] = head
    this.#previous[slot] = NONE
    if (head !== NONE) this.#previous[head] = slot
    this.first[key] = slot
    this.#insert(intent, slot)
    return slot
  }

  /** Forgets a final order. */
  remove(slot: number): void {
    const next = this.next[slot] as number
    const previous = this.#previous[slot] as number
    if (previous === NONE) this.first[this.key[slot] as number] = next
    else this.next[previous] = next
    if (next !== NONE) this.#previous[next] = previous
    this.#erase(this.intent[slot] as number)
    this.state[slot] = 0
    this.next[slot] = this.#free
    this.#free = slot
    this.open--
  }

  /** Slot of an intent, or -1 if no open order has it. */
  find(intent: number): number {
    let bucket = hash(intent) & this.#mask
    for (;;) {
      const slot = this.#buckets[bucket] as number
      if (slot === NONE) return NONE
      if (this.intent[slot] === intent) return slot
      bucket = (bucket + 1) & this.#mask
    }
  }

  /** Writes the open orders in the order of their intents, so that equal states give equal bytes. */
  save(writer: StateWriter): void {
    const slots: number[] = []
    for (let key = 0; key < this.keys; key++)
      for (let slot = this.first[key] as number; slot !== NONE; slot = this.next[slot] as number) slots.push(slot)
    slots.sort((a, b) => (this.intent[a] as number) - (this.intent[b] as number))
    writer.begin('orders', 1)
    writer.u32(slots.length)
    for (const slot of slots) {
      writer.u32(this.intent[slot] as number)
      writer.u32(this.key[slot] as number)
      for (const column of this.#bytes()) writer.u32(column[slot] as number)
      for (const column of this.#doubles()) writer.f64(column[slot] as number)
    }
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('orders', 1)
    const count = reader.u32()
    for (let i = 0; i < count; i++) {
      const intent = reader.u32()
      const slot = this.add(intent, reader.u32())
      for (const column of this.#bytes()) column[slot] = reader.u32()
      for (const column of this.#doubles()) column[slot] = reader.f64()
    }
    reader.end()
  }

  #bytes(): readonly Uint8Array[] {
    return [this.state, this.purpose, this.level, this.flags, this.type, this.timeInForce]
  }

  #doubles(): readonly Float64Array[] {
    return [this.price, this.quantity, this.filled, this.trigger]
  }

  #insert(intent: number, slot: number): void {
    let bucket = hash(intent) & this.#mask
    while (this.#buckets[bucket] !== NONE) bucket = (bucket + 1) & this.#mask
    this.#buckets[bucket] = slot
  }

  /** Linear probing without tombstones: later entries of the run move back into the hole. */
  #erase(intent: number): void {
    const buckets = this.#buckets
    let hole = hash(intent) & this.#mask
    while (this.intent[buckets[hole] as number] !== intent) hole = (hole + 1) & this.#mask
    let probe = hole
    for (;;) {
      probe = (probe + 1) & this.#mask
      const slot = buckets[probe] as number
      if (slot === NONE) break
      const home = hash(this.intent[slot] as number) & this.#mask
      // The entry may move only if its home does not lie behind the hole.
      if (((probe - home) & this.#mask) >= ((probe - hole) & this.#mask)) {
        buckets[hole] = slot
        hole = probe
      }
    }
    buckets[hole] = NONE
  }
}

function hash(intent: number): number {
  return Math.imul(intent, 0x9e3779b1 | 0) >>> 8
}
