/**
 * A recorded market in the box: a tape plays, its recorded times shifted to the time of the venues.
 *
 * In: rows read ahead (`RecordedRows`), ticks of the market's clock. Out: liquidity, trades, prices at both venues, by the
 * instruments of the tape; at its end every market halts. Owns the place on the tape. At first it plays until there is
 * a book of every market, and that moment is the box's first. Where rows come too late, the market stands and catches up.
 * Refuses to be kept: what it would have to write down is the tape's.
 */
import { APPEND_TIME, ROW_SLOTS } from '../../core/tape/layout.ts'
import { TICK_US } from '../crowd/fair-values.ts'
import type { VenueName } from '../box/box-venue.ts'
import type { InsideMarket, Worth } from '../box/inside-market.ts'
import type { Queue } from '../history/queue-model.ts'
import type { FuturesVenue } from '../venue/futures/futures-venue.ts'
import type { SpotVenue } from '../venue/spot/spot-venue.ts'
import type { RecordedRows } from './recorded-rows.ts'
import { type Impact, MARKS, RecordedVenue } from './recorded-venue.ts'
import { futuresFloor, HISTORY, spotFloor } from './venue-floor.ts'

/** So much of the tape, microseconds, is played at once until there is a book of every market: some tapes have none. */
const OPENING_US = 10_000_000
/** What history owns of every asset: nobody can win it all. */
const HISTORY_FUNDS = '1000000000000'
/** Funding rates on tapes count 10^-12, at the venue 10^-8. */
const RATE_STEP = 10_000

/** Where an instrument of the tape is traded: a venue and its instrument's number. */
export interface Place {
  readonly venue: VenueName
  readonly instrument: number
}

export interface RecordedOptions {
  readonly rows: RecordedRows
  /** By the tape's instrument numbers; undefined for those that are not traded here. */
  readonly places: readonly (Place | undefined)[]
  readonly queue: Queue
  readonly impact: Impact
  /** Told once, when the tape has ended. */
  readonly onEnd: () => void
}

export class RecordedInside implements InsideMarket {
  readonly futures: RecordedVenue
  readonly spot: RecordedVenue
  readonly #venues: { readonly futures: FuturesVenue; readonly spot: SpotVenue }
  readonly #options: RecordedOptions
  readonly #reference: Float64Array = new Float64Array(1)
  /** Row of the current buffer that is played next. */
  #row = 0
  /** Append time on the tape at tick 0, and that of the last row played. */
  #base = 0
  #last = 0
  #ended = false

  constructor(futures: FuturesVenue, spot: SpotVenue, options: RecordedOptions) {
    this.#venues = { futures, spot }
    this.#options = options
    for (const venue of [futures, spot]) {
      for (const asset of venue.assets)
        venue.handle({ kind: 'transfer', account: HISTORY, asset, amount: HISTORY_FUNDS })
      venue.recycle()
    }
    this.futures = new RecordedVenue(futuresFloor(futures), options)
    this.spot = new RecordedVenue(spotFloor(spot), options)
  }

  /** Whether the tape has been played to its end. */
  get ended(): boolean {
    return this.#ended
  }

  open(): void {
    const first = this.#nextTime()
    while (this.#nextTime() < first + OPENING_US && !this.#hasBooks()) this.#playRow()
    this.#base = this.#last
  }

  step(tick: number): void {
    const until = this.#base + (tick + 1) * TICK_US
    while (this.#nextTime() <= until) this.#playRow()
    if (this.#options.rows.ended && !this.#ended) this.#end()
  }

  worth(instrument: number, into: Worth): void {
    const { marks, market } = this.futures
    const at = instrument * MARKS.width
    const rate = marks[at + MARKS.rate] as number
    this.#venues.futures.state.premiums.told[instrument] = Math.round(rate / RATE_STEP)
    market.writeReference(instrument, this.#reference, 0)
    into.mark = marks[at + MARKS.mark] as number
    into.index = (marks[at + MARKS.index] as number) || (this.#reference[0] as number)
  }

  follow(venue: VenueName): void {
    this[venue].follow()
  }

  hasNews(venue: VenueName): boolean {
    return (this[venue].record?.events.length ?? 0) > 0
  }

  recycled(venue: VenueName): void {
    this[venue].recycled()
    this[venue].record?.clear()
  }

  save(): void {
    throw new RangeError('a box with a recorded market cannot be saved')
  }

  load(): void {
    throw new RangeError('a box with a recorded market cannot be loaded')
  }

  #hasBooks(): boolean {
    return this.#options.places.every(
      (place) => place === undefined || this[place.venue].market.hasBook(place.instrument),
    )
  }

  /** Time of the row that is played next; infinite where there is none. */
  #nextTime(): number {
    const { rows } = this.#options
    for (let buffer = rows.current; buffer !== undefined; buffer = rows.current) {
      if (this.#row < buffer.length) return buffer.f64[this.#row * ROW_SLOTS + APPEND_TIME] as number
      rows.pass()
      this.#row = 0
    }
    return Infinity
  }

  #playRow(): void {
    const buffer = this.#options.rows.current
    if (buffer === undefined) return
    const row = this.#row
    this.#last = buffer.f64[row * ROW_SLOTS + APPEND_TIME] as number
    this.#row = row + 1 + (buffer.u16[row * 32 + 1] as number)
    const place = this.#options.places[buffer.u16[row * 32 + 3] as number]
    if (place !== undefined) this[place.venue].take(buffer, row, place.instrument)
  }

  #end(): void {
    this.#ended = true
    for (const venue of [this.#venues.futures, this.#venues.spot])
      venue.instruments.forEach((_, instrument) => venue.handle({ kind: 'halt', instrument, halted: true }))
    this.#options.onEnd()
  }
}
