/** Best prices of a market as text. */
import type { FeedMarket } from '../../feeds/feed-market.ts'

export interface Best {
  readonly price: string
  readonly quantity: string
}

/** The best level of a side, zeros where there is none. */
export function bestOf({ book, numbers }: FeedMarket, side: number): Best {
  const level = book.best(side)
  return {
    price: numbers.price(level === -1 ? 0 : (book.price[level] as number)),
    quantity: numbers.quantity(level === -1 ? 0 : (book.quantity[level] as number)),
  }
}
