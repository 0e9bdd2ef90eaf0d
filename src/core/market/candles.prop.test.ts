import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { writeId } from '../tape/ids.ts'
import { AGGREGATE_TRADE, BEST_BID_ASK, CANDLE, DEPTH_DIFF, TRADE } from '../tape/kinds.ts'
import { VENUE_TIME } from '../tape/layout.ts'
import { RowBuffer } from '../tape/row-buffer.ts'
import { StateReader, StateWriter } from '../tape/state.ts'
import type { CandleBasis } from './candle-options.ts'
import { Candles } from './candles.ts'
import { CANDLE_MARK } from './closed-candles.ts'

type Event =
  | { kind: 'trade'; time: number; price: number; quantity: number; sell: boolean; ids: number }
  | { kind: 'best'; time: number; bid: number; ask: number }
  | { kind: 'depth'; time: number }
  | {
      kind: 'candle'
      time: number
      length: number
      open: number
      high: number
      low: number
      close: number
      volume: number
      closed: boolean
    }
interface Candle {
  readonly openTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly takerBuyVolume: number
  readonly trades: number
  readonly marks: number
}

const PHASE_OF_WEEKS = 4 * 86_400_000_000

/** One instrument's candles, slow and obvious: events of the forming candle in a list, everything folded from it anew. */
class SlowCandles {
  readonly closed: Candle[] = []
  late = 0
  private start = 0
  private events: Event[] = []
  private marks = 0
  private lengthOfParts = 0
  private readonly view = { high: 0, low: 0, close: 0 }
  private readonly interval: number
  private readonly basis: CandleBasis
  private readonly correct: boolean
  private readonly grace: number

  constructor(interval: number, basis: CandleBasis, correct: boolean, grace: number) {
    this.interval = interval
    this.basis = basis
    this.correct = correct
    this.grace = grace
  }

  on(event: Event): number {
    const before = this.closed.length
    if (event.kind === 'candle' ? this.basis === 'candles' : this.isTradeOfBasis(event)) this.take(event)
    else if (event.kind === 'best' && this.basis === 'best') this.take(event)
    else if (event.kind !== 'candle') {
      if (event.kind === 'best' && this.correct) this.correctBy(event)
      if (this.basis !== 'candles' && this.start !== 0 && event.time - this.grace >= this.start + this.interval)
        this.closeUntil(this.startOf(event.time - this.grace))
    }
    return this.closed.length - before
  }

  /** The forming candle as it is shown. */
  forming(): Omit<Candle, 'marks'> {
    const { openTime, open, volume, takerBuyVolume, trades } = this.fold()
    return { openTime, open, ...this.view, volume, takerBuyVolume, trades }
  }

  private isTradeOfBasis(event: Event): boolean {
    return event.kind === 'trade' && (this.basis === 'trades' || this.basis === 'aggregates')
  }

  private startOf(time: number): number {
    const phase = this.interval % (7 * 86_400_000_000) === 0 ? PHASE_OF_WEEKS : 0
    return time - ((((time - phase) % this.interval) + this.interval) % this.interval)
  }

  private take(event: Event): void {
    if (event.kind === 'candle') {
      const length = this.lengthOfParts
      if (length === 0 ? event.length > this.interval || this.interval % event.length !== 0 : event.length !== length)
        return
      this.lengthOfParts = event.length
    }
    const start = this.startOf(event.time)
    const partBefore = this.events.at(-1)?.time ?? 0
    if (start < this.start || (event.kind === 'candle' && start === this.start && event.time < partBefore)) {
      this.late++
      return
    }
    if (this.start === 0) {
      this.start = start
      if (event.kind !== 'candle' || event.time !== start) this.marks = CANDLE_MARK.partial
    } else this.closeUntil(start)
    this.show(event)
    if (event.kind === 'candle') this.events = this.events.filter((part) => part.time !== event.time)
    this.events.push(event)
    if (this.basis === 'best') Object.assign(this.view, pick(this.fold()))
    if (event.kind === 'candle' && event.closed && event.time + event.length === start + this.interval) this.close()
  }

