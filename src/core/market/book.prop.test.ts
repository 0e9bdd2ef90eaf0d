import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { writeId } from '../tape/ids.ts'
import { DEPTH_DIFF, DEPTH_PARTIAL, DEPTH_SNAPSHOT } from '../tape/kinds.ts'
import { VERSION } from '../tape/layout.ts'
import { RowBuffer } from '../tape/row-buffer.ts'
import { StateReader, StateWriter } from '../tape/state.ts'
import { BOOK_OUTCOME, BOOK_STATE, Book } from './book.ts'
import type { BookSide } from './book-side.ts'
import { NEXT_ID_CHAIN, PREVIOUS_ID_CHAIN, type ChainRule } from './chain-rule.ts'
import { LevelChanges } from './level-changes.ts'

type Pair = readonly [price: number, quantity: number]
interface Depth {
  readonly kind: number
  /** First, last and previous update id; only `last` for snapshots and partial books. */
  readonly first: number
  readonly last: number
  readonly previous: number
  readonly limit: number
  readonly bids: readonly Pair[]
  readonly asks: readonly Pair[]
}

function toRow(buffer: RowBuffer, depth: Depth): number {
  const pairs = [...depth.bids, ...depth.asks]
  const row = buffer.append(depth.kind, 0, 0, 0, Math.ceil(pairs.length / 4))
  buffer.f64[row * 8 + VERSION] = depth.last
  if (depth.kind === DEPTH_DIFF.kind) {
    writeId(buffer, row * 8 + DEPTH_DIFF.firstUpdateId, depth.first)
    writeId(buffer, row * 8 + DEPTH_DIFF.previousUpdateId, depth.previous)
  } else buffer.f64[row * 8 + DEPTH_SNAPSHOT.limit] = depth.limit
  buffer.u32[row * 16 + DEPTH_DIFF.bidCountByte / 4] = depth.bids.length
  buffer.u32[row * 16 + DEPTH_DIFF.askCountByte / 4] = depth.asks.length
  buffer.f64.set(pairs.flat(), row * 8 + DEPTH_DIFF.levels)
  return row
}

/** The same book, slow and obvious: sorted on every look, one map a side. */
class SlowBook {
  readonly sides: readonly [Map<number, SlowLevel>, Map<number, SlowLevel>] = [new Map(), new Map()]
  state: number = BOOK_STATE.syncing
  last = 0
  private readonly spot: boolean
  private waiting: Depth[] = []
  private spare: Depth | undefined
  private atSnapshot = false
  private chained = false
  /** What `knows` answers: the worst price of which absence is known. */
  covered: [number, number] = [Infinity, -Infinity]

  constructor(rule: ChainRule) {
    this.spot = rule === NEXT_ID_CHAIN
  }

  apply(depth: Depth): number {
    if (depth.kind === DEPTH_DIFF.kind) return this.diff(depth)
    return depth.kind === DEPTH_SNAPSHOT.kind ? this.snapshot(depth) : this.partial(depth)
  }

  levels(side: 0 | 1): readonly (readonly [number, number, boolean])[] {
    const best = side === 0 ? -1 : 1
    return [...this.sides[side]]
      .map(([price, { quantity, unverified }]) => [price, quantity, unverified] as const)
      .toSorted((a, b) => best * (a[0] - b[0]))
  }

  interrupt(): void {
    if (this.state === BOOK_STATE.live) this.state = BOOK_STATE.broken
  }

  private diff(depth: Depth): number {
    if (!this.chained || (this.state === BOOK_STATE.broken && this.waiting.length > 0)) return this.keep(depth)
    const place = this.atSnapshot ? this.placeAfterSnapshot(depth, this.last) : this.placeAfter(depth, this.last)
    if (place === 'old') return BOOK_OUTCOME.old
    if (place === 'next') {
      this.state = BOOK_STATE.live
      this.change(depth)
      return BOOK_OUTCOME.changed
    }
    if (this.state === BOOK_STATE.broken) return this.keep(depth)
    this.state = BOOK_STATE.broken
    this.keep(depth)
    return BOOK_OUTCOME.gap
  }

  private keep(depth: Depth): number {
    this.wait(depth)
    return this.spare !== undefined && this.resync(this.spare) ? BOOK_OUTCOME.rebuilt : BOOK_OUTCOME.waiting
  }

