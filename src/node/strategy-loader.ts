/**
 * Loads a strategy by its shipped name or from a file of the user's.
 *
 * In: `momentum` or `./dip.ts`. Out: the definition, and the hash of all the source behind it. The code that runs is the
 * text that was checked and hashed: the files are not read a second time. Refuses, with the remedy: unknown names, missing
 * files, mistakes of syntax, impure code, a file that exports no strategy.
 */
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { isStrategy, type StrategyDefinition } from '../core/strategy/contract.ts'
import { nearest, StrategyError } from '../core/strategy/params.ts'
import { OWN_PACKAGE } from '../core/strategy/purity/purity.ts'
import { SHIPPED } from '../strategies/index.ts'
import { OWN_MODULE, readStrategySource, shippedFile, showPath, type StrategySource } from './strategy-source.ts'

export interface LoadedStrategy {
  readonly definition: StrategyDefinition
  /** SHA-256, 64 hexadecimal digits, over the strategy's source and all it imports. */
  readonly sourceHash: string
  /** Absolute path of the strategy's file. */
  readonly file: string
  /** Absolute paths of all files of the strategy. */
  readonly files: readonly string[]
}

/** Hash under which a file URL was loaded; a file that changed since gets a URL of its own. */
const loaded = new Map<string, string>()

/** Loads a strategy; throws StrategyError naming what is wrong and what to do. */
export async function loadStrategy(nameOrPath: string): Promise<LoadedStrategy> {
  const shipped = SHIPPED.get(nameOrPath)
  if (shipped !== undefined) return describe(shipped, readStrategySource(shippedFile(nameOrPath)))
  if (!/[/\\]|\.(?:ts|mts|js|mjs)$/.test(nameOrPath)) throw unknownName(nameOrPath)
  const source = readStrategySource(nameOrPath)
  const exported = await importDefault(source)
  if (!isStrategy(exported)) throw new StrategyError(`${showPath(source.file)} ${whatIsWrong(exported)}`)
  return describe(exported, source)
}

/**
 * `file:line:column` of the innermost frame of an error that lies in one of the files; undefined if none does.
 * Files that were loaded by `loadStrategy` keep their lines and columns.
 */
export function placeOfError(error: unknown, files: readonly string[]): string | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined
  for (const line of error.stack.split('\n')) {
    const match = /(file:\/\/[^\s()]+?)(?:\?[^\s():]*)?:(\d+)(?::(\d+))?\)?$/.exec(line)
    if (match === null) continue
    const [, url = '', row = '', column] = match
    const file = files.find((path) => pathToFileURL(path).href === url)
    if (file !== undefined) return `${showPath(file)}:${row}${column === undefined ? '' : `:${column}`}`
  }
  return undefined
}

function describe(definition: StrategyDefinition, source: StrategySource): LoadedStrategy {
  return { definition, sourceHash: source.hash, file: source.file, files: source.files }
}

function unknownName(name: string): StrategyError {
  const names = [...SHIPPED.keys()]
  const file = ['.ts', '.js'].map((extension) => `./${name}${extension}`).find((path) => existsSync(path))
  if (file !== undefined)
    return new StrategyError(`no strategy '${name}' ships with the program; did you mean the file ${file}?`)
  const near = nearest(name, names)
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`
  return new StrategyError(
    `no strategy '${name}'${hint}: name one of ${names.join(', ')}, or a file of your own such as ./${name}.ts`,
  )
}

function whatIsWrong(exported: unknown): string {
  const remedy = 'write export default defineStrategy({ … })'
  return exported === undefined
    ? `has no default export: ${remedy}`
    : `has a default export that defineStrategy did not make: ${remedy}`
}

/** Runs the modules of a source and returns the default export of its file. */
async function importDefault(source: StrategySource): Promise<unknown> {
  const urls = [...source.modules.keys()]
  const changed = urls.some((url) => (loaded.get(url) ?? source.hash) !== source.hash)
  const suffix = changed ? `?source=${source.hash.slice(0, 16)}` : ''
  if (!changed) for (const url of urls) loaded.set(url, source.hash)
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const parent = withoutQuery(context.parentURL ?? '')
      if (!source.modules.has(parent)) return next(specifier, context)
      if (specifier === OWN_PACKAGE) return { url: OWN_MODULE, shortCircuit: true }
      const url = new URL(specifier, parent).href
      return source.modules.has(url)
        ? { url: url + suffix, format: 'module', shortCircuit: true }
        : next(specifier, context)
    },
    load(url, context, next) {
      const code = source.modules.get(withoutQuery(url))
      return code === undefined ? next(url, context) : { format: 'module', source: code, shortCircuit: true }
    },
  })
  try {
    const module = (await import(pathToFileURL(source.file).href + suffix)) as { readonly default?: unknown }
    return module.default
  } catch (error) {
    const place = placeOfError(error, source.files) ?? showPath(source.file)
    throw new StrategyError(`${place}: ${wordsOf(error)}`, { cause: error })
  } finally {
    hooks.deregister()
  }
}

function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  return words.includes('does not provide an export named') ? `${words}; a type is imported with import type` : words
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*$/, '')
}
