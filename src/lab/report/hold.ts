/** Buy-and-hold of the traded instruments with equal weights, for comparison: no fees, no funding, fractions allowed. */
import type { BoundedCandles } from './bounded-candles.ts'
import { figure, money, notAvailable, ratio } from './figures.ts'
import type { HoldFacts } from './report-data.ts'
import type { PriceHistory } from './price-history.ts'

export interface Hold {
  readonly facts: HoldFacts
  /** Worth at each point of the equity curve; empty when nothing was traded. */
  readonly curve: readonly number[]
}

/** `equity` is 10^-18 of the report's asset; `points` are the stretches of the equity curve. */
export function holdOf(traded: readonly number[], prices: PriceHistory, equity: bigint, points: BoundedCandles): Hold {
  const priced = traded.filter((instrument) => prices.first(instrument) > 0)
  if (priced.length === 0) {
    const none = notAvailable('nothing was traded')
    return { facts: { net: money(0n), fraction: none, maxDrawdown: none, instruments: 0 }, curve: [] }
  }
  let net = 0n
  for (const instrument of priced) {
    // Twice the price is whole even in the middle of two quanta.
    const first = BigInt(prices.first(instrument) * 2)
    const last = BigInt(prices.last(instrument) * 2)
    net += (equity * (last - first)) / (first * BigInt(priced.length))
  }
  const growth = growthAt(priced, prices, points)
  const start = Number(equity) / 1e18
  return {
    facts: {
      net: money(net),
      fraction: ratio(net, equity, 'no equity'),
      maxDrawdown: figure(deepestFall(growth)),
      instruments: priced.length,
    },
    curve: growth.map((factor) => start * factor),
  }
}

/** What one unit of money had become at the end of each stretch; at the last, by the end of the run. */
function growthAt(instruments: readonly number[], prices: PriceHistory, points: BoundedCandles): readonly number[] {
  const sums = new Float64Array(points.length)
  const lastPoint = points.length - 1
  for (const instrument of instruments) {
    const candles = prices.candles(instrument)
    const first = prices.first(instrument)
    let at = -1
    for (let point = 0; point < lastPoint; point += 1) {
      const end = (points.start[point] as number) + points.width
      // A candle counts from its end on: before that its close lies ahead.
      if (candles !== undefined) at = candles.indexAt(end - candles.width, at)
      const price = candles === undefined || at < 0 ? first : (candles.close[at] as number)
      sums[point] = (sums[point] as number) + price / first
    }
    sums[lastPoint] = (sums[lastPoint] as number) + prices.last(instrument) / first
  }
  return Array.from(sums, (sum) => sum / instruments.length)
}

function deepestFall(growth: readonly number[]): number {
  let peak = 1
  let deepest = 0
  for (const value of growth) {
    peak = Math.max(peak, value)
    deepest = Math.max(deepest, 1 - value / peak)
  }
  return deepest
}
