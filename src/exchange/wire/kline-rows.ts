/** Candles as rows of REST replies, the same on both markets. */
import type { FeedMarket } from '../feeds/feed-market.ts'
import { nextOpenTime, type KlineInterval } from '../feeds/kline-intervals.ts'
import { KLINE } from '../feeds/klines.ts'
import { sumOf } from '../feeds/wide-sum.ts'
import type { Reader } from './reader.ts'
import { refusal } from './refusal.ts'

/** Index of the interval that is asked for. */
export function readInterval(reader: Reader, intervals: readonly KlineInterval[]): number {
  const name = reader.text('interval')
  const found = intervals.findIndex((interval) => interval.name === name)
  if (found === -1 && name !== '') reader.refuse(refusal('invalidInterval'))
  return Math.max(found, 0)
}

/** Which candles are asked for: open times in microseconds, bounds inclusive. */
interface KlineQuery {
  readonly from: number | undefined
  readonly to: number | undefined
  readonly limit: number
  readonly stamp: (micros: number) => number
}

/** Candles of a market as arrays: the first `limit` from a start time on, else the newest. */
export function klineRows(market: FeedMarket, interval: number, { from, to, limit, stamp }: KlineQuery): string {
  const ring = market.klines.closed[interval]
  const description = market.klines.intervals[interval]
  if (ring === undefined || description === undefined) throw new RangeError(`no candle interval ${interval}`)
  const forming = new Float64Array(KLINE.width)
  const isForming = market.klines.readForming(interval, forming)
  const end = to === undefined ? ring.length : ring.search(KLINE.openTime, to + 1)
  const last = isForming && (to === undefined || (forming[KLINE.openTime] as number) <= to) ? 1 : 0
  const start = from === undefined ? Math.max(0, end + last - limit) : Math.min(end, ring.search(KLINE.openTime, from))
  const rows: string[] = []
  for (let i = start; i < end && rows.length < limit; i++)
    rows.push(klineJson(market, description, ring.cells, ring.at(i), stamp))
  const takesForming = last === 1 && (from === undefined || (forming[KLINE.openTime] as number) >= from)
  if (takesForming && rows.length < limit) rows.push(klineJson(market, description, forming, 0, stamp))
  return `[${rows.join(',')}]`
}

function klineJson(
  { numbers }: FeedMarket,
  interval: KlineInterval,
  cells: Float64Array,
  at: number,
  stamp: (micros: number) => number,
): string {
  const openTime = cells[at + KLINE.openTime] as number
  return (
    `[${stamp(openTime)},"${numbers.price(cells[at + KLINE.open] as number)}",` +
    `"${numbers.price(cells[at + KLINE.high] as number)}","${numbers.price(cells[at + KLINE.low] as number)}",` +
    `"${numbers.price(cells[at + KLINE.close] as number)}","${numbers.quantity(cells[at + KLINE.volume] as number)}",` +
    `${stamp(nextOpenTime(interval, openTime)) - 1},"${numbers.value(sumOf(cells, at + KLINE.quote))}",` +
    `${cells[at + KLINE.trades]},"${numbers.quantity(cells[at + KLINE.takerVolume] as number)}",` +
    `"${numbers.value(sumOf(cells, at + KLINE.takerQuote))}","0"]`
  )
}
