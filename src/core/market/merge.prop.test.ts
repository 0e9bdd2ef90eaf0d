import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printId, writeBigId, writeId } from '../tape/ids.ts'
import { BEST_BID_ASK, CANDLE, CANDLE_FLAGS, DEPTH_DIFF, GAP, TRADE } from '../tape/kinds.ts'
import { APPEND_TIME, VENUE_TIME, VERSION } from '../tape/layout.ts'
import { kindOf, recordRows, RowBuffer } from '../tape/row-buffer.ts'
import { LINK, linkToDiff, NEXT_ID_CHAIN, PREVIOUS_ID_CHAIN } from './chain-rule.ts'
import { Merge } from './merge.ts'

const SOURCES = 3
const START = 1_700_000_000_000_000

/** A message of the venue: what every source would send. `variant` differs where sources may tell it differently. */
interface Message {
  readonly kind: 'trade' | 'best' | 'diff' | 'candle'
  readonly number: number
}

/** One arrival: a message by a source. */
interface Arrival {
  readonly message: Message
  readonly source: number
}

function write(buffer: RowBuffer, { message, source }: Arrival, arrived: number): number {
  const { kind, number } = message
  const closed = kind === 'candle' && number % 4 === 3
  const kinds = { trade: TRADE.kind, best: BEST_BID_ASK.kind, diff: DEPTH_DIFF.kind, candle: CANDLE.kind }
  const row = buffer.append(kinds[kind], closed ? CANDLE_FLAGS.closed : 0, source, 0, kind === 'candle' ? 1 : 0)
  const set = (slot: number, value: number): void => {
    buffer.f64[row * 8 + slot] = value
  }
  set(APPEND_TIME, START + arrived)
  set(VENUE_TIME, START + number)
  if (kind === 'trade') {
    set(TRADE.price, 100 + number)
    writeBigId(buffer, row * 8 + TRADE.id, 2n ** 60n + BigInt(number))
  } else if (kind === 'best') {
    set(VERSION, 1 + (number >> 1))
    set(BEST_BID_ASK.bid, 100 + number)
    // Two messages share a version, and sources disagree on one field: the rank has to decide.
    set(BEST_BID_ASK.ask, 200 + number + source)
  } else if (kind === 'diff') {
    set(VERSION, 10 * number + 10)
    writeId(buffer, row * 8 + DEPTH_DIFF.firstUpdateId, 10 * number + 1)
    writeId(buffer, row * 8 + DEPTH_DIFF.previousUpdateId, 10 * number)
  } else {
    set(CANDLE.openTime, START + Math.floor(number / 4) * 60_000_000)
    set(CANDLE.interval, 60_000_000)
    set(CANDLE.volume, number % 4)
    set(CANDLE.close, 100 + number)
  }
  return row
}

/** What sources bring: every message reaches at least one of them unless it is lost to all; each keeps the venue's order. */
const deliveries = fc
  .array(fc.constantFrom('trade' as const, 'best' as const, 'diff' as const, 'candle' as const), {
    minLength: 1,
    maxLength: 60,
    size: 'max',
  })
  .chain((kinds) => {
    const counts = { trade: 0, best: 0, diff: 0, candle: 0 }
    const messages: Message[] = kinds.map((kind) => ({ kind, number: counts[kind]++ }))
    const holders = fc.constantFrom<number[]>([0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2])
    return fc.tuple(...messages.map((message) => fc.tuple(fc.constant(message), holders)))
  })

/** An order in which the sources' messages may arrive, each source's own order kept. */
function interleaved(lists: readonly (readonly Arrival[])[], picks: readonly number[]): Arrival[] {
  const places = lists.map(() => 0)
  const arrivals: Arrival[] = []
  for (let pick = 0; ; pick++) {
    const open = lists.flatMap((list, i) => ((places[i] as number) < list.length ? [i] : []))
    if (open.length === 0) return arrivals
    const source = open[(picks[pick % picks.length] as number) % open.length] as number
    arrivals.push((lists[source] as readonly Arrival[])[places[source] as number] as Arrival)
    places[source] = (places[source] as number) + 1
  }
}

function merged(arrivals: readonly Arrival[], wait: number): { out: RowBuffer; merge: Merge } {
  const merge = new Merge({
    rules: [PREVIOUS_ID_CHAIN],
    ranks: Uint16Array.from([1, 0, 2]),
    wait,
    bound: 3_600_000_000,
  })
  const buffer = new RowBuffer(512)
  const out = new RowBuffer(1024)
  for (const [i, arrival] of arrivals.entries()) merge.take(buffer, write(buffer, arrival, i * 1000), out)
  const late = buffer.append(TRADE.kind, 0, 0, 0, 0)
  buffer.f64[late * 8 + APPEND_TIME] = START + 1e12
  merge.expire(buffer, late, out)
  return { out, merge }
}

