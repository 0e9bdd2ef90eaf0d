/** Amounts of any asset in the report's asset, at the newest prices. */
import { RateChains } from '../../core/account/rate-chains.ts'
import type { PriceColumns } from '../../core/account/rate-chains.ts'
import type { Settlement } from '../../core/account/settlement.ts'
import { I128Array } from '../../core/number/i128.ts'

const ONE = 1_000_000_000_000_000_000n

export class Conversion {
  /** Index of the report's asset. */
  readonly asset: number
  /** Names of assets that amounts were in and no price reached; those amounts are missing in the report. */
  readonly missing: Set<string> = new Set()
  readonly #settlement: Settlement
  readonly #prices: PriceColumns
  readonly #chains: RateChains
  readonly #amount: I128Array = new I128Array(1)

  constructor(settlement: Settlement, asset: number, prices: PriceColumns) {
    this.asset = asset
    this.#settlement = settlement
    this.#prices = prices
    this.#chains = new RateChains(settlement, asset)
  }

  /** An amount of 10^-18 of `asset` in 10^-18 of the report's asset, cut toward zero; 0 (and noted) without a price. */
  convert(amount: bigint, asset: number): bigint {
    if (asset === this.asset || amount === 0n) return amount
    this.#chains.link(this.#prices)
    this.#amount.set(0, amount)
    if (this.#chains.convert(asset, this.#amount, 0, this.#prices)) return this.#amount.get(0)
    this.missing.add(this.#settlement.assets[asset] ?? `asset ${asset}`)
    return 0n
  }

  /** What one unit of `asset` is worth, as a double for ratios. */
  rateOf(asset: number): number {
    return asset === this.asset ? 1 : Number(this.convert(ONE, asset)) / Number(ONE)
  }

  /** The newest price of an instrument in its quote asset as a double, 0 if there is none. */
  priceOf(instrument: number): number {
    const { price } = this.#chains
    return this.#chains.readPrice(instrument, this.#prices) ? (price[0] as number) / (price[1] as number) : 0
  }
}
