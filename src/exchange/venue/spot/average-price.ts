/**
 * The price that stands for the market in spot's filters: the average of the last five minutes' trades, weighted by quantity,
 * else the last trade's price.
 *
 * In: trades, by price and lots in `cells`, at the venue's time. Out: the average in mark quanta (rounded to the nearest),
 * and the last price in price quanta; 0 before the first trade. Owns: the sums of the window, in steps of five seconds: a
 * trade counts for five minutes and up to five seconds less.
 */
import type { Instrument } from '../../../core/market/instrument.ts'
import { scaleOf } from '../../../core/number/decimal.ts'
import { I128Array } from '../../../core/number/i128.ts'
import { ROUND_HALF_UP } from '../../../core/number/rounding.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'

/** `avgPriceMins` of the filters. */
export const AVERAGE_MINUTES = 5
const STEP = 5_000_000
const STEPS = (AVERAGE_MINUTES * 60_000_000) / STEP

/** Inputs of `add`. */
export const TRADE_CELL = { price: 0, lots: 1, length: 2 } as const

const SECTION = 'spot-average'
const VERSION = 1

export class AveragePrice {
  readonly cells: Float64Array = new Float64Array(TRADE_CELL.length)
  /** Price of the last trade, price quanta. */
  readonly last: Float64Array
  /** Sums of each step of the window, in a ring; and of the whole window. */
  readonly #values: I128Array
  readonly #lots: Float64Array
  readonly #value: I128Array
  readonly #total: Float64Array
  /** Number of the newest step of each instrument. */
  readonly #newest: Float64Array
  readonly #average: Float64Array
  readonly #stale: Uint8Array
  readonly #scale: Float64Array
  readonly #work: I128Array = new I128Array(1)

  constructor(instruments: readonly Instrument[]) {
    const count = instruments.length
    this.last = new Float64Array(count)
    this.#values = new I128Array(count * STEPS)
    this.#lots = new Float64Array(count * STEPS)
    this.#value = new I128Array(count)
    this.#total = new Float64Array(count)
    this.#newest = new Float64Array(count)
    this.#average = new Float64Array(count)
    this.#stale = new Uint8Array(count)
    this.#scale = Float64Array.from(instruments, ({ symbol, markDecimals, priceDecimals }) => {
      if (markDecimals < priceDecimals) throw new RangeError(`${symbol}: mark prices are coarser than prices`)
      return scaleOf(markDecimals - priceDecimals)
    })
  }

  /** Adds the trade in `cells` at `time[0]`, microseconds, which never runs back. */
  add(instrument: number, time: Float64Array): void {
    this.#roll(instrument, time)
    const slot = instrument * STEPS + ((this.#newest[instrument] as number) % STEPS)
    const lots = this.cells[TRADE_CELL.lots] as number
    this.#values.addProduct(slot, this.cells, TRADE_CELL.price, TRADE_CELL.lots)
    this.#value.addProduct(instrument, this.cells, TRADE_CELL.price, TRADE_CELL.lots)
    this.#lots[slot] = (this.#lots[slot] as number) + lots
    this.#total[instrument] = (this.#total[instrument] as number) + lots
    this.last[instrument] = this.cells[TRADE_CELL.price] as number
    this.#stale[instrument] = 1
  }

  /** The average at `time[0]` in mark quanta, 0 where nothing has been traded yet. */
  at(instrument: number, time: Float64Array): number {
    this.#roll(instrument, time)
    if (this.#stale[instrument] === 0) return this.#average[instrument] as number
    this.#stale[instrument] = 0
    const scale = this.#scale[instrument] as number
    if (this.#total[instrument] === 0) this.#average[instrument] = (this.last[instrument] as number) * scale
    else {
      this.#work.copy(0, instrument, this.#value)
      this.#work.mulDiv(0, this.#ratio(scale, instrument), 0, 1, ROUND_HALF_UP)
      this.#average[instrument] = this.#work.toNumber(0)
    }
    return this.#average[instrument] as number
  }

  /** Writes the window as it is at `time[0]`. */
  save(writer: StateWriter, time: Float64Array): void {
    for (let instrument = 0; instrument < this.last.length; instrument++) this.#roll(instrument, time)
    writer.begin(SECTION, VERSION)
    writer.f64s(this.last)
    writer.u32s(this.#values.words)
    writer.f64s(this.#lots)
    writer.f64s(this.#newest)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    reader.into(this.last)
    reader.into(this.#values.words)
    reader.into(this.#lots)
    reader.into(this.#newest)
    reader.end()
    this.#value.words.fill(0)
    this.#total.fill(0)
    this.#stale.fill(1)
    for (let slot = 0; slot < this.#lots.length; slot++) {
      const instrument = Math.floor(slot / STEPS)
      this.#value.add(instrument, slot, this.#values)
      this.#total[instrument] = (this.#total[instrument] as number) + (this.#lots[slot] as number)
    }
  }

  readonly #pair: Float64Array = new Float64Array(2)

  #ratio(scale: number, instrument: number): Float64Array {
    this.#pair[0] = scale
    this.#pair[1] = this.#total[instrument] as number
    return this.#pair
  }

  /** Drops the steps that have left the window. */
  #roll(instrument: number, time: Float64Array): void {
    const step = Math.floor((time[0] as number) / STEP)
    let newest = this.#newest[instrument] as number
    if (step <= newest) return
    if (step - newest > STEPS) newest = step - STEPS
    while (newest < step) {
      newest++
      const slot = instrument * STEPS + (newest % STEPS)
      if (this.#lots[slot] === 0) continue
      this.#value.sub(instrument, slot, this.#values)
      this.#total[instrument] = (this.#total[instrument] as number) - (this.#lots[slot] as number)
      this.#values.setNumber(slot, 0)
      this.#lots[slot] = 0
      this.#stale[instrument] = 1
    }
    this.#newest[instrument] = step
  }
}
