/**
 * What is remembered of the past: done orders, fills, income, amendments, margin changes and fundings.
 *
 * In: the event log before it is cleared, and what the venue says beyond it. Out: records by account (`records.ts`), read by
 * `history-queries.ts`. Bounded, of all accounts together; of the crowd nothing is kept. Nothing is allocated per record.
 */
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { EVENT, FIELD, FIELDS, REASON, STATUS } from '../events.ts'
import type { EventLog } from '../events.ts'
import { ORDER_FLAG } from '../order-store.ts'
import type { OrderStore } from '../order-store.ts'
import type { ConditionalStore } from './conditional-store.ts'
import { Records } from './records.ts'
import type { FuturesOptions } from './venue-options.ts'
import { INCOME } from './views.ts'

/** Columns of a remembered order; its client id is the text. */
export const ORDER_RECORD = {
  id: 0,
  instrument: 1,
  side: 2,
  positionSide: 3,
  kind: 4,
  originalKind: 5,
  timeInForce: 6,
  price: 7,
  quantity: 8,
  filled: 9,
  filledValue: 10,
  filledValueHigh: 11,
  status: 12,
  flags: 13,
  selfTrade: 14,
  priceMatch: 15,
  goodTill: 16,
  created: 17,
  updated: 18,
  amendments: 19,
  conditionalId: 20,
  triggerPrice: 21,
  workingType: 22,
  priceProtect: 23,
} as const
const ORDER_COLUMNS = 24

export const TRADE_RECORD = {
  tradeId: 0,
  orderId: 1,
  instrument: 2,
  side: 3,
  positionSide: 4,
  price: 5,
  quantity: 6,
  realized: 7,
  fee: 8,
  feeAsset: 9,
  maker: 10,
  time: 11,
} as const
const TRADE_COLUMNS = 12

/**
 * Money that moved without a fill: what fills bring and cost is in their records. The amount is `high * 2^40 + low`, so that
 * those of any transfer are exact; `trades` is the serial of the next fill, by which the two can be put in their order.
 */
export const INCOME_RECORD = { instrument: 0, income: 1, low: 2, high: 3, asset: 4, time: 5, trades: 6 } as const
const INCOME_COLUMNS = 7
export const AMOUNT_BASE = 1_099_511_627_776

export const AMENDMENT_RECORD = {
  orderId: 0,
  instrument: 1,
  time: 2,
  priceBefore: 3,
  priceAfter: 4,
  quantityBefore: 5,
  quantityAfter: 6,
  count: 7,
} as const
const AMENDMENT_COLUMNS = 8
export const MARGIN_RECORD = { instrument: 0, positionSide: 1, amount: 2, asset: 3, time: 4 } as const
const MARGIN_COLUMNS = 5
export const FUNDING_RECORD = { time: 0, rate: 1, mark: 2 } as const
const FUNDING_COLUMNS = 3

/** Amendments, margin changes and fundings are rare. */
const RARE_MEMORY = 16_384

/** What history reads of the venue. */
export interface Remembered {
  readonly orders: OrderStore
  readonly conditionals: ConditionalStore
  readonly options: FuturesOptions
  readonly crowdAccounts: number
}

export class History {
  readonly orders: Records
  readonly trades: Records
  readonly income: Records
  readonly amendments: Records = new Records(AMENDMENT_COLUMNS, RARE_MEMORY)
  readonly marginChanges: Records = new Records(MARGIN_COLUMNS, RARE_MEMORY)
  /** By instrument instead of account. */
  readonly fundings: Records = new Records(FUNDING_COLUMNS, RARE_MEMORY)
  readonly #venue: Remembered

  constructor(venue: Remembered) {
    const { orderMemory, tradeMemory, incomeMemory } = venue.options
    this.#venue = venue
    this.orders = new Records(ORDER_COLUMNS, orderMemory)
    this.trades = new Records(TRADE_COLUMNS, tradeMemory)
    this.income = new Records(INCOME_COLUMNS, incomeMemory)
  }

