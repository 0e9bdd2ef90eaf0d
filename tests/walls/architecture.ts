/**
 * The arrows between modules: core ← strategies, venues, exchange ← live ← faultsim, lab, store, console, node,
 * exchange/wire ← cli.
 * In: source files. Out: every import that runs the wrong way, leaves src/, or brings Node or a package where none may be.
 */
import { posix } from 'node:path'
import { type Finding, isTestCode, place, type SourceFile } from './source.ts'

/** A module may import itself and modules of a lower rank; modules of one rank do not know each other. */
const RANKS: Readonly<Record<string, number>> = {
  core: 0,
  // What strategies outside the repository import: it hands on parts of core.
  'index.ts': 1,
  strategies: 1,
  venues: 1,
  exchange: 1,
  live: 2,
  faultsim: 3,
  lab: 3,
  store: 3,
  console: 3,
  node: 3,
  // The simulated exchange on sockets, apart from exchange/ below it.
  'exchange/wire': 3,
  cli: 4,
}

const ARROWS =
  'core ← {strategies, venues, exchange} ← live ← {faultsim, lab, store, console, node, exchange/wire} ← cli'

/** The only modules that touch Node and npm packages. */
const OUTSIDE_WORLD = new Set(['node', 'cli'])

/** Packages that a module outside those two may import all the same. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = { 'exchange/wire': ['fastify', 'ws'] }

/** A specifier as written, and where. `undefined`: an import whose specifier is computed. */
export type ImportedName = { readonly specifier: string | undefined; readonly offset: number }

/** Every import, re-export, type import, dynamic import and require of a file. */
export function importsOf(file: SourceFile): ImportedName[] {
  const found: ImportedName[] = []
  const pattern = /\bfrom\s*(['"])|(?<![.\w$])(?:import|require)\s*(\()?\s*(['"])|(?<![.\w$])(?:import|require)\s*\(/g
  for (const match of file.code.matchAll(pattern)) {
    const quote = match[1] ?? match[3]
    const start = match.index + match[0].length
    // The quote is kept in the blanked code, so the next one closes the string.
    const specifier = quote === undefined ? undefined : file.text.slice(start, file.code.indexOf(quote, start))
    found.push({ specifier, offset: match.index })
  }
  return found
}

/** Checks the imports of production files; test code may import anything. */
export function checkArchitecture(files: readonly SourceFile[]): Finding[] {
  const findings: Finding[] = []
  for (const file of files.filter(({ path }) => !isTestCode(path))) {
    const from = moduleOf(file.path)
    if (RANKS[from] === undefined) {
      findings.push({ at: file.path, message: `src/${from} is no module of the design: ${ARROWS}` })
      continue
    }
    for (const { specifier, offset } of importsOf(file)) {
      const message = wrongImport(file.path, from, specifier)
      if (message !== undefined) findings.push({ at: place(file, offset), message })
    }
  }
  return findings
}

function wrongImport(path: string, from: string, specifier: string | undefined): string | undefined {
  if (specifier === undefined) {
    return OUTSIDE_WORLD.has(from) ? undefined : 'a computed import: only node/ and cli/ load code by name'
  }
  if (!specifier.startsWith('.')) {
    if (OUTSIDE_WORLD.has(from) || PACKAGES[from]?.includes(specifier) === true) return undefined
    return `${from}/ imports ${specifier}: only node/ and cli/ import Node and packages; take a port (an interface) instead`
  }
  const target = posix.join(posix.dirname(path), specifier)
  if (!target.startsWith('src/')) return `${specifier} leaves src/: published code has nothing but src/`
  if (isTestCode(target)) return `${specifier} is test code: it is not published`
  const to = moduleOf(target)
  const rank = RANKS[to]
  if (rank === undefined) return `src/${to} is no module of the design: ${ARROWS}`
  if (to === from || rank < (RANKS[from] ?? 0)) return undefined
  return `${from}/ imports ${to}/ (${specifier}), against the arrows: ${ARROWS}`
}

function moduleOf(path: string): string {
  const [, first = '', second = ''] = path.split('/')
  return RANKS[`${first}/${second}`] === undefined ? first : `${first}/${second}`
}
