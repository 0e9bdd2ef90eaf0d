/** A strategy without a will of its own, for tests that say what it says. */
import { defineStrategy } from '../core/strategy/contract.ts'
import type { Needs, StrategyContext, StrategyDefinition } from '../core/strategy/contract.ts'

/** A strategy that does what the test tells it, once, at the next trade. */
export interface Puppet {
  readonly definition: StrategyDefinition
  act: ((ctx: StrategyContext) => void) | undefined
  /** Fills that it was told of. */
  readonly heard: string[]
}

export function puppet(name = 'puppet', needs: Needs = {}): Puppet {
  const made: { act: Puppet['act']; heard: string[] } = { act: undefined, heard: [] }
  const definition = defineStrategy({
    name,
    needs,
    onTrade(_, ctx) {
      const { act } = made
      made.act = undefined
      act?.(ctx)
    },
    onFill(fill) {
      made.heard.push(`${fill.sell ? 'sold' : 'bought'} ${fill.quantity} at ${fill.price}`)
    },
  })
  return Object.assign(made, { definition })
}
