/**
 * The express lane: many quiet rows in one go.
 *
 * Most rows of a market are trades and best prices inside the candle that is forming, and cause nothing. `run` takes such
 * rows one after the other exactly as `Engine.step` would, with everything it touches held in local variables, and stops
 * before the first row that is not of that sort, and behind the first that causes an output. Tests hold the two against
 * each other, byte for byte.
 */
import { SOURCE_OF_CANDLES } from './candle-set.ts'
import type { CandleSet } from './candle-set.ts'
import { FORMING } from './candle-set.ts'
import { KIND_RANGE } from './market-state.ts'
import type { Interventions } from './interventions.ts'
import type { MarketState } from './market-state.ts'
import type { OutputWriter } from './output-writer.ts'
import type { Roster } from './roster.ts'
import type { StrategyCalls } from './strategy-calls.ts'
import { STRETCH_RECORDS } from '../tape/digest.ts'
import type { RecordDigest } from '../tape/digest.ts'
import { BEST_BID_ASK, TRADE } from '../tape/kinds.ts'
import { APPEND_TIME, ROW_BYTES, ROW_SLOTS, VENUE_TIME, VERSION } from '../tape/layout.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'

export interface ExpressParts {
  readonly market: MarketState
  readonly candles: readonly CandleSet[]
  readonly digest: RecordDigest
  /** [0] sequence of the next input; [0] engine time, microseconds. */
  readonly sequence: Float64Array
  readonly time: Float64Array
  /** [0] time at which the engine has something to do of itself (a day ends). */
  readonly wake: Float64Array
  readonly roster: Roster
  readonly calls: StrategyCalls
  readonly outputs: OutputWriter
  readonly interventions: Interventions
}

export class ExpressLane {
  readonly #parts: ExpressParts
  readonly #candles: CandleSet | undefined
  /** More than one interval has to go the long way. */
  readonly #closed: boolean
  /** 1 where nobody listens to trades, to best prices; 1 where a best price has come. */
  readonly #quietTrades: Uint8Array
  readonly #quietBest: Uint8Array
  readonly #knownBest: Uint8Array

  constructor(parts: ExpressParts) {
    this.#parts = parts
    this.#candles = parts.candles[0]
    this.#closed = parts.candles.length > 1
    this.#quietTrades = Uint8Array.from(parts.roster.onTrade, (runners) => (runners.length === 0 ? 1 : 0))
    this.#quietBest = Uint8Array.from(parts.roster.onBest, (runners) => (runners.length === 0 ? 1 : 0))
    this.#knownBest = new Uint8Array(this.#quietBest.length)
  }

  /** A best price went the long way: the next ones of its instrument may go this one. */
  afterBest(instrument: number): void {
    this.#knownBest[instrument] = 1
  }

  /**
   * Takes rows from `row` to before `end` whose append time lies before `bound[0]`, until one causes outputs; returns the
   * first row not taken. All rows must be market rows. Stops at the end of a digest stretch too.
   */
  run(buffer: RowBuffer, row: number, end: number, bound: Float64Array): number {
    const { digest, market } = this.#parts
    const room = STRETCH_RECORDS - digest.count
    const last = Math.min(end, row + room)
    if (this.#closed || last <= row) return row
    const { u8, u16, f64 } = buffer
    const { top, lastOrigin, topOrigin } = market
    const lastPrice = market.last
    const { time, sequence } = this.#parts
    const quietTrades = this.#quietTrades
    const quietBest = this.#quietBest
    const knownBest = this.#knownBest
    const wake = Math.min(this.#parts.wake[0] as number, bound[0] as number)
    const { calls, outputs, interventions } = this.#parts
    const candles = this.#candles
    const forming = candles === undefined ? NO_CANDLES : candles.forming
    const origin = candles === undefined ? NO_ORIGIN : candles.origin
    const interval = candles === undefined ? 0 : candles.interval
    const first = row
    let now = time[0] as number
    let next = sequence[0] as number
    for (; row < last; row++) {
      const kind = u8[row * ROW_BYTES] as number
      const at = row * ROW_SLOTS
      const instrument = u16[row * 32 + 3] as number
      const stamp = f64[at + APPEND_TIME] as number
      if (stamp >= wake || u16[row * 32 + 1] !== 0) break
      const stated = f64[at + VENUE_TIME] as number
      const when = stated > 0 ? stated : stamp
      const base = instrument * FORMING.length
      if (kind === BEST_BID_ASK.kind) {
        if (knownBest[instrument] === 0) break
        const bid = f64[at + BEST_BID_ASK.bid] as number
        const ask = f64[at + BEST_BID_ASK.ask] as number
        const to = instrument * 4
        top[to] = bid
        top[to + 1] = f64[at + BEST_BID_ASK.bidQuantity] as number
        top[to + 2] = ask
        top[to + 3] = f64[at + BEST_BID_ASK.askQuantity] as number
        topOrigin[instrument * 2] = next * KIND_RANGE + kind
        topOrigin[instrument * 2 + 1] = f64[at + VERSION] as number
        if (candles !== undefined && origin[instrument] === SOURCE_OF_CANDLES.trades) {
          const openTime = forming[base] as number
          if (openTime !== 0 && when >= openTime && when < openTime + interval && bid > 0 && ask > 0) {
            if (ask > (forming[base + FORMING.high] as number)) forming[base + FORMING.high] = ask
            if (bid < (forming[base + FORMING.low] as number)) forming[base + FORMING.low] = bid
            const open = forming[base + FORMING.open] as number
            const close = forming[base + FORMING.close] as number
            if (close > open) forming[base + FORMING.close] = ask
            else if (close < open) forming[base + FORMING.close] = bid
          }
        }
      } else if (kind === TRADE.kind) {
        const price = f64[at + TRADE.price] as number
        if (candles !== undefined) {
          const openTime = forming[base] as number
          // Candles open and close on the long way.
          if (
            origin[instrument] !== SOURCE_OF_CANDLES.trades ||
            openTime === 0 ||
            when < openTime ||
            when >= openTime + interval
          )
            break
          if (price > (forming[base + FORMING.high] as number)) forming[base + FORMING.high] = price
          if (price < (forming[base + FORMING.low] as number)) forming[base + FORMING.low] = price
          forming[base + FORMING.close] = price
          forming[base + FORMING.volume] =
            (forming[base + FORMING.volume] as number) + (f64[at + TRADE.quantity] as number)
        }
        lastPrice[instrument] = price
        lastOrigin[instrument * 2] = next * KIND_RANGE + kind
        lastOrigin[instrument * 2 + 1] = f64[at + VERSION] as number
      } else break
      if (stamp > now) now = stamp
      next++
      if ((kind === TRADE.kind ? quietTrades[instrument] : quietBest[instrument]) !== 0) continue
      // Somebody listens: the cells say what they would on the long way.
      time[0] = now
      sequence[0] = next - 1
      outputs.begin(sequence, time)
      if (kind === TRADE.kind) calls.trade(buffer, row, instrument)
      else calls.best(instrument)
      if (outputs.rows.length === 0) continue
      interventions.onStanding()
      outputs.finish()
      row++
      break
    }
    digest.takeSingles(buffer, first, row)
    time[0] = now
    sequence[0] = next
    return row
  }
}

const NO_CANDLES: Float64Array = new Float64Array(1)
const NO_ORIGIN: Uint8Array = new Uint8Array(1)
