/**
 * The book of one instrument: levels of resting orders, first come first served at each price.
 *
 * In: orders of the store, added and taken out by slot. Out: levels, best first: `best(side)`, then `next(level)` until
 * -1, with `price`, `quantity` (total remaining lots) and `orders` of each; the orders of a level from `first[level]` along
 * the store's `behind`. Owns: the levels and `updateId`, which rises by one with each level change that is published.
 * A change is published by `publish` at the end of a request: each level whose total is not what was last said is told
 * once. Until then an emptied level stays in the list with quantity 0, so that a level index is valid during a request;
 * between requests no level is empty.
 * Prices are found through pages (`price-pages.ts`), neighbours through the list: the crowd near the touch and a lone order
 * far away cost the same. Prices that are no multiple of the tick are taken too: the finer step is found then.
 */
import { commonStep } from '../../core/market/common-step.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { EVENT, FIELD, type EventLog } from './events.ts'
import type { OrderStore } from './order-store.ts'
import { PricePages } from './price-pages.ts'
import { BUY } from './requests.ts'

const FIRST_LEVELS = 64
const SECTION = 'order-book'
const VERSION = 1

export class OrderBook {
  readonly instrument: number
  /** Rises with every published change of a level. */
  updateId = 0
  /** By level: its side, price, total of remaining lots, number of orders, first and last order, neighbours. */
  side: Uint8Array = new Uint8Array(FIRST_LEVELS)
  price: Float64Array = new Float64Array(FIRST_LEVELS)
  quantity: Float64Array = new Float64Array(FIRST_LEVELS)
  orders: Int32Array = new Int32Array(FIRST_LEVELS)
  first: Int32Array = new Int32Array(FIRST_LEVELS)
  last: Int32Array = new Int32Array(FIRST_LEVELS)
  /** Next better and next worse level of the side, -1 for none. */
  better: Int32Array = new Int32Array(FIRST_LEVELS)
  worse: Int32Array = new Int32Array(FIRST_LEVELS)
  /** Cell of its price in the pages. */
  #cell: Int32Array = new Int32Array(FIRST_LEVELS)
  /** Total that was published last. */
  #shown: Float64Array = new Float64Array(FIRST_LEVELS)
  /** Levels changed since `publish`, each once. */
  #changed: Int32Array = new Int32Array(FIRST_LEVELS)
  #isChanged: Uint8Array = new Uint8Array(FIRST_LEVELS)
  #changedCount = 0
  #free: Int32Array = new Int32Array(FIRST_LEVELS)
  #freeCount = 0
  #used = 0
  /** Best level by side; may be empty during a request. */
  readonly #best: Int32Array = Int32Array.of(-1, -1)
  readonly #store: OrderStore
  /** Step of prices in quanta. */
  #unit: number
  #bids: PricePages = new PricePages()
  #asks: PricePages = new PricePages()

  constructor(instrument: number, tick: number, store: OrderStore) {
    this.instrument = instrument
    this.#unit = tick
    this.#store = store
  }

  /** Best level of a side that holds an order, -1 if there is none. */
  best(side: number): number {
    const level = this.#best[side] as number
    return level === -1 || this.orders[level] !== 0 ? level : this.next(level)
  }

  /** Next worse level that holds an order, -1 behind the last. */
  next(level: number): number {
    do level = this.worse[level] as number
    while (level !== -1 && this.orders[level] === 0)
    return level
  }

  /** The n-th best level of a side, beginning with 1; -1 where there are fewer. */
  nth(side: number, n: number): number {
    let level = this.best(side)
    for (let i = 1; i < n && level !== -1; i++) level = this.next(level)
    return level
  }

  /** Total at a price, 0 if there is no order. */
  quantityAt(side: number, price: number): number {
    const level = this.levelAt(side, price)
    return level === -1 ? 0 : (this.quantity[level] as number)
  }

  /** Level at a price, -1 for none; during a request it may be empty. */
  levelAt(side: number, price: number): number {
    const tick = price / this.#unit
    if (tick !== Math.floor(tick)) return -1
    return side === BUY ? this.#bids.get(tick) : this.#asks.get(-tick)
  }

  /** Puts an order with its remaining lots at the end of the queue at its price. */
  add(slot: number): void {
    const store = this.#store
    const side = store.side[slot] as number
    const price = store.price[slot] as number
    const tick = price / this.#unit
    if (tick !== Math.floor(tick)) this.#refine(price)
    const rank = side === BUY ? price / this.#unit : -price / this.#unit
    const pages = side === BUY ? this.#bids : this.#asks
    const cell = pages.cellOf(rank)
    let level = pages.levels[cell] as number
    if (level === -1) {
      level = this.#newLevel()
      this.side[level] = side
      this.price[level] = price
      this.#cell[level] = cell
      this.#link(side, level, pages.hold(rank, cell, level))
    }
    const last = this.last[level] as number
    store.level[slot] = level
    store.before[slot] = last
    store.behind[slot] = -1
    if (last === -1) this.first[level] = slot
    else store.behind[last] = slot
    this.last[level] = slot
    this.orders[level] = (this.orders[level] as number) + 1
    this.quantity[level] = (this.quantity[level] as number) + (store.remaining[slot] as number)
    this.#note(level)
  }

  /** Takes a resting order with its remaining lots out. */
  remove(slot: number): void {
    const store = this.#store
    const level = store.level[slot] as number
    const before = store.before[slot] as number
    const behind = store.behind[slot] as number
    if (before === -1) this.first[level] = behind
    else store.behind[before] = behind
    if (behind === -1) this.last[level] = before
    else store.before[behind] = before
    store.level[slot] = -1
    this.orders[level] = (this.orders[level] as number) - 1
    this.quantity[level] = (this.quantity[level] as number) - (store.remaining[slot] as number)
    this.#note(level)
  }

