/**
 * The columns of an exported kind, and how each is filled from a row: derived from the description of the fields, so that
 * every field of every kind has a column with its unit in the name or in its neighbour.
 */
import { assetTable } from '../core/market/assets.ts'
import { instrumentKey, type Instrument } from '../core/market/instrument.ts'
import { scaleOf } from '../core/number/decimal.ts'
import type { Field, Flag, KindFields } from '../core/tape/field-shapes.ts'
import { readContent, readDigest, readClientId, readI128, readId16, readNumber } from '../core/tape/field-values.ts'
import { ID_FORM } from '../core/tape/kinds.ts'
import { APPEND_TIME, ROW_BYTES, ROW_SLOTS, VENUE_TIME, VERSION } from '../core/tape/layout.ts'
import { unitDecimals } from '../core/tape/print.ts'
import { flagsOf, instrumentOf, sourceOf, type RowBuffer } from '../core/tape/row-buffer.ts'
import type { ColumnData, ColumnType } from '../core/tape/table.ts'

/** Named codes of one byte; a value without a name is written as `code-N`. */
const CODES = 256
/** 10^38: what a DECIMAL(38) cannot hold. */
const DECIMAL_LIMIT = 10n ** 38n

/** Digits of the largest count, 2^53-1. */
const COUNT_DIGITS = 16

export type DecimalType = Extract<ColumnType, { kind: 'decimal' }>

/** Writes the value of the row at hand into place `to` of its column. */
type Fill = (data: ColumnData, to: number, rows: RowBuffer, row: number) => void

/** A column with the way to its values. */
export interface FilledColumn {
  readonly name: string
  readonly type: ColumnType
  readonly fill: Fill
}

/** Columns that every kind begins with: times, slot 3, source and instrument. */
export function headColumns(shape: KindFields, instruments: readonly Instrument[]): readonly FilledColumn[] {
  const output = shape.class === 'output'
  const columns = [
    slotColumn('append_time_us', APPEND_TIME, false),
    ...(output ? [] : [slotColumn('venue_time_us', VENUE_TIME, true)]),
    slotColumn(shape.slot3, VERSION, shape.slot3 === 'version'),
    wordColumn(output ? 'n' : 'source', 'uint32', sourceOf),
  ]
  return [...columns, ...instrumentColumns(instruments)]
}

/** Columns of the kind's flags and fields, the levels of a book left out. */
export function fieldColumns(shape: KindFields, instruments: readonly Instrument[]): readonly FilledColumn[] {
  return [
    ...shape.flags.filter(({ name }) => name !== 'idForm').map(flagColumn),
    ...shape.fields.flatMap((field) => columnsOf(field, shape, instruments)),
  ]
}

/** A decimal that holds the counts of all instruments exactly: as many decimals as the finest of them needs. */
export function decimalType(field: Pick<Field, 'unit'>, instruments: readonly Instrument[]): DecimalType {
  const own = instruments.map((instrument) => unitDecimals(field, instrument) ?? 0)
  const scale = Math.max(unitDecimals(field, undefined) ?? 0, ...own)
  const digits = COUNT_DIGITS + scale - Math.min(scale, ...own)
  return { kind: 'decimal', width: digits <= 18 ? 18 : 38, scale }
}

/** Factor by instrument that brings its counts to the scale of the column. */
export function rescaling(field: Pick<Field, 'unit'>, instruments: readonly Instrument[], scale: number): Float64Array {
  return Float64Array.from(instruments, (instrument) => scaleOf(scale - (unitDecimals(field, instrument) ?? 0)))
}

/** Writes count × factor into a decimal column, exactly. */
export function setScaled(data: ColumnData, to: number, count: number, factor: number): void {
  const scaled = count * factor
  if (Number.isSafeInteger(scaled)) data.setInteger(to, scaled)
  else data.setBig(to, BigInt(count) * BigInt(factor))
}