  /** Keeps high, low and close as they are shown, corrections included. */
  private show(event: Event): void {
    const { view } = this
    if (event.kind === 'trade') {
      if (this.events.length === 0) Object.assign(view, { high: event.price, low: event.price })
      view.high = Math.max(view.high, event.price)
      view.low = Math.min(view.low, event.price)
      view.close = event.price
    } else if (event.kind === 'candle') {
      if (this.events.length === 0) Object.assign(view, { high: -Infinity, low: Infinity })
      view.high = Math.max(this.correct ? view.high : this.foldWith(event).high, event.high)
      view.low = Math.min(this.correct ? view.low : this.foldWith(event).low, event.low)
      view.close = event.close
    }
  }

  private foldWith(event: Event): Candle {
    const { events } = this
    this.events = [...events.filter((part) => part.time !== event.time), event]
    const candle = this.fold()
    this.events = events
    return candle
  }

  private correctBy(best: Event & { kind: 'best' }): void {
    const { view } = this
    const inside = best.time >= this.start && best.time < this.start + this.interval
    if (!inside || this.start === 0) return
    const { open } = this.fold()
    view.high = Math.max(view.high, best.ask)
    view.low = Math.min(view.low, best.bid)
    if (view.close > open) view.close = best.ask
    else if (view.close < open) view.close = best.bid
  }

  private closeUntil(start: number): void {
    while (this.start < start) this.close()
  }

  private close(): void {
    this.closed.push(this.fold())
    this.marks = 0
    this.events = []
    this.start += this.interval
    Object.assign(this.view, pick(this.fold()))
  }

  private fold(): Candle {
    const before = this.closed.at(-1)?.close ?? 0
    const candle = { openTime: this.start, marks: this.marks, volume: 0, takerBuyVolume: 0, trades: 0 }
    if (this.events.length === 0) {
      const flat = { open: before, high: before, low: before, close: before }
      return { ...candle, ...flat, marks: this.marks | CANDLE_MARK.flat }
    }
    const parts = this.events.filter((e) => e.kind === 'candle')
    const trades = this.events.filter((e) => e.kind === 'trade')
    const bests = this.events.filter((e) => e.kind === 'best')
    const last = bests.at(-1)
    if (last !== undefined) {
      const open = before > 0 ? before : (bests[0]?.ask ?? 0)
      const close = last.bid > open ? last.ask : last.ask < open ? last.bid : open
      const high = Math.max(open, ...bests.map((b) => b.ask))
      return { ...candle, open, high, low: Math.min(open, ...bests.map((b) => b.bid)), close }
    }
    if (parts.length > 0) {
      return {
        ...candle,
        open: parts[0]?.open ?? 0,
        high: Math.max(...parts.map((p) => p.high)),
        low: Math.min(...parts.map((p) => p.low)),
        close: parts.at(-1)?.close ?? 0,
        volume: sum(parts.map((p) => p.volume)),
        takerBuyVolume: sum(parts.map((p) => p.volume - 1)),
        trades: sum(parts.map((p) => p.volume + 1)),
      }
    }
    return {
      ...candle,
      open: trades[0]?.price ?? 0,
      high: Math.max(...trades.map((t) => t.price)),
      low: Math.min(...trades.map((t) => t.price)),
      close: trades.at(-1)?.price ?? 0,
      volume: sum(trades.map((t) => t.quantity)),
      takerBuyVolume: sum(trades.filter((t) => !t.sell).map((t) => t.quantity)),
      trades: sum(trades.map((t) => (this.basis === 'trades' ? 1 : t.ids))),
    }
  }
}

function pick(candle: Candle): { high: number; low: number; close: number } {
  return { high: candle.high, low: candle.low, close: candle.close }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, next) => total + next, 0)
}

