import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeUtf8 } from '../core/utf8.ts'
import { readJson, type JsonValue } from './json.ts'

/** The plain value of a tree, as JSON.parse would give it. */
function plain(value: JsonValue): unknown {
  switch (value.kind) {
    case 'null':
      return null
    case 'boolean':
      return value.value
    case 'number':
      return Number(value.text)
    case 'string':
      return value.text
    case 'array':
      return value.items.map(plain)
    case 'object':
      return Object.fromEntries([...value.fields].map(([key, field]) => [key, plain(field)]))
  }
}

/** What JSON.parse says; undefined when it refuses. */
function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

test('what JSON.parse reads is read alike, indented or not', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
      const written = JSON.stringify(JSON.parse(text), undefined, indent)
      const result = readJson(encodeUtf8(written))
      assert.ok(result.ok)
      assert.deepEqual(plain(result.value), JSON.parse(written))
    }),
  )
})

test('what JSON.parse refuses is refused, at a place inside the text', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '1',
    '-',
    '0',
    '1.5',
    '.',
    'e5',
    'true',
    'nul',
    'null',
    '\\',
    '\\u12',
    '\n',
    ' ',
    '01',
    '+1',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const text = parts.join('')
      const result = readJson(encodeUtf8(text))
      const wanted = parsed(text)
      if (result.ok) assert.deepEqual(plain(result.value), wanted?.value)
      else {
        assert.ok(
          wanted === undefined || result.problem.endsWith('is given twice'),
          `${JSON.stringify(text)}: ${result.problem}`,
        )
        assert.ok(result.offset >= 0 && result.offset <= text.length)
      }
    }),
    { numRuns: 3000 },
  )
})

test('numbers keep their digits and every value knows where it stands', () => {
  const text = ' {"id": 18446744073709551615, "p": [1.10, -0e+1]}'
  const result = readJson(encodeUtf8(text))
  assert.ok(result.ok && result.value.kind === 'object')
  const id = result.value.fields.get('id')
  assert.deepEqual(id, { kind: 'number', offset: text.indexOf('1844'), text: '18446744073709551615' })
  const list = result.value.fields.get('p')
  assert.ok(list?.kind === 'array')
  assert.deepEqual(
    list.items.map((item) => item.kind === 'number' && item.text),
    ['1.10', '-0e+1'],
  )
})

test('only the bytes between start and end are read, and offsets count from the first byte', () => {
  const bytes = encodeUtf8('xx["é",2]yy')
  const result = readJson(bytes, 2, bytes.length - 2)
  assert.ok(result.ok && result.value.kind === 'array')
  assert.deepEqual(result.value.items[1], { kind: 'number', offset: 8, text: '2' })
  assert.deepEqual(readJson(bytes, 2, 5), { ok: false, offset: 3, problem: 'the string that begins here does not end' })
})

test('nesting that no venue sends is refused instead of exhausting the stack', () => {
  const result = readJson(encodeUtf8('['.repeat(100_000)))
  assert.deepEqual(result, { ok: false, offset: 64, problem: 'values are nested deeper than 64' })
})
