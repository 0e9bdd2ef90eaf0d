/**
 * Paging through REST: which request comes next, and what its answer becomes in the columns of the archive files.
 * In: a cursor and an answer. Out: CSV lines and the next cursor. Every row lies in `[from, until)` and comes once: candles
 * page by opening time, trades by id, fundings by time. A candle counts once it is closed.
 * Refuses answers whose shape is unexpected, as a whole and with the reason: nothing is guessed.
 */
import { toMillis, type RestRequest } from './rest-client.ts'
import { rowsMax, type RestEndpoint } from './rest-weights.ts'
import { restInterval, type PublicVenue, type Series } from './series.ts'

/** Where the next request begins: at a time (ms) or at an id. Plain data, kept beside the file. */
export type Cursor = { readonly by: 'time'; readonly ms: number } | { readonly by: 'id'; readonly id: number }

/** What one answer gave. */
export interface Page {
  readonly lines: readonly string[]
  readonly next: Cursor
  /** True when nothing before `until` is left to ask for. */
  readonly done: boolean
  /** Earlier than asked where the last candle is still forming: everything before it is there. */
  readonly until: number
}

/** Thrown by `read` for an answer that is not what the interface promises; the message completes "answers with …". */
export class BadAnswer extends Error {
  override readonly name: string = 'BadAnswer'
}

export interface Pager {
  /** The header row of the archive files; undefined where they have none. */
  readonly header: string | undefined
  /** How far back the venue answers, in ms; undefined for ever. Beyond it an empty answer does not mean that nothing was. */
  readonly reachMs: number | undefined
  request(cursor: Cursor, until: number): RestRequest
  /** `settled`: the venue's time up to which its answers do not change any more. All times in ms. */
  read(answer: unknown, cursor: Cursor, until: number, settled: number): Page
}

const HOUR_MS = 3_600_000
/** aggTrades by time must span less than an hour. */
const WINDOW_MS = HOUR_MS
/** No funding interval is longer; so far back lies the previous funding, which gives the interval. */
const FUNDING_LOOKBACK_MS = 24 * HOUR_MS
const FUNDING_HOURS = 8
/** Aggregated trades of futures are served for so long. */
const AGG_TRADES_REACH_MS = 48 * HOUR_MS

const INTERVAL_MS: ReadonlyMap<string, number> = new Map([
  ['1s', 1000],
  ['1m', 60_000],
  ['3m', 180_000],
  ['5m', 300_000],
  ['15m', 900_000],
  ['30m', 1_800_000],
  ['1h', HOUR_MS],
  ['2h', 2 * HOUR_MS],
  ['4h', 4 * HOUR_MS],
  ['6h', 6 * HOUR_MS],
  ['8h', 8 * HOUR_MS],
  ['12h', 12 * HOUR_MS],
  ['1d', 24 * HOUR_MS],
])

const HEADERS = {
  candles:
    'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore',
  aggTrades: 'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker',
  fundingRate: 'calc_time,funding_interval_hours,last_funding_rate',
}

/** The pager of a series; undefined where REST serves it to nobody without a key (raw trades of futures). */
export function pagerOf(series: Series): Pager | undefined {
  switch (series.kind) {
    case 'klines':
    case 'markPriceKlines':
      return candlePager(series, series.kind)
    case 'aggTrades':
      return aggTradePager(series)
    case 'trades':
      return series.venue === 'binance-spot' ? tradePager(series) : undefined
    case 'fundingRate':
      return fundingPager(series)
  }
}

