/** The futures venue's words in parameters, and their numbers; feeds/futures-words.ts has the other direction. */
import { BUY, ORDER_KIND, POSITION_SIDE, SELF_TRADE, SELL, TIME_IN_FORCE, WORKING_TYPE } from '../../venue/requests.ts'
import { INCOME } from '../../venue/futures/views.ts'

type Words = Readonly<Record<string, number>>

export const SIDE_WORDS: Words = { BUY, SELL }

export const POSITION_SIDE_WORDS: Words = {
  BOTH: POSITION_SIDE.both,
  LONG: POSITION_SIDE.long,
  SHORT: POSITION_SIDE.short,
}

export const ORDER_TYPE_WORDS: Words = {
  LIMIT: ORDER_KIND.limit,
  MARKET: ORDER_KIND.market,
  STOP: ORDER_KIND.stop,
  STOP_MARKET: ORDER_KIND.stopMarket,
  TAKE_PROFIT: ORDER_KIND.takeProfit,
  TAKE_PROFIT_MARKET: ORDER_KIND.takeProfitMarket,
  TRAILING_STOP_MARKET: ORDER_KIND.trailing,
}

export const TIME_IN_FORCE_WORDS: Words = {
  GTC: TIME_IN_FORCE.gtc,
  IOC: TIME_IN_FORCE.ioc,
  FOK: TIME_IN_FORCE.fok,
  GTX: TIME_IN_FORCE.gtx,
  GTD: TIME_IN_FORCE.gtd,
  RPI: TIME_IN_FORCE.rpi,
}

export const SELF_TRADE_WORDS: Words = {
  NONE: SELF_TRADE.none,
  EXPIRE_TAKER: SELF_TRADE.expireTaker,
  EXPIRE_MAKER: SELF_TRADE.expireMaker,
  EXPIRE_BOTH: SELF_TRADE.expireBoth,
}

export const WORKING_TYPE_WORDS: Words = { CONTRACT_PRICE: WORKING_TYPE.contract, MARK_PRICE: WORKING_TYPE.mark }

/** Positive: the n-th level of the other side; negative: of the own side. */
export const PRICE_MATCH_WORDS: Words = {
  NONE: 0,
  OPPONENT: 1,
  OPPONENT_5: 5,
  OPPONENT_10: 10,
  OPPONENT_20: 20,
  QUEUE: -1,
  QUEUE_5: -5,
  QUEUE_10: -10,
  QUEUE_20: -20,
}

/** How much of an order's fate the reply tells. */
export const RESPONSE = { ack: 0, result: 1 } as const
export const RESPONSE_WORDS: Words = { ACK: RESPONSE.ack, RESULT: RESPONSE.result, FULL: RESPONSE.result }

export const INCOME_WORDS: Words = {
  TRANSFER: INCOME.transfer,
  REALIZED_PNL: INCOME.realizedProfit,
  FUNDING_FEE: INCOME.fundingFee,
  COMMISSION: INCOME.commission,
  INSURANCE_CLEAR: INCOME.insuranceClear,
}

/** Kinds of income that the venue knows and that nobody gets here. */
export const OTHER_INCOME: readonly string[] = [
  'WELCOME_BONUS',
  'REFERRAL_KICKBACK',
  'COMMISSION_REBATE',
  'API_REBATE',
  'CONTEST_REWARD',
  'CROSS_COLLATERAL_TRANSFER',
  'OPTIONS_PREMIUM_FEE',
  'OPTIONS_SETTLE_PROFIT',
  'INTERNAL_TRANSFER',
  'AUTO_EXCHANGE',
  'DELIVERED_SETTELMENT',
  'COIN_SWAP_DEPOSIT',
  'COIN_SWAP_WITHDRAW',
  'POSITION_LIMIT_INCREASE_FEE',
  'STRATEGY_UMFUTURES_TRANSFER',
  'FEE_RETURN',
  'BFUSD_REWARD',
  'SPECIAL_FUNDING_FEE',
]

export const SIDES: readonly string[] = wordsOf(SIDE_WORDS)
export const WORKING_TYPES: readonly string[] = wordsOf(WORKING_TYPE_WORDS)
export const INCOMES: readonly string[] = wordsOf(INCOME_WORDS)

/** The words by their numbers; '' where a number has none. */
function wordsOf(words: Words): string[] {
  const found: string[] = []
  for (const [word, number] of Object.entries(words)) found[number] = word
  return Array.from(found, (word) => word ?? '')
}
