/**
 * Turns a tape into tables: one per kind of row, one for the levels of all books, one for the instruments.
 *
 * In: a tape, and a store for tables. Out: exact columns with units in their names. Memory: one batch per table.
 * Kinds that this build does not know are counted, not exported. Fails: a row with a value that no writer writes, naming it.
 */
import type { Instrument } from '../core/market/instrument.ts'
import type { KindFields } from '../core/tape/field-shapes.ts'
import { fieldsOfKind } from '../core/tape/fields.ts'
import { DEPTH_DIFF, DEPTH_PARTIAL, DEPTH_SNAPSHOT } from '../core/tape/kinds.ts'
import { printRow } from '../core/tape/print.ts'
import { kindOf, recordRows, type RowBuffer } from '../core/tape/row-buffer.ts'
import type { TapeSource } from '../core/tape/source.ts'
import { TableBatch, type TableStore, type TableWriter, type WrittenTable } from '../core/tape/table.ts'
import { fieldColumns, headColumns, type FilledColumn } from './export-columns.ts'
import { levelColumns, levelCount, type LevelColumn } from './export-levels.ts'
import { writeInstruments } from './export-instruments.ts'

/** Rows of a batch: enough that a driver's cost per call does not show. */
const BATCH_ROWS = 16_384

/** What an export amounts to. */
export interface ExportResult {
  readonly tables: readonly WrittenTable[]
  /** Records read. */
  readonly records: number
  /** Records of kinds that this build does not know, by kind number. */
  readonly skipped: ReadonlyMap<number, number>
}

/** Exports all rows that `source` still has; closes neither. `progress` is told the records read, now and then. */
export async function exportTape(
  source: TapeSource,
  store: TableStore,
  progress: (records: number) => void = () => undefined,
): Promise<ExportResult> {
  const run = new Export(source.instruments, store)
  try {
    for (let rows = await source.next(); rows !== undefined; rows = await source.next()) {
      await run.take(rows)
      source.release(rows)
      progress(run.records)
    }
    await writeInstruments(source.instruments, store)
    await run.flush()
    return { tables: await store.finish(), records: run.records, skipped: run.skipped }
  } catch (error) {
    await store.abandon()
    throw error
  }
}

/** A table being filled from records of one kind. */
class KindTable {
  readonly columns: readonly FilledColumn[]
  readonly batch: TableBatch
  readonly #writer: TableWriter

  constructor(columns: readonly FilledColumn[], batch: TableBatch, writer: TableWriter) {
    this.columns = columns
    this.batch = batch
    this.#writer = writer
  }

  static async open(shape: KindFields, instruments: readonly Instrument[], store: TableStore): Promise<KindTable> {
    const columns = [...headColumns(shape, instruments), ...fieldColumns(shape, instruments)]
    const table = { name: shape.table, columns }
    return new KindTable(columns, new TableBatch(table, BATCH_ROWS), await store.create(table))
  }

  add(rows: RowBuffer, row: number): void {
    const { batch, columns } = this
    const to = batch.rows
    for (let i = 0; i < columns.length; i++) {
      const data = batch.columns[i]
      if (data !== undefined) columns[i]?.fill(data, to, rows, row)
    }
    batch.rows = to + 1
  }

  async flush(): Promise<void> {
    if (this.batch.rows === 0) return
    await this.#writer.write(this.batch)
    this.batch.clear()
  }
}

/** The levels of all depth rows, one row each. */
class LevelTable {
  readonly batch: TableBatch
  readonly #columns: readonly LevelColumn[]
  readonly #writer: TableWriter

  constructor(columns: readonly LevelColumn[], batch: TableBatch, writer: TableWriter) {
    this.#columns = columns
    this.batch = batch
    this.#writer = writer
  }

  static async open(instruments: readonly Instrument[], store: TableStore): Promise<LevelTable> {
    const columns = levelColumns(instruments)
    const table = { name: 'depth-levels', columns }
    return new LevelTable(columns, new TableBatch(table, BATCH_ROWS), await store.create(table))
  }

  async add(rows: RowBuffer, row: number): Promise<void> {
    const { batch } = this
    const count = levelCount(rows, row)
    for (let level = 0; level < count; level++) {
      if (batch.rows === batch.capacity) await this.flush()
      const to = batch.rows
      for (let i = 0; i < this.#columns.length; i++) {
        const data = batch.columns[i]
        if (data !== undefined) this.#columns[i]?.fill(data, to, rows, row, level)
      }
      batch.rows = to + 1
    }
  }

  async flush(): Promise<void> {
    if (this.batch.rows === 0) return
    await this.#writer.write(this.batch)
    this.batch.clear()
  }
}

class Export {
  records = 0
  readonly skipped: Map<number, number> = new Map()
  readonly #instruments: readonly Instrument[]
  readonly #store: TableStore
  readonly #tables: (KindTable | undefined)[] = Array.from({ length: 256 })
  #levels: LevelTable | undefined

  constructor(instruments: readonly Instrument[], store: TableStore) {
    this.#instruments = instruments
    this.#store = store
  }

  async take(rows: RowBuffer): Promise<void> {
    for (let row = 0; row < rows.length; row += recordRows(rows, row)) {
      const kind = kindOf(rows, row)
      this.records++
      const table = this.#tables[kind] ?? (await this.#open(kind))
      if (table === undefined) continue
      if (table.batch.rows === table.batch.capacity) await table.flush()
      try {
        table.add(rows, row)
        if (kind === DEPTH_DIFF.kind || kind === DEPTH_SNAPSHOT.kind || kind === DEPTH_PARTIAL.kind) {
          this.#levels ??= await LevelTable.open(this.#instruments, this.#store)
          await this.#levels.add(rows, row)
        }
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        throw new RangeError(
          `record ${this.records} cannot be exported: ${error.message}; it is ${printRow(rows, row, this.#instruments)}`,
          { cause: error },
        )
      }
    }
  }

  async flush(): Promise<void> {
    for (const table of this.#tables) await table?.flush()
    await this.#levels?.flush()
  }

  /** The table of a kind, made when its first row comes; counts the row when the kind is not known. */
  async #open(kind: number): Promise<KindTable | undefined> {
    const shape = fieldsOfKind(kind)
    if (shape === undefined) {
      this.skipped.set(kind, (this.skipped.get(kind) ?? 0) + 1)
      return undefined
    }
    const table = await KindTable.open(shape, this.#instruments, this.#store)
    this.#tables[kind] = table
    return table
  }
}
