/**
 * Sessions that nobody planned: random rows of a market, and a venue that answers the engine's own requests as venues do,
 * with refusals, partial fills, updates that come twice, late or in another order. Everything follows from the steps, so that
 * a session is made again from its tape.
 */
import fc from 'fast-check'
import { defineStrategy } from '../core/strategy/contract.ts'
import type { StrategyContext, StrategyDefinition } from '../core/strategy/contract.ts'
import { ORDER_STATUS } from '../core/tape/kinds.ts'
import { amount } from './account-rows.ts'
import { EngineDriver, wholeInstrument } from './engine-driver.ts'
import type { DriverOptions } from './engine-driver.ts'

const MARKET_ROWS = ['trade', 'trade', 'trade', 'best', 'best', 'mark', 'candle'] as const
const ANSWERS = ['accept', 'fill', 'reject', 'end', 'endBeforeFill', 'cancelReject', 'triggered'] as const
const RARE = ['repeat', 'foreignFill', 'funding', 'transfer', 'operator', 'pauseStrategy', 'wait', 'day'] as const

type Answer = (typeof ANSWERS)[number]

/** One thing that happens; numbers choose among what is possible then. */
export interface Step {
  readonly what: (typeof MARKET_ROWS)[number] | Answer | (typeof RARE)[number]
  readonly pick: number
  readonly size: number
}

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    what: fc.oneof(
      { weight: 7, arbitrary: fc.constantFrom(...MARKET_ROWS) },
      { weight: 7, arbitrary: fc.constantFrom('accept', 'accept', 'fill', 'fill', ...ANSWERS) },
      { weight: 1, arbitrary: fc.constantFrom(...RARE) },
    ),
    pick: fc.nat(1000),
    size: fc.integer({ min: 1, max: 40 }),
  }),
  { minLength: 60, maxLength: 160, size: 'max' },
)

/** Acts on the quantity of a trade: what the steps choose, a strategy without a closure can do. */
export const reflex: StrategyDefinition = defineStrategy({
  name: 'reflex',
  needs: { candles: ['1m'] },
  state: () => ({ trades: 0, fills: 0 }),
  onTrade({ instrument, quantity }, ctx) {
    const memory = ctx.state as { trades: number }
    memory.trades++
    act(instrument, quantity, ctx)
  },
  onCandle({ instrument, change }, ctx) {
    if (change > 0.05) ctx.signal(instrument, 'long', { reason: 'rise', stop: 0.05 })
    else if (change < -0.05) ctx.signal(instrument, 'flat', { reason: 'fall' })
  },
  onFill({ instrument, sell }, ctx) {
    const memory = ctx.state as { fills: number }
    memory.fills++
    if (memory.fills % 7 === 0) ctx.target(instrument, { quantity: sell ? 2 : -2, reason: 'turn', stop: 0.1 })
  },
})

/** Rests orders around the best prices; holds still while it holds much. */
export const maker: StrategyDefinition = defineStrategy({
  name: 'maker',
  needs: {},
  onBest({ instrument, bid, ask }, ctx) {
    const { quantity } = ctx.position(instrument)
    const slots = ctx.slots.clear()
    if (quantity < 10) slots.bid(bid, 3).bid(bid - 2, 2)
    if (quantity > -10 && ctx.instrument(instrument).market !== 'spot') slots.ask(ask, 3)
    else if (quantity > 0) slots.ask(ask, quantity)
    ctx.quote(instrument, slots)
    ctx.show('equity', ctx.equity)
  },
})

function act(instrument: number, quantity: number, ctx: StrategyContext): void {
  const entry = quantity % 2 === 0 ? 'post-only' : 'market'
  const isSpot = ctx.instrument(instrument).market === 'spot'
  const takeProfit = isSpot ? {} : { takeProfit: 0.2 }
  switch (quantity % 10) {
    case 1:
    case 2:
      return ctx.signal(instrument, 'long', { reason: `up ${quantity}`, stop: 0.1, ...takeProfit, entry })
    case 3:
    case 4:
      return ctx.signal(instrument, 'short', { reason: 'down', stop: 0.1, ...takeProfit, entry })
    case 5:
    case 6:
      return ctx.signal(instrument, 'flat', { reason: 'out', entry })
    case 7:
    case 8:
      return ctx.target(instrument, { quantity: quantity - 20, reason: 'so many', stop: 0.08, entry })
    case 9:
      return ctx.target(instrument, { notional: quantity * 30, reason: 'so much', entry })
    default:
      if (quantity === 40) throw new Error('forty is too many')
  }
}

