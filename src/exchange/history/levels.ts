/**
 * The watched levels: those prices of the recorded books at which our own orders stand, or from which we have taken.
 *
 * In: an instrument, a side (SIDE) and a price in `seek[0]`. Out: the index of a level; its facts are the columns at it.
 * Owns: what is remembered per price (recorded quantity, what we took of it, prints that still have to show in it), the
 * order of the levels from the best to the worst, and a filter that tells in one look that a price is not watched.
 * Refuses: more levels than its capacity. A level holds orders in the chain with its own index (Orders.head).
 */
import { SIDE } from '../../core/market/book-side.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { NONE } from './orders.ts'

/** Slots of the filter: with a hundred watched prices, one look in forty finds nothing. */
const FILTER_SLOTS = 4096
const FILTER_SHIFT = 20

/** Recorded quantity of a level of which the recording has said nothing. */
export const UNKNOWN = -1

export class Levels {
  readonly capacity: number
  /** Levels that are not in use. */
  free: number
  /** Price to look for. */
  readonly seek: Float64Array = new Float64Array(1)
  /** Best watched level of `instrument * 2 + side`, or NONE; follow `next` to worse ones. */
  readonly best: Int32Array
  readonly worst: Int32Array
  readonly next: Int32Array
  readonly previous: Int32Array
  /** `instrument * 2 + side`; NONE marks a free slot. */
  readonly list: Int32Array
  /** Price quanta. */
  readonly price: Float64Array
  /** Quantity that the recording shows, in lots; UNKNOWN if it has not said. */
  readonly recorded: Float64Array
  /** Lots of `recorded` that our own orders took, which history still shows. Never more than `recorded`. */
  readonly taken: Float64Array
  /** Lots printed since the update number `tradedDuring` of the book, which the next update will show as missing. */
  readonly traded: Float64Array
  readonly tradedDuring: Float64Array
  /** Lots that the last update showed missing and no print had explained, and the venue time of that update. */
  readonly unexplained: Float64Array
  readonly updatedAt: Float64Array
  /** Watched levels of each instrument. */
  readonly watched: Int32Array
  /** Updates of each instrument's book so far. */
  readonly update: Float64Array

  readonly #filter: Uint16Array = new Uint16Array(FILTER_SLOTS)
  #free = 0

  constructor(capacity: number, instruments: number) {
    this.capacity = capacity
    this.free = capacity
    this.best = new Int32Array(instruments * 2).fill(NONE)
    this.worst = new Int32Array(instruments * 2).fill(NONE)
    this.next = new Int32Array(capacity)
    this.previous = new Int32Array(capacity)
    this.list = new Int32Array(capacity).fill(NONE)
    this.price = new Float64Array(capacity)
    this.recorded = new Float64Array(capacity)
    this.taken = new Float64Array(capacity)
    this.traded = new Float64Array(capacity)
    this.tradedDuring = new Float64Array(capacity)
    this.unexplained = new Float64Array(capacity)
    this.updatedAt = new Float64Array(capacity)
    this.watched = new Int32Array(instruments)
    this.update = new Float64Array(instruments)
    for (let level = 0; level < capacity; level++) this.next[level] = level + 1 < capacity ? level + 1 : NONE
  }

  /**
   * Index of the first pair (price, quantity) from `from[at]` on, before `end`, whose price may be watched in a list that
   * has levels; `end` if there is none. Most prices of a depth message are passed over here.
   */
  nextWatched(list: number, from: Float64Array, at: number, end: number): number {
    const filter = this.#filter
    const salt = saltOf(list >> 1)
    const asks = (list & 1) === SIDE.ask
    const best = this.price[this.best[list] as number] as number
    const worst = this.price[this.worst[list] as number] as number
    const low = asks ? best : worst
    const high = asks ? worst : best
    let i = at
    for (; i < end; i += 2) {
      const price = from[i] as number
      if (price < low || price > high) continue
      if (filter[Math.imul(price ^ salt, 0x9e3779b1) >>> FILTER_SHIFT] !== 0) break
    }
    return i
  }

