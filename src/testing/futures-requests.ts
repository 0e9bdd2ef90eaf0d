/** Random requests for a futures venue of a few accounts and two markets, near enough to each other to trade. */
import fc from 'fast-check'
import { ORDER_KIND, SELF_TRADE, TIME_IN_FORCE } from '../exchange/venue/requests.ts'
import type { AmendRequest, CancelRequest, ConditionalRequest, VenueRequest } from '../exchange/venue/requests.ts'
import { type FuturesWorld, MIDNIGHT, SECOND, conditionalOrder, limitOrder } from './futures-world.ts'

export const ACCOUNTS = 4
/** Quanta: a market of 100.0 with a tick of 0.1. */
export const MIDDLE = 1000

/** Orders that are not `exact` get a position side of their account's mode before they are sent, cancels an order. */
export type Step =
  | { readonly kind: 'request'; readonly request: VenueRequest; readonly exact: boolean }
  | { readonly kind: 'pass'; readonly seconds: number }

const account = fc.nat({ max: ACCOUNTS - 1 })
const instrument = fc.nat({ max: 1 })
const side = fc.nat({ max: 1 })
const positionSide = fc.nat({ max: 2 })
const price = fc.integer({ min: MIDDLE - 40, max: MIDDLE + 40 })
const quantity = fc.integer({ min: 100, max: 90_000 })
const selfTrade = fc.constantFrom(...Object.values(SELF_TRADE).filter((mode) => mode !== SELF_TRADE.decrement))
const clientId = fc.constantFrom('', '', '', '', '', '', 'a', 'b', 'c')
const flag = fc.boolean()
const ZEROS: readonly number[] = Array.from({ length: 18 }, () => 0)
const orderId = fc.integer({ min: 0, max: 25 })

const place = fc
  .record({
    account,
    instrument,
    side,
    positionSide,
    orderKind: fc.constantFrom(ORDER_KIND.limit, ORDER_KIND.limit, ORDER_KIND.limit, ORDER_KIND.market),
    timeInForce: fc.oneof(
      { weight: 6, arbitrary: fc.constant(TIME_IN_FORCE.gtc) },
      { weight: 3, arbitrary: fc.constantFrom(TIME_IN_FORCE.ioc, TIME_IN_FORCE.fok, TIME_IN_FORCE.gtx) },
      { weight: 1, arbitrary: fc.constantFrom(TIME_IN_FORCE.gtd, TIME_IN_FORCE.rpi) },
    ),
    price,
    quantity,
    reduceOnly: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    clientId,
    selfTrade,
    goodTill: fc.constant(MIDNIGHT + 800 * SECOND),
    priceMatch: fc.constantFrom(...ZEROS, 1, -1),
  })
  .map((facts): VenueRequest => {
    const bare = facts.priceMatch === 0 ? facts.price : 0
    return limitOrder(facts.account, facts.side, facts.quantity, facts.price, { ...facts, price: bare })
  })

const conditional = fc
  .record({
    instrument,
    side,
    positionSide,
    orderKind: fc.integer({ min: ORDER_KIND.stop, max: ORDER_KIND.trailing }),
    timeInForce: fc.constantFrom(TIME_IN_FORCE.gtc, TIME_IN_FORCE.ioc),
    limit: price,
    quantity,
    triggerPrice: price,
    workingType: fc.nat({ max: 1 }),
    priceProtect: flag,
    reduceOnly: flag,
    closes: flag,
    callbackRate: fc.constantFrom(10, 100),
    clientId,
  })
  .chain((facts) => account.map((who) => conditionalRequest(who, facts)))

/** Most of the fields that a kind of order may not have are left out. */
function conditionalRequest(
  who: number,
  { closes, limit, ...facts }: Partial<ConditionalRequest> & { readonly closes: boolean; readonly limit: number },
): VenueRequest {
  const isLimit = facts.orderKind === ORDER_KIND.stop || facts.orderKind === ORDER_KIND.takeProfit
  const isTrailing = facts.orderKind === ORDER_KIND.trailing
  const closePosition = closes && !isLimit && !isTrailing
  const reduceOnly = facts.reduceOnly === true && !closePosition
  const quantity = closePosition ? 0 : (facts.quantity ?? 1)
  return conditionalOrder(who, { ...facts, price: isLimit ? limit : 0, closePosition, reduceOnly, quantity })
}

