/** Figures of a report as people read them: rounded, grouped, with signs and units. Exact figures are in the report itself. */
import { printTime } from '../../core/calendar.ts'
import { parseAmount, printAmount } from '../../core/number/decimal.ts'
import { divideRounded } from '../../core/number/rounding.ts'
import { AMOUNT_DECIMALS } from '../../core/tape/layout.ts'
import type { Figure, Money } from './report-data.ts'

const SECOND_US = 1e6
const MINUTE_US = 60 * SECOND_US
const HOUR_US = 60 * MINUTE_US
const DAY_US = 24 * HOUR_US

/** Decimals that money is shown with when accounts are of this size: cents of dollars, satoshis of bitcoins. */
export function shownDecimals(equity: Money): number {
  const size = Math.abs(Number(equity))
  return size >= 100 || size === 0 ? 2 : size >= 1 ? 4 : 8
}

/** `1,234.50`, rounded half to even. */
export function showMoney(amount: Money, decimals: number): string {
  const cut = divideRounded(parseAmount(amount, AMOUNT_DECIMALS), powerOfTen(AMOUNT_DECIMALS - decimals), 'half-even')
  const text = printAmount(cut, decimals)
  const [whole = '', fraction] = text.split('.')
  const grouped = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** `+1,234.50` or `-0.25`; zero has no sign. */
export function showSigned(amount: Money, decimals: number): string {
  const text = showMoney(amount, decimals)
  return text.startsWith('-') || !/[1-9]/.test(text) ? text : `+${text}`
}

/** -1, 0 or 1. */
export function signOf(amount: Money): number {
  return amount.startsWith('-') ? -1 : /[1-9]/.test(amount) ? 1 : 0
}

/** A figure in the words of `show`, or `n/a (why not)`. */
export function showFigure(figure: Figure, show: (value: number) => string): string {
  return 'na' in figure ? `n/a (${figure.na})` : show(figure.value)
}

/** `12.3 %` */
export function showPercent(value: number): string {
  if (value === 0 || value === 1) return value === 0 ? '0 %' : '100 %'
  return `${fixed(value * 100, Math.abs(value) >= 10 ? 0 : Math.abs(value) >= 0.1 ? 1 : 2)} %`
}

/** `+12.3 %` */
export function showSignedPercent(value: number): string {
  const text = showPercent(value)
  return text.startsWith('-') || !/[1-9]/.test(text) ? text : `+${text}`
}

/** `1.23`, `12.3`, `1,234` */
export function showNumber(value: number): string {
  const size = Math.abs(value)
  return fixed(value, size >= 1000 ? 0 : size >= 100 ? 1 : 2)
}

/** `1,234` */
export function showCount(value: number): string {
  return fixed(value, 0)
}

/** `2 d 3 h`, `12 min`, `4.5 s`: the two largest units that say something. */
export function showDuration(durationUs: number): string {
  if (durationUs < MINUTE_US) return `${fixed(durationUs / SECOND_US, durationUs < 10 * SECOND_US ? 1 : 0)} s`
  if (durationUs < HOUR_US) return `${Math.floor(durationUs / MINUTE_US)} min`
  if (durationUs < DAY_US) return two(Math.floor(durationUs / MINUTE_US), 60, 'h', 'min')
  if (durationUs < 100 * DAY_US) return two(Math.floor(durationUs / HOUR_US), 24, 'd', 'h')
  return `${showCount(Math.floor(durationUs / DAY_US))} d`
}

/** `2024-08-08 12:34`, UTC. */
export function showTime(timeUs: number): string {
  return printTime(timeUs).slice(0, 16).replace('T', ' ')
}

/** `2024-08-08 12:34:56`, UTC. */
export function showExactTime(timeUs: number): string {
  return printTime(timeUs).slice(0, 19).replace('T', ' ')
}

function two(count: number, per: number, large: string, small: string): string {
  const rest = count % per
  return `${Math.floor(count / per)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`
}

/** Fixed decimals with groups of three digits and no negative zero. */
function fixed(value: number, decimals: number): string {
  const [whole = '', fraction] = value.toFixed(decimals).split('.')
  const text = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction}`)
  return /[1-9]/.test(text) ? text : text.replace('-', '')
}

function powerOfTen(exponent: number): bigint {
  return BigInt(`1${'0'.repeat(exponent)}`)
}
