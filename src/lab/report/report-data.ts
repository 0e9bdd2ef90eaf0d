/**
 * What a run's report says, as plain JSON: the file `report.json`, and all that the text and the page are made from.
 *
 * Money is exact decimal text in the report's asset, never a binary fraction; ratios and chart values are doubles. Times end
 * in `Us`: microseconds since 1970 UTC, or of a duration. A figure that would mean nothing says why instead of a number.
 */

/** Raised when a reader of older reports would misunderstand a newer one. */
export const REPORT_SCHEMA = 1

/** Exact decimal text such as `-12.5`, in the report's asset unless said otherwise. */
export type Money = string

/** A ratio, or why there is none: `{ na: '9 trades, need 30' }`. */
export type Figure = { readonly value: number } | { readonly na: string }

/** A name and its value, for settings and counts that are only shown. */
export interface Named {
  readonly name: string
  readonly value: string
}

/** What was run, and what the result was proven against. */
export interface RunIdentity {
  /** Name of the run, such as its folder. */
  readonly name: string
  /** One hash over the run's inputs, outputs and final state. */
  readonly hash: string
  readonly stateHash: string
  /** Engine and sources that made it, as version and hashes. */
  readonly build: readonly Named[]
  readonly tapes: readonly { readonly file: string; readonly hash: string }[]
  /** Fees, latency, fill rules, limits. */
  readonly settings: readonly Named[]
  /** The whole configuration, as it stands on the run's tape. */
  readonly configuration: unknown
}

/** The money of a run. `net` = `gross` - `fees` + `funding`, to the last digit. */
export interface ResultFacts {
  readonly equityStart: Money
  readonly equityEnd: Money
  /** Money put in (positive) or taken out while the run went on. */
  readonly transfers: Money
  readonly gross: Money
  readonly fees: Money
  /** Received (positive) less paid. */
  readonly funding: Money
  readonly net: Money
  /** The part of `net` that hangs on positions still open, at the last prices. */
  readonly open: Money
  /** equityEnd - equityStart - transfers - net: what balances gained on their own because other assets changed in price. */
  readonly revaluation: Money
  /** net / equityStart */
  readonly returnOnStart: Figure
  /** The net result had every fee and rebate been twice as large. */
  readonly netAtDoubleFees: Money
}

/** A run of trades that lost, one after the other. */
export interface LosingStreak {
  readonly trades: number
  readonly net: Money
  readonly fromUs: number
  readonly toUs: number
}

/** Closed trades: round trips from flat to flat (or to the other side). */
export interface TradeFacts {
  readonly count: number
  /** Positions still open at the end; they are no trades yet. */
  readonly open: number
  readonly wins: number
  readonly losses: number
  readonly winRate: Figure
  readonly averageWin: Money
  readonly averageLoss: Money
  /** averageWin / -averageLoss */
  readonly payoff: Figure
  /** Sum of wins / sum of losses. */
  readonly profitFactor: Figure
  /** Average net result of a trade. */
  readonly expectancy: Money
  readonly largestWin: Money
  readonly largestLoss: Money
  readonly longestLosingStreak: LosingStreak | null
  readonly averageDurationUs: number
  readonly longestLosingTradeUs: number
  readonly perDay: number
}

/** The deepest fall of equity below an earlier peak, transfers taken out. */
export interface DrawdownFacts {
  readonly amount: Money
  /** Of the equity at the peak. */
  readonly fraction: number
  readonly peakUs: number
  readonly troughUs: number
  /** When the peak was reached again; null if it was not. */
  readonly recoveredUs: number | null
  /** From the peak to its recovery, or to the end of the run. */
  readonly durationUs: number
}

/** Risk-adjusted figures with the periods they rest on. */
export interface RatioFacts {
  readonly sharpe: Figure
  readonly sortino: Figure
  readonly calmar: Figure
  /** net / deepest drawdown */
  readonly netOverDrawdown: Figure
  /** Such as `30 daily returns, annualised with √365`. */
  readonly basis: string
  /** Such as `annual growth over 41.0 days / max drawdown`. */
  readonly calmarBasis: string
}

/** What holding the traded instruments with equal weights from first to last price would have brought, without fees. */
export interface HoldFacts {
  readonly net: Money
  readonly fraction: Figure
  /** Deepest fall, at the resolution of the charts. */
  readonly maxDrawdown: Figure
  readonly instruments: number
}

export interface ExposureFacts {
  /** Share of the time with any position open. */
  readonly timeInMarket: Figure
  /** Value of positions / equity, over time and at most. */
  readonly average: Figure
  readonly max: Figure
}

export interface TradingFacts {
  readonly fills: number
  /** Value of all fills, and as a multiple of the starting equity. */
  readonly turnover: Money
  readonly turnoverRatio: Figure
  /** Share of that value filled as maker. */
  readonly makerShare: Figure
  /** Fills whose order is not known to the run. */
  readonly outsideFills: number
}

