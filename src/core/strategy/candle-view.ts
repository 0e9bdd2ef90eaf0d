/** Candles as strategies see them: the newest closed one, and the ring behind it. */
import type { CandleSet } from '../engine/candle-set.ts'
import type { Instrument } from '../market/instrument.ts'
import type { CandleHistory, CandleView, InstrumentId } from './contract.ts'

/** The newest closed candle of the instrument it is moved to. */
export class CandlePrices implements CandleView {
  instrument: InstrumentId = 0
  readonly #set: CandleSet
  readonly #instruments: readonly Instrument[]
  readonly #priceScale: Float64Array
  readonly #quantityScale: Float64Array

  constructor(
    set: CandleSet,
    instruments: readonly Instrument[],
    priceScale: Float64Array,
    quantityScale: Float64Array,
  ) {
    this.#set = set
    this.#instruments = instruments
    this.#priceScale = priceScale
    this.#quantityScale = quantityScale
  }

  get symbol(): string {
    return this.#instruments[this.instrument]?.symbol ?? ''
  }

  get interval(): string {
    return this.#set.name
  }

  get openTime(): number {
    return (this.#set.openTime[this.#place] as number) / 1000
  }

  get open(): number {
    return (this.#set.open[this.#place] as number) / (this.#priceScale[this.instrument] as number)
  }

  get high(): number {
    return (this.#set.high[this.#place] as number) / (this.#priceScale[this.instrument] as number)
  }

  get low(): number {
    return (this.#set.low[this.#place] as number) / (this.#priceScale[this.instrument] as number)
  }

  get close(): number {
    return (this.#set.close[this.#place] as number) / (this.#priceScale[this.instrument] as number)
  }

  get volume(): number {
    return (this.#set.volume[this.#place] as number) / (this.#quantityScale[this.instrument] as number)
  }

  get previousClose(): number {
    const { count, depth, newest } = this.#set
    if ((count[this.instrument] as number) < 2) return NaN
    const place = ((newest[this.instrument] as number) + depth - 1) % depth
    return (this.#set.close[this.instrument * depth + place] as number) / (this.#priceScale[this.instrument] as number)
  }

  get change(): number {
    return this.close / this.previousClose - 1
  }

  get #place(): number {
    return this.instrument * this.#set.depth + (this.#set.newest[this.instrument] as number)
  }
}

/** Closed candles of one instrument, newest first. What is not there is NaN. */
export class CandleRing implements CandleHistory {
  readonly #set: CandleSet
  readonly #instrument: number
  readonly #priceScale: Float64Array
  readonly #quantityScale: Float64Array

  constructor(set: CandleSet, instrument: number, priceScale: Float64Array, quantityScale: Float64Array) {
    this.#set = set
    this.#instrument = instrument
    this.#priceScale = priceScale
    this.#quantityScale = quantityScale
  }

  get length(): number {
    return this.#set.count[this.#instrument] as number
  }

  open(ago: number): number {
    return this.#price(this.#set.open, ago)
  }

  high(ago: number): number {
    return this.#price(this.#set.high, ago)
  }

  low(ago: number): number {
    return this.#price(this.#set.low, ago)
  }

  close(ago: number): number {
    return this.#price(this.#set.close, ago)
  }

  volume(ago: number): number {
    return ago >= 0 && ago < this.length
      ? (this.#set.volume[this.#place(ago)] as number) / (this.#quantityScale[this.#instrument] as number)
      : NaN
  }

  highest(ago: number, count: number): number {
    let highest = -Infinity
    const end = Math.min(this.length, ago + count)
    if (!(ago >= 0 && ago < end)) return NaN
    for (let i = ago; i < end; i++) highest = Math.max(highest, this.#set.high[this.#place(i)] as number)
    return highest / (this.#priceScale[this.#instrument] as number)
  }

  lowest(ago: number, count: number): number {
    let lowest = Infinity
    const end = Math.min(this.length, ago + count)
    if (!(ago >= 0 && ago < end)) return NaN
    for (let i = ago; i < end; i++) lowest = Math.min(lowest, this.#set.low[this.#place(i)] as number)
    return lowest / (this.#priceScale[this.#instrument] as number)
  }

  #price(column: Float64Array, ago: number): number {
    return ago >= 0 && ago < this.length
      ? (column[this.#place(ago)] as number) / (this.#priceScale[this.#instrument] as number)
      : NaN
  }

  #place(ago: number): number {
    const { depth, newest } = this.#set
    return this.#instrument * depth + (((newest[this.#instrument] as number) + depth - ago) % depth)
  }
}
