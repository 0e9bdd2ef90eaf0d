/** What candles are to be made of, and how. */
import { AGGREGATE_TRADE, BEST_BID_ASK, CANDLE, TRADE } from '../tape/kinds.ts'

/** What candles are made of: a kind of rows. */
export type CandleBasis = 'trades' | 'aggregates' | 'best' | 'candles'
/** Kind number of the rows. */
export const BASIS_KINDS: Readonly<Record<CandleBasis, number>> = {
  trades: TRADE.kind,
  aggregates: AGGREGATE_TRADE.kind,
  best: BEST_BID_ASK.kind,
  candles: CANDLE.kind,
}

export interface CandlesOptions {
  readonly instruments: number
  /** Microseconds. */
  readonly interval: number
  /** Closed candles kept per instrument. */
  readonly depth: number
  readonly basis: CandleBasis
  /** Whether best bid/ask rows correct the forming candle. */
  readonly correct: boolean
  /**
   * How far past the end of a candle the venue time of a row outside the basis must be to close it, microseconds: streams
   * overtake each other (by 98 ms at the 99th percentile of a recording), and a candle closed too soon misses trades.
   */
  readonly grace: number
}

export const DEFAULT_GRACE_US = 1_000_000
