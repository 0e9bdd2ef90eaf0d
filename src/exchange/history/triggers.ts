/**
 * Orders that wait for a trigger price, and when they have waited long enough.
 *
 * In: prices. Out: whether an order is due. Owns the bounds that tell in two comparisons that no order of an instrument is.
 * A stop buy and a take-profit sell are due at or above their trigger, a stop sell and a take-profit buy at or below it.
 * The price is that of the last trade (the venue's contract price); on instruments without trades it is the price that the
 * order would trade at: the best ask for purchases, the best bid for sales.
 */
import { ORDER_TYPE } from '../../core/tape/kinds.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import type { Floor } from './floor.ts'
import { NONE, WAITS_FOR } from './orders.ts'
import { FACT, FACTS, SEEN, type RecordedMarket } from './recorded-market.ts'

export class Triggers {
  /** Lowest trigger of the orders that wait for a rise, highest of those that wait for a fall: `instrument * 2`, `+ 1`. */
  readonly bounds: Float64Array
  readonly #floor: Floor
  readonly #market: RecordedMarket
  readonly #firstChain: number

  /** The orders of instrument i wait in the chain `firstChain + i`. */
  constructor(floor: Floor, market: RecordedMarket, firstChain: number) {
    this.#floor = floor
    this.#market = market
    this.#firstChain = firstChain
    this.bounds = new Float64Array(floor.instruments.length * 2)
    for (let i = 0; i < floor.instruments.length; i++) this.#clearBounds(i)
  }

  /** First order of an instrument that waits for its trigger, or NONE; follow `orders.next`. */
  first(instrument: number): number {
    return this.#floor.orders.head[this.#firstChain + instrument] as number
  }

  /** Lets an order wait for its trigger. */
  add(slot: number): void {
    const instrument = this.#floor.orders.instrument[slot] as number
    this.#floor.wait(slot, WAITS_FOR.trigger, this.#firstChain + instrument)
    this.#include(instrument, slot)
  }

  /** True when the order is due on a rise of the price, false on a fall. */
  rises(slot: number): boolean {
    return isStop(this.#floor.orders.type[slot] as number) !== this.#floor.isSell(slot)
  }

  /** Whether an order is due at the market's present price. Without any price it is not. */
  isDue(slot: number): boolean {
    const { orders } = this.#floor
    const instrument = orders.instrument[slot] as number
    const { facts } = this.#market
    const at = instrument * FACTS
    const trigger = orders.trigger[slot] as number
    const hasTrades = ((this.#market.seen[instrument] as number) & (SEEN.trade | SEEN.aggregate)) !== 0
    const price = (
      hasTrades || this.#market.waitsForCandles(instrument)
        ? facts[at + FACT.last]
        : facts[at + (this.#floor.isSell(slot) ? FACT.bid : FACT.ask)]
    ) as number
    if (!(price > 0) || price === Number.POSITIVE_INFINITY) return false
    return this.rises(slot) ? price >= trigger : price <= trigger
  }

  /** Makes the bounds of an instrument anew from the orders that still wait. */
  renewBounds(instrument: number): void {
    this.#clearBounds(instrument)
    for (let slot = this.first(instrument); slot !== NONE; slot = this.#floor.orders.next[slot] as number)
      this.#include(instrument, slot)
  }

  save(writer: StateWriter): void {
    writer.begin('triggers', 1)
    writer.f64s(this.bounds)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('triggers', 1)
    reader.into(this.bounds)
    reader.end()
  }

  #clearBounds(instrument: number): void {
    this.bounds[instrument * 2] = Number.POSITIVE_INFINITY
    this.bounds[instrument * 2 + 1] = Number.NEGATIVE_INFINITY
  }

  #include(instrument: number, slot: number): void {
    const trigger = this.#floor.orders.trigger[slot] as number
    const { bounds } = this
    if (this.rises(slot)) bounds[instrument * 2] = Math.min(bounds[instrument * 2] as number, trigger)
    else bounds[instrument * 2 + 1] = Math.max(bounds[instrument * 2 + 1] as number, trigger)
  }
}

/** Whether an ORDER_TYPE is a stop, not a take-profit. */
export function isStop(type: number): boolean {
  return type === ORDER_TYPE.stopMarket || type === ORDER_TYPE.stopLimit
}
