/** What an engine is told before its first row: plain JSON that goes onto the tape as the first row of a session. */
import type { Instrument } from '../market/instrument.ts'

export { canonicalJson } from '../canonical-json.ts'

/** How a signal becomes a position. */
export type SizerConfig =
  /** A fixed value in the quote asset. */
  | { readonly kind: 'fixed-notional'; readonly notional: number }
  /** The share of equity that a stop may lose; needs a stop on the signal. Capped at `maxNotional`. */
  | { readonly kind: 'risk-fraction'; readonly fraction: number; readonly maxNotional: number }

/** Limits of the pre-trade check, in the quote asset; absent means no limit. They hold for the worst case of all open orders. */
export interface Limits {
  readonly maxOrderNotional?: number
  readonly maxPositionNotional?: number
  readonly maxTotalNotional?: number
  readonly maxOpenOrders?: number
  /** Loss since the UTC day began at which opening stops until the next day. */
  readonly maxDailyLoss?: number
}

export interface StrategyConfig {
  readonly name: string
  /** SHA-256 over the strategy's source and all it imports. */
  readonly sourceHash: string
  /** Parameter texts as given, by name; the rest are defaults. */
  readonly settings: Readonly<Record<string, string>>
  /** Indexes into `instruments`. */
  readonly instruments: readonly number[]
  readonly sizer: SizerConfig
}

export interface EngineConfig {
  readonly instruments: readonly Instrument[]
  readonly strategies: readonly StrategyConfig[]
  /** Starting balances: asset name and exact decimal text. */
  readonly balances: readonly { readonly asset: string; readonly amount: string }[]
  readonly leverage: number
  readonly limits: Limits
  /** Prefix of client order ids (at most 4 of a-z, 0-9). */
  readonly namespace: string
  /** Counted up by each session on the same account, so that ids never repeat. */
  readonly epoch: number
  /** Quotes stay where they are while they are off by no more than this many ticks. */
  readonly quoteToleranceTicks: number
  /** Open orders that the engine can hold. */
  readonly orderCapacity: number
}

/** Settings that every run begins with unless it says otherwise. */
export const DEFAULT_CONFIG: Omit<EngineConfig, 'instruments' | 'strategies' | 'balances'> = {
  leverage: 5,
  limits: {},
  namespace: 'tw',
  epoch: 1,
  quoteToleranceTicks: 0,
  orderCapacity: 16_384,
}
