/** Where runs are kept: one folder each, the newest known as `last`. */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UsageError } from './command.ts'

/** Folder of runs, below the working directory. */
export const RUNS_FOLDER = 'runs'
/** File in it that holds the newest run's name. */
const LAST = 'last'

/** Files of a run. */
export const RUN_FILES = {
  money: 'money.tape',
  report: 'report.json',
  page: 'report.html',
  trades: 'trades.csv',
} as const

/** Makes the folder of a new run: `wanted`, or the next free number with the strategy's name. */
export function newRunFolder(wanted: string | undefined, strategy: string): string {
  if (wanted !== undefined) {
    const folder = resolve(wanted)
    if (existsSync(join(folder, RUN_FILES.money)))
      throw new UsageError(`${wanted} holds a run already: name another folder, or remove it`)
    mkdirSync(folder, { recursive: true })
    return folder
  }
  const runs = resolve(RUNS_FOLDER)
  mkdirSync(runs, { recursive: true })
  const numbers = readdirSync(runs).map((name) => Number(/^(\d+)-/.exec(name)?.[1] ?? 0))
  const name = `${String(Math.max(0, ...numbers) + 1).padStart(4, '0')}-${strategy}`
  mkdirSync(join(runs, name))
  return join(runs, name)
}

/** Remembers a run as the newest. */
export function rememberRun(folder: string): void {
  mkdirSync(resolve(RUNS_FOLDER), { recursive: true })
  writeFileSync(join(resolve(RUNS_FOLDER), LAST), `${folder}\n`)
}

/** Folder of a run named by path, by its name in `runs`, or `last`. Throws UsageError naming what exists. */
export function findRun(name: string): string {
  const last = join(resolve(RUNS_FOLDER), LAST)
  if (name === 'last') {
    if (!existsSync(last)) throw new UsageError('there is no run yet: run tapewright backtest first')
    return findRun(readFileSync(last, 'utf8').trim())
  }
  for (const folder of [resolve(name), join(resolve(RUNS_FOLDER), name)])
    if (existsSync(join(folder, RUN_FILES.money))) return folder
  const known = listRuns().map((run) => run.name)
  throw new UsageError(
    `no run at ${name}${known.length === 0 ? '' : `; there are ${known.slice(-5).join(', ')}`}; see: tapewright runs`,
  )
}

/** Runs in a folder of runs, oldest first. */
export function listRuns(
  dir: string = RUNS_FOLDER,
): readonly { readonly name: string; readonly folder: string; readonly modified: Date }[] {
  const runs = resolve(dir)
  if (!existsSync(runs)) return []
  return readdirSync(runs)
    .filter((name) => existsSync(join(runs, name, RUN_FILES.money)))
    .map((name) => ({ name, folder: join(runs, name), modified: statSync(join(runs, name, RUN_FILES.money)).mtime }))
    .toSorted((a, b) => a.modified.getTime() - b.modified.getTime())
}
