/** Help texts, made from the command table. */
import { COMMON_OPTIONS } from './arguments.ts'
import type { Command, OptionSpec } from './command.ts'

/** Help of the whole program. */
export function programHelp(commands: readonly Command[], version: string): string {
  const width = Math.max(...commands.map((c) => c.name.length))
  return [
    `tapewright ${version}: collects market data, tests and runs trading strategies, and proves what it did`,
    '',
    'usage: tapewright COMMAND [options]      (short name: tw)',
    '',
    ...commands.map((c) => `  ${c.name.padEnd(width)}  ${c.summary}`),
    '',
    'Without a command it runs a demonstration backtest on a made-up market.',
    'tapewright COMMAND --help shows a command with examples.',
  ].join('\n')
}

/** Help of one command. */
export function commandHelp(command: Command): string {
  const rows = [...command.options, ...COMMON_OPTIONS].map((o) => [optionText(o), o.help] as const)
  const width = Math.min(34, Math.max(...rows.map(([text]) => text.length)))
  return [
    command.summary,
    '',
    `usage: tapewright ${command.name} ${command.usage}`.trimEnd(),
    '',
    ...rows.map(([text, help]) => `  ${text.padEnd(width)}  ${help}`),
    '',
    'examples:',
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n')
}

function optionText(option: OptionSpec): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `
  return `${short}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}${option.many === true ? ' …' : ''}`
}
