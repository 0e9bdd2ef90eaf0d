/**
 * A backtest: one tape, two readers. The exchange side reads it in venue-time order, the strategy side in receive order;
 * orders and answers travel between them with their latency.
 *
 * In: a tape, an engine and a simulated exchange made for its instruments. Out: the run's money lane (through `RunLog`),
 * observations for the report. Owns: the order of inputs, which is all a backtest adds to engine and exchange. Fails: with
 * the tape's own error on damage; a strategy that throws is paused by the engine and the run goes on.
 */
import type { Engine } from '../../core/engine/engine.ts'
import { INTENT, REQUEST, REQUEST_OPERATION, VENUE_CLOCK } from '../../core/tape/kinds.ts'
import {
  APPEND_TIME,
  CAUSE,
  MARKET_KINDS,
  NO_INSTRUMENT,
  ROW_SLOTS,
  ROW_WORDS,
  SEQUENCE,
  VENUE_TIME,
} from '../../core/tape/layout.ts'
import { RowBuffer, recordRows } from '../../core/tape/row-buffer.ts'
import type { TapeSource } from '../../core/tape/source.ts'
import type { SimExchange } from '../../exchange/history/sim-exchange.ts'
import { Cursors } from './cursors.ts'
import { DelayLine } from './delay-line.ts'
import type { LatencyModel } from './latency.ts'
import { RunLog } from './run-log.ts'
import { PHASE, VenueOrder } from './venue-order.ts'

/** After the last row, answers that are still under way may arrive for this long. */
const EPILOGUE_US = 60_000_000

/** Watches a run; a view, it changes nothing. */
export interface BacktestObserver {
  /** A money input or an output was written. */
  record(buffer: RowBuffer, row: number): void
  /** A market row is about to reach the engine. Without it, rows that cause nothing are taken many at a time. */
  readonly market?: (buffer: RowBuffer, row: number) => void
  /** Rows so far, once per buffer. */
  progress(rows: number): void
}

export interface BacktestParts {
  readonly source: TapeSource
  readonly engine: Engine
  readonly exchange: SimExchange
  readonly latency: LatencyModel
  readonly log: RunLog
  readonly observer: BacktestObserver
  /** Engine times (microseconds) between which rows are used. */
  readonly from: number
  readonly to: number
}

export class Backtest {
  readonly #parts: BacktestParts
  readonly #window: VenueOrder = new VenueOrder()
  readonly #cursors: Cursors
  readonly #toVenue: DelayLine = new DelayLine()
  readonly #toEngine: DelayLine = new DelayLine()
  readonly #ownRow: RowBuffer = new RowBuffer(1)
  #rows = 0
  /** A row behind the run's span has come. */
  #over = false
  // Cells instead of arguments: a double that is passed on costs an allocation.
  readonly #until: Float64Array = new Float64Array(1)
  readonly #limit: Float64Array = new Float64Array(1)
  readonly #rowTime: Float64Array = new Float64Array(1)
  readonly #orderTime: Float64Array = new Float64Array(1)
  readonly #answerTime: Float64Array = new Float64Array(1)
  readonly #arrival: Float64Array = new Float64Array(1)
  readonly #feedDelay: Float64Array = new Float64Array(1)
  readonly #bound: Float64Array = new Float64Array(1)
  readonly #progress: Float64Array = Float64Array.of(-Infinity)
  readonly #statedOffset: Float64Array = Float64Array.of(Infinity)

  constructor(parts: BacktestParts) {
    this.#parts = parts
    this.#cursors = new Cursors(parts.source, this.#window)
  }

  /** Rows whose venue time came too late for the exchange's window. */
  get overflow(): number {
    return this.#window.overflow
  }

