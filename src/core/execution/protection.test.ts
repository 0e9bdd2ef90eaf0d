import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineDriver, wholeInstrument } from '../../testing/engine-driver.ts'
import { puppet } from '../../testing/puppet.ts'
import type { Puppet } from '../../testing/puppet.ts'
import type { Instrument } from '../market/instrument.ts'
import { ORDER_STATUS } from '../tape/kinds.ts'

const SPOT: Partial<Instrument> = { venue: 'binance-spot', market: 'spot' }

interface Desk {
  readonly driver: EngineDriver
  readonly strategy: Puppet
}

/** A market of 99 to 101 and a strategy that has asked for `lots` with a stop of 10 % (and a take-profit of 20 %). */
function desk(
  lots = 10,
  options: { rules?: Partial<Instrument>; takeProfit?: number; entry?: 'post-only' } = {},
): Desk {
  const strategy = puppet()
  const instruments = [wholeInstrument('BTCUSDT', options.rules)]
  const driver = new EngineDriver({ instruments, strategies: [{ definition: strategy.definition }] })
  driver.best(99, 101)
  driver.tell(strategy, (ctx) => {
    const { takeProfit, entry } = options
    ctx.target(0, {
      quantity: lots,
      reason: 'hold',
      stop: 0.1,
      ...(takeProfit === undefined ? {} : { takeProfit }),
      ...(entry === undefined ? {} : { entry }),
    })
  })
  return { driver, strategy }
}

/** The same, filled at 100 and protected by the accepted stop #2. */
function protectedDesk(lots = 10, options: { rules?: Partial<Instrument>; takeProfit?: number } = {}): Desk {
  const made = desk(lots, options)
  made.driver.fill(1, { price: 100, quantity: Math.abs(lots) })
  made.driver.accept(2)
  made.driver.said()
  return made
}

test('the stop is placed with the fill, for the whole size, at its distance from the entry', () => {
  const { driver } = desk()
  driver.accept(1)
  assert.deepEqual(driver.said(), [], 'nothing is protected before something is held')
  driver.fill(1, { price: 100, quantity: 10 })
  assert.deepEqual(driver.said(), ['#2 sell 10 stopMarket 90 reduce-only'])
})

test('a short position is protected from above', () => {
  const { driver } = desk(-10)
  driver.fill(1, { price: 100, quantity: 10 })
  assert.deepEqual(driver.said(), ['#2 buy 10 stopMarket 110 reduce-only'])
})

test('a take-profit lies on the other side', () => {
  const { driver } = desk(10, { takeProfit: 0.2 })
  driver.fill(1, { price: 100, quantity: 10 })
  assert.deepEqual(driver.said(), [
    '#2 sell 10 stopMarket 90 reduce-only',
    '#3 sell 10 takeProfitMarket 120 reduce-only',
  ])
})

test('a trigger that falls between ticks is rounded toward the entry', () => {
  const long = desk(10, { rules: { tickSize: 4, minPrice: 4 } })
  long.driver.fill(1, { price: 101, quantity: 10 })
  assert.deepEqual(long.driver.said(), ['#2 sell 10 stopMarket 92 reduce-only'])
  const short = desk(-10, { rules: { tickSize: 4, minPrice: 4 } })
  short.driver.fill(1, { price: 101, quantity: 10 })
  assert.deepEqual(short.driver.said(), ['#2 buy 10 stopMarket 108 reduce-only'])
})

test('a distance that ends on a tick is not moved by the last digit of a double', () => {
  // 1000 * (1 - 0.003) is 997.0000000000001 in doubles.
  const strategy = puppet()
  const driver = new EngineDriver({ strategies: [{ definition: strategy.definition }], cash: '1000000' })
  driver.best(999, 1001)
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 1, reason: 'hold', stop: 0.003 }))
  driver.fill(1, { price: 1000, quantity: 1 })
  assert.deepEqual(driver.said(), ['#2 sell 1 stopMarket 997 reduce-only'])
})

test('a position that grows gets a new stop first; the old one goes when the new one stands', () => {
  const { driver } = desk()
  driver.accept(1)
  driver.fill(1, { price: 100, quantity: 4 })
  driver.accept(2)
  driver.fill(1, { price: 100, quantity: 6 })
  assert.deepEqual(driver.said(), ['#2 sell 4 stopMarket 90 reduce-only', '#3 sell 10 stopMarket 90 reduce-only'])
  driver.accept(3)
  assert.deepEqual(driver.said(), ['cancel #2'])
  driver.cancelled(2)
  assert.deepEqual([driver.said(), driver.open], [[], [3]])
})

