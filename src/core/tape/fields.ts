/**
 * Every kind of row as data: the one source for printing, export, remapping and the tables of docs/tape-format.md.
 *
 * In: the constants of `kinds.ts`. Out: `KIND_FIELDS` and look-ups by number. Code that runs per row uses the constants
 * instead; a test holds both against each other.
 */
import type { FieldShape, KindFields } from './field-shapes.ts'
import { MARKET_FIELDS } from './fields-market.ts'
import { MONEY_FIELDS } from './fields-money.ts'
import { OUTPUT_FIELDS, STRUCTURE_FIELDS } from './fields-run.ts'
import { APPEND_TIME, HEAD, VENUE_TIME, VERSION } from './layout.ts'

export const KIND_FIELDS: readonly KindFields[] = [
  ...MARKET_FIELDS,
  ...MONEY_FIELDS,
  ...OUTPUT_FIELDS,
  ...STRUCTURE_FIELDS,
]

const byNumber: readonly (KindFields | undefined)[] = table(KIND_FIELDS)

/** The description of a kind; undefined when this build does not know it. */
export function fieldsOfKind(kind: number): KindFields | undefined {
  return byNumber[kind]
}

/** The kind's name; `kind-77` when this build does not know it. */
export function kindName(kind: number): string {
  return byNumber[kind]?.name ?? `kind-${kind}`
}

/** Layout version of each kind, as segment headers state them: kind number to version, rising. */
export function kindLayouts(): Readonly<Record<string, number>> {
  return Object.fromEntries(KIND_FIELDS.map(({ kind, layout }) => [String(kind), layout]))
}

/** The part of a row that all kinds share. */
export const HEAD_FIELDS: readonly (Omit<FieldShape, 'unit'> & { readonly name: string; readonly offset: number })[] = [
  { name: 'kind', offset: HEAD.kind, type: 'u8', range: '1 … 255', doc: 'Kind number. 0 marks unused space.' },
  { name: 'flags', offset: HEAD.flags, type: 'u8', range: '0 … 255', doc: 'Flags of the kind; unused bits are 0.' },
  {
    name: 'continuation',
    offset: HEAD.continuation,
    type: 'u16',
    range: '0 … 65,535',
    doc: 'Raw rows that follow the head and belong to it.',
  },
  {
    name: 'source',
    offset: HEAD.source,
    type: 'u16',
    range: '0 … 65,535',
    doc: 'Inputs: number of the source. Outputs: `n`, the output’s place among those of its cause, from 0.',
  },
  {
    name: 'instrument',
    offset: HEAD.instrument,
    type: 'u16',
    range: '0 … 65,535; 65,535 is none',
    doc: 'Index into the segment’s instrument table.',
  },
  {
    name: 'appendTime',
    offset: APPEND_TIME * 8,
    type: 'f64',
    range: '0 … 2^53−1',
    doc: 'Microseconds since 1970-01-01 UTC at which the row was appended; never less than in the row before.',
  },
  {
    name: 'venueTime',
    offset: VENUE_TIME * 8,
    type: 'f64',
    range: '0 … 2^53−1; 0 is none',
    doc: 'The venue’s own time, microseconds since 1970-01-01 UTC.',
  },
  {
    name: 'version',
    offset: VERSION * 8,
    type: 'f64',
    range: '0 … 2^53−1',
    doc: 'Market: the venue’s version of the datum, 0 if none. Money: `sequence`, the row’s place in the one sequence. Outputs: `cause`, the sequence of the input that caused it. Structure: `after`, the last sequence before it.',
  },
]

function table(kinds: readonly KindFields[]): (KindFields | undefined)[] {
  const slots: (KindFields | undefined)[] = Array.from({ length: 256 })
  for (const kind of kinds) {
    if (slots[kind.kind] !== undefined) throw new TypeError(`kind number ${kind.kind} is given twice`)
    slots[kind.kind] = kind
  }
  return slots
}
