/** Turns whatever was thrown into one line that names the place and the remedy, and an exit code. */
import { EXIT } from './command.ts'
import type { Terminal } from './command.ts'

/** Exit code of a bug of ours, that of BSD's sysexits: no result may be read from it. */
export const EXIT_BUG = 70

/** What is told about a failure. */
export interface Failure {
  /** A short word for programs. */
  readonly code: string
  readonly message: string
  readonly exit: number
}

/**
 * Names of errors that a person can mend, and the codes by which programs know them. By name, because an error that comes
 * from another thread keeps its name and loses its class.
 */
const MENDABLE: ReadonlyMap<string, string> = new Map([
  ['UsageError', 'usage'],
  ['StrategyError', 'strategy'],
  ['TapeError', 'tape'],
  ['DecimalError', 'number'],
  ['AccountError', 'account'],
  ['FileError', 'file'],
  ['InputError', 'input'],
  ['MarketError', 'market'],
  ['RecordingError', 'recording'],
  ['BoxStateError', 'state'],
])

/** Refusals of the operating system, which name the path themselves. */
const SYSTEM_REMEDIES: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'there is no such file or folder; check the path'],
  ['EACCES', 'no permission; change it, or choose another place'],
  ['EPERM', 'no permission; change it, or choose another place'],
  ['EROFS', 'the file system is read-only; choose another place'],
  ['ENOSPC', 'the disk is full; free space, or choose another place'],
  ['EDQUOT', 'the disk quota is used up; free space, or choose another place'],
  ['EISDIR', 'it is a folder where a file is wanted; name a file'],
  ['ENOTDIR', 'a part of the path is a file; choose another place'],
  ['EEXIST', 'it exists already; remove it, or choose another name'],
  ['EMFILE', 'too many files are open; raise the limit (ulimit -n)'],
])

/** What to tell about an error. */
export function explainFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return bug(String(error), '')
  const code = MENDABLE.get(error.name)
  if (code !== undefined) return { code, message: error.message, exit: EXIT.usage }
  // `ENOENT: no such file or directory, open 'x.tape'`
  const [, refusal, path] = /^([A-Z]+): .*?'(.*)'$/s.exec(error.message) ?? []
  const remedy = SYSTEM_REMEDIES.get(refusal)
  if (remedy !== undefined) return { code: 'file', message: `${String(path)}: ${remedy}`, exit: EXIT.usage }
  return bug(`${error.name}: ${error.message}`, error.stack ?? '')
}

/** Prints a failure: on stderr for people, and with `--json` as the document on stdout. Returns the exit code. */
export function reportFailure(error: unknown, terminal: Terminal): number {
  const { code, message, exit } = explainFailure(error)
  terminal.document({ error: { code, message } })
  terminal.remark(errorText(message))
  return exit
}

/** `tapewright: message`; further lines are set in below it. */
export function errorText(message: string): string {
  return `tapewright: ${message.replaceAll('\n', '\n  ')}`
}

function bug(message: string, stack: string): Failure {
  const trace = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return { code: 'bug', message: [`${message} (this is a bug, please report it)`, ...trace].join('\n'), exit: EXIT_BUG }
}
