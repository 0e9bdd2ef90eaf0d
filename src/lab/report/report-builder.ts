/**
 * Builds a run's report while the run goes on.
 *
 * In: every money input and output row in order, market rows (for prices), and equity at the moments that `market` asks for.
 * Out: trades as they close, and the report. Owns: all sums of a report; money is exact, so that
 * net = gross - fees + funding holds to the last digit, and books and equity are compared at the end. Refuses: fills that
 * cannot be booked exactly (AccountError, as the engine does). Memory is bounded but for 17 bytes per order; it changes
 * nothing in the run that it watches.
 */
import type { PriceColumns } from '../../core/account/rate-chains.ts'
import type { RoundTrip } from '../../core/account/round-trips.ts'
import { printTime } from '../../core/calendar.ts'
import { assetTable } from '../../core/market/assets.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { scaleOf } from '../../core/number/decimal.ts'
import { I128Array } from '../../core/number/i128.ts'
import {
  BLOCKED,
  FILL,
  FUNDING_PAYMENT,
  INTENT,
  OPERATOR,
  ORDER_UPDATE,
  REQUEST,
  SIGNAL,
  STRATEGY_FAILED,
  STRATEGY_PAUSED,
  TARGET,
  TEXT,
  TRANSFER,
} from '../../core/tape/kinds.ts'
import { APPEND_TIME, ROW_SLOTS, ROW_WORDS } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { EquityCurve } from './equity-curve.ts'
import { ExposureMeter } from './exposure-meter.ts'
import { TradeGroups } from './groups.ts'
import { MoneyBooks } from './money-books.ts'
import type { TripMoney } from './money-books.ts'
import { instrumentNames, strategyNames } from './names.ts'
import { OrderReasons } from './order-reasons.ts'
import { OrderTally } from './order-tally.ts'
import { PriceHistory } from './price-history.ts'
import type { Report, RunIdentity, Trade } from './report-data.ts'
import { summarise } from './summary.ts'
import type { RunSums } from './summary.ts'
import { TradeSample } from './trade-sample.ts'
import { TradeTally } from './trade-tally.ts'
import { tradeOf } from './trades.ts'

/** Trades that are drawn; they decide how large a report grows. */
const TRADES_DRAWN = 4000
const MOST_NOTICES = 50
/** Stands for orders that no strategy of the run gave. */
const OUTSIDE = 'outside the run'

export interface ReportOptions {
  readonly instruments: readonly Instrument[]
  /** What asset fields of rows mean; the instruments' own table unless given. */
  readonly assets?: readonly string[]
  /** Names of the strategies in the order of the configuration. */
  readonly strategies: readonly string[]
  /** Asset that money is told in. */
  readonly asset: string
  /** What the run begins with, 10^-18 of that asset. */
  readonly startEquity: bigint
  /** The newest prices, as the engine keeps them: what is open is valued as the engine values it. */
  readonly prices: PriceColumns
  /** The venue's words for an error code. */
  readonly errorText: (code: number) => string
  /** Where and why a strategy threw, as the row that tells it comes; '' when nobody knows. */
  readonly failureText?: (strategy: number) => string
  /** Takes every closed trade, in the order of closing; the report itself keeps only enough to draw. */
  readonly onTrade?: (trade: Trade) => void
}

/** How a run ended. */
export interface RunEnding {
  readonly timeUs: number
  /** Equity at the end, 10^-18 of the report's asset. */
  readonly equity: bigint
  readonly run: RunIdentity
  /** What else a reader must know. */
  readonly notices?: readonly string[]
}

