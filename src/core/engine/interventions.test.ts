import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineDriver } from '../../testing/engine-driver.ts'
import { holdingEngine, quotedEngine } from '../../testing/holding.ts'
import type { Puppet } from '../../testing/puppet.ts'
import { AssertionError as AssertionErrorOfCore } from '../assert.ts'
import { defineStrategy } from '../strategy/contract.ts'
import { Engine } from './engine.ts'

const SECOND_US = 1_000_000

for (const command of ['pause', 'kill'] as const) {
  test(`${command}: nothing is opened any more, closing goes on`, () => {
    const { driver, strategy } = holdingEngine()
    driver.operator(command)
    const reason = command === 'pause' ? 'paused' : 'killed'
    assert.deepEqual(
      driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 20, reason: 'more', stop: 0.1 })),
      ['target 20', `blocked: ${reason}`],
    )
    assert.deepEqual(
      driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 4, reason: 'less', stop: 0.1 })),
      ['target 4', '#5 sell 6 at market reduce-only'],
    )
    driver.fill(5, { price: 99, quantity: 6 })
    assert.deepEqual(driver.said(), ['#6 sell 4 stopMarket 90 reduce-only'], 'what is held is protected as before')
  })

  test(`${command}: what rests and would open is taken away at once, what closes and protects stays`, () => {
    const { driver, strategy } = holdingEngine()
    driver.tell(strategy, (ctx) => ctx.quote(1, ctx.slots.clear().bid(98, 5)), 1)
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 15, reason: 'more', stop: 0.1, entry: 'post-only' }))
    driver.accept(5, 6)
    assert.deepEqual(driver.open, [2, 4, 5, 6])
    driver.said()
    driver.operator(command)
    assert.deepEqual(driver.said().toSorted(), ['cancel #5', 'cancel #6'])
    driver.cancelled(5, 6)
    assert.deepEqual([driver.said(), driver.open], [[], [2, 4]])
    const closing = holdingEngine()
    closing.driver.tell(closing.strategy, (ctx) => ctx.signal(0, 'flat', { reason: 'out', entry: 'post-only' }))
    closing.driver.accept(5)
    closing.driver.said()
    closing.driver.operator(command)
    assert.deepEqual([closing.driver.said(), closing.driver.open.includes(5)], [[], true])
  })
}

test('an order that is on its way when the kill comes is cancelled as soon as the venue has it', () => {
  const { driver, puppets } = quotedEngine()
  driver.tell(puppets[0] as Puppet, (ctx) => ctx.quote(0, ctx.slots.clear().bid(99, 5)))
  driver.operator('kill')
  assert.deepEqual(driver.said(), [])
  driver.accept(1)
  assert.deepEqual(driver.said(), ['cancel #1'])
})

test('a turn that is being worked ends flat when the pause comes', () => {
  const { driver, strategy } = holdingEngine()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: -5, reason: 'turn', entry: 'post-only' }))
  driver.accept(5)
  driver.said()
  driver.operator('pause')
  assert.deepEqual(driver.said(), ['cancel #5'])
  driver.cancelled(5)
  assert.deepEqual(driver.said(), ['#6 sell 10 at 101 post-only reduce-only'])
})

test('resume ends a pause and not a kill', () => {
  const { driver, puppets } = quotedEngine()
  const buy = (): readonly string[] =>
    driver.tell(puppets[0] as Puppet, (ctx) => ctx.target(0, { quantity: 1, reason: 'buy' }))
  driver.operator('pause')
  driver.operator('resume')
  assert.deepEqual(buy(), ['target 1', '#1 buy 1 at market opening'])
  driver.reject(1)
  driver.operator('kill')
  driver.operator('resume')
  assert.deepEqual(buy(), ['target 1', 'blocked: killed'])
})

test('the kill survives a restart', () => {
  const { driver, puppets } = quotedEngine()
  driver.operator('kill')
  const again = new Engine(driver.config, [(puppets[0] as Puppet).definition])
  again.load(driver.engine.save())
  assert.deepEqual(again.save(), driver.engine.save())
  assert.equal(again.check.standing, driver.engine.check.standing)
  assert.notEqual(again.check.standing, 0)
})

