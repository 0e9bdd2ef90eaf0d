/**
 * Everything that may be asked of the futures venue without changing it.
 *
 * In: questions about accounts, orders, the past and the markets. Out: plain objects, as `views.ts` describes them. Owns
 * nothing: it reads the venue's state. An account that does not exist has nothing.
 */
import type { FuturesState } from './futures-state.ts'
import { accountView, balancesOf, positionsOf } from './account-views.ts'
import type { Conditional } from './conditional-store.ts'
import {
  amendmentView,
  conditionalView,
  doneOrders,
  fundingView,
  incomeOf,
  marginChangeView,
  openOrderView,
  openOrders,
  ordersOf,
  select,
  tradeView,
  viewsOf,
} from './history-views.ts'
import { ORDER_FLAG } from '../order-store.ts'
import { CONDITIONAL_STATUS } from './views.ts'
import type {
  AccountView,
  AmendmentView,
  BalanceView,
  BracketView,
  ConditionalView,
  FundingView,
  FuturesQueries,
  HistoryQuery,
  IncomeView,
  MarginChangeView,
  OrderView,
  PositionView,
  PremiumView,
  SymbolSettings,
  TradeView,
} from './views.ts'

export class Inquiry implements FuturesQueries {
  /** The venue's parts, for the venue itself and for checkers of its truth. */
  readonly state: FuturesState

  constructor(state: FuturesState) {
    this.state = state
  }

  get accountCount(): number {
    return this.state.accounts.count
  }

  accountView(account: number): AccountView {
    return accountView(this.state, account)
  }

  balancesOf(account: number): readonly BalanceView[] {
    return balancesOf(this.state, account)
  }

  positionsOf(account: number, instrument: number): readonly PositionView[] {
    return positionsOf(this.state, account, instrument)
  }

  settingsOf(account: number, instrument: number): SymbolSettings {
    const { accounts, markets } = this.state
    const key = accounts.key(account, instrument)
    const leverage = accounts.leverage[key] ?? 0
    const maxNotional = BigInt(markets.brackets[instrument]?.maxValue(leverage) ?? 0)
    return { instrument, isolated: accounts.isolated[key] === 1, leverage, maxNotional }
  }

  bracketsOf(instrument: number): readonly BracketView[] {
    const brackets = this.state.markets.brackets[instrument]
    if (brackets === undefined) return []
    return brackets.table.map(({ floor, cap, maxLeverage, maintenancePpm }, i) => ({
      bracket: i + 1,
      initialLeverage: maxLeverage,
      notionalFloor: floor,
      notionalCap: cap,
      maintenancePpm,
      cum: brackets.cums[i] ?? 0n,
    }))
  }

  feesOf(account: number, instrument: number): { readonly makerPpm: number; readonly takerPpm: number } {
    const tier = this.state.options.feeTiers[(this.state.accounts.feeTier[account] ?? 0) - 1]
    if (tier !== undefined) return tier
    const rules = this.state.instruments[instrument]
    return { makerPpm: rules?.makerFeePpm ?? 0, takerPpm: rules?.takerFeePpm ?? 0 }
  }

  findOrder(account: number, instrument: number, orderId: number, clientId: string): OrderView | undefined {
    const { orders } = this.state
    const slot = orderId === 0 ? orders.slotOfClient(account, clientId) : orders.slotOf(orderId)
    if (slot !== -1 && orders.account[slot] === account && orders.instrument[slot] === instrument)
      return openOrderView(this.state, slot)
    for (const order of doneOrders(this.state, account)) {
      if (order.instrument !== instrument) continue
      if (orderId === 0 ? order.clientId === clientId : order.orderId === orderId) return order
    }
    return undefined
  }

  orderAt(slot: number): OrderView {
    return openOrderView(this.state, slot)
  }

  openOrdersOf(account: number, instrument: number): readonly OrderView[] {
    return openOrders(this.state, account, instrument)
  }

  ordersOf(account: number, query: HistoryQuery): readonly OrderView[] {
    const { orderId } = query
    const found = ordersOf(this.state, account, (order) => orderId === undefined || order.orderId >= orderId)
    const asked = orderId === undefined ? query : { ...query, fromId: orderId }
    return select(
      found,
      asked,
      ({ created }) => created,
      (order) => order.orderId,
    )
  }

