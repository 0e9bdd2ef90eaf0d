/**
 * What a strategy is, and what it may see and say.
 *
 * A strategy wants positions or resting prices; it never sends an order. It reads no clock and no network, keeps its memory
 * in plain data that the engine stores, and everything handed to it is valid only during the call.
 */
import type { Instrument } from '../market/instrument.ts'
import type { ParamDeclarations, ParamValues, Quantity } from './params.ts'

/** An instrument as strategies name it: its index in the session's table. */
export type InstrumentId = number
export type Direction = 'long' | 'short' | 'flat'
/** How a target is worked: at once against the book, or resting as a maker. */
export type EntryStyle = 'market' | 'post-only'

/** What must be there before a strategy is called. */
export interface Needs {
  /** Candle intervals it listens to (`1m`, `4h`). */
  readonly candles?: readonly string[]
  /** Closed candles of each interval that must exist first; until then it is warming up. */
  readonly history?: number
  /** The order book, not only its best prices. */
  readonly book?: boolean
}

/** A closed candle. Prices and volume in units of the quote and base asset; times in milliseconds. */
export interface CandleView {
  readonly instrument: InstrumentId
  readonly symbol: string
  readonly interval: string
  readonly openTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  /** Close of the candle before; NaN for the first. */
  readonly previousClose: number
  /** close / previousClose - 1 */
  readonly change: number
}

/** Closed candles of one instrument and interval, newest at index 0 unless said otherwise. */
export interface CandleHistory {
  /** How many are kept (at most the `history` that the strategy needs, plus one). */
  readonly length: number
  open(ago: number): number
  high(ago: number): number
  low(ago: number): number
  close(ago: number): number
  volume(ago: number): number
  /** Highest high of `count` candles, beginning `ago` candles back. */
  highest(ago: number, count: number): number
  /** Lowest low of `count` candles, beginning `ago` candles back. */
  lowest(ago: number, count: number): number
}

/** One public trade. */
export interface TradeView {
  readonly instrument: InstrumentId
  readonly symbol: string
  readonly price: number
  readonly quantity: number
  /** True when the taker sold. */
  readonly sell: boolean
}

/** Best bid and ask. */
export interface BestView {
  readonly instrument: InstrumentId
  readonly symbol: string
  readonly bid: number
  readonly bidQuantity: number
  readonly ask: number
  readonly askQuantity: number
  readonly mid: number
}

/** A live order book; never shown while it is syncing or broken. */
export interface BookView extends BestView {
  levels(side: 'bid' | 'ask'): number
  /** Quantity at a price; 0 if the level is empty. */
  quantityAt(side: 'bid' | 'ask', price: number): number
  /** Quantity within `fraction` of the mid price (0.01 = 1 %). */
  quantityWithin(side: 'bid' | 'ask', fraction: number): number
}

/** Mark price and the funding rate to come (a fraction). */
export interface MarkView {
  readonly instrument: InstrumentId
  readonly symbol: string
  readonly mark: number
  readonly index: number
  readonly fundingRate: number
}

/** A fill of one of the strategy's own orders. */
export interface FillView {
  readonly instrument: InstrumentId
  readonly symbol: string
  readonly price: number
  readonly quantity: number
  readonly sell: boolean
  readonly maker: boolean
}

/** The strategy's own position in one instrument. */
export interface PositionView {
  /** Signed, in base units (contracts' worth). */
  readonly quantity: number
  readonly averageEntry: number
  readonly direction: Direction
}

/** Wanted resting prices of one instrument; cleared before each use with `clear()`. */
export interface QuoteSlots {
  clear(): this
  /** Adds a resting buy. Price is rounded down to the tick, quantity down to the step. */
  bid(price: number, quantity: number): this
  /** Adds a resting sell. Price is rounded up to the tick, quantity down to the step. */
  ask(price: number, quantity: number): this
}

export interface SignalOptions {
  /** A word or two; reports group by it. */
  readonly reason: string
  /** Distances of the protective stop and the take-profit from the entry, as fractions. On spot one of the two. */
  readonly stop?: number | Quantity
  readonly takeProfit?: number | Quantity
  readonly entry?: EntryStyle
}

