/**
 * Equity over time: falls, returns by hour and day, results by period, and curves for charts, all from one line of samples.
 *
 * Transfers are no result: everything but the curve itself is reckoned on equity with transfers taken out.
 */
import { AMOUNT_DECIMALS } from '../../core/tape/layout.ts'
import { scaleOf } from '../../core/number/decimal.ts'
import { BoundedCandles } from './bounded-candles.ts'
import { DrawdownMeter } from './drawdown.ts'
import { PeriodBook } from './period-book.ts'
import { DAY_US, HOUR_US } from './ratios.ts'
import { ReturnMeter } from './returns.ts'

/** Points of a curve: as wide as a large screen. */
const POINTS = 1440
/** Samples are never further apart than this while rows come. */
const LONGEST_INTERVAL_US = 60_000_000
const UNIT = scaleOf(AMOUNT_DECIMALS)

export class EquityCurve {
  readonly drawdown: DrawdownMeter
  readonly days: ReturnMeter
  readonly hours: ReturnMeter
  readonly periods: PeriodBook
  readonly equity: BoundedCandles = new BoundedCandles(POINTS)
  readonly falls: BoundedCandles = new BoundedCandles(POINTS)
  readonly exposure: BoundedCandles = new BoundedCandles(POINTS)
  /** [0] time of the next sample, microseconds. */
  readonly due: Float64Array = new Float64Array(1)
  /** Money put in less taken out since the start, 10^-18. */
  transfers = 0n
  /** The newest sample, 10^-18. */
  last: bigint
  lastUs = 0
  /** Time of the first sample; Infinity before it. */
  startUs: number = Infinity

  /** `equity` is what the run begins with. */
  constructor(equity: bigint) {
    this.last = equity
    this.drawdown = new DrawdownMeter(equity)
    this.days = new ReturnMeter(DAY_US, equity)
    this.hours = new ReturnMeter(HOUR_US, equity)
    this.periods = new PeriodBook(equity)
  }

  /** Takes equity as it is at `timeUs`, and the exposure of that moment. The first sample begins the curve. */
  sample(timeUs: number, equity: bigint, exposure: number): void {
    if (this.startUs === Infinity) {
      this.startUs = timeUs
      this.equity.add(timeUs, Number(this.last) / UNIT)
    }
    const own = equity - this.transfers
    this.last = equity
    this.lastUs = timeUs
    this.drawdown.observe(timeUs, own, this.transfers)
    this.days.observe(timeUs, own, equity)
    this.hours.observe(timeUs, own, equity)
    this.periods.observe(timeUs, own, equity)
    this.equity.add(timeUs, Number(equity) / UNIT)
    this.falls.add(timeUs, this.drawdown.fraction)
    this.exposure.add(timeUs, exposure)
    // Short runs are sampled as finely as their curve is drawn, long ones every minute.
    const interval = Math.min(LONGEST_INTERVAL_US, this.equity.width)
    this.due[0] = (Math.floor(timeUs / interval) + 1) * interval
  }

  /** Closes what is still open at the end of the run. */
  finish(): void {
    const own = this.last - this.transfers
    this.days.finish(this.lastUs, own)
    this.hours.finish(this.lastUs, own)
  }
}
