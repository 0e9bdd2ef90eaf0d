/**
 * The exchange in a box: futures venue, spot venue and the market inside them as one machine that is stepped.
 *
 * In: time, and commands from outside at their time. Out: what the venues tell their readers. Owns: the order in which
 * things happen. The market ticks and timers run at times that depend on the state alone, so that it makes no difference how
 * often and to where the caller steps: state is what a snapshot says and the commands since, each at its time. Pure: the
 * time comes in, and never runs back. Refuses: what the venues refuse. Fails: as they do, with exceptions that are bugs.
 */
import { scaleOf } from '../../core/number/decimal.ts'
import { StateWriter, hashBytes } from '../../core/tape/state.ts'
import type { StateReader } from '../../core/tape/state.ts'
import type { FairValues } from '../crowd/fair-values.ts'
import { TICK_US } from '../crowd/fair-values.ts'
import { CROWD_ACCOUNTS } from '../crowd/crowd-venue.ts'
import type { Outcome, VenueRequest } from '../venue/requests.ts'
import type { BoxReader, BoxVenue, VenueName } from './box-venue.ts'
import type { BoxCommand, BoxKey } from './commands.ts'
import { EventDigest } from './event-digest.ts'
import type { InsideMarket, Worth } from './inside-market.ts'
import type { BoxMarket } from './markets.ts'
import { Pace } from './pace.ts'
import { SyntheticMarket, openCrowd } from './synthetic-market.ts'

/** Timers of the venues run this often, microseconds of venue time. */
const TIMER_US = TICK_US
/** The index is told this often. */
const INDEX_US = 1_000_000

export interface BoxOptions<Futures extends BoxVenue = BoxVenue, Spot extends BoxVenue = BoxVenue> {
  readonly seed: number
  readonly markets: readonly BoxMarket[]
  readonly futures: Futures
  readonly spot: Spot
  /** Venue time at the start, microseconds. */
  readonly startTime: number
  readonly speed: number
  /** What trades inside, made when both venues have the market's accounts; without it seeded crowds do. */
  readonly inside?: (futures: Futures, spot: Spot) => InsideMarket
}

/** What an account is called, and its number at both venues. */
export interface BoxAccount {
  readonly name: string
  readonly account: number
}

const DONE: Outcome = { code: 0, message: '', slot: -1 }

export class Box<Futures extends BoxVenue = BoxVenue, Spot extends BoxVenue = BoxVenue> {
  readonly futures: Futures
  readonly spot: Spot
  readonly markets: readonly BoxMarket[]
  readonly accounts: BoxAccount[] = []
  readonly keys: Map<string, BoxKey> = new Map()
  readonly #venues: readonly [BoxVenue, BoxVenue]
  readonly #market: InsideMarket
  #crowds: SyntheticMarket | undefined
  readonly #worth: Worth = { index: 0, mark: 0 }
  readonly #pace: Pace
  readonly #readers: readonly [BoxReader[], BoxReader[]] = [[], []]
  readonly #digests: readonly [EventDigest, EventDigest] = [new EventDigest(), new EventDigest()]
  /** Mark prices that the operator holds, by instrument; 0 for the venue's own. */
  readonly #pinned: Float64Array
  #time: number
  #nextTimer: number
  #nextIndex: number

  constructor(options: BoxOptions<Futures, Spot>) {
    const { markets, futures, spot, startTime } = options
    this.futures = futures
    this.spot = spot
    this.#venues = [futures, spot]
    this.markets = markets
    this.#pinned = new Float64Array(futures.instruments.length)
    this.#time = startTime
    this.#nextTimer = startTime + TIMER_US
    this.#nextIndex = startTime + INDEX_US
    this.#pace = new Pace(options.speed, startTime)
    this.#setTime(startTime)
    openCrowd(futures, [])
    openCrowd(
      spot,
      markets.map(({ row }) => ({ asset: row.base, price: row.price })),
    )
    const { inside } = options
    if (inside === undefined) {
      const crowds = new SyntheticMarket(options.seed, markets, futures, spot)
      this.#crowds = crowds
      this.#market = crowds
      this.#tellIndex()
      crowds.open()
    } else {
      this.#market = inside(futures, spot)
      this.#market.open()
      this.#tellIndex()
    }
    this.settle('futures')
    this.settle('spot')
  }

