/**
 * What both venues' market messages have in common: the parts that do not differ, and the interface that each venue's own
 * texts fill. Every function returns the JSON of one bare payload; `E` is the time at which it is published.
 */
import { BUY } from '../venue/requests.ts'
import type { ChangedLevels } from './changed-levels.ts'
import type { DepthSeries } from './depth-series.ts'
import type { FeedMarket } from './feed-market.ts'
import type { MarkFigures } from './feed-source.ts'
import { nextOpenTime, type KlineInterval } from './kline-intervals.ts'
import { KLINE } from './klines.ts'
import { millis } from './number-text.ts'
import type { RollingWindow } from './rolling-window.ts'
import { sumOf } from './wide-sum.ts'

/** A liquidation order: lots asked for and filled, the value of the fills (price times lots). Time in microseconds. */
export interface LiquidationFigures {
  readonly side: number
  readonly price: number
  readonly value: bigint
  readonly quantity: number
  readonly filled: number
  readonly time: number
}

/** Times are microseconds. `now` is the time of publishing. */
export interface MarketText {
  /** `row` begins a TRADE_ROW in the market's tape. */
  trade(market: FeedMarket, row: number, now: number): string
  /** `row` begins an AGGREGATE_ROW in the market's tape. */
  aggregate(market: FeedMarket, row: number, now: number): string
  bookTicker(market: FeedMarket, now: number): string
  depth(market: FeedMarket, series: DepthSeries, now: number): string
  /** `previous`: update id of the partial book before. */
  partialDepth(market: FeedMarket, levels: number, previous: number, now: number): string
  /** `cells` and `at`: a candle in cells of KLINE. */
  kline(
    market: FeedMarket,
    interval: KlineInterval,
    cells: Float64Array,
    at: number,
    closed: boolean,
    now: number,
  ): string
  miniTicker(market: FeedMarket, window: RollingWindow, now: number): string
  ticker(market: FeedMarket, window: RollingWindow, now: number): string
}

/** Streams of futures alone. */
export interface FuturesMarketText extends MarketText {
  continuousKline(
    market: FeedMarket,
    interval: KlineInterval,
    cells: Float64Array,
    at: number,
    closed: boolean,
    now: number,
  ): string
  mark(market: FeedMarket, figures: MarkFigures, now: number): string
  liquidation(market: FeedMarket, figures: LiquidationFigures, now: number): string
  contractInfo(market: FeedMarket, trading: boolean, now: number): string
}

/** Streams of spot alone. */
export interface SpotMarketText extends MarketText {
  windowTicker(market: FeedMarket, name: string, window: RollingWindow, now: number): string
  averagePrice(market: FeedMarket, price: number, lastTrade: number, now: number): string
}

/** Name and text of a symbol in JSON, quoted. Symbols may hold any letters but no quotes or control characters. */
export function symbolText(market: FeedMarket): string {
  return `"${market.symbol}"`
}

/** Pairs of price and quantity of the levels that changed, in rising order of prices; falling for `falling`. */
export function changedText(market: FeedMarket, levels: ChangedLevels, falling: boolean): string {
  const { numbers } = market
  const prices = levels.sorted()
  let text = ''
  for (let i = 0; i < prices.length; i++) {
    const price = prices[falling ? prices.length - 1 - i : i] as number
    text += `${text === '' ? '' : ','}["${numbers.price(price)}","${numbers.quantity(levels.quantityAt(price))}"]`
  }
  return `[${text}]`
}

/** Pairs of price and quantity of the best `most` levels of a side. */
export function bestText(market: FeedMarket, side: number, most: number): string {
  const { numbers, book } = market
  let text = ''
  let left = most
  for (let level = book.best(side); level !== -1 && left > 0; level = book.next(level), left--) {
    const price = numbers.price(book.price[level] as number)
    text += `${text === '' ? '' : ','}["${price}","${numbers.quantity(book.quantity[level] as number)}"]`
  }
  return `[${text}]`
}

/** `"o":…` to `"l":…` and volumes of a candle as the kline streams have them. `symbol` is left out where it is undefined. */
export function klineText(
  market: FeedMarket,
  symbol: string | undefined,
  interval: KlineInterval,
  cells: Float64Array,
  at: number,
  closed: boolean,
): string {
  const { numbers } = market
  const openTime = cells[at + KLINE.openTime] as number
  const trades = cells[at + KLINE.trades] as number
  const first = trades === 0 ? -1 : (cells[at + KLINE.firstId] as number)
  const last = trades === 0 ? -1 : first + trades - 1
  const name = symbol === undefined ? '' : `"s":${symbol},`
  return (
    `{"t":${millis(openTime)},"T":${millis(nextOpenTime(interval, openTime)) - 1},${name}"i":"${interval.name}",` +
    `"f":${first},"L":${last},"o":"${numbers.price(cells[at + KLINE.open] as number)}",` +
    `"c":"${numbers.price(cells[at + KLINE.close] as number)}","h":"${numbers.price(cells[at + KLINE.high] as number)}",` +
    `"l":"${numbers.price(cells[at + KLINE.low] as number)}","v":"${numbers.quantity(cells[at + KLINE.volume] as number)}",` +
    `"n":${trades},"x":${closed},"q":"${numbers.value(sumOf(cells, at + KLINE.quote))}",` +
    `"V":"${numbers.quantity(cells[at + KLINE.takerVolume] as number)}",` +
    `"Q":"${numbers.value(sumOf(cells, at + KLINE.takerQuote))}","B":"0"}`
  )
}

/** Figures of a rolling window that tickers show. */
export interface WindowFigures {
  readonly open: string
  readonly high: string
  readonly low: string
  readonly last: string
  readonly change: string
  readonly percent: string
  readonly average: string
  readonly volume: string
  readonly quote: string
  readonly before: string
  /** Milliseconds. */
  readonly openTime: number
  readonly firstId: number
  readonly lastId: number
  readonly trades: number
}

export function windowFigures(market: FeedMarket, window: RollingWindow): WindowFigures {
  const { numbers } = market
  const { cells } = window
  const open = cells[KLINE.open] as number
  const close = cells[KLINE.close] as number
  const volume = cells[KLINE.volume] as number
  const quote = sumOf(cells, KLINE.quote)
  const trades = cells[KLINE.trades] as number
  const first = trades === 0 ? -1 : (cells[KLINE.firstId] as number)
  return {
    open: numbers.price(open),
    high: numbers.price(cells[KLINE.high] as number),
    low: numbers.price(cells[KLINE.low] as number),
    last: numbers.price(close),
    change: numbers.price(close - open),
    percent: numbers.percent(open, close),
    average: numbers.average(quote, volume),
    volume: numbers.quantity(volume),
    quote: numbers.value(quote),
    before: numbers.price(window.before),
    openTime: millis(cells[KLINE.openTime] as number),
    firstId: first,
    lastId: trades === 0 ? -1 : first + trades - 1,
    trades,
  }
}

/** Quantity of the newest trade. */
export function lastQuantity(market: FeedMarket): string {
  const { trades } = market.tape
  return market.numbers.quantity(trades.length === 0 ? 0 : (trades.cells[trades.at(trades.length - 1) + 2] as number))
}

/** Word for a side. */
export function sideText(side: number): string {
  return side === BUY ? 'BUY' : 'SELL'
}
