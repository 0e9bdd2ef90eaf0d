/** Candle intervals by the venue's names, and when their candles open. Times are microseconds, UTC. */

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WEEK = 7 * DAY
/** 1970-01-05 was a Monday: weeks begin there. */
const FIRST_MONDAY = 4 * DAY

export interface KlineInterval {
  readonly name: string
  /** Microseconds; 0 for calendar months. */
  readonly length: number
}

const SHARED: readonly KlineInterval[] = [
  { name: '1m', length: MINUTE },
  { name: '3m', length: 3 * MINUTE },
  { name: '5m', length: 5 * MINUTE },
  { name: '15m', length: 15 * MINUTE },
  { name: '30m', length: 30 * MINUTE },
  { name: '1h', length: HOUR },
  { name: '2h', length: 2 * HOUR },
  { name: '4h', length: 4 * HOUR },
  { name: '6h', length: 6 * HOUR },
  { name: '8h', length: 8 * HOUR },
  { name: '12h', length: 12 * HOUR },
  { name: '1d', length: DAY },
  { name: '3d', length: 3 * DAY },
  { name: '1w', length: WEEK },
  { name: '1M', length: 0 },
]

/** Shortest first: the longer ones are made of the shortest. */
export const FUTURES_INTERVALS: readonly KlineInterval[] = SHARED
export const SPOT_INTERVALS: readonly KlineInterval[] = [{ name: '1s', length: SECOND }, ...SHARED]

/** When the candle opens that `time` falls into. */
export function openTimeOf(interval: KlineInterval, time: number): number {
  const { length } = interval
  if (length === 0) return monthStart(time)
  const phase = length === WEEK ? FIRST_MONDAY : 0
  return Math.floor((time - phase) / length) * length + phase
}

/** When the next candle opens after the one that opened at `openTime`. */
export function nextOpenTime(interval: KlineInterval, openTime: number): number {
  // 31 days behind the first of a month lies in the next one, whatever the month.
  return interval.length === 0 ? monthStart(openTime + 31 * DAY) : openTime + interval.length
}

function monthStart(time: number): number {
  const day = Math.floor(time / DAY)
  return (day - dayOfMonth(day)) * DAY
}

/** 0 for the first of a month; the proleptic Gregorian calendar, counted from 0000-03-01 in eras of 400 years. */
function dayOfMonth(day: number): number {
  const shifted = day + 719_468
  const dayOfEra = shifted - Math.floor(shifted / 146_097) * 146_097
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  return dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5)
}
