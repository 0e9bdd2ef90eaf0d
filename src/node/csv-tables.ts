/**
 * Tables as CSV files (RFC 4180, UTF-8, a head line, empty fields for what is missing). Numbers are exact decimal text.
 * In: batches of exact columns. Out: one file `NAME.csv` per table, under its name only in `finish`.
 */
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { printAmount } from '../core/number/decimal.ts'
import {
  wordsOf,
  type ColumnData,
  type Table,
  type TableBatch,
  type TableStore,
  type TableWriter,
  type WrittenTable,
} from '../core/tape/table.ts'

/** A store that writes `FOLDER/NAME.csv`. */
export async function csvTables(folder: string): Promise<TableStore> {
  await mkdir(folder, { recursive: true })
  return new CsvStore(folder)
}

class CsvStore implements TableStore {
  readonly #folder: string
  readonly #tables: CsvTable[] = []

  constructor(folder: string) {
    this.#folder = folder
  }

  async create(table: Table): Promise<TableWriter> {
    const file = join(this.#folder, `${table.name}.csv`)
    const writer = new CsvTable(table.name, file, await open(`${file}.part`, 'w'))
    this.#tables.push(writer)
    await writer.line(table.columns.map(({ name }) => quoted(name)))
    return writer
  }

  async finish(): Promise<readonly WrittenTable[]> {
    for (const { file, handle } of this.#tables) {
      await handle.close()
      await rename(`${file}.part`, file)
    }
    return this.#tables.map(({ name, file, rows }) => ({ name, file, rows }))
  }

  async abandon(): Promise<void> {
    for (const { file, handle } of this.#tables) {
      await handle.close()
      await rm(`${file}.part`, { force: true })
    }
  }
}

class CsvTable implements TableWriter {
  readonly name: string
  readonly file: string
  readonly handle: FileHandle
  rows = 0

  constructor(name: string, file: string, handle: FileHandle) {
    this.name = name
    this.file = file
    this.handle = handle
  }

  async write(batch: TableBatch): Promise<void> {
    const lines: string[] = []
    for (let row = 0; row < batch.rows; row++) {
      lines.push(batch.columns.map((data) => (data.nulls[row] === 1 ? '' : valueText(data, row))).join(','))
    }
    this.rows += batch.rows
    await this.handle.write(`${lines.join('\r\n')}\r\n`)
  }

  async line(fields: readonly string[]): Promise<void> {
    await this.handle.write(`${fields.join(',')}\r\n`)
  }
}

/** A value as CSV. */
function valueText(data: ColumnData, row: number): string {
  const { type, words } = data
  switch (type.kind) {
    case 'text':
      return quoted(data.texts[row] ?? '')
    case 'choice':
      return quoted(type.values[words[row] ?? 0] ?? '')
    case 'boolean':
      return words[row] === 0 ? 'false' : 'true'
    case 'uint32':
      return String(words[row])
    case 'int32':
      return String((words[row] ?? 0) | 0)
    case 'uint64':
      return integerText(words, row * 2, false)
    case 'int64':
      return integerText(words, row * 2, true)
    case 'decimal':
      return printAmount(bigOf(words, row * wordsOf(type), wordsOf(type)), type.scale)
  }
}

/** A 64-bit integer; most are small enough to be printed as doubles, which is quicker. */
function integerText(words: Uint32Array, at: number, signed: boolean): string {
  const low = words[at] ?? 0
  const high = words[at + 1] ?? 0
  const number = (signed ? high | 0 : high) * 4_294_967_296 + low
  if (Number.isSafeInteger(number)) return String(number)
  const value = (BigInt(high) << 32n) | BigInt(low)
  return String(signed ? BigInt.asIntN(64, value) : value)
}

/** A signed integer of `width` words. */
function bigOf(words: Uint32Array, at: number, width: number): bigint {
  let value = 0n
  for (let word = width - 1; word >= 0; word--) value = (value << 32n) | BigInt(words[at + word] ?? 0)
  return BigInt.asIntN(width * 32, value)
}

/** A text, in quotation marks where CSV needs them. An empty text is quoted, so that it differs from a missing one. */
function quoted(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
