/**
 * Instruments guessed from the data, where nobody has given exchange information.
 *
 * In: the problems of decoders that read with what is known so far. Out: a table in which every symbol that occurred has as
 * many decimals as its finest number needed; ticks and steps are one unit of the last decimal, limits are unknown, and
 * each instrument is marked as inferred. Refuses symbols whose quote asset it does not know, and decimals that the venue
 * never prints: those stay problems of the messages that have them.
 */
import { assertNever } from '../../core/assert.ts'
import { DEFAULT_MARK_DECIMALS, type Instrument } from '../../core/market/instrument.ts'
import { significantDecimals, tryParseDecimal } from '../../core/number/decimal.ts'
import type { BinanceVenue } from './decoder.ts'
import { FINEST_DECIMALS } from './exchange-info.ts'
import type { Problem } from './problem.ts'
import { splitSymbol } from './quote-assets.ts'

/** What is known of a symbol so far. */
interface Surveyed {
  readonly symbol: string
  readonly base: string
  readonly quote: string
  /** Decimals of the quanta, and the most that may be used: a finer count of the largest number would not be exact. */
  price: number
  priceMost: number
  quantity: number
  quantityMost: number
}

export class InstrumentSurvey {
  readonly #venue: BinanceVenue
  readonly #symbols = new Map<string, Surveyed>()
  #table: readonly Instrument[] | undefined

  constructor(venue: BinanceVenue) {
    this.#venue = venue
  }

  /** Instruments in order of first appearance; the same array until something new is learned. */
  get instruments(): readonly Instrument[] {
    this.#table ??= [...this.#symbols.values()].map((entry) => this.#instrument(entry))
    return this.#table
  }

  /** Makes sure that a symbol is in the table. False if it cannot be parted into base and quote. */
  add(symbol: string): boolean {
    if (this.#symbols.has(symbol)) return true
    const split = splitSymbol(symbol)
    if (split === undefined) return false
    this.#symbols.set(symbol, {
      symbol,
      ...split,
      price: 0,
      priceMost: FINEST_DECIMALS,
      quantity: 0,
      quantityMost: FINEST_DECIMALS,
    })
    this.#table = undefined
    return true
  }

  /** Learns from the problems of one message. True when the message is worth decoding again with the new table. */
  learn(problems: readonly Problem[]): boolean {
    let learned = false
    for (const problem of problems) {
      if (problem.code === 'unknown-symbol')
        learned = (!this.#symbols.has(problem.symbol) && this.add(problem.symbol)) || learned
      else if (problem.text !== undefined && problem.scale !== undefined)
        learned = this.#fit(problem.symbol, problem.text, problem) || learned
    }
    if (learned) this.#table = undefined
    return learned
  }

  #fit(symbol: string, text: string, problem: Problem): boolean {
    const entry = this.#symbols.get(symbol)
    if (entry === undefined) return false
    const needed = significantDecimals(text)
    switch (problem.scale) {
      case 'price':
        return problem.code === 'too-large' ? lower(entry, 'price', text) : raise(entry, 'price', needed)
      case 'quantity':
        return problem.code === 'too-large' ? lower(entry, 'quantity', text) : raise(entry, 'quantity', needed)
      case 'amount':
        // A quote volume is a sum over prices that the candle does not show.
        return problem.code === 'too-fine' && raise(entry, 'price', needed - entry.quantity)
      case 'mark':
      case 'rate':
      case undefined:
        return false
      default:
        return assertNever(problem.scale)
    }
  }

  #instrument(entry: Surveyed): Instrument {
    const spot = this.#venue === 'binance-spot'
    return {
      venue: this.#venue,
      market: spot ? 'spot' : 'linear',
      symbol: entry.symbol,
      version: 1,
      base: entry.base,
      quote: entry.quote,
      settle: entry.quote,
      contractSize: 1,
      priceDecimals: entry.price,
      quantityDecimals: entry.quantity,
      markDecimals: DEFAULT_MARK_DECIMALS,
      tickSize: 1,
      stepSize: 1,
      minQuantity: 0,
      maxQuantity: 0,
      marketStepSize: 0,
      marketMinQuantity: 0,
      marketMaxQuantity: 0,
      minPrice: 0,
      maxPrice: 0,
      minNotionalMicros: 0,
      priceBandUpPpm: 0,
      priceBandDownPpm: 0,
      inferred: true,
    }
  }
}

/** Raises a scale to `needed` decimals, if that many may be used. */
function raise(entry: Surveyed, scale: 'price' | 'quantity', needed: number): boolean {
  if (needed <= entry[scale] || needed > entry[`${scale}Most`]) return false
  entry[scale] = needed
  return true
}

/** Lowers a scale until `text` can be counted; from then on it is never raised above that. */
function lower(entry: Surveyed, scale: 'price' | 'quantity', text: string): boolean {
  let decimals = entry[scale]
  for (let result = tryParseDecimal(text, decimals); !result.ok && result.code === 'overflow' && decimals > 0;) {
    decimals--
    result = tryParseDecimal(text, decimals)
  }
  entry[`${scale}Most`] = Math.min(entry[`${scale}Most`], decimals)
  if (decimals === entry[scale]) return false
  entry[scale] = decimals
  return true
}
