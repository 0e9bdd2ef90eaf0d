import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { writeBigId } from '../tape/ids.ts'
import { BEST_BID_ASK, DEPTH_DIFF, GAP, ID_FORM, LIQUIDATION, SOURCE_REFUSED, TRADE } from '../tape/kinds.ts'
import { APPEND_TIME, VENUE_TIME, VERSION } from '../tape/layout.ts'
import { kindOf, RowBuffer } from '../tape/row-buffer.ts'
import { PREVIOUS_ID_CHAIN } from './chain-rule.ts'
import { ClockOffset } from './clock-offset.ts'
import { IdWindow, SEEN } from './id-window.ts'
import { Merge } from './merge.ts'
import { RecentIds } from './recent-ids.ts'

const START = 1_700_000_000_000_000
const SECOND = 1_000_000
const HOUR = 3600 * SECOND

function mergeOf(sources: number, wait = SECOND): Merge {
  const ranks = Uint16Array.from({ length: sources }, (_, i) => i)
  return new Merge({ rules: [PREVIOUS_ID_CHAIN], ranks, wait, bound: 2 * SECOND })
}

class Feed {
  readonly out: RowBuffer = new RowBuffer(256)
  readonly merge: Merge
  private readonly buffer = new RowBuffer(4)

  constructor(merge: Merge) {
    this.merge = merge
  }

  /** Rows put out for a row of `kind` with these slots. */
  take(
    kind: number,
    source: number,
    received: number,
    venue: number,
    slots: readonly [number, number][] = [],
  ): number[] {
    const before = this.out.length
    this.buffer.clear()
    const row = this.buffer.append(kind, 0, source, 0, 0)
    this.buffer.f64[row * 8 + APPEND_TIME] = START + received
    this.buffer.f64[row * 8 + VENUE_TIME] = START + venue
    for (const [slot, value] of slots) this.buffer.f64[row * 8 + slot] = value
    this.merge.take(this.buffer, row, this.out)
    return Array.from({ length: this.out.length - before }, (_, i) => kindOf(this.out, before + i))
  }

  trade(id: bigint, form: number = ID_FORM.decimal): number {
    const before = this.out.length
    this.buffer.clear()
    const row = this.buffer.append(TRADE.kind, form, 0, 0, 0)
    writeBigId(this.buffer, row * 8 + TRADE.id, id)
    this.merge.take(this.buffer, row, this.out)
    return this.out.length - before
  }
}

const best = (version: number): [number, number][] => [[VERSION, version]]

test('a source whose stamps run ahead is refused and reported, whichever source was heard first', () => {
  for (const ahead of [0, 1]) {
    const feed = new Feed(mergeOf(2))
    let reports = 0
    for (let i = 0; i < 40; i++) {
      const received = i * 100_000
      for (const source of [0, 1]) {
        const stamp = received - 20_000 + (source === ahead ? HOUR : 0)
        const kinds = feed.take(
          BEST_BID_ASK.kind,
          source,
          received + source,
          stamp,
          best(source === ahead ? 1e12 + i : 10 + i),
        )
        if (kinds.includes(SOURCE_REFUSED.kind)) reports++
        if (i > 0 && source !== ahead) assert.deepEqual(kinds, [BEST_BID_ASK.kind], 'the other is heard')
      }
    }
    assert.equal(reports, 1)
    assert.ok((feed.merge.guard.refused[ahead] as number) >= 38)
    assert.equal(feed.merge.guard.refused[1 - ahead], 0)
  }
})

test('a single stamp from the future is refused, and a clock that was set is followed', () => {
  const feed = new Feed(mergeOf(1))
  for (let i = 0; i < 10; i++) feed.take(BEST_BID_ASK.kind, 0, i * SECOND, i * SECOND, best(i + 1))
  assert.deepEqual(feed.take(BEST_BID_ASK.kind, 0, 10 * SECOND, 10 * SECOND + HOUR, best(20)), [SOURCE_REFUSED.kind])
  assert.deepEqual(feed.take(BEST_BID_ASK.kind, 0, 11 * SECOND, 11 * SECOND, best(21)), [BEST_BID_ASK.kind])
  let refused = 0
  for (let i = 0; i < 30; i++) {
    const kinds = feed.take(BEST_BID_ASK.kind, 0, (12 + i) * SECOND, (17 + i) * SECOND, best(30 + i))
    if (!kinds.includes(BEST_BID_ASK.kind)) refused++
  }
  assert.equal(refused, 16)
})

test('with one source a hole is told at once, with two only when the wait is over', () => {
  const diff = (feed: Feed, source: number, received: number, number: number): number[] => {
    const buffer = new RowBuffer(1)
    const row = buffer.append(DEPTH_DIFF.kind, 0, source, 0, 0)
    buffer.f64[row * 8 + APPEND_TIME] = START + received
    buffer.f64[row * 8 + VERSION] = number * 10
    writeBigId(buffer, row * 8 + DEPTH_DIFF.previousUpdateId, BigInt(number * 10 - 10))
    const before = feed.out.length
    feed.merge.take(buffer, row, feed.out)
    return Array.from({ length: feed.out.length - before }, (_, i) => kindOf(feed.out, before + i))
  }
  const alone = new Feed(mergeOf(1))
  diff(alone, 0, 0, 1)
  assert.deepEqual(diff(alone, 0, 1, 3), [GAP.kind, DEPTH_DIFF.kind])
  const two = new Feed(mergeOf(2))
  diff(two, 0, 0, 1)
  assert.deepEqual(diff(two, 0, 1, 3), [])
  assert.deepEqual(diff(two, 1, 2, 2), [DEPTH_DIFF.kind, DEPTH_DIFF.kind], 'the other source brings it in time')
  assert.deepEqual(diff(two, 0, 3, 5), [])
  assert.deepEqual(diff(two, 0, 4 + SECOND, 6), [GAP.kind, DEPTH_DIFF.kind, DEPTH_DIFF.kind])
  assert.equal(two.out.u32[(two.out.length - 3) * 16 + GAP.expected * 2], 30)
  assert.equal(two.out.u32[(two.out.length - 3) * 16 + GAP.received * 2], 40)
})

