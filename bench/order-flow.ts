/**
 * A seeded flow of orders for benchmarks of the venue: 10 % of its operations cancel an order, 30 % of its orders trade at
 * once, the rest waits near a price that walks. The same seed gives the same flow to any market that matches alike.
 */
import { Random } from '../src/core/number/random.ts'
import { BUY, ORDER_KIND, POSITION_SIDE, SELF_TRADE, SELL, TIME_IN_FORCE } from '../src/exchange/venue/requests.ts'
import type { PlaceRequest } from '../src/exchange/venue/requests.ts'

export const ACCOUNTS = 1000
/** Price about which the walk keeps. */
export const MIDDLE = 100_000
const STRAY = 60
const CANCELS = 6_554
const TAKERS = 19_661
/** Open orders about which the books keep: the more there are, the more a taker takes. */
const OPEN = 10_000
/** Mean lots of an order that waits, and of one that takes when OPEN orders are open. */
const MAKER_LOTS = 30
const TAKER_LOTS = 60
/** Ids of the latest orders that rested, among which cancels choose. */
const LATEST = 1_024
const TRIES = 64

/** What the flow needs of a market. */
export interface FlowMarket {
  readonly openCount: number
  /** Places the order; id of the order if it rests, 0 otherwise. */
  place(request: PlaceRequest): number
  /** False if there is no such open order. */
  cancel(id: number): boolean
  /** Ends a request. */
  recycle(): void
}

export class OrderFlow {
  operations = 0
  orders = 0
  cancels = 0
  /** Orders that were to trade at once. */
  takers = 0
  readonly #random: Random
  readonly #instruments: number
  readonly #mid: Int32Array
  readonly #latest: Float64Array = new Float64Array(LATEST)
  #rested = 0
  readonly #request: PlaceRequest = {
    kind: 'place',
    account: 0,
    instrument: 0,
    side: BUY,
    positionSide: POSITION_SIDE.both,
    orderKind: ORDER_KIND.limit,
    timeInForce: TIME_IN_FORCE.gtc,
    price: 0,
    quantity: 0,
    quoteQuantity: 0,
    reduceOnly: false,
    clientId: '',
    selfTrade: SELF_TRADE.expireMaker,
    goodTill: 0,
    priceMatch: 0,
  }

  constructor(seed: number, instruments: number) {
    this.#random = new Random(seed, 'order flow')
    this.#instruments = instruments
    this.#mid = new Int32Array(instruments).fill(MIDDLE)
  }

  /** Does so many operations, each a request of its own. `clientIds`, if given, are taken in turn for the orders. */
  drive(market: FlowMarket, operations: number, clientIds: readonly string[] = []): void {
    const random = this.#random
    for (let i = 0; i < operations; i++) {
      this.operations++
      if (random.chance(CANCELS) && this.#cancelOne(market)) this.cancels++
      else {
        this.#request.clientId = clientIds.length === 0 ? '' : (clientIds[this.orders % clientIds.length] ?? '')
        this.#placeOne(market)
      }
      market.recycle()
    }
  }

  #cancelOne(market: FlowMarket): boolean {
    const among = Math.min(this.#rested, LATEST)
    if (among === 0) return false
    for (let i = 0; i < TRIES; i++) {
      const at = this.#random.below(among)
      const id = this.#latest[at] as number
      this.#latest[at] = 0
      if (id !== 0 && market.cancel(id)) return true
    }
    return false
  }

  #placeOne(market: FlowMarket): void {
    const random = this.#random
    const request = this.#request
    const instrument = random.below(this.#instruments)
    const side = random.next() < 0 ? SELL : BUY
    const mid = this.#walk(instrument)
    const takes = random.chance(TAKERS)
    const mean = takes ? 1 + Math.min(200, Math.trunc((TAKER_LOTS * market.openCount) / OPEN)) : MAKER_LOTS
    // Makers wait 1 to 16 ticks away, most of them near.
    const away = takes ? -20 : 1 + ((random.below(64) * random.below(64)) >> 8)
    this.orders++
    request.account = random.below(ACCOUNTS)
    request.instrument = instrument
    request.side = side
    request.timeInForce = takes && random.next() < 0 ? TIME_IN_FORCE.ioc : TIME_IN_FORCE.gtc
    request.price = side === BUY ? mid - away : mid + away
    request.quantity = 1 + random.below(2 * mean - 1)
    if (takes) this.takers++
    const id = market.place(request)
    if (id !== 0) this.#latest[this.#rested++ % LATEST] = id
  }

  /** Moves an instrument's price by a tick now and then. */
  #walk(instrument: number): number {
    const step = this.#random.below(32)
    let mid = this.#mid[instrument] as number
    if (step === 0 && mid < MIDDLE + STRAY) mid++
    else if (step === 1 && mid > MIDDLE - STRAY) mid--
    this.#mid[instrument] = mid
    return mid
  }
}
