/**
 * What the account is worth: a view of balances and positions at given prices.
 *
 * In: the ledger, an account's positions and columns of prices. Out: equity in one asset, in 10^-18 of it. Owns: how a
 * position is valued. Refuses to guess: what no price reaches is counted as unvalued. Fails: with a RangeError when a value
 * leaves 128 bits. Changes nothing. `equity-view.ts` is the same with everything that it is made of.
 */
import { I128Array } from '../number/i128.ts'
import { NO_INSTRUMENT } from '../tape/layout.ts'
import type { Ledger } from './ledger.ts'
import type { PositionTable } from './positions.ts'
import { RateChains } from './rate-chains.ts'
import type { PriceColumns } from './rate-chains.ts'
import { FACTORS, MAX_OPERAND_SCALE, POWERS_OF_TEN, SPLIT_ROUNDING, setScaledProduct } from './settlement.ts'
import type { Settlement } from './settlement.ts'

/** Sums of one asset of profit: one for each power of ten that can be an operand. */
const SUMS = MAX_OPERAND_SCALE + 1

export class Valuation {
  readonly ledger: Ledger
  readonly settlement: Settlement
  /** Index of the asset that equity is told in. */
  readonly asset: number
  /** Prices, and the way from any asset to `asset`. */
  readonly chains: RateChains
  /** What there is of each asset: balances, and unrealised profit in it. */
  readonly #holdings: I128Array
  readonly #part: I128Array = new I128Array(2)
  readonly #factors: Float64Array = new Float64Array(FACTORS)
  /** The assets that contracts of the session settle in. */
  readonly #moneys: Int32Array
  /** By instrument: place of its asset in `#moneys`. */
  readonly #moneyOf: Int32Array
  /** Values by asset of profit and scale, as exact counts. */
  readonly #sums: Float64Array

  /** `ledger` and `settlement` must have one table of assets. */
  constructor(ledger: Ledger, settlement: Settlement, asset: number) {
    this.ledger = ledger
    this.settlement = settlement
    this.asset = asset
    this.chains = new RateChains(settlement, asset)
    this.#holdings = new I128Array(ledger.assets.length)
    this.#moneys = Int32Array.from(new Set(settlement.money))
    this.#moneyOf = settlement.money.map((money) => this.#moneys.indexOf(money))
    this.#sums = new Float64Array(this.#moneys.length * SUMS)
  }

  /**
   * Writes the equity of an account into `into[at]`: its balances in all wallets and the unrealised profit of its contract
   * positions. Returns how many assets and positions could not be valued and are missing in it; 0 means complete.
   * Allocates nothing. Costs some nanoseconds per open position, because an engine asks after every fill.
   */
  equityOf(account: number, positions: PositionTable, prices: PriceColumns, into: I128Array, at: number): number {
    const { ledger, asset: goal } = this
    const holdings = this.#holdings
    const moneys = this.#moneys
    for (let i = 0; i < moneys.length; i += 1) holdings.setNumber(moneys[i] as number, 0)
    for (let i = 0; i < ledger.usedCount; i += 1) this.#takeBalances(account, ledger.used[i] as number)
    let unvalued = this.#takePositions(positions, prices)
    into.setNumber(at, 0)
    let linked = false
    for (let i = 0; i < ledger.usedCount + moneys.length; i += 1) {
      const asset = (i < ledger.usedCount ? ledger.used[i] : moneys[i - ledger.usedCount]) as number
      if ((i >= ledger.usedCount && ledger.isUsed[asset] === 1) || holdings.isZero(asset)) continue
      if (asset !== goal && !linked) this.chains.link(prices)
      linked ||= asset !== goal
      if (asset === goal || this.chains.convert(asset, holdings, asset, prices)) into.add(at, asset, holdings)
      else unvalued += 1
    }
    return unvalued
  }

