/**
 * Turns what strategies say into targets and quotes: records the wish, sizes it, and hands it to its reconciler.
 *
 * In: signals, targets and quotes in the units strategies think in. Out: SIGNAL and TARGET rows, calls of the reconcilers.
 * Refuses: prices and sizes that are not finite numbers (StrategyError naming strategy and instrument).
 */
import type { Instrument } from '../market/instrument.ts'
import type { ProtectionReconciler } from '../execution/protection.ts'
import type { QuoteReconciler } from '../execution/quotes.ts'
import { STYLE, WISH } from '../execution/targets.ts'
import type { TargetReconciler } from '../execution/targets.ts'
import { scaleOf } from '../number/decimal.ts'
import { FUNDS } from '../risk/pre-trade-check.ts'
import { SIZING, lotsOfNotional, sizeSignal } from '../sizing/sizers.ts'
import type { StrategyActions } from '../strategy/context.ts'
import type { Direction, EntryStyle, SignalOptions, TargetOptions } from '../strategy/contract.ts'
import type { Quantity } from '../strategy/params.ts'
import { StrategyError } from '../strategy/params.ts'
import { MAX_SLOTS } from '../strategy/slots.ts'
import type { SlotScratch } from '../strategy/slots.ts'
import { DIRECTION, SIGNAL, TARGET } from '../tape/kinds.ts'
import { RATE_DECIMALS, ROW_SLOTS, ROW_WORDS } from '../tape/layout.ts'
import type { SizerConfig } from './config.ts'
import type { MarketState } from './market-state.ts'
import { TOP } from './market-state.ts'
import type { OutputWriter } from './output-writer.ts'

const RATE_SCALE = scaleOf(RATE_DECIMALS)
/** Outputs of one input after which a strategy is not listened to any more; as many are left for what follows from it. */
const MOST_SAID = 32_768
/** A double within this share of a quantum from a whole count means that count: 0.1 is not below a tick of 0.1. */
const SNAP = 1e-6

export interface WishParts {
  readonly instruments: readonly Instrument[]
  readonly sizers: readonly SizerConfig[]
  readonly names: readonly string[]
  readonly market: MarketState
  readonly outputs: OutputWriter
  readonly targets: TargetReconciler
  readonly quotes: QuoteReconciler
  readonly protection: ProtectionReconciler
  /** Position per key, lots. */
  readonly positions: Float64Array
  /** FUNDS columns. */
  readonly funds: Float64Array
  /** Brings FUNDS up to the newest prices. */
  refreshFunds(): void
}

export class Wishes implements StrategyActions {
  readonly #parts: WishParts
  readonly #cells: Float64Array = new Float64Array(SIZING.length)
  readonly #reference: Float64Array = new Float64Array(1)
  readonly #wanted: Float64Array = new Float64Array(MAX_SLOTS * 4)

  constructor(parts: WishParts) {
    this.#parts = parts
  }

