/** Columns of the table of levels: each level of each depth row is a row of its own. */
import type { Instrument } from '../core/market/instrument.ts'
import { fieldsOfKind, kindName } from '../core/tape/fields.ts'
import { DEPTH_DIFF, DEPTH_PARTIAL, DEPTH_SNAPSHOT } from '../core/tape/kinds.ts'
import { ROW_SLOTS, ROW_WORDS } from '../core/tape/layout.ts'
import { instrumentOf, kindOf, type RowBuffer } from '../core/tape/row-buffer.ts'
import type { ColumnData, ColumnType } from '../core/tape/table.ts'
import { decimalType, headColumns, rescaling, setScaled, wantInteger } from './export-columns.ts'

/** A column that is filled from one level of a record. */
export interface LevelColumn {
  readonly name: string
  readonly type: ColumnType
  readonly fill: (data: ColumnData, to: number, rows: RowBuffer, row: number, level: number) => void
}

const EVENTS: readonly number[] = [DEPTH_DIFF.kind, DEPTH_SNAPSHOT.kind, DEPTH_PARTIAL.kind]
const SIDES = ['bid', 'ask']

/** Levels of a depth row. The three kinds have their counts and levels in the same places. */
export function levelCount(rows: RowBuffer, row: number): number {
  const word = row * ROW_WORDS
  return (
    (rows.u32[word + DEPTH_DIFF.bidCountByte / 4] as number) + (rows.u32[word + DEPTH_DIFF.askCountByte / 4] as number)
  )
}

/** The head of the record, its update ids, and the level: side, place on its side, price and quantity. */
export function levelColumns(instruments: readonly Instrument[]): readonly LevelColumn[] {
  const shape = fieldsOfKind(DEPTH_DIFF.kind)
  if (shape === undefined) throw new TypeError('depth rows are not described')
  return [
    ...headColumns(shape, instruments),
    {
      name: 'event',
      type: { kind: 'choice', values: EVENTS.map(kindName) },
      fill: (data, to, rows, row) => data.setWord(to, EVENTS.indexOf(kindOf(rows, row))),
    },
    diffId('first_update_id', DEPTH_DIFF.firstUpdateId),
    diffId('previous_update_id', DEPTH_DIFF.previousUpdateId),
    {
      name: 'side',
      type: { kind: 'choice', values: SIDES },
      fill: (data, to, rows, row, level) => data.setWord(to, level < bidCount(rows, row) ? 0 : 1),
    },
    {
      name: 'level',
      type: { kind: 'uint32' },
      fill: (data, to, rows, row, level) => {
        const bids = bidCount(rows, row)
        data.setWord(to, level < bids ? level : level - bids)
      },
    },
    ...valueColumns('price', 0, instruments),
    ...valueColumns('quantity', 1, instruments),
  ]
}

function bidCount(rows: RowBuffer, row: number): number {
  return rows.u32[row * ROW_WORDS + DEPTH_DIFF.bidCountByte / 4] as number
}

/** An update id that only diffs have. */
function diffId(name: string, slot: number): LevelColumn {
  return {
    name,
    type: { kind: 'uint64' },
    fill: (data, to, rows, row) => {
      const word = (row * ROW_SLOTS + slot) * 2
      const low = rows.u32[word] as number
      const high = rows.u32[word + 1] as number
      if (kindOf(rows, row) !== DEPTH_DIFF.kind || (low === 0 && high === 0)) data.setNull(to)
      else data.setWords(to, low, high)
    },
  }
}

function valueColumns(unit: 'price' | 'quantity', place: 0 | 1, instruments: readonly Instrument[]): LevelColumn[] {
  const type = decimalType({ unit }, instruments)
  const factors = rescaling({ unit }, instruments, type.scale)
  const read = (rows: RowBuffer, row: number, level: number): number =>
    wantInteger(rows.f64[row * ROW_SLOTS + DEPTH_DIFF.levels + level * 2 + place] as number, unit)
  return [
    {
      name: `${unit}_quanta`,
      type: { kind: 'int64' },
      fill: (data, to, rows, row, level) => data.setInteger(to, read(rows, row, level)),
    },
    {
      name: unit,
      type,
      fill: (data, to, rows, row, level) => {
        const factor = factors[instrumentOf(rows, row)]
        if (factor === undefined) data.setNull(to)
        else setScaled(data, to, read(rows, row, level), factor)
      },
    },
  ]
}
