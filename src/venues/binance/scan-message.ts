/**
 * One message in the form in which the venue sends it, from bytes to rows: envelope, payload or array of payloads.
 *
 * Whatever is in another form (white space, escapes, an unknown event, a broken number) is a MISS, which costs nothing but
 * time: the slow path reads it again and says what it is.
 */
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { EVENT, scanEventName } from './event-names.ts'
import { clearRow, finishRow, layoutOf } from './event-rows.ts'
import { scanBook } from './scan-book.ts'
import { scanDepthUpdate } from './scan-depth.ts'
import { skipField, skipString } from './scan-field.ts'
import { scanObject } from './scan-object.ts'
import { FULL, MISS, type Scanner, word } from './scanner.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** `{"stream":"` and `","data":` in words. */
const ENVELOPE_A: number = word('{"st')
const ENVELOPE_B: number = word('ream')
const ENVELOPE_C: number = word('m":"')
const DATA_A: number = word('","d')
const DATA_B: number = word('ata"')
const LAST_UPDATE_ID: number = word('"las')
/** `"e":` and `"u":` as words. */
const EVENT_KEY: number = word('"e":')
const UPDATE_KEY: number = word('"u":')

/** `e` is the first field of every layout that has it. */
const EVENT_SEEN = 1

/**
 * Reads the message at `start` and appends its rows to `out`; `s.read` and `s.write` must have been called for both.
 * Returns the position behind the message, MISS or FULL; then `out` is as it was.
 */
export function scanMessage(s: Scanner, start: number, out: RowBuffer): number {
  const before = out.length
  const view = s.view
  const bytes = s.bytes
  s.streamStart = 0
  s.streamEnd = 0
  s.skipped = 0
  s.offBookRow = -1
  let p = start
  let wrapped = false
  if (
    view.getInt32(p, true) === ENVELOPE_A &&
    view.getInt32(p + 4, true) === ENVELOPE_B &&
    view.getInt32(p + 7, true) === ENVELOPE_C
  ) {
    p += 11
    s.streamStart = p
    p = skipString(s, p) - 1
    if (p < 0) return MISS
    s.streamEnd = p
    if (view.getInt32(p, true) !== DATA_A || view.getInt32(p + 4, true) !== DATA_B || bytes[p + 8] !== 0x3a) return MISS
    p += 9
    wrapped = true
  }
  p = bytes[p] === OPEN_BRACKET ? scanArray(s, p + 1, out) : bytes[p] === OPEN_BRACE ? scanPayload(s, p + 1, out) : MISS
  if (wrapped && p >= 0) p = bytes[p] === CLOSE_BRACE ? p + 1 : MISS
  if (p < 0) out.length = before
  return p
}

/** Reads the rest of an array of payloads. */
function scanArray(s: Scanner, start: number, out: RowBuffer): number {
  let p = start
  if (s.bytes[p] === CLOSE_BRACKET) return p + 1
  for (;;) {
    if (s.bytes[p] !== OPEN_BRACE) return MISS
    p = scanPayload(s, p + 1, out)
    if (p < 0) return p
    const next = s.bytes[p]
    if (next === CLOSE_BRACKET) return p + 1
    if (next !== COMMA) return MISS
    p++
  }
}

/** Reads the rest of an object, appends its rows and returns the position behind it. */
function scanPayload(s: Scanner, start: number, out: RowBuffer): number {
  const row = out.length
  if (row + 2 > out.capacity) return FULL
  s.instrument = -1
  s.flags = 0
  const key = s.view.getInt32(start, true)
  let p = MISS
  if (key === EVENT_KEY && s.bytes[start + 4] === QUOTE) {
    const event = scanEventName(s, start + 5)
    if (event < 0 || s.bytes[s.at] !== COMMA) return MISS
    p = scanEvent(s, s.at + 1, row, event, EVENT_SEEN)
  } else if (key === UPDATE_KEY) {
    // Spot's best bid and ask has no event name; should there be one after all, `e` counts as given twice, which misses.
    p = scanEvent(s, start, row, EVENT.bookTicker, EVENT_SEEN)
    if (p < 0) p = scanUnordered(s, start, row)
  } else if (key === LAST_UPDATE_ID) p = scanBook(s, start, row)
  else p = scanUnordered(s, start, row)
  if (p < 0) return p
  out.length = row + s.rows
  return p + 1
}

/** Reads an object whose first key does not say what it is. */
function scanUnordered(s: Scanner, start: number, row: number): number {
  s.instrument = -1
  let p = start
  for (;;) {
    if (s.view.getInt32(p, true) === EVENT_KEY && s.bytes[p + 4] === QUOTE) {
      const event = scanEventName(s, p + 5)
      return event < 0 ? MISS : scanEvent(s, start, row, event, 0)
    }
    p = skipField(s, p)
    if (p < 0) return MISS
    if (s.bytes[p] === CLOSE_BRACE) break
    if (s.bytes[p] !== COMMA) return MISS
    p++
  }
  p = scanEvent(s, start, row, EVENT.bookTicker, EVENT_SEEN)
  return p === MISS ? scanBook(s, start, row) : p
}

/** Reads the fields of an event into the row at `row` and finishes that row. Ends at the closing brace. */
function scanEvent(s: Scanner, start: number, row: number, event: number, seen: number): number {
  if (event === EVENT.depthUpdate) return scanDepthUpdate(s, start, row, seen)
  clearRow(s, row, event)
  const p = scanObject(s, start, row * 8, layoutOf(event), seen)
  if (p >= 0) finishRow(s, row, event)
  return p
}