  /** Says that the remaining lots of a resting order became `lots` fewer. */
  shrink(slot: number, lots: number): void {
    const level = this.#store.level[slot] as number
    this.quantity[level] = (this.quantity[level] as number) - lots
    this.#note(level)
  }

  /** Appends a `level` event for each level whose total is not what was last said, and drops the empty ones. */
  publish(events: EventLog, time: Float64Array): void {
    for (let i = 0; i < this.#changedCount; i++) {
      const level = this.#changed[i] as number
      const quantity = this.quantity[level] as number
      this.#isChanged[level] = 0
      if (quantity !== this.#shown[level]) {
        const at = events.append(EVENT.level)
        const { cells } = events
        cells[at + FIELD.time] = time[0] as number
        cells[at + FIELD.instrument] = this.instrument
        cells[at + FIELD.side] = this.side[level] as number
        cells[at + FIELD.price] = this.price[level] as number
        cells[at + FIELD.quantity] = quantity
        cells[at + FIELD.tradeId] = ++this.updateId
        this.#shown[level] = quantity
      }
      if (this.orders[level] === 0) this.#drop(level)
    }
    this.#changedCount = 0
  }

  /** True when nothing waits to be published. */
  get isPublished(): boolean {
    return this.#changedCount === 0
  }

  /** Writes the levels; the orders are the store's. Everything must have been published. */
  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.f64(this.updateId)
    writer.f64(this.#unit)
    for (let side = 0; side < 2; side++) {
      let count = 0
      for (let level = this.best(side); level !== -1; level = this.worse[level] as number) count++
      writer.u32(count)
      for (let level = this.best(side); level !== -1; level = this.worse[level] as number)
        writer.i32(this.first[level] as number)
    }
    writer.end()
  }

  /** Becomes the saved book. The store is loaded before. */
  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    this.updateId = reader.f64()
    this.#unit = reader.f64()
    this.#bids = new PricePages()
    this.#asks = new PricePages()
    this.#used = 0
    this.#freeCount = 0
    this.#changedCount = 0
    this.#best.fill(-1)
    for (let side = 0; side < 2; side++) {
      for (let count = reader.u32(); count > 0; count--) {
        for (let slot = reader.i32(); slot !== -1;) {
          const behind = this.#store.behind[slot] as number
          this.add(slot)
          slot = behind
        }
      }
    }
    for (let i = 0; i < this.#changedCount; i++) {
      const level = this.#changed[i] as number
      this.#isChanged[level] = 0
      this.#shown[level] = this.quantity[level] as number
    }
    this.#changedCount = 0
    reader.end()
  }

  #note(level: number): void {
    if (this.#isChanged[level] === 1) return
    this.#isChanged[level] = 1
    this.#changed[this.#changedCount++] = level
  }

  #newLevel(): number {
    if (this.#freeCount === 0 && this.#used === this.price.length) this.#grow()
    const level = this.#freeCount > 0 ? (this.#free[--this.#freeCount] as number) : this.#used++
    this.quantity[level] = 0
    this.orders[level] = 0
    this.first[level] = -1
    this.last[level] = -1
    this.#shown[level] = 0
    return level
  }

  #link(side: number, level: number, better: number): void {
    const worse = better === -1 ? (this.#best[side] as number) : (this.worse[better] as number)
    this.better[level] = better
    this.worse[level] = worse
    if (worse !== -1) this.better[worse] = level
    if (better === -1) this.#best[side] = level
    else this.worse[better] = level
  }

  #drop(level: number): void {
    const side = this.side[level] as number
    const better = this.better[level] as number
    const worse = this.worse[level] as number
    if (worse !== -1) this.better[worse] = better
    if (better === -1) this.#best[side] = worse
    else this.worse[better] = worse
    const tick = (this.price[level] as number) / this.#unit
    if (side === BUY) this.#bids.release(tick, this.#cell[level] as number)
    else this.#asks.release(-tick, this.#cell[level] as number)
    this.#free[this.#freeCount++] = level
  }

  /** Finds the step of which `price` is a multiple too and lays the pages anew. */
  #refine(price: number): void {
    this.#unit = commonStep(this.#unit, price)
    this.#bids = new PricePages()
    this.#asks = new PricePages()
    for (let side = 0; side < 2; side++) {
      const pages = side === BUY ? this.#bids : this.#asks
      for (let level = this.#best[side] as number; level !== -1; level = this.worse[level] as number) {
        const tick = (this.price[level] as number) / this.#unit
        const rank = side === BUY ? tick : -tick
        const cell = pages.cellOf(rank)
        this.#cell[level] = cell
        pages.hold(rank, cell, level)
      }
    }
  }

  #grow(): void {
    const length = this.price.length * 2
    this.price = widened(this.price, new Float64Array(length))
    this.quantity = widened(this.quantity, new Float64Array(length))
    this.#shown = widened(this.#shown, new Float64Array(length))
    this.orders = widened(this.orders, new Int32Array(length))
    this.first = widened(this.first, new Int32Array(length))
    this.last = widened(this.last, new Int32Array(length))
    this.better = widened(this.better, new Int32Array(length))
    this.worse = widened(this.worse, new Int32Array(length))
    this.#changed = widened(this.#changed, new Int32Array(length))
    this.#cell = widened(this.#cell, new Int32Array(length))
    this.#free = widened(this.#free, new Int32Array(length))
    this.side = widened(this.side, new Uint8Array(length))
    this.#isChanged = widened(this.#isChanged, new Uint8Array(length))
  }
}

function widened<Column extends Float64Array | Int32Array | Uint8Array>(from: Column, to: Column): Column {
  to.set(from)
  return to
}
