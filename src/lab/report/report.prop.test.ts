import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printDay } from '../../core/calendar.ts'
import { parseAmount } from '../../core/number/decimal.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { ReportRun } from '../../testing/report-run.ts'
import { BoundedCandles } from './bounded-candles.ts'
import { monthName, weekName } from './calendar-names.ts'
import { DrawdownMeter } from './drawdown.ts'
import type { Trade } from './report-data.ts'
import { TradeSample } from './trade-sample.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE

const step = fc.record({
  what: fc.constantFrom('fill', 'fill', 'fill', 'price', 'price', 'funding', 'transfer', 'outside'),
  strategy: fc.nat(1),
  instrument: fc.nat(1),
  sell: fc.boolean(),
  lots: fc.integer({ min: 1, max: 500 }),
  price: fc.integer({ min: 1_000, max: 900_000 }),
  money: fc.integer({ min: -500, max: 500 }),
  after: fc.integer({ min: 0, max: DAY }),
})

test('books and equity agree to the last digit, and every breakdown adds up to the result', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const run = new ReportRun({
        instruments: [
          exampleInstrument('BTCUSDT'),
          exampleInstrument('ETHUSDT', { contractSize: 1, priceDecimals: 4 }),
        ],
        strategies: ['one', 'two'],
      })
      run.trade(500_000, 0, 0)
      run.trade(500_000, 0, 1)
      for (const { what, strategy, instrument, sell, lots, price, money, after } of steps) {
        const fee = (money / 7).toFixed(8)
        const side = sell ? 'sell' : 'buy'
        if (what === 'price') run.trade(price, after, instrument)
        else if (what === 'funding') run.funding(fee, instrument)
        else if (what === 'transfer') run.transfer(String(Math.abs(money)))
        else if (what === 'outside') run.fill({ side, price, quantity: lots, fee, instrument, intent: 0 })
        else run.takes({ strategy, instrument, side, price, quantity: lots, fee })
      }
      const report = run.finish()
      const { result, groups } = report
      const exact = (text: string): bigint => parseAmount(text, 18)
      assert.equal(result.revaluation, '0')
      assert.equal(exact(result.net), exact(result.gross) - exact(result.fees) + exact(result.funding))
      assert.equal(exact(result.equityEnd), exact(result.equityStart) + exact(result.transfers) + exact(result.net))
      assert.equal(exact(result.netAtDoubleFees), exact(result.net) - exact(result.fees))
      const { strategy, instrument, side, exitReason, day, week, month } = groups
      for (const rows of [strategy, instrument, side, exitReason, day, week, month]) {
        let net = 0n
        let fees = 0n
        let funding = 0n
        for (const row of rows) {
          assert.equal(exact(row.net), exact(row.gross) - exact(row.fees) + exact(row.funding))
          net += exact(row.net)
          fees += exact(row.fees)
          funding += exact(row.funding)
        }
        assert.deepEqual([net, fees, funding], [exact(result.net), exact(result.fees), exact(result.funding)])
      }
      assert.equal(run.trades.length, report.trades.count)
      assert.equal(
        run.trades.reduce((sum, trade) => sum + exact(trade.net), 0n) +
          exact(exitReason.find(({ name }) => name === '(not closed)')?.net ?? '0'),
        exact(result.net),
      )
    }),
    { numRuns: 150 },
  )
})

/** The obvious way: every pair of an earlier and a later point. */
function slowDrawdown(equity: readonly bigint[]): { amount: bigint; fraction: number } {
  let amount = 0n
  let fraction = 0
  for (let i = 0; i < equity.length; i += 1)
    for (let k = i + 1; k < equity.length; k += 1) {
      const from = equity[i] as bigint
      const fall = from - (equity[k] as bigint)
      if (fall > amount) amount = fall
      if (fall > 0n && from > 0n) fraction = Math.max(fraction, Number(fall) / Number(from))
    }
  return { amount, fraction }
}

