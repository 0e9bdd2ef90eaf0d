import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CANDLE, DEPTH_DIFF, FUNDING_RATE, OPERATOR, TRADE } from '../../core/tape/kinds.ts'
import { APPEND_TIME, ROW_SLOTS, VENUE_TIME, VERSION } from '../../core/tape/layout.ts'
import { RowBuffer, recordRows } from '../../core/tape/row-buffer.ts'
import type { TapeSource } from '../../core/tape/source.ts'
import { Cursors } from './cursors.ts'
import { PHASE, VenueOrder, WINDOW_ROWS } from './venue-order.ts'

const START = 1_700_000_000_000_000
const MINUTE = 60_000_000

/** One record of a made-up tape. */
interface Row {
  readonly kind: number
  /** Microseconds to the record before, on our clock. */
  readonly gap: number
  /** How long the record was under way; undefined: it states no venue time. */
  readonly delay: number | undefined
  readonly raw: number
}

/** A tape in memory. A buffer that is given back is overwritten at once: whoever still reads it reads rubbish. */
class Tape implements TapeSource {
  readonly instruments = []
  readonly hash = ''
  readonly #buffers: RowBuffer[] = []

  constructor(rows: readonly Row[], bufferRows: number) {
    let time = START
    for (const [i, { kind, gap, delay, raw }] of rows.entries()) {
      let buffer = this.#buffers.at(-1)
      if (buffer === undefined || !buffer.hasRoom(1 + raw)) {
        buffer = new RowBuffer(Math.max(bufferRows, 1 + raw))
        this.#buffers.push(buffer)
      }
      time += gap
      const row = buffer.append(kind, 0, 0, 0, raw)
      const at = row * ROW_SLOTS
      buffer.f64[at + APPEND_TIME] = time
      buffer.f64[at + VENUE_TIME] = delay === undefined ? 0 : time - delay
      buffer.f64[at + VERSION] = i + 1
      if (kind !== CANDLE.kind) continue
      buffer.f64[at + CANDLE.openTime] = Math.floor(time / MINUTE) * MINUTE - MINUTE
      buffer.f64[at + CANDLE.interval] = MINUTE
    }
  }

  next(): Promise<RowBuffer | undefined> {
    return Promise.resolve(this.#buffers.shift())
  }

  release(buffer: RowBuffer): void {
    buffer.u8.fill(0xff)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** An entry as the exchange meets it: which record, as what, at which venue time. */
interface Met {
  readonly record: number
  readonly phase: number
  readonly time: number
}

/** Reads a tape as a backtest does: the strategy row by row, the exchange up to the strategy's time. */
async function read(tape: TapeSource): Promise<{ met: readonly Met[]; window: VenueOrder }> {
  const window = new VenueOrder()
  const cursors = new Cursors(tape, window)
  const met: Met[] = []
  const until = new Float64Array(1)
  const time = new Float64Array(1)
  const meet = (): void => {
    while (window.due(until, time)) {
      const row = window.entry() >> 1
      met.push({
        record: window.buffer().f64[row * ROW_SLOTS + VERSION] as number,
        phase: window.entry() & 1,
        time: time[0] as number,
      })
      window.take()
      cursors.refill()
    }
  }
  for (let buffer = await cursors.next(); buffer !== undefined; buffer = await cursors.next()) {
    cursors.refill()
    for (let row = 0; row < buffer.length; row += recordRows(buffer, row)) {
      const offset = window.offset[0] as number
      until[0] = (buffer.f64[row * ROW_SLOTS + APPEND_TIME] as number) - (offset === Infinity ? 0 : offset)
      meet()
    }
    cursors.finished()
  }
  until[0] = Infinity
  meet()
  return { met, window }
}

/** The oracle: all entries with their times, sorted, equal ones as they came. */
function sorted(rows: readonly Row[]): readonly Met[] {
  const offset = Math.min(
    ...rows.flatMap(({ delay, kind }) => (delay === undefined || kind === OPERATOR.kind ? [] : [delay])),
  )
  let time = START
  const entries = rows.flatMap(({ kind, gap, delay }, i): Met[] => {
    time += gap
    const record = i + 1
    if (kind === OPERATOR.kind) return []
    if (kind === CANDLE.kind) {
      const open = Math.floor(time / MINUTE) * MINUTE - MINUTE
      return [
        { record, phase: PHASE.candleOpen, time: open + 1 },
        { record, phase: PHASE.row, time: open + MINUTE - 1 },
      ]
    }
    return [
      {
        record,
        phase: PHASE.row,
        time: delay === undefined ? time - (offset === Infinity ? 0 : offset) : time - delay,
      },
    ]
  })
  return entries.toSorted((a, b) => a.time - b.time)
}

const kind = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(TRADE.kind, TRADE.kind, FUNDING_RATE.kind) },
  { weight: 2, arbitrary: fc.constant(DEPTH_DIFF.kind) },
  { weight: 1, arbitrary: fc.constantFrom(CANDLE.kind, OPERATOR.kind) },
)
const row = kind.chain((of) =>
  fc.record({
    kind: fc.constant(of),
    gap: fc.integer({ min: 0, max: 2000 }),
    // Streams overtake each other by some milliseconds; some records state no venue time.
    delay: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1500, max: 9000 }) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    raw: of === DEPTH_DIFF.kind ? fc.integer({ min: 1, max: 4 }) : fc.constant(of === CANDLE.kind ? 1 : 0),
  }),
)

