/**
 * The tolerant way of reading: any JSON, any order, white space and escapes, numbers in quotes or not.
 *
 * In: the bytes of a message that the scanner did not know. Out: the same rows that the scanner would have written had the
 * message been in its form, or a problem for each part that gives none. It allocates and is slow, and may be: it sees the
 * rare messages only.
 */
import { DEPTH_PARTIAL, DEPTH_SNAPSHOT } from '../../core/tape/kinds.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { type JsonObject, type JsonValue, readJson } from '../json.ts'
import { EVENT, IGNORED_EVENTS } from './event-names.ts'
import { clearRow, finishRow, layoutOf } from './event-rows.ts'
import type { Problem } from './problem.ts'
import { FULL, type Scanner } from './scanner.ts'
import { type BookOutcome, readBook, readDepthUpdate } from './slow-book.ts'
import { problemAt, readLayout, unknownSymbol } from './slow-fields.ts'
import { depthLimitOf, symbolOf } from './stream-name.ts'

const EVENT_CODES: ReadonlyMap<string, number> = new Map<string, number>(Object.entries(EVENT))

/**
 * Reads bytes[start, end) of the scanner's memory and appends the rows to `out`. Adds a problem for everything that gave no
 * row and should have. Returns the number of rows appended, or FULL; then `out` and `problems` are as they were.
 */
export function readMessage(s: Scanner, start: number, end: number, out: RowBuffer, problems: Problem[]): number {
  const parsed = readJson(s.bytes, start, end)
  if (!parsed.ok) {
    problems.push({
      code: 'syntax',
      reason: `no JSON: ${parsed.problem}`,
      offset: parsed.offset,
      field: '',
      symbol: '',
    })
    return 0
  }
  const before = out.length
  const problemsBefore = problems.length
  s.skipped = 0
  s.offBookRow = -1
  const { stream, payload } = unwrap(parsed.value)
  const payloads = payload.kind === 'array' ? payload.items : [payload]
  for (const item of payloads) {
    s.instrument = -1
    s.flags = 0
    s.rows = 0
    const outcome = item.kind === 'object' ? readPayload(s, item, stream, out) : notAnObject(s, item)
    if (outcome === FULL) {
      out.length = before
      problems.length = problemsBefore
      return FULL
    }
    if (outcome === undefined) out.length += s.rows
    else problems.push(outcome)
  }
  return out.length - before
}

/** Parts an envelope into the stream's name and what it carries. */
function unwrap(value: JsonValue): { readonly stream: string; readonly payload: JsonValue } {
  if (value.kind === 'object') {
    const stream = value.fields.get('stream')
    const data = value.fields.get('data')
    if (stream?.kind === 'string' && data !== undefined) return { stream: stream.text, payload: data }
  }
  return { stream: '', payload: value }
}

function readPayload(s: Scanner, message: JsonObject, stream: string, out: RowBuffer): BookOutcome {
  if (out.length + 2 > out.capacity) return FULL
  const name = message.fields.get('e')
  if (name !== undefined) {
    const event = name.kind === 'string' ? EVENT_CODES.get(name.text) : undefined
    if (event !== undefined) return readEvent(s, message, event, stream, out.length)
    if (name.kind === 'string' && IGNORED_EVENTS.has(name.text)) return ignore(s)
    return problemAt(
      s,
      name,
      'e',
      'unknown-message',
      `unknown event ${name.kind === 'string' ? JSON.stringify(name.text) : 'without a name'}`,
    )
  }
  if (message.fields.has('lastUpdateId')) return readNamelessBook(s, message, stream, out.length)
  if (['u', 'b', 'B', 'a', 'A'].every((key) => message.fields.has(key))) {
    return readEvent(s, message, EVENT.bookTicker, stream, out.length)
  }
  return readReply(s, message)
}

function readEvent(s: Scanner, message: JsonObject, event: number, stream: string, row: number): BookOutcome {
  if (event === EVENT.depthUpdate) {
    const limit = depthLimitOf(stream)
    return limit === undefined ? ignore(s) : readDepthUpdate(s, message, row, limit)
  }
  clearRow(s, row, event)
  const outcome = readLayout(s, message, layoutOf(event), row * 8)
  if (outcome === undefined) finishRow(s, row, event)
  return outcome
}

/** A book that does not name its instrument: its stream does, or the context. */
function readNamelessBook(s: Scanner, message: JsonObject, stream: string, row: number): BookOutcome {
  if (stream === '') {
    if (s.context < 0)
      return problemAt(s, message, '', 'no-symbol', 'a book without a symbol, and nothing says whose it is')
    s.instrument = s.context
    return readBook(s, message, row, DEPTH_SNAPSHOT.kind, 0)
  }
  const limit = depthLimitOf(stream)
  if (limit === undefined || limit === 0) {
    return problemAt(s, message, '', 'unknown-message', `stream ${stream} is none of partial books`)
  }
  const symbol = symbolOf(stream)
  const index = s.instruments.findIndex((instrument) => instrument.symbol.toLowerCase() === symbol)
  if (index < 0) return unknownSymbol(symbol.toUpperCase(), message.offset, 'stream')
  s.instrument = index
  return readBook(s, message, row, DEPTH_PARTIAL.kind, limit)
}

/** Answers to subscription requests are expected and give no rows; errors and everything else are told. */
function readReply(s: Scanner, message: JsonObject): BookOutcome {
  const error = message.fields.get('error') ?? message
  if (error.kind === 'object' && error.fields.has('code') && error.fields.has('msg')) {
    const text = error.fields.get('msg')
    return problemAt(
      s,
      error,
      '',
      'venue-error',
      `the venue answered with an error: ${text?.kind === 'string' ? text.text : ''}`,
    )
  }
  if (message.fields.has('result') && message.fields.has('id')) return ignore(s)
  return problemAt(s, message, '', 'unknown-message', 'a message of no known form')
}

function notAnObject(s: Scanner, value: JsonValue): Problem {
  return problemAt(s, value, '', 'unknown-message', 'a message that is no object')
}

function ignore(s: Scanner): undefined {
  s.skipped++
  s.rows = 0
  return undefined
}
