/** Candles of the futures venue. */
import type { FeedMarket } from '../../feeds/feed-market.ts'
import { FUTURES_INTERVALS, nextOpenTime, type KlineInterval } from '../../feeds/kline-intervals.ts'
import { KLINE } from '../../feeds/klines.ts'
import { millis } from '../../feeds/number-text.ts'
import { sumOf } from '../../feeds/wide-sum.ts'
import type { Parameters } from '../parameters.ts'
import type { Reader } from '../reader.ts'
import { refusal } from '../refusal.ts'
import type { Answer, Call, Route } from '../route.ts'
import type { FuturesDesk } from './desk.ts'
import { readTimes } from './spans.ts'

export function klineRoutes(desk: FuturesDesk): Route[] {
  const free = { method: 'GET', security: 'none', weight: klineWeight } as const
  return [
    { ...free, path: '/fapi/v1/klines', run: (call) => klines(desk, call, 'symbol') },
    { ...free, path: '/fapi/v1/continuousKlines', run: (call) => continuousKlines(desk, call) },
  ]
}

function klineWeight(parameters: Parameters): number {
  const limit = Number(parameters.find('limit') ?? 500)
  if (limit < 100) return 1
  if (limit < 500) return 2
  return limit <= 1000 ? 5 : 10
}

function continuousKlines(desk: FuturesDesk, call: Call): Answer {
  if (call.reader.text('contractType') !== 'PERPETUAL') call.reader.refuse(refusal('invalidParameter', 'contractType'))
  return klines(desk, call, 'pair')
}

function klines(desk: FuturesDesk, { reader }: Call, name: string): Answer {
  const instrument = desk.instrument(reader, name)
  const interval = readInterval(reader, FUTURES_INTERVALS)
  const limit = reader.limit('limit', 500, 1500)
  const { from, to } = readTimes(reader)
  if (reader.refusal !== undefined) return reader.refusal
  return klineRows(desk.memory.markets[instrument] as FeedMarket, interval, { from, to, limit })
}

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
}

/** Candles of a market as arrays: the first `limit` from a start time on, else the newest. */
export function klineRows(market: FeedMarket, interval: number, { from, to, limit }: KlineQuery): string {
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
    rows.push(klineJson(market, description, ring.cells, ring.at(i)))
  const takesForming = last === 1 && (from === undefined || (forming[KLINE.openTime] as number) >= from)
  if (takesForming && rows.length < limit) rows.push(klineJson(market, description, forming, 0))
  return `[${rows.join(',')}]`
}

function klineJson({ numbers }: FeedMarket, interval: KlineInterval, cells: Float64Array, at: number): string {
  const openTime = cells[at + KLINE.openTime] as number
  return (
    `[${millis(openTime)},"${numbers.price(cells[at + KLINE.open] as number)}",` +
    `"${numbers.price(cells[at + KLINE.high] as number)}","${numbers.price(cells[at + KLINE.low] as number)}",` +
    `"${numbers.price(cells[at + KLINE.close] as number)}","${numbers.quantity(cells[at + KLINE.volume] as number)}",` +
    `${millis(nextOpenTime(interval, openTime)) - 1},"${numbers.value(sumOf(cells, at + KLINE.quote))}",` +
    `${cells[at + KLINE.trades]},"${numbers.quantity(cells[at + KLINE.takerVolume] as number)}",` +
    `"${numbers.value(sumOf(cells, at + KLINE.takerQuote))}","0"]`
  )
}
