/** An order of the store as the record that outlives it. */
import type { OrderStore } from '../order-store.ts'
import type { SpotColumns } from './spot-columns.ts'
import type { OrderRecord } from './spot-history.ts'

/** The order in a slot as it stands now. */
export function recordOf(store: OrderStore, columns: SpotColumns, slot: number): OrderRecord {
  const number = (column: Float64Array | Int32Array | Uint8Array): number => column[slot] as number
  return {
    orderId: number(store.id),
    listId: number(columns.list),
    clientId: store.clientIdOf(slot),
    cancelId: columns.cancelId[slot] ?? '',
    instrument: number(store.instrument),
    side: number(store.side),
    kind: number(store.kind),
    timeInForce: number(store.timeInForce),
    selfTrade: number(store.selfTrade),
    price: number(store.price),
    quantity: number(store.quantity),
    trigger: number(columns.trigger),
    quoteQuantity: number(columns.quoteQuantity),
    filled: number(store.filled),
    filledValue: number(store.filledValue),
    filledValueHigh: number(store.filledValueHigh),
    prevented: number(store.quantity) - number(store.filled) - number(store.remaining),
    status: number(store.status),
    created: number(store.created),
    updated: number(store.updated),
    workingTime: number(columns.workingTime),
    amendments: number(store.amendments),
  }
}
