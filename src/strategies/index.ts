/** The strategies that ship with Tapewright, by name. A strategy is added here and nowhere else. */
import type { StrategyDefinition } from '../core/strategy/contract.ts'
import breakout from './breakout.ts'
import marketMaker from './market-maker.ts'
import momentum from './momentum.ts'
import reversion from './reversion.ts'

/** Name → definition, sorted by name. Each stands in a file of its name in this folder. */
export const SHIPPED: ReadonlyMap<string, StrategyDefinition> = new Map(
  [breakout, marketMaker, momentum, reversion].map((definition) => [definition.name, definition]),
)
