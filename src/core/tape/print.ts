/**
 * A record as one readable line, for error messages, `verify` and the curious.
 *
 * In: a record and the instrument table its indexes mean. Out: `trade binance-usdm:BTCUSDT at 2024-08-08T…Z …: price 61234.5,
 * quantity 0.003, …`, decimals exact. Never throws on strange rows: it prints what there is, and says what is strange.
 */
import { printTime } from '../calendar.ts'
import { assetTable } from '../market/assets.ts'
import { instrumentKey, type Instrument } from '../market/instrument.ts'
import { printAmount, printDecimal } from '../number/decimal.ts'
import type { Field, Flag, KindFields, ValueNames } from './field-shapes.ts'
import { readClientId, readContent, readDigest, readI128, readId16, readNumber } from './field-values.ts'
import { fieldsOfKind } from './fields.ts'
import { printId } from './ids.ts'
import {
  AMOUNT_DECIMALS,
  APPEND_TIME,
  NO_INSTRUMENT,
  RATE_DECIMALS,
  ROW_BYTES,
  ROW_SLOTS,
  VENUE_TIME,
  VERSION,
} from './layout.ts'
import { flagsOf, instrumentOf, kindOf, recordRows, sourceOf, type RowBuffer } from './row-buffer.ts'

/** Levels printed per side before the rest is only counted. */
const LEVELS_SHOWN = 3
/** Longer texts are cut. */
const TEXT_SHOWN = 200

/** The record at `row` as one line. */
export function printRow(buffer: RowBuffer, row: number, instruments: readonly Instrument[]): string {
  const kind = kindOf(buffer, row)
  const shape = fieldsOfKind(kind)
  const head = printHead(buffer, row, instruments, shape)
  if (shape === undefined) {
    return `${head}: kind ${kind} is not known to this build (${recordRows(buffer, row) - 1} raw rows)`
  }
  if (!isWhole(buffer, row, shape)) return `${head}: damaged, ${recordRows(buffer, row) - 1} raw rows do not hold it`
  const parts = [
    ...shape.flags.flatMap((flag) => printFlag(flag, flagsOf(buffer, row))),
    ...shape.fields.flatMap((field) => printField(buffer, row, field, shape, instruments)),
  ]
  return `${head}: ${parts.join(', ')}`
}

