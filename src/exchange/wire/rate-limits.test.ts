import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  FUTURES_LIMIT_TEXTS,
  FUTURES_ORDERS,
  FUTURES_WEIGHT,
  OrderCounts,
  RequestWeights,
  SPOT_LIMIT_TEXTS,
  SPOT_WEIGHT,
} from './rate-limits.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
/** A minute begins here. */
const START = 1_795_216_080 * SECOND
const HOME = '127.0.0.1'

test('weight adds up within a minute of the clock and begins anew with the next', () => {
  const weights = new RequestWeights(FUTURES_WEIGHT, FUTURES_LIMIT_TEXTS)
  assert.equal(weights.charge(HOME, 2400, START + 59 * SECOND), undefined)
  assert.equal(weights.used(HOME, START + 59 * SECOND), 2400)
  assert.equal(weights.charge('10.0.0.1', 1, START + 59 * SECOND), undefined)
  assert.equal(weights.charge(HOME, 1, START + 60 * SECOND), undefined)
  assert.equal(weights.used(HOME, START + 60 * SECOND), 1)
})

test('over the limit the answer is 429 with the rest of the minute', () => {
  const weights = new RequestWeights(FUTURES_WEIGHT, FUTURES_LIMIT_TEXTS)
  weights.charge(HOME, 2400, START)
  assert.deepEqual(weights.charge(HOME, 1, START + 20 * SECOND), {
    status: 429,
    code: -1003,
    message:
      'Too many requests; current limit is 2400 requests per minute. Please use the websocket for live updates to avoid polling the API.',
    retryAfter: 40,
  })
})

test('whoever goes on is banned for two minutes, then longer each time, three days at most', () => {
  const weights = new RequestWeights(FUTURES_WEIGHT, FUTURES_LIMIT_TEXTS)
  let time = START
  const lengths: number[] = []
  for (let ban = 0; ban < 14; ban++) {
    let refused = weights.charge(HOME, 2401, time)
    while (refused?.status === 429) refused = weights.charge(HOME, 1, time)
    assert.equal(refused?.status, 418)
    assert.match(refused.message, new RegExp(`IP banned until ${time / 1000 + refused.retryAfter * 1000}\\.`))
    lengths.push(refused.retryAfter)
    assert.equal(weights.charge(HOME, 1, time + refused.retryAfter * SECOND - 1)?.status, 418)
    time += refused.retryAfter * SECOND
  }
  assert.deepEqual(lengths.slice(0, 4), [120, 240, 480, 960])
  assert.equal(Math.max(...lengths), 3 * 24 * 3600)
  assert.equal(weights.charge(HOME, 1, time), undefined)
})

test('spot has its own limit and words', () => {
  const weights = new RequestWeights(SPOT_WEIGHT, SPOT_LIMIT_TEXTS)
  assert.equal(weights.charge(HOME, 6000, START), undefined)
  assert.match(weights.charge(HOME, 1, START)?.message ?? '', /^Too much request weight used; current limit is 6000 /)
})

test('a hundred thousand addresses are not remembered, slow or fast', () => {
  for (const interval of [100_000, 1]) {
    const weights = new RequestWeights(FUTURES_WEIGHT, FUTURES_LIMIT_TEXTS)
    for (let i = 0; i < 100_000; i++) weights.charge(`address ${i}`, 1, START + i * interval)
    assert.ok(weights.addresses <= 10_000)
  }
})

test('orders are counted in both windows, and one over a limit counts in neither', () => {
  const orders = new OrderCounts(FUTURES_ORDERS)
  for (let i = 0; i < 300; i++) assert.equal(orders.charge(1, [1, 1], START), undefined)
  assert.deepEqual(orders.charge(1, [1, 1], START + 4 * SECOND), {
    status: 429,
    code: -1015,
    message: 'Too many new orders; current limit is 300 orders per 10 SECOND.',
    retryAfter: 6,
  })
  assert.equal(orders.count(1, 0, START), 300)
  assert.equal(orders.count(1, 1, START), 300)
  assert.equal(orders.charge(2, [5, 1], START), undefined)
  assert.equal(orders.count(2, 0, START), 5)
  assert.equal(orders.charge(1, [1, 1], START + 10 * SECOND), undefined)
  assert.equal(orders.count(1, 0, START + 10 * SECOND), 1)
  assert.equal(orders.count(1, 1, START + 10 * SECOND), 301)
  assert.equal(orders.count(1, 1, START + MINUTE), 0)
})

test('orders that were filled are forgiven', () => {
  const orders = new OrderCounts(FUTURES_ORDERS)
  orders.charge(1, [3, 3], START)
  orders.release(1, 5, START)
  assert.equal(orders.count(1, 0, START), 0)
})