/** Throws for a value that no writer writes; the caller names the row. */
export function wantInteger(value: number, name: string): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is ${value}, no integer`)
  return value
}

function slotColumn(name: string, slot: number, zeroIsNull: boolean): FilledColumn {
  return {
    name,
    type: { kind: 'int64' },
    fill: (data, to, rows, row) => {
      const value = wantInteger(rows.f64[row * ROW_SLOTS + slot] as number, name)
      if (value === 0 && zeroIsNull) data.setNull(to)
      else data.setInteger(to, value)
    },
  }
}

function wordColumn(
  name: string,
  kind: 'int32' | 'uint32',
  read: (rows: RowBuffer, row: number) => number,
): FilledColumn {
  return { name, type: { kind }, fill: (data, to, rows, row) => data.setWord(to, read(rows, row)) }
}

function instrumentColumns(instruments: readonly Instrument[]): readonly FilledColumn[] {
  const choice = (name: string, text: (instrument: Instrument) => string): FilledColumn => {
    const values = [...new Set(instruments.map(text))]
    const places = Uint16Array.from(instruments, (instrument) => values.indexOf(text(instrument)))
    return choiceColumn(name, values, (rows, row) => places[instrumentOf(rows, row)] ?? -1)
  }
  const versions = Uint32Array.from(instruments, ({ version }) => version)
  return [
    choice('venue', ({ venue }) => venue),
    choice('symbol', ({ symbol }) => symbol),
    {
      name: 'instrument_version',
      type: { kind: 'uint32' },
      fill: (data, to, rows, row) => {
        const version = versions[instrumentOf(rows, row)]
        if (version === undefined) data.setNull(to)
        else data.setWord(to, version)
      },
    },
  ]
}

/** A column of choices; `read` gives the place in `values`, or a number outside it for none. */
function choiceColumn(
  name: string,
  values: readonly string[],
  read: (rows: RowBuffer, row: number) => number,
): FilledColumn {
  return {
    name,
    type: { kind: 'choice', values },
    fill: (data, to, rows, row) => {
      const place = read(rows, row)
      if (place >= 0 && place < values.length) data.setWord(to, place)
      else data.setNull(to)
    },
  }
}

function textColumn(name: string, read: (rows: RowBuffer, row: number) => string): FilledColumn {
  return { name, type: { kind: 'text' }, fill: (data, to, rows, row) => data.setText(to, read(rows, row)) }
}

function flagColumn(flag: Flag): FilledColumn {
  const name = snake(flag.name)
  if (flag.form === 'switch') {
    const fill: Fill = (data, to, rows, row) => data.setWord(to, (flagsOf(rows, row) & flag.mask) === 0 ? 0 : 1)
    return { name, type: { kind: 'boolean' }, fill }
  }
  const values = Array.from({ length: flag.mask + 1 }, (_, value) => codeName(flag.values, value))
  return choiceColumn(name, values, (rows, row) => flagsOf(rows, row) & flag.mask)
}

function columnsOf(field: Field, shape: KindFields, instruments: readonly Instrument[]): readonly FilledColumn[] {
  const name = snake(field.name)
  switch (field.type) {
    case 'levels':
      return []
    case 'text': {
      const length = shape.fields.find((candidate) => candidate.name === 'textBytes') ?? field
      return [textColumn(name, (rows, row) => readContent(rows, row, length))]
    }
    case 'hash64':
    case 'hash128':
    case 'grid':
      return [textColumn(name, (rows, row) => readDigest(rows, row, field))]
    case 'client-id':
      return [textColumn(name, (rows, row) => readClientId(rows, row, field))]
    case 'u64':
      return [idColumn(name, field)]
    case 'id16':
      return id16Columns(name, field)
    case 'i128':
      return [bigColumn(name, field, instruments)]
    case 'f64':
    case 'u8':
    case 'u16':
    case 'u32':
    case 'i32':
      return numberColumns(name, field, instruments)
  }
}

function numberColumns(name: string, field: Field, instruments: readonly Instrument[]): readonly FilledColumn[] {
  const read = (rows: RowBuffer, row: number): number => readNumber(rows, row, field)
  switch (field.unit) {
    case 'price':
    case 'quantity':
    case 'mark':
      return [countColumn(`${name}_quanta`, field), scaledColumn(name, field, instruments)]
    case 'rate':
      return [{ ...countColumn(name, field), type: decimalType(field, []) }]
    case 'us':
      return [countColumn(`${name}_us`, field)]
    case 'code': {
      if (field.values === undefined) return [countColumn(name, field)]
      const values = Array.from({ length: CODES }, (_, value) => codeName(field.values ?? new Map(), value))
      return [choiceColumn(name, values, read)]
    }
    case 'bits':
      return [textColumn(name, (rows, row) => bitNames(field, readNumber(rows, row, field)))]
    case 'asset':
      return [choiceColumn(name, assetTable(instruments), read)]
    case 'instrument': {
      const names = instruments.map((instrument) => `${instrumentKey(instrument)} v${instrument.version}`)
      return [choiceColumn(`${name}_instrument`, names, read)]
    }
    case 'notional':
    case 'amount':
    case 'sequence':
    case 'version':
    case 'id':
    case 'count':
    case 'bytes':
    case 'strategy':
    case 'text number':
    case 'digest':
    case 'none':
      return [countColumn(field.unit === 'text number' ? `${name}_number` : name, field)]
  }
}

/** Whole numbers; 0 becomes NULL where the field says that it means none. */
function countColumn(name: string, field: Field): FilledColumn {
  const nullable = zeroIsNone(field)
  const fill: Fill = (data, to, rows, row) => {
    const value = wantInteger(readNumber(rows, row, field), name)
    if (nullable && value === 0) data.setNull(to)
    else data.setInteger(to, value)
  }
  return { name, type: { kind: 'int64' }, fill }
}

/** The same number in units of people, exactly. */
function scaledColumn(name: string, field: Field, instruments: readonly Instrument[]): FilledColumn {
  const type = decimalType(field, instruments)
  const factors = rescaling(field, instruments, type.scale)
  const nullable = zeroIsNone(field)
  const fill: Fill = (data, to, rows, row) => {
    const value = readNumber(rows, row, field)
    const factor = factors[instrumentOf(rows, row)]
    if (factor === undefined || (nullable && value === 0)) data.setNull(to)
    else setScaled(data, to, value, factor)
  }
  return { name, type, fill }
}

function bigColumn(name: string, field: Field, instruments: readonly Instrument[]): FilledColumn {
  const { scale } = decimalType(field, instruments)
  const factors = Array.from(rescaling(field, instruments, scale), (factor) => BigInt(factor))
  const fill: Fill = (data, to, rows, row) => {
    const factor = field.unit === 'amount' ? 1n : factors[instrumentOf(rows, row)]
    const value = factor === undefined ? undefined : readI128(rows, row, field) * factor
    if (value === undefined) data.setNull(to)
    else if (value >= DECIMAL_LIMIT || value <= -DECIMAL_LIMIT) {
      throw new RangeError(`${name} has more than the 38 digits that a table's decimal holds`)
    } else data.setBig(to, value)
  }
  return { name, type: { kind: 'decimal', width: 38, scale }, fill }
}

