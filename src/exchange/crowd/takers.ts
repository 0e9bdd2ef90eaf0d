/**
 * The takers of a venue's crowd: those who come by chance and in bursts, those who follow a trend, those who bet against it,
 * and those who pick up prices that the makers left behind.
 *
 * In: one market at a time with its worth and the makers' wanted prices. Out: market and IOC orders. Owns: the seeded state
 * of each market's flow. They trade, but do not move what a market is worth; makers put back what they take.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import type { Random } from '../../core/number/random.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { BUY, ORDER_KIND, SELL, TIME_IN_FORCE } from '../venue/requests.ts'
import type { PlaceRequest } from '../venue/requests.ts'
import { CROWD, crowdOrder, fewestLots, lotsWorth, onTick } from './crowd-venue.ts'
import type { CrowdMarket, CrowdVenue } from './crowd-venue.ts'
import { CALM, STORM, share } from './fair-values.ts'

/** Columns of a market's flow: excitement, the side of the last taker, two averages of the worth, one of its moves. */
const EXCITED = 0
const SIDE = 1
const FAST = 2
const SLOW = 3
const SWING = 4
const COLUMNS = 5

/** Weights per second of the two averages. */
const FAST_PER_SECOND = 0.5
const SLOW_PER_SECOND = 0.05
/** Excitement fades by this share in a second; each taker adds to it, at most so much. */
const FADES_PER_SECOND = 1.2
const EXCITES = 0.28
const MOST_EXCITED = 12
/** Shares of 65,536: the next taker is on the side of the last, a stale price is picked up, a trend draws somebody in. */
const SAME_SIDE = 14_000
const PICKS_UP = 7_000
const TRENDS = 3_000
/** Takers of one market in one step. */
const MOST_TAKERS = 6

const SECTION = 'takers'
const VERSION = 1

export class Takers {
  readonly #venue: CrowdVenue
  readonly #markets: readonly CrowdMarket[]
  readonly #firstAccount: number
  readonly #request: PlaceRequest = crowdOrder()
  readonly #flow: Float64Array
  /** Quanta of a tick as it was at first: the crowd goes on counting in those, and rounds when it orders. */
  readonly #ticks: Float64Array

  constructor(venue: CrowdVenue, markets: readonly CrowdMarket[], firstAccount: number) {
    this.#venue = venue
    this.#markets = markets
    this.#firstAccount = firstAccount
    this.#ticks = Float64Array.from(venue.instruments, ({ tickSize }) => tickSize)
    this.#flow = new Float64Array(markets.length * COLUMNS)
  }

  /** The worth has left the makers' old quotes by `moved` ticks and they have not withdrawn yet: some are faster than they. */
  pickUp(market: number, moved: number, limit: number, random: Random): void {
    if (moved === 0 || !random.chance(PICKS_UP)) return
    const request = this.#order(market, CROWD.makers + random.below(CROWD.takers), moved > 0 ? BUY : SELL, limit)
    request.timeInForce = TIME_IN_FORCE.ioc
    request.quantity = this.#lots(market, limit, random)
    this.#venue.place(request)
  }

  /** One step of everybody else. `worth`, `bid` and `ask` in ticks. */
  step(market: number, worth: number, bid: number, ask: number, regime: number, random: Random): void {
    const { takersPerSecond, stepSeconds } = this.#markets[market] as CrowdMarket
    const flow = this.#flow
    const at = market * COLUMNS
    this.#follow(at, worth, stepSeconds)
    const excited = (flow[at + EXCITED] as number) * (1 - Math.min(1, FADES_PER_SECOND * stepSeconds))
    flow[at + EXCITED] = excited
    const pace = regime === STORM ? 2.5 : regime === CALM ? 0.6 : 1
    const expected = takersPerSecond * stepSeconds * pace * (1 + excited)
    let takers = Math.floor(expected)
    if (share(random) <= expected - takers) takers++
    takers = Math.min(takers, MOST_TAKERS)
    for (let i = 0; i < takers; i++) this.#take(market, bid, ask, random)
    this.#trend(market, bid, ask, random)
  }

  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.f64s(this.#flow)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    reader.into(this.#flow)
    reader.end()
  }

