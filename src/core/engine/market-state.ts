/**
 * The newest prices of every instrument, in columns, in the order the engine learned them, and which row set each of them.
 */
import type { PriceOrigin } from '../account/equity-view.ts'
import type { PriceBasis } from '../account/rate-chains.ts'
import { assert } from '../assert.ts'
import { AGGREGATE_TRADE, BEST_BID_ASK, CANDLE, MARK_PRICE, TRADE } from '../tape/kinds.ts'
import { ROW_BYTES, VERSION } from '../tape/layout.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import type { Instrument } from '../market/instrument.ts'
import { scaleOf } from '../number/decimal.ts'

/** Columns of `top`, four per instrument. Quantities of 0 mean that the side is not known. */
export const TOP = { bid: 0, bidQuantity: 1, ask: 2, askQuantity: 3 } as const

/** An origin is two numbers: sequence times this plus kind (0: no row yet), and version. */
export const KIND_RANGE = 256

export class MarketState {
  /** Best bid and ask: price quanta and lots, `4 * instrument + TOP`. */
  readonly top: Float64Array
  /** Last trade or candle close, in price quanta; 0 if none yet. */
  readonly last: Float64Array
  /** Mark price in mark quanta; 0 if none yet. */
  readonly mark: Float64Array
  /** Funding rate to come, counts of 10^-12. */
  readonly fundingRate: Float64Array
  readonly index: Float64Array
  /** 10^priceDecimals, 10^quantityDecimals, 10^markDecimals. */
  readonly priceScale: Float64Array
  readonly quantityScale: Float64Array
  readonly markScale: Float64Array
  /** 1 where best prices come from a book that is not live: what `top` says is old. */
  readonly isStale: Uint8Array
  /** Origin of each price, two places per instrument. */
  readonly lastOrigin: Float64Array
  readonly topOrigin: Float64Array
  readonly #markOrigin: Float64Array
  readonly #sequence: Float64Array

  /** `sequence[0]` is the place of the row at hand among the inputs. */
  constructor(instruments: readonly Instrument[], sequence: Float64Array) {
    const n = instruments.length
    this.isStale = new Uint8Array(n)
    this.lastOrigin = new Float64Array(n * 2)
    this.topOrigin = new Float64Array(n * 2)
    this.#markOrigin = new Float64Array(n * 2)
    this.#sequence = sequence
    this.top = new Float64Array(n * 4)
    this.last = new Float64Array(n)
    this.mark = new Float64Array(n)
    this.index = new Float64Array(n)
    this.fundingRate = new Float64Array(n)
    this.priceScale = Float64Array.from(instruments, (i) => scaleOf(i.priceDecimals))
    this.quantityScale = Float64Array.from(instruments, (i) => scaleOf(i.quantityDecimals))
    this.markScale = Float64Array.from(instruments, (i) => scaleOf(i.markDecimals))
  }

  onTrade(buffer: RowBuffer, row: number, instrument: number, kind: number): void {
    this.last[instrument] = buffer.f64[row * 8 + TRADE.price] as number
    const origin = this.lastOrigin
    origin[instrument * 2] = (this.#sequence[0] as number) * KIND_RANGE + kind
    origin[instrument * 2 + 1] = buffer.f64[row * 8 + VERSION] as number
  }

  onBest(buffer: RowBuffer, row: number, instrument: number): void {
    const { f64 } = buffer
    const { top } = this
    const from = row * 8 + BEST_BID_ASK.bid
    const to = instrument * 4
    top[to] = f64[from] as number
    top[to + 1] = f64[from + 1] as number
    top[to + 2] = f64[from + 2] as number
    top[to + 3] = f64[from + 3] as number
    const origin = this.topOrigin
    origin[instrument * 2] = (this.#sequence[0] as number) * KIND_RANGE + BEST_BID_ASK.kind
    origin[instrument * 2 + 1] = buffer.f64[row * 8 + VERSION] as number
  }

  /** Takes the best prices of a book that the depth row at `row` changed; returns whether they are others than before. */
  onBookTop(best: Float64Array, buffer: RowBuffer, row: number, instrument: number): boolean {
    const { top } = this
    const at = instrument * 4
    let changed = false
    for (let i = 0; i < 4; i++) {
      if (top[at + i] !== best[i]) changed = true
      top[at + i] = best[i] as number
    }
    const origin = this.topOrigin
    origin[instrument * 2] = (this.#sequence[0] as number) * KIND_RANGE + (buffer.u8[row * ROW_BYTES] as number)
    origin[instrument * 2 + 1] = buffer.f64[row * 8 + VERSION] as number
    return changed
  }

  onCandle(buffer: RowBuffer, row: number, instrument: number): void {
    this.last[instrument] = buffer.f64[row * 8 + CANDLE.close] as number
    const origin = this.lastOrigin
    origin[instrument * 2] = (this.#sequence[0] as number) * KIND_RANGE + (buffer.u8[row * ROW_BYTES] as number)
    origin[instrument * 2 + 1] = buffer.f64[row * 8 + VERSION] as number
  }

  onMark(buffer: RowBuffer, row: number, instrument: number): void {
    const from = row * 8
    this.mark[instrument] = buffer.f64[from + MARK_PRICE.mark] as number
    this.index[instrument] = buffer.f64[from + MARK_PRICE.index] as number
    this.fundingRate[instrument] = buffer.f64[from + MARK_PRICE.fundingRate] as number
    const origin = this.#markOrigin
    origin[instrument * 2] = (this.#sequence[0] as number) * KIND_RANGE + (buffer.u8[row * ROW_BYTES] as number)
    origin[instrument * 2 + 1] = buffer.f64[row * 8 + VERSION] as number
  }

  /** Which row set the price that an instrument has by `basis`; undefined while it has none. */
  originOf(instrument: number, basis: PriceBasis): PriceOrigin | undefined {
    const origin = basis === 'last' ? this.lastOrigin : basis === 'mark' ? this.#markOrigin : this.topOrigin
    const place = origin[instrument * 2] ?? 0
    if (place === 0) return undefined
    const kind = place % KIND_RANGE
    return { kind, sequence: (place - kind) / KIND_RANGE, version: origin[instrument * 2 + 1] as number }
  }

  /** Writes the price to value and size by (price quanta) into `out[0]`: the last trade, else the mid, else 0. */
  reference(instrument: number, out: Float64Array): void {
    const last = this.last[instrument] as number
    const at = instrument * 4
    const bid = this.top[at] as number
    const ask = this.top[at + 2] as number
    out[0] = last > 0 ? last : bid > 0 && ask > 0 ? Math.floor((bid + ask) / 2) : 0
  }

  save(writer: StateWriter): void {
    writer.begin('market', 3)
    for (const column of this.#columns()) writer.f64s(column)
    writer.u8s(this.isStale)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('market', 3)
    for (const column of this.#columns()) reader.into(column)
    reader.into(this.isStale)
    reader.end()
  }

  #columns(): readonly Float64Array[] {
    const origins = [this.lastOrigin, this.topOrigin, this.#markOrigin]
    return [this.top, this.last, this.mark, this.index, this.fundingRate, ...origins]
  }
}

// Trades and aggregates share the slots that are read here; a layout that parts them must split the handler.
assert(TRADE.price === AGGREGATE_TRADE.price && TRADE.quantity === AGGREGATE_TRADE.quantity, 'trade layouts differ')
