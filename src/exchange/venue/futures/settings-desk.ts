/**
 * What accounts settle beside orders: new accounts, deposits and withdrawals, leverage, margin type, position mode, and the
 * margin of isolated positions; and the operator's halts and filters.
 *
 * In: requests. Out: the venue's code; `balance`, `position`, `configuration` and `status` events. A refused request changes
 * nothing.
 */
import { CONTRA } from '../../../core/account/ledger.ts'
import { tryParseAmount } from '../../../core/number/decimal.ts'
import { I128Array } from '../../../core/number/i128.ts'
import { AMOUNT_DECIMALS } from '../venue-instrument.ts'
import { EVENT, FIELD, REASON } from '../events.ts'
import { filterProblem, withFilters } from '../filter-rules.ts'
import type {
  FiltersRequest,
  HaltRequest,
  LeverageRequest,
  MarginTypeRequest,
  OpenAccountRequest,
  PositionMarginRequest,
  PositionModeRequest,
  TransferRequest,
} from '../requests.ts'
import { VENUE_ERROR } from '../venue-errors.ts'
import { magnitude } from './figures.ts'
import type { FuturesState } from './futures-state.ts'
import { MARGIN_RECORD } from './history.ts'
import { availableOf, maxWithdrawOf } from './available.ts'

export class SettingsDesk {
  readonly #state: FuturesState
  readonly #amount: I128Array = new I128Array(1)

  constructor(state: FuturesState) {
    this.#state = state
  }

  /** Returns 0; the account's number is the count of those before it. */
  openAccount({ name, feeTier = 0 }: OpenAccountRequest): number {
    const { accounts, wallets, time, options } = this.#state
    if (feeTier < 0 || feeTier > options.feeTiers.length) return VENUE_ERROR.invalidParameter.code
    const account = accounts.open(name, feeTier, time[0] as number)
    wallets.reserve(account + 1)
    return 0
  }

