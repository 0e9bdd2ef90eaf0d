import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeId } from '../tape/ids.ts'
import { DEPTH_DIFF, DEPTH_SNAPSHOT, GAP } from '../tape/kinds.ts'
import { VERSION } from '../tape/layout.ts'
import { RowBuffer } from '../tape/row-buffer.ts'
import { BOOK_OUTCOME, BOOK_STATE, Book } from './book.ts'
import { chainRuleOf, NEXT_ID_CHAIN, PREVIOUS_ID_CHAIN } from './chain-rule.ts'
import { LevelChanges } from './level-changes.ts'

const buffer = new RowBuffer(65_536)

function depth(kind: number, version: number, bids: readonly number[], asks: readonly number[]): number {
  buffer.clear()
  const row = buffer.append(kind, 0, 0, 0, Math.ceil((bids.length + asks.length) / 8))
  buffer.f64[row * 8 + VERSION] = version
  buffer.u32[row * 16 + DEPTH_DIFF.bidCountByte / 4] = bids.length / 2
  buffer.u32[row * 16 + DEPTH_DIFF.askCountByte / 4] = asks.length / 2
  buffer.f64.set([...bids, ...asks], row * 8 + DEPTH_DIFF.levels)
  return row
}

function diff(first: number, last: number, previous: number, bids: readonly number[], asks: readonly number[]): number {
  const row = depth(DEPTH_DIFF.kind, last, bids, asks)
  writeId(buffer, row * 8 + DEPTH_DIFF.firstUpdateId, first)
  writeId(buffer, row * 8 + DEPTH_DIFF.previousUpdateId, previous)
  return row
}

function liveBook(): Book {
  const book = new Book({ tickSize: 1, rule: PREVIOUS_ID_CHAIN })
  book.apply(buffer, depth(DEPTH_SNAPSHOT.kind, 100, [50, 1, 49, 2], [51, 3, 60, 4]))
  assert.equal(book.apply(buffer, diff(99, 105, 98, [50, 5], [])), BOOK_OUTCOME.changed)
  return book
}

test('a diff whose predecessor is missing breaks the book and says which id was expected and which came', () => {
  const book = liveBook()
  assert.equal(book.apply(buffer, diff(120, 125, 119, [50, 6], [])), BOOK_OUTCOME.gap)
  assert.equal(book.state, BOOK_STATE.broken)
  assert.deepEqual([book.gapExpected, book.gapReceived, book.gaps], [105, 119, 1])
  assert.equal(book.top[1], 5, 'the diff behind the gap is not applied')
})

test('a snapshot after a gap keeps levels beyond its range as unverified until they are next updated', () => {
  const book = liveBook()
  book.apply(buffer, diff(106, 110, 105, [10, 7], [900, 8]))
  book.apply(buffer, diff(120, 125, 119, [50, 6], []))
  assert.equal(
    book.apply(buffer, depth(DEPTH_SNAPSHOT.kind, 122, [50, 9, 48, 1], [51, 9, 52, 9])),
    BOOK_OUTCOME.rebuilt,
  )
  assert.equal(book.state, BOOK_STATE.live)
  assert.deepEqual([...book.top], [50, 6, 51, 9], 'the diff that had waited is applied on the snapshot')
  assert.deepEqual([book.bids.quantityOf(49), book.bids.quantityOf(10), book.asks.quantityOf(60)], [0, 7, 4])
  assert.equal(book.unverified, 3)
  assert.deepEqual([book.bids.knows(49), book.bids.knows(47)], [true, false])
  book.apply(buffer, diff(126, 130, 125, [10, 1], []))
  assert.equal(book.unverified, 2)
})

test('a GAP row breaks a live book, and the very next diff heals it if nothing was lost', () => {
  const book = liveBook()
  buffer.clear()
  const gap = buffer.append(GAP.kind, 0, 0, 0, 0)
  buffer.u8[gap * 64 + GAP.streamByte] = DEPTH_DIFF.kind
  assert.equal(book.apply(buffer, gap), BOOK_OUTCOME.gap)
  assert.equal(book.state, BOOK_STATE.broken)
  assert.equal(book.apply(buffer, diff(106, 110, 105, [50, 7], [])), BOOK_OUTCOME.changed)
  assert.deepEqual([book.state, book.top[1]], [BOOK_STATE.live, 7])
})

test('a snapshot older than the diffs that wait is of no use', () => {
  const book = new Book({ tickSize: 1, rule: NEXT_ID_CHAIN })
  assert.equal(book.apply(buffer, diff(120, 125, 0, [50, 6], [])), BOOK_OUTCOME.waiting)
  assert.equal(book.apply(buffer, depth(DEPTH_SNAPSHOT.kind, 110, [50, 1], [51, 1])), BOOK_OUTCOME.unused)
  assert.equal(book.state, BOOK_STATE.syncing)
  assert.equal(book.apply(buffer, depth(DEPTH_SNAPSHOT.kind, 119, [50, 1], [51, 1])), BOOK_OUTCOME.rebuilt)
  assert.deepEqual([...book.top], [50, 6, 51, 1])
})

test('diffs that wait in vain are bounded, and the newest of them still meet a snapshot', () => {
  const book = new Book({ tickSize: 1, rule: PREVIOUS_ID_CHAIN })
  const levels = Array.from({ length: 8000 }, (_, i) => (i % 2 === 0 ? 1000 - i / 2 : 1))
  for (let i = 0; i < 40; i++) book.apply(buffer, diff(i * 10 + 1, i * 10 + 10, i * 10, levels, []))
  assert.ok(book.droppedDiffs > 0)
  assert.equal(book.apply(buffer, depth(DEPTH_SNAPSHOT.kind, 395, [50, 1], [2000, 1])), BOOK_OUTCOME.rebuilt)
  assert.deepEqual([book.lastUpdateId, book.bids.count], [400, 4000])
})

test('a message that replaces the book, or does not fit the list of changes, is told as a rebuild', () => {
  const book = liveBook()
  const changes = new LevelChanges(2)
  book.applyDiffTracking(buffer, diff(106, 110, 105, [50, 7], [51, 0]), changes)
  assert.deepEqual([changes.count, changes.rebuilt], [2, false])
  assert.deepEqual(
    [[...changes.before], [...changes.after]],
    [
      [5, 3],
      [7, 0],
    ],
  )
  book.applyDiffTracking(buffer, diff(111, 112, 110, [50, 7, 40, 1, 30, 1], []), changes)
  assert.equal(changes.rebuilt, true)
})

test('a crossed book is seen and counted', () => {
  const book = liveBook()
  book.apply(buffer, diff(106, 110, 105, [51, 7], []))
  assert.equal(book.isCrossed(), true)
  assert.equal(book.crossings, 1)
})

test('a venue whose numbering is not known is refused', () => {
  assert.throws(() => chainRuleOf('nowhere'), { name: 'RangeError', message: /venue nowhere is not known/ })
})
