import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkHeaders, checkLengths, checkMarks, checkSwitchedOffTests, LINES_MAX } from './files.ts'
import { readSources, show, sourceFile } from './source.ts'

const sources = readSources(['{src,tests,tools,bench,examples}/**/*.ts', 'tools/**/*.mjs'])
const documents = readSources(['*.md', 'docs/**/*.md'])

test('no file is longer than one concept', () => assert.equal(show(checkLengths(sources)), ''))

test('every file begins with what it is for', () => assert.equal(show(checkHeaders(sources)), ''))

test('nothing is marked as unfinished', () => assert.equal(show(checkMarks([...sources, ...documents])), ''))

test('no test is switched off', () => assert.equal(show(checkSwitchedOffTests(sources)), ''))

test('a file one line too long is named, a long test file is not', () => {
  assert.equal(show(checkLengths([sourceFile('src/a.ts', 'x\n'.repeat(LINES_MAX))])), '')
  assert.match(show(checkLengths([sourceFile('src/a.ts', 'x\n'.repeat(LINES_MAX + 1))])), /src\/a\.ts: 401 lines/)
  assert.equal(show(checkLengths([sourceFile('src/a.test.ts', 'x\n'.repeat(LINES_MAX + 1))])), '')
})

test('a missing, late or empty header is named', () => {
  const header = '/** Decoder: bytes in, rows out; refuses what it cannot read. */'
  assert.equal(show(checkHeaders([sourceFile('src/a.ts', `${header}\nimport x`)])), '')
  assert.equal(show(checkHeaders([sourceFile('src/cli/main.ts', `#!/usr/bin/env node\n${header}\n`)])), '')
  for (const text of [
    '',
    `import x\n${header}`,
    '/** Decoder. */',
    '// Decoder: bytes in, rows out, nothing lost here',
  ]) {
    assert.match(show(checkHeaders([sourceFile('src/a.ts', text)])), /begin with/)
  }
})

test('a mark in a comment is named with its line', () => {
  const mark = 'FIX' + 'ME'
  assert.match(show(checkMarks([sourceFile('src/a.ts', `a\n// ${mark}: later`)])), new RegExp(`src/a\\.ts:2: ${mark}`))
  assert.equal(show(checkMarks([sourceFile('src/a.ts', `${mark}D and prefix${mark}`)])), '')
})

test('a switched-off test is named', () => {
  assert.match(
    show(checkSwitchedOffTests([sourceFile('src/a.test.ts', `test.${'skip'}('x', f)`)])),
    /a\.test\.ts:1: test\.skip/,
  )
  assert.match(
    show(checkSwitchedOffTests([sourceFile('src/a.test.ts', `\ndescribe.${'only'}('x', f)`)])),
    /:2: describe\.only/,
  )
  assert.equal(show(checkSwitchedOffTests([sourceFile('src/a.test.ts', "context.skip('no data')")])), '')
})
