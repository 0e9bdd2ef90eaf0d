import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { START_US, configOf, wholeInstrument } from '../../testing/engine-driver.ts'
import { defineStrategy } from '../strategy/contract.ts'
import { parseTimeframe } from '../strategy/params.ts'
import { BEST_BID_ASK, CANDLE, CANDLE_FLAGS, TRADE } from '../tape/kinds.ts'
import { APPEND_TIME, ROW_SLOTS, VENUE_TIME } from '../tape/layout.ts'
import { RowBuffer } from '../tape/row-buffer.ts'
import { Engine } from './engine.ts'

const MINUTE = 60_000_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NAMES = ['1m', '3m', '1h', '1d', '1w'] as const
/** Closed candles that a set keeps when no history is asked for. */
const DEPTH = 2
const MONDAY = START_US - 2 * DAY

type Event =
  | { readonly kind: 'trade'; readonly time: number; readonly price: number; readonly quantity: number }
  | { readonly kind: 'best'; readonly time: number; readonly bid: number; readonly ask: number }
  | {
      readonly kind: 'candle'
      readonly start: number
      readonly length: number
      readonly prices: readonly [number, number, number, number]
      readonly volume: number
      readonly closed: boolean
    }

interface Closed {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

/** The slow, obvious twin of one instrument at one interval: it keeps the events of a candle and adds them up at its end. */
class Twin {
  readonly name: string
  readonly interval: number
  readonly closed: Closed[] = []
  late = 0
  #source: 'trades' | number | undefined
  #start: number | undefined
  #events: Event[] = []

  constructor(name: string) {
    this.name = name
    this.interval = parseTimeframe(name) ?? 0
  }

