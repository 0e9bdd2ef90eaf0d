/**
 * A simulated exchange on the bench: markets and orders written as people would say them, events read back as sentences.
 * Prices are price quanta and quantities lots throughout.
 */
import { assetTable } from '../core/market/assets.ts'
import type { Instrument } from '../core/market/instrument.ts'
import { I128Array } from '../core/number/i128.ts'
import { writeId } from '../core/tape/ids.ts'
import {
  AGGREGATE_TRADE,
  BEST_BID_ASK,
  CANDLE,
  CANDLE_FLAGS,
  DEPTH_DIFF,
  DEPTH_PARTIAL,
  DEPTH_SNAPSHOT,
  FILL,
  FILL_FLAGS,
  FILL_WHY,
  FUNDING_PAYMENT,
  FUNDING_RATE,
  INSTRUMENT_VERSION,
  INTENT,
  MARK_PRICE,
  ORDER_FLAGS,
  ORDER_STATUS,
  ORDER_TYPE,
  ORDER_UPDATE,
  SELL_TAKER,
  TIME_IN_FORCE,
  TRADE,
} from '../core/tape/kinds.ts'
import { ROW_SLOTS, ROW_WORDS, VENUE_TIME, VERSION } from '../core/tape/layout.ts'
import { flagsOf, instrumentOf, RowBuffer, recordRows } from '../core/tape/row-buffer.ts'
import { SimExchange, type SimExchangeOptions } from '../exchange/history/sim-exchange.ts'
import { exampleInstrument } from './instruments.ts'

/** 2025-01-01T00:00:00Z, in microseconds. */
export const START_US = 1_735_689_600_000_000
export const MINUTE_US = 60_000_000
const ONE = 10n ** 18n

export type Levels = readonly (readonly [price: number, quantity: number])[]

export interface Wish {
  readonly side: 'buy' | 'sell'
  readonly quantity: number
  /** Without a price it is a market order, with a trigger a stop (or, said so, a take-profit). */
  readonly price?: number
  readonly trigger?: number
  readonly takeProfit?: boolean
  readonly timeInForce?: keyof typeof TIME_IN_FORCE
  readonly reduceOnly?: boolean
  readonly instrument?: number
  readonly intent?: number
}

/** A fill (signed lots at a price, and its fee as negative money received) or a funding payment (no lots). */
export interface Booking {
  readonly instrument: number
  readonly lots: number
  readonly price: number
  readonly asset: string
  readonly received: bigint
}

/** A contract without a smallest value: a quantum times a lot is worth 10^-4 USDT. */
export const contract: Instrument = exampleInstrument('BTCUSDT', { minNotionalMicros: 0 })
/** The same on spot. */
export const spotMarket: Instrument = exampleInstrument('BTCUSDT', {
  venue: 'binance-spot',
  market: 'spot',
  minNotionalMicros: 0,
})

export class ExchangeBench {
  readonly exchange: SimExchange
  readonly instruments: readonly Instrument[]
  /** Names of assets, by index. */
  readonly assets: readonly string[]
  /** Is shown each market row, the only one in the buffer, after the exchange. */
  onRow: ((rows: RowBuffer) => void) | undefined
  readonly #rows: RowBuffer = new RowBuffer(4096)
  readonly #amount: I128Array = new I128Array(1)
  #intent = 0
  #version = 100
  #lastDepth = 0

  /** An exchange of one contract with 1,000,000 USDT, without fees, unless said otherwise. */
  constructor(options: Partial<SimExchangeOptions> & { readonly money?: Readonly<Record<string, number>> } = {}) {
    const { money = { USDT: 1_000_000 }, ...rest } = options
    this.instruments = rest.instruments ?? [contract]
    this.assets = assetTable(this.instruments)
    this.exchange = new SimExchange({
      makerFeeRate: 0,
      takerFeeRate: 0,
      queue: 'conservative',
      candleFill: 'next-open',
      leverage: 1,
      maxOrders: 64,
      balances: Object.entries(money).map(([asset, amount]) => ({
        asset: this.assets.indexOf(asset),
        amount: BigInt(amount) * ONE,
      })),
      ...rest,
      instruments: this.instruments,
    })
    this.exchange.time[0] = START_US
  }

  get time(): number {
    return this.exchange.time[0] as number
  }

  /** Lets `microseconds` pass. */
  later(microseconds = 1000): this {
    this.exchange.time[0] = this.time + microseconds
    return this
  }

