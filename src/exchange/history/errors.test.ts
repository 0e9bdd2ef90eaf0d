import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FILTER } from '../../core/market/filters.ts'
import { errorMessage, filterErrorCode, filterMessage, REJECTION, rejectionCode, rejectionMessage } from './errors.ts'

test('every refusal has a code and words on every market', () => {
  for (const market of ['linear', 'spot'] as const) {
    for (const filter of Object.values(FILTER).filter((one) => one !== FILTER.passed)) {
      assert.ok(filterErrorCode(market, filter) < 0)
      assert.doesNotMatch(filterMessage(market, filter), /venue error/)
    }
    for (const rejection of Object.values(REJECTION)) {
      assert.ok(rejectionCode(market, rejection) < 0)
      assert.doesNotMatch(rejectionMessage(market, rejection), /venue error/)
    }
  }
})

test('spot names the filter and the reason in words, because its codes do not', () => {
  assert.equal(filterErrorCode('spot', FILTER.quantityStep), -1013)
  assert.equal(filterMessage('spot', FILTER.quantityStep), 'Filter failure: LOT_SIZE')
  assert.equal(filterMessage('linear', FILTER.quantityStep), 'Qty not increased by step size.')
  assert.equal(rejectionCode('spot', REJECTION.insufficientFunds), rejectionCode('spot', REJECTION.postOnlyWouldTake))
  assert.equal(
    rejectionMessage('spot', REJECTION.insufficientFunds),
    'Account has insufficient balance for requested action.',
  )
})

test('a code that is not in the table is said as it is', () => {
  assert.equal(errorMessage(-1234), 'venue error -1234')
})
