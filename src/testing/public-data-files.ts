/**
 * The files of the fixture site: which exist at a moment, and what is in them.
 * Layout, columns, headers and units are those of the real site: futures with a header row and milliseconds, spot without
 * and, from 2025 on, with microseconds; daily files the next day, monthly ones after the first Monday.
 */
import {
  candlesBetween,
  delistedMs,
  eventsBetween,
  fundingsBetween,
  isInterval,
  listedMs,
  priceAt,
  STEPS_PER_UNIT,
  TICKS_PER_UNIT,
  type SiteCandle,
  type SiteInstrument,
} from './synthetic-market.ts'

const DAY = 86_400_000
/** The daily files of a day appear this long after its end. */
const DAILY_DELAY_MS = 6 * 3_600_000
const MICROSECONDS_FROM = Date.UTC(2025, 0, 1)

const KINDS = new Set(['klines', 'markPriceKlines', 'trades', 'aggTrades', 'fundingRate'])
const WITH_INTERVAL = new Set(['klines', 'markPriceKlines'])
const FUTURES_ONLY = new Set(['markPriceKlines', 'fundingRate'])
/** Candles longer than a day are published by the month only. */
const MONTHLY_ONLY = new Set(['3d', '1w', '1mo'])

const CANDLE_COLUMNS =
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore'
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ['klines', CANDLE_COLUMNS],
  ['markPriceKlines', CANDLE_COLUMNS],
  ['trades', 'id,price,qty,quote_qty,time,is_buyer_maker'],
  ['aggTrades', 'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker'],
  ['fundingRate', 'calc_time,funding_interval_hours,last_funding_rate'],
])

/** One file of the site, as its path names it. */
export interface SiteFile {
  readonly instrument: SiteInstrument
  readonly kind: string
  /** The site's name (`1mo`); undefined for kinds without. */
  readonly interval: string | undefined
  readonly fromMs: number
  readonly toMs: number
  /** File name without `.zip`. */
  readonly stem: string
}

/** The file that a path means, if it exists at `now`. The path is that of the zip, without `.CHECKSUM`. */
export function siteFileAt(path: string, instruments: readonly SiteInstrument[], now: number): SiteFile | undefined {
  const match = /^\/data\/(spot|futures\/um)\/(daily|monthly)\/(\w+)\/([^/]+)\/(?:(\w+)\/)?([^/]+)\.zip$/.exec(path)
  if (match === null) return undefined
  const [, area, cycle, kind = '', symbol = '', interval, stem = ''] = match
  const venue = area === 'spot' ? 'binance-spot' : 'binance-usdm'
  const instrument = instruments.find((candidate) => candidate.venue === venue && candidate.symbol === symbol)
  if (instrument === undefined || !KINDS.has(kind) || WITH_INTERVAL.has(kind) !== (interval !== undefined))
    return undefined
  if (venue === 'binance-spot' && FUTURES_ONLY.has(kind)) return undefined
  if (interval !== undefined && !isInterval(interval === '1mo' ? '1M' : interval)) return undefined
  if (interval === '1s' && venue === 'binance-usdm') return undefined
  if (cycle === 'daily' && (kind === 'fundingRate' || MONTHLY_ONLY.has(interval ?? ''))) return undefined

  const prefix = `${symbol}-${interval ?? kind}-`
  if (!stem.startsWith(prefix)) return undefined
  const period = stem.slice(prefix.length)
  if (!(cycle === 'daily' ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}-\d\d$/).test(period)) return undefined
  const fromMs = Date.parse(period)
  if (Number.isNaN(fromMs)) return undefined
  const toMs = cycle === 'daily' ? fromMs + DAY : nextMonth(fromMs)
  const published = cycle === 'daily' ? toMs + DAILY_DELAY_MS : firstMonday(toMs) + DAILY_DELAY_MS
  if (now < published || toMs <= listedMs(instrument) || fromMs >= delistedMs(instrument)) return undefined
  return { instrument, kind, interval, fromMs, toMs, stem }
}

/** The CSV inside a file. */
export function csvOf(file: SiteFile): string {
  const { instrument, kind } = file
  const rows = rowsOf(file).map((cells) => cells.join(','))
  const header = instrument.venue === 'binance-usdm' ? [COLUMNS.get(kind) ?? ''] : []
  return [...header, ...rows].join('\n') + '\n'
}

