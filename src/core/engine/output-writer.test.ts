import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineDriver } from '../../testing/engine-driver.ts'
import { readOutputs } from '../../testing/engine-outputs.ts'
import { puppet } from '../../testing/puppet.ts'
import { SIGNAL } from '../tape/kinds.ts'
import { StateReader, StateWriter } from '../tape/state.ts'
import { OutputWriter } from './output-writer.ts'

function begun(sequence = 7): OutputWriter {
  const outputs = new OutputWriter()
  outputs.begin(Float64Array.of(sequence), Float64Array.of(1000))
  return outputs
}

test('a text gets its number with its first use, in a row before the one that uses it', () => {
  const outputs = begun()
  assert.deepEqual([outputs.text('rise'), outputs.text('fall'), outputs.text('rise')], [1, 2, 1])
  assert.deepEqual(readOutputs(outputs), [
    { cause: 7, n: 0, kind: 'text', text: 'rise' },
    { cause: 7, n: 1, kind: 'text', text: 'fall' },
  ])
  assert.deepEqual([outputs.textOf(1), outputs.textOf(2), outputs.textOf(3)], ['rise', 'fall', ''])
})

test('texts hold words: other characters become question marks, and long ones are cut', () => {
  const outputs = begun()
  outputs.text('über\n𝄞')
  outputs.text('x'.repeat(5000))
  outputs.text('')
  const texts = readOutputs(outputs).map((output) => (output.kind === 'text' ? output.text : ''))
  assert.deepEqual(texts, ['?ber??', 'x'.repeat(1000), ''])
})

test('a strategy that numbers its reasons does not fill the memory: the rest share one text', () => {
  const outputs = begun()
  const numbers = Array.from({ length: 6000 }, (_, i) => {
    outputs.begin(Float64Array.of(i), Float64Array.of(1000))
    const number = outputs.text(`reason ${i}`)
    outputs.finish()
    outputs.clear()
    return number
  })
  assert.equal(Math.max(...numbers), 4096)
  assert.equal(outputs.textOf(numbers.at(-1) ?? 0), 'other reasons')
  assert.equal(outputs.textOf(numbers[10] ?? 0), 'reason 10')
})

test('texts and digest go on after a checkpoint', () => {
  const straight = begun()
  const saved = begun()
  for (const outputs of [straight, saved]) {
    outputs.text('rise')
    outputs.finish()
    outputs.clear()
  }
  const writer = new StateWriter()
  saved.save(writer)
  const loaded = new OutputWriter()
  loaded.load(new StateReader(writer.finish()))
  for (const outputs of [straight, loaded]) {
    outputs.begin(Float64Array.of(8), Float64Array.of(2000))
    assert.equal(outputs.text('rise'), 1)
    assert.equal(outputs.text('fall'), 2)
    outputs.finish()
  }
  assert.equal(loaded.digest.hex(), straight.digest.hex())
  assert.equal(loaded.count, straight.count)
})

test('rows that were taken are gone, and are taken between steps only', () => {
  const outputs = begun()
  outputs.add(SIGNAL.kind, 0, 0, 0)
  assert.throws(() => outputs.clear(), /between steps only/)
  outputs.finish()
  outputs.clear()
  assert.deepEqual([outputs.rows.length, outputs.count], [0, 1])
})

test('there is room for all that one input causes, as far as places can be counted', () => {
  const outputs = begun()
  for (let n = 0; n < 65_536; n++) {
    const row = outputs.add(SIGNAL.kind, 0, n % 100, 0)
    outputs.rows.f64[row * 8 + SIGNAL.stop] = n
  }
  const read = readOutputs(outputs)
  assert.ok(read.every(({ n }, i) => n === i))
  assert.equal(outputs.rows.f64[40_000 * 8 + SIGNAL.stop], 40_000)
  assert.throws(() => outputs.add(SIGNAL.kind, 0, 0, 0), /one input caused more than 65536 outputs/)
})

test('a strategy that speaks without end is stopped, and the engine goes on', () => {
  const chatty = puppet('chatty')
  const driver = new EngineDriver({ strategies: [{ definition: chatty.definition }] })
  driver.best(99, 101)
  driver.tell(chatty, (ctx) => {
    for (;;) {
      ctx.signal(0, 'long', { reason: 'up' })
      ctx.signal(0, 'flat', { reason: 'down' })
    }
  })
  assert.match(String(driver.engine.roster.failures[0]?.error), /chatty.*said more than 32768 things about one row/)
  assert.equal(driver.last.at(-1)?.n, driver.last.length - 1)
  driver.trade(100)
  assert.deepEqual(driver.last, [])
})
