/** Equity with everything that it is made of: each balance, each position, and the row of every price. */
import { printAmount, printDecimal } from '../number/decimal.ts'
import { I128Array } from '../number/i128.ts'
import { AMOUNT_DECIMALS } from '../tape/layout.ts'
import type { PositionTable } from './positions.ts'
import type { PriceBasis, PriceColumns } from './rate-chains.ts'
import type { Valuation } from './valuation.ts'

/** Which row set a price: its kind, its place in the inputs' sequence, and the venue's version of the datum. */
export interface PriceOrigin {
  readonly kind: number
  readonly sequence: number
  readonly version: number
}

/** Tells the origin of an instrument's price, where the owner of the price columns keeps it. */
export type OriginOf = (instrument: number, basis: PriceBasis) => PriceOrigin | undefined

/** A price that a value rests on. */
export interface PriceUsed {
  readonly instrument: number
  readonly symbol: string
  readonly basis: PriceBasis
  /** In the instrument's quote asset, exact. */
  readonly price: string
  readonly origin: PriceOrigin | undefined
}

/** Amounts are in 10^-18 of `asset`, values in 10^-18 of the equity's asset; undefined where no price reaches. */
export interface ValuedBalance {
  readonly wallet: string
  readonly asset: string
  readonly amount: bigint
  readonly value: bigint | undefined
}

export interface ValuedPosition {
  /** Row in the position table. */
  readonly index: number
  readonly instrument: number
  readonly symbol: string
  /** Signed lots. */
  readonly quantity: number
  readonly asset: string
  readonly cost: bigint
  readonly unrealised: bigint | undefined
  readonly price: PriceUsed | undefined
}

/**
 * Equity and what it is made of. `value`s of balances are rounded one by one, `equity` once per asset, so that they may
 * differ by some 10^-18 where another asset is converted. Spot positions are contained in the balances.
 */
export interface EquityView {
  readonly asset: string
  readonly equity: bigint
  readonly balances: readonly ValuedBalance[]
  readonly positions: readonly ValuedPosition[]
  readonly prices: readonly PriceUsed[]
  /** What is missing in `equity`, in words. */
  readonly unvalued: readonly string[]
}

/**
 * The equity of `account` as `valuation.equityOf` gives it, explained. `originOf` tells which rows set the prices, where the
 * owner of the columns knows. Cold path.
 */
export function explainEquity(
  valuation: Valuation,
  account: number,
  positions: PositionTable,
  prices: PriceColumns,
  originOf?: OriginOf,
): EquityView {
  return new Explanation(valuation, positions, prices, originOf).view(account)
}

class Explanation {
  readonly #valuation: Valuation
  readonly #positions: PositionTable
  readonly #prices: PriceColumns
  readonly #originOf: OriginOf | undefined
  readonly #used: Map<number, PriceUsed> = new Map()
  readonly #unvalued: string[] = []

  constructor(valuation: Valuation, positions: PositionTable, prices: PriceColumns, originOf: OriginOf | undefined) {
    this.#valuation = valuation
    this.#positions = positions
    this.#prices = prices
    this.#originOf = originOf
  }

  view(account: number): EquityView {
    const { chains, ledger, settlement } = this.#valuation
    const total = new I128Array(1)
    this.#valuation.equityOf(account, this.#positions, this.#prices, total, 0)
    chains.link(this.#prices)
    const balances = ledger.assets.flatMap((_, asset) =>
      ledger.wallets.flatMap((__, wallet) => this.#balance(account, wallet, asset)),
    )
    const { quantity, instrument } = this.#positions
    const positions = [...quantity.keys()]
      .filter((index) => quantity[index] !== 0 && settlement.spot[instrument[index] as number] === 0)
      .map((index) => this.#position(index))
    const prices = [...this.#used.values()]
    return { asset: this.#goal, equity: total.get(0), balances, positions, prices, unvalued: this.#unvalued }
  }

  get #goal(): string {
    return this.#valuation.ledger.assets[this.#valuation.asset] ?? ''
  }

  #balance(account: number, wallet: number, asset: number): readonly ValuedBalance[] {
    const { ledger } = this.#valuation
    const amount = ledger.balance(account, wallet, asset)
    if (amount === 0n) return []
    const found = { wallet: ledger.wallets[wallet] ?? '', asset: ledger.assets[asset] ?? '', amount }
    const value = this.#valueOf(asset, amount)
    if (value === undefined) {
      const text = printAmount(amount, AMOUNT_DECIMALS, { trim: true })
      this.#unvalued.push(`${text} ${found.asset} in ${found.wallet}: no priced market leads to ${this.#goal}`)
    }
    return [{ ...found, value }]
  }

  #position(index: number): ValuedPosition {
    const { settlement } = this.#valuation
    const positions = this.#positions
    const instrument = positions.instrument[index] as number
    const money = settlement.money[instrument] as number
    const symbol = settlement.instruments[instrument]?.symbol ?? ''
    const asset = settlement.assets[money] ?? ''
    const quantity = positions.quantity[index] as number
    const amount = new I128Array(1)
    const isPriced = this.#valuation.unrealisedOf(positions, index, this.#prices, amount, 0)
    const unrealised = isPriced ? amount.get(0) : undefined
    if (unrealised === undefined) this.#unvalued.push(`position of ${quantity} lots in ${symbol}: no price yet`)
    else if (this.#valueOf(money, unrealised) === undefined)
      this.#unvalued.push(`profit of ${symbol} in ${asset}: no priced market leads to ${this.#goal}`)
    const price = isPriced ? this.#use(instrument) : undefined
    return { index, instrument, symbol, quantity, asset, cost: positions.cost.get(index), unrealised, price }
  }

  /** An amount in the equity's asset, over a chain whose prices are noted as used. */
  #valueOf(asset: number, amount: bigint): bigint | undefined {
    const { chains, asset: goal } = this.#valuation
    const value = new I128Array(1)
    value.set(0, amount)
    if (asset !== goal && !chains.convert(asset, value, 0, this.#prices)) return undefined
    for (const instrument of chains.marketsOf(asset)) this.#use(instrument)
    return value.get(0)
  }

  #use(instrument: number): PriceUsed {
    const known = this.#used.get(instrument)
    if (known !== undefined) return known
    const { chains, settlement } = this.#valuation
    chains.readPrice(instrument, this.#prices)
    const price: PriceUsed = {
      instrument,
      symbol: settlement.instruments[instrument]?.symbol ?? '',
      basis: chains.basis,
      price: printDecimal(chains.price[0] as number, chains.decimals, { trim: true }),
      origin: this.#originOf?.(instrument, chains.basis),
    }
    this.#used.set(instrument, price)
    return price
  }
}