  take(event: Event): void {
    switch (event.kind) {
      case 'trade':
        this.#source ??= 'trades'
        if (this.#source === 'trades') this.#trade(event)
        return
      case 'best':
        if (this.#source === 'trades' && this.#start === this.bucket(event.time)) this.#events.push(event)
        return
      case 'candle': {
        const { length, closed } = event
        if (this.#source === undefined && length <= this.interval && this.interval % length === 0) this.#source = length
        if (this.#source === length && (closed || length === this.interval)) this.#candle(event)
      }
    }
  }

  /** Open time of the interval that a time lies in. Weeks begin on Monday. */
  bucket(time: number): number {
    const from = this.interval % (7 * DAY) === 0 ? MONDAY % (7 * DAY) : 0
    return Math.floor((time - from) / this.interval) * this.interval + from
  }

  #trade(event: Event & { readonly kind: 'trade' }): void {
    const start = this.bucket(event.time)
    if (this.#start !== undefined && start < this.#start) {
      this.late++
      return
    }
    this.#closeBefore(start)
    this.#start = start
    this.#events.push(event)
  }

  #candle(event: Event & { readonly kind: 'candle' }): void {
    const start = this.bucket(event.start)
    this.#closeBefore(start)
    const parts = this.#events.filter((part) => part.kind === 'candle')
    const known = this.#start ?? this.closed.at(-1)?.end ?? 0
    const last = parts.findLast(({ closed }) => closed)
    if (start < known || (last !== undefined && event.start < last.start + last.length)) {
      this.late++
      return
    }
    this.#start = start
    if (event.length === this.interval) this.#events = []
    this.#events.push(event)
    if (event.closed && event.start + event.length === start + this.interval) this.#close()
  }

  /** Closes the candle at hand if it ends before `start`, and the flat ones up to there that fit the memory. */
  #closeBefore(start: number): void {
    if (this.#start === undefined || start <= this.#start) return
    this.#close()
    const last = this.closed.at(-1) as Closed
    for (let flat = last.end; flat < start; flat += this.interval) {
      if (flat < start - DEPTH * this.interval) continue
      const { name, close } = last
      const end = flat + this.interval
      this.closed.push({ name, start: flat, end, open: close, high: close, low: close, close, volume: 0 })
    }
  }

  #close(): void {
    const start = this.#start as number
    this.closed.push({ name: this.name, start, end: start + this.interval, ...addUp(this.#events) })
    this.#events = []
    this.#start = undefined
  }
}

function addUp(events: readonly Event[]): Omit<Closed, 'name' | 'start' | 'end'> {
  let open = NaN
  let [high, low, close, volume] = [-Infinity, Infinity, NaN, 0]
  for (const event of events) {
    if (event.kind === 'best') {
      if (!(event.bid > 0 && event.ask > 0)) continue
      high = Math.max(high, event.ask)
      low = Math.min(low, event.bid)
      close = close > open ? event.ask : close < open ? event.bid : close
      continue
    }
    const prices = event.kind === 'trade' ? [event.price, event.price, event.price, event.price] : event.prices
    if (Number.isNaN(open)) open = prices[0] as number
    high = Math.max(high, prices[1] as number)
    low = Math.min(low, prices[2] as number)
    close = prices[3] as number
    volume += event.kind === 'trade' ? event.quantity : event.volume
  }
  return { open, high, low, close, volume }
}

/** What a strategy was told, and the newest candle of every interval that it could read at that moment. */
interface Told {
  readonly candle: Closed
  readonly newest: ReadonlyMap<string, number>
}

/** An engine whose strategy writes down the candles of instrument 0. */
function listen(): { engine: Engine; told: Told[] } {
  const told: Told[] = []
  const definition = defineStrategy({
    name: 'listener',
    needs: { candles: NAMES },
    onCandle({ interval, openTime, open, high, low, close, volume }, ctx) {
      const start = openTime * 1000
      const end = start + (parseTimeframe(interval) ?? 0)
      const newest = new Map(
        NAMES.flatMap((name): [string, number][] => {
          const history = ctx.candles(0, name)
          return history.length === 0 ? [] : [[name, history.close(0)]]
        }),
      )
      told.push({ candle: { name: interval, start, end, open, high, low, close, volume }, newest })
    },
  })
  const instruments = [wholeInstrument('BTCUSDT', { quantityDecimals: 0 })]
  return { engine: new Engine(configOf({ instruments, strategies: [{ definition }] }), [definition]), told }
}

const ROWS = new RowBuffer(4)

function step(engine: Engine, event: Event): void {
  ROWS.clear()
  const kind = event.kind === 'trade' ? TRADE.kind : event.kind === 'best' ? BEST_BID_ASK.kind : CANDLE.kind
  const flags = event.kind === 'candle' && event.closed ? CANDLE_FLAGS.closed : 0
  const at = ROWS.append(kind, flags, 0, 0, event.kind === 'candle' ? 1 : 0) * ROW_SLOTS
  const { f64 } = ROWS
  f64[at + APPEND_TIME] = event.kind === 'candle' ? event.start + event.length : event.time
  f64[at + VENUE_TIME] = f64[at + APPEND_TIME] as number
  if (event.kind === 'trade') f64.set([event.price, event.quantity], at + TRADE.price)
  else if (event.kind === 'best') f64.set([event.bid, 1, event.ask, 1], at + BEST_BID_ASK.bid)
  else {
    f64.set([...event.prices, event.volume], at + CANDLE.open)
    f64[at + CANDLE.openTime] = event.start
    f64[at + CANDLE.interval] = event.length
  }
  engine.step(ROWS, 0)
}

/** Gaps between events: within a minute, over some, over hours, over days; some run backwards. */
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 40_000_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 5 * MINUTE }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 * HOUR }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 9 * DAY }) },
  { weight: 1, arbitrary: fc.integer({ min: -2 * MINUTE, max: 0 }) },
)
const price = fc.integer({ min: 90, max: 110 })

/** Trades and best prices in an order of times that is nearly right. */
const prints = fc.array(fc.record({ gap, price, quantity: fc.integer({ min: 1, max: 9 }), spread: fc.nat(3) }), {
  minLength: 1,
  maxLength: 60,
})

/** Minutes as a venue tells them: some twice, some missing, some forming, some late. */
const minutes = fc.array(
  fc.record({
    skip: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.constantFrom(0, -1, 2, 7, 60, 3000)),
    closed: fc.boolean().map((rare) => !rare),
    low: fc.integer({ min: 80, max: 89 }),
    open: price,
    close: price,
    volume: fc.nat(9),
    length: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.constantFrom(3, 60)),
  }),
  { minLength: 1, maxLength: 80 },
)

