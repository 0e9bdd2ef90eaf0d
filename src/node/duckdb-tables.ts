/**
 * Tables as Parquet files, written by DuckDB. The library is loaded when the first export begins.
 *
 * In: batches of exact columns. Out: one zstd-compressed file `NAME.parquet` per table. Owns: a scratch folder inside the
 * target with a database that collects the rows, removed at the end. Memory: bounded, whatever the number of rows.
 * Fails: DuckDB's or the disk's error; files appear under their names only in `finish`.
 */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type * as duckdb from '@duckdb/node-api'
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk, DuckDBInstance, DuckDBType } from '@duckdb/node-api'
import type {
  ColumnData,
  ColumnType,
  Table,
  TableBatch,
  TableStore,
  TableWriter,
  WrittenTable,
} from '../core/tape/table.ts'
import { wordsOf } from '../core/tape/table.ts'

type DuckDB = typeof duckdb

/** Rows that may wait in memory before the database writes them: two of its row groups. */
const FLUSH_ROWS = 245_760
/** Rows of DuckDB's vectors. */
const CHUNK_ROWS = 2_048
/** Nothing is sorted or joined here: this is for writing row groups. */
const SETTINGS = { threads: '2', memory_limit: '256MB' }

/** A store that writes `FOLDER/NAME.parquet`. */
export async function parquetTables(folder: string): Promise<TableStore> {
  const library = await import('@duckdb/node-api')
  await mkdir(folder, { recursive: true })
  const scratch = await mkdtemp(join(folder, '.export-'))
  const instance = await library.DuckDBInstance.create(join(scratch, 'rows.db'), {
    ...SETTINGS,
    temp_directory: scratch,
  })
  return new ParquetStore(library, instance, await instance.connect(), folder, scratch)
}

class ParquetStore implements TableStore {
  readonly #library: DuckDB
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  readonly #folder: string
  readonly #scratch: string
  readonly #tables: ParquetTable[] = []

  constructor(
    library: DuckDB,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    folder: string,
    scratch: string,
  ) {
    this.#library = library
    this.#instance = instance
    this.#connection = connection
    this.#folder = folder
    this.#scratch = scratch
  }

  async create(table: Table): Promise<TableWriter> {
    const types = table.columns.map(({ type }) => typeOf(this.#library, type))
    const columns = table.columns.map(({ name }, i) => `${quoteName(name)} ${String(types[i])}`)
    await this.#connection.run(`CREATE TABLE ${quoteName(table.name)} (${columns.join(', ')})`)
    const writer = new ParquetTable(this.#library, this.#connection, table, types)
    this.#tables.push(writer)
    return writer
  }

  async finish(): Promise<readonly WrittenTable[]> {
    const written: WrittenTable[] = []
    for (const table of this.#tables) {
      const unfinished = join(this.#scratch, `${table.name}.parquet`)
      await table.copyTo(unfinished)
      const file = join(this.#folder, `${table.name}.parquet`)
      await rename(unfinished, file)
      written.push({ name: table.name, file, rows: table.rows })
    }
    await this.abandon()
    return written
  }

  async abandon(): Promise<void> {
    this.#connection.closeSync()
    this.#instance.closeSync()
    await rm(this.#scratch, { recursive: true, force: true })
  }
}

class ParquetTable implements TableWriter {
  readonly name: string
  rows = 0
  readonly #library: DuckDB
  readonly #connection: DuckDBConnection
  readonly #types: readonly DuckDBType[]
  #appender: DuckDBAppender | undefined
  #chunk: DuckDBDataChunk | undefined
  #unflushed = 0

  constructor(library: DuckDB, connection: DuckDBConnection, table: Table, types: readonly DuckDBType[]) {
    this.name = table.name
    this.#library = library
    this.#connection = connection
    this.#types = types
  }

  async write(batch: TableBatch): Promise<void> {
    this.#appender ??= await this.#connection.createAppender(this.name)
    for (let from = 0; from < batch.rows; from += CHUNK_ROWS) {
      this.#appendChunk(this.#appender, batch, from, Math.min(CHUNK_ROWS, batch.rows - from))
    }
    this.rows += batch.rows
    this.#unflushed += batch.rows
    if (this.#unflushed < FLUSH_ROWS) return
    this.#appender.flushSync()
    this.#unflushed = 0
  }

  /** Writes all rows, in their order, to one file. */
  async copyTo(file: string): Promise<void> {
    this.#appender?.closeSync()
    this.#appender = undefined
    const target = `${quoteText(file)} (FORMAT parquet, COMPRESSION zstd)`
    await this.#connection.run(`COPY ${quoteName(this.name)} TO ${target}`)
  }

  #appendChunk(appender: DuckDBAppender, batch: TableBatch, from: number, rows: number): void {
    const chunk = (this.#chunk ??= this.#library.DuckDBDataChunk.create(this.#types))
    chunk.reset()
    chunk.rowCount = rows
    for (const [i, data] of batch.columns.entries()) fillVector(chunk, i, data, from, rows)
    appender.appendDataChunk(chunk)
  }
}

/** What DuckDB's vectors keep of their memory, whichever type they have. */
interface VectorMemory {
  readonly items?: ArrayBufferView
  readonly dataView?: ArrayBufferView
}

/**
 * Copies rows of a column into a vector. Numbers are copied as bytes into the memory that the vector keeps: setting them
 * one by one takes a BigInt and 50 ns each. That memory is no public part of the class; the version is pinned, and the
 * export's test compares every value.
 */
function fillVector(chunk: DuckDBDataChunk, index: number, data: ColumnData, from: number, rows: number): void {
  const vector = chunk.getColumnVector(index)
  const width = wordsOf(data.type)
  if (width === 0) {
    for (let row = 0; row < rows; row++)
      vector.setItem(row, data.nulls[from + row] === 1 ? null : (data.texts[from + row] ?? null))
  } else {
    const { items, dataView } = vector as unknown as VectorMemory
    const memory = items ?? dataView
    if (memory === undefined) throw new TypeError(`no memory to write to in a vector of ${String(vector.type)}`)
    copyValues(memory, data, from * width, rows * width)
    if (data.hasNulls) for (let row = 0; row < rows; row++) if (data.nulls[from + row] === 1) vector.setItem(row, null)
  }
  vector.flush()
}

/** Copies words as they are, or each into one element where the vector's elements are smaller than a word. */
function copyValues(memory: ArrayBufferView, data: ColumnData, from: number, words: number): void {
  const source = data.words.subarray(from, from + words)
  if (memory.byteLength === source.byteLength) {
    new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength).set(
      new Uint8Array(source.buffer, source.byteOffset, source.byteLength),
    )
  } else if (memory.byteLength === words * 2) new Uint16Array(memory.buffer, memory.byteOffset, words).set(source)
  else new Uint8Array(memory.buffer, memory.byteOffset, words).set(source)
}

function typeOf(library: DuckDB, type: ColumnType): DuckDBType {
  switch (type.kind) {
    case 'int64':
      return library.BIGINT
    case 'uint64':
      return library.UBIGINT
    case 'int32':
      return library.INTEGER
    case 'uint32':
      return library.UINTEGER
    case 'boolean':
      return library.BOOLEAN
    case 'text':
      return library.VARCHAR
    case 'decimal':
      return library.DECIMAL(type.width, type.scale)
    case 'choice':
      return type.values.length === 0 ? library.ENUM(['']) : library.ENUM([...type.values])
  }
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
