/**
 * Names of market streams and what they mean. In: a name as a client sends it. Out: kind, market, parameter and period, or
 * undefined for a name that no stream has: the venue acknowledges it all the same and never sends anything.
 */
import type { KlineInterval } from './kline-intervals.ts'

export const STREAM = {
  trade: 0,
  aggregateTrade: 1,
  bookTicker: 2,
  depth: 3,
  partialDepth: 4,
  kline: 5,
  continuousKline: 6,
  miniTicker: 7,
  ticker: 8,
  windowTicker: 9,
  averagePrice: 10,
  mark: 11,
  liquidation: 12,
  contractInfo: 13,
} as const

/** Part of the futures host that a stream is served on. */
export const ROUTE = { public: 1, market: 2, private: 4, any: 7 } as const

export interface StreamMeaning {
  /** A STREAM. */
  readonly kind: number
  /** Index of the instrument, -1 for all. */
  readonly instrument: number
  /** Levels of a partial book, interval of candles, minutes of a window; 0 otherwise. */
  readonly parameter: number
  /** Microseconds between two messages; 0 for as it happens. */
  readonly period: number
  /** ROUTE flags. */
  readonly route: number
}

const MILLI = 1000
const SECOND = 1000 * MILLI

export interface StreamNames {
  readonly spot: boolean
  readonly intervals: readonly KlineInterval[]
  /** Instrument by its symbol in lower case. */
  readonly symbols: ReadonlyMap<string, number>
}

export function readStreamName(name: string, names: StreamNames): StreamMeaning | undefined {
  if (name.startsWith('!')) return names.spot ? spotAll(name) : futuresAll(name)
  const at = name.indexOf('@')
  if (at < 1) return undefined
  const what = name.slice(at + 1)
  if (!names.spot && what.startsWith('continuousKline_')) return continuousKline(name.slice(0, at), what, names)
  const instrument = names.symbols.get(name.slice(0, at))
  if (instrument === undefined) return undefined
  return (names.spot ? spotOne(what, instrument, names) : futuresOne(what, instrument, names)) ?? undefined
}

function futuresOne(what: string, instrument: number, names: StreamNames): StreamMeaning | undefined {
  const { public: book, market } = ROUTE
  switch (what) {
    case 'trade':
      // In no document; clients ask for it on either part.
      return meaning(STREAM.trade, instrument, 0, 0, book | market)
    case 'aggTrade':
      return meaning(STREAM.aggregateTrade, instrument, 0, 0, market)
    case 'bookTicker':
      return meaning(STREAM.bookTicker, instrument, 0, 0, book)
    case 'markPrice':
      return meaning(STREAM.mark, instrument, 0, 3 * SECOND, market)
    case 'markPrice@1s':
      return meaning(STREAM.mark, instrument, 0, SECOND, market)
    case 'miniTicker':
      return meaning(STREAM.miniTicker, instrument, 0, 2 * SECOND, market)
    case 'ticker':
      return meaning(STREAM.ticker, instrument, 0, 2 * SECOND, market)
    case 'forceOrder':
      return meaning(STREAM.liquidation, instrument, 0, SECOND, market)
    case 'rpiDepth@500ms':
      // The book with orders of retail price improvement: there are none here.
      return meaning(STREAM.depth, instrument, 0, 500 * MILLI, book)
    default:
      return depth(what, instrument, FUTURES_SPEEDS, 250, book) ?? kline(what, instrument, 250 * MILLI, names, market)
  }
}

function futuresAll(name: string): StreamMeaning | undefined {
  const { public: book, market } = ROUTE
  switch (name) {
    case '!bookTicker':
      return meaning(STREAM.bookTicker, -1, 0, 5 * SECOND, book)
    case '!markPrice@arr':
      return meaning(STREAM.mark, -1, 0, 3 * SECOND, market)
    case '!markPrice@arr@1s':
      return meaning(STREAM.mark, -1, 0, SECOND, market)
    case '!miniTicker@arr':
      return meaning(STREAM.miniTicker, -1, 0, SECOND, market)
    case '!ticker@arr':
      return meaning(STREAM.ticker, -1, 0, SECOND, market)
    case '!forceOrder@arr':
      return meaning(STREAM.liquidation, -1, 0, SECOND, market)
    case '!contractInfo':
      return meaning(STREAM.contractInfo, -1, 0, 0, market)
    default:
      return undefined
  }
}

