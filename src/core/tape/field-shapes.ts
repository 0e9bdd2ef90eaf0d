/**
 * How a field of a row is described as data, and how a kind's description is put together.
 *
 * In: a kind's constant of `kinds.ts` and the shape of each of its fields; a field without a shape, or a shape without a
 * field, is a type error. Out: `KindFields` with byte offsets, sorted. The tables are in `fields.ts`.
 */
import { classOfKind, ROW_BYTES, type KindClass } from './layout.ts'

/** How the bytes of a field are read. Multi-byte numbers are little-endian. */
export type FieldType =
  | 'f64'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'i32'
  /** An unsigned 64-bit id, low word first; never read as a double. */
  | 'u64'
  /** A signed 128-bit integer, low word first. */
  | 'i128'
  /** 16 opaque bytes; the row's `idForm` flag says how they are written as text. */
  | 'id16'
  /** 4 bytes of ASCII namespace, epoch u32, intent u32, 4 zero bytes. */
  | 'client-id'
  /** 32-bit words, each written as eight hexadecimal digits, in order. */
  | 'hash64'
  | 'hash128'
  /** 512 32-bit words. */
  | 'grid'
  /** (price f64, quantity f64) pairs, bids before asks, to the end of the raw rows. */
  | 'levels'
  /** UTF-8 bytes in the raw rows; the field `textBytes` counts them. */
  | 'text'

/** What one unit of a field's value stands for; `UNITS` says it in words. */
export type Unit =
  | 'price'
  | 'quantity'
  | 'mark'
  | 'notional'
  | 'amount'
  | 'rate'
  | 'us'
  | 'sequence'
  | 'version'
  | 'id'
  | 'count'
  | 'bytes'
  | 'code'
  | 'bits'
  | 'asset'
  | 'instrument'
  | 'strategy'
  | 'text number'
  | 'digest'
  | 'none'

/** Names of values, in rising order of value. */
export type ValueNames = ReadonlyMap<number, string>

/** A field as its table writes it. */
export interface FieldShape {
  readonly type: FieldType
  readonly unit: Unit
  readonly range: string
  readonly doc: string
  readonly values?: ValueNames
}

/** A field with its name and place. */
export interface Field extends FieldShape {
  readonly name: string
  /** Bytes from the first byte of the head. */
  readonly offset: number
  /** Bytes it takes; 0 when the row's continuation decides. */
  readonly bytes: number
}

/** A part of the flags byte. `switch` flags are printed only when set. */
export interface Flag {
  readonly name: string
  readonly mask: number
  readonly form: 'switch' | 'choice'
  readonly values: ValueNames
  readonly doc: string
}

/** What follows the head row: nothing, a fixed number of raw rows, levels or text. */
export type Continuation = number | 'levels' | 'text'

/** One kind of row, as data. */
export interface KindFields {
  readonly kind: number
  /** Kebab-case, singular. */
  readonly name: string
  /** Name of its table (and file) in an export. */
  readonly table: string
  readonly class: KindClass
  readonly meaning: string
  /** What slot 3 holds in this kind. */
  readonly slot3: Slot3
  /** Raised when fields are added; fields never move. */
  readonly layout: number
  readonly continuation: Continuation
  readonly flags: readonly Flag[]
  readonly fields: readonly Field[]
}

/** Slot 3: version of the datum, own place in the sequence, sequence of the cause, or sequence it stands behind. */
export type Slot3 = 'version' | 'sequence' | 'cause' | 'after'

type KindConstant = { readonly kind: number }

type PlainName<Key> = Key extends `${infer Name}Byte` ? Name : Key
type ConstantKeys<C> = Exclude<keyof C, 'kind'>

interface KindShape<C extends KindConstant> {
  readonly name: string
  readonly table: string
  readonly meaning: string
  readonly continuation?: Continuation
  readonly flags?: readonly Flag[]
  readonly fields: { readonly [K in ConstantKeys<C> as PlainName<K> & string]: FieldShape }
}

const BYTES: Readonly<Record<FieldType, number>> = {
  f64: 8,
  u8: 1,
  u16: 2,
  u32: 4,
  i32: 4,
  u64: 8,
  i128: 16,
  id16: 16,
  'client-id': 16,
  hash64: 8,
  hash128: 16,
  grid: 2048,
  levels: 0,
  text: 0,
}

const SLOT3: Readonly<Record<KindClass, Slot3>> = {
  market: 'version',
  money: 'sequence',
  output: 'cause',
  structure: 'after',
}

/** Puts a kind's constant and the shapes of its fields together. */
export function describeKind<const C extends KindConstant>(constant: C, shape: KindShape<C>): KindFields {
  const shapes = new Map<string, FieldShape>(Object.entries(shape.fields))
  const fields: Field[] = []
  for (const [key, place] of Object.entries(constant as Readonly<Record<string, number>>)) {
    if (key === 'kind') continue
    const inBytes = key.endsWith('Byte')
    const name = inBytes ? key.slice(0, -'Byte'.length) : key
    const field = shapes.get(name)
    if (field === undefined) throw new TypeError(`kind ${shape.name}: no shape for field ${name}`)
    fields.push({ ...field, name, offset: inBytes ? place : place * 8, bytes: BYTES[field.type] })
  }
  const continuation = shape.continuation ?? 0
  if (continuation === 'text') {
    fields.push({ ...rawText(shape.name), name: 'content', offset: ROW_BYTES, bytes: 0 })
  }
  const kindClass = classOfKind(constant.kind)
  return {
    kind: constant.kind,
    name: shape.name,
    table: shape.table,
    class: kindClass,
    meaning: shape.meaning,
    slot3: SLOT3[kindClass],
    layout: 1,
    continuation,
    flags: shape.flags ?? [],
    fields: fields.sort((a, b) => a.offset - b.offset),
  }
}

function rawText(name: string): FieldShape {
  return {
    type: 'text',
    unit: 'none',
    range: '',
    doc: `The text of the ${name}, in the raw rows, padded with zero bytes.`,
  }
}

/** Names of a constant's values: `{ stopMarket: 3 }` gives 3 the name `stop-market`. */
export function valueNames(values: Readonly<Record<string, number>>): ValueNames {
  const entries = Object.entries(values).map(([name, value]): [number, string] => [value, kebab(name)])
  return new Map(entries.sort(([a], [b]) => a - b))
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** A flag that is set or not. */
export function switchFlag(name: string, mask: number, doc: string): Flag {
  return {
    name,
    mask,
    form: 'switch',
    doc,
    values: new Map([
      [0, 'no'],
      [mask, 'yes'],
    ]),
  }
}

/** A flag that names one of several values. */
export function choiceFlag(name: string, mask: number, values: ValueNames, doc: string): Flag {
  return { name, mask, form: 'choice', doc, values }
}
