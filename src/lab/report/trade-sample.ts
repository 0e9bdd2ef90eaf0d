/**
 * Trades to draw, in bounded number: all of them, or of each stretch of trades in a row the best and the worst. As trades
 * come in, stretches grow.
 */
import type { Trade } from './report-data.ts'

interface Kept {
  readonly trade: Trade
  /** 10^-18 of the report's asset. */
  readonly net: bigint
}

export class TradeSample {
  readonly #limit: number
  /** Trades in a row of which two are kept. */
  #stretch = 1
  #kept: Kept[] = []

  /** Keeps at most `limit` trades, at least a quarter as many when there are more. */
  constructor(limit: number) {
    this.#limit = limit
  }

  add(trade: Trade, net: bigint): void {
    this.#kept.push({ trade, net })
    // Twice the limit may wait, so that thinning costs little per trade.
    if (this.#kept.length > this.#limit * 2) this.#thin()
  }

  /** Trades kept, in the order of closing. */
  trades(): readonly Trade[] {
    if (this.#kept.length > this.#limit) this.#thin()
    return this.#kept.map(({ trade }) => trade)
  }

  #thin(): void {
    while (this.#kept.length > this.#limit) {
      // Of two in a row both are best or worst: only stretches of four and more thin anything out.
      this.#stretch = Math.max(4, this.#stretch * 2)
      const stretches = Map.groupBy(this.#kept, ({ trade }) => Math.floor((trade.number - 1) / this.#stretch))
      this.#kept = [...stretches.values()].flatMap(extremes)
    }
  }
}

/** The best and the worst of some trades, in their order. */
function extremes(kept: readonly Kept[]): readonly Kept[] {
  const first = kept[0]
  if (first === undefined) return []
  let best = first
  let worst = first
  for (const one of kept) {
    if (one.net > best.net) best = one
    if (one.net < worst.net) worst = one
  }
  if (best === worst) return [best]
  return best.trade.number < worst.trade.number ? [best, worst] : [worst, best]
}
