/**
 * A strategy's window on the engine during a call: what it sees comes from columns the engine keeps, what it says goes to
 * the engine's `StrategyActions`.
 */
import type { Instrument } from '../market/instrument.ts'
import type {
  BestView,
  CandleHistory,
  Direction,
  InstrumentId,
  PositionView,
  SignalOptions,
  StrategyContext,
  TargetOptions,
} from './contract.ts'
import type { ParamDeclarations, ParamValues } from './params.ts'
import { StrategyError } from './params.ts'
import type { ShownValues } from './shown.ts'
import { SlotScratch } from './slots.ts'
import type { BestPrices, OwnPosition } from './views.ts'

/** What a strategy can cause. Keys are `strategy * instruments + instrument`. */
export interface StrategyActions {
  signal(key: number, direction: Direction, options: SignalOptions): void
  target(key: number, options: TargetOptions): void
  quote(key: number, slots: SlotScratch): void
}

export interface ContextParts {
  readonly strategy: number
  readonly name: string
  readonly params: ParamValues<ParamDeclarations>
  readonly instruments: readonly Instrument[]
  /** Indexes of the instruments that the strategy is attached to. */
  readonly own: readonly number[]
  readonly actions: StrategyActions
  readonly best: BestPrices
  readonly position: OwnPosition
  readonly shown: ShownValues
  /** [0] engine time, microseconds. */
  readonly time: Float64Array
  /** Equity in units of the settle asset. */
  equity(): number
  /** Candle history of an instrument and interval, or undefined if the strategy did not ask for it. */
  history(instrument: InstrumentId, interval: string): CandleHistory | undefined
}

export class Context implements StrategyContext {
  readonly params: ParamValues<ParamDeclarations>
  readonly instruments: readonly InstrumentId[]
  readonly slots: SlotScratch = new SlotScratch()
  /** Memory per instrument index; set when the strategy is attached or a checkpoint is loaded. */
  readonly states: unknown[]
  /** Instrument of the call at hand. */
  current: InstrumentId = 0
  readonly #parts: ContextParts
  readonly #base: number
  readonly #isOwn: Uint8Array

  constructor(parts: ContextParts, makeState: (() => unknown) | undefined) {
    this.#parts = parts
    this.params = parts.params
    this.instruments = parts.own
    this.#base = parts.strategy * parts.instruments.length
    this.#isOwn = Uint8Array.from(parts.instruments, (_, i) => (parts.own.includes(i) ? 1 : 0))
    this.states = parts.instruments.map(() => (makeState === undefined ? null : makeState()))
  }

  get state(): unknown {
    return this.states[this.current]
  }

  get time(): number {
    return (this.#parts.time[0] as number) / 1000
  }

  get equity(): number {
    return this.#parts.equity()
  }

  instrument(id: InstrumentId): Instrument {
    return this.#checked(id)
  }

  position(id: InstrumentId): PositionView {
    this.#checked(id)
    const { position } = this.#parts
    position.key = this.#base + id
    position.instrument = id
    return position
  }

  best(id: InstrumentId): BestView {
    this.#checked(id)
    this.#parts.best.instrument = id
    return this.#parts.best
  }

  candles(id: InstrumentId, interval: string): CandleHistory {
    const history = this.#parts.history(id, interval)
    if (history === undefined)
      throw new StrategyError(
        `strategy ${this.#parts.name} reads ${interval} candles of ${this.#checked(id).symbol} but its needs do not name them`,
      )
    return history
  }

  signal(id: InstrumentId, direction: Direction, options: SignalOptions): void {
    this.#attached(id)
    this.#parts.actions.signal(this.#base + id, direction, options)
  }

  target(id: InstrumentId, options: TargetOptions): void {
    this.#attached(id)
    this.#parts.actions.target(this.#base + id, options)
  }

  quote(id: InstrumentId, slots: SlotScratch): void {
    this.#attached(id)
    this.#parts.actions.quote(this.#base + id, slots)
  }

  show(name: string, value: number, threshold: number = NaN): void {
    this.#parts.shown.show(this.#base + this.current, name, value, threshold)
  }

  /** A strategy looks at every instrument and trades those it is attached to. */
  #attached(id: InstrumentId): void {
    const { symbol } = this.#checked(id)
    if (this.#isOwn[id] === 1) return
    const { name, instruments, own } = this.#parts
    throw new StrategyError(
      `strategy ${name} is not attached to ${symbol}: it has ${own.map((i) => instruments[i]?.symbol).join(', ')}`,
    )
  }

  #checked(id: InstrumentId): Instrument {
    const instrument = this.#parts.instruments[id]
    if (instrument === undefined)
      throw new StrategyError(
        `strategy ${this.#parts.name} names instrument ${String(id)}, of ${this.#parts.instruments.length}`,
      )
    return instrument
  }
}