function candlePager(series: Series, endpoint: RestEndpoint): Pager {
  const most = rowsMax(series.venue, endpoint)
  const interval = series.interval ?? ''
  const length = INTERVAL_MS.get(interval) ?? 24 * HOUR_MS
  const rowsFor = (cursor: Cursor, until: number): number =>
    Math.min(most, Math.max(1, Math.ceil((until - timeAt(cursor)) / length)))
  return {
    header: headerOf(series.venue, HEADERS.candles),
    reachMs: undefined,
    request(cursor, until) {
      const rows = rowsFor(cursor, until)
      const range = [['startTime', timeAt(cursor)] as const, ['endTime', until - 1] as const]
      return {
        endpoint,
        rows,
        query: [['symbol', series.symbol], ['interval', restInterval(interval)], ...range, ['limit', rows]],
      }
    },
    read(answer, cursor, until, settled) {
      const rows = arrayOf(answer, 'candles')
      const lines: string[] = []
      let next = timeAt(cursor)
      for (const row of rows) {
        const cells = arrayOf(row, 'candles')
        if (cells.length !== 12) throw new BadAnswer(`a candle of ${cells.length} cells`)
        const open = toMillis(integer(cells[0], 'opening time'))
        const close = toMillis(integer(cells[6], 'closing time'))
        if (open < next || open >= until) throw new BadAnswer('candles outside the time asked for, or out of order')
        if (close >= settled) return { lines, next: byTime(next), done: true, until: open }
        lines.push(cells.map((cell, at) => plain(cell, `cell ${at + 1} of a candle`)).join(','))
        next = open + 1
      }
      return { lines, next: byTime(next), done: rows.length < rowsFor(cursor, until) || next >= until, until }
    },
  }
}

function aggTradePager(series: Series): Pager {
  const rows = rowsMax(series.venue, 'aggTrades')
  const spot = series.venue === 'binance-spot'
  return {
    header: headerOf(series.venue, HEADERS.aggTrades),
    reachMs: spot ? undefined : AGG_TRADES_REACH_MS,
    request: (cursor, until) => aggTradeRequest(series, cursor, until, rows),
    read(answer, cursor, until) {
      const trades = arrayOf(answer, 'aggregated trades')
      return readTrades(trades, cursor, until, rows, (trade) => {
        const id = integer(field(trade, 'a'), 'trade id')
        const time = integer(field(trade, 'T'), 'time')
        const cells = [
          id,
          plain(field(trade, 'p'), 'price'),
          plain(field(trade, 'q'), 'quantity'),
          integer(field(trade, 'f'), 'first id'),
          integer(field(trade, 'l'), 'last id'),
          time,
          flag(field(trade, 'm'), spot),
          ...(spot ? [flag(field(trade, 'M'), true)] : []),
        ]
        return { id, ms: toMillis(time), line: cells.join(',') }
      })
    },
  }
}

/** Raw trades are asked for by id; the first id of the time comes from the first aggregated trade. */
function tradePager(series: Series): Pager {
  const rows = rowsMax(series.venue, 'historicalTrades')
  return {
    header: undefined,
    reachMs: undefined,
    request(cursor, until) {
      if (cursor.by === 'time') return aggTradeRequest(series, cursor, until, 1)
      const query = [['symbol', series.symbol] as const, ['fromId', cursor.id] as const, ['limit', rows] as const]
      return { endpoint: 'historicalTrades', rows, query }
    },
    read(answer, cursor, until) {
      const trades = arrayOf(answer, 'trades')
      if (cursor.by === 'time') {
        const first = trades[0]
        if (first === undefined) return emptyWindow(cursor.ms, until)
        const id = integer(field(first, 'f'), 'first id')
        return { lines: [], next: { by: 'id', id }, done: false, until }
      }
      return readTrades(trades, cursor, until, rows, (trade) => {
        const id = integer(field(trade, 'id'), 'trade id')
        const time = integer(field(trade, 'time'), 'time')
        const cells = [
          id,
          plain(field(trade, 'price'), 'price'),
          plain(field(trade, 'qty'), 'quantity'),
          plain(field(trade, 'quoteQty'), 'quote quantity'),
          time,
          flag(field(trade, 'isBuyerMaker'), true),
          flag(field(trade, 'isBestMatch'), true),
        ]
        return { id, ms: toMillis(time), line: cells.join(',') }
      })
    },
  }
}

function aggTradeRequest(series: Series, cursor: Cursor, until: number, rows: number): RestRequest {
  const place =
    cursor.by === 'id'
      ? [['fromId', cursor.id] as const]
      : [['startTime', cursor.ms] as const, ['endTime', Math.min(cursor.ms + WINDOW_MS, until) - 1] as const]
  return { endpoint: 'aggTrades', rows, query: [['symbol', series.symbol], ...place, ['limit', rows]] }
}

