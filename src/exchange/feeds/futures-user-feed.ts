/**
 * User events of the futures venue: what happened to an account's orders, balances and positions, as JSON.
 *
 * In: the venue's event log after each request (`read`), and accounts that somebody watches. Out: events, given to a sink in
 * the order in which they happened: of a fill TRADE_LITE, ORDER_TRADE_UPDATE, then ACCOUNT_UPDATE. Owns: the list of watched
 * accounts; nothing is made for others. Balances and filled values are those of the moment of each event, worked out
 * backwards from what the venue says now.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { EVENT, FIELD, FIELDS, type EventLog } from '../venue/events.ts'
import type { BalanceView, FuturesQueries, OrderView, PositionView } from '../venue/futures/views.ts'
import { ORDER_FLAG, type OrderStore } from '../venue/order-store.ts'
import { ORDER_KIND } from '../venue/requests.ts'
import { AccountChanges, type ChangedAccount } from './account-changes.ts'
import { accountUpdateText, leverageText, marginCallText, type PositionChange } from './futures-account-text.ts'
import { algoUpdateText, orderUpdateText, tradeLiteText, type OrderMoment } from './futures-order-text.ts'
import { ACCOUNT_REASONS } from './futures-words.ts'
import { NumberText } from './number-text.ts'
import { filledValueOf } from './pending-liquidation.ts'
import { REASON } from '../venue/events.ts'
import { type UserSink, WatchedAccounts } from './user-feed.ts'

/** The futures venue as its user events see it. */
export interface FuturesUserSource extends Pick<
  FuturesQueries,
  'balancesOf' | 'positionsOf' | 'orderAt' | 'conditionalAt' | 'findConditional'
> {
  readonly instruments: readonly Instrument[]
  readonly assets: readonly string[]
  readonly orders: OrderStore
  readonly events: EventLog
  readonly time: Float64Array
}

export class FuturesUserFeed {
  readonly #source: FuturesUserSource
  readonly #numbers: readonly NumberText[]
  readonly #watched = new WatchedAccounts()
  readonly #changes = new AccountChanges()
  /** Price times lots that the log still has to add to an order, by slot. */
  readonly #valueToCome = new Map<number, bigint>()

  /** Slots of the orders that the log names, by order id. */
  readonly #slots = new Map<number, number>()

  constructor(source: FuturesUserSource) {
    this.#source = source
    this.#numbers = source.instruments.map((instrument) => new NumberText(instrument))
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
    const calls = new Map<number, number[]>()
    for (let event = 0; event < length; event++) {
      const at = event * FIELDS
      const kind = cells[at + FIELD.kind] as number
      if (kind === EVENT.trade) this.#tellChanges(sink)
      const account = cells[at + FIELD.account] as number
      if (!this.#watched.has(account)) continue
      switch (kind) {
        case EVENT.accepted:
        case EVENT.fill:
        case EVENT.canceled:
        case EVENT.expired:
        case EVENT.amended:
          this.#tellOrder(cells, at, sink)
          break
        case EVENT.balance:
        case EVENT.position:
          if (!this.#changes.take(cells, at)) {
            this.#tellChanges(sink)
            this.#changes.take(cells, at)
          }
          break
        case EVENT.conditional:
          this.#tellConditional(cells, at, sink)
          break
        case EVENT.configuration:
          this.#tellConfiguration(cells, at, sink)
          break
        case EVENT.marginCall:
          calls.set(account, [...(calls.get(account) ?? []), at])
          break
        default:
      }
    }
    this.#tellChanges(sink)
    for (const [account, rows] of calls) this.#tellMarginCall(account, rows, cells, sink)
  }

  /** Adds up what later events bring, so that each event can say how things stood with it. */
  #lookAhead(cells: Float64Array, length: number): void {
    this.#valueToCome.clear()
    this.#slots.clear()
    this.#changes.begin()
    for (let event = 0; event < length; event++) {
      const at = event * FIELDS
      if (!this.#watched.has(cells[at + FIELD.account] as number)) continue
      const kind = cells[at + FIELD.kind]
      if (kind === EVENT.balance) this.#changes.expect(cells, at)
      if (kind === EVENT.accepted)
        this.#slots.set(cells[at + FIELD.orderId] as number, cells[at + FIELD.slot] as number)
      if (kind !== EVENT.fill) continue
      const slot = cells[at + FIELD.slot] as number
      this.#valueToCome.set(slot, (this.#valueToCome.get(slot) ?? 0n) + valueOf(cells, at))
    }
  }

  #tellOrder(cells: Float64Array, at: number, sink: UserSink): void {
    const { orders, instruments, assets, time } = this.#source
    const account = cells[at + FIELD.account] as number
    const slot = cells[at + FIELD.slot] as number
    const number = cells[at + FIELD.instrument] as number
    const instrument = instruments[number]
    const numbers = this.#numbers[number]
    if (instrument === undefined || numbers === undefined) return
    const fill = cells[at + FIELD.kind] === EVENT.fill
    let toCome = this.#valueToCome.get(slot) ?? 0n
    if (fill) {
      toCome -= valueOf(cells, at)
      this.#valueToCome.set(slot, toCome)
    }
    const origin = this.#originOf(slot)
    const moment: OrderMoment = {
      orders,
      cells,
      at,
      instrument,
      numbers,
      value: filledValueOf(orders, slot) - toCome,
      feeAsset: assets[cells[at + FIELD.asset] as number] ?? '',
      origin,
      trailing:
        origin?.originalKind === ORDER_KIND.trailing
          ? this.#source.findConditional(account, origin.conditionalId, '')
          : undefined,
      positions: this.#source.positionsOf(account, number),
      now: time[0] as number,
    }
    if (fill) sink.tell(account, 'TRADE_LITE', tradeLiteText(moment))
    sink.tell(account, 'ORDER_TRADE_UPDATE', orderUpdateText(moment))
  }

