/**
 * The simulated exchange against recorded markets: history goes on as it did, and our orders meet it.
 *
 * In: market rows (each instrument's in venue-time order), INTENT rows and cancels as they arrive at the venue, and the
 * exchange's time. Out: ORDER_UPDATE, FILL and FUNDING_PAYMENT rows in `events`, with the exchange's time as venue time.
 * Owns: one account, its open orders, the recorded books, the queue estimate. Refuses orders as the venue would, with its
 * codes (errors.ts). Fails: with RangeError on options out of range, on a full event buffer, and on amounts beyond 128 bits.
 *
 * One participant, no influence: what our orders take or leave changes nothing in the recording. What that means for a lot
 * taken twice is said in taker.ts, for queues in queue-model.ts and resting.ts, for candles in candle-fills.ts, for money in
 * account.ts and floor.ts. Orders, filters, account and floor know nothing of recordings.
 *
 * The driver sets `time[0]` (microseconds) before each call and empties `events` after it; it announces a candle with
 * `candleOpen` just after its open time and gives it to `market` at its end. Events of one call never run backwards.
 */
import { BOOK_OUTCOME } from '../../core/market/book.ts'
import { SIDE } from '../../core/market/book-side.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import {
  AGGREGATE_TRADE,
  BEST_BID_ASK,
  CANDLE,
  DEPTH_DIFF,
  DEPTH_PARTIAL,
  DEPTH_SNAPSHOT,
  FUNDING_RATE,
  INSTRUMENT_VERSION,
  MARK_PRICE,
  ORDER_STATUS,
  TRADE,
} from '../../core/tape/kinds.ts'
import { ROW_BYTES, ROW_SLOTS, VENUE_TIME } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { Account } from './account.ts'
import { Admission } from './admission.ts'
import { Arrivals } from './arrivals.ts'
import { CandleFills, type CandleFill } from './candle-fills.ts'
import { Events } from './events.ts'
import { Floor } from './floor.ts'
import { Funding } from './funding.ts'
import { Levels } from './levels.ts'
import { NONE, Orders } from './orders.ts'
import { QueueModel, type Queue } from './queue-model.ts'
import { QuietPrices } from './quiet-prices.ts'
import { FACT, FACTS, RecordedMarket, SEEN } from './recorded-market.ts'
import { Resting } from './resting.ts'
import { Taker } from './taker.ts'
import { Triggers } from './triggers.ts'

export interface SimExchangeOptions {
  /** Table that HEAD.instrument of the rows points into. */
  readonly instruments: readonly Instrument[]
  /** Counts of 10^-12 of the value; negative for rebates. */
  readonly makerFeeRate: number
  readonly takerFeeRate: number
  readonly queue: Queue
  readonly candleFill: CandleFill
  /** Whole number from 1: an order on contracts costs value / leverage. */
  readonly leverage: number
  /** Amounts in 10^-18, assets by index in `assetTable(instruments)`. */
  readonly balances: readonly { readonly asset: number; readonly amount: bigint }[]
  /** Open orders that the venue takes; more are rejected with -2025. */
  readonly maxOrders: number
}

/** Prices from which our takers took and that are remembered at one time: the depth of a whole recorded book. */
const TAKEN_LEVELS = 16_384
/** Event rows that one call may cause: a fill per remembered level, and for every order its triggers, fills and end. */
const ROWS_PER_LEVEL = 2
const ROWS_PER_ORDER = 8
const SPARE_ROWS = 256

export class SimExchange {
  /** [exchange time, microseconds]: set before each call. */
  readonly time: Float64Array = new Float64Array(1)
  /** Rows that the calls since the last `clear` caused. */
  readonly events: RowBuffer
  readonly floor: Floor
  readonly #market: RecordedMarket
  readonly #quiet: QuietPrices
  readonly #queue: QueueModel
  readonly #resting: Resting
  readonly #triggers: Triggers
  readonly #candles: CandleFills
  readonly #arrivals: Arrivals
  readonly #funding: Funding