test('a restart takes nothing away that a pause had left', () => {
  const { driver, strategy } = holdingEngine()
  driver.operator('pause')
  driver.tell(strategy, (ctx) => ctx.quote(0, ctx.slots.clear().ask(105, 4)))
  driver.accept(5)
  const again = new Engine(driver.config, [strategy.definition])
  again.load(driver.engine.save())
  const row = driver.tape.length
  driver.trade(100)
  again.step(driver.tape, row)
  assert.deepEqual(again.save(), driver.engine.save())
})

test('flatten closes everything and withdraws all quotes, close only one instrument', () => {
  const { driver, strategy } = holdingEngine()
  driver.tell(strategy, (ctx) => ctx.quote(1, ctx.slots.clear().bid(98, 5)), 1)
  driver.accept(5)
  driver.said()
  driver.operator('close', 0)
  assert.deepEqual(driver.said(), ['target 0', '#6 sell 10 at market reduce-only'])
  driver.operator('flatten')
  assert.deepEqual(driver.said(), ['cancel #5', 'target 0', '#7 sell 10 at market reduce-only'])
  driver.operator('flatten')
  assert.deepEqual(driver.said(), [], 'it is under way')
})

test('flatten withdraws what is still being opened', () => {
  const { driver, puppets } = quotedEngine()
  driver.tell(puppets[0] as Puppet, (ctx) => ctx.target(0, { quantity: 5, reason: 'buy', entry: 'post-only' }))
  driver.accept(1)
  driver.said()
  driver.operator('flatten')
  assert.deepEqual(driver.said(), ['target 0', 'cancel #1'])
  driver.cancelled(1)
  assert.deepEqual([driver.said(), driver.open], [[], []])
})

test('a fill of nobody we know is booked, and locks its instrument for opening', () => {
  const { driver, strategy } = holdingEngine()
  driver.tell(strategy, (ctx) => ctx.quote(0, ctx.slots.clear().bid(98, 5)))
  driver.accept(5)
  driver.said()
  driver.rawFill(0, 0, false, { price: 100, quantity: 3 })
  assert.deepEqual(driver.said(), ['cancel #5'])
  assert.deepEqual([driver.accountPosition(0), driver.position(0, 0)], [13, 10])
  const more = (instrument: number): readonly string[] =>
    driver.tell(strategy, (ctx) => ctx.target(instrument, { quantity: 12, reason: 'more', stop: 0.1 }), instrument)
  assert.deepEqual(more(0), ['target 12', 'blocked: locked'])
  assert.deepEqual(more(1), ['target 12', '#6 buy 2 at market opening'])
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.signal(0, 'flat', { reason: 'out' })),
    ['signal flat: out', 'target 0', '#7 sell 10 at market reduce-only'],
  )
})

test('the day’s loss stops opening until the next UTC day; what rests and would open goes', () => {
  const { driver, strategy } = holdingEngine({ config: { limits: { maxDailyLoss: 150 } } })
  driver.tell(strategy, (ctx) => ctx.quote(1, ctx.slots.clear().bid(98, 5)), 1)
  driver.accept(5)
  driver.said()
  driver.trade(90)
  driver.wait(2 * SECOND_US)
  const more = (): readonly string[] =>
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 12, reason: 'more', stop: 0.1 }))
  assert.deepEqual(more(), ['target 12', '#6 buy 2 at market opening'], 'a loss of 100')
  driver.reject(6)
  driver.trade(85)
  driver.wait(2 * SECOND_US)
  assert.deepEqual(more(), ['target 12', 'blocked: dailyLoss', 'cancel #5'])
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 5, reason: 'less', stop: 0.1 })),
    ['target 5', '#7 sell 5 at market reduce-only'],
  )
  driver.fill(7, { price: 85, quantity: 5 })
  driver.wait(86_400 * SECOND_US)
  driver.trade(85)
  driver.said()
  assert.deepEqual(more(), ['target 12', '#9 buy 7 at market opening'])
})

