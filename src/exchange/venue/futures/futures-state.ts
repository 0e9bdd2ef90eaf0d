/**
 * Everything the futures venue holds: its parts, put together once, and written down and read back together.
 *
 * In: the markets and options. Out: one object that the venue's desks share. Owns nothing beyond its parts.
 */
import { assert } from '../../../core/assert.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { EventLog } from '../events.ts'
import { Matcher } from '../matcher.ts'
import { OrderBook } from '../order-book.ts'
import { OrderStore } from '../order-store.ts'
import { loadFilters, saveFilters } from '../filter-rules.ts'
import { checkInstruments, type VenueInstrument } from '../venue-instrument.ts'
import { Accounts } from './accounts.ts'
import { UNIT } from './brackets.ts'
import { Clearing } from './clearing.ts'
import { ConditionalStore } from './conditional-store.ts'
import { Figures } from './figures.ts'
import { FillBooking } from './fill-booking.ts'
import { History } from './history.ts'
import { Margin } from './margin.ts'
import { Markets } from './markets.ts'
import { PositionRows } from './position-rows.ts'
import { Premiums } from './premium.ts'
import { type FuturesOptions, USUAL_OPTIONS } from './venue-options.ts'
import { Wallets } from './wallets.ts'

export interface FuturesConfig {
  readonly instruments: readonly VenueInstrument[]
  /** What differs from USUAL_OPTIONS. */
  readonly options?: Partial<FuturesOptions>
  /** Accounts below this number are the market's own crowd: no history is kept of them, and nobody is told of their money. */
  readonly crowdAccounts?: number
}

const SECTION = 'futures-venue'
const VERSION = 2

export class FuturesState {
  /** Replaced one by one when their filters change: look a market up again for each request. */
  readonly instruments: VenueInstrument[]
  readonly assets: readonly string[]
  readonly options: FuturesOptions
  readonly crowdAccounts: number
  readonly time: Float64Array = new Float64Array(1)
  readonly events: EventLog = new EventLog()
  readonly orders: OrderStore
  readonly books: readonly OrderBook[]
  readonly matcher: Matcher
  readonly markets: Markets
  readonly accounts: Accounts
  readonly rows: PositionRows
  readonly wallets: Wallets
  readonly figures: Figures
  readonly margin: Margin
  readonly booking: FillBooking
  readonly clearing: Clearing
  readonly premiums: Premiums
  readonly conditionals: ConditionalStore
  readonly history: History

  constructor(config: FuturesConfig) {
    const instruments = [...config.instruments]
    checkInstruments(instruments)
    for (const { symbol, market } of instruments)
      if (market !== 'linear')
        throw new RangeError(`${symbol}: a ${market} market cannot be traded at the futures venue`)
    this.instruments = instruments
    this.options = { ...USUAL_OPTIONS, ...config.options }
    this.crowdAccounts = config.crowdAccounts ?? 0
    this.orders = new OrderStore(instruments.length, this.time)
    this.books = instruments.map((instrument, i) => new OrderBook(i, Math.max(1, instrument.tickSize), this.orders))
    this.markets = new Markets(instruments)
    this.assets = this.markets.assets
    this.accounts = new Accounts(instruments.length, this.options)
    this.rows = new PositionRows(instruments.length)
    this.wallets = new Wallets(this.assets)
    const { markets, accounts, rows, wallets, options, orders, events } = this
    for (let asset = 0; asset < this.assets.length; asset++)
      wallets.endow(asset, BigInt(options.insuranceFund) * BigInt(UNIT))
    this.figures = new Figures(markets, accounts, rows, wallets)
    this.margin = new Margin(markets, accounts, rows, wallets, this.figures, options)
    this.booking = new FillBooking(orders, events, markets, accounts, rows, wallets, options)
    this.clearing = new Clearing(orders, events, markets, rows, this.booking, this.margin)
    this.matcher = new Matcher(orders, this.books, events, this.clearing)
    this.premiums = new Premiums(markets, this.books, options)
    this.conditionals = new ConditionalStore(instruments.length)
    this.history = new History(this)
  }

  /** Writes everything; the log must have been read and cleared. */
  save(writer: StateWriter): void {
    assert(this.events.length === 0, 'events are read before the venue is saved')
    writer.begin(SECTION, VERSION)
    writer.f64s(this.time)
    saveFilters(writer, this.instruments)
    for (const part of this.#parts()) part.save(writer)
    writer.f64s(this.booking.openInterest)
    writer.end()
  }

  /** Becomes what a venue with the same instruments and options saved. */
  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    reader.into(this.time)
    loadFilters(reader, this.instruments)
    for (const part of this.#parts()) part.load(reader)
    reader.into(this.booking.openInterest)
    reader.end()
    this.margin.renewAll()
  }

  #parts(): readonly { save(writer: StateWriter): void; load(reader: StateReader): void }[] {
    const money = [this.markets, this.accounts, this.rows, this.wallets]
    return [...money, this.orders, this.matcher, this.premiums, this.conditionals, this.history]
  }
}
