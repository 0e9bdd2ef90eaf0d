/** The commands, in the order in which help shows them. A command is added here and nowhere else. */
import type { Command } from '../command.ts'
import { create } from './new.ts'
import { download } from './download.ts'
import { report } from './report.ts'
import { runs } from './runs.ts'
import { strategies } from './strategies.ts'

export const COMMANDS: readonly Command[] = [download, strategies, create, runs, report]

/** The command that runs when none is named. */
export const DEFAULT_COMMAND: Command | undefined = COMMANDS.find(({ name }) => name === 'demo')
