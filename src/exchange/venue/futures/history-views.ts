/**
 * Orders, fills, income and the like as plain objects (`views.ts`), from the order store and the records.
 *
 * The venue forgets by rules of its own, beyond the bound of the records: an order that ended without a fill after three
 * days, any other after ninety.
 */
import { amountPerUnit } from '../venue-instrument.ts'
import { textOfCode } from '../venue-errors.ts'
import { STATUS } from '../events.ts'
import { madeClientId } from '../client-ids.ts'
import type { Conditional } from './conditional-store.ts'
import type { FuturesState } from './futures-state.ts'
import {
  AMENDMENT_RECORD,
  AMOUNT_BASE,
  FUNDING_RECORD,
  INCOME_RECORD,
  MARGIN_RECORD,
  ORDER_RECORD,
  TRADE_RECORD,
} from './history.ts'
import type { Records } from './records.ts'
import { INCOME } from './views.ts'
import type {
  AmendmentView,
  ConditionalView,
  FundingView,
  HistoryQuery,
  IncomeView,
  MarginChangeView,
  OrderView,
  TradeView,
} from './views.ts'

const DAY = 86_400_000_000
const UNFILLED_MEMORY = 3 * DAY
const ORDER_MEMORY = 90 * DAY
/** `filledValueHigh` of the order store counts 2^40. */
const VALUE_BASE: bigint = BigInt(AMOUNT_BASE)

/** An order that has a slot. */
export function openOrderView({ orders, conditionals }: FuturesState, slot: number): OrderView {
  const conditional = conditionals.ofOrder(orders.id[slot] as number)
  return {
    slot,
    orderId: orders.id[slot] as number,
    account: orders.account[slot] as number,
    instrument: orders.instrument[slot] as number,
    clientId: orders.clientIdOf(slot),
    side: orders.side[slot] as number,
    positionSide: orders.positionSide[slot] as number,
    orderKind: orders.kind[slot] as number,
    originalKind: conditional?.orderKind ?? (orders.kind[slot] as number),
    timeInForce: orders.timeInForce[slot] as number,
    price: orders.price[slot] as number,
    quantity: orders.quantity[slot] as number,
    filled: orders.filled[slot] as number,
    filledValue:
      BigInt(orders.filledValueHigh[slot] as number) * VALUE_BASE + BigInt(orders.filledValue[slot] as number),
    status: orders.status[slot] as number,
    flags: orders.flags[slot] as number,
    selfTrade: orders.selfTrade[slot] as number,
    priceMatch: orders.priceMatch[slot] as number,
    goodTill: orders.goodTill[slot] as number,
    created: orders.created[slot] as number,
    updated: orders.updated[slot] as number,
    amendments: orders.amendments[slot] as number,
    conditionalId: conditional?.conditionalId ?? 0,
    triggerPrice: conditional?.triggerPrice ?? 0,
    workingType: conditional?.workingType ?? 0,
    priceProtect: conditional?.priceProtect ?? false,
  }
}

/** The account's open orders of an instrument (-1: of all) by id. */
export function openOrders(state: FuturesState, account: number, instrument: number): OrderView[] {
  const { orders, instruments } = state
  const found: OrderView[] = []
  for (let each = 0; each < instruments.length; each++) {
    if (instrument !== -1 && each !== instrument) continue
    for (let slot = orders.firstOwn(account, each); slot !== -1; slot = orders.nextOwn[slot] as number)
      found.push(openOrderView(state, slot))
  }
  return found.toSorted((a, b) => a.orderId - b.orderId)
}

/** Done orders of an account that the venue still tells of, the one that ended last first. */
export function* doneOrders(state: FuturesState, account: number): Generator<OrderView, void, undefined> {
  const { orders: records } = state.history
  const now = state.time[0] as number
  for (let serial = records.newest(account); serial !== 0; serial = records.before(serial)) {
    const order = doneOrderView(records, serial, account)
    if (!isForgotten(order, now)) yield order
  }
}

/** All orders of an account that are known, open or done, the newest first. */
export function ordersOf(state: FuturesState, account: number, wants: (order: OrderView) => boolean): OrderView[] {
  const done: OrderView[] = []
  for (const order of doneOrders(state, account)) if (wants(order)) done.push(order)
  return [...openOrders(state, account, -1).filter(wants), ...done].toSorted((a, b) => b.orderId - a.orderId)
}