function write(buffer: RowBuffer, event: Event, basis: CandleBasis, instrument: number): number {
  const kinds = {
    trade: basis === 'aggregates' ? AGGREGATE_TRADE.kind : TRADE.kind,
    best: BEST_BID_ASK.kind,
    depth: DEPTH_DIFF.kind,
    candle: CANDLE.kind,
  }
  const flags = event.kind === 'trade' ? Number(event.sell) : event.kind === 'candle' ? Number(event.closed) : 0
  const row = buffer.append(kinds[event.kind], flags, 0, instrument, event.kind === 'candle' ? 1 : 0)
  const set = (slot: number, value: number): void => {
    buffer.f64[row * 8 + slot] = value
  }
  set(VENUE_TIME, event.time)
  if (event.kind === 'trade') {
    set(TRADE.price, event.price)
    set(TRADE.quantity, event.quantity)
    if (basis === 'aggregates') {
      writeId(buffer, row * 8 + AGGREGATE_TRADE.firstTradeId, 10)
      writeId(buffer, row * 8 + AGGREGATE_TRADE.lastTradeId, 9 + event.ids)
    }
  } else if (event.kind === 'best') {
    set(BEST_BID_ASK.bid, event.bid)
    set(BEST_BID_ASK.ask, event.ask)
  } else if (event.kind === 'candle') {
    set(CANDLE.open, event.open)
    set(CANDLE.high, event.high)
    set(CANDLE.low, event.low)
    set(CANDLE.close, event.close)
    set(CANDLE.volume, event.volume)
    set(CANDLE.takerBuyVolume, event.volume - 1)
    set(CANDLE.trades, event.volume + 1)
    set(CANDLE.openTime, event.time)
    set(CANDLE.interval, event.length)
  }
  return row
}

const MINUTE = 60_000_000
const START = 1_700_000_000_000_000 - (1_700_000_000_000_000 % (7 * 86_400_000_000)) + PHASE_OF_WEEKS
const price = fc.integer({ min: 90, max: 110 })

function events(interval: number): fc.Arbitrary<Event[]> {
  // Mostly a small step on, sometimes a long pause or a step back.
  const step = fc.oneof(
    { weight: 10, arbitrary: fc.integer({ min: 0, max: Math.floor(interval / 3) }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: interval * 5 }) },
    { weight: 2, arbitrary: fc.integer({ min: -interval, max: 0 }) },
  )
  const trade = fc.record({
    kind: fc.constant('trade' as const),
    price,
    quantity: fc.integer({ min: 1, max: 9 }),
    sell: fc.boolean(),
    ids: fc.integer({ min: 1, max: 5 }),
  })
  const best = fc
    .record({ kind: fc.constant('best' as const), bid: price, spread: fc.integer({ min: 1, max: 3 }) })
    .map(({ kind, bid, spread }) => ({ kind, bid, ask: bid + spread }))
  const depth = fc.record({ kind: fc.constant('depth' as const) })
  const candle = fc
    .record({
      kind: fc.constant('candle' as const),
      length: fc.constantFrom(interval / 4, interval / 4, interval / 4, interval, interval * 2),
      prices: fc.tuple(price, price, price, price),
      volume: fc.integer({ min: 1, max: 9 }),
      closed: fc.boolean(),
    })
    .map(({ kind, length, prices: [open, close, a, b], volume, closed }) => {
      const all = [open, close, a, b]
      return { kind, length, open, high: Math.max(...all), low: Math.min(...all), close, volume, closed }
    })
  const bodies = fc.oneof(
    { weight: 4, arbitrary: trade },
    { weight: 3, arbitrary: best },
    { weight: 1, arbitrary: depth },
    { weight: 4, arbitrary: candle },
  )
  return fc.array(fc.tuple(step, bodies), { maxLength: 80, size: 'max' }).map((steps) => {
    let time = START + Math.floor(interval / 2)
    return steps.map(([by, body]) => {
      time += by
      if (body.kind !== 'candle') return { ...body, time }
      return { ...body, time: time - (time % body.length) }
    })
  })
}

