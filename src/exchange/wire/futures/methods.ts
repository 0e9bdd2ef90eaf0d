/**
 * What the futures venue's WebSocket API can do, by method. In: parameters of a message, read like those of a request. Out:
 * the JSON of `result`. Sessions and limits are the socket's business.
 */
import type { Operation } from '../route.ts'
import { accountStatus, accountStatusV2, balances, positionRisk, positionRiskV2 } from './account.ts'
import { cancelAlgo, placeAlgo } from './algo-orders.ts'
import type { FuturesDesk } from './desk.ts'
import { listenKeyOperations } from './listen-key.ts'
import { bookTickers, depth, depthWeight, prices, symbolWeight } from './market.ts'
import { queryOrder } from './order-queries.ts'
import { amendOrder, cancelOrder, placeOrder } from './orders.ts'
import { serverTime } from './general.ts'

export function futuresMethods(desk: FuturesDesk): ReadonlyMap<string, Operation> {
  const free = { security: 'none', weight: 1 } as const
  const read = { security: 'signed', weight: 5 } as const
  const trade = { security: 'trade', weight: 1 } as const
  const placing = { security: 'trade', weight: 0, orders: [1, 1] } as const
  const keys = listenKeyOperations(desk)
  return new Map<string, Operation>([
    ['ping', { ...free, run: () => '{}' }],
    ['time', { ...free, run: serverTime }],
    ['depth', { ...free, weight: depthWeight, run: (call) => depth(desk, call) }],
    ['ticker.price', { ...free, weight: symbolWeight(1, 2), run: (call) => prices(desk, call) }],
    ['ticker.book', { ...free, weight: symbolWeight(2, 5), run: (call) => bookTickers(desk, call) }],
    ['order.place', { ...placing, run: (call) => placeOrder(desk, call, desk.habits.selfTradeElsewhere) }],
    ['order.modify', { ...placing, run: (call) => amendOrder(desk, call) }],
    ['order.cancel', { ...trade, run: (call) => cancelOrder(desk, call) }],
    ['order.status', { ...read, weight: 1, run: (call) => queryOrder(desk, call) }],
    ['algoOrder.place', { ...placing, run: (call) => placeAlgo(desk, call) }],
    ['algoOrder.cancel', { ...trade, run: (call) => cancelAlgo(desk, call) }],
    ['account.status', { ...read, run: (call) => accountStatusV2(desk, call) }],
    ['v2/account.status', { ...read, run: (call) => accountStatus(desk, call) }],
    ['account.balance', { ...read, run: (call) => balances(desk, call) }],
    ['v2/account.balance', { ...read, run: (call) => balances(desk, call) }],
    ['account.position', { ...read, run: (call) => positionRiskV2(desk, call) }],
    ['v2/account.position', { ...read, run: (call) => positionRisk(desk, call) }],
    ['userDataStream.start', keys.start],
    ['userDataStream.ping', keys.extend],
    ['userDataStream.stop', keys.close],
  ])
}
