/**
 * What a book looks like at the beginning of every interval: best prices, level counts, and quantities near the mid.
 *
 * In: live books, after each of their depth rows. Out: one sample per instrument and interval, taken at the first depth row of
 * the interval and keyed by the absolute number of the interval, so that an outage of exactly an hour is not taken for none.
 * Absent is not zero: without both best prices there is no mid (NaN), and a band that reaches beyond what the book knows is
 * marked as incomplete: its quantity is then a lower bound.
 */
import type { StateReader, StateWriter } from '../tape/state.ts'
import { BOOK_STATE, TOP, type Book } from './book.ts'

export interface BookFeaturesOptions {
  readonly instruments: number
  /** Microseconds. */
  readonly interval: number
  /** Half-widths of the bands around the mid in whole percent, such as [1, 4]. */
  readonly bands: readonly number[]
}

/** Quantities within a band around the mid, its edges included; columns by instrument. */
export interface BandColumns {
  readonly percent: number
  /** In quantity quanta. */
  readonly bid: Float64Array
  readonly ask: Float64Array
  /** (bid - ask) / (bid + ask), -1 to 1; NaN when both are 0. */
  readonly bias: Float64Array
  /** 1 when the book is known as far as the edge of the band. */
  readonly bidComplete: Uint8Array
  readonly askComplete: Uint8Array
}

export class BookFeatures {
  readonly interval: number
  /** The newest sample of each instrument; interval number -1 where there is none. */
  readonly number: Float64Array
  /** Venue time of the row after which it was taken, microseconds. */
  readonly venueTime: Float64Array
  /** Price and quantity quanta; 0 where a side is empty. */
  readonly bid: Float64Array
  readonly bidQuantity: Float64Array
  readonly ask: Float64Array
  readonly askQuantity: Float64Array
  /** In price quanta, a half being possible; NaN when a side is empty. */
  readonly mid: Float64Array
  readonly bidLevels: Float64Array
  readonly askLevels: Float64Array
  /** Levels kept over a gap and not confirmed since. */
  readonly unverified: Float64Array
  readonly bands: readonly BandColumns[]

  constructor(options: BookFeaturesOptions) {
    const column = (): Float64Array => new Float64Array(options.instruments)
    const bytes = (): Uint8Array => new Uint8Array(options.instruments)
    this.interval = options.interval
    this.number = column().fill(-1)
    this.venueTime = column()
    this.bid = column()
    this.bidQuantity = column()
    this.ask = column()
    this.askQuantity = column()
    this.mid = column()
    this.bidLevels = column()
    this.askLevels = column()
    this.unverified = column()
    this.bands = options.bands.map((percent) => {
      if (!Number.isInteger(percent) || percent < 1 || percent > 100)
        throw new RangeError(`a band of ${percent} % is no whole percentage from 1 to 100`)
      const [bid, ask, bias, bidComplete, askComplete] = [column(), column(), column(), bytes(), bytes()]
      return { percent, bid, ask, bias, bidComplete, askComplete }
    })
  }

  /** Call after each depth row of the instrument; true when it was the first of an interval and a sample was taken. */
  onBook(book: Book, instrument: number): boolean {
    const number = Math.floor(book.venueTime / this.interval)
    if (book.state !== BOOK_STATE.live || number <= (this.number[instrument] as number)) return false
    this.#sample(book, instrument, number)
    return true
  }

  save(writer: StateWriter): void {
    writer.begin('book-features', 1)
    writer.f64s(this.number)
    writer.end()
  }

  /** Goes on as after the saved samples, whose values are not kept. */
  load(reader: StateReader): void {
    reader.begin('book-features', 1)
    reader.into(this.number)
    reader.end()
  }

  #sample(book: Book, i: number, number: number): void {
    const bid = book.top[TOP.bid] as number
    const ask = book.top[TOP.ask] as number
    const hasMid = bid !== 0 && ask !== 0
    this.number[i] = number
    this.venueTime[i] = book.venueTime
    this.bid[i] = bid
    this.bidQuantity[i] = book.top[TOP.bidQuantity] as number
    this.ask[i] = ask
    this.askQuantity[i] = book.top[TOP.askQuantity] as number
    this.mid[i] = hasMid ? (bid + ask) / 2 : Number.NaN
    this.bidLevels[i] = book.bids.count
    this.askLevels[i] = book.asks.count
    this.unverified[i] = book.unverified
    for (const band of this.bands) sampleBand(band, book, i, hasMid ? bid + ask : Number.NaN)
  }
}

/** `twiceMid` keeps the arithmetic in whole numbers: the edges are the last prices inside the band. */
function sampleBand(band: BandColumns, book: Book, i: number, twiceMid: number): void {
  const lowest = Math.ceil((twiceMid * (100 - band.percent)) / 200)
  const highest = Math.floor((twiceMid * (100 + band.percent)) / 200)
  const hasMid = !Number.isNaN(twiceMid)
  const bid = hasMid ? book.bids.quantityTo(lowest) : Number.NaN
  const ask = hasMid ? book.asks.quantityTo(highest) : Number.NaN
  band.bid[i] = bid
  band.ask[i] = ask
  band.bias[i] = bid + ask > 0 ? (bid - ask) / (bid + ask) : Number.NaN
  band.bidComplete[i] = hasMid && book.bids.knows(lowest) ? 1 : 0
  band.askComplete[i] = hasMid && book.asks.knows(highest) ? 1 : 0
}
