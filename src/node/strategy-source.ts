/**
 * The source of a strategy: its file and every file that it imports, read once, checked and hashed.
 *
 * In: the path of a strategy file. Out: the code to run, byte for byte what was checked and hashed, and the hash that
 * goes onto the tape. Refuses: what cannot be read or parsed, imports that lead nowhere, and everything impure; each with
 * file, line, column and remedy. Imports of 'tapewright' (and of its own core) end here: they belong to the build.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { StrategyError } from '../core/strategy/params.ts'
import { findImpurities, formatFinding, importsOf, OWN_PACKAGE, type Import } from '../core/strategy/purity/purity.ts'
import { parseSource } from './strategy-syntax.ts'

/** Files of more than this are data, not a strategy. */
const FILE_BYTES_MAX = 4_000_000
/** Files of more than this many are a program of their own. */
const FILES_MAX = 500

const EXTENSIONS = /\.(?:ts|mts|js|mjs)$/
const TYPESCRIPT = /\.m?ts$/
/** This file's own kind: `.ts` in a checkout, `.js` in a published package. */
const OWN_EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const OWN_CORE = new URL('../core/', import.meta.url).href

/** The module behind `import … from 'tapewright'`. */
export const OWN_MODULE: string = new URL(`../index${OWN_EXTENSION}`, import.meta.url).href

/** Where the strategies that ship with the program stand. */
export function shippedFile(name: string): string {
  return fileURLToPath(new URL(`../strategies/${name}${OWN_EXTENSION}`, import.meta.url))
}

export interface StrategySource {
  /** Absolute path of the strategy file. */
  readonly file: string
  /** Absolute paths of all files, the strategy's own first, the others sorted. */
  readonly files: readonly string[]
  /** JavaScript by file URL. */
  readonly modules: ReadonlyMap<string, string>
  /** Packages that are imported. */
  readonly packages: readonly string[]
  /** SHA-256 over texts, relative names and packages: the same on every machine. */
  readonly hash: string
}

/** Reads a strategy and all it imports. Throws StrategyError that names every place with its remedy. */
export function readStrategySource(path: string): StrategySource {
  const file = existing(resolve(path), `no strategy file ${showPath(path)}`)
  const texts = new Map<string, string>()
  const modules = new Map<string, string>()
  const packages = new Set<string>()
  const problems: string[] = []
  const queue = [file]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (texts.has(next)) continue
    if (texts.size === FILES_MAX)
      throw new StrategyError(`${showPath(file)} imports more than ${FILES_MAX} files: make it smaller`)
    const text = readText(next)
    texts.set(next, text)
    const parsed = parseSource(text, TYPESCRIPT.test(next))
    if ('message' in parsed) {
      const place = [parsed.line, parsed.column]
        .filter((n) => n > 0)
        .map((n) => `:${n}`)
        .join('')
      throw new StrategyError(`${showPath(next)}${place}: ${parsed.message}`)
    }
    modules.set(pathToFileURL(next).href, parsed.code)
    for (const finding of findImpurities(parsed.program, parsed.code))
      problems.push(`${showPath(next)}:${formatFinding(finding)}`)
    for (const one of importsOf(parsed.program, parsed.code)) {
      const target = targetOf(one, next, problems)
      if (target === undefined) packages.add(one.specifier)
      else if (isOwn(target)) packages.add(OWN_PACKAGE)
      else if (target !== '') queue.push(target)
    }
  }
  if (problems.length > 0) throw new StrategyError(problems.join('\n'))
  const files = [file, ...[...texts.keys()].filter((name) => name !== file).toSorted()]
  return { file, files, modules, packages: [...packages].toSorted(), hash: hashOf(file, texts, packages) }
}

/** A path as messages show it: relative to the working directory where that is shorter. */
export function showPath(path: string): string {
  const near = relative(process.cwd(), resolve(path))
  return near === '' || near.startsWith('..') ? resolve(path) : near
}

/** Path of an imported file, undefined for a package, '' if it leads nowhere (then it is a problem). */
function targetOf({ specifier, line, column }: Import, from: string, problems: string[]): string | undefined {
  if (!/^\.{0,2}\//.test(specifier)) return undefined
  const path = fileURLToPath(new URL(specifier, pathToFileURL(from)))
  const place = `${showPath(from)}:${line}:${column}: import of '${specifier}'`
  if (!EXTENSIONS.test(path)) {
    const with_ = ['.ts', '.js', '.mts', '.mjs'].find((extension) => existsSync(path + extension))
    problems.push(
      with_ === undefined
        ? `${place}: a strategy imports .ts and .js files only; put tables into a file of constants`
        : `${place}: names are written in full; write '${specifier}${with_}'`,
    )
    return ''
  }
  if (!existsSync(path)) {
    problems.push(`${place}: there is no file ${showPath(path)}`)
    return ''
  }
  return realpathSync(path)
}

function isOwn(path: string): boolean {
  if (path === '') return false
  const { href } = pathToFileURL(path)
  return href.startsWith(OWN_CORE) || href === OWN_MODULE
}

function existing(path: string, missing: string): string {
  if (!existsSync(path)) throw new StrategyError(`${missing}: check the path, or see 'tapewright new --help'`)
  if (statSync(path).isDirectory())
    throw new StrategyError(`${showPath(path)} is a folder: name the strategy's file in it`)
  if (!EXTENSIONS.test(path)) throw new StrategyError(`${showPath(path)}: a strategy is a .ts or .js file`)
  return realpathSync(path)
}

function readText(path: string): string {
  const { size } = statSync(path)
  if (size > FILE_BYTES_MAX)
    throw new StrategyError(`${showPath(path)} has ${size} bytes, at most ${FILE_BYTES_MAX} are read: it is no source`)
  return readFileSync(path, 'utf8')
}

/** Names are relative to the strategy's file, whose own name does not count; lengths part one text from the next. */
function hashOf(file: string, texts: ReadonlyMap<string, string>, packages: ReadonlySet<string>): string {
  const named = [...texts].map(([path, text]) => ({
    name: path === file ? '' : relative(dirname(file), path).split(sep).join('/'),
    bytes: Buffer.from(text),
  }))
  const hash = createHash('sha256')
  for (const { name, bytes } of named.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    hash.update(`file ${JSON.stringify(name)} ${bytes.length}\n`).update(bytes)
  for (const name of [...packages].toSorted()) hash.update(`package ${JSON.stringify(name)}\n`)
  return hash.digest('hex')
}