  /** What a conditional order asked for, of the order that it became. */
  #originOf(slot: number): OrderView | undefined {
    const { orders } = this.#source
    return ((orders.flags[slot] as number) & ORDER_FLAG.triggered) === 0 ? undefined : this.#source.orderAt(slot)
  }

  #tellConditional(cells: Float64Array, at: number, sink: UserSink): void {
    const number = cells[at + FIELD.instrument] as number
    const instrument = this.#source.instruments[number]
    const numbers = this.#numbers[number]
    if (instrument === undefined || numbers === undefined) return
    const order = this.#source.conditionalAt(cells[at + FIELD.slot] as number)
    // An order that ended within this log is in no list yet.
    const slot = this.#slots.get(cells[at + FIELD.orderId] as number)
    const text = algoUpdateText({
      order,
      actual: slot === undefined ? order.actual : this.#source.orderAt(slot),
      status: cells[at + FIELD.status] as number,
      instrument,
      numbers,
      time: cells[at + FIELD.time] as number,
      now: this.#source.time[0] as number,
    })
    sink.tell(cells[at + FIELD.account] as number, 'ALGO_UPDATE', text)
  }

  /** A change of leverage, or of the margin type, which is told as a change of the account. */
  #tellConfiguration(cells: Float64Array, at: number, sink: UserSink): void {
    const market = cells[at + FIELD.instrument] as number
    const instrument = this.#source.instruments[market]
    if (instrument === undefined) return
    const account = cells[at + FIELD.account] as number
    if (cells[at + FIELD.detail] === REASON.marginTypeChange) {
      this.#changes.take(cells, at)
      for (const { positionSide, quantity } of this.#source.positionsOf(account, market))
        this.#changes.addPosition(account, { instrument: market, positionSide, quantity })
      return this.#tellChanges(sink)
    }
    const leverage = cells[at + FIELD.quantity] as number
    const time = cells[at + FIELD.time] as number
    const text = leverageText(instrument.symbol, leverage, time, this.#source.time[0] as number)
    sink.tell(account, 'ACCOUNT_CONFIG_UPDATE', text)
  }

  /** Tells the changes of balances and positions that belong together. */
  #tellChanges(sink: UserSink): void {
    for (const changed of this.#changes.changed()) {
      const balances = this.#source.balancesOf(changed.account)
      const text = accountUpdateText(
        ACCOUNT_REASONS[changed.reason] ?? '',
        changed.reason === REASON.fundingFee ? (this.#source.instruments[changed.instrument]?.symbol ?? '') : '',
        this.#balanceChanges(changed, balances),
        this.#positionChanges(changed),
        changed.time,
        this.#source.time[0] as number,
      )
      sink.tell(changed.account, 'ACCOUNT_UPDATE', text)
    }
    this.#changes.clear()
  }

  #balanceChanges(changed: ChangedAccount, balances: readonly BalanceView[]): Parameters<typeof accountUpdateText>[2] {
    return [...changed.balances].flatMap(([asset, { toCome, amount }]) => {
      const view = balances.find((each) => each.asset === asset)
      if (view === undefined) return []
      const isOrder = changed.reason === REASON.order || changed.reason === REASON.liquidation
      return {
        asset: this.#source.assets[asset] ?? '',
        wallet: view.wallet - toCome,
        crossWallet: view.crossWallet - toCome,
        change: isOrder ? 0n : amount,
      }
    })
  }

  #positionChanges(changed: ChangedAccount): PositionChange[] {
    return [...changed.positions.values()].flatMap(({ instrument, positionSide, quantity }) =>
      this.#positionChange(changed.account, instrument, positionSide, quantity),
    )
  }

  #positionChange(account: number, number: number, positionSide: number, quantity: number): PositionChange[] {
    const instrument = this.#source.instruments[number]
    const numbers = this.#numbers[number]
    const views: readonly PositionView[] = this.#source.positionsOf(account, number)
    const view = views.find((each) => each.positionSide === positionSide)
    if (instrument === undefined || numbers === undefined || view === undefined) return []
    return [{ symbol: instrument.symbol, numbers, quantity, view }]
  }

  #tellMarginCall(account: number, rows: readonly number[], cells: Float64Array, sink: UserSink): void {
    const [first] = rows
    if (first === undefined) return
    const asset = cells[first + FIELD.asset]
    const balance = this.#source.balancesOf(account).find((each) => each.asset === asset)
    const positions = rows.flatMap((at) =>
      this.#positionChange(
        account,
        cells[at + FIELD.instrument] as number,
        cells[at + FIELD.side] as number,
        cells[at + FIELD.quantity] as number,
      ),
    )
    const text = marginCallText(balance?.crossWallet ?? 0n, positions, this.#source.time[0] as number)
    sink.tell(account, 'MARGIN_CALL', text)
  }
}

/** Price times lots of a fill. */
function valueOf(cells: Float64Array, at: number): bigint {
  return BigInt(cells[at + FIELD.price] as number) * BigInt(cells[at + FIELD.quantity] as number)
}
