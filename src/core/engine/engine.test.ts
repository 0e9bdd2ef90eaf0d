import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amount } from '../../testing/account-rows.ts'
import { EngineDriver, configOf, wholeInstrument } from '../../testing/engine-driver.ts'
import { holdingEngine, quotedEngine } from '../../testing/holding.ts'
import { puppet } from '../../testing/puppet.ts'
import type { Puppet } from '../../testing/puppet.ts'
import { StateError } from '../tape/state.ts'
import { Engine } from './engine.ts'

const BTC = wholeInstrument('BTCUSDT')
const ETH = wholeInstrument('ETHUSDT')
const SECOND_US = 1_000_000

test('limits are judged by the money there is after the last fill, not a second later', () => {
  const { driver, strategy } = holdingEngine({ cash: '2500', config: { leverage: 1 } })
  // 500 are left. Both positions are closed at a loss of 400 each; then 1700 is all there is.
  for (const instrument of [0, 1]) {
    driver.tell(strategy, (ctx) => ctx.signal(instrument, 'flat', { reason: 'out' }), instrument)
    driver.fill(5 + instrument, { price: 60, quantity: 10 })
  }
  driver.said()
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 18, reason: 'more' })),
    ['target 18', 'blocked: insufficientFunds'],
  )
})

test('money that comes or goes is no profit and no loss of the day', () => {
  const { driver, strategy } = holdingEngine({ config: { limits: { maxDailyLoss: 150 } } })
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
  const { driver, strategy } = holdingEngine()
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
  const { driver, puppets } = quotedEngine(1, { config: { namespace: 'ab', epoch: 7 } })
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
  const { driver } = holdingEngine()
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
  const { driver } = quotedEngine()
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
  const { driver, puppets } = quotedEngine(2)
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
  const { driver } = quotedEngine()
  const bytes = driver.engine.save()
  assert.throws(() => quotedEngine().driver.engine.load(bytes.slice(0, 100)), StateError)
})

test('a session needs its money’s asset among its instruments', () => {
  const { definition } = puppet()
  const config = configOf({ strategies: [{ definition }], config: { balances: [{ asset: 'EUR', amount: '1' }] } })
  assert.throws(() => new Engine(config, [definition]), /asset 'EUR' is not among those of the instruments: BTC, USDT/)
})
