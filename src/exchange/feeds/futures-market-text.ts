/** Payloads of USD-M futures market streams, with the fields of 2026 (`st` 1 is USD-M, `ps` the pair). */
import { BUY, SELL } from '../venue/requests.ts'
import { TOP } from './feed-market.ts'
import {
  bestText,
  changedText,
  klineText,
  lastQuantity,
  sideText,
  symbolText,
  windowFigures,
  type FuturesMarketText,
} from './market-text.ts'
import { fixed, millis } from './number-text.ts'
import { AGGREGATE_ROW, TRADE_ROW } from './trade-tape.ts'

/** Delivery date of a perpetual contract. */
const NEVER = 4_133_404_800_000
const FUNDING_DECIMALS = 8

export const FUTURES_TEXT: FuturesMarketText = {
  trade(market, row, now) {
    const { numbers, tape } = market
    const { cells } = tape.trades
    const price = numbers.price(cells[row + TRADE_ROW.price] as number)
    const quantity = numbers.quantity(cells[row + TRADE_ROW.quantity] as number)
    return (
      `{"e":"trade","E":${millis(now)},"T":${millis(cells[row + TRADE_ROW.time] as number)},"s":${symbolText(market)},` +
      `"t":${cells[row + TRADE_ROW.id]},"p":"${price}","q":"${quantity}","X":"MARKET",` +
      `"m":${cells[row + TRADE_ROW.buyerIsMaker] === 1}}`
    )
  },

  aggregate(market, row, now) {
    const { numbers, tape } = market
    const { cells } = tape.aggregates
    const quantity = numbers.quantity(cells[row + AGGREGATE_ROW.quantity] as number)
    return (
      `{"e":"aggTrade","E":${millis(now)},"a":${cells[row + AGGREGATE_ROW.id]},"s":${symbolText(market)},` +
      `"p":"${numbers.price(cells[row + AGGREGATE_ROW.price] as number)}","q":"${quantity}","nq":"${quantity}",` +
      `"f":${cells[row + AGGREGATE_ROW.first]},"l":${cells[row + AGGREGATE_ROW.last]},` +
      `"T":${millis(cells[row + AGGREGATE_ROW.time] as number)},"m":${cells[row + AGGREGATE_ROW.buyerIsMaker] === 1},"st":1}`
    )
  },

  bookTicker(market, now) {
    const { numbers, top } = market
    const symbol = symbolText(market)
    return (
      `{"e":"bookTicker","u":${market.topId},"s":${symbol},"ps":${symbol},` +
      `"b":"${numbers.price(top[TOP.bid] as number)}","B":"${numbers.quantity(top[TOP.bidQuantity] as number)}",` +
      `"a":"${numbers.price(top[TOP.ask] as number)}","A":"${numbers.quantity(top[TOP.askQuantity] as number)}",` +
      `"T":${millis(market.bookTime)},"E":${millis(now)},"st":1}`
    )
  },

  depth(market, series, now) {
    const symbol = symbolText(market)
    return (
      `{"e":"depthUpdate","E":${millis(now)},"T":${millis(series.changedAt)},"s":${symbol},"ps":${symbol},` +
      `"U":${series.first},"u":${series.last},"pu":${series.previous},` +
      `"b":${changedText(market, series.bids, false)},"a":${changedText(market, series.asks, false)},"st":1}`
    )
  },

  partialDepth(market, levels, previous, now) {
    const symbol = symbolText(market)
    const id = market.book.updateId
    return (
      `{"e":"depthUpdate","E":${millis(now)},"T":${millis(market.bookTime)},"s":${symbol},"ps":${symbol},` +
      `"U":${Math.min(previous + 1, id)},"u":${id},"pu":${previous},` +
      `"b":${bestText(market, BUY, levels)},"a":${bestText(market, SELL, levels)},"st":1}`
    )
  },

  kline(market, interval, cells, at, closed, now) {
    const symbol = symbolText(market)
    const candle = klineText(market, symbol, interval, cells, at, closed)
    return `{"e":"kline","E":${millis(now)},"s":${symbol},"k":${candle}}`
  },

  continuousKline(market, interval, cells, at, closed, now) {
    const candle = klineText(market, undefined, interval, cells, at, closed)
    return `{"e":"continuous_kline","E":${millis(now)},"ps":${symbolText(market)},"ct":"PERPETUAL","k":${candle}}`
  },

  miniTicker(market, window, now) {
    const figures = windowFigures(market, window)
    const symbol = symbolText(market)
    return (
      `{"e":"24hrMiniTicker","E":${millis(now)},"s":${symbol},"c":"${figures.last}","o":"${figures.open}",` +
      `"h":"${figures.high}","l":"${figures.low}","v":"${figures.volume}","q":"${figures.quote}","ps":${symbol},"st":1}`
    )
  },

  ticker(market, window, now) {
    const figures = windowFigures(market, window)
    const symbol = symbolText(market)
    return (
      `{"e":"24hrTicker","E":${millis(now)},"s":${symbol},"p":"${figures.change}","P":"${figures.percent}",` +
      `"w":"${figures.average}","c":"${figures.last}","Q":"${lastQuantity(market)}","o":"${figures.open}",` +
      `"h":"${figures.high}","l":"${figures.low}","v":"${figures.volume}","q":"${figures.quote}",` +
      `"O":${figures.openTime},"C":${millis(market.tradeTime)},"F":${figures.firstId},"L":${figures.lastId},` +
      `"n":${figures.trades},"ps":${symbol},"st":1}`
    )
  },

  mark(market, figures, now) {
    const { numbers } = market
    const mark = numbers.mark(figures.mark)
    return (
      `{"e":"markPriceUpdate","E":${millis(now)},"s":${symbolText(market)},"p":"${mark}","ap":"${mark}",` +
      `"P":"${numbers.mark(figures.estimatedSettle)}","i":"${numbers.mark(figures.index)}",` +
      `"r":"${fixed(figures.fundingRate, FUNDING_DECIMALS, FUNDING_DECIMALS)}","T":${millis(figures.nextFunding)},"st":1}`
    )
  },

  liquidation(market, figures, now) {
    const { numbers } = market
    const symbol = symbolText(market)
    const filled = numbers.quantity(figures.filled)
    const status = figures.filled === figures.quantity ? 'FILLED' : 'EXPIRED'
    return (
      `{"e":"forceOrder","E":${millis(now)},"o":{"s":${symbol},"S":"${sideText(figures.side)}","o":"LIMIT","f":"IOC",` +
      `"q":"${numbers.quantity(figures.quantity)}","p":"${numbers.price(figures.price)}",` +
      `"ap":"${numbers.average(figures.value, figures.filled)}","X":"${status}","l":"${filled}","z":"${filled}",` +
      `"T":${millis(figures.time)},"ps":${symbol},"st":1}}`
    )
  },

  contractInfo(market, trading, now) {
    const symbol = symbolText(market)
    return (
      `{"e":"contractInfo","E":${millis(now)},"s":${symbol},"ps":${symbol},"ct":"PERPETUAL","dt":${NEVER},` +
      `"cs":"${trading ? 'TRADING' : 'PENDING_TRADING'}","st":1}`
    )
  },
}