  /** Gives the engine an input of ours (configuration, transfers) at the time in its head. */
  input(buffer: RowBuffer, row: number): void {
    const { engine, log, observer } = this.#parts
    buffer.f64[row * ROW_SLOTS + SEQUENCE] = engine.sequence[0] as number
    engine.step(buffer, row)
    log.take(buffer, row)
    observer.record(buffer, row)
    this.#takeOutputs()
    this.#closeStretch()
  }

  /** Reads the tape to its end. */
  async run(): Promise<void> {
    const { log, observer, engine } = this.#parts
    for (let buffer = await this.#cursors.next(); buffer !== undefined; buffer = await this.#cursors.next()) {
      this.#cursors.refill()
      this.#play(buffer)
      if (this.#over) break
      this.#cursors.finished()
      this.#rows += buffer.length
      observer.progress(this.#rows)
      if (log.pending) await log.flush(false)
    }
    this.#until[0] = (engine.time[0] as number) + EPILOGUE_US
    this.#advance()
    await log.flush(false)
  }

  #play(buffer: RowBuffer): void {
    const { from, to, observer, latency } = this.#parts
    const { facts } = this.#cursors
    const alone =
      observer.market === undefined && latency.kind === 'constant' && latency.order > 0 && latency.response > 0
    const known = !this.#window.sawCandles && this.#window.offset[0] !== Infinity
    if (alone && known && facts?.market === true && facts.firstTime >= from && facts.lastTime <= to)
      this.#playInTurns(buffer)
    else this.#playOneByOne(buffer)
  }

  #playOneByOne(buffer: RowBuffer): void {
    const { from, to, engine, observer, latency } = this.#parts
    const { f64, u16, u8 } = buffer
    for (let row = 0; row < buffer.length; row += 1 + (u16[row * 32 + 1] as number)) {
      if ((u8[row * 64] as number) > MARKET_KINDS.last) continue
      const time = f64[row * ROW_SLOTS + APPEND_TIME] as number
      if (time > to) {
        this.#over = true
        return
      }
      this.#until[0] = time
      this.#advance()
      // Before its time the strategy sees nothing, but the exchange's books go on.
      if (time < from) continue
      if (latency.kind === 'recorded') this.#noteFeedDelay(buffer, row)
      observer.market?.(buffer, row)
      engine.step(buffer, row)
      this.#afterEngine()
    }
  }

