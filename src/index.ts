/**
 * What a strategy of your own imports from 'tapewright': the function that makes it, the units of its parameters, and
 * the types of what it sees and says. Nothing else of the program is reachable from there.
 */
export type { Instrument, Market } from './core/market/instrument.ts'
export { defineStrategy } from './core/strategy/contract.ts'
export type {
  BestView,
  BookView,
  CandleHistory,
  CandleView,
  Direction,
  EntryStyle,
  FillView,
  InstrumentId,
  MarkView,
  Needs,
  PositionView,
  QuoteSlots,
  SignalOptions,
  StrategyContext,
  StrategyDefinition,
  TargetOptions,
  TradeView,
} from './core/strategy/contract.ts'
export { amount, choice, count, duration, flag, percent, timeframe } from './core/strategy/params.ts'
export type { Bounds, ParamDeclarations, ParamValues, Quantity, Unit } from './core/strategy/params.ts'
