/**
 * Resting orders by the time until which they are good: a heap of slots that knows where each slot is, so that an order
 * that leaves early is taken out at once. Equal times are ordered by order id.
 */
import type { OrderStore } from './order-store.ts'

export class Deadlines {
  #heap: Int32Array = new Int32Array(64)
  #count = 0
  readonly #orders: OrderStore

  constructor(orders: OrderStore) {
    this.#orders = orders
  }

  /** The order that is due next if its time is not after `now`, else -1. */
  due(now: number): number {
    if (this.#count === 0) return -1
    const slot = this.#heap[0] as number
    return (this.#orders.goodTill[slot] as number) <= now ? slot : -1
  }

  add(slot: number): void {
    if (this.#count === this.#heap.length) {
      const longer = new Int32Array(this.#count * 2)
      longer.set(this.#heap)
      this.#heap = longer
    }
    this.#up(this.#count++, slot)
  }

  /** Takes out an order that was added. */
  remove(slot: number): void {
    const place = this.#orders.timer[slot] as number
    this.#orders.timer[slot] = -1
    const moved = this.#heap[--this.#count] as number
    if (moved === slot) return
    this.#up(place, moved)
    this.#down(this.#orders.timer[moved] as number, moved)
  }

  clear(): void {
    this.#count = 0
  }

  #up(place: number, slot: number): void {
    let at = place
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = this.#heap[parent] as number
      if (!this.#isBefore(slot, above)) break
      this.#put(at, above)
      at = parent
    }
    this.#put(at, slot)
  }

  #down(place: number, slot: number): void {
    let at = place
    for (let child = at * 2 + 1; child < this.#count; child = at * 2 + 1) {
      if (child + 1 < this.#count && this.#isBefore(this.#heap[child + 1] as number, this.#heap[child] as number))
        child++
      const below = this.#heap[child] as number
      if (!this.#isBefore(below, slot)) break
      this.#put(at, below)
      at = child
    }
    this.#put(at, slot)
  }

  #put(place: number, slot: number): void {
    this.#heap[place] = slot
    this.#orders.timer[slot] = place
  }

  #isBefore(one: number, other: number): boolean {
    const { goodTill, id } = this.#orders
    const difference = (goodTill[one] as number) - (goodTill[other] as number)
    return difference < 0 || (difference === 0 && (id[one] as number) < (id[other] as number))
  }
}
