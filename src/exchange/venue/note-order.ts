/** The event of an order as a whole: accepted, canceled, expired, amended. */
import { FIELD, type EventLog } from './events.ts'
import type { OrderStore } from './order-store.ts'

/** Appends an event of an order with its price and quantity; returns where it begins. */
export function noteOrder(events: EventLog, orders: OrderStore, kind: number, slot: number, detail: number): number {
  const at = events.append(kind)
  const { cells } = events
  cells[at + FIELD.time] = orders.time[0] as number
  cells[at + FIELD.instrument] = orders.instrument[slot] as number
  cells[at + FIELD.account] = orders.account[slot] as number
  cells[at + FIELD.slot] = slot
  cells[at + FIELD.orderId] = orders.id[slot] as number
  cells[at + FIELD.side] = orders.side[slot] as number
  cells[at + FIELD.price] = orders.price[slot] as number
  cells[at + FIELD.quantity] = orders.quantity[slot] as number
  cells[at + FIELD.filled] = orders.filled[slot] as number
  cells[at + FIELD.status] = orders.status[slot] as number
  cells[at + FIELD.detail] = detail
  return at
}
