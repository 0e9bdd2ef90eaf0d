import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseLatency } from './latency.ts'

test('one time is the way there and the way back', () => {
  assert.deepEqual(parseLatency('20ms'), { kind: 'constant', order: 20_000, response: 20_000 })
  assert.deepEqual(parseLatency('500us'), { kind: 'constant', order: 500, response: 500 })
  assert.deepEqual(parseLatency('1.5s'), { kind: 'constant', order: 1_500_000, response: 1_500_000 })
  assert.deepEqual(parseLatency('0ms'), { kind: 'constant', order: 0, response: 0 })
})

test('two times are the way there and the way back', () => {
  assert.deepEqual(parseLatency('15ms/25ms'), { kind: 'constant', order: 15_000, response: 25_000 })
})

test('recorded latency has no constant part', () => {
  assert.deepEqual(parseLatency('recorded'), { kind: 'recorded', order: 0, response: 0 })
})

test('anything else is no latency', () => {
  for (const text of ['', '20', 'ms', '-1ms', '20 ms', '1/2/3', '10ms/', '/10ms', '10ms/20ms/30ms', '1m', 'fast'])
    assert.equal(parseLatency(text), undefined, text)
})
