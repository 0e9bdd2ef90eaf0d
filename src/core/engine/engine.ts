/**
 * The engine: one row in, its consequences out. Synchronous and pure; its time is the time in the rows.
 *
 * In: input rows in their one order (market, money, operator). Out: output rows (signal, target, blocked, intent, request)
 * in `outputs`, taken by the caller between steps. Owns: the whole state of a session. Refuses: nothing that is on the tape;
 * kinds it does not know are counted and passed over. Fails: an exception out of `step` is a bug; a strategy that throws is
 * paused instead. Within a step the account and its protection come before the strategies.
 */
import { explainEquity } from '../account/equity-view.ts'
import type { EquityView } from '../account/equity-view.ts'
import { Ledger } from '../account/ledger.ts'
import { OrderTable } from '../account/orders.ts'
import { PositionTable } from '../account/positions.ts'
import { Settlement } from '../account/settlement.ts'
import { Valuation } from '../account/valuation.ts'
import { OrderDesk } from '../execution/order-desk.ts'
import { ProtectionReconciler } from '../execution/protection.ts'
import { QuoteReconciler } from '../execution/quotes.ts'
import { TargetReconciler } from '../execution/targets.ts'
import { assetTable } from '../market/assets.ts'
import type { Book } from '../market/book.ts'
import { I128Array } from '../number/i128.ts'
import { Exposure } from '../risk/exposure.ts'
import { PreTradeCheck } from '../risk/pre-trade-check.ts'
import type { StrategyDefinition } from '../strategy/contract.ts'
import { ShownValues } from '../strategy/shown.ts'
import { BestPrices, OwnPosition } from '../strategy/views.ts'
import { RecordDigest } from '../tape/digest.ts'
import {
  AGGREGATE_TRADE,
  BEST_BID_ASK,
  CANDLE,
  CLOCK_OFFSET,
  CONFIGURATION,
  DEPTH_DIFF,
  DEPTH_PARTIAL,
  DEPTH_SNAPSHOT,
  FILL,
  FUNDING_PAYMENT,
  FUNDING_RATE,
  GAP,
  INSTRUMENT_VERSION,
  LIQUIDATION,
  MARK_PRICE,
  OPERATOR,
  ORDER_UPDATE,
  SOURCE_REFUSED,
  STRATEGY_PAUSED,
  TICKER,
  TIMER,
  TRADE,
  TRANSFER,
} from '../tape/kinds.ts'
import { APPEND_TIME, ROW_BYTES, ROW_SLOTS } from '../tape/layout.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import { StateReader, StateWriter } from '../tape/state.ts'
import { AccountKeeper } from './account-keeper.ts'
import { BookFeed, DEPTH_NEWS } from './book-feed.ts'
import { CandleFeed } from './candle-feed.ts'
import type { EngineConfig } from './config.ts'
import { ExpressLane } from './express-lane.ts'
import { Funds } from './funds.ts'
import { Interventions } from './interventions.ts'
import { MarketState } from './market-state.ts'
import { OutputWriter } from './output-writer.ts'
import { Roster } from './roster.ts'
import { StrategyCalls } from './strategy-calls.ts'
import { Wishes } from './wishes.ts'

export class Engine {
  readonly config: EngineConfig
  /** [0] sequence of the next input. */
  readonly sequence: Float64Array = new Float64Array(1)
  /** [0] engine time, microseconds: never runs backwards. */
  readonly time: Float64Array = new Float64Array(1)
  readonly outputs: OutputWriter = new OutputWriter()
  readonly inputDigest: RecordDigest = new RecordDigest()
  /** Rows of kinds that this build does not know. */
  unknownKinds = 0
  readonly market: MarketState
  readonly orders: OrderTable
  /** Positions by instrument, and each strategy's own by key (strategy times instruments plus instrument). */
  readonly account: PositionTable
  readonly books: PositionTable
  readonly ledger: Ledger
  readonly valuation: Valuation
  readonly check: PreTradeCheck
  readonly exposure: Exposure
  readonly funds: Funds
  readonly roster: Roster
  readonly shown: ShownValues = new ShownValues()
  readonly candles: CandleFeed
  readonly depth: BookFeed

  readonly #keeper: AccountKeeper
  readonly #wishes: Wishes
  readonly #interventions: Interventions
  readonly #parts: readonly Stored[]
  readonly #express: ExpressLane
  readonly #calls: StrategyCalls
  readonly #instruments: number
  readonly #measured: I128Array = new I128Array(1)

