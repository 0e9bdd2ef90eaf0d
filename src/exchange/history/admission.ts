/**
 * Whether an order may meet the market now, on arrival or when its trigger has been reached.
 *
 * In: an order with its facts in `Orders`. Out: the venue's code against it, or 0 with its funds held. Owns the order of
 * these checks: something to reduce, funds, and last what only the market can refuse (post-only, price band, fill-or-kill).
 *
 * A market order holds funds at the highest price it will meet, in candles at the last close. On spot a fill-or-kill order
 * that cannot be filled is accepted and expires, and so does a market order that the price band stops; derivatives refuse
 * both.
 */
import { hasLimitPrice } from '../../core/market/filters.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { ORDER_STATUS, TIME_IN_FORCE } from '../../core/tape/kinds.ts'
import { rejectionCode, REJECTION } from './errors.ts'
import type { Floor } from './floor.ts'
import { FACT, FACTS, type RecordedMarket } from './recorded-market.ts'
import { FOUND, type Taker } from './taker.ts'

export class Admission {
  readonly #floor: Floor
  readonly #market: RecordedMarket
  readonly #taker: Taker

  constructor(floor: Floor, market: RecordedMarket, taker: Taker) {
    this.#floor = floor
    this.#market = market
    this.#taker = taker
  }

  /** The code against an order that is to meet the market now; 0, and its funds are held, if there is none. */
  admit(slot: number): number {
    const floor = this.#floor
    const { orders } = floor
    const instrument = orders.instrument[slot] as number
    const { market } = floor.instruments[instrument] as Instrument
    if (floor.isReduceOnly(slot) && floor.closable(instrument, floor.isSell(slot)) === 0)
      return rejectionCode(market, REJECTION.reduceOnly)
    const byCandles = this.#market.waitsForCandles(instrument)
    const limited = hasLimitPrice(orders.type[slot] as number)
    const allOrNothing = limited && orders.timeInForce[slot] === TIME_IN_FORCE.fillOrKill
    if (byCandles) {
      if (!limited) this.#writeExpectedPrice(slot)
    } else if (!limited || allOrNothing) {
      this.#taker.probe(slot)
      if (!limited) this.#writeHighestPrice(slot)
    }
    if (!floor.hold(slot)) return rejectionCode(market, REJECTION.insufficientFunds)
    if (orders.timeInForce[slot] === TIME_IN_FORCE.postOnly) {
      const takes = byCandles ? this.#meetsLast(slot) : this.#taker.wouldTake(slot)
      return takes ? rejectionCode(market, REJECTION.postOnlyWouldTake) : 0
    }
    if (byCandles || market === 'spot') return 0
    if (!limited && this.#taker.outsideBand && this.#taker.found[FOUND.quantity] === 0)
      return rejectionCode(market, REJECTION.outsideBand)
    if (allOrNothing && !this.#taker.foundAll(slot)) return rejectionCode(market, REJECTION.cannotFillAtOnce)
    return 0
  }

  /**
   * Takes an order out of its wait for the trigger and judges it as one that arrives now; false if it ended with that.
   * An order that has nothing to reduce any more expires.
   */
  trigger(slot: number): boolean {
    const floor = this.#floor
    const { orders } = floor
    orders.unchain(slot)
    orders.fresh[slot] = 0
    floor.events.update(orders, slot, ORDER_STATUS.triggered, 0)
    const code = this.admit(slot)
    if (code === 0) return true
    const nothingToReduce = code === rejectionCode('linear', REJECTION.reduceOnly)
    floor.finish(slot, nothingToReduce ? ORDER_STATUS.expired : ORDER_STATUS.rejected, code)
    return false
  }

  /** A market order's price for counting funds: the highest of those found, 0 when nothing was found. */
  #writeHighestPrice(slot: number): void {
    const { found } = this.#taker
    this.#floor.orders.price[slot] = Math.max(found[FOUND.bestPrice] as number, found[FOUND.worstPrice] as number)
  }

  /** The same where candles are all that is known: the last price, 0 before the first candle. */
  #writeExpectedPrice(slot: number): void {
    const { orders } = this.#floor
    orders.price[slot] = this.#market.facts[(orders.instrument[slot] as number) * FACTS + FACT.last] as number
  }

  /** Whether a limit order reaches the last price: with candles, that is all that tells whether it would take. */
  #meetsLast(slot: number): boolean {
    const { orders } = this.#floor
    const last = this.#market.facts[(orders.instrument[slot] as number) * FACTS + FACT.last] as number
    const price = orders.price[slot] as number
    if (last === 0) return false
    return this.#floor.isSell(slot) ? price <= last : price >= last
  }
}
