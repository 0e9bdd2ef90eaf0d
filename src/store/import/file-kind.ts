/** What kind of file this is, by its first line: recorded messages, or a table. */
import { type CsvTable, recogniseTable, symbolFromPath } from '../../venues/binance/csv-form.ts'

export type FileKind =
  | { readonly kind: 'messages' }
  | { readonly kind: 'table'; readonly table: CsvTable; readonly symbol: string; readonly interval: number | undefined }
  | { readonly kind: 'unknown'; readonly reason: string }

const MESSAGE = /^(?:[0-9]+(?:\.[0-9]+)?:? *[{[]|[{[]|wss?:\/\/|https?:\/\/\S+ -> )/

const SECOND = 1_000_000
const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', SECOND],
  ['m', 60 * SECOND],
  ['h', 3600 * SECOND],
  ['d', 86_400 * SECOND],
  ['w', 604_800 * SECOND],
])

/** Recognises a file by its first line that is not empty, and by its path. `symbol` is what the user said, if anything. */
export function recogniseFile(firstLine: string, path: string, symbol: string | undefined): FileKind {
  if (firstLine === '') return { kind: 'unknown', reason: 'the file is empty' }
  if (MESSAGE.test(firstLine)) return { kind: 'messages' }
  if (!firstLine.includes(',')) {
    return {
      kind: 'unknown',
      reason: 'neither recorded messages nor a table: the first line is no JSON and has no commas',
    }
  }
  const result = recogniseTable(firstLine, path)
  if (!result.ok) return { kind: 'unknown', reason: result.reason }
  const named = symbol ?? symbolFromPath(path)
  if (named === undefined) {
    return {
      kind: 'unknown',
      reason: 'the file name does not begin with a symbol (BTCUSDT.csv): say which it is with --symbol',
    }
  }
  return { kind: 'table', table: result.table, symbol: named, interval: intervalFromPath(path) }
}

/** The length of a candle in microseconds, where the file name states it (`BTCUSDT-1m-2024-01.csv`). */
function intervalFromPath(path: string): number | undefined {
  const match = /-([0-9]{1,2})([smhdw])-[0-9]{4}/.exec(path.split(/[/\\]/).at(-1) ?? '')
  const unit = UNITS.get(match?.[2] ?? '')
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit
}
