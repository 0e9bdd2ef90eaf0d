/** Reads an account's equity for a report without touching the engine that owns it. */
import type { PositionTable } from '../../core/account/positions.ts'
import type { PriceColumns } from '../../core/account/rate-chains.ts'
import type { Valuation } from '../../core/account/valuation.ts'
import { I128Array } from '../../core/number/i128.ts'

/** The parts of an engine that equity follows from. */
export interface EquitySource {
  readonly valuation: Valuation
  /** The account's positions. */
  readonly account: PositionTable
  readonly market: PriceColumns
}

/**
 * Returns a function that gives the equity at the newest prices, 10^-18 of the valuation's asset. The engine's own figures
 * are part of its state and of its decisions: refreshing them from outside would make a run that no replay repeats.
 */
export function equityReader(source: EquitySource): () => bigint {
  const own = new I128Array(1)
  return () => {
    source.valuation.equityOf(0, source.account, source.market, own, 0)
    return own.get(0)
  }
}
