/** Whole books without a symbol of their own: REST snapshots in line, and the partial books of spot streams. */
import { DEPTH_PARTIAL, DEPTH_SNAPSHOT } from '../../core/tape/kinds.ts'
import { LETTER_KEY, LETTER_KEY_MASK, skipField } from './scan-field.ts'
import { finishBook, scanLevels } from './scan-levels.ts'
import { scanInteger, scanTime } from './scan-number.ts'
import { FULL, MISS, type Scanner, word } from './scanner.ts'
import { partialLimit, streamSymbol } from './stream-name.ts'

const COMMA = 0x2c
const CLOSE_BRACE = 0x7d

const LIMIT = DEPTH_SNAPSHOT.limit
const LEVELS = DEPTH_SNAPSHOT.levels

/** `"lastUpdateId":`, `"bids":[` and `"asks":[` in words. */
const LAST_KEY: readonly [number, number, number] = [word('"las'), word('tUpd'), word('ateI')]
const LAST_KEY_ENDS = 0x3a2264
const BIDS_KEY: number = word('"bid')
const ASKS_KEY: number = word('"ask')
const SIDE_KEY_ENDS: number = word('s":[')

const LAST = 1
const BIDS = 2
const ASKS = 4
const MATCH_TIME = 8
const EVENT_TIME = 16

/** Reads the fields from `start` to the brace that closes the object. */
export function scanBook(s: Scanner, start: number, row: number): number {
  const view = s.view
  const bytes = s.bytes
  const slot = row * 8
  if (slot + LEVELS > s.slots) return FULL
  const streamed = s.streamStart < s.streamEnd
  const limit = streamed ? partialLimit(s) : 0
  if (streamed ? limit <= 0 || streamSymbol(s) < 0 : s.context < 0) return MISS
  if (!streamed) s.instrument = s.context
  let bidsEnd = 0
  let seen = 0
  let p = start
  s.f64[slot + 2] = 0
  for (;;) {
    const key = view.getInt32(p, true)
    if (key === LAST_KEY[0] && isLastKey(view, p)) {
      if ((seen & LAST) !== 0) return MISS
      seen |= LAST
      p = scanInteger(s, p + 15, slot + 3)
    } else if (key === BIDS_KEY && view.getInt32(p + 4, true) === SIDE_KEY_ENDS) {
      if ((seen & (BIDS | ASKS)) !== 0) return MISS
      seen |= BIDS
      p = scanLevels(s, p + 8, slot + LEVELS)
      bidsEnd = s.levelsEnd
    } else if (key === ASKS_KEY && view.getInt32(p + 4, true) === SIDE_KEY_ENDS) {
      // Asks before bids are left to the slow path.
      if ((seen & (BIDS | ASKS)) !== BIDS) return MISS
      seen |= ASKS
      p = scanLevels(s, p + 8, bidsEnd)
    } else if ((key & LETTER_KEY_MASK) === LETTER_KEY && ((key >>> 8) & 0xff) === 0x54 /* T */) {
      if ((seen & MATCH_TIME) !== 0) return MISS
      seen |= MATCH_TIME
      p = scanTime(s, p + 4, slot + 2)
    } else if ((key & LETTER_KEY_MASK) === LETTER_KEY && ((key >>> 8) & 0xff) === 0x45 /* E */) {
      if ((seen & EVENT_TIME) !== 0) return MISS
      seen |= EVENT_TIME
      p = scanTime(s, p + 4, slot + ((seen & MATCH_TIME) === 0 ? 2 : 1))
    } else p = skipField(s, p)
    if (p < 0) return p
    const next = bytes[p]
    if (next === CLOSE_BRACE) break
    if (next !== COMMA) return MISS
    p++
  }
  if ((seen & (LAST | BIDS | ASKS)) !== (LAST | BIDS | ASKS)) return MISS
  const bids = (bidsEnd - slot - LEVELS) >> 1
  const asks = (s.levelsEnd - bidsEnd) >> 1
  // A snapshot that does not say how many levels were asked for is known as far as it goes.
  s.f64[slot + LIMIT] = streamed ? limit : Math.max(bids, asks)
  s.f64[slot + LIMIT + 1] = 0
  return finishBook(s, row, streamed ? DEPTH_PARTIAL.kind : DEPTH_SNAPSHOT.kind, bidsEnd, p)
}

function isLastKey(view: DataView, p: number): boolean {
  return (
    view.getInt32(p + 4, true) === LAST_KEY[1] &&
    view.getInt32(p + 8, true) === LAST_KEY[2] &&
    (view.getInt32(p + 12, true) & 0xffffff) === LAST_KEY_ENDS
  )
}
