/** Public market data of the futures venue, from its books and from what is remembered of its trades. */
import type { FeedMarket } from '../../feeds/feed-market.ts'
import { bestText, lastQuantity, windowFigures } from '../../feeds/market-text.ts'
import { fixed, millis } from '../../feeds/number-text.ts'
import { AGGREGATE_ROW, TRADE_ROW } from '../../feeds/trade-tape.ts'
import { BUY, SELL } from '../../venue/requests.ts'
import type { PremiumView } from '../../venue/futures/views.ts'
import type { Parameters } from '../parameters.ts'
import { refusal } from '../refusal.ts'
import type { Answer, Call, Route } from '../route.ts'
import { readSpan, readTimes } from '../spans.ts'
import { moneyText } from './amounts.ts'
import type { FuturesDesk } from './desk.ts'

const RATE_DECIMALS = 8
const HOUR = 3_600_000_000
/** Funding intervals and bounds other than these are listed in fundingInfo. */
const USUAL_FUNDING_HOURS = 8

const FREE = { method: 'GET', security: 'none', weight: 1 } as const

const DEPTH_WEIGHTS: ReadonlyMap<number, number> = new Map([
  [5, 2],
  [10, 2],
  [20, 2],
  [50, 2],
  [100, 5],
  [500, 10],
  [1000, 20],
])
const DEPTH_USUAL = 500
const RPI_DEPTH = 1000

/** Weight of a book by its limit. */
export function depthWeight(parameters: Parameters): number {
  return DEPTH_WEIGHTS.get(Number(parameters.find('limit') ?? DEPTH_USUAL)) ?? 1
}

/** `one` with a symbol, `all` without. */
export function symbolWeight(one: number, all: number): (parameters: Parameters) => number {
  return (parameters) => (parameters.find('symbol') === undefined ? all : one)
}

export function marketRoutes(desk: FuturesDesk): Route[] {
  return [
    { ...FREE, path: '/fapi/v1/depth', weight: depthWeight, run: (call) => depth(desk, call) },
    // There are no orders for retail takers alone, so that both books are one.
    { ...FREE, path: '/fapi/v1/rpiDepth', weight: 20, run: (call) => depth(desk, call, RPI_DEPTH) },
    { ...FREE, path: '/fapi/v1/trades', weight: 5, run: (call) => trades(desk, call, 500, 1000) },
    {
      ...FREE,
      path: '/fapi/v1/historicalTrades',
      security: 'key',
      weight: 200,
      run: (call) => trades(desk, call, 100, 500),
    },
    { ...FREE, path: '/fapi/v1/aggTrades', weight: 20, run: (call) => aggregates(desk, call) },
    {
      ...FREE,
      path: '/fapi/v1/premiumIndex',
      weight: symbolWeight(1, 10),
      run: (call) => oneOrAll(desk, call, (instrument) => premiumJson(desk, desk.venue.premiumOf(instrument))),
    },
    { ...FREE, path: '/fapi/v1/fundingRate', fundingPool: true, run: (call) => fundingRates(desk, call) },
    { ...FREE, path: '/fapi/v1/fundingInfo', fundingPool: true, run: () => fundingInfo(desk) },
    {
      ...FREE,
      path: '/fapi/v1/ticker/24hr',
      weight: symbolWeight(1, 40),
      run: (call) => oneOrAll(desk, call, (instrument) => dayJson(desk, instrument, call.time)),
    },
    ...['/fapi/v1/ticker/price', '/fapi/v2/ticker/price'].map((path): Route => ({
      ...FREE,
      path,
      weight: symbolWeight(1, 2),
      run: (call) => prices(desk, call),
    })),
    {
      ...FREE,
      path: '/fapi/v1/ticker/bookTicker',
      weight: symbolWeight(2, 5),
      run: (call) => bookTickers(desk, call),
    },
    { ...FREE, path: '/fapi/v1/insuranceBalance', run: (call) => insuranceBalance(desk, call) },
    { ...FREE, path: '/fapi/v1/openInterest', run: (call) => openInterest(desk, call) },
  ]
}

/** The best levels of a book, with the update id that the diffs go on from. */
export function depth(desk: FuturesDesk, { reader, time }: Call, usual: number = DEPTH_USUAL): Answer {
  const instrument = desk.instrument(reader)
  const sent = reader.textOr('limit', String(usual))
  const limit = Number(sent)
  if (!DEPTH_WEIGHTS.has(limit)) reader.refuse(refusal('depthLimit', sent))
  if (reader.refusal !== undefined) return reader.refusal
  const market = marketOf(desk, instrument)
  const changed = millis(market.bookTime === 0 ? time : market.bookTime)
  return (
    `{"lastUpdateId":${market.book.updateId},"E":${millis(time)},"T":${changed},` +
    `"bids":${bestText(market, BUY, limit)},"asks":${bestText(market, SELL, limit)}}`
  )
}

