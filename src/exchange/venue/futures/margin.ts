/**
 * Margin at the cost of a few additions per order: running sums in doubles, and the exact figures where those are too near.
 *
 * In: rows whose position, orders or mark price have changed (`renew`). Out: whether an order is covered, whether an account
 * or an isolated position is due for liquidation. Owns the sums. A decision is made by the sums only where they differ by
 * more than they can be wrong; else `figures.ts` decides, so that decisions are always those of the exact amounts.
 */
import { divideRounded } from '../../../core/number/rounding.ts'
import { BUY, POSITION_SIDE } from '../requests.ts'
import type { Accounts } from './accounts.ts'
import type { Figures } from './figures.ts'
import { longer } from './records.ts'
import type { Markets } from './markets.ts'
import type { PositionRows } from './position-rows.ts'
import type { FuturesOptions } from './venue-options.ts'
import type { Wallets } from './wallets.ts'

/** Columns of a row's part, all in 10^-8 of the settle asset. */
const PART = {
  unrealized: 0,
  positionMargin: 1,
  orderMargin: 2,
  maintenance: 3,
  isolatedWallet: 4,
  gross: 5,
  /** 1 while the parts count as isolated. */
  isolated: 6,
} as const
const PARTS = 8
/** Columns of an account's sums, by asset. */
const SUM = {
  unrealized: 0,
  positionMargin: 1,
  orderMargin: 2,
  maintenance: 3,
  isolatedWallet: 4,
  gross: 5,
  peak: 6,
  uses: 7,
}
const SUMS = 8
/** Relative error of a sum of doubles that is made anew after `RENEWALS`, with room; and the roundings of exact figures. */
const ERROR = 1e-9
const ROUNDINGS = 1000
const RENEWALS = 1024

/** Cells of an order whose cost is asked: lots, the price that it is assumed at and its own, in price quanta. */
export const ORDER_COST = { lots: 0, assumed: 1, price: 2, length: 3 } as const

export const COVERED = { yes: 0, margin: 1, position: 2 } as const

export class Margin {
  /** Write the order here before `covers`. */
  readonly order: Float64Array = new Float64Array(ORDER_COST.length)
  readonly #markets: Markets
  readonly #accounts: Accounts
  readonly #rows: PositionRows
  readonly #wallets: Wallets
  readonly #figures: Figures
  readonly #options: FuturesOptions
  #parts: Float64Array = new Float64Array(64 * PARTS)
  #sums: Float64Array = new Float64Array(0)
  readonly #scratch: Float64Array = new Float64Array(1)

  constructor(
    markets: Markets,
    accounts: Accounts,
    rows: PositionRows,
    wallets: Wallets,
    figures: Figures,
    options: FuturesOptions,
  ) {
    this.#markets = markets
    this.#accounts = accounts
    this.#rows = rows
    this.#wallets = wallets
    this.#figures = figures
    this.#options = options
  }

