/**
 * A made-up market that can be asked about any stretch of time and always answers the same: what the fixture site serves.
 * Every 20 s (per instrument) something happens: one taker order of two trades at one price. Candles, aggregated trades and
 * raw trades are computed from these events alone, so that each is an oracle for the others.
 */

export type SiteVenue = 'binance-usdm' | 'binance-spot'

/** An instrument of the made-up market. */
export interface SiteInstrument {
  readonly venue: SiteVenue
  readonly symbol: string
  readonly base: string
  readonly quote: string
  /** Trading begins and (if at all) ends; UTC dates. */
  readonly listed: string
  readonly delisted?: string
  /** Around which the price swings, in quote units. */
  readonly price: number
  /** Hours between fundings; futures only. */
  readonly fundingHours?: number
  /** Milliseconds between events. */
  readonly everyMs?: number
}

/** One taker order: two trades of the same time and price. Prices in ticks of 0.1, quantities in steps of 0.001. */
export interface SiteEvent {
  /** The aggregated trade's id; its trades are `2 * id - 1` and `2 * id`. */
  readonly id: number
  readonly timeMs: number
  readonly ticks: number
  readonly steps: readonly [number, number]
  readonly buyerIsMaker: boolean
}

/** A candle in the columns of the site, all but the times as exact counts (ticks, steps, ticks × steps). */
export interface SiteCandle {
  readonly openMs: number
  readonly closeMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly quoteVolume: number
  readonly trades: number
  readonly takerVolume: number
  readonly takerQuoteVolume: number
}

export interface SiteFunding {
  readonly timeMs: number
  readonly hours: number
  /** In units of 10^-8. */
  readonly rate: number
}

export const TICKS_PER_UNIT = 10
export const STEPS_PER_UNIT = 1000
const DEFAULT_EVERY_MS = 20_000
const DEFAULT_FUNDING_HOURS = 8

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Interval names of the REST interface; `1M` is a calendar month. */
const INTERVAL_MS: ReadonlyMap<string, number> = new Map([
  ['1s', 1000],
  ['1m', MINUTE],
  ['3m', 3 * MINUTE],
  ['5m', 5 * MINUTE],
  ['15m', 15 * MINUTE],
  ['30m', 30 * MINUTE],
  ['1h', HOUR],
  ['2h', 2 * HOUR],
  ['4h', 4 * HOUR],
  ['6h', 6 * HOUR],
  ['8h', 8 * HOUR],
  ['12h', 12 * HOUR],
  ['1d', DAY],
  ['3d', 3 * DAY],
  ['1w', 7 * DAY],
])

/** 1970-01-05, a Monday: weekly candles count from here. */
const FIRST_MONDAY = 4 * DAY

export function listedMs(instrument: SiteInstrument): number {
  return Date.parse(instrument.listed)
}

/** When trading ends; infinite while it goes on. */
export function delistedMs(instrument: SiteInstrument): number {
  return instrument.delisted === undefined ? Infinity : Date.parse(instrument.delisted)
}

/** All events with `from <= time < to`, in order. */
export function eventsBetween(instrument: SiteInstrument, from: number, to: number): SiteEvent[] {
  const start = listedMs(instrument)
  const every = instrument.everyMs ?? DEFAULT_EVERY_MS
  const end = Math.min(to, delistedMs(instrument))
  const events: SiteEvent[] = []
  for (let slot = Math.max(0, Math.floor((from - start) / every)); start + slot * every < end; slot++) {
    const event = eventOf(instrument, slot)
    if (event.timeMs >= from && event.timeMs < end) events.push(event)
  }
  return events
}

/** At most `count` events from the one with this id on, before `to`. */
export function eventsFrom(instrument: SiteInstrument, id: number, count: number, to: number): SiteEvent[] {
  const events: SiteEvent[] = []
  for (let next = Math.max(1, id); events.length < count; next++) {
    const event = eventOf(instrument, next - 1)
    if (event.timeMs >= Math.min(to, delistedMs(instrument))) break
    events.push(event)
  }
  return events
}

