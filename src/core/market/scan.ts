/**
 * A rule over the forming candles of all instruments at once: which of them meet it now?
 *
 * In: typed columns (those of `Candles`) and a rule as data. Out: a bitmap of hits and their number. The rule is laid out once
 * as steps; each comparison is one tight loop over whole columns into a bitmap, and `all`, `any` and `not` work on bitmaps,
 * 32 instruments at a time. Instruments without a candle, or without a close before where the rule asks for one, never hit.
 */
import { above, atLeast, both, either, invert, ratioAbove, ratioAtLeast } from './scan-loops.ts'

/** The columns a scan reads; `Candles` has them all. */
export interface ScanColumns {
  readonly openTime: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
  readonly trades: Float64Array
  readonly previousClose: Float64Array
}

/**
 * Fractions: `change` close over previous close, `rise` high over previous close, `fall` low over previous close, `body` close
 * over open, `range` high over low; each minus one, so 0.01 is one percent. Others are plain columns in their quanta.
 */
export type ScanField = 'change' | 'rise' | 'fall' | 'body' | 'range' | 'close' | 'volume' | 'trades'
export type ScanOperator = '>=' | '>' | '<=' | '<'

/** A fraction f compares as `a op b * (1 + f)`, in doubles; both prices must be known. */
export interface Comparison {
  readonly field: ScanField
  readonly is: ScanOperator
  readonly than: number
}
export type ScanRule =
  | Comparison
  | { readonly all: readonly ScanRule[] }
  | { readonly any: readonly ScanRule[] }
  | { readonly not: ScanRule }

type Column = Exclude<keyof ScanColumns, 'openTime'>

const RATIOS: ReadonlyMap<ScanField, readonly [Column, Column]> = new Map([
  ['change', ['close', 'previousClose']],
  ['rise', ['high', 'previousClose']],
  ['fall', ['low', 'previousClose']],
  ['body', ['close', 'open']],
  ['range', ['high', 'low']],
])

const CODE = { ratioAtLeast: 0, ratioAbove: 1, atLeast: 2, above: 3, not: 4, and: 5, or: 6 } as const
const OPERATORS: readonly ScanOperator[] = ['>=', '>', '<', '<=']

interface Step {
  readonly code: number
  readonly left: Float64Array
  readonly right: Float64Array
  /** Index into the thresholds of the scan. */
  readonly threshold: number
}

const NOTHING: Float64Array = new Float64Array(0)

export class Scan {
  /** Instrument `i` met the rule at the last run: bit `i & 31` of word `i >> 5`. */
  readonly hits: Int32Array
  /** Comparisons that one run makes per instrument. */
  readonly comparisons: number
  readonly #columns: ScanColumns
  readonly #count: number
  readonly #steps: Step[] = []
  readonly #thresholds: Float64Array
  /** Columns that must be positive for an instrument to hit. */
  readonly #bases: Float64Array[]
  /** Bitmaps, one above the other, as the steps need them. */
  readonly #stack: Int32Array
  readonly #words: number

  /** Throws RangeError for a rule that names no field or operator, or whose threshold is no number. */
  constructor(columns: ScanColumns, rule: ScanRule) {
    const thresholds: number[] = []
    this.#columns = columns
    this.#count = columns.close.length
    this.#words = (this.#count + 31) >> 5
    const depth = this.#layOut(rule, thresholds, 1)
    this.#thresholds = Float64Array.from(thresholds)
    this.#bases = [columns.openTime, ...new Set(this.#steps.map((step) => step.right))].filter(
      (base) => base !== NOTHING,
    )
    this.#stack = new Int32Array(this.#words * depth)
    this.hits = new Int32Array(this.#words)
    this.comparisons = thresholds.length
  }

  /** Evaluates the rule for every instrument; returns how many meet it. */
  run(): number {
    const stack = this.#stack
    const words = this.#words
    const thresholds = this.#thresholds
    let top = -words
    for (let s = 0; s < this.#steps.length; s++) {
      const { code, left, right, threshold } = this.#steps[s] as Step
      if (code < CODE.not) top += words
      if (code === CODE.ratioAtLeast) ratioAtLeast(left, right, thresholds, threshold, stack, top, this.#count)
      else if (code === CODE.ratioAbove) ratioAbove(left, right, thresholds, threshold, stack, top, this.#count)
      else if (code === CODE.atLeast) atLeast(left, thresholds, threshold, stack, top, this.#count)
      else if (code === CODE.above) above(left, thresholds, threshold, stack, top, this.#count)
      else if (code === CODE.not) invert(stack, top, words)
      else {
        top -= words
        if (code === CODE.and) both(stack, top, words)
        else either(stack, top, words)
      }
    }
    return this.#countHits()
  }

  isHit(instrument: number): boolean {
    return (((this.hits[instrument >> 5] as number) >>> (instrument & 31)) & 1) === 1
  }

  /** Keeps the hits among instruments for which the rule has what it needs, and counts them. */
  #countHits(): number {
    let count = 0
    for (let w = 0; w < this.#words; w++) {
      let found = this.#stack[w] as number
      let hits = 0
      while (found !== 0) {
        const bit = 31 - Math.clz32(found)
        found &= ~(1 << bit)
        if (this.#isKnown(w * 32 + bit)) {
          hits |= 1 << bit
          count++
        }
      }
      this.hits[w] = hits
    }
    return count
  }

  #isKnown(instrument: number): boolean {
    for (let b = 0; b < this.#bases.length; b++)
      if (!(((this.#bases[b] as Float64Array)[instrument] as number) > 0)) return false
    return true
  }

  /** Appends the steps of a rule whose bitmap is the `depth`th from the bottom; returns how deep the stack gets. */
  #layOut(rule: ScanRule, thresholds: number[], depth: number): number {
    if ('field' in rule) {
      this.#layOutComparison(rule, thresholds)
      return depth
    }
    if ('not' in rule) {
      const deepest = this.#layOut(rule.not, thresholds, depth)
      this.#connect(CODE.not)
      return deepest
    }
    const parts = 'all' in rule ? rule.all : rule.any
    if (parts.length === 0) throw new RangeError('a rule of no parts decides nothing')
    let deepest = depth
    for (const [i, part] of parts.entries()) {
      deepest = Math.max(deepest, this.#layOut(part, thresholds, depth + (i === 0 ? 0 : 1)))
      if (i > 0) this.#connect('all' in rule ? CODE.and : CODE.or)
    }
    return deepest
  }

  /** `a <= b` is laid out as not `a > b`: columns hold no NaN. */
  #layOutComparison({ field, is, than }: Comparison, thresholds: number[]): void {
    const operator = OPERATORS.indexOf(is)
    if (operator < 0) throw new RangeError(`${is} is no comparison; there are ${OPERATORS.join(' ')}`)
    if (!Number.isFinite(than)) throw new RangeError(`${field} ${is} ${than}: the threshold is no number`)
    const ratio = RATIOS.get(field)
    const left = this.#columns[ratio === undefined ? (field as Column) : ratio[0]]
    if (left === undefined) throw new RangeError(`${field} is no field of a scan`)
    const right = ratio === undefined ? NOTHING : this.#columns[ratio[1]]
    const code = (ratio === undefined ? CODE.atLeast : CODE.ratioAtLeast) + (operator & 1)
    this.#steps.push({ code, left, right, threshold: thresholds.length })
    thresholds.push(ratio === undefined ? than : 1 + than)
    if (operator >= 2) this.#connect(CODE.not)
  }

  #connect(code: number): void {
    this.#steps.push({ code, left: NOTHING, right: NOTHING, threshold: 0 })
  }
}
