/**
 * Testing: one recording at two exchanges, the backtest's with one account and a venue with a recorded market inside.
 * Orders of the first client go to both; those of others to the venue alone. Never published.
 */
import { FuturesVenue } from '../exchange/venue/futures/futures-venue.ts'
import { CROWD_ACCOUNTS } from '../exchange/crowd/crowd-venue.ts'
import type { Queue } from '../exchange/history/queue-model.ts'
import { type Impact, RecordedVenue } from '../exchange/recording/recorded-venue.ts'
import { futuresFloor, spotFloor } from '../exchange/recording/venue-floor.ts'
import { EVENT, FIELD, FIELDS } from '../exchange/venue/events.ts'
import { BUY, ORDER_KIND, SELF_TRADE, TIME_IN_FORCE } from '../exchange/venue/requests.ts'
import { SpotVenue } from '../exchange/venue/spot/spot-venue.ts'
import { ExchangeBench, spotMarket } from './exchange-bench.ts'
import { limitOrder, venueInstrument } from './futures-world.ts'

export const FIRST: number = CROWD_ACCOUNTS

export interface Order {
  readonly buys: boolean
  readonly quantity: number
  /** 0 for a market order. */
  readonly price: number
  readonly timeInForce: 'gtc' | 'ioc' | 'fok' | 'gtx'
}

const BENCH_TERMS = {
  gtc: 'goodTillCancel',
  ioc: 'immediateOrCancel',
  fok: 'fillOrKill',
  gtx: 'postOnly',
} as const

export class RecordedWorld {
  readonly bench: ExchangeBench
  readonly venue: FuturesVenue | SpotVenue
  readonly recorded: RecordedVenue
  /** The venue's log of everything, FIELDS numbers an event. */
  readonly log: number[] = []
  /** The same of what the public saw, where clients are not seen. */
  readonly seen: number[] = []
  /** Fills of the first client: `number side quantity price role`, fills of one order at one price as one. */
  readonly fills: string[] = []
  /** Of the first client's orders: our number by the venue's id. */
  readonly #numbers = new Map<number, number>()

  constructor(options: {
    readonly market?: 'futures' | 'spot'
    readonly queue: Queue
    readonly impact: Impact
    readonly clients: number
  }) {
    const isSpot = options.market === 'spot'
    const changes = isSpot ? spotMarket : { minNotionalMicros: 0 }
    const instrument = venueInstrument('BTCUSDT', isSpot ? { ...changes, brackets: [], fundingInterval: 0 } : changes)
    const money = isSpot ? { USDT: 1_000_000_000, BTC: 1_000_000_000 } : { USDT: 1_000_000_000 }
    this.bench = new ExchangeBench({ instruments: [instrument], queue: options.queue, money })
    const settings = { instruments: [instrument], crowdAccounts: CROWD_ACCOUNTS }
    const venue = isSpot ? new SpotVenue(settings) : new FuturesVenue(settings)
    this.venue = venue
    venue.time[0] = this.bench.time
    for (let account = 0; account < FIRST + options.clients; account++) {
      venue.handle({ kind: 'open-account', name: `account ${account}` })
      for (const asset of venue.assets) venue.handle({ kind: 'transfer', account, asset, amount: '1000000000' })
    }
    this.recorded = new RecordedVenue(venue instanceof SpotVenue ? spotFloor(venue) : futuresFloor(venue), options)
    this.bench.onRow = (rows) => {
      this.recorded.take(rows, 0, 0)
      this.#keep()
    }
    this.#keep()
  }

  later(microseconds = 1000): void {
    this.bench.later(microseconds)
    this.venue.time[0] = this.bench.time
    this.venue.advance()
    this.#keep()
  }

  /** Places an order of a client. Returns what the venue answered. */
  place(client: number, order: Order): number {
    const { buys, quantity, price, timeInForce } = order
    const outcome = this.venue.handle(
      limitOrder(FIRST + client, buys ? BUY : 1 - BUY, quantity, price, {
        orderKind: price === 0 ? ORDER_KIND.market : ORDER_KIND.limit,
        timeInForce: TIME_IN_FORCE[timeInForce],
        selfTrade: SELF_TRADE.expireMaker,
      }),
    )
    if (client === 0) {
      const wish = { side: buys ? 'buy' : 'sell', quantity, timeInForce: BENCH_TERMS[timeInForce] } as const
      const number = this.bench.place(price === 0 ? wish : { ...wish, price })
      if (outcome.slot !== -1) this.#numbers.set(this.venue.orders.id[outcome.slot] as number, number)
    }
    this.#keep()
    return outcome.code
  }

  /** Cancels an open order of the first client by our number. */
  cancel(number: number): void {
    this.bench.cancel(number)
    const id = [...this.#numbers].find(([, known]) => known === number)?.[0]
    if (id !== undefined)
      this.venue.handle({ kind: 'cancel', account: FIRST, instrument: 0, orderId: id, clientId: '' })
    this.#keep()
  }

  /** Signed lots of a client, or of history (any account). */
  position(account: number): number {
    const { venue } = this
    return venue instanceof SpotVenue ? 0 : (venue.positionsOf(account, 0)[0]?.quantity ?? 0)
  }

  /** Lots at a price of the venue's book. */
  lotsAt(side: number, price: number): number {
    return this.venue.books[0]?.quantityAt(side, price) ?? 0
  }

  #keep(): void {
    const { events } = this.venue
    this.recorded.follow()
    for (let at = 0; at < events.length * FIELDS; at += FIELDS) {
      const cells = events.cells.subarray(at, at + FIELDS)
      this.log.push(...cells)
      if (cells[FIELD.kind] === EVENT.fill && cells[FIELD.account] === FIRST) this.#noteFill(cells)
    }
    const { record } = this.recorded
    if (record !== undefined) {
      this.seen.push(...record.events.cells.subarray(0, record.events.length * FIELDS))
      record.clear()
    }
    this.venue.recycle()
    this.recorded.recycled()
  }

  #noteFill(cells: Float64Array): void {
    const number = this.#numbers.get(cells[FIELD.orderId] as number) ?? this.#numbers.size + 1
    const side = cells[FIELD.side] === BUY ? 'buys' : 'sells'
    const role = cells[FIELD.detail] === 1 ? 'maker' : 'taker'
    noteFill(this.fills, [number, side, cells[FIELD.quantity] as number, cells[FIELD.price] as number, role])
  }
}

/** Appends a fill as text, or adds it to the last one where only the quantity differs. */
export function noteFill(fills: string[], fill: readonly [number, string, number, number, string]): void {
  const [number, side, quantity, price, role] = fill
  const last = fills.at(-1)?.split(' ') ?? []
  const isSame = last[0] === `#${number}` && last[4] === String(price) && last[6] === role
  if (isSame) fills.pop()
  const lots = isSame ? Number(last[2]) + quantity : quantity
  fills.push(`#${number} ${side} ${lots} at ${price} as ${role}`)
}