function isForgotten({ created, filled, status }: OrderView, now: number): boolean {
  const isUnfilled = filled === 0 && status !== STATUS.filled
  return now - created > (isUnfilled ? UNFILLED_MEMORY : ORDER_MEMORY)
}

function doneOrderView(records: Records, serial: number, account: number): OrderView {
  const at = records.at(serial)
  const { cells } = records
  const cell = (column: number): number => cells[at + column] as number
  const text = records.textOf(serial)
  return {
    slot: -1,
    orderId: cell(ORDER_RECORD.id),
    account,
    instrument: cell(ORDER_RECORD.instrument),
    clientId: text === '' ? madeClientId(cell(ORDER_RECORD.id)) : text,
    side: cell(ORDER_RECORD.side),
    positionSide: cell(ORDER_RECORD.positionSide),
    orderKind: cell(ORDER_RECORD.kind),
    originalKind: cell(ORDER_RECORD.originalKind),
    timeInForce: cell(ORDER_RECORD.timeInForce),
    price: cell(ORDER_RECORD.price),
    quantity: cell(ORDER_RECORD.quantity),
    filled: cell(ORDER_RECORD.filled),
    filledValue: BigInt(cell(ORDER_RECORD.filledValueHigh)) * VALUE_BASE + BigInt(cell(ORDER_RECORD.filledValue)),
    status: cell(ORDER_RECORD.status),
    flags: cell(ORDER_RECORD.flags),
    selfTrade: cell(ORDER_RECORD.selfTrade),
    priceMatch: cell(ORDER_RECORD.priceMatch),
    goodTill: cell(ORDER_RECORD.goodTill),
    created: cell(ORDER_RECORD.created),
    updated: cell(ORDER_RECORD.updated),
    amendments: cell(ORDER_RECORD.amendments),
    conditionalId: cell(ORDER_RECORD.conditionalId),
    triggerPrice: cell(ORDER_RECORD.triggerPrice),
    workingType: cell(ORDER_RECORD.workingType),
    priceProtect: cell(ORDER_RECORD.priceProtect) === 1,
  }
}

export function tradeView({ history, instruments }: FuturesState, serial: number, account: number): TradeView {
  const records = history.trades
  const at = records.at(serial)
  const cell = (column: number): number => records.cells[at + column] as number
  const rules = instruments[cell(TRADE_RECORD.instrument)]
  const unit = rules === undefined ? 0n : BigInt(amountPerUnit(rules))
  return {
    tradeId: cell(TRADE_RECORD.tradeId),
    orderId: cell(TRADE_RECORD.orderId),
    account,
    instrument: cell(TRADE_RECORD.instrument),
    side: cell(TRADE_RECORD.side),
    positionSide: cell(TRADE_RECORD.positionSide),
    price: cell(TRADE_RECORD.price),
    quantity: cell(TRADE_RECORD.quantity),
    value: BigInt(cell(TRADE_RECORD.price)) * BigInt(cell(TRADE_RECORD.quantity)) * unit,
    realized: BigInt(cell(TRADE_RECORD.realized)),
    fee: BigInt(cell(TRADE_RECORD.fee)),
    feeAsset: cell(TRADE_RECORD.feeAsset),
    maker: cell(TRADE_RECORD.maker) === 1,
    time: cell(TRADE_RECORD.time),
  }
}

/** All income of an account, the newest first: money that moved by itself, and what its fills realized and cost. */
export function incomeOf(state: FuturesState, account: number): IncomeView[] {
  const { income, trades } = state.history
  const found: IncomeView[] = []
  let moved = income.newest(account)
  const moveBefore = (trade: number): void => {
    for (; moved !== 0 && nextTradeAt(income, moved) > trade; moved = income.before(moved))
      found.push(incomeView(income, moved))
  }
  for (let trade = trades.newest(account); trade !== 0; trade = trades.before(trade)) {
    moveBefore(trade)
    found.push(...incomeOfTrade(tradeView(state, trade, account), trade))
  }
  moveBefore(0)
  return found
}

/** Serial of the first fill after an entry of the income. */
function nextTradeAt(records: Records, serial: number): number {
  return records.cells[records.at(serial) + INCOME_RECORD.trades] as number
}

