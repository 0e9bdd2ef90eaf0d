/**
 * Parameters of a strategy: a default with a unit, so that `--set drop=1.5%` is understood and `--set drop=1h` refused.
 */

export type Unit = 'percent' | 'count' | 'amount' | 'timeframe' | 'duration' | 'choice' | 'flag'

/** A value with its unit. Declares a parameter, and names distances in signals (`stop: percent(2)`). */
export interface Quantity<T extends number | string | boolean = number> {
  readonly unit: Unit
  /** Percent: the fraction (2 % is 0.02). Duration: microseconds. Timeframe: its name. Others as written. */
  readonly value: T
  readonly minimum?: number
  readonly maximum?: number
  readonly choices?: readonly string[]
}

/** Limits of a numeric parameter, as its declaration writes its value. */
export interface Bounds {
  readonly min?: number
  readonly max?: number
}

/** A share of a hundred: `percent(1)` is the fraction 0.01. */
export function percent(value: number, bounds: Bounds = {}): Quantity {
  return quantity('percent', value, bounds, 100)
}

/** A whole number, such as a lookback in candles. */
export function count(value: number, bounds: Bounds = {}): Quantity {
  if (!Number.isInteger(value)) throw new StrategyError(`count(${value}) is not a whole number`)
  return quantity('count', value, bounds, 1)
}

/** An amount of the quote asset. */
export function amount(value: number, bounds: Bounds = {}): Quantity {
  return quantity('amount', value, bounds, 1)
}

/** A span of time, written like `30s`, `5m`, `1h`, `2d`; its value and its bounds are microseconds. */
export function duration(text: string, bounds: Bounds = {}): Quantity {
  const microseconds = parseTimeframe(text)
  if (microseconds === undefined) throw new StrategyError(`duration('${text}') is not a time such as 30s, 5m, 1h or 2d`)
  return quantity('duration', microseconds, bounds, 1)
}

/** A candle interval such as `1m` or `4h`. */
export function timeframe(text: string): Quantity<string> {
  if (parseTimeframe(text) === undefined)
    throw new StrategyError(`timeframe('${text}') is not an interval such as 1m, 15m, 1h or 1d`)
  return { unit: 'timeframe', value: text }
}

/** One of a few words. */
export function choice(value: string, choices: readonly string[]): Quantity<string> {
  if (!choices.includes(value)) throw new StrategyError(`choice('${value}') is not among ${choices.join(', ')}`)
  return { unit: 'choice', value, choices }
}

/** Yes or no. */
export function flag(value: boolean): Quantity<boolean> {
  return { unit: 'flag', value }
}

export type ParamDeclarations = Readonly<Record<string, Quantity<number> | Quantity<string> | Quantity<boolean>>>
/** What a strategy reads as `ctx.params`: plain values, fractions for percentages. */
export type ParamValues<P extends ParamDeclarations> = {
  readonly [K in keyof P]: P[K] extends Quantity<infer T>
    ? T extends number
      ? number
      : T extends boolean
        ? boolean
        : string
    : never
}

/** A mistake of a strategy's author or user, with what to do about it. */
export class StrategyError extends Error {
  override readonly name = 'StrategyError'
}

const TIMEFRAME_UNITS = new Map<string, number>([
  ['s', 1_000_000],
  ['m', 60_000_000],
  ['h', 3_600_000_000],
  ['d', 86_400_000_000],
  ['w', 604_800_000_000],
])

/** Microseconds of a span such as `15m`, or undefined. */
export function parseTimeframe(text: string): number | undefined {
  const match = /^(\d+)(s|m|h|d|w)$/.exec(text)
  if (match === null) return undefined
  const number = Number(match[1])
  const unit = TIMEFRAME_UNITS.get(match[2] ?? '')
  return unit === undefined || number < 1 || !Number.isSafeInteger(number * unit) ? undefined : number * unit
}

