/** Curves and candles of a report, thinned to what a screen can show. */
import { scaleOf } from '../../core/number/decimal.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import type { BoundedCandles } from './bounded-candles.ts'
import type { PriceHistory } from './price-history.ts'
import type { Curve, InstrumentChart } from './report-data.ts'

/** Instruments with a chart, and candles of all charts together: they decide how large a report grows. */
export const MOST_CHARTS = 100
const CANDLES_IN_ALL = 20_000
const MOST_CANDLES = 1000
/** Digits of chart values: finer than a screen. */
const DIGITS = 8

/** The points of a line: low, high and last of each stretch. */
export function curveOf(candles: BoundedCandles): Curve {
  const { length } = candles
  const column = (values: Float64Array): readonly number[] => Array.from(values.subarray(0, length), rounded)
  return {
    widthUs: candles.width,
    timeUs: Array.from(candles.start.subarray(0, length)),
    low: column(candles.low),
    high: column(candles.high),
    last: column(candles.close),
  }
}

/** Candle charts of `chosen` instruments; `names` are their names in the report. */
export function chartsOf(
  chosen: readonly number[],
  instruments: readonly Instrument[],
  names: readonly string[],
  prices: PriceHistory,
): readonly InstrumentChart[] {
  const room = Math.min(MOST_CANDLES, Math.floor(CANDLES_IN_ALL / Math.max(1, chosen.length)))
  return chosen.flatMap((instrument) => {
    const candles = prices.candles(instrument)
    const rules = instruments[instrument]
    if (candles === undefined || rules === undefined) return []
    candles.thin(room)
    const scale = scaleOf(rules.priceDecimals)
    const column = (values: Float64Array): readonly number[] =>
      Array.from(values.subarray(0, candles.length), (value) => Math.round(value) / scale)
    return [
      {
        instrument: names[instrument] ?? rules.symbol,
        priceDecimals: rules.priceDecimals,
        widthUs: candles.width,
        timeUs: Array.from(candles.start.subarray(0, candles.length)),
        open: column(candles.open),
        high: column(candles.high),
        low: column(candles.low),
        close: column(candles.close),
      },
    ]
  })
}

/** A chart value with as many digits as a screen can show. */
export function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS))
}
