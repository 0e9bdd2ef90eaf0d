/**
 * What fills do to an account, written down the long way in BigInts: a list of trades in, money and positions out. Nothing is
 * shared with the venue but the views it tells its trades by.
 */
import type { TradeView } from '../exchange/venue/futures/views.ts'
import { BUY } from '../exchange/venue/requests.ts'

export interface SlowPosition {
  lots: bigint
  /** Value at entry, 10^-8, without sign. */
  value: bigint
}

/** Half up, away from zero. */
export function halfUp(numerator: bigint, denominator: bigint): bigint {
  const isNegative = numerator < 0n !== denominator < 0n
  const [top, bottom] = [size(numerator), size(denominator)]
  const rounded = (top * 2n + bottom) / (bottom * 2n)
  return isNegative ? -rounded : rounded
}

export function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount
}

/**
 * Applies a trade to a position; returns what it realizes in 10^-8. Longs gain when they sell above, shorts when they buy below
 * what they opened at on average.
 */
export function applyTrade(position: SlowPosition, trade: TradeView): bigint {
  const price = trade.value / BigInt(trade.quantity)
  const signed = trade.side === BUY ? BigInt(trade.quantity) : -BigInt(trade.quantity)
  const isSame = position.lots === 0n || position.lots > 0n === signed > 0n
  if (isSame) {
    position.lots += signed
    position.value += size(signed) * price
    return 0n
  }
  const closed = size(signed) < size(position.lots) ? size(signed) : size(position.lots)
  const cost = closed === size(position.lots) ? position.value : halfUp(position.value * closed, size(position.lots))
  const realized = position.lots > 0n ? closed * price - cost : cost - closed * price
  position.value -= cost
  position.lots += signed > 0n ? closed : -closed
  const rest = size(signed) - closed
  if (rest > 0n) {
    position.lots = signed > 0n ? rest : -rest
    position.value = rest * price
  }
  return realized
}
