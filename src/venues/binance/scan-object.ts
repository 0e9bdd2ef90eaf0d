/**
 * Flat objects from bytes to the slots of one row, led by a layout.
 *
 * One loop reads all kinds of messages whose fields are single values; what differs between them is data (`layouts.ts`).
 */
import { findSymbol, LETTER_KEY, LETTER_KEY_MASK, scanSymbol, skipKey, skipValue } from './scan-field.ts'
import { scanAmount, scanDecimal, scanId, scanInteger, scanRate, scanTime } from './scan-number.ts'
import { type Layout, OFF_BOOK, READ } from './field-layout.ts'
import { MISS, type Scanner, word } from './scanner.ts'

const RATE_DECIMALS = 12

const SKIP = READ.skip
const PRICE = READ.price
const QUANTITY = READ.quantity
const MARK = READ.mark
const AMOUNT = READ.amount
const RATE = READ.rate
const AVERAGE = READ.average
const INTEGER = READ.integer
const TIME = READ.time
const ID = READ.id
const SYMBOL = READ.symbol
const FLAG = READ.flag
const SIDE = READ.side
const ORDER_TYPE = READ.orderType
const OBJECT = READ.object
const TRADE_ID = READ.tradeId

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const TRUE: number = word('true')
const FALSE: number = word('fals')
const LETTER_E = 0x65
const SELL: number = word('SELL')
const BUY_QUOTE: number = word('BUY"')
const MARKET: readonly [number, number] = [word('"MAR'), word('KET"')]
const CODES = 128

/**
 * Reads the fields from `start` to the brace that closes the object, into the row whose head is slot `slot`. Returns the
 * position of that brace; `s.seen` and `s.flags` tell what was there. `seen` holds the bits of fields read before.
 */
export function scanObject(s: Scanner, start: number, slot: number, layout: Layout, seen: number): number {
  const view = s.view
  const bytes = s.bytes
  const codes = layout.codes
  let p = start
  for (;;) {
    const key = view.getInt32(p, true)
    let code = 0
    if ((key & LETTER_KEY_MASK) === LETTER_KEY) {
      const letter = (key >>> 8) & 0xff
      if (letter < CODES) code = codes[letter] as number
    } else if (key === layout.pairKey && bytes[p + 4] === COLON) {
      code = layout.pairCode
      p++
    }
    // Only a key that is known by its letters needs no closer look.
    p = code === 0 ? skipKey(s, p) : p + 4
    if (p < 0) return MISS
    const read = code & 31
    if (read === SKIP) p = skipValue(s, p, 0)
    else {
      const bit = 1 << (code >>> 9)
      if ((seen & bit) !== 0) return MISS
      seen |= bit
      const to = slot + ((code >>> 5) & 15)
      if (read <= AVERAGE) {
        if (bytes[p] !== QUOTE) return MISS
        p++
        if (s.instrument < 0 && findSymbol(s, start) < 0) return MISS
      }
      switch (read) {
        case PRICE:
        case AVERAGE:
          p = scanDecimal(s, p, s.priceDecimals[s.instrument] as number, to)
          break
        case QUANTITY:
          p = scanDecimal(s, p, s.quantityDecimals[s.instrument] as number, to)
          break
        case MARK:
          p = scanDecimal(s, p, s.markDecimals[s.instrument] as number, to)
          break
        case AMOUNT: {
          const decimals = (s.priceDecimals[s.instrument] as number) + (s.quantityDecimals[s.instrument] as number)
          p = scanAmount(s, p, decimals, to)
          break
        }
        case RATE:
          p = scanRate(s, p, RATE_DECIMALS, to)
          break
        case INTEGER:
          p = scanInteger(s, p, to)
          break
        case TIME:
          p = scanTime(s, p, to)
          break
        case ID:
          p = scanId(s, p, to)
          break
        case TRADE_ID:
          p = scanId(s, p, to)
          s.f64[slot + 3] = (s.i32[to * 2 + 1] as number) * 4_294_967_296 + ((s.i32[to * 2] as number) >>> 0)
          break
        case SYMBOL:
          p = bytes[p] === QUOTE ? scanSymbol(s, p + 1) : MISS
          break
        case FLAG:
          p = scanFlag(s, p)
          break
        case SIDE:
          p = scanSide(s, p)
          break
        case ORDER_TYPE:
          p = scanOrderType(s, p)
          break
        case OBJECT:
          p =
            bytes[p] === OPEN_BRACE && layout.inner !== undefined
              ? scanObject(s, p + 1, slot, layout.inner, 0) + 1
              : MISS
          if (p === 0) return MISS
          break
        default:
          // The event's name, which brought the message here.
          p = skipValue(s, p, 0)
      }
    }
    if (p < 0) return MISS
    const next = bytes[p]
    if (next === CLOSE_BRACE) break
    if (next !== COMMA) return MISS
    p++
  }
  if ((seen & layout.needed) !== layout.needed) return MISS
  s.seen = seen
  return p
}

function scanFlag(s: Scanner, start: number): number {
  const value = s.view.getInt32(start, true)
  if (value === TRUE) {
    s.flags |= 1
    return start + 4
  }
  return value === FALSE && s.bytes[start + 4] === LETTER_E ? start + 5 : MISS
}

function scanSide(s: Scanner, start: number): number {
  if (s.bytes[start] !== QUOTE) return MISS
  const value = s.view.getInt32(start + 1, true)
  if (value === BUY_QUOTE) return start + 5
  if (value !== SELL || s.bytes[start + 5] !== QUOTE) return MISS
  s.flags |= 1
  return start + 6
}

function scanOrderType(s: Scanner, start: number): number {
  if (s.view.getInt32(start, true) === MARKET[0] && s.view.getInt32(start + 4, true) === MARKET[1]) return start + 8
  s.flags |= OFF_BOOK
  return s.bytes[start] === QUOTE ? skipValue(s, start, 0) : MISS
}
