/**
 * Stop and take-profit orders that wait for a trade at their price.
 *
 * In: orders (slots) with a trigger price and the direction from which the market reaches it. Out: those that a last price
 * sets off, one after the other: nearest trigger first, the older order first at the same trigger. Owns: two sorted lists per
 * instrument. Knows nothing of what happens to an order that is set off.
 */
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import type { OrderStore } from '../order-store.ts'
import type { SpotColumns } from './spot-columns.ts'

/** Set off by a last price at or above the trigger, or at or below it. */
export const RISING = 1
export const FALLING = 2

const SECTION = 'spot-stops'
const VERSION = 1

export class StopQueue {
  readonly #orders: OrderStore
  readonly #columns: SpotColumns
  /** The order that is set off next stands last, so that taking it moves nothing. */
  readonly #rising: number[][]
  readonly #falling: number[][]

  constructor(instruments: number, orders: OrderStore, columns: SpotColumns) {
    this.#orders = orders
    this.#columns = columns
    this.#rising = Array.from({ length: instruments }, () => [])
    this.#falling = Array.from({ length: instruments }, () => [])
  }

  add(instrument: number, direction: number, slot: number): void {
    const queue = this.#queue(instrument, direction)
    let at = queue.length
    queue.push(slot)
    while (at > 0 && this.#isBefore(direction, queue[at - 1] as number, slot)) {
      queue[at] = queue[at - 1] as number
      at--
    }
    queue[at] = slot
  }

  /** Takes an order out; it must be there. */
  remove(instrument: number, direction: number, slot: number): void {
    const queue = this.#queue(instrument, direction)
    const at = queue.indexOf(slot)
    if (at < 0) throw new RangeError(`order slot ${slot} does not wait for a price`)
    queue.splice(at, 1)
  }

  /** Takes the next order that the last price of the instrument sets off; -1 where there is none. */
  take(instrument: number, last: Float64Array): number {
    const price = last[instrument] as number
    if (!(price > 0)) return -1
    const rising = this.#rising[instrument] as number[]
    const up = rising.at(-1)
    if (up !== undefined && (this.#columns.trigger[up] as number) <= price) {
      rising.pop()
      return up
    }
    const falling = this.#falling[instrument] as number[]
    const down = falling.at(-1)
    if (down !== undefined && (this.#columns.trigger[down] as number) >= price) {
      falling.pop()
      return down
    }
    return -1
  }

  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    for (const queues of [this.#rising, this.#falling]) for (const queue of queues) writer.i32s(Int32Array.from(queue))
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    for (const queues of [this.#rising, this.#falling])
      for (const queue of queues) {
        queue.length = 0
        for (const slot of reader.i32s()) queue.push(slot)
      }
    reader.end()
  }

  #queue(instrument: number, direction: number): number[] {
    return (direction === RISING ? this.#rising : this.#falling)[instrument] as number[]
  }

  /** Whether order `a` is set off before order `b`. */
  #isBefore(direction: number, a: number, b: number): boolean {
    const { trigger } = this.#columns
    const { id } = this.#orders
    const difference = (trigger[a] as number) - (trigger[b] as number)
    if (difference !== 0) return direction === RISING ? difference < 0 : difference > 0
    return (id[a] as number) < (id[b] as number)
  }
}