export interface OrderFacts {
  readonly signals: number
  readonly placed: number
  readonly accepted: number
  readonly cancelRequests: number
  readonly filled: number
  readonly partlyFilled: number
  readonly cancelled: number
  readonly expired: number
  readonly rejected: number
  /** Orders with any fill / orders placed. */
  readonly fillRatio: Figure
  /** Quantity filled / quantity placed, weighted by the orders' prices. */
  readonly quantityRatio: Figure
  /** Orders that the pre-trade check refused. */
  readonly blocked: number
  /** How often each reason stood against an order; an order may have several. */
  readonly blockedBy: readonly { readonly reason: string; readonly count: number }[]
  readonly rejectedBy: readonly { readonly code: number; readonly message: string; readonly count: number }[]
}

/** One line of a breakdown. Money includes positions still open, so that a table adds up to the result. */
export interface GroupRow {
  readonly name: string
  readonly trades: number
  readonly winRate: Figure
  readonly profitFactor: Figure
  /** Average net result of a closed trade. */
  readonly expectancy: Money
  readonly gross: Money
  readonly fees: Money
  readonly funding: Money
  readonly net: Money
  readonly turnover: Money
}

/** One day (`2024-08-08`), ISO week (`2024-W32`) or month (`2024-08`), UTC. Money by equity at its ends. */
export interface PeriodRow {
  readonly period: string
  readonly gross: Money
  readonly fees: Money
  readonly funding: Money
  readonly net: Money
  /** net / equity at its beginning */
  readonly fraction: Figure
  readonly equityEnd: Money
  /** Trades closed in it. */
  readonly trades: number
  readonly wins: number
  /** Trades opened in it that were closed by the end of the run, and their net result. */
  readonly entries: number
  readonly netByEntry: Money
}

export interface GroupFacts {
  readonly strategy: readonly GroupRow[]
  readonly instrument: readonly GroupRow[]
  readonly side: readonly GroupRow[]
  readonly exitReason: readonly GroupRow[]
  readonly day: readonly PeriodRow[]
  readonly week: readonly PeriodRow[]
  readonly month: readonly PeriodRow[]
}

/** A closed trade; quantities in base units or contracts. */
export interface Trade {
  /** Counted from 1 in the order of closing. */
  readonly number: number
  readonly strategy: string
  readonly instrument: string
  readonly side: 'long' | 'short'
  readonly entryUs: number
  readonly exitUs: number
  /** Averages of its fills in the quote asset, rounded to four decimals beyond the tape's. */
  readonly entryPrice: string
  readonly exitPrice: string
  readonly quantity: string
  readonly gross: Money
  readonly fees: Money
  readonly funding: Money
  readonly net: Money
  readonly fills: number
  readonly makerShare: number
  readonly entryReason: string
  readonly exitReason: string
}

/** A curve thinned to what a screen can show: per point the lowest, highest and last value of its stretch. */
export interface Curve {
  /** Length of a stretch. */
  readonly widthUs: number
  readonly timeUs: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
  readonly last: readonly number[]
}

/** Candles of an instrument thinned to what a screen can show; prices in the quote asset. */
export interface InstrumentChart {
  readonly instrument: string
  readonly priceDecimals: number
  readonly widthUs: number
  readonly timeUs: readonly number[]
  readonly open: readonly number[]
  readonly high: readonly number[]
  readonly low: readonly number[]
  readonly close: readonly number[]
}

export interface ChartFacts {
  readonly equity: Curve
  /** Fall below the peak as a fraction of it; positive. */
  readonly drawdown: Curve
  /** Value of positions / equity. */
  readonly exposure: Curve
  /** Worth of buy-and-hold at the equity curve's times; empty when nothing was traded. */
  readonly hold: readonly number[]
  readonly instruments: readonly InstrumentChart[]
  /** Instruments that were traded but have no chart, because there are too many. */
  readonly instrumentsLeftOut: number
  /** Trades to draw: all, or of each stretch of trades the best and the worst. */
  readonly trades: readonly Trade[]
}

export interface Report {
  readonly schema: number
  readonly run: RunIdentity
  /** Asset that money is told in. */
  readonly asset: string
  readonly strategies: readonly string[]
  readonly instruments: readonly string[]
  readonly fromUs: number
  readonly toUs: number
  readonly result: ResultFacts
  readonly trades: TradeFacts
  /** Null when equity never fell below an earlier value. */
  readonly drawdown: DrawdownFacts | null
  /** The largest drawdown as a fraction of its peak; it may be another one than the deepest in money. */
  readonly maxDrawdownFraction: number
  /** Longest time below a peak. */
  readonly longestDrawdownUs: number
  readonly ratios: RatioFacts
  readonly hold: HoldFacts
  readonly exposure: ExposureFacts
  readonly trading: TradingFacts
  readonly orders: OrderFacts
  readonly groups: GroupFacts
  readonly charts: ChartFacts
  /** What a reader must know: strategies that failed, assets that no price reached, equity that was not complete. */
  readonly notices: readonly string[]
}
