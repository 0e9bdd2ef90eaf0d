/** What a run is made of: plain JSON, the first row of its tape, and all that is needed to make the same run again. */
import type { EngineConfig } from '../../core/engine/config.ts'
import type { LatencyModel } from '../backtest/latency.ts'
import type { SyntheticOptions } from '../synthetic/synthetic-market.ts'

/** The code that a run was made by: SHA-256 hashes, and the runtime's version. Equal identities promise equal decisions. */
export interface BuildIdentity {
  readonly version: string
  /** Over the sources of engine, exchange and backtest. */
  readonly sources: string
  readonly lockfile: string
  readonly runtime: string
}

/** How the simulated exchange is set up. Rates count 10^-12. */
export interface ExchangeConfig {
  readonly makerFeeRate: number
  readonly takerFeeRate: number
  readonly queue: 'conservative' | 'probabilistic'
  readonly candleFill: 'next-open' | 'close'
  readonly maxOrders: number
}

/** Where something that a run used lies; not part of what the run is, so that a run may be moved. */
export type Reference =
  | { readonly kind: 'tape'; readonly hash: string; readonly file: string }
  | { readonly kind: 'synthetic'; readonly hash: string; readonly options: SyntheticOptions }
  | { readonly kind: 'strategy'; readonly name: string; readonly source: string }

export interface RunConfig {
  readonly kind: 'backtest'
  readonly build: BuildIdentity
  readonly engine: EngineConfig
  readonly exchange: ExchangeConfig
  readonly latency: LatencyModel
  /** Engine times in microseconds; 0 and 2^53 - 1 for the whole tape. */
  readonly from: number
  readonly to: number
  /** Hashes of the tapes that are read, in the order that decides ties. */
  readonly tapes: readonly string[]
}

/** Fees of a small account: maker 0.02 %, taker 0.05 %. */
export const DEFAULT_EXCHANGE: ExchangeConfig = {
  makerFeeRate: 200_000_000,
  takerFeeRate: 500_000_000,
  queue: 'conservative',
  candleFill: 'next-open',
  maxOrders: 16_384,
}
