/**
 * What the spot venue knows of an order beyond the order store: columns by the store's slots.
 *
 * In: slots that the store gave out (`enter`). Out: trigger, list, what the order holds of the balance. Owns these columns,
 * which grow with the store's. The amount held is the exact sum that `Balances` has locked for the order.
 */
import { I128Array } from '../../../core/number/i128.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import type { OrderStore } from '../order-store.ts'

const SECTION = 'spot-columns'
const VERSION = 1

export class SpotColumns {
  /** Price quanta, 0 for orders without trigger. */
  trigger: Float64Array = new Float64Array(0)
  /** RISING or FALLING while the order waits for its trigger, 0 otherwise. */
  waiting: Uint8Array = new Uint8Array(0)
  /** Id of the order list, 0 for none. */
  list: Float64Array = new Float64Array(0)
  /** Of market orders by value, 10^-8 of the quote asset. */
  quoteQuantity: Float64Array = new Float64Array(0)
  /** When the order began to work, microseconds; -1 before. */
  workingTime: Float64Array = new Float64Array(0)
  /** Locked for the order, 10^-8 of the asset that it gives. */
  readonly held: I128Array = new I128Array(0)
  /** Id of the cancellation that ended the order; empty where the venue makes it. */
  cancelId: string[] = []
  /** Client id before the last amendment; empty where there was none. */
  formerId: string[] = []
  #capacity = 0
  readonly #store: OrderStore

  constructor(store: OrderStore) {
    this.#store = store
  }

  /** Sets the columns of a slot that the store has just given out. */
  enter(slot: number): void {
    if (this.#capacity < this.#store.capacity) this.#grow(this.#store.capacity)
    this.trigger[slot] = 0
    this.waiting[slot] = 0
    this.list[slot] = 0
    this.quoteQuantity[slot] = 0
    this.workingTime[slot] = -1
    this.held.setNumber(slot, 0)
    if (this.cancelId[slot] !== '') this.cancelId[slot] = ''
    if (this.formerId[slot] !== '') this.formerId[slot] = ''
  }

  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.u32(this.#capacity)
    writer.f64s(this.trigger)
    writer.u8s(this.waiting)
    writer.f64s(this.list)
    writer.f64s(this.quoteQuantity)
    writer.f64s(this.workingTime)
    writer.u32s(this.held.words, 0, this.#capacity * 4)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    this.#grow(reader.u32())
    this.trigger.set(reader.f64s())
    this.waiting.set(reader.u8s())
    this.list.set(reader.f64s())
    this.quoteQuantity.set(reader.f64s())
    this.workingTime.set(reader.f64s())
    this.held.words.set(reader.u32s())
    reader.end()
  }

  #grow(capacity: number): void {
    this.trigger = longer(this.trigger, capacity)
    this.list = longer(this.list, capacity)
    this.quoteQuantity = longer(this.quoteQuantity, capacity)
    this.workingTime = longer(this.workingTime, capacity)
    const waiting = new Uint8Array(Math.max(capacity, this.waiting.length))
    waiting.set(this.waiting)
    this.waiting = waiting
    this.held.grow(capacity)
    for (let slot = this.cancelId.length; slot < capacity; slot++) {
      this.cancelId.push('')
      this.formerId.push('')
    }
    this.#capacity = Math.max(capacity, this.#capacity)
  }
}

function longer(column: Float64Array, length: number): Float64Array {
  const grown = new Float64Array(Math.max(length, column.length))
  grown.set(column)
  return grown
}
