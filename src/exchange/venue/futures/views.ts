/**
 * What the futures venue tells of an account when asked: plain objects for whoever writes replies.
 *
 * Prices count price quanta, quantities lots, mark prices mark quanta, times microseconds. Amounts are BigInts of 10^-8 of
 * their asset; a price that is an average has the eight decimals of `ENTRY_DECIMALS`. Side, type and status numbers are those
 * of `requests.ts` and `events.ts`. Views are copies: later requests do not change them.
 */

/** Decimals of averages of prices: entry, break-even, liquidation. */
export const ENTRY_DECIMALS = 8

/** One order as it stands, open or done. */
export interface OrderView {
  /** Slot in the order store while the order has one, else -1. */
  readonly slot: number
  readonly orderId: number
  readonly account: number
  readonly instrument: number
  readonly clientId: string
  readonly side: number
  readonly positionSide: number
  /** ORDER_KIND: what it is in the book, and what was asked for (a conditional order's own kind once it was set off). */
  readonly orderKind: number
  readonly originalKind: number
  readonly timeInForce: number
  readonly price: number
  readonly quantity: number
  readonly filled: number
  /** Sum of price times lots of its fills. */
  readonly filledValue: bigint
  readonly status: number
  /** ORDER_FLAG bits. */
  readonly flags: number
  readonly selfTrade: number
  readonly priceMatch: number
  readonly goodTill: number
  readonly created: number
  readonly updated: number
  readonly amendments: number
  /** Of the conditional order that it came from; 0 for none. */
  readonly conditionalId: number
  readonly triggerPrice: number
  readonly workingType: number
  readonly priceProtect: boolean
}

/** One fill of one account. */
export interface TradeView {
  readonly tradeId: number
  readonly orderId: number
  readonly account: number
  readonly instrument: number
  readonly side: number
  readonly positionSide: number
  readonly price: number
  readonly quantity: number
  /** Price times quantity, in 10^-8 of the quote asset. */
  readonly value: bigint
  readonly realized: bigint
  readonly fee: bigint
  readonly feeAsset: number
  readonly maker: boolean
  readonly time: number
}

/** CONDITIONAL_STATUS numbers, in the order of a life. */
export const CONDITIONAL_STATUS = {
  new: 1,
  triggering: 2,
  triggered: 3,
  finished: 4,
  canceled: 5,
  rejected: 6,
  expired: 7,
} as const

export interface ConditionalView {
  /** Index by which events name it. */
  readonly index: number
  readonly conditionalId: number
  readonly clientId: string
  readonly account: number
  readonly instrument: number
  readonly side: number
  readonly positionSide: number
  readonly orderKind: number
  readonly timeInForce: number
  readonly price: number
  readonly quantity: number
  readonly triggerPrice: number
  readonly workingType: number
  readonly priceProtect: boolean
  readonly reduceOnly: boolean
  readonly closePosition: boolean
  readonly activatePrice: number
  readonly callbackRate: number
  readonly selfTrade: number
  readonly priceMatch: number
  readonly goodTill: number
  /** CONDITIONAL_STATUS. */
  readonly status: number
  readonly created: number
  readonly updated: number
  /** 0 until it is set off. */
  readonly triggeredAt: number
  /** The order it became, once it was set off; undefined before. */
  readonly actual: OrderView | undefined
  /** Why it was refused when set off; empty otherwise. */
  readonly rejectReason: string
}

/** Money of an account in one asset. */
export interface BalanceView {
  readonly asset: number
  readonly wallet: bigint
  /** The wallet without what isolated positions hold. */
  readonly crossWallet: bigint
  /** Unrealized profit of all, and of cross positions alone. */
  readonly unrealized: bigint
  readonly crossUnrealized: bigint
  readonly initialMargin: bigint
  readonly positionInitialMargin: bigint
  readonly openOrderInitialMargin: bigint
  readonly maintenanceMargin: bigint
  readonly marginBalance: bigint
  readonly available: bigint
  readonly maxWithdraw: bigint
  /** Of the last change; 0 for never. */
  readonly updated: number
}

export interface PositionView {
  readonly account: number
  readonly instrument: number
  readonly positionSide: number
  /** Lots, negative for short. */
  readonly quantity: number
  /** In 10^-ENTRY_DECIMALS; 0 when flat. */
  readonly entryPrice: bigint
  readonly breakEvenPrice: bigint
  /** 0 where none exists. */
  readonly liquidationPrice: bigint
  /** In 10^-ENTRY_DECIMALS, as it is now. */
  readonly markPrice: bigint
  readonly unrealized: bigint
  /** Realized profit before fees, ever. */
  readonly realized: bigint
  /** Signed value at the mark price. */
  readonly notional: bigint
  readonly leverage: number
  readonly maxNotional: bigint
  readonly isolated: boolean
  readonly isolatedWallet: bigint
  /** Isolated wallet with unrealized profit; 0 for cross. */
  readonly isolatedMargin: bigint
  readonly initialMargin: bigint
  readonly positionInitialMargin: bigint
  readonly openOrderInitialMargin: bigint
  readonly maintenanceMargin: bigint
  /** Value of open buy and sell orders. */
  readonly bidNotional: bigint
  readonly askNotional: bigint
  /** 0 to 4: how near the position is to automatic deleveraging. */
  readonly adlQuantile: number
  readonly updated: number
}

