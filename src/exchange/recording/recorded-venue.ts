/**
 * One venue with a recorded market inside: rows of a tape come in, clients' orders meet what they say.
 *
 * In: rows of the venue's instruments, in tape order, and the moments at which clients have done something. Out: liquidity
 * and trades at the venue, fills of clients' orders, and what the public is shown: with `own` impact the venue's own log,
 * with `none` a log of the recording alone (`record`). Owns the recorded books, the queues and what was taken. Rows of kinds
 * that tell nothing of prices are passed over; candles too: they do not say what stood in the market.
 */
import { BOOK_OUTCOME } from '../../core/market/book.ts'
import {
  AGGREGATE_TRADE,
  BEST_BID_ASK,
  DEPTH_DIFF,
  DEPTH_PARTIAL,
  DEPTH_SNAPSHOT,
  FUNDING_RATE,
  MARK_PRICE,
  SELL_TAKER,
  TRADE,
} from '../../core/tape/kinds.ts'
import { HEAD, ROW_BYTES, ROW_SLOTS, VERSION } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { Queue } from '../history/queue-model.ts'
import { RecordedMarket, SEEN } from '../history/recorded-market.ts'
import { BUY, SELL } from '../venue/requests.ts'
import { HistoryBook } from './history-book.ts'
import { HistoryFills } from './history-fills.ts'
import { LiquidityMirror } from './liquidity-mirror.ts'
import { PublicRecord } from './public-record.ts'
import { UserQueues } from './user-queues.ts'
import { appendTrade, type VenueFloor } from './venue-floor.ts'

/** What clients' orders change for others to see: nothing, or what they add and take. */
export const IMPACT = ['none', 'own'] as const
export type Impact = (typeof IMPACT)[number]

/** Cells of `marks`, by instrument: mark and index price in mark quanta, funding rate in 10^-12 (NaN: not recorded). */
export const MARKS = { mark: 0, index: 1, rate: 2, width: 3 } as const

export class RecordedVenue {
  readonly market: RecordedMarket
  readonly marks: Float64Array
  /** What the public sees of a recording that is published as it was; undefined with `own` impact. */
  readonly record: PublicRecord | undefined
  readonly #floor: VenueFloor
  readonly #users: UserQueues
  readonly #fills: HistoryFills
  readonly #mirror: LiquidityMirror
  /** Public levels as of the moment at which a book broke, by instrument. */
  readonly #frozen: (Map<number, number> | undefined)[]
  /** Events of the venue that the public record has looked at. */
  #copied = 0

  constructor(floor: VenueFloor, options: { readonly queue: Queue; readonly impact: Impact }) {
    const count = floor.instruments.length
    this.#floor = floor
    this.market = new RecordedMarket(floor.instruments)
    this.marks = new Float64Array(count * MARKS.width)
    for (let at = MARKS.rate; at < this.marks.length; at += MARKS.width) this.marks[at] = Number.NaN
    const history = new HistoryBook(floor)
    this.#users = new UserQueues(floor, this.market, history, options.queue)
    this.#fills = new HistoryFills(floor, this.market, history, this.#users)
    this.#mirror = new LiquidityMirror(floor, this.market, history, this.#users)
    this.record = options.impact === 'none' ? new PublicRecord(floor, this.market) : undefined
    this.#frozen = floor.instruments.map(() => undefined)
  }