function printHead(
  buffer: RowBuffer,
  row: number,
  instruments: readonly Instrument[],
  shape: KindFields | undefined,
): string {
  const slot = row * ROW_SLOTS
  const index = instrumentOf(buffer, row)
  const instrument = instruments[index]
  const name = shape?.name ?? 'row'
  const words = [index === NO_INSTRUMENT ? name : `${name} ${instrument ? instrumentName(instrument) : `#${index}`}`]
  words.push(`at ${safeTime(buffer.f64[slot + APPEND_TIME] as number)}`)
  const venueTime = buffer.f64[slot + VENUE_TIME] as number
  if (venueTime !== 0) words.push(`venue ${safeTime(venueTime)}`)
  const slot3 = buffer.f64[slot + VERSION] as number
  const meaning = shape?.slot3 ?? 'version'
  if (meaning !== 'version' || slot3 !== 0) words.push(`${meaning} ${slot3}`)
  words.push(`${meaning === 'cause' ? 'n' : 'source'} ${sourceOf(buffer, row)}`)
  return words.join(' ')
}

function instrumentName(instrument: Instrument): string {
  const key = instrumentKey(instrument)
  return instrument.version === 1 ? key : `${key} v${instrument.version}`
}

/** True when every field lies inside the record and inside the buffer. */
function isWhole(buffer: RowBuffer, row: number, shape: KindFields): boolean {
  const bytes = recordRows(buffer, row) * ROW_BYTES
  if (row + recordRows(buffer, row) > buffer.length) return false
  if (!shape.fields.every((field) => field.offset + field.bytes <= bytes)) return false
  const length = shape.fields.find((field) => field.name === 'textBytes')
  if (length !== undefined) return ROW_BYTES + readNumber(buffer, row, length) <= bytes
  const levels = shape.fields.find((field) => field.type === 'levels')
  return levels === undefined || levels.offset + levelCount(buffer, row, shape) * 16 <= bytes
}

function printFlag(flag: Flag, flags: number): string[] {
  const value = flags & flag.mask
  if (flag.name === 'idForm') return []
  if (flag.form === 'switch') return value === 0 ? [] : [words(flag.name)]
  return [`${words(flag.name)} ${valueName(flag.values, value)}`]
}

function printField(
  buffer: RowBuffer,
  row: number,
  field: Field,
  shape: KindFields,
  instruments: readonly Instrument[],
): string[] {
  if (field.name === 'textBytes' || field.name === 'bidCount' || field.name === 'askCount') return []
  if (field.type === 'grid') return []
  if (field.type === 'levels') return printLevels(buffer, row, field, shape, instruments)
  return [`${words(field.name)} ${fieldText(buffer, row, field, shape, instruments)}`]
}

/** The value of a field as text, with its unit applied. Not for levels. */
export function fieldText(
  buffer: RowBuffer,
  row: number,
  field: Field,
  shape: KindFields,
  instruments: readonly Instrument[],
): string {
  switch (field.type) {
    case 'u64':
      return printId(buffer, (row * ROW_BYTES + field.offset) / 8)
    case 'id16':
      return readId16(buffer, row, field)
    case 'client-id':
      return readClientId(buffer, row, field)
    case 'hash64':
    case 'hash128':
      return readDigest(buffer, row, field)
    case 'i128': {
      const decimals = unitDecimals(field, instruments[instrumentOf(buffer, row)])
      const value = readI128(buffer, row, field)
      return decimals === undefined ? `${value} units` : printAmount(value, decimals, { trim: true })
    }
    case 'text':
      return printContent(buffer, row, shape)
    case 'levels':
    case 'grid':
      return ''
    case 'f64':
    case 'u8':
    case 'u16':
    case 'u32':
    case 'i32':
      return printNumber(readNumber(buffer, row, field), field, instruments, instrumentOf(buffer, row))
  }
}

function printNumber(value: number, field: Field, instruments: readonly Instrument[], index: number): string {
  if (!Number.isSafeInteger(value)) return `${value} (no integer)`
  if (value === 0 && field.range.endsWith('0 is none')) return 'none'
  switch (field.unit) {
    case 'price':
    case 'quantity':
    case 'mark':
    case 'rate': {
      const decimals = unitDecimals(field, instruments[index])
      return decimals === undefined ? `${value} quanta` : printDecimal(value, decimals, { trim: true })
    }
    case 'us':
      return isPointInTime(field) ? safeTime(value) : `${value} µs`
    case 'code':
      return field.values === undefined ? String(value) : valueName(field.values, value)
    case 'bits':
      return bitNames(field.values ?? new Map(), value)
    case 'asset':
      return assetTable(instruments)[value] ?? `#${value}`
    case 'instrument': {
      const instrument = instruments[value]
      return instrument ? instrumentName(instrument) : `#${value}`
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
      return String(value)
  }
}

/** Times whose name says so count from 1970; other microseconds are spans. */
function isPointInTime(field: Field): boolean {
  return field.name.toLowerCase().endsWith('time')
}

/** Decimals that turn the unit's count into a number of people; undefined without the instrument they depend on. */
export function unitDecimals(field: Pick<Field, 'unit'>, instrument: Instrument | undefined): number | undefined {
  if (field.unit === 'rate') return RATE_DECIMALS
  if (field.unit === 'amount') return AMOUNT_DECIMALS
  if (instrument === undefined) return undefined
  if (field.unit === 'price') return instrument.priceDecimals
  if (field.unit === 'quantity') return instrument.quantityDecimals
  if (field.unit === 'mark') return instrument.markDecimals
  return field.unit === 'notional' ? instrument.priceDecimals + instrument.quantityDecimals : 0
}

function levelCount(buffer: RowBuffer, row: number, shape: KindFields, side?: 'bidCount' | 'askCount'): number {
  const counts = shape.fields.filter(({ name }) => (side === undefined ? /^(bid|ask)Count$/.test(name) : name === side))
  return counts.reduce((sum, field) => sum + readNumber(buffer, row, field), 0)
}

function printLevels(
  buffer: RowBuffer,
  row: number,
  field: Field,
  shape: KindFields,
  instruments: readonly Instrument[],
): string[] {
  const instrument = instruments[instrumentOf(buffer, row)]
  const level = (index: number): string => {
    const slot = (row * ROW_BYTES + field.offset) / 8 + index * 2
    const [price = 0, quantity = 0] = buffer.f64.subarray(slot, slot + 2)
    const decimals = [instrument?.priceDecimals ?? 0, instrument?.quantityDecimals ?? 0]
    return [price, quantity].map((value, i) => printCount(value, decimals[i] as number)).join(' × ')
  }
  const side = (name: 'bidCount' | 'askCount', from: number): string => {
    const count = levelCount(buffer, row, shape, name)
    const shown = Array.from({ length: Math.min(count, LEVELS_SHOWN) }, (_, i) => level(from + i))
    if (count > LEVELS_SHOWN) shown.push('…')
    return `${count} ${name === 'bidCount' ? 'bids' : 'asks'} [${shown.join(', ')}]`
  }
  return [side('bidCount', 0), side('askCount', levelCount(buffer, row, shape, 'bidCount'))]
}

function printContent(buffer: RowBuffer, row: number, shape: KindFields): string {
  const length = shape.fields.find((field) => field.name === 'textBytes')
  const text = length === undefined ? '' : readContent(buffer, row, length)
  return JSON.stringify(text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}…` : text)
}

function printCount(value: number, decimals: number): string {
  return Number.isSafeInteger(value) ? printDecimal(value, decimals, { trim: true }) : `${value} (no integer)`
}

function safeTime(micros: number): string {
  return Number.isSafeInteger(micros) ? printTime(micros) : `${micros} µs (no integer)`
}

function valueName(names: ValueNames, value: number): string {
  return names.get(value) ?? (value === 0 ? 'none' : `code ${value}`)
}

function bitNames(names: ValueNames, value: number): string {
  const set = [...names].filter(([bit]) => (value & bit) !== 0).map(([, name]) => name)
  return set.length > 0 ? set.join('+') : `bits ${value}`
}

/** `quoteVolume` becomes `quote volume`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