test('a merge without room for what it may have to put out changes nothing', () => {
  const feed = new Feed(mergeOf(1))
  const full = new RowBuffer(2)
  const buffer = new RowBuffer(1)
  buffer.append(TRADE.kind, 0, 0, 0, 0)
  assert.throws(() => feed.merge.take(buffer, 0, full), {
    name: 'RangeError',
    message: /needs room for \d+ rows, 2 are free/,
  })
  assert.equal(full.length, 0)
  feed.merge.take(buffer, 0, feed.out)
  assert.equal(feed.out.length, 1)
})

test('trades are told apart beyond 2^53 and when their ids are no numbers', () => {
  const feed = new Feed(mergeOf(1))
  assert.deepEqual([feed.trade(2n ** 60n), feed.trade(2n ** 60n + 1n), feed.trade(2n ** 60n)], [1, 1, 0])
  const other = new Feed(mergeOf(1))
  const opaque = [7n, 2n ** 63n, 7n].map((id) => other.trade(id, ID_FORM.uuid))
  assert.deepEqual(opaque, [1, 1, 0])
})

test('a damaged id that leaps ahead silences nobody, and a true leap goes on with its second trade', () => {
  const feed = new Feed(mergeOf(1))
  const taken = [100n, 101n, 2n ** 62n, 102n, 103n].map((id) => feed.trade(id))
  assert.deepEqual(taken, [1, 1, 0, 1, 1])
  assert.deepEqual([feed.trade(900_000n), feed.trade(900_001n), feed.trade(900_002n)], [0, 2, 1])
  assert.equal(feed.trade(104n), 0, 'what lies below the window counts as seen')
})

test('liquidations, which have no id, go on once per content', () => {
  const feed = new Feed(mergeOf(2))
  const slots = (price: number): [number, number][] => [[LIQUIDATION.price, price]]
  assert.equal(feed.take(LIQUIDATION.kind, 0, 10, 5, slots(100)).length, 1)
  assert.equal(feed.take(LIQUIDATION.kind, 1, 11, 5, slots(100)).length, 0)
  assert.equal(feed.take(LIQUIDATION.kind, 1, 12, 5, slots(101)).length, 1)
  assert.equal(feed.take(LIQUIDATION.kind, 0, 13, 6, slots(100)).length, 1)
})

test('a window of ids equals a set, whatever order ids within it come in', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 63n }),
      fc.array(fc.integer({ min: -40, max: 2000 }), { size: '+1' }),
      (base, steps) => {
        const window = new IdWindow()
        const seen = new Set<bigint>()
        const words = new Uint32Array(2)
        let id = base + 100_000n
        for (const step of steps) {
          id += BigInt(step)
          words[0] = Number(id & 0xffffffffn)
          words[1] = Number(id >> 32n)
          assert.equal(window.see(words, 0), seen.has(id) ? SEEN.yes : SEEN.no)
          seen.add(id)
        }
      },
    ),
  )
})

test('recent ids equal the last so many of a list', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.nat(40), { maxLength: 200, size: 'max' }),
      (capacity, ids) => {
        const recent = new RecentIds(capacity)
        let list: number[] = []
        for (const id of ids) {
          assert.equal(recent.add(Int32Array.of(0, id, 0, id, 0), 0), !list.includes(id))
          if (!list.includes(id)) list = [...list, id].slice(-capacity)
        }
      },
    ),
  )
})

test('the offset is the smallest difference of the window less the floor', () => {
  const arrival = fc.record({
    after: fc.integer({ min: 0, max: 40 * SECOND }),
    late: fc.integer({ min: -2 * SECOND, max: 5 * SECOND }),
    source: fc.nat(1),
  })
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 60, size: 'max' }), (arrivals) => {
      const window = 80 * SECOND
      const offsets = new ClockOffset({ sources: 2, window, floor: 500 })
      const buffer = new RowBuffer(1)
      const heard: { received: number; difference: number; source: number }[] = []
      let received = START
      for (const { after, late, source } of arrivals) {
        received += after
        buffer.clear()
        buffer.append(TRADE.kind, 0, source, 0, 0)
        buffer.f64[APPEND_TIME] = received
        buffer.f64[VENUE_TIME] = received - late
        offsets.observe(buffer, 0)
        heard.push({ received, difference: late, source })
        // The window moves in eighths: what began up to seven eighths ago counts.
        const part = (time: number): number => Math.floor(time / (window / 8))
        const counting = heard.filter((one) => one.source === source && part(one.received) > part(received) - 8)
        assert.equal(offsets.offsetOf(source), Math.min(...counting.map((one) => one.difference)) - 500)
      }
    }),
  )
})
