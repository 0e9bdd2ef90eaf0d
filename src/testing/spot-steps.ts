/** Random requests to a spot venue with the markets of `SPOT_MARKETS`, prices close together, for property tests. */
import fc from 'fast-check'
import { BUY, ORDER_KIND, SELL, TIME_IN_FORCE } from '../exchange/venue/requests.ts'
import type { OrderRequest, PlaceListRequest } from '../exchange/venue/requests.ts'
import type { SpotVenue } from '../exchange/venue/spot/spot-venue.ts'
import type { TradeRequest } from './slow-spot-venue.ts'
import { order, stopOrder } from './spot-driver.ts'

/** Accounts that the steps name. */
export const STEP_ACCOUNTS = 4
/** Typical price of each market in quanta, and lots of a typical order. */
const PRICES = [10_000, 5_000] as const
const LOTS = [40_000, 1_234_567] as const

const account = fc.nat(STEP_ACCOUNTS - 1)
const side = fc.constantFrom(BUY, SELL)
const selfTrade = fc.constantFrom(0, 1, 2, 3, 4)
const near = fc.integer({ min: -3, max: 3 })
const size = fc.integer({ min: 1, max: 30 })

const place: fc.Arbitrary<OrderRequest> = fc
  .record({
    account,
    instrument: fc.nat(1),
    side,
    selfTrade,
    near,
    size,
    timeInForce: fc.constantFrom(
      TIME_IN_FORCE.gtc,
      TIME_IN_FORCE.gtc,
      TIME_IN_FORCE.ioc,
      TIME_IN_FORCE.fok,
      TIME_IN_FORCE.gtx,
    ),
    how: fc.constantFrom('limit', 'limit', 'limit', 'market', 'value', 'stop', 'stopMarket', 'takeProfit'),
  })
  .map(({ how, near, size, ...rest }) => {
    const { instrument } = rest
    const price = PRICES[instrument as 0 | 1] + near
    const quantity = LOTS[instrument as 0 | 1] * size + (instrument === 1 ? size : 0)
    const timeInForce = rest.timeInForce
    if (how === 'limit') return order({ ...rest, price, quantity })
    if (how === 'market') return order({ ...rest, orderKind: ORDER_KIND.market, timeInForce: 0, quantity })
    if (how === 'value')
      return order({ ...rest, orderKind: ORDER_KIND.market, timeInForce: 0, quoteQuantity: size * 30_000_001 })
    const stop = { ...rest, timeInForce: timeInForce % 3, quantity, triggerPrice: price }
    if (how === 'stop') return stopOrder({ ...stop, orderKind: ORDER_KIND.stop, price: price + (near % 3) })
    if (how === 'stopMarket') return stopOrder({ ...stop, orderKind: ORDER_KIND.stopMarket, timeInForce: 0 })
    return stopOrder({ ...stop, orderKind: ORDER_KIND.takeProfit, price: price - (near % 3) })
  })

const list: fc.Arbitrary<PlaceListRequest> = fc
  .record({
    account,
    instrument: fc.nat(1),
    side,
    size,
    up: fc.integer({ min: 1, max: 9 }),
    down: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ size, up, down, ...rest }) => {
    const middle = PRICES[rest.instrument as 0 | 1]
    const quantity = LOTS[rest.instrument as 0 | 1] * size
    const profitPrice = rest.side === SELL ? middle + up : middle - up
    const trigger = rest.side === SELL ? middle - down : middle + down
    const profit = order({ ...rest, quantity, price: profitPrice, timeInForce: TIME_IN_FORCE.gtx })
    const stop = stopOrder({
      ...rest,
      quantity,
      price: rest.side === SELL ? trigger - 1 : trigger + 1,
      triggerPrice: trigger,
    })
    const [above, below] = rest.side === SELL ? [profit, stop] : [stop, profit]
    return { kind: 'place-list', account: rest.account, instrument: rest.instrument, clientId: '', above, below }
  })

const recent = fc.nat(12)
/** What is done, where orders are named by how many ids ago they were given one; and the microseconds before it. */
export type SpotStep = { readonly request: (venue: SpotVenue) => TradeRequest; readonly wait: number }
const idOf = (venue: SpotVenue, ago: number): number => Math.max(1, (venue.orders.nextId[0] as number) - 1 - ago)
/** Account and market of an open order, so that the request finds it. */
const named = (venue: SpotVenue, ago: number): { account: number; instrument: number; orderId: number } => {
  const orderId = idOf(venue, ago)
  const slot = venue.orders.slotOf(orderId)
  if (slot === -1) return { account: 0, instrument: 0, orderId }
  return { account: venue.orders.account[slot] as number, instrument: venue.orders.instrument[slot] as number, orderId }
}

const request: fc.Arbitrary<SpotStep['request']> = fc.oneof(
  { weight: 12, arbitrary: place.map((made) => () => made) },
  { weight: 2, arbitrary: list.map((made) => () => made) },
  {
    weight: 3,
    arbitrary: recent.map((ago) => (venue: SpotVenue) => ({
      kind: 'cancel' as const,
      ...named(venue, ago),
      clientId: '',
    })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(recent, size).map(([ago, lots]) => (venue: SpotVenue) => {
      const at = named(venue, ago)
      return {
        kind: 'amend' as const,
        ...at,
        clientId: '',
        side: 0,
        price: 0,
        quantity: LOTS[at.instrument as 0 | 1] * lots,
      }
    }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(recent, place, fc.boolean()).map(([ago, made, allowFailure]) => (venue: SpotVenue) => {
      const cancel = { kind: 'cancel' as const, ...named(venue, ago), clientId: '' }
      return { kind: 'cancel-replace' as const, cancel, order: made, allowFailure }
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(account, fc.nat(1))
      .map(([owner, instrument]) => () => ({ kind: 'cancel-all' as const, account: owner, instrument })),
  },
)
/** A session of up to 120 requests of all kinds. */
export const spotSteps: fc.Arbitrary<SpotStep[]> = fc.array(fc.record({ request, wait: fc.nat(5_000_000) }), {
  minLength: 20,
  maxLength: 120,
  size: 'max',
})