function readTrades(
  trades: readonly unknown[],
  cursor: Cursor,
  until: number,
  limit: number,
  read: (trade: unknown) => { readonly id: number; readonly ms: number; readonly line: string },
): Page {
  const lines: string[] = []
  let next = cursor
  for (const each of trades) {
    const trade = read(each)
    if (next.by === 'id' ? trade.id < next.id : trade.ms < next.ms) throw new BadAnswer('trades out of order')
    if (trade.ms >= until) return { lines, next, done: true, until }
    lines.push(trade.line)
    next = { by: 'id', id: trade.id + 1 }
  }
  if (cursor.by === 'time')
    return lines.length === 0 ? emptyWindow(cursor.ms, until) : { lines, next, done: false, until }
  return { lines, next, done: trades.length < limit, until }
}

/** Nothing was traded in this hour: on to the next. */
function emptyWindow(from: number, until: number): Page {
  const next = Math.min(from + WINDOW_MS, until)
  return { lines: [], next: byTime(next), done: next >= until, until }
}

function fundingPager(series: Series): Pager {
  const rows = rowsMax(series.venue, 'fundingRate')
  return {
    header: headerOf(series.venue, HEADERS.fundingRate),
    reachMs: undefined,
    request(cursor, until) {
      const from = Math.max(0, timeAt(cursor) - FUNDING_LOOKBACK_MS)
      const range = [['startTime', from] as const, ['endTime', until - 1] as const]
      return { endpoint: 'fundingRate', rows, query: [['symbol', series.symbol], ...range, ['limit', rows]] }
    },
    read(answer, cursor, until) {
      const fundings = arrayOf(answer, 'fundings').map((funding) => ({
        ms: integer(field(funding, 'fundingTime'), 'funding time'),
        rate: plain(field(funding, 'fundingRate'), 'funding rate'),
      }))
      const lines: string[] = []
      let next = timeAt(cursor)
      for (const [at, { ms, rate }] of fundings.entries()) {
        const before = fundings[at - 1]
        if (before !== undefined && ms <= before.ms) throw new BadAnswer('fundings out of order')
        if (ms < next || ms >= until) continue
        // REST does not say the interval; the time since the previous funding does (the next one's for the very first).
        const pair = before ?? fundings[at + 1]
        const hours = pair === undefined ? FUNDING_HOURS : Math.round(Math.abs(ms - pair.ms) / HOUR_MS)
        lines.push(`${ms},${hours},${rate}`)
        next = ms + 1
      }
      return { lines, next: byTime(next), done: fundings.length < rows || next >= until, until }
    },
  }
}

function headerOf(venue: PublicVenue, header: string): string | undefined {
  return venue === 'binance-usdm' ? header : undefined
}

function byTime(ms: number): Cursor {
  return { by: 'time', ms }
}

function timeAt(cursor: Cursor): number {
  if (cursor.by !== 'time') throw new Error('this series pages by time')
  return cursor.ms
}

function arrayOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new BadAnswer(`something that is no list of ${what}`)
  return value
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw new BadAnswer('a row that is no object')
  return (value as Readonly<Record<string, unknown>>)[name]
}

function integer(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new BadAnswer(`${what} ${JSON.stringify(value)}, which is no integer that can be held exactly`)
}

/** A number as the venue wrote it; nothing else may become a cell. */
function plain(value: unknown, what: string): string {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text === 'string' && /^-?\d+(?:\.\d+)?$/.test(text)) return text
  throw new BadAnswer(`${what} ${JSON.stringify(value)}, which is no plain decimal`)
}

/** The archives write True on spot and true on futures. */
function flag(value: unknown, capital: boolean): string {
  if (typeof value !== 'boolean') throw new BadAnswer(`${JSON.stringify(value)} where true or false belongs`)
  return capital ? (value ? 'True' : 'False') : String(value)
}
