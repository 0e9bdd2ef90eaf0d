/** Finds holes in the depth diffs of each instrument while they are read, and puts a GAP row in front of what revealed one. */
import { chainRuleOf, LINK, linkToDiff, type ChainRule } from '../../core/market/chain-rule.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { idAsNumber, writeId } from '../../core/tape/ids.ts'
import { DEPTH_DIFF, GAP, GAP_REASON } from '../../core/tape/kinds.ts'
import { APPEND_TIME, ROW_BYTES, VENUE_TIME, VERSION } from '../../core/tape/layout.ts'
import { instrumentOf, recordRows, sourceOf, type RowBuffer } from '../../core/tape/row-buffer.ts'

const DIFF = DEPTH_DIFF.kind

export class GapWatch {
  readonly #rule: ChainRule
  readonly #instruments: readonly Instrument[]
  /** Last update id of each instrument, 0 before its first diff; one array each, as the rule wants them. */
  readonly #last: readonly Float64Array[]

  constructor(venue: string, instruments: readonly Instrument[]) {
    this.#rule = chainRuleOf(venue)
    this.#instruments = instruments
    this.#last = instruments.map(() => new Float64Array(1))
  }

  /**
   * Looks at the records from `from` to the end of `rows`. For each hole inserts a GAP row and calls `tell`. False when there
   * was no room for it: then nothing has changed, and the records must come again in another buffer.
   */
  check(rows: RowBuffer, from: number, tell: (reason: string) => void): boolean {
    for (let row = from; row < rows.length; row += recordRows(rows, row)) {
      if (rows.u8[row * ROW_BYTES] !== DIFF) continue
      const last = this.#last[instrumentOf(rows, row)] as Float64Array
      if ((last[0] as number) > 0) {
        const link = linkToDiff(this.#rule, rows, row, last)
        if (link === LINK.old) continue
        if (link === LINK.gap) {
          if (!rows.hasRoom(1)) return false
          this.#insert(rows, row, last, tell)
          row++
        }
      }
      last[0] = rows.f64[row * 8 + VERSION] as number
    }
    return true
  }

  #insert(rows: RowBuffer, row: number, last: Float64Array, tell: (reason: string) => void): void {
    const expected = (last[0] as number) + this.#rule.step
    const received = idAsNumber(rows, row * 8 + this.#rule.link)
    const instrument = instrumentOf(rows, row)
    const source = sourceOf(rows, row)
    rows.u8.copyWithin((row + 1) * ROW_BYTES, row * ROW_BYTES, rows.length * ROW_BYTES)
    const length = rows.length + 1
    rows.length = row
    rows.append(GAP.kind, 0, source, instrument, 0)
    rows.length = length
    const slot = row * 8
    rows.f64[slot + APPEND_TIME] = rows.f64[slot + 8 + APPEND_TIME] as number
    rows.f64[slot + VENUE_TIME] = rows.f64[slot + 8 + VENUE_TIME] as number
    writeId(rows, slot + GAP.expected, expected)
    writeId(rows, slot + GAP.received, received)
    rows.u8[row * ROW_BYTES + GAP.reasonByte] = GAP_REASON.updateIds
    rows.u8[row * ROW_BYTES + GAP.streamByte] = DIFF
    const symbol = this.#instruments[instrument]?.symbol ?? ''
    tell(`gap in the depth diffs of ${symbol}: update id ${expected} should have followed, ${received} came`)
  }
}
