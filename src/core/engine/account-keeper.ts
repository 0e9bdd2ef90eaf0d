/**
 * Keeps orders, positions, books and money in step with what the venue tells, and wakes the reconcilers.
 *
 * In: ORDER_UPDATE, FILL, FUNDING_PAYMENT and TRANSFER rows. Out: positions per key and for the account, the ledger, the
 * funds that limits are judged by. Refuses nothing: what the venue says happened. Each fill comes once, in whatever order
 * (the merge in front of the tape sees to it); updates may come twice or late. A fill that belongs to no open order of ours
 * is booked to the account, and its instrument is locked for opening, because somebody else is at work there.
 */
import { ORDER_STATE, PURPOSE } from '../account/orders.ts'
import type { OrderTable } from '../account/orders.ts'
import type { Ledger } from '../account/ledger.ts'
import type { PositionTable } from '../account/positions.ts'
import type { ProtectionReconciler } from '../execution/protection.ts'
import type { QuoteReconciler } from '../execution/quotes.ts'
import { WISH } from '../execution/targets.ts'
import type { TargetReconciler } from '../execution/targets.ts'
import { DRAFT } from '../risk/pre-trade-check.ts'
import type { PreTradeCheck } from '../risk/pre-trade-check.ts'
import type { Exposure } from '../risk/exposure.ts'
import { FILL, ORDER_FLAGS, ORDER_STATUS, ORDER_UPDATE, TIME_IN_FORCE } from '../tape/kinds.ts'
import { ROW_SLOTS, ROW_WORDS } from '../tape/layout.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import type { MarketState } from './market-state.ts'

/** The engine keeps one account with one wallet; tables below it are keyed for more. */
const ACCOUNT = 0
const WALLET = 0
/** The venue's codes for a post-only order that would have taken liquidity; on spot it is the code of other reasons, too. */
const POST_ONLY_WOULD_TAKE = -5022
const SPOT_REFUSED = -2010
/** The venue's code for a stop that is past its trigger already. */
const WOULD_TRIGGER = -2021

export interface KeeperParts {
  readonly instruments: number
  readonly market: MarketState
  readonly orders: OrderTable
  /** Positions per key, and of the account per instrument. */
  readonly books: PositionTable
  readonly account: PositionTable
  readonly ledger: Ledger
  readonly exposure: Exposure
  readonly check: PreTradeCheck
  readonly targets: TargetReconciler
  readonly quotes: QuoteReconciler
  readonly protection: ProtectionReconciler
  /** Ends the wish of a key whose protection cannot be placed. */
  flatten(key: number): void
  /** Takes away what a key would open. */
  withdraw(key: number): void
}

export class AccountKeeper {
  readonly #parts: KeeperParts
  readonly #price: Float64Array = new Float64Array(DRAFT.length)
  /** Keys that hold an instrument. */
  readonly #holders: Int32Array

  constructor(parts: KeeperParts) {
    this.#parts = parts
    this.#holders = new Int32Array(Math.max(1, parts.books.rows / parts.instruments))
  }

  /**
   * Applies a FILL; returns the key whose order it filled, or -1. Call `requote` for it when its strategy has been told:
   * a strategy may want other prices after a fill.
   */
  onFill(buffer: RowBuffer, row: number, instrument: number): number {
    const { orders, books, account, ledger, exposure, protection, targets } = this.#parts
    account.applyFill(instrument, buffer, row)
    ledger.bookFill(ACCOUNT, WALLET, buffer, row, account)
    exposure.position[instrument] = account.quantity[instrument] as number
    const slot = orders.find(buffer.u32[row * ROW_WORDS + FILL.intentByte / 4] as number)
    if (slot < 0) {
      this.#refreshExposure(instrument)
      this.#lock(instrument)
      return -1
    }
    const key = orders.key[slot] as number
    const purpose = orders.purpose[slot] as number
    books.applyFill(key, buffer, row)
    books.storeAverageEntry(key, protection.entry, key)
    protection.renew(key)
    this.#count(slot, instrument, buffer.f64, row * ROW_SLOTS + FILL.quantity)
    if (purpose === PURPOSE.stop || purpose === PURPOSE.takeProfit) targets.closedByVenue(key)
    else if (purpose === PURPOSE.target) targets.filled(key)
    this.#reconcilePosition(key)
    if (books.quantity[key] === 0 && targets.state[key] !== WISH.active) protection.forget(key)
    return key
  }

  requote(key: number): void {
    this.#parts.quotes.reconcile(key)
  }