  /**
   * Writes the unrealised profit of a position into `into[at]`, in its asset of profit: value at the price less open cost.
   * Returns false, and writes 0, when something is held and there is no price. Allocates nothing.
   */
  unrealisedOf(positions: PositionTable, index: number, prices: PriceColumns, into: I128Array, at: number): boolean {
    into.setNumber(at, 0)
    const instrument = positions.instrument[index] as number
    if (instrument === NO_INSTRUMENT) return true
    const dusty = !positions.dust.isZero(index)
    if (positions.quantity[index] === 0 && !dusty) return true
    const { chains } = this
    if (!chains.readPrice(instrument, prices)) return false
    this.#writeValue(positions, index, into, at)
    if (dusty) {
      this.#part.copy(1, index, positions.dust)
      this.#part.mulDiv(1, chains.price, 0, 1, SPLIT_ROUNDING)
      into.add(at, 1, this.#part)
    }
    into.sub(at, index, positions.cost)
    return true
  }

  /**
   * Writes what a position brought so far into `into[at]`, in its asset of profit: realised and unrealised profit and
   * funding, less fees (those in third assets left out). Returns false, without the unrealised part, when there is no price.
   */
  netOf(positions: PositionTable, index: number, prices: PriceColumns, into: I128Array, at: number): boolean {
    const complete = this.unrealisedOf(positions, index, prices, into, at)
    into.add(at, index, positions.realised)
    into.add(at, index, positions.funding)
    into.sub(at, index, positions.fees)
    return complete
  }

  #takeBalances(account: number, asset: number): void {
    const { ledger } = this
    const holdings = this.#holdings
    holdings.setNumber(asset, 0)
    for (let wallet = 0; wallet < ledger.wallets.length; wallet += 1)
      holdings.add(asset, ledger.slot(account, wallet, asset), ledger.balances)
  }

  /**
   * Adds the unrealised profit of all contract positions to the holdings; returns how many have no price. Values that are
   * whole counts below 2^53 are added up as doubles, exactly, and the open cost comes off as one sum.
   */
  #takePositions(positions: PositionTable, prices: PriceColumns): number {
    const { settlement, chains } = this
    const { quantity, instrument: instruments } = positions
    const holdings = this.#holdings
    const moneys = this.#moneys
    let unvalued = 0
    for (let i = 0; i < moneys.length; i += 1)
      holdings.sub(moneys[i] as number, moneys[i] as number, positions.openCost)
    for (let index = 0; index < positions.rows; index += 1) {
      const lots = quantity[index] as number
      const instrument = instruments[index] as number
      if (lots === 0 || settlement.spot[instrument] !== 0) continue
      if (!chains.readPrice(instrument, prices)) {
        unvalued += 1
        holdings.add(settlement.money[instrument] as number, index, positions.cost)
        continue
      }
      const scale = (settlement.lotScale[instrument] as number) - chains.decimals
      const sum = (this.#moneyOf[instrument] as number) * SUMS + scale
      const value = (chains.price[0] as number) * lots
      const total = value + (this.#sums[sum] as number)
      const isPlain = scale >= 0 && scale <= MAX_OPERAND_SCALE && settlement.isWhole[instrument] === 1
      if (isPlain && Math.abs(value) <= Number.MAX_SAFE_INTEGER && Math.abs(total) <= Number.MAX_SAFE_INTEGER) {
        this.#sums[sum] = total
      } else {
        this.#writeValue(positions, index, this.#part, 0)
        holdings.add(settlement.money[instrument] as number, 0, this.#part)
      }
    }
    this.#emptySums()
    return unvalued
  }

  #emptySums(): void {
    const factors = this.#factors
    for (let sum = 0; sum < this.#sums.length; sum += 1) {
      if (this.#sums[sum] === 0) continue
      factors[0] = this.#sums[sum] as number
      factors[1] = POWERS_OF_TEN[sum % SUMS] as number
      this.#holdings.addProduct(this.#moneys[Math.floor(sum / SUMS)] as number, factors, 0, 1)
      this.#sums[sum] = 0
    }
  }

  /** Writes what the lots of a position are worth at the price read last. */
  #writeValue(positions: PositionTable, index: number, into: I128Array, at: number): void {
    const { settlement, chains } = this
    const instrument = positions.instrument[index] as number
    const factors = this.#factors
    factors[0] = chains.price[0] as number
    factors[1] = positions.quantity[index] as number
    const lotScale = settlement.lotScale[instrument] as number
    if (settlement.isWhole[instrument] === 1) {
      setScaledProduct(into, at, factors, lotScale - chains.decimals)
    } else {
      setScaledProduct(into, at, factors, 0)
      into.mulDiv(at, settlement.contract, instrument * 2, instrument * 2 + 1, SPLIT_ROUNDING)
      const scale = lotScale - (settlement.contractDecimals[instrument] as number) - chains.decimals
      if (scale >= 0) into.scaleUp(at, scale)
      else into.scaleDown(at, -scale, SPLIT_ROUNDING)
    }
  }
}
