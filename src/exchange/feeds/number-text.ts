/**
 * Numbers as the venue writes them: decimal text with a fixed number of decimals, from exact counts.
 * Spot writes eight decimals whatever the instrument's own; futures write as many as the instrument has.
 */
import type { Instrument } from '../../core/market/instrument.ts'

/** Decimals that spot writes, and that amounts of money have everywhere. */
export const AMOUNT_DECIMALS = 8

const MICROS_PER_MILLI = 1000
const ZEROS = '0'.repeat(40)

/**
 * Writes a count of 10^-decimals with `shown` decimals: zeros are added, surplus ones cut off (towards zero). `count` must be
 * a safe integer.
 */
export function fixed(count: number, decimals: number, shown: number): string {
  return count < 0 ? `-${digitsText(String(-count), decimals, shown)}` : digitsText(String(count), decimals, shown)
}

/** The same for counts of any size. */
export function fixedBig(count: bigint, decimals: number, shown: number): string {
  return count < 0n ? `-${digitsText(String(-count), decimals, shown)}` : digitsText(String(count), decimals, shown)
}

/** An amount of money of 10^-8, without the zeros behind its last digit: `0`, `12.5`. */
export function amountText(count: number | bigint): string {
  const text = fixedBig(BigInt(count), AMOUNT_DECIMALS, AMOUNT_DECIMALS)
  let end = text.length
  while (text.charCodeAt(end - 1) === 0x30) end--
  return text.charCodeAt(end - 1) === 0x2e ? text.slice(0, end - 1) : text.slice(0, end)
}

/** Whole milliseconds of microseconds. */
export function millis(micros: number): number {
  return Math.floor(micros / MICROS_PER_MILLI)
}

function digitsText(digits: string, decimals: number, shown: number): string {
  let whole = digits
  let fraction = ''
  if (decimals > 0) {
    const padded = digits.length > decimals ? digits : ZEROS.slice(0, decimals + 1 - digits.length) + digits
    whole = padded.slice(0, padded.length - decimals)
    fraction = padded.slice(padded.length - decimals)
  }
  if (shown === 0) return whole
  if (shown === decimals) return `${whole}.${fraction}`
  return `${whole}.${shown < decimals ? fraction.slice(0, shown) : fraction + ZEROS.slice(0, shown - decimals)}`
}

/** How one instrument's numbers are written. */
export class NumberText {
  readonly #price: number
  readonly #quantity: number
  readonly #mark: number
  readonly #spot: boolean

  constructor(instrument: Instrument) {
    this.#price = instrument.priceDecimals
    this.#quantity = instrument.quantityDecimals
    this.#mark = instrument.markDecimals
    this.#spot = instrument.market === 'spot'
  }

  price(quanta: number): string {
    return fixed(quanta, this.#price, this.#spot ? AMOUNT_DECIMALS : this.#price)
  }

  quantity(lots: number): string {
    return fixed(lots, this.#quantity, this.#spot ? AMOUNT_DECIMALS : this.#quantity)
  }

  /** A value in price quanta times lots. */
  value(units: bigint): string {
    const decimals = this.#price + this.#quantity
    return fixedBig(units, decimals, this.#spot ? AMOUNT_DECIMALS : decimals)
  }

  /** The average price of `lots` that cost `units` (price quanta times lots), with the instrument's decimals, rounded down. */
  average(units: bigint, lots: number): string {
    if (lots === 0) return this.price(0)
    return this.price(Number(units / BigInt(lots)))
  }

  mark(quanta: number): string {
    return fixed(quanta, this.#mark, this.#mark)
  }

  /** (now - before) / before in percent, with three decimals, towards zero. */
  percent(before: number, now: number): string {
    if (before === 0) return '0.000'
    return fixedBig((BigInt(now - before) * 100_000n) / BigInt(before), 3, 3)
  }
}
