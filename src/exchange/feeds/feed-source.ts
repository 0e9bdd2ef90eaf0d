/**
 * What feeds read of a venue, and where their messages go. Both venues fit these interfaces as they are.
 * Prices count price quanta, quantities lots, times microseconds; see the venue's event log for what the events carry.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import type { EventLog } from '../venue/events.ts'

/** One market's book, read best level first: `best`, then `next` until -1. */
export interface FeedBook {
  /** Rises with every change of the book. */
  readonly updateId: number
  /** Best level of a side (BUY or SELL), -1 for none. */
  best(side: number): number
  next(level: number): number
  readonly price: Float64Array
  readonly quantity: Float64Array
}

/** Figures around the mark price of one futures market, as the public sees them. */
export interface MarkFigures {
  /** In mark quanta. */
  mark: number
  index: number
  estimatedSettle: number
  /** In 10^-8. */
  fundingRate: number
  /** Microseconds. */
  nextFunding: number
}

/** What orders filled, by slot, valid as long as the log names them: see the order store. */
export interface FilledOrders {
  readonly filledValue: Float64Array
  readonly filledValueHigh: Float64Array
}

export interface FeedSource {
  readonly instruments: readonly Instrument[]
  readonly books: readonly FeedBook[]
  readonly events: EventLog
  readonly orders: FilledOrders
  /** [0] is the venue's time, microseconds. */
  readonly time: Float64Array
}

/** Where market messages go: `stream` is the number that `open` gave for the stream's name, `text` the bare payload. */
export interface FeedSink {
  publish(stream: number, text: string): void
}