  signal(key: number, direction: Direction, options: SignalOptions): void {
    this.#checkLength(key)
    const { instruments, protection } = this.#parts
    const instrument = key % instruments.length
    const rules = instruments[instrument] as Instrument
    const stop = this.#rate(key, 'stop', options.stop)
    const takeProfit = this.#rate(key, 'takeProfit', options.takeProfit)
    this.#checkDistances(key, stop, takeProfit)
    this.#writeSignal(key, instrument, DIRECTION[direction], options.reason, stop, takeProfit)
    const held = this.#held(key)
    if (direction === 'flat' || (direction === 'short' && rules.market === 'spot')) {
      this.#close(key, options.entry)
      return
    }
    // The same word again changes nothing: the size was decided when it was first said.
    if (direction === 'long' ? held > 0 : held < 0) return
    const cells = this.#cells
    this.#parts.refreshFunds()
    cells[SIZING.price] = this.#expectedPrice(instrument, direction === 'short')
    cells[SIZING.equityMicros] = this.#parts.funds[FUNDS.equity] as number
    cells[SIZING.stopFraction] = stop / RATE_SCALE
    sizeSignal(this.#parts.sizers[Math.floor(key / instruments.length)] as SizerConfig, rules, cells)
    const lots = cells[SIZING.lots] as number
    protection.stop[key] = stop
    protection.takeProfit[key] = takeProfit
    this.#want(key, direction === 'long' || lots === 0 ? lots : -lots, options.entry)
  }

  target(key: number, options: TargetOptions): void {
    this.#checkLength(key)
    const { instruments, protection } = this.#parts
    const instrument = key % instruments.length
    const rules = instruments[instrument] as Instrument
    const { notional, quantity } = options
    if ((notional === undefined) === (quantity === undefined))
      throw new StrategyError(`${this.#place(key)}: target takes either notional or quantity`)
    const amount = this.#finite(key, notional ?? quantity ?? 0)
    const cells = this.#cells
    if (notional !== undefined) {
      cells[SIZING.price] = this.#expectedPrice(instrument, amount < 0)
      cells[SIZING.lots] = 0
      if ((cells[SIZING.price] as number) > 0) lotsOfNotional(amount, rules, cells)
    } else {
      const lots = snapFloor(Math.abs(amount) * scaleOf(rules.quantityDecimals))
      cells[SIZING.lots] = Math.sign(amount) * (lots - (lots % rules.stepSize))
    }
    const wanted = cells[SIZING.lots] as number
    const stop = this.#rate(key, 'stop', options.stop)
    const takeProfit = this.#rate(key, 'takeProfit', options.takeProfit)
    this.#checkDistances(key, stop, takeProfit)
    protection.stop[key] = stop
    protection.takeProfit[key] = takeProfit
    this.#parts.outputs.text(options.reason)
    this.#want(key, rules.market === 'spot' && wanted < 0 ? 0 : wanted, options.entry)
  }

  quote(key: number, slots: SlotScratch): void {
    this.#checkLength(key)
    const instrument = key % this.#parts.instruments.length
    const rules = this.#parts.instruments[instrument] as Instrument
    const priceScale = this.#parts.market.priceScale[instrument] as number
    const quantityScale = this.#parts.market.quantityScale[instrument] as number
    const wanted = this.#wanted
    let at = 0
    for (let i = 0; i < slots.bids * 2; i += 2) {
      const price = snapFloor(this.#positive(key, slots.bidCells[i] as number) * priceScale)
      const lots = snapFloor(this.#positive(key, slots.bidCells[i + 1] as number) * quantityScale)
      wanted[at++] = price - (price % rules.tickSize)
      wanted[at++] = lots - (lots % rules.stepSize)
    }
    for (let i = 0; i < slots.asks * 2; i += 2) {
      const price = snapCeil(this.#positive(key, slots.askCells[i] as number) * priceScale)
      const lots = snapFloor(this.#positive(key, slots.askCells[i + 1] as number) * quantityScale)
      const beyond = price % rules.tickSize
      wanted[at++] = beyond === 0 ? price : price + rules.tickSize - beyond
      wanted[at++] = lots - (lots % rules.stepSize)
    }
    this.#parts.quotes.set(key, wanted, slots.bids, slots.asks)
  }

  /** Takes away what a key would open: its quotes, and what its target is still short of. Position and stops stay. */
  withdraw(key: number): void {
    this.#parts.quotes.withdraw(key)
    this.#parts.targets.stopOpening(key)
  }

  /** Ends every wish of a key: position to zero, quotes withdrawn. */
  flatten(key: number): void {
    this.#parts.quotes.withdraw(key)
    this.#close(key, 'market')
  }

  /** Wants a key's position to be zero; said again while it is on its way there, it changes nothing. */
  #close(key: number, entry: EntryStyle | undefined): void {
    const { targets, positions } = this.#parts
    if (targets.works(key, 0, styleOf(entry))) return
    if (this.#held(key) !== 0 || (positions[key] as number) !== 0) this.#want(key, 0, entry)
  }

  /** What the key is on its way to: the wanted position while it is worked, else the position. */
  #held(key: number): number {
    const { targets, positions } = this.#parts
    return targets.state[key] === WISH.active ? (targets.wanted[key] as number) : (positions[key] as number)
  }

  #want(key: number, lots: number, entry: EntryStyle | undefined): void {
    const { targets, outputs, instruments, positions, protection } = this.#parts
    const style = styleOf(entry)
    const instrument = key % instruments.length
    this.#parts.market.reference(instrument, this.#reference)
    const row = outputs.add(TARGET.kind, 0, instrument, 0)
    outputs.rows.u16[row * 32 + TARGET.strategyByte / 2] = Math.floor(key / instruments.length)
    outputs.rows.u8[row * 64 + TARGET.styleByte] = style
    const at = row * ROW_SLOTS
    // A tape holds no -0.
    outputs.rows.f64[at + TARGET.quantity] = lots + 0
    outputs.rows.f64[at + TARGET.position] = positions[key] as number
    outputs.rows.f64[at + TARGET.reference] = this.#reference[0] as number
    targets.wanted[key] = lots + 0
    targets.set(key, style)
    // The stop of a position may have a new distance, and spot cannot sell what a stop holds.
    protection.reconcile(key)
    if (targets.state[key] !== WISH.active && positions[key] === 0) protection.forget(key)
  }

  #expectedPrice(instrument: number, sell: boolean): number {
    const best = this.#parts.market.top[instrument * 4 + (sell ? TOP.bid : TOP.ask)] as number
    if (best > 0) return best
    this.#parts.market.reference(instrument, this.#reference)
    return this.#reference[0] as number
  }

  #writeSignal(
    key: number,
    instrument: number,
    direction: number,
    reason: string,
    stop: number,
    takeProfit: number,
  ): void {
    const { outputs, instruments } = this.#parts
    const text = outputs.text(reason)
    this.#parts.market.reference(instrument, this.#reference)
    const row = outputs.add(SIGNAL.kind, direction, instrument, 0)
    outputs.rows.u16[row * 32 + SIGNAL.strategyByte / 2] = Math.floor(key / instruments.length)
    outputs.rows.u32[row * ROW_WORDS + SIGNAL.reasonByte / 4] = text
    const at = row * ROW_SLOTS
    outputs.rows.f64[at + SIGNAL.stop] = stop
    outputs.rows.f64[at + SIGNAL.takeProfit] = takeProfit
    outputs.rows.f64[at + SIGNAL.reference] = this.#reference[0] as number
  }

  /** A distance as counts of 10^-12; 0 if it is not given. */
  #rate(key: number, name: string, value: number | Quantity | undefined): number {
    if (value === undefined) return 0
    const fraction = typeof value === 'number' ? value : value.value
    if (!(fraction > 0 && fraction < 1))
      throw new StrategyError(`${this.#place(key)}: ${name} must lie between 0 and 100 %, got ${fraction * 100} %`)
    return Math.round(fraction * RATE_SCALE)
  }

