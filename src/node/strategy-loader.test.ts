import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  isStrategy,
  type CandleView,
  type StrategyContext,
  type StrategyDefinition,
} from '../core/strategy/contract.ts'
import { StrategyError } from '../core/strategy/params.ts'
import { SHIPPED } from '../strategies/index.ts'
import { strategyFolder, strategyText } from '../testing/strategy-files.ts'
import { loadStrategy, placeOfError } from './strategy-loader.ts'

/** Loads and returns the message of the refusal. */
async function refusal(nameOrPath: string): Promise<string> {
  try {
    await loadStrategy(nameOrPath)
  } catch (error) {
    assert.ok(error instanceof StrategyError, String(error))
    return error.message
  }
  return assert.fail(`${nameOrPath} was loaded`)
}

/** Calls the candle handler and returns what the strategy said about it through `ctx.state`. */
function callOnCandle(definition: StrategyDefinition): unknown {
  const state: unknown = definition.state?.()
  definition.onCandle?.({ close: 2 } as CandleView, { state } as StrategyContext)
  return state
}

test('every shipped strategy loads by its name, is pure, and has a hash of its own', async () => {
  const hashes = new Set<string>()
  for (const [name, definition] of SHIPPED) {
    const loaded = await loadStrategy(name)
    assert.equal(loaded.definition, definition)
    assert.equal(definition.name, name)
    assert.match(loaded.sourceHash, /^[0-9a-f]{64}$/)
    assert.match(loaded.file, new RegExp(`[/\\\\]${name}\\.[jt]s$`))
    hashes.add(loaded.sourceHash)
  }
  assert.equal(hashes.size, SHIPPED.size)
})

test('the registry of shipped strategies is sorted by name', () => {
  assert.deepEqual([...SHIPPED.keys()], [...SHIPPED.keys()].toSorted())
})

test('a file anywhere on the disk imports from tapewright and from its neighbours', async (t) => {
  const folder = strategyFolder(t, {
    'dip.ts': strategyText('ctx.state.seen = twice(candle.close)', "import { twice } from './lib/twice.ts'"),
    'lib/twice.ts': "import { two } from '../two.js'\nexport function twice(n: number): number { return n * two }\n",
    'two.js': 'export const two = 2\n',
  })
  const loaded = await loadStrategy(join(folder, 'dip.ts'))
  assert.ok(isStrategy(loaded.definition))
  assert.deepEqual(callOnCandle(loaded.definition), { seen: 4 })
  assert.deepEqual(
    loaded.files,
    ['dip.ts', 'lib/twice.ts', 'two.js'].map((name) => join(folder, name)),
  )
})

test('the hash depends on every file and on nothing else', async (t) => {
  const files = {
    'a.ts': strategyText('ctx.state.seen = half', "import { half } from './half.ts'"),
    'half.ts': 'export const half = 0.5\n',
  }
  const first = strategyFolder(t, files)
  const second = strategyFolder(t, files)
  const { sourceHash } = await loadStrategy(join(first, 'a.ts'))
  renameSync(join(second, 'a.ts'), join(second, 'b.ts'))
  assert.equal((await loadStrategy(join(second, 'b.ts'))).sourceHash, sourceHash)
  writeFileSync(join(second, 'half.ts'), 'export const half = 0.25\n')
  assert.notEqual((await loadStrategy(join(second, 'b.ts'))).sourceHash, sourceHash)
})

test('a file that changed is loaded anew, its neighbours with it', async (t) => {
  const folder = strategyFolder(t, {
    'a.ts': strategyText('ctx.state.seen = half', "import { half } from './half.ts'"),
    'half.ts': 'export const half = 0.5\n',
  })
  const file = join(folder, 'a.ts')
  assert.deepEqual(callOnCandle((await loadStrategy(file)).definition), { seen: 0.5 })
  writeFileSync(join(folder, 'half.ts'), 'export const half = 0.25\n')
  assert.deepEqual(callOnCandle((await loadStrategy(file)).definition), { seen: 0.25 })
})

test('an error of a handler is placed in the file, as its author wrote it', async (t) => {
  const text = strategyText("const value: number = candle.close\n    if (value > 1) throw new RangeError('too much')")
  const folder = strategyFolder(t, { 'a.ts': text })
  const { definition, files } = await loadStrategy(join(folder, 'a.ts'))
  assert.throws(
    () => callOnCandle(definition),
    (error) => {
      assert.match(placeOfError(error, files) ?? '', /a\.ts:9:26$/)
      return true
    },
  )
  assert.equal(placeOfError(new Error('elsewhere'), files), undefined)
})

