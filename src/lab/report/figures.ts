/** Ratios that know when they mean nothing, and money as exact text. */
import { printAmount } from '../../core/number/decimal.ts'
import { AMOUNT_DECIMALS } from '../../core/tape/layout.ts'
import type { Figure, Money } from './report-data.ts'

/** Fewer trades or periods than this make every statistic an anecdote. */
export const ENOUGH = 30

/** An amount of 10^-18 as exact text without needless zeros. */
export function money(amount: bigint): Money {
  return printAmount(amount, AMOUNT_DECIMALS, { trim: true })
}

export function figure(value: number): Figure {
  return { value }
}

export function notAvailable(why: string): Figure {
  return { na: why }
}

/** part / whole as a double, or `why` when the whole is zero. */
export function ratio(part: bigint | number, whole: bigint | number, why: string): Figure {
  return whole === 0n || whole === 0 ? notAvailable(why) : figure(Number(part) / Number(whole))
}

/** `1 trade`, `2 trades`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** An average of exact amounts, cut toward zero at 10^-18. */
export function average(sum: bigint, count: number): bigint {
  return count === 0 ? 0n : sum / BigInt(count)
}
