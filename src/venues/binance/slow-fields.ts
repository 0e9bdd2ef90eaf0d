/** Fields of a parsed message into the slots of a row, by the same layouts as the scanner, with a reason for every failure. */
import { tryParseAmount, tryParseDecimal } from '../../core/number/decimal.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { RATE_DECIMALS } from '../../core/tape/layout.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { type Layout, type LayoutField, OFF_BOOK, READ } from './field-layout.ts'
import { decimalsOf, numberProblem, type Problem, type ProblemCode, type Scale } from './problem.ts'
import type { Scanner } from './scanner.ts'
import { LAST_MILLISECOND, MICROSECONDS_FROM } from './stamps.ts'

const LARGEST_ID = (1n << 64n) - 1n
const LARGEST_EXACT = BigInt(Number.MAX_SAFE_INTEGER)
const SCALES: ReadonlyMap<number, Scale> = new Map<number, Scale>([
  [READ.price, 'price'],
  [READ.average, 'price'],
  [READ.quantity, 'quantity'],
  [READ.mark, 'mark'],
  [READ.rate, 'rate'],
  [READ.amount, 'amount'],
])

/** A problem, or undefined when all went well. */
export type Outcome = Problem | undefined

/** Reads the fields of `object` into the row whose head is slot `slot`; sets the current instrument on the way. */
export function readLayout(s: Scanner, object: JsonObject, layout: Layout, slot: number): Outcome {
  const symbol = layout.fields.find((field) => field.read === READ.symbol)
  if (symbol !== undefined) {
    const outcome = readSymbol(s, object, symbol.key)
    if (outcome !== undefined) return outcome
  }
  let seen = 0
  for (const field of layout.fields) {
    const value = object.fields.get(field.key)
    if (value === undefined) {
      if (field.optional === true) continue
      return problemAt(s, object, field.key, 'missing-field', `${field.key} is missing`)
    }
    seen |= layout.bit(field.key)
    const outcome = readField(s, field, value, layout, slot)
    if (outcome !== undefined) return outcome
  }
  s.seen = seen
  return undefined
}

/** Makes the symbol in `object` the current instrument. */
export function readSymbol(s: Scanner, object: JsonObject, key: string): Outcome {
  const value = object.fields.get(key)
  if (value === undefined) return problemAt(s, object, key, 'missing-field', `${key}, the symbol, is missing`)
  if (value.kind !== 'string') return problemAt(s, value, key, 'bad-field', `${key} is no text`)
  const index = s.instruments.findIndex((instrument) => instrument.symbol === value.text)
  if (index < 0) return unknownSymbol(value.text, value.offset, key)
  s.instrument = index
  return undefined
}

export function unknownSymbol(symbol: string, offset: number, field: string): Problem {
  const reason = `symbol ${symbol} is not among the instruments`
  return { code: 'unknown-symbol', reason, offset, field, symbol }
}

function readField(s: Scanner, field: LayoutField, value: JsonValue, layout: Layout, slot: number): Outcome {
  const { key, read } = field
  const to = slot + (field.slot ?? 0)
  const scale = SCALES.get(read)
  if (scale !== undefined) return readDecimal(s, value, key, to, scale, read === READ.average)
  switch (read as number) {
    case READ.integer:
      return readInteger(s, value, key, to)
    case READ.time:
      return readTime(s, value, key, to)
    case READ.id:
    case READ.tradeId:
      return readId(s, value, key, to, read === READ.tradeId ? slot + 3 : -1)
    case READ.flag:
      if (value.kind !== 'boolean') return problemAt(s, value, key, 'bad-field', `${key} is neither true nor false`)
      if (value.value) s.flags |= 1
      return undefined
    case READ.side:
      if (value.kind !== 'string' || (value.text !== 'BUY' && value.text !== 'SELL'))
        return problemAt(s, value, key, 'bad-field', `${key} is neither "BUY" nor "SELL"`)
      if (value.text === 'SELL') s.flags |= 1
      return undefined
    case READ.orderType:
      if (value.kind !== 'string') return problemAt(s, value, key, 'bad-field', `${key} is no text`)
      if (value.text !== 'MARKET') s.flags |= OFF_BOOK
      return undefined
    case READ.object:
      if (value.kind !== 'object' || layout.inner === undefined)
        return problemAt(s, value, key, 'bad-field', `${key} is no object`)
      return readLayout(s, value, layout.inner, slot)
    default:
      return undefined
  }
}

