/**
 * What the venue's accounts need of each market in columns: units, mark prices, last trades, halts.
 *
 * In: instruments, then prices as they change. Out: columns by instrument. Owns: the current mark and index price, the last
 * price, whether trading is halted. Everything else about an instrument is in the instrument.
 */
import { scaleOf } from '../../../core/number/decimal.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import type { VenueInstrument } from '../venue-instrument.ts'
import { AMOUNT_DECIMALS, amountPerUnit } from '../venue-instrument.ts'
import { Brackets } from './brackets.ts'

export class Markets {
  readonly instruments: readonly VenueInstrument[]
  readonly assets: readonly string[]
  readonly brackets: readonly Brackets[]
  /** Number of the settle asset. */
  readonly asset: Int32Array
  /** 10^-8 of the settle asset that a lot is worth at one price quantum: an integer. */
  readonly unit: Float64Array
  /** The same at one mark quantum: may be a fraction. */
  readonly markUnit: Float64Array
  /** Mark quanta in a price quantum; a fraction where marks are coarser. */
  readonly marksPerPrice: Float64Array
  /** Mark quanta; 0 before the first. */
  readonly mark: Float64Array
  readonly index: Float64Array
  /** Price of the last trade in price quanta, 0 before the first. */
  readonly last: Float64Array
  readonly halted: Uint8Array

  constructor(instruments: readonly VenueInstrument[]) {
    this.instruments = instruments
    this.assets = [...new Set(instruments.map(({ settle }) => settle))]
    this.brackets = instruments.map((instrument) => new Brackets(instrument))
    this.asset = Int32Array.from(instruments, ({ settle }) => this.assets.indexOf(settle))
    this.unit = Float64Array.from(instruments, amountPerUnit)
    this.markUnit = Float64Array.from(instruments, ({ quantityDecimals, markDecimals }) => {
      const finer = quantityDecimals + markDecimals - AMOUNT_DECIMALS
      return finer > 0 ? 1 / scaleOf(finer) : scaleOf(-finer)
    })
    this.marksPerPrice = Float64Array.from(instruments, ({ priceDecimals, markDecimals }) =>
      markDecimals >= priceDecimals ? scaleOf(markDecimals - priceDecimals) : 1 / scaleOf(priceDecimals - markDecimals),
    )
    this.mark = new Float64Array(instruments.length)
    this.index = new Float64Array(instruments.length)
    this.last = new Float64Array(instruments.length)
    this.halted = new Uint8Array(instruments.length)
  }

  save(writer: StateWriter): void {
    writer.begin('markets', 1)
    writer.f64s(this.mark)
    writer.f64s(this.index)
    writer.f64s(this.last)
    writer.u8s(this.halted)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('markets', 1)
    reader.into(this.mark)
    reader.into(this.index)
    reader.into(this.last)
    reader.into(this.halted)
    reader.end()
  }
}
