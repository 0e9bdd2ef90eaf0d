import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { StateReader, StateWriter } from '../../core/tape/state.ts'
import { BareVenue } from '../../testing/bare-venue.ts'
import { crowdOrder } from '../crowd/crowd-venue.ts'
import { BUY, TIME_IN_FORCE } from '../venue/requests.ts'
import { Box } from './box.ts'
import { BoxHost } from './box-host.ts'
import type { BoxCommand } from './commands.ts'
import { journalLine, parseJournalLine } from './commands.ts'
import { firstSymbols, marketsOf } from './markets.ts'

const START = 1_795_216_100_000_000
const SECOND = 1_000_000

function newBox(seed = 1, speed = 1): Box<BareVenue, BareVenue> {
  const markets = marketsOf(firstSymbols(4))
  return new Box({
    seed,
    markets,
    futures: new BareVenue(markets.map(({ futures }) => futures)),
    spot: new BareVenue(markets.map(({ spot }) => spot)),
    startTime: START,
    speed,
  })
}

/** A purchase of one lot, far below the market or above it. */
function purchase(instrument: number, far: boolean): BoxCommand {
  const { futures } = marketsOf(firstSymbols(4))[instrument] ?? assert.fail()
  const price = far ? futures.minPrice * 10 : futures.maxPrice
  return {
    kind: 'request',
    venue: 'futures',
    request: {
      ...crowdOrder(),
      account: 20,
      instrument,
      side: BUY,
      timeInForce: far ? TIME_IN_FORCE.gtc : TIME_IN_FORCE.ioc,
      price,
      quantity: futures.minQuantity * 7,
      clientId: `it's "${instrument}"`,
    },
  }
}

test('books stand from the first moment, and trading goes on by itself', () => {
  const box = newBox()
  for (const book of [...box.futures.books, ...box.spot.books]) assert.ok(book.best(0) !== -1 && book.best(1) !== -1)
  const before = box.futures.matcher.tradeIds.reduce((sum, id) => sum + id, 0)
  box.runTo(START + 20 * SECOND)
  assert.ok(box.futures.matcher.tradeIds.reduce((sum, id) => sum + id, 0) > before + 50)
  assert.equal(box.time, START + 20 * SECOND)
})

test('how often it is stepped makes no difference', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(steps, (spans) => {
      const whole = newBox()
      const sliced = newBox()
      const end = START + 2 * SECOND
      for (let at = START, i = 0; at < end; i++) {
        at = Math.min(end, at + (spans[i % spans.length] ?? 1))
        sliced.runTo(at)
      }
      whole.runTo(end)
      assert.equal(sliced.digest(), whole.digest())
      assert.equal(sliced.stateHash(), whole.stateHash())
    }),
    { numRuns: 8 },
  )
})

test('a snapshot and the journal since are the state', () => {
  const first = newBox(5)
  const journal: string[] = []
  const host = new BoxHost(
    first,
    { nowMicros: () => now },
    { append: (line) => journal.push(line), reach: () => undefined },
  )
  let now = START
  let saved: Uint8Array | undefined
  for (let i = 0; i < 60; i++) {
    now += 37_013 * (i + 1)
    host.command(purchase(i % 4, i % 3 === 0))
    if (i === 20) host.command({ kind: 'pace', speed: 0.5 })
    if (i === 30) host.command({ kind: 'account', name: 'anna' })
    if (i === 40) {
      now += 3600 * SECOND
      host.resume()
    }
    if (i === 29) {
      const writer = new StateWriter()
      first.save(writer)
      saved = writer.finish()
      journal.length = 0
    }
  }
  const second = newBox(5)
  second.load(new StateReader(saved ?? assert.fail()))
  for (const line of journal) {
    const entry = parseJournalLine(line) ?? assert.fail(line)
    second.take(entry.time, entry.command)
  }
  assert.equal(second.digest(), first.digest())
  assert.equal(second.stateHash(), first.stateHash())
  assert.deepEqual(second.accounts, [{ name: 'anna', account: 14 }])
})

test('the market runs as fast as it is told while the clock is that of the world', () => {
  const tradesAt = (speed: number): number => {
    const box = newBox(1, speed)
    box.runTo(START + 10 * SECOND)
    assert.equal(box.futures.time[0], START + 10 * SECOND)
    return box.futures.matcher.tradeIds.reduce((sum, id) => sum + id, 0)
  }
  const usual = tradesAt(1)
  assert.ok(tradesAt(5) > 3 * usual)
  assert.ok(tradesAt(0) < usual / 10)
})

test('a halted market goes on for as long as it is told', () => {
  const halted = newBox(3, 0)
  const running = newBox(3, 1)
  halted.take(START + 1, { kind: 'run', span: 5 * SECOND })
  running.runTo(START + 5 * SECOND)
  assert.deepEqual([...halted.fair.price], [...running.fair.price])
  halted.runTo(START + 60 * SECOND)
  assert.deepEqual([...halted.fair.price], [...running.fair.price])
})

test('on a machine that is too slow the market slips, and a replay slips alike', () => {
  const journal: string[] = []
  let now = START
  // Every look at the clock costs what a slow machine's work would.
  const clock = { nowMicros: () => (now += 20_000) }
  const host = new BoxHost(newBox(6, 10), clock, {
    append: (line) => journal.push(line),
    reach: () => undefined,
  })
  for (let i = 0; i < 5; i++) {
    now += SECOND
    host.present()
  }
  assert.ok(host.slipped > 4 * SECOND && host.slipped < now - START, `slipped ${host.slipped}`)
  assert.equal(journal.length, 5)
  assert.ok(host.box.time >= START + 5 * SECOND)
  const again = newBox(6, 10)
  for (const line of journal) {
    const entry = parseJournalLine(line) ?? assert.fail(line)
    again.take(entry.time, entry.command)
  }
  again.runTo(host.box.time)
  assert.equal(again.digest(), host.box.digest())
})

test('journal lines come back as they were, and anything else is none', () => {
  const line = journalLine(START, purchase(2, true))
  assert.deepEqual(parseJournalLine(line), { time: START, command: purchase(2, true) })
  for (const wrong of ['', '{', '[]', '[1]', '["1",{"kind":"pace"}]', '[1,null]', '[1,{}]'])
    assert.equal(parseJournalLine(wrong), undefined, wrong)
})

test('nothing is executed that could not be written down', () => {
  const box = newBox()
  const host = new BoxHost(
    box,
    { nowMicros: () => START },
    {
      append: () => {
        throw new Error('disk full')
      },
      reach: () => undefined,
    },
  )
  const before = box.digest()
  assert.throws(() => host.command(purchase(0, true)), /disk full/)
  assert.equal(box.digest(), before)
})
