/**
 * Mark prices and funding rates of the futures venue.
 *
 * In: index prices, best bid and offer, last price; each second. Out: mark price in mark quanta, the funding rate to come in
 * units of 10^-8. Formulas: mark = median(price 1, price 2, last price) with price 1 = index * (1 + last rate * time to funding /
 * interval) and price 2 = index + average basis of the last seconds; funding rate = (average premium + clamp(interest -
 * premium)) / (8 hours / interval), within the instrument's cap and floor. An operator may set a mark price instead.
 * Prices are doubles here: the venue rounds a mark price to its quantum anyway, and what it rounded is what everybody sees.
 */
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { BUY, SELL } from '../requests.ts'
import type { OrderBook } from '../order-book.ts'
import type { Markets } from './markets.ts'
import type { FuturesOptions } from './venue-options.ts'

const EIGHT_HOURS = 28_800_000_000
/** Rates count 10^-8. */
export const RATE_SCALE = 100_000_000

export class Premiums {
  /** By instrument: 1 while an operator's mark price holds. */
  readonly pinned: Uint8Array
  /** Rates that somebody tells instead of the formula, 10^-8; NaN where nobody does. Not kept. */
  readonly told: Float64Array
  /** Rate of the last funding and of the next as it stands, 10^-8. */
  readonly lastRate: Float64Array
  readonly rate: Float64Array
  /** Venue time of the next funding, microseconds; 0 before the first second. */
  readonly nextFunding: Float64Array
  readonly #markets: Markets
  readonly #books: readonly OrderBook[]
  readonly #options: FuturesOptions
  /** Rings of basis samples in mark quanta, and how many were ever taken, by instrument. */
  readonly #basis: Float64Array
  readonly #samples: Float64Array
  /** Sum and number of the interval's premium samples, 10^-8. */
  readonly #premiumSum: Float64Array
  readonly #premiumCount: Float64Array

  constructor(markets: Markets, books: readonly OrderBook[], options: FuturesOptions) {
    const count = markets.instruments.length
    this.#markets = markets
    this.#books = books
    this.#options = options
    this.pinned = new Uint8Array(count)
    this.told = new Float64Array(count).fill(Number.NaN)
    this.lastRate = new Float64Array(count)
    this.rate = new Float64Array(count)
    this.nextFunding = new Float64Array(count)
    this.#basis = new Float64Array(count * options.basisSamples)
    this.#samples = new Float64Array(count)
    this.#premiumSum = new Float64Array(count)
    this.#premiumCount = new Float64Array(count)
  }

  /** Sets the first funding time of an instrument if it has none yet. */
  start(instrument: number, now: number): void {
    const interval = this.#markets.instruments[instrument]?.fundingInterval ?? EIGHT_HOURS
    if (this.nextFunding[instrument] === 0) this.nextFunding[instrument] = nextTime(now, interval)
  }

  /** Takes a second's sample of an instrument and renews its mark price and rate. True when there is a mark price. */
  second(instrument: number, now: number): boolean {
    const rules = this.#markets.instruments[instrument]
    const index = this.#markets.index[instrument] as number
    if (rules === undefined) return false
    const interval = rules.fundingInterval
    this.start(instrument, now)
    if (index === 0) return this.#markets.mark[instrument] !== 0
    const middle = this.#middle(instrument)
    if (middle !== 0) this.#sample(instrument, index, middle)
    const left = Math.max(0, (this.nextFunding[instrument] as number) - now)
    const price1 = index * (1 + ((this.lastRate[instrument] as number) / RATE_SCALE) * (left / interval))
    const price2 = index + this.#averageBasis(instrument)
    const last = (this.#markets.last[instrument] as number) * (this.#markets.marksPerPrice[instrument] as number)
    const price3 = last === 0 ? price2 : last
    if (this.pinned[instrument] === 0)
      this.#markets.mark[instrument] = Math.max(1, Math.round(median(price1, price2, price3)))
    const told = this.told[instrument] as number
    this.rate[instrument] = Number.isNaN(told) ? this.#fundingRate(instrument) : told
    return true
  }

  /** A funding took place: its rate becomes the last one and a new interval begins. */
  funded(instrument: number): void {
    this.lastRate[instrument] = this.rate[instrument] as number
    this.#premiumSum[instrument] = 0
    this.#premiumCount[instrument] = 0
    const interval = this.#markets.instruments[instrument]?.fundingInterval ?? EIGHT_HOURS
    this.nextFunding[instrument] = (this.nextFunding[instrument] as number) + interval
  }

  save(writer: StateWriter): void {
    writer.begin('premiums', 1)
    writer.u8s(this.pinned)
    for (const column of this.#columns()) writer.f64s(column)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('premiums', 1)
    reader.into(this.pinned)
    for (const column of this.#columns()) reader.into(column)
    reader.end()
  }

  #columns(): Float64Array[] {
    const sums = [this.#premiumSum, this.#premiumCount]
    return [this.lastRate, this.rate, this.nextFunding, this.#basis, this.#samples, ...sums]
  }

  /** Middle of the book in mark quanta; the last price of a one-sided book, 0 when there is neither. */
  #middle(instrument: number): number {
    const book = this.#books[instrument]
    const bid = book?.best(BUY) ?? -1
    const ask = book?.best(SELL) ?? -1
    const scale = this.#markets.marksPerPrice[instrument] as number
    if (book === undefined || bid === -1 || ask === -1) return (this.#markets.last[instrument] as number) * scale
    return (((book.price[bid] as number) + (book.price[ask] as number)) / 2) * scale
  }

  #sample(instrument: number, index: number, middle: number): void {
    const { basisSamples } = this.#options
    const taken = this.#samples[instrument] as number
    this.#basis[instrument * basisSamples + (taken % basisSamples)] = middle - index
    this.#samples[instrument] = taken + 1
    this.#premiumSum[instrument] =
      (this.#premiumSum[instrument] as number) + Math.round(((middle - index) / index) * RATE_SCALE)
    this.#premiumCount[instrument] = (this.#premiumCount[instrument] as number) + 1
  }

  #averageBasis(instrument: number): number {
    const { basisSamples } = this.#options
    const count = Math.min(basisSamples, this.#samples[instrument] as number)
    let sum = 0
    for (let i = 0; i < count; i++) sum += this.#basis[instrument * basisSamples + i] as number
    return count === 0 ? 0 : sum / count
  }

  #fundingRate(instrument: number): number {
    const rules = this.#markets.instruments[instrument]
    const count = this.#premiumCount[instrument] as number
    if (rules === undefined) return 0
    const premium = count === 0 ? 0 : (this.#premiumSum[instrument] as number) / count
    return fundingRate(premium, rules.interestRate, this.#options.fundingClamp, rules)
  }
}

/** The rate for one interval from an average premium and the interest for eight hours, all in units of 10^-8. */
export function fundingRate(
  premium: number,
  interest: number,
  clamp: number,
  bounds: { readonly fundingInterval: number; readonly fundingCap: number; readonly fundingFloor: number },
): number {
  const pull = Math.min(clamp, Math.max(-clamp, interest - premium))
  const rate = Math.round((premium + pull) * (bounds.fundingInterval / EIGHT_HOURS))
  // Never -0: states are compared by their bytes.
  return Math.min(bounds.fundingCap, Math.max(bounds.fundingFloor, rate)) + 0
}

export function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}

/** The first multiple of `interval` after `now`. */
export function nextTime(now: number, interval: number): number {
  return now - (now % interval) + interval
}
