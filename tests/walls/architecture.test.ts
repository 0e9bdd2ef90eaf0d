import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkArchitecture, importsOf } from './architecture.ts'
import { readSources, show, sourceFile } from './source.ts'

function findingsIn(path: string, text: string): string {
  return show(checkArchitecture([sourceFile(path, text)]))
}

test('every import of the repository runs the right way', () => {
  const files = readSources(['src/**/*.ts'])
  assert.ok(files.length > 0)
  assert.equal(show(checkArchitecture(files)), '')
})

test('all forms of import are seen', () => {
  const text = [
    "import a from './a.ts'",
    "import type { B } from './b.ts'",
    "import './c.ts'",
    'export { d } from "./d.ts"',
    "export * from './e.ts'",
    "type F = import('./f.ts').F",
    "const g = await import('./g.ts')",
    'const h = await import(name)',
    "import i = require('./i.ts')",
    "import {\n  j,\n} from './j.ts'",
    "// import k from './k.ts'",
    'const l = "import l from \'./l.ts\'"',
    'import.meta.url',
    'const from = 1',
  ].join('\n')
  assert.deepEqual(
    importsOf(sourceFile('src/core/x.ts', text)).map(({ specifier }) => specifier),
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', undefined, 'i', 'j'].map((name) => name && `./${name}.ts`),
  )
})

const wrong: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'upwards',
    'src/core/engine/step.ts',
    "import { x } from '../../live/ports.ts'",
    /step\.ts:1: core\/ imports live\//,
  ],
  [
    'upwards, types only',
    'src/core/a.ts',
    "\nimport type { X } from '../venues/x.ts'",
    /a\.ts:2: core\/ imports venues\//,
  ],
  ['to a sibling', 'src/lab/a.ts', "import { x } from '../node/x.ts'", /lab\/ imports node\/.*against the arrows/],
  [
    'to a sibling of the first rank',
    'src/venues/a.ts',
    "import { x } from '../exchange/x.ts'",
    /venues\/ imports exchange\//,
  ],
  ['of Node outside node/', 'src/lab/a.ts', "import fs from 'node:fs'", /only node\/ and cli\/ import Node/],
  ['of a package outside node/', 'src/store/a.ts', "const x = import('yauzl')", /store\/ imports yauzl/],
  ['of Node in the wire', 'src/exchange/wire/a.ts', "import fs from 'node:fs'", /exchange\/wire\/ imports node:fs/],
  ['of another package in the wire', 'src/exchange/wire/a.ts', "import x from 'yauzl'", /imports yauzl/],
  [
    'of the wire by the exchange',
    'src/exchange/a.ts',
    "import x from './wire/x.ts'",
    /exchange\/ imports exchange\/wire\//,
  ],
  ['of node/ by the wire', 'src/exchange/wire/a.ts', "import x from '../../node/x.ts'", /against the arrows/],
  ['out of src/', 'src/cli/a.ts', "import x from '../../tools/x.ts'", /leaves src\//],
  ['of test code', 'src/cli/a.ts', "import { dataTest } from '../testing/data.ts'", /is test code/],
  ['computed', 'src/lab/a.ts', 'await import(path)', /computed import/],
  ['of an unknown module', 'src/cli/a.ts', "import x from '../utils/x.ts'", /src\/utils is no module/],
]
for (const [what, path, text, expected] of wrong) {
  test(`an import ${what} is named`, () => assert.match(findingsIn(path, text), expected))
}

test('a file of an unknown module is named', () => {
  assert.match(findingsIn('src/helpers/a.ts', ''), /src\/helpers is no module of the design/)
})

test('right imports pass', () => {
  assert.equal(findingsIn('src/cli/a.ts', "import x from '../node/x.ts'\nimport fs from 'node:fs'\nimport(path)"), '')
  assert.equal(findingsIn('src/node/a.ts', "import x from '../live/x.ts'\nimport yauzl from 'yauzl'"), '')
  assert.equal(findingsIn('src/live/feed/a.ts', "import x from '../../core/x.ts'\nimport y from './y.ts'"), '')
  assert.equal(
    findingsIn('src/exchange/wire/a.ts', "import { WebSocket } from 'ws'\nimport x from '../venue/x.ts'"),
    '',
  )
  assert.equal(
    findingsIn('src/exchange/wire/futures/a.ts', "import x from '../server.ts'\nimport y from '../../../live/y.ts'"),
    '',
  )
  assert.equal(findingsIn('src/cli/a.ts', "import x from '../exchange/wire/server.ts'"), '')
  assert.equal(findingsIn('src/core/a.test.ts', "import fs from 'node:fs'\nimport x from '../cli/x.ts'"), '')
})
