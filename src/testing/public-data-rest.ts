/**
 * The REST half of the fixture site: /fapi/v1/* and /api/v3/* as the venue answers them, with its limits.
 * Weights, maxima and refusals are written down here a second time on purpose: they check those of the downloader.
 */
import { candleCells, priceText, quantityText, quoteText, rateText } from './public-data-files.ts'
import {
  candlesBetween,
  delistedMs,
  eventsBetween,
  eventsFrom,
  fundingsBetween,
  isInterval,
  listedMs,
  priceAt,
  type SiteEvent,
  type SiteInstrument,
  type SiteVenue,
} from './synthetic-market.ts'

const HOUR = 3_600_000
/** Aggregated futures trades older than this are not served. */
const AGG_TRADES_REACH_MS = 48 * HOUR

export interface RestAnswer {
  readonly status: number
  readonly body: unknown
  /** 0 for endpoints with a pool of their own. */
  readonly weight: number
}

interface Question {
  readonly venue: SiteVenue
  readonly instruments: readonly SiteInstrument[]
  readonly query: URLSearchParams
  readonly now: number
  /** Asked with `X-MBX-TIME-UNIT: MICROSECOND`, which spot understands. */
  readonly micros: boolean
}

/** Answers one request; undefined for a path that is not served. */
export function answerRest(path: string, question: Question): RestAnswer | undefined {
  const spot = question.venue === 'binance-spot'
  const endpoint = path.slice((spot ? '/api/v3/' : '/fapi/v1/').length)
  switch (endpoint) {
    case 'time':
      return ok(1, { serverTime: question.micros ? question.now * 1000 : question.now })
    case 'exchangeInfo':
      return exchangeInfo(question)
    case 'klines':
      return klines(question, 'klines')
    case 'aggTrades':
      return aggTrades(question)
    case 'markPriceKlines':
      return spot ? undefined : klines(question, 'markPriceKlines')
    case 'fundingRate':
      return spot ? undefined : fundingRate(question)
    case 'historicalTrades':
      return spot ? historicalTrades(question) : refuse(401, 200, -2014, 'API-key format invalid.')
    default:
      return undefined
  }
}

function exchangeInfo({ venue, instruments, query, now }: Question): RestAnswer {
  const weight = venue === 'binance-spot' ? 20 : 1
  const known = instruments.filter((candidate) => candidate.venue === venue && now >= listedMs(candidate))
  const asked = venue === 'binance-spot' ? askedSymbols(query) : undefined
  if (asked?.some((symbol) => !known.some((candidate) => candidate.symbol === symbol)) === true)
    return badSymbol(weight)
  const chosen = known.filter(({ symbol }) => asked === undefined || asked.includes(symbol))
  const symbols = chosen.filter((candidate) => now < delistedMs(candidate)).map(symbolEntry)
  return ok(weight, { timezone: 'UTC', serverTime: now, rateLimits: [], exchangeFilters: [], symbols })
}

function askedSymbols(query: URLSearchParams): string[] | undefined {
  const one = query.get('symbol')
  const many = query.get('symbols')
  if (one !== null) return [one]
  return many === null ? undefined : (JSON.parse(many) as string[])
}

function symbolEntry(instrument: SiteInstrument): unknown {
  const { symbol, base, quote } = instrument
  const price = { filterType: 'PRICE_FILTER', minPrice: '0.1', maxPrice: '1000000', tickSize: '0.1' }
  const lot = { filterType: 'LOT_SIZE', minQty: '0.001', maxQty: '1000', stepSize: '0.001' }
  const market = { filterType: 'MARKET_LOT_SIZE', minQty: '0.001', maxQty: '100', stepSize: '0.001' }
  const shared = { symbol, status: 'TRADING', baseAsset: base, quoteAsset: quote }
  if (instrument.venue === 'binance-spot') {
    return { ...shared, filters: [price, lot, market, { filterType: 'NOTIONAL', minNotional: '5' }] }
  }
  return {
    ...shared,
    pair: symbol,
    contractType: 'PERPETUAL',
    onboardDate: listedMs(instrument),
    marginAsset: quote,
    filters: [price, lot, market, { filterType: 'MIN_NOTIONAL', notional: '5' }],
  }
}

