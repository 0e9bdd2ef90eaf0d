/** The futures venue's words in user events, by the numbers of requests and events. */
import { REASON, STATUS } from '../venue/events.ts'
import { CONDITIONAL_STATUS } from '../venue/futures/views.ts'
import { ORDER_KIND, POSITION_SIDE, SELF_TRADE, TIME_IN_FORCE } from '../venue/requests.ts'

function words(pairs: readonly (readonly [number, string])[]): readonly string[] {
  const list: string[] = []
  for (const [number, word] of pairs) list[number] = word
  return Array.from(list, (word) => word ?? '')
}

export const ORDER_TYPES: readonly string[] = words([
  [ORDER_KIND.limit, 'LIMIT'],
  [ORDER_KIND.market, 'MARKET'],
  [ORDER_KIND.stop, 'STOP'],
  [ORDER_KIND.stopMarket, 'STOP_MARKET'],
  [ORDER_KIND.takeProfit, 'TAKE_PROFIT'],
  [ORDER_KIND.takeProfitMarket, 'TAKE_PROFIT_MARKET'],
  [ORDER_KIND.trailing, 'TRAILING_STOP_MARKET'],
])

export const TIMES_IN_FORCE: readonly string[] = words([
  [TIME_IN_FORCE.gtc, 'GTC'],
  [TIME_IN_FORCE.ioc, 'IOC'],
  [TIME_IN_FORCE.fok, 'FOK'],
  [TIME_IN_FORCE.gtx, 'GTX'],
  [TIME_IN_FORCE.gtd, 'GTD'],
  [TIME_IN_FORCE.rpi, 'RPI'],
])

export const POSITION_SIDES: readonly string[] = words([
  [POSITION_SIDE.both, 'BOTH'],
  [POSITION_SIDE.long, 'LONG'],
  [POSITION_SIDE.short, 'SHORT'],
])

export const SELF_TRADES: readonly string[] = words([
  [SELF_TRADE.none, 'NONE'],
  [SELF_TRADE.expireTaker, 'EXPIRE_TAKER'],
  [SELF_TRADE.expireMaker, 'EXPIRE_MAKER'],
  [SELF_TRADE.expireBoth, 'EXPIRE_BOTH'],
  [SELF_TRADE.decrement, 'DECREMENT'],
])

export const STATUSES: readonly string[] = words([
  [STATUS.new, 'NEW'],
  [STATUS.partiallyFilled, 'PARTIALLY_FILLED'],
  [STATUS.filled, 'FILLED'],
  [STATUS.canceled, 'CANCELED'],
  [STATUS.expired, 'EXPIRED'],
  [STATUS.rejected, 'REJECTED'],
  [STATUS.expiredInMatch, 'EXPIRED_IN_MATCH'],
])

export const ALGO_STATUSES: readonly string[] = words([
  [CONDITIONAL_STATUS.new, 'NEW'],
  [CONDITIONAL_STATUS.triggering, 'TRIGGERING'],
  [CONDITIONAL_STATUS.triggered, 'TRIGGERED'],
  [CONDITIONAL_STATUS.finished, 'FINISHED'],
  [CONDITIONAL_STATUS.canceled, 'CANCELED'],
  [CONDITIONAL_STATUS.rejected, 'REJECTED'],
  [CONDITIONAL_STATUS.expired, 'EXPIRED'],
])

/** Why money moved, as ACCOUNT_UPDATE says it. */
export const ACCOUNT_REASONS: readonly string[] = words([
  [REASON.order, 'ORDER'],
  [REASON.deposit, 'DEPOSIT'],
  [REASON.withdrawal, 'WITHDRAW'],
  [REASON.fundingFee, 'FUNDING_FEE'],
  [REASON.marginTransfer, 'MARGIN_TRANSFER'],
  [REASON.marginTypeChange, 'MARGIN_TYPE_CHANGE'],
  [REASON.insuranceClear, 'INSURANCE_CLEAR'],
])

/** Up to this one REASONs are the numbers of the field `er`; later ones have no number there. */
const LAST_NUMBERED: number = REASON.noLiquidity

export function expiryReason(reason: number): string {
  return reason <= LAST_NUMBERED ? String(reason) : '0'
}

export function sideWord(side: number): string {
  return side === 0 ? 'BUY' : 'SELL'
}

export function workingTypeWord(type: number): string {
  return type === 0 ? 'CONTRACT_PRICE' : 'MARK_PRICE'
}

/** Words of priceMatch: the n-th level of the other side, or of the own one where negative. */
export function priceMatchWord(priceMatch: number): string {
  if (priceMatch === 0) return 'NONE'
  const depth = Math.abs(priceMatch)
  return `${priceMatch > 0 ? 'OPPONENT' : 'QUEUE'}${depth === 1 ? '' : `_${depth}`}`
}
