/** The slow twin's queue: what is remembered of a price, and how cancelled lots are shared out among those before us. */
import type { TwinOrder } from './slow-account.ts'

export interface Level {
  /** Lots that the recording shows; -1 if it has not said. */
  recorded: number
  taken: number
  /** Lots printed since the last update. */
  traded: number
  /** Lots that the last update showed missing without a print, and its time. */
  missing: number
  missingSince: number
}

/** Of `whole` lots at a price, `lots` were cancelled: each stood behind us with b^3 / (b^3 + f^3). */
export function cancelled(queue: readonly TwinOrder[], whole: number, lots: number): void {
  let least = 0
  for (const order of queue) {
    if (order.ahead === Infinity) continue
    const front = order.ahead
    const back = Math.max(0, whole - front)
    const cubes = { front: front * front * front, back: back * back * back }
    const behind = front === 0 ? lots : (lots * cubes.back) / (cubes.back + cubes.front)
    const fromFront = lots - Math.min(back, behind)
    order.ahead = Math.min(front, Math.max(least, Math.ceil(front - fromFront), 0))
    order.advanced = front - order.ahead
    least = order.ahead
  }
}
