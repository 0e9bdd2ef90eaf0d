import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOnly, isTestCode, place, readSources, sourceFile } from './source.ts'

const blanked: readonly (readonly [string, string, string])[] = [
  ['a line comment', 'a // b\nc', 'a     \nc'],
  ['a block comment, lines kept', 'a /* b\nb */ c', 'a     \n     c'],
  ['a string', "f('b\\'b', 1)", "f('    ', 1)"],
  ['a comment mark inside a string', "x = '//' + y", "x = '  ' + y"],
  ['a template, its expressions kept', '`a${b + `c${d}`}e` + f', '` ${b + ` ${d}`} ` + f'],
  ['an object inside a template expression', '`a${ { b: 1 }.b }c`', '` ${ { b: 1 }.b } `'],
  ['a regular expression', "x = /'[/]/ + y", 'x = /    / + y'],
  ['a regular expression after return', 'return /a"/', 'return /  /'],
  ['division is not a regular expression', 'a / b / c', 'a / b / c'],
  ['an unfinished comment', 'a /* b', 'a     '],
]
for (const [what, text, code] of blanked) {
  test(`blanking ${what}`, () => assert.equal(codeOnly(text), code))
}

test('blanking keeps the length and the line ends of every source of the repository', () => {
  for (const file of readSources(['src/**/*.ts', 'tests/**/*.ts', 'tools/**/*.ts'])) {
    assert.equal(file.code.length, file.text.length, file.path)
    assert.equal(file.code.split('\n').length, file.text.split('\n').length, file.path)
  }
})

test('a place is a path and a line counted from one', () => {
  const file = sourceFile('src/a.ts', 'a\nb\nc')
  assert.equal(place(file, 0), 'src/a.ts:1')
  assert.equal(place(file, 4), 'src/a.ts:3')
})

test('test files, the testing module and what lies outside src/ are test code', () => {
  assert.equal(isTestCode('src/core/number/money.test.ts'), true)
  assert.equal(isTestCode('src/testing/data.ts'), true)
  assert.equal(isTestCode('tools/check.ts'), true)
  assert.equal(isTestCode('src/core/number/money.ts'), false)
})