  /** A print of which the taker sold or bought. */
  trade(takerSide: 'buy' | 'sell', quantity: number, price: number, instrument = 0): this {
    return this.#print(TRADE.kind, takerSide, quantity, price, instrument)
  }

  /** Prints of one taker at one price, told as one. */
  aggregate(takerSide: 'buy' | 'sell', quantity: number, price: number, instrument = 0): this {
    return this.#print(AGGREGATE_TRADE.kind, takerSide, quantity, price, instrument)
  }

  #print(kind: number, takerSide: 'buy' | 'sell', quantity: number, price: number, instrument: number): this {
    const at = this.#append(kind, takerSide === 'sell' ? SELL_TAKER : 0, instrument, 0)
    this.#rows.f64[at + TRADE.price] = price
    this.#rows.f64[at + TRADE.quantity] = quantity
    return this.#market()
  }

  best(bid: number, bidQuantity: number, ask: number, askQuantity: number, instrument = 0): this {
    const at = this.#append(BEST_BID_ASK.kind, 0, instrument, 0)
    this.#rows.f64.set([bid, bidQuantity, ask, askQuantity], at + BEST_BID_ASK.bid)
    return this.#market()
  }

  /** A whole book. */
  snapshot(bids: Levels, asks: Levels, instrument = 0): this {
    return this.#depth(DEPTH_SNAPSHOT.kind, bids, asks, instrument)
  }

  /** Changed levels; continues the last depth message. */
  depth(bids: Levels, asks: Levels, instrument = 0): this {
    return this.#depth(DEPTH_DIFF.kind, bids, asks, instrument)
  }

  /** A depth message is lost: the next one has a hole before it. */
  loseDepth(): this {
    this.#lastDepth = ++this.#version
    return this
  }

  /** Top levels, sent whole. */
  partial(bids: Levels, asks: Levels, instrument = 0): this {
    return this.#depth(DEPTH_PARTIAL.kind, bids, asks, instrument)
  }

  /** A closed candle that begins `minutes` after the start, played whole: open, high, low, close. */
  candle(minutes: number, prices: readonly [number, number, number, number], instrument = 0): this {
    this.opens(minutes, prices, instrument)
    return this.closes(minutes, prices, instrument)
  }

  /** The candle's open. */
  opens(minutes: number, prices: readonly [number, number, number, number], instrument = 0): this {
    this.exchange.time[0] = START_US + minutes * MINUTE_US + 1
    this.#candle(minutes, prices, instrument)
    this.exchange.candleOpen(this.#rows, 0)
    return this
  }

  /** The candle's way and end. */
  closes(minutes: number, prices: readonly [number, number, number, number], instrument = 0): this {
    this.exchange.time[0] = START_US + (minutes + 1) * MINUTE_US - 1
    this.#candle(minutes, prices, instrument)
    this.exchange.market(this.#rows, 0)
    this.exchange.time[0] = START_US + (minutes + 1) * MINUTE_US
    return this
  }

  /** The candle, given to the exchange once, at its open. */
  candleAtOnce(minutes: number, prices: readonly [number, number, number, number], instrument = 0): this {
    this.exchange.time[0] = START_US + minutes * MINUTE_US + 1
    this.#candle(minutes, prices, instrument)
    return this.#market()
  }

  /** An update of a candle that is not over. */
  formingCandle(minutes: number, prices: readonly [number, number, number, number], instrument = 0): this {
    this.#candle(minutes, prices, instrument)
    this.#rows.u8[1] = 0
    this.exchange.candleOpen(this.#rows, 0)
    return this.#market()
  }

  /** Mark price in mark quanta; rate in 10^-12; minutes after the start of the next funding. */
  mark(mark: number, rate = 0, nextFundingMinutes = 0, instrument = 0): this {
    const at = this.#append(MARK_PRICE.kind, 0, instrument, 0)
    this.#rows.f64[at + MARK_PRICE.mark] = mark
    this.#rows.f64[at + MARK_PRICE.fundingRate] = rate
    this.#rows.f64[at + MARK_PRICE.nextFundingTime] = START_US + nextFundingMinutes * MINUTE_US
    return this.#market()
  }

  /** Funding now: rate in 10^-12, mark in mark quanta (0: the row says none). */
  funding(rate: number, mark = 0, instrument = 0): this {
    const at = this.#append(FUNDING_RATE.kind, 0, instrument, 0)
    this.#rows.f64[at + FUNDING_RATE.rate] = rate
    this.#rows.f64[at + FUNDING_RATE.mark] = mark
    return this.#market()
  }

  /** From here on an instrument's rows use another version of it. */
  newVersion(instrument: number, next: number): this {
    const at = this.#append(INSTRUMENT_VERSION.kind, 0, instrument, 0)
    this.#rows.u16[(at * 8 + INSTRUMENT_VERSION.nextByte) / 2] = next
    return this.#market()
  }

  /** Sends an order and returns its number. */
  place(wish: Wish): number {
    const intent = wish.intent ?? ++this.#intent
    const type = typeOf(wish)
    let flags = wish.side === 'sell' ? ORDER_FLAGS.sell : 0
    if (wish.reduceOnly === true) flags |= ORDER_FLAGS.reduceOnly
    const at = this.#append(INTENT.kind, flags, wish.instrument ?? 0, 0)
    const row = at / ROW_SLOTS
    this.#rows.u32[row * ROW_WORDS + INTENT.intentByte / 4] = intent
    this.#rows.u8[row * 64 + INTENT.typeByte] = type
    this.#rows.u8[row * 64 + INTENT.timeInForceByte] = TIME_IN_FORCE[wish.timeInForce ?? 'goodTillCancel']
    this.#rows.f64[at + INTENT.price] = wish.price ?? 0
    this.#rows.f64[at + INTENT.quantity] = wish.quantity
    this.#rows.f64[at + INTENT.trigger] = wish.trigger ?? 0
    this.exchange.place(this.#rows, 0)
    return intent
  }

  cancel(intent: number): this {
    this.exchange.cancel(intent)
    return this
  }

  /** What happened since the last time, as sentences. */
  said(): string[] {
    return this.#read((row) => this.#sentence(row))
  }

  /** The same, with the seconds after the start in front. */
  saidWhen(): string[] {
    return this.#read((row) => {
      const seconds = ((this.exchange.events.f64[row * ROW_SLOTS + VENUE_TIME] as number) - START_US) / 1e6
      return `${seconds}: ${this.#sentence(row)}`
    })
  }

  /** Fees of the fills since the last time, in 10^-8 of their asset. */
  fees(): string[] {
    const { events } = this.exchange
    const fees = this.#read((row) => {
      if (events.u8[row * 64] !== FILL.kind) return ''
      this.#amount.loadFrom(0, events.u32, (row * ROW_SLOTS + FILL.fee) * 8)
      const asset = this.assets[events.u16[row * 32 + FILL.feeAssetByte / 2] as number] ?? '?'
      return `${this.#amount.get(0) / 10n ** 10n} ${asset}`
    })
    return fees.filter((fee) => fee !== '')
  }

  /** Fills and funding since the last time, amounts in 10^-18. */
  booked(): Booking[] {
    const { events } = this.exchange
    const bookings: Booking[] = []
    for (let row = 0; row < events.length; row += recordRows(events, row)) {
      const at = row * ROW_SLOTS
      const kind = events.u8[row * 64] as number
      if (kind !== FILL.kind && kind !== FUNDING_PAYMENT.kind) continue
      const isFill = kind === FILL.kind
      this.#amount.loadFrom(0, events.u32, (at + (isFill ? FILL.fee : FUNDING_PAYMENT.amount)) * 8)
      const asset = isFill
        ? (events.u16[row * 32 + FILL.feeAssetByte / 2] as number)
        : (events.u16[row * 32 + FUNDING_PAYMENT.assetByte / 2] as number)
      bookings.push({
        instrument: instrumentOf(events, row),
        lots: isFill
          ? (events.f64[at + FILL.quantity] as number) * (flagsOf(events, row) & FILL_FLAGS.sell ? -1 : 1)
          : 0,
        price: isFill ? (events.f64[at + FILL.price] as number) : 0,
        asset: this.assets[asset] ?? '?',
        received: isFill ? -this.#amount.get(0) : this.#amount.get(0),
      })
    }
    events.clear()
    return bookings
  }

  position(instrument = 0): number {
    return this.exchange.floor.account.position(instrument)
  }

  /** Wallet in 10^-18 of the asset. */
  wallet(asset: string): bigint {
    return this.exchange.floor.account.wallet.get(this.assets.indexOf(asset))
  }

  #read(tell: (row: number) => string): string[] {
    const { events } = this.exchange
    const said: string[] = []
    for (let row = 0; row < events.length; row += recordRows(events, row)) said.push(tell(row))
    events.clear()
    return said
  }

  #sentence(row: number): string {
    const { events } = this.exchange
    const flags = events.u8[row * 64 + 1] as number
    const at = row * ROW_SLOTS
    if (events.u8[row * 64] === FUNDING_PAYMENT.kind) {
      this.#amount.loadFrom(0, events.u32, (at + FUNDING_PAYMENT.amount) * 8)
      return `funding ${this.#amount.get(0) / 10n ** 10n} on ${events.f64[at + FUNDING_PAYMENT.position]}`
    }
    const order = `#${events.u32[row * ROW_WORDS + FILL.intentByte / 4]}`
    if (events.u8[row * 64] === FILL.kind) {
      const side = (flags & FILL_FLAGS.sell) !== 0 ? 'sells' : 'buys'
      const role = (flags & FILL_FLAGS.maker) !== 0 ? 'maker' : 'taker'
      const why = nameOf(FILL_WHY, events.u16[row * 32 + FILL.whyByte / 2] as number)
      const ahead = events.f64[at + FILL.queueAhead] as number
      const queue = ahead === 0 ? '' : ` behind ${ahead}`
      return `${order} ${side} ${events.f64[at + FILL.quantity]} at ${events.f64[at + FILL.price]} as ${role}: ${why}${queue}`
    }
    const code = events.i32[row * ROW_WORDS + ORDER_UPDATE.errorByte / 4] as number
    return `${order} ${nameOf(ORDER_STATUS, flags)}${code === 0 ? '' : ` ${code}`}`
  }

  #depth(kind: number, bids: Levels, asks: Levels, instrument: number): this {
    const rows = Math.ceil((bids.length + asks.length) / 4)
    const previous = this.#lastDepth
    const at = this.#append(kind, 0, instrument, rows)
    const row = at / ROW_SLOTS
    if (kind === DEPTH_DIFF.kind) {
      writeId(this.#rows, at + DEPTH_DIFF.firstUpdateId, previous + 1)
      writeId(this.#rows, at + DEPTH_DIFF.previousUpdateId, previous)
    } else this.#rows.f64[at + DEPTH_SNAPSHOT.limit] = 1000
    this.#lastDepth = this.#version
    this.#rows.u32[row * ROW_WORDS + DEPTH_DIFF.bidCountByte / 4] = bids.length
    this.#rows.u32[row * ROW_WORDS + DEPTH_DIFF.askCountByte / 4] = asks.length
    this.#rows.f64.set([...bids, ...asks].flat(), at + DEPTH_DIFF.levels)
    return this.#market()
  }

  #candle(minutes: number, prices: readonly [number, number, number, number], instrument: number): void {
    const at = this.#append(CANDLE.kind, CANDLE_FLAGS.closed, instrument, 1)
    this.#rows.f64.set(prices, at + CANDLE.open)
    this.#rows.f64[at + CANDLE.openTime] = START_US + minutes * MINUTE_US
    this.#rows.f64[at + CANDLE.interval] = MINUTE_US
  }

  /** Writes the head of the only row in the buffer and returns its first slot. */
  #append(kind: number, flags: number, instrument: number, continuation: number): number {
    this.#rows.clear()
    const row = this.#rows.append(kind, flags, 0, instrument, continuation)
    this.#rows.f64[row * ROW_SLOTS + VENUE_TIME] = this.time
    this.#rows.f64[row * ROW_SLOTS + VERSION] = ++this.#version
    return row * ROW_SLOTS
  }

  #market(): this {
    this.exchange.market(this.#rows, 0)
    this.onRow?.(this.#rows)
    return this
  }
}

function typeOf(wish: Wish): number {
  const limit = wish.price !== undefined
  if (wish.trigger === undefined) return limit ? ORDER_TYPE.limit : ORDER_TYPE.market
  if (wish.takeProfit === true) return limit ? ORDER_TYPE.takeProfitLimit : ORDER_TYPE.takeProfitMarket
  return limit ? ORDER_TYPE.stopLimit : ORDER_TYPE.stopMarket
}

function nameOf(table: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(table).find(([, known]) => known === value)?.[0] ?? String(value)
}
