/**
 * User events of the spot venue: what happened to an account's orders, order lists and balances, as JSON.
 *
 * In: the venue's event log after each request (`read`), and accounts that somebody watches. Out: events, given to a sink in
 * the order in which they happened; the balances that they changed come behind them, each asset once. Owns: the list of
 * watched accounts and the count of reports; nothing is made for others.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { EVENT, FIELD, FIELDS, LIST_STATUS, type EventLog } from '../venue/events.ts'
import type { OrderStore } from '../venue/order-store.ts'
import type { OrderList } from '../venue/spot/order-lists.ts'
import type { OrderRecord } from '../venue/spot/spot-history.ts'
import { AMOUNT_DECIMALS, fixed, fixedBig, millis, NumberText } from './number-text.ts'
import { filledValueOf } from './pending-liquidation.ts'
import { executionReportText } from './spot-order-text.ts'
import { type UserSink, WatchedAccounts } from './user-feed.ts'

/** The spot venue as its user events see it. */
export interface SpotUserSource {
  readonly instruments: readonly Instrument[]
  readonly assets: readonly string[]
  readonly orders: OrderStore
  readonly events: EventLog
  readonly time: Float64Array
  readonly state: { readonly columns: { readonly formerId: readonly string[] } }
  readonly views: {
    atSlot(slot: number): OrderRecord
    list(account: number, id: number, clientId: string): OrderList | undefined
    balance(account: number, asset: number): { readonly free: bigint; readonly locked: bigint }
  }
}

export class SpotUserFeed {
  readonly #source: SpotUserSource
  readonly #numbers: readonly NumberText[]
  /** Asset numbers of base and quote, by instrument. */
  readonly #assets: readonly (readonly [number, number])[]
  readonly #watched = new WatchedAccounts()
  /** Price times lots that the log still has to add to an order, by slot. */
  readonly #valueToCome = new Map<number, bigint>()
  #executions = 0

