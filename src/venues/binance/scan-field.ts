/** Fields of JSON objects: keys, symbols, event names, and values that nobody wants. */
import { MISS, type Scanner } from './scanner.ts'

/** `"?":` as a word, and the bits that matter in it: a key of one letter, which nearly all keys of streams are. */
export const LETTER_KEY = 0x3a220022
export const LETTER_KEY_MASK: number = 0xffff00ff | 0

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const MINUS = 0x2d
const SPACE = 0x20
const SYMBOL_KEY = 0x73
/** Values nested deeper than this are no message of the venue's. */
const DEEPEST = 16

/** Reads the symbol that begins at `start`, makes it the current instrument, and ends behind the closing quote. */
export function scanSymbol(s: Scanner, start: number): number {
  const index = s.symbols.findQuoted(s.bytes, start)
  if (index < 0) return MISS
  s.instrument = index
  return s.symbols.end + 1
}

/**
 * Makes the symbol of the object whose first key is at `start` the current instrument, wherever in the object it stands.
 * Returns `start`, for a reader that met a price before the symbol.
 */
export function findSymbol(s: Scanner, start: number): number {
  let p = start
  for (;;) {
    const key = s.view.getInt32(p, true)
    if ((key & LETTER_KEY_MASK) === LETTER_KEY && ((key >>> 8) & 0xff) === SYMBOL_KEY) {
      return s.bytes[p + 4] === QUOTE && scanSymbol(s, p + 5) >= 0 ? start : MISS
    }
    p = skipField(s, p)
    if (p < 0 || s.bytes[p] !== COMMA) return MISS
    p++
  }
}

/** Skips `"key":value` and returns the position behind the value. */
export function skipField(s: Scanner, start: number): number {
  const p = skipKey(s, start)
  return p < 0 ? MISS : skipValue(s, p, 0)
}

/** Skips `"key":` and returns the position of the value. */
export function skipKey(s: Scanner, start: number): number {
  if (s.bytes[start] !== QUOTE) return MISS
  const p = skipString(s, start + 1)
  return p < 0 || s.bytes[p] !== COLON ? MISS : p + 1
}

/** Skips any JSON value written without white space. */
export function skipValue(s: Scanner, start: number, depth: number): number {
  const bytes = s.bytes
  const c = bytes[start] as number
  if (c === QUOTE) return skipString(s, start + 1)
  if (c === OPEN_BRACKET || c === OPEN_BRACE) return depth < DEEPEST ? skipNested(s, start, depth) : MISS
  if (c === MINUS || isDigit(c)) return skipNumber(s, start)
  // true, false and null; what only looks like them is left to the slow path.
  const first = s.view.getInt32(start, true)
  if (first === 0x65757274 || first === 0x6c6c756e) return start + 4
  return first === 0x736c6166 && bytes[start + 4] === 0x65 ? start + 5 : MISS
}

function skipNested(s: Scanner, start: number, depth: number): number {
  const bytes = s.bytes
  const object = bytes[start] === OPEN_BRACE
  const close = object ? CLOSE_BRACE : CLOSE_BRACKET
  let p = start + 1
  if (bytes[p] === close) return p + 1
  for (;;) {
    if (object) {
      if (bytes[p] !== QUOTE) return MISS
      p = skipString(s, p + 1)
      if (p < 0 || bytes[p] !== COLON) return MISS
      p++
    }
    p = skipValue(s, p, depth + 1)
    if (p < 0) return MISS
    if (bytes[p] === close) return p + 1
    if (bytes[p] !== COMMA) return MISS
    p++
  }
}

/**
 * Skips the rest of a string that begins before `start`; ends behind its closing quote. Escapes are the slow path's: a
 * backslash may hide a quote or a name.
 */
export function skipString(s: Scanner, start: number): number {
  const bytes = s.bytes
  for (let p = start; p < bytes.length; p++) {
    const c = bytes[p] as number
    if (c === QUOTE) return p + 1
    if (c < SPACE || c === BACKSLASH) return MISS
  }
  return MISS
}

/** Skips an integer or a plain decimal; other forms are left to the slow path. */
function skipNumber(s: Scanner, start: number): number {
  const bytes = s.bytes
  let p = bytes[start] === MINUS ? start + 1 : start
  const first = p
  while (isDigit(bytes[p] as number)) p++
  if (p === first || (bytes[first] === 0x30 && p > first + 1)) return MISS
  if (bytes[p] !== 0x2e) return p
  const fraction = ++p
  while (isDigit(bytes[p] as number)) p++
  return p === fraction ? MISS : p
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39
}