  constructor(options: SimExchangeOptions) {
    const { instruments, maxOrders, makerFeeRate, takerFeeRate } = options
    if (!Number.isSafeInteger(makerFeeRate) || !Number.isSafeInteger(takerFeeRate))
      throw new RangeError(`fee rates ${makerFeeRate} and ${takerFeeRate} are no whole counts of 10^-12`)
    const count = instruments.length
    const levelCount = maxOrders * 2 + TAKEN_LEVELS
    const orders = new Orders(maxOrders, levelCount + count * 2)
    const levels = new Levels(levelCount, count)
    const events = new Events(levelCount * ROWS_PER_LEVEL + maxOrders * ROWS_PER_ORDER + SPARE_ROWS)
    const market = new RecordedMarket(instruments)
    const { leverage, balances } = options
    const account = new Account({ instruments, leverage, balances, prices: market })
    const floor = new Floor({ instruments, orders, levels, account, events, makerFeeRate, takerFeeRate })
    const queue = new QueueModel(orders, levels, options.queue)
    const taker = new Taker(floor, market, queue)
    const admission = new Admission(floor, market, taker)
    const triggers = new Triggers(floor, market, levelCount)
    const firstChain = levelCount + count
    const { time } = this
    const fill = options.candleFill
    const candles = new CandleFills({ floor, market, queue, triggers, admission, time, firstChain, fill })
    this.events = events.rows
    this.floor = floor
    this.#market = market
    this.#quiet = new QuietPrices(floor, market, triggers)
    this.#queue = queue
    this.#triggers = triggers
    this.#candles = candles
    this.#resting = new Resting({ floor, market, queue, taker })
    this.#arrivals = new Arrivals({ floor, market, queue, taker, triggers, admission, candles })
    this.#funding = new Funding(floor, market)
  }