  /** Brings the sums up to date with a row. */
  renew(row: number): void {
    const rows = this.#rows
    const instrument = rows.instrument[row] as number
    const account = rows.account[row] as number
    const at = row * PARTS
    if (at >= this.#parts.length) this.#parts = longer(this.#parts, Math.max(at + PARTS, this.#parts.length * 2))
    const sum = this.#sumOf(account, this.#markets.asset[instrument] as number)
    const sums = this.#sums
    const parts = this.#parts
    this.#take(sum, at, -1)
    const key = this.#accounts.key(account, instrument)
    const leverage = this.#accounts.leverage[key] as number
    const quantity = rows.quantity[row] as number
    const cost = rows.costNear[row] as number
    const mark = this.#markets.mark[instrument] as number
    const value = mark === 0 ? cost : quantity * mark * (this.#markets.markUnit[instrument] as number)
    const size = Math.abs(value)
    const buys = rows.buyNear[row] as number
    const sells = rows.sellNear[row] as number
    const isolated = this.#accounts.isolated[key] as number
    parts[at + PART.unrealized] = value - cost
    parts[at + PART.positionMargin] = size / leverage
    parts[at + PART.orderMargin] = (largest(rows.side[row] as number, value, buys, sells) - size) / leverage
    this.#scratch[0] = size
    if (size !== 0) this.#markets.brackets[instrument]?.estimate(this.#scratch, 0)
    parts[at + PART.maintenance] = this.#scratch[0] as number
    parts[at + PART.isolatedWallet] = isolated === 0 ? 0 : rows.isolatedWallet.toNumber(row)
    parts[at + PART.gross] = size + Math.abs(cost) + buys + sells + (parts[at + PART.isolatedWallet] as number)
    parts[at + PART.isolated] = isolated
    this.#take(sum, at, 1)
    const gross = sums[sum + SUM.gross] as number
    if (gross > (sums[sum + SUM.peak] as number)) sums[sum + SUM.peak] = gross
    sums[sum + SUM.uses] = (sums[sum + SUM.uses] as number) + 1
    if ((sums[sum + SUM.uses] as number) > RENEWALS) this.#resum(account, this.#markets.asset[instrument] as number)
  }

  /** Makes everything anew: after a load. */
  renewAll(): void {
    this.#parts.fill(0)
    this.#sums.fill(0)
    for (let row = 0; row < this.#rows.count; row++) this.renew(row)
  }

  /**
   * COVERED.yes where the account can afford the order in `order` on a row; `opens` lots of it are beyond what closes.
   * COVERED.position where position and orders would be worth more than its leverage allows.
   */
  covers(row: number, side: number): number {
    const rows = this.#rows
    const instrument = rows.instrument[row] as number
    const account = rows.account[row] as number
    const parts = this.#parts
    const at = row * PARTS
    const leverage = this.#accounts.leverage[this.#accounts.key(account, instrument)] as number
    const unit = this.#markets.unit[instrument] as number
    const lots = this.order[ORDER_COST.lots] as number
    const quantity = rows.quantity[row] as number
    const mark = this.#markets.mark[instrument] as number
    const value =
      mark === 0 ? (rows.costNear[row] as number) : quantity * mark * (this.#markets.markUnit[instrument] as number)
    const size = Math.abs(value)
    const isBuy = side === BUY
    const worth = lots * (this.order[ORDER_COST.assumed] as number) * unit
    const buys = (rows.buyNear[row] as number) + (isBuy ? worth : 0)
    const sells = (rows.sellNear[row] as number) + (isBuy ? 0 : worth)
    const total = largest(rows.side[row] as number, value, buys, sells)
    const margin = (total - size) / leverage - (parts[at + PART.orderMargin] as number)
    const opening = this.#opening(row, side, lots)
    const price = (this.order[ORDER_COST.price] as number) * unit
    const fair = mark === 0 ? price : mark * (this.#markets.markUnit[instrument] as number)
    const loss = opening * Math.max(0, isBuy ? price - fair : fair - price)
    const most = this.#markets.brackets[instrument]?.maxValue(leverage) ?? 0
    if (opening > 0 && total > most) return COVERED.position
    if (margin <= 0 && loss <= 0) return COVERED.yes
    const asset = this.#markets.asset[instrument] as number
    const sum = this.#sumOf(account, asset)
    const spare = this.#spare(account, asset, sum) - margin - loss
    const slack =
      ((this.#sums[sum + SUM.peak] as number) + worth + this.#walletSize(account, asset)) * ERROR + ROUNDINGS
    if (spare > slack) return COVERED.yes
    if (spare < -slack) return COVERED.margin
    return this.#exactlyCovers(row, side, opening) ? COVERED.yes : COVERED.margin
  }

  /** True when the account's cross positions in an asset have no more margin than must be kept for them. */
  isCrossDue(account: number, asset: number): boolean {
    const sum = this.#sumOf(account, asset)
    const sums = this.#sums
    const need = sums[sum + SUM.maintenance] as number
    const have =
      (this.#wallets.estimate[account * this.#wallets.assets.length + asset] as number) -
      (sums[sum + SUM.isolatedWallet] as number) +
      (sums[sum + SUM.unrealized] as number)
    const slack = ((sums[sum + SUM.peak] as number) + this.#walletSize(account, asset)) * ERROR + ROUNDINGS
    if (Math.abs(have - need) > slack) return have < need
    const exact = this.#figures.ofAccount(account, asset)
    return exact.crossMaintenance > 0n && exact.crossWallet + exact.crossUnrealized <= exact.crossMaintenance
  }

  /** The same for one isolated position. */
  isIsolatedDue(row: number): boolean {
    const at = row * PARTS
    const parts = this.#parts
    const have = (parts[at + PART.isolatedWallet] as number) + (parts[at + PART.unrealized] as number)
    const need = parts[at + PART.maintenance] as number
    if (Math.abs(have - need) > (parts[at + PART.gross] as number) * ERROR + ROUNDINGS) return have < need
    const exact = this.#figures.ofRow(row)
    return exact.maintenance > 0n && exact.isolatedWallet + exact.unrealized <= exact.maintenance
  }

  /**
   * Whether what must be kept exceeds `marginCallPpm` of the margin there is: of the account's cross positions, or of an
   * isolated one. A warning, by estimate.
   */
  isCrossStrained(account: number, asset: number): boolean {
    const sum = this.#sumOf(account, asset)
    const sums = this.#sums
    const have =
      (this.#wallets.estimate[account * this.#wallets.assets.length + asset] as number) -
      (sums[sum + SUM.isolatedWallet] as number) +
      (sums[sum + SUM.unrealized] as number)
    return (sums[sum + SUM.maintenance] as number) * 1e6 > have * this.#options.marginCallPpm
  }

  isIsolatedStrained(row: number): boolean {
    const at = row * PARTS
    const have = (this.#parts[at + PART.isolatedWallet] as number) + (this.#parts[at + PART.unrealized] as number)
    return (this.#parts[at + PART.maintenance] as number) * 1e6 > have * this.#options.marginCallPpm
  }

  /** Lots of an order that do not close what the row holds. */
  #opening(row: number, side: number, lots: number): number {
    const rows = this.#rows
    const positionSide = rows.side[row]
    if (positionSide === POSITION_SIDE.both) {
      const quantity = rows.quantity[row] as number
      const isBuy = side === BUY
      const closes = isBuy ? -quantity - (rows.buyLots[row] as number) : quantity - (rows.sellLots[row] as number)
      return Math.max(0, lots - Math.max(0, closes))
    }
    return (positionSide === POSITION_SIDE.long) === (side === BUY) ? lots : 0
  }

  /** Available balance by the sums; may be negative. */
  #spare(account: number, asset: number, sum: number): number {
    const sums = this.#sums
    const unrealized = sums[sum + SUM.unrealized] as number
    return (
      (this.#wallets.estimate[account * this.#wallets.assets.length + asset] as number) -
      (sums[sum + SUM.isolatedWallet] as number) +
      (this.#options.profitBacksOrders ? unrealized : Math.min(0, unrealized)) -
      (sums[sum + SUM.positionMargin] as number) -
      (sums[sum + SUM.orderMargin] as number)
    )
  }

  #walletSize(account: number, asset: number): number {
    return Math.abs(this.#wallets.estimate[account * this.#wallets.assets.length + asset] as number)
  }

  #exactlyCovers(row: number, side: number, opening: number): boolean {
    const instrument = this.#rows.instrument[row] as number
    const asset = this.#markets.asset[instrument] as number
    const unit = BigInt(this.#markets.unit[instrument] as number)
    const lots = BigInt(this.order[ORDER_COST.lots] as number)
    const worth = lots * BigInt(this.order[ORDER_COST.assumed] as number) * unit
    const before = this.#figures.ofRow(row)
    const after = this.#figures.ofRow(row, side === BUY ? worth : 0n, side === BUY ? 0n : worth)
    const price = BigInt(opening) * BigInt(this.order[ORDER_COST.price] as number) * unit
    const fair = this.#figures.valueOf(instrument, opening) ?? price
    const loss = side === BUY ? price - fair : fair - price
    const sums = this.#figures.ofAccount(this.#rows.account[row] as number, asset)
    const backing = this.#options.profitBacksOrders || sums.crossUnrealized < 0n ? sums.crossUnrealized : 0n
    const spare = sums.crossWallet + backing - sums.crossPositionMargin - sums.orderMargin
    return after.orderMargin - before.orderMargin + (loss > 0n ? loss : 0n) <= spare
  }

  /** Adds (1) or takes (-1) a row's part to or from its account's sums. */
  #take(sum: number, at: number, sign: number): void {
    const sums = this.#sums
    const parts = this.#parts
    sums[sum + SUM.orderMargin] =
      (sums[sum + SUM.orderMargin] as number) + sign * (parts[at + PART.orderMargin] as number)
    sums[sum + SUM.gross] = (sums[sum + SUM.gross] as number) + sign * (parts[at + PART.gross] as number)
    if (parts[at + PART.isolated] === 1) {
      sums[sum + SUM.isolatedWallet] =
        (sums[sum + SUM.isolatedWallet] as number) + sign * (parts[at + PART.isolatedWallet] as number)
      return
    }
    sums[sum + SUM.unrealized] = (sums[sum + SUM.unrealized] as number) + sign * (parts[at + PART.unrealized] as number)
    sums[sum + SUM.positionMargin] =
      (sums[sum + SUM.positionMargin] as number) + sign * (parts[at + PART.positionMargin] as number)
    sums[sum + SUM.maintenance] =
      (sums[sum + SUM.maintenance] as number) + sign * (parts[at + PART.maintenance] as number)
  }

  #resum(account: number, asset: number): void {
    const sum = this.#sumOf(account, asset)
    this.#sums.fill(0, sum, sum + SUMS)
    for (let row = this.#rows.firstOf(account); row !== -1; row = this.#rows.nextOfAccount[row] as number)
      if (this.#markets.asset[this.#rows.instrument[row] as number] === asset && row * PARTS < this.#parts.length)
        this.#take(sum, row * PARTS, 1)
    this.#sums[sum + SUM.peak] = this.#sums[sum + SUM.gross] as number
  }

  #sumOf(account: number, asset: number): number {
    const at = (account * this.#markets.assets.length + asset) * SUMS
    if (at >= this.#sums.length) this.#sums = longer(this.#sums, Math.max(at + SUMS, this.#sums.length * 2))
    return at
  }
}

/** The largest magnitude that a row's value may come to when its open orders are filled. */
function largest(side: number, value: number, buys: number, sells: number): number {
  if (side === POSITION_SIDE.long) return Math.abs(value) + buys
  if (side === POSITION_SIDE.short) return Math.abs(value) + sells
  return Math.max(Math.abs(value + buys), Math.abs(value - sells))
}

/** Share of an amount, half up: what isolated positions and fees are cut by. */
export function shareOf(amount: bigint, part: number, whole: number): bigint {
  return divideRounded(amount * BigInt(part), BigInt(whole), 'half-up')
}