function idColumn(name: string, field: Pick<Field, 'offset'>): FilledColumn {
  const fill: Fill = (data, to, rows, row) => {
    const word = (row * ROW_BYTES + field.offset) / 4
    const low = rows.u32[word] as number
    const high = rows.u32[word + 1] as number
    if (low === 0 && high === 0) data.setNull(to)
    else data.setWords(to, low, high)
  }
  return { name, type: { kind: 'uint64' }, fill }
}

/** Decimal ids in a column of their own, as numbers; other forms as text in a second one. */
function id16Columns(name: string, field: Field): readonly FilledColumn[] {
  const decimal = (rows: RowBuffer, row: number): boolean => (flagsOf(rows, row) & ID_FORM.mask) === ID_FORM.decimal
  const number = idColumn(name, field)
  return [
    {
      ...number,
      fill: (data, to, rows, row) => {
        if (decimal(rows, row)) number.fill(data, to, rows, row)
        else data.setNull(to)
      },
    },
    {
      name: `${name}_text`,
      type: { kind: 'text' },
      fill: (data, to, rows, row) => {
        if (decimal(rows, row)) data.setNull(to)
        else data.setText(to, readId16(rows, row, field))
      },
    },
  ]
}

function zeroIsNone(field: Field): boolean {
  return field.range.endsWith('0 is none')
}

function codeName(names: ReadonlyMap<number, string>, value: number): string {
  return names.get(value) ?? (value === 0 ? 'none' : `code-${value}`)
}

function bitNames(field: Field, value: number): string {
  const known = [...(field.values ?? [])].filter(([bit]) => (value & bit) !== 0)
  const rest = known.reduce((bits, [bit]) => bits & ~bit, value)
  const names = known.map(([, name]) => name)
  return (rest === 0 ? names : [...names, `bits-${rest}`]).join('+')
}

/** `quoteVolume` becomes `quote_volume`. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
