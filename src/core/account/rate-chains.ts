/** Prices of instruments by preference, and the chains of markets over which one asset is valued in another. */
import type { I128Array } from '../number/i128.ts'
import { POWERS_OF_TEN, SPLIT_ROUNDING } from './settlement.ts'
import type { Settlement } from './settlement.ts'

/**
 * The newest prices by instrument; 0 where there is none. `mark` counts mark quanta, `last` (trade or candle close) price
 * quanta, `top` has four places per instrument: bid, its quantity, ask, its quantity.
 */
export interface PriceColumns {
  readonly mark: Float64Array
  readonly last: Float64Array
  readonly top: Float64Array
}

/** What a price is: mark price, last trade or candle close, middle of best bid and ask. */
export type PriceBasis = 'mark' | 'last' | 'mid'

const UNREACHED = -1

export class RateChains {
  /** The price read last: its count, and the count that is a price of one. Written by `readPrice`. */
  readonly price: Float64Array = new Float64Array(2)
  /** Decimals of the price read last. */
  decimals = 0
  basis: PriceBasis = 'mark'
  readonly #settlement: Settlement
  readonly #goal: number
  /** By asset: markets to pass on the way to the goal, and the first of them. */
  readonly #hops: Int32Array
  readonly #market: Int32Array

  /** Chains that lead to the asset `goal`. */
  constructor(settlement: Settlement, goal: number) {
    this.#settlement = settlement
    this.#goal = goal
    this.#hops = new Int32Array(settlement.assets.length).fill(UNREACHED)
    this.#market = new Int32Array(settlement.assets.length)
  }

  /** Reads the best price of an instrument into `price`, `decimals` and `basis`. Returns false if there is none. */
  readPrice(instrument: number, prices: PriceColumns): boolean {
    const { price } = this
    const { valueScale, priceDecimals, markDecimals } = this.#settlement
    if (!((valueScale[instrument] as number) >= 0)) return false
    const mark = prices.mark[instrument] as number
    const last = prices.last[instrument] as number
    if (mark > 0) {
      price[0] = mark
      this.basis = 'mark'
      this.decimals = markDecimals[instrument] as number
    } else if (last > 0) {
      price[0] = last
      this.basis = 'last'
      this.decimals = priceDecimals[instrument] as number
    } else {
      const bid = prices.top[instrument * 4] as number
      const ask = prices.top[instrument * 4 + 2] as number
      if (!(bid > 0 && ask > 0)) return false
      // Half a quantum is five tenths: one more decimal keeps the middle exact.
      price[0] = (bid + ask) * 5
      this.basis = 'mid'
      this.decimals = (priceDecimals[instrument] as number) + 1
    }
    price[1] = POWERS_OF_TEN[this.decimals] as number
    return true
  }

  /**
   * Finds the chains that the prices allow: the fewest markets, spot before contracts, then the order of the table.
   * Allocates nothing.
   */
  link(prices: PriceColumns): void {
    const hops = this.#hops
    hops.fill(UNREACHED)
    hops[this.#goal] = 0
    for (let reached = 0; ; reached += 1) {
      const bySpot = this.#extend(reached, 1, prices)
      const byContract = this.#extend(reached, 0, prices)
      if (!bySpot && !byContract) return
    }
  }

  /**
   * Converts `amounts[at]` from `asset` to the goal along the chain of the last `link`, rounded toward zero at each market.
   * Returns false, and leaves the amount alone, when no chain leads there.
   */
  convert(asset: number, amounts: I128Array, at: number, prices: PriceColumns): boolean {
    const { base, quote } = this.#settlement
    if (this.#hops[asset] === UNREACHED) return false
    for (let current = asset; current !== this.#goal;) {
      const market = this.#market[current] as number
      this.readPrice(market, prices)
      const sells = base[market] === current
      amounts.mulDiv(at, this.price, sells ? 0 : 1, sells ? 1 : 0, SPLIT_ROUNDING)
      current = (sells ? quote[market] : base[market]) as number
    }
    return true
  }

  /** The markets of an asset's chain in order. Cold path. */
  marketsOf(asset: number): readonly number[] {
    const markets: number[] = []
    if (this.#hops[asset] === UNREACHED) return markets
    for (let current = asset; current !== this.#goal;) {
      const market = this.#market[current] as number
      markets.push(market)
      const { base, quote } = this.#settlement
      current = (base[market] === current ? quote[market] : base[market]) as number
    }
    return markets
  }

  /** Reaches the assets one market further than `reached`; returns whether there were any. */
  #extend(reached: number, spot: number, prices: PriceColumns): boolean {
    const settlement = this.#settlement
    const hops = this.#hops
    let any = false
    for (let i = 0; i < settlement.spot.length; i += 1) {
      if (settlement.spot[i] !== spot) continue
      const base = settlement.base[i] as number
      const quote = settlement.quote[i] as number
      const next =
        hops[quote] === reached && hops[base] === UNREACHED
          ? base
          : hops[base] === reached && hops[quote] === UNREACHED
            ? quote
            : UNREACHED
      if (next === UNREACHED || !this.readPrice(i, prices)) continue
      hops[next] = reached + 1
      this.#market[next] = i
      any = true
    }
    return any
  }
}
