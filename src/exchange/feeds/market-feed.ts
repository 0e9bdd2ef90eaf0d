/**
 * Public market data of one venue: what happened becomes messages on named streams.
 *
 * In: the venue's event log after each request (`read`), and the time (`advance`). Out: ready JSON per stream, given to a sink,
 * of streams with listeners alone. Owns: trades, candles and windows of every market, kept whether or not anybody listens,
 * because REST tells of them too; the chains of depth ids, kept for the speeds in use. Refuses: names that no stream has.
 * Order: set the venue's time, `advance`, let the venue work, `read`, let the venue recycle its log. Messages of a beat show
 * what was read before it.
 */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { EVENT, FIELD, FIELDS } from '../venue/events.ts'
import { DepthSeries } from './depth-series.ts'
import { FeedMarket } from './feed-market.ts'
import type { FeedSink, FeedSource, MarkFigures } from './feed-source.ts'
import { FUTURES_TEXT } from './futures-market-text.ts'
import { FUTURES_INTERVALS, openTimeOf, nextOpenTime, SPOT_INTERVALS, type KlineInterval } from './kline-intervals.ts'
import type { FuturesMarketText, SpotMarketText } from './market-text.ts'
import { PendingLiquidation } from './pending-liquidation.ts'
import { SPOT_TEXT } from './spot-market-text.ts'
import { ROUTE, STREAM } from './stream-kinds.ts'
import { nextDue, type Stream, StreamTable } from './stream-table.ts'
import { publishTimed } from './timed-streams.ts'

/** Futures gather trades of one price and side for this long, microseconds. */
const AGGREGATE_SPAN = 100_000

export type MarketFeedOptions =
  | {
      readonly market: 'futures'
      /** Fills in the figures of an instrument's mark price. */
      readonly marks: (instrument: number, into: MarkFigures) => void
    }
  | { readonly market: 'spot' }

/** What publishing needs to know of a feed. */
export interface FeedState {
  readonly markets: readonly FeedMarket[]
  readonly intervals: readonly KlineInterval[]
  readonly text: FuturesMarketText | SpotMarketText
  readonly liquidations: readonly PendingLiquidation[]
  readonly marks: ((instrument: number, into: MarkFigures) => void) | undefined
}

export class MarketFeed implements FeedState {
  readonly markets: readonly FeedMarket[]
  readonly intervals: readonly KlineInterval[]
  readonly text: FuturesMarketText | SpotMarketText
  readonly liquidations: readonly PendingLiquidation[]
  readonly marks: ((instrument: number, into: MarkFigures) => void) | undefined
  readonly #source: FeedSource
  readonly #spot: boolean
  readonly #table: StreamTable
  /** Streams as it happens, by instrument. */
  readonly #trades: (Stream | undefined)[] = []
  readonly #aggregates: (Stream | undefined)[] = []
  readonly #bookTickers: (Stream | undefined)[] = []
  /** Candle streams by instrument: told of each candle that closes. */
  readonly #klines: Stream[][]
  #contractInfo: Stream | undefined
  /** Markets whose book changed since the log was read from its beginning, and those with a pending aggregate. */
  readonly #touched: FeedMarket[] = []
  readonly #gathering: FeedMarket[] = []
  /** When the shortest candles close next. */
  #nextRoll = 0

  constructor(source: FeedSource, options: MarketFeedOptions) {
    this.#source = source
    this.#spot = options.market === 'spot'
    this.intervals = this.#spot ? SPOT_INTERVALS : FUTURES_INTERVALS
    this.text = this.#spot ? SPOT_TEXT : FUTURES_TEXT
    this.marks = options.market === 'futures' ? options.marks : undefined
    const span = this.#spot ? 0 : AGGREGATE_SPAN
    this.markets = source.instruments.map((instrument, index) => {
      const book = source.books[index]
      if (book === undefined) throw new RangeError(`${instrument.symbol}: the venue has no book for it`)
      return new FeedMarket(index, instrument, book, this.intervals, span)
    })
    this.liquidations = this.markets.map(() => new PendingLiquidation())
    this.#klines = this.markets.map(() => [])
    const symbols = new Map(this.markets.map(({ symbol, index }) => [symbol.toLowerCase(), index]))
    this.#table = new StreamTable({ spot: this.#spot, intervals: this.intervals, symbols })
  }

