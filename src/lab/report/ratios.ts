/**
 * Sharpe, Sortino and Calmar with their periods stated. Markets never close, so a year has 365 days of 24 hours.
 * Returns are daily where there are enough days, else hourly; no risk-free rate is taken off.
 */
import { ENOUGH, counted, figure, notAvailable } from './figures.ts'
import type { Figure, RatioFacts } from './report-data.ts'
import type { ReturnMeter } from './returns.ts'

export const HOUR_US = 3_600_000_000
export const DAY_US = 86_400_000_000
const DAYS_PER_YEAR = 365
const HOURS_PER_YEAR = 8760

export interface RatioInputs {
  readonly trades: number
  readonly days: ReturnMeter
  readonly hours: ReturnMeter
  readonly durationUs: number
  /** 10^-18 of the asset. */
  readonly equityStart: bigint
  readonly net: bigint
  readonly maxDrawdown: bigint
  readonly maxDrawdownFraction: number
}

export function ratiosOf(inputs: RatioInputs): RatioFacts {
  const { days, hours, trades, net, maxDrawdown } = inputs
  const daily = days.count >= ENOUGH
  const returns = daily ? days : hours
  const perYear = daily ? DAYS_PER_YEAR : HOURS_PER_YEAR
  const missing = refusal(trades, returns)
  const annual = Math.sqrt(perYear)
  return {
    sharpe: missing ?? quotient(returns.mean * annual, returns.deviation, 'equity did not move'),
    sortino: missing ?? quotient(returns.mean * annual, returns.downsideDeviation, `no ${daily ? 'day' : 'hour'} lost`),
    calmar: calmar(inputs),
    netOverDrawdown: maxDrawdown === 0n ? notAvailable('no drawdown') : figure(Number(net) / Number(maxDrawdown)),
    basis: `${returns.count} ${daily ? 'daily' : 'hourly'} returns, annualised with √${perYear}`,
    calmarBasis: `annual growth from ${(inputs.durationUs / DAY_US).toFixed(1)} days / max drawdown`,
  }
}

function refusal(trades: number, returns: ReturnMeter): Figure | undefined {
  if (trades < ENOUGH) return notAvailable(`${counted(trades, 'trade')}, need ${ENOUGH}`)
  if (returns.broke) return notAvailable('equity fell to zero')
  if (returns.count < ENOUGH) return notAvailable(`${counted(returns.count, 'hour')}, need ${ENOUGH}`)
  return undefined
}

/** Compound annual growth / largest drawdown; a span under 30 days is no base for a year. */
function calmar(inputs: RatioInputs): Figure {
  const { trades, durationUs, equityStart, net, maxDrawdownFraction } = inputs
  if (trades < ENOUGH) return notAvailable(`${counted(trades, 'trade')}, need ${ENOUGH}`)
  const days = durationUs / DAY_US
  if (days < ENOUGH) return notAvailable(`${days.toFixed(1)} days, need ${ENOUGH}`)
  if (equityStart <= 0n || equityStart + net <= 0n) return notAvailable('equity fell to zero')
  const growth = Math.exp((Math.log(1 + Number(net) / Number(equityStart)) * DAYS_PER_YEAR) / days) - 1
  return quotient(growth, maxDrawdownFraction, 'no drawdown')
}

function quotient(value: number, by: number, why: string): Figure {
  return by > 0 ? figure(value / by) : notAvailable(why)
}
