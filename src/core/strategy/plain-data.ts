/** The memory of strategies: plain data, because it is stored in checkpoints and must come back the same. */
import { StrategyError } from './params.ts'

/** Deepest nesting that is stored; more is a structure that was not meant to be data. */
const MAX_DEPTH = 32

/**
 * Canonical text of a strategy's memory: keys in sorted order, numbers exact (NaN, infinities and -0 kept).
 * Throws StrategyError naming the path of anything that is not plain data (functions, class instances, Map, undefined).
 */
export function writePlainData(value: unknown, path: string, depth = 0): string {
  if (depth > MAX_DEPTH) throw new StrategyError(`${path} is nested deeper than ${MAX_DEPTH}: keep state flat`)
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? String(value)
        : `{"$":"${Object.is(value, -0) ? '-0' : String(value)}"}`
    case 'string':
      return JSON.stringify(value)
    case 'boolean':
      return String(value)
    case 'object': {
      if (value === null) return 'null'
      if (Array.isArray(value))
        // Array.from makes a hole the undefined that it reads as.
        return `[${Array.from(value, (item, i) => writePlainData(item, `${path}[${i}]`, depth + 1)).join(',')}]`
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype !== Object.prototype && prototype !== null) throw notPlain(path, `a ${constructorName(value)}`)
      const record = value as Readonly<Record<string, unknown>>
      if ('$' in record) throw notPlain(path, "an object with the key '$', which is reserved")
      if (Object.getOwnPropertySymbols(record).length > 0) throw notPlain(path, 'an object with a symbol as a key')
      const parts = Object.keys(record)
        .toSorted()
        .map((key) => {
          const at = `${path}.${key}`
          if (Object.getOwnPropertyDescriptor(record, key)?.get !== undefined) throw notPlain(at, 'a getter')
          return `${JSON.stringify(key)}:${writePlainData(record[key], at, depth + 1)}`
        })
      return `{${parts.join(',')}}`
    }
    case 'undefined':
      throw notPlain(path, 'undefined (use null)')
    case 'bigint':
    case 'symbol':
    case 'function':
      throw notPlain(path, `a ${typeof value}`)
  }
}

/** Reads what `writePlainData` wrote. */
export function readPlainData(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value === 'object' && value !== null && '$' in value && Object.keys(value).length === 1)
      return Number(value.$)
    return value
  })
}

function notPlain(path: string, what: string): StrategyError {
  return new StrategyError(
    `${path} is ${what}: strategy state must be plain data (numbers, strings, booleans, null, arrays, objects)`,
  )
}

function constructorName(value: object): string {
  const named = value as { readonly constructor?: { readonly name?: unknown } }
  return typeof named.constructor?.name === 'string' ? named.constructor.name : 'class instance'
}
