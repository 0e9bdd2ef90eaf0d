/** Reads a command's arguments by its option table. */
import { parseArgs } from 'node:util'
import { nearest } from '../core/strategy/params.ts'
import { UsageError } from './command.ts'
import type { Arguments, Command, OptionSpec } from './command.ts'

/** Options that every command takes. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { name: 'json', help: 'print one JSON document instead of text' },
  { name: 'help', short: 'h', help: 'show this help' },
]

/** Parses `words` for a command. Throws UsageError naming an unknown option with the nearest known one. */
export function parseArguments(command: Command, words: readonly string[]): Arguments {
  const specs = [...command.options, ...COMMON_OPTIONS]
  const names = specs.map((spec) => spec.name)
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      specs.map((spec) => [
        spec.name,
        {
          type: spec.value === undefined ? ('boolean' as const) : ('string' as const),
          ...(spec.short === undefined ? {} : { short: spec.short }),
        },
      ]),
    ),
  })
  const values = new Map<string, string[]>()
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const spec = specs.find((s) => s.name === token.name)
    if (spec === undefined) {
      const near = nearest(token.name, names)
      throw new UsageError(
        `${command.name} has no option ${token.rawName}${near === undefined ? '' : ` (did you mean --${near}?)`}; see: tapewright ${command.name} --help`,
      )
    }
    if (spec.value !== undefined && (token.value === undefined || token.value === ''))
      throw new UsageError(`--${spec.name} wants ${spec.value}; see: tapewright ${command.name} --help`)
    if (spec.value === undefined && token.value !== undefined)
      throw new UsageError(`--${spec.name} takes no value, got '${token.value}'`)
    const known = values.get(spec.name) ?? []
    if (known.length > 0 && spec.many !== true && spec.value !== undefined)
      throw new UsageError(`--${spec.name} is given twice`)
    values.set(spec.name, [...known, token.value ?? 'true'])
  }
  return {
    positionals,
    one: (name) => values.get(name)?.at(-1),
    all: (name) => values.get(name) ?? [],
    has: (name) => values.has(name),
  }
}
