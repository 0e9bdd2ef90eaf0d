/**
 * Orders and cancels as they reach the venue: judged, answered, matched.
 *
 * In: INTENT rows that arrive now, our numbers of orders to cancel, prices that trigger what waited for them. Out: event
 * rows. Owns the order of the checks: symbol, type, time in force, number, capacity, filters, trigger already reached, then
 * what admission.ts judges. Refuses with the venue's code, and then nothing is kept of the order.
 *
 * What a market or immediate order finds no counterparty for expires; a limit order's rest stays in the book.
 */
import { checkFilters, FILTER, FILTER_INPUT, hasLimitPrice, hasTrigger } from '../../core/market/filters.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { INTENT, ORDER_FLAGS, ORDER_STATUS, ORDER_TYPE, TIME_IN_FORCE } from '../../core/tape/kinds.ts'
import { HEAD, NO_INSTRUMENT, ROW_BYTES, ROW_SLOTS, ROW_WORDS } from '../../core/tape/layout.ts'
import { instrumentOf, type RowBuffer } from '../../core/tape/row-buffer.ts'
import type { Admission } from './admission.ts'
import type { CandleFills } from './candle-fills.ts'
import { filterErrorCode, rejectionCode, REJECTION } from './errors.ts'
import type { Floor } from './floor.ts'
import { ADD_FAILED, NONE } from './orders.ts'
import type { QueueModel } from './queue-model.ts'
import type { RecordedMarket } from './recorded-market.ts'
import type { Taker } from './taker.ts'
import type { Triggers } from './triggers.ts'

export interface ArrivalParts {
  readonly floor: Floor
  readonly market: RecordedMarket
  readonly queue: QueueModel
  readonly taker: Taker
  readonly triggers: Triggers
  readonly admission: Admission
  readonly candles: CandleFills
}

export class Arrivals {
  readonly #floor: Floor
  readonly #market: RecordedMarket
  readonly #queue: QueueModel
  readonly #taker: Taker
  readonly #triggers: Triggers
  readonly #admission: Admission
  readonly #candles: CandleFills
  readonly #input: Float64Array = new Float64Array(FILTER_INPUT.length)

  constructor(parts: ArrivalParts) {
    this.#floor = parts.floor
    this.#market = parts.market
    this.#queue = parts.queue
    this.#taker = parts.taker
    this.#triggers = parts.triggers
    this.#admission = parts.admission
    this.#candles = parts.candles
  }

