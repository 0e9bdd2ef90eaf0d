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

/** Which records of a market are asked for: from an id on the oldest, without an id (0) the newest. Times are bounds. */
export interface HistoryPage {
  readonly fromId: number
  readonly from: number
  readonly to: number
  readonly limit: number
}

/** Orders and fills that are remembered, of all accounts together. */
export const ORDER_MEMORY = 65_536
export const FILL_MEMORY = 131_072

const ORDER_COLUMNS = 20
const FILL_COLUMNS = 11
/** Places of what is searched for; the others are where `orderOf`, `fillOf` and their writers have them. */
const ORDER_CELL = { orderId: 0, instrument: 2, created: 16 } as const
const FILL_CELL = { orderId: 1, instrument: 3, quantity: 5, time: 8 } as const

/** Between client id and id of the cancellation; neither has it. */
const SEPARATOR = ' '
const SECTION = 'spot-history'
const VERSION = 2

export class SpotHistory {
  readonly #orders: Records = new Records(ORDER_COLUMNS, ORDER_MEMORY)
  readonly #fills: Records = new Records(FILL_COLUMNS, FILL_MEMORY)
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

  /** Orders of an account that have ended, in the order in which they did; of one market where it is named. */
  orders(account: number, instrument: number = -1): OrderRecord[] {
    const { cells } = this.#orders
    const found: OrderRecord[] = []
    for (let serial = this.#orders.newest(account); serial !== 0; serial = this.#orders.before(serial)) {
      const at = this.#orders.at(serial)
      if (instrument === -1 || cells[at + ORDER_CELL.instrument] === instrument)
        found.push(orderOf(cells, at, this.#orders.textOf(serial)))
    }
    return found.reverse()
  }

  /** Fills of an account in the order in which they happened: trade ids of one market rise. */
  fills(account: number, instrument: number = -1): FillRecord[] {
    const { cells } = this.#fills
    const found: FillRecord[] = []
    for (let serial = this.#fills.newest(account); serial !== 0; serial = this.#fills.before(serial)) {
      const at = this.#fills.at(serial)
      if (instrument === -1 || cells[at + FILL_CELL.instrument] === instrument) found.push(fillOf(cells, at))
    }
    return found.reverse()
  }

  /** A page of an account's ended orders in a market, by order id. */
  orderPage(account: number, instrument: number, page: HistoryPage): OrderRecord[] {
    const { cells } = this.#orders
    const serials: number[] = []
    for (let serial = this.#orders.newest(account); serial !== 0; serial = this.#orders.before(serial)) {
      const at = this.#orders.at(serial)
      const created = cells[at + ORDER_CELL.created] as number
      if (cells[at + ORDER_CELL.instrument] !== instrument || (cells[at] as number) < page.fromId) continue
      if (created < page.from || created > page.to) continue
      serials.push(serial)
    }
    const idOf = (serial: number): number => cells[this.#orders.at(serial)] as number
    serials.sort((a, b) => idOf(a) - idOf(b))
    return pageOf(serials, page).map((serial) => orderOf(cells, this.#orders.at(serial), this.#orders.textOf(serial)))
  }

  /** A page of an account's fills in a market, by trade id. */
  fillPage(account: number, instrument: number, page: HistoryPage): FillRecord[] {
    const { cells } = this.#fills
    const places: number[] = []
    for (let serial = this.#fills.newest(account); serial !== 0; serial = this.#fills.before(serial)) {
      const at = this.#fills.at(serial)
      const time = cells[at + FILL_CELL.time] as number
      if (cells[at + FILL_CELL.instrument] !== instrument) continue
      // Trade ids of a market rise with the time.
      if ((cells[at] as number) < page.fromId || time < page.from) break
      if (time <= page.to) places.push(at)
      if (page.fromId === 0 && places.length === page.limit) break
    }
    return pageOf(places.reverse(), page).map((at) => fillOf(cells, at))
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
      if (!named && cells[at + ORDER_CELL.orderId] !== wanted) continue
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
      found.push(fillOf(cells, at))
    }
    return found.reverse()
  }

  /** The order in a slot as it stands now. */
  current(slot: number): OrderRecord {
    const cells = new Float64Array(ORDER_COLUMNS)
    this.#write(slot, cells, 0)
    const clientId = this.#store.clientIdOf(slot)
    return orderOf(cells, 0, clientId + SEPARATOR + (this.#columns.cancelId[slot] ?? ''))
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

/** What a page shows of rows in rising order. */
export function pageOf<Row>(rows: readonly Row[], { fromId, limit }: HistoryPage): Row[] {
  return fromId === 0 ? rows.slice(-limit) : rows.slice(0, limit)
}

/** The order in the cells from `at` on; `text` is its client id, with the id of its cancellation behind it if it has one. */
function orderOf(cells: Float64Array, at: number, text: string): OrderRecord {
  const split = text.indexOf(SEPARATOR)
  const own = split === -1 ? text : text.slice(0, split)
  const orderId = cells[at] as number
  return {
    orderId,
    listId: cells[at + 1] as number,
    clientId: own === '' ? madeClientId(orderId) : own,
    cancelId: split === -1 ? '' : text.slice(split + 1),
    instrument: cells[at + 2] as number,
    side: cells[at + 3] as number,
    kind: cells[at + 4] as number,
    timeInForce: cells[at + 5] as number,
    selfTrade: cells[at + 6] as number,
    price: cells[at + 7] as number,
    quantity: cells[at + 8] as number,
    trigger: cells[at + 9] as number,
    quoteQuantity: cells[at + 10] as number,
    filled: cells[at + 11] as number,
    filledValue: cells[at + 12] as number,
    filledValueHigh: cells[at + 13] as number,
    prevented: cells[at + 14] as number,
    status: cells[at + 15] as number,
    created: cells[at + 16] as number,
    updated: cells[at + 17] as number,
    workingTime: cells[at + 18] as number,
    amendments: cells[at + 19] as number,
  }
}

function fillOf(cells: Float64Array, at: number): FillRecord {
  return {
    tradeId: cells[at] as number,
    orderId: cells[at + 1] as number,
    listId: cells[at + 2] as number,
    instrument: cells[at + 3] as number,
    price: cells[at + 4] as number,
    quantity: cells[at + 5] as number,
    fee: cells[at + 6] as number,
    feeAsset: cells[at + 7] as number,
    time: cells[at + 8] as number,
    side: cells[at + 9] as number,
    maker: cells[at + 10] as number,
  }
}
