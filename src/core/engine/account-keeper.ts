/**
 * Keeps orders, positions, books and money in step with what the venue tells, and wakes the reconcilers.
 *
 * In: ORDER_UPDATE, FILL, FUNDING_PAYMENT and TRANSFER rows. Out: positions per key and for the account, the ledger, the
 * funds that limits are judged by. Refuses nothing: what the venue says happened. A fill that belongs to no open order of
 * ours is booked to the account, and its instrument is locked for opening, because somebody else is at work there.
 */
import { ORDER_STATE, PURPOSE } from '../account/orders.ts'
import type { OrderTable } from '../account/orders.ts'
import type { Ledger } from '../account/ledger.ts'
import type { PositionTable } from '../account/positions.ts'
import type { ProtectionReconciler } from '../execution/protection.ts'
import type { QuoteReconciler } from '../execution/quotes.ts'
import type { TargetReconciler } from '../execution/targets.ts'
import { DRAFT } from '../risk/pre-trade-check.ts'
import type { PreTradeCheck } from '../risk/pre-trade-check.ts'
import type { Exposure } from '../risk/exposure.ts'
import { FILL, ORDER_FLAGS, ORDER_STATUS, ORDER_UPDATE } from '../tape/kinds.ts'
import { ROW_SLOTS, ROW_WORDS } from '../tape/layout.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import type { MarketState } from './market-state.ts'

/** The engine keeps one account with one wallet; tables below it are keyed for more. */
const ACCOUNT = 0
const WALLET = 0
/** The venue's code for a post-only order that would have taken liquidity. */
const POST_ONLY_WOULD_TAKE = -5022
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

  /** Applies a FILL; returns the key whose order it filled, or -1. */
  onFill(buffer: RowBuffer, row: number, instrument: number): number {
    const { orders, books, account, ledger, exposure, protection, targets, check } = this.#parts
    account.applyFill(instrument, buffer, row)
    ledger.bookFill(ACCOUNT, WALLET, buffer, row, account)
    exposure.position[instrument] = account.quantity[instrument] as number
    const slot = orders.find(buffer.u32[row * ROW_WORDS + FILL.intentByte / 4] as number)
    if (slot < 0) {
      check.locked[instrument] = 1
      this.#refreshExposure(instrument)
      return -1
    }
    const key = orders.key[slot] as number
    books.applyFill(key, buffer, row)
    const at = row * ROW_SLOTS
    this.#release(slot, instrument, buffer.f64[at + FILL.quantity] as number)
    orders.filled[slot] = buffer.f64[at + FILL.filled] as number
    books.storeAverageEntry(key, protection.entry, key)
    const purpose = orders.purpose[slot] as number
    if (purpose === PURPOSE.stop || purpose === PURPOSE.takeProfit) {
      // The venue closed the position as asked: it is not to be opened again.
      targets.wanted[key] = 0
      targets.active[key] = 0
    }
    if ((orders.filled[slot] as number) >= (orders.quantity[slot] as number)) orders.remove(slot)
    if (books.quantity[key] === 0 && targets.active[key] === 0) {
      protection.stop[key] = 0
      protection.takeProfit[key] = 0
    }
    this.#refreshExposure(instrument)
    this.#reconcile(key)
    return key
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

  /** An order ended without filling whole. */
  #ended(slot: number, status: number, error: number): void {
    const { orders, targets, quotes, protection, instruments } = this.#parts
    const key = orders.key[slot] as number
    const instrument = key % instruments
    const purpose = orders.purpose[slot] as number
    const flags = orders.flags[slot] as number
    const level = orders.level[slot] as number
    const asked = orders.state[slot] === ORDER_STATE.cancelling
    this.#release(slot, instrument, (orders.quantity[slot] as number) - (orders.filled[slot] as number))
    orders.remove(slot)
    this.#refreshExposure(instrument)
    const rejected = status === ORDER_STATUS.rejected
    switch (purpose) {
      case PURPOSE.target:
        if (rejected) targets.rejected(key, error === POST_ONLY_WOULD_TAKE)
        else if (asked) targets.reconcile(key)
        else targets.ended(key)
        return
      case PURPOSE.quote:
        if (rejected) quotes.disarm(key, flags, level)
        else quotes.reconcile(key)
        return
      default:
        // A stop that is past its price already, or that the venue refuses, leaves one honest way out: close.
        if (rejected && (purpose === PURPOSE.stop || error === WOULD_TRIGGER)) this.#parts.flatten(key)
        else if (rejected) protection.takeProfit[key] = 0
        else {
          protection.reconcile(key)
          targets.reconcile(key)
        }
    }
  }

  #reconcile(key: number): void {
    const { targets, quotes, protection } = this.#parts
    protection.reconcile(key)
    targets.reconcile(key)
    quotes.reconcile(key)
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
