/**
 * The guard of a run: clocks, random numbers, timers and the network fail when a strategy, or anything it calls, uses them.
 *
 * The purity check has read the source beforehand; what it could not see (a name put together at run time, a constructor
 * reached through an object) ends here, with file and line. Everything else in the process keeps the originals: who calls
 * is told by the stack, which costs some microseconds per call, so code per row must not use what is guarded.
 */
import { pathToFileURL } from 'node:url'
import { StrategyError } from '../core/strategy/params.ts'
import { GLOBALS, MATH_RANDOM, type Rule } from '../core/strategy/purity/rules.ts'
import { showPath } from './strategy-source.ts'

/** Frames that are looked through; a strategy that calls deeper than this overflows the stack anyway. */
const FRAMES_MAX = 10_000

/** Undoes what `installStrategyGuard` did. */
export interface StrategyGuard {
  uninstall(): void
}

/** Globals that are called or constructed. */
const NAMES = [
  'Date',
  'EventSource',
  'WebSocket',
  'fetch',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
] as const

/** Members of globals that are called. */
const MEMBERS = [
  { owner: 'Date', name: 'now', rule: 'Date' },
  { owner: 'performance', name: 'now', rule: 'performance' },
  { owner: 'crypto', name: 'getRandomValues', rule: 'crypto' },
  { owner: 'crypto', name: 'randomUUID', rule: 'crypto' },
] as const

/** Guards the process against the code in `files` (absolute paths) until `uninstall` is called. */
export function installStrategyGuard(files: readonly string[]): StrategyGuard {
  const urls = new Map(files.map((file) => [pathToFileURL(file).href, file]))
  const undo: (() => void)[] = []
  const replace = (owner: object, name: string, value: unknown): void => {
    const own = Object.getOwnPropertyDescriptor(owner, name)
    Object.defineProperty(owner, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: own?.enumerable ?? true,
    })
    undo.push(() => {
      if (own === undefined) Reflect.deleteProperty(owner, name)
      else Object.defineProperty(owner, name, own)
    })
  }
  for (const { owner, name, rule } of MEMBERS) {
    const target: unknown = Reflect.get(globalThis, owner)
    if (isObject(target)) guardMember(target, name, `${owner}.${name}`, GLOBALS.get(rule))
  }
  guardMember(Math, 'random', 'Math.random', MATH_RANDOM)
  for (const name of NAMES) guardMember(globalThis, name, name, GLOBALS.get(name))

  function guardMember(owner: object, name: string, what: string, rule: Rule | undefined): void {
    const original: unknown = Reflect.get(owner, name)
    if (typeof original !== 'function' || rule === undefined) return
    const check = (): void => {
      const place = callerIn(urls)
      if (place !== undefined) throw new StrategyError(`${place}: ${what}: ${rule.why}; ${rule.instead}`)
    }
    replace(
      owner,
      name,
      new Proxy(original, {
        apply(target, self, given: unknown[]): unknown {
          check()
          return Reflect.apply(target, self, given)
        },
        construct(target, given: unknown[], newTarget): object {
          check()
          return Reflect.construct(target, given, newTarget) as object
        },
      }),
    )
  }

  return {
    uninstall(): void {
      for (let step = undo.pop(); step !== undefined; step = undo.pop()) step()
    },
  }
}

/** `file:line:column` of the innermost frame that lies in one of the files, by URL; undefined if none does. */
function callerIn(urls: ReadonlyMap<string, string>): string | undefined {
  for (const site of callSites()) {
    const url = (site.getFileName() ?? '').replace(/\?.*$/, '')
    const file = urls.get(url)
    if (file !== undefined) return `${showPath(file)}:${site.getLineNumber() ?? 0}:${site.getColumnNumber() ?? 0}`
    // Code made from text carries the place that made it.
    const origin = site.getEvalOrigin() ?? ''
    for (const [known, path] of urls) if (origin.includes(known)) return showPath(path)
  }
  return undefined
}

function callSites(): readonly NodeJS.CallSite[] {
  const { stackTraceLimit, prepareStackTrace } = Error
  try {
    Error.stackTraceLimit = FRAMES_MAX
    Error.prepareStackTrace = (_, sites) => sites
    const { stack } = new Error('where') as unknown as { readonly stack?: readonly NodeJS.CallSite[] }
    return stack ?? []
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    // With the property unset Node formats stacks itself.
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
    else Error.prepareStackTrace = prepareStackTrace
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
