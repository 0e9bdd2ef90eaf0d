/**
 * Where clients' resting orders stand in the queues of a recorded market.
 *
 * In: orders that come to rest, leave, or lose their place, as the venue's events tell. Out: for each the lots of the
 * recording before it (`queue.ahead`), by the backtest's queue model; the watched levels with what was taken of them. Owns
 * these estimates. An order of the venue has a stand-in in `orders`, whose intent number is the venue's slot.
 * Refuses: more resting orders than STAND_INS; those expire, because nobody could say when they would be filled.
 */
import { SIDE } from '../../core/market/book-side.ts'
import { Levels, UNKNOWN } from '../history/levels.ts'
import { NONE, Orders } from '../history/orders.ts'
import { QueueModel, type Queue } from '../history/queue-model.ts'
import type { RecordedMarket } from '../history/recorded-market.ts'
import { EVENT, FIELD, FIELDS, REASON } from '../venue/events.ts'
import type { HistoryBook } from './history-book.ts'
import { HISTORY, type VenueFloor } from './venue-floor.ts'

/** Resting orders of all clients: eighty accounts with as many orders as the venue allows in one market. */
const STAND_INS = 16_384
/** Prices from which clients took and that are remembered at one time: the depth of a whole recorded book. */
const TAKEN_LEVELS = 16_384

export class UserQueues {
  readonly orders: Orders
  readonly levels: Levels
  readonly queue: QueueModel
  /** Resting orders of clients, by instrument. */
  readonly resting: Int32Array
  readonly #floor: VenueFloor
  readonly #market: RecordedMarket
  readonly #history: HistoryBook
  readonly #lots: Float64Array = new Float64Array(1)
  /** Scratch: the orders of a level and what is before them. */
  readonly #slots: number[] = []
  readonly #ahead: number[] = []
  /** Events that have been read. */
  #read = 0

  constructor(floor: VenueFloor, market: RecordedMarket, history: HistoryBook, queue: Queue) {
    const count = floor.instruments.length
    this.levels = new Levels(STAND_INS + TAKEN_LEVELS, count)
    this.orders = new Orders(STAND_INS, STAND_INS + TAKEN_LEVELS)
    this.queue = new QueueModel(this.orders, this.levels, queue)
    this.resting = new Int32Array(count)
    this.#floor = floor
    this.#market = market
    this.#history = history
  }

  /** The venue's slot of a stand-in. */
  slotOf(standIn: number): number {
    return this.orders.intent[standIn] as number
  }

  /** Watched level at a price, NONE if nothing is remembered of it. */
  find(list: number, price: number): number {
    if (this.levels.best[list] === NONE) return NONE
    this.levels.seek[0] = price
    return this.levels.find(list)
  }

  /** Best price at which a client's order rests; infinite where none does. */
  bestOf(list: number): number {
    let level = this.levels.best[list] as number
    while (level !== NONE && this.orders.head[level] === NONE) level = this.levels.next[level] as number
    if (level !== NONE) return this.levels.price[level] as number
    return (list & 1) === SIDE.ask ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  }