/**
 * Defaults of `declarations` with `settings` (name → text as typed) laid over them.
 * Throws StrategyError naming an unknown name with the nearest known one, a wrong unit with an example, or a broken bound.
 */
export function resolveParams<P extends ParamDeclarations>(
  strategy: string,
  declarations: P,
  settings: ReadonlyMap<string, string>,
): ParamValues<P> {
  const names = Object.keys(declarations).toSorted()
  for (const name of settings.keys()) {
    if (names.includes(name)) continue
    const hint = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`
    const near = nearest(name, names)
    throw new StrategyError(
      `strategy ${strategy} has no parameter '${name}'${near === undefined ? '' : ` (did you mean '${near}'?)`}: ${hint}`,
    )
  }
  const values: Record<string, number | string | boolean> = {}
  for (const name of names) {
    const declaration = declarations[name]
    if (declaration === undefined) continue
    const text = settings.get(name)
    values[name] = text === undefined ? declaration.value : parseSetting(strategy, name, declaration, text)
  }
  return values as ParamValues<P>
}

function parseSetting(
  strategy: string,
  name: string,
  declaration: Quantity<number> | Quantity<string> | Quantity<boolean>,
  text: string,
): number | string | boolean {
  const refuse = (wanted: string): StrategyError =>
    new StrategyError(`parameter ${name} of strategy ${strategy} is ${wanted}; got '${text}'`)
  const bounded = (value: number, scale: number, sign = ''): number => {
    const { minimum, maximum } = declaration
    const say = (limit: number): string => `${Number((limit / scale).toPrecision(12))}${sign}`
    if (minimum !== undefined && value < minimum) throw refuse(`at least ${say(minimum)}`)
    if (maximum !== undefined && value > maximum) throw refuse(`at most ${say(maximum)}`)
    return value
  }
  switch (declaration.unit) {
    case 'percent': {
      const match = /^(-?\d+(?:\.\d+)?)\s*%$/.exec(text)
      if (match === null) throw refuse(`a percentage: write it with its sign, for example ${name}=1.5%`)
      return bounded(Number(match[1]) / 100, 1 / 100, '%')
    }
    case 'count':
      if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
        throw refuse(`a whole number, for example ${name}=20`)
      return bounded(Number(text), 1)
    case 'amount':
      if (!/^-?\d+(?:\.\d+)?$/.test(text)) throw refuse(`an amount of the quote asset, for example ${name}=1000`)
      return bounded(Number(text), 1)
    case 'duration': {
      const value = parseTimeframe(text)
      if (value === undefined) throw refuse(`a span of time, for example ${name}=30s or ${name}=5m`)
      return bounded(value, 1_000_000, 's')
    }
    case 'timeframe':
      if (parseTimeframe(text) === undefined) throw refuse(`a candle interval, for example ${name}=1m or ${name}=4h`)
      return text
    case 'choice':
      if (declaration.choices?.includes(text) !== true) throw refuse(`one of ${declaration.choices?.join(', ') ?? ''}`)
      return text
    case 'flag':
      if (text !== 'true' && text !== 'false') throw refuse(`true or false`)
      return text === 'true'
  }
}

/** The known word closest to `word` by edit distance, if it is close enough to be a slip. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}

/** `written / divisor` and its bounds: divided like what users type, so that a bound itself is never out of bounds. */
function quantity(unit: Unit, written: number, bounds: Bounds, divisor: number): Quantity {
  const { min, max } = bounds
  if (!Number.isFinite(written)) throw new StrategyError(`${unit}(${written}) is no number`)
  if ((min !== undefined && written < min) || (max !== undefined && written > max))
    throw new StrategyError(`${unit}(${written}) lies outside its own bounds ${min ?? ''} … ${max ?? ''}`)
  return {
    unit,
    value: written / divisor,
    ...(min === undefined ? {} : { minimum: min / divisor }),
    ...(max === undefined ? {} : { maximum: max / divisor }),
  }
}
