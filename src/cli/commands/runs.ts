/** `tapewright runs`: the run folders, oldest first. */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Report } from '../../lab/report/report-data.ts'
import { EXIT } from '../command.ts'
import type { Command } from '../command.ts'
import { listRuns, RUN_FILES, RUNS_FOLDER } from '../run-folder.ts'
import { tableText } from '../table.ts'
import { showTime } from '../times.ts'

/** Instruments that a line names before the rest is only counted. */
const INSTRUMENTS_SHOWN = 3

export const runs: Command = {
  name: 'runs',
  usage: '[--dir FOLDER]',
  summary: 'Lists the runs, oldest first.',
  options: [{ name: 'dir', value: 'FOLDER', help: `folder of the runs (default: ${RUNS_FOLDER})` }],
  examples: ['tapewright runs', 'tapewright runs --json', 'tapewright runs --dir runs'],
  run(args, terminal) {
    const dir = args.one('dir') ?? RUNS_FOLDER
    const found = listRuns(dir).map(({ name, folder, modified }) => ({
      name,
      folder: relative('.', folder) || folder,
      finished: modified.toISOString(),
      ...readFacts(folder),
    }))
    terminal.document({ runs: found })
    if (found.length === 0) {
      terminal.print(`no runs in ${dir}; make one with: tapewright backtest momentum --tape TAPE`)
      return Promise.resolve(EXIT.success)
    }
    const columns = [
      { name: 'run' },
      { name: 'finished (UTC)' },
      { name: 'strategy' },
      { name: 'instruments' },
      { name: 'trades', right: true },
      { name: 'net', right: true },
      { name: 'asset' },
    ]
    const rows = found.map((run) => [
      run.name,
      run.finished.slice(0, 16).replace('T', ' '),
      run.strategies?.join(' ') ?? '(no report)',
      instrumentsText(run.instruments ?? []),
      String(run.trades ?? ''),
      run.net ?? '',
      run.asset ?? '',
    ])
    terminal.print(tableText(columns, rows))
    terminal.print('\nshow one again: tapewright report last')
    return Promise.resolve(EXIT.success)
  },
}

/** What a line tells of a run's report; nothing where the run was cut short before it had one. */
interface RunFacts {
  readonly strategies?: readonly string[]
  readonly instruments?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly trades?: number
  readonly net?: string
  readonly asset?: string
  readonly hash?: string
}

function readFacts(folder: string): RunFacts {
  let report: Report
  try {
    report = JSON.parse(readFileSync(join(folder, RUN_FILES.report), 'utf8')) as Report
  } catch {
    return {}
  }
  return {
    strategies: report.strategies,
    instruments: report.instruments,
    from: `${showTime(report.fromUs)} UTC`,
    to: `${showTime(report.toUs)} UTC`,
    trades: report.trades.count,
    net: report.result.net,
    asset: report.asset,
    hash: report.run.hash,
  }
}

function instrumentsText(names: readonly string[]): string {
  const shown = names.slice(0, INSTRUMENTS_SHOWN).join(' ')
  return names.length > INSTRUMENTS_SHOWN ? `${shown} and ${names.length - INSTRUMENTS_SHOWN} more` : shown
}
