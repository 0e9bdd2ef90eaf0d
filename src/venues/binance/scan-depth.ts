/** Changes of a book (`depthUpdate`) from bytes to rows. Futures send the top of a book in the same form. */
import { DEPTH_DIFF, DEPTH_PARTIAL } from '../../core/tape/kinds.ts'
import { findSymbol, LETTER_KEY, LETTER_KEY_MASK, scanSymbol, skipField, skipValue } from './scan-field.ts'
import { scanId, scanInteger, scanTime } from './scan-number.ts'
import { finishBook, scanLevels } from './scan-levels.ts'
import { FULL, MISS, type Scanner, word } from './scanner.ts'
import { partialLimit } from './stream-name.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const CLOSE_BRACE = 0x7d
/** `"pu"`: the last update id of the message before (futures). */
const PREVIOUS_KEY: number = word('"pu"')

const DIFF = DEPTH_DIFF.kind
const PARTIAL = DEPTH_PARTIAL.kind
const LEVELS = DEPTH_DIFF.levels
const FIRST_ID = DEPTH_DIFF.firstUpdateId
const PREVIOUS_ID = DEPTH_DIFF.previousUpdateId

const EVENT = 1
const EVENT_TIME = 2
const MATCH_TIME = 4
const SYMBOL = 8
const FIRST = 16
const LAST = 32
const PREVIOUS = 64
const BIDS = 128
const ASKS = 256
const NEEDED_SPOT: number = EVENT | SYMBOL | FIRST | LAST | BIDS | ASKS
const NEEDED_FUTURES: number = NEEDED_SPOT | PREVIOUS

/** Reads the fields of a depthUpdate from `start` to the brace that closes it; `seen` is 1 if its `e` came before. */
export function scanDepthUpdate(s: Scanner, start: number, row: number, seen: number): number {
  const view = s.view
  const bytes = s.bytes
  const slot = row * 8
  if (slot + LEVELS > s.slots) return FULL
  const limit = partialLimit(s)
  if (limit < 0) return MISS
  let bidsEnd = slot + LEVELS
  let asksAt = 0
  let p = start
  s.f64[slot + 2] = 0
  s.f64[slot + PREVIOUS_ID] = 0
  for (;;) {
    const key = view.getInt32(p, true)
    if ((key & LETTER_KEY_MASK) === LETTER_KEY) {
      const field = p
      p += 4
      switch ((key >>> 8) & 0xff) {
        case 0x62: // b
          if (s.instrument < 0) p = findSymbol(s, field)
          if (p < 0 || (seen & BIDS) !== 0 || bytes[field + 4] !== OPEN_BRACKET) return MISS
          seen |= BIDS
          p = scanLevels(s, field + 5, slot + LEVELS)
          bidsEnd = s.levelsEnd
          break
        case 0x61: // a
          if ((seen & ASKS) !== 0 || bytes[p] !== OPEN_BRACKET) return MISS
          seen |= ASKS
          if ((seen & BIDS) !== 0) p = scanLevels(s, p + 1, bidsEnd)
          else {
            // Bids come first on the tape: the asks must wait for them.
            asksAt = p + 1
            p = skipValue(s, p, 0)
          }
          break
        case 0x75: // u
          if ((seen & LAST) !== 0) return MISS
          seen |= LAST
          p = scanInteger(s, p, slot + 3)
          break
        case 0x55: // U
          if ((seen & FIRST) !== 0) return MISS
          seen |= FIRST
          p = scanId(s, p, slot + FIRST_ID)
          break
        case 0x54: // T
          if ((seen & MATCH_TIME) !== 0) return MISS
          seen |= MATCH_TIME
          p = scanTime(s, p, slot + 2)
          break
        case 0x45: // E
          if ((seen & EVENT_TIME) !== 0) return MISS
          seen |= EVENT_TIME
          // The time of the match is the better one; slot 1 is written last, so it can hold what is not wanted.
          p = scanTime(s, p, slot + ((seen & MATCH_TIME) === 0 ? 2 : 1))
          break
        case 0x73: // s
          if ((seen & SYMBOL) !== 0 || bytes[p] !== QUOTE) return MISS
          seen |= SYMBOL
          p = scanSymbol(s, p + 1)
          break
        case 0x65: // e
          if ((seen & EVENT) !== 0) return MISS
          seen |= EVENT
          p = skipValue(s, p, 0)
          break
        default:
          p = skipField(s, field)
      }
    } else if (key === PREVIOUS_KEY) {
      if ((seen & PREVIOUS) !== 0 || bytes[p + 4] !== COLON) return MISS
      seen |= PREVIOUS
      p = scanId(s, p + 5, slot + PREVIOUS_ID)
    } else p = skipField(s, p)
    if (p < 0) return p
    const next = bytes[p]
    if (next === CLOSE_BRACE) break
    if (next !== COMMA) return MISS
    p++
  }
  const needed = s.spot ? NEEDED_SPOT : NEEDED_FUTURES
  if ((seen & needed) !== needed) return MISS
  if (asksAt > 0) {
    const end = scanLevels(s, asksAt, bidsEnd)
    if (end < 0) return end
  }
  if (limit > 0) {
    s.f64[slot + FIRST_ID] = limit
    s.f64[slot + PREVIOUS_ID] = 0
  }
  return finishBook(s, row, limit > 0 ? PARTIAL : DIFF, bidsEnd, p)
}
