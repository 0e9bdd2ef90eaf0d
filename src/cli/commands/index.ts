/**
 * The commands, in the order in which help shows them. A command is added here and nowhere else.
 * Each is loaded when it is needed: a short answer must not wait for the code of a backtest.
 */
import type { Command } from '../command.ts'

const LOADERS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['demo', async () => (await import('./demo.ts')).demo],
  ['backtest', async () => (await import('./backtest.ts')).backtest],
  ['verify', async () => (await import('./verify.ts')).verify],
  ['exchange', async () => (await import('./exchange.ts')).exchange],
  ['download', async () => (await import('./download.ts')).download],
  ['import', async () => (await import('./import.ts')).importCommand],
  ['info', async () => (await import('./info.ts')).info],
  ['book', async () => (await import('./book.ts')).book],
  ['export', async () => (await import('./export.ts')).exportCommand],
  ['instruments', async () => (await import('./instruments.ts')).instruments],
  ['strategies', async () => (await import('./strategies.ts')).strategies],
  ['new', async () => (await import('./new.ts')).create],
  ['runs', async () => (await import('./runs.ts')).runs],
  ['report', async () => (await import('./report.ts')).report],
])

export const COMMAND_NAMES: readonly string[] = [...LOADERS.keys()]

/** The command that runs when none is named. */
export const DEFAULT_COMMAND = 'demo'

/** The command of this name; undefined when there is none. */
export async function loadCommand(name: string): Promise<Command | undefined> {
  return await LOADERS.get(name)?.()
}

/** All commands, for help. */
export function loadAllCommands(): Promise<Command[]> {
  return Promise.all([...LOADERS.values()].map((load) => load()))
}
