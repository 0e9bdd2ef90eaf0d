/**
 * What accounts may ask about later: their orders that have ended, and their fills.
 *
 * In: orders as they end, fills as they happen. Out: records by account, oldest first. Owns: the records, bounded per account
 * (the oldest go first). Accounts of the crowd have none. Records are plain objects: nobody's thousand orders a second are
 * kept here, only what users did.
 */
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'

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

/** Records kept for an account: beyond twice as many the older half goes. */
export const ORDER_HISTORY = 20_000
export const FILL_HISTORY = 50_000

const SECTION = 'spot-history'
const VERSION = 1

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

export class SpotHistory {
  readonly #orders: OrderRecord[][] = []
  readonly #fills: FillRecord[][] = []

  addOrder(account: number, record: OrderRecord): void {
    push((this.#orders[account] ??= []), record, ORDER_HISTORY)
  }

  addFill(account: number, record: FillRecord): void {
    push((this.#fills[account] ??= []), record, FILL_HISTORY)
  }

  /** In the order in which they ended. */
  orders(account: number): readonly OrderRecord[] {
    return this.#orders[account] ?? []
  }

  /** In the order in which they happened: trade ids of one market rise. */
  fills(account: number): readonly FillRecord[] {
    return this.#fills[account] ?? []
  }

  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.u32(Math.max(this.#orders.length, this.#fills.length))
    for (let account = 0; account < Math.max(this.#orders.length, this.#fills.length); account++) {
      const orders = this.orders(account)
      writer.f64s(cellsOf(orders, ORDER_NUMBERS))
      for (const { clientId, cancelId } of orders) {
        writer.text(clientId)
        writer.text(cancelId)
      }
      writer.f64s(cellsOf(this.fills(account), FILL_NUMBERS))
    }
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    this.#orders.length = 0
    this.#fills.length = 0
    const accounts = reader.u32()
    for (let account = 0; account < accounts; account++) {
      const orders = recordsOf(reader.f64s(), ORDER_NUMBERS)
      this.#orders[account] = orders.map((numbers) => ({
        ...numbers,
        clientId: reader.text(),
        cancelId: reader.text(),
      }))
      this.#fills[account] = recordsOf(reader.f64s(), FILL_NUMBERS)
    }
    reader.end()
  }
}

function push<Item>(items: Item[], item: Item, limit: number): void {
  items.push(item)
  if (items.length >= limit * 2) items.splice(0, items.length - limit)
}

function cellsOf<Name extends string>(
  records: readonly Readonly<Record<Name, number>>[],
  names: readonly Name[],
): Float64Array {
  const cells = new Float64Array(records.length * names.length)
  let at = 0
  for (const record of records) for (const name of names) cells[at++] = record[name]
  return cells
}

function recordsOf<Name extends string>(cells: Float64Array, names: readonly Name[]): Record<Name, number>[] {
  const records: Record<Name, number>[] = []
  for (let at = 0; at < cells.length; at += names.length) {
    const record = Object.fromEntries(names.map((name, i) => [name, cells[at + i] as number]))
    records.push(record as Record<Name, number>)
  }
  return records
}
