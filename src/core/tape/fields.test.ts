import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Field } from './field-shapes.ts'
import { UNITS } from './field-units.ts'
import { fieldsOfKind, HEAD_FIELDS, KIND_FIELDS, kindLayouts, kindName } from './fields.ts'
import * as kinds from './kinds.ts'
import { classOfKind, ROW_BYTES } from './layout.ts'

/** The constants of kinds.ts that describe a row: those with a kind number. */
function constants(): [string, Readonly<Record<string, number>>][] {
  return Object.entries(kinds as Readonly<Record<string, unknown>>).flatMap(
    ([name, value]): [string, Readonly<Record<string, number>>][] =>
      typeof value === 'object' && value !== null && 'kind' in value
        ? [[name, value as Readonly<Record<string, number>>]]
        : [],
  )
}

function bytesOf(field: Field): [number, number] {
  return [field.offset, field.offset + field.bytes]
}

test('every kind of kinds.ts is described, and nothing else', () => {
  const wanted = constants().map(([, constant]) => constant['kind'] as number)
  assert.deepEqual(KIND_FIELDS.map(({ kind }) => kind).sort(byValue), wanted.sort(byValue))
})

test('every field of a kind has the place that kinds.ts gives it', () => {
  for (const [name, constant] of constants()) {
    const shape = fieldsOfKind(constant['kind'] as number)
    assert.ok(shape, name)
    for (const [key, place] of Object.entries(constant)) {
      if (key === 'kind') continue
      const field: Field | undefined = shape.fields.find((candidate) => candidate.name === key.replace(/Byte$/, ''))
      assert.ok(field, `${name}.${key} is described`)
      assert.equal(field.offset, key.endsWith('Byte') ? place : place * 8, `${name}.${key}`)
    }
  }
})

test('fields lie behind the head, aligned, inside the record and beside each other', () => {
  for (const shape of KIND_FIELDS) {
    const rows = typeof shape.continuation === 'number' ? 1 + shape.continuation : 1
    let end = 32
    for (const field of shape.fields) {
      const [from, to] = bytesOf(field)
      assert.ok(from >= end, `${shape.name}.${field.name} starts at ${from}, the field before ends at ${end}`)
      assert.equal(from % Math.min(8, field.bytes || 8), 0, `${shape.name}.${field.name} is aligned`)
      if (field.bytes > 0) assert.ok(to <= rows * ROW_BYTES, `${shape.name}.${field.name} ends inside its rows`)
      else assert.equal(from, ROW_BYTES, `${shape.name}.${field.name} begins with the raw rows`)
      end = to
    }
  }
})

test('raw rows are as many as the fields need', () => {
  for (const { name, continuation, fields } of KIND_FIELDS) {
    const last = Math.max(32, ...fields.map((field) => bytesOf(field)[1]))
    if (typeof continuation === 'number') assert.equal(continuation, Math.ceil(last / ROW_BYTES) - 1, name)
    else
      assert.ok(
        fields.some(({ type }) => type === continuation),
        name,
      )
  }
})

test('kinds and tables have names of their own in kebab-case', () => {
  for (const key of ['name', 'table'] as const) {
    const names = KIND_FIELDS.map((shape) => shape[key])
    assert.equal(new Set(names).size, names.length)
    for (const name of names) assert.match(name, /^[a-z]+(-[a-z]+)*$/)
  }
})

test('flags do not overlap, and their values lie inside their mask', () => {
  for (const { name, flags } of KIND_FIELDS) {
    let taken = 0
    for (const flag of flags) {
      assert.equal(taken & flag.mask, 0, `${name}.${flag.name}`)
      for (const value of flag.values.keys()) assert.equal(value & ~flag.mask, 0, `${name}.${flag.name} ${value}`)
      taken |= flag.mask
    }
    assert.ok(taken <= 0xff, name)
  }
})

test('a kind with a 16-byte id says how the id is read', () => {
  for (const { name, fields, flags } of KIND_FIELDS) {
    const hasId = fields.some(({ type }) => type === 'id16')
    assert.equal(
      flags.some((flag) => flag.name === 'idForm'),
      hasId,
      name,
    )
  }
})

test('class and slot 3 follow from the kind number', () => {
  const meaning = { market: 'version', money: 'sequence', output: 'cause', structure: 'after' } as const
  for (const shape of KIND_FIELDS) {
    assert.equal(shape.class, classOfKind(shape.kind))
    assert.equal(shape.slot3, meaning[shape.class])
  }
})

test('every field has a unit, a range and a sentence', () => {
  for (const shape of KIND_FIELDS) {
    assert.match(shape.meaning, /\.$/)
    for (const field of shape.fields) {
      assert.ok(UNITS[field.unit])
      assert.match(field.doc, /\.$/, `${shape.name}.${field.name}`)
      if (field.type !== 'text') assert.notEqual(field.range, '')
    }
  }
})

test('the head is 32 bytes without holes', () => {
  let end = 0
  for (const field of HEAD_FIELDS) {
    assert.equal(field.offset, end, field.name)
    end += { u8: 1, u16: 2, f64: 8 }[field.type as 'u8' | 'u16' | 'f64']
  }
  assert.equal(end, 32)
})

test('an unknown kind has no fields and a name that tells its number', () => {
  assert.equal(fieldsOfKind(63), undefined)
  assert.equal(kindName(63), 'kind-63')
  assert.equal(kindName(kinds.TRADE.kind), 'trade')
})

test('layout versions are stated for every kind', () => {
  assert.equal(Object.keys(kindLayouts()).length, KIND_FIELDS.length)
  assert.equal(kindLayouts()[String(kinds.FILL.kind)], 1)
})

function byValue(a: number, b: number): number {
  return a - b
}
