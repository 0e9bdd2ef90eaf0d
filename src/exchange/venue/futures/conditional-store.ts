/**
 * Conditional orders: those that wait for their price, those that were set off, and for a while those that are done.
 *
 * In: conditional orders as they are accepted, and changes of their status. Out: each by its id, its client id or the order
 * that it became; for a market and a kind of price, those that wait, nearest first. Owns them and their ids. Nothing here is on
 * the way of ordinary orders: plain objects, a few hundred per account.
 */
import { madeConditionalClientId } from '../client-ids.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { BUY, ORDER_KIND, TIME_IN_FORCE } from '../requests.ts'
import type { ConditionalRequest } from '../requests.ts'
import { CONDITIONAL_STATUS } from './views.ts'

/** Done ones that are remembered, of all accounts together. */
const DONE_MEMORY = 16_384
const FIRST_ID = 1_000_001

export interface Conditional {
  readonly conditionalId: number
  readonly account: number
  readonly instrument: number
  readonly side: number
  readonly positionSide: number
  readonly orderKind: number
  readonly timeInForce: number
  readonly price: number
  readonly quantity: number
  readonly triggerPrice: number
  readonly workingType: number
  readonly priceProtect: boolean
  readonly reduceOnly: boolean
  readonly closePosition: boolean
  readonly activatePrice: number
  readonly callbackRate: number
  readonly clientId: string
  readonly selfTrade: number
  readonly goodTill: number
  readonly priceMatch: number
  readonly created: number
  /** Quanta of its kind of price: where it is set off; of a trailing one, where it becomes active. */
  readonly threshold: number
  /** Of a trailing one: the best price since it was placed. */
  extreme: number
  /** CONDITIONAL_STATUS. */
  status: number
  updated: number
  triggeredAt: number
  /** The order that it became, 0 for none. */
  orderId: number
  /** The venue's error code if it was refused then. */
  rejectCode: number
}

/** Numbers and texts of a conditional order in the order in which a saved store has them. */
const NUMBERS = [
  'conditionalId',
  'account',
  'instrument',
  'side',
  'positionSide',
  'orderKind',
  'timeInForce',
  'price',
  'quantity',
  'triggerPrice',
  'workingType',
  'activatePrice',
  'callbackRate',
  'selfTrade',
  'goodTill',
  'priceMatch',
  'created',
  'threshold',
  'extreme',
  'status',
  'updated',
  'triggeredAt',
  'orderId',
  'rejectCode',
] as const
const FLAGS = ['priceProtect', 'reduceOnly', 'closePosition'] as const

/** Lists of waiting ones, by instrument and kind of price: those set off by rising prices, by falling ones, trailing ones. */
const RISING = 0
const FALLING = 1
const TRAILING = 2
const LISTS = 6

export class ConditionalStore {
  nextId: number = FIRST_ID
  /** Set off, and their order is not done yet. */
  readonly running: Set<Conditional> = new Set()
  /** Earliest deadline of a waiting one; Infinity for none. */
  earliest: number = Infinity
  readonly #all: Map<number, Conditional> = new Map()
  readonly #byOrder: Map<number, Conditional> = new Map()
  readonly #byClient: Map<string, Conditional> = new Map()
  /** Ids of done ones, oldest first. */
  #done: number[] = []
  readonly #waiting: Conditional[][]
  /** Waiting ones by account. */
  readonly #count: Map<number, number> = new Map()

  constructor(instruments: number) {
    this.#waiting = Array.from({ length: instruments * LISTS }, () => [])
  }

  /** Takes a new one in. `threshold` and `extreme` in quanta of its kind of price. */
  add(request: ConditionalRequest, threshold: number, extreme: number, now: number): Conditional {
    const { kind: _, ...asked } = request
    const clientId = asked.clientId === '' ? madeConditionalClientId(this.nextId) : asked.clientId
    const facts = { ...asked, clientId, goodTill: asked.timeInForce === TIME_IN_FORCE.gtd ? asked.goodTill : 0 }
    const life = { status: CONDITIONAL_STATUS.new, updated: now, triggeredAt: 0, orderId: 0, rejectCode: 0 }
    const added: Conditional = { ...facts, ...life, conditionalId: this.nextId++, created: now, threshold, extreme }
    this.#all.set(added.conditionalId, added)
    this.#wait(added)
    return added
  }

