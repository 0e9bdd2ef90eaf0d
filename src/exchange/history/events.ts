/**
 * What the exchange tells the participant: ORDER_UPDATE, FILL and FUNDING_PAYMENT rows, in the order in which it happened.
 *
 * Owns the row buffer and the stamp that the rows get as venue time. Source, append time and sequence stay empty: they
 * belong to whoever delivers the rows. Fails: with RangeError when the buffer is full, because a row about money is never
 * dropped; the buffer is sized for everything that one call can cause and must be drained between calls.
 */
import type { I128Array } from '../../core/number/i128.ts'
import { writeId } from '../../core/tape/ids.ts'
import { FILL, FILL_FLAGS, FUNDING_PAYMENT, ORDER_UPDATE } from '../../core/tape/kinds.ts'
import { ROW_SLOTS, ROW_WORDS, VENUE_TIME } from '../../core/tape/layout.ts'
import { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { Orders } from './orders.ts'

/** Cells of `Events.deal`: the fill about to be told, in price quanta and lots. */
export const DEAL = { price: 0, quantity: 1, queueAhead: 2, explainedBy: 3, length: 4 } as const

export class Events {
  readonly rows: RowBuffer
  /** [venue time of the rows to come, microseconds] */
  readonly stamp: Float64Array = new Float64Array(1)
  readonly deal: Float64Array = new Float64Array(DEAL.length)
  /** [id of the last trade that our orders were part of] */
  readonly lastTradeId: Float64Array = new Float64Array(1)

  constructor(capacity: number) {
    this.rows = new RowBuffer(capacity)
  }

  /** Tells that an open order has a new ORDER_STATUS; `code` is the venue's error code, 0 for none. */
  update(orders: Orders, slot: number, status: number, code: number): void {
    const row = this.#status(orders.instrument[slot] as number, orders.intent[slot] as number, status, code)
    this.rows.f64[row * ROW_SLOTS + ORDER_UPDATE.filled] = orders.filled[slot] as number
    writeId(this.rows, row * ROW_SLOTS + ORDER_UPDATE.venueOrderId, orders.venueId[slot] as number)
  }

  /** Tells the fate of an intent that has no open order: rejected, or a cancel refused. */
  refuse(instrument: number, intent: number, status: number, code: number): void {
    this.#status(instrument, intent, status, code)
  }

  /** Writes the fill in `deal` of an open order and returns its row; the fee is still to be filled in. */
  fill(orders: Orders, slot: number, flags: number, why: number): number {
    const { rows, deal } = this
    const row = rows.append(FILL.kind, flags, 0, orders.instrument[slot] as number, 1)
    const { f64 } = rows
    const at = row * ROW_SLOTS
    f64[at + VENUE_TIME] = this.stamp[0] as number
    rows.u32[row * ROW_WORDS + FILL.intentByte / 4] = orders.intent[slot] as number
    rows.u16[row * 32 + FILL.whyByte / 2] = why
    f64[at + FILL.price] = deal[DEAL.price] as number
    f64[at + FILL.quantity] = deal[DEAL.quantity] as number
    f64[at + FILL.queueAhead] = deal[DEAL.queueAhead] as number
    f64[at + FILL.explainedBy] = deal[DEAL.explainedBy] as number
    f64[at + FILL.filled] = (orders.filled[slot] as number) + (deal[DEAL.quantity] as number)
    const id = (this.lastTradeId[0] as number) + 1
    this.lastTradeId[0] = id
    writeId(rows, at + FILL.tradeId, id)
    return row
  }

  /** Fills in the fee of a FILL row: 10^-18 of the asset. */
  setFee(row: number, asset: number, fees: I128Array, fee: number): void {
    this.rows.u16[row * 32 + FILL.feeAssetByte / 2] = asset
    fees.storeTo(fee, this.rows.u32, (row * ROW_SLOTS + FILL.fee) * 8)
  }

  /** Writes a funding payment and returns its row; position, rate and mark are still to be filled in. */
  funding(instrument: number, asset: number, amounts: I128Array, amount: number): number {
    const { rows } = this
    const row = rows.append(FUNDING_PAYMENT.kind, 0, 0, instrument, 1)
    rows.f64[row * ROW_SLOTS + VENUE_TIME] = this.stamp[0] as number
    rows.u16[row * 32 + FUNDING_PAYMENT.assetByte / 2] = asset
    amounts.storeTo(amount, rows.u32, (row * ROW_SLOTS + FUNDING_PAYMENT.amount) * 8)
    return row
  }

  #status(instrument: number, intent: number, status: number, code: number): number {
    const { rows } = this
    const row = rows.append(ORDER_UPDATE.kind, status, 0, instrument, 0)
    rows.f64[row * ROW_SLOTS + VENUE_TIME] = this.stamp[0] as number
    rows.u32[row * ROW_WORDS + ORDER_UPDATE.intentByte / 4] = intent
    rows.i32[row * ROW_WORDS + ORDER_UPDATE.errorByte / 4] = code
    return row
  }
}

/** Flags of a FILL row. */
export function fillFlags(maker: boolean, sell: boolean): number {
  return (maker ? FILL_FLAGS.maker : 0) | (sell ? FILL_FLAGS.sell : 0)
}
