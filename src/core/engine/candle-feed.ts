/** The candles that strategies need, built from rows: one set per interval. */
import type { Instrument } from '../market/instrument.ts'
import { scaleOf } from '../number/decimal.ts'
import { CandlePrices, CandleRing } from '../strategy/candle-view.ts'
import type { CandleHistory } from '../strategy/contract.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import { CandleSet } from './candle-set.ts'
import type { MarketState } from './market-state.ts'
import type { Roster, Runner } from './roster.ts'

export class CandleFeed {
  /** One set per interval that anybody needs, shortest first. */
  readonly sets: readonly CandleSet[]
  readonly #views: readonly CandlePrices[]
  readonly #histories: ReadonlyMap<string, readonly CandleRing[]>

  /** `tell` is called for each candle that closes. */
  constructor(
    instruments: readonly Instrument[],
    roster: Roster,
    tell: (view: CandlePrices, instrument: number) => void,
  ) {
    this.sets = roster.intervals.map(
      ({ name, microseconds, history }, i) =>
        // One more than the longest history, and at least two, so that the close before the newest is known.
        new CandleSet(name, microseconds, Math.max(2, history + 1), instruments.length, (instrument) =>
          tell(this.#views[i] as CandlePrices, instrument),
        ),
    )
    const priceScale = Float64Array.from(instruments, (i) => scaleOf(i.priceDecimals))
    const quantityScale = Float64Array.from(instruments, (i) => scaleOf(i.quantityDecimals))
    this.#views = this.sets.map((set) => new CandlePrices(set, instruments, priceScale, quantityScale))
    this.#histories = new Map(
      this.sets.map((set) => [set.name, instruments.map((_, i) => new CandleRing(set, i, priceScale, quantityScale))]),
    )
  }

  onTrade(buffer: RowBuffer, row: number, instrument: number): void {
    const { sets } = this
    for (let i = 0; i < sets.length; i++) (sets[i] as CandleSet).onTrade(buffer, row, instrument)
  }

  onBest(buffer: RowBuffer, row: number, instrument: number): void {
    const { sets } = this
    for (let i = 0; i < sets.length; i++) (sets[i] as CandleSet).onBest(buffer, row, instrument)
  }

  onCandle(buffer: RowBuffer, row: number, instrument: number, market: MarketState): void {
    market.onCandle(buffer, row, instrument)
    const { sets } = this
    for (let i = 0; i < sets.length; i++) (sets[i] as CandleSet).onCandle(buffer, row, instrument)
  }

  history(instrument: number, interval: string): CandleHistory | undefined {
    return this.#histories.get(interval)?.[instrument]
  }

  /** Whether all the history that a strategy wants exists for an instrument. */
  warm(runner: Runner, instrument: number): boolean {
    const { sets } = this
    for (let i = 0; i < sets.length; i++) {
      const set = sets[i] as CandleSet
      if ((set.count[instrument] as number) < runner.history && runner.needs.candles?.includes(set.name) === true)
        return false
    }
    return true
  }

  save(writer: StateWriter): void {
    for (const set of this.sets) set.save(writer)
  }

  load(reader: StateReader): void {
    for (const set of this.sets) set.load(reader)
  }
}
