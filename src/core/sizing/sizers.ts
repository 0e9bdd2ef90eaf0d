/** How many lots a signal is worth. Each sizer is a function of prices and money; none looks at the market itself. */
import type { SizerConfig } from '../engine/config.ts'
import type { Instrument } from '../market/instrument.ts'
import { parseDecimal, scaleOf, significantDecimals } from '../number/decimal.ts'

/** Inputs and output of a sizer, as one array so that no double is passed by value. */
export const SIZING = { price: 0, equityMicros: 1, stopFraction: 2, lots: 3, length: 4 } as const

/**
 * Writes the size in lots (step-rounded, toward zero) of a signal on `instrument` into `cells[SIZING.lots]`.
 * `price` counts price quanta, `equityMicros` millionths of the settle asset, `stopFraction` the stop's distance (0 = none).
 * The risk sizer gives 0 without a stop: a size cannot be had from a loss that is not limited.
 */
export function sizeSignal(sizer: SizerConfig, instrument: Instrument, cells: Float64Array): void {
  cells[SIZING.lots] = 0
  const price = cells[SIZING.price] as number
  if (!(price > 0)) return
  let notional: number
  if (sizer.kind === 'fixed-notional') notional = sizer.notional
  else {
    const stop = cells[SIZING.stopFraction] as number
    const equity = cells[SIZING.equityMicros] as number
    // An account below zero has nothing to risk, and a negative size would turn the signal around.
    if (!(stop > 0 && equity > 0)) return
    notional = Math.min(((equity / 1e6) * sizer.fraction) / stop, sizer.maxNotional)
  }
  lotsOfNotional(notional, instrument, cells)
}

/**
 * Lots that a value in the quote asset buys at `cells[price]`, rounded toward zero to the step, into `cells[lots]`.
 * Exact while value · 10^(price + quantity + contract size decimals) stays below 2^53: the quotient of two such integers
 * cannot round up to a whole number that it does not reach.
 */
export function lotsOfNotional(notional: number, instrument: Instrument, cells: Float64Array): void {
  let size = instrument.contractSize
  let decimals = instrument.priceDecimals + instrument.quantityDecimals
  if (!Number.isInteger(size)) {
    // 0.1 of a coin is no exact double: its digits are.
    const sizeDecimals = significantDecimals(String(size))
    size = parseDecimal(String(size), sizeDecimals)
    decimals += sizeDecimals
  }
  const scaled = Math.round(Math.abs(notional) * scaleOf(decimals))
  const lots = Math.floor(scaled / ((cells[SIZING.price] as number) * size))
  const stepped = lots - (lots % instrument.stepSize)
  cells[SIZING.lots] = notional < 0 ? 0 - stepped : stepped
}
