/**
 * Fees as fractions of a fill's value, ready for fills: by commission tier, maker or taker, and instrument.
 *
 * In: the instruments' fees and those of the tiers above. Out: for an index, `ppm` in millionths, and the same fee as
 * `times / over` of price times lots, reduced, so that most fees can be worked out exactly in doubles.
 */
import type { VenueInstrument } from '../venue-instrument.ts'
import { amountPerUnit } from '../venue-instrument.ts'
import type { FeeTier } from './venue-options.ts'

const MILLION = 1_000_000

export class FeeTable {
  readonly ppm: Float64Array
  readonly times: Float64Array
  readonly over: Float64Array
  readonly #instruments: number

  constructor(instruments: readonly VenueInstrument[], tiers: readonly FeeTier[]) {
    this.#instruments = instruments.length
    const length = (tiers.length + 1) * 2 * instruments.length
    this.ppm = new Float64Array(length)
    this.times = new Float64Array(length)
    this.over = new Float64Array(length)
    for (let tier = 0; tier <= tiers.length; tier++)
      for (const [instrument, rules] of instruments.entries()) {
        const { makerFeePpm, takerFeePpm } = rules
        const fees = tiers[tier - 1] ?? { makerPpm: makerFeePpm, takerPpm: takerFeePpm }
        this.#set(this.at(tier, 0, instrument), fees.takerPpm, amountPerUnit(rules))
        this.#set(this.at(tier, 1, instrument), fees.makerPpm, amountPerUnit(rules))
      }
  }

  /** Index of a fee; `isMaker` is 1 or 0. */
  at(tier: number, isMaker: number, instrument: number): number {
    return (tier * 2 + isMaker) * this.#instruments + instrument
  }

  #set(at: number, ppm: number, unit: number): void {
    const divisor = commonDivisor(Math.abs(ppm) * unit, MILLION)
    this.ppm[at] = ppm
    this.times[at] = (ppm * unit) / divisor
    this.over[at] = MILLION / divisor
  }
}

function commonDivisor(a: number, b: number): number {
  return a === 0 ? b : commonDivisor(b % a, a)
}