export class ReportBuilder {
  readonly #options: ReportOptions
  readonly #instruments: number
  readonly #books: MoneyBooks
  readonly #orders: OrderTally
  readonly #reasons: OrderReasons
  readonly #prices: PriceHistory
  readonly #tally: TradeTally = new TradeTally()
  readonly #drawn: TradeSample = new TradeSample(TRADES_DRAWN)
  readonly #groups: RunSums['groups'] = {
    strategy: new TradeGroups(),
    instrument: new TradeGroups(),
    side: new TradeGroups(),
    exitReason: new TradeGroups(),
  }
  readonly #instrumentNames: readonly string[]
  /** One more than there are strategies: the last stands for orders of nobody. */
  readonly #strategyNames: readonly string[]
  /** Value of one price quantum times one lot, and units of one lot, as doubles for ratios. */
  readonly #unit: Float64Array
  readonly #lot: Float64Array
  readonly #exposure: ExposureMeter
  readonly #curve: EquityCurve
  readonly #amount: I128Array = new I128Array(1)
  readonly #notices: string[] = []
  #sampled = false
  #fills = 0
  #outsideFills = 0

  /** Throws AccountError when the report's asset is in no instrument. */
  constructor(options: ReportOptions) {
    const { instruments, strategies, prices, errorText } = options
    const keys = (strategies.length + 1) * instruments.length
    this.#options = options
    this.#instruments = instruments.length
    this.#books = new MoneyBooks({
      instruments,
      assets: options.assets ?? assetTable(instruments),
      asset: options.asset,
      keys,
      prices,
      onTrip: (trip, amounts) => this.#takeTrip(trip, amounts),
    })
    this.#orders = new OrderTally(errorText)
    this.#reasons = new OrderReasons(keys)
    this.#prices = new PriceHistory(instruments.length)
    this.#instrumentNames = instrumentNames(instruments)
    this.#strategyNames = [...strategyNames(strategies), OUTSIDE]
    this.#lot = Float64Array.from(instruments, (one) => one.contractSize / scaleOf(one.quantityDecimals))
    this.#unit = Float64Array.from(instruments, (one, i) => (this.#lot[i] as number) / scaleOf(one.priceDecimals))
    const { conversion, settlement } = this.#books
    this.#exposure = new ExposureMeter(
      instruments.length,
      (instrument) => conversion.priceOf(instrument) * conversion.rateOf(settlement.money[instrument] as number),
    )
    this.#curve = new EquityCurve(options.startEquity)
  }

  /**
   * Notes the prices of a market row. Returns true when equity is to be sampled before the engine takes the row: a new
   * second, later a new minute has begun.
   */
  market(buffer: RowBuffer, row: number): boolean {
    this.#prices.market(buffer, row)
    return (buffer.f64[row * ROW_SLOTS + APPEND_TIME] as number) >= (this.#curve.due[0] as number)
  }

  /**
   * Takes the account's equity (10^-18 of the report's asset) at `timeUs`. The first sample opens the report: transfers
   * before it belong to the starting equity.
   */
  sample(timeUs: number, equity: bigint): void {
    this.#sampled = true
    this.#exposure.observe(timeUs, Number(equity) / 1e18)
    this.#curve.sample(timeUs, equity, this.#exposure.fraction)
  }

  /** Takes a money input or an output, in the order in which they were written. Throws AccountError. */
  row(buffer: RowBuffer, row: number): void {
    const kind = buffer.u8[row * 64] as number
    const instrument = buffer.u16[row * 32 + 3] as number
    switch (kind) {
      case FILL.kind:
        return this.#fill(buffer, row, instrument)
      case ORDER_UPDATE.kind:
        return this.#orders.update(buffer, row)
      case INTENT.kind:
        return this.#intent(buffer, row, instrument)
      case REQUEST.kind:
        return this.#orders.request(buffer, row)
      case BLOCKED.kind:
        return this.#orders.block(buffer, row)
      case SIGNAL.kind:
        this.#orders.signals += 1
        return this.#reasons.signal(buffer, row, this.#keyOf(strategyOf(buffer, row, SIGNAL.strategyByte), instrument))
      case TARGET.kind:
        return this.#reasons.target(buffer, row, this.#keyOf(strategyOf(buffer, row, TARGET.strategyByte), instrument))
      case TEXT.kind:
        return this.#reasons.text(buffer, row)
      case FUNDING_PAYMENT.kind:
        return this.#curve.periods.funding(this.#books.funding(buffer, row, this.#keyOf(Infinity, instrument)))
      case TRANSFER.kind:
        return this.#transfer(buffer, row)
      case OPERATOR.kind:
        return this.#reasons.intervention(buffer, row, kind)
      case STRATEGY_FAILED.kind:
        this.#reasons.intervention(buffer, row, kind)
        return this.#failed(buffer, row, strategyOf(buffer, row, STRATEGY_FAILED.strategyByte))
      case STRATEGY_PAUSED.kind:
        this.#reasons.intervention(buffer, row, kind)
        return this.#stopped(buffer, row, strategyOf(buffer, row, STRATEGY_PAUSED.strategyByte), 'was stopped', '')
      default: // rows of structure, timers, configuration: nothing to count
    }
  }

  /** The report. Nothing may be fed afterwards. */
  finish(ending: RunEnding): Report {
    this.sample(ending.timeUs, ending.equity)
    this.#curve.finish()
    const sums: RunSums = {
      instruments: this.#options.instruments,
      asset: this.#options.asset,
      startEquity: this.#options.startEquity,
      instrumentNames: this.#instrumentNames,
      strategyNames: this.#strategyNames,
      books: this.#books,
      orders: this.#orders,
      prices: this.#prices,
      tally: this.#tally,
      groups: this.#groups,
      trades: this.#drawn.trades(),
      curve: this.#curve,
      exposure: this.#exposure,
      fills: this.#fills,
      outsideFills: this.#outsideFills,
      notices: [...this.#notices, ...(ending.notices ?? [])],
    }
    return summarise(sums, ending.run)
  }

  #fill(buffer: RowBuffer, row: number, instrument: number): void {
    const intent = buffer.u32[row * ROW_WORDS + FILL.intentByte / 4] as number
    const known = this.#orders.keyOf(intent)
    const key = known < 0 ? this.#keyOf(Infinity, instrument) : known
    this.#fills += 1
    if (known < 0) this.#outsideFills += 1
    else this.#orders.fill(buffer, row, this.#unit[instrument] as number)
    this.#books.fill(key, buffer, row, known < 0 ? this.#reasons.unknown : this.#orders.reasonOf(intent))
    this.#curve.periods.fee(this.#books.lastFee)
    const { positions } = this.#books.trips
    let lots = 0
    for (let one = instrument; one < positions.rows; one += this.#instruments) lots += positions.quantity[one] as number
    const held = lots * (this.#lot[instrument] as number)
    this.#exposure.position(buffer.f64[row * ROW_SLOTS + APPEND_TIME] as number, instrument, held)
  }

  #intent(buffer: RowBuffer, row: number, instrument: number): void {
    const key = this.#keyOf(strategyOf(buffer, row, INTENT.strategyByte), instrument)
    const reason = this.#reasons.ofIntent(buffer, row, key)
    const last = this.#prices.last(instrument)
    this.#orders.intent(buffer, row, key, reason, this.#unit[instrument] as number, last)
  }

  #transfer(buffer: RowBuffer, row: number): void {
    if (!this.#sampled) return
    this.#amount.loadFrom(0, buffer.u32, (row * ROW_SLOTS + TRANSFER.amount) * 8)
    const asset = buffer.u16[row * 32 + TRANSFER.assetByte / 2] as number
    this.#curve.transfers += this.#books.conversion.convert(this.#amount.get(0), asset)
  }

  #failed(buffer: RowBuffer, row: number, strategy: number): void {
    const why = this.#options.failureText?.(strategy) ?? ''
    this.#stopped(buffer, row, strategy, 'threw an error', why === '' ? '' : `: ${why}`)
  }

  #stopped(buffer: RowBuffer, row: number, strategy: number, what: string, why: string): void {
    if (this.#notices.length >= MOST_NOTICES) return
    const time = printTime(buffer.f64[row * ROW_SLOTS + APPEND_TIME] as number)
    this.#notices.push(
      `${this.#strategyNames[strategy] ?? `strategy ${strategy}`} ${what} at ${time} and was paused from then on${why}`,
    )
  }

  #takeTrip(trip: RoundTrip, amounts: TripMoney): void {
    const strategy = this.#strategyNames[Math.floor(trip.key / this.#instruments)] ?? OUTSIDE
    const instrument = this.#instrumentNames[trip.instrument] ?? trip.symbol
    const exitReason = this.#reasons.nameOf(trip.exitReason)
    const tallied = { ...amounts, entryUs: trip.entryTime, exitUs: trip.exitTime }
    this.#tally.add(tallied)
    this.#groups.strategy.add(strategy, tallied)
    this.#groups.instrument.add(instrument, tallied)
    this.#groups.side.add(trip.side, tallied)
    this.#groups.exitReason.add(exitReason, tallied)
    this.#curve.periods.trade(trip.entryTime, amounts.net)
    const entryReason = this.#reasons.nameOf(trip.entryReason)
    const names = { number: this.#tally.count, strategy, instrument, entryReason, exitReason }
    const trade = tradeOf(trip, amounts, names, this.#books.settlement)
    this.#drawn.add(trade, amounts.net)
    this.#options.onTrade?.(trade)
  }

  /** Position key of a strategy's number; numbers that the run does not have mean orders of nobody. */
  #keyOf(strategy: number, instrument: number): number {
    return Math.min(strategy, this.#options.strategies.length) * this.#instruments + instrument
  }
}

function strategyOf(buffer: RowBuffer, row: number, byte: number): number {
  return buffer.u16[row * 32 + byte / 2] as number
}
