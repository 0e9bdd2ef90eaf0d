/**
 * Drives an engine by hand-written rows and reads its outputs back as objects and short sentences. The test is the venue:
 * what is not answered stays under way. Prices are in quanta and quantities in lots, as on the tape.
 */
import { DEFAULT_CONFIG } from '../core/engine/config.ts'
import type { EngineConfig, SizerConfig } from '../core/engine/config.ts'
import { Engine } from '../core/engine/engine.ts'
import { assetTable } from '../core/market/assets.ts'
import type { Instrument } from '../core/market/instrument.ts'
import { parseAmount } from '../core/number/decimal.ts'
import { I128Array } from '../core/number/i128.ts'
import type { StrategyContext, StrategyDefinition } from '../core/strategy/contract.ts'
import {
  AGGREGATE_TRADE,
  BEST_BID_ASK,
  CANDLE,
  CANDLE_FLAGS,
  COMMAND,
  DEPTH_DIFF,
  DEPTH_SNAPSHOT,
  FILL,
  FILL_FLAGS,
  FUNDING_PAYMENT,
  GAP,
  GAP_REASON,
  MARK_PRICE,
  OPERATOR,
  ORDER_STATUS,
  ORDER_UPDATE,
  PAUSE_REASON,
  SELL_TAKER,
  STRATEGY_PAUSED,
  TRADE,
  TRANSFER,
} from '../core/tape/kinds.ts'
import {
  AMOUNT_DECIMALS,
  APPEND_TIME,
  MONEY_KINDS,
  NO_INSTRUMENT,
  ROW_SLOTS,
  ROW_WORDS,
  SEQUENCE,
  VENUE_TIME,
  VERSION,
} from '../core/tape/layout.ts'
import { writeId } from '../core/tape/ids.ts'
import { RowBuffer } from '../core/tape/row-buffer.ts'
import { readOutputs, sentences } from './engine-outputs.ts'
import type { IntentOutput, Output } from './engine-outputs.ts'
import { exampleInstrument } from './instruments.ts'
import type { Puppet } from './puppet.ts'

/** 2025-01-01T00:00:00Z in microseconds: a Wednesday begins. */
export const START_US = 1_735_689_600_000_000
const TAPE_ROWS = 16_384

/** A contract of whole units: one lot at a price of 100 is worth 100 USDT, and anything above 5 USDT may be traded. */
export function wholeInstrument(symbol: string, changes: Partial<Instrument> = {}): Instrument {
  return exampleInstrument(symbol, { priceDecimals: 0, quantityDecimals: 0, ...changes })
}

export interface DrivenStrategy {
  readonly definition: StrategyDefinition
  readonly settings?: Readonly<Record<string, string>>
  /** All of them unless said otherwise. */
  readonly instruments?: readonly number[]
  readonly sizer?: SizerConfig
}

export interface DriverOptions {
  readonly instruments?: readonly Instrument[]
  readonly strategies: readonly DrivenStrategy[]
  readonly config?: Partial<EngineConfig>
  /** Starting money in the first settle asset; 100,000 unless said otherwise. */
  readonly cash?: string
}

/** Price and quantity of a level. */
export type Level = readonly [price: number, quantity: number]

export interface DiffIds {
  readonly first: number
  readonly last: number
  readonly previous: number
}

export interface FillFacts {
  readonly price: number
  readonly quantity: number
  /** Our order's filled quantity with this fill; by default what the test has filled so far. */
  readonly filled?: number
  /** Decimal text in the first settle asset. */
  readonly fee?: string
  readonly maker?: boolean
}

export interface TradeFacts {
  readonly quantity?: number
  readonly sell?: boolean
  readonly version?: number
}

export function configOf(options: DriverOptions): EngineConfig {
  const instruments = options.instruments ?? [wholeInstrument('BTCUSDT')]
  return {
    ...DEFAULT_CONFIG,
    instruments,
    strategies: options.strategies.map(({ definition, settings = {}, instruments: own, sizer }) => ({
      name: definition.name,
      sourceHash: '',
      settings,
      instruments: own ?? instruments.map((_, i) => i),
      sizer: sizer ?? { kind: 'fixed-notional', notional: 1000 },
    })),
    balances: [{ asset: instruments[0]?.settle ?? 'USDT', amount: options.cash ?? '100000' }],
    ...options.config,
  }
}