  /** Begins to publish the stream of that name, or counts one more listener. Returns its number, -1 for no such stream. */
  open(name: string): number {
    const stream = this.#table.find(name)
    if (stream === undefined) return -1
    stream.listeners++
    if (stream.listeners === 1) this.#start(stream)
    return stream.number
  }

  /** Takes back one `open`. */
  close(number: number): void {
    const stream = this.#table.streams[number]
    if (stream === undefined || stream.listeners === 0) return
    stream.listeners--
    if (stream.listeners === 0) this.#stop(stream)
  }

  nameOf(number: number): string {
    return this.#table.streams[number]?.name ?? ''
  }

  /** ROUTE flags of a stream: the parts of the host that serve it. */
  routeOf(number: number): number {
    return this.#table.streams[number]?.meaning.route ?? ROUTE.any
  }

  /** Publishes what is due at the venue's time: beats, aggregates whose span is over, candles that close. */
  advance(sink: FeedSink): void {
    const now = this.#source.time[0] as number
    if (this.#gathering.length > 0) this.#completeUntil(now, sink)
    if (now >= this.#nextRoll) this.#rollAll(now, sink)
    for (const beat of this.#table.beats) {
      if (now < beat.due) continue
      beat.due = nextDue(beat.period, now)
      for (const stream of beat.streams) publishTimed(this, stream, now, sink)
    }
  }

  /** Takes what the log says, and publishes what does not wait for a beat. */
  read(sink: FeedSink): void {
    const { events } = this.#source
    const { cells, length } = events
    for (let event = 0; event < length; event++) {
      const at = event * FIELDS
      const kind = cells[at + FIELD.kind] as number
      if (kind === EVENT.level) this.#readLevel(cells, at)
      else if (kind === EVENT.trade) this.#readTrade(cells, at, sink)
      else if (kind === EVENT.liquidation) this.#readLiquidation(cells, at)
      else if (kind === EVENT.status) this.#readStatus(cells, at, sink)
    }
    if (this.#touched.length > 0) this.#publishTops(sink)
    if (this.#spot && this.#gathering.length > 0) this.#completeUntil(Number.POSITIVE_INFINITY, sink)
  }

  save(writer: StateWriter): void {
    writer.begin('market-feed', 1)
    for (const market of this.markets) market.save(writer)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('market-feed', 1)
    this.#gathering.length = 0
    for (const market of this.markets) {
      market.load(reader)
      if (market.tape.isGathering) this.#gathering.push(market)
    }
    reader.end()
  }

  #start(stream: Stream): void {
    const { kind, instrument, period } = stream.meaning
    const market = this.markets[instrument]
    this.#table.start(stream, this.#source.time[0] as number)
    stream.mark = 0
    stream.marks = undefined
    if (market === undefined) {
      if (kind === STREAM.contractInfo) this.#contractInfo = stream
      return
    }
    if (kind === STREAM.depth) {
      stream.series = new DepthSeries(market.book.updateId)
      market.series.push(stream.series)
    } else if (kind === STREAM.kline || kind === STREAM.continuousKline) this.#klines[instrument]?.push(stream)
    else if (kind === STREAM.trade) this.#trades[instrument] = stream
    else if (kind === STREAM.aggregateTrade) this.#aggregates[instrument] = stream
    else if (kind === STREAM.bookTicker && period === 0) {
      this.#bookTickers[instrument] = stream
      market.readTop()
    }
  }

  #stop(stream: Stream): void {
    const { kind, instrument, period } = stream.meaning
    this.#table.stop(stream)
    const market = this.markets[instrument]
    if (market === undefined) {
      if (kind === STREAM.contractInfo) this.#contractInfo = undefined
      return
    }
    if (stream.series !== undefined) {
      market.series.splice(market.series.indexOf(stream.series), 1)
      stream.series = undefined
    }
    const klines = this.#klines[instrument] ?? []
    const at = klines.indexOf(stream)
    if (at !== -1) klines.splice(at, 1)
    if (kind === STREAM.trade) this.#trades[instrument] = undefined
    else if (kind === STREAM.aggregateTrade) this.#aggregates[instrument] = undefined
    else if (kind === STREAM.bookTicker && period === 0) this.#bookTickers[instrument] = undefined
  }

  #readLevel(cells: Float64Array, at: number): void {
    const market = this.markets[cells[at + FIELD.instrument] as number]
    if (market === undefined) return
    market.bookTime = cells[at + FIELD.time] as number
    if (!market.touched) {
      market.touched = true
      this.#touched.push(market)
    }
    const { series } = market
    for (let i = 0; i < series.length; i++) series[i]?.put(cells, at)
  }

  #readTrade(cells: Float64Array, at: number, sink: FeedSink): void {
    const market = this.markets[cells[at + FIELD.instrument] as number]
    if (market === undefined) return
    const id = cells[at + FIELD.tradeId] as number
    const price = cells[at + FIELD.price] as number
    const quantity = cells[at + FIELD.quantity] as number
    const time = cells[at + FIELD.time] as number
    const buyerIsMaker = cells[at + FIELD.side] as number
    const taker = cells[at + FIELD.slot] as number
    const { tape, klines } = market
    if (time >= klines.nextClose) this.#roll(market, time, sink)
    klines.trade(id, price, quantity, buyerIsMaker === 0, time)
    market.tradeTime = time
    tape.add(id, price, quantity, time, buyerIsMaker)
    const stream = this.#trades[market.index]
    if (stream !== undefined) {
      const row = tape.trades.at(tape.trades.length - 1)
      sink.publish(stream.number, this.text.trade(market, row, this.#source.time[0] as number))
    }
    if (!tape.joins(price, time, buyerIsMaker, taker)) this.#complete(market, sink)
    if (!tape.isGathering && !this.#gathering.includes(market)) this.#gathering.push(market)
    tape.gather(id, price, quantity, time, buyerIsMaker, taker)
  }

  #readLiquidation(cells: Float64Array, at: number): void {
    this.liquidations[cells[at + FIELD.instrument] as number]?.take(cells, at, this.#source.orders)
  }

  #readStatus(cells: Float64Array, at: number, sink: FeedSink): void {
    const market = this.markets[cells[at + FIELD.instrument] as number]
    if (market === undefined || this.#contractInfo === undefined || !('contractInfo' in this.text)) return
    const trading = cells[at + FIELD.status] === 0
    const text = this.text.contractInfo(market, trading, this.#source.time[0] as number)
    sink.publish(this.#contractInfo.number, text)
  }

  #publishTops(sink: FeedSink): void {
    for (const market of this.#touched) {
      market.touched = false
      const stream = this.#bookTickers[market.index]
      if (stream === undefined || !market.readTop()) continue
      sink.publish(stream.number, this.text.bookTicker(market, this.#source.time[0] as number))
    }
    this.#touched.length = 0
  }

  /** Completes the aggregates that nothing can join any more at `time`. */
  #completeUntil(time: number, sink: FeedSink): void {
    let kept = 0
    for (const market of this.#gathering) {
      if (market.tape.pendingUntil <= time) this.#complete(market, sink)
      else this.#gathering[kept++] = market
    }
    this.#gathering.length = kept
  }

  #complete(market: FeedMarket, sink: FeedSink): void {
    const row = market.tape.complete()
    const stream = this.#aggregates[market.index]
    if (row === -1 || stream === undefined) return
    sink.publish(stream.number, this.text.aggregate(market, row, this.#source.time[0] as number))
  }

  #rollAll(now: number, sink: FeedSink): void {
    const [shortest] = this.intervals
    if (shortest === undefined) return
    this.#nextRoll = nextOpenTime(shortest, openTimeOf(shortest, now))
    for (const market of this.markets) if (now >= market.klines.nextClose) this.#roll(market, now, sink)
  }

  /** Closes the candles that end by `time` and publishes them. */
  #roll(market: FeedMarket, time: number, sink: FeedSink): void {
    const streams = this.#klines[market.index] ?? []
    if (streams.length === 0) return market.klines.roll(time, undefined)
    market.klines.roll(time, {
      onClosed: (interval) => {
        const ring = market.klines.closed[interval]
        if (ring === undefined) return
        for (const stream of streams)
          if (stream.meaning.parameter === interval)
            this.#publishKline(market, stream, ring.cells, ring.at(ring.length - 1), sink)
      },
    })
  }

  #publishKline(market: FeedMarket, stream: Stream, cells: Float64Array, at: number, sink: FeedSink): void {
    const { text } = this
    const interval = this.intervals[stream.meaning.parameter]
    if (interval === undefined) return
    const now = this.#source.time[0] as number
    stream.mark = market.tape.lastId
    if (stream.meaning.kind === STREAM.kline)
      sink.publish(stream.number, text.kline(market, interval, cells, at, true, now))
    else if ('continuousKline' in text)
      sink.publish(stream.number, text.continuousKline(market, interval, cells, at, true, now))
  }
}
