/**
 * All orders of a venue in columns, one slot each.
 *
 * In: orders as they are accepted (`enter`). Out: slots, found again by the venue's order id or by (account, client id)
 * among the open ones, and the open orders of (account, instrument). Owns: the slots and order ids. Life of a slot: `enter`
 * takes it, `open` makes the order findable (when it begins to rest, or to wait for its trigger), `close` ends that; it
 * keeps its facts until `recycle`, which the venue calls when the events that name it have been read. Client ids are free
 * again once their order is closed. Grows as needed: columns are replaced by longer ones in `enter` and `load` only.
 * Refuses nothing: whoever enters an order has checked it. Nothing is allocated for an order but its client id.
 */
import { assert } from '../../core/assert.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { idOfMadeClientId, madeClientId } from './client-ids.ts'
import { DOUBLES, INTEGERS, OrderColumns } from './order-columns.ts'
import type { PlaceRequest } from './requests.ts'
import { FIELD, STATUS } from './events.ts'

export const ORDER_FLAG = {
  reduceOnly: 1,
  closePosition: 2,
  /** Made by the venue to close a position in liquidation. */
  liquidation: 4,
  /** Made by a conditional order that was set off. */
  triggered: 8,
  /** Liquidity of the market inside: nobody reads its orders, so that no history of them is kept. */
  crowd: 16,
  /** Liquidity of a recording, which no sum of open orders counts: its account owns all that anybody ever offered. */
  recorded: 32,
} as const

/** What an order is entered with: an order of any kind, at its own price or none. */
export type OrderFacts = Omit<PlaceRequest, 'kind' | 'quoteQuantity'>

const SECTION = 'orders'
const VERSION = 1
const FIRST_CAPACITY = 256
/** What `filledValueHigh` counts. */
const VALUE_UNIT = 0x100_0000_0000
/** Values below this, added to less than VALUE_UNIT, are exact doubles. */
const WIDE = 0x10_0000_0000_0000

export class OrderStore extends OrderColumns {
  /** Orders that have a slot, closed ones that were not recycled included. */
  count = 0
  /** Orders that can be found. */
  openCount = 0
  readonly instruments: number
  /** Id of the next order, [0]. */
  readonly nextId: Float64Array
  /** Venue time, microseconds, [0]; written by the venue. */
  readonly time: Float64Array
  /** Slots below this one have been used. */
  #used = 0
  #free: Int32Array = new Int32Array(0)
  #freeCount = 0
  #closed: Int32Array = new Int32Array(0)
  #closedCount = 0
  /** First slot of each chain of `nextById` and `nextByClient`, -1 for none. Their length is a power of two. */
  #byId: Int32Array = new Int32Array(0)
  #byClient: Int32Array = new Int32Array(0)
  /** By account times instruments plus instrument: first of the own open orders, -1 for none, and their number. */
  #firstOwn: Int32Array = new Int32Array(0)
  #ownCount: Int32Array = new Int32Array(0)

  constructor(instruments: number, time: Float64Array, firstId = 1) {
    super()
    this.instruments = instruments
    this.time = time
    this.nextId = Float64Array.of(firstId)
    this.#grow(FIRST_CAPACITY)
  }

