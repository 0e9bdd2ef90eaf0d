/**
 * The exact margin figures of a position and of an account, in BigInts of 10^-8 of the settle asset: what replies show, what
 * liquidation goes by, and what decides where estimates are too near.
 *
 * Formulas (the venue's documents; d = +1 long, -1 short):
 *   value = quantity * mark; unrealized = value - cost; position margin = |value| / leverage
 *   open-order margin = max(|value + buys|, |value - sells|) / leverage - position margin (hedge mode: the opening side's)
 *   maintenance = |value| * rate - cum of the value's bracket
 *   available = cross wallet + cross unrealized - position margins (cross) - open-order margins, at least 0
 *   liquidation price = (WB - TMM1 + UPNL1 + cum - d * |q| * entry) / (|q| * rate - d * |q|)
 */
import { divideRounded } from '../../../core/number/rounding.ts'
import { scaleOf } from '../../../core/number/decimal.ts'
import { AMOUNT_DECIMALS } from '../venue-instrument.ts'
import { POSITION_SIDE } from '../requests.ts'
import type { Accounts } from './accounts.ts'
import type { Markets } from './markets.ts'
import type { PositionRows } from './position-rows.ts'
import { ENTRY_DECIMALS } from './views.ts'
import type { Wallets } from './wallets.ts'

/** Figures of one row. */
export interface RowFigures {
  readonly value: bigint
  readonly unrealized: bigint
  readonly positionMargin: bigint
  readonly orderMargin: bigint
  readonly maintenance: bigint
  readonly isolated: boolean
  readonly isolatedWallet: bigint
}

/** Sums over an account's rows in one asset. */
export interface AccountFigures {
  readonly wallet: bigint
  readonly crossWallet: bigint
  readonly unrealized: bigint
  readonly crossUnrealized: bigint
  readonly positionMargin: bigint
  readonly crossPositionMargin: bigint
  readonly orderMargin: bigint
  readonly maintenance: bigint
  readonly crossMaintenance: bigint
}

export class Figures {
  readonly #markets: Markets
  readonly #accounts: Accounts
  readonly #rows: PositionRows
  readonly #wallets: Wallets

  constructor(markets: Markets, accounts: Accounts, rows: PositionRows, wallets: Wallets) {
    this.#markets = markets
    this.#accounts = accounts
    this.#rows = rows
    this.#wallets = wallets
  }

