/** Candles of the futures venue. */
import type { FeedMarket } from '../../feeds/feed-market.ts'
import { FUTURES_INTERVALS } from '../../feeds/kline-intervals.ts'
import type { Parameters } from '../parameters.ts'
import { refusal } from '../refusal.ts'
import { klineRows, readInterval } from '../kline-rows.ts'
import type { Answer, Call, Route } from '../route.ts'
import { readTimes } from '../spans.ts'
import type { FuturesDesk } from './desk.ts'

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

function klines(desk: FuturesDesk, { reader, stamp }: Call, name: string): Answer {
  const instrument = desk.instrument(reader, name)
  const interval = readInterval(reader, FUTURES_INTERVALS)
  const limit = reader.limit('limit', 500, 1500)
  const { from, to } = readTimes(reader)
  if (reader.refusal !== undefined) return reader.refusal
  return klineRows(desk.memory.markets[instrument] as FeedMarket, interval, { from, to, limit, stamp })
}
