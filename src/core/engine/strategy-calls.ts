/**
 * Calls the strategies: who hears of a row, and through which view of it.
 *
 * In: a row that the engine has taken in, after account and prices know of it. Out: calls of handlers, and of `failed` when
 * one throws. Owns the views that handlers see. Refuses nothing: a strategy that is paused or still warming up is passed over.
 */
import type { Book } from '../market/book.ts'
import type { Instrument } from '../market/instrument.ts'
import { BookPrices } from '../strategy/book-view.ts'
import type { CandlePrices } from '../strategy/candle-view.ts'
import { BestPrices, FillPrices, MarkPrices, TradePrices } from '../strategy/views.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import type { CandleFeed } from './candle-feed.ts'
import type { MarketState } from './market-state.ts'
import type { Roster, Runner } from './roster.ts'

export interface CallParts {
  readonly instruments: readonly Instrument[]
  readonly market: MarketState
  readonly roster: Roster
  readonly candles: CandleFeed
  /** A handler threw. */
  failed(runner: Runner, error: unknown): void
}

/** One method per sort of row: each has call sites of its own, which stay fast because they see few shapes. */
export class StrategyCalls {
  readonly #roster: Roster
  readonly #candles: CandleFeed
  readonly #failed: (runner: Runner, error: unknown) => void
  readonly #best: BestPrices
  readonly #mark: MarkPrices
  readonly #trade: TradePrices
  readonly #fill: FillPrices
  readonly #book: BookPrices

  constructor(parts: CallParts) {
    const { market, instruments } = parts
    this.#roster = parts.roster
    this.#candles = parts.candles
    this.#failed = (runner, error) => parts.failed(runner, error)
    this.#best = new BestPrices(market, instruments)
    this.#mark = new MarkPrices(market, instruments)
    this.#trade = new TradePrices(market, instruments)
    this.#fill = new FillPrices(market, instruments)
    this.#book = new BookPrices(market, instruments)
  }

  trade(buffer: RowBuffer, row: number, instrument: number): void {
    const runners = this.#roster.onTrade[instrument] as readonly Runner[]
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[i] as Runner
      if (!this.#ready(runner, instrument)) continue
      this.#trade.bind(buffer, row, instrument)
      try {
        runner.definition.onTrade?.(this.#trade, runner.context)
      } catch (error) {
        this.#failed(runner, error)
      }
    }
  }

  best(instrument: number): void {
    const runners = this.#roster.onBest[instrument] as readonly Runner[]
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[i] as Runner
      if (!this.#ready(runner, instrument)) continue
      this.#best.instrument = instrument
      try {
        runner.definition.onBest?.(this.#best, runner.context)
      } catch (error) {
        this.#failed(runner, error)
      }
    }
  }

  mark(instrument: number): void {
    const runners = this.#roster.onMark[instrument] as readonly Runner[]
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[i] as Runner
      if (!this.#ready(runner, instrument)) continue
      this.#mark.instrument = instrument
      try {
        runner.definition.onMark?.(this.#mark, runner.context)
      } catch (error) {
        this.#failed(runner, error)
      }
    }
  }

  /** A live book changed. */
  book(book: Book, instrument: number): void {
    const runners = this.#roster.onBook[instrument] as readonly Runner[]
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[i] as Runner
      if (!this.#ready(runner, instrument)) continue
      this.#book.bind(book, instrument)
      try {
        runner.definition.onBook?.(this.#book, runner.context)
      } catch (error) {
        this.#failed(runner, error)
      }
    }
  }

  /** A candle closed; `view` shows the candles of its interval. */
  candle(view: CandlePrices, instrument: number): void {
    const runners = this.#roster.onCandle.get(view.interval)?.[instrument] ?? []
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[i] as Runner
      if (!this.#ready(runner, instrument)) continue
      view.instrument = instrument
      try {
        runner.definition.onCandle?.(view, runner.context)
      } catch (error) {
        this.#failed(runner, error)
      }
    }
  }

  /** A fill of an order of strategy `strategy`; it is told even while it warms up, because the position is its own. */
  fill(buffer: RowBuffer, row: number, instrument: number, strategy: number): void {
    const runner = this.#roster.runners[strategy]
    if (runner?.definition.onFill === undefined || runner.paused) return
    runner.context.current = instrument
    this.#fill.bind(buffer, row, instrument)
    try {
      runner.definition.onFill(this.#fill, runner.context)
    } catch (error) {
      this.#failed(runner, error)
    }
  }

  /** Whether a strategy is to be called for an instrument; if so its context is set to it. */
  #ready(runner: Runner, instrument: number): boolean {
    if (runner.paused || (runner.history > 0 && !this.#candles.warm(runner, instrument))) return false
    runner.context.current = instrument
    return true
  }
}
