/** Names of days, ISO weeks and months, from days since 1970-01-01 UTC. */
import { printDay } from '../../core/calendar.ts'

/** `2024-08`. */
export function monthName(day: number): string {
  return printDay(day).slice(0, -3)
}

/** `2024-W32`: weeks begin on Mondays, and belong to the year that has their Thursday (ISO 8601). */
export function weekName(day: number): string {
  const weekday = (((day + 3) % 7) + 7) % 7
  const thursday = day - weekday + 3
  const year = printDay(thursday).slice(0, -6)
  const week = Math.floor((thursday - firstDayOf(Number(year))) / 7) + 1
  return `${year}-W${String(week).padStart(2, '0')}`
}

/** Days from 1970-01-01 to January 1 of a year. */
function firstDayOf(year: number): number {
  const before = year - 1
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400)
  // 477 leap days passed before 1970.
  return (year - 1970) * 365 + leaps - 477
}