  /** Throws StrategyError when a strategy's settings or needs make no sense. */
  constructor(config: EngineConfig, definitions: readonly StrategyDefinition[]) {
    const { instruments } = config
    const keys = Math.max(1, config.strategies.length) * instruments.length
    const assets = assetTable(instruments)
    const settlement = new Settlement(instruments, assets)
    this.config = config
    this.#instruments = instruments.length
    this.market = new MarketState(instruments, this.sequence)
    this.orders = new OrderTable(config.orderCapacity, keys)
    this.account = new PositionTable(instruments.length, settlement)
    this.books = new PositionTable(keys, settlement)
    this.ledger = new Ledger({ accounts: ['main'], wallets: ['trading'], assets })
    this.valuation = new Valuation(this.ledger, settlement, settleAsset(config, assets))
    const { market, orders, outputs } = this
    const exposure = new Exposure(instruments)
    this.exposure = exposure
    this.check = new PreTradeCheck(
      { instruments, orders, exposure, market, freshenFunds: () => this.funds.freshen() },
      config.limits,
      config.leverage,
    )
    this.funds = new Funds(this.valuation, this.account, market, this.check, this.time)
    const { namespace, epoch } = config
    const desk = new OrderDesk({
      instruments: instruments.length,
      outputs,
      orders,
      check: this.check,
      exposure,
      namespace,
      epoch,
    })
    const reconciler = { instruments, market, orders, desk, positions: this.books.quantity }
    const targets = new TargetReconciler(reconciler)
    const quotes = new QuoteReconciler(reconciler, config.quoteToleranceTicks)
    const protection = new ProtectionReconciler(reconciler, targets)
    this.#wishes = new Wishes({
      instruments,
      sizers: config.strategies.map((s) => s.sizer),
      names: config.strategies.map((s) => s.name),
      market,
      outputs,
      targets,
      quotes,
      protection,
      positions: this.books.quantity,
      funds: this.check.funds,
      refreshFunds: () => this.funds.refresh(),
    })
    this.#keeper = new AccountKeeper({
      instruments: instruments.length,
      market,
      orders,
      books: this.books,
      account: this.account,
      ledger: this.ledger,
      exposure,
      check: this.check,
      targets,
      quotes,
      protection,
      flatten: (key) => this.#wishes.flatten(key),
      withdraw: (key) => this.#wishes.withdraw(key),
    })
    this.roster = new Roster(config.strategies, definitions, {
      instruments,
      actions: this.#wishes,
      best: new BestPrices(market, instruments),
      position: new OwnPosition(this.books.quantity, protection.entry, market),
      shown: this.shown,
      time: this.time,
      equity: () => this.equity(),
      history: (instrument, interval) => this.candles.history(instrument, interval),
    })
    this.#interventions = new Interventions({
      check: this.check,
      wishes: this.#wishes,
      roster: this.roster,
      outputs,
      instruments: instruments.length,
      keys,
      sequence: this.sequence,
    })
    this.candles = new CandleFeed(instruments, this.roster, (view, instrument) => this.#calls.candle(view, instrument))
    this.depth = new BookFeed(instruments, this.roster, market)
    this.#calls = new StrategyCalls({
      instruments,
      market,
      roster: this.roster,
      candles: this.candles,
      failed: (runner, error) => this.#interventions.failed(runner, error),
    })
    this.#express = new ExpressLane({
      market,
      candles: this.candles.sets,
      digest: this.inputDigest,
      sequence: this.sequence,
      time: this.time,
      wake: this.funds.dayEnd,
      roster: this.roster,
      calls: this.#calls,
      outputs,
      interventions: this.#interventions,
    })
    this.#parts = [
      market,
      orders,
      this.account,
      this.books,
      this.ledger,
      exposure,
      this.check,
      this.funds,
      desk,
      targets,
      quotes,
      protection,
      outputs,
      this.candles,
      this.depth,
      this.roster,
    ]
  }

  /** Equity in units of the settle asset at the newest prices, a double for views. */
  equity(): number {
    this.#measure()
    return this.#measured.toNumber(0) / 1e18
  }

  /** The same in 10^-18 of the settle asset, exact. Like all views it touches nothing that decides. */
  exactEquity(): bigint {
    this.#measure()
    return this.#measured.get(0)
  }

  /** Equity with every balance and position it is made of, and the row behind each price. Cold path. */
  explainEquity(): EquityView {
    return explainEquity(this.valuation, 0, this.account, this.market, (instrument, basis) =>
      this.market.originOf(instrument, basis),
    )
  }

  /** Takes the input record at `row`. */
  step(buffer: RowBuffer, row: number): void {
    const { u8, u16, f64 } = buffer
    const kind = u8[row * ROW_BYTES] as number
    const instrument = u16[row * 32 + 3] as number
    const stamp = f64[row * ROW_SLOTS + APPEND_TIME] as number
    if (stamp > (this.time[0] as number)) this.time[0] = stamp
    this.inputDigest.take(buffer, row, 1 + (u16[row * 32 + 1] as number))
    this.outputs.begin(this.sequence, this.time)
    this.funds.onTime()
    switch (kind) {
      case TRADE.kind:
      case AGGREGATE_TRADE.kind:
        this.market.onTrade(buffer, row, instrument, kind)
        this.candles.onTrade(buffer, row, instrument)
        this.#calls.trade(buffer, row, instrument)
        break
      case BEST_BID_ASK.kind:
        this.market.onBest(buffer, row, instrument)
        this.depth.noteBest(instrument)
        this.#express.afterBest(instrument)
        this.candles.onBest(buffer, row, instrument)
        this.#calls.best(instrument)
        break
      case DEPTH_DIFF.kind:
      case DEPTH_SNAPSHOT.kind:
      case DEPTH_PARTIAL.kind:
        this.#onDepth(buffer, row, instrument)
        break
      case GAP.kind:
        this.depth.onGap(buffer, row, instrument)
        break
      case CANDLE.kind:
        this.candles.onCandle(buffer, row, instrument, this.market)
        break
      case MARK_PRICE.kind:
        this.market.onMark(buffer, row, instrument)
        this.#calls.mark(instrument)
        break
      case ORDER_UPDATE.kind:
        this.#keeper.onOrderUpdate(buffer, row, u8[row * ROW_BYTES + 1] as number)
        break
      case FILL.kind:
        this.#onFill(buffer, row, instrument)
        break
      case FUNDING_PAYMENT.kind:
        this.#keeper.onFunding(buffer, row, instrument)
        this.funds.touch()
        break
      case TRANSFER.kind:
        this.funds.refresh()
        this.#keeper.onTransfer(buffer, row)
        this.funds.afterTransfer()
        break
      case OPERATOR.kind:
        if (!this.#interventions.command(u8[row * ROW_BYTES + OPERATOR.commandByte] as number, instrument))
          this.unknownKinds++
        break
      case STRATEGY_PAUSED.kind:
        this.#interventions.pause(this.roster.runners[u16[row * 32 + STRATEGY_PAUSED.strategyByte / 2] as number])
        break
      default:
        this.#unhandled(kind)
    }
    if (this.check.standing !== this.#interventions.standing) this.#interventions.onStanding()
    this.outputs.finish()
    this.sequence[0] = (this.sequence[0] as number) + 1
  }

  /**
   * Takes market rows from `row` to before `end` as `step` would, as far as they are quick to take and stamped before
   * `bound[0]`, until one causes outputs; returns the first row not taken.
   */
  take(buffer: RowBuffer, row: number, end: number, bound: Float64Array): number {
    return this.#express.run(buffer, row, end, bound)
  }

  /** Everything that decides what comes next, as bytes: equal states give equal bytes. */
  save(): Uint8Array {
    const writer = new StateWriter(1 << 16)
    writer.begin('engine', 1)
    writer.f64s(this.sequence)
    writer.f64s(this.time)
    this.inputDigest.save(writer)
    for (const part of this.#parts) part.save(writer)
    writer.end()
    return writer.finish()
  }

  /** Brings a fresh engine of the same configuration into a saved state. Throws StateError for bytes of another layout. */
  load(bytes: Uint8Array): void {
    const reader = new StateReader(bytes)
    reader.begin('engine', 1)
    reader.into(this.sequence)
    reader.into(this.time)
    this.inputDigest.load(reader)
    for (const part of this.#parts) part.load(reader)
    reader.end()
    reader.finish()
    this.#interventions.standing = this.check.standing
  }

  #measure(): void {
    this.valuation.equityOf(0, this.account, this.market, this.#measured, 0)
  }

  #onFill(buffer: RowBuffer, row: number, instrument: number): void {
    this.funds.touch()
    const key = this.#keeper.onFill(buffer, row, instrument)
    if (key < 0) return
    this.#calls.fill(buffer, row, instrument, Math.floor(key / this.#instruments))
    this.#keeper.requote(key)
  }

  #onDepth(buffer: RowBuffer, row: number, instrument: number): void {
    const news = this.depth.onDepth(buffer, row, instrument)
    if ((news & DEPTH_NEWS.best) !== 0) this.#calls.best(instrument)
    if ((news & DEPTH_NEWS.book) !== 0) this.#calls.book(this.depth.books[instrument] as Book, instrument)
  }

  /** Rows that concern nobody here (statistics, notes) and kinds of a later build. */
  #unhandled(kind: number): void {
    if (!KNOWN_BY_OTHERS.has(kind)) this.unknownKinds++
  }
}

/** A part of the state that checkpoints hold. */
interface Stored {
  save(writer: StateWriter): void
  load(reader: StateReader): void
}

/** Kinds that this build knows and that the engine has no use for. */
const KNOWN_BY_OTHERS: ReadonlySet<number> = new Set([
  FUNDING_RATE.kind,
  LIQUIDATION.kind,
  TICKER.kind,
  SOURCE_REFUSED.kind,
  CLOCK_OFFSET.kind,
  INSTRUMENT_VERSION.kind,
  CONFIGURATION.kind,
  TIMER.kind,
])

function settleAsset(config: EngineConfig, assets: readonly string[]): number {
  const named = config.balances[0]?.asset ?? config.instruments[0]?.settle ?? ''
  const index = assets.indexOf(named)
  if (index < 0)
    throw new RangeError(`the account's asset '${named}' is not among those of the instruments: ${assets.join(', ')}`)
  return index
}
