/** The common shapes of fields: a unit, its type and its range in one word, so that tables read as sentences. */
import type { FieldShape, Unit, ValueNames } from './field-shapes.ts'

const COUNT = '0 … 2^53−1'
const POSITIVE = '1 … 2^53−1'
const SIGNED = '−(2^53−1) … 2^53−1'

/** What one unit of a value stands for, in words. */
export const UNITS: Readonly<Record<Unit, string>> = {
  price: '10^-priceDecimals of the quote asset (the instrument version’s price quantum)',
  quantity: '10^-quantityDecimals of the base asset or contract (its lot quantum)',
  mark: '10^-markDecimals of the quote asset',
  notional: 'price quantum × quantity quantum: 10^-(priceDecimals + quantityDecimals)',
  amount: '10^-18 of the asset',
  rate: '10^-12',
  us: 'microseconds; points in time count from 1970-01-01 00:00:00 UTC',
  sequence: 'place in the one sequence of inputs',
  version: 'the venue’s version of the datum: update id, trade id',
  id: 'an identity of the venue, never arithmetic',
  count: 'things counted',
  bytes: 'bytes',
  code: 'one of the values named',
  bits: 'a set of the values named',
  asset: 'index into the asset table (base, quote, settle of each instrument in order of first appearance)',
  instrument: 'index into the segment’s instrument table',
  strategy: 'place of the strategy in the configuration',
  'text number': 'number given by a text row; 0 is none',
  digest: 'bits of a digest',
  none: 'none',
}

/** A price that is there. */
export const price = (doc: string): FieldShape => ({ type: 'f64', unit: 'price', range: POSITIVE, doc })
/** A price that may be missing, written as 0. */
export const optionalPrice = (doc: string): FieldShape => ({
  type: 'f64',
  unit: 'price',
  range: `${COUNT}; 0 is none`,
  doc,
})
export const mark = (doc: string): FieldShape => ({ type: 'f64', unit: 'mark', range: `${COUNT}; 0 is none`, doc })
export const quantity = (doc: string): FieldShape => ({ type: 'f64', unit: 'quantity', range: COUNT, doc })
export const signedQuantity = (doc: string): FieldShape => ({ type: 'f64', unit: 'quantity', range: SIGNED, doc })
export const rate = (doc: string): FieldShape => ({ type: 'f64', unit: 'rate', range: SIGNED, doc })
export const time = (doc: string): FieldShape => ({ type: 'f64', unit: 'us', range: `${COUNT}; 0 is none`, doc })
export const duration = (doc: string): FieldShape => ({ type: 'f64', unit: 'us', range: COUNT, doc })
export const signedDuration = (doc: string): FieldShape => ({ type: 'f64', unit: 'us', range: SIGNED, doc })
export const sequence = (doc: string): FieldShape => ({ type: 'f64', unit: 'sequence', range: COUNT, doc })
export const version = (doc: string): FieldShape => ({
  type: 'f64',
  unit: 'version',
  range: `${COUNT}; 0 is none`,
  doc,
})
export const count = (doc: string): FieldShape => ({ type: 'f64', unit: 'count', range: COUNT, doc })
export const count32 = (doc: string): FieldShape => ({ type: 'u32', unit: 'count', range: '0 … 2^32−1', doc })
export const id = (doc: string): FieldShape => ({ type: 'u64', unit: 'id', range: '0 … 2^64−1; 0 is none', doc })
export const id16 = (doc: string): FieldShape => ({
  type: 'id16',
  unit: 'id',
  range: '16 bytes; all zero is none',
  doc,
})
export const amount = (doc: string): FieldShape => ({ type: 'i128', unit: 'amount', range: '−2^127 … 2^127−1', doc })
export const notional = (doc: string): FieldShape => ({ type: 'i128', unit: 'notional', range: '0 … 2^127−1', doc })
export const textBytes: FieldShape = {
  type: 'u32',
  unit: 'bytes',
  range: '0 … 4,194,240',
  doc: 'Bytes of the text.',
}
export const intent: FieldShape = {
  type: 'u32',
  unit: 'count',
  range: '1 … 2^32−1; 0 is an order of someone else',
  doc: 'Number of the order intent.',
}
export const strategy: FieldShape = { type: 'u16', unit: 'strategy', range: '0 … 65,535', doc: 'The strategy.' }
export const asset = (doc: string): FieldShape => ({ type: 'u16', unit: 'asset', range: '0 … 65,535', doc })
export const digest64 = (doc: string): FieldShape => ({ type: 'hash64', unit: 'digest', range: '8 bytes', doc })
export const digestGrid = (doc: string): FieldShape => ({ type: 'grid', unit: 'digest', range: '512 words', doc })
export const digest128 = (doc: string): FieldShape => ({ type: 'hash128', unit: 'digest', range: '16 bytes', doc })

/** A code of one byte (u8) or two (u16) with named values. */
export function code(type: 'u8' | 'u16', values: ValueNames, doc: string): FieldShape {
  return { type, unit: 'code', range: type === 'u8' ? '0 … 255' : '0 … 65,535', doc, values }
}
