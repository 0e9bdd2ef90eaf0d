/**
 * What a venue must know of an instrument beyond the rules that its clients see as filters: leverage brackets, fees, the
 * bounds of market orders, funding, and how many orders an account may have.
 *
 * In: an instrument of core/ and the venue's own terms. Out: one plain object per market, checked by `checkInstruments`.
 * Refuses: brackets with holes, and markets whose values would not fit the venue's exact amounts; the error names the symbol.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { scaleOf } from '../../core/number/decimal.ts'

/** Positions worth `floor` up to `cap` (whole units of the settle asset) may be held at `maxLeverage` or less. */
export interface LeverageBracket {
  readonly floor: number
  readonly cap: number
  readonly maxLeverage: number
  /** Maintenance margin in millionths of the position's value. */
  readonly maintenancePpm: number
}

export interface VenueInstrument extends Instrument {
  /** From the smallest positions to the largest, without holes; empty on spot. */
  readonly brackets: readonly LeverageBracket[]
  /** Fees of the lowest commission tier, in millionths of a fill's value. */
  readonly makerFeePpm: number
  readonly takerFeePpm: number
  /** Taken by the insurance fund from a position in liquidation, in millionths of its value. */
  readonly liquidationFeePpm: number
  /** Largest difference of mark and last price, relative to the mark, at which a price-protected order is set off. */
  readonly triggerProtectPpm: number
  /** How far from the mark price a market order trades, in millionths. */
  readonly marketTakeBoundPpm: number
  /** Microseconds between two fundings; 0 on spot. */
  readonly fundingInterval: number
  /** Bounds of one funding rate, in units of 10^-8. */
  readonly fundingCap: number
  readonly fundingFloor: number
  /** Interest part of the funding rate for eight hours, in units of 10^-8. */
  readonly interestRate: number
  /** Open orders of one account. */
  readonly maxOrders: number
  /** Open conditional (on spot: stop) orders of one account; on futures the account's own limit holds instead. */
  readonly maxConditionalOrders: number
  /** Changes that one order may see. */
  readonly maxAmendments: number
}

/** Terms of a mid-sized market, for whoever makes one: the figures that the venue publishes for its larger contracts. */
export const USUAL_TERMS: Omit<VenueInstrument, keyof Instrument> = {
  brackets: [
    { floor: 0, cap: 300_000, maxLeverage: 125, maintenancePpm: 4_000 },
    { floor: 300_000, cap: 800_000, maxLeverage: 100, maintenancePpm: 5_000 },
    { floor: 800_000, cap: 3_000_000, maxLeverage: 75, maintenancePpm: 6_500 },
    { floor: 3_000_000, cap: 12_000_000, maxLeverage: 50, maintenancePpm: 10_000 },
    { floor: 12_000_000, cap: 70_000_000, maxLeverage: 25, maintenancePpm: 20_000 },
    { floor: 70_000_000, cap: 100_000_000, maxLeverage: 20, maintenancePpm: 25_000 },
    { floor: 100_000_000, cap: 230_000_000, maxLeverage: 10, maintenancePpm: 50_000 },
    { floor: 230_000_000, cap: 480_000_000, maxLeverage: 5, maintenancePpm: 100_000 },
    { floor: 480_000_000, cap: 600_000_000, maxLeverage: 4, maintenancePpm: 125_000 },
    { floor: 600_000_000, cap: 800_000_000, maxLeverage: 3, maintenancePpm: 150_000 },
    { floor: 800_000_000, cap: 1_200_000_000, maxLeverage: 2, maintenancePpm: 250_000 },
    { floor: 1_200_000_000, cap: 1_800_000_000, maxLeverage: 1, maintenancePpm: 500_000 },
  ],
  makerFeePpm: 200,
  takerFeePpm: 500,
  liquidationFeePpm: 12_500,
  triggerProtectPpm: 50_000,
  marketTakeBoundPpm: 50_000,
  fundingInterval: 28_800_000_000,
  fundingCap: 2_000_000,
  fundingFloor: -2_000_000,
  interestRate: 10_000,
  maxOrders: 200,
  maxConditionalOrders: 200,
  maxAmendments: 10_000,
}

/** Amounts at the venue have eight decimals; the value of a lot at one price quantum must be such an amount. */
export const AMOUNT_DECIMALS = 8

/** Throws RangeError, with the symbol, where a market cannot be run exactly. */
export function checkInstruments(instruments: readonly VenueInstrument[]): void {
  const symbols = new Set<string>()
  for (const instrument of instruments) {
    const { symbol, priceDecimals, quantityDecimals } = instrument
    if (symbols.has(symbol)) throw new RangeError(`${symbol}: listed twice`)
    symbols.add(symbol)
    if (instrument.market === 'inverse') throw new RangeError(`${symbol}: inverse contracts are not traded here`)
    if (instrument.contractSize !== 1)
      throw new RangeError(`${symbol}: contract size ${instrument.contractSize}, must be 1`)
    if (instrument.market !== 'linear') continue
    if (priceDecimals + quantityDecimals > AMOUNT_DECIMALS)
      throw new RangeError(
        `${symbol}: price and quantity have ${priceDecimals} + ${quantityDecimals} decimals, at most ${AMOUNT_DECIMALS} together`,
      )
    checkBrackets(instrument)
  }
}

function checkBrackets({ symbol, brackets, fundingInterval }: VenueInstrument): void {
  if (brackets.length === 0) throw new RangeError(`${symbol}: has no leverage brackets`)
  if (!Number.isSafeInteger(fundingInterval) || fundingInterval <= 0)
    throw new RangeError(`${symbol}: funding interval ${fundingInterval} is no positive number of microseconds`)
  let floor = 0
  let rate = 0
  for (const bracket of brackets) {
    if (bracket.floor !== floor || bracket.cap <= floor)
      throw new RangeError(`${symbol}: a bracket from ${bracket.floor} to ${bracket.cap} does not continue at ${floor}`)
    if (bracket.maintenancePpm <= rate)
      throw new RangeError(`${symbol}: maintenance ${bracket.maintenancePpm} ppm does not rise with the bracket`)
    if (!Number.isInteger(bracket.maxLeverage) || bracket.maxLeverage < 1 || bracket.maxLeverage > MAX_LEVERAGE)
      throw new RangeError(`${symbol}: leverage ${bracket.maxLeverage} is not 1 to ${MAX_LEVERAGE}`)
    floor = bracket.cap
    rate = bracket.maintenancePpm
  }
}

/** The venue's brackets go up to 150; requests above 125 are refused by its documents, which name both. */
export const MAX_LEVERAGE = 150

/** 10^-8 of the settle asset that one lot at one price quantum is worth. */
export function amountPerUnit(instrument: Instrument): number {
  return scaleOf(AMOUNT_DECIMALS - instrument.priceDecimals - instrument.quantityDecimals)
}
