/** UTC days and months as integers, and spans of days as the command line gives them. */

/** Days since 1970-01-01 UTC. */
export type Day = number

/** Months since January of year 0. */
export type Month = number

/** Whole UTC days, both ends included. */
export interface DaySpan {
  readonly from: Day
  readonly to: Day
}

export const DAY_MS = 86_400_000

/** A span, or what is wrong with the wish and how to write it. */
export type SpanResult =
  { readonly ok: true; readonly span: DaySpan } | { readonly ok: false; readonly message: string }

/** How far back `--last` may reach: the first public files are of 2017. */
const LAST_DAYS_MAX = 20_000

export function dayOf(milliseconds: number): Day {
  return Math.floor(milliseconds / DAY_MS)
}

/** `2026-10-03`. */
export function dayText(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** Undefined for what is no date of the calendar. */
export function parseDay(text: string): Day | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined
  const time = Date.parse(`${text}T00:00:00Z`)
  if (Number.isNaN(time)) return undefined
  const day = dayOf(time)
  return dayText(day) === text ? day : undefined
}

export function monthOf(day: Day): Month {
  const date = new Date(day * DAY_MS)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** `2026-10`. */
export function monthText(month: Month): string {
  return dayText(firstDayOf(month)).slice(0, 7)
}

export function parseMonth(text: string): Month | undefined {
  const day = parseDay(`${text}-01`)
  return day === undefined ? undefined : monthOf(day)
}

export function firstDayOf(month: Month): Day {
  return dayOf(Date.UTC(Math.floor(month / 12), month % 12))
}

export function lastDayOf(month: Month): Day {
  return firstDayOf(month + 1) - 1
}

/** The days that both spans have; undefined when there are none. */
export function overlap(a: DaySpan, b: DaySpan): DaySpan | undefined {
  const from = Math.max(a.from, b.from)
  const to = Math.min(a.to, b.to)
  return from <= to ? { from, to } : undefined
}

/** `2026-10-03 to 2026-10-05`, or the one day. */
export function spanText(span: DaySpan): string {
  return span.from === span.to ? dayText(span.from) : `${dayText(span.from)} to ${dayText(span.to)}`
}

/** Sorted days as spans without holes. */
export function spansOf(days: readonly Day[]): DaySpan[] {
  const spans: DaySpan[] = []
  for (const day of days) {
    const last = spans.at(-1)
    if (last !== undefined && day === last.to + 1) spans[spans.length - 1] = { from: last.from, to: day }
    else spans.push({ from: day, to: day })
  }
  return spans
}

/**
 * Reads `--last 90d` (that many whole days, and today so far) or `--from DATE [--to DATE]` (both included; today when
 * `to` is left out). `today` is the current UTC day.
 */
export function parseSpan(
  wish: { readonly last?: string; readonly from?: string; readonly to?: string },
  today: Day,
): SpanResult {
  if (wish.last !== undefined) {
    if (wish.from !== undefined || wish.to !== undefined)
      return refuse('give either --last or --from and --to, not both')
    const match = /^([1-9]\d{0,4})([dw])$/.exec(wish.last)
    const days = match === null ? 0 : Number(match[1]) * (match[2] === 'w' ? 7 : 1)
    if (days < 1 || days > LAST_DAYS_MAX) return refuse(`--last ${wish.last}: write days or weeks, such as 90d or 12w`)
    return { ok: true, span: { from: today - days, to: today } }
  }
  if (wish.from === undefined)
    return refuse('which days? Add --last 90d, or --from 2026-01-01 --to 2026-03-31 (UTC dates)')
  const from = parseDay(wish.from)
  if (from === undefined) return refuse(`--from ${wish.from}: write a UTC date such as 2026-01-31`)
  const to = wish.to === undefined ? today : parseDay(wish.to)
  if (to === undefined) return refuse(`--to ${String(wish.to)}: write a UTC date such as 2026-01-31`)
  if (from > to) return refuse(`--from ${dayText(from)} is after --to ${dayText(to)}: swap them`)
  if (to > today) return refuse(`--to ${dayText(to)} is in the future: today is ${dayText(today)} (UTC)`)
  return { ok: true, span: { from, to } }
}

function refuse(message: string): SpanResult {
  return { ok: false, message }
}