function incomeView(records: Records, serial: number): IncomeView {
  const at = records.at(serial)
  const cell = (column: number): number => records.cells[at + column] as number
  return {
    instrument: cell(INCOME_RECORD.instrument),
    income: cell(INCOME_RECORD.income),
    amount: BigInt(cell(INCOME_RECORD.high)) * VALUE_BASE + BigInt(cell(INCOME_RECORD.low)),
    asset: cell(INCOME_RECORD.asset),
    time: cell(INCOME_RECORD.time),
    transactionId: serial,
    tradeId: 0,
  }
}

/** Transaction ids are unique for an account and a kind of income, as the venue's are. */
function incomeOfTrade(trade: TradeView, serial: number): IncomeView[] {
  const { instrument, feeAsset: asset, time, tradeId, realized, fee } = trade
  const common = { instrument, asset, time, tradeId, transactionId: serial }
  const entries: IncomeView[] = []
  if (fee !== 0n) entries.push({ ...common, income: INCOME.commission, amount: -fee })
  if (realized !== 0n) entries.push({ ...common, income: INCOME.realizedProfit, amount: realized })
  return entries
}

export function amendmentView({ history }: FuturesState, serial: number): AmendmentView {
  const records = history.amendments
  const at = records.at(serial)
  const cell = (column: number): number => records.cells[at + column] as number
  const text = records.textOf(serial)
  return {
    amendmentId: serial,
    orderId: cell(AMENDMENT_RECORD.orderId),
    instrument: cell(AMENDMENT_RECORD.instrument),
    clientId: text === '' ? madeClientId(cell(AMENDMENT_RECORD.orderId)) : text,
    time: cell(AMENDMENT_RECORD.time),
    priceBefore: cell(AMENDMENT_RECORD.priceBefore),
    priceAfter: cell(AMENDMENT_RECORD.priceAfter),
    quantityBefore: cell(AMENDMENT_RECORD.quantityBefore),
    quantityAfter: cell(AMENDMENT_RECORD.quantityAfter),
    count: cell(AMENDMENT_RECORD.count),
  }
}

export function marginChangeView({ history }: FuturesState, serial: number): MarginChangeView {
  const records = history.marginChanges
  const at = records.at(serial)
  const cell = (column: number): number => records.cells[at + column] as number
  return {
    instrument: cell(MARGIN_RECORD.instrument),
    positionSide: cell(MARGIN_RECORD.positionSide),
    amount: BigInt(cell(MARGIN_RECORD.amount)),
    asset: cell(MARGIN_RECORD.asset),
    time: cell(MARGIN_RECORD.time),
  }
}

export function fundingView({ history }: FuturesState, serial: number, instrument: number): FundingView {
  const records = history.fundings
  const at = records.at(serial)
  return {
    instrument,
    time: records.cells[at + FUNDING_RECORD.time] as number,
    rate: records.cells[at + FUNDING_RECORD.rate] as number,
    mark: records.cells[at + FUNDING_RECORD.mark] as number,
  }
}

export function conditionalView(state: FuturesState, one: Conditional, actual: OrderView | undefined): ConditionalView {
  const { threshold: _threshold, extreme: _extreme, orderId: _orderId, rejectCode, ...facts } = one
  const rejectReason = rejectCode === 0 ? '' : textOfCode(rejectCode)
  return { ...facts, index: state.conditionals.indexOf(one), actual, rejectReason }
}

/** Rows of an account (or instrument), newest first, as views. */
export function* viewsOf<View>(
  records: Records,
  account: number,
  view: (serial: number) => View,
): Generator<View, void, undefined> {
  for (let serial = records.newest(account); serial !== 0; serial = records.before(serial)) yield view(serial)
}

/** What a query asks for out of views that come newest first: oldest first, `limit` from the newest or from `fromId` on. */
export function select<View extends { readonly instrument: number }>(
  views: Iterable<View>,
  query: HistoryQuery,
  timeOf: (view: View) => number,
  idOf: (view: View) => number,
): readonly View[] {
  const { instrument = -1, from = -Infinity, to = Infinity, fromId, limit } = query
  const found: View[] = []
  for (const view of views) {
    if (instrument !== -1 && view.instrument !== instrument) continue
    const time = timeOf(view)
    if (time < from || time > to) continue
    if (fromId !== undefined && idOf(view) < fromId) continue
    found.push(view)
    // From an id on the oldest count: all newer ones have to be passed.
    if (fromId === undefined && found.length === limit) break
  }
  found.reverse()
  return fromId === undefined ? found : found.slice(0, limit)
}
