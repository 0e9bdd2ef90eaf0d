/** What the wire needs of whatever runs a venue. */
import type { Outcome, VenueRequest } from '../venue/requests.ts'

/**
 * A venue that lives in time and tells others what happened. A reply is made in three steps, without waiting between them:
 * `present`, any number of `handle` and questions to the venue, `settle`.
 */
export interface Machine<Venue> {
  readonly venue: Venue
  /** Brings the venue up to the present: timers run, time[0] is now. Returns that time, microseconds. */
  present(): number
  /** Hands in a client's request. Its events and the slots they name stay as they are until `settle`. */
  handle(request: VenueRequest): Outcome
  /** Tells the world what happened, and lets the venue free what was closed. */
  settle(): void
}
