/**
 * Joins the instrument tables of several segments or tapes, and rewrites rows from one table to the other.
 *
 * In: tables, and rows whose instrument and asset numbers mean one of them. Out: the joined table and the same rows with
 * numbers that mean it. Equal versions of an instrument become one entry; the first table keeps its numbers.
 */
import { canonicalJson } from '../canonical-json.ts'
import { assetTable } from '../market/assets.ts'
import type { Instrument } from '../market/instrument.ts'
import { fieldsOfKind } from './fields.ts'
import { NO_INSTRUMENT, ROW_BYTES } from './layout.ts'
import { instrumentOf, kindOf, recordRows, type RowBuffer } from './row-buffer.ts'

/** New number by old number, for the rows of one table. */
export interface InstrumentMap {
  readonly instruments: Uint16Array
  readonly assets: Uint16Array
  /** Byte offsets in a head row of the u16 fields that hold such numbers, by kind. */
  readonly fields: readonly (readonly NumberField[] | undefined)[]
}

interface NumberField {
  readonly unit: 'instrument' | 'asset'
  readonly offset: number
}

export interface JoinedInstruments {
  readonly instruments: readonly Instrument[]
  /** By place in the input; undefined where rows need no change. */
  readonly maps: readonly (InstrumentMap | undefined)[]
}

/** Joins tables. Throws RangeError when more instruments come together than a row can number. */
export function joinInstruments(tables: readonly (readonly Instrument[])[]): JoinedInstruments {
  const joined: Instrument[] = []
  const numbers = new Map<string, number>()
  const distinct = [...new Set(tables)]
  const ownNumbers = distinct.map((table) =>
    Uint16Array.from(table, (instrument) => {
      const key = canonicalJson(instrument)
      const known = numbers.get(key)
      if (known !== undefined) return known
      if (joined.length >= NO_INSTRUMENT) throw new RangeError(`more than ${NO_INSTRUMENT} instruments in one table`)
      numbers.set(key, joined.length)
      return joined.push(instrument) - 1
    }),
  )
  const assets = assetTable(joined)
  const maps = distinct.map((table, i) => {
    const own = Uint16Array.from(assetTable(table), (asset) => assets.indexOf(asset))
    const instruments = ownNumbers[i] ?? new Uint16Array()
    return isIdentity(own) && isIdentity(instruments) ? undefined : { instruments, assets: own, fields: NUMBER_FIELDS }
  })
  return { instruments: joined, maps: tables.map((table) => maps[distinct.indexOf(table)]) }
}

/** Rewrites all records of a buffer in place. Numbers outside the table stay as they are. */
export function remapRows(buffer: RowBuffer, map: InstrumentMap): void {
  for (let row = 0; row < buffer.length; row += recordRows(buffer, row)) {
    const instrument = instrumentOf(buffer, row)
    if (instrument !== NO_INSTRUMENT) buffer.u16[row * 32 + 3] = map.instruments[instrument] ?? instrument
    for (const field of map.fields[kindOf(buffer, row)] ?? []) {
      const at = (row * ROW_BYTES + field.offset) / 2
      const number = buffer.u16[at] as number
      buffer.u16[at] = (field.unit === 'instrument' ? map.instruments : map.assets)[number] ?? number
    }
  }
}

const NUMBER_FIELDS: InstrumentMap['fields'] = Array.from({ length: 256 }, (_, kind) => numberFields(kind))

function numberFields(kind: number): readonly NumberField[] | undefined {
  const fields = (fieldsOfKind(kind)?.fields ?? []).flatMap(({ unit, offset }): NumberField[] =>
    unit === 'instrument' || unit === 'asset' ? [{ unit, offset }] : [],
  )
  return fields.length === 0 ? undefined : fields
}

function isIdentity(numbers: Uint16Array): boolean {
  return numbers.every((number, i) => number === i)
}
