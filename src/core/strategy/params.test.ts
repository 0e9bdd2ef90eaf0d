import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  StrategyError,
  amount,
  choice,
  count,
  duration,
  flag,
  nearest,
  parseTimeframe,
  percent,
  resolveParams,
  timeframe,
} from './params.ts'
import type { ParamDeclarations } from './params.ts'

const DECLARED = {
  drop: percent(1, { min: 0.1, max: 57 }),
  lookback: count(20, { min: 2 }),
  size: amount(500.5, { max: 1000 }),
  pause: duration('5m', { max: 3_600_000_000 }),
  interval: timeframe('1h'),
  side: choice('both', ['long', 'short', 'both']),
  chase: flag(false),
}

function set(settings: Readonly<Record<string, string>>, declared: ParamDeclarations = DECLARED): unknown {
  return resolveParams('dip', declared, new Map(Object.entries(settings)))
}

function refusal(settings: Readonly<Record<string, string>>): string {
  try {
    set(settings)
  } catch (error) {
    assert.ok(error instanceof StrategyError)
    return error.message
  }
  return 'taken'
}

test('without settings the defaults hold, percentages as fractions and spans as microseconds', () => {
  assert.deepEqual(set({}), {
    drop: 0.01,
    lookback: 20,
    size: 500.5,
    pause: 300_000_000,
    interval: '1h',
    side: 'both',
    chase: false,
  })
})

test('every unit is read as it is written', () => {
  const written = {
    drop: '1.5%',
    lookback: '30',
    size: '12.25',
    pause: '30s',
    interval: '15m',
    side: 'long',
    chase: 'true',
  }
  assert.deepEqual(set(written), {
    drop: 0.015,
    lookback: 30,
    size: 12.25,
    pause: 30_000_000,
    interval: '15m',
    side: 'long',
    chase: true,
  })
})

const wrong: readonly (readonly [string, string, string])[] = [
  ['drop', '1.5', 'a percentage: write it with its sign, for example drop=1.5%'],
  ['drop', '1h', 'a percentage: write it with its sign, for example drop=1.5%'],
  ['drop', '', 'a percentage: write it with its sign, for example drop=1.5%'],
  ['drop', '1e1%', 'a percentage: write it with its sign, for example drop=1.5%'],
  ['lookback', '2.5', 'a whole number, for example lookback=20'],
  ['lookback', '99999999999999999999', 'a whole number, for example lookback=20'],
  ['size', '5%', 'an amount of the quote asset, for example size=1000'],
  ['size', '1,000', 'an amount of the quote asset, for example size=1000'],
  ['pause', '5', 'a span of time, for example pause=30s or pause=5m'],
  ['pause', '0m', 'a span of time, for example pause=30s or pause=5m'],
  ['interval', 'hourly', 'a candle interval, for example interval=1m or interval=4h'],
  ['side', 'up', 'one of long, short, both'],
  ['chase', 'yes', 'true or false'],
]
for (const [name, text, wanted] of wrong) {
  test(`${name}=${text} is refused with what it should be`, () => {
    assert.equal(refusal({ [name]: text }), `parameter ${name} of strategy dip is ${wanted}; got '${text}'`)
  })
}

const bounded: readonly (readonly [string, string, string])[] = [
  ['drop', '0.05%', 'at least 0.1%'],
  ['drop', '57.1%', 'at most 57%'],
  ['lookback', '1', 'at least 2'],
  ['size', '1000.5', 'at most 1000'],
  ['pause', '2h', 'at most 3600s'],
]
for (const [name, text, bounds] of bounded) {
  test(`${name}=${text} is out of bounds, which are told as they are written`, () => {
    assert.equal(refusal({ [name]: text }), `parameter ${name} of strategy dip is ${bounds}; got '${text}'`)
  })
}

test('the bounds themselves are within them', () => {
  for (const text of ['0.1%', '57%']) assert.equal(refusal({ drop: text }), 'taken')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), (hundredths) => {
      const limit = hundredths / 100
      const declared = { share: percent(limit, { min: limit, max: limit }) }
      assert.deepEqual(set({ share: `${limit}%` }, declared), { share: limit / 100 })
    }),
  )
})

test('an unknown name is refused with the nearest known one', () => {
  assert.equal(
    refusal({ lookbak: '3' }),
    "strategy dip has no parameter 'lookbak' (did you mean 'lookback'?): it has chase, drop, interval, lookback, pause, side, size",
  )
  assert.match(refusal({ zzzzzz: '3' }), /has no parameter 'zzzzzz': it has chase/)
  assert.throws(() => set({ x: '1' }, {}), /strategy dip has no parameter 'x': it has none/)
})

test('nearest finds slips, ignores case, and does not guess wildly', () => {
  assert.equal(nearest('Drop', ['drop', 'rise']), 'drop')
  assert.equal(nearest('dorp', ['drop', 'rise']), 'drop')
  assert.equal(nearest('entirely', ['drop', 'rise']), undefined)
  assert.equal(nearest('x', []), undefined)
})

test('declarations that make no sense are refused when the strategy is loaded', () => {
  assert.throws(() => count(2.5), /count\(2.5\) is not a whole number/)
  assert.throws(() => percent(NaN), /percent\(NaN\) is no number/)
  assert.throws(() => amount(Infinity), /amount\(Infinity\) is no number/)
  assert.throws(() => percent(5, { max: 3 }), /percent\(5\) lies outside its own bounds  … 3/)
  assert.throws(() => count(1, { min: 5, max: 2 }), /count\(1\) lies outside its own bounds/)
  assert.throws(() => duration('soon'), /duration\('soon'\) is not a time such as 30s/)
  assert.throws(() => timeframe('1M'), /timeframe\('1M'\) is not an interval such as 1m/)
  assert.throws(() => choice('up', ['long', 'short']), /choice\('up'\) is not among long, short/)
})

test('spans are exact microseconds', () => {
  assert.deepEqual(
    ['1s', '15m', '4h', '1d', '2w'].map(parseTimeframe),
    [1_000_000, 900_000_000, 14_400_000_000, 86_400_000_000, 1_209_600_000_000],
  )
  for (const text of ['', 'm', '1', '1.5h', '-1m', '1 m', '1mm', '9999999999999w'])
    assert.equal(parseTimeframe(text), undefined)
})

test('a percentage on the command line is the fraction that the strategy’s author gets for the same digits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), (thousandths) => {
      const value = thousandths / 1000
      assert.deepEqual(set({ share: `${value}%` }, { share: percent(1) }), { share: percent(value).value })
    }),
  )
})
