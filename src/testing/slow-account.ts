/** The slow twin's money: one contract position and one wallet, in BigInt, by the formulas as they are written down. */

export interface TwinOrder {
  intent: number
  sell: boolean
  /** 0 for a market order. */
  limit: number
  trigger: number
  takeProfit: boolean
  timeInForce: 'goodTillCancel' | 'immediateOrCancel' | 'fillOrKill' | 'postOnly'
  reduceOnly: boolean
  quantity: number
  filled: number
  cut: number
  waiting: boolean
  /** Price that the margin is counted at; 0 for orders that hold none. */
  heldAt: bigint
  ahead: number
  advanced: number
}

/** A price quantum times a lot, in 10^-18 USDT; a mark quantum times a lot. */
export const ORDER_UNIT = 10n ** 14n
export const MARK_UNIT = 10n ** 7n

export class SlowAccount {
  position = 0
  wallet: bigint
  /** Signed cost of the position. */
  cost = 0n

  constructor(money: bigint) {
    this.wallet = money
  }

  /** Books a fill at a fee rate of 10^-12. */
  book(sell: boolean, lots: number, price: number, rate: bigint): void {
    const side = sell ? -1 : 1
    const unit = BigInt(price) * ORDER_UNIT
    const closed = Math.sign(this.position) === -side ? Math.min(lots, Math.abs(this.position)) : 0
    if (closed > 0) {
      const released = (this.cost * BigInt(closed)) / BigInt(Math.abs(this.position))
      this.wallet += BigInt(-side * closed) * unit - released
      this.cost -= released
    }
    this.cost += BigInt(side * (lots - closed)) * unit
    this.position += side * lots
    const exact = BigInt(lots) * BigInt(price) * rate // 10^-16 USDT
    const half = exact < 0n ? -(10n ** 8n) / 2n : 10n ** 8n / 2n
    this.wallet -= ((exact + half) / 10n ** 8n) * 10n ** 10n
  }

  /** Margin of the position, worth `value`, and of the orders that hold any. */
  margin(held: readonly TwinOrder[], value: bigint): bigint {
    let margin = value < 0n ? -value : value
    for (const sell of [false, true]) {
      const side = held.filter((order) => order.sell === sell && !order.reduceOnly)
      const open = (order: TwinOrder): number => order.quantity - order.filled - order.cut
      const lots = side.reduce((sum, order) => sum + open(order), 0)
      if (lots <= Math.max(0, sell ? this.position : -this.position)) continue
      const orderValue = side.reduce((sum, order) => sum + BigInt(open(order)) * order.heldAt * ORDER_UNIT, 0n)
      const after = value + (sell ? -orderValue : orderValue)
      const size = after < 0n ? -after : after
      if (size > margin) margin = size
    }
    return margin
  }

  /** What backs margin: losses count, profits do not. */
  funds(value: bigint): bigint {
    const unrealised = this.position === 0 ? 0n : value - this.cost
    return this.wallet + (unrealised < 0n ? unrealised : 0n)
  }
}
