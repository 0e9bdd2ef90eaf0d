/** The proof on real recordings, with order books of thousands of depth messages and a market maker. */
import assert from 'node:assert/strict'
import { DEPTH_DIFF, FILL } from '../../src/core/tape/kinds.ts'
import { dataTest } from '../../src/testing/data.ts'
import { ForgedRun } from './forger.ts'
import { verified, World } from './world.ts'

for (const [venue, file] of [
  ['binance-usdm', 'captures/binance-usdm/btcusdt_20240808.gz'],
  ['binance-spot', 'captures/binance-spot/btcusdt_20240808.gz'],
] as const)
  dataTest(`a market maker on ${file} can be repeated, and changes are named`, file, async (recording, t) => {
    const world = new World(t)
    const { exit } = await world.line.run('import', recording, '--venue', venue, '--out', 'base/market.tape')
    assert.equal(exit, 0)
    const options = ['--latency', 'recorded', '--queue', 'probabilistic']
    const { fills } = await world.backtest('base/run', 0, 'market-maker', '--tape', 'base/market.tape', ...options)
    assert.ok(fills >= 200, `${fills} fills`)
    assert.equal((await verified(world.path('base/run'))).verdict, 'verified')

    await t.test('a level of a depth message', async () => {
      const run = await ForgedRun.open(await world.copy('base'))
      const row = run.market.middle(DEPTH_DIFF.kind)
      run.market.add(row, DEPTH_DIFF.levels + 1, 1)
      await run.write()
      const { verdict, difference } = await verified(run.folder)
      const { what, recorded } = difference ?? {}
      assert.deepEqual(
        { verdict, what, recorded },
        { verdict: 'different', what: 'market row', recorded: run.market.print(row) },
      )
    })

    await t.test('a fill', async () => {
      const run = await ForgedRun.open(await world.copy('base'))
      const row = run.money.middle(FILL.kind)
      run.money.add(row, FILL.quantity, 1)
      run.sumAgain()
      await run.write()
      const { verdict, difference } = await verified(run.folder)
      const { what, recorded } = difference ?? {}
      assert.deepEqual(
        { verdict, what, recorded },
        { verdict: 'different', what: 'fill', recorded: run.money.print(row) },
      )
    })
  })