  /**
   * The same, faster: what engine and exchange do reaches the other side a latency later, so each may go on alone for that
   * long. `#progress` is the venue time up to which the exchange's doings are known; no answer to come is earlier than that
   * plus the way back, and no order to come reaches the venue earlier than the engine's next doing plus the way there.
   */
  #playInTurns(buffer: RowBuffer): void {
    const { engine, latency } = this.#parts
    const { f64 } = buffer
    const clock = this.#window.offset[0] as number
    let row = 0
    while (row < buffer.length) {
      const time = f64[row * ROW_SLOTS + APPEND_TIME] as number
      this.#toEngine.next(this.#answerTime)
      const answer = this.#answerTime[0] as number
      const known = (this.#progress[0] as number) + clock + latency.response
      if (answer <= time && answer <= known) this.#answerArrives()
      else if (time < known && time < answer) {
        this.#bound[0] = known < answer ? known : answer
        const next = engine.take(buffer, row, buffer.length, this.#bound)
        if (next === row) {
          engine.step(buffer, row)
          row += recordRows(buffer, row)
        } else row = next
        this.#afterEngine()
      } else {
        this.#until[0] = answer < time ? answer : time
        this.#exchangeTurn()
      }
    }
    this.#until[0] = engine.time[0] as number
    this.#advance()
  }

  /**
   * Lets the exchange go on until something happens there, at most to what the engine does at `#until` can reach it, and not
   * beyond the strategy's buffer: with the next one, more is known of the clocks.
   */
  #exchangeTurn(): void {
    const { exchange, latency } = this.#parts
    const window = this.#window
    const clock = window.offset[0] as number
    this.#toVenue.next(this.#orderTime)
    const order = this.#orderTime[0] as number
    const reach = Math.min((this.#until[0] as number) + latency.order, this.#cursors.facts?.lastTime ?? 0) - clock
    const limit = order < reach ? order : reach
    this.#limit[0] = limit
    for (let done = false; !done;) {
      done = window.run(exchange, this.#limit, this.#rowTime)
      this.#cursors.refill()
    }
    if (exchange.events.length > 0) {
      this.#progress[0] = this.#rowTime[0] as number
      this.#sendAnswers()
    } else {
      this.#progress[0] = limit
      if (order <= reach) this.#orderArrives()
    }
  }

  /** What has to be done when the engine has taken rows: its outputs taken, a full stretch of digests closed. */
  #afterEngine(): void {
    const { engine } = this.#parts
    if (engine.outputs.rows.length > 0) this.#takeOutputs()
    if (RunLog.stretchIsFull(engine.inputDigest)) this.#closeStretch()
  }

  /** Lets the exchange, orders under way and answers under way happen in their order up to the time in `#until`. */
  #advance(): void {
    const until = this.#until[0] as number
    const offset = this.#window.offset
    for (;;) {
      const clock = offset[0] === Infinity ? 0 : (offset[0] as number)
      this.#limit[0] = until - clock
      if (this.#toVenue.empty && this.#toEngine.empty) {
        // Nothing of ours is under way: the market goes on alone, which is nearly always.
        if (!this.#window.due(this.#limit, this.#rowTime)) return
        this.#exchangeRow()
        continue
      }
      const row = this.#window.due(this.#limit, this.#rowTime) ? (this.#rowTime[0] as number) + clock : Infinity
      this.#toVenue.next(this.#orderTime)
      this.#toEngine.next(this.#answerTime)
      const order = (this.#orderTime[0] as number) + clock
      const answer = this.#answerTime[0] as number
      if (row <= order && row <= answer) {
        if (row > until) return
        this.#exchangeRow()
      } else if (order <= answer) {
        if (order > until) return
        this.#orderArrives()
      } else {
        if (answer > until) return
        this.#answerArrives()
      }
    }
  }

  #exchangeRow(): void {
    const { exchange } = this.#parts
    const window = this.#window
    const buffer = window.buffer()
    const entry = window.entry()
    const row = entry >> 1
    exchange.time[0] = this.#rowTime[0] as number
    if ((entry & 1) === PHASE.candleOpen) exchange.candleOpen(buffer, row)
    else {
      exchange.market(buffer, row)
    }
    window.take()
    this.#cursors.refill()
    if (exchange.events.length > 0) this.#sendAnswers()
  }

  #orderArrives(): void {
    const { exchange } = this.#parts
    const line = this.#toVenue
    const { rows } = line
    const row = line.head
    exchange.time[0] = this.#orderTime[0] as number
    if (rows.u8[row * 64] === INTENT.kind) exchange.place(rows, row)
    else exchange.cancel(rows.u32[row * ROW_WORDS + REQUEST.intentByte / 4] as number)
    line.take()
    if (exchange.events.length > 0) this.#sendAnswers()
  }

  #answerArrives(): void {
    const { engine, log, observer } = this.#parts
    const line = this.#toEngine
    const { rows } = line
    const row = line.head
    rows.f64[row * ROW_SLOTS + APPEND_TIME] = this.#answerTime[0] as number
    rows.f64[row * ROW_SLOTS + SEQUENCE] = engine.sequence[0] as number
    engine.step(rows, row)
    log.take(rows, row)
    observer.record(rows, row)
    line.take()
    this.#afterEngine()
  }

