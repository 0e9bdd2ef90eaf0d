/**
 * The market inside: one world of index prices, and a crowd at each venue that trades around it.
 *
 * In: ticks. Out: orders of the crowds, and index prices for the futures venue once a second. Owns: the world, the crowds,
 * and which market steps in which tick: busy ones often, quiet ones seldom, spread over the ticks.
 */
import { scaleOf } from '../../core/number/decimal.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { Crowd } from '../crowd/crowd.ts'
import { CROWD_ACCOUNTS } from '../crowd/crowd-venue.ts'
import type { CrowdMarket } from '../crowd/crowd-venue.ts'
import { FairValues, TICK_US } from '../crowd/fair-values.ts'
import type { BoxVenue } from './box-venue.ts'
import type { InsideMarket, Worth } from './inside-market.ts'
import { LONGEST_PERIOD } from './market-table.ts'
import type { BoxMarket } from './markets.ts'

/** What each account of the crowds has at first, in whole units of the quote asset; on spot the same in each base asset. */
const CROWD_FUNDS = 1_000_000_000

/** In each step makers fill a good half of what is empty. */
const OPENING_STEPS = 5

export class SyntheticMarket implements InsideMarket {
  readonly fair: FairValues
  readonly #futures: Crowd
  readonly #spot: Crowd
  /** Mark quanta of a unit of the quote asset, by market. */
  readonly #scales: readonly number[]
  /** Markets that step in the n-th of LONGEST_PERIOD ticks. */
  readonly #due: readonly Int32Array[]

  /** The crowds' accounts are those that `openCrowd` opened: the first of both venues. */
  constructor(seed: number, markets: readonly BoxMarket[], futures: BoxVenue, spot: BoxVenue) {
    this.#scales = markets.map(({ futures: { markDecimals } }) => scaleOf(markDecimals))
    const startPrices = markets.map(({ row }) => row.price)
    this.fair = new FairValues(
      seed,
      markets.map(({ row }) => ({
        startPrice: row.price,
        perSecond: row.ownMove / 1_000_000,
        beta: row.beta,
        period: row.period,
      })),
    )
    const common = { seed, startPrices, firstAccount: 0 }
    // Spot trades about a third of what futures do.
    this.#futures = new Crowd({ ...common, label: 'futures', venue: futures, markets: markets.map(traits(1)) })
    this.#spot = new Crowd({ ...common, label: 'spot', venue: spot, markets: markets.map(traits(1 / 3)) })
    this.#due = Array.from({ length: LONGEST_PERIOD }, (_, tick) =>
      Int32Array.from(markets.flatMap(({ row }, market) => ((tick + market) % row.period === 0 ? [market] : []))),
    )
  }

  /** Lets everybody whose turn it is in this tick act. */
  step(tick: number): void {
    const { fair } = this
    fair.tick()
    const due = this.#due[tick % LONGEST_PERIOD] as Int32Array
    for (let i = 0; i < due.length; i++) {
      const market = due[i] as number
      fair.step(market)
      const regime = Math.max(fair.regime[market] as number, fair.commonRegime)
      const index = fair.price[market] as number
      this.#futures.step(market, index * (1 + (fair.premium[market] as number)), regime)
      this.#spot.step(market, index, regime)
    }
  }

  /** Everybody quotes a few times: no market begins with an empty book. */
  open(): void {
    const { fair } = this
    for (let i = 0; i < fair.count * OPENING_STEPS; i++) {
      const market = i % fair.count
      const index = fair.price[market] as number
      this.#futures.step(market, index, fair.regime[market] as number)
      this.#spot.step(market, index, fair.regime[market] as number)
    }
  }

  worth(instrument: number, into: Worth): void {
    into.index = Math.round((this.fair.price[instrument] as number) * (this.#scales[instrument] as number))
    into.mark = 0
  }

  follow(): void {
    // Crowds do not ask what others did.
  }

  hasNews(): boolean {
    return false
  }

  recycled(): void {
    // Nor do they read the log.
  }

  save(writer: StateWriter): void {
    this.fair.save(writer)
    this.#futures.save(writer)
    this.#spot.save(writer)
  }

  load(reader: StateReader): void {
    this.fair.load(reader)
    this.#futures.load(reader)
    this.#spot.load(reader)
  }
}

/** Opens and funds the crowd's accounts at a venue; `assets` beside the quote asset with their prices. */
export function openCrowd(
  venue: BoxVenue,
  assets: readonly { readonly asset: string; readonly price: number }[],
): void {
  for (let account = 0; account < CROWD_ACCOUNTS; account++) {
    venue.handle({ kind: 'open-account', name: `crowd ${account + 1}` })
    venue.handle({ kind: 'transfer', account, asset: 'USDT', amount: String(CROWD_FUNDS) })
    for (const { asset, price } of assets)
      venue.handle({ kind: 'transfer', account, asset, amount: String(Math.ceil(CROWD_FUNDS / price)) })
  }
  venue.recycle()
}

function traits(size: number): (market: BoxMarket) => CrowdMarket {
  return ({ row }) => ({
    quoteValue: row.quoteValue * size,
    takerValue: row.takerValue,
    takersPerSecond: row.takersPerSecond * size,
    stepSeconds: (row.period * TICK_US) / 1_000_000,
  })
}
