/** A strategy for benchmarks: five bids and five asks that rest away from the touch and seldom move. */
import { defineStrategy } from '../src/core/strategy/contract.ts'
import type { InstrumentId, StrategyContext, StrategyDefinition } from '../src/core/strategy/contract.ts'
import { amount, percent } from '../src/core/strategy/params.ts'

/** Rungs of each side. */
export const RUNGS = 5

const params = {
  /** Value of each quote, in the quote asset. */
  size: amount(500, { min: 0 }),
  /** Distance of the nearest rung from the mid price, and of each rung from the one before. */
  from: percent(0.03, { min: 0 }),
  step: percent(0.005, { min: 0 }),
  /** Move of the mid price after which all rungs are laid anew. */
  follow: percent(0.02, { min: 0 }),
}

interface Memory {
  /** Mid price around which the rungs lie; 0 before the first. */
  centre: number
}

export const ladder: StrategyDefinition = defineStrategy({
  name: 'ladder',
  params,
  needs: {},
  state: (): Memory => ({ centre: 0 }),
  onBest(best, ctx) {
    const { mid } = best
    if (Math.abs(mid - ctx.state.centre) > mid * ctx.params.follow) lay(ctx, best.instrument, mid)
  },
})

function lay(ctx: StrategyContext<typeof params, Memory>, id: InstrumentId, mid: number): void {
  const { size, from, step } = ctx.params
  ctx.state.centre = mid
  const slots = ctx.slots.clear()
  for (let rung = 0; rung < RUNGS; rung++) {
    const distance = mid * (from + rung * step)
    slots.bid(mid - distance, size / mid)
    slots.ask(mid + distance, size / mid)
  }
  ctx.quote(id, slots)
}
