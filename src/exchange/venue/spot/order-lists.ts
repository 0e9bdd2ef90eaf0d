/**
 * Order lists (one-cancels-the-other): two orders of one account of which one takes effect.
 *
 * In: the ids of both legs. Out: lists by id or client id, open ones and, per account, those that are done. Owns the list
 * ids. What happens to the legs is the venue's business. Lists are rare and kept as plain objects.
 */
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { LIST_STATUS } from '../events.ts'

/** Open lists of one account in one market. */
export const MAX_ORDER_LISTS = 20
/** Lists that are done and still told of, by account. */
export const LIST_HISTORY = 1000

export interface OrderList {
  readonly id: number
  readonly account: number
  readonly instrument: number
  readonly clientId: string
  /** Order ids and client ids of the legs, in the order in which they were placed. */
  readonly orderIds: readonly [number, number]
  readonly clientIds: readonly [string, string]
  /** Microseconds. */
  readonly created: number
  updated: number
  /** LIST_STATUS. */
  status: number
  /** Legs that are still open. */
  openLegs: number
}

const SECTION = 'spot-lists'
const VERSION = 1

export class OrderLists {
  nextId = 1
  readonly #open = new Map<number, OrderList>()
  /** By account, oldest first. */
  readonly #done: OrderList[][] = []

  add(list: Omit<OrderList, 'id' | 'updated' | 'status' | 'openLegs'>): OrderList {
    const added: OrderList = {
      ...list,
      id: this.nextId,
      updated: list.created,
      status: LIST_STATUS.executing,
      openLegs: 2,
    }
    this.nextId += 1
    this.#open.set(added.id, added)
    return added
  }

  /** The open list with this id. */
  open(id: number): OrderList | undefined {
    return this.#open.get(id)
  }

  /** Notes that a leg has closed at `time`; returns whether that was the last one. */
  legClosed(list: OrderList, time: number): boolean {
    list.openLegs -= 1
    list.updated = time
    if (list.openLegs > 0) return false
    list.status = LIST_STATUS.allDone
    this.#open.delete(list.id)
    const done = (this.#done[list.account] ??= [])
    done.push(list)
    if (done.length >= LIST_HISTORY * 2) done.splice(0, done.length - LIST_HISTORY)
    return true
  }

  /** The account's open lists, oldest first. */
  openOf(account: number): OrderList[] {
    return [...this.#open.values()].filter((list) => list.account === account)
  }

  /** The account's lists that are told of, oldest first. */
  allOf(account: number): OrderList[] {
    return [...(this.#done[account] ?? []), ...this.openOf(account)].sort((a, b) => a.id - b.id)
  }

  /** An open list of the account by id, or by client id where the id is 0. */
  findOpen(account: number, id: number, clientId: string): OrderList | undefined {
    if (id === 0) return this.openOf(account).find((list) => list.clientId === clientId)
    const list = this.#open.get(id)
    return list?.account === account ? list : undefined
  }

  /** A list of the account, done ones included; of several with one client id the newest. */
  find(account: number, id: number, clientId: string): OrderList | undefined {
    return this.allOf(account).findLast((list) => (id === 0 ? list.clientId === clientId : list.id === id))
  }

  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.f64(this.nextId)
    const lists = [...this.#done.flatMap((done) => done), ...this.#open.values()]
    writer.u32(lists.length)
    for (const list of lists) {
      const { id, account, instrument, orderIds, created, updated, status, openLegs } = list
      writer.f64s(Float64Array.of(id, account, instrument, ...orderIds, created, updated, status, openLegs))
      for (const text of [list.clientId, ...list.clientIds]) writer.text(text)
    }
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    this.nextId = reader.f64()
    this.#open.clear()
    this.#done.length = 0
    for (let count = reader.u32(); count > 0; count--) {
      const numbers = reader.f64s()
      const at = (i: number): number => numbers[i] as number
      const list: OrderList = {
        id: at(0),
        account: at(1),
        instrument: at(2),
        orderIds: [at(3), at(4)],
        created: at(5),
        updated: at(6),
        status: at(7),
        openLegs: at(8),
        clientId: reader.text(),
        clientIds: [reader.text(), reader.text()],
      }
      if (list.openLegs > 0) this.#open.set(list.id, list)
      else (this.#done[list.account] ??= []).push(list)
    }
    reader.end()
  }
}