test('an unknown name is met with the nearest one and all names', async () => {
  assert.match(
    await refusal('momentun'),
    /^no strategy 'momentun' \(did you mean 'momentum'\?\): name one of breakout, /,
  )
  assert.match(await refusal('xyz'), /^no strategy 'xyz': name one of .* or a file of your own such as \.\/xyz\.ts$/)
})

test('a missing file, a folder and a file of another kind are named', async (t) => {
  const folder = strategyFolder(t, { 'notes.txt.js/a.ts': '', 'table.json': '{}' })
  assert.match(await refusal('./nowhere/dip.ts'), /^no strategy file nowhere\/dip\.ts: check the path/)
  assert.match(
    await refusal(join(folder, 'notes.txt.js')),
    /notes\.txt\.js is a folder: name the strategy's file in it/,
  )
  assert.match(await refusal(join(folder, 'table.json')), /table\.json: a strategy is a \.ts or \.js file/)
})

const broken: readonly (readonly [string, string, RegExp])[] = [
  ['no default export', "import { percent } from 'tapewright'\nexport const p = percent(1)", /a\.ts has no default ex/],
  [
    'a bare object',
    "export default { name: 'x' }",
    /a\.ts has a default export that defineStrategy did not make: write/,
  ],
  ['a mistake of types', 'const a: = 1\n', /a\.ts:1:10: Unexpected token/],
  ['an enum', 'const a = 1\nenum B { C }\n', /a\.ts:2:1: TypeScript enum is not supported/],
  ['a mistake of syntax', 'const a = 1\nconst b = (a +\n', /a\.ts:[23](?::\d+)?: \w+/],
  ['a name declared twice', 'const a = 1\nconst a = 2\n', /a\.ts:2:7: .*'?a'? has already been declared/],
  [
    'an import without extension',
    "import { b } from './b'\n",
    /a\.ts:1:19: import of '\.\/b': names are written in full; write '\.\/b\.ts'/,
  ],
  [
    'an import that leads nowhere',
    "import { b } from './c.ts'\n",
    /a\.ts:1:19: import of '\.\/c\.ts': there is no file .*c\.ts/,
  ],
  [
    'an import of data',
    "import b from './b.json'\n",
    /a\.ts:1:15: import of '\.\/b\.json': a strategy imports \.ts and \.js/,
  ],
  [
    'an export that does not exist',
    "import { percents } from 'tapewright'\n",
    /a\.ts:1.*does not provide an export named 'percents'; a type is/,
  ],
  [
    'a bad definition',
    strategyText('').replace("'example'", "'Not a name'"),
    /a\.ts:3:16: strategy name 'Not a name' must be/,
  ],
  [
    'a bad parameter',
    strategyText('', "import { count } from 'tapewright'\nconst n = count(1.5)"),
    /a\.ts:3:11: count\(1\.5\) is not/,
  ],
  ['the clock', strategyText('ctx.state.seen = Date.now()'), /a\.ts:8:22: Date: it reads the clock.*; use ctx\.time/],
]
for (const [what, text, expected] of broken) {
  test(`refused with its place: ${what}`, async (t) => {
    const folder = strategyFolder(t, { 'a.ts': text, 'b.ts': 'export const b = 1\n' })
    assert.match(await refusal(join(folder, 'a.ts')), expected)
  })
}

test('impure code in an imported file is found there', async (t) => {
  const folder = strategyFolder(t, {
    'a.ts': strategyText('ctx.state.seen = b()', "import { b } from './b.ts'"),
    'b.ts':
      "import { readFileSync } from 'node:fs'\nexport const b = () => readFileSync('/x').length + Math.random()\n",
  })
  const message = await refusal(join(folder, 'a.ts'))
  assert.match(message, /b\.ts:1:30: import of 'node:fs': /)
  assert.match(message, /\n.*b\.ts:2:52: Math\.random: /)
})

test('a file of the checkout may import the contract by its path', async (t) => {
  const contract = new URL('../core/strategy/contract.ts', import.meta.url).pathname
  const folder = strategyFolder(t, { 'a.ts': strategyText('').replace("'tapewright'", JSON.stringify(contract)) })
  const { files } = await loadStrategy(join(folder, 'a.ts'))
  assert.equal(files.length, 1)
})
