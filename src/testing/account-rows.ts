/** Money rows and instruments for tests of the account: written as people would say them, read by the code under test. */
import { assetTable } from '../core/market/assets.ts'
import type { Instrument } from '../core/market/instrument.ts'
import { parseAmount } from '../core/number/decimal.ts'
import { I128Array } from '../core/number/i128.ts'
import { FILL, FILL_FLAGS, FUNDING_PAYMENT, TRANSFER } from '../core/tape/kinds.ts'
import { AMOUNT_DECIMALS, APPEND_TIME, NO_INSTRUMENT, ROW_SLOTS } from '../core/tape/layout.ts'
import { RowBuffer } from '../core/tape/row-buffer.ts'

/** An amount in 10^-18 from its decimal text. */
export function amount(text: string): bigint {
  return parseAmount(text, AMOUNT_DECIMALS)
}

/** An instrument without limits; `base` and `quote` name it. */
export function instrumentOf(
  market: 'spot' | 'linear' | 'inverse',
  base: string,
  quote: string,
  scales: Partial<Instrument> = {},
): Instrument {
  return {
    venue: market === 'spot' ? 'binance-spot' : 'binance-usdm',
    market,
    symbol: `${base}${quote}`,
    version: 1,
    base,
    quote,
    settle: quote,
    contractSize: 1,
    priceDecimals: 2,
    quantityDecimals: 3,
    markDecimals: 8,
    tickSize: 1,
    stepSize: 1,
    minQuantity: 0,
    maxQuantity: 0,
    marketStepSize: 1,
    marketMinQuantity: 0,
    marketMaxQuantity: 0,
    minPrice: 0,
    maxPrice: 0,
    minNotionalMicros: 0,
    priceBandUpPpm: 0,
    priceBandDownPpm: 0,
    inferred: false,
    ...scales,
  }
}

/** A fill as its row tells it: price in quanta, quantity in lots, fee as an amount in 10^-18 of `feeAsset`. */
export interface FillFacts {
  readonly instrument: number
  readonly side: 'buy' | 'sell'
  readonly price: number
  readonly quantity: number
  readonly fee?: bigint
  readonly feeAsset?: number
  readonly maker?: boolean
  /** Engine time in microseconds. */
  readonly time?: number
}

/** Writes money rows into one buffer; each method returns the row's index, valid until `clear` of the buffer. */
export class MoneyRows {
  readonly buffer: RowBuffer
  readonly assets: readonly string[]
  readonly #amount: I128Array = new I128Array(1)

  constructor(instruments: readonly Instrument[], moreAssets: readonly string[] = []) {
    this.assets = [...assetTable(instruments), ...moreAssets]
    this.buffer = new RowBuffer(8)
  }

  asset(name: string): number {
    const index = this.assets.indexOf(name)
    if (index < 0) throw new Error(`no asset ${name}`)
    return index
  }

  fill(facts: FillFacts): number {
    const { buffer } = this
    buffer.clear()
    const flags = (facts.maker === true ? FILL_FLAGS.maker : 0) | (facts.side === 'sell' ? FILL_FLAGS.sell : 0)
    const row = buffer.append(FILL.kind, flags, 0, facts.instrument, 1)
    const at = row * ROW_SLOTS
    buffer.f64[at + APPEND_TIME] = facts.time ?? 0
    buffer.f64[at + FILL.price] = facts.price
    buffer.f64[at + FILL.quantity] = facts.quantity
    buffer.u16[row * 32 + FILL.feeAssetByte / 2] = facts.feeAsset ?? 0
    this.#store(at + FILL.fee, facts.fee ?? 0n)
    return row
  }

  funding(instrument: number, asset: number, paid: bigint): number {
    const { buffer } = this
    buffer.clear()
    const row = buffer.append(FUNDING_PAYMENT.kind, 0, 0, instrument, 1)
    buffer.u16[row * 32 + FUNDING_PAYMENT.assetByte / 2] = asset
    this.#store(row * ROW_SLOTS + FUNDING_PAYMENT.amount, paid)
    return row
  }

  transfer(wallet: number, asset: number, moved: bigint): number {
    const { buffer } = this
    buffer.clear()
    const row = buffer.append(TRANSFER.kind, 0, 0, NO_INSTRUMENT, 0)
    buffer.u16[row * 32 + TRANSFER.assetByte / 2] = asset
    buffer.u16[row * 32 + TRANSFER.walletByte / 2] = wallet
    this.#store(row * ROW_SLOTS + TRANSFER.amount, moved)
    return row
  }

  #store(slot: number, value: bigint): void {
    this.#amount.set(0, value)
    this.#amount.storeTo(0, this.buffer.u32, slot * 8)
  }
}
