/**
 * What accounts may ask about later: their orders that have ended, and their fills.
 *
 * In: slots of orders as they end, fill events as they happen. Out: records of an account as plain objects, oldest first.
 * Owns: both memories, bounded over all accounts (the oldest go first); of the crowd nothing is kept. Nothing is allocated
 * when something is remembered, objects are made when somebody asks.
 */
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { idOfMadeClientId, madeClientId } from '../client-ids.ts'
import { FIELD } from '../events.ts'
import { Records } from '../futures/records.ts'
import type { OrderStore } from '../order-store.ts'
import type { SpotColumns } from './spot-columns.ts'

/** An order as it stands. Prices in price quanta, quantities in lots, times in microseconds. */
export interface OrderRecord {
  readonly orderId: number
  /** 0 for none. */
  readonly listId: number
  readonly clientId: string
  /** Id of the cancellation that ended it; empty where the venue makes it. */
  readonly cancelId: string
  readonly instrument: number
  readonly side: number
  /** ORDER_KIND and TIME_IN_FORCE; a limit order of GTX is a limit-maker order. */
  readonly kind: number
  readonly timeInForce: number
  readonly selfTrade: number
  readonly price: number
  readonly quantity: number
  readonly trigger: number
  /** 10^-8 of the quote asset; 0 where the order was by quantity. */
  readonly quoteQuantity: number
  readonly filled: number
  /** Price times lots of the fills: `filledValueHigh * 2^40 + filledValue`. */
  readonly filledValue: number
  readonly filledValueHigh: number
  /** Lots that self-trade prevention took. */
  readonly prevented: number
  /** STATUS. */
  readonly status: number
  readonly created: number
  readonly updated: number
  /** -1: never worked. */
  readonly workingTime: number
  readonly amendments: number
}

export interface FillRecord {
  readonly tradeId: number
  readonly orderId: number
  readonly listId: number
  readonly instrument: number
  readonly price: number
  readonly quantity: number
  /** 10^-8 of the asset that the fill brought. */
  readonly fee: number
  readonly feeAsset: number
  readonly time: number
  readonly side: number
  /** 1 where the order rested. */
  readonly maker: number
}

/** Orders and fills that are remembered, of all accounts together. */
export const ORDER_MEMORY = 65_536
export const FILL_MEMORY = 131_072

/** Numbers of a record, in the order of their columns. */
const ORDER_NUMBERS = [
  'orderId',
  'listId',
  'instrument',
  'side',
  'kind',
  'timeInForce',
  'selfTrade',
  'price',
  'quantity',
  'trigger',
  'quoteQuantity',
  'filled',
  'filledValue',
  'filledValueHigh',
  'prevented',
  'status',
  'created',
  'updated',
  'workingTime',
  'amendments',
] as const
const FILL_NUMBERS = [
  'tradeId',
  'orderId',
  'listId',
  'instrument',
  'price',
  'quantity',
  'fee',
  'feeAsset',
  'time',
  'side',
  'maker',
] as const

/** Places of what is searched for. */
const ORDER_CELL = { instrument: ORDER_NUMBERS.indexOf('instrument') }
const FILL_CELL = {
  orderId: FILL_NUMBERS.indexOf('orderId'),
  instrument: FILL_NUMBERS.indexOf('instrument'),
  quantity: FILL_NUMBERS.indexOf('quantity'),
}

/** Between client id and id of the cancellation; neither has it. */
const SEPARATOR = ' '
const SECTION = 'spot-history'
const VERSION = 2

export class SpotHistory {
  readonly #orders: Records = new Records(ORDER_NUMBERS.length, ORDER_MEMORY)
  readonly #fills: Records = new Records(FILL_NUMBERS.length, FILL_MEMORY)
  readonly #store: OrderStore
  readonly #columns: SpotColumns

  constructor(store: OrderStore, columns: SpotColumns) {
    this.#store = store
    this.#columns = columns
  }

  /** Remembers an order that has ended. */
  addOrder(slot: number): void {
    const store = this.#store
    const clientId = store.clientId[slot] ?? ''
    const cancelId = this.#columns.cancelId[slot] ?? ''
    const text = cancelId === '' ? clientId : clientId + SEPARATOR + cancelId
    const at = this.#orders.append(store.account[slot] as number, text)
    this.#write(slot, this.#orders.cells, at)
  }

  /** Remembers the fill whose event begins at `from`. */
  addFill(slot: number, events: Float64Array, from: number): void {
    const at = this.#fills.append(events[from + FIELD.account] as number, '')
    const { cells } = this.#fills
    cells[at] = events[from + FIELD.tradeId] as number
    cells[at + 1] = events[from + FIELD.orderId] as number
    cells[at + 2] = this.#columns.list[slot] as number
    cells[at + 3] = events[from + FIELD.instrument] as number
    cells[at + 4] = events[from + FIELD.price] as number
    cells[at + 5] = events[from + FIELD.quantity] as number
    cells[at + 6] = events[from + FIELD.amount] as number
    cells[at + 7] = events[from + FIELD.asset] as number
    cells[at + 8] = events[from + FIELD.time] as number
    cells[at + 9] = events[from + FIELD.side] as number
    cells[at + 10] = events[from + FIELD.detail] as number
  }

