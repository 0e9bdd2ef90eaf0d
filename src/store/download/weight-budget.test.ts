import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DownloadWorld } from '../../testing/download-world.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { SiteInstrument } from '../../testing/synthetic-market.ts'
import { budgetOf, weightOf } from './rest-weights.ts'
import { WeightBudget } from './weight-budget.ts'

/** Twelve aggregated trades a second: half a million by the evening. */
const BUSY: SiteInstrument = {
  venue: 'binance-usdm',
  symbol: 'BUSYUSDT',
  base: 'BUSY',
  quote: 'USDT',
  listed: '2026-11-19',
  price: 7,
  everyMs: 600,
}

void test('a budget gives what is left of the minute and then waits for the next', async () => {
  const clock = new ManualClock('2026-11-20T12:00:40Z')
  const waits: string[] = []
  const budget = new WeightBudget(clock, { weight: 100, windowMs: 60_000 }, (reason) => waits.push(reason))
  for (let request = 0; request < 5; request++) await budget.take(20)
  assert.deepEqual(clock.waits, [])
  await budget.take(1)
  assert.deepEqual(clock.waits, [20_500])
  assert.equal(waits.length, 1)
})

void test('what others at the address use counts too', async () => {
  const clock = new ManualClock('2026-11-20T12:00:00Z')
  const budget = new WeightBudget(clock, { weight: 100, windowMs: 60_000 }, () => undefined)
  await budget.take(1)
  budget.observe(95)
  await budget.take(5)
  assert.deepEqual(clock.waits, [])
  await budget.take(1)
  assert.equal(clock.waits.length, 1)
})

void test('a request heavier than the whole budget goes alone instead of never', async () => {
  const clock = new ManualClock('2026-11-20T12:00:00Z')
  const budget = new WeightBudget(clock, { weight: 10, windowMs: 60_000 }, () => undefined)
  await budget.take(25)
  assert.deepEqual(clock.waits, [])
  await budget.take(25)
  assert.equal(clock.waits.length, 1)
})

void test('the weights are those of the venue', () => {
  const candles = [1, 99, 100, 499, 500, 1000, 1001, 1500].map((rows) => weightOf('binance-usdm', 'klines', rows))
  assert.deepEqual(candles, [1, 1, 2, 2, 5, 5, 10, 10])
  assert.equal(weightOf('binance-usdm', 'aggTrades', 1000), 20)
  assert.equal(weightOf('binance-spot', 'klines', 1000), 2)
  assert.equal(weightOf('binance-spot', 'aggTrades', 1000), 4)
  assert.equal(weightOf('binance-spot', 'historicalTrades', 1000), 25)
  assert.deepEqual(budgetOf('binance-usdm', false), { weight: 1200, windowMs: 60_000 })
  assert.deepEqual(budgetOf('binance-spot', false), { weight: 3000, windowMs: 60_000 })
  assert.deepEqual(budgetOf('binance-usdm', true), { weight: 250, windowMs: 300_000 })
})

void test('a long download stays within half of the venue’s limit, minute by minute, and meets no 429', () =>
  DownloadWorld.run(
    '2026-11-20T20:00:00Z',
    async (world) => {
      const reasons = new Set<string>()
      const report = await world.download(
        { symbols: ['BUSYUSDT'], kinds: ['aggTrades', 'klines 1m'], from: '2026-11-20' },
        { onProgress: ({ waiting }) => waiting && reasons.add(waiting.reason) },
      )
      assert.equal(report.complete, true)
      assert.ok(report.rows > 115_000)
      assert.ok(world.site.heaviestMinute['binance-usdm'] <= 1200, `${world.site.heaviestMinute['binance-usdm']}`)
      assert.ok(world.site.heaviestMinute['binance-usdm'] > 1100, 'and makes use of it')
      assert.ok(world.clock.waits.length >= 1)
      assert.ok(world.site.requests.every(({ status }) => status === 200))
      assert.deepEqual([...reasons], ['this minute’s share of the venue’s request limit is used up'])
    },
    { instruments: [BUSY] },
  ))

void test('when others have used the minute up, it waits for the next', () =>
  DownloadWorld.run('2026-11-20T12:00:30Z', async (world) => {
    world.site.addWeight('binance-usdm', 1199)
    const report = await world.download({ kinds: ['aggTrades'], from: '2026-11-20' })
    assert.equal(report.complete, true)
    assert.ok(world.clock.waits.length >= 1)
    assert.ok(world.site.requests.every(({ status }) => status === 200))
  }))

void test('a venue with a lower limit than we know answers 429, is obeyed, and never has to ban', () =>
  DownloadWorld.run(
    '2026-11-20T12:00:30Z',
    async (world) => {
      const report = await world.download({ symbols: ['BUSYUSDT'], kinds: ['aggTrades'], from: '2026-11-20' })
      assert.equal(report.complete, true)
      const statuses = new Set(world.site.requests.map(({ status }) => status))
      assert.deepEqual(statuses, new Set([200, 429]))
    },
    { instruments: [{ ...BUSY, everyMs: 4000 }], weightLimits: { 'binance-usdm': 150 } },
  ))
