import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineDriver, configOf, wholeInstrument } from '../../testing/engine-driver.ts'
import type { DriverOptions } from '../../testing/engine-driver.ts'
import { amount } from '../../testing/account-rows.ts'
import { puppet } from '../../testing/puppet.ts'
import type { Puppet } from '../../testing/puppet.ts'
import { AssertionError as AssertionErrorOfCore } from '../assert.ts'
import { defineStrategy } from '../strategy/contract.ts'
import { StateError } from '../tape/state.ts'
import { Engine } from './engine.ts'

const BTC = wholeInstrument('BTCUSDT')
const ETH = wholeInstrument('ETHUSDT')
const SECOND_US = 1_000_000

/** Two instruments at 99 to 101 and strategies that do what they are told. */
function engine(strategies = 1, options: Partial<DriverOptions> = {}): { driver: EngineDriver; puppets: Puppet[] } {
  const puppets = Array.from({ length: strategies }, (_, i) => puppet(`puppet-${i}`))
  const driver = new EngineDriver({
    instruments: [BTC, ETH],
    strategies: puppets.map(({ definition }) => ({ definition })),
    ...options,
  })
  for (const instrument of [0, 1]) driver.best(99, 101, instrument)
  return { driver, puppets }
}

/** The same with 10 lots bought at 100 on each instrument, stopped at 90. */
function holding(options: Partial<DriverOptions> = {}): { driver: EngineDriver; strategy: Puppet } {
  const { driver, puppets } = engine(1, options)
  const strategy = puppets[0] as Puppet
  for (const instrument of [0, 1]) {
    driver.tell(strategy, (ctx) => ctx.target(instrument, { quantity: 10, reason: 'hold', stop: 0.1 }), instrument)
    driver.fill(instrument * 2 + 1, { price: 100, quantity: 10 })
    driver.accept(instrument * 2 + 2)
  }
  driver.said()
  return { driver, strategy }
}

for (const command of ['pause', 'kill'] as const) {
  test(`${command}: nothing is opened any more, closing goes on`, () => {
    const { driver, strategy } = holding()
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
    const { driver, strategy } = holding()
    driver.tell(strategy, (ctx) => ctx.quote(1, ctx.slots.clear().bid(98, 5)), 1)
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 15, reason: 'more', stop: 0.1, entry: 'post-only' }))
    driver.accept(5, 6)
    assert.deepEqual(driver.open, [2, 4, 5, 6])
    driver.said()
    driver.operator(command)
    assert.deepEqual(driver.said().toSorted(), ['cancel #5', 'cancel #6'])
    driver.cancelled(5, 6)
    assert.deepEqual([driver.said(), driver.open], [[], [2, 4]])
    const closing = holding()
    closing.driver.tell(closing.strategy, (ctx) => ctx.signal(0, 'flat', { reason: 'out', entry: 'post-only' }))
    closing.driver.accept(5)
    closing.driver.said()
    closing.driver.operator(command)
    assert.deepEqual([closing.driver.said(), closing.driver.open.includes(5)], [[], true])
  })
}

test('an order that is on its way when the kill comes is cancelled as soon as the venue has it', () => {
  const { driver, puppets } = engine()
  driver.tell(puppets[0] as Puppet, (ctx) => ctx.quote(0, ctx.slots.clear().bid(99, 5)))
  driver.operator('kill')
  assert.deepEqual(driver.said(), [])
  driver.accept(1)
  assert.deepEqual(driver.said(), ['cancel #1'])
})

test('a turn that is being worked ends flat when the pause comes', () => {
  const { driver, strategy } = holding()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: -5, reason: 'turn', entry: 'post-only' }))
  driver.accept(5)
  driver.said()
  driver.operator('pause')
  assert.deepEqual(driver.said(), ['cancel #5'])
  driver.cancelled(5)
  assert.deepEqual(driver.said(), ['#6 sell 10 at 101 post-only reduce-only'])
})

test('resume ends a pause and not a kill', () => {
  const { driver, puppets } = engine()
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
  const { driver, puppets } = engine()
  driver.operator('kill')
  const again = new Engine(driver.config, [(puppets[0] as Puppet).definition])
  again.load(driver.engine.save())
  assert.deepEqual(again.save(), driver.engine.save())
  assert.equal(again.check.standing, driver.engine.check.standing)
  assert.notEqual(again.check.standing, 0)
})

test('flatten closes everything and withdraws all quotes, close only one instrument', () => {
  const { driver, strategy } = holding()
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
  const { driver, puppets } = engine()
  driver.tell(puppets[0] as Puppet, (ctx) => ctx.target(0, { quantity: 5, reason: 'buy', entry: 'post-only' }))
  driver.accept(1)
  driver.said()
  driver.operator('flatten')
  assert.deepEqual(driver.said(), ['target 0', 'cancel #1'])
  driver.cancelled(1)
  assert.deepEqual([driver.said(), driver.open], [[], []])
})

test('a fill of nobody we know is booked, and locks its instrument for opening', () => {
  const { driver, strategy } = holding()
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
  const { driver, strategy } = holding({ config: { limits: { maxDailyLoss: 150 } } })
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

test('money that comes or goes is no profit and no loss of the day', () => {
  const { driver, strategy } = holding({ config: { limits: { maxDailyLoss: 150 } } })
  driver.trade(90)
  // The price has moved since the account was valued last: a transfer must not take that for its own doing.
  driver.transfer('-5000')
  driver.trade(85)
  driver.wait(2 * SECOND_US)
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 12, reason: 'more', stop: 0.1 })),
    ['target 12', 'blocked: dailyLoss'],
  )
})