/** Two contracts, one of them of a hundredth, and a spot market; strategies share all of them. */
export const SESSION: DriverOptions = {
  instruments: [
    wholeInstrument('BTCUSDT'),
    wholeInstrument('ETHUSDT', {
      contractSize: 0.01,
      priceDecimals: 2,
      quantityDecimals: 1,
      tickSize: 100,
      minNotionalMicros: 100_000,
      minPrice: 100,
    }),
    wholeInstrument('SOLUSDT', { venue: 'binance-spot', market: 'spot' }),
  ],
  strategies: [
    { definition: reflex, sizer: { kind: 'risk-fraction', fraction: 0.01, maxNotional: 2000 } },
    { definition: maker },
  ],
  cash: '50000',
  config: {
    limits: { maxOrderNotional: 5000, maxPositionNotional: 8000, maxOpenOrders: 40, maxDailyLoss: 40 },
    leverage: 3,
    quoteToleranceTicks: 1,
  },
}

/** An order as the venue knows it. */
interface VenueOrder {
  readonly intent: number
  readonly instrument: number
  readonly sell: boolean
  readonly reduceOnly: boolean
  readonly quantity: number
  state: 'new' | 'working' | 'over'
  cancelAsked: boolean
  /** Filled, and of that what the engine was told. */
  filled: number
  told: number
}

export class RandomSession {
  readonly driver: EngineDriver = new EngineDriver(SESSION)
  /** Fills and payments so far, for whoever checks the books: lots signed, amounts in 10^-18. */
  readonly flows: {
    readonly kind: 'fill' | 'foreign'
    readonly instrument: number
    readonly price: number
    readonly lots: number
  }[] = []
  /** Fees of a hundredth each. */
  fees = 0
  funding = 0n
  transfers: bigint = amount(SESSION.cash ?? '0')
  readonly #orders: Map<number, VenueOrder> = new Map()
  readonly #updates: (readonly [number, number, { readonly filled: number; readonly error: number }])[] = []
  readonly #prices: number[]
  #seen = 0

  constructor() {
    this.#prices = this.driver.config.instruments.map(({ tickSize }) => 100 * tickSize)
    for (const instrument of this.#prices.keys()) this.#best(instrument)
    this.#hear()
  }

  take(step: Step): void {
    this.#happen(step)
    this.#hear()
  }

  #happen({ what, pick, size }: Step): void {
    const { driver } = this
    const instrument = pick % this.#prices.length
    switch (what) {
      case 'trade':
        driver.wait(pick * 1000)
        this.#move(instrument, size)
        driver.trade(this.#prices[instrument] as number, instrument, {
          quantity: size,
          sell: pick % 2 === 0,
          version: pick,
        })
        return
      case 'best':
        driver.wait(1000)
        this.#move(instrument, size)
        this.#best(instrument)
        return
      case 'mark':
        driver.mark((this.#prices[instrument] as number) / this.#tick(instrument) + (pick % 3), instrument)
        return
      case 'candle': {
        driver.wait(60_000_000)
        const price = this.#prices[instrument] as number
        driver.candle([price, price, price, price], 60_000_000, instrument)
        return
      }
      case 'foreignFill':
        this.#foreignFill(instrument, pick, size)
        return
      case 'funding':
        if (driver.accountPosition(instrument) !== 0 && driver.config.instruments[instrument]?.market !== 'spot')
          this.#fund(`${pick % 2 === 0 ? '-' : ''}${size}.000000000000000001`, instrument)
        return
      case 'transfer':
        this.#transfer(`${pick % 2 === 0 ? '-' : ''}${size}.5`)
        return
      case 'operator':
        driver.operator((['pause', 'resume', 'close', 'flatten', 'resume'] as const)[pick % 5] ?? 'resume', instrument)
        return
      case 'pauseStrategy':
        if (size === 1) driver.pauseStrategy(pick % 2)
        return
      case 'wait':
        driver.wait(size * 1_000_000)
        return
      case 'day':
        if (size < 5) driver.wait(86_400_000_000)
        return
      case 'repeat': {
        const update = this.#updates[pick % this.#updates.length]
        if (update !== undefined) driver.update(...update)
        return
      }
      case 'accept':
      case 'fill':
      case 'reject':
      case 'end':
      case 'endBeforeFill':
      case 'cancelReject':
      case 'triggered':
        this.#answer(what, pick, size)
    }
  }

  /** The venue says something about one of our orders. */
  #answer(what: Answer, pick: number, size: number): void {
    const open = [...this.#orders.values()].filter(({ state, filled, told }) => state !== 'over' || filled > told)
    const order = open[pick % open.length]
    if (order === undefined) return
    if (order.filled > order.told) {
      // What was filled and not told yet comes before anything else.
      this.#tellFill(order, order.filled - order.told)
      return
    }
    const left = order.quantity - order.filled
    switch (what) {
      case 'accept':
        if (order.state === 'new') order.state = 'working'
        this.#update(order, ORDER_STATUS.accepted)
        return
      case 'reject':
        if (order.state !== 'new' || order.filled > 0) return
        order.state = 'over'
        this.#update(order, ORDER_STATUS.rejected, [-2019, -5022, -2021, -2010, -4045][pick % 5])
        return
      case 'fill': {
        const lots = Math.min(size, left, order.reduceOnly ? this.#closable(order) : left)
        if (lots <= 0) return this.#end(order, ORDER_STATUS.expired)
        order.filled += lots
        if (order.filled === order.quantity) order.state = 'over'
        this.#tellFill(order, lots)
        return
      }
      case 'end':
        return this.#end(order, order.cancelAsked ? ORDER_STATUS.cancelled : pick % 3 === 0 ? ORDER_STATUS.expired : -1)
      case 'endBeforeFill':
        if (left < 2 || order.reduceOnly) return
        order.filled += 1
        this.#end(order, ORDER_STATUS.expired)
        return
      case 'cancelReject':
        if (order.cancelAsked) this.#update(order, ORDER_STATUS.cancelRejected, -2011)
        order.cancelAsked = false
        return
      case 'triggered':
        this.#update(order, ORDER_STATUS.triggered)
        return
    }
  }

  #end(order: VenueOrder, status: number): void {
    if (status < 0) return
    order.state = 'over'
    this.#update(order, status)
  }

  #update(order: VenueOrder, status: number, error = 0): void {
    const facts = { filled: order.filled, error }
    this.#updates.push([order.intent, status, facts])
    this.driver.update(order.intent, status, facts)
  }