test('a strategy that throws is paused and named; its quotes go, its stops stay, the others go on', () => {
  const { driver, puppets } = quotedEngine(2)
  const [bad, good] = puppets as [Puppet, Puppet]
  driver.tell(bad, (ctx) => {
    ctx.target(0, { quantity: 10, reason: 'hold', stop: 0.1 })
    ctx.quote(1, ctx.slots.clear().bid(98, 5))
  })
  driver.fill(1, { price: 100, quantity: 10 })
  driver.accept(2, 3)
  driver.said()
  const sequence = driver.engine.sequence[0]
  assert.deepEqual(
    driver.tell(bad, () => {
      throw new Error('no such candle')
    }),
    ['strategy 0 failed', 'cancel #2'],
  )
  assert.deepEqual(driver.open, [2, 3])
  const [failure] = driver.engine.roster.failures
  assert.deepEqual(
    [failure?.strategy, failure?.sequence, String(failure?.error)],
    ['puppet-0', sequence, 'Error: no such candle'],
  )
  assert.deepEqual(
    driver.tell(bad, (ctx) => ctx.signal(0, 'flat', { reason: 'out' })),
    [],
    'it is not called any more',
  )
  assert.deepEqual(
    driver.tell(good, (ctx) => ctx.target(0, { quantity: 1, reason: 'buy' })),
    ['target 1', '#4 buy 1 at market opening'],
  )
})

test('what a strategy was opening when it threw is not opened further', () => {
  const { driver, puppets } = quotedEngine()
  const strategy = puppets[0] as Puppet
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 10, reason: 'hold', stop: 0.1, entry: 'post-only' }))
  driver.accept(1)
  driver.fill(1, { price: 99, quantity: 4 })
  driver.accept(2)
  driver.tell(strategy, () => {
    throw new Error('oops')
  })
  driver.cancelled(1)
  assert.deepEqual([driver.open, driver.position()], [[2], 4])
})

test('a strategy that fails in onFill is paused as well', () => {
  const definition = defineStrategy({
    name: 'brittle',
    needs: {},
    onTrade: (_, ctx) => ctx.target(0, { quantity: 5, reason: 'hold' }),
    onFill: () => {
      throw new Error('unprepared')
    },
  })
  const driver = new EngineDriver({ strategies: [{ definition }] })
  driver.best(99, 101)
  driver.trade(100)
  driver.said()
  driver.fill(1, { price: 100, quantity: 5 })
  assert.deepEqual([driver.said(), driver.position()], [['strategy 0 failed'], 5])
})

test('a bug of the engine below a strategy’s call is not taken for the strategy’s', () => {
  const { driver, puppets } = quotedEngine()
  driver.engine.orders.add = () => {
    throw new AssertionErrorOfCore('order table is full')
  }
  assert.throws(
    () => driver.tell(puppets[0] as Puppet, (ctx) => ctx.target(0, { quantity: 5, reason: 'hold' })),
    /order table is full/,
  )
})

test('a STRATEGY_PAUSED row pauses as a throw does', () => {
  const { driver, puppets } = quotedEngine(2)
  const [slow, other] = puppets as [Puppet, Puppet]
  driver.tell(slow, (ctx) => ctx.quote(0, ctx.slots.clear().bid(98, 5)))
  driver.accept(1)
  driver.said()
  driver.pauseStrategy(0)
  assert.deepEqual(driver.said(), ['cancel #1'])
  assert.deepEqual(
    driver.tell(slow, (ctx) => ctx.signal(0, 'long', { reason: 'rise' })),
    [],
  )
  assert.deepEqual(
    driver.tell(other, (ctx) => ctx.signal(0, 'long', { reason: 'rise' })),
    ['signal long: rise', 'target 9', '#2 buy 9 at market opening'],
  )
  driver.pauseStrategy(7)
  assert.deepEqual(driver.said(), [], 'a strategy of another configuration is nobody')
})
