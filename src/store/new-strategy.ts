/**
 * `tapewright new`: begins a strategy of the user's own from one that ships with the program.
 *
 * In: a name, a template, its source. Out: a file NAME.ts that runs at once and says how to go on. The templates are the
 * shipped strategies themselves, so that they cannot fall behind. Refuses: names that are no strategy names or that are
 * taken, unknown templates, and to write over a file.
 */
import type { StrategyDefinition } from '../core/strategy/contract.ts'
import { nearest, parseTimeframe, resolveParams, StrategyError } from '../core/strategy/params.ts'
import { paramText } from '../core/strategy/param-text.ts'
import { encodeUtf8 } from '../core/utf8.ts'
import type { FilePort } from '../live/ports.ts'
import { SHIPPED } from '../strategies/index.ts'

/** Days that the example in a new file backtests at least. */
const DAYS_MIN = 30
const DAY_US = 86_400_000_000

export interface NewStrategy {
  readonly name: string
  /** Name of a shipped strategy. */
  readonly template: string
}

/** Writes NAME.ts below the port's folder and returns its path. Throws StrategyError for everything it refuses. */
export async function writeNewStrategy(
  order: NewStrategy,
  sourceOf: (template: string) => Promise<string>,
  files: FilePort,
): Promise<string> {
  checkOrder(order)
  const path = `${order.name}.ts`
  if ((await files.size(path)) !== undefined)
    throw new StrategyError(`${path} exists already and is not written over: choose another name, or remove it first`)
  await files.write(path, encodeUtf8(newStrategyText(order, await sourceOf(order.template))))
  return path
}

/** The text of the new file, made from the template's source. */
export function newStrategyText({ name, template }: NewStrategy, source: string): string {
  const { body, values, types } = withoutOwnImports(source)
  const imports = [`import { ${values.join(', ')} } from 'tapewright'`]
  if (types.length > 0) imports.push(`import type { ${types.join(', ')} } from 'tapewright'`)
  const [, header = '', rest = ''] = /^\/\*\*\n([\s\S]*?)\*\/\n([\s\S]*)$/.exec(body) ?? []
  const renamed = rest.replace(`name: '${template}'`, `name: '${name}'`)
  return `/**\n${introduction(name, template)}${header}*/\n${imports.join('\n')}\n${renamed}`
}

function checkOrder({ name, template }: NewStrategy): void {
  const names = [...SHIPPED.keys()]
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name))
    throw new StrategyError(
      `'${name}' is no name for a strategy: use 1 to 40 of a-z, 0-9 and -, beginning with a letter`,
    )
  if (names.includes(name)) throw new StrategyError(`'${name}' ships with the program: choose another name`)
  if (names.includes(template)) return
  const near = nearest(template, names)
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`
  throw new StrategyError(`no template '${template}'${hint}: there are ${names.join(', ')}`)
}

/** The first lines of the new file: what to do with it, and the rules that every strategy keeps. */
function introduction(name: string, template: string): string {
  const definition = SHIPPED.get(template)
  const params = Object.entries(definition?.params ?? {})
  const settings = params.map(([param, declaration]) => `--set ${param}=${paramText(declaration)}`)
  // Candles are downloaded by name; best prices, books and trades come from a recording.
  const market = definition?.onCandle === undefined ? '--tape TAPE' : `-i BTCUSDT --last ${daysToTry(definition)}d`
  return [
    `${name}: a strategy of your own, begun from the template '${template}'. All of it is yours to change.`,
    '',
    `    tapewright backtest ./${name}.ts ${market}`,
    `    tapewright backtest ./${name}.ts ${market} ${settings[0] ?? ''}`.trimEnd(),
    '',
    'Four rules hold for every strategy; a run that breaks one stops with the file and the line:',
    '- it says what it wants (ctx.signal, ctx.target, ctx.quote), the engine sends the orders;',
    '- it reads no clock, random number, file or network; the time is ctx.time;',
    '- what it remembers is plain data in ctx.state, made by state: () => ({ … }), one for each instrument;',
    '- what a handler is given is valid only during the call: copy numbers, keep no objects.',
    'Prices and quantities are in units of their assets, percentages are fractions (1 % is 0.01), times milliseconds.',
    '',
    'How the template works:',
    '',
  ]
    .map((line) => ` * ${line}`.trimEnd() + '\n')
    .join('')
}

/** Days of candles that warm a strategy up and leave it three times as long to act. */
function daysToTry({ name, params = {}, needs }: StrategyDefinition): number {
  const { candles = [], history = 0 } =
    typeof needs === 'function' ? needs(resolveParams(name, params, new Map())) : needs
  const longest = Math.max(0, ...candles.map((interval) => parseTimeframe(interval) ?? 0))
  return Math.max(DAYS_MIN, Math.ceil((4 * history * longest) / DAY_US))
}

/** Takes out the imports from the program's own files and collects their names. */
function withoutOwnImports(source: string): {
  readonly body: string
  readonly values: readonly string[]
  readonly types: readonly string[]
} {
  const values: string[] = []
  const types: string[] = []
  const body = source.replace(
    /^import (type )?\{([^}]*)\} from '\.\.\/core\/[\w/-]+\.(?:ts|js)'\n/gm,
    (_, type: string | undefined, names: string) => {
      const list = type === undefined ? values : types
      list.push(
        ...names
          .split(',')
          .map((one) => one.trim())
          .filter((one) => one !== ''),
      )
      return ''
    },
  )
  return { body, values: values.toSorted(), types: types.toSorted() }
}
