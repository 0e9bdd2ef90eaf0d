/**
 * The candles that strategies need, built from rows: one set per interval.
 *
 * In: trades, best prices and candle rows. Out: `tell` for every candle that closes. Owns: when candles close. A row closes
 * what ends before it, in the order of time; what ends at one time closes in all intervals before any of it is told,
 * shortest interval first. So a strategy that reads hours while it is told of a minute sees the hour that ended with it.
 */
import type { Instrument } from '../market/instrument.ts'
import { scaleOf } from '../number/decimal.ts'
import { CandlePrices, CandleRing } from '../strategy/candle-view.ts'
import type { CandleHistory } from '../strategy/contract.ts'
import { CANDLE, CANDLE_FLAGS } from '../tape/kinds.ts'
import { APPEND_TIME, ROW_BYTES, ROW_SLOTS, VENUE_TIME } from '../tape/layout.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import { CandleSet, SOURCE_OF_CANDLES } from './candle-set.ts'
import type { MarketState } from './market-state.ts'
import type { Roster, Runner } from './roster.ts'

export class CandleFeed {
  /** One set per interval that anybody needs, shortest first. */
  readonly sets: readonly CandleSet[]
  readonly #views: readonly CandlePrices[]
  readonly #histories: ReadonlyMap<string, readonly CandleRing[]>
  readonly #tell: (view: CandlePrices, instrument: number) => void
  /** By set: 1 where the row at hand says what time it is; 1 where a candle has closed and is still to be told. */
  readonly #joins: Uint8Array
  readonly #closed: Uint8Array
  /** [0] time of the row at hand, microseconds. */
  readonly #time: Float64Array = new Float64Array(1)

  /** `tell` is called for each candle that closes. */
  constructor(
    instruments: readonly Instrument[],
    roster: Roster,
    tell: (view: CandlePrices, instrument: number) => void,
  ) {
    this.#tell = tell
    this.sets = roster.intervals.map(
      ({ name, microseconds, history }) =>
        // One more than the longest history, and at least two, so that the close before the newest is known.
        new CandleSet(name, microseconds, Math.max(2, history + 1), instruments.length),
    )
    this.#joins = new Uint8Array(this.sets.length)
    this.#closed = new Uint8Array(this.sets.length)
    const priceScale = Float64Array.from(instruments, (i) => scaleOf(i.priceDecimals))
    const quantityScale = Float64Array.from(instruments, (i) => scaleOf(i.quantityDecimals))
    this.#views = this.sets.map((set) => new CandlePrices(set, instruments, priceScale, quantityScale))
    this.#histories = new Map(
      this.sets.map((set) => [set.name, instruments.map((_, i) => new CandleRing(set, i, priceScale, quantityScale))]),
    )
  }

  onTrade(buffer: RowBuffer, row: number, instrument: number): void {
    const { sets } = this
    let isTaken = true
    for (let i = 0; i < sets.length; i++) if (!(sets[i] as CandleSet).onTrade(buffer, row, instrument)) isTaken = false
    if (!isTaken) this.#tradeBehind(buffer, row, instrument)
  }

  onBest(buffer: RowBuffer, row: number, instrument: number): void {
    const { sets } = this
    for (let i = 0; i < sets.length; i++) (sets[i] as CandleSet).onBest(buffer, row, instrument)
  }

  onCandle(buffer: RowBuffer, row: number, instrument: number, market: MarketState): void {
    market.onCandle(buffer, row, instrument)
    const { sets } = this
    const at = row * ROW_SLOTS
    const length = buffer.f64[at + CANDLE.interval] as number
    const isClosed = ((buffer.u8[row * ROW_BYTES + 1] as number) & CANDLE_FLAGS.closed) !== 0
    this.#time[0] = buffer.f64[at + CANDLE.openTime] as number
    for (let i = 0; i < sets.length; i++) {
      const set = sets[i] as CandleSet
      this.#joins[i] = set.takes(buffer, row, instrument) && (isClosed || length === set.interval) ? 1 : 0
    }
    this.#closeUntil(instrument)
    for (let i = 0; i < sets.length; i++) {
      const set = sets[i] as CandleSet
      if (!set.onCandle(buffer, row, instrument)) continue
      set.closeForming(instrument)
      this.#closed[i] = 1
    }
    this.#tellClosed(instrument)
  }

  /** A trade that opens candles: what ends before it closes first. */
  #tradeBehind(buffer: RowBuffer, row: number, instrument: number): void {
    const { sets } = this
    const stated = buffer.f64[row * ROW_SLOTS + VENUE_TIME] as number
    this.#time[0] = stated > 0 ? stated : (buffer.f64[row * ROW_SLOTS + APPEND_TIME] as number)
    for (let i = 0; i < sets.length; i++)
      this.#joins[i] = (sets[i] as CandleSet).origin[instrument] === SOURCE_OF_CANDLES.trades ? 1 : 0
    this.#closeUntil(instrument)
    for (let i = 0; i < sets.length; i++) (sets[i] as CandleSet).openWith(buffer, row, instrument, this.#time)
  }

  /** Closes the candles that end at or before the time at hand, flat ones between them included, and tells of them. */
  #closeUntil(instrument: number): void {
    const { sets } = this
    for (;;) {
      let end = Infinity
      for (let i = 0; i < sets.length; i++)
        if (this.#joins[i] === 1) end = Math.min(end, (sets[i] as CandleSet).endOf(instrument))
      if (end > (this.#time[0] as number)) return
      for (let i = 0; i < sets.length; i++) {
        const set = sets[i] as CandleSet
        if (this.#joins[i] === 0 || set.endOf(instrument) !== end) continue
        set.closeForming(instrument)
        set.openFlat(instrument, this.#time)
        this.#closed[i] = 1
      }
      this.#tellClosed(instrument)
    }
  }

  #tellClosed(instrument: number): void {
    for (let i = 0; i < this.sets.length; i++) {
      if (this.#closed[i] === 0) continue
      this.#closed[i] = 0
      this.#tell(this.#views[i] as CandlePrices, instrument)
    }
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