  constructor(source: SpotUserSource) {
    this.#source = source
    this.#numbers = source.instruments.map((instrument) => new NumberText(instrument))
    this.#assets = source.instruments.map(({ base, quote }) => [
      source.assets.indexOf(base),
      source.assets.indexOf(quote),
    ])
  }

  watch(account: number): void {
    this.#watched.watch(account)
  }

  unwatch(account: number): void {
    this.#watched.unwatch(account)
  }

  /** Tells what the log says of watched accounts. */
  read(sink: UserSink): void {
    const { events } = this.#source
    if (this.#watched.isEmpty || events.length === 0) return
    const { cells, length } = events
    this.#lookAhead(cells, length)
    const touched = new Map<number, Set<number>>()
    for (let event = 0; event < length; event++) {
      const at = event * FIELDS
      const account = cells[at + FIELD.account] as number
      if (!this.#watched.has(account)) continue
      const changed = this.#tell(cells, at, account, sink)
      if (changed.length === 0) continue
      const assets = touched.get(account) ?? new Set()
      touched.set(account, assets)
      for (const asset of changed) assets.add(asset)
    }
    for (const [account, assets] of touched) this.#tellBalances(account, assets, sink)
  }

  /** Tells one event; returns the assets whose balances it may have changed. */
  #tell(cells: Float64Array, at: number, account: number, sink: UserSink): readonly number[] {
    switch (cells[at + FIELD.kind] as number) {
      case EVENT.accepted:
      case EVENT.fill:
      case EVENT.canceled:
      case EVENT.expired:
      case EVENT.amended:
      case EVENT.prevented:
        this.#tellOrder(cells, at, account, sink)
        return this.#assets[cells[at + FIELD.instrument] as number] ?? []
      case EVENT.list:
        this.#tellList(cells, at, account, sink)
        return []
      case EVENT.balance:
        this.#tellTransfer(cells, at, account, sink)
        return [cells[at + FIELD.asset] as number]
      default:
        return []
    }
  }

  #lookAhead(cells: Float64Array, length: number): void {
    this.#valueToCome.clear()
    for (let event = 0; event < length; event++) {
      const at = event * FIELDS
      if (cells[at + FIELD.kind] !== EVENT.fill || !this.#watched.has(cells[at + FIELD.account] as number)) continue
      const slot = cells[at + FIELD.slot] as number
      this.#valueToCome.set(slot, (this.#valueToCome.get(slot) ?? 0n) + valueOf(cells, at))
    }
  }

  #tellOrder(cells: Float64Array, at: number, account: number, sink: UserSink): void {
    const { orders, instruments, assets, views, time, state } = this.#source
    const slot = cells[at + FIELD.slot] as number
    const number = cells[at + FIELD.instrument] as number
    const numbers = this.#numbers[number]
    if (numbers === undefined) return
    let toCome = this.#valueToCome.get(slot) ?? 0n
    if (cells[at + FIELD.kind] === EVENT.fill) {
      toCome -= valueOf(cells, at)
      this.#valueToCome.set(slot, toCome)
    }
    const order = views.atSlot(slot)
    const isNew = cells[at + FIELD.kind] === EVENT.accepted
    const text = executionReportText({
      cells,
      at,
      order,
      symbol: instruments[number]?.symbol ?? '',
      numbers,
      formerId: state.columns.formerId[slot] ?? '',
      value: filledValueOf(orders, slot) - toCome,
      feeAsset: assets[cells[at + FIELD.asset] as number] ?? '',
      inBook: isNew ? order.workingTime !== -1 : orders.level[slot] !== -1,
      execution: ++this.#executions,
      now: time[0] as number,
    })
    sink.tell(account, 'executionReport', text)
  }

  #tellList(cells: Float64Array, at: number, account: number, sink: UserSink): void {
    const list = this.#source.views.list(account, cells[at + FIELD.orderId] as number, '')
    if (list === undefined) return
    const symbol = this.#source.instruments[list.instrument]?.symbol ?? ''
    const done = cells[at + FIELD.status] === LIST_STATUS.allDone
    const orders = list.orderIds.map((id, leg) => `{"s":"${symbol}","i":${id},"c":"${list.clientIds[leg]}"}`)
    const text =
      `{"e":"listStatus","E":${millis(this.#source.time[0] as number)},"s":"${symbol}","g":${list.id},"c":"OCO",` +
      `"l":"${done ? 'ALL_DONE' : 'EXEC_STARTED'}","L":"${done ? 'ALL_DONE' : 'EXECUTING'}","r":"NONE",` +
      `"C":"${list.clientId}","T":${millis(cells[at + FIELD.time] as number)},"O":[${orders.join(',')}]}`
    sink.tell(account, 'listStatus', text)
  }

  /** A deposit or withdrawal. */
  #tellTransfer(cells: Float64Array, at: number, account: number, sink: UserSink): void {
    const { assets, time } = this.#source
    const change = fixed(cells[at + FIELD.amount] as number, AMOUNT_DECIMALS, AMOUNT_DECIMALS)
    const text =
      `{"e":"balanceUpdate","E":${millis(time[0] as number)},"a":"${assets[cells[at + FIELD.asset] as number]}",` +
      `"d":"${change}","T":${millis(cells[at + FIELD.time] as number)}}`
    sink.tell(account, 'balanceUpdate', text)
  }

  #tellBalances(account: number, touched: ReadonlySet<number>, sink: UserSink): void {
    const { assets, views, time } = this.#source
    const now = millis(time[0] as number)
    const rows = [...touched]
      .sort((one, other) => one - other)
      .map((asset) => {
        const { free, locked } = views.balance(account, asset)
        return `{"a":"${assets[asset]}","f":"${moneyText(free)}","l":"${moneyText(locked)}"}`
      })
    const text = `{"e":"outboundAccountPosition","E":${now},"u":${now},"B":[${rows.join(',')}]}`
    sink.tell(account, 'outboundAccountPosition', text)
  }
}

function moneyText(amount: bigint): string {
  return fixedBig(amount, AMOUNT_DECIMALS, AMOUNT_DECIMALS)
}

/** Price times lots of a fill. */
function valueOf(cells: Float64Array, at: number): bigint {
  return BigInt(cells[at + FIELD.price] as number) * BigInt(cells[at + FIELD.quantity] as number)
}
