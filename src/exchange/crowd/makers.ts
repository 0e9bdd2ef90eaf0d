/**
 * The makers of a venue's crowd: they keep a ladder of resting orders on both sides of what a market is worth.
 *
 * In: one market at a time with its worth. Out: orders and cancellations at the venue. Owns: which order stands in which
 * place. When the worth leaves the quotes, they move: at the touch at once, farther out sooner or later, so that takers find
 * stale prices now and then. What was filled or swept is put back in the following steps. Refused orders are left out: the
 * place stays empty until the next step.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import type { Random } from '../../core/number/random.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { BUY, SELL } from '../venue/requests.ts'
import type { PlaceRequest } from '../venue/requests.ts'
import { STATUS } from '../venue/events.ts'
import type { OrderStore } from '../venue/order-store.ts'
import { CROWD, crowdOrder, fewestLots, lotsWorth, onTick } from './crowd-venue.ts'
import type { CrowdMarket, CrowdVenue } from './crowd-venue.ts'
import { STORM, share } from './fair-values.ts'
import { PLACES, makeLadder } from './ladder.ts'
import type { Ladder } from './ladder.ts'

/** Worth may leave the quotes by this share of the price, and half a tick, before they move. */
const TOLERANCE = 0.000_003

/** Shares of 65,536: a maker farther out follows in this step; a place is renewed although nothing calls for it. */
const FOLLOWS = 30_000
const REFILLS = 40_000
const RENEWS = 20_000

/** Columns of a market: best prices wanted, in ticks, and the spread in ticks. */
const BID = 0
const ASK = 1
const COLUMNS = 2

const SECTION = 'makers'
const VERSION = 1

export class Makers {
  readonly #venue: CrowdVenue
  readonly #orders: OrderStore
  readonly #markets: readonly CrowdMarket[]
  readonly #ladders: readonly Ladder[]
  /** Quanta of a tick as it was at first: the makers go on counting in those, and round when they order. */
  readonly #ticks: Float64Array
  readonly #firstAccount: number
  readonly #request: PlaceRequest = crowdOrder()
  readonly #best: Float64Array
  // One column per (market, side, place): the order's slot and id, its price in ticks.
  readonly #slots: Int32Array
  readonly #ids: Float64Array
  readonly #prices: Float64Array

  constructor(venue: CrowdVenue, markets: readonly CrowdMarket[], startTicks: readonly number[], firstAccount: number) {
    this.#venue = venue
    this.#orders = venue.orders
    this.#markets = markets
    this.#ladders = startTicks.map((ticks) => makeLadder(ticks))
    this.#ticks = Float64Array.from(venue.instruments, ({ tickSize }) => tickSize)
    this.#firstAccount = firstAccount
    this.#best = new Float64Array(markets.length * COLUMNS)
    this.#slots = new Int32Array(markets.length * 2 * PLACES).fill(-1)
    this.#ids = new Float64Array(markets.length * 2 * PLACES)
    this.#prices = new Float64Array(markets.length * 2 * PLACES)
  }

  /** Best prices that the makers want to stand at, in ticks. */
  bid(market: number): number {
    return this.#best[market * COLUMNS + BID] as number
  }
  ask(market: number): number {
    return this.#best[market * COLUMNS + ASK] as number
  }

  /** Moves the wanted best prices after the worth (in ticks); returns by how many ticks. */
  move(market: number, worth: number, regime: number, random: Random): number {
    const best = this.#best
    const at = market * COLUMNS
    const bid = best[at + BID] as number
    const tolerance = 0.5 + worth * TOLERANCE
    if (bid !== 0 && worth >= bid - tolerance && worth <= (best[at + ASK] as number) + tolerance) return 0
    const spread = drawSpread(regime, random)
    const wanted = Math.max(1, Math.floor(worth - (spread - 1) / 2))
    best[at + BID] = wanted
    best[at + ASK] = wanted + spread
    return bid === 0 ? 0 : wanted - bid
  }