  /** Clients may have done something: follows what the venue's log tells of their orders. */
  follow(): void {
    this.#users.follow()
    const { events } = this.#floor
    for (; this.record !== undefined && this.#copied < events.length; this.#copied++)
      this.record.copyStatus(events, this.#copied)
  }

  /** The venue has cleared its log. */
  recycled(): void {
    this.#users.recycled()
    this.#copied = 0
  }

  /** Takes a row whose instrument is one of the venue's. */
  take(buffer: RowBuffer, row: number, instrument: number): void {
    switch (buffer.u8[row * ROW_BYTES] as number) {
      case TRADE.kind:
        this.#saw(instrument, SEEN.trade)
        return this.#onPrint(buffer, row, instrument)
      case AGGREGATE_TRADE.kind:
        // Where single trades are recorded, aggregates tell of the same ones.
        if (((this.market.seen[instrument] as number) & SEEN.trade) !== 0) return
        this.#saw(instrument, SEEN.aggregate)
        return this.#onPrint(buffer, row, instrument)
      case BEST_BID_ASK.kind:
        return this.#onBest(buffer, row, instrument)
      case DEPTH_DIFF.kind:
      case DEPTH_SNAPSHOT.kind:
      case DEPTH_PARTIAL.kind:
        this.#saw(instrument, SEEN.depth)
        return this.#onDepth(buffer, row, instrument)
      case MARK_PRICE.kind:
        return this.#onMark(buffer, row, instrument)
      case FUNDING_RATE.kind:
        this.marks[instrument * MARKS.width + MARKS.rate] = buffer.f64[row * ROW_SLOTS + FUNDING_RATE.rate] as number
        return
      default:
    }
  }

  #saw(instrument: number, bit: number): void {
    this.market.seen[instrument] = (this.market.seen[instrument] as number) | bit
  }

  #onPrint(buffer: RowBuffer, row: number, instrument: number): void {
    const { events, matcher, time } = this.#floor
    const from = events.length
    const at = row * ROW_SLOTS
    this.market.takeTrade(buffer, row, instrument)
    const soldByTaker = ((buffer.u8[row * ROW_BYTES + HEAD.flags] as number) & SELL_TAKER) !== 0
    const isAggregate = buffer.u8[row * ROW_BYTES] === AGGREGATE_TRADE.kind
    const id = buffer.f64[at + (isAggregate ? AGGREGATE_TRADE.lastTradeId : VERSION)] as number
    const lots = buffer.f64[at + TRADE.quantity] as number
    const price = buffer.f64[at + TRADE.price] as number
    const now = time[0] as number
    const trade = { time: now, instrument, taker: soldByTaker ? SELL : BUY, price, quantity: lots, id }
    if (this.record !== undefined) appendTrade(this.record.events, trade)
    // What clients got of the print has been told by their fills; ids go on behind the recording's.
    else if (matcher.tradeIds[instrument] === 0) matcher.tradeIds[instrument] = id - 1
    const quantity = lots - this.#fills.onPrint(buffer, row, instrument)
    if (quantity > 0) {
      const next = (matcher.tradeIds[instrument] as number) + 1
      matcher.tradeIds[instrument] = next
      this.#floor.noteTrade(instrument, appendTrade(events, { ...trade, quantity, id: next }))
    }
    this.#finish(from, instrument)
  }

  #onBest(buffer: RowBuffer, row: number, instrument: number): void {
    if (!this.market.takeBest(buffer, row, instrument)) return
    this.#saw(instrument, SEEN.best)
    const from = this.#floor.events.length
    const shown = this.market.bookOf(instrument) === undefined ? this.record : undefined
    const before = shown?.levelsOf(instrument)
    this.#mirror.onBest(buffer, row, instrument)
    if (before !== undefined) shown?.onRebuilt(instrument, before)
    this.#afterPrices(from, instrument)
  }

  #onDepth(buffer: RowBuffer, row: number, instrument: number): void {
    const from = this.#floor.events.length
    const isDiff = buffer.u8[row * ROW_BYTES] === DEPTH_DIFF.kind
    const before = isDiff ? undefined : this.record?.levelsOf(instrument)
    const outcome = this.market.takeDepth(buffer, row, instrument)
    if (outcome === BOOK_OUTCOME.changed) {
      this.#mirror.onDiff(buffer, row, instrument)
      this.record?.onDiff(buffer, row, instrument)
    } else if (outcome === BOOK_OUTCOME.rebuilt) {
      this.#mirror.onRebuilt(buffer, row, instrument)
      const shown = this.#frozen[instrument] ?? before ?? new Map<number, number>()
      this.record?.onRebuilt(instrument, shown)
      this.#frozen[instrument] = undefined
    } else if (outcome === BOOK_OUTCOME.gap) {
      // Nobody knows what stands there now; the public goes on seeing the last that was known.
      this.#frozen[instrument] = this.record?.levelsOf(instrument)
      this.#mirror.layAnew(instrument)
    } else return
    this.#afterPrices(from, instrument)
  }

  #onMark(buffer: RowBuffer, row: number, instrument: number): void {
    const at = row * ROW_SLOTS
    const cell = instrument * MARKS.width
    this.market.takeMark(buffer, row, instrument)
    this.marks[cell + MARKS.mark] = buffer.f64[at + MARK_PRICE.mark] as number
    const index = buffer.f64[at + MARK_PRICE.index] as number
    if (index > 0) this.marks[cell + MARKS.index] = index
    if ((buffer.f64[at + MARK_PRICE.nextFundingTime] as number) > 0)
      this.marks[cell + MARKS.rate] = buffer.f64[at + MARK_PRICE.fundingRate] as number
  }

  #afterPrices(from: number, instrument: number): void {
    this.#fills.cross(instrument)
    this.#finish(from, instrument)
  }

  /** What is set off by it trades too, and is followed. */
  #finish(from: number, instrument: number): void {
    this.#users.follow()
    this.#floor.finish(from, instrument)
    this.#users.follow()
  }
}
