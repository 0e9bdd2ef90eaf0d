import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineDriver, wholeInstrument } from '../../testing/engine-driver.ts'
import type { DriverOptions } from '../../testing/engine-driver.ts'
import { puppet } from '../../testing/puppet.ts'
import type { Puppet } from '../../testing/puppet.ts'
import { ORDER_STATUS } from '../tape/kinds.ts'

const SPOT = wholeInstrument('BTCUSDT', { venue: 'binance-spot', market: 'spot' })

/** An engine with one strategy that says what it is told, in a market of 99 to 101; a signal is worth 10 lots. */
function desk(options: Partial<DriverOptions> = {}): { driver: EngineDriver; strategy: Puppet } {
  const strategy = puppet()
  const driver = new EngineDriver({ strategies: [{ definition: strategy.definition }], ...options })
  driver.best(99, 101)
  driver.trade(100)
  driver.said()
  return { driver, strategy }
}

test('a signal is sized, becomes a target, and the difference to the position becomes an order', () => {
  const { driver, strategy } = desk()
  const said = driver.tell(strategy, (ctx) => ctx.signal(0, 'long', { reason: 'rise' }))
  // 1000 USDT at the best ask of 101 are 9 lots.
  assert.deepEqual(said, ['signal long: rise', 'target 9', '#1 buy 9 at market opening'])
  assert.deepEqual(driver.open, [1])
})

test('the same signal again changes nothing, whatever became of its order', () => {
  const { driver, strategy } = desk()
  const again = (): readonly string[] => driver.tell(strategy, (ctx) => ctx.signal(0, 'long', { reason: 'rise' }))
  again()
  assert.deepEqual(again(), ['signal long: rise'])
  driver.accept(1)
  assert.deepEqual(again(), ['signal long: rise'])
  driver.fill(1, { price: 101, quantity: 4 })
  assert.deepEqual(again(), ['signal long: rise'])
  driver.fill(1, { price: 101, quantity: 5 })
  assert.deepEqual(again(), ['signal long: rise'])
  assert.equal(driver.position(), 9)
})

test('the signal to close, said again, changes nothing while its order is under way', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.signal(0, 'long', { reason: 'rise' }))
  driver.fill(1, { price: 101, quantity: 9 })
  const close = (): readonly string[] => driver.tell(strategy, (ctx) => ctx.signal(0, 'flat', { reason: 'fall' }))
  assert.deepEqual(close(), ['signal flat: fall', 'target 0', '#2 sell 9 at market reduce-only'])
  assert.deepEqual(close(), ['signal flat: fall'])
  driver.accept(2)
  assert.deepEqual(close(), ['signal flat: fall'])
  driver.fill(2, { price: 99, quantity: 9 })
  assert.deepEqual(close(), ['signal flat: fall'])
  assert.deepEqual(driver.open, [])
})

test('a closing that was given up is tried again when the strategy says so again', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.signal(0, 'long', { reason: 'rise' }))
  driver.fill(1, { price: 101, quantity: 9 })
  const close = (): readonly string[] => driver.tell(strategy, (ctx) => ctx.signal(0, 'flat', { reason: 'fall' }))
  close()
  driver.reject(2)
  assert.deepEqual(close(), ['signal flat: fall', 'target 0', '#3 sell 9 at market reduce-only'])
})

test('a fill that arrives before the ack is applied once', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold' }))
  driver.fill(1, { price: 101, quantity: 4 })
  driver.accept(1)
  assert.equal(driver.position(), 4)
  driver.fill(1, { price: 101, quantity: 5 })
  driver.accept(1)
  assert.equal(driver.position(), 9)
  assert.equal(driver.accountPosition(), 9)
  assert.deepEqual(driver.said(), [])
})

test('updates that come twice or too late change nothing', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold' }))
  driver.accept(1, 1)
  driver.fill(1, { price: 101, quantity: 9 })
  driver.accept(1)
  for (const status of Object.values(ORDER_STATUS)) driver.update(1, status, { filled: 9 })
  assert.deepEqual(driver.said(), [])
  assert.deepEqual([driver.position(), driver.open], [9, []])
})

test('fills of one order may come in any order', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold' }))
  driver.accept(1)
  driver.fill(1, { price: 101, quantity: 5, filled: 9 })
  assert.deepEqual(driver.open, [1], 'four lots are still to come')
  driver.fill(1, { price: 101, quantity: 4, filled: 4 })
  assert.deepEqual([driver.position(), driver.open, driver.said()], [9, [], []])
})

