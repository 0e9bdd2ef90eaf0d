/**
 * What the account would hold if every open order turned out the worse way: the base of all limits.
 *
 * Values are whole millionths of the quote asset, rounded up, in doubles: sums stay exact up to 9 thousand million units.
 */
import type { Instrument } from '../market/instrument.ts'
import { scaleOf } from '../number/decimal.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'

/** Millionths in one unit of the quote asset. */
export const MICROS = 1_000_000

export class Exposure {
  /** Account position per instrument, lots, signed. */
  readonly position: Float64Array
  /** Lots still to fill of orders that could add to a long (short) position. */
  readonly openBuy: Float64Array
  readonly openSell: Float64Array
  /** Worst-case value per instrument, micros. */
  readonly worst: Float64Array
  /** [0] sum of `worst`. */
  readonly total: Float64Array = new Float64Array(1)
  /** Micros of one price quantum times one lot. */
  readonly microsPerUnit: Float64Array

  constructor(instruments: readonly Instrument[]) {
    const n = instruments.length
    this.position = new Float64Array(n)
    this.openBuy = new Float64Array(n)
    this.openSell = new Float64Array(n)
    this.worst = new Float64Array(n)
    this.microsPerUnit = Float64Array.from(
      instruments,
      (i) => (i.contractSize * MICROS) / scaleOf(i.priceDecimals) / scaleOf(i.quantityDecimals),
    )
  }

  /** Recomputes one instrument's worst case at the price in `price[0]` (price quanta). */
  refresh(instrument: number, price: Float64Array): void {
    const position = this.position[instrument] as number
    const long = Math.abs(position + (this.openBuy[instrument] as number))
    const short = Math.abs(position - (this.openSell[instrument] as number))
    const lots = long > short ? long : short
    const value = Math.ceil(lots * (price[0] as number) * (this.microsPerUnit[instrument] as number))
    this.total[0] = (this.total[0] as number) - (this.worst[instrument] as number) + value
    this.worst[instrument] = value
  }

  save(writer: StateWriter): void {
    writer.begin('exposure', 1)
    for (const column of this.#columns()) writer.f64s(column)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('exposure', 1)
    for (const column of this.#columns()) reader.into(column)
    reader.end()
  }

  #columns(): readonly Float64Array[] {
    return [this.position, this.openBuy, this.openSell, this.worst, this.total]
  }
}