  /**
   * Gives the order a slot and the next id. It is not open yet, has its whole quantity before it and status 0; `flags`
   * are ORDER_FLAGs, to which reduce-only is added if the request says so.
   */
  enter(request: OrderFacts, flags: number): number {
    let slot = this.#used
    if (this.#freeCount > 0) slot = this.#free[--this.#freeCount] as number
    else {
      if (slot === this.capacity) this.#grow(slot * 2)
      this.#used = slot + 1
    }
    this.count++
    const now = this.time[0] as number
    const id = this.nextId[0] as number
    this.nextId[0] = id + 1
    this.id[slot] = id
    this.account[slot] = request.account
    this.instrument[slot] = request.instrument
    this.side[slot] = request.side
    this.positionSide[slot] = request.positionSide
    this.kind[slot] = request.orderKind
    this.timeInForce[slot] = request.timeInForce
    this.selfTrade[slot] = request.selfTrade
    this.flags[slot] = request.reduceOnly ? flags | ORDER_FLAG.reduceOnly : flags
    this.price[slot] = request.price
    this.quantity[slot] = request.quantity
    this.remaining[slot] = request.quantity
    this.goodTill[slot] = request.goodTill
    this.priceMatch[slot] = request.priceMatch
    this.created[slot] = now
    this.updated[slot] = now
    this.clientId[slot] = request.clientId
    this.filled[slot] = 0
    this.filledValue[slot] = 0
    this.filledValueHigh[slot] = 0
    this.status[slot] = STATUS.none
    this.isOpen[slot] = 0
    this.amendments[slot] = 0
    this.level[slot] = -1
    this.timer[slot] = -1
    return slot
  }

  /** Adds the value of the fill whose event begins at `at`: price quanta times lots, exact at any size. */
  addValue(slot: number, cells: Float64Array, at: number): void {
    const price = cells[at + FIELD.price] as number
    const quantity = cells[at + FIELD.quantity] as number
    const value = price * quantity
    if (value < WIDE) this.#carry(slot, (this.filledValue[slot] as number) + value)
    else this.#addWide(slot, price, quantity)
  }

  /** Makes an order findable. */
  open(slot: number): void {
    assert(this.isOpen[slot] === 0, 'an order is opened once')
    // Before the order counts as open: laying the chains anew must not find it, or it would stand in them twice.
    if (this.openCount >= this.#byId.length) this.#rehash()
    this.isOpen[slot] = 1
    this.openCount++
    this.#index(slot)
    const key = (this.account[slot] as number) * this.instruments + (this.instrument[slot] as number)
    if (key >= this.#firstOwn.length) this.#growOwn(key)
    const first = this.#firstOwn[key] as number
    this.previousOwn[slot] = -1
    this.nextOwn[slot] = first
    if (first !== -1) this.previousOwn[first] = slot
    this.#firstOwn[key] = slot
    this.#ownCount[key] = (this.#ownCount[key] as number) + 1
  }

  /** Ends an order, open or not: nobody finds it any more, and its slot is free after the next `recycle`. */
  close(slot: number): void {
    if (this.isOpen[slot] === 1) this.#unopen(slot)
    if (this.#closedCount === this.#closed.length) this.#closed = longer(this.#closed, this.capacity)
    this.#closed[this.#closedCount++] = slot
  }

  /** Gives an open order another client id. */
  rename(slot: number, clientId: string): void {
    if (this.clientId[slot] !== '') {
      const chain = (this.clientHash[slot] as number) & (this.#byClient.length - 1)
      this.#byClient[chain] = without(this.#byClient[chain] as number, slot, this.nextByClient)
    }
    this.clientId[slot] = clientId
    this.#indexClient(slot)
  }

  /** Frees the slots of closed orders. */
  recycle(): void {
    const n = this.#closedCount
    for (let i = 0; i < n; i++) {
      const slot = this.#closed[i] as number
      if (this.clientId[slot] !== '') this.clientId[slot] = ''
      this.#free[this.#freeCount++] = slot
    }
    this.count -= n
    this.#closedCount = 0
  }

  /** Slot of the open order with this id, -1 if there is none. */
  slotOf(id: number): number {
    let slot = this.#byId[id & (this.#byId.length - 1)] as number
    while (slot !== -1 && this.id[slot] !== id) slot = this.nextById[slot] as number
    return slot
  }

  /** Slot of the account's open order with this client id, its own or one that the venue made; -1 if there is none. */
  slotOfClient(account: number, clientId: string): number {
    const hash = hashOf(account, clientId)
    let slot = this.#byClient[hash & (this.#byClient.length - 1)] as number
    while (slot !== -1) {
      if (this.clientHash[slot] === hash && this.account[slot] === account && this.clientId[slot] === clientId)
        return slot
      slot = this.nextByClient[slot] as number
    }
    const id = idOfMadeClientId(clientId)
    if (id === 0) return -1
    slot = this.slotOf(id)
    return slot !== -1 && this.account[slot] === account && this.clientId[slot] === '' ? slot : -1
  }

  /** The order's client id; where its request had none, the one that the venue makes of its order id. */
  clientIdOf(slot: number): string {
    const own = this.clientId[slot] ?? ''
    return own === '' ? madeClientId(this.id[slot] as number) : own
  }

  /** First open order of (account, instrument), the newest; `nextOwn` leads on. -1 for none. */
  firstOwn(account: number, instrument: number): number {
    return this.#firstOwn[account * this.instruments + instrument] ?? -1
  }

  /** Number of open orders of (account, instrument). */
  ownCount(account: number, instrument: number): number {
    return this.#ownCount[account * this.instruments + instrument] ?? 0
  }

  /** Writes all orders. Everything closed must have been recycled. */
  save(writer: StateWriter): void {
    assert(this.#closedCount === 0, 'closed orders are recycled before the store is saved')
    writer.begin(SECTION, VERSION)
    writer.u32(this.capacity)
    writer.u32(this.#used)
    writer.f64(this.nextId[0] as number)
    for (const name of DOUBLES) writer.f64s(this[name], 0, this.#used)
    for (const name of INTEGERS) writer.i32s(Int32Array.from(this[name].subarray(0, this.#used)))
    writer.i32s(this.#free, 0, this.#freeCount)
    writer.i32s(this.#firstOwn)
    writer.i32s(this.#ownCount)
    for (let slot = 0; slot < this.#used; slot++) if (this.isOpen[slot] === 1) writer.text(this.clientId[slot] ?? '')
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    const capacity = reader.u32()
    const used = reader.u32()
    this.capacity = 0
    this.#grow(capacity)
    this.nextId[0] = reader.f64()
    for (const name of DOUBLES) this[name].set(reader.f64s())
    for (const name of INTEGERS) this[name].set(reader.i32s())
    const free = reader.i32s()
    this.#free.set(free)
    this.#freeCount = free.length
    this.#firstOwn = reader.i32s()
    this.#ownCount = reader.i32s()
    this.#used = used
    this.#closedCount = 0
    this.count = used - free.length
    this.openCount = 0
    this.clientId.fill('')
    // Books and deadlines find their orders again.
    this.level.fill(-1)
    this.timer.fill(-1)
    for (let slot = 0; slot < used; slot++) {
      if (this.isOpen[slot] !== 1) continue
      this.clientId[slot] = reader.text()
      this.openCount++
    }
    this.#rehash()
    reader.end()
  }

  #carry(slot: number, sum: number): void {
    if (sum < VALUE_UNIT) {
      this.filledValue[slot] = sum
      return
    }
    const carried = Math.floor(sum / VALUE_UNIT)
    this.filledValue[slot] = sum - carried * VALUE_UNIT
    this.filledValueHigh[slot] = (this.filledValueHigh[slot] as number) + carried
  }

  /** Products beyond 2^52, in BigInt: a fill worth that much is rare. */
  #addWide(slot: number, price: number, quantity: number): void {
    const value = BigInt(price) * BigInt(quantity)
    this.filledValueHigh[slot] = (this.filledValueHigh[slot] as number) + Number(value >> 40n)
    this.#carry(slot, (this.filledValue[slot] as number) + Number(BigInt.asUintN(40, value)))
  }

  #unopen(slot: number): void {
    this.isOpen[slot] = 0
    this.openCount--
    const bucket = (this.id[slot] as number) & (this.#byId.length - 1)
    this.#byId[bucket] = without(this.#byId[bucket] as number, slot, this.nextById)
    if (this.clientId[slot] !== '') {
      const chain = (this.clientHash[slot] as number) & (this.#byClient.length - 1)
      this.#byClient[chain] = without(this.#byClient[chain] as number, slot, this.nextByClient)
    }
    const key = (this.account[slot] as number) * this.instruments + (this.instrument[slot] as number)
    const previous = this.previousOwn[slot] as number
    const next = this.nextOwn[slot] as number
    if (previous === -1) this.#firstOwn[key] = next
    else this.nextOwn[previous] = next
    if (next !== -1) this.previousOwn[next] = previous
    this.#ownCount[key] = (this.#ownCount[key] as number) - 1
  }

  #index(slot: number): void {
    const bucket = (this.id[slot] as number) & (this.#byId.length - 1)
    this.nextById[slot] = this.#byId[bucket] as number
    this.#byId[bucket] = slot
    this.#indexClient(slot)
  }

  #indexClient(slot: number): void {
    const clientId = this.clientId[slot] ?? ''
    if (clientId === '') return
    const hash = hashOf(this.account[slot] as number, clientId)
    const chain = hash & (this.#byClient.length - 1)
    this.clientHash[slot] = hash
    this.nextByClient[slot] = this.#byClient[chain] as number
    this.#byClient[chain] = slot
  }

  /** Lays the chains anew, twice as many as there are open orders. */
  #rehash(): void {
    let buckets = FIRST_CAPACITY
    while (buckets < this.openCount * 2) buckets *= 2
    this.#byId = new Int32Array(buckets).fill(-1)
    this.#byClient = new Int32Array(buckets).fill(-1)
    for (let slot = 0; slot < this.#used; slot++) if (this.isOpen[slot] === 1) this.#index(slot)
  }

  #grow(capacity: number): void {
    this.growColumns(capacity)
    this.#free = longer(this.#free, capacity)
    this.#closed = longer(this.#closed, capacity)
    if (this.#byId.length === 0) this.#rehash()
  }

  #growOwn(key: number): void {
    const length = Math.max(key + 1, this.#firstOwn.length * 2)
    this.#firstOwn = longer(this.#firstOwn, length, -1)
    this.#ownCount = longer(this.#ownCount, length)
  }
}

/** Takes a slot out of the chain that begins at `first`; returns where the chain begins now. */
function without(first: number, slot: number, next: Int32Array): number {
  if (first === slot) return next[slot] as number
  let before = first
  while (next[before] !== slot) before = next[before] as number
  next[before] = next[slot] as number
  return first
}

function longer(column: Int32Array, length: number, filler = 0): Int32Array {
  const grown = new Int32Array(Math.max(length, column.length)).fill(filler, column.length)
  grown.set(column)
  return grown
}

/** FNV-1a over account and text, mixed so that its low bits may choose a chain. */
function hashOf(account: number, text: string): number {
  let hash = Math.imul(account ^ -2128831035, 16777619)
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619)
  return hash ^ (hash >>> 15)
}
