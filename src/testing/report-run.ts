/**
 * A run for tests of the report: orders, fills and prices as people would say them, fed row by row to a ReportBuilder.
 * Equity is reckoned a second way here, from cash flows alone, so that books and curve are checked against each other.
 */
import { parseAmount, scaleOf } from '../core/number/decimal.ts'
import { I128Array } from '../core/number/i128.ts'
import type { Instrument } from '../core/market/instrument.ts'
import * as kinds from '../core/tape/kinds.ts'
import { APPEND_TIME, CAUSE, NO_INSTRUMENT, ROW_SLOTS, ROW_WORDS, SEQUENCE } from '../core/tape/layout.ts'
import { RowBuffer } from '../core/tape/row-buffer.ts'
import { writeText } from '../core/tape/text-record.ts'
import { ReportBuilder } from '../lab/report/report-builder.ts'
import type { Report, RunIdentity, Trade } from '../lab/report/report-data.ts'
import { exampleInstrument } from './instruments.ts'

/** 2024-08-05 00:00 UTC, a Monday. */
export const MONDAY_US = 1_722_816_000_000_000

export const EXAMPLE_IDENTITY: RunIdentity = {
  name: 'example',
  hash: 'ab'.repeat(32),
  stateHash: 'cd'.repeat(16),
  build: [{ name: 'version', value: '0.1.0' }],
  tapes: [{ file: 'market.tape', hash: 'ef'.repeat(32) }],
  settings: [{ name: 'fees', value: 'maker 0.02 %, taker 0.05 %' }],
  configuration: { kind: 'backtest' },
}

export interface RunSetUp {
  readonly instruments?: readonly Instrument[]
  readonly strategies?: readonly string[]
  /** Decimal text. */
  readonly start?: string
}

export interface OrderWords {
  readonly strategy?: number
  readonly instrument?: number
  readonly side: 'buy' | 'sell'
  /** Lots. */
  readonly quantity: number
  /** Price quanta; 0 for a market order. */
  readonly price?: number
  readonly type?: number
  readonly timeInForce?: number
  readonly protective?: boolean
}

export interface FillWords {
  readonly side: 'buy' | 'sell'
  readonly price: number
  readonly quantity: number
  /** Decimal text in the quote asset. */
  readonly fee?: string
  readonly maker?: boolean
  readonly instrument?: number
  /** 0 for an order of nobody. */
  readonly intent: number
  /** What the order has filled with this fill; the fill's own quantity unless given. */
  readonly filled?: number
}

export class ReportRun {
  readonly builder: ReportBuilder
  readonly trades: Trade[] = []
  readonly instruments: readonly Instrument[]
  /** Engine time, microseconds. */
  time = MONDAY_US
  sequence = 0
  readonly #prices: { readonly mark: Float64Array; readonly last: Float64Array; readonly top: Float64Array }
  readonly #rows: RowBuffer = new RowBuffer(64)
  readonly #amount: I128Array = new I128Array(1)
  readonly #lots: number[]
  readonly #texts: Map<string, number> = new Map()
  #cash: bigint
  #intents = 0

