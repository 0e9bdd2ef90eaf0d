/** The largest liquidation of one market within a second: streams tell of no more than one. */
import { FIELD } from '../venue/events.ts'
import type { LiquidationFigures } from './market-text.ts'

const SECOND = 1_000_000

export class PendingLiquidation {
  /** The one to tell of, or the last that was told of; undefined before the first. */
  figures: LiquidationFigures | undefined
  /** When it happened, microseconds. */
  time = 0

  /** `orderPrices`: limit prices by slot of the order store. */
  take(cells: Float64Array, at: number, orderPrices: Float64Array): void {
    const time = cells[at + FIELD.time] as number
    const averagePrice = cells[at + FIELD.price] as number
    const quantity = cells[at + FIELD.quantity] as number
    const sameSecond = Math.floor(time / SECOND) === Math.floor(this.time / SECOND)
    if (sameSecond && this.figures !== undefined && quantity <= this.figures.quantity) return
    const limit = orderPrices[cells[at + FIELD.slot] as number] ?? 0
    const price = limit > 0 ? limit : averagePrice
    this.time = time
    this.figures = { side: cells[at + FIELD.side] as number, price, averagePrice, quantity, time }
  }
}
