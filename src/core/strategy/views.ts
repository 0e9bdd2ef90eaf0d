/**
 * What strategies see of rows and prices: one object of each sort, moved from row to row, so that nothing is made per row.
 * Quanta become units of the asset here (`count / 10^decimals`, the nearest double to the exact decimal).
 */
import type { MarketState } from '../engine/market-state.ts'
import { TOP } from '../engine/market-state.ts'
import type { Instrument } from '../market/instrument.ts'
import { FILL, FILL_FLAGS, SELL_TAKER, TRADE } from '../tape/kinds.ts'
import { HEAD, ROW_BYTES, ROW_SLOTS } from '../tape/layout.ts'
import { RowBuffer } from '../tape/row-buffer.ts'
import type { BestView, FillView, InstrumentId, MarkView, PositionView, TradeView } from './contract.ts'

const NOTHING: RowBuffer = new RowBuffer(1)

/** Common part: an instrument's prices. */
class InstrumentPrices {
  instrument: InstrumentId = 0
  protected readonly market: MarketState
  readonly #instruments: readonly Instrument[]

  constructor(market: MarketState, instruments: readonly Instrument[]) {
    this.market = market
    this.#instruments = instruments
  }

  get symbol(): string {
    return this.#instruments[this.instrument]?.symbol ?? ''
  }
}

export class BestPrices extends InstrumentPrices implements BestView {
  get bid(): number {
    return (
      (this.market.top[this.instrument * 4 + TOP.bid] as number) / (this.market.priceScale[this.instrument] as number)
    )
  }

  get bidQuantity(): number {
    return (
      (this.market.top[this.instrument * 4 + TOP.bidQuantity] as number) /
      (this.market.quantityScale[this.instrument] as number)
    )
  }

  get ask(): number {
    return (
      (this.market.top[this.instrument * 4 + TOP.ask] as number) / (this.market.priceScale[this.instrument] as number)
    )
  }

  get askQuantity(): number {
    return (
      (this.market.top[this.instrument * 4 + TOP.askQuantity] as number) /
      (this.market.quantityScale[this.instrument] as number)
    )
  }

  get mid(): number {
    const at = this.instrument * 4
    return (
      ((this.market.top[at + TOP.bid] as number) + (this.market.top[at + TOP.ask] as number)) /
      2 /
      (this.market.priceScale[this.instrument] as number)
    )
  }
}

export class MarkPrices extends InstrumentPrices implements MarkView {
  get mark(): number {
    return (this.market.mark[this.instrument] as number) / (this.market.markScale[this.instrument] as number)
  }

  get index(): number {
    return (this.market.index[this.instrument] as number) / (this.market.markScale[this.instrument] as number)
  }

  get fundingRate(): number {
    return (this.market.fundingRate[this.instrument] as number) / 1e12
  }
}

/** A trade or fill row; `bind` moves it. */
class RowPrices extends InstrumentPrices {
  protected rows: RowBuffer = NOTHING
  protected row = 0

  bind(rows: RowBuffer, row: number, instrument: InstrumentId): void {
    this.rows = rows
    this.row = row
    this.instrument = instrument
  }
}

export class TradePrices extends RowPrices implements TradeView {
  get price(): number {
    return (
      (this.rows.f64[this.row * ROW_SLOTS + TRADE.price] as number) /
      (this.market.priceScale[this.instrument] as number)
    )
  }

  get quantity(): number {
    return (
      (this.rows.f64[this.row * ROW_SLOTS + TRADE.quantity] as number) /
      (this.market.quantityScale[this.instrument] as number)
    )
  }

  get sell(): boolean {
    return ((this.rows.u8[this.row * ROW_BYTES + HEAD.flags] as number) & SELL_TAKER) !== 0
  }
}

export class FillPrices extends RowPrices implements FillView {
  get price(): number {
    return (
      (this.rows.f64[this.row * ROW_SLOTS + FILL.price] as number) / (this.market.priceScale[this.instrument] as number)
    )
  }

  get quantity(): number {
    return (
      (this.rows.f64[this.row * ROW_SLOTS + FILL.quantity] as number) /
      (this.market.quantityScale[this.instrument] as number)
    )
  }

  get sell(): boolean {
    return ((this.rows.u8[this.row * ROW_BYTES + HEAD.flags] as number) & FILL_FLAGS.sell) !== 0
  }

  get maker(): boolean {
    return ((this.rows.u8[this.row * ROW_BYTES + HEAD.flags] as number) & FILL_FLAGS.maker) !== 0
  }
}

/** A strategy's own position in the instrument it is bound to. */
export class OwnPosition implements PositionView {
  /** Key of the position: strategy times instruments plus instrument. */
  key = 0
  instrument: InstrumentId = 0
  readonly #lots: Float64Array
  readonly #entry: Float64Array
  readonly #market: MarketState

  /** `lots` are signed lots per key, `entry` average entry prices per key in price quanta. */
  constructor(lots: Float64Array, entry: Float64Array, market: MarketState) {
    this.#lots = lots
    this.#entry = entry
    this.#market = market
  }

  get quantity(): number {
    return (this.#lots[this.key] as number) / (this.#market.quantityScale[this.instrument] as number)
  }

  get averageEntry(): number {
    return (this.#entry[this.key] as number) / (this.#market.priceScale[this.instrument] as number)
  }

  get direction(): 'long' | 'short' | 'flat' {
    const lots = this.#lots[this.key] as number
    return lots > 0 ? 'long' : lots < 0 ? 'short' : 'flat'
  }
}