  constructor(setUp: RunSetUp = {}) {
    this.instruments = setUp.instruments ?? [exampleInstrument('BTCUSDT')]
    const count = this.instruments.length
    this.#prices = {
      mark: new Float64Array(count),
      last: new Float64Array(count),
      top: new Float64Array(count * 4),
    }
    this.#lots = this.instruments.map(() => 0)
    this.#cash = parseAmount(setUp.start ?? '10000', 18)
    this.builder = new ReportBuilder({
      instruments: this.instruments,
      strategies: setUp.strategies ?? ['momentum'],
      asset: 'USDT',
      startEquity: this.#cash,
      prices: this.#prices,
      errorText: (code) => `error ${code}`,
      onTrade: (trade) => this.trades.push(trade),
    })
  }

  /** Start + cash flows + what is held at the last prices. */
  get equity(): bigint {
    let sum = this.#cash
    for (const [i, lots] of this.#lots.entries())
      if (lots !== 0) sum += this.#value(i, this.#prices.last[i] as number) * BigInt(lots)
    return sum
  }

  /** A public trade, `after` microseconds later. */
  trade(price: number, after = 0, instrument = 0): void {
    this.time += after
    const row = this.#row(kinds.TRADE.kind, 0, instrument)
    this.#rows.f64[row * ROW_SLOTS + kinds.TRADE.price] = price
    if (this.builder.market(this.#rows, row)) this.builder.sample(this.time, this.equity)
    this.#prices.last[instrument] = price
  }

  signal(direction: number, reason: string, strategy = 0, instrument = 0): void {
    let text = this.#texts.get(reason)
    if (text === undefined) {
      text = this.#texts.size + 1
      this.#texts.set(reason, text)
      this.#rows.clear()
      const row = writeText(this.#rows, kinds.TEXT.kind, kinds.TEXT.textBytesByte, reason)
      this.#rows.u32[row * ROW_WORDS + kinds.TEXT.textByte / 4] = text
      this.builder.row(this.#rows, row)
    }
    const row = this.#row(kinds.SIGNAL.kind, direction, instrument)
    this.#rows.u16[row * 32 + kinds.SIGNAL.strategyByte / 2] = strategy
    this.#rows.u32[row * ROW_WORDS + kinds.SIGNAL.reasonByte / 4] = text
    this.#feed(row)
  }

  target(strategy = 0, instrument = 0): void {
    const row = this.#row(kinds.TARGET.kind, 0, instrument)
    this.#rows.u16[row * 32 + kinds.TARGET.strategyByte / 2] = strategy
    this.#feed(row)
  }

  operator(command: number): void {
    const row = this.#row(kinds.OPERATOR.kind, 0, NO_INSTRUMENT)
    this.#rows.u16[row * 32 + kinds.OPERATOR.commandByte / 2] = command
    this.#rows.f64[row * ROW_SLOTS + SEQUENCE] = this.sequence
    this.builder.row(this.#rows, row)
  }

  failed(strategy: number): void {
    const row = this.#row(kinds.STRATEGY_FAILED.kind, 0, NO_INSTRUMENT)
    this.#rows.u16[row * 32 + kinds.STRATEGY_FAILED.strategyByte / 2] = strategy
    this.#feed(row)
  }

  blocked(codes: number): void {
    const row = this.#row(kinds.BLOCKED.kind, 0, 0)
    this.#rows.u32[row * ROW_WORDS + kinds.BLOCKED.codesByte / 4] = codes
    this.#feed(row)
  }

  /** Writes intent and request; returns the intent's number. */
  order(words: OrderWords): number {
    const intent = ++this.#intents
    const { ORDER_FLAGS: flag } = kinds
    const flags = (words.side === 'sell' ? flag.sell : 0) | (words.protective === true ? flag.protective : 0)
    const row = this.#row(kinds.INTENT.kind, flags, words.instrument ?? 0)
    const { f64, u8, u16, u32 } = this.#rows
    u32[row * ROW_WORDS + kinds.INTENT.intentByte / 4] = intent
    u16[row * 32 + kinds.INTENT.strategyByte / 2] = words.strategy ?? 0
    u8[row * 64 + kinds.INTENT.typeByte] = words.type ?? kinds.ORDER_TYPE.market
    u8[row * 64 + kinds.INTENT.timeInForceByte] = words.timeInForce ?? 0
    f64[row * ROW_SLOTS + kinds.INTENT.price] = words.price ?? 0
    f64[row * ROW_SLOTS + kinds.INTENT.quantity] = words.quantity
    this.#feed(row)
    this.request(intent, kinds.REQUEST_OPERATION.place)
    return intent
  }

  request(intent: number, operation: number): void {
    const row = this.#row(kinds.REQUEST.kind, operation, 0)
    this.#rows.u32[row * ROW_WORDS + kinds.REQUEST.intentByte / 4] = intent
    this.#feed(row)
  }

  update(intent: number, status: number, error = 0): void {
    const row = this.#row(kinds.ORDER_UPDATE.kind, status, 0)
    this.#rows.u32[row * ROW_WORDS + kinds.ORDER_UPDATE.intentByte / 4] = intent
    this.#rows.i32[row * ROW_WORDS + kinds.ORDER_UPDATE.errorByte / 4] = error
    this.#feed(row)
  }

  fill(words: FillWords): void {
    const instrument = words.instrument ?? 0
    const sell = words.side === 'sell'
    const flags = (words.maker === true ? kinds.FILL_FLAGS.maker : 0) | (sell ? kinds.FILL_FLAGS.sell : 0)
    const row = this.#row(kinds.FILL.kind, flags, instrument, 1)
    const { f64, u16, u32 } = this.#rows
    const at = row * ROW_SLOTS
    const fee = parseAmount(words.fee ?? '0', 18)
    u32[row * ROW_WORDS + kinds.FILL.intentByte / 4] = words.intent
    u16[row * 32 + kinds.FILL.feeAssetByte / 2] = 1
    f64[at + kinds.FILL.price] = words.price
    f64[at + kinds.FILL.quantity] = words.quantity
    f64[at + kinds.FILL.filled] = words.filled ?? words.quantity
    this.#store(at + kinds.FILL.fee, fee)
    this.#feed(row)
    const lots = sell ? -words.quantity : words.quantity
    this.#cash -= this.#value(instrument, words.price) * BigInt(lots) + fee
    this.#lots[instrument] = (this.#lots[instrument] as number) + lots
  }

  /** Order and fill in one, by a taker. Returns the intent. */
  takes(words: OrderWords & { readonly price: number; readonly fee?: string }): number {
    const intent = this.order({ ...words, price: 0 })
    const { side, price, quantity, fee = '0', instrument = 0 } = words
    this.fill({ side, price, quantity, fee, instrument, intent })
    return intent
  }

  funding(paid: string, instrument = 0): void {
    const row = this.#row(kinds.FUNDING_PAYMENT.kind, 0, instrument, 1)
    this.#rows.u16[row * 32 + kinds.FUNDING_PAYMENT.assetByte / 2] = 1
    const amount = parseAmount(paid, 18)
    this.#store(row * ROW_SLOTS + kinds.FUNDING_PAYMENT.amount, amount)
    this.#feed(row)
    this.#cash += amount
  }

  transfer(moved: string): void {
    const row = this.#row(kinds.TRANSFER.kind, 0, NO_INSTRUMENT)
    this.#rows.u16[row * 32 + kinds.TRANSFER.assetByte / 2] = 1
    const amount = parseAmount(moved, 18)
    this.#store(row * ROW_SLOTS + kinds.TRANSFER.amount, amount)
    this.#feed(row)
    this.#cash += amount
  }

  finish(run: RunIdentity = EXAMPLE_IDENTITY): Report {
    return this.builder.finish({ timeUs: this.time, equity: this.equity, run })
  }

  /** Value of one lot at a price, 10^-18 of the quote asset. */
  #value(instrument: number, price: number): bigint {
    const { priceDecimals, quantityDecimals } = this.instruments[instrument] as Instrument
    return BigInt(price) * BigInt(scaleOf(18 - priceDecimals - quantityDecimals))
  }

  #row(kind: number, flags: number, instrument: number, continuation = 0): number {
    this.#rows.clear()
    const row = this.#rows.append(kind, flags, 0, instrument, continuation)
    this.#rows.f64[row * ROW_SLOTS + APPEND_TIME] = this.time
    this.#rows.f64[row * ROW_SLOTS + CAUSE] = this.sequence
    return row
  }

  #feed(row: number): void {
    this.builder.row(this.#rows, row)
  }

  #store(slot: number, value: bigint): void {
    this.#amount.set(0, value)
    this.#amount.storeTo(0, this.#rows.u32, slot * 8)
  }
}
