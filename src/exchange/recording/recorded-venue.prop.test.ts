/** Fills at a venue with a recorded market inside, against the backtest's exchange on the same recording. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FIRST, type Order, noteFill, RecordedWorld } from '../../testing/recorded-world.ts'
import { EVENT, FIELD, FIELDS } from '../venue/events.ts'
import type { Levels } from '../../testing/exchange-bench.ts'

type Step =
  | { readonly kind: 'depth'; readonly middle: number; readonly lots: readonly number[] }
  | { readonly kind: 'best'; readonly middle: number; readonly bid: number; readonly ask: number }
  | { readonly kind: 'print'; readonly sells: boolean; readonly price: number; readonly quantity: number }
  | { readonly kind: 'snapshot'; readonly middle: number; readonly lots: readonly number[] }
  | { readonly kind: 'place'; readonly client: number; readonly order: Order }
  | { readonly kind: 'cancel'; readonly nth: number }
  | { readonly kind: 'wait' }

/** Prices that books reach: MIDDLE less and more REACH, and how far the middle moves. */
const MIDDLE = 1000
const REACH = 8
const SWING = 3

const lots = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: REACH * 2, maxLength: REACH * 2 })
const middle = fc.integer({ min: MIDDLE - SWING, max: MIDDLE + SWING })
const price = fc.integer({ min: MIDDLE - SWING - 2, max: MIDDLE + SWING + 2 })
const order: fc.Arbitrary<Order> = fc.record({
  buys: fc.boolean(),
  quantity: fc.integer({ min: 1, max: 12 }),
  price: fc.oneof({ weight: 6, arbitrary: price }, { weight: 1, arbitrary: fc.constant(0) }),
  timeInForce: fc.oneof(
    { weight: 5, arbitrary: fc.constant('gtc' as const) },
    { weight: 2, arbitrary: fc.constantFrom('ioc' as const, 'fok' as const, 'gtx' as const) },
  ),
})
const step = (clients: number): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('depth' as const), middle, lots }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('best' as const),
        middle,
        bid: fc.integer({ min: 1, max: 9 }),
        ask: fc.integer({ min: 1, max: 9 }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('print' as const),
        sells: fc.boolean(),
        price,
        quantity: fc.integer({ min: 1, max: 12 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), middle, lots }) },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('place' as const), client: fc.nat(clients - 1), order }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), nth: fc.nat(40) }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'wait' as const }) },
  )

/** A whole book around a middle: bids below it, asks from it on; nothing on the wrong side of it. */
function bookOf(around: number, quantities: readonly number[]): readonly [Levels, Levels] {
  const bids: [number, number][] = []
  const asks: [number, number][] = []
  for (let i = 0; i < REACH * 2; i++) {
    const at = MIDDLE - REACH + i
    const quantity = quantities[i] ?? 0
    bids.push([at, at < around ? quantity : 0])
    asks.push([at, at >= around ? quantity : 0])
  }
  return [bids.reverse(), asks]
}

function take(world: RecordedWorld, one: Step): void {
  const { bench } = world
  switch (one.kind) {
    case 'depth':
      bench.depth(...bookOf(one.middle, one.lots))
      return
    case 'best':
      bench.best(one.middle - 1, one.bid, one.middle, one.ask)
      return
    case 'print':
      bench.trade(one.sells ? 'sell' : 'buy', one.quantity, one.price)
      return
    case 'snapshot': {
      bench.loseDepth()
      bench.depth(...bookOf(one.middle, one.lots))
      const [bids, asks] = bookOf(one.middle, one.lots)
      bench.snapshot(
        bids.filter(([, quantity]) => quantity > 0),
        asks.filter(([, quantity]) => quantity > 0),
      )
      return
    }
    case 'place':
      world.place(one.client, unmixed(world, one))
      return
    case 'cancel':
      world.cancel(one.nth)
      return
    case 'wait':
      world.later()
  }
}

/**
 * Orders about which venue and backtest differ by their rules become plain ones: fill-or-kill orders, which on futures trade
 * with their own account's resting orders; post-only ones where something was taken, which the backtest still holds against
 * them.
 */
function unmixed(world: RecordedWorld, { client, order: wish }: Step & { readonly kind: 'place' }): Order {
  const hasOpen = world.venue.orders.ownCount(FIRST + client, 0) > 0
  const hasTaken = world.fills.some((fill) => fill.endsWith('taker'))
  if (hasOpen && wish.timeInForce === 'fok') return { ...wish, timeInForce: 'ioc' }
  return hasTaken && wish.timeInForce === 'gtx' ? { ...wish, timeInForce: 'gtc' } : wish
}

/** Fills that the backtest's exchange gave since the last time. */
function backtestFills(world: RecordedWorld, into: string[]): void {
  for (const said of world.bench.said()) {
    const match = /^#(\d+) (buys|sells) (\d+) at (\d+) as (maker|taker)/.exec(said)
    if (match === null) continue
    const [, number, side, quantity, at, role] = match
    noteFill(into, [Number(number), side ?? '', Number(quantity), Number(at), role ?? ''])
  }
}

function started(queue: 'conservative' | 'probabilistic', clients: number): RecordedWorld {
  const world = new RecordedWorld({ queue, impact: 'own', clients })
  const full = Array.from({ length: REACH * 2 }, () => 5)
  const [bids, asks] = bookOf(MIDDLE, full)
  world.bench.snapshot(
    bids.filter(([, quantity]) => quantity > 0),
    asks.filter(([, quantity]) => quantity > 0),
  )
  world.later()
  return world
}

for (const queue of ['conservative', 'probabilistic'] as const)
  test(`one client is filled as in a backtest, ${queue} queues`, () => {
    fc.assert(
      fc.property(fc.array(step(1), { maxLength: 60, size: 'max' }), (steps) => {
        const world = started(queue, 1)
        const expected: string[] = []
        for (const [at, one] of steps.entries()) {
          take(world, one)
          backtestFills(world, expected)
          assert.deepEqual(world.fills, expected, `after step ${at}`)
        }
      }),
      { numRuns: 150 },
    )
  })

test('what clients and history trade with each other adds up', () => {
  fc.assert(
    fc.property(fc.array(step(3), { maxLength: 80, size: 'max' }), (steps) => {
      const world = started('probabilistic', 3)
      for (const one of steps) take(world, one)
      const { state } = world.venue
      state.wallets.ledger.assertBalanced()
      const positions = new Map<number, number>()
      for (let at = 0; at < world.log.length; at += FIELDS) {
        if (world.log[at] !== EVENT.fill) continue
        const account = world.log[at + FIELD.account] ?? -1
        const quantity = world.log[at + FIELD.quantity] ?? 0
        positions.set(
          account,
          (positions.get(account) ?? 0) + (world.log[at + FIELD.side] === 0 ? quantity : -quantity),
        )
      }
      for (const [account, position] of positions) assert.equal(world.position(account), position)
      assert.equal(
        [...positions.values()].reduce((sum, position) => sum + position, 0),
        0,
      )
    }),
    { numRuns: 100 },
  )
})