/** Plays events through an engine and its twins and compares what was told, when, and what could be read meanwhile. */
function assertAsTwins(events: readonly Event[]): void {
  const { engine, told } = listen()
  const twins = NAMES.map((name) => new Twin(name))
  const expected: Told[] = []
  for (const event of events) {
    const before = twins.map(({ closed }) => closed.length)
    for (const twin of twins) twin.take(event)
    const news = twins.flatMap((twin, i) => twin.closed.slice(before[i]))
    // In the order of time; at one time, the shortest interval first.
    news.sort((a, b) => a.end - b.end || b.start - a.start)
    for (const candle of news) {
      // All of earlier rows, and of this row what ends no later.
      const visible = twins.map(({ name, closed }, i) => {
        const known = closed.filter(({ end }, at) => at < (before[i] as number) || end <= candle.end)
        return [name, known.at(-1)] as const
      })
      const newest = visible.flatMap(([name, last]): [string, number][] =>
        last === undefined ? [] : [[name, last.close]],
      )
      expected.push({ candle, newest: new Map(newest) })
    }
    step(engine, event)
    assert.deepEqual(told, expected)
  }
  assert.deepEqual(
    engine.candles.sets.map(({ late }) => late),
    twins.map(({ late }) => late),
  )
}

test('candles of trades are what their trades and best prices add up to, told in time, all intervals at once', () => {
  fc.assert(
    fc.property(prints, (list) => {
      let time = START_US
      assertAsTwins(
        list.map(({ gap: passed, price: at, quantity, spread }): Event => {
          time += passed
          return spread === 0
            ? { kind: 'trade', time, price: at, quantity }
            : { kind: 'best', time, bid: quantity === 9 ? 0 : at - 1, ask: at - 1 + spread }
        }),
      )
    }),
    { numRuns: 300 },
  )
})

test('candles of minutes are what their minutes add up to, told in time, all intervals at once', () => {
  fc.assert(
    fc.property(minutes, (list) => {
      let minute = 0
      assertAsTwins(
        list.map(({ skip, closed, low, open, close, volume, length }): Event => {
          minute += skip
          const start = START_US + (minute - (minute % length)) * MINUTE
          const prices = [open, Math.max(open, close), low, close] as const
          return { kind: 'candle', start, length: length * MINUTE, prices, volume, closed }
        }),
      )
    }),
    { numRuns: 300 },
  )
})

test('weeks begin on Monday, days at midnight, UTC', () => {
  const { engine, told } = listen()
  step(engine, { kind: 'trade', time: MONDAY + 7 * DAY - 1, price: 100, quantity: 1 })
  step(engine, { kind: 'trade', time: MONDAY + 7 * DAY, price: 101, quantity: 1 })
  const starts = told.map(({ candle: { name, start } }) => [name, (start - MONDAY) / DAY])
  assert.deepEqual(starts.slice(-2), [
    ['1d', 6],
    ['1w', 0],
  ])
})

test('at the close of an hour, whoever is told of its last minute sees the hour', () => {
  const { engine, told } = listen()
  step(engine, { kind: 'trade', time: START_US + HOUR - 1, price: 100, quantity: 1 })
  step(engine, { kind: 'trade', time: START_US + HOUR, price: 105, quantity: 1 })
  assert.deepEqual(
    told.map(({ candle, newest }) => [candle.name, newest.get('1h')]),
    [
      ['1m', 100],
      ['3m', 100],
      ['1h', 100],
    ],
  )
})

test('silence closes nothing', () => {
  const { engine, told } = listen()
  step(engine, { kind: 'trade', time: START_US, price: 100, quantity: 1 })
  step(engine, { kind: 'best', time: START_US + 9 * DAY, bid: 99, ask: 101 })
  assert.deepEqual(told, [])
})

test('a tape with minutes and hours counts no volume twice', () => {
  const { engine, told } = listen()
  const prices = [100, 100, 100, 100] as const
  for (let minute = 0; minute < 60; minute++)
    step(engine, { kind: 'candle', start: START_US + minute * MINUTE, length: MINUTE, prices, volume: 1, closed: true })
  step(engine, { kind: 'candle', start: START_US, length: HOUR, prices, volume: 60, closed: true })
  const hours = told.filter(({ candle }) => candle.name === '1h')
  assert.deepEqual(
    hours.map(({ candle }) => candle.volume),
    [60],
  )
})
