/**
 * Instruments from the venue's exchange information.
 *
 * In: the answer of `exchangeInfo` (USD-M or spot), or a line of a recording that holds one (`url -> time: body`). Out: one
 * instrument per symbol, all its filters as integer counts, and a problem for each symbol whose rules cannot be held.
 *
 * The price and quantity quantum is what the venue prints, which may be finer than tick and step: orders that were placed
 * before a tick was raised stay in the book, and a level that cannot be held would break it.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { DEFAULT_MARK_DECIMALS } from '../../core/market/instrument.ts'
import { significantDecimals, tryParseAmount, tryParseDecimal } from '../../core/number/decimal.ts'
import { divideRounded } from '../../core/number/rounding.ts'
import { type JsonObject, type JsonValue, readJson } from '../json.ts'
import type { BinanceVenue } from './decoder.ts'
import type { Problem } from './problem.ts'

/** Binance prints no price and no quantity with more decimals. */
export const FINEST_DECIMALS = 8
const MICRO_DECIMALS = 6
/** Fine enough for every limit the venue states. */
const LIMIT_DECIMALS = 18
/** A side of a book, a candle or a day may hold this many times the largest order, and still be counted exactly. */
const QUANTITY_ROOM = 100_000
/** Prices may rise this far above the largest price of an order. */
const PRICE_ROOM = 16

export interface ExchangeInfo {
  readonly instruments: readonly Instrument[]
  readonly problems: readonly Problem[]
}

const ARROW = 0x3e
const BRACE = 0x7b

/** Reads `bytes`, the whole answer or a recorded line that holds it. */
export function readExchangeInfo(bytes: Uint8Array, venue: BinanceVenue): ExchangeInfo {
  const parsed = readJson(bytes, bodyStart(bytes), bodyEnd(bytes))
  if (!parsed.ok) return failed(parsed.offset, `no JSON: ${parsed.problem}`)
  const symbols = fieldOf(parsed.value, 'symbols')
  if (symbols?.kind !== 'array')
    return failed(parsed.value.offset, 'no exchange information: it has no list of symbols')
  const instruments: Instrument[] = []
  const problems: Problem[] = []
  const seen = new Set<string>()
  for (const entry of symbols.items) {
    try {
      const instrument = readSymbolRules(new Rules(entry), venue)
      if (seen.has(instrument.symbol))
        throw new BadRule(entry.offset, 'symbol', `symbol ${instrument.symbol} is given twice`)
      seen.add(instrument.symbol)
      instruments.push(instrument)
    } catch (error) {
      if (!(error instanceof BadRule)) throw error
      const symbol = textOf(fieldOf(entry, 'symbol')) ?? ''
      problems.push({ code: 'bad-field', reason: error.message, offset: error.offset, field: error.field, symbol })
    }
  }
  return { instruments, problems }
}

/** Behind the `-> time: ` of a recorded line; the start of a plain answer. */
function bodyStart(bytes: Uint8Array): number {
  const brace = bytes.indexOf(BRACE)
  const arrow = bytes.indexOf(ARROW)
  return arrow >= 0 && arrow < brace ? brace : 0
}

/** The end of the line in a recording, the end of the file otherwise. */
function bodyEnd(bytes: Uint8Array): number {
  const start = bodyStart(bytes)
  const end = start === 0 ? -1 : bytes.indexOf(0x0a, start)
  return end < 0 ? bytes.length : end
}

function failed(offset: number, reason: string): ExchangeInfo {
  return { instruments: [], problems: [{ code: 'syntax', reason, offset, field: '', symbol: '' }] }
}

/** Leaves the reading of one symbol; never leaves this file. */
class BadRule extends Error {
  readonly offset: number
  readonly field: string
  constructor(offset: number, field: string, reason: string) {
    super(reason)
    this.offset = offset
    this.field = field
  }
}

/** One entry of `symbols` and its filters by type. */
class Rules {
  readonly entry: JsonValue
  readonly filters: ReadonlyMap<string, JsonObject>

  constructor(entry: JsonValue) {
    this.entry = entry
    const list = fieldOf(entry, 'filters')
    if (list?.kind !== 'array') throw new BadRule(entry.offset, 'filters', 'filters are missing')
    const filters = new Map<string, JsonObject>()
    for (const filter of list.items) {
      const type = textOf(fieldOf(filter, 'filterType'))
      if (filter.kind === 'object' && type !== undefined) filters.set(type, filter)
    }
    this.filters = filters
  }

  text(key: string): string {
    const value = fieldOf(this.entry, key)
    const text = textOf(value)
    if (text === undefined) throw new BadRule((value ?? this.entry).offset, key, `${key} is missing`)
    return text
  }

  /** A whole number, or undefined when the entry has none. */
  wholeNumber(key: string): number | undefined {
    const value = fieldOf(this.entry, key)
    if (value?.kind !== 'number' || !/^[0-9]{1,2}$/.test(value.text)) return undefined
    return Number(value.text)
  }

  /** A number of a filter as text; '0' (no limit) where filter or field is absent and may be. */
  limit(filter: string, key: string, needed = false): string {
    const rules = this.filters.get(filter)
    const value = rules?.fields.get(key)
    const text = value?.kind === 'string' || value?.kind === 'number' ? value.text : undefined
    const place = (value ?? rules ?? this.entry).offset
    if (text === undefined) {
      if (needed || value !== undefined) throw new BadRule(place, `${filter}.${key}`, `${filter}.${key} is missing`)
      return '0'
    }
    if (!tryParseAmount(text, LIMIT_DECIMALS).ok)
      throw new BadRule(place, `${filter}.${key}`, `${filter}.${key} is no usable number: ${text}`)
    return text
  }
}

