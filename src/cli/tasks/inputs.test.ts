import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Instrument } from '../../core/market/instrument.ts'
import { createTape } from '../../node/tape-writer.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { plainRows, scratchFolder } from '../../testing/tape-files.ts'
import { isStrategyFile, openInputs, strategyOf, strategyReference } from './inputs.ts'

async function tapesOf(context: TestContext, tables: readonly (readonly Instrument[])[]): Promise<readonly string[]> {
  const folder = scratchFolder(context)
  const paths = tables.map((_, i) => `${folder}/${i}.tape`)
  for (const [i, instruments] of tables.entries()) {
    const tape = await createTape(paths[i] ?? '', { instruments, origin: { build: 'test', createdAt: 0 } })
    await tape.append(plainRows(3, i * 3))
    await tape.seal()
  }
  return paths
}

test('two tapes that describe an instrument alike are read as one market', async (t) => {
  const bitcoin = exampleInstrument('BTCUSDT')
  const paths = await tapesOf(t, [[bitcoin, exampleInstrument('ETHUSDT')], [{ ...bitcoin }]])
  const { source } = await openInputs(paths.map((path) => ({ kind: 'tape', path })))
  assert.deepEqual(
    source.instruments.map(({ symbol }) => symbol),
    ['BTCUSDT', 'ETHUSDT'],
  )
  await source.close()
})

test('two tapes that describe an instrument differently are refused with the remedy', async (t) => {
  const paths = await tapesOf(t, [[exampleInstrument('BTCUSDT')], [exampleInstrument('BTCUSDT', { priceDecimals: 2 })]])
  await assert.rejects(openInputs(paths.map((path) => ({ kind: 'tape', path }))), {
    name: 'UsageError',
    message: /^the tapes describe binance-usdm:BTCUSDT differently, .*: import those files together/,
  })
})

test('a strategy of your own is named by its path from the run, one that ships by its name', () => {
  assert.equal(isStrategyFile('momentum'), false)
  assert.deepEqual(strategyReference('momentum', 'momentum', '/runs/1'), {
    kind: 'strategy',
    name: 'momentum',
    source: 'momentum',
  })
  const reference = strategyReference('dip', '/mine/dip.ts', '/mine/runs/1')
  assert.deepEqual(reference, { kind: 'strategy', name: 'dip', source: '../../dip.ts' })
  assert.equal(strategyOf([reference], '/yours/runs/1'), '/yours/dip.ts')
})