/** `btcusdt_perpetual@continuousKline_1m`: the pair of a perpetual is its symbol. */
function continuousKline(before: string, what: string, names: StreamNames): StreamMeaning | undefined {
  if (!before.endsWith('_perpetual')) return undefined
  const instrument = names.symbols.get(before.slice(0, -'_perpetual'.length))
  const interval = names.intervals.findIndex((each) => `continuousKline_${each.name}` === what)
  if (instrument === undefined || interval < 0) return undefined
  return meaning(STREAM.continuousKline, instrument, interval, 250 * MILLI, ROUTE.market)
}

const WINDOWS: Readonly<Record<string, number>> = { '1h': 60, '4h': 240, '1d': 1440 }

function spotOne(what: string, instrument: number, names: StreamNames): StreamMeaning | undefined {
  switch (what) {
    case 'trade':
      return meaning(STREAM.trade, instrument, 0, 0, ROUTE.any)
    case 'aggTrade':
      return meaning(STREAM.aggregateTrade, instrument, 0, 0, ROUTE.any)
    case 'bookTicker':
      return meaning(STREAM.bookTicker, instrument, 0, 0, ROUTE.any)
    case 'miniTicker':
      return meaning(STREAM.miniTicker, instrument, 0, SECOND, ROUTE.any)
    case 'ticker':
      return meaning(STREAM.ticker, instrument, 0, SECOND, ROUTE.any)
    case 'avgPrice':
      return meaning(STREAM.averagePrice, instrument, 0, SECOND, ROUTE.any)
    default:
      break
  }
  if (what.startsWith('ticker_')) return windowTicker(what.slice('ticker_'.length), instrument)
  const speed = what === 'kline_1s' ? SECOND : 2 * SECOND
  return depth(what, instrument, SPOT_SPEEDS, 1000, ROUTE.any) ?? kline(what, instrument, speed, names, ROUTE.any)
}

function spotAll(name: string): StreamMeaning | undefined {
  if (name === '!miniTicker@arr') return meaning(STREAM.miniTicker, -1, 0, SECOND, ROUTE.any)
  const match = /^!ticker_(1h|4h|1d)@arr$/.exec(name)
  return match === null ? undefined : windowTicker(match[1] ?? '', -1)
}

function windowTicker(name: string, instrument: number): StreamMeaning | undefined {
  const minutes = WINDOWS[name]
  return minutes === undefined ? undefined : meaning(STREAM.windowTicker, instrument, minutes, SECOND, ROUTE.any)
}

/** Speeds that may be named, milliseconds. */
const FUTURES_SPEEDS: readonly number[] = [100, 250, 500]
const SPOT_SPEEDS: readonly number[] = [100, 1000]

function depth(
  what: string,
  instrument: number,
  speeds: readonly number[],
  usual: number,
  route: number,
): StreamMeaning | undefined {
  const match = /^depth(5|10|20|)(?:@(\d{3,4})ms)?$/.exec(what)
  if (match === null) return undefined
  const speed = match[2] === undefined ? usual : Number(match[2])
  if (!speeds.includes(speed)) return undefined
  const levels = Number(match[1])
  const kind = levels === 0 ? STREAM.depth : STREAM.partialDepth
  return meaning(kind, instrument, levels, speed * MILLI, route)
}

function kline(
  what: string,
  instrument: number,
  period: number,
  names: StreamNames,
  route: number,
): StreamMeaning | undefined {
  const interval = names.intervals.findIndex((each) => `kline_${each.name}` === what)
  return interval < 0 ? undefined : meaning(STREAM.kline, instrument, interval, period, route)
}

function meaning(kind: number, instrument: number, parameter: number, period: number, route: number): StreamMeaning {
  return { kind, instrument, parameter, period, route }
}