  private placeAfter(depth: Depth, last: number): 'old' | 'next' | 'gap' {
    if (depth.last <= last) return 'old'
    if (this.spot) return depth.first <= last + 1 ? 'next' : 'gap'
    return depth.previous === last ? 'next' : 'gap'
  }

  private placeAfterSnapshot(depth: Depth, id: number): 'old' | 'next' | 'gap' {
    if (this.spot) {
      if (depth.last <= id) return 'old'
      return depth.first <= id + 1 ? 'next' : 'gap'
    }
    if (depth.last < id) return 'old'
    return depth.first <= id || depth.previous === id ? 'next' : 'gap'
  }

  private wait(depth: Depth): void {
    const before = this.waiting.at(-1)
    if (before !== undefined) {
      const place = this.placeAfter(depth, before.last)
      if (place === 'old') return
      if (place === 'gap') this.waiting = []
    }
    this.waiting.push(depth)
  }

  private snapshot(depth: Depth): number {
    if (this.state === BOOK_STATE.live && this.chained) {
      if (depth.last <= this.last) return BOOK_OUTCOME.old
      if (!this.atSnapshot) {
        this.spare = depth
        return BOOK_OUTCOME.unused
      }
    }
    return this.resync(depth) ? BOOK_OUTCOME.rebuilt : BOOK_OUTCOME.unused
  }

  private resync(depth: Depth): boolean {
    const usable = this.waiting.filter((diff) => this.placeAfterSnapshot(diff, depth.last) !== 'old')
    if (usable[0] !== undefined && this.placeAfterSnapshot(usable[0], depth.last) === 'gap') return false
    this.overlay(depth, true)
    this.last = depth.last
    this.state = BOOK_STATE.live
    this.atSnapshot = true
    this.chained = true
    for (const diff of usable) this.change(diff)
    this.waiting = []
    if (this.spare !== undefined && this.spare.last <= this.last) this.spare = undefined
    return true
  }

  private partial(depth: Depth): number {
    if (this.chained) return BOOK_OUTCOME.unused
    if (depth.last <= this.last) return BOOK_OUTCOME.old
    this.overlay(depth, false)
    this.last = depth.last
    this.state = BOOK_STATE.live
    return BOOK_OUTCOME.rebuilt
  }

  private overlay(depth: Depth, keepFar: boolean): void {
    for (const side of [0, 1] as const) {
      const pairs = side === 0 ? depth.bids : depth.asks
      const prices = pairs.map(([price]) => price)
      const worst = side === 0 ? Math.min(...prices) : Math.max(...prices)
      const whole = pairs.length === 0 || pairs.length < depth.limit
      for (const [price, level] of this.sides[side]) {
        const beyond = side === 0 ? price < worst : price > worst
        if (keepFar && beyond && !whole) level.unverified = true
        else this.sides[side].delete(price)
      }
      this.set(side, pairs)
      this.covered[side] = !whole ? worst : side === 0 ? -Infinity : Infinity
    }
  }

  private change(depth: Depth): void {
    this.set(0, depth.bids)
    this.set(1, depth.asks)
    this.last = depth.last
    this.atSnapshot = false
    if (this.spare !== undefined && this.spare.last <= this.last) this.spare = undefined
  }

  private set(side: 0 | 1, pairs: readonly Pair[]): void {
    for (const [price, quantity] of pairs) {
      if (quantity === 0) this.sides[side].delete(price)
      else this.sides[side].set(price, { quantity, unverified: false })
    }
  }
}

interface SlowLevel {
  readonly quantity: number
  unverified: boolean
}

function levelsOf(side: BookSide): readonly (readonly [number, number, boolean])[] {
  const levels: [number, number, boolean][] = []
  for (let position = side.first(); position !== -1; position = side.next(position)) {
    levels.push([side.priceAt(position), side.quantityAt(position), side.isUnverifiedAt(position)])
  }
  return levels
}

