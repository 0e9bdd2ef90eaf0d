import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineDriver, configOf, wholeInstrument } from '../../testing/engine-driver.ts'
import type { DiffIds, DriverOptions } from '../../testing/engine-driver.ts'
import { puppet } from '../../testing/puppet.ts'
import { DEPTH_DIFF, DEPTH_SNAPSHOT } from '../tape/kinds.ts'
import { defineStrategy } from '../strategy/contract.ts'
import type { StrategyDefinition } from '../strategy/contract.ts'
import { Engine } from './engine.ts'

/** Writes down what it hears of books and best prices. */
function listener(): { definition: StrategyDefinition; heard: string[] } {
  const heard: string[] = []
  const definition = defineStrategy({
    name: 'listener',
    needs: {},
    onBook: (book) => void heard.push(`book ${book.bid} ${book.ask} ${book.levels('bid')}/${book.levels('ask')}`),
    onBest: (best) => void heard.push(`best ${best.bid} ${best.ask}`),
  })
  return { definition, heard }
}

function next(last: number): DiffIds {
  return { first: last, last, previous: last - 1 }
}

/** An engine whose tape has depth alone, with a live book of 99 to 101. */
function live(options: Partial<DriverOptions> = {}): { driver: EngineDriver; heard: string[] } {
  const { definition, heard } = listener()
  const driver = new EngineDriver({ strategies: [{ definition }], ...options })
  driver.snapshot(10, [[99, 5]], [[101, 5]])
  return { driver, heard }
}

test('a tape of depth alone has best prices, told when they change, before the book', () => {
  const { driver, heard } = live()
  driver.diff(next(11), [[98, 3]])
  driver.diff(next(12), [[100, 1]])
  assert.deepEqual(heard, ['best 99 101', 'book 99 101 1/1', 'book 99 101 2/1', 'best 100 101', 'book 100 101 3/1'])
})

test('the row that set a best price is the depth row that last stated it', () => {
  const { driver } = live()
  const { market, sequence } = driver.engine
  assert.deepEqual(market.originOf(0, 'mid'), { kind: DEPTH_SNAPSHOT.kind, sequence: 1, version: 10 })
  driver.diff(next(11), [[98, 3]])
  assert.deepEqual(market.originOf(0, 'mid'), {
    kind: DEPTH_DIFF.kind,
    sequence: (sequence[0] as number) - 1,
    version: 11,
  })
})

test('where best prices are told, depth does not stand in for them', () => {
  const { driver, heard } = live()
  driver.best(98, 102)
  driver.diff(next(11), [[100, 3]])
  assert.deepEqual(heard.slice(2), ['best 98 102', 'book 100 101 2/1'])
  assert.equal(driver.engine.market.top[0], 98)
})

test('a book with a hole in its diffs is not shown until it is whole again', () => {
  const { driver, heard } = live()
  driver.diff(next(13), [[100, 1]])
  driver.diff(next(14), [[100, 2]])
  assert.deepEqual(heard.slice(2), [])
  driver.snapshot(13, [[100, 7]], [[101, 7]])
  assert.deepEqual(heard.slice(2), ['best 100 101', 'book 100 101 1/1'])
})

test('a GAP row breaks the book at once, and the diff that continues it heals it', () => {
  for (const instrument of [0, undefined]) {
    const { driver, heard } = live()
    driver.gap(instrument)
    assert.equal(driver.engine.market.isStale[0], 1)
    driver.diff(next(11), [[98, 3]])
    assert.equal(driver.engine.market.isStale[0], 0)
    assert.deepEqual(heard.slice(2), ['book 99 101 2/1'])
  }
})

test('while the book that prices come from is broken nothing is opened, and closing goes on', () => {
  const strategy = puppet()
  const { driver } = live({ strategies: [{ definition: strategy.definition }] })
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 5, reason: 'buy' }))
  driver.fill(1, { price: 101, quantity: 5 })
  driver.gap(0)
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 8, reason: 'more' })),
    ['target 8', 'blocked: bookNotLive'],
  )
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 2, reason: 'less' })),
    ['target 2', '#2 sell 3 at market reduce-only'],
  )
  driver.reject(2)
  driver.best(99, 101)
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 8, reason: 'more' })),
    ['target 8', '#3 buy 3 at market opening'],
  )
})

test('a book that nobody looks at is dropped when best prices come', () => {
  const strategy = puppet()
  const { driver } = live({ strategies: [{ definition: strategy.definition }] })
  assert.notEqual(driver.engine.depth.books[0], undefined)
  driver.best(99, 101)
  assert.equal(driver.engine.depth.books[0], undefined)
  driver.snapshot(20, [[97, 5]], [[103, 5]])
  assert.equal(driver.engine.depth.books[0], undefined)
})

test('a book goes on after a checkpoint, broken or live', () => {
  for (const broken of [false, true]) {
    const { driver } = live()
    if (broken) driver.diff(next(13), [[100, 1]])
    const { definition, heard } = listener()
    const again = new Engine(driver.config, [definition])
    again.load(driver.engine.save())
    assert.deepEqual(again.save(), driver.engine.save())
    const row = driver.tape.length
    if (broken) driver.snapshot(13, [[100, 7]], [[101, 7]])
    else driver.diff(next(11), [[98, 3]])
    again.step(driver.tape, row)
    assert.deepEqual(again.save(), driver.engine.save())
    assert.deepEqual(heard.at(-1), broken ? 'book 100 101 1/1' : 'book 99 101 2/1')
  }
})

test('depth of a venue whose numbering is not known is passed over; a strategy that needs it is refused at the start', () => {
  const instruments = [wholeInstrument('BTCUSDT', { venue: 'somewhere' })]
  const strategy = puppet()
  const driver = new EngineDriver({ instruments, strategies: [{ definition: strategy.definition }] })
  driver.snapshot(10, [[99, 5]], [[101, 5]])
  assert.equal(driver.engine.market.top[0], 0)
  const { definition } = listener()
  assert.throws(
    () => new Engine(configOf({ instruments, strategies: [{ definition }] }), [definition]),
    /the depth numbering of venue somewhere is not known/,
  )
})
