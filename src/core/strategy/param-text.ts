/** Parameters as text: what `--set` would take to give the value again. */
import { parseTimeframe, type ParamDeclarations, type Quantity } from './params.ts'

const SPANS = ['w', 'd', 'h', 'm', 's'] as const

/** A declaration's default as `--set NAME=…` takes it: `1%`, `44`, `1d`, `30s`. */
export function paramText(declaration: ParamDeclarations[string]): string {
  const { unit, value } = declaration
  switch (unit) {
    case 'percent':
      return `${Number((Number(value) * 100).toPrecision(12))}%`
    case 'duration':
      return spanText(Number(value))
    case 'amount':
    case 'count':
    case 'timeframe':
    case 'choice':
    case 'flag':
      return String(value)
  }
}

/** Limits of a numeric declaration in the same words; empty where it has none. */
export function boundsText(declaration: ParamDeclarations[string]): string {
  const { minimum, maximum } = declaration
  const say = (value: number): string => paramText({ unit: declaration.unit, value } as Quantity)
  const least = minimum === undefined ? '' : `at least ${say(minimum)}`
  const most = maximum === undefined ? '' : `at most ${say(maximum)}`
  return [least, most].filter((text) => text !== '').join(', ')
}

/** Microseconds as the largest whole unit that gives them exactly. */
function spanText(microseconds: number): string {
  for (const unit of SPANS) {
    const one = parseTimeframe(`1${unit}`) ?? 1
    if (microseconds >= one && microseconds % one === 0) return `${microseconds / one}${unit}`
  }
  return `${microseconds / 1e6}s`
}
