/** Why something the venue sent gave no rows: a value, so that it can be counted, located and shown. */
import type { DecimalError } from '../../core/number/decimal.ts'
import type { Instrument } from '../../core/market/instrument.ts'

export type ProblemCode =
  /** The bytes are no JSON, or no line of the kind expected. */
  | 'syntax'
  /** Well-formed, but nothing that is known here. */
  | 'unknown-message'
  /** The symbol is not among the instruments. */
  | 'unknown-symbol'
  /** The message names no symbol and the context gives none. */
  | 'no-symbol'
  | 'missing-field'
  | 'bad-field'
  /** A price, quantity or rate has more decimals than the instrument's quantum. */
  | 'too-fine'
  /** A count beyond 2^53 - 1, or an id that cannot be held exactly. */
  | 'too-large'
  /** The venue answered with an error. */
  | 'venue-error'

/** Which of an instrument's scales a number is read by. */
export type Scale = 'price' | 'quantity' | 'mark' | 'rate' | 'amount'

export interface Problem {
  readonly code: ProblemCode
  /** A sentence without place: what was found, what was wanted. */
  readonly reason: string
  /** Byte at which the trouble stands, counted in the bytes that were given. */
  readonly offset: number
  /** Name of the field, '' when it is not about one. */
  readonly field: string
  /** The symbol concerned, as far as known; '' otherwise. */
  readonly symbol: string
  /** For a number that its scale cannot hold: as it was written, and the scale. */
  readonly text?: string
  readonly scale?: Scale
}

/** What the quantum of a scale is called in messages. */
const QUANTUM: Readonly<Record<Scale, string>> = {
  price: 'the price quantum',
  quantity: 'the quantity quantum',
  mark: 'the mark price quantum',
  rate: 'the rate quantum',
  amount: 'the price quantum times the quantity quantum',
}

/** Decimals of a scale for an instrument. */
export function decimalsOf(instrument: Instrument, scale: Scale): number {
  switch (scale) {
    case 'price':
      return instrument.priceDecimals
    case 'quantity':
      return instrument.quantityDecimals
    case 'mark':
      return instrument.markDecimals
    case 'rate':
      return 12
    case 'amount':
      return instrument.priceDecimals + instrument.quantityDecimals
  }
}

/** A number that is no exact count of its quantum. */
export function numberProblem(
  code: DecimalError['code'],
  text: string,
  scale: Scale,
  decimals: number,
  place: { readonly offset: number; readonly field: string; readonly symbol: string },
): Problem {
  const what =
    scale === 'price' || scale === 'quantity' || scale === 'rate' ? scale : scale === 'mark' ? 'mark price' : 'amount'
  const found = `${place.field} is ${JSON.stringify(text)}`
  const base = { offset: place.offset, field: place.field, symbol: place.symbol }
  if (code === 'syntax') return { ...base, code: 'bad-field', reason: `${found}, which is no decimal number` }
  if (code === 'overflow') {
    const reason = `${what} too large to count exactly: ${found} at ${decimals} decimals`
    return { ...base, code: 'too-large', reason, text, scale }
  }
  const reason = `${what} finer than the quantum: ${found}, and ${QUANTUM[scale]} of ${place.symbol} has ${decimals} decimals`
  return { ...base, code: 'too-fine', reason, text, scale }
}
