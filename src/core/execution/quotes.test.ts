import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EngineDriver, wholeInstrument } from '../../testing/engine-driver.ts'
import type { DriverOptions } from '../../testing/engine-driver.ts'
import { puppet } from '../../testing/puppet.ts'
import type { Puppet } from '../../testing/puppet.ts'
import { ORDER_STATE, PURPOSE } from '../account/orders.ts'
import { ORDER_FLAGS, ORDER_STATUS } from '../tape/kinds.ts'

/** A wanted resting order: price and lots. */
type Quote = readonly [price: number, lots: number]

class Desk {
  readonly driver: EngineDriver
  readonly #strategy: Puppet

  constructor(options: Partial<DriverOptions> = {}) {
    this.#strategy = puppet()
    this.driver = new EngineDriver({ strategies: [{ definition: this.#strategy.definition }], ...options })
    this.driver.best(99, 101)
  }

  /** The strategy wants these to rest; returns what the engine said. */
  quote(bids: readonly Quote[], asks: readonly Quote[] = []): readonly string[] {
    return this.driver.tell(this.#strategy, (ctx) => {
      const slots = ctx.slots.clear()
      for (const [price, lots] of bids) slots.bid(price, lots)
      for (const [price, lots] of asks) slots.ask(price, lots)
      ctx.quote(0, slots)
    })
  }
}

test('wanted prices become resting orders that never take', () => {
  const desk = new Desk()
  assert.deepEqual(
    desk.quote(
      [
        [99, 5],
        [98, 6],
      ],
      [[101, 7]],
    ),
    ['#1 buy 5 at 99 post-only opening', '#2 buy 6 at 98 post-only opening', '#3 sell 7 at 101 post-only opening'],
  )
})

test('a quote keeps its place while its price is unchanged, whatever else is said', () => {
  const desk = new Desk()
  desk.quote([[99, 5]], [[101, 5]])
  desk.driver.accept(1, 2)
  assert.deepEqual(desk.quote([[99, 5]], [[101, 5]]), [])
  assert.deepEqual(desk.quote([[99, 8]], [[102, 5]]), ['cancel #2'], 'another size alone is no reason to queue anew')
  desk.driver.fill(1, { price: 99, quantity: 2 })
  assert.deepEqual(desk.quote([[99, 5]], [[102, 5]]), [])
  assert.ok(desk.driver.open.includes(1))
})

test('within the tolerance a quote stays where it is', () => {
  const desk = new Desk({ config: { quoteToleranceTicks: 2 } })
  desk.quote([[97, 5]])
  desk.driver.accept(1)
  assert.deepEqual(desk.quote([[99, 5]]), [])
  assert.deepEqual(desk.quote([[94, 5]]), ['cancel #1'])
})

test('a quote at another price waits until the old order is gone', () => {
  const desk = new Desk()
  desk.quote([[99, 5]])
  assert.deepEqual(desk.quote([[98, 5]]), [], 'the venue has not said that #1 is there')
  desk.driver.accept(1)
  assert.deepEqual(desk.driver.said(), ['cancel #1'])
  assert.deepEqual(desk.quote([[97, 5]]), [], 'the cancel is on its way')
  desk.driver.cancelled(1)
  assert.deepEqual(desk.driver.said(), ['#2 buy 5 at 97 post-only opening'])
})

test('a cancel that came too late is no second order', () => {
  const desk = new Desk()
  desk.quote([[99, 5]])
  desk.driver.accept(1)
  desk.quote([[98, 5]])
  desk.driver.update(1, ORDER_STATUS.cancelRejected, { error: -2011 })
  assert.deepEqual([desk.driver.said(), desk.driver.open], [[], [1]])
  desk.driver.fill(1, { price: 99, quantity: 5 })
  assert.deepEqual(desk.driver.said(), ['#2 buy 5 at 98 post-only opening'])
})

test('a quote that the venue refuses is tried again when the strategy speaks, not before', () => {
  const desk = new Desk()
  desk.quote([[99, 5]], [[101, 5]])
  desk.driver.reject(1, -5022)
  desk.driver.accept(2)
  desk.driver.best(97, 98)
  desk.driver.trade(98)
  assert.deepEqual(desk.driver.said(), [])
  assert.deepEqual(desk.quote([[97, 5]], [[101, 5]]), ['#3 buy 5 at 97 post-only opening'])
})

test('slots without a price or a size are empty', () => {
  const desk = new Desk()
  assert.deepEqual(
    desk.quote([
      [99, 0],
      [0, 5],
      [98, 0.4],
      [97, 5],
    ]),
    ['#1 buy 5 at 97 post-only opening'],
  )
  desk.driver.accept(1)
  assert.deepEqual(desk.quote([[99, 0]], []), ['cancel #1'])
})

test('prices that are no prices are the strategy’s mistake', () => {
  for (const [bad, words] of [
    [-1, /a quote of -1; prices and sizes are not negative/],
    [NaN, /a price or size is NaN/],
    [Infinity, /a price or size is Infinity/],
  ] as const) {
    const desk = new Desk()
    desk.quote([[99, 5]], [[101, bad]])
    assert.match(String(desk.driver.engine.roster.failures[0]?.error), words)
    assert.deepEqual(desk.driver.open, [])
  }
})

test('prices are rounded away from the market to the tick, sizes down to the step', () => {
  const rules = { tickSize: 5, minPrice: 5, stepSize: 2, minQuantity: 2 }
  const desk = new Desk({ instruments: [wholeInstrument('BTCUSDT', rules)] })
  assert.deepEqual(desk.quote([[99, 5]], [[101, 7]]), [
    '#1 buy 4 at 95 post-only opening',
    '#2 sell 6 at 105 post-only opening',
  ])
})

test('a quote within the position reduces it, and together the quotes do not reduce more than there is', () => {
  const desk = new Desk()
  desk.quote([[99, 6]])
  desk.driver.fill(1, { price: 99, quantity: 6 })
  desk.driver.said()
  desk.driver.operator('pause')
  desk.driver.said()
  assert.deepEqual(
    desk.quote(
      [],
      [
        [101, 4],
        [102, 2],
        [103, 1],
      ],
    ),
    ['#3 sell 4 at 101 post-only', '#4 sell 2 at 102 post-only', 'blocked: paused'],
  )
})

test('a strategy hears of a fill before its quotes are laid again', () => {
  const heard: number[] = []
  const strategy = puppet()
  const definition = {
    ...strategy.definition,
    onFill: () => heard.push(driver.open.length),
  }
  const driver = new EngineDriver({ strategies: [{ definition }] })
  driver.best(99, 101)
  driver.tell(strategy, (ctx) => ctx.quote(0, ctx.slots.clear().bid(99, 5)))
  driver.fill(1, { price: 99, quantity: 5 })
  assert.deepEqual(heard, [0])
  assert.deepEqual(driver.said(), ['#2 buy 5 at 99 post-only opening'])
})

test('more quotes than there are levels are the strategy’s mistake', () => {
  const desk = new Desk()
  desk.quote(Array.from({ length: 9 }, (_, i): Quote => [99 - i, 1]))
  assert.match(String(desk.driver.engine.roster.failures[0]?.error), /at most 8 bids/)
})

/** What the venue or the strategy does next. */
type Step =
  | { readonly kind: 'quote'; readonly bids: readonly Quote[]; readonly asks: readonly Quote[] }
  | { readonly kind: 'accept' | 'reject' | 'cancelled' | 'expired' | 'fill' | 'cancelRejected'; readonly pick: number }

const quotes = fc.array(fc.tuple(fc.integer({ min: 90, max: 99 }), fc.integer({ min: 0, max: 5 })), { maxLength: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('quote' as const),
    bids: quotes,
    asks: quotes.map((pairs) => pairs.map(([price, lots]): Quote => [price + 11, lots])),
  }),
  fc.record({
    kind: fc.constantFrom('accept', 'accept', 'reject', 'cancelled', 'expired', 'fill', 'cancelRejected'),
    pick: fc.nat(),
  }),
)

test('whatever happens there is at most one order per slot, and nothing is cancelled that stands right', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const desk = new Desk({ cash: '10000000' })
      const { driver } = desk
      for (const next of steps) {
        const intent = next.kind === 'quote' ? undefined : driver.open[next.pick % driver.open.length]
        if (next.kind === 'quote') desk.quote(next.bids, next.asks)
        else if (intent === undefined) continue
        else if (next.kind === 'fill') driver.fill(intent, { price: driver.intent(intent)?.price ?? 0, quantity: 1 })
        else driver.update(intent, statusOf(next.kind), { error: next.kind === 'reject' ? -5022 : 0 })
        const slots = slotsOf(driver)
        assert.equal(new Set(slots).size, slots.length, 'one order per slot')
        if (next.kind === 'quote') assertCancelsAreDue(driver, next.bids, next.asks)
      }
    }),
    { numRuns: 150 },
  )
})