export interface TargetOptions {
  readonly reason: string
  /** Signed value in the quote asset; or */
  readonly notional?: number
  /** signed quantity in base units. */
  readonly quantity?: number
  /** As in signals. They hold for the whole position: a target without a stop takes the one before away. */
  readonly stop?: number | Quantity
  readonly takeProfit?: number | Quantity
  readonly entry?: EntryStyle
}

/** Everything a strategy can see and do during a call. */
export interface StrategyContext<P extends ParamDeclarations = ParamDeclarations, S = unknown> {
  readonly params: ParamValues<P>
  /** Memory for the instrument of this call: plain data, kept across restarts. */
  readonly state: S
  /** The session's time in milliseconds: that of the row being handled. */
  readonly time: number
  readonly instruments: readonly InstrumentId[]
  instrument(id: InstrumentId): Instrument
  position(id: InstrumentId): PositionView
  best(id: InstrumentId): BestView
  candles(id: InstrumentId, interval: string): CandleHistory
  /** Value of the account in its settle asset, as of the last row. */
  readonly equity: number
  /** An opinion; the configured sizer turns it into a position. */
  signal(id: InstrumentId, direction: Direction, options: SignalOptions): void
  /** An explicit position, clipped by limits. */
  target(id: InstrumentId, options: TargetOptions): void
  /** A scratch set of resting prices, to be filled and given to `quote`. */
  readonly slots: QuoteSlots
  /** The resting prices wanted from now on; orders that already stand at them keep their place in the queue. */
  quote(id: InstrumentId, slots: QuoteSlots): void
  /** What it looks at: a value and the threshold it is compared with; feeds "why no trade?". */
  show(name: string, value: number, threshold?: number): void
}

/** A strategy as its author writes it. */
export interface StrategyDefinition<P extends ParamDeclarations = ParamDeclarations, S = unknown> {
  readonly name: string
  /** One line for `tapewright strategies`. */
  readonly about?: string
  readonly params?: P
  readonly needs: Needs | ((params: ParamValues<P>) => Needs)
  /** Makes the memory of one instrument: plain data only (numbers, strings, booleans, null, arrays, plain objects). */
  readonly state?: () => S
  onCandle?(candle: CandleView, ctx: StrategyContext<P, S>): void
  onTrade?(trade: TradeView, ctx: StrategyContext<P, S>): void
  onBest?(best: BestView, ctx: StrategyContext<P, S>): void
  onBook?(book: BookView, ctx: StrategyContext<P, S>): void
  onMark?(mark: MarkView, ctx: StrategyContext<P, S>): void
  onFill?(fill: FillView, ctx: StrategyContext<P, S>): void
}

/** Definitions that went through `defineStrategy`: nothing else is taken for a strategy. */
const defined: WeakSet<object> = new WeakSet()

/**
 * Checks and freezes a definition; a strategy file's default export. What it returns is typed without the parameters, so
 * that strategies of every sort fit in one list.
 * Throws TypeError when the name or the handlers make no sense.
 */
export function defineStrategy<const P extends ParamDeclarations, S>(
  definition: StrategyDefinition<P, S>,
): StrategyDefinition {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(definition.name))
    throw new TypeError(`strategy name '${definition.name}' must be 1 to 40 of a-z, 0-9 and -, beginning with a letter`)
  const { onCandle, onTrade, onBest, onBook, onMark } = definition
  if (
    onCandle === undefined &&
    onTrade === undefined &&
    onBest === undefined &&
    onBook === undefined &&
    onMark === undefined
  )
    throw new TypeError(
      `strategy ${definition.name} listens to nothing: give it onCandle, onTrade, onBest, onBook or onMark`,
    )
  const frozen: object = Object.freeze(definition)
  defined.add(frozen)
  return frozen as StrategyDefinition
}

/** True for what `defineStrategy` returned. */
export function isStrategy(value: unknown): value is StrategyDefinition {
  return typeof value === 'object' && value !== null && defined.has(value)
}
