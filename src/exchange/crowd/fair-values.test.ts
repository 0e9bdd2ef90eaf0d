import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StateReader, StateWriter } from '../../core/tape/state.ts'
import { FairValues, STORM, TICK_US } from './fair-values.ts'
import type { MarketMotion } from './fair-values.ts'

const TICKS_PER_SECOND = 1_000_000 / TICK_US
const MOTIONS: readonly MarketMotion[] = [
  { startPrice: 76_900, perSecond: 0.000_045, beta: 1, period: 2 },
  { startPrice: 2655, perSecond: 0.000_06, beta: 1.2, period: 5 },
  { startPrice: 0.142, perSecond: 0.000_11, beta: 1.4, period: 20 },
]

/** Index returns of each second, by market, with the regime at the second's start. */
function returnsOf(seed: number, seconds: number): { returns: number[][]; regimes: number[][] } {
  const fair = new FairValues(seed, MOTIONS)
  const returns: number[][] = MOTIONS.map(() => [])
  const regimes: number[][] = MOTIONS.map(() => [])
  for (let second = 0; second < seconds; second++) {
    const before = Float64Array.from(fair.price)
    const regime = Uint8Array.from(fair.regime)
    for (let tick = 0; tick < TICKS_PER_SECOND; tick++) {
      fair.tick()
      MOTIONS.forEach(({ period }, market) => {
        if (tick % period === 0) fair.step(market)
      })
    }
    MOTIONS.forEach((_, market) => {
      returns[market]?.push((fair.price[market] as number) / (before[market] as number) - 1)
      regimes[market]?.push(Math.max(regime[market] as number, fair.commonRegime))
    })
  }
  return { returns, regimes }
}

/** How many standard errors the sum of these is away from 0. */
function errorsFromZero(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0)
  const squares = values.reduce((total, value) => total + value * value, 0)
  return squares === 0 ? 0 : sum / Math.sqrt(squares)
}

const SEEDS = [1, 2, 3, 4, 5]
const HOURS = SEEDS.map((seed) => returnsOf(seed, 3600))
const FOUR = 4

test('the index drifts in no regime by more than noise, whatever the seed', () => {
  for (const { returns, regimes } of HOURS)
    for (const [market, row] of returns.entries())
      for (let regime = 0; regime <= STORM; regime++) {
        const within = row.filter((_, second) => regimes[market]?.[second] === regime)
        assert.ok(Math.abs(errorsFromZero(within)) < FOUR, `market ${market}, regime ${regime}`)
      }
})

test('neither following nor betting against the past gains on the index', () => {
  for (const span of [1, 10, 60]) {
    const gains: number[] = []
    for (const { returns } of HOURS)
      for (const row of returns)
        for (let at = span; at + span <= row.length; at += span) {
          const past = row.slice(at - span, at).reduce((total, value) => total + value, 0)
          const next = row.slice(at, at + span).reduce((total, value) => total + value, 0)
          gains.push(Math.sign(past) * next)
        }
    assert.ok(Math.abs(errorsFromZero(gains)) < FOUR, `following ${span} s: ${errorsFromZero(gains)}`)
  }
})

test('storms are wider than calm, and markets move together', () => {
  const squares = [0, 0, 0]
  const counts = [0, 0, 0]
  let together = 0
  let own = 0
  for (const { returns, regimes } of HOURS)
    returns[0]?.forEach((value, second) => {
      const regime = regimes[0]?.[second] ?? 0
      squares[regime] = (squares[regime] ?? 0) + value * value
      counts[regime] = (counts[regime] ?? 0) + 1
      together += value * (returns[1]?.[second] ?? 0)
      own += value * value
    })
  const width = squares.map((sum, regime) => Math.sqrt(sum / (counts[regime] ?? 1)))
  assert.ok((width[2] ?? 0) > 1.5 * (width[0] ?? 0), `widths ${width.join(', ')}`)
  assert.ok(together / own > 0.4, `covariance ${together / own}`)
})

test('the premium stays below a taker fee and returns', () => {
  const fair = new FairValues(7, MOTIONS)
  let widest = 0
  let crossings = 0
  let before = 0
  for (let tick = 0; tick < 6 * 3600 * TICKS_PER_SECOND; tick += 20) {
    for (let i = 0; i < 20; i++) fair.tick()
    fair.step(2)
    const premium = fair.premium[2] as number
    widest = Math.max(widest, Math.abs(premium))
    if (premium * before < 0) crossings++
    before = premium
  }
  assert.ok(widest < 0.002, `widest ${widest}`)
  assert.ok(crossings > 3, `crossed 0 ${crossings} times`)
})

test('a saved world goes on where it was', () => {
  const first = new FairValues(3, MOTIONS)
  const run = (fair: FairValues): void => {
    for (let tick = 0; tick < 500; tick++) {
      fair.tick()
      if (tick % 2 === 0) fair.step(0)
      if (tick % 5 === 0) fair.step(1)
    }
  }
  run(first)
  const writer = new StateWriter()
  first.save(writer)
  const second = new FairValues(99, MOTIONS)
  const reader = new StateReader(writer.finish())
  second.load(reader)
  reader.finish()
  run(first)
  run(second)
  assert.deepEqual([...second.price], [...first.price])
  assert.deepEqual([...second.premium], [...first.premium])
})