  #tellFill(order: VenueOrder, lots: number): void {
    order.told += lots
    const price = this.#prices[order.instrument] as number
    this.#count('fill', order.instrument, price, order.sell ? -lots : lots)
    this.driver.fill(order.intent, { price, quantity: lots, filled: order.told, fee: '0.01' })
  }

  #fund(text: string, instrument: number): void {
    this.funding += amount(text)
    this.driver.funding(text, instrument)
  }

  #transfer(text: string): void {
    this.transfers += amount(text)
    this.driver.transfer(text)
  }

  #foreignFill(instrument: number, pick: number, size: number): void {
    const sell = pick % 2 === 0
    // Nobody sells spot that is not there.
    if (sell && this.driver.config.instruments[instrument]?.market === 'spot') return
    const price = this.#prices[instrument] as number
    this.#count('foreign', instrument, price, sell ? -size : size)
    this.driver.rawFill(0, instrument, sell, { price, quantity: size, fee: '0.01' })
  }

  #count(kind: 'fill' | 'foreign', instrument: number, price: number, lots: number): void {
    this.flows.push({ kind, instrument, price, lots })
    this.fees++
  }

  #closable({ instrument, sell }: VenueOrder): number {
    const position = this.driver.accountPosition(instrument)
    return Math.max(0, sell ? position : -position)
  }

  #tick(instrument: number): number {
    return this.driver.config.instruments[instrument]?.tickSize ?? 1
  }

  #move(instrument: number, size: number): void {
    const tick = this.#tick(instrument)
    const price = (this.#prices[instrument] as number) + ((size % 7) - 3) * tick
    this.#prices[instrument] = Math.max(50 * tick, price)
  }

  #best(instrument: number): void {
    const tick = this.#tick(instrument)
    const price = this.#prices[instrument] as number
    this.driver.best(price - tick, price + tick, instrument)
  }

  /** The venue takes what the engine asked for. */
  #hear(): void {
    for (const output of this.driver.outputs.slice(this.#seen)) {
      if (output.kind === 'intent') {
        const { intent, instrument, side, reduceOnly, quantity } = output
        const fresh = { state: 'new', cancelAsked: false, filled: 0, told: 0 } as const
        this.#orders.set(intent, { intent, instrument, sell: side === 'sell', reduceOnly, quantity, ...fresh })
      } else if (output.kind === 'cancel') {
        const order = this.#orders.get(output.intent)
        if (order !== undefined) order.cancelAsked = true
      }
    }
    this.#seen = this.driver.outputs.length
  }
}