  tradesOf(account: number, query: HistoryQuery): readonly TradeView[] {
    const { orderId } = query
    const all = viewsOf(this.state.history.trades, account, (serial) => tradeView(this.state, serial, account))
    const meant = orderId === undefined ? all : [...all].filter((trade) => trade.orderId === orderId)
    return select(meant, query, timeOf, ({ tradeId }) => tradeId)
  }

  incomeOf(account: number, query: HistoryQuery & { readonly income?: number }): readonly IncomeView[] {
    const { income } = query
    const all = incomeOf(this.state, account)
    const meant = income === undefined ? all : all.filter((entry) => entry.income === income)
    return select(meant, query, timeOf, ({ transactionId }) => transactionId)
  }

  amendmentsOf(account: number, query: HistoryQuery): readonly AmendmentView[] {
    const { orderId } = query
    const all = viewsOf(this.state.history.amendments, account, (serial) => amendmentView(this.state, serial))
    const meant = orderId === undefined ? all : [...all].filter((entry) => entry.orderId === orderId)
    return select(meant, query, timeOf, ({ amendmentId }) => amendmentId)
  }

  forcedOrdersOf(account: number, query: HistoryQuery): readonly OrderView[] {
    const found = ordersOf(this.state, account, ({ flags }) => (flags & ORDER_FLAG.liquidation) !== 0)
    return select(
      found,
      query,
      ({ created }) => created,
      (order) => order.orderId,
    )
  }

  marginChangesOf(account: number, query: HistoryQuery): readonly MarginChangeView[] {
    const all = viewsOf(this.state.history.marginChanges, account, (serial) => marginChangeView(this.state, serial))
    return select(all, query, timeOf, timeOf)
  }

  findConditional(account: number, conditionalId: number, clientId: string): ConditionalView | undefined {
    const found = this.state.conditionals.find(account, conditionalId, clientId)
    return found === undefined ? undefined : this.#conditionalView(found)
  }

  conditionalAt(index: number): ConditionalView {
    const found = this.state.conditionals.at(index)
    if (found === undefined) throw new RangeError(`there is no conditional order with index ${index}`)
    return this.#conditionalView(found)
  }

  openConditionalsOf(account: number, instrument: number): readonly ConditionalView[] {
    return this.state.conditionals
      .ofAccount(account)
      .filter((one) => instrument === -1 || one.instrument === instrument)
      .filter(({ status }) => status === CONDITIONAL_STATUS.new)
      .map((one) => this.#conditionalView(one))
  }

  conditionalsOf(account: number, query: HistoryQuery): readonly ConditionalView[] {
    const all = this.state.conditionals.ofAccount(account).toReversed()
    const found = select(
      all,
      query,
      ({ created }) => created,
      ({ conditionalId }) => conditionalId,
    )
    return found.map((one) => this.#conditionalView(one))
  }

  premiumOf(instrument: number): PremiumView {
    const { markets, premiums, instruments, time } = this.state
    return {
      instrument,
      mark: markets.mark[instrument] ?? 0,
      index: markets.index[instrument] ?? 0,
      // Perpetual contracts are not settled: the venue shows a price near the index.
      estimatedSettle: markets.index[instrument] ?? 0,
      fundingRate: premiums.rate[instrument] ?? 0,
      interestRate: instruments[instrument]?.interestRate ?? 0,
      nextFundingTime: premiums.nextFunding[instrument] ?? 0,
      time: time[0] as number,
    }
  }

  fundingsOf(query: HistoryQuery): readonly FundingView[] {
    const { instrument = -1 } = query
    const { instruments, history } = this.state
    const meant = instrument === -1 ? instruments.map((_, each) => each) : [instrument]
    const all = meant.flatMap((each) => [
      ...viewsOf(history.fundings, each, (serial) => fundingView(this.state, serial, each)),
    ])
    return select(
      all.toSorted((a, b) => b.time - a.time),
      query,
      timeOf,
      timeOf,
    )
  }

  openInterestOf(instrument: number): number {
    return this.state.booking.openInterest[instrument] ?? 0
  }

  insuranceOf(asset: number): bigint {
    return this.state.wallets.insurance(asset)
  }

  #conditionalView(one: Conditional): ConditionalView {
    const { orderId, account, instrument } = one
    const actual = orderId === 0 ? undefined : this.findOrder(account, instrument, orderId, '')
    return conditionalView(this.state, one, actual)
  }
}

function timeOf({ time }: { readonly time: number }): number {
  return time
}
