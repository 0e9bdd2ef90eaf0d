/**
 * Tables as an export makes them and as a file format takes them: columns of exact values, in batches.
 *
 * In: values by row. Out: column memory that drivers copy as it is (little-endian words), so that nothing becomes a text or
 * a BigInt on its way to a Parquet file. Shared by store/, which fills batches, and node/, which writes them.
 */

/** What a column holds. Whole numbers are exact; a decimal is a whole number with `scale` decimals. */
export type ColumnType =
  | { readonly kind: 'int64' | 'uint64' | 'int32' | 'uint32' | 'boolean' | 'text' }
  | { readonly kind: 'decimal'; readonly width: 18 | 38; readonly scale: number }
  /** One of a fixed list of texts, stored by its place in it. */
  | { readonly kind: 'choice'; readonly values: readonly string[] }

export interface Column {
  /** Snake case, with the unit where the name alone does not say it. */
  readonly name: string
  readonly type: ColumnType
}

export interface Table {
  /** Kebab case; the name of its file. */
  readonly name: string
  readonly columns: readonly Column[]
}

/** A table being written. */
export interface TableWriter {
  /** Takes all rows of a batch, which may be reused when the promise settles. */
  write(batch: TableBatch): Promise<void>
}

/** A table that was written. */
export interface WrittenTable {
  readonly name: string
  readonly file: string
  readonly rows: number
}

/** Where tables go. */
export interface TableStore {
  create(table: Table): Promise<TableWriter>
  /** Completes all files; they are under their names only then. */
  finish(): Promise<readonly WrittenTable[]>
  /** Gives up and removes what was begun. */
  abandon(): Promise<void>
}

/** 32-bit words of one value. */
export function wordsOf(type: ColumnType): number {
  switch (type.kind) {
    case 'int64':
    case 'uint64':
      return 2
    case 'decimal':
      return type.width === 38 ? 4 : 2
    case 'int32':
    case 'uint32':
    case 'boolean':
    case 'choice':
      return 1
    case 'text':
      return 0
  }
}

/** The values of one column of a batch. */
export class ColumnData {
  readonly type: ColumnType
  /** Words of one value. */
  readonly width: number
  /** Values of all types but text, low word first. */
  readonly words: Uint32Array
  readonly texts: string[] = []
  /** 1 where there is no value. */
  readonly nulls: Uint8Array
  hasNulls = false

  constructor(type: ColumnType, capacity: number) {
    this.type = type
    this.width = wordsOf(type)
    this.words = new Uint32Array(capacity * this.width)
    this.nulls = new Uint8Array(capacity)
  }

  setNull(row: number): void {
    const { width } = this
    this.words.fill(0, row * width, (row + 1) * width)
    if (width === 0) this.texts[row] = ''
    this.nulls[row] = 1
    this.hasNulls = true
  }

  /** One word: int32, uint32, boolean, or the place of a choice. */
  setWord(row: number, value: number): void {
    this.words[row] = value
  }

  /** Two words as they are: an unsigned id. */
  setWords(row: number, low: number, high: number): void {
    this.words[row * 2] = low
    this.words[row * 2 + 1] = high
  }

  /** A safe integer, into two or four words. */
  setInteger(row: number, value: number): void {
    const { words, width } = this
    const at = row * width
    // Modulo 2^32 and rounding down give two's complement for negative values too.
    words[at] = value >>> 0
    words[at + 1] = Math.floor(value / 4_294_967_296) >>> 0
    if (width === 2) return
    words[at + 2] = words[at + 3] = value < 0 ? 0xffff_ffff : 0
  }

  /** An integer that may be larger, into two or four words. The caller knows that it fits. */
  setBig(row: number, value: bigint): void {
    for (let word = 0; word < this.width; word++) {
      this.words[row * this.width + word] = Number(BigInt.asUintN(32, value >> BigInt(word * 32)))
    }
  }

  setText(row: number, value: string): void {
    this.texts[row] = value
  }
}

/** Rows of one table, by column. */
export class TableBatch {
  readonly columns: readonly ColumnData[]
  readonly capacity: number
  rows = 0

  constructor(table: Table, capacity: number) {
    this.capacity = capacity
    this.columns = table.columns.map(({ type }) => new ColumnData(type, capacity))
  }

  clear(): void {
    this.rows = 0
    for (const column of this.columns) {
      column.nulls.fill(0)
      column.hasNulls = false
    }
  }
}