  /** Orders of an account that have ended, in the order in which they did. */
  orders(account: number): OrderRecord[] {
    const found: OrderRecord[] = []
    for (let serial = this.#orders.newest(account); serial !== 0; serial = this.#orders.before(serial))
      found.push(orderOf(this.#orders.cells, this.#orders.at(serial), this.#orders.textOf(serial)))
    return found.reverse()
  }

  /** Fills of an account in the order in which they happened: trade ids of one market rise. */
  fills(account: number): FillRecord[] {
    const found: FillRecord[] = []
    for (let serial = this.#fills.newest(account); serial !== 0; serial = this.#fills.before(serial))
      found.push(numbersOf(this.#fills.cells, this.#fills.at(serial), FILL_NUMBERS))
    return found.reverse()
  }

  /** The newest ended order of an account in a market with this id, or with this client id where the id is 0. */
  find(account: number, instrument: number, orderId: number, clientId: string): OrderRecord | undefined {
    const { cells } = this.#orders
    const wanted = orderId === 0 ? idOfMadeClientId(clientId) : orderId
    for (let serial = this.#orders.newest(account); serial !== 0; serial = this.#orders.before(serial)) {
      const at = this.#orders.at(serial)
      if (cells[at + ORDER_CELL.instrument] !== instrument) continue
      const text = this.#orders.textOf(serial)
      const named = orderId === 0 && (text === clientId || text.startsWith(clientId + SEPARATOR))
      if (!named && cells[at] !== wanted) continue
      const found = orderOf(cells, at, text)
      if (orderId !== 0 || found.clientId === clientId) return found
    }
    return undefined
  }

  /**
   * Fills of one order, in the order in which they happened. `filled` is their sum where it is known: the search, from the
   * newest on, ends when it is reached.
   */
  fillsOf(account: number, instrument: number, orderId: number, filled: number = Infinity): FillRecord[] {
    const { cells } = this.#fills
    const found: FillRecord[] = []
    let sum = 0
    for (let serial = this.#fills.newest(account); serial !== 0 && sum < filled; serial = this.#fills.before(serial)) {
      const at = this.#fills.at(serial)
      if (cells[at + FILL_CELL.orderId] !== orderId || cells[at + FILL_CELL.instrument] !== instrument) continue
      sum += cells[at + FILL_CELL.quantity] as number
      found.push(numbersOf(cells, at, FILL_NUMBERS))
    }
    return found.reverse()
  }

  /** The order in a slot as it stands now. */
  current(slot: number): OrderRecord {
    const cells = new Float64Array(ORDER_NUMBERS.length)
    this.#write(slot, cells, 0)
    const clientId = this.#store.clientIdOf(slot)
    return { ...numbersOf(cells, 0, ORDER_NUMBERS), clientId, cancelId: this.#columns.cancelId[slot] ?? '' }
  }

  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    this.#orders.save(writer)
    this.#fills.save(writer)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    this.#orders.load(reader)
    this.#fills.load(reader)
    reader.end()
  }

  #write(slot: number, cells: Float64Array, at: number): void {
    const store = this.#store
    const columns = this.#columns
    const quantity = store.quantity[slot] as number
    const filled = store.filled[slot] as number
    cells[at] = store.id[slot] as number
    cells[at + 1] = columns.list[slot] as number
    cells[at + 2] = store.instrument[slot] as number
    cells[at + 3] = store.side[slot] as number
    cells[at + 4] = store.kind[slot] as number
    cells[at + 5] = store.timeInForce[slot] as number
    cells[at + 6] = store.selfTrade[slot] as number
    cells[at + 7] = store.price[slot] as number
    cells[at + 8] = quantity
    cells[at + 9] = columns.trigger[slot] as number
    cells[at + 10] = columns.quoteQuantity[slot] as number
    cells[at + 11] = filled
    cells[at + 12] = store.filledValue[slot] as number
    cells[at + 13] = store.filledValueHigh[slot] as number
    cells[at + 14] = quantity - filled - (store.remaining[slot] as number)
    cells[at + 15] = store.status[slot] as number
    cells[at + 16] = store.created[slot] as number
    cells[at + 17] = store.updated[slot] as number
    cells[at + 18] = columns.workingTime[slot] as number
    cells[at + 19] = store.amendments[slot] as number
  }
}

function orderOf(cells: Float64Array, at: number, text: string): OrderRecord {
  const numbers = numbersOf(cells, at, ORDER_NUMBERS)
  const [own = '', cancelId = ''] = text.split(SEPARATOR)
  return { ...numbers, clientId: own === '' ? madeClientId(numbers.orderId) : own, cancelId }
}

function numbersOf<Name extends string>(cells: Float64Array, at: number, names: readonly Name[]): Record<Name, number> {
  const entries = names.map((name, i) => [name, cells[at + i] as number])
  return Object.fromEntries(entries) as Record<Name, number>
}