const other: fc.Arbitrary<VenueRequest> = fc.oneof(
  fc.record({ kind: fc.constant('cancel' as const), account, instrument, orderId, clientId }),
  fc.record({ kind: fc.constant('amend' as const), account, instrument, orderId, clientId, side, price, quantity }),
  fc.record({ kind: fc.constant('cancel-all' as const), account, instrument }),
  fc.record({ kind: fc.constant('countdown' as const), account, instrument, delay: fc.constantFrom(0, 3 * SECOND) }),
  fc.record({
    kind: fc.constant('cancel-conditional' as const),
    account,
    conditionalId: orderId.map((id) => id + 1_000_001),
    clientId,
  }),
  fc.record({
    kind: fc.constant('leverage' as const),
    account,
    instrument,
    leverage: fc.integer({ min: 1, max: 126 }),
  }),
  fc.record({ kind: fc.constant('margin-type' as const), account, instrument, isolated: flag }),
  fc.record({ kind: fc.constant('position-mode' as const), account, hedge: flag }),
  fc.record({
    kind: fc.constant('position-margin' as const),
    account,
    instrument,
    positionSide,
    amount: fc.constantFrom(-2_000_000_000, -1, 1_234_567_891, 3_000_000_000),
  }),
  fc.record({
    kind: fc.constant('transfer' as const),
    account,
    asset: fc.constant('USDT'),
    amount: fc.constantFrom('12.34567891', '-5.5', '-100', '40'),
  }),
  fc.record({
    kind: fc.constant('halt' as const),
    instrument,
    halted: fc.constantFrom(false, false, false, false, false, true),
  }),
)

const mark: fc.Arbitrary<VenueRequest> = fc.record({
  kind: fc.constant('mark' as const),
  instrument,
  mark: fc.oneof(fc.constant(0), fc.integer({ min: 93_000_000_00, max: 107_000_000_00 })),
  index: fc.constant(100_000_000_00),
})

const exact = fc.constantFrom(false, false, false, false, false, false, false, false, true)

function asked(requests: fc.Arbitrary<VenueRequest>): fc.Arbitrary<Step> {
  return fc.tuple(requests, exact).map(([request, isExact]): Step => ({ kind: 'request', request, exact: isExact }))
}

/** A step of a random stream: mostly orders, now and then time, prices and settings. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 24, arbitrary: asked(place) },
  { weight: 4, arbitrary: asked(conditional) },
  { weight: 7, arbitrary: asked(other) },
  { weight: 4, arbitrary: asked(mark) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(1, 1, 4, 700, 8 * 3600).map((seconds): Step => ({ kind: 'pass', seconds })),
  },
)

/** Sends a step; the code of the answer, 0 for time. */
export function take(world: FuturesWorld, one: Step): number {
  if (one.kind === 'pass') {
    world.pass(one.seconds)
    return 0
  }
  const { request } = one
  if (!one.exact && (request.kind === 'cancel' || request.kind === 'amend')) return takeUp(world, request)
  if (one.exact || !('positionSide' in request)) return world.ask(request).code
  const isHedge = world.venue.state.accounts.hedge[request.account] === 1
  const fitting = isHedge ? Math.max(1, request.positionSide) : 0
  const plain = isHedge && 'reduceOnly' in request ? { reduceOnly: false } : {}
  return world.ask({ ...request, ...plain, positionSide: fitting } as VenueRequest).code
}

/** Cancels or amends some order that is open, where there is one. */
function takeUp(world: FuturesWorld, request: CancelRequest | AmendRequest): number {
  const open = Array.from({ length: ACCOUNTS }, (_, who) => world.venue.openOrdersOf(who, -1)).flat()
  const found = open[request.orderId % Math.max(1, open.length)]
  if (found === undefined) return world.ask(request).code
  const { account: who, instrument: market, orderId: id, side: way } = found
  const named = { account: who, instrument: market, orderId: id }
  return world.ask(request.kind === 'cancel' ? { ...request, ...named } : { ...request, ...named, side: way }).code
}
