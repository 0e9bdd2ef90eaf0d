/**
 * Order book of one instrument, rebuilt from depth rows by the venue's rules.
 *
 * In: DEPTH_DIFF, DEPTH_SNAPSHOT, DEPTH_PARTIAL and GAP rows, in tape order. Out: the levels of both sides, the best of each,
 * and one of three states. Owns the continuity check: a diff that does not continue the last one breaks the book, which
 * then keeps the diffs that come and waits for a snapshot they connect to. Refuses nothing and throws nothing on market
 * data; what it cannot use is counted and told by the returned outcome. Absent is not zero: beyond what snapshots reached,
 * a level that is not held is unknown (`BookSide.knows`), and levels kept over a gap are unverified until next updated.
 */
import { idAsNumber } from '../tape/ids.ts'
import { DEPTH_DIFF, DEPTH_PARTIAL, DEPTH_SNAPSHOT, GAP } from '../tape/kinds.ts'
import { ROW_BYTES, VENUE_TIME, VERSION } from '../tape/layout.ts'
import { recordRows, RowBuffer } from '../tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import { BookSide, SIDE } from './book-side.ts'
import { checksumSide, loadSide, saveSide } from './book-side-state.ts'
import { LINK, linkToDiff, linkToSnapshot, type ChainRule } from './chain-rule.ts'
import type { LevelChanges } from './level-changes.ts'
import { WaitingDiffs } from './waiting-diffs.ts'

/** `syncing`: no snapshot yet. `live`: every diff since the snapshot is in. `broken`: a diff is missing. */
export const BOOK_STATE = { syncing: 0, live: 1, broken: 2 } as const

/** What a row did to a book. */
export const BOOK_OUTCOME = {
  /** Levels changed as the row says. */
  changed: 0,
  /** A snapshot or partial book replaced levels; diffs that had waited for it are in too. */
  rebuilt: 1,
  /** The diff is kept until a snapshot comes. */
  waiting: 2,
  /** Nothing new: the book is already past it. */
  old: 3,
  /** The diff does not continue the last one: the book is broken. `gapExpected` and `gapReceived` say where. */
  gap: 4,
  /** Not usable now: a snapshot older than the waiting diffs, a partial book beside diffs, or no depth row at all. */
  unused: 5,
} as const

/** Columns of `Book.top`: price and quantity quanta, 0 when the side holds no level. */
export const TOP = { bid: 0, bidQuantity: 1, ask: 2, askQuantity: 3 } as const

export interface BookOptions {
  /** Price distance by which levels are indexed, in price quanta. Finer prices are found out and cost one re-index. */
  readonly tickSize: number
  readonly rule: ChainRule
}

/** Cells of `#cells`. */
const LAST = 0
const EXPECTED = 1
const RECEIVED = 2
const TIME = 3

export class Book {
  readonly bids: BookSide
  readonly asks: BookSide
  /** Best bid and ask, current after every row: see TOP. */
  readonly top: Float64Array = new Float64Array(4)
  /** A BOOK_STATE. */
  state: number = BOOK_STATE.syncing
  /** Gaps found so far. */
  gaps = 0
  /** Diffs and snapshots that were older than the book. */
  oldRows = 0
  /** Rows after which the best bid was not below the best ask. */
  crossings = 0
  readonly #rule: ChainRule
  readonly #cells: Float64Array = new Float64Array(4)
  readonly #waiting: WaitingDiffs
  /** A snapshot ahead of the live book: needed if the next diff turns out to be missing its predecessor. */
  #spare: RowBuffer | undefined
  #spareId = 0
  /** No diff has followed the snapshot yet, so that the next one is joined by the rule for the first. */
  #atSnapshot = false
  /** A snapshot has been applied: from then on partial books have nothing to add. */
  #hasChain = false

  constructor(options: BookOptions) {
    this.#rule = options.rule
    this.bids = new BookSide(SIDE.bid, options.tickSize)
    this.asks = new BookSide(SIDE.ask, options.tickSize)
    this.#waiting = new WaitingDiffs(options.rule)
  }

  /** Id of the last update that is in the book; 0 before the first. */
  get lastUpdateId(): number {
    return this.#cells[LAST] as number
  }
  /** Link (previous or first id, by the venue's rule) that the diff at the last gap should have had, and had. */
  get gapExpected(): number {
    return this.#cells[EXPECTED] as number
  }
  get gapReceived(): number {
    return this.#cells[RECEIVED] as number
  }
  /** Venue time of the last row that changed the book, microseconds. */
  get venueTime(): number {
    return this.#cells[TIME] as number
  }
  /** Levels kept over a gap and not confirmed since, both sides. */
  get unverified(): number {
    return this.bids.unverified + this.asks.unverified
  }
  /** Diffs that waited for a snapshot in vain. */
  get droppedDiffs(): number {
    return this.#waiting.dropped
  }

  /** Takes one row of this instrument; returns a BOOK_OUTCOME. */
  apply(buffer: RowBuffer, row: number): number {
    return this.#take(buffer, row, undefined)
  }