  /** Venue time, microseconds. */
  get time(): number {
    return this.#time
  }

  /** What the markets of the crowds are worth; for checkers. */
  get fair(): FairValues {
    if (this.#crowds === undefined) throw new RangeError('no crowds trade in this box')
    return this.#crowds.fair
  }

  /** What a market of the futures venue is worth, in units of the quote asset; 0 while nobody says. */
  worthOf(instrument: number): number {
    this.#market.worth(instrument, this.#worth)
    return this.#worth.index / scaleOf(this.#venues[0].instruments[instrument]?.markDecimals ?? 0)
  }

  get speed(): number {
    return this.#pace.speed
  }

  /** Events of both venues so far. */
  get events(): number {
    return this.#digests[0].events + this.#digests[1].events
  }

  /** Hash over all events so far. */
  digest(): string {
    return this.#digests[0].text() + this.#digests[1].text()
  }

  /** From now on `reader` reads the venue's log, and is saved and loaded with the box: after those attached before it. */
  attach(venue: VenueName, reader: BoxReader): void {
    this.#readers[place(venue)].push(reader)
  }

  /** Lets time pass: timers and the market run as they are due. A time that has passed changes nothing. */
  runTo(time: number): void {
    while (true) {
      const next = Math.min(this.#nextTimer, this.#pace.next)
      if (next > time) break
      this.#setTime(next)
      if (next === this.#nextTimer) this.#runTimers()
      else {
        this.#tick()
        this.#pace.pass(true)
      }
      this.settle('futures')
      this.settle('spot')
    }
    if (time > this.#time) this.#setTime(time)
  }

  /** Runs to the command's time, carries it out, and tells the readers: how a journal is played again. */
  take(time: number, command: BoxCommand): Outcome {
    if (command.kind === 'resume') this.#resume(time)
    else this.runTo(time)
    const outcome = this.apply(command)
    this.settle('futures')
    this.settle('spot')
    return outcome
  }

  /**
   * Carries out a command at the present time; call `runTo` before, and `settle` of both venues after: until then the
   * events and the slots that they name stay as they are.
   */
  apply(command: BoxCommand): Outcome {
    switch (command.kind) {
      case 'request':
        return this.#request(command.venue, command.request)
      case 'account':
        return this.#openAccount(command.name)
      case 'key':
        this.keys.set(command.key.name, command.key)
        return DONE
      case 'remove-key':
        this.keys.delete(command.name)
        return DONE
      case 'pace':
        this.#pace.set(command.speed, this.#time)
        return DONE
      case 'slip':
        this.#pace.set(this.#pace.speed, command.to)
        return DONE
      case 'run':
        this.#run(command.span)
        return DONE
      case 'resume':
        return DONE
      default:
        throw new RangeError(`the box knows no command ${JSON.stringify(command satisfies never)}`)
    }
  }

  /** Tells the venue's readers what happened and clears the log. */
  settle(venue: VenueName): void {
    const at = place(venue)
    const { events } = this.#venues[at]
    this.#market.follow(venue)
    if (events.length === 0 && !this.#market.hasNews(venue)) return
    this.#digests[at].add(events)
    for (const reader of this.#readers[at]) reader.read()
    this.#venues[at].recycle()
    this.#market.recycled(venue)
  }

  /** Everything but the readers' listeners. Both venues must be settled. */
  save(writer: StateWriter): void {
    writer.begin('box', 1)
    writer.f64(this.#time)
    writer.f64(this.#nextTimer)
    writer.f64(this.#nextIndex)
    writer.f64s(this.#pinned)
    this.#pace.save(writer)
    this.futures.save(writer)
    this.spot.save(writer)
    this.#market.save(writer)
    for (const digest of this.#digests) digest.save(writer)
    writer.text(JSON.stringify(this.accounts))
    writer.text(JSON.stringify([...this.keys.values()]))
    for (const readers of this.#readers) for (const reader of readers) reader.save(writer)
    writer.end()
  }

  /** Reads what a box with the same seed, markets and readers saved. */
  load(reader: StateReader): void {
    reader.begin('box', 1)
    this.#time = reader.f64()
    this.#nextTimer = reader.f64()
    this.#nextIndex = reader.f64()
    reader.into(this.#pinned)
    this.#pace.load(reader)
    this.futures.load(reader)
    this.spot.load(reader)
    this.#market.load(reader)
    for (const digest of this.#digests) digest.load(reader)
    this.accounts.length = 0
    this.accounts.push(...(JSON.parse(reader.text()) as BoxAccount[]))
    this.keys.clear()
    for (const key of JSON.parse(reader.text()) as BoxKey[]) this.keys.set(key.name, key)
    for (const readers of this.#readers) for (const part of readers) part.load(reader)
    reader.end()
    this.#setTime(this.#time)
  }

  /** Hash of the whole state. */
  stateHash(): string {
    const writer = new StateWriter(1 << 20)
    this.save(writer)
    return hashBytes(writer.finish())
  }

  #request(name: VenueName, request: VenueRequest): Outcome {
    const venue = this.#venues[place(name)]
    venue.advance()
    const outcome = venue.handle(request)
    this.#market.follow(name)
    if (request.kind === 'mark' && outcome.code === 0) this.#pinned[request.instrument] = request.mark
    return outcome
  }

  #openAccount(name: string): Outcome {
    const first = this.futures.handle({ kind: 'open-account', name })
    const second = this.spot.handle({ kind: 'open-account', name })
    if (first.code !== 0) return first
    if (second.code !== 0) return second
    this.accounts.push({ name, account: CROWD_ACCOUNTS + this.accounts.length })
    return DONE
  }

  /** The market's ticks of `span` microseconds at once. */
  #run(span: number): void {
    const ticks = Math.floor(span / TICK_US)
    for (let i = 0; i < ticks; i++) {
      this.#tick()
      this.#pace.pass(false)
      this.settle('futures')
      this.settle('spot')
    }
  }

  /** Goes to a later time without letting the market run in between: nobody was there. Timers catch up. */
  #resume(time: number): void {
    if (time <= this.#time) return
    this.#setTime(time)
    this.#nextTimer = time
    this.#nextIndex = time
    this.#pace.set(this.#pace.speed, time)
  }

  #setTime(time: number): void {
    this.#time = time
    this.futures.time[0] = time
    this.spot.time[0] = time
    for (const readers of this.#readers) for (const reader of readers) reader.advance()
  }

  #tick(): void {
    this.#market.step(this.#pace.ticks)
  }

  #runTimers(): void {
    this.#nextTimer += TIMER_US
    if (this.#time >= this.#nextIndex) {
      this.#nextIndex += INDEX_US
      this.#tellIndex()
    }
    this.futures.advance()
    this.spot.advance()
  }

  /** Tells the futures venue the index of each market; the mark price is its own where nobody says another. */
  #tellIndex(): void {
    const worth = this.#worth
    for (let instrument = 0; instrument < this.#pinned.length; instrument++) {
      this.#market.worth(instrument, worth)
      const pinned = this.#pinned[instrument] as number
      const { index } = worth
      if (index > 0) this.futures.handle({ kind: 'mark', instrument, mark: pinned === 0 ? worth.mark : pinned, index })
    }
  }
}

/** Where a venue stands in pairs. */
function place(venue: VenueName): 0 | 1 {
  return venue === 'futures' ? 0 : 1
}
