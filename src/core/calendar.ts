/** Points in time as text, without a clock or a time zone: UTC in the proleptic Gregorian calendar. */

const MICROS_PER_DAY = 86_400_000_000
/** Days of 400 years, after which the calendar repeats. */
const DAYS_PER_ERA = 146_097
/** Days from 0000-03-01 to 1970-01-01: years that begin in March have the leap day at their end. */
const DAYS_BEFORE_1970 = 719_468

/** `2024-08-08T00:00:00.123456Z` of microseconds since 1970-01-01 UTC. Throws RangeError if they are no safe integer. */
export function printTime(micros: number): string {
  if (!Number.isSafeInteger(micros)) throw new RangeError(`printTime: ${micros} is no safe integer`)
  const day = Math.floor(micros / MICROS_PER_DAY)
  const ofDay = micros - day * MICROS_PER_DAY
  const seconds = Math.floor(ofDay / 1e6)
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')
  return `${printDay(day)}T${clock}.${String(ofDay % 1e6).padStart(6, '0')}Z`
}

/** `2024-08-08` of days since 1970-01-01. */
export function printDay(day: number): string {
  const shifted = day + DAYS_BEFORE_1970
  const era = Math.floor(shifted / DAYS_PER_ERA)
  const dayOfEra = shifted - era * DAYS_PER_ERA
  // Leap days that passed: one in 4 years (1,461 days), none in 100 (36,524), one in 400 (146,096 is its last day).
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  // March to January alternate 31 and 30 days in groups of five months (153 days).
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const date = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${printYear(year)}-${two(month)}-${two(date)}`
}

function printYear(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0')
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
