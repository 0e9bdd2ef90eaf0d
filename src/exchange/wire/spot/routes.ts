/** All REST endpoints of the spot venue. */
import type { Route } from '../route.ts'
import { accountRoutes } from './account.ts'
import { cancelReplaceRoutes } from './cancel-replace.ts'
import type { SpotDesk } from './desk.ts'
import { generalRoutes } from './general.ts'
import { marketRoutes } from './market.ts'
import { orderListRoutes } from './order-lists.ts'
import { orderRoutes } from './orders.ts'
import { tickerRoutes } from './tickers.ts'

export function spotRoutes(desk: SpotDesk): Route[] {
  return [
    ...generalRoutes(desk),
    ...marketRoutes(desk),
    ...tickerRoutes(desk),
    ...orderRoutes(desk),
    ...cancelReplaceRoutes(desk),
    ...orderListRoutes(desk),
    ...accountRoutes(desk),
  ]
}
