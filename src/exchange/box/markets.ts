/**
 * From symbols to markets: instruments with their rules for both venues, and how their crowds behave.
 *
 * In: symbols, or how many of them. Out: `BoxMarket`s. Symbols of the table have the rules of the venue; any other symbol in
 * USDT is given some by its name, always the same ones. Refuses: what is no symbol in USDT, and symbols named twice.
 */
import { Random } from '../../core/number/random.ts'
import { parseDecimal } from '../../core/number/decimal.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { DEFAULT_MARK_DECIMALS } from '../../core/market/instrument.ts'
import { USUAL_TERMS } from '../venue/venue-instrument.ts'
import type { LeverageBracket, VenueInstrument } from '../venue/venue-instrument.ts'
import { LONGEST_PERIOD, MARKET_TABLE } from './market-table.ts'
import type { MarketRow } from './market-table.ts'

/** Symbols that one box runs. */
export const SYMBOLS_MAX = 1000

const QUOTE = 'USDT'

export interface BoxMarket {
  readonly symbol: string
  readonly row: MarketRow
  readonly futures: VenueInstrument
  readonly spot: VenueInstrument
}

/** What cannot be a market; the message names it. */
export class MarketError extends Error {
  override readonly name = 'MarketError'
}

/** The first `count` symbols: those of the table, then made-up ones. */
export function firstSymbols(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const row = MARKET_TABLE[i]
    return row === undefined ? `COIN${i + 1}${QUOTE}` : `${row.base}${QUOTE}`
  })
}

/** The markets of these symbols. Throws MarketError for what is no symbol in USDT. */
export function marketsOf(symbols: readonly string[]): readonly BoxMarket[] {
  if (symbols.length === 0 || symbols.length > SYMBOLS_MAX)
    throw new MarketError(`${symbols.length} symbols: name 1 to ${SYMBOLS_MAX}`)
  const seen = new Set<string>()
  return symbols.map((symbol) => {
    const base = /^([A-Z0-9]{1,16})USDT$/.exec(symbol)?.[1]
    if (base === undefined)
      throw new MarketError(`'${symbol}' is no symbol of this exchange: markets are in USDT, such as BTCUSDT`)
    if (seen.has(symbol)) throw new MarketError(`${symbol} is named twice`)
    seen.add(symbol)
    const row = MARKET_TABLE.find((known) => known.base === base) ?? madeUpRow(base)
    return { symbol, row, futures: futuresInstrument(symbol, row), spot: spotInstrument(symbol, row) }
  })
}

function futuresInstrument(symbol: string, row: MarketRow): VenueInstrument {
  const [tick, step, most, mostMarket, leastValue] = row.futures
  return {
    ...USUAL_TERMS,
    ...rules(symbol, row, tick, step, most, mostMarket),
    venue: 'binance-usdm',
    market: 'linear',
    minNotionalMicros: Number(leastValue) * 1_000_000,
    priceBandUpPpm: 1_050_000,
    priceBandDownPpm: 950_000,
    brackets: bracketsUpTo(row.leverage),
  }
}

function spotInstrument(symbol: string, row: MarketRow): VenueInstrument {
  const [tick, step, most, mostMarket] = row.spot
  return {
    ...USUAL_TERMS,
    ...rules(symbol, row, tick, step, most, mostMarket),
    venue: 'binance-spot',
    market: 'spot',
    // The venue gives spot market orders a largest quantity alone; the rest is LOT_SIZE's.
    marketStepSize: 0,
    marketMinQuantity: 0,
    minNotionalMicros: 5_000_000,
    priceBandUpPpm: 5_000_000,
    priceBandDownPpm: 200_000,
    brackets: [],
    makerFeePpm: 1000,
    takerFeePpm: 1000,
    fundingInterval: 0,
    maxConditionalOrders: 5,
    maxAmendments: 10,
  }
}

function rules(
  symbol: string,
  row: MarketRow,
  tick: string,
  step: string,
  most: string,
  mostMarket: string,
): Omit<Instrument, 'venue' | 'market' | 'minNotionalMicros' | 'priceBandUpPpm' | 'priceBandDownPpm'> {
  const priceDecimals = decimalsOf(tick)
  const quantityDecimals = decimalsOf(step)
  const tickSize = parseDecimal(tick, priceDecimals)
  const stepSize = parseDecimal(step, quantityDecimals)
  const price = Math.round(row.price / Number(tick)) * tickSize
  return {
    symbol,
    version: 1,
    base: row.base,
    quote: QUOTE,
    settle: QUOTE,
    contractSize: 1,
    priceDecimals,
    quantityDecimals,
    markDecimals: DEFAULT_MARK_DECIMALS,
    tickSize,
    stepSize,
    minQuantity: stepSize,
    maxQuantity: parseDecimal(most, quantityDecimals),
    marketStepSize: stepSize,
    marketMinQuantity: stepSize,
    marketMaxQuantity: parseDecimal(mostMarket, quantityDecimals),
    // A hundredth and a hundred times the price at the start, on the grid of ticks.
    minPrice: Math.max(1, Math.floor(price / 100 / tickSize)) * tickSize,
    maxPrice: price * 100,
    inferred: false,
  }
}

/** The usual brackets, none with more than the market's largest leverage. */
function bracketsUpTo(leverage: number): readonly LeverageBracket[] {
  const { brackets } = USUAL_TERMS
  const first = brackets.findIndex(({ maxLeverage }) => maxLeverage <= leverage)
  return brackets.slice(first).map((bracket, i) => (i === 0 ? { ...bracket, floor: 0 } : bracket))
}

/** Digits behind the point as the venue prints a tick, zeros included. */
function decimalsOf(text: string): number {
  const point = text.indexOf('.')
  return point === -1 ? 0 : text.length - point - 1
}

/** A market for a name that the table does not have, by the letters of the name alone. */
function madeUpRow(base: string): MarketRow {
  const random = new Random(1, base)
  const magnitude = random.below(5)
  // 0.01 to 1000, with five digits in front of the tick.
  const price = (1000 + random.below(9000)) * (MAGNITUDES[magnitude] as number)
  const tick = TICKS[magnitude] as string
  const step = STEPS[magnitude] as string
  const most = MOST[magnitude] as string
  return {
    base,
    price,
    futures: [tick, step, most, most, '5'],
    spot: [tick, step, most, most],
    ownMove: 90 + random.below(90),
    beta: 0.8 + random.below(100) / 120,
    quoteValue: 2000 + random.below(4000),
    takerValue: 50 + random.below(40),
    takersPerSecond: 0.1 + random.below(100) / 300,
    period: LONGEST_PERIOD,
    leverage: 50,
  }
}

const MAGNITUDES: readonly number[] = [0.000_01, 0.0001, 0.001, 0.01, 0.1]
const TICKS: readonly string[] = ['0.00001', '0.0001', '0.001', '0.01', '0.1']
const STEPS: readonly string[] = ['1', '1', '0.1', '0.01', '0.001']
const MOST: readonly string[] = ['50000000', '5000000', '500000', '50000', '5000']