function readSymbolRules(rules: Rules, venue: BinanceVenue): Instrument {
  const spot = venue === 'binance-spot'
  const quote = rules.text('quoteAsset')
  const tick = rules.limit('PRICE_FILTER', 'tickSize', true)
  const step = rules.limit('LOT_SIZE', 'stepSize', true)
  const marketStep = rules.limit('MARKET_LOT_SIZE', 'stepSize')
  const maxPrice = rules.limit('PRICE_FILTER', 'maxPrice')
  const maxQuantity = rules.limit('LOT_SIZE', 'maxQty')

  const finestPrice = Math.max(significantDecimals(tick), significantDecimals(rules.limit('PRICE_FILTER', 'minPrice')))
  const finestQuantity = Math.max(significantDecimals(step), significantDecimals(marketStep))
  // Spot prints all prices and quantities with the precision of the asset, futures with that of the instrument.
  const printedPrice = (spot ? rules.wholeNumber('quotePrecision') : rules.wholeNumber('pricePrecision')) ?? finestPrice
  const printedQuantity =
    (spot ? rules.wholeNumber('baseAssetPrecision') : rules.wholeNumber('quantityPrecision')) ?? finestQuantity
  const priceDecimals = decimalsBetween(finestPrice, printedPrice, maxPrice, PRICE_ROOM)
  const quantityDecimals = decimalsBetween(finestQuantity, printedQuantity, maxQuantity, QUANTITY_ROOM)

  const price = (text: string, rounding: 'floor' | 'ceil'): number => countOf(rules, text, priceDecimals, rounding)
  const quantity = (text: string, rounding: 'floor' | 'ceil'): number =>
    countOf(rules, text, quantityDecimals, rounding)
  const notional = rules.filters.has('NOTIONAL') ? 'NOTIONAL' : 'MIN_NOTIONAL'
  const band = rules.filters.has('PERCENT_PRICE_BY_SIDE') ? 'PERCENT_PRICE_BY_SIDE' : 'PERCENT_PRICE'
  const bySide = band === 'PERCENT_PRICE_BY_SIDE'
  return {
    venue,
    market: spot ? 'spot' : 'linear',
    symbol: rules.text('symbol'),
    version: 1,
    base: rules.text('baseAsset'),
    quote,
    settle: spot ? quote : rules.text('marginAsset'),
    contractSize: 1,
    priceDecimals,
    quantityDecimals,
    markDecimals: DEFAULT_MARK_DECIMALS,
    tickSize: price(tick, 'ceil'),
    stepSize: quantity(step, 'ceil'),
    minQuantity: quantity(rules.limit('LOT_SIZE', 'minQty'), 'ceil'),
    maxQuantity: quantity(maxQuantity, 'floor'),
    marketStepSize: quantity(marketStep, 'ceil'),
    marketMinQuantity: quantity(rules.limit('MARKET_LOT_SIZE', 'minQty'), 'ceil'),
    marketMaxQuantity: quantity(rules.limit('MARKET_LOT_SIZE', 'maxQty'), 'floor'),
    minPrice: price(rules.limit('PRICE_FILTER', 'minPrice'), 'ceil'),
    maxPrice: price(maxPrice, 'floor'),
    minNotionalMicros: countOf(rules, rules.limit(notional, spot ? 'minNotional' : 'notional'), MICRO_DECIMALS, 'ceil'),
    priceBandUpPpm: countOf(
      rules,
      rules.limit(band, bySide ? 'bidMultiplierUp' : 'multiplierUp'),
      MICRO_DECIMALS,
      'floor',
    ),
    priceBandDownPpm: countOf(
      rules,
      rules.limit(band, bySide ? 'askMultiplierDown' : 'multiplierDown'),
      MICRO_DECIMALS,
      'ceil',
    ),
    inferred: false,
  }
}

/**
 * As many decimals as the venue prints, but at least those of its own steps, and not so many that `room` times the largest
 * order would leave the exact integers.
 */
function decimalsBetween(finest: number, printed: number, largest: string, room: number): number {
  let decimals = Math.max(finest, Math.min(printed, FINEST_DECIMALS))
  while (decimals > finest) {
    const count = tryParseAmount(largest, decimals)
    if (!count.ok || count.value * BigInt(room) <= BigInt(Number.MAX_SAFE_INTEGER)) break
    decimals--
  }
  return decimals
}

/** A limit as a count; one that lies between two counts moves to the stricter of them. */
function countOf(rules: Rules, text: string, decimals: number, rounding: 'floor' | 'ceil'): number {
  const exact = tryParseDecimal(text, decimals)
  if (exact.ok) return exact.value
  const fine = tryParseAmount(text, LIMIT_DECIMALS)
  const count = fine.ok
    ? Number(divideRounded(fine.value, BigInt(`1${'0'.repeat(LIMIT_DECIMALS - decimals)}`), rounding))
    : Infinity
  if (!Number.isSafeInteger(count))
    throw new BadRule(rules.entry.offset, '', `${text} at ${decimals} decimals is too large to count exactly`)
  return count
}

function fieldOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return value?.kind === 'object' ? value.fields.get(key) : undefined
}

function textOf(value: JsonValue | undefined): string | undefined {
  return value?.kind === 'string' ? value.text : undefined
}
