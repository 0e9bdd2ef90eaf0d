/** The JSON document of a run's result, the same from `backtest --json` and `report --json`. */
import type { Report } from '../lab/report/report-data.ts'

/** What programs want first stands at the top; `report` is everything but the curves, which report.json has. */
export interface ResultDocument {
  /** The run's folder. */
  readonly run: string
  /** One hash over the inputs, the outputs and the final state. */
  readonly hash: string
  readonly stateHash: string
  /** Orders placed. */
  readonly orders: number
  readonly fills: number
  /** Round trips closed. */
  readonly trades: number
  readonly equityStart: string
  readonly equityEnd: string
  readonly net: string
  readonly gross: string
  readonly fees: string
  readonly funding: string
  readonly asset: string
  readonly report: Omit<Report, 'charts'>
}

/** The document of the run in `folder`. */
export function resultDocument(report: Report, folder: string): ResultDocument {
  const { charts: _, ...rest } = report
  const { equityStart, equityEnd, net, gross, fees, funding } = report.result
  return {
    run: folder,
    hash: report.run.hash,
    stateHash: report.run.stateHash,
    orders: report.orders.placed,
    fills: report.trading.fills,
    trades: report.trades.count,
    equityStart,
    equityEnd,
    net,
    gross,
    fees,
    funding,
    asset: report.asset,
    report: rest,
  }
}
