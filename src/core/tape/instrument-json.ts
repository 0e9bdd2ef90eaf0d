/** Instruments as a segment header states them. Unknown keys of newer writers are left out. */
import type { Instrument } from '../market/instrument.ts'
import { RESTORE, TapeError, type TapePlace } from './tape-error.ts'

/** The type of every field; a field that joins later gets a default here, because old tapes do not have it. */
const FIELDS: Readonly<Record<keyof Instrument, 'string' | 'number' | 'boolean'>> = {
  venue: 'string',
  market: 'string',
  symbol: 'string',
  version: 'number',
  base: 'string',
  quote: 'string',
  settle: 'string',
  contractSize: 'number',
  priceDecimals: 'number',
  quantityDecimals: 'number',
  markDecimals: 'number',
  tickSize: 'number',
  stepSize: 'number',
  minQuantity: 'number',
  maxQuantity: 'number',
  marketStepSize: 'number',
  marketMinQuantity: 'number',
  marketMaxQuantity: 'number',
  minPrice: 'number',
  maxPrice: 'number',
  minNotionalMicros: 'number',
  priceBandUpPpm: 'number',
  priceBandDownPpm: 'number',
  inferred: 'boolean',
}

/** The instrument table of a header; throws TapeError naming the entry that is not one. */
export function parseInstruments(value: unknown, place: TapePlace): readonly Instrument[] {
  if (!Array.isArray(value)) throw new TapeError(place, 'its JSON has no usable instruments', RESTORE)
  return value.map((entry: unknown, index) => parseInstrument(entry, index, place))
}

function parseInstrument(entry: unknown, index: number, place: TapePlace): Instrument {
  const given = (typeof entry === 'object' && entry !== null ? entry : {}) as Readonly<Record<string, unknown>>
  const fields = Object.entries(FIELDS).map(([key, type]): [string, unknown] => {
    if (typeof given[key] !== type) throw new TapeError(place, `instrument ${index} has no usable ${key}`, RESTORE)
    return [key, given[key]]
  })
  if (given['market'] !== 'spot' && given['market'] !== 'linear' && given['market'] !== 'inverse') {
    throw new TapeError(place, `instrument ${index} has no usable market`, RESTORE)
  }
  return Object.fromEntries(fields) as unknown as Instrument
}
