/**
 * The order desk: the only place where an order intent is written.
 *
 * In: an order that a reconciler wants, or the slot of one it no longer wants. Out: INTENT and REQUEST rows, or a BLOCKED
 * row with the reasons. Owns: the intent counter and, with it, the client order ids (namespace, epoch, counter: never a
 * tape position, never random, so that a replay gives the same ids).
 */
import { ROW_SLOTS, ROW_WORDS } from '../tape/layout.ts'
import { BLOCKED, INTENT, ORDER_FLAGS, REQUEST, REQUEST_OPERATION } from '../tape/kinds.ts'
import { ORDER_STATE } from '../account/orders.ts'
import type { OrderTable } from '../account/orders.ts'
import type { OutputWriter } from '../engine/output-writer.ts'
import type { Exposure } from '../risk/exposure.ts'
import { DRAFT } from '../risk/pre-trade-check.ts'
import type { PreTradeCheck } from '../risk/pre-trade-check.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'

export interface DeskParts {
  readonly instruments: number
  readonly outputs: OutputWriter
  readonly orders: OrderTable
  readonly check: PreTradeCheck
  readonly exposure: Exposure
  readonly namespace: string
  readonly epoch: number
}

export class OrderDesk {
  /** Price, quantity and trigger of the order about to be placed (price quanta, lots): filled in by the reconciler. */
  readonly draft: Float64Array = new Float64Array(DRAFT.length)
  /** Reasons of the last refusal. */
  refusal = 0
  #intents = 0
  readonly #instruments: number
  readonly #outputs: OutputWriter
  readonly #orders: OrderTable
  readonly #check: PreTradeCheck
  readonly #exposure: Exposure
  readonly #clientIdWords: Uint32Array

  constructor(parts: DeskParts) {
    this.#instruments = parts.instruments
    this.#outputs = parts.outputs
    this.#orders = parts.orders
    this.#check = parts.check
    this.#exposure = parts.exposure
    const namespace = [0, 1, 2, 3].map((i) => (parts.namespace.charCodeAt(i) || 0) & 0xff)
    const word = namespace.reduce((sum, byte, i) => sum | (byte << (8 * i)), 0)
    this.#clientIdWords = Uint32Array.of(word, parts.epoch)
  }

  /**
   * Writes the order in `draft` down and registers it as sent; returns its slot, or -1 when the check refuses, which is
   * written down too.
   */
  place(key: number, purpose: number, level: number, flags: number, type: number, timeInForce: number): number {
    const instrument = key % this.#instruments
    const { draft } = this
    this.refusal = this.#check.reasons(instrument, flags, type, draft)
    if (this.refusal !== 0) {
      this.#writeBlocked(key, instrument)
      return -1
    }
    const intent = ++this.#intents
    const orders = this.#orders
    const slot = orders.add(intent, key)
    orders.purpose[slot] = purpose
    orders.level[slot] = level
    orders.flags[slot] = flags
    orders.type[slot] = type
    orders.timeInForce[slot] = timeInForce
    orders.price[slot] = draft[DRAFT.price] as number
    orders.quantity[slot] = draft[DRAFT.quantity] as number
    orders.trigger[slot] = draft[DRAFT.trigger] as number
    if ((flags & ORDER_FLAGS.reduceOnly) === 0) {
      const open = (flags & ORDER_FLAGS.sell) === 0 ? this.#exposure.openBuy : this.#exposure.openSell
      open[instrument] = (open[instrument] as number) + (draft[DRAFT.quantity] as number)
      this.#exposure.refresh(instrument, this.#check.worth)
    }
    this.#writeIntent(slot, instrument)
    this.#writeRequest(slot, instrument, REQUEST_OPERATION.place)
    return slot
  }

  /** Asks for a working order to be cancelled; an order on its way or already being cancelled is left alone. */
  cancel(slot: number): void {
    const orders = this.#orders
    if (orders.state[slot] !== ORDER_STATE.working) return
    orders.state[slot] = ORDER_STATE.cancelling
    this.#writeRequest(slot, (orders.key[slot] as number) % this.#instruments, REQUEST_OPERATION.cancel)
  }

  #writeIntent(slot: number, instrument: number): void {
    const orders = this.#orders
    const flags = orders.flags[slot] as number
    const row = this.#outputs.add(INTENT.kind, flags, instrument, 0)
    const { rows } = this.#outputs
    rows.u32[row * ROW_WORDS + INTENT.intentByte / 4] = orders.intent[slot] as number
    rows.u16[row * 32 + INTENT.strategyByte / 2] = Math.floor((orders.key[slot] as number) / this.#instruments)
    rows.u8[row * 64 + INTENT.typeByte] = orders.type[slot] as number
    rows.u8[row * 64 + INTENT.timeInForceByte] = orders.timeInForce[slot] as number
    const at = row * ROW_SLOTS
    rows.f64[at + INTENT.price] = orders.price[slot] as number
    rows.f64[at + INTENT.quantity] = orders.quantity[slot] as number
    rows.f64[at + INTENT.trigger] = orders.trigger[slot] as number
  }

  #writeRequest(slot: number, instrument: number, operation: number): void {
    const row = this.#outputs.add(REQUEST.kind, operation, instrument, 0)
    const { rows } = this.#outputs
    const intent = this.#orders.intent[slot] as number
    rows.u32[row * ROW_WORDS + REQUEST.intentByte / 4] = intent
    const id = row * ROW_WORDS + REQUEST.clientOrderId * 2
    rows.u32[id] = this.#clientIdWords[0] as number
    rows.u32[id + 1] = this.#clientIdWords[1] as number
    rows.u32[id + 2] = intent
  }

  #writeBlocked(key: number, instrument: number): void {
    const row = this.#outputs.add(BLOCKED.kind, 0, instrument, 0)
    const { rows } = this.#outputs
    rows.u16[row * 32 + BLOCKED.strategyByte / 2] = Math.floor(key / this.#instruments)
    rows.u32[row * ROW_WORDS + BLOCKED.codesByte / 4] = this.refusal
    rows.f64[row * ROW_SLOTS + BLOCKED.quantity] = this.draft[DRAFT.quantity] as number
    rows.f64[row * ROW_SLOTS + BLOCKED.price] = this.draft[DRAFT.price] as number
  }

  save(writer: StateWriter): void {
    writer.begin('desk', 1)
    writer.u32(this.#intents)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('desk', 1)
    this.#intents = reader.u32()
    reader.end()
  }
}
