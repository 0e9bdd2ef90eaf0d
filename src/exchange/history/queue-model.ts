/**
 * How many lots stand before each of our resting orders: the queue estimator.
 *
 * In: orders that join a level, prints at a level's price, and the level's recorded quantity after each update of the book.
 * Out: `ahead`, by order; Infinity while the recording has not told the level's quantity. Owns that estimate and nothing
 * else: fills are resting.ts. An order joins behind all of the recorded quantity that we have not taken ourselves.
 *
 * Conservative: only prints at the price advance the queue. Everything that leaves without a print stood behind us.
 *
 * Probabilistic: what leaves without a print is cancelled, partly from before us. With f lots before and b behind us, a
 * cancelled lot stood behind with the probability b^3 / (b^3 + f^3): the "power probability queue model" (exponent 3) as
 * hftbacktest has it, after Rigtorp's estimator of queue positions in level-2 data. Expected lots are used, rounded
 * against us. A decrease that prints explain is not counted again as cancels: prints at a price since the book's last
 * update are set against the decrease that the next update shows there; a print that carries the venue time of the update
 * before it is set against what that update showed as missing, whose cancels are then taken back. And nothing more can
 * stand before us than the level holds.
 */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { UNKNOWN, type Levels } from './levels.ts'
import { NONE, type Orders } from './orders.ts'

export const QUEUE = ['conservative', 'probabilistic'] as const
export type Queue = (typeof QUEUE)[number]

export class QueueModel {
  /** Lots before each order, by slot. */
  readonly ahead: Float64Array
  /** [venue time of the row being taken, microseconds] */
  readonly now: Float64Array = new Float64Array(1)
  /** Lots by which the level's last update advanced each order. */
  readonly #advanced: Float64Array
  readonly #orders: Orders
  readonly #levels: Levels
  readonly #probabilistic: boolean

  constructor(orders: Orders, levels: Levels, queue: Queue) {
    if (!QUEUE.includes(queue)) throw new RangeError(`queue model ${String(queue)} is none of ${QUEUE.join(', ')}`)
    this.ahead = new Float64Array(orders.capacity)
    this.#advanced = new Float64Array(orders.capacity)
    this.#orders = orders
    this.#levels = levels
    this.#probabilistic = queue === 'probabilistic'
  }

  /** An order comes to rest at a level that shows `recorded[0]` lots, or UNKNOWN. */
  join(slot: number, level: number, recorded: Float64Array): void {
    const quantity = recorded[0] as number
    if (this.#levels.recorded[level] === UNKNOWN) this.#levels.recorded[level] = quantity
    const taken = this.#levels.taken[level] as number
    this.ahead[slot] = quantity === UNKNOWN ? Number.POSITIVE_INFINITY : Math.max(0, quantity - taken)
    this.#advanced[slot] = 0
  }

  /** A print of `lots[0]` is about to be set against the queue at its price: matches it with the last update's decrease. */
  beforePrint(level: number, lots: Float64Array): void {
    const { traded, tradedDuring, unexplained, updatedAt, update, list } = this.#levels
    if (!this.#probabilistic) return
    let quantity = lots[0] as number
    const missing = unexplained[level] as number
    if (missing > 0 && updatedAt[level] === this.now[0]) {
      const matched = Math.min(quantity, missing)
      quantity -= matched
      unexplained[level] = missing - matched
      for (let slot = this.#orders.head[level] as number; slot !== NONE; slot = this.#orders.next[slot] as number) {
        this.ahead[slot] = (this.ahead[slot] as number) + (this.#advanced[slot] as number)
        this.#advanced[slot] = 0
      }
    }
    const during = update[(list[level] as number) >> 1] as number
    traded[level] = (tradedDuring[level] === during ? (traded[level] as number) : 0) + quantity
    tradedDuring[level] = during
  }

  /** The print has been set against the queue; what the last update still leaves unexplained was cancelled after all. */
  afterPrint(level: number): void {
    const { unexplained, updatedAt, recorded } = this.#levels
    const missing = unexplained[level] as number
    if (!this.#probabilistic || missing === 0 || updatedAt[level] !== this.now[0]) return
    this.#cancel(level, (recorded[level] as number) + missing, missing)
  }

  /** `from[at]` lots left the queue of a level at its front: prints, or what our own taker took. */
  advance(level: number, from: Float64Array, at: number): void {
    const lots = from[at] as number
    if (lots === 0) return
    for (let slot = this.#orders.head[level] as number; slot !== NONE; slot = this.#orders.next[slot] as number)
      this.ahead[slot] = Math.max(0, (this.ahead[slot] as number) - lots)
  }

  /**
   * The recording shows `from[at]` lots at a level now, or UNKNOWN where it no longer reaches. `continues` says that this is
   * an update of what was shown before; otherwise (after a gap) the difference tells nothing about cancels.
   */
  show(level: number, from: Float64Array, at: number, continues: boolean): void {
    const levels = this.#levels
    const quantity = from[at] as number
    const before = levels.recorded[level] as number
    levels.recorded[level] = quantity
    if (quantity === UNKNOWN) return
    if ((levels.taken[level] as number) > quantity) levels.taken[level] = quantity
    if (this.#orders.head[level] === NONE) return
    levels.unexplained[level] = 0
    if (before === UNKNOWN) this.#learn(level)
    else if (this.#probabilistic && quantity < before) {
      const during = levels.update[(levels.list[level] as number) >> 1] as number
      const traded = levels.tradedDuring[level] === during ? (levels.traded[level] as number) : 0
      const missing = before - quantity - traded
      if (continues && missing > 0) {
        levels.unexplained[level] = missing
        levels.updatedAt[level] = this.now[0] as number
        this.#cancel(level, quantity + missing, missing)
      }
    }
    if (this.#probabilistic) this.#bound(level)
  }

  save(writer: StateWriter): void {
    writer.begin('queue-model', 1)
    writer.f64s(this.ahead)
    writer.f64s(this.#advanced)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('queue-model', 1)
    reader.into(this.ahead)
    reader.into(this.#advanced)
    reader.end()
  }

  /** The level's quantity is known for the first time: all of it may stand before the orders that came without knowing. */
  #learn(level: number): void {
    const quantity = this.#levels.recorded[level] as number
    for (let slot = this.#orders.head[level] as number; slot !== NONE; slot = this.#orders.next[slot] as number)
      if (this.ahead[slot] === Number.POSITIVE_INFINITY) this.ahead[slot] = quantity
  }

  /** Of `whole` lots at a level, `cancelled` have left without a print. */
  #cancel(level: number, whole: number, cancelled: number): void {
    const { next, head } = this.#orders
    let least = 0
    for (let slot = head[level] as number; slot !== NONE; slot = next[slot] as number) {
      const front = this.ahead[slot] as number
      if (front === Number.POSITIVE_INFINITY) continue
      const back = Math.max(0, whole - front)
      const backCubed = back * back * back
      const frontCubed = front * front * front
      const behind = front === 0 ? cancelled : (cancelled * backCubed) / (backCubed + frontCubed)
      // More cannot have left from behind than stood there.
      const fromFront = cancelled - Math.min(behind, back)
      const left = Math.min(front, Math.max(least, Math.ceil(front - fromFront), 0))
      this.#advanced[slot] = front - left
      this.ahead[slot] = left
      least = left
    }
  }

  #bound(level: number): void {
    const most = this.#levels.recorded[level] as number
    for (let slot = this.#orders.head[level] as number; slot !== NONE; slot = this.#orders.next[slot] as number)
      if ((this.ahead[slot] as number) > most) this.ahead[slot] = most
  }
}