  onOrderUpdate(buffer: RowBuffer, row: number, status: number): void {
    const { orders } = this.#parts
    const slot = orders.find(buffer.u32[row * ROW_WORDS + ORDER_UPDATE.intentByte / 4] as number)
    // Orders that are final are gone: a late or repeated word about them changes nothing.
    if (slot < 0) return
    switch (status) {
      case ORDER_STATUS.accepted:
        if (orders.state[slot] === ORDER_STATE.sent) orders.state[slot] = ORDER_STATE.working
        return this.#reconcile(orders.key[slot] as number)
      case ORDER_STATUS.cancelRejected:
        if (orders.state[slot] === ORDER_STATE.cancelling) orders.state[slot] = ORDER_STATE.working
        return
      case ORDER_STATUS.cancelled:
      case ORDER_STATUS.expired:
      case ORDER_STATUS.rejected:
        if (this.#waitsForFills(slot, buffer.f64, row * ROW_SLOTS + ORDER_UPDATE.filled)) return
        return this.#ended(slot, status, buffer.i32[row * ROW_WORDS + ORDER_UPDATE.errorByte / 4] as number)
      default:
        return // triggered: it works on as another order; filled: its fills say more
    }
  }

  onFunding(buffer: RowBuffer, row: number, instrument: number): void {
    const { account, books, ledger, instruments } = this.#parts
    account.applyFunding(instrument, buffer, row)
    ledger.bookFunding(ACCOUNT, WALLET, buffer, row)
    this.#shareFunding(buffer, row, instrument, instruments, books)
  }

  onTransfer(buffer: RowBuffer, row: number): void {
    this.#parts.ledger.bookTransfer(ACCOUNT, buffer, row)
  }

  /** Counts a fill's lots (`slots[at]`) on its order, and forgets the order when it is filled. */
  #count(slot: number, instrument: number, slots: Float64Array, at: number): void {
    const { orders } = this.#parts
    const lots = slots[at] as number
    const left = (orders.quantity[slot] as number) - (orders.filled[slot] as number)
    this.#release(slot, instrument, Math.min(lots, left))
    orders.filled[slot] = (orders.filled[slot] as number) + lots
    // Fills and acks come on different ways: a fill says as well that the venue has the order.
    if (orders.state[slot] === ORDER_STATE.sent) orders.state[slot] = ORDER_STATE.working
    if (lots >= left) orders.remove(slot)
    this.#refreshExposure(instrument)
  }

  /** True when the venue counts fills (`slots[at]`) that have not come yet: the order stays until they have. */
  #waitsForFills(slot: number, slots: Float64Array, at: number): boolean {
    const { orders, instruments } = this.#parts
    const stated = slots[at] as number
    if (!(stated > (orders.filled[slot] as number))) return false
    const instrument = (orders.key[slot] as number) % instruments
    this.#release(slot, instrument, Math.max(0, (orders.quantity[slot] as number) - stated))
    orders.quantity[slot] = stated
    orders.state[slot] = ORDER_STATE.cancelling
    this.#refreshExposure(instrument)
    return true
  }

  /** An order ended without filling whole. */
  #ended(slot: number, status: number, error: number): void {
    const { orders, targets, quotes, instruments } = this.#parts
    const key = orders.key[slot] as number
    const instrument = key % instruments
    const purpose = orders.purpose[slot] as number
    const flags = orders.flags[slot] as number
    const level = orders.level[slot] as number
    const isAsked = orders.state[slot] === ORDER_STATE.cancelling && status !== ORDER_STATUS.rejected
    const isPostOnly = orders.timeInForce[slot] === TIME_IN_FORCE.postOnly
    this.#release(slot, instrument, (orders.quantity[slot] as number) - (orders.filled[slot] as number))
    orders.remove(slot)
    this.#refreshExposure(instrument)
    const isRejected = status === ORDER_STATUS.rejected
    if (purpose === PURPOSE.quote) {
      if (isRejected) quotes.disarm(key, flags, level)
    } else if (purpose === PURPOSE.target) {
      if (isRejected) targets.rejected(key, isPostOnly && (error === POST_ONLY_WOULD_TAKE || error === SPOT_REFUSED))
      else if (!isAsked) targets.ended(key)
    } else if (!isAsked) this.#unprotected(key, purpose, status, error)
    this.#reconcile(key)
  }

  /**
   * A stop or take-profit that the venue refused, dropped, or triggered without filling it. One that is past its price
   * already, or is gone because it was triggered, leaves one honest way out: close.
   */
  #unprotected(key: number, purpose: number, status: number, error: number): void {
    const { protection, instruments } = this.#parts
    const isRejected = status === ORDER_STATUS.rejected
    if (isRejected && purpose === PURPOSE.takeProfit && error !== WOULD_TRIGGER) protection.takeProfit[key] = 0
    else if (!protection.lost(key)) this.#lock(key % instruments)
    else if (status !== ORDER_STATUS.cancelled) this.#parts.flatten(key)
  }

  #reconcile(key: number): void {
    this.#reconcilePosition(key)
    this.#parts.quotes.reconcile(key)
  }

  #reconcilePosition(key: number): void {
    const { targets, protection } = this.#parts
    if (!protection.reconcile(key)) this.#parts.flatten(key)
    targets.reconcile(key)
    // A wish that is reached or given up may leave a position that spot could not protect while it was sold.
    if (targets.state[key] !== WISH.active) protection.reconcile(key)
  }

  /** Nothing is opened on an instrument any more. */
  #lock(instrument: number): void {
    const { check, books, instruments } = this.#parts
    check.locked[instrument] = 1
    for (let key = instrument; key < books.rows; key += instruments) this.#parts.withdraw(key)
  }

  /** Takes lots that are filled or will not be any more out of what the order could still add. */
  #release(slot: number, instrument: number, lots: number): void {
    const { orders, exposure } = this.#parts
    const flags = orders.flags[slot] as number
    if ((flags & ORDER_FLAGS.reduceOnly) !== 0) return
    const open = (flags & ORDER_FLAGS.sell) === 0 ? exposure.openBuy : exposure.openSell
    open[instrument] = Math.max(0, (open[instrument] as number) - lots)
  }

  #refreshExposure(instrument: number): void {
    this.#parts.market.reference(instrument, this.#price)
    this.#parts.exposure.refresh(instrument, this.#price)
  }

  /** Books an account's funding to the strategies that hold the position, in proportion, nothing lost. */
  #shareFunding(buffer: RowBuffer, row: number, instrument: number, instruments: number, books: PositionTable): void {
    let holders = 0
    for (let key = instrument; key < books.rows; key += instruments)
      if (books.quantity[key] !== 0) this.#holders[holders++] = key
    if (holders === 1) books.applyFunding(this.#holders[0] as number, buffer, row)
    else if (holders > 1) books.splitFunding(this.#holders, holders, buffer, row)
  }
}
