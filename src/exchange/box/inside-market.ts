/** What trades inside the box, as the box sees it: a synthetic market, or a recorded one. */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import type { VenueName } from './box-venue.ts'

/** What an instrument of the futures venue is worth, in mark quanta: 0 where nobody says. */
export interface Worth {
  index: number
  /** 0: the venue's own formula makes the mark price. */
  mark: number
}

export interface InsideMarket {
  /** The market is there from the first moment. */
  open(): void
  /** One tick of the market's own clock; they count from 0. */
  step(tick: number): void
  /** What is worth how much now. */
  worth(instrument: number, into: Worth): void
  /** Clients or timers have done something at a venue; its log is still there. */
  follow(venue: VenueName): void
  /** Whether the venue's readers have something to read though its log may be empty. */
  hasNews(venue: VenueName): boolean
  /** The venue's log has been read and cleared. */
  recycled(venue: VenueName): void
  save(writer: StateWriter): void
  load(reader: StateReader): void
}
