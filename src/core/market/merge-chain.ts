/**
 * Merge of the depth diffs of one instrument: one unbroken chain out of what several connections bring.
 *
 * A diff goes on only if it continues the last one by the venue's rule, whichever source it comes from. One that does not
 * may be early: it waits, bounded in time and number, for a source that still brings what is missing. When the wait is over
 * a GAP row tells the hole, and the chain begins anew with the earliest diff that waits.
 */
import { idAsNumber, writeId } from '../tape/ids.ts'
import { DEPTH_DIFF, GAP, GAP_REASON } from '../tape/kinds.ts'
import { APPEND_TIME, HEAD, ROW_BYTES, VENUE_TIME, VERSION } from '../tape/layout.ts'
import { recordRows, RowBuffer, sourceOf } from '../tape/row-buffer.ts'
import { LINK, linkToDiff, type ChainRule } from './chain-rule.ts'

/** Diffs that wait at most, with all their rows: 2 s of a busy book from three connections. */
const MOST_WAITING = 64
const MOST_WAITING_ROWS = 2048

export class ChainMerge {
  /** Diffs dropped because another source had brought them. */
  repeats = 0
  gaps = 0
  readonly #rule: ChainRule
  readonly #wait: number
  /** [id of the last diff that went on; append time since which the oldest waits] */
  readonly #last: Float64Array = new Float64Array(2)
  #begun = false
  #waiting: RowBuffer = new RowBuffer(0)
  /** Rows of `#waiting` where diffs begin; those gone on are marked by -1. */
  readonly #starts: Int32Array = new Int32Array(MOST_WAITING)
  #slots = 0
  #count = 0

  /** `wait` in microseconds of append time; 0 for a single source, where nobody else could bring what is missing. */
  constructor(rule: ChainRule, wait: number) {
    this.#rule = rule
    this.#wait = wait
  }

  /** Rows that may have to be appended at once, besides those of the row that comes. */
  get heldRows(): number {
    return this.#waiting.length + this.#count
  }

  /** Takes a DEPTH_DIFF and appends what goes on. */
  take(buffer: RowBuffer, row: number, out: RowBuffer): void {
    this.expire(buffer, row, out)
    const link = this.#begun ? linkToDiff(this.#rule, buffer, row, this.#last) : LINK.continues
    if (link === LINK.continues) {
      this.#pass(buffer, row, out)
      this.#drain(out)
      return
    }
    if (link === LINK.old || this.#isWaiting(buffer, row)) {
      this.repeats++
      return
    }
    if (this.#count === 0) this.#last[1] = buffer.f64[row * 8 + APPEND_TIME] as number
    const rows = recordRows(buffer, row)
    while (this.#count > 0 && (this.#slots === MOST_WAITING || this.#waiting.length + rows > MOST_WAITING_ROWS))
      this.#giveUp(out)
    this.#hold(buffer, row, rows)
    if (this.#wait === 0) while (this.#count > 0) this.#giveUp(out)
  }

  /** Ends waits that are over at the append time of the row at `row`, of whatever kind. */
  expire(buffer: RowBuffer, row: number, out: RowBuffer): void {
    while (this.#count > 0 && (buffer.f64[row * 8 + APPEND_TIME] as number) - (this.#last[1] as number) > this.#wait)
      this.#giveUp(out)
  }

  #pass(from: RowBuffer, row: number, out: RowBuffer): void {
    out.appendRecord(from, row)
    this.#begun = true
    this.#last[0] = from.f64[row * 8 + VERSION] as number
  }

  /** Lets waiting diffs follow as long as one continues the chain. */
  #drain(out: RowBuffer): void {
    for (let i = 0; i < this.#slots && this.#count > 0; i++) {
      const start = this.#starts[i] as number
      if (start < 0) continue
      const link = linkToDiff(this.#rule, this.#waiting, start, this.#last)
      if (link === LINK.gap) continue
      this.#release(i)
      if (link === LINK.old) {
        this.repeats++
        continue
      }
      this.#pass(this.#waiting, start, out)
      i = -1 // the next one may have come before it
    }
    if (this.#count > 0) return
    this.#waiting.clear()
    this.#slots = 0
  }

  /** The earliest waiting diff begins the chain anew, behind a GAP row. */
  #giveUp(out: RowBuffer): void {
    let earliest = -1
    for (let i = 0; i < this.#slots; i++) {
      if ((this.#starts[i] as number) < 0) continue
      if (earliest < 0 || this.#idOf(i) < this.#idOf(earliest)) earliest = i
    }
    const start = this.#starts[earliest] as number
    const { f64 } = this.#waiting
    const gap = out.append(GAP.kind, 0, sourceOf(this.#waiting, start), instrumentAt(this.#waiting, start), 0)
    out.f64[gap * 8 + APPEND_TIME] = f64[start * 8 + APPEND_TIME] as number
    out.f64[gap * 8 + VENUE_TIME] = f64[start * 8 + VENUE_TIME] as number
    writeId(out, gap * 8 + GAP.expected, (this.#last[0] as number) + this.#rule.step)
    writeId(out, gap * 8 + GAP.received, idAsNumber(this.#waiting, start * 8 + this.#rule.link))
    out.u8[gap * ROW_BYTES + GAP.reasonByte] = GAP_REASON.updateIds
    out.u8[gap * ROW_BYTES + GAP.streamByte] = DEPTH_DIFF.kind
    this.gaps++
    this.#release(earliest)
    this.#pass(this.#waiting, start, out)
    this.#drain(out)
    // Those that are left have waited since they came, not since the earliest did.
    let since = Number.POSITIVE_INFINITY
    for (let i = 0; i < this.#slots; i++) {
      const left = this.#starts[i] as number
      if (left >= 0) since = Math.min(since, this.#waiting.f64[left * 8 + APPEND_TIME] as number)
    }
    this.#last[1] = since
  }

  #release(i: number): void {
    this.#starts[i] = -1
    this.#count--
  }

  #idOf(i: number): number {
    return this.#waiting.f64[(this.#starts[i] as number) * 8 + VERSION] as number
  }

  #isWaiting(buffer: RowBuffer, row: number): boolean {
    const id = buffer.f64[row * 8 + VERSION] as number
    for (let i = 0; i < this.#slots; i++) if ((this.#starts[i] as number) >= 0 && this.#idOf(i) === id) return true
    return false
  }

  #hold(buffer: RowBuffer, row: number, rows: number): void {
    if (!this.#waiting.hasRoom(rows)) {
      const grown = new RowBuffer(Math.max(64, (this.#waiting.length + rows) * 2))
      grown.u8.set(this.#waiting.u8.subarray(0, this.#waiting.length * ROW_BYTES))
      grown.length = this.#waiting.length
      this.#waiting = grown
    }
    this.#starts[this.#slots++] = this.#waiting.appendRecord(buffer, row)
    this.#count++
  }
}

function instrumentAt(buffer: RowBuffer, row: number): number {
  return buffer.u16[row * 32 + (HEAD.instrument >> 1)] as number
}
