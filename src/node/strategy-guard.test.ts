import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { StrategyError } from '../core/strategy/params.ts'
import { strategyFolder } from '../testing/strategy-files.ts'
import { installStrategyGuard } from './strategy-guard.ts'

/** Things that the purity check refuses or does not see, as a strategy's file would do them. */
const FILE = `
export const uses = {
  'Date.now': () => Date.now(),
  Date: () => new Date(),
  'Math.random': () => Math['ran' + 'dom'](),
  setTimeout: () => setTimeout(() => {}, 1),
  setInterval: () => setInterval(() => {}, 1),
  setImmediate: () => setImmediate(() => {}),
  queueMicrotask: () => queueMicrotask(() => {}),
  fetch: () => fetch('http://127.0.0.1:1'),
  WebSocket: () => new WebSocket('ws://127.0.0.1:1'),
  'performance.now': () => performance.now(),
  'crypto.randomUUID': () => crypto.randomUUID(),
}
export const hidden = () => (() => {}).constructor('return Date.now()')()
export const through = (helper) => [1].map(() => helper())
`

type Guarded = {
  readonly uses: Readonly<Record<string, () => unknown>>
  readonly hidden: () => unknown
  readonly through: (helper: () => unknown) => unknown
}

async function guarded(t: TestContext): Promise<{ readonly file: string; readonly module: Guarded }> {
  const file = join(strategyFolder(t, { 'a.mjs': FILE }), 'a.mjs')
  const module = (await import(pathToFileURL(file).href)) as Guarded
  const guard = installStrategyGuard([file])
  t.after(() => guard.uninstall())
  return { file, module }
}

test('what is forbidden fails inside a strategy, with file and line', async (t) => {
  const { module } = await guarded(t)
  let line = 2
  for (const [what, use] of Object.entries(module.uses)) {
    line++
    assert.throws(use, (error: unknown) => {
      assert.ok(error instanceof StrategyError, `${what}: ${String(error)}`)
      assert.match(error.message, new RegExp(`a\\.mjs:${line}:\\d+: ${what.replace('.', '\\.')}: .+; `))
      return true
    })
  }
})

test('code made from text is traced to the file that made it', async (t) => {
  const { module } = await guarded(t)
  assert.throws(module.hidden, /a\.mjs.*: Date\.now: it reads the clock/)
})

test('what a strategy calls is guarded too', async (t) => {
  const { module } = await guarded(t)
  const helper = (): number => Math.random()
  assert.throws(() => module.through(helper), /a\.mjs:16:\d+: Math\.random: it differs from run to run/)
  assert.ok(helper() < 1)
})

test('everything else keeps its clocks and timers', async (t) => {
  await guarded(t)
  assert.ok(Date.now() > 0)
  const date = new Date(0)
  assert.ok(date instanceof Date)
  assert.equal(date.toISOString(), '1970-01-01T00:00:00.000Z')
  assert.ok(performance.now() > 0)
  await new Promise((resolve) => setTimeout(resolve, 1))
})

test('uninstalling brings the very same functions back', async (t) => {
  const before = [Date, Date.now, Math.random, setTimeout, queueMicrotask, fetch, performance.now]
  const file = join(strategyFolder(t, { 'a.mjs': FILE }), 'a.mjs')
  const { uses } = (await import(pathToFileURL(file).href)) as Guarded
  const guard = installStrategyGuard([file])
  assert.notEqual(Date.now, before[1])
  guard.uninstall()
  assert.deepEqual([Date, Date.now, Math.random, setTimeout, queueMicrotask, fetch, performance.now], before)
  assert.equal(Object.hasOwn(performance, 'now'), false)
  assert.equal(typeof uses['Date.now']?.(), 'number')
})
