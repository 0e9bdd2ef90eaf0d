/** Candles made of shorter ones: what the finished parts of the forming candle come to, and which part is forming. */
import type { StateReader, StateWriter } from '../tape/state.ts'

/** Columns by instrument. */
export class CandleParts {
  /** Length of the parts in microseconds; 0 until the first came. */
  readonly length: Float64Array
  /** Open time of the part that is forming. */
  readonly openTime: Float64Array
  /** Over the finished parts; high is minus infinity when there is none. */
  readonly high: Float64Array
  readonly low: Float64Array
  readonly volume: Float64Array
  readonly takerBuyVolume: Float64Array
  readonly trades: Float64Array

  constructor(instruments: number) {
    this.length = new Float64Array(instruments)
    this.openTime = new Float64Array(instruments)
    this.high = new Float64Array(instruments)
    this.low = new Float64Array(instruments)
    this.volume = new Float64Array(instruments)
    this.takerBuyVolume = new Float64Array(instruments)
    this.trades = new Float64Array(instruments)
  }

  save(writer: StateWriter): void {
    writer.begin('candle-parts', 1)
    for (const column of this.#columns()) writer.f64s(column)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('candle-parts', 1)
    for (const column of this.#columns()) reader.into(column)
    reader.end()
  }

  #columns(): readonly Float64Array[] {
    return [this.length, this.openTime, this.high, this.low, this.volume, this.takerBuyVolume, this.trades]
  }
}
