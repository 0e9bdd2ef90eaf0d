/** What a stream with a period publishes on its beat, if there is anything new. */
import type { FeedMarket } from './feed-market.ts'
import type { FeedSink, MarkFigures } from './feed-source.ts'
import { KLINE } from './klines.ts'
import type { FeedState } from './market-feed.ts'
import { STREAM } from './stream-kinds.ts'
import type { Stream } from './stream-table.ts'
import { sumOf } from './wide-sum.ts'

const AVERAGE_MINUTES = 5
const WINDOW_NAMES: ReadonlyMap<number, string> = new Map([
  [60, '1h'],
  [240, '4h'],
  [1440, '1d'],
])

const candle: Float64Array = new Float64Array(KLINE.width)
const figures: MarkFigures = { mark: 0, index: 0, estimatedSettle: 0, fundingRate: 0, nextFunding: 0 }

export function publishTimed(feed: FeedState, stream: Stream, now: number, sink: FeedSink): void {
  const { instrument } = stream.meaning
  const market = feed.markets[instrument]
  if (market === undefined) return publishAll(feed, stream, now, sink)
  const text = textOf(feed, stream, market, stream.mark, now)
  if (text === undefined) return
  stream.mark = markOf(feed, stream, market)
  stream.series?.published()
  sink.publish(stream.number, text)
}

/** Streams of all markets: an array of those that changed, or one message for each. */
function publishAll(feed: FeedState, stream: Stream, now: number, sink: FeedSink): void {
  stream.marks ??= new Float64Array(feed.markets.length)
  const { marks } = stream
  const texts: string[] = []
  for (const market of feed.markets) {
    const text = textOf(feed, stream, market, marks[market.index] as number, now)
    if (text === undefined) continue
    marks[market.index] = markOf(feed, stream, market)
    texts.push(text)
  }
  const { kind } = stream.meaning
  if (kind === STREAM.bookTicker || kind === STREAM.liquidation)
    for (const text of texts) sink.publish(stream.number, text)
  else if (texts.length > 0) sink.publish(stream.number, `[${texts.join(',')}]`)
}

/** What has been published once `textOf` was. */
function markOf(feed: FeedState, stream: Stream, market: FeedMarket): number {
  switch (stream.meaning.kind) {
    case STREAM.partialDepth:
      return market.book.updateId
    case STREAM.bookTicker:
      return market.topId
    case STREAM.liquidation:
      return feed.liquidations[market.index]?.time ?? 0
    default:
      return market.tape.lastId
  }
}

/** The payload, or undefined when there is nothing newer than `mark`. */
function textOf(feed: FeedState, stream: Stream, market: FeedMarket, mark: number, now: number): string | undefined {
  const { text } = feed
  const { lastId } = market.tape
  switch (stream.meaning.kind) {
    case STREAM.depth:
      return stream.series?.due === true ? text.depth(market, stream.series, now) : undefined
    case STREAM.partialDepth:
      if (market.book.updateId === mark) return undefined
      return text.partialDepth(market, stream.meaning.parameter, mark, now)
    case STREAM.bookTicker:
      market.readTop()
      return market.topId === mark ? undefined : text.bookTicker(market, now)
    case STREAM.kline:
    case STREAM.continuousKline:
      return lastId === mark ? undefined : klineOf(feed, stream, market, now)
    case STREAM.miniTicker:
      return lastId === mark || !market.day.read(now) ? undefined : text.miniTicker(market, market.day, now)
    case STREAM.ticker:
      market.readTop()
      return lastId === mark || !market.day.read(now) ? undefined : text.ticker(market, market.day, now)
    case STREAM.windowTicker:
    case STREAM.averagePrice:
      return lastId === mark ? undefined : spotOnly(feed, stream, market, now)
    case STREAM.mark:
    case STREAM.liquidation:
      return futuresOnly(feed, stream, market, mark, now)
    default:
      return undefined
  }
}

function klineOf(feed: FeedState, stream: Stream, market: FeedMarket, now: number): string | undefined {
  const { text } = feed
  const interval = feed.intervals[stream.meaning.parameter]
  if (interval === undefined || !market.klines.readForming(stream.meaning.parameter, candle)) return undefined
  if (stream.meaning.kind === STREAM.kline) return text.kline(market, interval, candle, 0, false, now)
  return 'continuousKline' in text ? text.continuousKline(market, interval, candle, 0, false, now) : undefined
}

function spotOnly(feed: FeedState, stream: Stream, market: FeedMarket, now: number): string | undefined {
  const { text } = feed
  if (!('windowTicker' in text)) return undefined
  if (stream.meaning.kind === STREAM.averagePrice) {
    const window = market.window(AVERAGE_MINUTES)
    if (!window.read(now)) return undefined
    return text.averagePrice(market, averagePrice(market, AVERAGE_MINUTES), market.tradeTime, now)
  }
  const minutes = stream.meaning.parameter
  const window = market.window(minutes)
  return window.read(now) ? text.windowTicker(market, WINDOW_NAMES.get(minutes) ?? '', window, now) : undefined
}

/** Average price of the last minutes, in price quanta rounded down; the last price where there was no trade. */
export function averagePrice(market: FeedMarket, minutes: number): number {
  const { cells } = market.window(minutes)
  const volume = cells[KLINE.volume] as number
  if (volume === 0) return cells[KLINE.close] as number
  return Number(sumOf(cells, KLINE.quote) / BigInt(volume))
}

function futuresOnly(
  feed: FeedState,
  stream: Stream,
  market: FeedMarket,
  mark: number,
  now: number,
): string | undefined {
  const { text, marks } = feed
  if (!('mark' in text)) return undefined
  if (stream.meaning.kind === STREAM.mark) {
    if (marks === undefined) return undefined
    marks(market.index, figures)
    return figures.mark === 0 ? undefined : text.mark(market, figures, now)
  }
  const pending = feed.liquidations[market.index]
  if (pending?.figures === undefined || pending.time <= mark) return undefined
  return text.liquidation(market, pending.figures, now)
}
