#!/usr/bin/env node
/**
 * Command line: finds the command in the table (commands/index.ts), reads its arguments, runs it.
 * In: arguments. Out: text or one JSON document on stdout, remarks and errors on stderr, and an exit code: 0 success,
 * 1 negative result, 2 wrong usage or input, 3 not reproducible, 70 a bug of ours. Owns nothing. Refuses what no command
 * takes, with the nearest that one does. Fails: every error becomes one line with its remedy (failures.ts).
 */
import { readFileSync } from 'node:fs'
import { nearest } from '../core/strategy/params.ts'
import { parseArguments } from './arguments.ts'
import { EXIT, UsageError } from './command.ts'
import type { Command } from './command.ts'
import { COMMAND_NAMES, DEFAULT_COMMAND, loadAllCommands, loadCommand } from './commands/index.ts'
import { reportFailure } from './failures.ts'
import { commandHelp, programHelp } from './help.ts'
import { openTerminal } from './terminal.ts'

async function main(words: readonly string[]): Promise<number> {
  const terminal = openTerminal(words.includes('--json'))
  try {
    const [first, ...rest] = words
    if (first === '--version' || first === '-v') return say(version())
    if (first === '--help' || first === '-h' || (first === 'help' && rest[0] === undefined))
      return say(programHelp(await loadAllCommands(), version()))
    if (first === 'help') return say(commandHelp(await find(rest[0] ?? '')))
    // Without a name, options are those of the default command: `tapewright --json`.
    const named = first !== undefined && !first.startsWith('-')
    const command = await find(named ? first : DEFAULT_COMMAND)
    const own = named ? rest : words
    if (own.includes('--help') || own.includes('-h')) return say(commandHelp(command))
    return await command.run(parseArguments(command, own), terminal)
  } catch (error) {
    return reportFailure(error, terminal)
  } finally {
    terminal.finish()
  }
}

async function find(name: string): Promise<Command> {
  const command = await loadCommand(name)
  if (command !== undefined) return command
  const near = nearest(name, COMMAND_NAMES)
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`
  throw new UsageError(`there is no command '${name}'${hint}; see: tapewright --help`)
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return EXIT.success
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}

// Whoever reads our output may stop early (`tapewright runs | head -1`): that is no error, and there is nobody left to tell.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
}

process.exitCode = await main(process.argv.slice(2))