/** The newest trades, or with `fromId` those from an id on. */
function trades(desk: FuturesDesk, { reader }: Call, usual: number, most: number): Answer {
  const instrument = desk.instrument(reader)
  const limit = reader.limit('limit', usual, most)
  const fromId = reader.integer('fromId', 0)
  if (reader.refusal !== undefined) return reader.refusal
  const market = marketOf(desk, instrument)
  const ring = market.tape.trades
  const first = fromId === 0 ? Math.max(0, ring.length - limit) : ring.search(TRADE_ROW.id, fromId)
  const rows: string[] = []
  for (let i = first; i < ring.length && rows.length < limit; i++) rows.push(tradeJson(market, ring.at(i)))
  return `[${rows.join(',')}]`
}

function tradeJson({ numbers, tape }: FeedMarket, row: number): string {
  const { cells } = tape.trades
  const price = cells[row + TRADE_ROW.price] as number
  const quantity = cells[row + TRADE_ROW.quantity] as number
  return (
    `{"id":${cells[row + TRADE_ROW.id]},"price":"${numbers.price(price)}","qty":"${numbers.quantity(quantity)}",` +
    `"quoteQty":"${numbers.value(BigInt(price) * BigInt(quantity))}","time":${millis(cells[row + TRADE_ROW.time] as number)},` +
    `"isBuyerMaker":${cells[row + TRADE_ROW.buyerIsMaker] === 1},"isRPITrade":false}`
  )
}

function aggregates(desk: FuturesDesk, { reader }: Call): Answer {
  const instrument = desk.instrument(reader)
  const limit = reader.limit('limit', 500, 1000)
  const fromId = reader.integer('fromId', 0)
  const { from, to } = readSpan(reader, HOUR)
  if (reader.refusal !== undefined) return reader.refusal
  const market = marketOf(desk, instrument)
  const ring = market.tape.aggregates
  let first = Math.max(0, ring.length - limit)
  if (fromId !== 0) first = ring.search(AGGREGATE_ROW.id, fromId)
  else if (from !== undefined) first = ring.search(AGGREGATE_ROW.time, from)
  const rows: string[] = []
  for (let i = first; i < ring.length && rows.length < limit; i++) {
    const at = ring.at(i)
    if (to !== undefined && (ring.cells[at + AGGREGATE_ROW.time] as number) > to) break
    rows.push(aggregateJson(market, at))
  }
  return `[${rows.join(',')}]`
}

function aggregateJson({ numbers, tape }: FeedMarket, row: number): string {
  const { cells } = tape.aggregates
  const quantity = numbers.quantity(cells[row + AGGREGATE_ROW.quantity] as number)
  return (
    `{"a":${cells[row + AGGREGATE_ROW.id]},"p":"${numbers.price(cells[row + AGGREGATE_ROW.price] as number)}",` +
    `"q":"${quantity}","nq":"${quantity}","f":${cells[row + AGGREGATE_ROW.first]},` +
    `"l":${cells[row + AGGREGATE_ROW.last]},"T":${millis(cells[row + AGGREGATE_ROW.time] as number)},` +
    `"m":${cells[row + AGGREGATE_ROW.buyerIsMaker] === 1}}`
  )
}

/** Latest prices of one market or of all. */
export function prices(desk: FuturesDesk, call: Call): Answer {
  return oneOrAll(desk, call, (instrument) => priceJson(desk, instrument, call.time))
}

/** Best prices of one market or of all. */
export function bookTickers(desk: FuturesDesk, call: Call): Answer {
  return oneOrAll(desk, call, (instrument) => bookTickerJson(desk, instrument, call.time))
}

function oneOrAll(desk: FuturesDesk, { reader }: Call, print: (instrument: number) => string): Answer {
  const instrument = desk.instrumentOr(reader)
  if (reader.refusal !== undefined) return reader.refusal
  if (instrument !== -1) return print(instrument)
  return `[${desk.venue.instruments.map((_, index) => print(index)).join(',')}]`
}

function premiumJson(desk: FuturesDesk, premium: PremiumView): string {
  const text = desk.text(premium.instrument)
  return (
    `{"symbol":"${desk.symbol(premium.instrument)}","markPrice":"${text.mark(premium.mark)}",` +
    `"indexPrice":"${text.mark(premium.index)}","estimatedSettlePrice":"${text.mark(premium.estimatedSettle)}",` +
    `"lastFundingRate":"${fixed(premium.fundingRate, RATE_DECIMALS, RATE_DECIMALS)}",` +
    `"interestRate":"${fixed(premium.interestRate, RATE_DECIMALS, RATE_DECIMALS)}",` +
    `"nextFundingTime":${millis(premium.nextFundingTime)},"time":${millis(premium.time)}}`
  )
}

