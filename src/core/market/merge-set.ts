/**
 * Merge of events that each happen once (trades, liquidations, fundings): the union by id, whichever source comes first.
 *
 * Ids that a venue counts up are remembered as a sliding window of bits per instrument, all others as the last so many
 * 16-byte keys. A row without id is its content. What is older than a window is dropped as seen and counted.
 */
import { AGGREGATE_TRADE, ID_FORM, TRADE } from '../tape/kinds.ts'
import { HEAD, ROW_BYTES, ROW_WORDS, VENUE_TIME } from '../tape/layout.ts'
import { recordRows, RowBuffer } from '../tape/row-buffer.ts'
import { IdWindow, SEEN } from './id-window.ts'
import { RecentIds } from './recent-ids.ts'

/** Rows without a counted id that are remembered: some seconds of all instruments. */
const RECENT = 16_384

export class SetMerge {
  repeats = 0
  /** Rows dropped because their id lies below the window. */
  tooOld = 0
  /** Rows dropped because their id leapt far ahead and no other came near it. */
  doubted = 0
  readonly #idSlot: number
  readonly #windows: (IdWindow | undefined)[]
  readonly #recent: RecentIds = new RecentIds(RECENT)
  readonly #key: Int32Array = new Int32Array(5)
  /** Records that leapt ahead and wait for a second id near theirs, by instrument. */
  readonly #leaps: (RowBuffer | undefined)[]

  /** For rows of one kind. */
  constructor(kind: number, instruments: number) {
    this.#idSlot = kind === TRADE.kind ? TRADE.id : kind === AGGREGATE_TRADE.kind ? AGGREGATE_TRADE.lastTradeId : 0
    this.#windows = Array.from({ length: instruments }, () => undefined)
    this.#leaps = Array.from({ length: instruments }, () => undefined)
  }

  /** Takes a row and appends what goes on: it, if it is new, and before it one that waited for it. */
  take(buffer: RowBuffer, row: number, out: RowBuffer): void {
    const flags = buffer.u8[row * ROW_BYTES + HEAD.flags] as number
    if (this.#idSlot === 0 || (flags & ID_FORM.mask) !== ID_FORM.decimal) {
      this.#writeKey(buffer, row)
      if (this.#recent.add(this.#key, 0)) out.appendRecord(buffer, row)
      else this.repeats++
      return
    }
    const instrument = buffer.u16[row * 32 + (HEAD.instrument >> 1)] as number
    const window = (this.#windows[instrument] ??= new IdWindow())
    const before = window.see(buffer.u32, (row * 8 + this.#idSlot) * 2)
    if (window.confirmed) this.#releaseLeap(instrument, out)
    if (before === SEEN.no) out.appendRecord(buffer, row)
    else if (before === SEEN.leap) this.#holdLeap(buffer, row, instrument)
    else if (before === SEEN.yes) this.repeats++
    else this.tooOld++
  }

  /** Ids of an instrument that have not come, between its first and its newest; 0 where ids are not counted up. */
  missing(instrument: number): number {
    return this.#windows[instrument]?.missing ?? 0
  }

  #holdLeap(buffer: RowBuffer, row: number, instrument: number): void {
    if (this.#leaps[instrument] !== undefined) this.doubted++
    const held = new RowBuffer(recordRows(buffer, row))
    held.appendRecord(buffer, row)
    this.#leaps[instrument] = held
  }

  #releaseLeap(instrument: number, out: RowBuffer): void {
    const held = this.#leaps[instrument]
    if (held !== undefined) out.appendRecord(held, 0)
    this.#leaps[instrument] = undefined
  }

  /** Instrument and id; for rows without id, instrument and a digest of venue time and payload. */
  #writeKey(buffer: RowBuffer, row: number): void {
    const key = this.#key
    const base = row * ROW_WORDS
    key[0] = buffer.u16[row * 32 + (HEAD.instrument >> 1)] as number
    if (this.#idSlot !== 0) {
      for (let w = 0; w < 4; w++) key[1 + w] = buffer.i32[base + this.#idSlot * 2 + w] as number
      return
    }
    for (let w = 0; w < 4; w++) key[1 + w] = buffer.i32[base + VENUE_TIME * 2 + (w & 1)] as number
    for (let w = 8; w < ROW_WORDS; w++) {
      const mixed = Math.imul((buffer.i32[base + w] as number) ^ (w * 0x9e3779b1), 0x85ebca6b)
      key[1 + (w & 3)] = Math.imul((key[1 + (w & 3)] as number) ^ mixed ^ (mixed >>> 15), 0xc2b2ae35)
    }
  }
}
