/** `tapewright export`: a tape as Parquet or CSV tables, for DuckDB, pandas, polars and spreadsheets. */
import { relative } from 'node:path'
import { csvTables } from '../../node/csv-tables.ts'
import { parquetTables } from '../../node/duckdb-tables.ts'
import { exportTape } from '../../store/export.ts'
import type { ExportResult } from '../../store/export.ts'
import { EXIT, UsageError } from '../command.ts'
import type { Arguments, Command } from '../command.ts'
import { countText, plural, tableText } from '../table.ts'
import { onlyTape, openForCommand } from '../tape-input.ts'

const FORMATS = ['parquet', 'csv'] as const
type Format = (typeof FORMATS)[number]

export const exportCommand: Command = {
  name: 'export',
  usage: 'TAPE --out FOLDER [--format parquet|csv]',
  summary: 'Writes a tape as tables, one file for each kind of row, exact values with their units in the column names.',
  options: [
    { name: 'out', value: 'FOLDER', help: 'where the files go; files of the same names are replaced' },
    { name: 'format', value: 'FORMAT', help: `${FORMATS.join(' or ')} (default: ${FORMATS[0]})` },
  ],
  examples: ['tapewright export btc.tape --out btc', 'tapewright export btc.tape --out btc-csv --format csv'],
  async run(args, terminal) {
    const path = onlyTape(args, 'export')
    const out = args.one('out')
    if (out === undefined) throw new UsageError('where to? Add --out FOLDER')
    const format = formatOf(args)
    const tape = await openForCommand(path, terminal)
    let result: ExportResult
    try {
      const store = await (format === 'csv' ? csvTables(out) : parquetTables(out))
      result = await exportTape(tape, store, (records) => terminal.progress(`${countText(records)} records`))
    } finally {
      await tape.close()
    }
    const tables = result.tables.map(({ name, file, rows }) => ({ name, file: relative('.', file) || file, rows }))
    const skipped = [...result.skipped].map(([kind, records]) => ({ kind, records }))
    terminal.document({ tape: path, format, records: result.records, tables, skipped })
    const columns = [{ name: 'table' }, { name: 'rows', right: true }, { name: 'file' }]
    terminal.print(
      tableText(
        columns,
        tables.map(({ name, file, rows }) => [name, countText(rows), file]),
      ),
    )
    for (const { kind, records } of skipped)
      terminal.remark(`${plural(records, 'record')} of kind ${kind} left out: this version does not know that kind`)
    return EXIT.success
  },
}

function formatOf(args: Arguments): Format {
  const text = args.one('format') ?? FORMATS[0]
  const format = FORMATS.find((one) => one === text)
  if (format === undefined) throw new UsageError(`--format ${text}: choose ${FORMATS.join(' or ')}`)
  return format
}