  /** Remembers that clients took `lots` at a price at which history offered `offered` lots before. */
  take(list: number, price: number, lots: number, offered: number): void {
    const { levels } = this
    levels.seek[0] = price
    const known = levels.find(list)
    const level = known === NONE ? levels.watch(list, NONE, STAND_INS) : known
    if (level === NONE) return
    if (levels.recorded[level] === UNKNOWN) levels.recorded[level] = offered
    levels.taken[level] = (levels.taken[level] as number) + lots
    this.#lots[0] = lots
    this.queue.advance(level, this.#lots, 0)
  }

  /** Forgets a level of which there is nothing to remember. */
  release(level: number): void {
    const { levels } = this
    if (levels.list[level] !== NONE && this.orders.head[level] === NONE && levels.taken[level] === 0)
      levels.release(level)
  }

  /** Puts a level of the venue's book in the order of its queue; `lots` are what history offers there. */
  arrange(level: number, lots: number): void {
    const list = this.levels.list[level] as number
    const { price } = this.levels
    const slots = this.#slots
    slots.length = 0
    this.#ahead.length = 0
    for (let one = this.orders.head[level] as number; one !== NONE; one = this.orders.next[one] as number) {
      // Those that have left meanwhile are told by an event that comes later.
      if (this.#floor.orders.level[this.slotOf(one)] === -1) continue
      slots.push(this.slotOf(one))
      this.#ahead.push(this.queue.ahead[one] as number)
    }
    if (slots.length === 0) this.#history.set(list >> 1, list & 1, price[level] as number, lots)
    else this.#history.arrange(list >> 1, list & 1, price[level] as number, lots, { slots, ahead: this.#ahead })
  }

  /** The venue has cleared its log. */
  recycled(): void {
    this.#read = 0
  }

  /** Follows what happened to orders since the last time. */
  follow(): void {
    const { events } = this.#floor
    for (; this.#read < events.length; this.#read++) {
      const at = this.#read * FIELDS
      const { cells } = events
      const kind = cells[at] as number
      if (kind !== EVENT.fill && !CHANGES.has(kind)) continue
      const slot = cells[at + FIELD.slot] as number
      if (cells[at + FIELD.account] !== HISTORY) this.#sync(slot, kind)
      else if (kind === EVENT.fill && cells[at + FIELD.detail] === 1) this.#took(cells, at, slot)
    }
  }

  /** A client took from history. */
  #took(cells: Float64Array, at: number, slot: number): void {
    const list = (cells[at + FIELD.instrument] as number) * 2 + (cells[at + FIELD.side] as number)
    const price = cells[at + FIELD.price] as number
    this.#market.asked[0] = price
    this.#market.lookUp(list >> 1, list & 1)
    this.take(list, price, cells[at + FIELD.quantity] as number, Math.max(0, this.#market.asked[0] as number))
    this.#floor.settled(slot)
  }

  /** An order of a client is as the store has it now. */
  #sync(slot: number, kind: number): void {
    const { orders } = this.#floor
    const standIn = this.orders.find(slot)
    const rests = orders.level[slot] !== -1
    if (standIn === NONE) {
      if (rests) this.#join(slot)
      return
    }
    const price = this.levels.price[this.orders.chain[standIn] as number]
    const moved = price !== orders.price[slot] || (kind === EVENT.amended && !this.#floor.amendKeepsPlace)
    if (rests && !moved) return
    this.#leave(standIn)
    if (rests) this.#join(slot)
  }

  #join(slot: number): void {
    const { orders, matcher } = this.#floor
    const { asked } = this.#market
    const list = (orders.instrument[slot] as number) * 2 + (orders.side[slot] as number)
    asked[0] = orders.price[slot] as number
    this.levels.seek[0] = asked[0]
    const level = this.levels.watch(list, NONE, 0)
    const standIn = level === NONE ? NONE : this.orders.add(slot)
    if (standIn < 0) {
      matcher.expire(slot, REASON.noLiquidity)
      return
    }
    this.#market.lookUp(list >> 1, list & 1)
    this.queue.join(standIn, level, asked)
    this.orders.instrument[standIn] = list >> 1
    this.orders.append(level, standIn)
    this.resting[list >> 1] = (this.resting[list >> 1] as number) + 1
  }

  #leave(standIn: number): void {
    const level = this.orders.chain[standIn] as number
    const instrument = this.orders.instrument[standIn] as number
    this.orders.unchain(standIn)
    this.orders.remove(standIn)
    this.resting[instrument] = (this.resting[instrument] as number) - 1
    this.release(level)
  }
}

/** Events after which an order may rest, no longer rest, or rest elsewhere. */
const CHANGES: ReadonlySet<number> = new Set([
  EVENT.accepted,
  EVENT.canceled,
  EVENT.expired,
  EVENT.amended,
  EVENT.prevented,
])
