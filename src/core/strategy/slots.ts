/** The scratch set of resting prices that a strategy fills and hands over. */
import type { QuoteSlots } from './contract.ts'

/** Prices of one side that fit; more than an order book's worth of quoting needs. */
export const MAX_SLOTS = 8

/** Collected as (price, quantity) doubles in units of the assets; the engine rounds them to ticks and steps. */
export class SlotScratch implements QuoteSlots {
  bids = 0
  asks = 0
  readonly bidCells: Float64Array = new Float64Array(MAX_SLOTS * 2)
  readonly askCells: Float64Array = new Float64Array(MAX_SLOTS * 2)

  clear(): this {
    this.bids = 0
    this.asks = 0
    return this
  }

  bid(price: number, quantity: number): this {
    if (this.bids === MAX_SLOTS) throw new RangeError(`a quote holds at most ${MAX_SLOTS} bids`)
    const at = this.bids++ * 2
    this.bidCells[at] = price
    this.bidCells[at + 1] = quantity
    return this
  }

  ask(price: number, quantity: number): this {
    if (this.asks === MAX_SLOTS) throw new RangeError(`a quote holds at most ${MAX_SLOTS} asks`)
    const at = this.asks++ * 2
    this.askCells[at] = price
    this.askCells[at + 1] = quantity
    return this
  }
}
