/**
 * An engine on the bench: rows written as people would say them, outputs read back as sentences. Nothing is traded: what a
 * test wants to be filled it fills itself.
 */
import { DEFAULT_CONFIG } from '../core/engine/config.ts'
import { Engine } from '../core/engine/engine.ts'
import { assetTable } from '../core/market/assets.ts'
import type { Instrument } from '../core/market/instrument.ts'
import { parseAmount } from '../core/number/decimal.ts'
import { I128Array } from '../core/number/i128.ts'
import type { StrategyDefinition } from '../core/strategy/contract.ts'
import {
  BEST_BID_ASK,
  BLOCKED,
  CANDLE,
  CANDLE_FLAGS,
  DIRECTION,
  FILL,
  FILL_FLAGS,
  INTENT,
  ORDER_FLAGS,
  ORDER_STATUS,
  ORDER_TYPE,
  ORDER_UPDATE,
  REQUEST,
  REQUEST_OPERATION,
  SIGNAL,
  STRATEGY_FAILED,
  TIME_IN_FORCE,
  TRANSFER,
} from '../core/tape/kinds.ts'
import { AMOUNT_DECIMALS, APPEND_TIME, NO_INSTRUMENT, ROW_SLOTS, ROW_WORDS, VENUE_TIME } from '../core/tape/layout.ts'
import { RowBuffer, recordRows } from '../core/tape/row-buffer.ts'

/** 2025-01-01T00:00:00Z, in microseconds: a whole day begins. */
const START_US = 1_735_689_600_000_000
const MINUTE_US = 60_000_000

/** An order as the engine wished for it, in units of the assets. */
export interface WishedOrder {
  readonly intent: number
  readonly instrument: number
  readonly sell: boolean
  readonly price: number
  readonly quantity: number
}

/** An engine with one strategy on all instruments, fixed notional of 1000 and 10000 of the first settle asset. */
export class EngineBench {
  readonly engine: Engine
  /** Orders that were requested and neither filled nor cancelled by the test. */
  readonly open: Map<number, WishedOrder> = new Map()
  readonly #instruments: readonly Instrument[]
  readonly #rows: RowBuffer = new RowBuffer(16)
  readonly #accepted: Set<number> = new Set()
  /** Orders that are to be cancelled. */
  readonly #leaving: Set<number> = new Set()
  #said: string[] = []
  #time = START_US

  constructor(
    instruments: readonly Instrument[],
    definition: StrategyDefinition,
    settings: Readonly<Record<string, string>> = {},
  ) {
    this.#instruments = instruments
    const settle = instruments[0]?.settle ?? 'USDT'
    this.engine = new Engine(
      {
        ...DEFAULT_CONFIG,
        instruments,
        strategies: [
          {
            name: definition.name,
            sourceHash: '',
            settings,
            instruments: instruments.map((_, i) => i),
            sizer: { kind: 'fixed-notional', notional: 1000 },
          },
        ],
        balances: [{ asset: settle, amount: '10000' }],
      },
      [definition],
    )
    this.#transfer(settle, '10000')
  }

  /** A closed candle that begins `minutes` after the start and lasts `length` minutes: open, high, low, close. */
  candle(instrument: number, minutes: number, prices: readonly [number, number, number, number], length = 1): void {
    const openTime = START_US + minutes * MINUTE_US
    this.#time = openTime + length * MINUTE_US
    const at = this.#append(CANDLE.kind, CANDLE_FLAGS.closed, instrument, 1)
    const { f64 } = this.#rows
    f64[at + CANDLE.openTime] = openTime
    f64[at + CANDLE.interval] = length * MINUTE_US
    for (const [i, price] of prices.entries()) f64[at + CANDLE.open + i] = this.#quanta(instrument, price)
    this.#step()
  }

  /** Best bid and ask, ten of the base asset on each side. */
  best(instrument: number, bid: number, ask: number): void {
    this.#time += 1000
    const at = this.#append(BEST_BID_ASK.kind, 0, instrument, 0)
    const { f64 } = this.#rows
    f64[at + BEST_BID_ASK.bid] = this.#quanta(instrument, bid)
    f64[at + BEST_BID_ASK.bidQuantity] = this.#lots(instrument, 10)
    f64[at + BEST_BID_ASK.ask] = this.#quanta(instrument, ask)
    f64[at + BEST_BID_ASK.askQuantity] = this.#lots(instrument, 10)
    this.#step()
  }

  /** The venue accepts what was requested and cancels what was to be cancelled, until nothing is under way. */
  settle(): void {
    for (;;) {
      const order = [...this.open.values()].find(
        ({ intent }) => this.#leaving.has(intent) || !this.#accepted.has(intent),
      )
      if (order === undefined) return
      const leaves = this.#leaving.has(order.intent)
      if (leaves) this.open.delete(order.intent)
      this.#accepted.add(order.intent)
      this.#update(order, leaves ? ORDER_STATUS.cancelled : ORDER_STATUS.accepted)
    }
  }

