/** Turns the sums of a finished run into its report. */
import type { Instrument } from '../../core/market/instrument.ts'
import { chartsOf, curveOf, rounded, MOST_CHARTS } from './charts.ts'
import type { EquityCurve } from './equity-curve.ts'
import type { ExposureMeter } from './exposure-meter.ts'
import { counted, money, ratio } from './figures.ts'
import { addMoney, noMoney } from './groups.ts'
import type { GroupMoney, TradeGroups } from './groups.ts'
import { holdOf } from './hold.ts'
import type { MoneyBooks } from './money-books.ts'
import type { OrderTally } from './order-tally.ts'
import type { PriceHistory } from './price-history.ts'
import { ratiosOf } from './ratios.ts'
import { REPORT_SCHEMA } from './report-data.ts'
import type { DrawdownFacts, GroupFacts, Report, ResultFacts, RunIdentity, Trade, TradingFacts } from './report-data.ts'
import type { TradeTally } from './trade-tally.ts'

/** Smaller differences between books and equity come from rounding at 10^-18 and are not worth a word. */
const NOTICEABLE = 1e-8

/** Everything that was counted. */
export interface RunSums {
  readonly instruments: readonly Instrument[]
  readonly asset: string
  readonly startEquity: bigint
  readonly instrumentNames: readonly string[]
  /** The last name stands for orders of nobody. */
  readonly strategyNames: readonly string[]
  readonly books: MoneyBooks
  readonly orders: OrderTally
  readonly prices: PriceHistory
  readonly tally: TradeTally
  readonly groups: {
    readonly strategy: TradeGroups
    readonly instrument: TradeGroups
    readonly side: TradeGroups
    readonly exitReason: TradeGroups
  }
  readonly trades: readonly Trade[]
  readonly curve: EquityCurve
  readonly exposure: ExposureMeter
  readonly fills: number
  readonly outsideFills: number
  readonly notices: readonly string[]
}

/** Money of all keys together and by name, what is open included. */
interface Totals extends GroupMoney {
  net: bigint
  open: bigint
  makerTurnover: bigint
  readonly byStrategy: Map<string, GroupMoney>
  readonly byInstrument: Map<string, GroupMoney>
  /** Instruments with any fill; those with the largest turnover first. */
  readonly traded: readonly number[]
}

export function summarise(sums: RunSums, run: RunIdentity): Report {
  const { curve, books, startEquity } = sums
  const totals = totalsOf(sums)
  const open = books.trips.open().length
  const deepest = curve.drawdown.deepest
  const durationUs = curve.lastUs - curve.startUs
  const hold = holdOf(totals.traded, sums.prices, startEquity, curve.equity)
  const result = resultOf(sums, totals)
  return {
    schema: REPORT_SCHEMA,
    run,
    asset: sums.asset,
    strategies: sums.strategyNames.slice(0, -1),
    instruments: [...new Set(sums.instrumentNames)],
    fromUs: curve.startUs,
    toUs: curve.lastUs,
    result,
    trades: sums.tally.facts(open, durationUs),
    drawdown: deepest === undefined ? null : ({ ...deepest, amount: money(deepest.amount) } satisfies DrawdownFacts),
    maxDrawdownFraction: curve.drawdown.maxFraction,
    longestDrawdownUs: curve.drawdown.longestUs,
    ratios: ratiosOf({
      trades: sums.tally.count,
      days: curve.days,
      hours: curve.hours,
      durationUs,
      equityStart: startEquity,
      net: totals.net,
      maxDrawdown: deepest?.amount ?? 0n,
      maxDrawdownFraction: curve.drawdown.maxFraction,
    }),
    hold: hold.facts,
    exposure: sums.exposure.facts(),
    trading: tradingOf(sums, totals),
    orders: sums.orders.facts(),
    groups: groupsOf(sums, totals),
    charts: {
      equity: curveOf(curve.equity),
      drawdown: curveOf(curve.falls),
      exposure: curveOf(curve.exposure),
      hold: hold.curve.map(rounded),
      instruments: chartsOf(totals.traded.slice(0, MOST_CHARTS), sums.instruments, sums.instrumentNames, sums.prices),
      instrumentsLeftOut: Math.max(0, totals.traded.length - MOST_CHARTS),
      trades: sums.trades,
    },
    notices: [...sums.notices, ...noticesOf(sums, result)],
  }
}

