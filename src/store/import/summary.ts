/**
 * What a tape holds, counted while its rows pass: per instrument trades, depth, candles and the book at the end.
 *
 * In: rows in tape order. Out: figures in the venue's own decimals. The books are rebuilt by the venue's rules, so that the
 * summary is also a proof that the depth rows fit together.
 */
import { Book, TOP } from '../../core/market/book.ts'
import { chainRuleOf } from '../../core/market/chain-rule.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { printAmount, printDecimal } from '../../core/number/decimal.ts'
import { idAsNumber, printId } from '../../core/tape/ids.ts'
import {
  AGGREGATE_TRADE,
  BEST_BID_ASK,
  CANDLE,
  DEPTH_DIFF,
  DEPTH_PARTIAL,
  DEPTH_SNAPSHOT,
  GAP,
  TRADE,
} from '../../core/tape/kinds.ts'
import { APPEND_TIME, NO_INSTRUMENT, ROW_BYTES, VERSION } from '../../core/tape/layout.ts'
import { instrumentOf, recordRows, type RowBuffer } from '../../core/tape/row-buffer.ts'

/** A price and the quantity at it, as decimal text. */
export interface PriceLevel {
  readonly price: string
  readonly quantity: string
}

/** A number as long as that is exact, decimal text beyond 2^53 - 1, null without trades. */
export type TradeId = number | string | null

/** What a tape holds of one instrument. */
export interface InstrumentSummary {
  readonly symbol: string
  /** Depth diffs; snapshots and partial books are not among them. */
  readonly depthMessages: number
  /** Levels in those diffs. */
  readonly levelUpdates: number
  /**
   * Trades, or aggregated trades where there are no others. Those outside the book (insurance fund, auto-deleveraging) are
   * counted here, too, although they are no rows of the tape.
   */
  readonly trades: number
  readonly firstTradeId: TradeId
  readonly lastTradeId: TradeId
  /** Sum of the trades' quantities. */
  readonly volume: string
  /** Last update id of the newest diff, else of the newest book; null without depth. */
  readonly lastUpdateId: number | null
  /** Holes in the depth diffs. */
  readonly gaps: number
  /** Levels in the book after the last row. */
  readonly bidLevels: number
  readonly askLevels: number
  /** Best of the book after the last row, or of the best-bid-ask rows where there is no book; null when not known. */
  readonly bestBid: PriceLevel | null
  readonly bestAsk: PriceLevel | null
  readonly candles: number
  /** Append times of the first and last row, microseconds since 1970. */
  readonly firstTime: number
  readonly lastTime: number
}

/** Sums of quantities stay exact in a double up to here, whatever is added next. */
const SUM_LIMIT = Number.MAX_SAFE_INTEGER / 2

/** Trades of one kind of one instrument. */
class TradeTally {
  count = 0
  first: TradeId = null
  last: TradeId = null
  /** [0] is the part of the sum that is not yet in `#whole`. */
  readonly #sum: Float64Array = new Float64Array(1)
  #whole = 0n
  /** The newest row, whose id is read once at the end of each buffer. */
  lastRow = -1

  take(rows: RowBuffer, row: number, quantitySlot: number, idSlot: number): void {
    const quantity = rows.f64[row * 8 + quantitySlot] as number
    if (this.count === 0) this.first = idOf(rows, row * 8 + idSlot)
    this.count++
    this.lastRow = row
    const sum = this.#sum
    if ((sum[0] as number) > SUM_LIMIT || quantity > SUM_LIMIT) this.#carry()
    sum[0] = (sum[0] as number) + quantity
  }

  /** Keeps what is still needed of a buffer that goes away. */
  leave(rows: RowBuffer, idSlot: number): void {
    if (this.lastRow >= 0) this.last = idOf(rows, this.lastRow * 8 + idSlot)
    this.lastRow = -1
  }

  volume(): bigint {
    this.#carry()
    return this.#whole
  }

  #carry(): void {
    this.#whole += BigInt(this.#sum[0] as number)
    this.#sum[0] = 0
  }
}

/** What is counted of one instrument. */
class InstrumentTally {
  readonly instrument: Instrument
  readonly trades: TradeTally = new TradeTally()
  readonly aggregates: TradeTally = new TradeTally()
  readonly offBook: TradeTally = new TradeTally()
  /** [first time, last time, last update id, newest best bid and ask as in TOP] */
  readonly figures: Float64Array = new Float64Array(7)
  rows = 0
  depthMessages = 0
  levelUpdates = 0
  gaps = 0
  candles = 0
  book: Book | undefined

  constructor(instrument: Instrument) {
    this.instrument = instrument
  }
}

const FIRST_TIME = 0
const LAST_TIME = 1
const LAST_UPDATE = 2
const NEWEST_TOP = 3

export class TapeSummary {
  /** Rows seen, raw rows included. */
  rows = 0
  readonly #tallies: readonly InstrumentTally[]

  constructor(instruments: readonly Instrument[]) {
    this.#tallies = instruments.map((instrument) => new InstrumentTally(instrument))
  }