/** What a reader of the output knows at the end. */
function stateOf(out: RowBuffer): object {
  const trades = new Set<string>()
  const diffs: number[] = []
  let best: readonly number[] = []
  let candle: readonly number[] = []
  let gaps = 0
  for (let row = 0; row < out.length; row += recordRows(out, row)) {
    const kind = kindOf(out, row)
    if (kind === TRADE.kind) {
      const id = printId(out, row * 8 + TRADE.id)
      assert.equal(trades.has(id), false, 'a trade goes on once')
      trades.add(id)
    } else if (kind === BEST_BID_ASK.kind) best = [...out.f64.subarray(row * 8 + 3, row * 8 + 8)]
    else if (kind === CANDLE.kind) candle = [...out.f64.subarray(row * 8 + 4, row * 8 + 16)]
    else if (kind === DEPTH_DIFF.kind) diffs.push(out.f64[row * 8 + VERSION] as number)
    else if (kind === GAP.kind) gaps++
  }
  return { trades: [...trades].sort(), diffs, best, candle, gaps }
}

test('the state reached does not depend on the order in which sources arrive', () => {
  const picks = fc.array(fc.nat(5), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(deliveries, picks, picks, (sent, picksA, picksB) => {
      // The first diff reaches all, so that all orders begin the chain at the same place.
      const lists = Array.from({ length: SOURCES }, (_, source) =>
        sent.flatMap(([message, holders]) =>
          holders.includes(source) || (message.kind === 'diff' && message.number === 0) ? [{ message, source }] : [],
        ),
      )
      const a = merged(interleaved(lists, picksA), 1e9)
      const b = merged(interleaved(lists, picksB), 1e9)
      const state = stateOf(a.out)
      assert.deepEqual(stateOf(b.out), state)
      const count = (kind: string): number => sent.filter(([message]) => message.kind === kind).length
      assert.equal((state as { trades: string[] }).trades.length, count('trade'))
      assert.deepEqual(
        (state as { diffs: number[] }).diffs,
        Array.from({ length: count('diff') }, (_, i) => i * 10 + 10),
      )
      assert.equal((state as { gaps: number }).gaps, 0)
      assert.equal(a.merge.missingTrades(0), 0)
    }),
    { numRuns: 300 },
  )
})

test('what no source brings is one GAP for each hole, and everything else goes on', () => {
  const lost = fc.uniqueArray(fc.integer({ min: 1, max: 38 }), { maxLength: 10 })
  const picks = fc.array(fc.nat(5), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(lost, picks, (missing, choice) => {
      const numbers = Array.from({ length: 40 }, (_, i) => i).filter((i) => !missing.includes(i))
      const lists = Array.from({ length: SOURCES }, (_, source) =>
        numbers
          .filter((number) => number === 0 || number === 39 || number % SOURCES !== source)
          .map((number) => ({ message: { kind: 'diff' as const, number }, source })),
      )
      const { out } = merged(interleaved(lists, choice), 1e9)
      const holes = missing.filter((number) => !missing.includes(number - 1)).length
      const state = stateOf(out) as { diffs: number[]; gaps: number }
      assert.deepEqual(
        state.diffs,
        numbers.map((number) => number * 10 + 10),
      )
      assert.equal(state.gaps, holes)
    }),
  )
})

test('diffs that overlap continue a chain by the rule of spot', () => {
  const buffer = new RowBuffer(8)
  const row = write(buffer, { message: { kind: 'diff', number: 3 }, source: 0 }, 0)
  assert.equal(linkToDiff(NEXT_ID_CHAIN, buffer, row, Float64Array.of(35)), LINK.continues)
  assert.equal(linkToDiff(NEXT_ID_CHAIN, buffer, row, Float64Array.of(30)), LINK.continues)
  assert.equal(linkToDiff(NEXT_ID_CHAIN, buffer, row, Float64Array.of(29)), LINK.gap)
  assert.equal(linkToDiff(NEXT_ID_CHAIN, buffer, row, Float64Array.of(40)), LINK.old)
  assert.equal(linkToDiff(PREVIOUS_ID_CHAIN, buffer, row, Float64Array.of(35)), LINK.gap)
})