export class EngineDriver {
  readonly engine: Engine
  readonly config: EngineConfig
  /** Every input so far: the tape of this session. */
  readonly tape: RowBuffer = new RowBuffer(TAPE_ROWS)
  /** Every output so far. */
  readonly outputs: Output[] = []
  /** Outputs of the last row. */
  last: readonly Output[] = []
  time: number = START_US
  readonly #lastPrice: number[]
  readonly #filled: Map<number, number> = new Map()
  #said = 0
  #row = 0

  constructor(options: DriverOptions) {
    this.config = configOf(options)
    this.engine = new Engine(
      this.config,
      options.strategies.map(({ definition }) => definition),
    )
    this.#lastPrice = this.config.instruments.map(() => 100)
    for (const { amount } of this.config.balances) this.transfer(amount)
    this.said()
  }

  // --- the market ---------------------------------------------------------------------------------------------------

  best(bid: number, ask: number, instrument = 0, version = 0): readonly Output[] {
    const at = this.#append(BEST_BID_ASK.kind, 0, instrument, 0)
    this.tape.f64[at + VERSION] = version
    this.tape.f64.set([bid, 1000, ask, 1000], at + BEST_BID_ASK.bid)
    return this.#step()
  }

  trade(price: number, instrument = 0, facts: TradeFacts = {}): readonly Output[] {
    this.#lastPrice[instrument] = price
    const at = this.#append(TRADE.kind, facts.sell === true ? SELL_TAKER : 0, instrument, 0)
    this.tape.f64[at + TRADE.price] = price
    this.tape.f64[at + TRADE.quantity] = facts.quantity ?? 1
    this.tape.f64[at + VERSION] = facts.version ?? 0
    return this.#step()
  }

  aggregateTrade(price: number, instrument = 0, version = 0): readonly Output[] {
    const at = this.#append(AGGREGATE_TRADE.kind, 0, instrument, 0)
    this.tape.f64[at + AGGREGATE_TRADE.price] = price
    this.tape.f64[at + AGGREGATE_TRADE.quantity] = 1
    this.tape.f64[at + VERSION] = version
    return this.#step()
  }

  /** Mark price in whole quote units. */
  mark(price: number, instrument = 0, version = 0): readonly Output[] {
    const at = this.#append(MARK_PRICE.kind, 0, instrument, 0)
    this.tape.f64[at + MARK_PRICE.mark] = price * 10 ** (this.config.instruments[instrument]?.markDecimals ?? 0)
    this.tape.f64[at + VERSION] = version
    return this.#step()
  }

  /** A diff of a book: absolute quantities by price, ids from `first` to `last`, following on `previous`. */
  diff(ids: DiffIds, bids: readonly Level[], asks: readonly Level[] = [], instrument = 0): readonly Output[] {
    const at = this.#depth(DEPTH_DIFF.kind, ids.last, bids, asks, instrument)
    writeId(this.tape, at + DEPTH_DIFF.firstUpdateId, ids.first)
    writeId(this.tape, at + DEPTH_DIFF.previousUpdateId, ids.previous)
    return this.#step()
  }

  /** A whole book as of an update id. */
  snapshot(id: number, bids: readonly Level[], asks: readonly Level[], instrument = 0): readonly Output[] {
    const at = this.#depth(DEPTH_SNAPSHOT.kind, id, bids, asks, instrument)
    this.tape.f64[at + DEPTH_SNAPSHOT.limit] = 1000
    return this.#step()
  }

  /** A hole in the diffs of an instrument, or of all of them. */
  gap(instrument: number = NO_INSTRUMENT): readonly Output[] {
    const at = this.#append(GAP.kind, 0, instrument, 0)
    this.tape.u8[at * 8 + GAP.reasonByte] = GAP_REASON.disconnect
    this.tape.u8[at * 8 + GAP.streamByte] = DEPTH_DIFF.kind
    return this.#step()
  }

