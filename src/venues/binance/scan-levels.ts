/** The levels of a book: `["price","quantity"],…` into pairs of slots, and the head of the row that owns them. */
import { DEPTH_DIFF } from '../../core/tape/kinds.ts'
import { MAX_CONTINUATION } from '../../core/tape/layout.ts'
import { scanDecimal } from './scan-number.ts'
import { FULL, MISS, type Scanner } from './scanner.ts'

const CLOSE_BRACKET = 0x5d
/** `["` and `,"` as half-words. */
const LEVEL_OPENS = 0x225b
const QUANTITY_OPENS = 0x222c
/** `],["` and `]]` as they follow a quantity. */
const NEXT_LEVEL = 0x225b2c5d
const SIDE_ENDS = 0x5d5d

const LEVELS = DEPTH_DIFF.levels
const BID_COUNT = DEPTH_DIFF.bidCountByte / 4
const ASK_COUNT = DEPTH_DIFF.askCountByte / 4

/**
 * Reads the levels of one side into the slots from `slot` on, in quanta of the current instrument. Starts behind the
 * bracket that opens the side, ends behind the one that closes it, and leaves the slot behind the last level in
 * `s.levelsEnd`.
 */
export function scanLevels(s: Scanner, start: number, slot: number): number {
  const view = s.view
  const priceDecimals = s.priceDecimals[s.instrument] as number
  const quantityDecimals = s.quantityDecimals[s.instrument] as number
  const last = s.slots - 2
  let to = slot
  let p = start
  if (s.bytes[p] === CLOSE_BRACKET) {
    s.levelsEnd = to
    return p + 1
  }
  if (view.getUint16(p, true) !== LEVEL_OPENS) return MISS
  p += 2
  for (;;) {
    if (to > last) return FULL
    p = scanDecimal(s, p, priceDecimals, to)
    if (p < 0 || view.getUint16(p, true) !== QUANTITY_OPENS) return MISS
    p = scanDecimal(s, p + 2, quantityDecimals, to + 1)
    if (p < 0) return MISS
    to += 2
    const behind = view.getInt32(p, true)
    if (behind === NEXT_LEVEL) {
      p += 4
      continue
    }
    if ((behind & 0xffff) !== SIDE_ENDS) return MISS
    s.levelsEnd = to
    return p + 2
  }
}

/**
 * Writes the integer parts and the receive time of the book row at `row`, whose bids end at slot `bidsEnd` and whose asks
 * end at `s.levelsEnd`. Returns `p`, the position that the reader has reached, or MISS when one row cannot own so many.
 */
export function finishBook(s: Scanner, row: number, kind: number, bidsEnd: number, p: number): number {
  const first = row * 8 + LEVELS
  let end = s.levelsEnd
  const bids = (bidsEnd - first) >> 1
  const asks = (end - bidsEnd) >> 1
  while ((end & 7) !== 0) s.f64[end++] = 0
  const continuation = (end - first) >> 3
  if (continuation > MAX_CONTINUATION) return MISS
  const at = row * 16
  s.i32[at] = kind | (continuation << 16)
  s.i32[at + 1] = s.source | (s.instrument << 16)
  s.f64[row * 8 + 1] = s.receive[0] as number
  s.i32[at + BID_COUNT] = bids
  s.i32[at + ASK_COUNT] = asks
  s.f64[row * 8 + 7] = 0
  s.rows = 1 + continuation
  return p
}