test('a stop that is still on its way when the position grows is cancelled after its ack', () => {
  const { driver } = desk()
  driver.fill(1, { price: 100, quantity: 4 })
  driver.fill(1, { price: 100, quantity: 6 })
  driver.said()
  driver.accept(3)
  assert.deepEqual(driver.said(), [], 'the venue has not said that #2 is there')
  driver.accept(2)
  assert.deepEqual(driver.said(), ['cancel #2'])
})

test('a position that shrinks by another way than its stop gets a smaller one the same way', () => {
  const { driver, strategy } = protectedDesk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 6, reason: 'less', stop: 0.1 }))
  driver.fill(3, { price: 99, quantity: 4 })
  assert.deepEqual(driver.said(), ['#4 sell 6 stopMarket 90 reduce-only'])
  driver.accept(4)
  assert.deepEqual(driver.said(), ['cancel #2'])
})

test('a target with another distance moves the stop, one with the same distance leaves it', () => {
  const { driver, strategy } = protectedDesk()
  const again = (stop: number): readonly string[] =>
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 10, reason: 'hold', stop }))
  assert.deepEqual(again(0.1), ['target 10'])
  assert.deepEqual(again(0.05), ['target 10', '#3 sell 10 stopMarket 95 reduce-only'])
  driver.accept(3)
  assert.deepEqual(driver.said(), ['cancel #2'])
})

test('when the position is gone its protection is cancelled', () => {
  const { driver, strategy } = protectedDesk(10, { takeProfit: 0.2 })
  driver.accept(3)
  driver.tell(strategy, (ctx) => ctx.signal(0, 'flat', { reason: 'out' }))
  assert.deepEqual(driver.open, [2, 3, 4], 'protection stays until the position is gone')
  driver.fill(4, { price: 99, quantity: 10 })
  assert.deepEqual(driver.said(), ['cancel #2', 'cancel #3'].toReversed().toSorted())
  driver.cancelled(2, 3)
  assert.deepEqual([driver.said(), driver.open], [[], []])
})

test('what is being closed at market is not protected anew with every fill', () => {
  const { driver, strategy } = protectedDesk()
  driver.tell(strategy, (ctx) => ctx.signal(0, 'flat', { reason: 'out' }))
  driver.fill(3, { price: 99, quantity: 4 })
  assert.deepEqual([driver.said(), driver.open], [[], [2, 3]])
})

test('after a turn the old side’s stop goes at once and the new side gets its own', () => {
  const { driver, strategy } = protectedDesk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: -5, reason: 'turn', stop: 0.1 }))
  driver.fill(3, { price: 100, quantity: 15 })
  assert.deepEqual(driver.said(), ['#4 buy 5 stopMarket 110 reduce-only', 'cancel #2'])
})

test('a filled stop closes the position for good: nothing is opened again', () => {
  const { driver } = protectedDesk(10, { takeProfit: 0.2 })
  driver.accept(3)
  driver.fill(2, { price: 90, quantity: 10 })
  driver.update(2, ORDER_STATUS.filled, { filled: 10 })
  assert.deepEqual(driver.said(), ['cancel #3'])
  driver.cancelled(3)
  driver.best(88, 89)
  driver.trade(89)
  assert.deepEqual([driver.said(), driver.open, driver.position()], [[], [], 0])
})

test('a stop that fills while its position is still being opened cancels the rest, and what comes late is taken back', () => {
  const { driver } = desk(10, { entry: 'post-only' })
  driver.accept(1)
  driver.fill(1, { price: 99, quantity: 4 })
  driver.accept(2)
  driver.said()
  driver.fill(2, { price: 89, quantity: 4 })
  assert.deepEqual(driver.said(), ['cancel #1'])
  // The cancel crosses a fill on its way.
  driver.fill(1, { price: 99, quantity: 1 })
  driver.cancelled(1)
  assert.deepEqual(driver.said(), ['#3 sell 1 at market reduce-only'])
  driver.fill(3, { price: 88, quantity: 1 })
  assert.deepEqual([driver.open, driver.position(), driver.said()], [[], 0, []])
})

test('a stop that the venue would trigger at once closes the position', () => {
  const { driver } = desk()
  driver.fill(1, { price: 100, quantity: 10 })
  driver.said()
  driver.reject(2, -2021)
  assert.deepEqual(driver.said(), ['target 0', '#3 sell 10 at market reduce-only'])
})

test('a take-profit that is reached already closes the position too; one that is refused otherwise is left out', () => {
  const reached = protectedDesk(10, { takeProfit: 0.2 }).driver
  reached.reject(3, -2021)
  assert.deepEqual(reached.said(), ['target 0', '#4 sell 10 at market reduce-only'])
  const refused = protectedDesk(10, { takeProfit: 0.2 }).driver
  refused.reject(3, -4045)
  refused.accept(2)
  assert.deepEqual([refused.said(), refused.open], [[], [2]])
})