  /** Sends what the exchange wrote on its way to the engine. */
  #sendAnswers(): void {
    const { exchange, latency } = this.#parts
    const { events } = exchange
    const clock = this.#window.offset[0] === Infinity ? 0 : (this.#window.offset[0] as number)
    for (let row = 0; row < events.length; row += recordRows(events, row)) {
      const instrument = events.u16[row * 32 + 3] as number
      const delay = this.#meetsCandles(instrument) ? 0 : latency.response + (this.#feedDelay[0] as number)
      this.#arrival[0] = (events.f64[row * ROW_SLOTS + VENUE_TIME] as number) + clock + delay
      this.#toEngine.send(events, row, this.#arrival)
    }
    events.clear()
  }

  /** Orders of an instrument of which only candles are known travel without latency: there is no time within a candle. */
  #meetsCandles(instrument: number): boolean {
    return this.#window.sawCandles && this.#parts.exchange.waitsForCandles(instrument)
  }

  /** Logs what the engine wrote and sends its requests on their way to the venue. */
  #takeOutputs(): void {
    const { engine, log, observer } = this.#parts
    const { rows } = engine.outputs
    let intent = -1
    for (let row = 0; row < rows.length; row += recordRows(rows, row)) {
      const kind = rows.u8[row * 64] as number
      if (kind === INTENT.kind) intent = row
      else if (kind === REQUEST.kind)
        this.#sendRequest(rows, (rows.u8[row * 64 + 1] as number) === REQUEST_OPERATION.place ? intent : row)
      log.take(rows, row)
      observer.record(rows, row)
    }
    engine.outputs.clear()
  }

  #sendRequest(rows: RowBuffer, row: number): void {
    const { engine, latency } = this.#parts
    const clock = this.#window.offset[0] === Infinity ? 0 : (this.#window.offset[0] as number)
    const instrument = rows.u16[row * 32 + 3] as number
    const delay = this.#meetsCandles(instrument) ? 0 : latency.order + (this.#feedDelay[0] as number)
    this.#arrival[0] = (engine.time[0] as number) - clock + delay
    this.#toVenue.send(rows, row, this.#arrival)
  }

  /** How long the feed took just now, beyond the smallest delay seen: what a drawn latency adds. */
  #noteFeedDelay(buffer: RowBuffer, row: number): void {
    const at = row * ROW_SLOTS
    const venue = buffer.f64[at + VENUE_TIME] as number
    if (venue > 0 && this.#window.offset[0] !== Infinity)
      this.#feedDelay[0] = Math.max(
        0,
        (buffer.f64[at + APPEND_TIME] as number) - venue - (this.#window.offset[0] as number),
      )
  }

  /** Ends a stretch of input digests, states the clock offset if it moved, and saves the engine now and then. */
  #closeStretch(): void {
    const { engine, log } = this.#parts
    if (!RunLog.stretchIsFull(engine.inputDigest)) return
    log.digest(engine.inputDigest, engine.sequence, engine.time)
    this.#stateOffset()
    if (log.checkpointDue(engine.sequence)) log.checkpoint(engine.save(), engine.sequence, engine.time)
  }

  /** Writes the clock offset that the run went by, once a stretch and at the end, if it changed. */
  #stateOffset(): void {
    const { offset } = this.#window
    if (offset[0] === Infinity || offset[0] === this.#statedOffset[0]) return
    this.#statedOffset[0] = offset[0] as number
    const rows = this.#ownRow
    rows.clear()
    const row = rows.append(VENUE_CLOCK.kind, 0, 0, NO_INSTRUMENT, 0)
    rows.f64[row * ROW_SLOTS + APPEND_TIME] = this.#parts.engine.time[0] as number
    rows.f64[row * ROW_SLOTS + VENUE_CLOCK.offset] = offset[0] as number
    rows.f64[row * ROW_SLOTS + CAUSE] = (this.#parts.engine.sequence[0] as number) - 1
    this.#parts.log.take(rows, row)
  }

  /** Closes the last stretch; call before the END row is written. */
  close(): void {
    const { engine, log } = this.#parts
    log.digest(engine.inputDigest, engine.sequence, engine.time)
    this.#stateOffset()
  }
}