  /** Takes one market row. Kinds that tell nothing of prices or money are passed over. */
  market(buffer: RowBuffer, row: number): void {
    const instrument = buffer.u16[row * 32 + 3] as number
    switch (buffer.u8[row * ROW_BYTES] as number) {
      case TRADE.kind:
        this.#market.takeTrade(buffer, row, instrument)
        this.floor.account.moved[instrument] = 1
        this.#onTrade(buffer, row, instrument, SEEN.trade)
        return
      case AGGREGATE_TRADE.kind:
        // Where single trades are recorded, aggregates tell of the same ones.
        if (((this.#market.seen[instrument] as number) & SEEN.trade) !== 0) return
        this.#market.takeTrade(buffer, row, instrument)
        this.floor.account.moved[instrument] = 1
        this.#onTrade(buffer, row, instrument, SEEN.aggregate)
        return
      case BEST_BID_ASK.kind:
        if (this.#market.takeBest(buffer, row, instrument)) this.#onBest(buffer, row, instrument)
        return
      case DEPTH_DIFF.kind:
      case DEPTH_SNAPSHOT.kind:
      case DEPTH_PARTIAL.kind:
        this.#onDepth(buffer, row, instrument)
        return
      case CANDLE.kind:
        this.#onCandle(buffer, row, instrument)
        return
      case MARK_PRICE.kind:
        this.#begin()
        this.#market.takeMark(buffer, row, instrument)
        this.floor.account.moved[instrument] = 1
        this.#funding.onMark(buffer, row, instrument)
        this.#quiet.renew(instrument)
        return
      case FUNDING_RATE.kind:
        this.#begin()
        this.#funding.onFunding(buffer, row, instrument)
        return
      case INSTRUMENT_VERSION.kind:
        this.#onVersion(buffer, row, instrument)
        return
      default:
    }
  }

  /**
   * The candle at `row` opens now: orders that waited meet its open. `market` is to be called with the same row when it
   * ends, and lets the price go its way; in between, orders that follow from fills at the open (a stop) can arrive.
   * Without this call `market` plays the open as well, at the candle's open time.
   */
  candleOpen(buffer: RowBuffer, row: number): void {
    const instrument = buffer.u16[row * 32 + 3] as number
    this.#market.seen[instrument] = (this.#market.seen[instrument] as number) | SEEN.candle
    if (!this.#market.waitsForCandles(instrument)) return
    this.#begin()
    this.#candles.open(buffer, row, instrument)
    this.floor.settle()
    this.#quiet.renew(instrument)
  }

  /** True until other rows than candles have told of an instrument. */
  waitsForCandles(instrument: number): boolean {
    return this.#market.waitsForCandles(instrument)
  }

  /**
   * Takes market rows, candles excepted, from `row` to before `end`, up to the venue time in `until[0]`, until one causes an
   * event; returns the first row not taken. The same as `market` row by row; `time` is then that of the last row taken.
   */
  take(buffer: RowBuffer, row: number, end: number, until: Float64Array): number {
    const { u16, f64 } = buffer
    for (;;) {
      row = this.#quiet.pass(buffer, row, end, until, this.time)
      if (row >= end) return row
      const time = f64[row * ROW_SLOTS + VENUE_TIME] as number
      if (time > (until[0] as number)) return row
      this.time[0] = time
      this.market(buffer, row)
      row += 1 + (u16[row * 32 + 1] as number)
      if (this.events.length > 0) return row
    }
  }

  /** The order of the INTENT row at `row` arrives now. */
  place(buffer: RowBuffer, row: number): void {
    this.#begin()
    this.#arrivals.place(buffer, row)
    const instrument = buffer.u16[row * 32 + 3] as number
    this.#settle(instrument < this.floor.instruments.length ? instrument : 0)
  }

  /** The wish to cancel our order number `intent` arrives now. */
  cancel(intent: number): void {
    this.#begin()
    const slot = this.floor.orders.find(intent)
    const instrument = slot === NONE ? 0 : (this.floor.orders.instrument[slot] as number)
    this.#arrivals.cancel(intent)
    this.#settle(instrument)
  }

  /** Saves everything between two calls; the events must have been taken out. */
  save(writer: StateWriter): void {
    writer.begin('sim-exchange', 1)
    writer.f64s(this.time)
    for (const part of this.#parts()) part.save(writer)
    writer.end()
  }

  /** Becomes the exchange that was saved, given the same options. */
  load(reader: StateReader): void {
    reader.begin('sim-exchange', 1)
    reader.into(this.time)
    for (const part of this.#parts()) part.load(reader)
    reader.end()
    for (let i = 0; i < this.floor.instruments.length; i++) this.#quiet.renew(i)
    this.events.clear()
  }

  #parts(): readonly { save(writer: StateWriter): void; load(reader: StateReader): void }[] {
    return [this.#market, this.floor, this.#queue, this.#triggers, this.#candles, this.#funding]
  }

  /** Ends a call that concerned one instrument. */
  #settle(instrument: number): void {
    if (this.floor.settle()) this.#quiet.renew(instrument)
  }

  #begin(): void {
    this.floor.events.stamp[0] = this.time[0] as number
  }

  #onTrade(buffer: RowBuffer, row: number, instrument: number, bit: number): void {
    const { floor } = this
    if (((this.#market.seen[instrument] as number) & bit) === 0) {
      this.#learn(instrument, bit)
      this.#releaseWaiting(instrument)
      this.#quiet.renew(instrument)
    }
    if (floor.active[instrument] === 0) return
    this.#begin()
    this.#resting.onPrint(buffer, row, instrument)
    const last = this.#market.facts[instrument * FACTS + FACT.last] as number
    const { bounds } = this.#triggers
    if (last >= (bounds[instrument * 2] as number) || last <= (bounds[instrument * 2 + 1] as number))
      this.#arrivals.fireTriggers(instrument)
    this.#settle(instrument)
  }

  #onBest(buffer: RowBuffer, row: number, instrument: number): void {
    const { floor } = this
    if (((this.#market.seen[instrument] as number) & SEEN.best) === 0) {
      this.#learn(instrument, SEEN.best)
      this.#releaseWaiting(instrument)
      this.#quiet.renew(instrument)
    }
    floor.account.moved[instrument] = 1
    if (floor.levels.watched[instrument] !== 0 && !this.#market.hasBook(instrument))
      this.#resting.onBest(buffer, row, instrument)
    this.#afterPrices(instrument)
  }

  #onDepth(buffer: RowBuffer, row: number, instrument: number): void {
    const { floor } = this
    if (((this.#market.seen[instrument] as number) & SEEN.depth) === 0) {
      this.#learn(instrument, SEEN.depth)
      this.#quiet.renew(instrument)
    }
    const outcome = this.#market.takeDepth(buffer, row, instrument)
    if (outcome > BOOK_OUTCOME.rebuilt) return
    floor.account.moved[instrument] = 1
    if (floor.active[instrument] === 0 && floor.levels.watched[instrument] === 0) return
    this.#releaseWaiting(instrument)
    if (floor.levels.watched[instrument] !== 0) {
      if (outcome === BOOK_OUTCOME.changed) this.#resting.onDiff(buffer, row, instrument)
      else this.#resting.onRebuilt(buffer, row, instrument)
    }
    this.#afterPrices(instrument)
  }

  /** Best bid or ask may have moved: resting orders may be crossed, and triggers due where no trades are recorded. */
  #afterPrices(instrument: number): void {
    const { floor } = this
    const { facts } = this.#market
    const bid = facts[instrument * FACTS + FACT.bid] as number
    const ask = facts[instrument * FACTS + FACT.ask] as number
    const list = instrument * 2
    const { bounds } = this.#triggers
    this.#begin()
    if (ask <= (floor.ownBest[list + SIDE.bid] as number) || bid >= (floor.ownBest[list + SIDE.ask] as number))
      this.#resting.cross(instrument)
    const seen = this.#market.seen[instrument] as number
    if (
      (seen & (SEEN.trade | SEEN.aggregate)) === 0 &&
      (ask >= (bounds[list] as number) || bid <= (bounds[list + 1] as number))
    )
      this.#arrivals.fireTriggers(instrument)
    this.#settle(instrument)
  }

  #onCandle(buffer: RowBuffer, row: number, instrument: number): void {
    this.#market.seen[instrument] = (this.#market.seen[instrument] as number) | SEEN.candle
    if (!this.#market.waitsForCandles(instrument)) return
    this.#begin()
    this.#candles.close(buffer, row, instrument)
    this.floor.settle()
    this.#quiet.renew(instrument)
  }

  /** The first row of a kind has come. The last candle's price is none of the market that it tells of. */
  #learn(instrument: number, bit: number): void {
    const market = this.#market
    const byCandles = market.waitsForCandles(instrument)
    market.seen[instrument] = (market.seen[instrument] as number) | bit
    if (byCandles && bit !== SEEN.trade && bit !== SEEN.aggregate) market.facts[instrument * FACTS + FACT.last] = 0
  }

  /** Orders that waited for a candle meet the better market. */
  #releaseWaiting(instrument: number): void {
    if (this.#candles.first(instrument) === NONE) return
    this.#begin()
    this.#arrivals.releaseWaiting(instrument)
    this.#settle(instrument)
  }

  /** The rules change: orders of the old version end, the position goes on in the new one's lots. */
  #onVersion(buffer: RowBuffer, row: number, instrument: number): void {
    const next = buffer.u16[row * 32 + INSTRUMENT_VERSION.nextByte / 2] as number
    if (next >= this.floor.instruments.length || next === instrument) return
    this.#begin()
    const { orders } = this.floor
    for (let slot = 0; slot < orders.capacity && (this.floor.active[instrument] as number) > 0; slot++) {
      if (orders.instrument[slot] === instrument && orders.find(orders.intent[slot] as number) === slot)
        this.floor.finish(slot, ORDER_STATUS.expired, 0)
    }
    this.floor.account.changeVersion(instrument, next)
    this.floor.settle()
    this.#quiet.renew(instrument)
    this.#quiet.renew(next)
  }
}