test('a strategy that throws is paused and named; its quotes go, its stops stay, the others go on', () => {
  const { driver, puppets } = engine(2)
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
  const { driver, puppets } = engine()
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
  const { driver, puppets } = engine()
  driver.engine.orders.add = () => {
    throw new AssertionErrorOfCore('order table is full')
  }
  assert.throws(
    () => driver.tell(puppets[0] as Puppet, (ctx) => ctx.target(0, { quantity: 5, reason: 'hold' })),
    /order table is full/,
  )
})

test('a STRATEGY_PAUSED row pauses as a throw does', () => {
  const { driver, puppets } = engine(2)
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

test('a strategy trades only what it is attached to', () => {
  const strategy = puppet()
  const driver = new EngineDriver({
    instruments: [BTC, ETH],
    strategies: [{ definition: strategy.definition, instruments: [0] }],
  })
  driver.best(99, 101, 1)
  driver.tell(strategy, (ctx) => ctx.target(1, { quantity: 1, reason: 'buy' }))
  assert.match(String(driver.engine.roster.failures[0]?.error), /puppet is not attached to ETHUSDT: it has BTCUSDT/)
  assert.deepEqual(driver.open, [])
})

test('every output names its cause and counts from 0', () => {
  const { driver, strategy } = holding()
  driver.tell(strategy, (ctx) => {
    ctx.signal(0, 'flat', { reason: 'out' })
    ctx.signal(1, 'flat', { reason: 'out' })
  })
  const cause = (driver.engine.sequence[0] as number) - 1
  assert.deepEqual(
    driver.last.map(({ kind, n }) => `${n} ${kind}`),
    ['0 text', '1 signal', '2 target', '3 intent', '4 place', '5 signal', '6 target', '7 intent', '8 place'],
  )
  assert.ok(driver.last.every((output) => output.cause === cause))
})

test('client order ids come from namespace, epoch and the intent counter, and go on after a restart', () => {
  const { driver, puppets } = engine(1, { config: { namespace: 'ab', epoch: 7 } })
  const strategy = puppets[0] as Puppet
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 5, reason: 'hold' }))
  const ids = driver.outputs.flatMap((output) => (output.kind === 'place' ? [output.clientId] : []))
  assert.deepEqual(ids, ['6261-7-1-0'])
  const again = new Engine(driver.config, [strategy.definition])
  again.load(driver.engine.save())
  strategy.act = (ctx) => ctx.target(1, { quantity: 5, reason: 'hold' })
  again.outputs.clear()
  const row = driver.tape.length
  driver.trade(100, 1)
  strategy.act = (ctx) => ctx.target(1, { quantity: 5, reason: 'hold' })
  again.step(driver.tape, row)
  assert.deepEqual(again.save(), driver.engine.save())
})

test('equity is explained down to the row behind each price, and looking changes nothing', () => {
  const { driver } = holding()
  driver.trade(104, 0, { version: 77 })
  const tradeAt = (driver.engine.sequence[0] as number) - 1
  driver.mark(105, 1, 88)
  const markAt = tradeAt + 1
  const before = driver.engine.save()
  const view = driver.engine.explainEquity()
  assert.equal(view.asset, 'USDT')
  assert.equal(view.equity, amount('100090'))
  assert.equal(driver.engine.exactEquity(), view.equity)
  assert.equal(driver.engine.equity(), 100_090)
  assert.deepEqual(
    view.prices.map(({ symbol, basis, price, origin }) => [symbol, basis, price, origin]),
    [
      ['BTCUSDT', 'last', '104', { kind: 1, sequence: tradeAt, version: 77 }],
      ['ETHUSDT', 'mark', '105', { kind: 8, sequence: markAt, version: 88 }],
    ],
  )
  assert.deepEqual(driver.engine.save(), before, 'a view decides nothing')
})

test('a price of the middle names the row of the best prices, and an unknown price no row', () => {
  const { driver } = engine()
  driver.best(97, 99, 0, 55)
  const { market, sequence } = driver.engine
  assert.deepEqual(market.originOf(0, 'mid'), { kind: 3, sequence: (sequence[0] as number) - 1, version: 55 })
  assert.equal(market.originOf(0, 'last'), undefined)
  assert.equal(market.originOf(0, 'mark'), undefined)
  driver.aggregateTrade(98, 0, 66)
  assert.deepEqual(market.originOf(0, 'last'), { kind: 2, sequence: (sequence[0] as number) - 1, version: 66 })
  driver.candle([98, 99, 97, 97])
  assert.deepEqual(market.originOf(0, 'last')?.kind, 7)
})

test('funding is booked to whoever holds the position', () => {
  const { driver, puppets } = engine(2)
  for (const [i, strategy] of puppets.entries()) {
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: i === 0 ? 10 : 20, reason: 'hold' }))
    driver.fill(i + 1, { price: 100, quantity: i === 0 ? 10 : 20 })
  }
  driver.funding('-9')
  const { books, account } = driver.engine
  assert.deepEqual(
    [books.funding.get(0), books.funding.get(2), account.funding.get(0)],
    [amount('-3'), amount('-6'), amount('-9')],
  )
})

test('a saved state of another layout is refused', () => {
  const { driver } = engine()
  const bytes = driver.engine.save()
  assert.throws(() => engine().driver.engine.load(bytes.slice(0, 100)), StateError)
})

test('a session needs its money’s asset among its instruments', () => {
  const { definition } = puppet()
  const config = configOf({ strategies: [{ definition }], config: { balances: [{ asset: 'EUR', amount: '1' }] } })
  assert.throws(() => new Engine(config, [definition]), /asset 'EUR' is not among those of the instruments: BTC, USDT/)
})
