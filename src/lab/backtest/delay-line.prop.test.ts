import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ROW_SLOTS } from '../../core/tape/layout.ts'
import { RowBuffer, recordRows } from '../../core/tape/row-buffer.ts'
import { DelayLine } from './delay-line.ts'

/** What happens: a record of `rows` rows is sent to arrive at `time`, or so many records are taken out. */
type Step =
  | { readonly kind: 'send'; readonly rows: number; readonly time: number }
  | { readonly kind: 'take'; readonly count: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      rows: fc.integer({ min: 1, max: 4 }),
      time: fc.nat(1000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const), count: fc.integer({ min: 1, max: 6 }) }) },
)

const FROM = new RowBuffer(4)
const TIME = new Float64Array(1)

/** A record that can be told from others: its number in every row of it. */
function record(number: number, rows: number): RowBuffer {
  FROM.clear()
  FROM.append(1, 0, 0, 0, rows - 1)
  for (let row = 0; row < rows; row++) FROM.f64[row * ROW_SLOTS + 4] = number
  return FROM
}

/** The line and its twin, an array. */
class Post {
  readonly line = new DelayLine()
  readonly #queue: { readonly number: number; readonly rows: number; readonly time: number }[] = []
  #sent = 0
  #latest = -Infinity

  send(rows: number, time: number): void {
    TIME[0] = time
    this.line.send(record(++this.#sent, rows), 0, TIME)
    this.#latest = Math.max(this.#latest, time)
    this.#queue.push({ number: this.#sent, rows, time: this.#latest })
  }

  take(): void {
    const expected = this.#queue.shift()
    this.line.next(TIME)
    assert.equal(TIME[0], expected?.time ?? Infinity)
    assert.equal(this.line.empty, expected === undefined)
    if (expected === undefined) return
    const { rows, head } = this.line
    assert.equal(recordRows(rows, head), expected.rows)
    for (let row = head; row < head + expected.rows; row++) assert.equal(rows.f64[row * ROW_SLOTS + 4], expected.number)
    this.line.take()
  }
}

test('records arrive in the order in which they were sent, none before the one ahead of it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const post = new Post()
      for (const next of steps) {
        if (next.kind === 'send') post.send(next.rows, next.time)
        else for (let i = 0; i < next.count; i++) post.take()
      }
    }),
  )
})

test('a line that is never empty goes on for ever: what is under way moves to the front', () => {
  const post = new Post()
  for (let i = 0; i < 100; i++) post.send(3, i)
  for (let i = 0; i < 60_000; i++) {
    post.send(1 + (i % 4), i)
    post.take()
  }
})

test('what a record said stays readable after it was taken, until the next one is sent', () => {
  const line = new DelayLine()
  line.send(record(7, 1), 0, TIME)
  const { rows, head } = line
  line.take()
  assert.equal(rows.f64[head * ROW_SLOTS + 4], 7)
})

test('more than a line holds is a bug, not a loss', () => {
  const line = new DelayLine()
  for (let i = 0; i < 65_536; i++) line.send(record(i, 1), 0, TIME)
  assert.throws(() => line.send(record(0, 1), 0, TIME), /more rows are under way than a delay line holds/)
})