  /** Number of an account's waiting ones. */
  countOf(account: number): number {
    return this.#count.get(account) ?? 0
  }

  /** The index by which events name one, and back. */
  indexOf(conditional: Conditional): number {
    return conditional.conditionalId - FIRST_ID
  }

  at(index: number): Conditional | undefined {
    return this.#all.get(index + FIRST_ID)
  }

  /** By id, or by the client id of a waiting or running one where the id is 0; a done one by client id comes last. */
  find(account: number, conditionalId: number, clientId: string): Conditional | undefined {
    const found = conditionalId === 0 ? this.#byClient.get(clientKey(account, clientId)) : this.#all.get(conditionalId)
    return found?.account === account ? found : undefined
  }

  /** The one that became the order with this id. */
  ofOrder(orderId: number): Conditional | undefined {
    return this.#byOrder.get(orderId)
  }

  /** Those of an account, oldest first. */
  ofAccount(account: number): Conditional[] {
    return [...this.#all.values()].filter((conditional) => conditional.account === account)
  }

  /** Those of an account that wait, oldest first. */
  waitingOf(account: number): Conditional[] {
    return this.countOf(account) === 0
      ? []
      : this.ofAccount(account).filter(({ status }) => status === CONDITIONAL_STATUS.new)
  }

  /** All that wait and have a deadline. */
  withDeadline(): Conditional[] {
    return this.#waiting.flat().filter(({ goodTill }) => goodTill > 0)
  }

  /** Says that a waiting one was set off. */
  trigger(conditional: Conditional, now: number): void {
    this.#unwait(conditional)
    conditional.status = CONDITIONAL_STATUS.triggering
    conditional.triggeredAt = now
    conditional.updated = now
  }

  /** Says which order it became. */
  run(conditional: Conditional, orderId: number): void {
    conditional.status = CONDITIONAL_STATUS.triggered
    conditional.orderId = orderId
    this.running.add(conditional)
    this.#byOrder.set(orderId, conditional)
  }

  /** Says that it was refused as an order. */
  refuse(conditional: Conditional, code: number, now: number): void {
    this.#byOrder.delete(conditional.orderId)
    conditional.orderId = 0
    conditional.rejectCode = code
    this.end(conditional, CONDITIONAL_STATUS.rejected, now)
  }

  /** Says that one is done: canceled, expired, finished or (by `refuse`) rejected. */
  end(conditional: Conditional, status: number, now: number): void {
    if (conditional.status === CONDITIONAL_STATUS.new) this.#unwait(conditional)
    this.running.delete(conditional)
    conditional.status = status
    conditional.updated = now
    this.#done.push(conditional.conditionalId)
    if (this.#done.length > DONE_MEMORY) this.#forget()
  }

  /** The waiting one that `price` (quanta of the kind of price) sets off first and that `allows` lets go; undefined for none. */
  due(
    instrument: number,
    workingType: number,
    price: number,
    allows: (conditional: Conditional) => boolean,
  ): Conditional | undefined {
    const at = (instrument * 2 + workingType) * 3
    for (const conditional of this.#waiting[at + RISING] ?? []) {
      if (conditional.threshold > price) break
      if (allows(conditional)) return conditional
    }
    for (const conditional of this.#waiting[at + FALLING] ?? []) {
      if (conditional.threshold < price) break
      if (allows(conditional)) return conditional
    }
    for (const conditional of this.#waiting[at + TRAILING] ?? [])
      if (isTrailed(conditional, price) && allows(conditional)) return conditional
    return undefined
  }

  /** True when nothing waits for this kind of price in a market. */
  isIdle(instrument: number, workingType: number): boolean {
    const at = (instrument * 2 + workingType) * 3
    const lists = this.#waiting
    return lists[at]?.length === 0 && lists[at + 1]?.length === 0 && lists[at + 2]?.length === 0
  }

  /** Lets trailing ones follow a price. */
  follow(instrument: number, workingType: number, price: number): void {
    for (const conditional of this.#waiting[(instrument * 2 + workingType) * 3 + TRAILING] ?? []) {
      const { side, extreme } = conditional
      if (side === BUY ? price < extreme : price > extreme) conditional.extreme = price
    }
  }

  save(writer: StateWriter): void {
    writer.begin('conditionals', 1)
    writer.f64(this.nextId)
    writer.f64s(Float64Array.from(this.#done))
    writer.u32(this.#all.size)
    for (const conditional of this.#all.values()) {
      for (const name of NUMBERS) writer.f64(conditional[name])
      for (const name of FLAGS) writer.u8(conditional[name] ? 1 : 0)
      writer.text(conditional.clientId)
    }
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('conditionals', 1)
    this.#clear()
    this.nextId = reader.f64()
    this.#done = [...reader.f64s()]
    const running: Conditional[] = []
    for (let count = reader.u32(); count > 0; count--) {
      const numbers = Object.fromEntries(NUMBERS.map((name) => [name, reader.f64()]))
      const flags = Object.fromEntries(FLAGS.map((name) => [name, reader.u8() === 1]))
      const conditional = { ...numbers, ...flags, clientId: reader.text() } as unknown as Conditional
      this.#all.set(conditional.conditionalId, conditional)
      if (conditional.status === CONDITIONAL_STATUS.new) this.#wait(conditional)
      else if (conditional.clientId !== '')
        this.#byClient.set(clientKey(conditional.account, conditional.clientId), conditional)
      if (conditional.orderId !== 0) this.#byOrder.set(conditional.orderId, conditional)
      if (conditional.status === CONDITIONAL_STATUS.triggered) running.push(conditional)
    }
    // In the order in which they were set off, as before: they are told of in it.
    for (const one of running.toSorted((a, b) => a.orderId - b.orderId)) this.running.add(one)
    reader.end()
  }

  #clear(): void {
    this.#all.clear()
    this.#byOrder.clear()
    this.#byClient.clear()
    this.#count.clear()
    this.running.clear()
    this.earliest = Infinity
    for (const list of this.#waiting) list.length = 0
  }

  #wait(conditional: Conditional): void {
    const { account, clientId, goodTill } = conditional
    const list = this.#waiting[listOf(conditional)] ?? []
    list.splice(placeOf(list, conditional), 0, conditional)
    if (clientId !== '') this.#byClient.set(clientKey(account, clientId), conditional)
    this.#count.set(account, this.countOf(account) + 1)
    if (goodTill > 0 && goodTill < this.earliest) this.earliest = goodTill
  }

  #unwait(conditional: Conditional): void {
    const list = this.#waiting[listOf(conditional)] ?? []
    list.splice(list.indexOf(conditional), 1)
    this.#count.set(conditional.account, this.countOf(conditional.account) - 1)
  }

  #forget(): void {
    const oldest = this.#all.get(this.#done.shift() ?? 0)
    if (oldest === undefined) return
    this.#all.delete(oldest.conditionalId)
    this.#byOrder.delete(oldest.orderId)
    const key = clientKey(oldest.account, oldest.clientId)
    if (this.#byClient.get(key) === oldest) this.#byClient.delete(key)
  }
}

/** Whether a price sets a trailing one off: its extreme has passed where it becomes active, and the price came back enough. */
function isTrailed({ side, threshold, extreme, callbackRate }: Conditional, price: number): boolean {
  if (side === BUY) return extreme <= threshold && price * 10_000 >= extreme * (10_000 + callbackRate)
  return extreme >= threshold && price * 10_000 <= extreme * (10_000 - callbackRate)
}

/** Whether rising prices set this kind of order off. */
export function isRising(orderKind: number, side: number): boolean {
  const isStop = orderKind === ORDER_KIND.stop || orderKind === ORDER_KIND.stopMarket
  return isStop === (side === BUY)
}

function listOf({ instrument, workingType, orderKind, side }: Conditional): number {
  const list = orderKind === ORDER_KIND.trailing ? TRAILING : isRising(orderKind, side) ? RISING : FALLING
  return (instrument * 2 + workingType) * 3 + list
}

/** Nearest first: rising ones from the lowest, falling ones from the highest, equal ones by age. */
function placeOf(list: readonly Conditional[], added: Conditional): number {
  const { orderKind, side, threshold } = added
  if (orderKind === ORDER_KIND.trailing) return list.length
  const sign = isRising(orderKind, side) ? 1 : -1
  const behind = list.findIndex((other) => (other.threshold - threshold) * sign > 0)
  return behind === -1 ? list.length : behind
}

function clientKey(account: number, clientId: string): string {
  return `${account} ${clientId}`
}