  /** The same, and lists in `changes` (cleared first) every level the row names with its quantity before and after. */
  applyDiffTracking(buffer: RowBuffer, row: number, changes: LevelChanges): number {
    changes.clear()
    return this.#take(buffer, row, changes)
  }

  /** A live book becomes broken because its source was interrupted, until a snapshot or the very next diff heals it. */
  interrupt(): void {
    if (this.state === BOOK_STATE.live) this.state = BOOK_STATE.broken
  }

  /** True when the best bid is not below the best ask. */
  isCrossed(): boolean {
    const bid = this.top[TOP.bid] as number
    const ask = this.top[TOP.ask] as number
    return bid !== 0 && ask !== 0 && bid >= ask
  }

  /** The side by its number (SIDE). */
  side(side: number): BookSide {
    return side === SIDE.bid ? this.bids : this.asks
  }

  /** 32-bit checksum over all levels, bids then asks, best first. Equal books have equal ones however they came to be. */
  checksum(): number {
    return checksumSide(this.asks, checksumSide(this.bids, 0)) >>> 0
  }

  save(writer: StateWriter): void {
    writer.begin('book', 1)
    writer.u8(this.state)
    writer.u8((this.#atSnapshot ? 1 : 0) + (this.#hasChain ? 2 : 0))
    writer.f64s(this.#cells)
    writer.f64(this.gaps)
    writer.f64(this.oldRows)
    writer.f64(this.crossings)
    saveSide(this.bids, writer)
    saveSide(this.asks, writer)
    this.#waiting.save(writer)
    writer.f64(this.#spareId)
    writer.u8s(this.#spare === undefined ? new Uint8Array(0) : this.#spare.u8)
    writer.end()
  }

  /** Becomes the saved book, whatever it was before. */
  load(reader: StateReader): void {
    reader.begin('book', 1)
    this.state = reader.u8()
    const flags = reader.u8()
    this.#atSnapshot = (flags & 1) !== 0
    this.#hasChain = (flags & 2) !== 0
    reader.into(this.#cells)
    this.gaps = reader.f64()
    this.oldRows = reader.f64()
    this.crossings = reader.f64()
    loadSide(this.bids, reader)
    loadSide(this.asks, reader)
    this.#waiting.load(reader)
    this.#spareId = reader.f64()
    const spare = reader.u8s()
    this.#spare = spare.length === 0 ? undefined : rowsOf(spare)
    reader.end()
    this.#readTop()
  }

  #take(buffer: RowBuffer, row: number, changes: LevelChanges | undefined): number {
    switch (buffer.u8[row * ROW_BYTES] as number) {
      case DEPTH_DIFF.kind:
        return this.#takeDiff(buffer, row, changes)
      case DEPTH_SNAPSHOT.kind:
        return this.#takeSnapshot(buffer, row, changes)
      case DEPTH_PARTIAL.kind:
        return this.#takePartial(buffer, row, changes)
      case GAP.kind:
        return this.#takeGap(buffer, row)
      default:
        return BOOK_OUTCOME.unused
    }
  }

  #takeDiff(buffer: RowBuffer, row: number, changes: LevelChanges | undefined): number {
    // After an interruption the next diff may still continue the last one: then nothing was lost.
    const mayContinue = this.state === BOOK_STATE.live || this.#waiting.rows.length === 0
    if (!this.#hasChain || !mayContinue) return this.#wait(buffer, row, changes)
    const link = this.#atSnapshot
      ? linkToSnapshot(this.#rule, buffer, row, this.#cells)
      : linkToDiff(this.#rule, buffer, row, this.#cells)
    if (link === LINK.continues) {
      this.state = BOOK_STATE.live
      this.#applyDiff(buffer, row, changes)
      this.#readTop()
      return BOOK_OUTCOME.changed
    }
    if (link === LINK.old) {
      this.oldRows++
      return BOOK_OUTCOME.old
    }
    if (this.state === BOOK_STATE.broken) return this.#wait(buffer, row, changes)
    this.state = BOOK_STATE.broken
    this.gaps++
    this.#cells[EXPECTED] = this.lastUpdateId + this.#rule.step
    this.#cells[RECEIVED] = idAsNumber(buffer, row * 8 + this.#rule.link)
    this.#wait(buffer, row, changes)
    return BOOK_OUTCOME.gap
  }

  /** Keeps a diff; a snapshot that came too early for the live book may now be the one it needs. */
  #wait(buffer: RowBuffer, row: number, changes: LevelChanges | undefined): number {
    this.#waiting.add(buffer, row)
    const spare = this.#spare
    if (spare === undefined || !this.#resync(spare, 0, changes)) return BOOK_OUTCOME.waiting
    return BOOK_OUTCOME.rebuilt
  }

  #takeSnapshot(buffer: RowBuffer, row: number, changes: LevelChanges | undefined): number {
    const id = buffer.f64[row * 8 + VERSION] as number
    if (this.state === BOOK_STATE.live && this.#hasChain) {
      if (id <= this.lastUpdateId) {
        this.oldRows++
        return BOOK_OUTCOME.old
      }
      if (!this.#atSnapshot) {
        this.#keepSpare(buffer, row)
        return BOOK_OUTCOME.unused
      }
    }
    return this.#resync(buffer, row, changes) ? BOOK_OUTCOME.rebuilt : BOOK_OUTCOME.unused
  }

  /** Lays a snapshot over the book and applies the waiting diffs that follow it. False if they do not connect. */
  #resync(buffer: RowBuffer, row: number, changes: LevelChanges | undefined): boolean {
    const cells = this.#cells
    const waiting = this.#waiting.rows
    const before = this.lastUpdateId
    cells[LAST] = buffer.f64[row * 8 + VERSION] as number
    let next = 0
    let link: number = LINK.old
    let skipped = 0
    while (next < waiting.length && link === LINK.old) {
      link = linkToSnapshot(this.#rule, waiting, next, cells)
      if (link !== LINK.old) break
      next += recordRows(waiting, next)
      skipped++
    }
    if (link === LINK.gap) {
      cells[LAST] = before
      return false
    }
    this.#overlay(buffer, row, true)
    this.state = BOOK_STATE.live
    this.#atSnapshot = true
    this.#hasChain = true
    this.oldRows += skipped
    for (; next < waiting.length; next += recordRows(waiting, next)) this.#applyDiff(waiting, next, undefined)
    this.#waiting.clear()
    if (this.#spareId <= this.lastUpdateId) this.#spare = undefined
    if (changes !== undefined) changes.rebuilt = true
    this.#readTop()
    return true
  }

  #takePartial(buffer: RowBuffer, row: number, changes: LevelChanges | undefined): number {
    if (this.#hasChain) return BOOK_OUTCOME.unused
    const id = buffer.f64[row * 8 + VERSION] as number
    if (id !== 0 && id <= this.lastUpdateId) {
      this.oldRows++
      return BOOK_OUTCOME.old
    }
    this.#overlay(buffer, row, false)
    this.#cells[LAST] = id
    this.state = BOOK_STATE.live
    if (changes !== undefined) changes.rebuilt = true
    this.#readTop()
    return BOOK_OUTCOME.rebuilt
  }

  /** A hole that the source itself knows of; one that the book has found by itself changes nothing. */
  #takeGap(buffer: RowBuffer, row: number): number {
    const isDepth = buffer.u8[row * ROW_BYTES + GAP.streamByte] === DEPTH_DIFF.kind
    if (!isDepth || this.state !== BOOK_STATE.live) return BOOK_OUTCOME.unused
    this.gaps++
    this.#cells[EXPECTED] = idAsNumber(buffer, row * 8 + GAP.expected)
    this.#cells[RECEIVED] = idAsNumber(buffer, row * 8 + GAP.received)
    this.state = BOOK_STATE.broken
    return BOOK_OUTCOME.gap
  }

  #overlay(buffer: RowBuffer, row: number, keepFar: boolean): void {
    const bids = buffer.u32[row * 16 + (DEPTH_SNAPSHOT.bidCountByte >> 2)] as number
    const asks = buffer.u32[row * 16 + (DEPTH_SNAPSHOT.askCountByte >> 2)] as number
    const limit = buffer.f64[row * 8 + DEPTH_SNAPSHOT.limit] as number
    const levels = row * 8 + DEPTH_SNAPSHOT.levels
    this.bids.overlay(buffer.f64, levels, bids, keepFar, bids === 0 || bids < limit)
    this.asks.overlay(buffer.f64, levels + bids * 2, asks, keepFar, asks === 0 || asks < limit)
    this.#cells[TIME] = buffer.f64[row * 8 + VENUE_TIME] as number
  }

  #applyDiff(buffer: RowBuffer, row: number, changes: LevelChanges | undefined): void {
    const bids = buffer.u32[row * 16 + (DEPTH_DIFF.bidCountByte >> 2)] as number
    const asks = buffer.u32[row * 16 + (DEPTH_DIFF.askCountByte >> 2)] as number
    const levels = row * 8 + DEPTH_DIFF.levels
    if (bids > 0) this.bids.apply(buffer.f64, levels, bids, changes)
    if (asks > 0) this.asks.apply(buffer.f64, levels + bids * 2, asks, changes)
    this.#cells[LAST] = buffer.f64[row * 8 + VERSION] as number
    this.#cells[TIME] = buffer.f64[row * 8 + VENUE_TIME] as number
    this.#atSnapshot = false
    if (this.#spare !== undefined && this.#spareId <= (this.#cells[LAST] as number)) this.#spare = undefined
  }

  #readTop(): void {
    this.bids.writeBest(this.top, TOP.bid)
    this.asks.writeBest(this.top, TOP.ask)
    if (this.isCrossed()) this.crossings++
  }

  #keepSpare(buffer: RowBuffer, row: number): void {
    const rows = recordRows(buffer, row)
    this.#spare = rowsOf(buffer.u8.subarray(row * ROW_BYTES, (row + rows) * ROW_BYTES))
    this.#spareId = buffer.f64[row * 8 + VERSION] as number
  }
}

function rowsOf(bytes: Uint8Array): RowBuffer {
  const rows = new RowBuffer(bytes.length / ROW_BYTES)
  rows.u8.set(bytes)
  rows.length = rows.capacity
  return rows
}
