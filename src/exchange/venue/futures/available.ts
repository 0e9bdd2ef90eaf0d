/** What an account may still use, and what it may take out: the same for replies, withdrawals and leverage. */
import type { AccountFigures } from './figures.ts'
import type { FuturesOptions } from './venue-options.ts'

/** Margin that is not used, in 10^-8; negative where more is used than there is. */
export function availableOf(sums: AccountFigures, options: FuturesOptions): bigint {
  const backing = options.profitBacksOrders || sums.crossUnrealized < 0n ? sums.crossUnrealized : 0n
  return sums.crossWallet + backing - sums.crossPositionMargin - sums.orderMargin
}

/** What may be withdrawn: profit that is not realized stays. */
export function maxWithdrawOf(sums: AccountFigures, options: FuturesOptions): bigint {
  const available = availableOf(sums, options)
  const profit = options.profitBacksOrders && sums.crossUnrealized > 0n ? sums.crossUnrealized : 0n
  const most = available > 0n ? available - profit : 0n
  return most > 0n ? most : 0n
}
