import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { StrategyError } from '../core/strategy/params.ts'
import { strategyFolder, strategyText } from '../testing/strategy-files.ts'
import { runWatched, type WatchOptions } from './spin-watch.ts'

const WORKER = new URL('../testing/strategy-worker.ts', import.meta.url)

const options: WatchOptions = {
  spinLimitMs: 400,
  describe: ({ strategy, instrument, sequence }) => `strategy ${strategy}, instrument ${instrument}, row ${sequence}`,
}

test('a strategy that spins is ended and named with the row it was given', async (t) => {
  const body = 'ctx.state.seen++\n    while (ctx.state.seen === 3) candle.close'
  const folder = strategyFolder(t, { 'spins.ts': strategyText(body) })
  const work = { file: join(folder, 'spins.ts'), candles: 10 }
  await assert.rejects(runWatched(WORKER, work, options), (error: unknown) => {
    assert.ok(error instanceof StrategyError)
    // Row 0 is the transfer of the starting money; the third candle is row 3.
    assert.match(
      error.message,
      /^strategy 0, instrument 0, row 3: the call has not returned for 0\.4 s; look for a loop/,
    )
    return true
  })
})

test('a strategy that ends its calls runs to the end, and the worker may speak on the way', async (t) => {
  const folder = strategyFolder(t, { 'counts.ts': strategyText('ctx.state.seen++') })
  const told: unknown[] = []
  const result = await runWatched(
    WORKER,
    { file: join(folder, 'counts.ts'), candles: 10 },
    { ...options, tell: (message) => told.push(message) },
  )
  assert.deepEqual(result, { state: { seen: 10 }, failures: [] })
  assert.deepEqual(told, ['loaded'])
})

test('long work outside the strategies is no spin', async (t) => {
  const folder = strategyFolder(t, { 'counts.ts': strategyText('ctx.state.seen++') })
  const work = { file: join(folder, 'counts.ts'), candles: 1, busyMs: 600 }
  const result = await runWatched(WORKER, work, { ...options, spinLimitMs: 100 })
  assert.deepEqual(result, { state: { seen: 1 }, failures: [] })
})

test("the worker's own errors come through, with their class and words", async (t) => {
  const folder = strategyFolder(t, { 'empty.ts': 'export const nothing = 1\n' })
  await assert.rejects(
    runWatched(WORKER, { file: join(folder, 'empty.ts'), candles: 1 }, options),
    (error: unknown) => {
      assert.ok(error instanceof StrategyError)
      assert.match(error.message, /empty\.ts has no default export/)
      return true
    },
  )
  await assert.rejects(runWatched(new URL('./no-such-worker.ts', import.meta.url), {}, options), /no-such-worker/)
})

test('a strategy that reaches the clock past the purity check is paused with file and line', async (t) => {
  const body = "const now = (() => {}).constructor('return Date.now()')\n    ctx.state.seen = now()"
  const folder = strategyFolder(t, { 'sly.ts': strategyText(body) })
  const result = await runWatched(WORKER, { file: join(folder, 'sly.ts'), candles: 2 }, options)
  assert.ok(typeof result === 'object' && result !== null && 'failures' in result && Array.isArray(result.failures))
  assert.equal(result.failures.length, 1)
  assert.match(String(result.failures[0]), /sly\.ts.*: Date\.now: it reads the clock/)
})