test('an order that ends before all its fills were told waits for them', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold' }))
  driver.accept(1)
  // The venue says: over, with 4 lots filled. The fill itself comes later.
  driver.update(1, ORDER_STATUS.expired, { filled: 4 })
  assert.deepEqual([driver.said(), driver.open], [[], [1]])
  driver.fill(1, { price: 101, quantity: 4 })
  assert.equal(driver.position(), 4)
  assert.equal(driver.engine.check.locked[0], 0, 'the fill is our own')
  assert.deepEqual(driver.said(), ['#2 buy 5 at market opening'])
})

test('a new wish cancels the order that leads elsewhere, and goes on from what was filled', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold', entry: 'post-only' }))
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 3, reason: 'less' })),
    ['target 3'],
  )
  // Nothing is sent before the venue has said what became of the first order.
  assert.deepEqual([driver.accept(1).length, driver.said()], [1, ['cancel #1']])
  driver.fill(1, { price: 99, quantity: 2 })
  driver.cancelled(1)
  assert.deepEqual(driver.said(), ['#2 buy 1 at market opening'])
})

test('an order that still leads to the new wish is kept', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold', entry: 'post-only' }))
  driver.accept(1)
  driver.fill(1, { price: 99, quantity: 4 })
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'same', entry: 'post-only' })),
    ['target 9 as maker'],
  )
})

test('one order at a time works a wish, and a large one is worked in pieces that the venue takes', () => {
  const { driver, strategy } = desk({ instruments: [wholeInstrument('BTCUSDT', { marketMaxQuantity: 4 })] })
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 10, reason: 'hold' }))
  const placed: number[] = []
  for (let intent = 1; driver.open.length > 0; intent++) {
    assert.deepEqual(driver.open, [intent])
    placed.push(driver.intent(intent)?.quantity ?? 0)
    driver.fill(intent, { price: 101, quantity: placed.at(-1) ?? 0 })
  }
  assert.deepEqual(placed, [4, 4, 2])
  assert.equal(driver.position(), 10)
})

test('a maker rests on its own side and tries again, but not for ever, when it would have taken', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold', entry: 'post-only' }))
  const prices: number[] = []
  for (let intent = 1; driver.open.length > 0; intent++) {
    prices.push(driver.intent(intent)?.price ?? 0)
    driver.best(99 - intent, 101)
    driver.reject(intent, -5022)
  }
  assert.deepEqual(prices, [99, 98, 97, 96, 95])
})

test('spot says the same with another code', () => {
  const { driver, strategy } = desk({ instruments: [SPOT] })
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold', entry: 'post-only' }))
  driver.reject(1, -2010)
  assert.deepEqual(driver.said(), ['#2 buy 9 at 99 post-only opening'])
})

test('a rejected order ends the wish until the strategy speaks again', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold' }))
  driver.reject(1, -2019)
  driver.best(98, 100)
  driver.trade(100)
  assert.deepEqual(driver.said(), [])
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold' })),
    ['target 9', '#2 buy 9 at market opening'],
  )
})

test('an order that expires unfilled is sent again a few times', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold' }))
  let tries = 0
  for (let intent = 1; driver.open.length > 0; intent++, tries++) driver.update(intent, ORDER_STATUS.expired)
  assert.equal(tries, 5)
})

test('a refused cancel leaves the order at work', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold', entry: 'post-only' }))
  driver.accept(1)
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 3, reason: 'less', entry: 'post-only' }))
  driver.update(1, ORDER_STATUS.cancelRejected, { error: -2011 })
  driver.fill(1, { price: 99, quantity: 9 })
  assert.deepEqual(driver.said(), ['#2 sell 6 at 101 post-only reduce-only'])
})

test('a cancel that was refused is asked for again when the wish changes again', () => {
  const { driver, strategy } = desk()
  const hold = (quantity: number): readonly string[] =>
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity, reason: 'hold', entry: 'post-only' }))
  hold(9)
  driver.accept(1)
  hold(3)
  driver.update(1, ORDER_STATUS.cancelRejected, { error: -2011 })
  assert.deepEqual(hold(4), ['target 4 as maker', 'cancel #1'])
})

