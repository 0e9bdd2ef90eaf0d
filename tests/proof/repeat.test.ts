/** Two processes that make the same run give the same hashes, and whoever has the code and the tapes can prove it. */
import assert from 'node:assert/strict'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { VerifyOutcome } from '../../src/cli/tasks/verify-work.ts'
import { verified, World, writeCandleTape, writeMarketTape } from './world.ts'

const QUICK = ['--set', 'rise=0.3%', '--set', 'fall=0.2%']

void test('two processes in two folders give one hash and one state', async (t) => {
  const [one, two] = [new World(t), new World(t)]
  for (const strategy of ['momentum', 'market-maker', 'reversion', 'breakout']) {
    const settings = strategy === 'momentum' ? QUICK : []
    const runs = []
    for (const world of [one, two]) {
      await writeMarketTape(world.path('market.tape'), 40_000)
      runs.push(await world.backtest(`run-${strategy}`, 0, strategy, '--tape', 'market.tape', ...settings))
    }
    const [first, second] = runs
    assert.match(first?.hash ?? '', /^[0-9a-f]{64}$/)
    assert.match(first?.stateHash ?? '', /^[0-9a-f]{32}$/)
    assert.deepEqual([first?.hash, first?.stateHash], [second?.hash, second?.stateHash], strategy)
  }
})

void test('verify says of a run that it can be repeated, and ends with 0', async (t) => {
  const world = new World(t)
  await writeMarketTape(world.path('market.tape'), 40_000)
  const run = await world.backtest('run', 0, 'market-maker', '--tape', 'market.tape', '--latency', 'recorded')
  assert.ok(run.fills > 20)
  const { exit, stdout, stderr } = await world.line.run('verify', 'run')
  assert.deepEqual({ exit, stderr }, { exit: 0, stderr: '' })
  assert.match(stdout, new RegExp(`^verified: [0-9,]+ inputs gave the same outputs .* ${run.stateHash}; [^\\n]*\\n$`))
  const outcome = (await world.line.json(0, 'verify', 'last')) as VerifyOutcome
  assert.deepEqual([outcome.verdict, outcome.stateHash], ['verified', run.stateHash])
})

void test('a run on candles and a part of a tape verifies too', async (t) => {
  const world = new World(t)
  await writeCandleTape(world.path('candles.tape'), 3000)
  const span = ['--from', '2026-01-05T06:00Z', '--to', '2026-01-06T06:00Z']
  const run = await world.backtest('run', 0, 'reversion', '--tape', 'candles.tape', '--fill', 'close', ...span)
  assert.ok(run.fills > 5)
  assert.equal((await verified(world.path('run'))).verdict, 'verified')
})

void test('a run with its tapes and its strategy in it stands alone', async (t) => {
  const world = new World(t)
  await writeMarketTape(world.path('market.tape'), 40_000)
  assert.equal((await world.line.run('new', 'dip', '--from', 'reversion')).exit, 0)
  await world.backtest('run', 0, './dip.ts', '--tape', 'market.tape', '--embed')
  await rm(world.path('market.tape'))
  await rm(world.path('dip.ts'))
  await rename(world.path('run'), world.path('elsewhere'))
  const { verdict, identity } = await verified(world.path('elsewhere'))
  assert.deepEqual({ verdict, identity }, { verdict: 'verified', identity: [] })
})

void test('a run whose tape is gone says which file it misses', async (t) => {
  const world = new World(t)
  await writeMarketTape(world.path('market.tape'), 20_000)
  await world.backtest('run', 0, 'momentum', '--tape', 'market.tape')
  await rm(world.path('market.tape'))
  const { exit, stderr } = await world.line.run('verify', 'run')
  assert.equal(exit, 2)
  assert.match(stderr, /^tapewright: \S*market\.tape: there is no such tape\.[^\n]*\n$/)
})

void test('a strategy whose threshold was changed', async (t) => {
  const world = new World(t)
  await writeMarketTape(world.path('market.tape'), 60_000)
  await world.line.run('new', 'dip', '--from', 'momentum')
  const original = await readFile(world.path('dip.ts'), 'utf8')
  const { orders } = await world.backtest('run', 0, './dip.ts', '--tape', 'market.tape', ...QUICK)
  assert.ok(orders > 4)

  await t.test('is another identity: nothing is replayed, and verify ends with 3', async () => {
    await writeFile(world.path('dip.ts'), original.replace('candle.change > rise', 'candle.change > rise * 2'))
    const outcome = (await world.line.json(3, 'verify', 'run')) as VerifyOutcome
    const { verdict, inputs, identity } = outcome
    assert.deepEqual({ verdict, inputs }, { verdict: 'another identity', inputs: 0 })
    assert.deepEqual(identity, ['the source of strategy dip is another'])
    const { stdout } = await world.line.run('verify', 'run')
    assert.match(stdout, /^not as it was: the source of strategy dip is another\nnot verified: .*\n--allow-code .*\n$/)
  })

  await t.test('with --allow-code the first output that differs is named', async () => {
    const { exit, stdout } = await world.line.run('verify', 'run', '--allow-code')
    assert.equal(exit, 3)
    assert.match(stdout, /^not reproducible: output of input \d+ (?:is one too many|differs)$/m)
    // The first thing a signal writes is the text of its reason.
    assert.match(stdout, /^ {2}recorded: (?:text|signal) .*\n {2}replayed: nothing$/m)
  })

  await t.test('so does another default of a parameter', async () => {
    const changed = original.replace('rise: percent(1', 'rise: percent(1.5')
    assert.notEqual(changed, original)
    await writeFile(world.path('dip.ts'), changed)
    const { verdict } = await verified(world.path('run'))
    assert.equal(verdict, 'another identity')
    // The run states its thresholds, so the default decides nothing: this code gives the same decisions.
    const allowed = await verified(world.path('run'), { allowCode: true })
    assert.deepEqual([allowed.verdict, allowed.identity.length], ['verified', 1])
  })

  await t.test('with the old text back, it verifies again', async () => {
    await writeFile(world.path('dip.ts'), original)
    assert.equal((await verified(world.path('run'))).verdict, 'verified')
  })
})
