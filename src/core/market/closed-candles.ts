/** The last closed candles of every instrument, in columns: a ring of `depth` per instrument. */
import type { StateReader, StateWriter } from '../tape/state.ts'

/** What is special about a closed candle. */
export const CANDLE_MARK = {
  /** Nothing happened in the interval: all prices are the close before. */
  flat: 1,
  /** The first candle of a series that began inside the interval: what came before is missing from it. */
  partial: 2,
} as const

export class ClosedCandles {
  readonly depth: number
  /** Elements are found by `at`. Prices in price quanta, volumes in quantity quanta, times in microseconds. */
  readonly openTime: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
  readonly takerBuyVolume: Float64Array
  readonly trades: Float64Array
  /** CANDLE_MARK bits. */
  readonly marks: Uint8Array
  /** Candles of each instrument since its series began, those no longer held included. */
  readonly count: Int32Array
  /** Ring place of the newest candle. */
  readonly #newest: Int32Array

  constructor(instruments: number, depth: number) {
    if (!(Number.isInteger(depth) && depth > 0))
      throw new RangeError(`a candle history of ${depth} is no positive integer`)
    const elements = instruments * depth
    this.depth = depth
    this.openTime = new Float64Array(elements)
    this.open = new Float64Array(elements)
    this.high = new Float64Array(elements)
    this.low = new Float64Array(elements)
    this.close = new Float64Array(elements)
    this.volume = new Float64Array(elements)
    this.takerBuyVolume = new Float64Array(elements)
    this.trades = new Float64Array(elements)
    this.marks = new Uint8Array(elements)
    this.count = new Int32Array(instruments)
    this.#newest = new Int32Array(instruments)
  }

  /** Element of the `back`th newest candle, 0 being the newest; -1 when it is not held. */
  at(instrument: number, back: number): number {
    const held = Math.min(this.count[instrument] as number, this.depth)
    if (back < 0 || back >= held) return -1
    const place = (this.#newest[instrument] as number) - back
    return instrument * this.depth + (place < 0 ? place + this.depth : place)
  }

  /** Makes room for one more candle of the instrument and returns its element. */
  push(instrument: number): number {
    const next = (this.#newest[instrument] as number) + 1
    const place = next === this.depth ? 0 : next
    this.#newest[instrument] = place
    this.count[instrument] = (this.count[instrument] as number) + 1
    return instrument * this.depth + place
  }

  save(writer: StateWriter): void {
    writer.begin('closed-candles', 1)
    for (const column of this.#columns()) writer.f64s(column)
    writer.u8s(this.marks)
    writer.i32s(this.count)
    writer.i32s(this.#newest)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('closed-candles', 1)
    for (const column of this.#columns()) reader.into(column)
    reader.into(this.marks)
    reader.into(this.count)
    reader.into(this.#newest)
    reader.end()
  }

  #columns(): readonly Float64Array[] {
    const { openTime, open, high, low, close, volume, takerBuyVolume, trades } = this
    return [openTime, open, high, low, close, volume, takerBuyVolume, trades]
  }
}
