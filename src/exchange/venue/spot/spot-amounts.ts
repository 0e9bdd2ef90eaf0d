/**
 * Amounts of a fill or an order, exact, in 10^-8 of their asset.
 *
 * In: price quanta and lots in `cells` (CELL). Out: registers of `amounts` (AMOUNT). Owns: those registers, and the venue's
 * three roundings, each of which moves less than 10^-8: the value of a fill is rounded down (both sides book the same
 * value, so that nothing vanishes), what a purchase locks is rounded up (so that it covers its fills however they are
 * split), a commission is rounded as `VenueRounding.binanceCommission` says.
 */
import { scaleOf } from '../../../core/number/decimal.ts'
import { I128Array } from '../../../core/number/i128.ts'
import { ROUND_CEIL, ROUND_FLOOR, VenueRounding, roundingCode } from '../../../core/number/rounding.ts'
import type { RoundingCode } from '../../../core/number/rounding.ts'
import type { Instrument } from '../../../core/market/instrument.ts'
import { ASSET_DECIMALS } from './balances.ts'

/** Inputs: price quanta, lots, and a rate in millionths. */
export const CELL = { price: 0, lots: 1, rate: 2, million: 3, unit: 4, length: 5 } as const

/** Registers. `base` and `quote` are what a fill moves, `value` is a scratch for what an order needs. */
export const AMOUNT = { base: 0, quote: 1, fee: 2, need: 3, held: 4, change: 5, length: 6 } as const

/** The rule for what a fill is worth. */
export const FILL_VALUE_ROUNDING: RoundingCode = ROUND_FLOOR
/** The rule for what a purchase locks. */
export const LOCK_ROUNDING: RoundingCode = ROUND_CEIL
const COMMISSION_ROUNDING: RoundingCode = roundingCode(VenueRounding.binanceCommission.rounding)

const MILLION = 1_000_000

export class SpotAmounts {
  readonly cells: Float64Array = new Float64Array(CELL.length)
  readonly amounts: I128Array = new I128Array(AMOUNT.length)
  /** 1 where price times lots is finer than 10^-8 of the quote asset, by instrument. */
  readonly finer: Uint8Array
  readonly #lotUnits: Float64Array
  /** Decimals of price times lots less those of amounts; negative where amounts are finer. */
  readonly #shift: Int32Array
  /** Units of the quote asset in one price quantum times one lot; 1 where that is less than a unit. */
  readonly #valueUnits: Float64Array

  constructor(instruments: readonly Instrument[]) {
    this.cells[CELL.million] = MILLION
    this.#lotUnits = Float64Array.from(instruments, (instrument) => {
      if (instrument.quantityDecimals > ASSET_DECIMALS)
        throw new RangeError(
          `${instrument.symbol}: lots of 10^-${instrument.quantityDecimals} are finer than the 10^-8 that balances hold`,
        )
      return scaleOf(ASSET_DECIMALS - instrument.quantityDecimals)
    })
    this.#shift = Int32Array.from(
      instruments,
      (instrument) => instrument.priceDecimals + instrument.quantityDecimals - ASSET_DECIMALS,
    )
    this.#valueUnits = Float64Array.from(this.#shift, (shift) => (shift < 0 ? scaleOf(-shift) : 1))
    this.finer = Uint8Array.from(this.#shift, (shift) => (shift > 0 ? 1 : 0))
  }

  /** amounts[to] = cells.lots in units of the base asset. */
  base(instrument: number, to: number): void {
    const { amounts, cells } = this
    const unit = this.#lotUnits[instrument] as number
    const whole = (cells[CELL.lots] as number) * unit
    // Rounding never makes a larger product safe: one that looks exact is.
    if (whole <= Number.MAX_SAFE_INTEGER) {
      cells[CELL.unit] = whole
      amounts.setFrom(to, cells, CELL.unit)
      return
    }
    cells[CELL.unit] = unit
    amounts.setNumber(to, 0)
    amounts.addProduct(to, cells, CELL.lots, CELL.unit)
  }

  /** amounts[to] = cells.price * cells.lots in units of the quote asset, rounded as told. */
  quote(instrument: number, to: number, rounding: RoundingCode): void {
    const { amounts, cells } = this
    const whole =
      (cells[CELL.price] as number) * ((cells[CELL.lots] as number) * (this.#valueUnits[instrument] as number))
    if (this.finer[instrument] === 0 && whole <= Number.MAX_SAFE_INTEGER) {
      cells[CELL.unit] = whole
      amounts.setFrom(to, cells, CELL.unit)
      return
    }
    amounts.setNumber(to, 0)
    amounts.addProduct(to, cells, CELL.price, CELL.lots)
    this.#scale(instrument, to, rounding)
  }

  /** amounts[to] = the commission of cells.rate millionths on amounts[from]. */
  commission(from: number, to: number): void {
    this.amounts.copy(to, from)
    this.amounts.mulDiv(to, this.cells, CELL.rate, CELL.million, COMMISSION_ROUNDING)
  }

  /** amounts[to] = price quanta times lots of `values[from]` in units of the quote asset, rounded as told. */
  worth(instrument: number, to: number, values: I128Array, from: number, rounding: RoundingCode): void {
    this.amounts.copy(to, from, values)
    this.#scale(instrument, to, rounding)
  }

  /** values[to] = the most price quanta times lots that `amount` units of the quote asset pay for. */
  value(instrument: number, amount: number, values: I128Array, to: number): void {
    const shift = this.#shift[instrument] as number
    values.setNumber(to, amount)
    if (shift > 0) values.scaleUp(to, shift)
    else if (shift < 0) values.scaleDown(to, -shift, ROUND_FLOOR)
  }

  #scale(instrument: number, to: number, rounding: RoundingCode): void {
    const shift = this.#shift[instrument] as number
    if (shift < 0) this.amounts.scaleUp(to, -shift)
    else if (shift > 0) this.amounts.scaleDown(to, shift, rounding)
  }
}