  /** Remembers what the log says of accounts, before it is cleared and closed orders lose their slots. */
  record(events: EventLog): void {
    const { cells, length } = events
    for (let at = 0; at < length * FIELDS; at += FIELDS) {
      switch (cells[at] as number) {
        case EVENT.fill:
          if ((cells[at + FIELD.account] as number) < this.#venue.crowdAccounts) break
          this.#recordFill(cells, at)
          if (cells[at + FIELD.status] === STATUS.filled) this.#recordOrder((cells[at + FIELD.slot] as number) | 0)
          break
        case EVENT.canceled:
        case EVENT.expired:
          if ((cells[at + FIELD.account] as number) < this.#venue.crowdAccounts) break
          this.#recordOrder((cells[at + FIELD.slot] as number) | 0)
          break
        case EVENT.balance:
          if (cells[at + FIELD.detail] === REASON.fundingFee) this.#recordBalance(cells, at, INCOME.fundingFee)
          else if (cells[at + FIELD.detail] === REASON.insuranceClear)
            this.#recordBalance(cells, at, INCOME.insuranceClear)
          break
        default:
      }
    }
  }

  /** Remembers money in (positive) or out of an account, of any size. */
  recordTransfer(account: number, asset: number, amount: bigint, time: number): void {
    const at = this.income.append(account, '')
    const { cells } = this.income
    const base = BigInt(AMOUNT_BASE)
    cells[at + INCOME_RECORD.instrument] = -1
    cells[at + INCOME_RECORD.income] = INCOME.transfer
    cells[at + INCOME_RECORD.low] = Number(amount % base)
    cells[at + INCOME_RECORD.high] = Number(amount / base)
    cells[at + INCOME_RECORD.asset] = asset
    cells[at + INCOME_RECORD.time] = time
    cells[at + INCOME_RECORD.trades] = this.trades.next
  }

  save(writer: StateWriter): void {
    for (const records of this.#all()) records.save(writer)
  }

  load(reader: StateReader): void {
    for (const records of this.#all()) records.load(reader)
  }

  #all(): readonly Records[] {
    return [this.orders, this.trades, this.income, this.amendments, this.marginChanges, this.fundings]
  }

  #recordFill(cells: Float64Array, at: number): void {
    const { trades } = this
    // As an integer: a double that is handed on is boxed.
    const row = trades.append((cells[at + FIELD.account] as number) | 0, '')
    const to = trades.cells
    to[row + TRADE_RECORD.tradeId] = cells[at + FIELD.tradeId] as number
    to[row + TRADE_RECORD.orderId] = cells[at + FIELD.orderId] as number
    to[row + TRADE_RECORD.instrument] = cells[at + FIELD.instrument] as number
    to[row + TRADE_RECORD.side] = cells[at + FIELD.side] as number
    to[row + TRADE_RECORD.positionSide] = this.#venue.orders.positionSide[cells[at + FIELD.slot] as number] as number
    to[row + TRADE_RECORD.price] = cells[at + FIELD.price] as number
    to[row + TRADE_RECORD.quantity] = cells[at + FIELD.quantity] as number
    to[row + TRADE_RECORD.realized] = cells[at + FIELD.realized] as number
    to[row + TRADE_RECORD.fee] = cells[at + FIELD.amount] as number
    to[row + TRADE_RECORD.feeAsset] = cells[at + FIELD.asset] as number
    to[row + TRADE_RECORD.maker] = cells[at + FIELD.detail] as number
    to[row + TRADE_RECORD.time] = cells[at + FIELD.time] as number
  }

  #recordBalance(cells: Float64Array, at: number, income: number): void {
    const account = (cells[at + FIELD.account] as number) | 0
    if (account < this.#venue.crowdAccounts) return
    const row = this.income.append(account, '')
    const to = this.income.cells
    const amount = cells[at + FIELD.amount] as number
    const low = amount % AMOUNT_BASE
    to[row + INCOME_RECORD.instrument] = cells[at + FIELD.instrument] as number
    to[row + INCOME_RECORD.income] = income
    // Never -0: states are compared by their bytes.
    to[row + INCOME_RECORD.low] = low + 0
    to[row + INCOME_RECORD.high] = (amount - low) / AMOUNT_BASE + 0
    to[row + INCOME_RECORD.asset] = cells[at + FIELD.asset] as number
    to[row + INCOME_RECORD.time] = cells[at + FIELD.time] as number
    to[row + INCOME_RECORD.trades] = this.trades.next
  }

  #recordOrder(slot: number): void {
    const { orders, conditionals } = this.#venue
    const row = this.orders.append(orders.account[slot] as number, orders.clientId[slot] ?? '')
    const to = this.orders.cells
    const flags = orders.flags[slot] as number
    to[row + ORDER_RECORD.id] = orders.id[slot] as number
    to[row + ORDER_RECORD.instrument] = orders.instrument[slot] as number
    to[row + ORDER_RECORD.side] = orders.side[slot] as number
    to[row + ORDER_RECORD.positionSide] = orders.positionSide[slot] as number
    to[row + ORDER_RECORD.kind] = orders.kind[slot] as number
    to[row + ORDER_RECORD.timeInForce] = orders.timeInForce[slot] as number
    to[row + ORDER_RECORD.price] = orders.price[slot] as number
    to[row + ORDER_RECORD.quantity] = orders.quantity[slot] as number
    to[row + ORDER_RECORD.filled] = orders.filled[slot] as number
    to[row + ORDER_RECORD.filledValue] = orders.filledValue[slot] as number
    to[row + ORDER_RECORD.filledValueHigh] = orders.filledValueHigh[slot] as number
    to[row + ORDER_RECORD.status] = orders.status[slot] as number
    to[row + ORDER_RECORD.flags] = flags
    to[row + ORDER_RECORD.selfTrade] = orders.selfTrade[slot] as number
    to[row + ORDER_RECORD.priceMatch] = orders.priceMatch[slot] as number
    to[row + ORDER_RECORD.goodTill] = orders.goodTill[slot] as number
    to[row + ORDER_RECORD.created] = orders.created[slot] as number
    to[row + ORDER_RECORD.updated] = orders.updated[slot] as number
    to[row + ORDER_RECORD.amendments] = orders.amendments[slot] as number
    const isTriggered = (flags & ORDER_FLAG.triggered) !== 0
    const conditional = isTriggered ? conditionals.ofOrder(orders.id[slot] as number) : undefined
    to[row + ORDER_RECORD.originalKind] = conditional?.orderKind ?? (orders.kind[slot] as number)
    to[row + ORDER_RECORD.conditionalId] = conditional?.conditionalId ?? 0
    to[row + ORDER_RECORD.triggerPrice] = conditional?.triggerPrice ?? 0
    to[row + ORDER_RECORD.workingType] = conditional?.workingType ?? 0
    to[row + ORDER_RECORD.priceProtect] = conditional?.priceProtect === true ? 1 : 0
  }
}