/** Settings of an account, and how many positions and orders stand on them. */
export interface AccountView {
  readonly account: number
  readonly name: string
  readonly hedge: boolean
  readonly feeTier: number
  readonly created: number
  readonly updated: number
  readonly balances: readonly BalanceView[]
  /** Those that are not flat or have open orders. */
  readonly positions: readonly PositionView[]
}

export interface SymbolSettings {
  readonly instrument: number
  readonly isolated: boolean
  readonly leverage: number
  readonly maxNotional: bigint
}

export interface BracketView {
  /** 1 for the first. */
  readonly bracket: number
  readonly initialLeverage: number
  readonly notionalFloor: number
  readonly notionalCap: number
  readonly maintenancePpm: number
  /** What the maintenance formula takes off, in 10^-8. */
  readonly cum: bigint
}

/** INCOME kinds of the venue that this one has. */
export const INCOME = {
  transfer: 1,
  realizedProfit: 2,
  fundingFee: 3,
  commission: 4,
  insuranceClear: 5,
} as const

export interface IncomeView {
  readonly instrument: number
  /** INCOME. */
  readonly income: number
  readonly amount: bigint
  readonly asset: number
  readonly time: number
  readonly transactionId: number
  /** 0 where no trade is behind it. */
  readonly tradeId: number
}

export interface AmendmentView {
  readonly amendmentId: number
  readonly orderId: number
  readonly instrument: number
  readonly clientId: string
  readonly time: number
  readonly priceBefore: number
  readonly priceAfter: number
  readonly quantityBefore: number
  readonly quantityAfter: number
  /** 1 for the first change of the order. */
  readonly count: number
}

/** One change of an isolated position's margin by its owner. */
export interface MarginChangeView {
  readonly instrument: number
  readonly positionSide: number
  /** Positive was added. */
  readonly amount: bigint
  readonly asset: number
  readonly time: number
}

/** Mark and index in mark quanta, rates in 10^-8. */
export interface PremiumView {
  readonly instrument: number
  readonly mark: number
  readonly index: number
  readonly estimatedSettle: number
  readonly fundingRate: number
  readonly interestRate: number
  readonly nextFundingTime: number
  readonly time: number
}

export interface FundingView {
  readonly instrument: number
  readonly time: number
  readonly rate: number
  readonly mark: number
}

/** Narrows a question about the past. Bounds are inclusive; `limit` counts from the newest unless `fromId` is given. */
export interface HistoryQuery {
  readonly instrument?: number
  readonly from?: number
  readonly to?: number
  /** Only this id and later ones, oldest first. */
  readonly fromId?: number
  readonly orderId?: number
  readonly limit: number
}

/** Everything a reply may need to know; FuturesVenue answers. Lists are ordered oldest first. */
export interface FuturesQueries {
  readonly accountCount: number
  accountView(account: number): AccountView
  balancesOf(account: number): readonly BalanceView[]
  /** Rows of one instrument (-1: of all): BOTH in one-way mode, LONG and SHORT in hedge mode; flat ones included. */
  positionsOf(account: number, instrument: number): readonly PositionView[]
  settingsOf(account: number, instrument: number): SymbolSettings
  bracketsOf(instrument: number): readonly BracketView[]
  /** Fees of the account's tier in millionths. */
  feesOf(account: number, instrument: number): { readonly makerPpm: number; readonly takerPpm: number }
  /** By id, or by client id where `orderId` is 0; the newest with that client id. */
  findOrder(account: number, instrument: number, orderId: number, clientId: string): OrderView | undefined
  /** The order in a slot of the store: one that an outcome or an event names, until `recycle`. */
  orderAt(slot: number): OrderView
  /** instrument -1: of all. */
  openOrdersOf(account: number, instrument: number): readonly OrderView[]
  ordersOf(account: number, query: HistoryQuery): readonly OrderView[]
  tradesOf(account: number, query: HistoryQuery): readonly TradeView[]
  incomeOf(account: number, query: HistoryQuery & { readonly income?: number }): readonly IncomeView[]
  amendmentsOf(account: number, query: HistoryQuery): readonly AmendmentView[]
  forcedOrdersOf(account: number, query: HistoryQuery): readonly OrderView[]
  marginChangesOf(account: number, query: HistoryQuery): readonly MarginChangeView[]
  findConditional(account: number, conditionalId: number, clientId: string): ConditionalView | undefined
  /** The one that an event names by its index. */
  conditionalAt(index: number): ConditionalView
  openConditionalsOf(account: number, instrument: number): readonly ConditionalView[]
  conditionalsOf(account: number, query: HistoryQuery): readonly ConditionalView[]
  premiumOf(instrument: number): PremiumView
  fundingsOf(query: HistoryQuery): readonly FundingView[]
  /** Sum of all long positions, in lots. */
  openInterestOf(instrument: number): number
  /** What the insurance fund holds, in 10^-8. */
  insuranceOf(asset: number): bigint
}