  /** `extraBuys` and `extraSells` are values of orders that are not there yet. */
  ofRow(row: number, extraBuys = 0n, extraSells = 0n): RowFigures {
    const rows = this.#rows
    const instrument = rows.instrument[row] as number
    const key = this.#accounts.key(rows.account[row] as number, instrument)
    const leverage = BigInt(this.#accounts.leverage[key] as number)
    const cost = rows.cost.get(row)
    const value = this.valueOf(instrument, rows.quantity[row] as number) ?? cost
    const size = magnitude(value)
    const buys = rows.buyValue.get(row) + extraBuys
    const sells = rows.sellValue.get(row) + extraSells
    const positionMargin = divideRounded(size, leverage, 'half-up')
    const total = largest(rows.side[row] as number, value, buys, sells)
    return {
      value,
      unrealized: value - cost,
      positionMargin,
      orderMargin: divideRounded(total, leverage, 'half-up') - positionMargin,
      maintenance: size === 0n ? 0n : (this.#markets.brackets[instrument]?.maintenance(size) ?? 0n),
      isolated: this.#accounts.isolated[key] === 1,
      isolatedWallet: rows.isolatedWallet.get(row),
    }
  }

  ofAccount(account: number, asset: number): AccountFigures {
    const rows = this.#rows
    const wallet = this.#wallets.balance(account, asset)
    let [crossWallet, unrealized, crossUnrealized, positionMargin, crossPositionMargin] = [wallet, 0n, 0n, 0n, 0n]
    let [orderMargin, maintenance, crossMaintenance] = [0n, 0n, 0n]
    for (let row = rows.firstOf(account); row !== -1; row = rows.nextOfAccount[row] as number) {
      if (this.#markets.asset[rows.instrument[row] as number] !== asset) continue
      const figures = this.ofRow(row)
      unrealized += figures.unrealized
      positionMargin += figures.positionMargin
      orderMargin += figures.orderMargin
      maintenance += figures.maintenance
      crossWallet -= figures.isolatedWallet
      if (figures.isolated) continue
      crossUnrealized += figures.unrealized
      crossPositionMargin += figures.positionMargin
      crossMaintenance += figures.maintenance
    }
    return {
      wallet,
      crossWallet,
      unrealized,
      crossUnrealized,
      positionMargin,
      crossPositionMargin,
      orderMargin,
      maintenance,
      crossMaintenance,
    }
  }

  /** Value of a signed number of lots at the mark price, half up; undefined before the first mark price. */
  valueOf(instrument: number, quantity: number): bigint | undefined {
    const mark = this.#markets.mark[instrument] as number
    if (mark === 0) return undefined
    const { quantityDecimals = 0, markDecimals = 0 } = this.#markets.instruments[instrument] ?? {}
    return rescale(BigInt(quantity) * BigInt(mark), quantityDecimals + markDecimals, AMOUNT_DECIMALS)
  }

  /** Average price of what a row holds, in 10^-ENTRY_DECIMALS; 0 when flat. */
  entryPrice(row: number): bigint {
    return this.#perLot(row, this.#rows.cost.get(row))
  }

  /** The price at which the fees paid so far come back. */
  breakEvenPrice(row: number): bigint {
    return this.#perLot(row, this.#rows.cost.get(row) + this.#rows.fees.get(row))
  }

  /** Mark price at which the row's margin is used up, in 10^-ENTRY_DECIMALS; 0 where there is none. */
  liquidationPrice(row: number): bigint {
    const rows = this.#rows
    const own = rows.quantity[row] as number
    const account = rows.account[row] as number
    const instrument = rows.instrument[row] as number
    if (own === 0) return 0n
    const figures = this.ofRow(row)
    const brackets = this.#markets.brackets[instrument]
    if (brackets === undefined) return 0n
    let numerator: bigint
    let quantities = [own]
    let costs = rows.cost.get(row)
    if (figures.isolated) numerator = figures.isolatedWallet
    else {
      const sums = this.ofAccount(account, this.#markets.asset[instrument] as number)
      const other = rows.find(account, instrument, 3 - (rows.side[row] as number))
      const hedged = rows.side[row] !== POSITION_SIDE.both && other !== -1
      const twin = hedged ? this.ofRow(other) : undefined
      if (hedged) {
        quantities = [own, rows.quantity[other] as number]
        costs += rows.cost.get(other)
      }
      const maintenance = sums.crossMaintenance - figures.maintenance - (twin?.maintenance ?? 0n)
      const unrealized = sums.crossUnrealized - figures.unrealized - (twin?.unrealized ?? 0n)
      numerator = sums.crossWallet - maintenance + unrealized
    }
    // Lots times millionths: |q| * rate - q, summed; and the brackets' cums.
    let denominator = 0n
    for (const quantity of quantities) {
      const bracket = brackets.bracketOf(magnitude(this.valueOf(instrument, quantity) ?? 0n))
      const rate = BigInt(brackets.table[bracket]?.maintenancePpm ?? 0)
      if (quantity !== 0) numerator += brackets.cums[bracket] ?? 0n
      denominator += magnitude(BigInt(quantity)) * rate - BigInt(quantity) * 1_000_000n
    }
    numerator -= costs
    if (denominator === 0n) return 0n
    const { quantityDecimals = 0 } = this.#markets.instruments[instrument] ?? {}
    const price = divideRounded(numerator * 1_000_000n * BigInt(scaleOf(quantityDecimals)), denominator, 'half-up')
    return price > 0n ? price : 0n
  }

  #perLot(row: number, amount: bigint): bigint {
    const quantity = this.#rows.quantity[row] as number
    if (quantity === 0) return 0n
    const { quantityDecimals = 0 } = this.#markets.instruments[this.#rows.instrument[row] as number] ?? {}
    return divideRounded(amount * BigInt(scaleOf(quantityDecimals)), BigInt(quantity), 'half-up')
  }
}

/** Value of the larger of what a row may come to with its open orders, as a magnitude. */
function largest(side: number, value: bigint, buys: bigint, sells: bigint): bigint {
  if (side === POSITION_SIDE.long) return magnitude(value) + buys
  if (side === POSITION_SIDE.short) return magnitude(value) + sells
  const up = magnitude(value + buys)
  const down = magnitude(value - sells)
  return up > down ? up : down
}

/** The same amount counted in other decimals, half up. */
export function rescale(amount: bigint, from: number, to: number): bigint {
  if (from <= to) return amount * BigInt(scaleOf(to - from))
  return divideRounded(amount, BigInt(scaleOf(from - to)), 'half-up')
}

export function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount
}

/** An average in 10^-ENTRY_DECIMALS as a count of price quanta would have it, half up. */
export function toQuanta(price: bigint, decimals: number): number {
  return Number(rescale(price, ENTRY_DECIMALS, decimals))
}
