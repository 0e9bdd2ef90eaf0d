/** Books from parsed messages: changes, tops and whole books, of streams and REST answers. */
import { DEPTH_DIFF, DEPTH_PARTIAL, DEPTH_SNAPSHOT } from '../../core/tape/kinds.ts'
import { MAX_CONTINUATION } from '../../core/tape/layout.ts'
import type { JsonArray, JsonObject, JsonValue } from '../json.ts'
import type { Problem } from './problem.ts'
import { finishBook } from './scan-levels.ts'
import { FULL, type Scanner } from './scanner.ts'
import { type Outcome, problemAt, readDecimal, readInteger, readSymbol, readTime } from './slow-fields.ts'

const LEVELS = DEPTH_DIFF.levels

/** What became of a book: nothing wrong, a problem, or no room for its rows. */
export type BookOutcome = Outcome | typeof FULL

/** A depthUpdate into the row at `row`; `limit` is above 0 when its stream sends the top of the book instead of changes. */
export function readDepthUpdate(s: Scanner, message: JsonObject, row: number, limit: number): BookOutcome {
  const wrongSymbol = readSymbol(s, message, 's')
  if (wrongSymbol !== undefined) return wrongSymbol
  const levels = readLevels(s, message, 'b', 'a', row)
  if (levels !== undefined) return levels
  const slot = row * 8
  s.f64[slot + DEPTH_DIFF.previousUpdateId] = 0
  const outcome = readTimes(s, message, slot) ?? readNumber(s, message, 'u', slot + 3)
  if (outcome !== undefined) return outcome
  for (const [key, to] of [
    ['U', DEPTH_DIFF.firstUpdateId],
    ['pu', DEPTH_DIFF.previousUpdateId],
  ] as const) {
    if (key === 'pu' && s.spot && !message.fields.has('pu')) continue
    const wrong = readUpdateId(s, message, key, slot + to)
    if (wrong !== undefined) return wrong
  }
  if (limit > 0) {
    s.f64[slot + DEPTH_PARTIAL.limit] = limit
    s.f64[slot + DEPTH_PARTIAL.limit + 1] = 0
  }
  return finish(s, message, row, limit > 0 ? DEPTH_PARTIAL.kind : DEPTH_DIFF.kind)
}

/**
 * A book with `lastUpdateId`, `bids` and `asks` into the row at `row`, for the current instrument. `limit` is how many
 * levels a side were asked for; 0 when nobody said, and then the book is known as far as it goes.
 */
export function readBook(s: Scanner, message: JsonObject, row: number, kind: number, limit: number): BookOutcome {
  const levels = readLevels(s, message, 'bids', 'asks', row)
  if (levels !== undefined) return levels
  const slot = row * 8
  const outcome = readTimes(s, message, slot) ?? readNumber(s, message, 'lastUpdateId', slot + 3)
  if (outcome !== undefined) return outcome
  const bids = arrayLength(message, 'bids')
  const asks = arrayLength(message, 'asks')
  s.f64[slot + DEPTH_SNAPSHOT.limit] = limit > 0 ? limit : Math.max(bids, asks)
  s.f64[slot + DEPTH_SNAPSHOT.limit + 1] = 0
  return finish(s, message, row, kind)
}

/** Where the bids of the book read last end. */
let bidsEnd = 0

function readLevels(s: Scanner, message: JsonObject, bidsKey: string, asksKey: string, row: number): BookOutcome {
  const bids = sideOf(s, message, bidsKey)
  if (bids.kind !== 'array') return bids.problem
  const asks = sideOf(s, message, asksKey)
  if (asks.kind !== 'array') return asks.problem
  const rows = Math.ceil((bids.items.length + asks.items.length) / 4)
  if (rows > MAX_CONTINUATION)
    return problemAt(s, bids, bidsKey, 'too-large', `${rows * 4} levels are more than one row can own`)
  const first = row * 8 + LEVELS
  if (first + rows * 8 > s.slots) return FULL
  bidsEnd = first + bids.items.length * 2
  s.levelsEnd = bidsEnd + asks.items.length * 2
  return readSide(s, bids, bidsKey, first) ?? readSide(s, asks, asksKey, bidsEnd)
}

function readSide(s: Scanner, side: JsonArray, key: string, first: number): Outcome {
  let slot = first
  for (const [index, level] of side.items.entries()) {
    const field = `${key}[${index}]`
    const price = level.kind === 'array' ? level.items[0] : undefined
    const quantity = level.kind === 'array' ? level.items[1] : undefined
    if (price === undefined || quantity === undefined)
      return problemAt(s, level, field, 'bad-field', `${field} is no pair of price and quantity`)
    const outcome = readDecimal(s, price, field, slot, 'price') ?? readDecimal(s, quantity, field, slot + 1, 'quantity')
    if (outcome !== undefined) return outcome
    slot += 2
  }
  return undefined
}

function sideOf(
  s: Scanner,
  message: JsonObject,
  key: string,
): JsonArray | { readonly kind: 'none'; readonly problem: Problem } {
  const side = message.fields.get(key)
  if (side?.kind === 'array') return side
  const problem =
    side === undefined
      ? problemAt(s, message, key, 'missing-field', `${key} is missing`)
      : problemAt(s, side, key, 'bad-field', `${key} is no list`)
  return { kind: 'none', problem }
}

/** The time of the match, else that of the event, else none. */
function readTimes(s: Scanner, message: JsonObject, slot: number): Outcome {
  s.f64[slot + 2] = 0
  const event = message.fields.get('E')
  const match = message.fields.get('T')
  const outcome = event === undefined ? undefined : readTime(s, event, 'E', slot + 2)
  return outcome ?? (match === undefined ? undefined : readTime(s, match, 'T', slot + 2))
}

function readNumber(s: Scanner, message: JsonObject, key: string, slot: number): Outcome {
  const value = message.fields.get(key)
  if (value === undefined) return problemAt(s, message, key, 'missing-field', `${key} is missing`)
  return readInteger(s, value, key, slot)
}

/** An update id as 64 bits: one that is compared with versions, which are doubles, so 2^53 - 1 is the most. */
function readUpdateId(s: Scanner, message: JsonObject, key: string, slot: number): Outcome {
  const outcome = isNone(message.fields.get(key)) ? undefined : readNumber(s, message, key, slot)
  if (outcome !== undefined) return outcome
  const id = isNone(message.fields.get(key)) ? 0 : (s.f64[slot] as number)
  s.i32[slot * 2] = id
  s.i32[slot * 2 + 1] = Math.floor(id / 4_294_967_296)
  return undefined
}

function isNone(value: JsonValue | undefined): boolean {
  return value?.kind === 'number' && value.text === '-1'
}

function finish(s: Scanner, message: JsonObject, row: number, kind: number): Outcome {
  // finishBook refuses only more rows than one head can own, and readLevels has counted them.
  finishBook(s, row, kind, bidsEnd, message.offset)
  return undefined
}

function arrayLength(message: JsonObject, key: string): number {
  const side = message.fields.get(key)
  return side?.kind === 'array' ? side.items.length : 0
}
