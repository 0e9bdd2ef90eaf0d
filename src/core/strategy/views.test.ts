import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exampleInstrument } from '../../testing/instruments.ts'
import { EngineDriver } from '../../testing/engine-driver.ts'
import { defineStrategy } from './contract.ts'
import type { StrategyContext } from './contract.ts'

/** Prices count 0.01, lots 0.001, marks 10^-8. */
const BTC = exampleInstrument('BTCUSDT', { priceDecimals: 2 })
const ETH = exampleInstrument('ETHUSDT', { priceDecimals: 1, quantityDecimals: 0 })

type Look = (words: string, ctx: StrategyContext) => void

/** An engine whose strategy says what it sees of every row. */
function watch(look: Look = () => undefined): { driver: EngineDriver; seen: string[] } {
  const seen: string[] = []
  const say = (words: string, ctx: StrategyContext): void => {
    seen.push(words)
    look(words, ctx)
  }
  const definition = defineStrategy({
    name: 'watcher',
    needs: {},
    onTrade: (t, ctx) => say(`${t.symbol} ${t.sell ? 'sold' : 'bought'} ${t.quantity} at ${t.price}`, ctx),
    onBest: (b, ctx) =>
      say(`${b.symbol} ${b.bidQuantity} at ${b.bid}, ${b.askQuantity} at ${b.ask}, middle ${b.mid}`, ctx),
    onBook: (b, ctx) =>
      say(
        `${b.symbol} ${b.bid}/${b.ask}, within 1 %: ${b.quantityWithin('bid', 0.01)}, at 99: ${b.quantityAt('bid', 99)}`,
        ctx,
      ),
    onMark: (m, ctx) => say(`${m.symbol} mark ${m.mark} index ${m.index} funding ${m.fundingRate}`, ctx),
    onFill: (f, ctx) =>
      say(`${f.symbol} own ${f.sell ? 'sale' : 'purchase'} ${f.quantity} at ${f.price} ${f.maker}`, ctx),
  })
  return { driver: new EngineDriver({ instruments: [BTC, ETH], strategies: [{ definition }] }), seen }
}

test('prices and quantities are in units of the assets', () => {
  const { driver, seen } = watch()
  driver.trade(123_456, 0, { quantity: 1500, sell: true })
  driver.trade(123_456, 1, { quantity: 1500 })
  driver.best(9999, 10_002, 0)
  driver.mark(100.5, 0)
  assert.deepEqual(seen, [
    'BTCUSDT sold 1.5 at 1234.56',
    'ETHUSDT bought 1500 at 12345.6',
    'BTCUSDT 1 at 99.99, 1 at 100.02, middle 100.005',
    'BTCUSDT mark 100.5 index 0 funding 0',
  ])
})

test('a book shows its best prices and what lies within a distance', () => {
  const { driver, seen } = watch()
  driver.best(9_950, 10_050, 0)
  driver.snapshot(
    10,
    [
      [9_950, 1000],
      [9_900, 2000],
      [9_000, 4000],
    ],
    [[10_050, 500]],
    0,
  )
  assert.equal(seen.at(-1), 'BTCUSDT 99.5/100.5, within 1 %: 3, at 99: 2')
})

test('a strategy sees its own position, and that of an instrument it has none of', () => {
  let seen: unknown
  const { driver } = watch((words, ctx) => {
    if (words.startsWith('ETHUSDT bought')) ctx.target(0, { quantity: -0.25, reason: 'short' })
    if (!words.startsWith('BTCUSDT own')) return
    const { quantity, averageEntry, direction } = ctx.position(0)
    const none = ctx.position(1)
    seen = [quantity, averageEntry, direction, none.quantity, none.averageEntry, none.direction]
  })
  driver.best(9_999, 10_001, 0)
  driver.trade(1000, 1)
  driver.fill(1, { price: 10_000, quantity: 250, maker: true })
  assert.deepEqual(seen, [-0.25, 100, 'short', 0, 0, 'flat'])
})

test('time is that of the row, in milliseconds; equity is that of the newest prices', () => {
  const seen: number[] = []
  const { driver } = watch((words, ctx) => {
    if (words.startsWith('BTCUSDT bought')) seen.push(ctx.time, ctx.equity)
    if (words.startsWith('ETHUSDT')) ctx.target(0, { quantity: 1, reason: 'long' })
  })
  driver.best(9_999, 10_001, 0)
  driver.trade(1000, 1)
  driver.fill(1, { price: 10_000, quantity: 1000 })
  driver.wait(2500)
  driver.trade(11_000, 0)
  assert.deepEqual(seen, [driver.time / 1000, 100_010])
})

test('instruments are named by their place; one that is not there is the strategy’s mistake', () => {
  for (const look of [
    (ctx: StrategyContext) => ctx.best(7),
    (ctx: StrategyContext) => ctx.position(-1),
    (ctx: StrategyContext) => ctx.instrument(2),
    (ctx: StrategyContext) => ctx.signal(2, 'long', { reason: 'up' }),
  ]) {
    const { driver } = watch((_, ctx) => look(ctx))
    driver.trade(100, 0)
    assert.match(String(driver.engine.roster.failures[0]?.error), /strategy watcher names instrument -?\d, of 2/)
  }
})

test('what is shown is kept by strategy and instrument, the newest value', () => {
  const { driver } = watch((_, ctx) => ctx.show('price', ctx.best(0).bid, 100))
  driver.best(9_999, 10_001, 0)
  driver.best(9_998, 10_001, 0)
  assert.deepEqual([...driver.engine.shown.of(0)], [['price', { value: 99.98, threshold: 100 }]])
  assert.equal(driver.engine.shown.of(1).size, 0)
})

test('distances are fractions or percentages, and lie between nothing and all', () => {
  for (const stop of [0, 1, -0.1, NaN, 2]) {
    const { driver } = watch((_, ctx) => ctx.signal(0, 'long', { reason: 'up', stop }))
    driver.best(9_999, 10_001, 0)
    assert.match(String(driver.engine.roster.failures[0]?.error), /watcher, BTCUSDT: stop must lie between 0 and 100 %/)
  }
})
