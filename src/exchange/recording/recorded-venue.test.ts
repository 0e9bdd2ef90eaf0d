import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionalOrder } from '../../testing/futures-world.ts'
import { FIRST, type Order, RecordedWorld } from '../../testing/recorded-world.ts'
import { EVENT, FIELD, FIELDS } from '../venue/events.ts'
import { BUY, ORDER_KIND, SELL, WORKING_TYPE } from '../venue/requests.ts'
import type { Impact } from './recorded-venue.ts'

/** Two clients at a market of 990 to 1010 with ten lots at each price. */
function market(impact: Impact = 'own'): RecordedWorld {
  const world = new RecordedWorld({ queue: 'conservative', impact, clients: 2 })
  const tens = (from: number): [number, number][] => Array.from({ length: 10 }, (_, i) => [from + i, 10])
  world.bench.snapshot(tens(990).reverse(), tens(1000))
  world.later()
  return world
}

const buy = (quantity: number, price: number): Order => ({ buys: true, quantity, price, timeInForce: 'gtc' })
const sell = (quantity: number, price: number): Order => ({ buys: false, quantity, price, timeInForce: 'gtc' })

/** Events of a kind: the fields asked for, fills with the client's number. */
function told(log: readonly number[], kind: number, ...fields: readonly (keyof typeof FIELD)[]): number[][] {
  const found: number[][] = []
  for (let at = 0; at < log.length; at += FIELDS)
    if (log[at] === kind && (kind !== EVENT.fill || (log[at + FIELD.account] ?? 0) >= FIRST))
      found.push(fields.map((name) => (log[at + FIELD[name]] ?? 0) - (name === 'account' ? FIRST : 0)))
  return found
}

test('clients at one price are filled in the order in which they came, behind what stood before each', () => {
  const world = market()
  world.place(0, buy(3, 999))
  world.bench.depth([[999, 14]], [])
  world.place(1, buy(3, 999))
  // Ten stood before the first, four came between the two.
  world.bench.trade('sell', 12, 999)
  assert.deepEqual(told(world.log, EVENT.fill, 'account', 'quantity'), [[0, 2]])
  world.bench.trade('sell', 4, 999)
  assert.deepEqual(told(world.log, EVENT.fill, 'account', 'quantity'), [
    [0, 2],
    [0, 1],
  ])
  world.bench.trade('sell', 3, 999)
  assert.deepEqual(told(world.log, EVENT.fill, 'account', 'quantity').at(-1), [1, 2])
})

test('a client who takes meets history, another client behind it, and what history added later', () => {
  const world = market()
  world.place(1, sell(3, 1000))
  world.bench.depth([], [[1000, 15]])
  world.place(0, buy(16, 1000))
  assert.deepEqual(told(world.log, EVENT.fill, 'account', 'quantity', 'detail'), [
    [0, 10, 0],
    [0, 3, 0],
    [1, 3, 1],
    [0, 3, 0],
  ])
  assert.equal(world.lotsAt(SELL, 1000), 2)
})

test('own impact: the book shows what clients rest, and no longer what they took', () => {
  const world = market()
  world.place(0, buy(7, 995))
  world.place(1, buy(4, 1000))
  assert.equal(world.lotsAt(BUY, 995), 17)
  assert.equal(world.lotsAt(SELL, 1000), 6)
  const levels = told(world.log, EVENT.level, 'price', 'quantity')
  assert.deepEqual(levels.slice(-2), [
    [995, 17],
    [1000, 6],
  ])
  // History goes on as it was: what it adds is there, what it still shows of the taken is not.
  world.bench.depth([], [[1000, 12]])
  assert.equal(world.lotsAt(SELL, 1000), 8)
})

test('own impact: a print that fills a client is told once, in two trades', () => {
  const world = market()
  world.place(0, buy(2, 999))
  world.bench.trade('sell', 15, 998)
  const trades = told(world.log, EVENT.trade, 'price', 'quantity')
  assert.deepEqual(trades, [
    [999, 2],
    [998, 13],
  ])
})

test('no impact: the public sees neither orders nor trades of clients', () => {
  const world = market('none')
  const before = world.seen.length
  world.place(0, buy(7, 995))
  world.place(1, buy(4, 1000))
  world.later()
  assert.equal(world.seen.length, before)
  assert.equal(world.lotsAt(SELL, 1000), 6, 'nobody takes it twice')
})

test('a recorded trade sets off a stop, which takes what is recorded', () => {
  const world = market()
  world.place(0, sell(5, 990))
  const stop = conditionalOrder(FIRST, {
    side: BUY,
    orderKind: ORDER_KIND.stopMarket,
    workingType: WORKING_TYPE.contract,
    triggerPrice: 1005,
    quantity: 5,
  })
  assert.equal(world.venue.handle(stop).code, 0)
  world.bench.trade('buy', 1, 1004)
  assert.equal(world.position(FIRST), -5)
  world.bench.trade('buy', 1, 1005)
  assert.equal(world.position(FIRST), 0)
  assert.equal(world.lotsAt(SELL, 1000), 5)
})

test('while the recording has a hole nothing can be taken, and afterwards what stands then', () => {
  const world = market()
  world.bench.loseDepth()
  world.bench.depth([], [[1000, 3]])
  assert.equal(world.lotsAt(SELL, 1001), 0)
  world.place(0, { ...buy(1, 1001), timeInForce: 'ioc' })
  assert.equal(world.position(FIRST), 0)
  world.bench.snapshot([[997, 5]], [[999, 8]])
  assert.equal(world.lotsAt(SELL, 999), 8)
  assert.equal(world.lotsAt(BUY, 999), 0)
})