test('a fill says that the venue has the order: it can be cancelled without an ack', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold', entry: 'post-only' }))
  driver.fill(1, { price: 99, quantity: 4 })
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 4, reason: 'enough' })),
    ['target 4', 'cancel #1'],
  )
})

test('every new wish has all its tries', () => {
  const { driver, strategy } = desk()
  const hold = (): readonly string[] =>
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold', entry: 'post-only' }))
  hold()
  for (let intent = 1; intent <= 5; intent++) driver.reject(intent, -5022)
  assert.deepEqual(driver.open, [])
  hold()
  driver.reject(6, -5022)
  assert.deepEqual(driver.open, [7])
})

test('a turn from long to short is one order, which opens', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 9, reason: 'hold' }))
  driver.fill(1, { price: 101, quantity: 9 })
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: -2, reason: 'turn' })),
    ['target -2', '#2 sell 11 at market opening'],
  )
})

test('on spot short means flat, and nothing is sold that is not held', () => {
  const { driver, strategy } = desk({ instruments: [SPOT] })
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.signal(0, 'short', { reason: 'fall' })),
    ['signal short: fall'],
  )
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: -5, reason: 'fall' })),
    ['target 0'],
  )
  driver.tell(strategy, (ctx) => ctx.signal(0, 'long', { reason: 'rise' }))
  driver.fill(1, { price: 101, quantity: 9 })
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.signal(0, 'short', { reason: 'fall' })),
    ['signal short: fall', 'target 0', '#2 sell 9 at market'],
  )
})

test('what is smaller than the venue trades is left, and not tried at every word', () => {
  const { driver, strategy } = desk({
    instruments: [
      wholeInstrument('BTCUSDT', { stepSize: 10, marketStepSize: 10, minQuantity: 10, marketMinQuantity: 10 }),
    ],
  })
  driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 20, reason: 'hold' }))
  driver.fill(1, { price: 101, quantity: 17 })
  driver.update(1, ORDER_STATUS.expired)
  driver.said()
  assert.equal(driver.position(), 17)
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 0, reason: 'out' })),
    ['target 0', '#2 sell 10 at market reduce-only'],
  )
  driver.fill(2, { price: 99, quantity: 10 })
  assert.deepEqual([driver.said(), driver.open, driver.position()], [[], [], 7])
})

test('a signal without a size is written down and closes what stands against it', () => {
  const { driver, strategy } = desk({
    strategies: [{ definition: puppet('other').definition }],
  })
  assert.ok(strategy !== undefined)
  const risky = puppet()
  const sized = new EngineDriver({
    strategies: [{ definition: risky.definition, sizer: { kind: 'risk-fraction', fraction: 0.01, maxNotional: 1000 } }],
  })
  sized.best(99, 101)
  assert.ok(driver.open.length === 0)
  // Without a stop a risk sizer has no size.
  assert.deepEqual(
    sized.tell(risky, (ctx) => ctx.signal(0, 'long', { reason: 'rise' })),
    ['signal long: rise', 'target 0'],
  )
  sized.tell(risky, (ctx) => ctx.target(0, { quantity: -4, reason: 'short' }))
  sized.fill(1, { price: 99, quantity: 4 })
  assert.deepEqual(
    sized.tell(risky, (ctx) => ctx.signal(0, 'long', { reason: 'rise' })),
    ['signal long: rise', 'target 0', '#2 buy 4 at market reduce-only'],
  )
})

test('targets are given as a value or a quantity, rounded toward zero to the step', () => {
  const { driver, strategy } = desk({
    instruments: [wholeInstrument('BTCUSDT', { stepSize: 2, marketStepSize: 2, minQuantity: 2, marketMinQuantity: 2 })],
  })
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { notional: -1000, reason: 'value' })),
    ['target -10', '#1 sell 10 at market opening'],
  )
  driver.reject(1)
  assert.deepEqual(
    driver.tell(strategy, (ctx) => ctx.target(0, { quantity: 7.9, reason: 'lots' })),
    ['target 6', '#2 buy 6 at market opening'],
  )
})

test('a target of both or neither is the strategy’s mistake', () => {
  const { driver, strategy } = desk()
  driver.tell(strategy, (ctx) => ctx.target(0, { reason: 'nothing' }))
  assert.match(
    String(driver.engine.roster.failures[0]?.error),
    /puppet, BTCUSDT: target takes either notional or quantity/,
  )
})
