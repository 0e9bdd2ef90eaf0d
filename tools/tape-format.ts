/**
 * Brings docs/tape-format.md and the golden files in line with the description of the kinds.
 * In: nothing. Out: the tables of the document are rewritten; a hex file is written for each kind that has none, and a
 * golden tape for each lane that has none. It never overwrites a golden file: one that no longer fits means that old tapes can no longer be read.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Field, KindFields } from '../src/core/tape/field-shapes.ts'
import { UNITS } from '../src/core/tape/field-units.ts'
import { readNumber } from '../src/core/tape/field-values.ts'
import { fieldsOfKind, HEAD_FIELDS, KIND_FIELDS } from '../src/core/tape/fields.ts'
import { classOfKind, ROW_BYTES } from '../src/core/tape/layout.ts'
import { printRow } from '../src/core/tape/print.ts'
import { kindOf, recordRows, RowBuffer } from '../src/core/tape/row-buffer.ts'
import type { Lane } from '../src/core/tape/segment.ts'
import { createTape } from '../src/node/tape-writer.ts'
import { recordStarts, sampleInstruments, sampleRecords } from '../src/testing/sample-records.ts'

const DOCUMENT = fileURLToPath(new URL('../docs/tape-format.md', import.meta.url))

const CLASSES: readonly (readonly [KindFields['class'], string])[] = [
  ['market', '### Market rows (1-63)'],
  ['money', '### Money rows: inputs that concern the account (64-127)'],
  ['output', '### Outputs of the engine (128-191)'],
  ['structure', '### Structure of a run (192-255)'],
]

/** The golden file of a kind. */
export function goldenFile(name: string): string {
  return fileURLToPath(new URL(`../tests/golden/tape/${name}.hex`, import.meta.url))
}

/** The golden tape of a lane. */
export function goldenTape(lane: Lane): string {
  const name = lane === 'market' ? 'first' : 'first-money'
  return fileURLToPath(new URL(`../tests/golden/tape/${name}.tape`, import.meta.url))
}

/** The sample records that belong into a lane. */
export function sampleLane(lane: Lane): RowBuffer {
  const records = sampleRecords()
  const rows = new RowBuffer(records.length)
  for (const row of recordStarts(records)) {
    if ((classOfKind(kindOf(records, row)) === 'market') === (lane === 'market')) rows.appendRecord(records, row)
  }
  return rows
}

/** The document with its generated parts as they should be. */
export function currentDocument(text: string): string {
  return [
    ['head', headTable()],
    ['units', unitTable()],
    ['kinds', kindTables()],
  ].reduce((document, [name = '', content = '']) => replacePart(document, name, content), text)
}

function replacePart(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`]
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`docs/tape-format.md has no part ${begin} … ${end}`)
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`
}

function headTable(): string {
  const rows = HEAD_FIELDS.map((field) => [
    String(field.offset),
    `\`${field.name}\``,
    field.type,
    field.range,
    field.doc.trim(),
  ])
  return markdown(['byte', 'field', 'type', 'range', 'meaning'], rows)
}

function unitTable(): string {
  return markdown(
    ['unit', 'one of it is'],
    Object.entries(UNITS)
      .filter(([unit]) => unit !== 'none')
      .map(([unit, meaning]) => [unit, meaning]),
  )
}

function kindTables(): string {
  return CLASSES.map(([kindClass, title]) => {
    const kinds = KIND_FIELDS.filter((shape) => shape.class === kindClass)
    return [title, ...kinds.map(kindSection)].join('\n\n')
  }).join('\n\n')
}

function kindSection(shape: KindFields): string {
  const parts = [`#### ${shape.kind} \`${shape.name}\``, `${shape.meaning} ${continuationText(shape)}`]
  if (shape.flags.length > 0) {
    const rows = shape.flags.map((flag) => [
      `0x${flag.mask.toString(16).padStart(2, '0')}`,
      `\`${flag.name}\``,
      [...flag.values].map(([value, name]) => `${value} ${name}`).join(', '),
      flag.doc,
    ])
    parts.push(markdown(['flag bits', 'name', 'values', 'meaning'], rows))
  }
  const rows = shape.fields.map((field) => [
    String(field.offset),
    `\`${field.name}\``,
    field.type,
    field.unit === 'none' ? '' : field.unit,
    field.range || 'see `textBytes`',
    field.doc + namedValues(field),
  ])
  parts.push(markdown(['byte', 'field', 'type', 'unit', 'range', 'meaning'], rows))
  return parts.join('\n\n')
}

