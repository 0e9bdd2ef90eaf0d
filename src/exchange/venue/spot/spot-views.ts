/**
 * What the spot venue tells when asked: plain objects for whoever writes replies. Nothing here changes anything.
 *
 * Prices count price quanta, quantities lots, times microseconds; amounts are BigInts of 10^-8 of their asset.
 */
import { ORDER_FLAG } from '../order-store.ts'
import { scaleOf } from '../../../core/number/decimal.ts'
import { ASSET_DECIMALS } from './balances.ts'
import type { OrderList } from './order-lists.ts'
import { pageOf } from './spot-history.ts'
import type { FillRecord, HistoryPage, OrderRecord } from './spot-history.ts'
import type { SpotState } from './spot-state.ts'

export interface SpotBalance {
  readonly asset: string
  readonly free: bigint
  readonly locked: bigint
}

export class SpotViews {
  readonly #state: SpotState

  constructor(state: SpotState) {
    this.#state = state
  }

  /** Balances of an account in every asset of the venue. */
  balances(account: number): SpotBalance[] {
    return this.#state.assets.map((asset, index) => this.balance(account, index, asset))
  }

  /** The balance in one asset, an index of the asset table. */
  balance(account: number, index: number, asset: string = this.#state.assets[index] ?? ''): SpotBalance {
    const { balances } = this.#state
    const slot = balances.slot(account, index)
    return { asset, free: balances.free.get(slot), locked: balances.locked.get(slot) }
  }

  /** The order in a slot of the store. */
  atSlot(slot: number): OrderRecord {
    return this.#state.history.current(slot)
  }

  /** Open orders of an account, oldest first; of one market, or of all where `instrument` is -1. */
  openOrders(account: number, instrument: number): OrderRecord[] {
    const { orders, instruments } = this.#state
    const found: OrderRecord[] = []
    const first = instrument === -1 ? 0 : instrument
    const last = instrument === -1 ? instruments.length - 1 : instrument
    for (let i = first; i <= last; i++)
      for (let slot = orders.firstOwn(account, i); slot !== -1; slot = orders.nextOwn[slot] as number)
        found.push(this.atSlot(slot))
    return found.sort((a, b) => a.orderId - b.orderId)
  }

  /** All orders of an account in a market that are still told of, oldest first. */
  allOrders(account: number, instrument: number): OrderRecord[] {
    const ended = this.#state.history.orders(account, instrument)
    return [...ended, ...this.openOrders(account, instrument)].sort((a, b) => a.orderId - b.orderId)
  }

  /** An order by id, or by client id where the id is 0: an open one first, else the newest that ended. */
  order(account: number, instrument: number, orderId: number, clientId: string): OrderRecord | undefined {
    const { orders } = this.#state
    const slot = orderId === 0 ? orders.slotOfClient(account, clientId) : orders.slotOf(orderId)
    if (slot !== -1 && orders.account[slot] === account && orders.instrument[slot] === instrument)
      return this.atSlot(slot)
    return this.#state.history.find(account, instrument, orderId, clientId)
  }

  /** Fills of an account in a market, oldest first. */
  fills(account: number, instrument: number): FillRecord[] {
    return this.#state.history.fills(account, instrument)
  }

  /** A page of an account's orders in a market, open ones included, by order id. */
  orderPage(account: number, instrument: number, page: HistoryPage): OrderRecord[] {
    const open = this.openOrders(account, instrument).filter(
      ({ orderId, created }) => orderId >= page.fromId && created >= page.from && created <= page.to,
    )
    const all = [...this.#state.history.orderPage(account, instrument, page), ...open]
    return pageOf(
      all.sort((a, b) => a.orderId - b.orderId),
      page,
    )
  }

  /** A page of an account's fills in a market, by trade id. */
  fillPage(account: number, instrument: number, page: HistoryPage): FillRecord[] {
    return this.#state.history.fillPage(account, instrument, page)
  }

  /** Fills of one order, oldest first; quicker where its filled lots are known. */
  fillsOf(account: number, instrument: number, orderId: number, filled: number = Infinity): FillRecord[] {
    return this.#state.history.fillsOf(account, instrument, orderId, filled)
  }

  /** Whether an order has begun to work; a stop order has not before it is set off. */
  isWorking(record: OrderRecord): boolean {
    return record.workingTime !== -1
  }

  list(account: number, id: number, clientId: string): OrderList | undefined {
    return this.#state.lists.find(account, id, clientId)
  }

  openLists(account: number): OrderList[] {
    return this.#state.lists.openOf(account)
  }

  allLists(account: number): OrderList[] {
    return this.#state.lists.allOf(account)
  }

  /** Average price of the last minutes in mark quanta, and the last price in price quanta; 0 before the first trade. */
  averagePrice(instrument: number): number {
    return this.#state.averages.at(instrument, this.#state.time)
  }
  lastPrice(instrument: number): number {
    return this.#state.averages.last[instrument] as number
  }

  /** Price times lots of an order's fills in units of the quote asset. */
  quoteFilled(order: OrderRecord): bigint {
    return this.#worth(order.instrument, (BigInt(order.filledValueHigh) << 40n) + BigInt(order.filledValue))
  }

  /** Price times quantity of a fill in units of the quote asset. */
  quoteOf(fill: FillRecord): bigint {
    return this.#worth(fill.instrument, BigInt(fill.price) * BigInt(fill.quantity))
  }

  /** Whether an order is one of the market's own crowd. */
  isCrowd(slot: number): boolean {
    return ((this.#state.orders.flags[slot] as number) & ORDER_FLAG.crowd) !== 0
  }

  #worth(instrument: number, value: bigint): bigint {
    const { priceDecimals = 0, quantityDecimals = 0 } = this.#state.instruments[instrument] ?? {}
    const shift = priceDecimals + quantityDecimals - ASSET_DECIMALS
    return shift > 0 ? value / BigInt(scaleOf(shift)) : value * BigInt(scaleOf(-shift))
  }
}