function fundingRates(desk: FuturesDesk, { reader }: Call): Answer {
  const instrument = desk.instrumentOr(reader)
  const limit = reader.limit('limit', 100, 1000)
  const { from, to } = readTimes(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const query = {
    limit,
    ...(instrument === -1 ? {} : { instrument }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
  const rows = desk.venue.fundingsOf(query).map((funding) => {
    const rate = fixed(funding.rate, RATE_DECIMALS, RATE_DECIMALS)
    const mark = desk.text(funding.instrument).mark(funding.mark)
    return `{"symbol":"${desk.symbol(funding.instrument)}","fundingTime":${millis(funding.time)},"fundingRate":"${rate}","markPrice":"${mark}","rateType":"Regular"}`
  })
  return `[${rows.join(',')}]`
}

function fundingInfo(desk: FuturesDesk): string {
  const rows = desk.venue.instruments
    .filter(({ fundingInterval }) => fundingInterval !== USUAL_FUNDING_HOURS * HOUR)
    .map(({ symbol, fundingCap, fundingFloor, fundingInterval }) => {
      const cap = fixed(fundingCap, RATE_DECIMALS, RATE_DECIMALS)
      const floor = fixed(fundingFloor, RATE_DECIMALS, RATE_DECIMALS)
      return `{"symbol":"${symbol}","adjustedFundingRateCap":"${cap}","adjustedFundingRateFloor":"${floor}","fundingIntervalHours":${fundingInterval / HOUR},"disclaimer":false}`
    })
  return `[${rows.join(',')}]`
}

function dayJson(desk: FuturesDesk, instrument: number, time: number): string {
  const market = marketOf(desk, instrument)
  market.day.read(time)
  const day = windowFigures(market, market.day)
  const closeTime = millis(market.tradeTime === 0 ? time : market.tradeTime)
  return (
    `{"symbol":"${desk.symbol(instrument)}","priceChange":"${day.change}","priceChangePercent":"${day.percent}",` +
    `"weightedAvgPrice":"${day.average}","lastPrice":"${day.last}","lastQty":"${lastQuantity(market)}",` +
    `"openPrice":"${day.open}","highPrice":"${day.high}","lowPrice":"${day.low}","volume":"${day.volume}",` +
    `"quoteVolume":"${day.quote}","openTime":${day.openTime},"closeTime":${closeTime},"firstId":${day.firstId},` +
    `"lastId":${day.lastId},"count":${day.trades}}`
  )
}

function priceJson(desk: FuturesDesk, instrument: number, time: number): string {
  const { tape, tradeTime } = marketOf(desk, instrument)
  const { trades: ring } = tape
  const last = ring.length === 0 ? 0 : (ring.cells[ring.at(ring.length - 1) + TRADE_ROW.price] as number)
  const price = desk.text(instrument).price(last)
  return `{"symbol":"${desk.symbol(instrument)}","price":"${price}","time":${millis(tradeTime === 0 ? time : tradeTime)}}`
}

function bookTickerJson(desk: FuturesDesk, instrument: number, time: number): string {
  const { book, bookTime } = marketOf(desk, instrument)
  const text = desk.text(instrument)
  const priceAt = (level: number): string => text.price(level === -1 ? 0 : (book.price[level] as number))
  const quantityAt = (level: number): string => text.quantity(level === -1 ? 0 : (book.quantity[level] as number))
  const bid = book.best(BUY)
  const ask = book.best(SELL)
  return (
    `{"symbol":"${desk.symbol(instrument)}","bidPrice":"${priceAt(bid)}","bidQty":"${quantityAt(bid)}",` +
    `"askPrice":"${priceAt(ask)}","askQty":"${quantityAt(ask)}","time":${millis(bookTime === 0 ? time : bookTime)}}`
  )
}

function openInterest(desk: FuturesDesk, { reader, time }: Call): Answer {
  const instrument = desk.instrument(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const lots = desk.text(instrument).quantity(desk.venue.openInterestOf(instrument))
  return `{"openInterest":"${lots}","symbol":"${desk.symbol(instrument)}","time":${millis(time)}}`
}

/** What the insurance fund holds; one fund for all symbols. */
function insuranceBalance(desk: FuturesDesk, { reader, time }: Call): Answer {
  const instrument = desk.instrumentOr(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const symbols = instrument === -1 ? desk.venue.instruments.map(({ symbol }) => symbol) : [desk.symbol(instrument)]
  const assets = desk.venue.assets.map(
    (asset, index) =>
      `{"asset":"${asset}","marginBalance":"${moneyText(desk.venue.insuranceOf(index))}","updateTime":${millis(time)}}`,
  )
  const fund = `{"symbols":${JSON.stringify(symbols)},"assets":[${assets.join(',')}]}`
  return instrument === -1 ? `[${fund}]` : fund
}

function marketOf(desk: FuturesDesk, instrument: number): FeedMarket {
  return desk.memory.markets[instrument] as FeedMarket
}