function continuationText({ continuation, layout }: KindFields): string {
  const raw =
    continuation === 'levels'
      ? 'raw rows as levels need'
      : continuation === 'text'
        ? 'raw rows as the text needs'
        : `${continuation} raw ${continuation === 1 ? 'row' : 'rows'}`
  return `Layout ${layout}, ${raw}.`
}

function namedValues(field: Field): string {
  if (field.values === undefined) return ''
  return ` ${[...field.values].map(([value, name]) => `${value} ${name}`).join(', ')}.`
}

/** A table with columns padded as the formatter pads them. */
function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

/** A record as a hex dump of one slot a line, with what begins there; raw rows of zeros are one line together. */
export function hexDump(buffer: RowBuffer, row: number): string {
  const shape = fieldsOfKind(kindOf(buffer, row))
  const lines = [`# ${printRow(buffer, row, sampleInstruments)}`, '#']
  const bytes = buffer.u8.subarray(row * ROW_BYTES, (row + recordRows(buffer, row)) * ROW_BYTES)
  for (let at = 0; at < bytes.length; at += 8) {
    if (at > 0 && at % ROW_BYTES === 0) lines.push('')
    const zeros = at % ROW_BYTES === 0 ? zeroRows(bytes, at) : 0
    if (zeros > 1) {
      lines.push(`${offsetText(at)}-${offsetText(at + zeros * ROW_BYTES - 1)}  zero`)
      at += zeros * ROW_BYTES - 8
      continue
    }
    const hex = [...bytes.subarray(at, at + 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const starting = (field: { readonly offset: number }): boolean => field.offset >= at && field.offset < at + 8
    const fields = [...HEAD_FIELDS, ...(shape?.fields ?? [])].filter(starting)
    const notes = fields.map((field) => `${field.name}${rawValue(buffer, row, field)}`)
    const note = notes.length > 0 ? `  # ${notes.join(', ')}` : ''
    lines.push(`${offsetText(at)}  ${hex}${note}`)
  }
  return `${lines.join('\n')}\n`
}

/** Rows of zeros from byte `at` on. */
function zeroRows(bytes: Uint8Array, at: number): number {
  const end = bytes.subarray(at).findIndex((byte) => byte !== 0)
  return Math.floor((end < 0 ? bytes.length - at : end) / ROW_BYTES)
}

function offsetText(offset: number): string {
  return offset.toString(16).padStart(4, '0')
}

function rawValue(buffer: RowBuffer, row: number, field: Pick<Field, 'type' | 'offset'>): string {
  const plain = ['f64', 'u8', 'u16', 'u32', 'i32'].includes(field.type)
  return plain ? ` ${readNumber(buffer, row, field)}` : ` (${field.type})`
}

async function main(): Promise<void> {
  writeFileSync(DOCUMENT, currentDocument(readFileSync(DOCUMENT, 'utf8')))
  const records = sampleRecords()
  for (const row of recordStarts(records)) {
    const file = goldenFile(fieldsOfKind(kindOf(records, row))?.name ?? '')
    if (existsSync(file)) continue
    writeFileSync(file, hexDump(records, row))
    process.stdout.write(`wrote ${file}\n`)
  }
  for (const lane of ['market', 'money'] as const) {
    const file = goldenTape(lane)
    if (existsSync(file)) continue
    const origin = { build: 'tapewright 0.1.0', createdAt: 1_723_075_200_000_000 }
    const writer = await createTape(file, { lane, instruments: sampleInstruments, origin })
    await writer.append(sampleLane(lane))
    process.stdout.write(`wrote ${file}, hash ${(await writer.seal()).hash}\n`)
  }
}

if (import.meta.main) await main()