  transfer({ account, asset, amount }: TransferRequest): number {
    const { assets, wallets, figures, options, history, time, crowdAccounts } = this.#state
    const number = assets.indexOf(asset)
    if (number === -1) return VENUE_ERROR.invalidAsset.code
    const parsed = tryParseAmount(amount, AMOUNT_DECIMALS)
    if (!parsed.ok || parsed.value === 0n) return VENUE_ERROR.invalidParameter.code
    if (parsed.value < 0n && -parsed.value > maxWithdrawOf(figures.ofAccount(account, number), options))
      return VENUE_ERROR.balance.code
    this.#amount.set(0, parsed.value)
    wallets.receive(account, number, CONTRA.external, this.#amount, 0)
    if (account < crowdAccounts) return 0
    history.recordTransfer(account, number, parsed.value, time[0] as number)
    const at = this.#tell(EVENT.balance, account, -1, parsed.value > 0n ? REASON.deposit : REASON.withdrawal)
    this.#state.events.cells[at + FIELD.amount] = Number(parsed.value)
    this.#state.events.cells[at + FIELD.asset] = number
    return 0
  }

  leverage({ account, instrument, leverage }: LeverageRequest): number {
    const { accounts, markets, rows, figures, margin, options } = this.#state
    const brackets = markets.brackets[instrument]
    if (brackets === undefined) return VENUE_ERROR.invalidSymbol.code
    const most = Math.min(options.maxLeverage, brackets.maxLeverage)
    if (!Number.isInteger(leverage) || leverage < 1 || leverage > most) return VENUE_ERROR.leverage.code
    const key = accounts.key(account, instrument)
    const before = accounts.leverage[key] as number
    const used = this.#rowsOf(account, instrument)
    const isHeld = used.some((row) => rows.quantity[row] !== 0)
    if (leverage < before && accounts.isolated[key] === 1 && isHeld) return VENUE_ERROR.isolatedLeverage.code
    for (const row of used) {
      const { value } = figures.ofRow(row)
      const orders = rows.buyValue.get(row) + rows.sellValue.get(row)
      if (magnitude(value) + orders > BigInt(brackets.maxValue(leverage))) return VENUE_ERROR.maxPosition.code
    }
    accounts.leverage[key] = leverage
    for (const row of used) margin.renew(row)
    const sums = figures.ofAccount(account, markets.asset[instrument] as number)
    if (leverage < before && used.length > 0 && availableOf(sums, options) < 0n) {
      accounts.leverage[key] = before
      for (const row of used) margin.renew(row)
      return VENUE_ERROR.minLeverage.code
    }
    const at = this.#tell(EVENT.configuration, account, instrument, REASON.none)
    this.#state.events.cells[at + FIELD.quantity] = leverage
    return 0
  }

  marginType({ account, instrument, isolated }: MarginTypeRequest): number {
    const { accounts, orders, conditionals, instruments, rows } = this.#state
    if (instruments[instrument] === undefined) return VENUE_ERROR.invalidSymbol.code
    const key = accounts.key(account, instrument)
    if ((accounts.isolated[key] === 1) === isolated) return VENUE_ERROR.marginTypeSame.code
    const waits = conditionals.waitingOf(account).some((one) => one.instrument === instrument)
    if (orders.ownCount(account, instrument) > 0 || waits) return VENUE_ERROR.marginTypeOrders.code
    const used = this.#rowsOf(account, instrument)
    if (used.some((row) => rows.quantity[row] !== 0)) return VENUE_ERROR.marginTypePosition.code
    accounts.isolated[key] = isolated ? 1 : 0
    for (const row of used) this.#state.margin.renew(row)
    const at = this.#tell(EVENT.configuration, account, instrument, REASON.marginTypeChange)
    this.#state.events.cells[at + FIELD.quantity] = isolated ? 1 : 0
    return 0
  }

  positionMode({ account, hedge }: PositionModeRequest): number {
    const { accounts, orders, conditionals, instruments, rows } = this.#state
    if ((accounts.hedge[account] === 1) === hedge) return VENUE_ERROR.positionModeSame.code
    for (let instrument = 0; instrument < instruments.length; instrument++)
      if (orders.ownCount(account, instrument) > 0) return VENUE_ERROR.positionModeOrders.code
    if (conditionals.waitingOf(account).length > 0) return VENUE_ERROR.positionModeOrders.code
    for (let row = rows.firstOf(account); row !== -1; row = rows.nextOfAccount[row] as number)
      if (rows.quantity[row] !== 0) return VENUE_ERROR.positionModePosition.code
    accounts.hedge[account] = hedge ? 1 : 0
    const at = this.#tell(EVENT.configuration, account, -1, REASON.none)
    this.#state.events.cells[at + FIELD.quantity] = hedge ? 1 : 0
    return 0
  }

  positionMargin({ account, instrument, positionSide, amount }: PositionMarginRequest): number {
    const { accounts, rows, markets, figures, options, margin, history, time } = this.#state
    if (!Number.isSafeInteger(amount) || amount === 0) return VENUE_ERROR.amountNotPositive.code
    if (accounts.isolated[accounts.key(account, instrument)] !== 1) return VENUE_ERROR.marginOnlyIsolated.code
    const row = rows.find(account, instrument, positionSide)
    if (row === -1 || rows.quantity[row] === 0) return VENUE_ERROR.marginNoPosition.code
    const asset = markets.asset[instrument] as number
    const change = BigInt(amount)
    if (change > availableOf(figures.ofAccount(account, asset), options)) return VENUE_ERROR.crossBalance.code
    const { isolatedWallet, unrealized, positionMargin } = figures.ofRow(row)
    const worst = isolatedWallet + change + (unrealized < 0n ? unrealized : 0n)
    if (change < 0n && worst < positionMargin) return VENUE_ERROR.isolatedBalance.code
    this.#amount.set(0, change)
    rows.isolatedWallet.add(row, 0, this.#amount)
    margin.renew(row)
    const at = this.#tell(EVENT.balance, account, instrument, REASON.marginTransfer)
    this.#state.events.cells[at + FIELD.asset] = asset
    this.#state.booking.tellPosition(row, REASON.marginTransfer)
    const record = history.marginChanges.append(account, '')
    const { cells } = history.marginChanges
    cells[record + MARGIN_RECORD.instrument] = instrument
    cells[record + MARGIN_RECORD.positionSide] = positionSide
    cells[record + MARGIN_RECORD.amount] = amount
    cells[record + MARGIN_RECORD.asset] = asset
    cells[record + MARGIN_RECORD.time] = time[0] as number
    return 0
  }

  halt({ instrument, halted }: HaltRequest): number {
    const { markets, instruments } = this.#state
    if (instruments[instrument] === undefined) return VENUE_ERROR.invalidSymbol.code
    markets.halted[instrument] = halted ? 1 : 0
    const at = this.#tell(EVENT.status, -1, instrument, REASON.none)
    this.#state.events.cells[at + FIELD.status] = halted ? 1 : 0
    return 0
  }

  filters(request: FiltersRequest): number {
    const { instruments, markets } = this.#state
    const { instrument } = request
    const rules = instruments[instrument]
    if (rules === undefined) return VENUE_ERROR.invalidSymbol.code
    if (filterProblem(request) !== undefined) return VENUE_ERROR.invalidParameter.code
    instruments[instrument] = withFilters(rules, request)
    const at = this.#tell(EVENT.status, -1, instrument, REASON.none)
    this.#state.events.cells[at + FIELD.status] = markets.halted[instrument] as number
    return 0
  }

  #rowsOf(account: number, instrument: number): number[] {
    return [0, 1, 2].map((side) => this.#state.rows.find(account, instrument, side)).filter((row) => row !== -1)
  }

  #tell(kind: number, account: number, instrument: number, reason: number): number {
    const { events, time, accounts } = this.#state
    const at = events.append(kind)
    const { cells } = events
    cells[at + FIELD.time] = time[0] as number
    cells[at + FIELD.instrument] = instrument
    cells[at + FIELD.account] = account
    cells[at + FIELD.detail] = reason
    if (account >= 0) accounts.updated[account] = time[0] as number
    return at
  }
}
