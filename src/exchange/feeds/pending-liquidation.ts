/** The largest liquidation of one market within a second: streams tell of no more than one. */
import { FIELD } from '../venue/events.ts'
import type { FilledOrders } from './feed-source.ts'
import type { LiquidationFigures } from './market-text.ts'

const SECOND = 1_000_000
/** What the high words of an order's filled value count. */
const VALUE_UNIT = 0x100_0000_0000n

export class PendingLiquidation {
  /** The one to tell of, or the last that was told of; undefined before the first. */
  figures: LiquidationFigures | undefined
  /** When it happened, microseconds. */
  time = 0

  /** Takes the event at `cells[at]`, unless nothing of the order was filled. */
  take(cells: Float64Array, at: number, orders: FilledOrders): void {
    const time = cells[at + FIELD.time] as number
    const filled = cells[at + FIELD.filled] as number
    if (filled === 0) return
    const sameSecond = Math.floor(time / SECOND) === Math.floor(this.time / SECOND)
    if (sameSecond && this.figures !== undefined && filled <= this.figures.filled) return
    this.time = time
    this.figures = {
      side: cells[at + FIELD.side] as number,
      price: cells[at + FIELD.price] as number,
      value: filledValueOf(orders, cells[at + FIELD.slot] as number),
      quantity: cells[at + FIELD.quantity] as number,
      filled,
      time,
    }
  }
}

/** Price times lots over the fills of an order. */
export function filledValueOf(orders: FilledOrders, slot: number): bigint {
  return BigInt(orders.filledValueHigh[slot] ?? 0) * VALUE_UNIT + BigInt(orders.filledValue[slot] ?? 0)
}
