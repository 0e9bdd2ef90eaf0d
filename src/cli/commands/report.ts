/** `tapewright report`: shows the result of a run again. */
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Report } from '../../lab/report/report-data.ts'
import { REPORT_SCHEMA } from '../../lab/report/report-data.ts'
import { reportText } from '../../lab/report/text.ts'
import { EXIT, UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { openInBrowser } from '../open-page.ts'
import { resultDocument } from '../result-document.ts'
import { findRun, RUN_FILES } from '../run-folder.ts'

export const report: Command = {
  name: 'report',
  usage: '[RUN | last] [--open]',
  summary: 'Shows the result of a run again; --open opens its page in the browser.',
  options: [{ name: 'open', help: 'open report.html in the browser' }],
  examples: ['tapewright report last', 'tapewright report last --open', 'tapewright report last --json'],
  async run(args, terminal) {
    const [name = 'last', ...more] = args.positionals
    if (more.length > 0) throw new UsageError('name one run, or last; see: tapewright runs')
    const folder = findRun(name)
    const found = readReport(folder)
    const page = join(folder, RUN_FILES.page)
    terminal.document(resultDocument(found, folder))
    terminal.print(reportText(found, { colour: terminal.colour }).trimEnd())
    terminal.print(`\npage: ${relative('.', page)}`)
    if (args.has('open')) {
      if (!existsSync(page)) throw new UsageError(`${page} is not there: run the backtest again`)
      await openInBrowser(page)
    }
    return EXIT.success
  },
}

function readReport(folder: string): Report {
  const file = join(folder, RUN_FILES.report)
  if (!existsSync(file)) throw new UsageError(`${file} is not there: the run was cut short; run the backtest again`)
  const value = parse(file)
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined
  if (schema === REPORT_SCHEMA) return value as Report
  throw new UsageError(
    typeof schema === 'number' && schema > REPORT_SCHEMA
      ? `${file} was written by a newer version: use that one`
      : `${file} is no report of this version: run the backtest again`,
  )
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UsageError(`${file} is damaged (${error.message}): run the backtest again`)
  }
}