  /** Fills an order whole at its price (or at `price`), without a fee. */
  fill(order: WishedOrder, price: number = order.price): void {
    this.open.delete(order.intent)
    const at = this.#append(FILL.kind, (order.sell ? FILL_FLAGS.sell : 0) | FILL_FLAGS.maker, order.instrument, 2)
    const { f64, u32 } = this.#rows
    u32[(at / ROW_SLOTS) * ROW_WORDS + FILL.intentByte / 4] = order.intent
    f64[at + FILL.price] = this.#quanta(order.instrument, price)
    f64[at + FILL.quantity] = this.#lots(order.instrument, order.quantity)
    f64[at + FILL.filled] = this.#lots(order.instrument, order.quantity)
    this.#step()
    this.#update(order, ORDER_STATUS.filled)
  }

  /** Position of the strategy in units of the base asset. */
  position(instrument: number): number {
    return (this.engine.books.quantity[instrument] as number) / this.#lots(instrument, 1)
  }

  /** What the engine put out since the last call: signals, orders, cancels, refusals. */
  said(): readonly string[] {
    const said = this.#said
    this.#said = []
    return said
  }

  #transfer(asset: string, text: string): void {
    const at = this.#append(TRANSFER.kind, 0, NO_INSTRUMENT, 0)
    const { u16, u32 } = this.#rows
    u16[(at / ROW_SLOTS) * 32 + TRANSFER.assetByte / 2] = assetTable(this.#instruments).indexOf(asset)
    const amount = new I128Array(1)
    amount.set(0, parseAmount(text, AMOUNT_DECIMALS))
    amount.storeTo(0, u32, (at + TRANSFER.amount) * 8)
    this.#step()
  }

  #update(order: WishedOrder, status: number): void {
    const at = this.#append(ORDER_UPDATE.kind, status, order.instrument, 0)
    const { f64, u32 } = this.#rows
    u32[(at / ROW_SLOTS) * ROW_WORDS + ORDER_UPDATE.intentByte / 4] = order.intent
    if (status === ORDER_STATUS.filled) f64[at + ORDER_UPDATE.filled] = this.#lots(order.instrument, order.quantity)
    this.#step()
  }

  /** Appends one row and returns its first slot. */
  #append(kind: number, flags: number, instrument: number, continuation: number): number {
    this.#rows.clear()
    const at = this.#rows.append(kind, flags, 0, instrument, continuation) * ROW_SLOTS
    this.#rows.f64[at + APPEND_TIME] = this.#time
    this.#rows.f64[at + VENUE_TIME] = this.#time
    return at
  }

  #step(): void {
    this.engine.step(this.#rows, 0)
    const { rows } = this.engine.outputs
    for (let row = 0; row < rows.length; row += recordRows(rows, row)) this.#hear(rows, row)
    this.engine.outputs.clear()
  }

  #hear(rows: RowBuffer, row: number): void {
    const kind = rows.u8[row * 64] as number
    const flags = rows.u8[row * 64 + 1] as number
    const instrument = rows.u16[row * 32 + 3] as number
    const symbol = this.#instruments[instrument]?.symbol ?? ''
    const at = row * ROW_SLOTS
    switch (kind) {
      case SIGNAL.kind: {
        const word = flags === DIRECTION.long ? 'long' : flags === DIRECTION.short ? 'short' : 'flat'
        const reason = this.engine.outputs.textOf(rows.u32[row * ROW_WORDS + SIGNAL.reasonByte / 4] as number)
        this.#said.push(`${symbol} ${word}: ${reason}`)
        return
      }
      case INTENT.kind: {
        const order: WishedOrder = {
          intent: rows.u32[row * ROW_WORDS + INTENT.intentByte / 4] as number,
          instrument,
          sell: (flags & ORDER_FLAGS.sell) !== 0,
          price: (rows.f64[at + INTENT.price] as number) / this.#quanta(instrument, 1),
          quantity: (rows.f64[at + INTENT.quantity] as number) / this.#lots(instrument, 1),
        }
        this.open.set(order.intent, order)
        const type = rows.u8[row * 64 + INTENT.typeByte] === ORDER_TYPE.market ? 'market' : `at ${order.price}`
        const maker = rows.u8[row * 64 + INTENT.timeInForceByte] === TIME_IN_FORCE.postOnly ? ' as maker' : ''
        this.#said.push(`${order.sell ? 'sell' : 'buy'} ${order.quantity} ${symbol} ${type}${maker}`)
        return
      }
      case REQUEST.kind:
        if (flags === REQUEST_OPERATION.cancel) {
          const intent = rows.u32[row * ROW_WORDS + REQUEST.intentByte / 4] as number
          this.#leaving.add(intent)
          this.#said.push(`cancel ${intent}`)
        }
        return
      case BLOCKED.kind:
        this.#said.push(`blocked: ${rows.u32[row * ROW_WORDS + BLOCKED.codesByte / 4] as number}`)
        return
      case STRATEGY_FAILED.kind:
        this.#said.push(`failed: ${String(this.engine.roster.failures.at(-1)?.error)}`)
        return
      default:
    }
  }

  #quanta(instrument: number, price: number): number {
    return Math.round(price * 10 ** (this.#instruments[instrument]?.priceDecimals ?? 0))
  }

  #lots(instrument: number, quantity: number): number {
    return Math.round(quantity * 10 ** (this.#instruments[instrument]?.quantityDecimals ?? 0))
  }
}
