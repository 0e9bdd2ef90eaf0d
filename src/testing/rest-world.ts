/**
 * Both venues' REST servers on loopback, with a market maker's book on each side, for tests: one clock turned by hand, one
 * user with money and a key, real HTTP in between.
 */
import { createHmac } from 'node:crypto'
import { marketsOf } from '../exchange/box/markets.ts'
import { MarketFeed } from '../exchange/feeds/market-feed.ts'
import { FuturesVenue } from '../exchange/venue/futures/futures-venue.ts'
import { BUY, ORDER_KIND, type PlaceRequest, SELF_TRADE, SELL, TIME_IN_FORCE } from '../exchange/venue/requests.ts'
import type { Outcome, VenueRequest } from '../exchange/venue/requests.ts'
import { SpotVenue } from '../exchange/venue/spot/spot-venue.ts'
import { FuturesDesk } from '../exchange/wire/futures/desk.ts'
import type { FuturesHabits } from '../exchange/wire/futures/habits.ts'
import { futuresRoutes } from '../exchange/wire/futures/routes.ts'
import { ListenKeys } from '../exchange/wire/listen-keys.ts'
import type { Machine } from '../exchange/wire/machine.ts'
import {
  FUNDING_POOL,
  FUTURES_LIMIT_TEXTS,
  FUTURES_ORDERS,
  FUTURES_WEIGHT,
  OrderCounts,
  RequestWeights,
  SPOT_LIMIT_TEXTS,
  SPOT_ORDERS,
  SPOT_WEIGHT,
} from '../exchange/wire/rate-limits.ts'
import { KeyRing } from '../exchange/wire/security.ts'
import { createRestServer } from '../exchange/wire/server.ts'
import { SpotDesk } from '../exchange/wire/spot/desk.ts'
import { FilledOrders } from '../exchange/wire/spot/filled-orders.ts'
import { spotRoutes } from '../exchange/wire/spot/routes.ts'
import { nodeSignatures } from '../node/signatures.ts'

/** Friday, 2026-11-20, on the minute, in microseconds. */
export const REST_START = 1_795_216_080_000_000
export const API_KEY = 'k'.repeat(64)
export const API_SECRET = 's'.repeat(64)
/** Account numbers at both venues. */
export const HOUSE = 0
export const USER = 1

/** Levels on each side of each book, one tick apart from the middle on. */
const LEVELS = 20
const DEPOSIT = '1000000000'

type Venue = FuturesVenue | SpotVenue

/** What a call came back with. */
export interface Told {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: unknown
}

export class RestWorld {
  readonly futures: FuturesVenue
  readonly spot: SpotVenue
  readonly faults: unknown[] = []
  /** Set before `listen`. */
  habits: Partial<FuturesHabits> = {}
  futuresUrl = ''
  spotUrl = ''
  #now: () => number
  #filled: FilledOrders | undefined
  readonly #feeds: readonly [MarketFeed, MarketFeed]

