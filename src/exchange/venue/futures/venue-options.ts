/**
 * What is not known for certain about the venue, as named options, each with the likelier answer as its default; and the
 * limits of what the venue remembers. A client that depends on one of these can be tried against both answers.
 */

/** Fees of one commission tier, in millionths. */
export interface FeeTier {
  readonly makerPpm: number
  readonly takerPpm: number
}

export interface FuturesOptions {
  /** Leverage and margin type of an account that has not chosen. */
  readonly initialLeverage: number
  readonly initiallyIsolated: boolean
  /** Tiers above the lowest, whose fees are the instrument's. */
  readonly feeTiers: readonly FeeTier[]
  /** Whether unrealized profit may back new orders (losses always count). */
  readonly profitBacksOrders: boolean
  /** What a market purchase is assumed to cost above the best offer, in millionths. */
  readonly marketBuyBufferPpm: number
  /** Whether a sale is assumed at the highest of its price, the best bid and the mark price, or at its own price. */
  readonly saleAssumes: 'highest' | 'own-price'
  /** What happens to a closing order of hedge mode that is larger than the position. */
  readonly hedgeExcess: 'reject' | 'accept'
  /** Which error answers `reduceOnly` in hedge mode. */
  readonly hedgeReduceOnly: 'not-required' | 'improper'
  /** Which of an account's reduce-only orders go first when the position shrinks. */
  readonly trimFirst: 'furthest' | 'newest'
  /** Which error answers a conditional order that would be set off at once. */
  readonly conditionalAtOnce: 'would-trigger' | 'triggers-now'
  /** Largest callback rate of trailing stops, in hundredths of a percent: 20 % since 2026-10-23, 10 % before. */
  readonly maxCallbackRate: number
  /** Largest leverage that may be asked for. */
  readonly maxLeverage: number
  /** Conditional orders of an account that wait for their trigger. */
  readonly maxConditionals: number
  /** Maintenance margin over margin balance, in millionths, from which an account is warned. */
  readonly marginCallPpm: number
  /** What the insurance fund has of each asset at the start, in whole units. */
  readonly insuranceFund: number
  /** One-second samples of the basis that the mark price averages. */
  readonly basisSamples: number
  /** The largest part of the funding rate that the interest rate may pull, in units of 10^-8. */
  readonly fundingClamp: number
  /** How long a GTD order must have to live at least; microseconds. */
  readonly goodTillLead: number
  /** Orders, fills and entries of the past that are remembered, of all accounts together. */
  readonly orderMemory: number
  readonly tradeMemory: number
  readonly incomeMemory: number
}

const SECOND = 1_000_000

export const USUAL_OPTIONS: FuturesOptions = {
  initialLeverage: 20,
  initiallyIsolated: false,
  feeTiers: [
    { makerPpm: 160, takerPpm: 400 },
    { makerPpm: 140, takerPpm: 350 },
    { makerPpm: 120, takerPpm: 320 },
    { makerPpm: 100, takerPpm: 300 },
    { makerPpm: 80, takerPpm: 270 },
    { makerPpm: 60, takerPpm: 250 },
    { makerPpm: 40, takerPpm: 220 },
    { makerPpm: 20, takerPpm: 200 },
    { makerPpm: 0, takerPpm: 170 },
  ],
  profitBacksOrders: true,
  marketBuyBufferPpm: 500,
  saleAssumes: 'highest',
  hedgeExcess: 'reject',
  hedgeReduceOnly: 'not-required',
  trimFirst: 'furthest',
  conditionalAtOnce: 'would-trigger',
  maxCallbackRate: 2000,
  maxLeverage: 125,
  maxConditionals: 200,
  marginCallPpm: 800_000,
  insuranceFund: 1_000_000,
  basisSamples: 30,
  fundingClamp: 50_000,
  goodTillLead: 600 * SECOND,
  orderMemory: 65_536,
  tradeMemory: 131_072,
  incomeMemory: 131_072,
}
