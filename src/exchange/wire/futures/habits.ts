/**
 * What sources do not say or contradict each other about in the futures venue's REST interface: named options, each with the
 * likelier answer as its default. A client that depends on one can be tried against the other.
 */
import { SELF_TRADE } from '../../venue/requests.ts'

export interface FuturesHabits {
  /** Self-trade prevention of single orders that name none. */
  readonly selfTradeSingle: number
  /** The same of orders in batches and messages, and of algo orders. */
  readonly selfTradeElsewhere: number
  /** Weight of the second version of balance, account and positionRisk: 5, or 10 by an older announcement. */
  readonly secondVersionWeight: number
  /** What leverageBracket gives for one symbol. */
  readonly bracketsOfOne: 'list' | 'object'
  /** Whether replies to placing, changing and cancelling still have `avgPrice` and `cumQuote`, as before June 2026. */
  readonly averagesInReplies: boolean
  /** Whether trailing stops may still name their activation price `activationPrice`, as before December 2025. */
  readonly takesOldActivationName: boolean
}

export const USUAL_HABITS: FuturesHabits = {
  selfTradeSingle: SELF_TRADE.expireMaker,
  selfTradeElsewhere: SELF_TRADE.none,
  secondVersionWeight: 5,
  bracketsOfOne: 'list',
  averagesInReplies: false,
  takesOldActivationName: true,
}