function rowsOf(file: SiteFile): (string | number)[][] {
  const { instrument, kind, fromMs, toMs } = file
  const spot = instrument.venue === 'binance-spot'
  const time = (ms: number): number => (spot && ms >= MICROSECONDS_FROM ? ms * 1000 : ms)
  const flag = (value: boolean): string => (spot ? (value ? 'True' : 'False') : String(value))
  const best = spot ? ['True'] : []
  switch (kind) {
    case 'klines':
    case 'markPriceKlines': {
      const interval = file.interval === '1mo' ? '1M' : (file.interval ?? '')
      return candlesBetween(instrument, interval, fromMs, toMs, Infinity).map((candle) => {
        const cells = candleCells(instrument, kind, candle)
        const micros = time(candle.openMs) !== candle.openMs
        return cells.map((cell, at) => (at === 0 || at === 6 ? timeCell(Number(cell), at, micros) : cell))
      })
    }
    case 'aggTrades':
      return eventsBetween(instrument, fromMs, toMs).map((event) => {
        const quantity = quantityText(instrument, event.steps[0] + event.steps[1])
        const ids = [event.id * 2 - 1, event.id * 2]
        const price = priceText(instrument, event.ticks)
        return [event.id, price, quantity, ...ids, time(event.timeMs), flag(event.buyerIsMaker), ...best]
      })
    case 'trades':
      return eventsBetween(instrument, fromMs, toMs).flatMap((event) =>
        event.steps.map((steps, at) => {
          const price = priceText(instrument, event.ticks)
          const quote = quoteText(instrument, steps * event.ticks)
          const id = event.id * 2 - 1 + at
          const quantity = quantityText(instrument, steps)
          return [id, price, quantity, quote, time(event.timeMs), flag(event.buyerIsMaker), ...best]
        }),
      )
    case 'fundingRate':
      return fundingsBetween(instrument, fromMs, toMs).map(({ timeMs, hours, rate }) => [timeMs, hours, rateText(rate)])
    default:
      throw new Error(`no kind ${kind}`)
  }
}

/** Opening times end in 000 µs, closing times in 999 µs. */
function timeCell(ms: number, at: number, micros: boolean): number {
  if (!micros) return ms
  return at === 6 ? ms * 1000 + 999 : ms * 1000
}

/** The twelve cells of a candle, times in milliseconds. */
export function candleCells(instrument: SiteInstrument, kind: string, candle: SiteCandle): (string | number)[] {
  if (kind === 'markPriceKlines') {
    const marks = [candle.openMs, candle.closeMs].map((at) => rateText(priceAt(instrument, at) * 10_000_000))
    const [open = '', close = ''] = marks
    const [high, low] = Number(open) > Number(close) ? [open, close] : [close, open]
    return [candle.openMs, open, high, low, close, '0', candle.closeMs, '0', 60, '0', '0', '0']
  }
  return [
    candle.openMs,
    ...[candle.open, candle.high, candle.low, candle.close].map((ticks) => priceText(instrument, ticks)),
    quantityText(instrument, candle.volume),
    candle.closeMs,
    quoteText(instrument, candle.quoteVolume),
    candle.trades,
    quantityText(instrument, candle.takerVolume),
    quoteText(instrument, candle.takerQuoteVolume),
    '0',
  ]
}

export function priceText(instrument: SiteInstrument, ticks: number): string {
  return decimalText(ticks, TICKS_PER_UNIT, instrument.venue === 'binance-spot' ? 8 : 1)
}

export function quantityText(instrument: SiteInstrument, steps: number): string {
  return decimalText(steps, STEPS_PER_UNIT, instrument.venue === 'binance-spot' ? 8 : 3)
}

export function quoteText(instrument: SiteInstrument, product: number): string {
  return decimalText(product, TICKS_PER_UNIT * STEPS_PER_UNIT, instrument.venue === 'binance-spot' ? 8 : 4)
}

/** A count of 10^-8. */
export function rateText(count: number): string {
  return decimalText(count, 100_000_000, 8)
}

function decimalText(count: number, scale: number, decimals: number): string {
  const whole = Math.trunc(Math.abs(count) / scale)
  const digits = String(scale).length - 1
  const fraction = String(Math.abs(count) % scale)
    .padStart(digits, '0')
    .padEnd(decimals, '0')
  return `${count < 0 ? '-' : ''}${whole}.${fraction}`
}

function nextMonth(ms: number): number {
  const date = new Date(ms)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}

function firstMonday(monthStart: number): number {
  return monthStart + ((8 - new Date(monthStart).getUTCDay()) % 7) * DAY
}