function totalsOf(sums: RunSums): Totals {
  const { books, strategyNames, instrumentNames } = sums
  const total = noMoney()
  const byStrategy = new Map<string, GroupMoney>()
  const byInstrument = new Map<string, GroupMoney>()
  const turnover = new Map<number, bigint>()
  let open = 0n
  let makerTurnover = 0n
  for (const [key, of] of books.sums.entries()) {
    const instrument = key % sums.instruments.length
    const strategy = Math.floor(key / sums.instruments.length)
    const unrealised = books.unrealised(key)
    const all = { gross: of.gross + unrealised, fees: of.fees, funding: of.funding, turnover: of.turnover }
    open += unrealised
    makerTurnover += of.makerTurnover
    addMoney(total, all)
    const used = of.turnover !== 0n || of.funding !== 0n
    // A strategy without a trade has its line, orders of nobody have one only when there were any.
    if (used || strategy < strategyNames.length - 1) addMoney(entry(byStrategy, strategyNames[strategy] ?? ''), all)
    if (used) addMoney(entry(byInstrument, instrumentNames[instrument] ?? ''), all)
    if (of.turnover > 0n) turnover.set(instrument, (turnover.get(instrument) ?? 0n) + of.turnover)
  }
  const traded = [...turnover]
    .toSorted(([, a], [, b]) => (a === b ? 0 : a < b ? 1 : -1))
    .map(([instrument]) => instrument)
  const net = total.gross - total.fees + total.funding
  return { ...total, net, open, makerTurnover, byStrategy, byInstrument, traded }
}

function entry(map: Map<string, GroupMoney>, name: string): GroupMoney {
  const found = map.get(name) ?? noMoney()
  map.set(name, found)
  return found
}

function resultOf(sums: RunSums, totals: Totals): ResultFacts {
  const { curve, startEquity } = sums
  const { gross, fees, funding, net, open } = totals
  return {
    equityStart: money(startEquity),
    equityEnd: money(curve.last),
    transfers: money(curve.transfers),
    gross: money(gross),
    fees: money(fees),
    funding: money(funding),
    net: money(net),
    open: money(open),
    revaluation: money(curve.last - startEquity - curve.transfers - net),
    returnOnStart: ratio(net, startEquity, 'no equity'),
    netAtDoubleFees: money(net - fees),
  }
}

function tradingOf(sums: RunSums, totals: Totals): TradingFacts {
  return {
    fills: sums.fills,
    turnover: money(totals.turnover),
    turnoverRatio: ratio(totals.turnover, sums.startEquity, 'no equity'),
    makerShare: ratio(totals.makerTurnover, totals.turnover, 'no fills'),
    outsideFills: sums.outsideFills,
  }
}

function groupsOf(sums: RunSums, totals: Totals): GroupFacts {
  const { groups, curve } = sums
  return {
    strategy: groups.strategy.rowsWith(totals.byStrategy),
    instrument: groups.instrument.rowsWith(totals.byInstrument),
    side: groups.side.rowsAndRest(totals),
    exitReason: groups.exitReason.rowsAndRest(totals),
    day: curve.periods.days(),
    week: curve.periods.weeks(),
    month: curve.periods.months(),
  }
}

/** What the figures alone do not say. */
function noticesOf(sums: RunSums, result: ResultFacts): readonly string[] {
  const notices: string[] = []
  const { missing } = sums.books.conversion
  if (missing.size > 0)
    notices.push(`amounts in ${[...missing].join(', ')} are not contained: no priced market leads to ${sums.asset}`)
  if (sums.outsideFills > 0)
    notices.push(`${counted(sums.outsideFills, 'fill')} of orders that no strategy of this run gave`)
  if (Math.abs(Number(result.revaluation)) >= NOTICEABLE)
    notices.push(
      `equity changed by ${result.revaluation} ${sums.asset} more than trading explains: balances in other assets changed in price`,
    )
  return notices
}