/** Distances from the touch: mostly near, some thousands of ticks away, some near zero or far above. */
const distance = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 60 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 3000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 89_000 }) },
)
const quantity = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000 }))
const change = fc.record({ side: fc.constantFrom(0, 1), distance, quantity })
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('diff' as const),
      changes: fc.array(change, { maxLength: 40, size: 'max' }),
      drift: fc.oneof(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -9000, max: 9000 })),
      ids: fc.integer({ min: 1, max: 3 }),
      fate: fc.constantFrom('sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'lost', 'twice', 'interrupted'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('snapshot' as const, 'partial' as const),
      lag: fc.integer({ min: 0, max: 3 }),
      depth: fc.integer({ min: 1, max: 50 }),
    }),
  },
)

/** A venue whose true books are known: plays steps and tells every message with the true book after it. */
class Venue {
  readonly truth: readonly [Map<number, number>, Map<number, number>] = [new Map(), new Map()]
  private readonly past: { readonly id: number; readonly bids: readonly Pair[]; readonly asks: readonly Pair[] }[] = []
  private id = 100
  private previous = 99
  private middle = 100_000
  private readonly tick: number

  constructor(tick: number) {
    this.tick = tick
  }

  diff(changes: readonly { side: number; distance: number; quantity: number }[], drift: number, ids: number): Depth {
    this.middle = Math.min(160_000, Math.max(95_000, this.middle + drift))
    const pairs: [Map<number, number>, Map<number, number>] = [new Map(), new Map()]
    for (const price of this.truth[0].keys()) if (price > this.middle * this.tick) pairs[0].set(price, 0)
    for (const price of this.truth[1].keys()) if (price <= this.middle * this.tick) pairs[1].set(price, 0)
    for (const { side, distance, quantity } of changes) {
      const price = (side === 0 ? this.middle - distance : this.middle + 1 + distance) * this.tick
      pairs[side as 0 | 1].set(price, quantity)
    }
    for (const side of [0, 1] as const) {
      for (const [price, quantity] of pairs[side]) {
        if (quantity === 0) this.truth[side].delete(price)
        else this.truth[side].set(price, quantity)
      }
    }
    const first = this.id + 1
    this.id += ids
    const diff = { kind: DEPTH_DIFF.kind, first, last: this.id, previous: this.previous, limit: 0 }
    this.previous = this.id
    this.past.push({
      id: this.id,
      bids: [...this.truth[0]].toSorted((a, b) => b[0] - a[0]),
      asks: [...this.truth[1]].toSorted((a, b) => a[0] - b[0]),
    })
    return { ...diff, bids: [...pairs[0]], asks: [...pairs[1]] }
  }

  book(kind: number, lag: number, limit: number): Depth {
    const { id, bids, asks } = this.past.at(-1 - lag) ?? { id: 50, bids: [], asks: [] }
    const depth = { kind, first: 0, last: id, previous: 0, limit }
    return { ...depth, bids: bids.slice(0, limit), asks: asks.slice(0, limit) }
  }
}

const rules = fc.constantFrom(PREVIOUS_ID_CHAIN, NEXT_ID_CHAIN)
const ticks = fc.constantFrom(
  { tick: 1, hint: 1 },
  { tick: 10, hint: 10 },
  { tick: 5, hint: 10 },
  { tick: 1, hint: 25 },
)

test('a book equals a slow map of its levels after any messages, gaps, repeats and snapshots', () => {
  fc.assert(
    fc.property(
      rules,
      ticks,
      fc.array(step, { minLength: 1, maxLength: 50, size: 'max' }),
      (rule, { tick, hint }, steps) => {
        const venue = new Venue(tick)
        const book = new Book({ tickSize: hint, rule })
        const slow = new SlowBook(rule)
        const buffer = new RowBuffer(4096)
        const changes = new LevelChanges()
        const feed = (depth: Depth): void => {
          buffer.clear()
          const row = toRow(buffer, depth)
          const before = [new Map(slow.sides[0]), new Map(slow.sides[1])] as const
          assert.equal(book.applyDiffTracking(buffer, row, changes), slow.apply(depth))
          compare(book, slow)
          if (changes.rebuilt) return
          for (let i = 0; i < changes.count; i++) {
            const side = changes.side[i] as 0 | 1
            const price = changes.price[i] as number
            assert.equal(changes.before[i], before[side].get(price)?.quantity ?? 0)
            assert.equal(changes.after[i], slow.sides[side].get(price)?.quantity ?? 0)
          }
        }
        for (const next of steps) {
          if (next.kind !== 'diff') {
            feed(venue.book(next.kind === 'snapshot' ? DEPTH_SNAPSHOT.kind : DEPTH_PARTIAL.kind, next.lag, next.depth))
            continue
          }
          if (next.fate === 'interrupted') {
            book.interrupt()
            slow.interrupt()
          }
          const diff = venue.diff(next.changes, next.drift, next.ids)
          if (next.fate !== 'lost') feed(diff)
          if (next.fate === 'twice') feed(diff)
          checkTruth(book, venue)
        }
      },
    ),
    { numRuns: 300 },
  )
})

