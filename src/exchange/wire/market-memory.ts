/** What the wire needs of whoever remembers the public past of the markets. */
import type { FeedMarket } from '../feeds/feed-market.ts'

export interface MarketMemory {
  /** By instrument. */
  readonly markets: readonly FeedMarket[]
}
