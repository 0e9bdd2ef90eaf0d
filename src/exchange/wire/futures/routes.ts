/** All REST endpoints of the futures venue. */
import type { Route } from '../route.ts'
import { accountRoutes } from './account.ts'
import { algoRoutes } from './algo-orders.ts'
import type { FuturesDesk } from './desk.ts'
import { generalRoutes } from './general.ts'
import { klineRoutes } from './klines.ts'
import { listenKeyRoutes } from './listen-key.ts'
import { marketRoutes } from './market.ts'
import { orderQueryRoutes } from './order-queries.ts'
import { orderRoutes } from './orders.ts'
import { settingsRoutes } from './settings.ts'

export function futuresRoutes(desk: FuturesDesk): Route[] {
  return [
    ...generalRoutes(desk),
    ...marketRoutes(desk),
    ...klineRoutes(desk),
    ...orderRoutes(desk),
    ...orderQueryRoutes(desk),
    ...algoRoutes(desk),
    ...accountRoutes(desk),
    ...settingsRoutes(desk),
    ...listenKeyRoutes(desk),
  ]
}