/** Start of the candle that holds `time`, and start of the next. */
export function candleBounds(interval: string, time: number): readonly [number, number] {
  if (interval === '1M') {
    const date = new Date(time)
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
    return [Date.UTC(year, month), Date.UTC(year, month + 1)]
  }
  const length = INTERVAL_MS.get(interval)
  if (length === undefined) throw new Error(`no interval ${interval}`)
  const origin = interval === '1w' ? FIRST_MONDAY : 0
  const start = origin + Math.floor((time - origin) / length) * length
  return [start, start + length]
}

export function isInterval(interval: string): boolean {
  return interval === '1M' || INTERVAL_MS.has(interval)
}

/** At most `count` candles that open at `from` or later and before `to`, made of the events before `now`. */
export function candlesBetween(
  instrument: SiteInstrument,
  interval: string,
  from: number,
  to: number,
  now: number,
  count = Infinity,
): SiteCandle[] {
  const candles: SiteCandle[] = []
  const first = Math.max(from, candleBounds(interval, listedMs(instrument))[0])
  let [open, next] = candleBounds(interval, first)
  if (open < first) [open, next] = candleBounds(interval, next)
  let last = priceAt(instrument, open)
  while (open < Math.min(to, now, delistedMs(instrument)) && candles.length < count) {
    const candle = candleOf(open, next, eventsBetween(instrument, open, Math.min(next, now)), last)
    candles.push(candle)
    last = candle.close
    ;[open, next] = candleBounds(interval, next)
  }
  return candles
}

/** Fundings with `from <= time < to`; like the venue's they come a few milliseconds after the hour. */
export function fundingsBetween(instrument: SiteInstrument, from: number, to: number): SiteFunding[] {
  const hours = instrument.fundingHours ?? DEFAULT_FUNDING_HOURS
  const fundings: SiteFunding[] = []
  const begin = Math.max(from, listedMs(instrument) + 1)
  for (let due = Math.floor(begin / (hours * HOUR)) * hours * HOUR; due < to; due += hours * HOUR) {
    const noise = scramble(due / HOUR, instrument.price)
    const timeMs = due + (noise % 12)
    if (timeMs < begin || timeMs >= Math.min(to, delistedMs(instrument))) continue
    fundings.push({ timeMs, hours, rate: (noise % 20_001) - 5000 })
  }
  return fundings
}

/** The price in ticks at a moment; also taken as the mark price. */
export function priceAt(instrument: SiteInstrument, time: number): number {
  const minutes = time / MINUTE
  const swing = 0.05 * Math.sin(minutes / 4111) + 0.01 * Math.sin(minutes / 97) + 0.002 * Math.sin(minutes / 3)
  return Math.round(instrument.price * TICKS_PER_UNIT * (1 + swing))
}

function eventOf(instrument: SiteInstrument, slot: number): SiteEvent {
  const every = instrument.everyMs ?? DEFAULT_EVERY_MS
  const noise = scramble(slot, instrument.price)
  const timeMs = listedMs(instrument) + slot * every + (noise % every)
  return {
    id: slot + 1,
    timeMs,
    ticks: priceAt(instrument, timeMs) + (noise % 5) - 2,
    steps: [1 + (noise % 997), 1 + ((noise >>> 10) % 1499)],
    buyerIsMaker: (noise & 0x100) !== 0,
  }
}

/** A candle of these events; without events it is flat at the last price. */
function candleOf(openMs: number, next: number, events: readonly SiteEvent[], last: number): SiteCandle {
  const open = events[0]?.ticks ?? last
  let [high, low] = [open, open]
  let [volume, quoteVolume, takerVolume, takerQuoteVolume] = [0, 0, 0, 0]
  for (const event of events) {
    high = Math.max(high, event.ticks)
    low = Math.min(low, event.ticks)
    const steps = event.steps[0] + event.steps[1]
    volume += steps
    quoteVolume += steps * event.ticks
    if (event.buyerIsMaker) continue
    takerVolume += steps
    takerQuoteVolume += steps * event.ticks
  }
  return {
    openMs,
    closeMs: next - 1,
    open,
    high,
    low,
    close: events.at(-1)?.ticks ?? last,
    volume,
    quoteVolume,
    trades: events.length * 2,
    takerVolume,
    takerQuoteVolume,
  }
}

/** An unsigned 32-bit number that looks random but depends on its arguments only. */
function scramble(a: number, b: number): number {
  let mixed = Math.imul(a ^ Math.imul(b | 0, 0x9e3779b1), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 13)) >>> 0
}
