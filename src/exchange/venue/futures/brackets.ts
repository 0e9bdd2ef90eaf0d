/**
 * Leverage brackets: how much may be held at a leverage, and what must be kept for a position of a given value.
 *
 * In: an instrument's brackets. Out: its largest position value by leverage, and maintenance margin as
 * `value * rate - cum`, where `cum` makes the margin continuous: cum(1) = 0, cum(n) = cum(n-1) + floor(n) * (rate(n) -
 * rate(n-1)). Exact in BigInts of 10^-8; in doubles for estimates.
 */
import { divideRounded } from '../../../core/number/rounding.ts'
import type { LeverageBracket, VenueInstrument } from '../venue-instrument.ts'
import { AMOUNT_DECIMALS, MAX_LEVERAGE } from '../venue-instrument.ts'
import { scaleOf } from '../../../core/number/decimal.ts'

/** Millionths. */
const PPM = 1_000_000n
/** 10^-8 of an asset in one whole unit. */
export const UNIT: number = scaleOf(AMOUNT_DECIMALS)

export class Brackets {
  readonly table: readonly LeverageBracket[]
  /** By bracket: what the maintenance formula takes off, in 10^-8. */
  readonly cums: readonly bigint[]
  /** The same brackets for estimates: floor and cum in 10^-8, rate as a fraction. */
  readonly #floors: Float64Array
  readonly #rates: Float64Array
  readonly #cums: Float64Array
  /** By leverage: the largest position value in 10^-8, 0 where the leverage is not offered. */
  readonly #maxValue: Float64Array = new Float64Array(MAX_LEVERAGE + 1)

  constructor(instrument: VenueInstrument) {
    this.table = instrument.brackets
    const cums: bigint[] = []
    let rate = 0
    let cum = 0n
    for (const bracket of this.table) {
      // Whole units times millionths: exact in 10^-8 as hundred times the product.
      cum += BigInt(bracket.floor) * BigInt(bracket.maintenancePpm - rate) * 100n
      rate = bracket.maintenancePpm
      cums.push(cum)
      for (let leverage = 1; leverage <= bracket.maxLeverage; leverage++) this.#maxValue[leverage] = bracket.cap * UNIT
    }
    this.cums = cums
    this.#floors = Float64Array.from(this.table, (bracket) => bracket.floor * UNIT)
    this.#rates = Float64Array.from(this.table, (bracket) => bracket.maintenancePpm / 1e6)
    this.#cums = Float64Array.from(cums, Number)
  }

  /** Largest leverage offered, for the smallest positions. */
  get maxLeverage(): number {
    return this.table[0]?.maxLeverage ?? 0
  }

  /** Largest position value at a leverage, in 10^-8. */
  maxValue(leverage: number): number {
    return this.#maxValue[leverage] ?? 0
  }

  /** Number of the bracket, from 0, of a position worth `value`, a magnitude in 10^-8. The last one has no upper end. */
  bracketOf(value: bigint): number {
    let found = 0
    for (const [index, { floor }] of this.table.entries()) if (value > BigInt(floor) * BigInt(UNIT)) found = index
    return found
  }

  /** Maintenance margin of a position worth `value`, a magnitude; in 10^-8, half up. */
  maintenance(value: bigint): bigint {
    const bracket = this.bracketOf(value)
    const rate = BigInt(this.table[bracket]?.maintenancePpm ?? 0)
    return divideRounded(value * rate, PPM, 'half-up') - (this.cums[bracket] ?? 0n)
  }

  /** The same within the precision of doubles, from and to `cells[at]`. */
  estimate(cells: Float64Array, at: number): void {
    const value = cells[at] as number
    let bracket = 0
    const last = this.#floors.length - 1
    while (bracket < last && value > (this.#floors[bracket + 1] as number)) bracket++
    cells[at] = value * (this.#rates[bracket] as number) - (this.#cums[bracket] as number)
  }
}