  /** Level at the price in `seek`, or NONE. */
  find(list: number): number {
    const price = this.seek[0] as number
    const sell = (list & 1) === SIDE.ask
    let level = this.best[list] as number
    while (level !== NONE) {
      const other = this.price[level] as number
      if (other === price) return level
      if (sell ? other > price : other < price) return NONE
      level = this.next[level] as number
    }
    return NONE
  }

  /**
   * Level at the price in `seek`, made if need be with an unknown quantity; NONE when no more than `spare` are free. The
   * search starts behind `better`, a level at a better price, or at the best for NONE.
   */
  watch(list: number, better: number, spare: number): number {
    const price = this.seek[0] as number
    const sell = (list & 1) === SIDE.ask
    let before = better
    let level = (better === NONE ? this.best[list] : this.next[better]) as number
    while (level !== NONE) {
      const other = this.price[level] as number
      if (other === price) return level
      if (sell ? other > price : other < price) break
      before = level
      level = this.next[level] as number
    }
    return this.free > spare ? this.#insert(list, before, level) : NONE
  }

  /** Forgets a level without orders and without a memory of what we took. */
  release(level: number): void {
    const list = this.list[level] as number
    const before = this.previous[level] as number
    const after = this.next[level] as number
    if (before === NONE) this.best[list] = after
    else this.next[before] = after
    if (after === NONE) this.worst[list] = before
    else this.previous[after] = before
    const slot = slotOf(list >> 1, this.price, level)
    this.#filter[slot] = (this.#filter[slot] as number) - 1
    this.watched[list >> 1] = (this.watched[list >> 1] as number) - 1
    this.list[level] = NONE
    this.next[level] = this.#free
    this.#free = level
    this.free++
  }

  save(writer: StateWriter): void {
    writer.begin('levels', 1)
    writer.i32(this.#free)
    writer.u32(this.free)
    for (const column of this.#integers()) writer.i32s(column)
    for (const column of this.#doubles()) writer.f64s(column)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('levels', 1)
    this.#free = reader.i32()
    this.free = reader.u32()
    for (const column of [...this.#integers(), ...this.#doubles()]) reader.into(column)
    reader.end()
    this.#filter.fill(0)
    for (let level = 0; level < this.capacity; level++) {
      if (this.list[level] !== NONE) this.#count(level)
    }
  }

  #insert(list: number, before: number, after: number): number {
    const level = this.#free
    this.#free = this.next[level] as number
    this.free--
    this.list[level] = list
    this.price[level] = this.seek[0] as number
    this.recorded[level] = UNKNOWN
    this.taken[level] = 0
    this.traded[level] = 0
    this.tradedDuring[level] = 0
    this.unexplained[level] = 0
    this.updatedAt[level] = 0
    this.previous[level] = before
    this.next[level] = after
    if (before === NONE) this.best[list] = level
    else this.next[before] = level
    if (after === NONE) this.worst[list] = level
    else this.previous[after] = level
    this.#count(level)
    this.watched[list >> 1] = (this.watched[list >> 1] as number) + 1
    return level
  }

  #count(level: number): void {
    const slot = slotOf((this.list[level] as number) >> 1, this.price, level)
    this.#filter[slot] = (this.#filter[slot] as number) + 1
  }

  #doubles(): readonly Float64Array[] {
    const { price, recorded, taken, traded, tradedDuring, unexplained, updatedAt, update } = this
    return [price, recorded, taken, traded, tradedDuring, unexplained, updatedAt, update]
  }

  #integers(): readonly Int32Array[] {
    return [this.best, this.worst, this.next, this.previous, this.list, this.watched]
  }
}

function slotOf(instrument: number, from: Float64Array, at: number): number {
  return Math.imul((from[at] as number) ^ saltOf(instrument), 0x9e3779b1) >>> FILTER_SHIFT
}

function saltOf(instrument: number): number {
  return Math.imul(instrument, 0x85ebca6b)
}
