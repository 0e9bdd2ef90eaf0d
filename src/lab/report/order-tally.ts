/**
 * What became of the orders of a run: placed, filled, cancelled, rejected, blocked, and whose each of them was.
 *
 * In: INTENT, REQUEST, ORDER_UPDATE, FILL and BLOCKED rows. Owns: one small record per intent (17 bytes), because fills name
 * their order by intent and nothing else. Everything else is counts.
 */
import { BLOCK, BLOCKED, FILL, INTENT, ORDER_STATUS, ORDER_UPDATE, REQUEST_OPERATION } from '../../core/tape/kinds.ts'
import { ROW_SLOTS, ROW_WORDS } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { ratio } from './figures.ts'
import type { OrderFacts } from './report-data.ts'

const STATUS_MASK = 0x0f
const FIRST_CAPACITY = 1024
/** Codes beyond this many are counted together: venues have a few dozen. */
const MOST_CODES = 100
const OTHER_CODES = 0

/** States of an order that count once. */
const SEEN = { none: 0, part: 1, whole: 2 } as const

export class OrderTally {
  signals = 0
  /** Columns by intent: its position key plus one (0: unknown), the number of its reason, its quantity, what it filled. */
  #key: Uint32Array = new Uint32Array(FIRST_CAPACITY)
  #reason: Uint32Array = new Uint32Array(FIRST_CAPACITY)
  #quantity: Float64Array = new Float64Array(FIRST_CAPACITY)
  #seen: Uint8Array = new Uint8Array(FIRST_CAPACITY)
  readonly #errorText: (code: number) => string
  readonly #byStatus: number[] = Array.from({ length: 16 }, () => 0)
  readonly #rejections: Map<number, number> = new Map()
  readonly #blocks: number[] = Object.values(BLOCK).map(() => 0)
  #placed = 0
  #cancelRequests = 0
  #blocked = 0
  #filledWhole = 0
  #filledPart = 0
  // Values in the quote asset at the orders' prices, as doubles: a ratio, not money.
  #valuePlaced = 0
  #valueFilled = 0

  constructor(errorText: (code: number) => string) {
    this.#errorText = errorText
  }

  /** Position key of an intent, or -1 if the run does not know it. */
  keyOf(intent: number): number {
    return (this.#key[intent] ?? 0) - 1
  }

  /** Number of the reason that an intent was registered with; 0 if unknown. */
  reasonOf(intent: number): number {
    return this.#reason[intent] ?? 0
  }

  /** Registers an INTENT. `unit` is the value of one price quantum times one lot, `last` the newest price in quanta. */
  intent(buffer: RowBuffer, row: number, key: number, reason: number, unit: number, last: number): void {
    const intent = buffer.u32[row * ROW_WORDS + INTENT.intentByte / 4] as number
    if (intent >= this.#key.length) this.#grow(intent)
    const at = row * ROW_SLOTS
    const quantity = buffer.f64[at + INTENT.quantity] as number
    const price = (buffer.f64[at + INTENT.price] as number) || (buffer.f64[at + INTENT.trigger] as number) || last
    this.#key[intent] = key + 1
    this.#reason[intent] = reason
    this.#quantity[intent] = quantity
    this.#valuePlaced += quantity * price * unit
  }

  request(buffer: RowBuffer, row: number): void {
    if (buffer.u8[row * 64 + 1] === REQUEST_OPERATION.cancel) this.#cancelRequests += 1
    else if (buffer.u8[row * 64 + 1] === REQUEST_OPERATION.place) this.#placed += 1
  }

  update(buffer: RowBuffer, row: number): void {
    const status = (buffer.u8[row * 64 + 1] as number) & STATUS_MASK
    this.#byStatus[status] = (this.#byStatus[status] as number) + 1
    if (status !== ORDER_STATUS.rejected) return
    const code = buffer.i32[row * ROW_WORDS + ORDER_UPDATE.errorByte / 4] as number
    const counted = this.#rejections.has(code) || this.#rejections.size < MOST_CODES ? code : OTHER_CODES
    this.#rejections.set(counted, (this.#rejections.get(counted) ?? 0) + 1)
  }

  /** Counts a fill of a known order; `unit` as in `intent`. */
  fill(buffer: RowBuffer, row: number, unit: number): void {
    const intent = buffer.u32[row * ROW_WORDS + FILL.intentByte / 4] as number
    const at = row * ROW_SLOTS
    this.#valueFilled += (buffer.f64[at + FILL.quantity] as number) * (buffer.f64[at + FILL.price] as number) * unit
    const whole = (buffer.f64[at + FILL.filled] as number) >= (this.#quantity[intent] as number)
    if (this.#seen[intent] === SEEN.none) this.#filledPart += 1
    if (whole && this.#seen[intent] !== SEEN.whole) {
      this.#filledPart -= 1
      this.#filledWhole += 1
    }
    this.#seen[intent] = whole ? SEEN.whole : SEEN.part
  }

  block(buffer: RowBuffer, row: number): void {
    this.#blocked += 1
    const codes = buffer.u32[row * ROW_WORDS + BLOCKED.codesByte / 4] as number
    for (const [at, bit] of Object.values(BLOCK).entries())
      if ((codes & bit) !== 0) this.#blocks[at] = (this.#blocks[at] as number) + 1
  }

  facts(): OrderFacts {
    const placed = this.#placed
    const status = (code: number): number => this.#byStatus[code] as number
    return {
      signals: this.signals,
      placed,
      accepted: status(ORDER_STATUS.accepted),
      cancelRequests: this.#cancelRequests,
      filled: this.#filledWhole,
      partlyFilled: this.#filledPart,
      cancelled: status(ORDER_STATUS.cancelled),
      expired: status(ORDER_STATUS.expired),
      rejected: status(ORDER_STATUS.rejected),
      fillRatio: ratio(this.#filledWhole + this.#filledPart, placed, 'no orders'),
      quantityRatio: ratio(this.#valueFilled, this.#valuePlaced, 'no orders'),
      blocked: this.#blocked,
      blockedBy: Object.keys(BLOCK)
        .map((name, at) => ({ reason: words(name), count: this.#blocks[at] as number }))
        .filter(({ count }) => count > 0)
        .toSorted((a, b) => b.count - a.count),
      rejectedBy: [...this.#rejections]
        .map(([code, count]) => ({ code, message: this.#messageOf(code), count }))
        .toSorted((a, b) => b.count - a.count),
    }
  }

  #messageOf(code: number): string {
    return code === OTHER_CODES ? 'no code, or one of many others' : this.#errorText(code)
  }

  #grow(intent: number): void {
    const length = Math.max(this.#key.length * 2, intent + 1)
    this.#key = copied(new Uint32Array(length), this.#key)
    this.#reason = copied(new Uint32Array(length), this.#reason)
    this.#quantity = copied(new Float64Array(length), this.#quantity)
    this.#seen = copied(new Uint8Array(length), this.#seen)
  }
}

function copied<Column extends Uint32Array | Float64Array | Uint8Array>(to: Column, from: Column): Column {
  to.set(from)
  return to
}

/** `insufficientFunds` as `insufficient funds`. */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
