/** Public market data of the spot venue, from its books and from what is remembered of its trades. */
import type { FeedMarket } from '../../feeds/feed-market.ts'
import { SPOT_INTERVALS } from '../../feeds/kline-intervals.ts'
import { bestText } from '../../feeds/market-text.ts'
import { AGGREGATE_ROW, TRADE_ROW } from '../../feeds/trade-tape.ts'
import { BUY, SELL } from '../../venue/requests.ts'
import { AVERAGE_MINUTES } from '../../venue/spot/average-price.ts'
import { klineRows, readInterval } from '../kline-rows.ts'
import type { Parameters } from '../parameters.ts'
import type { Answer, Call, Route } from '../route.ts'
import { readTimes } from '../spans.ts'
import { bestOf } from './best.ts'
import { type SpotDesk, symbolCount } from './desk.ts'

const DEPTH_USUAL = 100
const DEPTH_MAX = 5000

/** Weight of a book by its limit. */
export function depthWeight(parameters: Parameters): number {
  const limit = Number(parameters.find('limit') ?? DEPTH_USUAL)
  if (limit <= 100) return 5
  if (limit <= 500) return 25
  return limit <= 1000 ? 50 : 250
}

/** Two for one market, four for several or all. */
export function priceWeight(parameters: Parameters): number {
  return symbolCount(parameters) === 1 && parameters.find('symbol') !== undefined ? 2 : 4
}

export function marketRoutes(desk: SpotDesk): Route[] {
  const free = { method: 'GET', security: 'none' } as const
  return [
    { ...free, path: '/api/v3/depth', weight: depthWeight, run: (call) => depth(desk, call) },
    { ...free, path: '/api/v3/trades', weight: 25, run: (call) => trades(desk, call) },
    { ...free, path: '/api/v3/historicalTrades', weight: 25, run: (call) => trades(desk, call) },
    { ...free, path: '/api/v3/aggTrades', weight: 4, run: (call) => aggregates(desk, call) },
    { ...free, path: '/api/v3/klines', weight: 2, run: (call) => klines(desk, call) },
    { ...free, path: '/api/v3/uiKlines', weight: 2, run: (call) => klines(desk, call) },
    { ...free, path: '/api/v3/avgPrice', weight: 2, run: (call) => averagePrice(desk, call) },
    { ...free, path: '/api/v3/ticker/price', weight: priceWeight, run: (call) => prices(desk, call) },
    { ...free, path: '/api/v3/ticker/bookTicker', weight: priceWeight, run: (call) => bookTickers(desk, call) },
  ]
}

/** The best levels of a book, with the update id that the diffs go on from. */
export function depth(desk: SpotDesk, { reader }: Call): Answer {
  const instrument = desk.instrument(reader)
  const limit = Math.min(reader.limit('limit', DEPTH_USUAL, Number.MAX_SAFE_INTEGER), DEPTH_MAX)
  if (reader.refusal !== undefined) return reader.refusal
  const market = desk.market(instrument)
  return (
    `{"lastUpdateId":${market.book.updateId},"bids":${bestText(market, BUY, limit)},` +
    `"asks":${bestText(market, SELL, limit)}}`
  )
}

/** The newest trades, or with `fromId` those from an id on. */
export function trades(desk: SpotDesk, { reader, stamp }: Call): Answer {
  const instrument = desk.instrument(reader)
  const limit = reader.limit('limit', 500, 1000)
  const fromId = reader.integer('fromId', 0)
  if (reader.refusal !== undefined) return reader.refusal
  const { tape, numbers } = desk.market(instrument)
  const { trades: ring } = tape
  const first = fromId === 0 ? Math.max(0, ring.length - limit) : ring.search(TRADE_ROW.id, fromId)
  const rows: string[] = []
  for (let i = first; i < ring.length && rows.length < limit; i++) {
    const at = ring.at(i)
    const price = ring.cells[at + TRADE_ROW.price] as number
    const quantity = ring.cells[at + TRADE_ROW.quantity] as number
    rows.push(
      `{"id":${ring.cells[at + TRADE_ROW.id]},"price":"${numbers.price(price)}","qty":"${numbers.quantity(quantity)}",` +
        `"quoteQty":"${numbers.value(BigInt(price) * BigInt(quantity))}",` +
        `"time":${stamp(ring.cells[at + TRADE_ROW.time] as number)},` +
        `"isBuyerMaker":${ring.cells[at + TRADE_ROW.buyerIsMaker] === 1},"isBestMatch":true}`,
    )
  }
  return `[${rows.join(',')}]`
}

