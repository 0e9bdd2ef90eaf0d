/** Turns what is missing into the command that gets it. */
import type { Selection } from './catalog.ts'
import { dayText, spanText, type DaySpan } from './days.ts'
import { optionText, seriesText, type PublicVenue, type Series, type Wanted } from './series.ts'

/** Missing stretches that are named one by one. */
const STRETCHES_MAX = 3

/** The command that downloads `wanted` of `symbols`; `last` (such as `90d`) is written as the person gave it. */
export function downloadCommand(wish: {
  readonly venue: PublicVenue
  readonly symbols: readonly string[]
  readonly wanted: readonly Wanted[]
  readonly span: DaySpan
  readonly last?: string | undefined
}): string {
  const venue = wish.venue === 'binance-usdm' ? [] : [`--venue ${wish.venue}`]
  const days =
    wish.last === undefined ? `--from ${dayText(wish.span.from)} --to ${dayText(wish.span.to)}` : `--last ${wish.last}`
  return ['tapewright download', ...wish.symbols, ...venue, ...wish.wanted.map(optionText), days].join(' ')
}

/**
 * What is missing of some selections of one venue, in sentences that end with the command to run; undefined when nothing is.
 * `last` is the person's own `--last`, if that is how the days were given.
 */
export function explainMissing(selections: readonly Selection[], last?: string): string | undefined {
  const short = selections.filter(({ missing }) => missing.length > 0)
  const first = short[0]
  if (first === undefined) return undefined
  const lines = short.map(({ series, missing }) => `${seriesText(series)}: ${stretchesText(missing)} missing`)
  const days = short.flatMap(({ missing }) => missing)
  const command = downloadCommand({
    venue: first.series.venue,
    symbols: distinct(short.map(({ series }) => series.symbol)),
    wanted: distinctWanted(short.map(({ series }) => series)),
    span: { from: Math.min(...days.map(({ from }) => from)), to: Math.max(...days.map(({ to }) => to)) },
    last,
  })
  return `${lines.join('\n')}\nrun: ${command}`
}

function stretchesText(spans: readonly DaySpan[]): string {
  const named = spans.slice(0, STRETCHES_MAX).map(spanText).join(', ')
  const more = spans.length - STRETCHES_MAX
  return more > 0 ? `${named} and ${more} more stretches are` : `${named} ${isOneDay(spans) ? 'is' : 'are'}`
}

function isOneDay(spans: readonly DaySpan[]): boolean {
  const [first] = spans
  return spans.length === 1 && first !== undefined && first.from === first.to
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}

function distinctWanted(series: readonly Series[]): Wanted[] {
  return [...new Map(series.map(({ kind, interval }) => [optionText({ kind, interval }), { kind, interval }])).values()]
}