  /** Takes away what no longer stands where it should. */
  withdraw(market: number, random: Random): void {
    const ladder = this.#ladders[market] as Ladder
    for (let side = BUY; side <= SELL; side++) {
      const from = (market * 2 + side) * PLACES
      const renewed = random.chance(RENEWS) ? random.below(PLACES) : -1
      for (let place = 0; place < PLACES; place++) {
        const at = from + place
        if ((this.#slots[at] as number) < 0) continue
        if (!this.#stands(at)) {
          this.#slots[at] = -1
          continue
        }
        const away = this.#distance(market, side, this.#prices[at] as number)
        const slack = ladder.slack[place] as number
        const crossed = away < 0
        const out = away < (ladder.near[place] as number) - slack || away > (ladder.far[place] as number) + slack
        if (!crossed && place !== renewed && !(out && (place < 2 || random.chance(FOLLOWS)))) continue
        this.#venue.cancelSlot(this.#slots[at] as number)
        this.#slots[at] = -1
      }
    }
  }

  /** Fills empty places. */
  place(market: number, random: Random): void {
    const instrument = this.#venue.instruments[market] as Instrument
    const tick = this.#ticks[market] as number
    const fewest = fewestLots(instrument, this.bid(market) * tick)
    for (let side = BUY; side <= SELL; side++) {
      const from = (market * 2 + side) * PLACES
      for (let place = 0; place < PLACES; place++) {
        const at = from + place
        if ((this.#slots[at] as number) >= 0 || (place > 1 && !random.chance(REFILLS))) continue
        this.#put(market, side, place, at, tick, fewest, random)
      }
    }
  }

  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.f64s(this.#best)
    writer.i32s(this.#slots)
    writer.f64s(this.#ids)
    writer.f64s(this.#prices)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    reader.into(this.#best)
    reader.into(this.#slots)
    reader.into(this.#ids)
    reader.into(this.#prices)
    reader.end()
  }

  #put(market: number, side: number, place: number, at: number, tick: number, fewest: number, random: Random): void {
    const ladder = this.#ladders[market] as Ladder
    const near = ladder.near[place] as number
    const away = near + Math.floor(share(random) * ((ladder.far[place] as number) - near + 0.999))
    const price = side === BUY ? this.bid(market) - away : this.ask(market) + away
    if (price < 1) return
    // Farther out the orders are larger; some are several times the usual size.
    const usual = (this.#markets[market] as CrowdMarket).quoteValue * (0.2 + (0.8 * place) / 6)
    const value = usual * (0.15 + share(random)) * (random.chance(3000) ? 6 : 1)
    const request = this.#request
    request.account = this.#firstAccount + (place % CROWD.makers)
    request.instrument = market
    request.side = side
    request.price = onTick(this.#venue.instruments[market] as Instrument, price * tick, side === SELL)
    request.quantity = lotsWorth(this.#venue.instruments[market] as Instrument, value, request.price, fewest)
    if (this.#venue.place(request) !== 0) return
    const slot = this.#venue.lastSlot
    if (slot < 0) return
    this.#slots[at] = slot
    this.#ids[at] = this.#orders.id[slot] as number
    this.#prices[at] = price
  }

  /** Ticks behind the wanted best price; negative in front of it. */
  #distance(market: number, side: number, price: number): number {
    return side === BUY ? this.bid(market) - price : price - this.ask(market)
  }

  /** Whether the order of a place is still in the book. */
  #stands(at: number): boolean {
    const orders = this.#orders
    const slot = this.#slots[at] as number
    if (orders.id[slot] !== this.#ids[at]) return false
    const status = orders.status[slot]
    return status === STATUS.new || status === STATUS.partiallyFilled
  }
}

/** One tick mostly, up to three; wider in a storm. */
function drawSpread(regime: number, random: Random): number {
  const draw = random.below(100)
  if (regime === STORM) return draw < 35 ? 1 : draw < 70 ? 2 : 3
  return draw < 72 ? 1 : draw < 94 ? 2 : 3
}