  /** The INTENT row at `row` arrives. */
  place(buffer: RowBuffer, row: number): void {
    const { orders, events, instruments, active, account } = this.#floor
    const instrument = instrumentOf(buffer, row)
    const intent = buffer.u32[row * ROW_WORDS + INTENT.intentByte / 4] as number
    const type = buffer.u8[row * ROW_BYTES + INTENT.typeByte] as number
    const timeInForce = buffer.u8[row * ROW_BYTES + INTENT.timeInForceByte] as number
    const refused = this.#judgeForm(instrument, type, timeInForce)
    const slot = refused === 0 ? orders.add(intent) : NONE
    if (slot < 0) {
      const market = instruments[instrument]?.market ?? 'linear'
      const full = slot === ADD_FAILED.full ? REJECTION.tooManyOrders : REJECTION.duplicateId
      events.refuse(instrument, intent, ORDER_STATUS.rejected, rejectionCode(market, refused === 0 ? full : refused))
      return
    }
    const at = row * ROW_SLOTS
    orders.instrument[slot] = instrument
    orders.flags[slot] = buffer.u8[row * ROW_BYTES + HEAD.flags] as number
    orders.type[slot] = type
    orders.timeInForce[slot] = hasLimitPrice(type) ? timeInForce : TIME_IN_FORCE.immediateOrCancel
    orders.price[slot] = hasLimitPrice(type) ? (buffer.f64[at + INTENT.price] as number) : 0
    orders.quantity[slot] = buffer.f64[at + INTENT.quantity] as number
    orders.trigger[slot] = hasTrigger(type) ? (buffer.f64[at + INTENT.trigger] as number) : 0
    const code = this.#judge(slot)
    if (code !== 0) {
      if (orders.funded[slot] !== 0) account.release(instrument, this.#floor.isSell(slot))
      orders.remove(slot)
      events.refuse(instrument, intent, ORDER_STATUS.rejected, code)
      return
    }
    active[instrument] = (active[instrument] as number) + 1
    events.update(orders, slot, ORDER_STATUS.accepted, 0)
    if (this.#market.waitsForCandles(instrument)) this.#candles.noteArrival(slot)
    if (hasTrigger(type)) this.#triggers.add(slot)
    else this.#execute(slot)
  }

  /** The wish to cancel the order with our number `intent` arrives. */
  cancel(intent: number): void {
    const { orders, events } = this.#floor
    const slot = orders.find(intent)
    if (slot !== NONE) this.#floor.finish(slot, ORDER_STATUS.cancelled, 0)
    else
      events.refuse(NO_INSTRUMENT, intent, ORDER_STATUS.cancelRejected, rejectionCode('linear', REJECTION.unknownOrder))
  }

  /** The price of an instrument has passed a bound of its triggers: whoever is due becomes a market or limit order. */
  fireTriggers(instrument: number): void {
    const { orders } = this.#floor
    let slot = this.#triggers.first(instrument)
    while (slot !== NONE) {
      const next = orders.next[slot] as number
      if (this.#triggers.isDue(slot) && this.#admission.trigger(slot)) this.#execute(slot)
      slot = next
    }
    this.#triggers.renewBounds(instrument)
  }

  /** Lets orders that waited for a candle meet a market that other rows have begun to tell of. */
  releaseWaiting(instrument: number): void {
    const { orders } = this.#floor
    let slot = this.#candles.first(instrument)
    while (slot !== NONE) {
      const next = orders.next[slot] as number
      orders.unchain(slot)
      this.#execute(slot)
      slot = next
    }
  }

  /** Refusals that need no order: a REJECTION, or 0. */
  #judgeForm(instrument: number, type: number, timeInForce: number): number {
    if (instrument >= this.#floor.instruments.length || !this.#floor.account.supports(instrument))
      return REJECTION.invalidSymbol
    if (type < ORDER_TYPE.market || type > ORDER_TYPE.takeProfitLimit) return REJECTION.invalidOrderType
    if (!hasLimitPrice(type)) return 0
    const known = timeInForce >= TIME_IN_FORCE.goodTillCancel && timeInForce <= TIME_IN_FORCE.postOnly
    return known ? 0 : REJECTION.invalidTimeInForce
  }

  /** The venue's code against an arriving order, 0 for none. */
  #judge(slot: number): number {
    const { orders, instruments } = this.#floor
    const instrument = orders.instrument[slot] as number
    const rules = instruments[instrument] as Instrument
    const type = orders.type[slot] as number
    const input = this.#input
    input[FILTER_INPUT.price] = orders.price[slot] as number
    input[FILTER_INPUT.quantity] = orders.quantity[slot] as number
    input[FILTER_INPUT.trigger] = orders.trigger[slot] as number
    this.#market.writeReference(instrument, input, FILTER_INPUT.reference)
    const flags = (orders.flags[slot] as number) & (this.#floor.isReduceOnly(slot) ? 0xff : ~ORDER_FLAGS.reduceOnly)
    const filter = checkFilters(rules, type, flags, input)
    if (filter !== FILTER.passed) return filterErrorCode(rules.market, filter)
    if (!hasTrigger(type)) return this.#admission.admit(slot)
    if (this.#floor.isReduceOnly(slot) && this.#floor.closable(instrument, this.#floor.isSell(slot)) === 0)
      return rejectionCode(rules.market, REJECTION.reduceOnly)
    return this.#triggers.isDue(slot) ? rejectionCode(rules.market, REJECTION.wouldTrigger) : 0
  }

  /** Lets an accepted order trade, and rest or end with what is left of it. */
  #execute(slot: number): void {
    const floor = this.#floor
    const { orders } = floor
    const instrument = orders.instrument[slot] as number
    if (this.#market.waitsForCandles(instrument)) {
      this.#candles.arrive(slot)
      return
    }
    const timeInForce = orders.timeInForce[slot] as number
    const limited = hasLimitPrice(orders.type[slot] as number)
    if (limited && timeInForce === TIME_IN_FORCE.fillOrKill) {
      this.#taker.probe(slot)
      if (!this.#taker.foundAll(slot)) {
        floor.finish(slot, ORDER_STATUS.expired, 0)
        return
      }
    }
    if (timeInForce !== TIME_IN_FORCE.postOnly && !this.#taker.take(slot)) return
    const rests = timeInForce === TIME_IN_FORCE.goodTillCancel || timeInForce === TIME_IN_FORCE.postOnly
    floor.writeWanted(slot)
    if (limited && rests && (floor.wanted[0] as number) > 0) this.#rest(slot)
    else floor.finish(slot, ORDER_STATUS.expired, 0)
  }

  #rest(slot: number): void {
    const { orders, levels } = this.#floor
    const list = this.#floor.ownList(slot)
    const { asked } = this.#market
    asked[0] = orders.price[slot] as number
    levels.seek[0] = orders.price[slot] as number
    const level = levels.watch(list, NONE, 0)
    this.#market.lookUp(list >> 1, list & 1)
    this.#queue.join(slot, level, asked)
    this.#floor.rest(slot, level)
  }
}