  #checkLength(key: number): void {
    if (this.#parts.outputs.caused >= MOST_SAID)
      throw new StrategyError(`${this.#place(key)}: said more than ${MOST_SAID} things about one row`)
  }

  /** Spot locks what an order sells, so that a second one for the same coins has none left. */
  #checkDistances(key: number, stop: number, takeProfit: number): void {
    const { instruments } = this.#parts
    if (stop !== 0 && takeProfit !== 0 && instruments[key % instruments.length]?.market === 'spot')
      throw new StrategyError(
        `${this.#place(key)}: spot takes a stop or a takeProfit, not both; watch the other price in the strategy`,
      )
  }

  #finite(key: number, value: number): number {
    if (!Number.isFinite(value)) throw new StrategyError(`${this.#place(key)}: a price or size is ${value}`)
    return value
  }

  /** A price or size of a quote; 0 leaves its slot empty. */
  #positive(key: number, value: number): number {
    if (this.#finite(key, value) < 0)
      throw new StrategyError(
        `${this.#place(key)}: a quote of ${value}; prices and sizes are not negative, asks included`,
      )
    return value
  }

  #place(key: number): string {
    const { instruments, names } = this.#parts
    return `strategy ${names[Math.floor(key / instruments.length)] ?? ''}, ${instruments[key % instruments.length]?.symbol ?? ''}`
  }
}

function styleOf(entry: EntryStyle | undefined): number {
  return entry === 'post-only' ? STYLE.postOnly : STYLE.market
}

function snapFloor(count: number): number {
  const nearest = Math.round(count)
  return Math.abs(count - nearest) < SNAP ? nearest : Math.floor(count)
}

function snapCeil(count: number): number {
  const nearest = Math.round(count)
  return Math.abs(count - nearest) < SNAP ? nearest : Math.ceil(count)
}