function statusOf(kind: Exclude<Step['kind'], 'quote' | 'fill'>): number {
  return kind === 'accept' ? ORDER_STATUS.accepted : kind === 'reject' ? ORDER_STATUS.rejected : ORDER_STATUS[kind]
}

/** Side and level of every open quote. */
function slotsOf({ engine: { orders } }: EngineDriver): readonly string[] {
  const slots: string[] = []
  for (let slot = orders.first[0] as number; slot >= 0; slot = orders.next[slot] as number) {
    assert.equal(orders.purpose[slot], PURPOSE.quote)
    assert.notEqual(orders.state[slot], 0)
    assert.ok((orders.state[slot] as number) <= ORDER_STATE.cancelling)
    slots.push(`${(orders.flags[slot] as number) & ORDER_FLAGS.sell} ${orders.level[slot] as number}`)
  }
  return slots
}

/** Only orders that are no longer wanted at their price are cancelled. */
function assertCancelsAreDue(driver: EngineDriver, bids: readonly Quote[], asks: readonly Quote[]): void {
  const { orders } = driver.engine
  for (const output of driver.last) {
    if (output.kind !== 'cancel') continue
    const slot = orders.find(output.intent)
    const sell = ((orders.flags[slot] as number) & ORDER_FLAGS.sell) !== 0
    const [price, lots] = (sell ? asks : bids)[orders.level[slot] as number] ?? [0, 0]
    assert.ok(lots === 0 || price !== orders.price[slot], `#${output.intent} stood where it was wanted`)
  }
}