  /** `now` is the time in microseconds where a real clock is wanted. */
  constructor(symbols: readonly string[] = ['BTCUSDT', 'ETHUSDT'], now: () => number = () => REST_START) {
    const markets = marketsOf(symbols)
    this.#now = now
    this.futures = new FuturesVenue({ instruments: markets.map((market) => market.futures) })
    this.spot = new SpotVenue({ instruments: markets.map((market) => market.spot) })
    const { futures, spot } = this
    this.#feeds = [
      new MarketFeed(futures, { market: 'futures', marks: () => undefined }),
      new MarketFeed(spot, { market: 'spot' }),
    ]
    this.pass(0)
    for (const venue of [futures, spot]) {
      this.ask(venue, { kind: 'open-account', name: 'house' })
      this.ask(venue, { kind: 'open-account', name: 'user' })
      for (const asset of venue.assets) this.ask(venue, { kind: 'transfer', account: HOUSE, asset, amount: DEPOSIT })
      this.ask(venue, { kind: 'transfer', account: USER, asset: 'USDT', amount: '100000' })
    }
    for (const [instrument, { row, futures: terms, spot: spotTerms }] of markets.entries()) {
      const mark = Math.round(row.price * 10 ** terms.markDecimals)
      this.ask(futures, { kind: 'mark', instrument, mark, index: mark })
      this.ask(futures, { kind: 'leverage', account: HOUSE, instrument, leverage: 1 })
      this.#quote(
        futures,
        instrument,
        Math.round((row.price * 10 ** terms.priceDecimals) / terms.tickSize) * terms.tickSize,
      )
      const price = Math.round((row.price * 10 ** spotTerms.priceDecimals) / spotTerms.tickSize) * spotTerms.tickSize
      this.#quote(spot, instrument, price)
    }
  }

  get time(): number {
    return this.#now()
  }

  /** Turns the clock on by microseconds. */
  pass(micros: number): void {
    const now = this.#now() + micros
    if (micros > 0) this.#now = () => now
    for (const [index, venue] of [this.futures, this.spot].entries()) {
      venue.time[0] = Math.max(venue.time[0] as number, now)
      this.#feeds[index]?.advance(NOWHERE)
      venue.advance()
      this.#settle(venue)
    }
  }

  /** Hands a request to a venue, without the wire. */
  ask(venue: Venue, request: VenueRequest): Outcome {
    const outcome = venue.handle(request)
    this.#settle(venue)
    return outcome
  }

  /** An order of the house. */
  order(instrument: number, side: number, price: number, quantity: number, account = HOUSE): PlaceRequest {
    return {
      kind: 'place',
      account,
      instrument,
      side,
      positionSide: 0,
      orderKind: ORDER_KIND.limit,
      timeInForce: TIME_IN_FORCE.gtc,
      price,
      quantity,
      quoteQuantity: 0,
      reduceOnly: false,
      clientId: '',
      selfTrade: SELF_TRADE.none,
      goodTill: 0,
      priceMatch: 0,
    }
  }

  async listen(context: { after(end: () => Promise<unknown>): void }): Promise<void> {
    const keys = new KeyRing(nodeSignatures)
    keys.add({ name: API_KEY, account: USER, scheme: 'hmac', material: API_SECRET })
    const onFault = (error: unknown): void => void this.faults.push(error)
    const futuresMachine = this.#machine(this.futures)
    let made = 0
    const desk = new FuturesDesk({
      machine: futuresMachine,
      memory: this.#feeds[0],
      listenKeys: new ListenKeys(() => `key${++made}`.padEnd(64, 'x')),
      weightRules: FUTURES_WEIGHT,
      orderRules: FUTURES_ORDERS,
      habits: this.habits,
    })
    const futures = createRestServer({
      routes: futuresRoutes(desk),
      dialect: 'futures',
      keys,
      turns: futuresMachine,
      weights: new RequestWeights(FUTURES_WEIGHT, FUTURES_LIMIT_TEXTS),
      fundingPool: new RequestWeights(FUNDING_POOL, FUTURES_LIMIT_TEXTS),
      orders: new OrderCounts(FUTURES_ORDERS),
      onFault,
    })
    const spotMachine = this.#machine(this.spot)
    const orders = new OrderCounts(SPOT_ORDERS)
    this.#filled = new FilledOrders(this.spot, orders)
    const spotDesk = new SpotDesk({ machine: spotMachine, memory: this.#feeds[1], weightRules: SPOT_WEIGHT, orders })
    const spot = createRestServer({
      routes: spotRoutes(spotDesk),
      dialect: 'spot',
      keys,
      turns: spotMachine,
      weights: new RequestWeights(SPOT_WEIGHT, SPOT_LIMIT_TEXTS),
      fundingPool: undefined,
      orders,
      onFault,
    })
    this.futuresUrl = await futures.listen({ host: '127.0.0.1', port: 0 })
    this.spotUrl = await spot.listen({ host: '127.0.0.1', port: 0 })
    context.after(() => Promise.all([futures.close(), spot.close()]))
  }

  /** A public call: `GET /fapi/v1/depth?symbol=BTCUSDT`. */
  async get(target: string): Promise<Told> {
    return await told(await fetch(this.#urlOf(target) + target, { headers: { 'X-MBX-APIKEY': API_KEY } }))
  }

  /** A signed call at `time`, microseconds; what is undefined is not sent. */
  async call(
    method: string,
    path: string,
    parameters: Record<string, string | undefined> = {},
    time: number = this.time,
  ): Promise<Told> {
    const pairs = Object.entries(parameters).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
    )
    const text = [...pairs, `timestamp=${Math.floor(time / 1000)}`].join('&')
    const signature = createHmac('sha256', API_SECRET).update(text).digest('hex')
    const url = `${this.#urlOf(path)}${path}?${text}&signature=${signature}`
    return await told(await fetch(url, { method, headers: { 'X-MBX-APIKEY': API_KEY } }))
  }

  #urlOf(path: string): string {
    return path.startsWith('/api/') ? this.spotUrl : this.futuresUrl
  }

  /** Rests ten lots of the smallest kind, a thousand times over, on each of some levels around the middle. */
  #quote(venue: Venue, instrument: number, middle: number): void {
    const { tickSize, stepSize } = venue.instruments[instrument] as { tickSize: number; stepSize: number }
    for (let level = 1; level <= LEVELS; level++) {
      this.ask(venue, this.order(instrument, BUY, middle - level * tickSize, stepSize * 1000))
      this.ask(venue, this.order(instrument, SELL, middle + level * tickSize, stepSize * 1000))
    }
  }

  #machine<Kind extends Venue>(venue: Kind): Machine<Kind> {
    return {
      venue,
      present: () => {
        this.pass(0)
        return venue.time[0] as number
      },
      handle: (request) => venue.handle(request),
      settle: () => this.#settle(venue),
    }
  }

  #settle(venue: Venue): void {
    this.#feeds[venue === this.futures ? 0 : 1]?.read(NOWHERE)
    if (venue === this.spot) this.#filled?.read()
    venue.recycle()
  }
}

const NOWHERE = { publish: (): void => undefined }

async function told(reply: Response): Promise<Told> {
  const text = await reply.text()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined
  }
  return { status: reply.status, headers: reply.headers, text, body }
}
