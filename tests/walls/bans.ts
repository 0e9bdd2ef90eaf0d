/**
 * What may not appear in code that must replay bit for bit: clocks, random numbers, unordered iteration, collector-dependent
 * objects and functions whose bits differ between runtimes.
 * Escape: `// sim-ok: reason` on the line or the line above; few are allowed, each counted.
 */
import { type Finding, isTestCode, place, type SourceFile } from './source.ts'

/** Modules whose every decision is replayed. `exchange/wire` talks to sockets and is not one of them. */
const REPLAYED = /^src\/(?:core|strategies|venues|live|exchange(?!\/wire\/))\//

/** Escapes in the whole repository; a new one must replace an old one or raise this number in review. */
export const ESCAPES_MAX = 8

type Ban = { readonly pattern: RegExp; readonly message: string }

const BANS: readonly Ban[] = [
  { pattern: /\bDate\s*\.\s*now\b/g, message: 'Date.now reads a clock: take the time from the row (append time, µs)' },
  {
    pattern: /\bnew\s+Date\b/g,
    message: 'new Date( reads a clock or a time zone: use integer µs and the calendar of core/',
  },
  { pattern: /\bMath\s*\.\s*random\b/g, message: 'Math.random differs per run: use a seeded generator kept in state' },
  { pattern: /(?<![.\w$])performance\b(?!\s*:)/g, message: 'performance reads a clock: measure in bench/ or node/' },
  {
    pattern: /\bfor\s*\(\s*(?:(?:const|let|var)\s+)?[\w$]+\s+in\b/g,
    message: 'for…in walks inherited keys in an order of the object: use a Map, an array or Object.keys(…).sort()',
  },
  { pattern: /\.\s*toLocale\w*/g, message: 'toLocale… depends on the machine: print with core/number' },
  { pattern: /\.\s*localeCompare\b/g, message: 'localeCompare depends on the machine: compare with < and >' },
  { pattern: /(?<![.\w$])Intl\b/g, message: 'Intl depends on the machine: print with core/number' },
  { pattern: /\bWeakRef\b/g, message: 'WeakRef shows the garbage collector: own the object or drop it' },
  {
    pattern: /\bFinalizationRegistry\b/g,
    message: 'FinalizationRegistry shows the garbage collector: release explicitly',
  },
  {
    pattern: /\bMath\s*\.\s*pow\b/g,
    message: 'Math.pow has different bits on different runtimes: multiply, or use a table of powers',
  },
  { pattern: /\*\*/g, message: '** has different bits on different runtimes: multiply, or use a table of powers' },
]

const REFERENCE = /^[ \t]*\/\/\/\s*<reference/gm
const REFERENCE_MESSAGE = '/// <reference lets Node or DOM types in: describe what you need as a port (an interface)'
const ESCAPE = /\/\/ sim-ok:[ \t]*(.*)/

/** Banned words in replayed production code, except on escaped lines. */
export function checkBans(files: readonly SourceFile[]): Finding[] {
  const findings: Finding[] = []
  for (const file of files.filter(({ path }) => REPLAYED.test(path) && !isTestCode(path))) {
    const lines = file.text.split('\n')
    const found = BANS.flatMap(({ pattern, message }) => matches(file.code, pattern, message))
    for (const { offset, message } of [...found, ...matches(file.text, REFERENCE, REFERENCE_MESSAGE)]) {
      const line = file.text.slice(0, offset).split('\n').length - 1
      const escaped = ESCAPE.test(lines[line] ?? '') || /^\s*\/\/ sim-ok:/.test(lines[line - 1] ?? '')
      if (!escaped) findings.push({ at: place(file, offset), message })
    }
  }
  return findings
}

/** Escapes without a reason, and too many of them. */
export function checkEscapes(files: readonly SourceFile[], most: number = ESCAPES_MAX): Finding[] {
  const findings: Finding[] = []
  let count = 0
  for (const file of files.filter(({ path }) => !isTestCode(path))) {
    for (const [index, line] of file.text.split('\n').entries()) {
      const reason = ESCAPE.exec(line)?.[1]
      if (reason === undefined) continue
      count++
      const at = `${file.path}:${index + 1}`
      if (reason.trim().length < 10) findings.push({ at, message: 'sim-ok needs a reason that a reader can check' })
    }
  }
  if (count > most)
    findings.push({ at: 'src/', message: `${count} sim-ok escapes, at most ${most}: make code that needs none` })
  return findings
}

function matches(text: string, pattern: RegExp, message: string): { offset: number; message: string }[] {
  return [...text.matchAll(pattern)].map((match) => ({ offset: match.index, message }))
}
