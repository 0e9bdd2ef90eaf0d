import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'acorn'
import { findImpurities, formatFinding, importsOf } from './purity.ts'

function findingsIn(text: string): string {
  const program = parse(text, { ecmaVersion: 'latest', sourceType: 'module' })
  return findImpurities(program, text).map(formatFinding).join('\n')
}

const refused: readonly (readonly [string, string, RegExp])[] = [
  ['the clock', 'const f = () => Date.now()', /^1:17: Date: it reads the clock.*; use ctx\.time/],
  ['a new Date', 'const f = () => new Date(0)', /^1:21: Date: /],
  ['Date in a template', 'const f = () => `${Date.now()}`', /^1:20: Date: /],
  ['Math.random', 'const f = () => Math.random()', /^1:17: Math\.random: it differs.*seeded generator/],
  ['Math.random by text', "const f = () => Math['random']()", /^1:17: Math\.random: /],
  ['random taken out of Math', 'const { random } = Math', /^1:9: Math\.random: /],
  ['performance', 'const f = () => performance.now()', /^1:17: performance: it reads the clock/],
  [
    'a timer',
    '\n  setTimeout(() => {}, 1)',
    /^2:3: setTimeout: it runs code outside the order of the tape; keep the due/,
  ],
  ['an interval', 'setInterval(f, 1)\nfunction f() {}', /^1:1: setInterval: /],
  ['an immediate', 'setImmediate(() => 1)', /^1:1: setImmediate: /],
  ['a microtask', 'queueMicrotask(() => 1)', /^1:1: queueMicrotask: /],
  ['fetch', 'const f = () => fetch("x")', /^1:17: fetch: it reaches the network/],
  ['a socket', 'const f = () => new WebSocket("x")', /^1:21: WebSocket: /],
  ['process', 'const f = () => process.env', /^1:17: process: it reaches the machine/],
  ['globalThis', "const f = () => globalThis['Da' + 'te']", /^1:17: globalThis: /],
  ['eval', 'const f = () => eval("1")', /^1:17: eval: it runs code that cannot be read/],
  ['Function', 'const f = () => new Function("return 1")', /^1:21: Function: /],
  ['require', 'const f = require("./x")', /^1:11: require: it loads code at run time/],
  ['a dynamic import', 'const f = () => import("./x.ts")', /^1:17: import\(\): it loads code at run time/],
  ['import.meta', 'const f = () => import.meta.url', /^1:17: import\.meta: /],
  ['a module of Node', "import fs from 'node:fs'", /^1:16: import of 'node:fs': it reaches the machine/],
  ['a package', "import x from 'lodash'", /^1:15: import of 'lodash': a package is not read/],
  ['a re-exported package', "export * from 'lodash'", /^1:15: import of 'lodash'/],
  ['an async handler', 'const f = { async onCandle() {} }', /^1:27: async function: a strategy answers at once/],
  ['await', 'await 1', /^1:1: await: /],
  [
    'the language of the machine',
    'const f = (x) => x.toLocaleString()',
    /^1:20: toLocaleString: it depends on the lang/,
  ],
  ['an unknown name', 'const f = () => cnadle.close', /^1:17: cnadle: nothing of this name is declared/],
  [
    'let outside the handlers',
    'let last = 0',
    /^1:1: let last outside the handlers: .*state belongs in ctx\.state; declare it/,
  ],
  ['var outside the handlers', 'if (true) {\n  var last = 0\n}', /^2:3: var last outside the handlers: /],
  ['a changed member', 'const a = { n: 0 }\nconst f = () => { a.n++ }', /^2:19: change of a: .*belongs in ctx\.state/],
  ['an assigned element', 'const a = [0]\nfunction f() { a[0] = 1 }', /^2:16: change of a: /],
  ['a deleted member', 'const a = { n: 0 }\nfunction f() { delete a.n }', /^2:23: change of a: /],
  ['a growing list', 'const a = []\nfunction f() { a.push(1) }', /^2:16: change of a: /],
  ['a growing map', 'const a = new Map()\nfunction f() { a.set(1, 2) }', /^2:16: change of a: /],
  ['a change of something imported', "import { a } from './a.ts'\nfunction f() { a.n = 1 }", /^2:16: change of a: /],
  ['a change of the language', 'Array.prototype.last = 1', /^1:1: change of Array: it changes the language/],
]
for (const [what, text, expected] of refused) {
  test(`refused with its place and a remedy: ${what}`, () => assert.match(findingsIn(text), expected))
}

test('names that only look like refused ones pass', () => {
  const text = [
    "import { defineStrategy, percent } from 'tapewright'",
    "import { Date as Calendar } from './calendar.ts'",
    '// Date.now() in a comment',
    "const text = 'Math.random()' + `process`",
    'const pattern = /fetch("x")/',
    'const table = { Date: 1, fetch: 2, process() { return this.Date } }',
    'function f(fetch, { process, eval: run = 1 }, [Date], ...require) { return fetch + process + Date + require + run }',
    'function g() { { const setTimeout = 1; f(setTimeout) } try { f() } catch (performance) { f(performance) } }',
    'label: for (const Date of [1]) { if (Date > table.Date) continue label; break label }',
    'class Function { module = 1; static global() { return Calendar } }',
    'export { table as Date }',
    'export default defineStrategy({ params: { drop: percent(1) }, onCandle(candle, ctx) { ctx.state.n += 1 } })',
    'const half = 4 / 2 / 1',
  ].join('\n')
  assert.equal(findingsIn(text), '')
})

test('a name is judged where it stands: declared in one function, global in the next', () => {
  const text = 'function f() { const fetch = 1; return fetch }\nfunction g() { return fetch }'
  assert.match(findingsIn(text), /^2:23: fetch: [^\n]*$/)
})

test('a block does not hide a global outside of it', () => {
  assert.match(findingsIn('function f() { { const Date = 1 } return Date }'), /^1:42: Date/)
  assert.match(findingsIn('for (const Date of []) {}\nDate()'), /^2:1: Date/)
})

test('a var belongs to its whole function', () => {
  assert.equal(findingsIn('function f() { if (true) { var fetch = 1 } return fetch }'), '')
})

test('what a call makes may be changed during the call', () => {
  const text = [
    'const table = new Map()',
    "table.set('a', 1)",
    'const tidy = (list) => list.toSorted()',
    'function f(ctx) {',
    '  const list = []',
    '  list.push(1)',
    '  list[0] = 2',
    '  let n = 0',
    '  n++',
    '  ctx.slots.clear()',
    '  ctx.state.queue.push(n)',
    '  return tidy(list)',
    '}',
  ].join('\n')
  assert.equal(findingsIn(text), '')
})

test('all findings are reported, in the order of the text', () => {
  const text = 'const f = () => {\n  fetch(Date.now())\n  return process\n}'
  const places = findingsIn(text)
    .split('\n')
    .map((line) => line.split(': ')[0])
  assert.deepEqual(places, ['2:3', '2:9', '3:10'])
})

test('imports and re-exports are listed with their places', () => {
  const text =
    "import a from './a.ts'\nexport { b } from './b.ts'\nexport * from './c.ts'\nimport './d.ts'\nexport { a }"
  const program = parse(text, { ecmaVersion: 'latest', sourceType: 'module' })
  assert.deepEqual(importsOf(program, text), [
    { specifier: './a.ts', line: 1, column: 15 },
    { specifier: './b.ts', line: 2, column: 19 },
    { specifier: './c.ts', line: 3, column: 15 },
    { specifier: './d.ts', line: 4, column: 8 },
  ])
})