test('the exchange meets every record once, in the order of venue times, however the tape is cut into buffers', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 40 }),
      async (rows, size) => {
        const { met, window } = await read(new Tape(rows, size))
        assert.deepEqual(met, sorted(rows))
        assert.equal(window.overflow, 0)
      },
    ),
    { numRuns: 200 },
  )
})

test('buffers that are in order as they are meet the exchange as they are', async () => {
  const ordered = fc.array(
    fc.record({ kind: fc.constant(TRADE.kind), gap: fc.nat(2000), delay: fc.constant(2000), raw: fc.constant(0) }),
    {
      minLength: 1,
      maxLength: 300,
    },
  )
  await fc.assert(
    fc.asyncProperty(
      ordered,
      fc.array(row, { maxLength: 30 }),
      fc.integer({ min: 1, max: 40 }),
      async (calm, wild, size) => {
        const rows = [...calm, ...wild, ...calm]
        const { met, window } = await read(new Tape(rows, size))
        assert.deepEqual(met, sorted(rows))
        assert.equal(window.overflow, 0)
      },
    ),
    { numRuns: 100 },
  )
})

/** Trades in order, and now and then one that was under way while `rows` others passed. */
function tardy(count: number, everyth: number, rows: number): readonly Row[] {
  return Array.from({ length: count }, (_, i) => {
    const delay = i % everyth === everyth - 1 ? (rows + (i % 7)) * 1000 : 2000
    return { kind: TRADE.kind, gap: 1000, delay, raw: 0 }
  })
}

for (const size of [100, 1000, 8192]) {
  test(`records that come later than the window reaches are met at once and counted (buffers of ${size})`, async () => {
    let late = 0
    for (let passed = WINDOW_ROWS / 2; passed < 3 * WINDOW_ROWS; passed += 300) {
      const rows = tardy(8 * WINDOW_ROWS, passed % 200 < 100 ? 11_000 : 2200, passed)
      const { met, window } = await read(new Tape(rows, size))
      const records = met.map(({ record }) => record).toSorted((a, b) => a - b)
      assert.deepEqual(
        records,
        [...rows.keys()].map((i) => i + 1),
      )
      let latest = -Infinity
      let overtaken = 0
      for (const { time } of met) {
        if (time < latest) overtaken++
        latest = Math.max(latest, time)
      }
      assert.equal(window.overflow, overtaken)
      late += overtaken
    }
    assert.ok(late > 0)
  })
}

test('the offset of the clocks is the least delay known', async () => {
  const rows: readonly Row[] = [5000, 3000, 4000].map((delay) => ({ kind: TRADE.kind, gap: 10_000, delay, raw: 0 }))
  const { window } = await read(new Tape(rows, 1))
  assert.equal(window.offset[0], 3000)
})