const cases = fc
  .record({
    interval: fc.constantFrom(MINUTE, 60 * MINUTE, 24 * 60 * MINUTE, 7 * 24 * 60 * MINUTE),
    basis: fc.constantFrom<CandleBasis>('trades', 'aggregates', 'best', 'candles'),
    correct: fc.boolean(),
    grace: fc.constantFrom(0, 1_000_000),
  })
  .chain((options) => events(options.interval).map((list) => ({ ...options, list })))

test('candles equal those folded anew from a list of their events', () => {
  fc.assert(
    fc.property(cases, ({ interval, basis, correct, grace, list }) => {
      const slow = new SlowCandles(interval, basis, correct && basis !== 'best', grace)
      const candles = new Candles({ instruments: 3, interval, depth: 4, basis, correct, grace })
      const buffer = new RowBuffer(2)
      for (const event of list) {
        buffer.clear()
        const wanted = slow.on(event)
        const due = candles.onRow(buffer, write(buffer, event, basis, 1))
        assert.equal(due, wanted)
        for (let i = due; i > 0; i--) {
          const expected = slow.closed.at(-i) as Candle
          const element = candles.closeNext()
          assert.equal(element, candles.closed.at(1, 0))
          assert.deepEqual(closedAt(candles, element), expected)
          assert.equal(candles.previousClose[1], expected.close)
        }
        assert.equal(candles.closeNext(), -1)
        assert.deepEqual(formingOf(candles, 1), slow.forming())
      }
      assert.equal(candles.late, slow.late)
      assert.equal(candles.closed.count[1], slow.closed.length)
      for (let back = 0; back < 6; back++) {
        const element = candles.closed.at(1, back)
        const expected = back < 4 ? slow.closed.at(-1 - back) : undefined
        assert.deepEqual(element < 0 ? undefined : closedAt(candles, element), expected)
      }
    }),
    { numRuns: 400 },
  )
})

function closedAt({ closed }: Candles, element: number): Candle {
  return {
    openTime: closed.openTime[element] as number,
    open: closed.open[element] as number,
    high: closed.high[element] as number,
    low: closed.low[element] as number,
    close: closed.close[element] as number,
    volume: closed.volume[element] as number,
    takerBuyVolume: closed.takerBuyVolume[element] as number,
    trades: closed.trades[element] as number,
    marks: closed.marks[element] as number,
  }
}

function formingOf(candles: Candles, i: number): Omit<Candle, 'marks'> {
  return {
    openTime: candles.openTime[i] as number,
    open: candles.open[i] as number,
    high: candles.high[i] as number,
    low: candles.low[i] as number,
    close: candles.close[i] as number,
    volume: candles.volume[i] as number,
    takerBuyVolume: candles.takerBuyVolume[i] as number,
    trades: candles.trades[i] as number,
  }
}

test('saved and loaded candles go on like those that were saved, whether or not due ones are read', () => {
  fc.assert(
    fc.property(cases, fc.nat(80), ({ list, ...options }, cut) => {
      const all = { ...options, instruments: 2, depth: 3 }
      const whole = new Candles(all)
      let candles = new Candles(all)
      const buffer = new RowBuffer(256)
      for (const [i, event] of list.entries()) {
        const row = write(buffer, event, options.basis, i % 2)
        if (i === cut) {
          const writer = new StateWriter()
          candles.save(writer)
          candles = new Candles(all)
          candles.load(new StateReader(writer.finish()))
        }
        for (let due = candles.onRow(buffer, row); due > 0; due--) candles.closeNext()
        whole.onRow(buffer, row)
      }
      while (whole.closeNext() >= 0);
      const [a, b] = [new StateWriter(), new StateWriter()]
      candles.save(a)
      whole.save(b)
      assert.equal(a.hash(), b.hash())
    }),
  )
})