  /** A closed candle that ends now: open, high, low, close. */
  candle(prices: readonly [number, number, number, number], length = 60_000_000, instrument = 0): readonly Output[] {
    const at = this.#append(CANDLE.kind, CANDLE_FLAGS.closed, instrument, 1)
    this.tape.f64.set(prices, at + CANDLE.open)
    this.tape.f64[at + CANDLE.interval] = length
    this.tape.f64[at + CANDLE.openTime] = this.time - length
    return this.#step()
  }

  /** Has the puppet act on a trade at the price there was. */
  tell(puppet: Puppet, act: (ctx: StrategyContext) => void, instrument = 0): readonly string[] {
    this.said()
    puppet.act = act
    this.trade(this.#lastPrice[instrument] as number, instrument)
    return this.said()
  }

  /** Lets time pass. */
  wait(microseconds: number): void {
    this.time += microseconds
  }

  // --- the venue's answers ------------------------------------------------------------------------------------------

  accept(...intents: readonly number[]): readonly Output[] {
    return this.#updates(intents, ORDER_STATUS.accepted)
  }

  reject(intent: number, error = -2019): readonly Output[] {
    return this.update(intent, ORDER_STATUS.rejected, { error })
  }

  cancelled(...intents: readonly number[]): readonly Output[] {
    return this.#updates(intents, ORDER_STATUS.cancelled)
  }

  /** An ORDER_UPDATE; `filled` is the filled quantity that it states. */
  update(intent: number, status: number, facts: { error?: number; filled?: number } = {}): readonly Output[] {
    const at = this.#append(ORDER_UPDATE.kind, status, this.intent(intent)?.instrument ?? 0, 0)
    const words = (at / ROW_SLOTS) * ROW_WORDS
    this.tape.u32[words + ORDER_UPDATE.intentByte / 4] = intent
    this.tape.i32[words + ORDER_UPDATE.errorByte / 4] = facts.error ?? 0
    this.tape.f64[at + ORDER_UPDATE.filled] = facts.filled ?? this.#filled.get(intent) ?? 0
    return this.#step()
  }

  /** Fills (a part of) an order of ours. */
  fill(intent: number, facts: FillFacts): readonly Output[] {
    const order = this.intent(intent)
    if (order === undefined) throw new RangeError(`no order #${intent}`)
    const filled = facts.filled ?? (this.#filled.get(intent) ?? 0) + facts.quantity
    this.#filled.set(intent, filled)
    return this.rawFill(intent, order.instrument, order.side === 'sell', { ...facts, filled })
  }

  /** A fill as it comes, whoever's order it was. */
  rawFill(intent: number, instrument: number, sell: boolean, facts: FillFacts): readonly Output[] {
    const flags = (sell ? FILL_FLAGS.sell : 0) | (facts.maker === true ? FILL_FLAGS.maker : 0)
    const at = this.#append(FILL.kind, flags, instrument, 1)
    this.tape.u32[(at / ROW_SLOTS) * ROW_WORDS + FILL.intentByte / 4] = intent
    this.tape.u16[(at / ROW_SLOTS) * 32 + FILL.feeAssetByte / 2] = this.#settleAsset
    this.tape.f64[at + FILL.price] = facts.price
    this.tape.f64[at + FILL.quantity] = facts.quantity
    this.tape.f64[at + FILL.filled] = facts.filled ?? facts.quantity
    this.#storeAmount(at + FILL.fee, facts.fee ?? '0')
    return this.#step()
  }

  funding(amount: string, instrument = 0): readonly Output[] {
    const at = this.#append(FUNDING_PAYMENT.kind, 0, instrument, 1)
    this.tape.u16[(at / ROW_SLOTS) * 32 + FUNDING_PAYMENT.assetByte / 2] = this.#settleAsset
    this.#storeAmount(at + FUNDING_PAYMENT.amount, amount)
    return this.#step()
  }

  transfer(amount: string): readonly Output[] {
    const at = this.#append(TRANSFER.kind, 0, NO_INSTRUMENT, 0)
    this.tape.u16[(at / ROW_SLOTS) * 32 + TRANSFER.assetByte / 2] = this.#settleAsset
    this.#storeAmount(at + TRANSFER.amount, amount)
    return this.#step()
  }

  // --- operator and watch -------------------------------------------------------------------------------------------

  operator(command: keyof typeof COMMAND, instrument: number = NO_INSTRUMENT): readonly Output[] {
    const at = this.#append(OPERATOR.kind, 0, instrument, 0)
    this.tape.u8[at * 8 + OPERATOR.commandByte] = COMMAND[command]
    return this.#step()
  }

  pauseStrategy(strategy: number): readonly Output[] {
    const at = this.#append(STRATEGY_PAUSED.kind, 0, NO_INSTRUMENT, 0)
    this.tape.u16[(at / ROW_SLOTS) * 32 + STRATEGY_PAUSED.strategyByte / 2] = strategy
    this.tape.u16[(at / ROW_SLOTS) * 32 + STRATEGY_PAUSED.reasonByte / 2] = PAUSE_REASON.overBudget
    return this.#step()
  }

  // --- what came of it ----------------------------------------------------------------------------------------------

  /** Sentences about the outputs since the last call. */
  said(): readonly string[] {
    const since = this.outputs.slice(this.#said)
    this.#said = this.outputs.length
    return sentences(since)
  }

  intent(number: number): IntentOutput | undefined {
    return this.outputs.find((output): output is IntentOutput => output.kind === 'intent' && output.intent === number)
  }

  /** Intents that the engine's table holds, in their order. */
  get open(): readonly number[] {
    const { orders } = this.engine
    const found: number[] = []
    for (let key = 0; key < orders.keys; key++)
      for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number)
        found.push(orders.intent[slot] as number)
    return found.toSorted((a, b) => a - b)
  }

  /** Position of a strategy, in lots. */
  position(strategy = 0, instrument = 0): number {
    return this.engine.books.quantity[strategy * this.config.instruments.length + instrument] as number
  }

  /** Position of the account, in lots. */
  accountPosition(instrument = 0): number {
    return this.engine.account.quantity[instrument] as number
  }

  get #settleAsset(): number {
    return assetTable(this.config.instruments).indexOf(this.config.instruments[0]?.settle ?? '')
  }

  #depth(kind: number, id: number, bids: readonly Level[], asks: readonly Level[], instrument: number): number {
    const at = this.#append(kind, 0, instrument, Math.ceil((bids.length + asks.length) / 4))
    this.tape.f64[at + VERSION] = id
    this.tape.u32[at * 2 + DEPTH_DIFF.bidCountByte / 4] = bids.length
    this.tape.u32[at * 2 + DEPTH_DIFF.askCountByte / 4] = asks.length
    this.tape.f64.set([...bids, ...asks].flat(), at + DEPTH_DIFF.levels)
    return at
  }

  #updates(intents: readonly number[], status: number): readonly Output[] {
    return intents.flatMap((intent) => this.update(intent, status))
  }

  #storeAmount(slot: number, text: string): void {
    const amount = new I128Array(1)
    amount.set(0, parseAmount(text, AMOUNT_DECIMALS))
    amount.storeTo(0, this.tape.u32, slot * 8)
  }

  /** Appends a row at the time there is and returns its first slot. */
  #append(kind: number, flags: number, instrument: number, continuation: number): number {
    this.#row = this.tape.append(kind, flags, 0, instrument, continuation)
    const at = this.#row * ROW_SLOTS
    this.tape.f64[at + APPEND_TIME] = this.time
    this.tape.f64[at + VENUE_TIME] = this.time
    if (kind >= MONEY_KINDS.first) this.tape.f64[at + SEQUENCE] = this.engine.sequence[0] as number
    return at
  }

  #step(): readonly Output[] {
    this.engine.step(this.tape, this.#row)
    const { outputs } = this.engine
    this.last = readOutputs(outputs)
    this.outputs.push(...this.last)
    outputs.clear()
    return this.last
  }
}
