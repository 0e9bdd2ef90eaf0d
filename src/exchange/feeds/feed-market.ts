/** What feeds keep of one market: its trades and candles, the best prices published last, and the depth series in use. */
import type { Instrument } from '../../core/market/instrument.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { BUY, SELL } from '../venue/requests.ts'
import type { DepthSeries } from './depth-series.ts'
import type { FeedBook } from './feed-source.ts'
import type { KlineInterval } from './kline-intervals.ts'
import { Klines } from './klines.ts'
import { NumberText } from './number-text.ts'
import { RollingWindow } from './rolling-window.ts'
import { TradeTape } from './trade-tape.ts'

/** Best bid and ask with their quantities; 0 where a side is empty. */
export const TOP = { bid: 0, bidQuantity: 1, ask: 2, askQuantity: 3, width: 4 } as const

const DAY_MINUTES = 1440

export class FeedMarket {
  readonly index: number
  readonly instrument: Instrument
  readonly symbol: string
  readonly numbers: NumberText
  readonly book: FeedBook
  readonly klines: Klines
  readonly tape: TradeTape
  readonly day: RollingWindow
  /** As of the newest message on the best prices. */
  readonly top: Float64Array = new Float64Array(TOP.width)
  /** Series with subscribers. */
  readonly series: DepthSeries[] = []
  /** A change of the book was read and the best prices have not been looked at since. */
  touched = false
  /** Time of the newest change of the book and of the newest trade, microseconds. */
  bookTime = 0
  tradeTime = 0
  /** Update id of the book when the best prices last changed. */
  topId = 0
  readonly #windows = new Map<number, RollingWindow>()

  constructor(
    index: number,
    instrument: Instrument,
    book: FeedBook,
    intervals: readonly KlineInterval[],
    span: number,
  ) {
    this.index = index
    this.instrument = instrument
    this.symbol = instrument.symbol
    this.numbers = new NumberText(instrument)
    this.book = book
    this.klines = new Klines(intervals)
    this.tape = new TradeTape(span)
    this.day = new RollingWindow(this.klines, DAY_MINUTES)
  }

  /** Reads the best prices from the book. True if they differ from those read last. */
  readTop(): boolean {
    const changedBid = this.#readSide(BUY, TOP.bid)
    const changedAsk = this.#readSide(SELL, TOP.ask)
    if (changedBid || changedAsk) this.topId = this.book.updateId
    return changedBid || changedAsk
  }

  /** The window over the last `minutes`. */
  window(minutes: number): RollingWindow {
    if (minutes === DAY_MINUTES) return this.day
    let window = this.#windows.get(minutes)
    if (window === undefined) {
      window = new RollingWindow(this.klines, minutes)
      this.#windows.set(minutes, window)
    }
    return window
  }

  save(writer: StateWriter): void {
    writer.begin('feed-market', 1)
    this.klines.save(writer)
    this.tape.save(writer)
    writer.f64(this.bookTime)
    writer.f64(this.tradeTime)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('feed-market', 1)
    this.klines.load(reader)
    this.tape.load(reader)
    this.bookTime = reader.f64()
    this.tradeTime = reader.f64()
    reader.end()
  }

  #readSide(side: number, at: number): boolean {
    const { top, book } = this
    const level = book.best(side)
    const price = level === -1 ? 0 : (book.price[level] as number)
    const quantity = level === -1 ? 0 : (book.quantity[level] as number)
    if (price === top[at] && quantity === top[at + 1]) return false
    top[at] = price
    top[at + 1] = quantity
    return true
  }
}
