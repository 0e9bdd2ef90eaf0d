import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBans, checkEscapes } from './bans.ts'
import { readSources, show, sourceFile } from './source.ts'

function findingsIn(path: string, text: string): string {
  return show(checkBans([sourceFile(path, text)]))
}

test('nothing banned is in the modules that replay', () => {
  assert.equal(show(checkBans(readSources(['src/**/*.ts']))), '')
})

test('escapes are few and have reasons', () => {
  assert.equal(show(checkEscapes(readSources(['src/**/*.ts']))), '')
})

const banned: readonly (readonly [string, RegExp])[] = [
  ['const t = Date.now()', /a\.ts:2: Date\.now .* take the time from the row/],
  ['const t = new Date(0)', /new Date\(.*use integer µs/],
  ['const r = Math.random()', /Math\.random .*seeded/],
  ['const t = performance.now()', /performance reads a clock/],
  ['for (const key in table) f(key)', /for…in .*use a Map/],
  ['x.toLocaleString()', /toLocale… .*core\/number/],
  ['a.localeCompare(b)', /localeCompare .*</],
  ['new Intl.NumberFormat()', /Intl depends/],
  ['new WeakRef(x)', /WeakRef shows/],
  ['new FinalizationRegistry(f)', /FinalizationRegistry shows/],
  ['const p = Math.pow(10, 2)', /Math\.pow .*table of powers/],
  ['const p = 10 ** 2', /\*\* .*table of powers/],
  ['/// <reference types="node" />', /reference .*port/],
  ['const s = `${Date.now()}`', /Date\.now/],
]
for (const [line, expected] of banned) {
  test(`banned: ${line}`, () => {
    assert.match(findingsIn('src/core/a.ts', `/** Header. */\n${line}`), expected)
    assert.equal(findingsIn('src/node/a.ts', `/** Header. */\n${line}`), '')
  })
}

test('comments, strings and other words do not count', () => {
  const text = [
    '/** Date.now is banned, and so is 2 ** 3. */',
    "const s = 'Math.random()'",
    'for (const value of values) f(value)',
    'if (key in table || row.performance > 0) f({ performance: 1 })',
    'const validate = 1',
  ].join('\n')
  assert.equal(findingsIn('src/core/a.ts', text), '')
})

test('each replayed module is checked, its tests and exchange/wire are not', () => {
  for (const module of ['core', 'strategies', 'venues', 'live', 'exchange']) {
    assert.match(findingsIn(`src/${module}/a.ts`, 'Date.now()'), /Date\.now/)
  }
  assert.match(findingsIn('src/exchange/matching/a.ts', 'Date.now()'), /Date\.now/)
  assert.equal(findingsIn('src/exchange/wire/a.ts', 'Date.now()'), '')
  assert.equal(findingsIn('src/core/a.test.ts', 'Date.now()'), '')
})

test('an escape covers its own line and the next, and nothing else', () => {
  const above = '// sim-ok: folded once at load, the same on every runtime\nconst a = 2 ** 3'
  assert.equal(findingsIn('src/core/a.ts', above), '')
  assert.equal(findingsIn('src/core/a.ts', 'const a = 2 ** 3 // sim-ok: integer result below 2^53'), '')
  assert.match(findingsIn('src/core/a.ts', `${above}\nconst b = 2 ** 4`), /a\.ts:3: \*\*/)
  assert.match(
    findingsIn('src/core/a.ts', 'const a = 1 // sim-ok: integer result here\nconst b = 2 ** 4'),
    /a\.ts:2: \*\*/,
  )
})

test('an escape without a reason, and one escape too many, are named', () => {
  const file = sourceFile('src/core/a.ts', 'a // sim-ok:\nb // sim-ok: a reason long enough')
  assert.match(show(checkEscapes([file])), /a\.ts:1: sim-ok needs a reason/)
  assert.match(show(checkEscapes([file], 1)), /2 sim-ok escapes, at most 1/)
})
