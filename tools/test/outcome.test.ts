import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addTotals, closingLines, noTotals, readOutcome } from './outcome.ts'

const totals = '{"kind":"totals","counts":{"tests":3,"passed":1,"failed":1,"skipped":1}}\n'
const failed = '{"kind":"failed","name":"adds","at":"a.test.ts:1:1"}\n'
const skipped = '{"kind":"skipped","name":"reads","reason":"no recording"}\n'

test('failures and skips are named, totals taken over', () => {
  const outcome = readOutcome('job', failed + skipped + totals, '1', 'text', 5)
  assert.deepEqual(outcome.failures, ['adds (a.test.ts:1:1)'])
  assert.deepEqual(outcome.skips, ['reads (no recording)'])
  assert.deepEqual(outcome.totals, { ...noTotals, tests: 3, passed: 1, failed: 1, skipped: 1 })
})

test('a process that dies before its totals is a failed test, also with exit code 0', () => {
  for (const exit of ['0', '7', 'SIGKILL']) {
    const outcome = readOutcome('job', '', exit, '', 5)
    assert.deepEqual(outcome.failures, [`job: the process ended with ${exit} before its tests did`])
    assert.equal(outcome.totals.failed, 1)
  }
})

test('a line cut off by the death of the process is no result', () => {
  assert.equal(readOutcome('job', '{"kind":"totals","counts":{"tes', 'SIGKILL', '', 5).totals.failed, 1)
})

test('a failed exit without a failed test is a failed test', () => {
  const outcome = readOutcome('job', '{"kind":"totals","counts":{"tests":1,"passed":1}}\n', '1', '', 5)
  assert.deepEqual(outcome.failures, ['job: the process ended with 1 after them'])
  assert.deepEqual([outcome.totals.tests, outcome.totals.passed, outcome.totals.failed], [2, 1, 1])
})

test('closing lines are those of node:test', () => {
  const sum = addTotals({ ...noTotals, tests: 2, passed: 2 }, { ...noTotals, tests: 1, failed: 1 })
  assert.equal(
    closingLines(sum, 12.6),
    '# tests 3\n# suites 0\n# pass 2\n# fail 1\n# cancelled 0\n# skipped 0\n# todo 0\n# duration_ms 13\n',
  )
})
