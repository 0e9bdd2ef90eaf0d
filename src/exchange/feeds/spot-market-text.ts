/** Payloads of spot market streams. Some have neither name nor time: best prices and partial books. */
import { BUY, SELL } from '../venue/requests.ts'
import { TOP } from './feed-market.ts'
import {
  bestText,
  changedText,
  klineText,
  lastQuantity,
  symbolText,
  windowFigures,
  type SpotMarketText,
} from './market-text.ts'
import { millis } from './number-text.ts'
import { AGGREGATE_ROW, TRADE_ROW } from './trade-tape.ts'

export const SPOT_TEXT: SpotMarketText = {
  trade(market, row, now) {
    const { numbers, tape } = market
    const { cells } = tape.trades
    const price = numbers.price(cells[row + TRADE_ROW.price] as number)
    const quantity = numbers.quantity(cells[row + TRADE_ROW.quantity] as number)
    return (
      `{"e":"trade","E":${millis(now)},"s":${symbolText(market)},"t":${cells[row + TRADE_ROW.id]},` +
      `"p":"${price}","q":"${quantity}","T":${millis(cells[row + TRADE_ROW.time] as number)},` +
      `"m":${cells[row + TRADE_ROW.buyerIsMaker] === 1},"M":true}`
    )
  },

  aggregate(market, row, now) {
    const { numbers, tape } = market
    const { cells } = tape.aggregates
    return (
      `{"e":"aggTrade","E":${millis(now)},"s":${symbolText(market)},"a":${cells[row + AGGREGATE_ROW.id]},` +
      `"p":"${numbers.price(cells[row + AGGREGATE_ROW.price] as number)}",` +
      `"q":"${numbers.quantity(cells[row + AGGREGATE_ROW.quantity] as number)}",` +
      `"f":${cells[row + AGGREGATE_ROW.first]},"l":${cells[row + AGGREGATE_ROW.last]},` +
      `"T":${millis(cells[row + AGGREGATE_ROW.time] as number)},"m":${cells[row + AGGREGATE_ROW.buyerIsMaker] === 1},"M":true}`
    )
  },

  bookTicker(market) {
    const { numbers, top } = market
    return (
      `{"u":${market.topId},"s":${symbolText(market)},` +
      `"b":"${numbers.price(top[TOP.bid] as number)}","B":"${numbers.quantity(top[TOP.bidQuantity] as number)}",` +
      `"a":"${numbers.price(top[TOP.ask] as number)}","A":"${numbers.quantity(top[TOP.askQuantity] as number)}"}`
    )
  },

  depth(market, series, now) {
    return (
      `{"e":"depthUpdate","E":${millis(now)},"s":${symbolText(market)},"U":${series.first},"u":${series.last},` +
      `"b":${changedText(market, series.bids, true)},"a":${changedText(market, series.asks, false)}}`
    )
  },

  partialDepth(market, levels) {
    return (
      `{"lastUpdateId":${market.book.updateId},"bids":${bestText(market, BUY, levels)},` +
      `"asks":${bestText(market, SELL, levels)}}`
    )
  },

  kline(market, interval, cells, at, closed, now) {
    const symbol = symbolText(market)
    const candle = klineText(market, symbol, interval, cells, at, closed)
    return `{"e":"kline","E":${millis(now)},"s":${symbol},"k":${candle}}`
  },

  miniTicker(market, window, now) {
    const figures = windowFigures(market, window)
    return (
      `{"e":"24hrMiniTicker","E":${millis(now)},"s":${symbolText(market)},"c":"${figures.last}","o":"${figures.open}",` +
      `"h":"${figures.high}","l":"${figures.low}","v":"${figures.volume}","q":"${figures.quote}"}`
    )
  },

  ticker(market, window, now) {
    const { numbers, top } = market
    const figures = windowFigures(market, window)
    return (
      `{"e":"24hrTicker","E":${millis(now)},"s":${symbolText(market)},"p":"${figures.change}","P":"${figures.percent}",` +
      `"w":"${figures.average}","x":"${figures.before}","c":"${figures.last}","Q":"${lastQuantity(market)}",` +
      `"b":"${numbers.price(top[TOP.bid] as number)}","B":"${numbers.quantity(top[TOP.bidQuantity] as number)}",` +
      `"a":"${numbers.price(top[TOP.ask] as number)}","A":"${numbers.quantity(top[TOP.askQuantity] as number)}",` +
      `"o":"${figures.open}","h":"${figures.high}","l":"${figures.low}","v":"${figures.volume}","q":"${figures.quote}",` +
      `"O":${figures.openTime},"C":${millis(now)},"F":${figures.firstId},"L":${figures.lastId},"n":${figures.trades}}`
    )
  },

  windowTicker(market, name, window, now) {
    const figures = windowFigures(market, window)
    return (
      `{"e":"${name}Ticker","E":${millis(now)},"s":${symbolText(market)},"p":"${figures.change}","P":"${figures.percent}",` +
      `"o":"${figures.open}","h":"${figures.high}","l":"${figures.low}","c":"${figures.last}","w":"${figures.average}",` +
      `"v":"${figures.volume}","q":"${figures.quote}","O":${figures.openTime},"C":${millis(now)},` +
      `"F":${figures.firstId},"L":${figures.lastId},"n":${figures.trades}}`
    )
  },

  averagePrice(market, price, lastTrade, now) {
    return (
      `{"e":"avgPrice","E":${millis(now)},"s":${symbolText(market)},"i":"5m","w":"${market.numbers.price(price)}",` +
      `"T":${millis(lastTrade)}}`
    )
  },
}