test('a stop that was triggered and did not fill is followed by a market order', () => {
  const { driver } = protectedDesk()
  driver.update(2, ORDER_STATUS.triggered)
  driver.fill(2, { price: 90, quantity: 3 })
  driver.update(2, ORDER_STATUS.expired)
  assert.deepEqual(driver.said(), ['target 0', '#3 sell 7 at market reduce-only'])
})

test('a stop that somebody cancelled is laid again', () => {
  const { driver } = protectedDesk()
  driver.cancelled(2)
  assert.deepEqual(driver.said(), ['#3 sell 10 stopMarket 90 reduce-only'])
})

test('a venue that keeps refusing is not asked for ever, and nothing more is opened there', () => {
  const { driver } = desk()
  driver.fill(1, { price: 100, quantity: 10 })
  let rounds = 0
  for (; driver.open.length > 0 && rounds < 100; rounds++) driver.reject(driver.open[0] as number, -4120)
  assert.ok(rounds < 20, `${rounds} rounds`)
  assert.equal(driver.engine.check.locked[0], 1)
  assert.equal(driver.position(), 10)
})

test('after another fill a venue that refused before is asked anew', () => {
  const { driver, strategy } = desk()
  driver.fill(1, { price: 100, quantity: 10 })
  while (driver.open.length > 0) driver.reject(driver.open[0] as number, -4120)
  driver.tell(strategy, (ctx) => ctx.quote(0, ctx.slots.clear().ask(105, 3)))
  driver.fill(driver.open[0] as number, { price: 105, quantity: 3 })
  assert.match(driver.said()[0] ?? '', /sell 7 stopMarket 90 reduce-only/)
})

test('on spot the old stop goes first, because it locks what the new one has to sell', () => {
  const { driver } = desk(10, { rules: SPOT })
  driver.accept(1)
  driver.fill(1, { price: 100, quantity: 4 })
  driver.accept(2)
  driver.fill(1, { price: 100, quantity: 6 })
  assert.deepEqual(driver.said(), ['#2 sell 4 stopMarket 90', 'cancel #2'])
  driver.cancelled(2)
  assert.deepEqual(driver.said(), ['#3 sell 10 stopMarket 90'])
  driver.accept(3)
  assert.deepEqual([driver.said(), driver.open], [[], [3]])
})

test('on spot a sale waits for the stop to go, and what is left of the position is protected again', () => {
  const { driver, strategy } = protectedDesk(10, { rules: SPOT })
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 6, reason: 'less', stop: 0.1 })),
    ['target 6', 'cancel #2'],
  )
  driver.cancelled(2)
  assert.deepEqual(driver.said(), ['#3 sell 4 at market'])
  driver.fill(3, { price: 99, quantity: 4 })
  assert.deepEqual(driver.said(), ['#4 sell 6 stopMarket 90'])
})

test('on spot a sale that is refused leaves the position protected', () => {
  const { driver, strategy } = protectedDesk(10, { rules: SPOT })
  driver.tell(strategy, (ctx) => ctx.signal(0, 'flat', { reason: 'out' }))
  driver.cancelled(2)
  driver.reject(3, -2010)
  assert.deepEqual(driver.said(), ['#3 sell 10 at market', '#4 sell 10 stopMarket 90'])
})

test('on spot a sale that our own check refuses leaves the position protected', () => {
  const { driver, strategy } = protectedDesk(10, { rules: { ...SPOT, minNotionalMicros: 500_000_000 } })
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'a little less', stop: 0.1 }))
  driver.cancelled(2)
  assert.deepEqual(driver.said(), ['blocked: belowMinimum', '#3 sell 10 stopMarket 90'])
})

test('on spot a stop that is still on its way is taken back before the sale', () => {
  const { driver, strategy } = desk(10, { rules: SPOT })
  driver.fill(1, { price: 100, quantity: 10 })
  driver.tell(strategy, (ctx) => ctx.signal(0, 'flat', { reason: 'out' }))
  driver.accept(2)
  assert.deepEqual(driver.said(), ['cancel #2'])
  driver.cancelled(2)
  assert.deepEqual(driver.said(), ['#3 sell 10 at market'])
})

test('on spot a stop and a take-profit together are the strategy’s mistake', () => {
  const { driver } = desk(10, { rules: SPOT, takeProfit: 0.2 })
  assert.match(String(driver.engine.roster.failures[0]?.error), /BTCUSDT: spot takes a stop or a takeProfit, not both/)
})

test('a position is held only by its own stop: distances of an earlier wish do not come back', () => {
  const { driver, strategy } = protectedDesk()
  driver.fill(2, { price: 90, quantity: 10 })
  driver.tell(strategy, (ctx) => ctx.quote(0, ctx.slots.clear().bid(88, 5)))
  driver.fill(3, { price: 88, quantity: 5 })
  assert.deepEqual(driver.said(), ['#4 buy 5 at 88 post-only opening'], 'the quote again, and no stop')
})
