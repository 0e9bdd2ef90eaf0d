/** Mistakes of strategies and of their settings: one clear message that names the place each, and nothing else is lost. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { VerifyOutcome } from '../../src/cli/tasks/verify-work.ts'
import type { Report } from '../../src/lab/report/report-data.ts'
import { strategyText } from '../../src/testing/strategy-files.ts'
import { World, writeMarketTape } from './world.ts'

void test('bad strategies', async (t) => {
  const world = new World(t)
  const { line } = world
  await writeMarketTape(world.path('market.tape'), 30_000)
  const good = (await line.json(0, 'backtest', 'market-maker', '--tape', 'market.tape')) as { readonly run: string }

  const write = (name: string, body: string): void => writeFileSync(world.path(name), strategyText(body))
  /** Runs a backtest that must be refused, and returns its one line. */
  const refused = async (...words: readonly string[]): Promise<string> => {
    const { exit, stdout, stderr } = await line.run('backtest', ...words, '--tape', 'market.tape')
    assert.deepEqual({ exit, stdout }, { exit: 2, stdout: '' })
    assert.match(stderr, /^tapewright: [^\n]+\n$/)
    return stderr.trimEnd()
  }

  await t.test('one that throws is paused where it threw; the run goes on and can be verified', async () => {
    write('throws.ts', "throw new Error('no such level')")
    const { run } = (await line.json(1, 'backtest', './throws.ts', '--tape', 'market.tape')) as { readonly run: string }
    const report = JSON.parse(readFileSync(`${run}/report.json`, 'utf8')) as Report
    const [notice, ...others] = report.notices
    assert.deepEqual(others, [])
    assert.match(
      notice ?? '',
      /^example threw an error at 2026-01-05T[\d:.]+Z and was paused from then on: throws\.ts:8:11: no such level \(input \d+\)$/,
    )
    const outcome = (await line.json(0, 'verify', 'last')) as VerifyOutcome
    assert.deepEqual([outcome.verdict, outcome.outputs], ['verified', 1])
  })

  await t.test('one that reads the clock is refused before it runs', async () => {
    write('clock.ts', "if (Date.now() > 0) ctx.signal(candle.instrument, 'long', { reason: 'late' })")
    assert.match(await refused('./clock.ts'), /clock\.ts:8:9: Date: it reads the clock, [^;]+; use ctx\.time/)
  })

  await t.test('one that reads the clock through a name made at run time fails when it does', async () => {
    const hidden =
      "const made = (candle as never as { constructor: any }).constructor.constructor('return Da' + 'te')()"
    write(
      'hidden.ts',
      `${hidden}\n    if (made['n' + 'ow']() > 0) ctx.signal(candle.instrument, 'long', { reason: 'late' })`,
    )
    const { exit, stdout } = await line.run('backtest', './hidden.ts', '--tape', 'market.tape')
    assert.equal(exit, 1)
    const notes = stdout.split('\n').filter((text) => text.startsWith('Note: '))
    assert.equal(notes.length, 1)
    assert.match(notes[0] ?? '', /hidden\.ts:9:\d+: Date\.now: it reads the clock/)
  })

  await t.test('one that never returns is ended and named with its row', async () => {
    write('spins.ts', 'for (;;) ctx.state.seen++')
    const message = await refused('./spins.ts')
    assert.match(message, /strategy \.\/spins\.ts, input \d+: the call has not returned for 5 s; look for a loop/)
  })

  await t.test('a file that is not there, one that is no strategy, one with a mistake of syntax', async () => {
    writeFileSync(world.path('number.ts'), 'export default 7\n')
    writeFileSync(world.path('syntax.ts'), 'export default defineStrategy({\n  name: \n})\n')
    assert.match(await refused('./absent.ts'), /no strategy file .*absent\.ts: check the path/)
    assert.match(await refused('./number.ts'), /number\.ts has a default export that defineStrategy did not make/)
    assert.match(await refused('./syntax.ts'), /syntax\.ts:3:1: /)
    assert.match(await refused('momentun'), /did you mean 'momentum'/)
  })

  await t.test('parameters: a wrong name, a wrong unit, a value beyond its bounds', async () => {
    const set = (text: string): Promise<string> => refused('momentum', '--set', text)
    assert.match(await set('rize=1%'), /momentum has no parameter 'rize' \(did you mean 'rise'\?\)/)
    assert.match(await set('rise=1h'), /parameter rise of strategy momentum is a percentage: .*; got '1h'/)
    assert.match(await set('rise=-1%'), /parameter rise of strategy momentum is at least 0%/)
    assert.match(await set('rise'), /--set rise: write it as NAME=VALUE/)
  })

  await t.test('what was refused leaves no run behind, and the runs before it are as they were', async () => {
    const names = readdirSync(world.path('runs')).filter((name) => name !== 'last')
    assert.deepEqual(names.toSorted(), ['0001-market-maker', '0002-throws', '0003-hidden'])
    assert.ok(existsSync(`${good.run}/report.json`))
    assert.equal((await line.run('report', 'last')).exit, 0)
    assert.equal(((await line.json(0, 'verify', good.run)) as VerifyOutcome).verdict, 'verified')
  })
})
