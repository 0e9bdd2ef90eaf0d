/**
 * What the page's script draws, packed: differences instead of values, whole numbers where there are some. The script's
 * `unpack` is the other half of this file.
 */
import type { Curve, InstrumentChart, Report, Trade } from './report-data.ts'
import { shownDecimals } from './format.ts'

/** Milliseconds are finer than a screen. */
const MILLISECOND_US = 1000

/** Columns of numbers, and the tables of names that they point into. */
export interface PageData {
  readonly asset: string
  readonly decimals: number
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  /** Equity at the beginning. */
  readonly start: number
  readonly strategies: readonly string[]
  readonly reasons: readonly string[]
  readonly equity: PackedCurve
  readonly hold: readonly number[]
  /** Fractions, by the points of the equity curve. */
  readonly drawdown: readonly number[]
  readonly exposure: readonly number[]
  readonly charts: readonly PackedChart[]
  readonly trades: readonly PackedTrade[]
}

/** Points begin `start` + the sum of `steps` widths, in milliseconds. */
interface PackedTimes {
  readonly start: number
  readonly width: number
  readonly steps: readonly number[]
}

interface PackedCurve extends PackedTimes {
  readonly low: readonly number[]
  readonly high: readonly number[]
  readonly last: readonly number[]
}

/** Prices in quanta: open against the close before, close against open, wicks against the body. */
interface PackedChart extends PackedTimes {
  readonly name: string
  readonly decimals: number
  readonly open: readonly number[]
  readonly close: readonly number[]
  readonly above: readonly number[]
  readonly below: readonly number[]
}

/**
 * Number, chart, strategy, long (1) or short (0), entry after the run's beginning and duration in milliseconds, entry and
 * exit price, quantity, net, entry and exit reason.
 */
type PackedTrade = readonly number[]

export function pageData(report: Report): PageData {
  const { charts, fromUs } = report
  const strategies = new Names()
  const reasons = new Names()
  const places = new Map(charts.instruments.map(({ instrument }, at) => [instrument, at]))
  const trades = charts.trades.flatMap((trade) => {
    const place = places.get(trade.instrument)
    return place === undefined ? [] : [packTrade(trade, place, fromUs, strategies, reasons)]
  })
  const { equity } = charts
  return {
    asset: report.asset,
    decimals: shownDecimals(report.result.equityStart),
    from: milliseconds(fromUs),
    to: milliseconds(report.toUs),
    start: Number(report.result.equityStart),
    equity: { ...packTimes(equity), low: equity.low, high: equity.high, last: equity.last },
    hold: charts.hold,
    drawdown: charts.drawdown.high.map(fraction),
    exposure: charts.exposure.high.map(fraction),
    charts: charts.instruments.map(packChart),
    trades,
    strategies: strategies.list,
    reasons: reasons.list,
  }
}

function packTimes(times: Pick<Curve, 'timeUs' | 'widthUs'>): PackedTimes {
  const { timeUs, widthUs } = times
  return {
    start: milliseconds(timeUs[0] ?? 0),
    width: milliseconds(widthUs),
    steps: timeUs.map((time, at) => (at === 0 ? 0 : Math.round((time - (timeUs[at - 1] as number)) / widthUs))),
  }
}

function packChart(chart: InstrumentChart): PackedChart {
  const quanta = (values: readonly number[]): readonly number[] =>
    values.map((value) => Math.round(value * scaleOf(chart.priceDecimals)))
  const open = quanta(chart.open)
  const close = quanta(chart.close)
  const high = quanta(chart.high)
  const low = quanta(chart.low)
  const of = (values: readonly number[], at: number): number => values[at] ?? 0
  return {
    ...packTimes(chart),
    name: chart.instrument,
    decimals: chart.priceDecimals,
    open: open.map((value, at) => value - of(close, at - 1)),
    close: close.map((value, at) => value - of(open, at)),
    above: high.map((value, at) => value - Math.max(of(open, at), of(close, at))),
    below: low.map((value, at) => Math.min(of(open, at), of(close, at)) - value),
  }
}

function packTrade(trade: Trade, place: number, fromUs: number, strategies: Names, reasons: Names): PackedTrade {
  return [
    trade.number,
    place,
    strategies.number(trade.strategy),
    trade.side === 'long' ? 1 : 0,
    milliseconds(trade.entryUs - fromUs),
    milliseconds(trade.exitUs - trade.entryUs),
    Number(trade.entryPrice),
    Number(trade.exitPrice),
    Number(trade.quantity),
    Number(Number(trade.net).toPrecision(8)),
    reasons.number(trade.entryReason),
    reasons.number(trade.exitReason),
  ]
}

/** Gives names numbers in the order of their appearance. */
class Names {
  readonly list: string[] = []
  readonly #numbers: Map<string, number> = new Map()

  number(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    this.#numbers.set(name, this.list.length)
    return this.list.push(name) - 1
  }
}

function milliseconds(us: number): number {
  return Math.round(us / MILLISECOND_US)
}

/** Five digits are finer than a pixel. */
function fraction(value: number): number {
  return Number(value.toPrecision(5))
}

function scaleOf(decimals: number): number {
  return Number(`1e${decimals}`)
}