/** The longest stretch between a point and the next one at least as high. */
function slowLongest(equity: readonly bigint[]): number {
  let longest = 0
  for (let i = 0; i < equity.length; i += 1) {
    let k = i + 1
    while (k < equity.length && (equity[k] as bigint) < (equity[i] as bigint)) k += 1
    const below = Math.min(k, equity.length - 1)
    if (k > i + 1) longest = Math.max(longest, below - i)
  }
  return longest
}

test('the drawdown is what comparing every pair of points finds', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 1n, max: 60n }), { minLength: 2, maxLength: 40 }), (equity) => {
      const meter = new DrawdownMeter(equity[0] as bigint)
      for (const [at, value] of equity.entries()) meter.observe(at, value, 0n)
      const slow = slowDrawdown(equity)
      assert.equal(meter.deepest?.amount ?? 0n, slow.amount)
      assert.equal(meter.maxFraction, slow.fraction)
      assert.equal(meter.longestUs, slowLongest(equity))
      const { deepest } = meter
      if (deepest === undefined) return
      const { peakUs, troughUs, recoveredUs } = deepest
      assert.equal((equity[peakUs] as bigint) - (equity[troughUs] as bigint), slow.amount)
      const again = equity.findIndex((value, at) => at > troughUs && value >= (equity[peakUs] as bigint))
      assert.equal(recoveredUs, again < 0 ? null : again)
    }),
  )
})

test('candles in bounded room keep every extreme, the first open and the last close', () => {
  const tick = fc.tuple(fc.integer({ min: 0, max: 400 * MINUTE }), fc.integer({ min: 1, max: 1000 }))
  fc.assert(
    fc.property(fc.array(tick, { minLength: 1, maxLength: 300 }), fc.integer({ min: 2, max: 40 }), (ticks, room) => {
      const candles = new BoundedCandles(room)
      let time = 1_722_800_000_000_000
      const seen = ticks.map(([after, value]) => ({ time: (time += after), value }))
      for (const one of seen) candles.add(one.time, one.value)
      assert.ok(candles.length <= room)
      for (let at = 0; at < candles.length; at += 1) {
        const start = candles.start[at] as number
        if (at > 0) assert.ok(start - (candles.start[at - 1] as number) >= candles.width)
        const inside = seen.filter((one) => one.time >= start && one.time < start + candles.width)
        const values = inside.map(({ value }) => value)
        assert.deepEqual(
          [candles.open[at], candles.high[at], candles.low[at], candles.close[at]],
          [values[0], Math.max(...values), Math.min(...values), values.at(-1)],
        )
      }
    }),
  )
})

test('trades to draw are few, in order, and have the best and the worst among them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 400 }),
      fc.integer({ min: 4, max: 50 }),
      (nets, limit) => {
        const sample = new TradeSample(limit)
        for (const [at, net] of nets.entries()) sample.add({ number: at + 1, net: String(net) } as Trade, BigInt(net))
        const kept = sample.trades()
        assert.ok(kept.length <= limit)
        if (nets.length <= limit) assert.equal(kept.length, nets.length)
        else assert.ok(kept.length >= limit / 4, `${kept.length} of ${nets.length}`)
        assert.deepEqual(
          kept.map(({ number }) => number),
          kept.map(({ number }) => number).toSorted((a, b) => a - b),
        )
        const values = kept.map(({ net }) => Number(net))
        if (nets.length > 0) {
          assert.equal(Math.max(...values), Math.max(...nets))
          assert.equal(Math.min(...values), Math.min(...nets))
        }
      },
    ),
  )
})

test('weeks and months are those of the calendar', () => {
  fc.assert(
    fc.property(fc.integer({ min: -10_000, max: 40_000 }), (day) => {
      assert.equal(monthName(day), printDay(day).slice(0, 7))
      // ISO 8601: week 1 has January 4.
      const date = new Date(day * 86_400_000)
      const monday = new Date(date.getTime() - ((date.getUTCDay() + 6) % 7) * 86_400_000)
      const thursday = new Date(monday.getTime() + 3 * 86_400_000)
      const fourth = new Date(Date.UTC(thursday.getUTCFullYear(), 0, 4))
      const first = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * 86_400_000
      const week = Math.round((monday.getTime() - first) / (7 * 86_400_000)) + 1
      assert.equal(weekName(day), `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`)
    }),
  )
})
