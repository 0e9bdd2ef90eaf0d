/**
 * The crowd of one venue: makers and takers that make a market inside it, and send their orders like anybody else.
 *
 * In: a seed, the venue, its markets, and what each is worth at each step. Out: orders at the venue. Owns: its accounts'
 * intentions and the random streams, one for each market, so that the trading in one does not shift another. Same seed and
 * same steps (and the same orders of other accounts in between), same orders. Fails: never; what the venue refuses is left out.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { Random } from '../../core/number/random.ts'
import { scaleOf } from '../../core/number/decimal.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import type { CrowdMarket, CrowdVenue } from './crowd-venue.ts'
import { Makers } from './makers.ts'
import { Takers } from './takers.ts'

export interface CrowdOptions {
  readonly seed: number
  /** Tells the crowds of one seed apart. */
  readonly label: string
  readonly venue: CrowdVenue
  /** By instrument of the venue. */
  readonly markets: readonly CrowdMarket[]
  /** What each instrument is worth at first, in units of the quote asset. */
  readonly startPrices: readonly number[]
  /** Number of its first account; it has CROWD_ACCOUNTS of them, opened and funded by the caller. */
  readonly firstAccount: number
}

const SECTION = 'crowd'
const VERSION = 1

export class Crowd {
  readonly #randoms: readonly Random[]
  readonly #makers: Makers
  readonly #takers: Takers
  /** Ticks in one unit of the quote asset. */
  readonly #ticksPerUnit: Float64Array

  constructor(options: CrowdOptions) {
    const { seed, label, venue, markets, startPrices, firstAccount } = options
    this.#ticksPerUnit = Float64Array.from(venue.instruments, ticksPerUnit)
    this.#randoms = markets.map((_, i) => new Random(seed, `${label} ${i}`))
    const startTicks = startPrices.map((price, i) => price * (this.#ticksPerUnit[i] as number))
    this.#makers = new Makers(venue, markets, startTicks, firstAccount)
    this.#takers = new Takers(venue, markets, firstAccount)
  }

  /** One step of an instrument's crowd, while the instrument is worth `price` units of the quote asset. */
  step(instrument: number, price: number, regime: number): void {
    const random = this.#randoms[instrument] as Random
    const worth = price * (this.#ticksPerUnit[instrument] as number)
    const makers = this.#makers
    const moved = makers.move(instrument, worth, regime, random)
    // Whoever picks up stale prices pays no more than the makers' new bid: those who quote there would pay as much.
    this.#takers.pickUp(instrument, moved, moved > 0 ? makers.bid(instrument) : makers.ask(instrument), random)
    makers.withdraw(instrument, random)
    makers.place(instrument, random)
    this.#takers.step(instrument, worth, makers.bid(instrument), makers.ask(instrument), regime, random)
  }

  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    for (const random of this.#randoms) writer.i32s(random.words)
    this.#makers.save(writer)
    this.#takers.save(writer)
    writer.end()
  }

  /** Reads what was saved with the same markets. The venue must have been read before. */
  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    for (const random of this.#randoms) reader.into(random.words)
    this.#makers.load(reader)
    this.#takers.load(reader)
    reader.end()
  }
}

function ticksPerUnit({ priceDecimals, tickSize }: Instrument): number {
  return scaleOf(priceDecimals) / tickSize
}