  /** Counts all records of `rows`. */
  take(rows: RowBuffer): void {
    for (let row = 0; row < rows.length; row += recordRows(rows, row)) {
      const index = instrumentOf(rows, row)
      if (index !== NO_INSTRUMENT) this.#takeRecord(this.#tallies[index] as InstrumentTally, rows, row)
    }
    for (const tally of this.#tallies) {
      tally.trades.leave(rows, TRADE.id)
      tally.aggregates.leave(rows, AGGREGATE_TRADE.lastTradeId)
    }
    this.rows += rows.length
  }

  /** Counts the trade at `row`, which is not on the tape. */
  takeOffBook(rows: RowBuffer, row: number): void {
    const { offBook } = this.#tallies[instrumentOf(rows, row)] as InstrumentTally
    offBook.take(rows, row, TRADE.quantity, TRADE.id)
    offBook.leave(rows, TRADE.id)
  }

  /** The figures of every instrument that has rows. */
  instruments(): readonly InstrumentSummary[] {
    return this.#tallies.filter(({ rows }) => rows > 0).map(summarise)
  }

  #takeRecord(tally: InstrumentTally, rows: RowBuffer, row: number): void {
    const { figures } = tally
    const slot = row * 8
    if (tally.rows === 0) figures[FIRST_TIME] = rows.f64[slot + APPEND_TIME] as number
    figures[LAST_TIME] = rows.f64[slot + APPEND_TIME] as number
    tally.rows++
    switch (rows.u8[row * ROW_BYTES] as number) {
      case TRADE.kind:
        tally.trades.take(rows, row, TRADE.quantity, TRADE.id)
        break
      case AGGREGATE_TRADE.kind:
        tally.aggregates.take(rows, row, AGGREGATE_TRADE.quantity, AGGREGATE_TRADE.firstTradeId)
        break
      case BEST_BID_ASK.kind:
        for (let i = 0; i < 4; i++) figures[NEWEST_TOP + i] = rows.f64[slot + BEST_BID_ASK.bid + i] as number
        break
      case CANDLE.kind:
        tally.candles++
        break
      case GAP.kind:
        tally.gaps++
        break
      case DEPTH_DIFF.kind:
        tally.depthMessages++
        tally.levelUpdates += levelsOf(rows, row)
        figures[LAST_UPDATE] = rows.f64[slot + VERSION] as number
        this.#bookOf(tally).apply(rows, row)
        break
      case DEPTH_SNAPSHOT.kind:
      case DEPTH_PARTIAL.kind:
        if (tally.depthMessages === 0) figures[LAST_UPDATE] = rows.f64[slot + VERSION] as number
        this.#bookOf(tally).apply(rows, row)
        break
      default:
        break
    }
  }

  #bookOf(tally: InstrumentTally): Book {
    const { venue, tickSize } = tally.instrument
    tally.book ??= new Book({ tickSize: Math.max(1, tickSize), rule: chainRuleOf(venue) })
    return tally.book
  }
}

function summarise(tally: InstrumentTally): InstrumentSummary {
  const { instrument, figures, book } = tally
  const { offBook } = tally
  const trades = tally.trades.count > 0 ? tally.trades : tally.aggregates
  const lastUpdate = figures[LAST_UPDATE] as number
  const held = book !== undefined && book.bids.count + book.asks.count > 0
  const top = held ? book.top : figures.subarray(NEWEST_TOP)
  return {
    symbol: instrument.symbol,
    depthMessages: tally.depthMessages,
    levelUpdates: tally.levelUpdates,
    trades: trades.count + offBook.count,
    firstTradeId: lesser(trades.first, offBook.first),
    lastTradeId: greater(trades.last, offBook.last),
    volume: printAmount(trades.volume() + offBook.volume(), instrument.quantityDecimals),
    lastUpdateId: lastUpdate === 0 ? null : lastUpdate,
    gaps: tally.gaps,
    bidLevels: book?.bids.count ?? 0,
    askLevels: book?.asks.count ?? 0,
    bestBid: levelText(instrument, top[TOP.bid] as number, top[TOP.bidQuantity] as number),
    bestAsk: levelText(instrument, top[TOP.ask] as number, top[TOP.askQuantity] as number),
    candles: tally.candles,
    firstTime: figures[FIRST_TIME] as number,
    lastTime: figures[LAST_TIME] as number,
  }
}

function lesser(a: TradeId, b: TradeId): TradeId {
  if (a === null || b === null) return a ?? b
  return BigInt(a) <= BigInt(b) ? a : b
}

function greater(a: TradeId, b: TradeId): TradeId {
  if (a === null || b === null) return a ?? b
  return BigInt(a) >= BigInt(b) ? a : b
}

function levelText(instrument: Instrument, price: number, quantity: number): PriceLevel | null {
  if (price === 0) return null
  return {
    price: printDecimal(price, instrument.priceDecimals),
    quantity: printDecimal(quantity, instrument.quantityDecimals),
  }
}

function levelsOf(rows: RowBuffer, row: number): number {
  const bids = rows.u32[row * 16 + DEPTH_DIFF.bidCountByte / 4] as number
  return bids + (rows.u32[row * 16 + DEPTH_DIFF.askCountByte / 4] as number)
}

function idOf(rows: RowBuffer, slot: number): number | string {
  const id = idAsNumber(rows, slot)
  return id <= Number.MAX_SAFE_INTEGER ? id : printId(rows, slot)
}