export function aggregates(desk: SpotDesk, { reader, stamp }: Call): Answer {
  const instrument = desk.instrument(reader)
  const limit = reader.limit('limit', 500, 1000)
  const fromId = reader.integer('fromId', 0)
  const { from, to } = readTimes(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const { tape, numbers } = desk.market(instrument)
  const { aggregates: ring } = tape
  let first = Math.max(0, ring.length - limit)
  if (fromId !== 0) first = ring.search(AGGREGATE_ROW.id, fromId)
  else if (from !== undefined) first = ring.search(AGGREGATE_ROW.time, from)
  const rows: string[] = []
  for (let i = first; i < ring.length && rows.length < limit; i++) {
    const at = ring.at(i)
    const time = ring.cells[at + AGGREGATE_ROW.time] as number
    if (to !== undefined && time > to) break
    rows.push(
      `{"a":${ring.cells[at + AGGREGATE_ROW.id]},"p":"${numbers.price(ring.cells[at + AGGREGATE_ROW.price] as number)}",` +
        `"q":"${numbers.quantity(ring.cells[at + AGGREGATE_ROW.quantity] as number)}",` +
        `"f":${ring.cells[at + AGGREGATE_ROW.first]},"l":${ring.cells[at + AGGREGATE_ROW.last]},"T":${stamp(time)},` +
        `"m":${ring.cells[at + AGGREGATE_ROW.buyerIsMaker] === 1},"M":true}`,
    )
  }
  return `[${rows.join(',')}]`
}

/** Candles. Days begin at midnight UTC, whatever `timeZone` says. */
export function klines(desk: SpotDesk, { reader, stamp }: Call): Answer {
  const instrument = desk.instrument(reader)
  const interval = readInterval(reader, SPOT_INTERVALS)
  const limit = reader.limit('limit', 500, 1000)
  const { from, to } = readTimes(reader)
  return reader.refusal ?? klineRows(desk.market(instrument), interval, { from, to, limit, stamp })
}

export function averagePrice(desk: SpotDesk, { reader, stamp }: Call): Answer {
  const instrument = desk.instrument(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const market = desk.market(instrument)
  const price = market.numbers.mark(desk.venue.views.averagePrice(instrument))
  return `{"mins":${AVERAGE_MINUTES},"price":"${price}","closeTime":${stamp(market.tradeTime)}}`
}

/** Latest prices of one, some or all markets. */
export function prices(desk: SpotDesk, { reader }: Call): Answer {
  return desk.eachSymbol(reader, true, (market) => `{"symbol":"${market.symbol}","price":"${lastPrice(market)}"}`)
}

/** Best prices of one, some or all markets. */
export function bookTickers(desk: SpotDesk, { reader }: Call): Answer {
  return desk.eachSymbol(reader, true, (market) => {
    const bid = bestOf(market, BUY)
    const ask = bestOf(market, SELL)
    return (
      `{"symbol":"${market.symbol}","bidPrice":"${bid.price}","bidQty":"${bid.quantity}",` +
      `"askPrice":"${ask.price}","askQty":"${ask.quantity}"}`
    )
  })
}

function lastPrice({ tape, numbers }: FeedMarket): string {
  const { trades: ring } = tape
  return numbers.price(ring.length === 0 ? 0 : (ring.cells[ring.at(ring.length - 1) + TRADE_ROW.price] as number))
}
