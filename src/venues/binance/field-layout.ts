/**
 * Tables of fields: which key of a flat object goes to which slot of a row, and how it is read.
 *
 * The scanner and the slow path are both led by them (`layouts.ts` has one per kind of message), so that they cannot
 * differ in what a field means.
 */
import { word } from './scanner.ts'

/** Letters are ASCII: larger codes are unknown keys. */
const CODES = 128

/** How a field is read. 0 is for letters that a layout does not name. */
export const READ = {
  skip: 0,
  /** Decimals in quotes: in price quanta, lots, or quanta of the mark price. */
  price: 1,
  quantity: 2,
  mark: 3,
  /** 128 bits: price quanta times lots. */
  amount: 4,
  /** Counts of 10^-12. */
  rate: 5,
  /** In price quanta; an average finer than they are cannot be held and becomes 0, which means none. */
  average: 6,
  integer: 7,
  time: 8,
  /** 64 bits. */
  id: 9,
  /** The id of a trade: 64 bits into the slot, and into the version as far as a double holds it. */
  tradeId: 10,
  symbol: 11,
  /** `true` raises flag 1. */
  flag: 12,
  /** `"SELL"` raises flag 1. */
  side: 13,
  /** Anything but `"MARKET"` raises OFF_BOOK. */
  orderType: 14,
  event: 15,
  /** The layout's inner object. */
  object: 16,
} as const

/** Raised by trades that did not happen in the book: insurance fund, auto-deleveraging. */
export const OFF_BOOK = 2

/** One field of a layout: its key, how to read it, and the slot (from the row's head) where it goes. */
export interface LayoutField {
  /** One letter; one field of a layout may have two. */
  readonly key: string
  readonly read: (typeof READ)[keyof typeof READ]
  readonly slot?: number
  readonly optional?: boolean
}

/** The fields of one kind of object, ready for the loop. */
export class Layout {
  readonly fields: readonly LayoutField[]
  /** By character code: READ in bits 0-4, slot in bits 5-8, number of the field from bit 9 on. */
  readonly codes: Int32Array = new Int32Array(CODES)
  /** The key of two letters with its quotes as a word, and its code; 0 without one. */
  readonly pairKey: number
  readonly pairCode: number
  /** Bits of the fields that must be there. */
  readonly needed: number
  /** What a field read as `object` holds. */
  readonly inner: Layout | undefined

  constructor(fields: readonly LayoutField[], inner?: Layout) {
    this.fields = fields
    let needed = 0
    let pair = ''
    let pairCode = 0
    fields.forEach((field, number) => {
      const code = field.read | ((field.slot ?? 0) << 5) | (number << 9)
      if (field.key.length === 2 && pair === '') {
        pair = field.key
        pairCode = code
      } else if (field.key.length === 1 && this.codes[field.key.charCodeAt(0)] === 0) {
        this.codes[field.key.charCodeAt(0)] = code
      } else throw new RangeError(`key ${field.key} is too long or given twice`)
      if (field.optional !== true) needed |= 1 << number
    })
    this.pairKey = pair === '' ? 0 : word(`"${pair}"`)
    this.pairCode = pairCode
    this.needed = needed
    this.inner = inner
  }

  /** The bit of a field in `Scanner.seen`. */
  bit(key: string): number {
    return 1 << this.fields.findIndex((field) => field.key === key)
  }
}
