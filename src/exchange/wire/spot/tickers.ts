/** Statistics of the spot markets over windows: the last day, the trading day, and any window a caller names. */
import type { FeedMarket } from '../../feeds/feed-market.ts'
import { lastQuantity, windowFigures } from '../../feeds/market-text.ts'
import { RollingWindow } from '../../feeds/rolling-window.ts'
import { BUY, SELL } from '../../venue/requests.ts'
import type { Parameters } from '../parameters.ts'
import type { Reader } from '../reader.ts'
import { refusal } from '../refusal.ts'
import type { Answer, Call, Route } from '../route.ts'
import { bestOf } from './best.ts'
import { type SpotDesk, symbolCount } from './desk.ts'

const MINUTE = 60_000_000
const DAY = 1440 * MINUTE
const WINDOW = /^([1-9][0-9]?)([mhd])$/
const UNITS: Readonly<Record<string, readonly [minutes: number, most: number]>> = {
  m: [1, 59],
  h: [60, 23],
  d: [1440, 7],
}
/** Without a name the window is a day. */
const WINDOW_USUAL = '1d'

/** Weight of the day tickers by the number of markets. */
export function dayWeight(parameters: Parameters): number {
  const count = symbolCount(parameters)
  if (count === 0 || count > 100) return 80
  return count <= 20 ? 2 : 40
}

/** Four for each symbol, up to two hundred. */
export function windowWeight(parameters: Parameters): number {
  return Math.min(200, 4 * symbolCount(parameters))
}

export function tickerRoutes(desk: SpotDesk): Route[] {
  const free = { method: 'GET', security: 'none' } as const
  return [
    { ...free, path: '/api/v3/ticker/24hr', weight: dayWeight, run: (call) => dayTickers(desk, call) },
    { ...free, path: '/api/v3/ticker', weight: windowWeight, run: (call) => windowTickers(desk, call) },
    { ...free, path: '/api/v3/ticker/tradingDay', weight: windowWeight, run: (call) => tradingDays(desk, call) },
  ]
}

/** The last 24 hours of one, some or all markets. */
export function dayTickers(desk: SpotDesk, call: Call): Answer {
  const isMini = readIsMini(call.reader)
  return desk.eachSymbol(call.reader, true, (market) => {
    const { day } = market
    day.read(call.time)
    return isMini ? shortJson(market, day, call) : dayJson(market, day, call)
  })
}

/** A window that the caller names, of the markets that the caller names. */
export function windowTickers(desk: SpotDesk, call: Call): Answer {
  const { reader } = call
  const isMini = readIsMini(reader)
  const minutes = readWindow(reader)
  return desk.eachSymbol(reader, false, (market) => windowJson(market, minutes, isMini, call))
}

/** Since midnight, UTC. */
export function tradingDays(desk: SpotDesk, call: Call): Answer {
  const isMini = readIsMini(call.reader)
  const minutes = Math.floor((call.time % DAY) / MINUTE)
  return desk.eachSymbol(call.reader, false, (market) => windowJson(market, minutes, isMini, call))
}

function windowJson(market: FeedMarket, minutes: number, isMini: boolean, call: Call): string {
  const window = new RollingWindow(market.klines, minutes)
  window.read(call.time)
  if (isMini) return shortJson(market, window, call)
  const figures = windowFigures(market, window)
  return (
    `{"symbol":"${market.symbol}","priceChange":"${figures.change}","priceChangePercent":"${figures.percent}",` +
    `"weightedAvgPrice":"${figures.average}",${restJson(market, window, call)}`
  )
}

function dayJson(market: FeedMarket, window: RollingWindow, call: Call): string {
  const figures = windowFigures(market, window)
  const bid = bestOf(market, BUY)
  const ask = bestOf(market, SELL)
  return (
    `{"symbol":"${market.symbol}","priceChange":"${figures.change}","priceChangePercent":"${figures.percent}",` +
    `"weightedAvgPrice":"${figures.average}","prevClosePrice":"${figures.before}",` +
    `"lastQty":"${lastQuantity(market)}","bidPrice":"${bid.price}","bidQty":"${bid.quantity}",` +
    `"askPrice":"${ask.price}","askQty":"${ask.quantity}",${restJson(market, window, call)}`
  )
}

function shortJson(market: FeedMarket, window: RollingWindow, call: Call): string {
  return `{"symbol":"${market.symbol}",${restJson(market, window, call)}`
}

/** What all three forms have. */
function restJson(market: FeedMarket, window: RollingWindow, { time, stamp }: Call): string {
  const figures = windowFigures(market, window)
  return (
    `"openPrice":"${figures.open}","highPrice":"${figures.high}","lowPrice":"${figures.low}",` +
    `"lastPrice":"${figures.last}","volume":"${figures.volume}","quoteVolume":"${figures.quote}",` +
    `"openTime":${stamp(figures.openTime * 1000)},"closeTime":${stamp(time)},"firstId":${figures.firstId},` +
    `"lastId":${figures.lastId},"count":${figures.trades}}`
  )
}

function readIsMini(reader: Reader): boolean {
  return reader.choice('type', { FULL: 0, MINI: 1 }, refusal('invalidParameter', 'type'), 0) === 1
}

/** Minutes of a window such as `15m`, `4h` or `7d`. */
function readWindow(reader: Reader): number {
  const match = WINDOW.exec(reader.textOr('windowSize', WINDOW_USUAL))
  const unit = UNITS[match?.[2] ?? '']
  const count = Number(match?.[1] ?? 0)
  if (unit !== undefined && count <= unit[1]) return count * unit[0]
  reader.refuse(refusal('invalidParameter', 'windowSize'))
  return 1
}