/**
 * Reads a decimal, in quotes or not, as an exact count into `slot`. With `orNone`, one that is too fine becomes 0. Used
 * for levels and REST answers, too.
 */
export function readDecimal(
  s: Scanner,
  value: JsonValue,
  field: string,
  slot: number,
  scale: Scale,
  orNone = false,
): Outcome {
  if (value.kind !== 'string' && value.kind !== 'number')
    return problemAt(s, value, field, 'bad-field', `${field} is no number`)
  if (scale === 'rate' && value.text === '') {
    s.f64[slot] = 0
    return undefined
  }
  const instrument = s.instruments[s.instrument] as Instrument
  const decimals = scale === 'rate' ? RATE_DECIMALS : decimalsOf(instrument, scale)
  const place = { offset: value.offset, field, symbol: instrument.symbol }
  const result = scale === 'amount' ? tryParseAmount(value.text, decimals) : tryParseDecimal(value.text, decimals)
  if (!result.ok) {
    if (!orNone || result.code !== 'too-fine') return numberProblem(result.code, value.text, scale, decimals, place)
    s.f64[slot] = 0
    return undefined
  }
  if (result.value < 0 && scale !== 'rate')
    return problemAt(s, value, field, 'bad-field', `${field} is negative: ${value.text}`)
  if (typeof result.value === 'number') s.f64[slot] = result.value
  else {
    for (let word = 0; word < 4; word++) {
      s.i32[slot * 2 + word] = Number(BigInt.asIntN(32, result.value >> BigInt(32 * word)))
    }
  }
  return undefined
}

/** Reads an integer of at most 2^53 - 1 into `slot`. */
export function readInteger(s: Scanner, value: JsonValue, field: string, slot: number): Outcome {
  const text = integerText(value)
  if (text === undefined) return problemAt(s, value, field, 'bad-field', `${field} is no whole number`)
  const number = Number(text)
  if (number > Number.MAX_SAFE_INTEGER)
    return problemAt(s, value, field, 'too-large', `${field} is ${text}, beyond 2^53 - 1`)
  s.f64[slot] = number
  return undefined
}

/** Reads a stamp (milliseconds, or microseconds by its magnitude) as microseconds. */
export function readTime(s: Scanner, value: JsonValue, field: string, slot: number): Outcome {
  const outcome = readInteger(s, value, field, slot)
  if (outcome !== undefined) return outcome
  const stamp = s.f64[slot] as number
  if (stamp >= MICROSECONDS_FROM) return undefined
  if (stamp > LAST_MILLISECOND) return problemAt(s, value, field, 'too-large', `${field} is ${stamp}, which is no time`)
  s.f64[slot] = stamp * 1000
  return undefined
}

/** Reads an id of up to 64 bits into `slot`, and into slot `version` (-1: none) if a double holds it exactly, else 0. */
export function readId(s: Scanner, value: JsonValue, field: string, slot: number, version: number): Outcome {
  const none = value.kind === 'number' && value.text === '-1'
  const text = none ? '0' : integerText(value)
  if (text === undefined) return problemAt(s, value, field, 'bad-field', `${field} is no whole number`)
  const id = BigInt(text)
  if (id > LARGEST_ID) return problemAt(s, value, field, 'too-large', `${field} is ${text}, beyond 64 bits`)
  s.i32[slot * 2] = Number(BigInt.asIntN(32, id))
  s.i32[slot * 2 + 1] = Number(BigInt.asIntN(32, id >> 32n))
  if (version >= 0) s.f64[version] = id <= LARGEST_EXACT ? Number(id) : 0
  return undefined
}

/** The digits of a whole number that is not negative, in quotes or not. */
function integerText(value: JsonValue): string | undefined {
  return (value.kind === 'number' || value.kind === 'string') && /^[0-9]{1,40}$/.test(value.text)
    ? value.text
    : undefined
}

/** A problem at a value; names the current instrument's symbol when there is one. */
export function problemAt(s: Scanner, value: JsonValue, field: string, code: ProblemCode, reason: string): Problem {
  return { code, reason, offset: value.offset, field, symbol: s.instruments[s.instrument]?.symbol ?? '' }
}
