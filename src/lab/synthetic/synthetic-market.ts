/**
 * A made-up market: seeded random walks with calm and stormy minutes, trades and best prices, as a tape that is never stored.
 *
 * In: a seed, instruments, a span. Out: TRADE and BEST_BID_ASK rows in time order. It favours no strategy: each step goes up
 * or down by a fair coin, in calm and in storm. Same options, same rows, on every machine.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { BEST_BID_ASK, SELL_TAKER, TRADE } from '../../core/tape/kinds.ts'
import { writeId } from '../../core/tape/ids.ts'
import { APPEND_TIME, ROW_SLOTS, VENUE_TIME, VERSION } from '../../core/tape/layout.ts'
import { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { TapeSource } from '../../core/tape/source.ts'
import { Random } from '../../core/number/random.ts'

export interface SyntheticOptions {
  readonly seed: number
  readonly instruments: readonly Instrument[]
  /** Start price of each instrument, in price quanta. */
  readonly startPrices: readonly number[]
  /** Microseconds since 1970. */
  readonly startTime: number
  /** Rows in all, over all instruments. */
  readonly rows: number
  /** Mean time between rows of the whole market, microseconds. */
  readonly meanGapUs: number
}

const BLOCK_ROWS = 8192
/** From the venue's clock to ours. */
const FEED_DELAY_US = 2000
/** A regime lasts from one to four minutes. */
const REGIME_US = 60_000_000

/** Columns of an instrument's state. */
const STATE = { mid: 0, storm: 1, regimeEnd: 2, tradeId: 3, updateId: 4, spread: 5, length: 6 } as const

export class SyntheticMarket implements TapeSource {
  readonly instruments: readonly Instrument[]
  readonly hash: string
  readonly #options: SyntheticOptions
  readonly #random: Random
  readonly #state: Float64Array
  readonly #spare: RowBuffer[] = []
  #left: number
  #time: number

  constructor(options: SyntheticOptions) {
    const { instruments, seed, rows } = options
    this.#options = options
    this.instruments = instruments
    this.hash = `synthetic-${seed}-${instruments.length}-${rows}`
    this.#random = new Random(seed, 'market')
    this.#left = rows
    this.#time = options.startTime
    this.#state = new Float64Array(instruments.length * STATE.length)
    for (let i = 0; i < instruments.length; i++) {
      const at = i * STATE.length
      this.#state[at + STATE.mid] = options.startPrices[i] as number
      this.#state[at + STATE.spread] = 1
      this.#state[at + STATE.regimeEnd] = options.startTime
    }
  }

  next(): Promise<RowBuffer | undefined> {
    if (this.#left === 0) return Promise.resolve(undefined)
    const buffer = this.#spare.pop() ?? new RowBuffer(BLOCK_ROWS)
    buffer.clear()
    const rows = Math.min(BLOCK_ROWS, this.#left)
    for (let i = 0; i < rows; i++) this.#write(buffer)
    this.#left -= rows
    return Promise.resolve(buffer)
  }

  release(buffer: RowBuffer): void {
    this.#spare.push(buffer)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #write(buffer: RowBuffer): void {
    const random = this.#random
    const count = this.instruments.length
    this.#time += 1 + Math.floor((random.below(65_536) * this.#options.meanGapUs) / 32_768)
    // Squaring a fair draw makes the first instruments the busy ones.
    const draw = random.below(65_536)
    const instrument = count === 1 ? 0 : Math.floor((draw * draw * count) / 4_294_967_296)
    const trade = random.chance(26_000)
    this.#move(instrument)
    const row = trade ? this.#trade(buffer, instrument) : this.#best(buffer, instrument)
    buffer.f64[row * ROW_SLOTS + APPEND_TIME] = this.#time + FEED_DELAY_US
    buffer.f64[row * ROW_SLOTS + VENUE_TIME] = this.#time
  }

  /** Lets the price take a step: mostly none, one tick at times, several in a storm. */
  #move(instrument: number): void {
    const random = this.#random
    const state = this.#state
    const at = instrument * STATE.length
    if (this.#time >= (state[at + STATE.regimeEnd] as number)) this.#newRegime(at)
    const tick = (this.instruments[instrument] as Instrument).tickSize
    const mid = state[at + STATE.mid] as number
    let step = 0
    if (random.chance(9000)) step = (random.next() & 1) === 0 ? tick : -tick
    const storm = state[at + STATE.storm] as number
    if (storm !== 0 && random.chance(storm)) {
      // A jump of up to 0.6 %, up or down by a fair coin: what happened says nothing about what will.
      const jump = Math.floor((mid * (1 + random.below(60))) / 10_000 / tick) * tick
      step += (random.next() & 1) === 0 ? jump : -jump
    }
    state[at + STATE.mid] = Math.max(tick * 100, mid + step)
    state[at + STATE.spread] = random.chance(58_000) ? 1 : 1 + random.below(4)
  }

  #newRegime(at: number): void {
    const random = this.#random
    const state = this.#state
    state[at + STATE.regimeEnd] = this.#time + REGIME_US * (1 + random.below(4))
    // A storm in every eighth regime: two to five jumps in a hundred rows.
    state[at + STATE.storm] = random.below(8) === 0 ? 1300 + random.below(2000) : 0
  }

  #trade(buffer: RowBuffer, instrument: number): number {
    const random = this.#random
    const state = this.#state
    const at = instrument * STATE.length
    const { tickSize, stepSize } = this.instruments[instrument] as Instrument
    const sell = (random.next() & 1) === 1
    const row = buffer.append(TRADE.kind, sell ? SELL_TAKER : 0, 0, instrument, 0)
    const slot = row * ROW_SLOTS
    const half = Math.floor((state[at + STATE.spread] as number) / 2) * tickSize
    const bid = (state[at + STATE.mid] as number) - half
    const price = sell ? bid : bid + (state[at + STATE.spread] as number) * tickSize
    const id = (state[at + STATE.tradeId] as number) + 1
    state[at + STATE.tradeId] = id
    buffer.f64[slot + TRADE.price] = price
    buffer.f64[slot + TRADE.quantity] = stepSize * (1 + random.below(random.chance(6000) ? 4000 : 200))
    buffer.f64[slot + VERSION] = id
    writeId(buffer, slot + TRADE.id, id)
    return row
  }

  #best(buffer: RowBuffer, instrument: number): number {
    const random = this.#random
    const state = this.#state
    const at = instrument * STATE.length
    const { tickSize, stepSize } = this.instruments[instrument] as Instrument
    const row = buffer.append(BEST_BID_ASK.kind, 0, 0, instrument, 0)
    const slot = row * ROW_SLOTS
    const half = Math.floor((state[at + STATE.spread] as number) / 2) * tickSize
    const bid = (state[at + STATE.mid] as number) - half
    const id = (state[at + STATE.updateId] as number) + 1 + random.below(5)
    state[at + STATE.updateId] = id
    buffer.f64[slot + BEST_BID_ASK.bid] = bid
    buffer.f64[slot + BEST_BID_ASK.bidQuantity] = stepSize * (1 + random.below(3000))
    buffer.f64[slot + BEST_BID_ASK.ask] = bid + (state[at + STATE.spread] as number) * tickSize
    buffer.f64[slot + BEST_BID_ASK.askQuantity] = stepSize * (1 + random.below(3000))
    buffer.f64[slot + VERSION] = id
    return row
  }
}
