/**
 * Everything the spot venue holds: its parts, put together once, and written down and read back together.
 *
 * In: the markets. Out: one object that the venue's desks share. Owns nothing beyond its parts, but where accounts belong to
 * the crowd, which markets are halted, and which order lists are just being closed.
 */
import { assert } from '../../../core/assert.ts'
import { assetTable } from '../../../core/market/assets.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { EVENT, EventLog, FIELD } from '../events.ts'
import { Matcher } from '../matcher.ts'
import { noteOrder } from '../note-order.ts'
import { OrderBook } from '../order-book.ts'
import { ORDER_FLAG, OrderStore } from '../order-store.ts'
import { loadFilters, saveFilters } from '../filter-rules.ts'
import { checkInstruments, type VenueInstrument } from '../venue-instrument.ts'
import { AveragePrice } from './average-price.ts'
import { Balances } from './balances.ts'
import { FeeTiers } from './fee-tiers.ts'
import { OrderLists } from './order-lists.ts'
import { SpotAmounts } from './spot-amounts.ts'
import { SpotColumns } from './spot-columns.ts'
import { SpotFunds } from './spot-funds.ts'
import { SpotHistory } from './spot-history.ts'
import { SpotSettlement } from './spot-settlement.ts'
import { StopQueue } from './stop-queue.ts'
import { TakePreview } from './take-preview.ts'

export interface SpotVenueOptions {
  readonly instruments: readonly VenueInstrument[]
  /** Accounts below this number are the market's own crowd: no history is kept of them. */
  readonly crowdAccounts?: number
}

const SECTION = 'spot-venue'
const VERSION = 2

export class SpotState {
  /** Replaced one by one when their filters change: look a market up again for each request. */
  readonly instruments: VenueInstrument[]
  readonly assets: readonly string[]
  readonly time: Float64Array = new Float64Array(1)
  readonly events: EventLog = new EventLog()
  readonly orders: OrderStore
  readonly books: readonly OrderBook[]
  readonly matcher: Matcher
  readonly columns: SpotColumns
  readonly balances: Balances
  readonly amounts: SpotAmounts
  readonly funds: SpotFunds
  readonly fees: FeeTiers
  readonly averages: AveragePrice
  readonly stops: StopQueue
  readonly lists: OrderLists
  readonly history: SpotHistory
  readonly preview: TakePreview
  /** Names of the accounts, by number. */
  readonly names: string[] = []
  readonly crowdAccounts: number
  /** 1 while no orders are taken, by instrument. */
  readonly halted: Uint8Array
  readonly #settlement: SpotSettlement

  constructor(options: SpotVenueOptions) {
    const instruments = [...options.instruments]
    checkInstruments(instruments)
    for (const { symbol, market } of instruments)
      if (market !== 'spot') throw new RangeError(`${symbol}: a ${market} market cannot be traded at the spot venue`)
    this.instruments = instruments
    this.assets = assetTable(instruments)
    this.crowdAccounts = options.crowdAccounts ?? 0
    this.halted = new Uint8Array(instruments.length)
    this.orders = new OrderStore(instruments.length, this.time)
    this.books = instruments.map((instrument, i) => new OrderBook(i, Math.max(1, instrument.tickSize), this.orders))
    this.columns = new SpotColumns(this.orders)
    this.balances = new Balances(this.assets)
    this.amounts = new SpotAmounts(instruments)
    this.funds = new SpotFunds(this.orders, this.columns, this.balances, this.amounts, {
      base: Int32Array.from(instruments, ({ base }) => this.assets.indexOf(base)),
      quote: Int32Array.from(instruments, ({ quote }) => this.assets.indexOf(quote)),
    })
    this.fees = new FeeTiers(instruments)
    this.averages = new AveragePrice(instruments)
    this.stops = new StopQueue(instruments.length, this.orders, this.columns)
    this.lists = new OrderLists()
    this.history = new SpotHistory(this.orders, this.columns)
    this.preview = new TakePreview(this.orders)
    this.#settlement = new SpotSettlement(this)
    this.matcher = new Matcher(this.orders, this.books, this.events, this.#settlement)
  }

  isCrowd(account: number): boolean {
    return account < this.crowdAccounts
  }

  /** ORDER_FLAG of an account's orders. */
  flagsOf(account: number): number {
    return account < this.crowdAccounts ? ORDER_FLAG.crowd : 0
  }

  /** Lets `close` end the legs of a list without one leg ending the other. */
  closeList(id: number, close: () => void): void {
    assert(this.#settlement.closingList === 0, 'lists are closed one after the other')
    this.#settlement.closingList = id
    close()
    this.#settlement.closingList = 0
  }

  /** Appends an event of an order with its price and quantity. */
  note(kind: number, slot: number, detail: number): void {
    noteOrder(this.events, this.orders, kind, slot, detail)
  }

  /** Appends an event of a list. */
  noteList(id: number, account: number, instrument: number, status: number): void {
    const at = this.events.append(EVENT.list)
    const { cells } = this.events
    cells[at + FIELD.time] = this.time[0] as number
    cells[at + FIELD.instrument] = instrument
    cells[at + FIELD.account] = account
    cells[at + FIELD.slot] = -1
    cells[at + FIELD.orderId] = id
    cells[at + FIELD.status] = status
  }

  /** Writes everything. What happened must have been published and recycled. */
  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.f64(this.time[0] as number)
    writer.u32(this.names.length)
    for (const name of this.names) writer.text(name)
    writer.u8s(this.halted)
    saveFilters(writer, this.instruments)
    this.orders.save(writer)
    this.matcher.save(writer)
    this.columns.save(writer)
    this.balances.save(writer)
    this.fees.save(writer)
    this.averages.save(writer, this.time)
    this.stops.save(writer)
    this.lists.save(writer)
    this.history.save(writer)
    writer.end()
  }

  /** Becomes the saved venue, which had the same markets. */
  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    this.time[0] = reader.f64()
    this.names.length = 0
    for (let count = reader.u32(); count > 0; count--) this.names.push(reader.text())
    reader.into(this.halted)
    loadFilters(reader, this.instruments)
    this.orders.load(reader)
    this.matcher.load(reader)
    this.columns.load(reader)
    this.balances.load(reader)
    this.fees.load(reader)
    this.averages.load(reader)
    this.stops.load(reader)
    this.lists.load(reader)
    this.history.load(reader)
    reader.end()
  }
}
