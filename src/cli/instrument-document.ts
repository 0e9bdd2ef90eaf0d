/** An instrument as commands show it: rules as decimal text in units of their assets, null where the venue states none. */
import type { Instrument } from '../core/market/instrument.ts'
import { printDecimal } from '../core/number/decimal.ts'

export interface InstrumentDocument {
  readonly venue: string
  readonly symbol: string
  readonly version: number
  readonly market: string
  readonly base: string
  readonly quote: string
  readonly settle: string
  readonly contractSize: number
  readonly priceDecimals: number
  readonly quantityDecimals: number
  readonly tickSize: string | null
  readonly stepSize: string | null
  readonly minQuantity: string | null
  readonly maxQuantity: string | null
  readonly minNotional: string | null
  /** Guessed from the data. */
  readonly inferred: boolean
}

const NOTIONAL_DECIMALS = 6

export function instrumentDocument(instrument: Instrument): InstrumentDocument {
  const { venue, symbol, version, market, base, quote, settle, contractSize } = instrument
  const { priceDecimals, quantityDecimals, inferred } = instrument
  return {
    venue,
    symbol,
    version,
    market,
    base,
    quote,
    settle,
    contractSize,
    priceDecimals,
    quantityDecimals,
    tickSize: limitText(instrument.tickSize, priceDecimals),
    stepSize: limitText(instrument.stepSize, quantityDecimals),
    minQuantity: limitText(instrument.minQuantity, quantityDecimals),
    maxQuantity: limitText(instrument.maxQuantity, quantityDecimals),
    minNotional: limitText(instrument.minNotionalMicros, NOTIONAL_DECIMALS),
    inferred,
  }
}

/** Headings of `instrumentCells`. */
export const INSTRUMENT_COLUMNS = [
  { name: 'instrument' },
  { name: 'market' },
  { name: 'settle' },
  { name: 'tick', right: true },
  { name: 'step', right: true },
  { name: 'min quantity', right: true },
  { name: 'min value', right: true },
  { name: 'rules' },
] as const

export function instrumentCells(one: InstrumentDocument): readonly string[] {
  return [
    `${one.venue}:${one.symbol}${one.version === 1 ? '' : ` v${one.version}`}`,
    one.market,
    one.settle,
    one.tickSize ?? '',
    one.stepSize ?? '',
    one.minQuantity ?? '',
    one.minNotional ?? '',
    one.inferred ? 'inferred from data' : 'of the venue',
  ]
}

function limitText(count: number, decimals: number): string | null {
  return count === 0 ? null : printDecimal(count, decimals, { trim: true })
}
