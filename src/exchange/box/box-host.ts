/**
 * The box in real time: what comes from outside gets its time from a clock, is written down, and then happens.
 *
 * In: requests of clients through a door for each venue, commands of the operator. Out: outcomes; readers of the box are told
 * what happened. Owns: the order "journal first": nothing leaves before the line that leads to it is written, nor before the
 * time up to which the market may have run. Fails: with what the journal throws, and then nothing has happened.
 */
import type { Outcome, VenueRequest } from '../venue/requests.ts'
import type { Box } from './box.ts'
import type { BoxVenue, VenueName } from './box-venue.ts'
import { journalLine } from './commands.ts'
import type { BoxCommand } from './commands.ts'

/** Microseconds since 1970. It may step; the box's time never runs back. */
export interface BoxClock {
  nowMicros(): number
}

/** Where commands are kept. Both calls return when a crash of this process can no longer lose what they were given. */
export interface BoxJournal {
  append(line: string): void
  /** The market runs up to this time now, microseconds. */
  reach(time: number): void
}

/** A venue as those see it who answer its clients; see the wire's machine. */
export interface VenueDoor<Venue> {
  readonly venue: Venue
  present(): number
  handle(request: VenueRequest): Outcome
  settle(): void
}

/** The box runs so far at a time, microseconds, before the clock is looked at again. */
const STRETCH_US = 5_000
/** Longest work in one go, microseconds, before the market slips. */
const WORK_US = 50_000

export class BoxHost<Futures extends BoxVenue, Spot extends BoxVenue> {
  readonly box: Box<Futures, Spot>
  readonly futures: VenueDoor<Futures>
  readonly spot: VenueDoor<Spot>
  /** Microseconds for which the market stood still because the machine was too slow. */
  slipped = 0
  readonly #clock: BoxClock
  readonly #journal: BoxJournal | undefined

  constructor(box: Box<Futures, Spot>, clock: BoxClock, journal: BoxJournal | undefined) {
    this.box = box
    this.#clock = clock
    this.#journal = journal
    this.futures = this.#door('futures', box.futures)
    this.spot = this.#door('spot', box.spot)
  }

  /**
   * Brings the box up to the present and returns that time. Call it often: what is due is published then. Where the machine
   * is too slow for the market's pace, the market slips: its clock falls behind, clients are answered in time all the same.
   */
  present(): number {
    const { box } = this
    const began = this.#clock.nowMicros()
    const now = Math.max(box.time, began)
    let inTime = true
    while (box.time < now) {
      const next = Math.min(now, box.time + STRETCH_US)
      this.#journal?.reach(next)
      box.runTo(next)
      if (next === now || !inTime || box.speed === 0) continue
      inTime = this.#clock.nowMicros() - began <= WORK_US
      if (!inTime) this.#slip(now)
    }
    return now
  }

  /** A command of the operator, at the present time. */
  command(command: BoxCommand): Outcome {
    this.present()
    const outcome = this.#carryOut(command)
    this.box.settle('futures')
    this.box.settle('spot')
    return outcome
  }

  /** Goes on after a pause of the machine: the market stood while nobody was there. */
  resume(): void {
    const { box } = this
    const now = Math.max(box.time, this.#clock.nowMicros())
    this.#journal?.append(journalLine(now, { kind: 'resume' }))
    this.#journal?.reach(now)
    box.take(now, { kind: 'resume' })
  }

  /** The market's ticks between now and `to` do not happen. */
  #slip(to: number): void {
    this.slipped += to - this.box.time
    this.#carryOut({ kind: 'slip', to })
  }

  #carryOut(command: BoxCommand): Outcome {
    this.#journal?.append(journalLine(this.box.time, command))
    return this.box.apply(command)
  }

  #door<Venue extends BoxVenue>(name: VenueName, venue: Venue): VenueDoor<Venue> {
    return {
      venue,
      present: () => this.present(),
      handle: (request) => this.#carryOut({ kind: 'request', venue: name, request }),
      settle: () => this.box.settle(name),
    }
  }
}
