/** A live order book as strategies see it. */
import type { Book } from '../market/book.ts'
import type { BookView } from './contract.ts'
import { BestPrices } from './views.ts'

export class BookPrices extends BestPrices implements BookView {
  #book: Book | undefined

  bind(book: Book, instrument: number): void {
    this.#book = book
    this.instrument = instrument
  }

  override get bid(): number {
    return this.#top(0) / (this.market.priceScale[this.instrument] as number)
  }

  override get bidQuantity(): number {
    return this.#top(1) / (this.market.quantityScale[this.instrument] as number)
  }

  override get ask(): number {
    return this.#top(2) / (this.market.priceScale[this.instrument] as number)
  }

  override get askQuantity(): number {
    return this.#top(3) / (this.market.quantityScale[this.instrument] as number)
  }

  override get mid(): number {
    return (this.#top(0) + this.#top(2)) / 2 / (this.market.priceScale[this.instrument] as number)
  }

  levels(side: 'bid' | 'ask'): number {
    return (side === 'bid' ? this.#book?.bids.count : this.#book?.asks.count) ?? 0
  }

  quantityAt(side: 'bid' | 'ask', price: number): number {
    const quanta = Math.round(price * (this.market.priceScale[this.instrument] as number))
    const book = side === 'bid' ? this.#book?.bids : this.#book?.asks
    return (book?.quantityOf(quanta) ?? 0) / (this.market.quantityScale[this.instrument] as number)
  }

  quantityWithin(side: 'bid' | 'ask', fraction: number): number {
    const mid = (this.#top(0) + this.#top(2)) / 2
    const limit = side === 'bid' ? Math.ceil(mid * (1 - fraction)) : Math.floor(mid * (1 + fraction))
    const book = side === 'bid' ? this.#book?.bids : this.#book?.asks
    return (book?.quantityTo(limit) ?? 0) / (this.market.quantityScale[this.instrument] as number)
  }

  #top(column: number): number {
    return this.#book?.top[column] ?? 0
  }
}
