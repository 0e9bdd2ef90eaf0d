/**
 * Matching: the core alone beside a plain one that is given the same orders, and the whole futures venue with 1,000
 * accounts and every check. One order is one request with its events, from the check to the published levels.
 */
import { EventLog } from '../src/exchange/venue/events.ts'
import { FuturesVenue } from '../src/exchange/venue/futures/futures-venue.ts'
import { Matcher } from '../src/exchange/venue/matcher.ts'
import { OrderBook } from '../src/exchange/venue/order-book.ts'
import { OrderStore } from '../src/exchange/venue/order-store.ts'
import type { PlaceRequest } from '../src/exchange/venue/requests.ts'
import type { Settlement } from '../src/exchange/venue/settlement.ts'
import { FIELD } from '../src/exchange/venue/events.ts'
import { VENUE_ERROR } from '../src/exchange/venue/venue-errors.ts'
import { MIDNIGHT, venueInstrument } from '../src/testing/futures-world.ts'
import { median, startClock } from './measure.ts'
import type { Benchmark, Spent } from './measure.ts'
import { ACCOUNTS, MIDDLE, OrderFlow } from './order-flow.ts'
import type { FlowMarket } from './order-flow.ts'
import { PlainMatcher } from './plain-matcher.ts'

const SEED = 7
/** Operations before anything is measured: the book fills and the code is compiled. */
const WARM_UP = 300_000
const OPERATIONS = 1_000_000
const MANY = 200

export const matching: Benchmark = {
  name: 'matching',
  about: 'orders through the matching core, beside a plain one, and through the whole futures venue',
  run({ runs, note }) {
    const core = measure(new CoreMarket(), 1, runs)
    note(`core alone: ${rate(core)} orders/s of processor time`)
    const plain = measure(new PlainMatcher(), 1, runs)
    note(`plain objects: ${rate(plain)} orders/s`)
    const [ours, peer] = [core.market, plain.market]
    if (ours.trades !== peer.trades || ours.traded !== peer.traded)
      throw new Error(`${ours.trades} and ${peer.trades} trades: the two did not match alike`)
    const venue = measure(new VenueMarket(1, 0), 1, runs)
    note(`whole venue: ${rate(venue)} orders/s`)
    const named = measure(new VenueMarket(1, 0), 1, runs, clientIds())
    const crowd = measure(new VenueMarket(1, ACCOUNTS), 1, runs)
    const many = measure(new VenueMarket(MANY, 0), MANY, runs)
    note(`whole venue, ${MANY} markets: ${rate(many)} orders/s`)
    return Promise.resolve({
      figures: {
        ordersPerSecond: venue.perSecond,
        ordersPerCpuSecond: venue.perCpuSecond,
        accounts: ACCOUNTS,
        shares: venue.shares,
        withClientIds: named.perCpuSecond,
        ofTheCrowd: crowd.perCpuSecond,
        manyMarkets: many.perCpuSecond,
        core: { ordersPerCpuSecond: core.perCpuSecond, ratio: core.perCpuSecond / plain.perCpuSecond },
        plain: { ordersPerCpuSecond: plain.perCpuSecond },
      },
      // On a machine that does other work the processor's time says what one core does.
      goals: [
        { key: 'ordersPerCpuSecond', wanted: 1_000_000, reached: venue.perCpuSecond },
        { key: 'ordersPerCpuSecond (floor)', wanted: 300_000, reached: venue.perCpuSecond },
      ],
    })
  },
}

interface Measured<Market> {
  readonly market: Market
  /** Operations: orders and cancels. */
  readonly perSecond: number
  readonly perCpuSecond: number
  /** Of all operations those that cancel, of all orders those that traded at once, and trades for each order. */
  readonly shares: Readonly<Record<string, number>>
}

