/**
 * Merge: redundant sources in, one stream of market rows for the tape out.
 *
 * In: records of market rows from any source, each with its source number, receive time (append time slot) and venue time;
 * a source keeps its own order. Out: the records that go on the tape, GAP rows where depth is lost and SOURCE_REFUSED rows.
 * Owns: which row of several is kept. Latest wins (best prices, marks, candles, tickers, snapshots, partial books), diffs
 * form a chain, events a set. The state that a reader of the output reaches does not depend on arrival order across sources.
 * A diff that had waited goes on with its own receive time: the tape's writer clamps append times, as it does anyway.
 * Refuses: rows whose stamps run ahead of venue time. Bounded: nothing is held but early diffs and leaps of ids.
 * Fails: never by data; an `out` without room is a RangeError before anything is changed.
 */
import { AGGREGATE_TRADE, BEST_BID_ASK, CANDLE, DEPTH_DIFF, DEPTH_PARTIAL, DEPTH_SNAPSHOT } from '../tape/kinds.ts'
import { FUNDING_RATE, LIQUIDATION, MARK_PRICE, TICKER, TRADE } from '../tape/kinds.ts'
import { HEAD, ROW_BYTES } from '../tape/layout.ts'
import { recordRows, type RowBuffer } from '../tape/row-buffer.ts'
import type { ChainRule } from './chain-rule.ts'
import { ChainMerge } from './merge-chain.ts'
import { LatestMerge } from './merge-latest.ts'
import { SetMerge } from './merge-set.ts'
import { StampGuard } from './stamp-guard.ts'

export interface MergeOptions {
  /** Numbering of each instrument's depth diffs, in the order of the instrument table. */
  readonly rules: readonly ChainRule[]
  /** Rank of each source, the smaller the better; its length is the number of sources. */
  readonly ranks: Uint16Array
  /** How long an early diff waits for another source, microseconds. */
  readonly wait: number
  /** How far stamps may run ahead of venue time, microseconds. */
  readonly bound: number
}

/** A second: connections of one venue are apart by some milliseconds, and a snapshot takes as long. */
export const DEFAULT_CHAIN_WAIT_US = 1_000_000

const LATEST_KINDS = [BEST_BID_ASK.kind, MARK_PRICE.kind, TICKER.kind, DEPTH_SNAPSHOT.kind, DEPTH_PARTIAL.kind] as const
const SET_KINDS = [TRADE.kind, AGGREGATE_TRADE.kind, LIQUIDATION.kind, FUNDING_RATE.kind] as const
/** Candle intervals of one merge: the venues know sixteen. */
const MOST_INTERVALS = 32

export class Merge {
  readonly guard: StampGuard
  readonly #rules: readonly ChainRule[]
  readonly #ranks: Uint16Array
  readonly #wait: number
  /** By kind. */
  readonly #latest: (LatestMerge | undefined)[] = []
  readonly #sets: (SetMerge | undefined)[] = []
  readonly #chains: (ChainMerge | undefined)[] = []
  /** Instruments whose chain holds early diffs or has begun. */
  readonly #active: ChainMerge[] = []
  readonly #intervals: number[] = []
  readonly #candles: LatestMerge[] = []

  constructor(options: MergeOptions) {
    this.#rules = options.rules
    this.#ranks = options.ranks
    this.#wait = options.ranks.length > 1 ? options.wait : 0
    this.guard = new StampGuard({ sources: options.ranks.length, bound: options.bound })
    const instruments = options.rules.length
    for (const kind of LATEST_KINDS) this.#latest[kind] = new LatestMerge(kind, instruments, options.ranks)
    for (const kind of SET_KINDS) this.#sets[kind] = new SetMerge(kind, instruments)
  }

  /** Takes the record at `row` and appends to `out` what goes on the tape now; other kinds go on as they are. */
  take(buffer: RowBuffer, row: number, out: RowBuffer): void {
    const kind = buffer.u8[row * ROW_BYTES] as number
    const instrument = buffer.u16[row * 32 + (HEAD.instrument >> 1)] as number
    const chain = kind === DEPTH_DIFF.kind ? this.#chainOf(instrument) : undefined
    // Besides the record: what a chain lets go, a leap that is confirmed, and a report.
    const rows = recordRows(buffer, row) + (chain?.heldRows ?? 0) + 4
    if (!out.hasRoom(rows))
      throw new RangeError(`the merge needs room for ${rows} rows, ${out.capacity - out.length} are free`)
    if (!this.guard.admits(buffer, row, out)) {
      if (this.guard.newlyRefused >= 0) this.#forget(this.guard.newlyRefused)
      return
    }
    if (chain !== undefined) {
      chain.take(buffer, row, out)
      return
    }
    const set = this.#sets[kind]
    if (set !== undefined) {
      set.take(buffer, row, out)
      return
    }
    const latest = kind === CANDLE.kind ? this.#candlesOf(buffer, row) : this.#latest[kind]
    if (latest === undefined || latest.admits(buffer, row)) out.appendRecord(buffer, row)
  }

  /**
   * Ends the waits of early diffs that are over at the append time of the row at `row`, of whatever kind (a timer).
   * Call it now and then, because a chain that hears nothing does not look at the time. `out` needs `heldRows`.
   */
  expire(buffer: RowBuffer, row: number, out: RowBuffer): void {
    if (!out.hasRoom(this.heldRows)) throw new RangeError(`the merge needs room for ${this.heldRows} rows`)
    for (const chain of this.#active) chain.expire(buffer, row, out)
  }

  /** Rows that may come out without any going in. */
  get heldRows(): number {
    let rows = 0
    for (const chain of this.#active) rows += chain.heldRows
    return rows
  }

  /** Rows dropped because another source had brought the same. */
  get repeats(): number {
    let repeats = 0
    for (const part of [...this.#latest, ...this.#sets, ...this.#active, ...this.#candles])
      repeats += part?.repeats ?? 0
    return repeats
  }

  /** Trades of an instrument that no source brought, between the first and the newest. */
  missingTrades(instrument: number): number {
    return this.#sets[TRADE.kind]?.missing(instrument) ?? 0
  }

  /** What a refused source said while it was believed must not outlast it. */
  #forget(source: number): void {
    for (const latest of this.#latest) latest?.forget(source)
    for (const latest of this.#candles) latest.forget(source)
  }

  #chainOf(instrument: number): ChainMerge | undefined {
    const known = this.#chains[instrument]
    const rule = this.#rules[instrument]
    if (known !== undefined || rule === undefined) return known
    const chain = new ChainMerge(rule, this.#wait)
    this.#chains[instrument] = chain
    this.#active.push(chain)
    return chain
  }

  #candlesOf(buffer: RowBuffer, row: number): LatestMerge | undefined {
    const interval = buffer.f64[row * 8 + CANDLE.interval] as number
    const known = this.#intervals.indexOf(interval)
    if (known >= 0 || this.#intervals.length === MOST_INTERVALS) return this.#candles[known]
    const merge = new LatestMerge(CANDLE.kind, this.#rules.length, this.#ranks)
    this.#intervals.push(interval)
    this.#candles.push(merge)
    return merge
  }
}
