import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { StrategyError } from '../core/strategy/params.ts'
import { nodeFiles } from '../node/files.ts'
import { loadStrategy } from '../node/strategy-loader.ts'
import { templateSource } from '../node/strategy-templates.ts'
import { SHIPPED } from '../strategies/index.ts'
import { strategyFolder } from '../testing/strategy-files.ts'
import { newStrategyText, writeNewStrategy, type NewStrategy } from './new-strategy.ts'

async function refusal(
  t: TestContext,
  order: NewStrategy,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = nodeFiles(strategyFolder(t, files))
  try {
    await writeNewStrategy(order, templateSource, folder)
  } catch (error) {
    assert.ok(error instanceof StrategyError, String(error))
    return error.message
  }
  return assert.fail('it was written')
}

for (const [template, shipped] of SHIPPED) {
  test(`a file begun from ${template} loads as it is, under its own name`, async (t) => {
    const folder = strategyFolder(t, {})
    const path = await writeNewStrategy({ name: 'mine', template }, templateSource, nodeFiles(folder))
    assert.equal(path, 'mine.ts')
    const { definition, files } = await loadStrategy(join(folder, path))
    assert.equal(definition.name, 'mine')
    assert.equal(definition.about, shipped.about)
    assert.deepEqual(definition.params, shipped.params)
    assert.deepEqual(files, [join(folder, path)])
  })

  test(`a file begun from ${template} imports from tapewright only and teaches the rules`, async () => {
    const text = newStrategyText({ name: 'mine', template }, await templateSource(template))
    assert.deepEqual(new Set(text.match(/from '[^']+'/g)), new Set(["from 'tapewright'"]))
    assert.match(text, /^\/\*\*\n \* mine: a strategy of your own, begun from the template '/)
    assert.match(text, /tapewright backtest \.\/mine\.ts (?:-i BTCUSDT --last \d+d|--tape TAPE) --set \w+=\S+\n/)
    assert.equal(text.match(/^export default defineStrategy\(\{$/gm)?.length, 1)
    assert.ok(text.split('\n').every((line) => line.length <= 120))
  })
}

test('a file that exists is not written over', async (t) => {
  assert.match(await refusal(t, { name: 'mine', template: 'momentum' }, { 'mine.ts': '' }), /^mine\.ts exists already/)
})

test('a name that is no name, or is taken, is refused', async (t) => {
  assert.match(await refusal(t, { name: '../mine', template: 'momentum' }), /^'\.\.\/mine' is no name for a strategy/)
  assert.match(await refusal(t, { name: 'Mine', template: 'momentum' }), /use 1 to 40 of a-z, 0-9 and -/)
  assert.match(await refusal(t, { name: 'breakout', template: 'momentum' }), /^'breakout' ships with the program/)
})

test('an unknown template is met with the nearest one', async (t) => {
  assert.match(
    await refusal(t, { name: 'mine', template: 'momentun' }),
    /^no template 'momentun' \(did you mean 'momentum'\?\): there are breakout, market-maker, momentum, reversion$/,
  )
})