  /** A market order, more often than not on the side of the one before: large orders come in slices. */
  #take(market: number, bid: number, ask: number, random: Random): void {
    const flow = this.#flow
    const at = market * COLUMNS
    let side = flow[at + SIDE] as number
    if (!random.chance(SAME_SIDE)) side = random.next() & 1
    flow[at + SIDE] = side
    flow[at + EXCITED] = Math.min(MOST_EXCITED, (flow[at + EXCITED] as number) + EXCITES)
    const price = side === BUY ? ask : bid
    const request = this.#order(market, CROWD.makers + random.below(CROWD.takers), side, price)
    request.quantity = this.#lots(market, price, random)
    const {
      marketMaxQuantity: most,
      marketMinQuantity: least,
      marketStepSize,
    } = this.#venue.instruments[market] as Instrument
    if (request.quantity < least) request.quantity = least
    if (marketStepSize > 0) request.quantity = Math.ceil(request.quantity / marketStepSize) * marketStepSize
    if (most > 0 && request.quantity > most) request.quantity = most
    request.orderKind = ORDER_KIND.market
    request.timeInForce = TIME_IN_FORCE.gtc
    request.price = 0
    this.#venue.place(request)
  }

  /** Followers buy what rises, reverters sell it, both when the averages are far apart; neither knows more than the past. */
  #trend(market: number, bid: number, ask: number, random: Random): void {
    const flow = this.#flow
    const at = market * COLUMNS
    const apart = (flow[at + FAST] as number) - (flow[at + SLOW] as number)
    if (Math.abs(apart) < 2 * (flow[at + SWING] as number) || !random.chance(TRENDS)) return
    const follows = (random.next() & 1) === 0
    const side = apart > 0 === follows ? BUY : SELL
    const first = CROWD.makers + CROWD.takers
    const seat = follows
      ? first + random.below(CROWD.followers)
      : first + CROWD.followers + random.below(CROWD.reverters)
    const price = side === BUY ? ask + 1 : bid - 1
    const request = this.#order(market, seat, side, price)
    request.timeInForce = TIME_IN_FORCE.ioc
    request.quantity = this.#lots(market, price, random)
    this.#venue.place(request)
  }

  /** Keeps the averages. */
  #follow(at: number, worth: number, seconds: number): void {
    const flow = this.#flow
    if (flow[at + FAST] === 0) {
      flow[at + FAST] = worth
      flow[at + SLOW] = worth
    }
    const fast = flow[at + FAST] as number
    const slow = flow[at + SLOW] as number
    flow[at + FAST] = fast + (worth - fast) * Math.min(1, FAST_PER_SECOND * seconds)
    flow[at + SLOW] = slow + (worth - slow) * Math.min(1, SLOW_PER_SECOND * seconds)
    const swing = flow[at + SWING] as number
    flow[at + SWING] = swing + (Math.abs(fast - slow) - swing) * Math.min(1, (SLOW_PER_SECOND / 5) * seconds)
  }

  #order(market: number, seat: number, side: number, ticks: number): PlaceRequest {
    const request = this.#request
    request.account = this.#firstAccount + seat
    request.instrument = market
    request.side = side
    request.orderKind = ORDER_KIND.limit
    const price = Math.max(1, ticks) * (this.#ticks[market] as number)
    request.price = onTick(this.#venue.instruments[market] as Instrument, price, side === BUY)
    return request
  }

  /** Sizes have a heavy tail (a power law with exponent 3/2): many small ones, now and then one that sweeps levels. */
  #lots(market: number, ticks: number, random: Random): number {
    const instrument = this.#venue.instruments[market] as Instrument
    const price = Math.max(1, ticks) * (this.#ticks[market] as number)
    const draw = Math.max(share(random), 1 / 4096)
    const value = (this.#markets[market] as CrowdMarket).takerValue / Math.cbrt(draw * draw)
    return lotsWorth(instrument, value, price, fewestLots(instrument, price))
  }
}
