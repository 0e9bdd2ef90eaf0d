/** Amounts of money and averages of prices, both counts of 10^-8, as the futures venue writes them. */
import { AMOUNT_DECIMALS, amountText, fixed, fixedBig } from '../../feeds/number-text.ts'

const RATE_DECIMALS = 6

/** With all eight decimals. */
export function moneyText(amount: bigint): string {
  return fixedBig(amount, AMOUNT_DECIMALS, AMOUNT_DECIMALS)
}

/** Without zeros at its end: `0`, `384.49925`. */
export function trimmedMoney(amount: bigint): string {
  return amountText(amount)
}

/** `0`, or all eight decimals: some fields are like that. */
export function zeroOrMoney(amount: bigint): string {
  return amount === 0n ? '0' : moneyText(amount)
}

/** An average price: at least one decimal, no zeros behind that. */
export function averageText(price: bigint): string {
  const text = amountText(price)
  return text.includes('.') ? text : `${text}.0`
}

/** A rate in millionths as decimal text: `0.000200`. */
export function rateText(ppm: number): string {
  return fixed(ppm, RATE_DECIMALS, RATE_DECIMALS)
}

/** A rate in millionths with fewer decimals, which must be enough for it. */
export function shortRateText(ppm: number, decimals: number): string {
  return fixed(ppm, RATE_DECIMALS, decimals)
}