function compare(book: Book, slow: SlowBook): void {
  assert.equal(book.state, slow.state)
  assert.equal(book.lastUpdateId, slow.last)
  const bids = slow.levels(0)
  const asks = slow.levels(1)
  assert.deepEqual([...book.top], [...(bids[0]?.slice(0, 2) ?? [0, 0]), ...(asks[0]?.slice(0, 2) ?? [0, 0])])
  assert.deepEqual(levelsOf(book.bids), bids)
  assert.deepEqual(levelsOf(book.asks), asks)
  assert.equal(book.bids.count, bids.length)
  assert.equal(book.asks.count, asks.length)
  assert.equal(book.unverified, [...bids, ...asks].filter(([, , unverified]) => unverified).length)
  assert.deepEqual([book.bids.coveredTo, book.asks.coveredTo], slow.covered)
  for (const [price, quantity] of bids.slice(0, 3)) assert.equal(book.bids.quantityOf(price), quantity)
  const middle = asks[Math.floor(asks.length / 2)]
  if (middle !== undefined) {
    const sum = asks.filter(([price]) => price <= middle[0]).reduce((total, [, quantity]) => total + quantity, 0)
    assert.equal(book.asks.quantityTo(middle[0]), sum)
  }
}

/** What a live book says without reservation is true. */
function checkTruth(book: Book, venue: Venue): void {
  if (book.state !== BOOK_STATE.live || book.lastUpdateId !== venue.book(0, 0, 0).last) return
  for (const [number, side] of [book.bids, book.asks].entries()) {
    const truth = venue.truth[number as 0 | 1]
    for (const [price, quantity, unverified] of levelsOf(side)) {
      if (!unverified) assert.equal(quantity, truth.get(price))
    }
    for (const [price, quantity] of truth) if (side.knows(price)) assert.equal(side.quantityOf(price), quantity)
  }
}

test('a saved and loaded book goes on like the one that was saved', () => {
  fc.assert(
    fc.property(rules, fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), fc.nat(40), (rule, steps, cut) => {
      const venue = new Venue(1)
      const buffer = new RowBuffer(200_000)
      for (const next of steps) {
        if (next.kind !== 'diff') {
          toRow(buffer, venue.book(next.kind === 'snapshot' ? DEPTH_SNAPSHOT.kind : DEPTH_PARTIAL.kind, next.lag, 20))
        } else {
          const diff = venue.diff(next.changes, next.drift, next.ids)
          if (next.fate !== 'lost') toRow(buffer, diff)
        }
      }
      let book = new Book({ tickSize: 1, rule })
      const whole = new Book({ tickSize: 1, rule })
      let n = 0
      for (let row = 0; row < buffer.length; row += 1 + (buffer.u16[row * 32 + 1] as number)) {
        if (n++ === cut) book = reloaded(book, rule)
        assert.equal(book.apply(buffer, row), whole.apply(buffer, row))
        assert.deepEqual(book.top, whole.top)
      }
      assert.equal(book.checksum(), whole.checksum())
      assert.equal(hashOf(book), hashOf(whole))
    }),
    { numRuns: 200 },
  )
})

function hashOf(book: Book): string {
  const writer = new StateWriter()
  book.save(writer)
  return writer.hash()
}

function reloaded(book: Book, rule: ChainRule): Book {
  const writer = new StateWriter()
  book.save(writer)
  const copy = new Book({ tickSize: 1, rule })
  const reader = new StateReader(writer.finish())
  copy.load(reader)
  reader.finish()
  return copy
}