function measure<Market extends FlowMarket & { readonly trades: number }>(
  market: Market,
  instruments: number,
  runs: number,
  ids: readonly string[] = [],
): Measured<Market> {
  const flow = new OrderFlow(SEED, instruments)
  flow.drive(market, WARM_UP, ids)
  const times: Spent[] = []
  for (let run = 0; run < runs; run++) {
    const clock = startClock()
    flow.drive(market, OPERATIONS, ids)
    times.push(clock())
  }
  return {
    market,
    perSecond: median(times.map(({ wall }) => OPERATIONS / wall)),
    perCpuSecond: median(times.map(({ cpu }) => OPERATIONS / cpu)),
    shares: {
      cancels: flow.cancels / flow.operations,
      takers: flow.takers / flow.orders,
      trades: market.trades / flow.orders,
      open: market.openCount,
    },
  }
}

/** The matching core with accounts that have no money. */
class CoreMarket implements FlowMarket, Settlement {
  traded = 0
  readonly #time: Float64Array = Float64Array.of(MIDNIGHT)
  readonly #orders: OrderStore = new OrderStore(1, this.#time)
  readonly #events: EventLog = new EventLog()
  readonly #matcher: Matcher = new Matcher(this.#orders, [new OrderBook(0, 1, this.#orders)], this.#events, this)

  get openCount(): number {
    return this.#orders.openCount
  }
  get trades(): number {
    return this.#matcher.tradeIds[0] as number
  }
  place(request: PlaceRequest): number {
    const slot = this.#orders.enter(request, 0)
    this.#matcher.submit(slot)
    this.#matcher.publish()
    return this.#orders.isOpen[slot] === 1 ? (this.#orders.id[slot] as number) : 0
  }
  cancel(id: number): boolean {
    const slot = this.#orders.slotOf(id)
    if (slot === -1) return false
    this.#matcher.cancel(slot)
    this.#matcher.publish()
    return true
  }
  recycle(): void {
    this.#events.clear()
    this.#orders.recycle()
  }

  roomOf(): number {
    return Infinity
  }
  settle(_taker: number, _maker: number, at: number): void {
    const { cells } = this.#events
    this.traded = (this.traded + Math.imul(cells[at + FIELD.price] as number, cells[at + FIELD.quantity] as number)) | 0
  }
  rested(): void {}
  left(): void {}
  shrank(): void {}
}

/** The whole venue; of `crowd` accounts no history is kept. */
class VenueMarket implements FlowMarket {
  readonly #venue: FuturesVenue

  constructor(instruments: number, crowd: number) {
    const list = Array.from({ length: instruments }, (_, i) => venueInstrument(`S${i}USDT`))
    const venue = new FuturesVenue({ instruments: list, crowdAccounts: crowd })
    this.#venue = venue
    venue.time[0] = MIDNIGHT
    for (let account = 0; account < ACCOUNTS; account++) {
      venue.handle({ kind: 'open-account', name: `account ${account}` })
      venue.handle({ kind: 'transfer', account, asset: 'USDT', amount: '1000000000' })
    }
    for (let instrument = 0; instrument < instruments; instrument++) {
      const mark = MIDDLE * (venue.state.markets.marksPerPrice[instrument] as number)
      venue.handle({ kind: 'mark', instrument, mark, index: mark })
    }
    venue.recycle()
  }

  get openCount(): number {
    return this.#venue.orders.openCount
  }
  get trades(): number {
    return this.#venue.state.matcher.tradeIds.reduce((sum, id) => sum + id, 0)
  }
  place(request: PlaceRequest): number {
    const venue = this.#venue
    const code = venue.place(request)
    // Client ids come round: that of an order which is still open is refused, once in a million.
    if (code === VENUE_ERROR.duplicateClientId.code) return 0
    if (code !== 0) throw new Error(`the venue refused an order with ${code}`)
    const slot = venue.lastSlot
    return slot === -1 ? 0 : (venue.orders.id[slot] as number)
  }
  cancel(id: number): boolean {
    const slot = this.#venue.orders.slotOf(id)
    if (slot === -1) return false
    this.#venue.cancelSlot(slot)
    return true
  }
  recycle(): void {
    this.#venue.recycle()
  }
}

/** More ids than orders can be open at once. */
function clientIds(): string[] {
  return Array.from({ length: 1_000_000 }, (_, i) => `x-bench-${i.toString(36).padStart(12, '0')}`)
}

function rate({ perCpuSecond }: Measured<unknown>): string {
  return Math.round(perCpuSecond).toLocaleString('en')
}
