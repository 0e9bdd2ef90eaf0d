/** What the box needs of a venue, and what it tells those who publish. Both venues fit as they are. */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import type { CrowdVenue } from '../crowd/crowd-venue.ts'
import type { EventLog } from '../venue/events.ts'
import type { Outcome, VenueRequest } from '../venue/requests.ts'

export interface BoxVenue extends CrowdVenue {
  /** [0] is the venue's time, microseconds. */
  readonly time: Float64Array
  readonly events: EventLog
  /** Timers that are due at time[0]. */
  advance(): void
  handle(request: VenueRequest): Outcome
  /** Clears the log and frees what was closed. */
  recycle(): void
  save(writer: StateWriter): void
  load(reader: StateReader): void
}

/** Somebody who reads a venue's log: market data, user events, checkers. What it keeps is saved with the box. */
export interface BoxReader {
  /** The venue's time has moved on and nothing has happened yet. */
  advance(): void
  /** The log is there to be read; afterwards it is cleared. */
  read(): void
  save(writer: StateWriter): void
  load(reader: StateReader): void
}

export type VenueName = 'futures' | 'spot'
