/**
 * How a venue numbers the depth diffs of one instrument, and what that says about a diff that has come.
 * Ids are taken as doubles, exact below 2^53: a decoder refuses what lies beyond.
 */
import { idAsNumber } from '../tape/ids.ts'
import { DEPTH_DIFF } from '../tape/kinds.ts'
import { VERSION } from '../tape/layout.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'

/**
 * The link is the id of a diff that joins it to the one before: it must be the last id plus `step`.
 * The first diff on a snapshot S is the one whose ids enclose S + `step`.
 */
export interface ChainRule {
  readonly name: string
  /** Slot of the DEPTH_DIFF row that holds the link. */
  readonly link: number
  readonly step: 0 | 1
  /** A diff may begin before the last id, as long as it ends behind it: absolute quantities make that harmless. */
  readonly mayOverlap: boolean
}

/** Binance futures: every diff names the last id of the one before (`pu`). */
export const PREVIOUS_ID_CHAIN: ChainRule = {
  name: 'previous-id',
  link: DEPTH_DIFF.previousUpdateId,
  step: 0,
  mayOverlap: false,
}
/** Binance spot: the first id of a diff (`U`) follows on the last id of the one before. */
export const NEXT_ID_CHAIN: ChainRule = { name: 'next-id', link: DEPTH_DIFF.firstUpdateId, step: 1, mayOverlap: true }

const RULES: ReadonlyMap<string, ChainRule> = new Map([
  ['binance-usdm', PREVIOUS_ID_CHAIN],
  ['binance-coinm', PREVIOUS_ID_CHAIN],
  ['binance-spot', NEXT_ID_CHAIN],
])

/** Whether the numbering of a venue is known. */
export function knowsChainOf(venue: string): boolean {
  return RULES.has(venue)
}

/** The rule of a venue. Throws RangeError for a venue whose numbering is not known: a guess would hide gaps. */
export function chainRuleOf(venue: string): ChainRule {
  const rule = RULES.get(venue)
  if (rule === undefined)
    throw new RangeError(
      `the depth numbering of venue ${venue} is not known: add it to ${[...RULES.keys()].join(', ')}`,
    )
  return rule
}

/** What a diff is to a chain whose last id is known. */
export const LINK = { old: -1, continues: 0, gap: 1 } as const

/** Compares the diff at `row` with the last diff applied, whose last id is `last[0]`. */
export function linkToDiff(rule: ChainRule, buffer: RowBuffer, row: number, last: Float64Array): number {
  const link = idAsNumber(buffer, row * 8 + rule.link)
  const wanted = (last[0] as number) + rule.step
  if ((buffer.f64[row * 8 + VERSION] as number) <= (last[0] as number)) return LINK.old
  return link === wanted || (rule.mayOverlap && link < wanted) ? LINK.continues : LINK.gap
}

/** Compares the diff at `row` with a snapshot whose id is `last[0]`. */
export function linkToSnapshot(rule: ChainRule, buffer: RowBuffer, row: number, last: Float64Array): number {
  const wanted = (last[0] as number) + rule.step
  if ((buffer.f64[row * 8 + VERSION] as number) < wanted) return LINK.old
  if (idAsNumber(buffer, row * 8 + DEPTH_DIFF.firstUpdateId) <= wanted) return LINK.continues
  return linkToDiff(rule, buffer, row, last)
}