function klines(question: Question, kind: string): RestAnswer {
  const { venue, query, now, micros } = question
  const most = venue === 'binance-spot' ? 1000 : 1500
  const limit = Number(query.get('limit') ?? 500)
  const weight = venue === 'binance-spot' ? 2 : limit < 100 ? 1 : limit < 500 ? 2 : limit <= 1000 ? 5 : 10
  const instrument = find(question)
  if (instrument === undefined) return badSymbol(weight)
  if (limit > most) return refuse(400, weight, -1130, "Data sent for parameter 'limit' is not valid.")
  const interval = query.get('interval') ?? ''
  if (!isInterval(interval)) return refuse(400, weight, -1120, 'Invalid interval.')
  const from = Number(query.get('startTime') ?? 0)
  const to = Number(query.get('endTime') ?? now) + 1
  const candles = candlesBetween(instrument, interval, from, to, now, limit)
  const rows = candles.map((candle) => {
    const cells = candleCells(instrument, kind, candle)
    if (micros && venue === 'binance-spot') {
      cells[0] = candle.openMs * 1000
      cells[6] = candle.closeMs * 1000 + 999
    }
    return cells
  })
  return ok(weight, rows)
}

function aggTrades(question: Question): RestAnswer {
  const { venue, query, now } = question
  const weight = venue === 'binance-spot' ? 4 : 20
  const instrument = find(question)
  if (instrument === undefined) return badSymbol(weight)
  const limit = Math.min(1000, Number(query.get('limit') ?? 500))
  const reach = venue === 'binance-spot' ? 0 : now - AGG_TRADES_REACH_MS
  const id = query.get('fromId')
  const events = id === null ? windowOf(question, instrument) : eventsFrom(instrument, Number(id), limit, now)
  if (events === undefined) return refuse(400, weight, -1127, 'More than 1 hours between startTime and endTime.')
  const served = events.filter(({ timeMs }) => timeMs >= reach).slice(0, limit)
  return ok(
    weight,
    served.map((event) => ({
      a: event.id,
      p: priceText(instrument, event.ticks),
      q: quantityText(instrument, event.steps[0] + event.steps[1]),
      f: event.id * 2 - 1,
      l: event.id * 2,
      T: timeFor(question, event.timeMs),
      m: event.buyerIsMaker,
      ...(venue === 'binance-spot' ? { M: true } : {}),
    })),
  )
}

/** Events between startTime and endTime; undefined when they are too far apart. */
function windowOf({ query, now }: Question, instrument: SiteInstrument): SiteEvent[] | undefined {
  const from = Number(query.get('startTime') ?? now - HOUR)
  const to = Number(query.get('endTime') ?? from + HOUR - 1) + 1
  return to - from > HOUR ? undefined : eventsBetween(instrument, from, Math.min(to, now))
}

function historicalTrades(question: Question): RestAnswer {
  const instrument = find(question)
  if (instrument === undefined) return badSymbol(25)
  const limit = Math.min(1000, Number(question.query.get('limit') ?? 500))
  const fromId = Number(question.query.get('fromId') ?? 1)
  const events = eventsFrom(instrument, Math.ceil(fromId / 2), limit, question.now)
  const trades = events.flatMap((event) =>
    event.steps.map((steps, at) => ({
      id: event.id * 2 - 1 + at,
      price: priceText(instrument, event.ticks),
      qty: quantityText(instrument, steps),
      quoteQty: quoteText(instrument, steps * event.ticks),
      time: timeFor(question, event.timeMs),
      isBuyerMaker: event.buyerIsMaker,
      isBestMatch: true,
    })),
  )
  return ok(25, trades.filter(({ id }) => id >= fromId).slice(0, limit))
}

function fundingRate(question: Question): RestAnswer {
  const instrument = find(question)
  if (instrument === undefined) return badSymbol(0)
  const { query, now } = question
  const limit = Math.min(1000, Number(query.get('limit') ?? 100))
  const to = Math.min(now, Number(query.get('endTime') ?? now) + 1)
  const fundings = fundingsBetween(instrument, Number(query.get('startTime') ?? 0), to).slice(0, limit)
  return ok(
    0,
    fundings.map(({ timeMs, rate }) => ({
      symbol: instrument.symbol,
      fundingTime: timeMs,
      fundingRate: rateText(rate),
      markPrice: rateText(priceAt(instrument, timeMs) * 10_000_000),
      rateType: 'Regular',
    })),
  )
}

/** The instrument that is asked for, while it trades. */
function find({ venue, instruments, query, now }: Question): SiteInstrument | undefined {
  const symbol = query.get('symbol')
  return instruments.find(
    (candidate) =>
      candidate.venue === venue &&
      candidate.symbol === symbol &&
      now >= listedMs(candidate) &&
      now < delistedMs(candidate),
  )
}

function timeFor({ venue, micros }: Question, ms: number): number {
  return micros && venue === 'binance-spot' ? ms * 1000 : ms
}

function ok(weight: number, body: unknown): RestAnswer {
  return { status: 200, body, weight }
}

function badSymbol(weight: number): RestAnswer {
  return refuse(400, weight, -1121, 'Invalid symbol.')
}

function refuse(status: number, weight: number, code: number, msg: string): RestAnswer {
  return { status, body: { code, msg }, weight }
}
